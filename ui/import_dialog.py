"""Take a register in, step by step: the columns, what is unclear, what would happen, and the deed.

Nothing is entered before 取り込む; what is refused is shown with its reason and can be saved.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from models.access import Act
from models.errors import AzukariError, Cancelled
from models.intake.parts import Intake, Options
from models.ledger import Ledger
from models.records import HandlingEvent, Item, Person, Place, Record
from models.store import Progress
from models.text import sort_key
from ui.fitting import fit
from ui.import_parts import LinesModel, LinesView, MappingTable, QuestionForm
from ui.intake import Source, only_contract, read_source, take_source
from ui.operations import Operations
from ui.saving import ask_purpose

PATTERN = "一覧表 (*.csv *.xlsx *.txt)"
COLUMNS, QUESTIONS, OUTCOME = range(3)


def open_import(
    ledger: Ledger,
    operations: Operations,
    parent: QWidget | None,
    record_type: type[Record],
    contract_id: str,
) -> None:
    """Ask for a file, read it beside the window, and open the dialog."""
    contract_id = contract_id or only_contract(ledger, record_type)
    if record_type in (HandlingEvent, Item) and not contract_id:
        operations.asker.tell(parent, "先に、取り込む契約を選んでください。")
        return
    path = operations.asker.open_file(parent, "取り込むファイル", PATTERN)
    if path is None:
        return

    def work(progress: Progress) -> tuple[Source, list[Person], list[Place]]:
        ledger.outside.require(path)
        source = read_source(path, record_type, progress=progress)
        people = [stored.record for stored in ledger.registers.all(Person)]
        return source, people, [stored.record for stored in ledger.registers.all(Place)]

    def then(read: tuple[Source, list[Person], list[Place]]) -> None:
        source, people, places = read
        dialog = ImportDialog(
            ledger, operations, record_type, contract_id, source, people, places, parent
        )
        dialog.open()

    operations.long("ファイルの読取り", work, then, parent)


class ImportDialog(QDialog):
    """The steps of one import.

    Attributes:
        taken: emitted with the `Intake` after the command is durable.
    """

    taken = Signal(object)

    def __init__(
        self,
        ledger: Ledger,
        operations: Operations,
        record_type: type[Record],
        contract_id: str,
        source: Source,
        people: Sequence[Person],
        places: Sequence[Place],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._ledger, self._operations = ledger, operations
        self._cls, self._contract_id, self._source = record_type, contract_id, source
        self._intake: Intake | None = None
        self._too_late = False
        self._rows = dict(source.sheet.rows)
        self._names = {person.id: person.name for person in people}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("{what}の取込み").format(what=record_type.label))
        self.mapping = MappingTable(source, record_type)
        ordered = sorted(people, key=lambda person: sort_key(person.name_kana or person.name))
        self.questions = QuestionForm(
            record_type,
            [(person.id, _told_apart(person)) for person in ordered],
            [(place.id, place.name) for place in places],
        )
        self._build()
        fit(self, 980, 680)

    def intake(self) -> Intake | None:
        """Return what would be entered, or was."""
        return self._intake

    # --- steps ---------------------------------------------------------------------------------
    def forward(self) -> None:
        """Judge the file with what is known so far and go to the next step."""
        step = self.pages.currentIndex()
        if step == OUTCOME:
            self._enter()
            return
        mapping, options = self.mapping.mapping(), self._options()

        def then(intake: Intake) -> None:
            self.questions.ask(intake.questions)
            self._show_outcome(intake)
            self._go(step + 1)

        self._judge(self.tr("内容の確認"), mapping, options, dry_run=True, then=then)

    def back(self) -> None:
        self._go(max(COLUMNS, self.pages.currentIndex() - 1))

    def save_refused(self) -> None:
        """Write the refused rows with their reasons to a CSV file."""
        if self._intake is None:
            return
        name = f"{Path(self._source.name).stem}_取り込めない行.csv"
        out = self._operations.asker.save_file(
            self, self.tr("取り込めない行の保存"), "CSV (*.csv)", name
        )
        if out is None:
            return
        rows = _refused_rows(self._source, self._intake)
        columns = [self.tr("行"), self.tr("理由"), *self._source.sheet.columns]
        ledger, asker = self._ledger, self._operations.asker
        purpose = ask_purpose(asker, ledger, Act.EXPORT, self, self.tr("取り込めない行"))
        if purpose is None:
            return

        def work() -> int:
            from reports.tables.write import write_csv

            ledger.outside.require(out)
            ledger.access.handed_out(
                Act.EXPORT, self._cls.type, "", self._contract_id, len(rows), purpose=purpose
            )
            return write_csv(out, columns, rows).rows

        def then(count: int) -> None:
            asker.tell(self, self.tr("{count}行を保存しました。").format(count=f"{count:,}"))

        self._operations.ask(work, then, parent=self)

    def _enter(self) -> None:
        options = replace(self._options(), strict=self.strict.isChecked())

        def then(intake: Intake) -> None:
            self._show_outcome(intake)
            self._finish(intake)

        self._judge(self.tr("取込み"), self.mapping.mapping(), options, dry_run=False, then=then)

    def _options(self) -> Options:
        """Return the answers, and how much of a register of media is wanted."""
        return replace(self.questions.options(), with_events=not self.things_only.isChecked())

    def _judge(
        self, title: str, mapping: dict[str, str], options: Options, *, dry_run: bool, then: Any
    ) -> None:
        self._too_late = False

        def work(progress: Progress) -> Intake:
            intake = take_source(
                self._ledger, self._source, self._cls, contract_id=self._contract_id,
                mapping=mapping, dry_run=dry_run, options=options, progress=progress,
            )  # fmt: skip
            try:
                progress(1, 1)
            except Cancelled:
                if dry_run:
                    raise
                self._too_late = True  # pressed while the command was being written
            return intake

        self._operations.long(title, work, then, self, failed=self._failed)

    def _failed(self, error: AzukariError) -> None:
        if isinstance(error, Cancelled):
            self._say(self.tr("中止しました。何も取り込んでいません。"), good=False)
        else:
            self._operations.tell(error, self)

    def _finish(self, intake: Intake) -> None:
        self.back_button.hide()
        self.next_button.hide()
        self.strict.hide()
        self.close_button.setText(self.tr("閉じる"))
        self.close_button.setDefault(True)
        self.close_button.setFocus()
        head = intake.change.head.seq if intake.change else 0
        late = self.tr("「中止」の前に書き終わりました。") if self._too_late else ""
        self._say(
            late
            + self.tr(
                "{accepted}行を取り込みました（記帳番号{head}まで）。"
                "元のファイルは添付資料として残しました。取り込まなかった行は{refused}行です。"
            ).format(
                accepted=f"{intake.accepted:,}",
                head=f"{head:,}",
                refused=f"{len(intake.refused):,}",
            ),
            good=True,
        )
        self.taken.emit(intake)

    def _go(self, step: int) -> None:
        self.pages.setCurrentIndex(step)
        self.step.setText(self._titles()[step])
        self.back_button.setEnabled(step > COLUMNS)
        last = step == OUTCOME
        self.next_button.setText(self.tr("取り込む") if last else self.tr("次へ"))
        enough = self._intake is not None and self._intake.accepted > 0
        self.next_button.setEnabled(not last or enough)
        self.strict.setVisible(last)
        first = (self.mapping, self.questions, self.outcome)[step]
        (self.next_button if last and enough else first).setFocus()

    def _show_outcome(self, intake: Intake) -> None:
        self._intake = intake
        told = self.tr("取り込める行　{accepted}行　／　取り込めない行　{refused}行").format(
            accepted=f"{intake.accepted:,}", refused=f"{len(intake.refused):,}"
        )
        if self._cls is Item:
            told += self.tr("　／　いっしょに記録する取扱い　{0}件").format(
                f"{len(intake.events):,}"
            )
        self._say(told, good=not intake.refused)
        line = self.tr("行")
        self.refusing.show_rows(
            LinesModel([line, self.tr("理由")], intake.refused, lambda row: (str(row[0]), row[1]))
        )
        self.telling.show_rows(
            LinesModel([line, self.tr("お知らせ")], intake.notes,
                       lambda row: (str(row[0] or ""), row[1]))
        )  # fmt: skip
        headings, rows = self._accepted(intake)
        self.taking.show_rows(LinesModel([line, *headings], rows, self._accepted_texts))
        for index, count in enumerate((len(rows), len(intake.refused), len(intake.notes))):
            self.outcome.setTabText(index, f"{self._tabs()[index]}（{count:,}）")
        self.outcome.setCurrentIndex(0 if rows else 1)
        self.save_button.setEnabled(bool(intake.refused))

    def _accepted(self, intake: Intake) -> tuple[list[str], list[tuple[int, Record]]]:
        if self._cls is HandlingEvent:
            headings = ["管理番号", "日時", "取扱いの種類", "取扱者", "目的", "備考"]
            return headings, list(zip(intake.lines, intake.events, strict=True))
        if self._cls is Item:
            headings = ["管理番号", "媒体・機器の種類", "名称", "数量", "由来"]
            return headings, list(zip(intake.lines, intake.items, strict=True))
        return [self._cls.label], list(zip(intake.lines, intake.records, strict=True))

    def _accepted_texts(self, row: tuple[int, Record]) -> Sequence[str]:
        line, record = row
        shown: tuple[str, ...] = (record.caption(),)
        if isinstance(record, HandlingEvent):
            names = ("occurred_at", "kind", "actor_person_id", "purpose", "note")
            texts = [_formatted(record, name) for name in names]
            texts[2] = self._names.get(record.actor_person_id, "")
            shown = (self._cell(line, "item_no"), *texts)
        elif isinstance(record, Item):
            texts = [
                _formatted(record, name)
                for name in ("item_no", "media_type", "name", "quantity", "origin")
            ]
            texts[3] += record.unit
            shown = tuple(texts)
        return (str(line), *shown)

    def _cell(self, line: int, name: str) -> str:
        """Return what the file says in a field."""
        mapping = self._intake.mapping if self._intake else {}
        column = next((c for c, field in mapping.items() if field == name), None)
        row = self._rows.get(line, ())
        place = self._source.sheet.columns.index(column) if column else len(row)
        return row[place] if place < len(row) else ""

    def _say(self, text: str, *, good: bool) -> None:
        self.summary.setText(text if good else f"⚠ {text}")
        self.summary.setProperty("kind", "good" if good else "care")
        self.summary.style().polish(self.summary)

    # --- building ------------------------------------------------------------------------------
    def _build(self) -> None:
        self.step = QLabel(self._titles()[COLUMNS])
        self.step.setProperty("kind", "heading")
        self.pages = QStackedWidget()
        self.pages.addWidget(self._columns_page())
        self.pages.addWidget(self.questions)
        self.pages.addWidget(self._outcome_page())
        column = QVBoxLayout(self)
        column.addWidget(self.step)
        column.addWidget(self.pages, 1)
        column.addLayout(self._buttons())

    def _columns_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        self.source_text = QLabel(self._what_was_read())
        self.source_text.setTextFormat(Qt.TextFormat.PlainText)
        self.source_text.setWordWrap(True)
        column.addWidget(self.source_text)
        self.extent = self._extent()
        column.addWidget(self.extent)
        column.addWidget(self.mapping, 1)
        return page

    def _extent(self) -> QWidget:
        """Return the choice how much of a register of media is taken in; hidden for others."""
        box = QGroupBox(self.tr("取り込む範囲"))
        self.with_handling = QRadioButton(
            self.tr("登録と取扱い　受領日・複製・返却・廃棄の欄から、取扱記録も作ります")
        )
        self.things_only = QRadioButton(
            self.tr("登録だけ　媒体・資料を登録し、取扱記録は作りません（受領は後で記録します）")
        )
        self.with_handling.setChecked(True)
        row = QVBoxLayout(box)
        for radio in (self.with_handling, self.things_only):
            row.addWidget(radio)
        box.setVisible(self._cls is Item)
        return box

    def _what_was_read(self) -> str:
        sheet = self._source.sheet
        lines = [
            self.tr("{name}　{rows}行　{encoding}").format(
                name=self._source.name, rows=f"{len(sheet.rows):,}",
                encoding=self._source.encoding.upper(),
            )
        ]  # fmt: skip
        if self._source.titles:
            lines.append(self.tr("表題：") + "　".join(self._source.titles))
        if sheet.skipped:
            told = "、".join(f"{line}行目 {reason}" for line, reason in sheet.skipped[:8])
            more = "…" if len(sheet.skipped) > 8 else ""
            lines.append(self.tr("読み飛ばした行：") + told + more)
        return "\n".join(lines)

    def _outcome_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        self.summary = QLabel()
        self.summary.setProperty("kind", "good")
        self.summary.setWordWrap(True)
        self.outcome = QTabWidget()
        self.taking, self.refusing, self.telling = LinesView(), LinesView(), LinesView()
        views = (self.taking, self.refusing, self.telling)
        for view, title in zip(views, self._tabs(), strict=True):
            view.setAccessibleName(title)
            self.outcome.addTab(view, title)
        self.save_button = QPushButton(self.tr("取り込めない行を保存…"))
        self.save_button.setAutoDefault(False)
        self.save_button.clicked.connect(self.save_refused)
        column.addWidget(self.summary)
        column.addWidget(self.outcome, 1)
        column.addWidget(self.save_button, alignment=Qt.AlignmentFlag.AlignLeft)
        return page

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.strict = QCheckBox(self.tr("取り込めない行があれば、何も取り込まない"))
        self.strict.hide()
        self.back_button = QPushButton(self.tr("戻る"))
        self.back_button.setAutoDefault(False)
        self.back_button.setEnabled(False)
        self.next_button = QPushButton(self.tr("次へ"))
        self.next_button.setDefault(True)
        self.close_button = QPushButton(self.tr("やめる"))
        self.close_button.setAutoDefault(False)
        self.back_button.clicked.connect(self.back)
        self.next_button.clicked.connect(self.forward)
        self.close_button.clicked.connect(self.reject)
        row.addWidget(self.strict)
        row.addStretch(1)
        for button in (self.back_button, self.next_button, self.close_button):
            row.addWidget(button)
        return row

    def _titles(self) -> tuple[str, str, str]:
        return (
            self.tr("1／3　表の列と、台帳の項目の対応を確かめます"),
            self.tr("2／3　分からなかった言葉を決めます"),
            self.tr("3／3　取り込む行と取り込まない行を確かめます"),
        )

    def _tabs(self) -> tuple[str, str, str]:
        return self.tr("取り込む行"), self.tr("取り込まない行"), self.tr("お知らせ")


def _formatted(record: Record, name: str) -> str:
    return record.fields()[name].kind.format(getattr(record, name))


def _told_apart(person: Person) -> str:
    return "　".join(part for part in (person.name, person.department, person.job_title) if part)


def _refused_rows(source: Source, intake: Intake) -> list[list[Any]]:
    cells = dict(source.sheet.rows)
    width = len(source.sheet.columns)
    rows: list[list[Any]] = []
    for line, reason in intake.refused:
        row = list(cells.get(line, ()))[:width]
        rows.append([line, reason, *row, *[""] * (width - len(row))])
    return rows

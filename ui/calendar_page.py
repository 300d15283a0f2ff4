"""予定表: what is due, from the ledger and the texts, and what people put down themselves."""

from collections import Counter
from dataclasses import replace
from typing import ClassVar

from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from models.calendar import STATES
from models.codes import DueStatus
from models.exposed_inquiry import is_inquiry
from models.records import ALL, DueItem
from ui import layout, permitted
from ui.answering import enter
from ui.calendar_facts import Entry, read_calendar
from ui.editor_base import row_of
from ui.flow import FlowLayout
from ui.form_dialog import FormDialog
from ui.page import Desk, Page
from ui.page_parts import make_verbs, state_filters
from ui.paper_elsewhere import ElsewhereDialog
from ui.state_table import Line, StateTable, state_word

RESULT = (
    "調べた結果と、委託者に報告したか（しないと判断した理由）を入力してください。"
    "「備考」に書き足して残します。"
)


class CalendarPage(Page):
    """Every date, by state, person and contract."""

    types: ClassVar[frozenset[str]] = frozenset(cls.type for cls in ALL)
    help_key = "calendar"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.entries: list[Entry] = []
        self._filter = ""
        self._build()

    # --- what the window calls ----------------------------------------
    def refresh(self) -> None:
        ledger, contract_id = self.desk.ledger, self.contract_id
        self.desk.operations.ask(
            lambda: read_calendar(ledger, contract_id), self.show_entries, parent=self
        )

    def verbs(self) -> list[QAction]:
        return self._verbs

    def has_draft(self) -> bool:
        return any(one.isVisible() and one.is_dirty() for one in self.findChildren(FormDialog))

    # --- what is shown ----------------------------------------
    def show_entries(self, entries: list[Entry]) -> None:
        """Show the dates."""
        self.entries = entries
        self._show_people()
        self._fill()

    def filter_by(self, state: str) -> None:
        """Show the dates in one state, "" for all."""
        self._filter = state
        self.filters[state].setChecked(True)
        self._fill()

    def shown(self) -> list[Entry]:
        """Return the dates in the list."""
        return [one for one in self._of_person() if self._filter in ("", one.state)]

    def _of_person(self) -> list[Entry]:
        person = str(self.people.currentData() or "")
        return [one for one in self.entries if person in ("", one.due.person_id)]

    def _fill(self) -> None:
        mine = self._of_person()
        counts = Counter(one.state for one in mine)
        for state, button in self.filters.items():
            word = state_word(state, STATES[state]) if state else self.tr("すべて")
            button.setText(f"{word} {counts[state] if state else len(mine)}")
        others = any(not one.contract for one in self.shown())
        self.table.setColumnHidden(5, bool(self.contract_id) and not others)
        self.table.show_lines([_line(one) for one in self.shown()])
        empty = "" if self.shown() else self.tr("当てはまる予定・期限はありません。")
        layout.say(self.empty, empty and (self._why_empty() or empty))
        self._enable()

    def _why_empty(self) -> str:
        why = permitted.why_no_contract(self.desk.ledger)
        return why and self.tr("{0}特記事項の期限と周期が、ここに並びます。").format(why)

    def _show_people(self) -> None:
        chosen = self.people.currentData()
        names = {one.due.person_id: one.person for one in self.entries if one.person}
        self.people.blockSignals(True)
        self.people.clear()
        self.people.addItem(self.tr("全員"), "")
        for id_, name in sorted(names.items(), key=lambda pair: pair[1]):
            self.people.addItem(name, id_)
        self.people.setCurrentIndex(max(0, self.people.findData(chosen)))
        self.people.blockSignals(False)

    # --- verbs ----------------------------------------
    def enter_new(self) -> None:
        """Put a date down."""
        start = DueItem(
            contract_id=self.contract_id,
            owner_person_id=self.desk.ledger.user.person_id,
            status=DueStatus.OPEN,
        )
        FormDialog(self.desk, DueItem, start=start, parent=self).open()

    def open_record(self) -> None:
        """Open what the marked date is about."""
        self.table.open()

    def finish(self) -> None:
        """Note that an entered date was kept."""
        line = self.table.marked()
        if line is None or line.type != DueItem.type:
            return
        registers = self.desk.ledger.registers
        one = registers.need(DueItem, line.id).record
        if is_inquiry(self.desk.ledger, one):
            result = self.desk.asker.line(self, self.tr("済みにする"), self.tr(RESULT))
            if result is None:
                return
            one = replace(one, note=f"{one.note}\n{result}")
        done = replace(one, status=DueStatus.SATISFIED, satisfied_on=self.desk.ledger.today())
        reason = self.tr("予定を済ませた")
        enter(
            self.desk,
            lambda answers: registers.revise(done, reason, answers=answers),
            parent=self,
        )

    def note_paper(self) -> None:
        """Note a paper that was made elsewhere and handed in."""
        number, shown = self.table.currentRow(), self.shown()
        contract_id = shown[number].due.contract_id if number in range(len(shown)) else ""
        contract_id = contract_id or self.contract_id
        if contract_id:
            ElsewhereDialog(self.desk, contract_id, self).open()

    def _opened(self, type_: str, record_id: str) -> None:
        if type_ == DueItem.type:
            stored = self.desk.ledger.registers.need(DueItem, record_id)
            FormDialog(self.desk, DueItem, stored=stored, parent=self).open()
        else:
            self.desk.go(type_, record_id)

    def _enable(self) -> None:
        line = self.table.marked()
        ledger = self.desk.ledger
        nothing = "" if line else self.tr("一覧から行を選んでください。")
        own = line is not None and line.type == DueItem.type
        computed = self.tr("台帳から計算した期限です。もとの記録を済ませると消えます。")
        may = permitted.why_not_write(ledger, DueItem)
        seal = permitted.why_not(ledger, "seal")
        some = "" if self.contract_id else nothing
        reasons = (may, nothing, may or nothing or ("" if own else computed), seal or some)
        for verb, reason in zip(self._verbs, reasons, strict=True):
            verb.setEnabled(not reason)
            verb.setToolTip(f"{verb.text()}：{reason}" if reason else verb.text())

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.empty = layout.note("")
        self.table = StateTable(
            self.tr("予定・期限"),
            [self.tr(w) for w in ("状態", "期限", "残り", "すること", "人", "契約", "条項")],
            wide=(3,), told=0, caps={6: 9}, spare=2, most_lines=2,
        )  # fmt: skip
        self.table.opened.connect(self._opened)
        self.table.chosen.connect(lambda _row: self._enable())
        self._make_verbs()
        self._enable()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(8)
        column.addWidget(layout.title(self.tr("予定表")))
        column.addWidget(self._filter_row())
        column.addWidget(self.empty)
        column.addWidget(self.table, 1)

    def _filter_row(self) -> QWidget:
        box = QWidget()
        row = FlowLayout(box)
        self.filters = state_filters(self, row, STATES, self.filter_by)
        self.people = QComboBox()
        self.people.setMinimumWidth(self.fontMetrics().horizontalAdvance("あ") * 12)
        self.people.currentIndexChanged.connect(lambda _index: self._fill())
        label = QLabel(self.tr("人(&P)"))
        label.setBuddy(self.people)
        pair = QWidget()
        beside = row_of(pair)
        beside.addWidget(label)
        beside.addWidget(self.people)
        row.addWidget(pair)
        return box

    def _make_verbs(self) -> None:
        acts = (
            (self.tr("予定の登録"), self.enter_new),
            (self.tr("記録を開く"), self.open_record),
            (self.tr("済みにする"), self.finish),
            (self.tr("提出を登録"), self.note_paper),
        )
        self._verbs = make_verbs(self, acts)


def _line(one: Entry) -> Line:
    due = one.due
    what = f"{due.what}　{due.about}".strip()
    clauses = due.clause.replace("・", "・\n")  # Qt would break 第14条 in two
    texts = (one.word, one.day, one.left, what, one.person, one.whose, clauses)
    tip = "　".join(filter(None, (due.code, due.what, due.about, one.left)))
    return Line(texts, one.state, due.type, due.id, tip)

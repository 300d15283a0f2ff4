"""取扱記録: the log day by day, with confirmation, correction, voiding, print and export."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from models import wareki
from models.codes import HandlingStatus
from models.fields import Field
from models.handling import LATE_ENTRY
from models.kinds_of_time import Day
from models.late_basis import late_marks
from models.records import Assignment, Contract, HandlingEvent, Item, Person, Place, Stored
from models.records.handling import SANITIZATION_KINDS
from models.rules.checking import is_signed
from models.store import ListRow
from models.unfit_basis import unfit_marks
from ui import layout, permitted
from ui.editor_base import FormDesk, row_of
from ui.editor_texts import DayEditor
from ui.export_dialog import open_export
from ui.filtered_register import FilteredRegister
from ui.flow import FlowLayout
from ui.handling.verbs import HandlingVerbs
from ui.handling.words import kind_word
from ui.history import HistoryDialog
from ui.import_dialog import open_import
from ui.issue import IssueRequest, preview
from ui.page import Desk, Page
from ui.preview import PreviewDialog
from ui.record_dialog import RecordDialog
from ui.register_model import RegisterModel
from ui.register_print import print_list
from ui.register_widths import ColumnMemory
from ui.saving import What, print_here

LEDGER_PAPER = "D-28"
LATE_WORD = "後日入力"
LATER_BASIS_WORD = "事後登録"  # the consent of the act was entered after it
CHECKED_WORD = "本人確認済"


class DailyLogModel(RegisterModel):
    """Rows of the log; what was entered later than it happened says so beside its time."""

    def _text(self, row: ListRow, column: int) -> str:
        text = super()._text(row, column)
        name = self.fields[column].name if column < len(self.fields) else ""
        if name == "kind" and row.values.get("kind") is not None:
            return kind_word(row.values["kind"], self.profile)
        if name == "checker_person_id" and self._holds(row):
            return f"{text}　{CHECKED_WORD}"
        if name != "occurred_at":
            return text
        words = (text, LATE_WORD if is_late(row) else "", *self._basis_words(row))
        return "　".join(word for word in words if word)

    @cached_property
    def _rested(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {}

    def _basis_words(self, row: ListRow) -> tuple[str, ...]:
        """Say that a consent of an act came afterwards or does not allow it; looked at once a row."""
        named = str(row.values.get("authorization_id") or "")
        if not named and row.values.get("kind") not in SANITIZATION_KINDS:
            return ()
        if (row.id, named) not in self._rested:
            books = self._desk.ledger.rules.books
            stored = self._desk.ledger.store.get(HandlingEvent, row.id)
            late = (LATER_BASIS_WORD,) if stored and late_marks(books, stored.record) else ()
            unfit = unfit_marks(books, stored.record) if stored else ()
            self._rested[row.id, named] = (*late, *unfit)
        return self._rested[row.id, named]

    @cached_property
    def _held(self) -> dict[tuple[str, str], bool]:
        return {}

    def _holds(self, row: ListRow) -> bool:
        """Tell whether the checker's own signature stands under an act; looked at once a row."""
        proof = str(row.values.get("checker_proof") or "")
        if not is_signed(proof):
            return False
        if (row.id, proof) not in self._held:
            ledger = self._desk.ledger
            stored = ledger.store.get(HandlingEvent, row.id)
            holds = stored is not None and ledger.rules.check_holds(stored.record)
            self._held[row.id, proof] = holds
        return self._held[row.id, proof]


class DailyLogView(FilteredRegister):
    """The list of the log."""

    model_class = DailyLogModel
    characters: ClassVar[Mapping[str, int]] = {
        "event_no": 4, "occurred_at": 15, "kind": 7, "lines_text": 17, "actor_person_id": 8,
        "checker_person_id": 7, "purpose": 13,
    }  # fmt: skip


class DailyLogPage(Page):
    """The page of the log."""

    types: ClassVar[frozenset[str]] = frozenset(
        cls.type for cls in (HandlingEvent, Item, Person, Place, Contract, Assignment)
    )
    help_key = "handling"

    def __init__(
        self, desk: Desk, parent: QWidget | None = None, *, memory: ColumnMemory | None = None
    ) -> None:
        super().__init__(desk, parent)
        self.handling = HandlingVerbs(desk, self, lambda: self.contract_id)
        self.handling.entered.connect(self._say)
        self.view = DailyLogView(
            desk, HandlingEvent, ("actor_person_id",), memory=memory,
            how_to_begin=self.tr("F2～F9のキーで、取扱いを記録します。"),
        )  # fmt: skip
        self.view.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.offer_first("", lambda: None, self.handling.why_not)
        self.view.filters.counts_days = False  # the title says them
        self._daily = self.handling.actions(self)
        self._build()
        names = [field.name for field in self.view.model.fields]
        self.view.sort_by(names.index("occurred_at"), descending=False)
        self.show_day(desk.ledger.today())

    # --- what the window calls ----------------------------------------
    def refresh(self) -> None:
        self.view.refresh()
        self._enable()

    def verbs(self) -> list[QAction]:
        return self._daily

    def show_contract(self, contract_id: str) -> None:
        self.view.set_contract(contract_id, self.desk.ledger.known_profile(contract_id))
        super().show_contract(contract_id)

    def show_record(self, type_: str, record_id: str) -> None:
        stored = self.desk.ledger.store.get(HandlingEvent, record_id)
        if type_ != HandlingEvent.type or stored is None:
            return
        if stored.meta.voided:
            self.view.filters.voided.setChecked(True)
        happened = stored.record.occurred_at
        if happened is not None:
            self.show_day(happened.date())
        self.view.mark(record_id)
        self.view.table.setFocus()

    def has_draft(self) -> bool:
        return self.handling.has_draft()

    # --- days ----------------------------------------
    def show_day(self, day: date | None) -> None:
        """Show one day, None for all."""
        self.show_period(day, day)

    def show_period(self, first: date | None, last: date | None) -> None:
        """Show the days from first to last."""
        filters = self.view.filters
        filters.first.set_value(first)
        filters.last.set_value(last)
        self.day.set_value(first if first == last else None)
        self._show_period_words()
        self.view.ask()

    def period(self) -> tuple[date | None, date | None]:
        """Return the days that are shown."""
        return self.view.filters.first.value(), self.view.filters.last.value()

    def step(self, days: int) -> None:
        """Go to another day."""
        first, last = self.period()
        start = (first if days < 0 else last) or self.desk.ledger.today()
        self.show_day(start + timedelta(days=days))

    def _show_period_words(self) -> None:
        first, last = self.period()
        if first is None and last is None:
            words = self.tr("すべての日")
        elif first == last and first is not None:
            words = f"{Day().format(first)}（{wareki.format_weekday(first)}）"
        else:
            start = Day().format(first) if first else self.tr("最初")
            end = Day().format(last) if last else self.tr("最後")
            words = f"{start} ～ {end}"
        self.title.setText(self.tr("取扱記録　{0}").format(words))

    def _period_edited(self) -> None:
        first, last = self.period()
        self.day.set_value(first if first == last else None)
        self._show_period_words()

    # --- acting ----------------------------------------
    def chosen(self) -> list[Stored[HandlingEvent]]:
        """Return the events of the marked rows."""
        rows = sorted({index.row() for index in self.view.table.selectedIndexes()})
        ids = [row.id for n in rows if (row := self.view.model.row(n)) is not None]
        found = self.desk.ledger.store.get_many(HandlingEvent, ids)
        return [found[one] for one in ids if one in found]

    def confirm(self) -> None:
        """Confirm those of the marked events that wait for the responsible person."""
        waits = self.desk.ledger.handling.waits_for_confirmation
        waiting = [one.record.id for one in self.chosen() if waits(one)]
        if not waiting:
            self.desk.asker.tell(self, self.tr("選んだ記録に、確認を待つものはありません。"))
            return
        question = self.tr("{0}件の取扱記録を、責任者として確認済みにします。").format(len(waiting))
        if self.desk.asker.confirm(self, question, yes=self.tr("確認する")):
            self.handling.confirm(waiting)

    def correct(self) -> None:
        for one in self.chosen()[:1]:
            self.handling.correct(one)

    def void(self) -> None:
        for one in self.chosen()[:1]:
            self.handling.void(one)

    def open(self) -> None:
        """Show the marked event, all of it."""
        for one in self.chosen()[:1]:
            RecordDialog(self.desk, one, parent=self).open()

    def carry_out(self) -> None:
        """Enter the marked plan as a fact."""
        for one in self.chosen()[:1]:
            self.handling.carry_out(one)

    def show_history(self) -> None:
        for one in self.chosen()[:1]:
            HistoryDialog(self.desk, HandlingEvent.type, one.record.id, parent=self).open()

    def take_in(self) -> None:
        """Take a register of the site in from CSV or xlsx."""
        desk = self.desk
        open_import(desk.ledger, desk.operations, self, HandlingEvent, self.contract_id)

    def export(self) -> None:
        """Write what the list shows to CSV (also CP932), xlsx or JSON."""
        desk = self.desk
        open_export(
            desk.ledger, desk.operations, self, HandlingEvent, self.contract_id,
            query=self.view.query(), name=self.tr("取扱記録"),
        )  # fmt: skip

    def print(self) -> None:
        """Show the ledger paper of the shown days, from where it is printed."""
        contract_id = self.contract_id or self._only_contract()
        if not contract_id:
            self.desk.asker.tell(
                self, self.tr("印刷する契約を、画面の上の「契約」で選んでください。")
            )
            return
        first, last = self.period()
        options = {"from": first, "to": last}
        request = IssueRequest(LEDGER_PAPER, contract_id, options=options)
        ledger = self.desk.ledger
        self.desk.operations.ask(lambda: preview(ledger, request), self._show_paper, parent=self)

    def print_list(self) -> None:
        """Show the list as it is printed: the rows and columns of the screen."""
        print_list(self.view, self.title.text(), self)

    def _show_paper(self, pdf: bytes) -> None:
        title = self.title.text()
        dialog = PreviewDialog(title, pdf, self, self.desk.likes)
        dialog.add_button(layout.button(self.tr("印刷…"), lambda: self._print(pdf, title, dialog)))
        dialog.add_button(layout.button(self.tr("閉じる"), dialog.reject))
        dialog.open()

    def _print(self, pdf: bytes, title: str, dialog: QDialog) -> None:
        what = What(HandlingEvent.type, contract=self.contract_id, detail=LEDGER_PAPER)
        print_here(self.desk, pdf, title, dialog, what)

    # --- what is allowed ----------------------------------------
    def _enable(self) -> None:
        ledger = self.desk.ledger
        chosen = self.chosen()
        nothing = "" if chosen else self.tr("一覧から行を選んでください。")
        several = self.tr("1行だけ選んでください。") if len(chosen) > 1 else ""
        voided = any(one.meta.voided for one in chosen)
        gone = self.tr("この記録は、すでに取り消されています。") if voided else ""
        may_not = permitted.why_not_write(ledger, HandlingEvent)
        reasons: dict[QPushButton | QAction, str] = {
            self.confirm_button: permitted.why_not(ledger, "confirm") or nothing,
            self.carry_out_button: may_not or nothing or several or gone or self._no_plan(chosen),
            self.correct_button: may_not or nothing or several or gone,
            self.void_button: may_not or nothing or several or gone,
            self.open_button: nothing or several,
            self.history_button: nothing or several,
            self.import_action: permitted.why_not(ledger, "import"),
            self.export_action: permitted.why_not(ledger, "export"),
        }
        for button, reason in reasons.items():
            button.setEnabled(not reason)
            button.setToolTip(reason)

    def _no_plan(self, chosen: Sequence[Stored[HandlingEvent]]) -> str:
        waits = all(one.record.status is HandlingStatus.PLANNED for one in chosen)
        return "" if waits else self.tr("実績を待つ予定の行を選んでください。")

    def _only_contract(self) -> str:
        found = self.desk.ledger.contracts()
        return found[0].record.id if len(found) == 1 else ""

    def _say(self, sentence: str) -> None:
        layout.say(self.said, f"✓ {sentence}", "good")

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.title = layout.title("")
        self.said = layout.note("")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        head = FlowLayout()
        head.addWidget(self.title)
        days = QWidget()
        self._add_days(row_of(days))
        head.addWidget(days)
        column.addLayout(head)
        column.addWidget(self.said)
        column.addLayout(self._buttons())
        column.addWidget(self.view, 1)
        self.view.opened.connect(lambda _id: self.open())
        self.view.table.selectionModel().selectionChanged.connect(lambda *_both: self._enable())
        for editor in (self.view.filters.first, self.view.filters.last):
            editor.edited.connect(self._period_edited)
        self.view.filters.clear_button.clicked.connect(self._period_edited)
        self._enable()

    def _add_days(self, row: QHBoxLayout) -> None:
        form_desk = FormDesk.at(self.desk, lambda: self.contract_id, lambda: None)
        self.day = DayEditor(Field("day", Day(), self.tr("表示する日")), form_desk, self)
        self.day.set_word(self.tr("表示する日"))
        self.day.button.hide()
        self.day.line.setFixedWidth(self.fontMetrics().horizontalAdvance("令和88年88月88日") + 24)
        self.day.edited.connect(self._day_edited)
        today = self.desk.ledger.today
        steps = (
            (self.tr("◀ 前日"), "Alt+Left", lambda: self.step(-1)),
            (self.tr("今日"), "Alt+Home", lambda: self.show_day(today())),
            (self.tr("翌日 ▶"), "Alt+Right", lambda: self.step(1)),
        )
        for number, (word, keys, act) in enumerate(steps):
            button = layout.button(word, act)
            button.setToolTip(keys)
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
            row.addWidget(button)
            if number == 0:
                row.addWidget(self.day)
        row.addWidget(layout.button(self.tr("すべての日"), lambda: self.show_day(None)))

    def _day_edited(self) -> None:
        if self.day.value() is not None:
            self.show_day(self.day.value())

    def _buttons(self) -> FlowLayout:
        row = FlowLayout()
        self.confirm_button = layout.button(self.tr("選んだ行を確認"), self.confirm)
        self.carry_out_button = layout.button(self.tr("予定の実績…"), self.carry_out)
        self.correct_button = layout.button(self.tr("訂正…"), self.correct)
        self.void_button = layout.button(self.tr("取消…"), self.void)
        self.open_button = layout.button(self.tr("開く"), self.open)
        self.history_button = layout.button(self.tr("履歴"), self.show_history)
        self.other_button = layout.button(self.tr("その他の取扱い ▼"), self._other)
        self.paper_button = layout.button(self.tr("印刷・書出し・取込み(&O) ▼"), self._papers)
        self._make_paper_menu()
        row.setSpacing(6)
        for button in (
            self.confirm_button, self.carry_out_button, self.correct_button, self.void_button,
            self.open_button, self.history_button, self.other_button, self.paper_button,
        ):  # fmt: skip
            row.addWidget(button)
        why_not = self.handling.why_not()
        self.other_button.setEnabled(not why_not)
        self.other_button.setToolTip(why_not)
        return row

    def _make_paper_menu(self) -> None:
        """Make the menu of what is needed less than daily; its letters act while it is open."""
        self.paper_menu = QMenu(self)
        self.paper_menu.setToolTipsVisible(True)
        acts = (
            (self.tr("台帳を印刷…(&P)"), self.print),
            (self.tr("一覧を印刷…(&L)"), self.print_list),
            (self.tr("一覧を書出し…(&E)"), self.export),
            (self.tr("一覧表の取込み…(&I)"), self.take_in),
        )
        made = []
        for word, act in acts:
            action = self.paper_menu.addAction(word)
            action.triggered.connect(lambda _on=False, act=act: act())
            made.append(action)
        _, _, self.export_action, self.import_action = made

    def _papers(self) -> None:
        _drop_down(self.paper_menu, self.paper_button)

    def _other(self) -> None:
        _drop_down(self.handling.others(self), self.other_button)


def _drop_down(menu: QMenu, below: QPushButton) -> None:
    menu.popup(below.mapToGlobal(below.rect().bottomLeft()))


def is_late(row: ListRow) -> bool:
    """Tell whether an event of the list was entered long after it happened."""
    happened = row.values.get("occurred_at")
    return happened is not None and row.meta.created_at - happened > LATE_ENTRY

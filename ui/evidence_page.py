"""条項と証拠: every clause of a contract, how it stands, and the rows that prove or break it."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from models.calendar_frame import CLAUSE
from models.contract_changes import BESIDE
from models.evidence import STATES
from models.records import ALL, Contract, ContractClauseSetting
from models.witness import Unconfirmed
from ui import layout, permitted
from ui.evidence_detail import ClauseDetail
from ui.evidence_facts import (
    ERASED_ALREADY,
    NO_CLAUSE,
    ClauseFacts,
    Overview,
    read_counts,
    read_overview,
)
from ui.flow import FlowLayout
from ui.form_dialog import FormDialog
from ui.inspection import InspectionDialog
from ui.officer_confirming import OfficerDialog
from ui.page import Desk, Page
from ui.page_parts import make_verbs, state_filters
from ui.paper_dialog import PaperDialog
from ui.paper_elsewhere import ElsewhereDialog
from ui.state_table import Line, MiddleElided, StateTable, state_word

ORDER = ("broken", "action", "left", "due", "done", "unknown", "erased", "not_applicable")
RARE = ("left", "erased")  # shown where there are any
LISTED, DETAILED = 640, 500  # pixels of the list of clauses and of what is beside it, at first


class EvidencePage(Page):
    """The clauses of one contract; without a chosen contract, the counts of every contract."""

    types: ClassVar[frozenset[str]] = frozenset(cls.type for cls in ALL)
    help_key = "evidence"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.overview: Overview | None = None
        self._filter = ""
        self._picked = ""  # a contract that was chosen on this page
        self._wanted = ""  # a clause to be marked when its contract has been read
        self._build()

    # --- what the window calls ----------------------------------------
    def refresh(self) -> None:
        ledger = self.desk.ledger
        why_not = permitted.why_not(ledger, "evidence")
        if why_not:
            self._tell(why_not)
            return
        contract_id = self.contract_id or self._picked
        if contract_id:
            self.desk.operations.ask(
                lambda: read_overview(ledger, contract_id), self.show_overview, parent=self
            )
        else:
            self.desk.operations.ask(lambda: read_counts(ledger), self._show_counts, parent=self)

    def show_contract(self, contract_id: str) -> None:
        self._picked = ""
        super().show_contract(contract_id)

    def show_record(self, type_: str, record_id: str) -> None:
        """Show a clause, or a clause setting at its clause."""
        if type_ == CLAUSE:
            contract_id, _, key = record_id.partition(" ")
            self._show_clause(contract_id, key)
            return
        stored = self.desk.ledger.store.get(ContractClauseSetting, record_id)
        if stored is not None:
            self._mark(stored.record.clause_key)

    def _show_clause(self, contract_id: str, key: str) -> None:
        if self.overview is not None and self.overview.contract.id == contract_id:
            self._mark(key)
            return
        self._wanted = key  # when the contract has been read
        if self.contract_id != contract_id:
            self._picked = contract_id
            self.refresh()

    def verbs(self) -> list[QAction]:
        return self._verbs

    def has_draft(self) -> bool:
        return any(one.isVisible() and one.is_dirty() for one in self.findChildren(FormDialog))

    # --- what is shown ----------------------------------------
    def show_overview(self, overview: Overview) -> None:
        """Show how every clause of a contract stands."""
        new = self.overview is None or self.overview.contract.id != overview.contract.id
        self.overview = overview
        self.title.setText(self.tr("条項と証拠　{0}").format(overview.contract.contract_no))
        _, *beside = overview.profile.texts
        texts = "、".join((overview.profile.called, *beside))
        layout.say(self.subtitle, f"{overview.contract.title}　{texts}")
        layout.say(self.erased, overview.erased, "")
        self._show_numbers(overview.counts(), len(overview.clauses))
        self._fill()
        self.stack.setCurrentWidget(self.split)
        wanted, self._wanted = self._wanted, ""
        if wanted:
            self._mark(wanted)
        elif new:
            self._mark_worst()

    def _mark_worst(self) -> None:
        """Begin where something has to be done."""
        shown = self.shown()
        for state in ORDER:
            for number, one in enumerate(shown):
                if one.state.state == state:
                    self.table.setCurrentCell(number, 0)
                    self.table.scrollTo(self.table.currentIndex())
                    return

    def _show_numbers(self, counts: Mapping[str, int], total: int) -> None:
        for state, button in self.filters.items():
            count = counts.get(state, 0) if state else total
            word = state_word(state, STATES[state]) if state else self.tr("すべて")
            button.setText(f"{word} {count}")
            button.setEnabled(bool(count) or not state)
            button.setVisible(bool(count) or state not in RARE)
        self.filter_row.show()
        if self._filter and not counts.get(self._filter):
            self.filter_by("")

    def filter_by(self, state: str) -> None:
        """Show the clauses in one state, "" for all."""
        self._filter = state
        self.filters[state].setChecked(True)
        self._fill()

    def shown(self) -> list[ClauseFacts]:
        """Return the clauses in the list."""
        clauses = self.overview.clauses if self.overview else ()
        return [one for one in clauses if self._filter in ("", one.state.state)]

    def _fill(self) -> None:
        self.table.show_lines(
            [
                Line(
                    (one.state.article, one.state.summary, STATES[one.state.state], one.counted),
                    one.state.state, "clause", one.state.key,
                    f"{one.clause.cited} {one.state.heading}\n{one.state.summary}",
                )
                for one in self.shown()
            ]
        )  # fmt: skip

    def _clause_chosen(self, _row: int) -> None:
        one = self.marked()
        self._enable(one)
        if one is None or self.overview is None:
            self.detail.clear()
        else:
            self.detail.show_clause(one, self.overview)

    def marked(self) -> ClauseFacts | None:
        """Return the clause that is marked."""
        line = self.table.marked()
        return next((one for one in self.shown() if line and one.state.key == line.id), None)

    def _mark(self, key: str) -> None:
        self.filter_by("")
        for number, one in enumerate(self.shown()):
            if one.state.key == key:
                self.table.setCurrentCell(number, 0)

    # --- all contracts ----------------------------------------
    def _show_counts(self, found: list[tuple[Contract, Mapping[str, int]]]) -> None:
        self.overview = None
        self.title.setText(self.tr("条項と証拠"))
        how = self.tr("契約を選ぶと、条項ごとの証拠が出ます（Enter）。")
        layout.say(self.subtitle, how if found else "")
        layout.say(self.erased, "")
        self.filter_row.hide()
        self._enable(None)
        lines = []
        for contract, counts in found:
            worst = next((state for state in ORDER if counts.get(state)), "")
            numbers = [f"{counts.get(state, 0)}" for state in ORDER]
            word = STATES.get(worst, "")
            lines.append(Line((contract.caption(), word, *numbers), worst, "contract", contract.id))
        for state in RARE:
            column = 2 + ORDER.index(state)
            self.contracts.setColumnHidden(column, not any(one[state] for _, one in found))
        self.contracts.show_lines(lines)
        if found:
            self.stack.setCurrentWidget(self.contracts)
        else:
            self._tell(permitted.NO_CONTRACT)

    def _pick(self, _type: str, contract_id: str) -> None:
        self._picked = contract_id
        self.refresh()
        self.table.setFocus()

    def _tell(self, sentence: str) -> None:
        self.overview = None
        self.filter_row.hide()
        self._enable(None)
        layout.say(self.erased, "")
        layout.say(self.nothing, sentence)
        self.stack.setCurrentWidget(self.nothing)

    # --- verbs ----------------------------------------
    def open_first(self) -> None:
        """Open the row that breaks the clause, else one that proves it."""
        for table in (self.detail.against, self.detail.supporting):
            if table.isVisible() and table.lines:
                table.setFocus()
                if table.currentRow() < 0:
                    table.setCurrentCell(0, 0)
                table.open()
                return

    def make_paper(self, kind: str = "") -> None:
        """Go the way of a document that the clause leads to."""
        kind = kind or next(iter(self._made_here(self.marked())), "")
        if self.overview is not None and kind:
            PaperDialog(self.desk, self.overview.contract.id, self, kind=kind).open()

    def _made_here(self, one: ClauseFacts | None) -> list[str]:
        """Return the documents of a clause that this program makes."""
        overview = self.overview
        if one is None or overview is None:
            return []
        return [kind for kind in one.clause.documents if overview.is_made_here(kind)]

    def note_paper(self, kind: str = "") -> None:
        """Note a paper of the clause that was made elsewhere and handed in."""
        one = self.marked()
        if self.overview is not None and one is not None:
            kind = kind or next(iter(one.clause.documents), "")
            ElsewhereDialog(self.desk, self.overview.contract.id, self, kind=kind).open()

    def change_setting(self) -> None:
        """Switch the clause, or change its terms, with reason and basis (R-39)."""
        one = self.marked()
        if one is None or self.overview is None:
            return
        if one.setting is not None:
            registers = self.desk.ledger.registers
            stored = registers.need(ContractClauseSetting, one.setting.id)
            dialog = FormDialog(self.desk, ContractClauseSetting, stored=stored, parent=self)
        else:
            start = ContractClauseSetting(
                contract_id=self.overview.contract.id, clause_key=one.state.key, enabled=True,
                params=one.unfixed,
            )  # fmt: skip
            dialog = FormDialog(self.desk, ContractClauseSetting, start=start, parent=self)
        dialog.open()

    def confirm_as_officer(self) -> None:
        """Let an inspector confirm what was recorded on his behalf."""
        overview, witness = self.overview, self.desk.ledger.witness
        if overview is None:
            return
        contract_id = overview.contract.id

        def show(found: list[Unconfirmed]) -> None:
            if found:
                OfficerDialog(self.desk, contract_id, found, self).open()
            else:
                self.desk.asker.tell(self, self.tr("いま確認する立会い・指示・指摘はありません。"))

        self.desk.operations.ask(lambda: witness.waiting(contract_id), show, parent=self)

    def show_receipt(self) -> None:
        """Issue the receipt of an inspection, or compare an earlier one with the ledger."""
        contract = self.overview.contract.id if self.overview else self.contract_id
        InspectionDialog(self.desk, contract, self).open()

    def confirm_text(self) -> None:
        """Let the responsible person say that what changed in the text was looked at."""
        desk, overview = self.desk, self.overview
        if overview is None:
            return
        contract, title = overview.contract, self.tr("特記事項の変更を確認")
        question = self.tr("{0}\n\n確かめたことを入力してください（理由として記帳されます）。")
        said = desk.ledger.text_seen.waiting(contract)
        seen = desk.asker.line(self, title, question.format(said))
        if seen is not None:
            desk.operations.run(
                lambda: desk.ledger.text_seen.confirm(contract.id, seen),
                done=lambda _: self.refresh(), parent=self,
            )  # fmt: skip

    def go_back(self) -> None:
        """Return from one contract to all of them."""
        self._picked = ""
        self.refresh()

    def _enable(self, one: ClauseFacts | None) -> None:
        ledger = self.desk.ledger
        nothing = "" if one else self.tr("条項を選んでください。")
        erased = ERASED_ALREADY if self.overview and self.overview.erased else ""
        no_paper = self.tr(
            "この条項の書類は、ここでは作れません。作った書類は「提出を登録」で登録します。"
        )
        if one is not None and not one.clause.documents:
            no_paper = self.tr("この条項から作る書類はありません。")
        rows = one is not None and (one.proofs or any(listed for _, listed in one.state.evidence))
        reasons = (
            nothing or ("" if rows else self.tr("この条項の記録はまだありません。")),
            permitted.why_not(ledger, "seal")
            or nothing
            or erased
            or ("" if self._made_here(one) else no_paper),
            permitted.why_not(ledger, "seal") or nothing,
            permitted.why_not_write(ledger, ContractClauseSetting)
            or nothing
            or self._why_fixed(one),
            "" if self._picked else self.tr("上の「契約」で選んだ契約です。"),
            permitted.why_not(ledger, "officer_confirm")
            or ("" if self.overview else self.tr("契約を選んでください。")),
            permitted.why_not(ledger, "evidence"),
            permitted.why_not(ledger, "accept_text") or erased,
        )
        for verb, reason in zip(self._verbs, reasons, strict=True):
            verb.setEnabled(not reason)
            verb.setToolTip(f"{verb.text()}：{reason}" if reason else verb.text())
        self.text_seen.setVisible(
            self.overview is not None and bool(ledger.text_seen.waiting(self.overview.contract))
        )

    def _why_fixed(self, one: ClauseFacts | None) -> str:
        if self.overview is not None and self.overview.erased:
            return ERASED_ALREADY
        return NO_CLAUSE if one is not None and one.clause is BESIDE else ""

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.title = layout.title(self.tr("条項と証拠"))
        self.subtitle = layout.note("")
        self.erased = layout.note("")
        self.nothing = layout.note("")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._make_verbs()
        self.table = StateTable(
            self.tr("条項"),
            [self.tr(word) for word in ("条項", "求められること", "状態", "証拠")],
            wide=(1,), told=2, caps={0: 9}, spare=3, most_lines=3,
        )  # fmt: skip
        self.table.setItemDelegateForColumn(0, MiddleElided(self.table))
        self.detail = ClauseDetail(self.desk)
        self.contracts = StateTable(
            self.tr("契約ごとの状態"),
            [self.tr("契約"), self.tr("いちばん重い状態"), *(STATES[one] for one in ORDER)],
            wide=(0,), told=1,
        )  # fmt: skip
        self.table.chosen.connect(self._clause_chosen)
        self.table.opened.connect(lambda *_row: self.open_first())
        self.detail.paper_wanted.connect(self.make_paper)
        self.detail.noting_wanted.connect(self.note_paper)
        self.detail.setting_wanted.connect(self.change_setting)
        self.contracts.opened.connect(self._pick)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.table)
        self.split.addWidget(self.detail)
        self.split.setSizes([LISTED, DETAILED])
        self.split.setChildrenCollapsible(False)
        self.stack = QStackedWidget()
        for widget in (self.nothing, self.split, self.contracts):
            self.stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(8)
        for part in (self.title, self.subtitle, self.erased, self._filter_row()):
            column.addWidget(part)
        column.addWidget(self.stack, 1)
        self._enable(None)

    def _filter_row(self) -> QWidget:
        self.filter_row = QWidget()
        row = FlowLayout(self.filter_row)
        self.filters = state_filters(self, row, ORDER, self.filter_by)
        return self.filter_row

    def _make_verbs(self) -> None:
        acts = (
            (self.tr("記録を開く"), self.open_first),
            (self.tr("書類を作成"), self.make_paper),
            (self.tr("提出を登録"), self.note_paper),
            (self.tr("条項の適用"), self.change_setting),
            (self.tr("契約の一覧"), self.go_back),
            (self.tr("検査者の確認"), self.confirm_as_officer),
            (self.tr("検査の控え"), self.show_receipt),
            (self.tr("特記事項の変更を確認"), self.confirm_text),
        )
        self._verbs = make_verbs(self, acts)
        self.text_seen = self._verbs[-1]  # there only while the text is another one than was seen

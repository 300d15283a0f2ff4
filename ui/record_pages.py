"""Pages that are derived from the declarations: authorizations; people and places; contracts."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from models.after_erasure import why_kept
from models.codes import (
    AssignmentStatus,
    Code,
    CommunicationStatus,
    ContractStatus,
    DueStatus,
    FindingStatus,
    GovernanceStatus,
    IncidentStatus,
    OrganizationKind,
    PlaceStatus,
    PledgeStatus,
)
from models.kinds import Ref
from models.ledger import Ledger
from models.profiles import Profile
from models.records import (
    Assignment,
    Authorization,
    ClientCommunication,
    Contract,
    ContractPlace,
    DueItem,
    Finding,
    GovernanceDocument,
    Incident,
    IncidentLog,
    IncidentReport,
    InformationAsset,
    Organization,
    Person,
    Place,
    Pledge,
    Record,
    Terminal,
    TrainingSession,
)
from models.registers import OWN_VERBS
from models.store import Op, Query, Where
from models.terminals import this_terminal
from ui import permitted
from ui.erasing import EraseDialog
from ui.form_dialog import FormDialog
from ui.history import HistoryDialog
from ui.layout import title
from ui.outliving import outlive
from ui.page import Desk, Page
from ui.page_parts import make_verb, make_verbs
from ui.record_dialog import RecordDialog
from ui.register import RegisterView
from ui.register_export import export_list
from ui.register_print import print_list
from ui.register_widths import ColumnMemory
from ui.words import register_word


class RegisterTab(QWidget):
    """One register with everything one does to its records."""

    marked = Signal()

    def __init__(self, desk: Desk, cls: type[Record], memory: ColumnMemory | None) -> None:
        super().__init__()
        self.desk = desk
        self.cls = cls
        self.contract_id = ""
        self.profile: Profile | None = None
        self.view = RegisterView(
            desk, cls, memory=memory, how_to_begin=self.tr("「新規登録」（F2）で登録します。")
        )
        self._dialogs: list[QDialog] = []
        word = "" if cls.type in OWN_VERBS else self.tr("新規登録（F2）")
        self.view.offer_first(word, self.enter_new, self.why_not_new)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.view)
        self.view.opened.connect(lambda _id: self.open())
        self.view.marked.connect(lambda _id: self.marked.emit())

    def word(self) -> str:
        """Return what the register is called under the chosen contract."""
        return register_word(self.cls, self.profile)

    def show_contract(self, contract_id: str) -> None:
        self.contract_id = contract_id
        self.profile = self.desk.ledger.known_profile(contract_id)
        limited = self.cls is not Contract and "contract_id" in self.cls.fields()
        self.view.set_contract(contract_id if limited else "", self.profile)

    def why_fixed(self) -> str:
        """Return why the marked record stays as it is, "" when it may be corrected."""
        if (verb := OWN_VERBS.get(self.cls.type)) is not None:
            return self.tr("「{0}」のときに、記録とともに残ります。").format(verb)
        marked = self.view.marked_id() if self.cls is Contract else ""
        return why_kept(self.desk.ledger.registers, marked) if marked else ""

    def why_not_new(self) -> str:
        """Return why no record can be entered here now, "" when one can."""
        if self.cls.type in OWN_VERBS:
            return self.why_fixed()
        needed = self.cls.fields().get("contract_id")
        no_contract = needed is not None and needed.required
        return permitted.why_not_write(self.desk.ledger, self.cls) or (
            permitted.why_no_contract(self.desk.ledger) if no_contract else ""
        )

    def has_draft(self) -> bool:
        return any(isinstance(d, FormDialog) and d.is_dirty() for d in self._dialogs)

    # --- verbs -------------------------------------------------------------------------------
    def enter_new(self) -> None:
        """Enter a new record."""
        start = fresh(self.desk.ledger, self.cls, self.contract_id)
        self._edit(FormDialog(self.desk, self.cls, start=start, parent=self))

    def open(self) -> None:
        """Show the marked record."""
        stored = self.desk.ledger.registers.need(self.cls, self.view.marked_id())
        fixed = self.why_fixed() or permitted.why_not_revise(self.desk.ledger, self.cls)
        may = not fixed and not stored.meta.voided
        dialog = RecordDialog(self.desk, stored, profile=self._words(), may_revise=may, parent=self)
        dialog.revise_wanted.connect(dialog.close)
        dialog.revise_wanted.connect(self.revise)
        dialog.history_wanted.connect(self.show_history)
        self._keep(dialog)

    def revise(self) -> None:
        """Enter a new version of the marked record."""
        stored = self.desk.ledger.registers.need(self.cls, self.view.marked_id())
        self._edit(
            FormDialog(self.desk, self.cls, stored=stored, profile=self._words(), parent=self)
        )

    def void(self) -> None:
        """Take the marked record out of force, with a reason."""
        record_id = self.view.marked_id()
        registers = self.desk.ledger.registers
        why = permitted.why_it_stays(self.desk.ledger, registers.need(self.cls, record_id).record)
        if why:
            self.desk.asker.tell(self, why)
            return
        caption = registers.caption(self.cls.type, record_id)
        question = self.tr(
            "「{caption}」を取り消します。記録は消えません。取消し線と理由が残ります。\n"
            "取消しの理由を入力してください。"
        ).format(caption=caption)
        reason = self.desk.asker.line(
            self, self.tr("{word}の取消").format(word=self.word()), question
        )
        if reason is not None:
            self.desk.operations.run(
                lambda: registers.void(self.cls, record_id, reason), parent=self
            )

    def show_history(self) -> None:
        """Show every version of the marked record."""
        record_id = self.view.marked_id()
        self._keep(HistoryDialog(self.desk, self.cls.type, record_id, self._words(), self))

    def export(self) -> None:
        """Write the list to a file."""
        export_list(self.desk, self.cls, self.view.query(), self.word(), self)

    def print(self) -> None:
        """Show the list as it is printed."""
        print_list(self.view, self.word(), self)

    def keep(self, dialog: FormDialog) -> None:
        """Open a form that enters something else than a record of this register."""
        self._keep(dialog)

    def _edit(self, dialog: FormDialog) -> None:
        dialog.saved.connect(self.view.mark)
        self._keep(dialog)

    def _keep(self, dialog: QDialog) -> None:
        self._dialogs.append(dialog)
        dialog.finished.connect(lambda _result: self._dialogs.remove(dialog))
        outlive(dialog)
        dialog.open()

    def _words(self) -> Profile | None:
        """Return the words to force on a form: none, where the record names its own contract."""
        own = "contract_id" in self.cls.fields() or self.cls is Contract
        return None if own else self.profile


class RegisterPage(Page):
    """A page of one or more registers; its verbs act on the register in front.

    Args:
        memory: remembers column widths.
    """

    registers: ClassVar[tuple[type[Record], ...]] = ()
    title: ClassVar[str] = ""

    def __init__(
        self,
        desk: Desk,
        parent: QWidget | None = None,
        *,
        memory: ColumnMemory | None = None,
    ) -> None:
        super().__init__(desk, parent)
        self._stale_tabs: set[RegisterTab] = set()
        self.tabs = [RegisterTab(desk, cls, memory) for cls in self.registers]
        self.book = QTabWidget(self)
        self.book.setDocumentMode(True)
        self.book.tabBar().setVisible(len(self.tabs) > 1)
        self._verbs = self._make_verbs()
        for tab in self.tabs:
            self.book.addTab(tab, tab.word())
            tab.view.add_verbs(self._verbs)
            tab.marked.connect(self._enable)
        self.book.currentChanged.connect(self._turned)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.addWidget(title(self.title))
        column.addWidget(self.book, 1)
        self._enable()

    @property
    def tab(self) -> RegisterTab:
        """The register in front."""
        tab = self.book.currentWidget()
        assert isinstance(tab, RegisterTab)
        return tab

    def verbs(self) -> list[QAction]:
        return self._verbs

    def refresh(self) -> None:
        self._stale_tabs = set(self.tabs)
        self._refresh_front()

    def show_contract(self, contract_id: str) -> None:
        for number, tab in enumerate(self.tabs):
            tab.show_contract(contract_id)
            self.book.setTabText(number, tab.word())
        super().show_contract(contract_id)

    def show_record(self, type_: str, record_id: str) -> None:
        for tab in self.tabs:
            if tab.cls.type == type_:
                self.book.setCurrentWidget(tab)
                self._refresh_front()
                tab.view.mark(record_id)
                tab.view.table.setFocus()

    def has_draft(self) -> bool:
        return any(tab.has_draft() for tab in self.tabs)

    # --- verbs -------------------------------------------------------------------------------
    def _make_verbs(self) -> list[QAction]:
        acts: list[tuple[str, Callable[[], Any]]] = [
            (self.tr("新規登録"), lambda: self.tab.enter_new()),
            (self.tr("開く"), lambda: self.tab.open()),
            (self.tr("訂正"), lambda: self.tab.revise()),
            (self.tr("取消"), lambda: self.tab.void()),
            (self.tr("履歴"), lambda: self.tab.show_history()),
            (self.tr("書出し"), lambda: self.tab.export()),
            (self.tr("印刷"), lambda: self.tab.print()),
        ]
        return make_verbs(self, acts)

    def _enable(self) -> None:
        """Enable what may be done now; what may not says why in its tooltip."""
        tab = self.tab
        ledger, cls = self.desk.ledger, tab.cls
        nothing = "" if tab.view.marked_id() else self.tr("一覧から行を選んでください。")
        voided = (
            self.tr("この記録は、すでに取り消されています。") if tab.view.marked_is_voided() else ""
        )
        reasons = (
            permitted.why_not_write(ledger, cls),
            nothing,
            permitted.why_not_revise(ledger, cls) or nothing or voided or tab.why_fixed(),
            permitted.why_not_void(ledger, cls) or nothing or voided,
            nothing,
            permitted.why_not(ledger, "export"),
        )
        for verb, reason in zip(self._verbs, reasons, strict=False):
            verb.setEnabled(not reason)
            verb.setToolTip(f"{verb.text()}：{reason}" if reason else verb.text())

    # --- freshness ---------------------------------------------------------------------------
    def _turned(self, _number: int) -> None:
        self._refresh_front()
        self._enable()

    def _refresh_front(self) -> None:
        if self.tab in self._stale_tabs:
            self._stale_tabs.discard(self.tab)
            self.tab.view.refresh()


def shown_types(*registers: type[Record]) -> frozenset[str]:
    """Return the record types whose changes show in lists of these registers."""
    found = {cls.type for cls in registers} | {Contract.type}  # the first lets others begin
    for cls in registers:
        kinds = (cls.fields()[name].kind for name in cls.columns)
        found |= {kind.type for kind in kinds if isinstance(kind, Ref)}
    return frozenset(found)


class AuthorizationPage(RegisterPage):
    """承諾・指示: what the client allowed, ordered or designated."""

    registers = (Authorization,)
    title = "承諾・指示"
    types = shown_types(*registers)
    help_key = "authorization"


class PeoplePage(RegisterPage):
    """従事者・場所: who works in which role, and where."""

    registers = (Person, Assignment, Place, ContractPlace)
    title = "従事者・場所"
    types = shown_types(*registers)
    help_key = "people"


class ContractsPage(RegisterPage):
    """契約・組織: contracts, the parties to them, and the information entrusted."""

    registers = (Contract, Organization, InformationAsset)
    title = "契約・組織"
    types = shown_types(*registers)
    help_key = "contracts"

    def erase(self) -> None:
        """Show what erasing the content of the marked contract would do, and let it be done."""
        ledger, contract_id = self.desk.ledger, self.tab.view.marked_id()
        self.desk.operations.ask(
            lambda: ledger.ending.plan(contract_id),
            lambda plan: EraseDialog(self.desk, plan, self).open(),
            parent=self,
        )

    def _make_verbs(self) -> list[QAction]:
        self._erase = make_verb(self, self.tr("内容の消去"), self.erase)
        return [*super()._make_verbs(), self._erase]

    def _enable(self) -> None:
        super()._enable()
        marked = self.tab.cls is Contract and self.tab.view.marked_id()
        nothing = "" if marked else self.tr("一覧から契約を選んでください。")
        reason = permitted.why_not(self.desk.ledger, "erase") or nothing
        self._erase.setEnabled(not reason)
        word = self._erase.text()
        self._erase.setToolTip(f"{word}：{reason}" if reason else word)


FIRST_STATUS: Mapping[type[Record], Code] = {
    Assignment: AssignmentStatus.PLANNED,
    ContractPlace: PlaceStatus.PLANNED,
    Pledge: PledgeStatus.SIGNED,
    ClientCommunication: CommunicationStatus.OPEN,
    DueItem: DueStatus.OPEN,
    Finding: FindingStatus.OPEN,
    GovernanceDocument: GovernanceStatus.DRAFT,
    Incident: IncidentStatus.DETECTED,
}
"""The state in which people usually enter a record; they may choose another."""
OF_INCIDENTS = (IncidentLog, IncidentReport)
"""Their contract is that of the incident; the ledger fills it in."""


def fresh(ledger: Ledger, cls: type[Record], contract_id: str) -> Record:
    """Return what a new record of a register begins with."""
    values: dict[str, Any] = {}
    if "contract_id" in cls.fields() and contract_id and cls not in OF_INCIDENTS:
        values["contract_id"] = contract_id
    if cls is Contract:
        values |= {"status": ContractStatus.PREPARING, "contractor_org_id": _contractor(ledger)}
    elif cls is Person:
        values["organization_id"] = _contractor(ledger)
    elif cls is Terminal:
        values |= this_terminal(ledger)
    elif cls is TrainingSession and contract_id:
        values["contract_ids"] = (contract_id,)
    elif cls is Incident:
        values["known_at"] = ledger.now().replace(second=0, microsecond=0)
    if cls in FIRST_STATUS:
        values["status"] = FIRST_STATUS[cls]
    return cls(**values)


def _contractor(ledger: Ledger) -> str:
    """Return the organization that keeps this ledger, when there is only one contractor."""
    where = (Where("kinds", Op.HAS, OrganizationKind.CONTRACTOR),)
    found = ledger.store.find(Organization, Query(Organization.type, where), limit=2)
    return found[0].record.id if len(found) == 1 else ""

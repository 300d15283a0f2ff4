"""台帳一覧: every register by what it is about; those without a page of their own are kept here."""

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from models.fields import NOT_RECORDED
from models.records import (
    AccessRight,
    ClientCommunication,
    ContentErasure,
    ContractClauseSetting,
    Credential,
    DueItem,
    Finding,
    GovernanceDocument,
    OfficerConfirmation,
    Pledge,
    Record,
    RuleOverride,
    Terminal,
    TrainingPlan,
    TrainingSession,
)
from models.registers import OWN_VERBS
from ui import permitted
from ui.editor_texts import in_words
from ui.page import Desk
from ui.page_parts import make_verb
from ui.record_pages import RegisterPage, shown_types
from ui.register_widths import ColumnMemory

GROUPS: tuple[tuple[str, tuple[type[Record], ...]], ...] = (
    ("人", (Pledge, TrainingPlan, TrainingSession, Credential)),
    ("連絡・予定", (ClientCommunication, DueItem, Finding, OfficerConfirmation)),
    ("機器", (Terminal,)),
    ("決まり・権限", (GovernanceDocument, ContractClauseSetting, RuleOverride, AccessRight)),
    ("契約の終わり", (ContentErasure,)),
)
ELSEWHERE: tuple[tuple[str, str], ...] = (
    ("従事者名簿", "assignment"),
    ("作業場所・保管場所簿", "contract_place"),
    ("個人情報（情報資産）簿", "information_asset"),
    ("パソコン等・媒体管理台帳", "item"),
    ("個人情報管理台帳（取扱記録）", "handling_event"),
    ("承諾・指示簿", "authorization"),
    ("提出書類簿", "submission"),
    ("事故簿（事故・違反）", "incident"),
    ("バックアップ簿", "backup_run"),
    ("利用者簿", "user_account"),
)
"""Registers that have a page of their own; a clerk who looks for them here is led there."""
VERIFYING = (
    "次の是正を、責任者として確かめたことにします。\n\n指摘：{0}\n是正措置：{1}\n是正日：{2}"
)
ROLE = Qt.ItemDataRole.UserRole
WIDTH = 280


class RegistersPage(RegisterPage):
    """A list of registers on the left, the chosen one on the right."""

    registers = tuple(cls for _, classes in GROUPS for cls in classes)
    types: ClassVar[frozenset[str]] = shown_types(*registers)
    help_key = "registers"
    title = "台帳一覧"

    def __init__(
        self, desk: Desk, parent: QWidget | None = None, *, memory: ColumnMemory | None = None
    ) -> None:
        super().__init__(desk, parent, memory=memory)
        self.book.tabBar().hide()
        self.book.setTabPosition(QTabWidget.TabPosition.North)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("台帳"))
        self.list.setFixedWidth(WIDTH)
        self._fill()
        self.list.currentItemChanged.connect(self._chosen)
        self.list.itemActivated.connect(self._entered)
        self.list.itemClicked.connect(self._entered)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.removeWidget(self.book)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.list)
        row.addWidget(self.book, 1)
        box = QWidget()
        box.setLayout(row)
        layout.addWidget(box, 1)
        self._mark(self.registers[0].type)

    def show_record(self, type_: str, record_id: str) -> None:
        self._mark(type_)
        super().show_record(type_, record_id)

    def show_contract(self, contract_id: str) -> None:
        super().show_contract(contract_id)
        words = {tab.cls.type: tab.word() for tab in self.tabs}
        for entry in self._entries():
            if entry.data(ROLE) in words:
                entry.setText(f"　{words[entry.data(ROLE)]}")

    # --- verbs -------------------------------------------
    def verify(self) -> None:
        """Confirm, after a look at it, that the marked finding was put right."""
        ledger = self.desk.ledger
        finding = ledger.registers.need(Finding, self.tab.view.marked_id()).record
        if why_not := ledger.corrections.why_not(finding):
            self.desk.asker.warn(self, why_not)
            return
        day = in_words(finding.completed_on) if finding.completed_on else NOT_RECORDED
        question = self.tr(VERIFYING).format(finding.description, finding.action, day)
        if self.desk.asker.confirm(self, question, yes=self.tr("確認する")):
            self.desk.operations.run(lambda: ledger.corrections.verify([finding.id]), parent=self)

    def _make_verbs(self) -> list[QAction]:
        self._verify = make_verb(self, self.tr("是正を確認"), self.verify)
        return [*super()._make_verbs(), self._verify]

    def _enable(self) -> None:
        super()._enable()
        self._enable_verify()
        where = OWN_VERBS.get(self.tab.cls.type)
        if where is not None:
            for verb in (self._verbs[0], self._verbs[2], self._verbs[3]):
                verb.setEnabled(False)
                verb.setToolTip(self.tr("「{0}」のときに、記録とともに残ります。").format(where))

    def _enable_verify(self) -> None:
        view = self.tab.view
        marked = self.tab.cls is Finding and view.marked_id()
        nothing = "" if marked else self.tr("「指摘・是正」の一覧から行を選んでください。")
        voided = (
            self.tr("この記録は、すでに取り消されています。") if view.marked_is_voided() else ""
        )
        reason = permitted.why_not(self.desk.ledger, "verify_finding") or nothing or voided
        permitted.offer(self._verify, reason)

    # --- the list ----------------------------------------
    def _fill(self) -> None:
        for heading, classes in GROUPS:
            self._add_heading(heading)
            for cls in classes:
                self._add(cls.label, cls.type)
        self._add_heading(self.tr("ほかの画面にある台帳"))
        for word, type_ in ELSEWHERE:
            self._add(f"{word} →", type_)

    def _add_heading(self, word: str) -> None:
        entry = QListWidgetItem(word)
        entry.setFlags(Qt.ItemFlag.NoItemFlags)
        font = entry.font()
        font.setBold(True)
        entry.setFont(font)
        self.list.addItem(entry)

    def _add(self, word: str, type_: str) -> None:
        entry = QListWidgetItem(f"　{word}")
        entry.setData(ROLE, type_)
        self.list.addItem(entry)

    def _entries(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _mark(self, type_: str) -> None:
        for entry in self._entries():
            if entry.data(ROLE) == type_:
                self.list.setCurrentItem(entry)

    def _chosen(self, entry: QListWidgetItem | None) -> None:
        """Show the register as soon as it is marked; other pages only when it is entered."""
        type_ = entry.data(ROLE) if entry is not None else None
        for tab in self.tabs:
            if tab.cls.type == type_:
                self.book.setCurrentWidget(tab)

    def _entered(self, entry: QListWidgetItem) -> None:
        type_ = str(entry.data(ROLE) or "")
        if type_ in {one for _, one in ELSEWHERE}:
            self.desk.go(type_, "")

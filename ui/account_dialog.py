"""A new account: who, which login and role, which contracts, and a first password."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from models.codes import AccessLevel, AccountStatus, Role
from models.errors import AzukariError, NotAnswered
from models.kinds_of_time import Day
from models.managing import Managed
from models.records import Contract, Person
from ui.answering import enter
from ui.asking import dialog_buttons
from ui.editor_choices import make_box
from ui.keys import EnterMovesOn
from ui.layout import add_row, align, form, heading, note, say, slim
from ui.new_password import NewPassword
from ui.page import Desk
from ui.tick_list import tick_list, ticked
from ui.whole_dialog import WholeDialog


class AccountDialog(WholeDialog):
    """A new account: who, login, role, contracts, first password."""

    def __init__(
        self,
        desk: Desk,
        people: list[Person],
        contracts: list[Contract],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setWindowTitle(self.tr("利用者の追加"))
        self.setMinimumWidth(560)
        self.person = make_box(self)
        self._offer(people)
        slim(self.person)
        self.login = QLineEdit()
        self.login.setMaxLength(60)
        EnterMovesOn(self.login)
        self.role = make_box(self)
        self._offer_roles()
        offered = [(one.id, f"{one.contract_no}　{one.title}") for one in contracts]
        self.contracts = tick_list(self.tr("見てよい契約"), offered)
        self.last_day = QLineEdit()
        self.last_day.setPlaceholderText(self.tr("例 令和9年3月31日（検査者は必ず入力）"))
        EnterMovesOn(self.last_day)
        self.password = NewPassword(
            desk.operations,
            lambda: desk.ledger.people.own_words(
                self.person.currentData() or "", self.login.text()
            ),
            self.tr("最初のパスワード"),
        )
        rows = form()
        add_row(rows, self.tr("人"), self.person)
        add_row(rows, self.tr("利用者名"), self.login)
        add_row(rows, self.tr("区分"), self.role)
        add_row(rows, self.tr("見てよい契約"), self.contracts)
        add_row(rows, self.tr("利用期限"), self.last_day)
        advice = self.tr(
            "人は、先に「従事者・場所」で登録します。最初のパスワードは本人に直接伝えてください。"
            "本人が初めて開くときに、自分のパスワードに変えます。"
            "従事者は、指定された契約を、ここで選ばなくても見られます。"
        )
        self.message = note("")
        self.buttons = dialog_buttons(self, self.tr("追加する"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(heading(self.windowTitle()))
        column.addWidget(note(advice))
        column.addLayout(rows)
        column.addWidget(self.password)
        column.addWidget(self.message)
        column.addWidget(self.buttons)
        align(self)

    def _offer(self, people: list[Person]) -> None:
        """Offer first those who have no way in yet."""
        accounts = self.desk.ledger.people.accounts()
        have = {one.person_id for one in accounts if one.status is not AccountStatus.DISABLED}
        for person in sorted(people, key=lambda one: one.id in have):
            kana = f"（{person.name_kana}）" if person.name_kana else ""
            word = self.tr("　登録済み") if person.id in have else ""
            self.person.addItem(f"{person.name}{kana}{word}", person.id)

    def _offer_roles(self) -> None:
        """Offer what the user may add, and say of the others who may."""
        managing = self.desk.ledger.people.managing
        reasons = {role: managing.why_not(Managed.ADD, role) for role in Role}
        for role, reason in reasons.items():
            self.role.addItem(role.label, str(role))
            if reason:
                row = self.role.count() - 1
                self.role.setItemData(row, reason, Qt.ItemDataRole.ToolTipRole)
                model = self.role.model()
                assert isinstance(model, QStandardItemModel)
                model.item(row).setEnabled(False)
        allowed = [row for row, reason in enumerate(reasons.values()) if not reason]
        self.role.setCurrentIndex(allowed[0] if allowed else 0)

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Add the account; the dialog stays with the sentence when that is refused."""
        login = self.login.text().strip()
        problem = self.password.problem() if login else self.tr("「利用者名」を入力してください。")
        last_day = None
        try:
            last_day = Day().parse(self.last_day.text())
        except ValueError as error:
            problem = problem or f"「{self.tr('利用期限')}」{error}"
        person_id, role = str(self.person.currentData()), Role.read(self.role.currentData())
        contracts = self._rights(role)
        if role is Role.INSPECTOR and not contracts:
            problem = problem or self.tr("検査者の「見てよい契約」を選んでください。")
        say(self.message, problem, "problem")
        if problem:
            return
        password = self.password.take()
        self.buttons.setEnabled(False)
        enter(
            self.desk,
            lambda answers: self.desk.ledger.people.add_account(
                person_id,
                login=login,
                role=role,
                password=password,
                valid_until=last_day,
                contracts=contracts,
                answers=answers,
            ),
            done=lambda _: super(AccountDialog, self).accept(),
            failed=self._failed,
            parent=self,
        )

    def _rights(self, role: Role) -> dict[str, AccessLevel] | None:
        """Return the chosen rights; None leaves it to the assignments."""
        chosen = ticked(self.contracts)
        level = AccessLevel.READ if role is Role.INSPECTOR else AccessLevel.RECORD
        return dict.fromkeys(chosen, level) or None

    def _failed(self, error: AzukariError) -> None:
        self.buttons.setEnabled(True)
        if not isinstance(error, NotAnswered):
            say(self.message, str(error), "problem")

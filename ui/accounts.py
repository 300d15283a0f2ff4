"""The people who may sign in: add with a first password, disable, reissue, change one's own."""

from collections.abc import Callable

from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models import wareki
from models.codes import AccessLevel, AccountStatus, Role
from models.commands import Change
from models.errors import AzukariError, Cancelled
from models.kinds_of_time import Day
from models.password_review import record_review
from models.records import Contract, Organization, Person, UserAccount
from models.safe import NewSheet
from models.store import Progress
from ui.asking import dialog_buttons
from ui.editor_choices import make_box
from ui.keys import EnterMovesOn
from ui.layout import add_row, align, form, heading, note, say, slim
from ui.must_change import OwnPasswordDialog
from ui.new_password import NewPassword
from ui.new_sheet import NewSheetDialog
from ui.page import Desk
from ui.page_parts import heads_left, only_read
from ui.proposals import ProposalsCard
from ui.reissuing import ExposedDialog, ReissueDialog
from ui.tick_list import tick_list, ticked
from ui.whole_dialog import WholeDialog

HEADINGS = ("氏名", "利用者名", "区分", "状態", "パスワード変更日", "利用期限")
WIDEST = 340  # pixels of a column: a date and （最初のパスワードのまま）
UNSEEN = "（表示する資格なし）"  # somebody of a client whose contracts this user does not see
NOT_RENEWED = "中止しました。暗号鍵は、これまでのままです。"


class AccountsPart(QWidget):
    """The list of accounts."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._accounts: list[UserAccount] = []
        self.table = QTableWidget(0, len(HEADINGS))
        self.table.setHorizontalHeaderLabels(list(HEADINGS))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        only_read(self.table, self.tr("利用者の一覧"))
        heads_left(self.table)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(110)
        header.setMaximumSectionSize(WIDEST)  # a long name must not push out who may what
        header.setStretchLastSection(True)
        column = QVBoxLayout(self)
        column.addWidget(
            note(self.tr("一人に一つの利用者名を使います。停止した人の記録は、そのまま残ります。"))
        )
        self.proposals = ProposalsCard(desk)
        column.addWidget(self.proposals)
        column.addWidget(self.table, 1)

    def refresh(self) -> None:
        self.proposals.refresh()
        ledger, unseen = self.desk.ledger, self.tr(UNSEEN)

        def read() -> list[tuple[UserAccount, str]]:
            accounts = ledger.people.accounts()
            people = ledger.store.get_many(Person, [a.person_id for a in accounts])
            names = {key: stored.record.name for key, stored in people.items()}
            return [(a, names.get(a.person_id, unseen)) for a in accounts]

        self.desk.operations.ask(read, self._show, parent=self)

    def chosen(self) -> UserAccount | None:
        """Return the marked account; says so when none is marked."""
        row = self.table.currentRow()
        if 0 <= row < len(self._accounts):
            return self._accounts[row]
        self.desk.asker.tell(self, self.tr("一覧から利用者を選んでください。"))
        return None

    # --- verbs ----------------------------------------
    def add(self) -> None:
        """Give a person a way in."""
        ledger = self.desk.ledger

        def read() -> tuple[list[Person], list[Contract]]:
            ledger.require("accounts")
            people = [stored.record for stored in ledger.registers.all(Person)]
            return people, [stored.record for stored in ledger.contracts()]

        def show(found: tuple[list[Person], list[Contract]]) -> None:
            AccountDialog(self.desk, *found, self).exec()

        self.desk.operations.ask(read, show, parent=self)

    def reissue(self) -> None:
        """Give somebody who forgot his password a first one."""
        account = self.chosen()
        if account is not None:
            ReissueDialog(self.desk, account, self).exec()

    def shut(self) -> None:
        """Shut everything that a known password or a lost card opens, in one act (A-06)."""
        account = self.chosen()
        if account is not None:
            ExposedDialog(self.desk, account, self).exec()

    def disable(self) -> None:
        """Take a way in away."""
        account = self.chosen()
        if account is None:
            return
        reason = self.desk.asker.line(
            self,
            self.tr("利用停止"),
            self.tr("「{0}」を利用停止にする理由を入力してください。").format(account.login_name),
        )
        if reason is not None:
            account_id, people = account.id, self.desk.ledger.people
            self._with_new_key(
                self.tr("利用停止と暗号鍵の更新"),
                lambda progress: people.disable_account(account_id, reason, progress),
            )

    def renew_key(self) -> None:
        """Give the ledger a new data key, because a password may be known to others."""
        reason = self.desk.asker.line(
            self,
            self.tr("暗号鍵の更新"),
            self.tr(
                "パスワードを人に知られたおそれがあるときや、定めた時期に行います。"
                "知られた人のパスワードは、先に再発行してください。\n"
                "更新の後は、以前の鍵ファイルの写しでは台帳を開けません。理由を入力してください。"
            ),
        )
        if reason is not None:
            people = self.desk.ledger.people
            self._with_new_key(
                self.tr("暗号鍵の更新"), lambda progress: people.renew_key(reason, progress)
            )

    def new_sheet(self) -> None:
        """Put another recovery sheet in force: the old one was lost, seen, or never written down."""
        ledger = self.desk.ledger

        def draw() -> tuple[NewSheet, str]:
            contractor = ledger.registers.one(Organization)  # the first one keeps the ledger
            return ledger.people.draw_sheet(), contractor.record.name if contractor else ""

        def show(found: tuple[NewSheet, str]) -> None:
            NewSheetDialog(self.desk, *found, self).exec()

        self.desk.operations.ask(draw, show, parent=self)

    def _with_new_key(self, title: str, work: Callable[[Progress], Change]) -> None:
        """Run what encrypts the whole ledger again: minutes for a large one."""

        def told(change: Change) -> None:
            self.desk.asker.tell(self, "\n".join(change.notices))

        def stopped(error: AzukariError) -> None:
            if isinstance(error, Cancelled):
                self.desk.asker.tell(self, self.tr(NOT_RENEWED))
            else:
                self.desk.operations.tell(error, self)

        self.desk.operations.long(title, work, told, self, failed=stopped, late=True)

    def review(self) -> None:
        """Enter that all accounts were looked over."""
        finding = self.desk.asker.line(
            self,
            self.tr("パスワードと資格の見直し"),
            self.tr(
                "一覧の利用者が今も必要な人であること、区分と利用期限、パスワードの変更日を確かめ、"
                "所見を入力してください（例　全員、今も従事している。変更不要）。"
            ),
        )
        if finding is not None:
            ledger = self.desk.ledger
            self.desk.operations.run(lambda: record_review(ledger, finding), parent=self)

    def change_own(self) -> None:
        """Change the signed-in user's password."""
        dialog = OwnPasswordDialog(self.desk.ledger, self.desk.operations, self)
        if dialog.exec():
            self.desk.asker.tell(self, self.tr("パスワードを変更しました。"))

    def _show(self, found: list[tuple[UserAccount, str]]) -> None:
        self._accounts = [account for account, _ in found]
        self.table.setRowCount(len(found))
        for row, (account, name) in enumerate(found):
            for place, text in enumerate(_texts(account, name)):
                cell = QTableWidgetItem(text)
                cell.setToolTip(text)
                self.table.setItem(row, place, cell)


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
        for role in Role:
            self.role.addItem(role.label, str(role))
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
        self.desk.operations.run(
            lambda: self.desk.ledger.people.add_account(
                person_id,
                login=login,
                role=role,
                password=password,
                valid_until=last_day,
                contracts=contracts,
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
        say(self.message, str(error), "problem")


def _texts(account: UserAccount, name: str) -> tuple[str, ...]:
    changed, until = account.password_changed_on, account.valid_until
    first = "（最初のパスワードのまま）" if account.must_change else ""
    return (
        name,
        account.login_name,
        account.app_role.label if account.app_role else "記録なし",
        account.status.label if account.status else "記録なし",
        (wareki.format_wareki(changed) if changed else "記録なし") + first,
        wareki.format_wareki(until) if until else "期限なし",
    )

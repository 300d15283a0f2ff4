"""The people who may sign in: add with a first password, disable, reissue, change one's own."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models import wareki
from models.codes import Role
from models.commands import Change
from models.errors import AzukariError, Cancelled, NotAnswered
from models.managing import Managed
from models.password_review import record_review
from models.records import Contract, Organization, Person, UserAccount
from models.safe import NewSheet
from ui.account_dialog import AccountDialog
from ui.answering import Lasting, enter_lasting
from ui.layout import note
from ui.must_change import OwnPasswordDialog
from ui.new_sheet import NewSheetDialog
from ui.page import Desk
from ui.page_parts import heads_left, only_read
from ui.proposals import ProposalsCard
from ui.reissuing import ExposedDialog, ReissueDialog

HEADINGS = ("氏名", "利用者名", "区分", "状態", "パスワード変更日", "利用期限")
WIDEST = 340  # pixels of a column: a date and （最初のパスワードのまま）
UNSEEN = "（表示する資格なし）"  # somebody of a client whose contracts this user does not see
NONE_MARKED = "一覧から利用者を選んでください。"
NOT_RENEWED = "中止しました。暗号鍵は、これまでのままです。"


@dataclass(frozen=True)
class Accounts:
    """What the list shows, read beside the window.

    Args:
        named: the accounts with the names of their people.
        shut: ids of those that nobody can open on this PC until a password is issued.
        why_not: by account, why the user may not do what to it.
        nobody_new: why he may add nobody, "" when he may.
    """

    named: tuple[tuple[UserAccount, str], ...]
    shut: frozenset[str]
    why_not: dict[str, dict[Managed, str]]
    nobody_new: str


class AccountsPart(QWidget):
    """The list of accounts.

    Attributes:
        chose: another account is marked, or what may be done to one is another.
    """

    chose = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._accounts: list[UserAccount] = []
        self._why_not: dict[str, dict[Managed, str]] = {}  # by id of the account
        self._nobody_new = ""
        self.table = QTableWidget(0, len(HEADINGS))
        self.table.setHorizontalHeaderLabels(list(HEADINGS))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        only_read(self.table, self.tr("利用者の一覧"))
        heads_left(self.table)
        self.table.itemSelectionChanged.connect(self.chose.emit)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(110)
        header.setMaximumSectionSize(WIDEST)  # a long name must not push out who may what
        header.setStretchLastSection(True)
        column = QVBoxLayout(self)
        column.addWidget(
            note(
                self.tr(
                    "一人に一つの利用者名を使います。停止した人の記録は、そのまま残ります。"
                    "再発行や停止は、一覧でその人を選んでから行います。"
                )
            )
        )
        self.proposals = ProposalsCard(desk)
        column.addWidget(self.proposals)
        column.addWidget(self.table, 1)

    def refresh(self) -> None:
        self.proposals.refresh()
        ledger, unseen = self.desk.ledger, self.tr(UNSEEN)

        def read() -> Accounts:
            accounts, managing = ledger.people.accounts(), ledger.people.managing
            people = ledger.store.get_many(Person, [a.person_id for a in accounts])
            names = {key: stored.record.name for key, stored in people.items()}
            new = [managing.why_not(Managed.ADD, role) for role in Role]
            return Accounts(
                tuple((a, names.get(a.person_id, unseen)) for a in accounts),
                frozenset(way.user_id for way in ledger.safe.ways_in() if not way.here),
                {a.id: {m: managing.why_not(m, a.app_role, a) for m in Managed} for a in accounts},
                new[0] if all(new) else "",
            )

        self.desk.operations.ask(read, self._show, parent=self)

    def why_not(self, act: Managed) -> str:
        """Return why an act may not be done to the marked account now, "" when it may."""
        if act is Managed.ADD:
            return self._nobody_new
        if (marked := self._marked()) is None:
            return self.tr(NONE_MARKED)
        return self._why_not[marked.id][act]

    def chosen(self) -> UserAccount | None:
        """Return the marked account; says so when none is marked."""
        if (marked := self._marked()) is None:
            self.desk.asker.tell(self, self.tr(NONE_MARKED))
        return marked

    def _marked(self) -> UserAccount | None:
        row = self.table.currentRow()
        return self._accounts[row] if 0 <= row < len(self._accounts) else None

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
                lambda progress, answers: people.disable_account(
                    account_id, reason, progress, answers=answers
                ),
            )

    def renew_key(self) -> None:
        """Give the ledger a new data key at the time that was fixed for it."""
        reason = self.desk.asker.line(
            self,
            self.tr("暗号鍵の更新"),
            self.tr(
                "定めた時期に行います。パスワードを人に知られたおそれがあるときや、カードをなくしたときは、"
                "ここではなく「知られた・紛失」で行います（暗号鍵も更新します）。\n"
                "更新の後は、以前の鍵ファイルの写しでは台帳を開けません。理由を入力してください。"
            ),
        )
        if reason is not None:
            people = self.desk.ledger.people
            self._with_new_key(
                self.tr("暗号鍵の更新"), lambda progress, _: people.renew_key(reason, progress)
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

    def _with_new_key(self, title: str, work: Lasting) -> None:
        """Run what encrypts the whole ledger again: minutes for a large one."""

        def told(change: Change) -> None:
            self.desk.asker.tell(self, "\n".join(change.notices))

        def stopped(error: AzukariError) -> None:
            if isinstance(error, Cancelled):
                self.desk.asker.tell(self, self.tr(NOT_RENEWED))
            elif not isinstance(error, NotAnswered):
                self.desk.operations.tell(error, self)

        enter_lasting(self.desk, title, work, done=told, failed=stopped, parent=self)

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
            said = "\n".join(dialog.told) or self.tr("パスワードを変更しました。")
            self.desk.asker.tell(self, said)

    def _show(self, found: "Accounts") -> None:
        self._accounts = [account for account, _ in found.named]
        self._why_not, self._nobody_new = found.why_not, found.nobody_new
        self.table.setRowCount(len(found.named))
        for row, (account, name) in enumerate(found.named):
            for place, text in enumerate(_texts(account, name, shut=account.id in found.shut)):
                cell = QTableWidgetItem(text)
                cell.setToolTip(text)
                self.table.setItem(row, place, cell)
        self.chose.emit()


def _texts(account: UserAccount, name: str, *, shut: bool) -> tuple[str, ...]:
    changed, until = account.password_changed_on, account.valid_until
    first = "（最初のパスワードのまま）" if account.must_change else ""
    first = "（再発行するまで使えません）" if shut else first
    return (
        name,
        account.login_name,
        account.app_role.label if account.app_role else "記録なし",
        account.status.label if account.status else "記録なし",
        (wareki.format_wareki(changed) if changed else "記録なし") + first,
        wareki.format_wareki(until) if until else "期限なし",
    )

"""New secrets for somebody: after a lost password, and when a password or card is in other hands."""

from typing import ClassVar

from PySide6.QtWidgets import QDialog, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from models.commands import Change
from models.errors import AzukariError, NotAnswered
from models.exposure import cards_of, shut
from models.records import UserAccount
from models.rules.answers import Answers
from models.store import Progress
from ui.answering import enter, enter_lasting
from ui.asking import dialog_buttons
from ui.keys import EnterMovesOn
from ui.layout import add_row, align, form, heading, note, say
from ui.new_password import NewPassword
from ui.page import Desk
from ui.password_line import PasswordLine
from ui.tick_list import tick_list, ticked
from ui.whole_dialog import WholeDialog


class ReissueDialog(WholeDialog):
    """A first password for somebody who lost his own."""

    word: ClassVar[str] = "パスワードの再発行"
    verb: ClassVar[str] = "再発行する"
    example: ClassVar[str] = "本人からの申出（失念）"
    advice: ClassVar[str] = "本人であることを確かめてから再発行してください。"
    issues: ClassVar[bool] = True  # a first password to somebody else

    def __init__(self, desk: Desk, account: UserAccount, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._account = account
        self.own = account.id == desk.ledger.user.id
        self.setWindowTitle(self.tr(self.word))
        self.setMinimumWidth(560)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr(self.example))
        EnterMovesOn(self.reason)
        self.password = NewPassword(
            desk.operations,
            lambda: desk.ledger.people.own_words(account.person_id, account.login_name),
            self.tr("新しいパスワード") if self.own else self.tr("最初のパスワード"),
        )
        self.password.setVisible(self.own or self.issues)
        rows = form()
        add_row(rows, self.tr("理由"), self.reason)
        self.more_rows(rows)
        self.message = note("")
        self.buttons = dialog_buttons(self, self.tr(self.verb))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(heading(f"{account.login_name}　{self.windowTitle()}"))
        for words in self.advices():
            column.addWidget(note(self.tr(words)))
        column.addLayout(rows)
        column.addWidget(self.password)
        column.addWidget(self.message)
        column.addWidget(self.buttons)
        align(self)

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Reissue; the old key set is gone then."""
        reason = self.reason.text().strip()
        asked = self.own or self.issues
        problem = "" if reason else self.tr("「理由」を入力してください。")
        if asked and not problem:
            problem = self.password.problem()
        say(self.message, problem, "problem")
        if problem:
            return
        self.buttons.setEnabled(False)
        self.carry_out(self.password.take(), reason)

    def advices(self) -> tuple[str, ...]:
        """Return what is said above the lines."""
        return (self.advice,)

    def more_rows(self, rows: QFormLayout) -> None:
        """Add what else is asked."""

    def carry_out(self, password: str, reason: str) -> None:
        """Do what the dialog is for."""
        people, account_id = self.desk.ledger.people, self._account.id
        enter(
            self.desk,
            lambda answers: people.reissue_password(account_id, password, reason, answers=answers),
            done=lambda _: super(ReissueDialog, self).accept(),
            failed=self._failed,
            parent=self,
        )

    def _failed(self, error: AzukariError) -> None:
        self.buttons.setEnabled(True)
        if not isinstance(error, NotAnswered):
            say(self.message, str(error), "problem")


class ExposedDialog(ReissueDialog):
    """A password is known to others or a card is lost: what they open is shut at once."""

    word = "パスワードを知られた・カードをなくした"
    verb = "すぐに使えなくする"
    example = "例　机に置いたメモを来客に見られた"
    advice = (
        "今のパスワードを使えなくし（二度と使えません）、印を付けたカードを無効にし、暗号鍵を更新します。"
        "以前の鍵ファイルの写しやカードでは、これから書くものを開けません。調査と報告のため、「事故・違反」に"
        "登録します。"
    )
    issues = False
    for_another: ClassVar[str] = (
        "この人は、再発行を受けるまで台帳を開けません。最初のパスワードは、ここでは決めません。"
        "本人であることを確かめて、「パスワードの再発行」で渡してください。\n"
        "本人がパスワードを変える前に行ってください。知られたおそれがあると印を付けずにもう変えていたときは、"
        "前のパスワードに戻さないよう、本人に伝えてください（台帳は、それと比べられません）。"
    )

    def advices(self) -> tuple[str, ...]:
        return (self.advice,) if self.own else (self.advice, self.for_another)

    def more_rows(self, rows: QFormLayout) -> None:
        ledger = self.desk.ledger
        self.old = PasswordLine()
        if self.own:
            add_row(rows, self.tr("今のパスワード"), self.old)
            EnterMovesOn(self.old)
        cards = cards_of(ledger, self._account.person_id)
        self.cards = tick_list(
            self.tr("使えなくするカード・鍵"), [(c.id, c.caption()) for c in cards]
        )
        if cards:
            add_row(rows, self.tr("カード・鍵"), self.cards)

    def carry_out(self, password: str, reason: str) -> None:
        ledger, account_id = self.desk.ledger, self._account.id
        old, cards = self.old.take(), ticked(self.cards)

        def work(progress: Progress, answers: Answers) -> Change:
            return shut(
                ledger, account_id, reason, old_password=old, new_password=password, cards=cards,
                progress=progress, answers=answers,
            )  # fmt: skip

        def done(change: Change) -> None:
            self.desk.asker.tell(self, "\n".join(change.notices))
            QDialog.accept(self)

        enter_lasting(self.desk, self.word, work, done=done, failed=self._failed, parent=self)

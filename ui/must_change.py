"""Changing one's own password: asked for at the first sign-in, offered in the settings later."""

from PySide6.QtWidgets import QCheckBox, QDialogButtonBox, QVBoxLayout, QWidget

from models.commands import Change
from models.errors import AzukariError
from models.exposure import change_known
from models.former_passwords import former_passwords
from models.ledger import Ledger
from models.password_review import confirm_own, is_late
from models.store import Progress
from ui.asking import dialog_buttons
from ui.keys import EnterMovesOn
from ui.layout import add_row, align, button, form, heading, note, say
from ui.new_password import NewPassword
from ui.operations import Operations
from ui.password_line import PasswordLine
from ui.whole_dialog import WholeDialog

FORMER = "今のものと、その前の{0}個までのパスワードは使えません。"
KNOWN = "今までのパスワードを人に知られたおそれがあります"
NEVER_AGAIN = "印を付けると、今までのパスワードは二度と使えなくなります。"
REMINDER = "教えない、書き留めない、ほかで使わないことを承知しました"


class OwnPasswordDialog(WholeDialog):
    """Asks for the present password and a new one, and changes it."""

    reason = "今のパスワードと、新しいパスワードを入力してください。"

    def __init__(
        self, ledger: Ledger, operations: Operations, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._operations = operations
        self.told: tuple[str, ...] = ()  # what is to be said once it is changed
        self.setWindowTitle(self.title())
        self.setMinimumWidth(520)
        account = ledger.user
        own = ledger.people.own_words(account.person_id, account.login_name)
        self.old = PasswordLine()
        self.new = NewPassword(operations, lambda: own, self.tr("新しいパスワード"))
        self.message = note("")
        rows = form()
        add_row(rows, self.tr("今のパスワード"), self.old)
        EnterMovesOn(self.old)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(heading(self.windowTitle()))
        column.addWidget(note(self.reason + FORMER.format(former_passwords(ledger))))
        column.addLayout(rows)
        self.reminder = QCheckBox(self.tr(REMINDER))
        self.known = QCheckBox(self.tr(KNOWN))
        self.known.setToolTip(self.tr(NEVER_AGAIN))
        self.known.setVisible(not account.must_change)  # a first password is known to its issuer
        column.addWidget(self.new)
        column.addWidget(self.reminder)
        column.addWidget(self.known)
        column.addWidget(self.message)
        self.buttons = dialog_buttons(self, self.tr("変更する"))
        column.addWidget(self.buttons)
        align(self)

    def title(self) -> str:
        """Return what the dialog is called."""
        return self.tr("パスワードの変更")

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Change the password; the dialog closes when it is durable."""
        problem = self.new.problem()
        if not self.old.text():
            problem = self.tr("今のパスワードを入力してください。")
        if not problem and not self.reminder.isChecked():
            problem = self.tr("パスワードの扱いを読み、印を付けてください。")
        say(self.message, problem, "problem")
        if problem:
            return
        old, new = self.old.take(), self.new.take()
        self.buttons.setEnabled(False)
        ledger, people = self._ledger, self._ledger.people
        known = self.known.isChecked()

        def work(progress: Progress) -> Change:
            if known:
                return change_known(ledger, old, new, reminded=True, progress=progress)
            return people.change_password(old, new, reminded=True, progress=progress)

        # The look through the former passwords takes as long as so many sign-ins.
        self._operations.long(
            self.tr("前に使ったパスワードとの照合"),
            work,
            self._done,
            self,
            failed=self._failed,
            late=True,
        )

    def _done(self, change: Change) -> None:
        self.told = change.notices
        super().accept()

    def _failed(self, error: AzukariError) -> None:
        self.buttons.setEnabled(True)
        say(self.message, str(error), "problem")
        self.old.setFocus()


class MustChangeDialog(OwnPasswordDialog):
    """The first password was known to somebody else; nothing is shown before it is changed."""

    reason = (
        "最初のパスワードは、ほかの人が決めたものです。自分だけが知っているパスワードに変えてください。"
        "変更するまで、台帳は表示されません。"
    )


class ReviewPasswordDialog(OwnPasswordDialog):
    """The cycle of the contract is over: the password is changed, or confirmed by who has it."""

    reason = (
        "パスワードを見直す時期です。新しいパスワードに変えるか、今のパスワードについて、"
        "誰にも教えていないこと、書き留めていないこと、ほかで使っていないことを確かめてください。"
    )

    def __init__(
        self, ledger: Ledger, operations: Operations, parent: QWidget | None = None
    ) -> None:
        super().__init__(ledger, operations, parent)
        self.keep = button(self.tr("確かめたので、変えずに使う"), self._keep)
        self.buttons.addButton(self.keep, QDialogButtonBox.ButtonRole.ActionRole)

    def title(self) -> str:
        return self.tr("パスワードの見直し")

    def _keep(self) -> None:
        self.buttons.setEnabled(False)
        self._operations.run(
            lambda: confirm_own(self._ledger), done=self._done, failed=self._failed, parent=self
        )


def must_answer(
    ledger: Ledger, operations: Operations, parent: QWidget | None = None
) -> OwnPasswordDialog | None:
    """Return what has to be answered about the own password before the ledger is shown."""
    if ledger.user.must_change:
        return MustChangeDialog(ledger, operations, parent)
    if is_late(ledger):
        return ReviewPasswordDialog(ledger, operations, parent)
    return None

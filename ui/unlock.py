"""The door: which ledger, who, and the password. One sentence for a wrong user and password."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from models.errors import (
    AzukariError,
    Damaged,
    DeviceSecretMissing,
    RolledBack,
    TablesDamaged,
)
from ui.layout import add_row, form, link_button, note, say
from ui.operations import Operations
from ui.password_line import PasswordLine
from ui.preferences import Preferences

if TYPE_CHECKING:
    from models.ledger import Ledger
    from models.office import Office

WIDTH = 600
SET_BACK = (
    "先に「バックアップから復元する」で、最後の記帳まで戻せないかを確かめてください。"
    "このまま使えるのは責任者だけで、失われた記帳は戻りません。"
    "理由は台帳に残り、次の書類にも印字されます。"
)
SET_BACK_REASON = "この状態のまま使う理由（例　PCの修理で古い写しに戻ったため）"


class UnlockView(QWidget):
    """Asks for login and password and opens the ledger beside the window.

    Args:
        office: returns the office; asked in the worker, because putting it together takes a while.

    Attributes:
        unlocked: emitted with the open `Ledger` and its folder.
        wizard_wanted: the user wants a new ledger.
        sample_wanted: the user wants to try the program with invented data.
        restore_wanted: the user wants to restore a backup.
        recovery_wanted: the user lost his password and holds the recovery sheet; with the folder.
    """

    unlocked = Signal(object, object)
    wizard_wanted = Signal()
    sample_wanted = Signal()
    restore_wanted = Signal()
    recovery_wanted = Signal(object)

    def __init__(
        self,
        office: "Callable[[], Office]",
        operations: Operations,
        preferences: Preferences,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._operations = operations
        self._preferences = preferences
        self._reason = ""  # of a responsible person, for a ledger that was set back
        self._rebuild = False  # the next try makes the tables anew first
        self._build()
        self.show_recent()

    def show_recent(self) -> None:
        """Fill the list of ledgers; only folder names are shown, the path is the tool tip."""
        self.ledgers.clear()
        for folder in self._preferences.recent():
            self.ledgers.addItem(folder.name, str(folder))
            self.ledgers.setItemData(
                self.ledgers.count() - 1, str(folder), Qt.ItemDataRole.ToolTipRole
            )
        self._adapt()

    def greet(self, sentence: str = "", *, login: str = "") -> None:
        """Show a sentence (why the ledger is locked) and put the cursor where typing begins."""
        self._say(sentence)
        self.login.setText(login)
        self.password.clear()
        (self.password if login else self.login).setFocus()

    def folder(self) -> Path | None:
        """Return the chosen ledger folder."""
        chosen = self.ledgers.currentData()
        return Path(chosen) if chosen else None

    def choose_folder(self, folder: Path) -> None:
        """Take a folder that is not on the list."""
        found = self.ledgers.findData(str(folder))
        if found < 0:
            self.ledgers.insertItem(0, folder.name, str(folder))
            found = 0
        self.ledgers.setCurrentIndex(found)
        self._adapt()

    # --- building ----------------------------------------
    def _build(self) -> None:
        card = QFrame()
        card.setProperty("kind", "card")
        card.setFixedWidth(WIDTH)
        column = QVBoxLayout(card)
        column.setContentsMargins(32, 28, 32, 24)
        column.setSpacing(12)
        title = QLabel(self.tr("預り台帳"))
        title.setProperty("kind", "title")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(_seal())
        head.addWidget(title, 1)
        column.addLayout(head)
        column.addWidget(note(self.tr("お預かりした個人情報の取扱いを記録する台帳です。")))
        column.addLayout(self._form())
        self.hint = note("")
        self.message = note("")
        self.message.setAccessibleName(self.tr("お知らせ"))
        column.addWidget(self.hint)
        column.addWidget(self.message)
        column.addLayout(self._buttons())
        column.addWidget(_line())
        column.addLayout(self._ways())
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(card, alignment=Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)

    def _form(self) -> QFormLayout:
        self.ledgers = QComboBox()
        self.ledgers.setAccessibleName(self.tr("台帳"))
        self.other = QPushButton(self.tr("ほかの台帳…"))
        self.other.setAutoDefault(False)
        self.other.clicked.connect(self._choose)
        place = QHBoxLayout()
        place.setSpacing(8)
        place.addWidget(self.ledgers, 1)
        place.addWidget(self.other)
        self.login = QLineEdit()
        self.login.setMaxLength(60)
        self.login.setAccessibleName(self.tr("利用者名"))
        self.password = PasswordLine()
        self.password.setAccessibleName(self.tr("パスワード"))
        self.password.hinted.connect(self._hint)
        self.login.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self.try_password)
        rows = form()
        add_row(rows, self.tr("台帳"), place)
        add_row(rows, self.tr("利用者名"), self.login)
        add_row(rows, self.tr("パスワード"), self.password)
        return rows

    def _buttons(self) -> QHBoxLayout:
        self.open = QPushButton(self.tr("台帳を開く"))
        self.open.setProperty("primary", True)
        self.open.setMinimumWidth(160)
        self.open.clicked.connect(self.try_password)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.open)
        return row

    def _ways(self) -> QGridLayout:
        self.new = link_button(self.tr("新しい台帳を作る"), self.wizard_wanted.emit)
        self.sample = link_button(self.tr("見本の台帳を作る"), self.sample_wanted.emit)
        self.restore = link_button(self.tr("バックアップから復元する"), self.restore_wanted.emit)
        self.recover = link_button(self.tr("パスワードを忘れたとき"), self._recover)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for number, made in enumerate((self.new, self.recover, self.sample, self.restore)):
            where = Qt.AlignmentFlag.AlignLeft
            grid.addWidget(made, number // 2, number % 2, alignment=where)
        return grid

    # --- what happens ----------------------------------------
    def try_password(self) -> None:
        """Derive the key beside the window and open the ledger."""
        folder, login = self.folder(), self.login.text().strip()
        if folder is None or not login or not self.password.text():
            self.refuse(self.tr("台帳を選び、利用者名とパスワードを入力してください。"))
            return
        password = self.password.take()
        reason, self._reason = self._reason, ""
        rebuild, self._rebuild = self._rebuild, False
        self._wait(True)
        self._operations.long(
            self.tr("台帳を開く準備"),
            lambda progress: self._office().unlock(
                folder, login, password, rolled_back=reason, rebuild=rebuild, progress=progress
            ),
            lambda ledger: self._opened(ledger, folder),
            self,
            failed=self._failed,
            late=True,
        )

    def _opened(self, ledger: "Ledger", folder: Path) -> None:
        self._wait(False)
        self._say("")
        self._preferences.remember(folder)
        self.unlocked.emit(ledger, folder)

    def _failed(self, error: AzukariError) -> None:
        self._wait(False)
        self.refuse(str(error))
        if isinstance(error, RolledBack):
            self._answer_for(error)
        if isinstance(error, TablesDamaged):
            self._offer_rebuild(error)
        if isinstance(error, DeviceSecretMissing):
            self.recover.setFocus()
        elif isinstance(error, Damaged) and not isinstance(error, TablesDamaged):
            self.restore.setFocus()
        else:
            self.password.setFocus()

    def _answer_for(self, error: RolledBack) -> None:
        """Let a responsible person answer for a ledger that was set back, before the next try."""
        asker = self._operations.asker
        if not asker.confirm(
            self, f"{error}\n\n{SET_BACK}", yes=self.tr("理由を記帳して続ける"),
            no=self.tr("やめる"),
        ):  # fmt: skip
            return
        reason = asker.line(self, self.tr("以前の状態での使用"), SET_BACK_REASON)
        if reason:
            self._reason = reason
            self._say(
                self.tr("責任者のパスワードをもう一度入力して、「台帳を開く」を押してください。")
            )

    def _offer_rebuild(self, error: TablesDamaged) -> None:
        """Let somebody who may mend it, in the next try; the password is asked for again."""
        if self._operations.asker.confirm(
            self, str(error), yes=self.tr("一覧を作り直す"), no=self.tr("やめる")
        ):
            self._rebuild = True
            self._say(
                self.tr(
                    "責任者かシステム管理者のパスワードをもう一度入力して、"
                    "「台帳を開く」を押してください。一覧を作り直してから開きます。"
                )
            )

    def _wait(self, waiting: bool) -> None:
        for widget in (self.ledgers, self.other, self.login, self.password, self.open,
                       self.new, self.sample, self.restore, self.recover):  # fmt: skip
            widget.setEnabled(not waiting)
        if waiting:
            self._say(self.tr("パスワードを確かめています…"))
        else:
            self._adapt()

    def _adapt(self) -> None:
        known = self.ledgers.count() > 0
        for widget in (self.ledgers, self.login, self.password, self.open, self.recover):
            widget.setEnabled(known)

    def refuse(self, sentence: str) -> None:
        """Show why something did not happen."""
        self._say(sentence, "problem")

    def _say(self, sentence: str, kind: str = "muted") -> None:
        say(self.message, sentence, kind)

    def _hint(self, sentence: str) -> None:
        say(self.hint, sentence, "care")

    def _choose(self) -> None:
        folder = self._operations.asker.folder(self, self.tr("台帳のフォルダーを選んでください"))
        if folder is not None:
            self.choose_folder(folder)
            self.login.setFocus()

    def _recover(self) -> None:
        folder = self.folder()
        if folder is not None:
            self.recovery_wanted.emit(folder)


def _seal() -> QLabel:
    """Return the mark of the program: a seal that says 預."""
    mark = QLabel("預")
    mark.setObjectName("seal")
    mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
    mark.setFixedSize(38, 38)
    return mark


def _line() -> QFrame:
    line = QFrame()
    line.setObjectName("line")
    line.setFixedHeight(1)
    return line

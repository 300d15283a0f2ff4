"""Restoring a backup: which file, into which new folder, and who opens it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from models.chain import Head
from models.errors import AzukariError
from models.office import Office
from ui.asking import dialog_buttons
from ui.layout import add_row, button, form, heading, note, say
from ui.operations import Operations
from ui.password_line import PasswordLine

PATTERN = "預り台帳のバックアップ (*.azb)"


class RestoreDialog(QDialog):
    """Restores into a folder that does not exist yet; nothing that exists is overwritten.

    Attributes:
        restored: emitted with the new ledger folder.
    """

    restored = Signal(object)

    def __init__(
        self, office: Office, operations: Operations, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._operations = operations
        self.setWindowTitle(self.tr("バックアップからの復元"))
        self.setMinimumWidth(620)
        self._build()

    def target(self) -> Path | None:
        """Return the folder that will be made."""
        parent, name = self.parent_folder.text().strip(), self.name.text().strip()
        return Path(parent) / name if parent and name else None

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.file = QLineEdit()
        self.parent_folder = QLineEdit()
        self.name = QLineEdit(self.tr("復元した台帳"))
        self.login = QLineEdit()
        self.password = PasswordLine()
        rows = form()
        add_row(rows, self.tr("バックアップ"), self._with_button(self.file, self._choose_file))
        place = self._with_button(self.parent_folder, self._choose_folder)
        add_row(rows, self.tr("復元する場所"), place)
        add_row(rows, self.tr("新しいフォルダー名"), self.name)
        add_row(rows, self.tr("利用者名"), self.login)
        add_row(rows, self.tr("パスワード"), self.password)
        for line, word in ((self.file, "バックアップ"), (self.parent_folder, "復元する場所")):
            line.setAccessibleName(word)
        self.message = note("")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(heading(self.windowTitle()))
        column.addWidget(
            note(
                self.tr(
                    "新しいフォルダーに復元し、全体を検証します。今ある台帳は変わりません。"
                    "バックアップを作った時の利用者名とパスワードを入力してください。"
                )
            )
        )
        column.addLayout(rows)
        column.addWidget(self.message)
        self.buttons = dialog_buttons(self, self.tr("復元する"))
        column.addWidget(self.buttons)

    def _with_button(self, line: QLineEdit, choose: Callable[[], None]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(line, 1)
        row.addWidget(button(self.tr("選ぶ…"), choose))
        return row

    # --- what happens ----------------------------------------
    def _choose_file(self) -> None:
        file = self._operations.asker.open_file(
            self, self.tr("バックアップを選んでください"), PATTERN
        )
        if file is not None:
            self.file.setText(str(file))

    def _choose_folder(self) -> None:
        folder = self._operations.asker.folder(self, self.tr("復元する場所を選んでください"))
        if folder is not None:
            self.parent_folder.setText(str(folder))

    def _problem(self) -> str:
        target = self.target()
        if not self.file.text().strip() or target is None:
            return self.tr("バックアップと、復元する場所を選んでください。")
        if target.exists():
            return self.tr("「{0}」は、すでにあります。別の名前にしてください。").format(
                target.name
            )
        if not self.login.text().strip() or not self.password.text():
            return self.tr("利用者名とパスワードを入力してください。")
        return ""

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Restore; the dialog stays open when it fails."""
        problem = self._problem()
        say(self.message, problem, "problem")
        target = self.target()
        if problem or target is None:
            return
        file, login, password = Path(self.file.text()), self.login.text(), self.password.take()
        folder: Path = target
        self._operations.long(
            self.tr("復元"),
            lambda progress: self._office.gate.restore(
                file, folder, login=login.strip(), password=password, progress=progress
            ),
            lambda head: self._done(folder, head),
            self,
            failed=self._failed,
        )

    def _done(self, folder: Path, head: Head) -> None:
        self._operations.asker.tell(
            self,
            self.tr(
                "復元し、検証しました。\n{0}\n記帳番号 {1} まで\n"
                "この台帳を使うときは、ロック画面の「ほかの台帳」で選んでください。"
            ).format(folder, f"{head.seq:,}"),
        )
        self.restored.emit(folder)
        super().accept()

    def _failed(self, error: AzukariError) -> None:
        say(self.message, str(error), "problem")
        self.password.setFocus()

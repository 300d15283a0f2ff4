"""The line for passwords: never readable on the screen, and a word when the keyboard deceives.

There is no way to reveal what was typed. The line forgets its text when the program takes it.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

if TYPE_CHECKING:  # importing the events takes 1.5 ms of the start
    from PySide6.QtGui import QKeyEvent

CAPS = "Caps Lock がオンになっています。大文字で入力されます。"
WIDE = "全角文字が含まれています（半角と同じ文字として扱います）。"


class PasswordLine(QLineEdit):
    """A line whose echo is dots.

    Attributes:
        hinted: emitted with a sentence about Caps Lock or full width, "" when all is well.
    """

    hinted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        super().setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setMaxLength(256)
        self._caps = False
        self.textChanged.connect(lambda _: self._hint())

    def take(self) -> str:
        """Return what was typed and forget it."""
        typed = self.text()
        self.clear()
        return typed

    def _hint(self) -> None:
        wide = any("！" <= char <= "～" or char == "　" for char in self.text())
        self.hinted.emit(CAPS if self._caps else WIDE if wide else "")

    # --- Qt ----------------------------------------
    def setEchoMode(self, mode: QLineEdit.EchoMode) -> None:
        """Keep the dots, whatever anybody asks."""
        super().setEchoMode(QLineEdit.EchoMode.Password)

    def keyPressEvent(self, event: "QKeyEvent") -> None:
        # Qt does not tell the state of Caps Lock; the letter together with Shift does.
        typed = event.text()
        if len(typed) == 1 and typed.isascii() and typed.isalpha():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._caps = typed.isupper() != shift
        super().keyPressEvent(event)
        self._hint()

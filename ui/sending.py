"""A dialog that sends something off: no stray Enter acts, and it stays until the answer is there."""

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QPushButton

from ui.keys import press_focused


class SendingDialog(QDialog):
    """Closes only while nothing is under way; Enter presses the button that has the focus alone."""

    back_button: QPushButton
    _sending = False

    def acting(self) -> QPushButton:
        """Return the button that sends."""
        return self.back_button

    # --- Qt ----------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A stray Enter must neither act nor close.
        if not press_focused(event, self.acting(), self.back_button):
            super().keyPressEvent(event)

    def reject(self) -> None:  # also called by QDialog.closeEvent
        if not self._sending:
            super().reject()

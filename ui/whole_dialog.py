"""A dialog that opens as high as its sentences need, on any screen.

Qt opens a dialog no higher than two thirds of the screen and forgets how high sentences become that
wrap: on an enlarged screen a field then lies under the sentence below it.
"""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog

from ui.fitting import ROOM


class WholeDialog(QDialog):
    """Grows with what it says, as far as the screen has room; it never shrinks by itself."""

    def needed(self) -> int:
        """Return how high it has to be, in pixels, to show all of it."""
        column = self.layout()
        if column is None:
            return 0
        lowest = column.totalMinimumSize().height()
        if not column.hasHeightForWidth():
            return lowest
        return max(lowest, column.totalHeightForWidth(self.width()))

    def _grow(self) -> None:
        room = int(self.screen().availableGeometry().height() * ROOM)
        needed = min(self.needed(), room)
        if self.height() < needed:
            self.resize(self.width(), needed)

    # --- Qt ----------------------------------------
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._grow()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._grow()  # a problem was said
        return done

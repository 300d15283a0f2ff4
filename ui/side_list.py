"""The list of pages beside the one that is open: on a small screen it scrolls, and goes where that one is."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class SideList(QScrollArea):
    """Keeps the button of the open page in sight.

    Args:
        inside: the buttons below each other.
        marked: returns the button of the open page.
    """

    def __init__(self, inside: QWidget, marked: Callable[[], QWidget | None]) -> None:
        super().__init__()
        self._inside, self._marked = inside, marked
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)

    def follow(self) -> None:
        """Scroll no further than it takes to see the whole of the marked button."""
        button = self._marked()
        layout = self._inside.layout()
        if button is not None and layout is not None:
            layout.activate()
            self.ensureWidgetVisible(button, 0, 0)

    # --- Qt ----------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.follow()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.follow()

"""Ends a session when the account may not be used any more: its last day went by with it open."""

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from models.errors import AzukariError, NotPermitted

if TYPE_CHECKING:
    from models.ledger import Ledger
    from ui.operations import Operations

LOOK_MS = 60_000


class AccountWatch(QObject):
    """Asks on every new day whether the signed-in account may be used.

    Attributes:
        ended: emitted when it may not.
    """

    ended = Signal()

    def __init__(self, ledger: "Ledger", operations: "Operations", page: QWidget) -> None:
        super().__init__(page)
        self._ledger = ledger
        self._operations = operations
        self._page = page
        self._day = ledger.today()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Ask if the day is another; while a work goes on, behind it."""
        day = self._ledger.today()
        if day != self._day:
            self._operations.ask(
                self._ledger.require_seeing, lambda _: self._known(day), failed=self._failed,
                parent=self._page, quiet=True,
            )  # fmt: skip

    def _known(self, day: date) -> None:
        self._day = day

    def _failed(self, error: AzukariError) -> None:
        """Lock for this reason alone; whatever else fails is met by the next command."""
        if isinstance(error, NotPermitted):
            self.ended.emit()

"""Idle time: what the ledger has put off is done in small pieces while nobody waits for anything.

Entries are durable before the search index and the narrow list tables know them; both follow here,
and so do the lines of the access log.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from models.errors import AzukariError

if TYPE_CHECKING:
    from models.ledger import Ledger
    from ui.operations import Operations

PAUSE_MS = 2000  # after the last command; whoever types in the next entry is not held up
WRITE_MS = 3000  # lines of the access log wait in memory no longer than this
BETWEEN_MS = 50  # between two pieces, so that a question slips in
PIECE_MS = 6  # about 15 with its commit: a key pressed meanwhile is answered in time
QUIET_S = 60  # when nobody has touched the PC for so long,
LARGE_MS = 250  # pieces are larger: most of a small one is its commit


class Tidying(QObject):
    """Tidies an open ledger; it ends with the page that it belongs to.

    Args:
        quiet: tells for how many seconds nobody has worked.
    """

    def __init__(
        self,
        ledger: "Ledger",
        operations: "Operations",
        page: QWidget,
        quiet: Callable[[], float] = float,
    ) -> None:
        super().__init__(page)
        self._store = ledger.store
        self._access = ledger.access
        self._operations = operations
        self._page = page
        self._quiet = quiet
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._tidy)
        operations.changed.connect(self._begin)
        self._writing = QTimer(self, interval=WRITE_MS)
        self._writing.timeout.connect(self._write)
        self._writing.start()
        self._begin()

    def _begin(self) -> None:
        self._timer.start(PAUSE_MS)

    def _tidy(self) -> None:
        if self._operations.busy:
            self._begin()
            return
        piece = LARGE_MS if self._quiet() >= QUIET_S else PIECE_MS
        self._operations.ask(
            lambda: self._store.index_search(piece),
            self._go_on,
            failed=self._rest,
            parent=self._page,
            quiet=True,
        )

    def _write(self) -> None:
        """Write what the access log holds in memory; while a work goes on, behind it."""
        if self._access.waits:
            self._operations.ask(
                self._access.flush, lambda _: None, failed=self._rest, parent=self._page, quiet=True
            )

    def _go_on(self, left: bool) -> None:
        if left and not self._timer.isActive():
            self._timer.start(BETWEEN_MS)

    def _rest(self, error: AzukariError) -> None:
        """Leave it until the next command, which meets the same trouble and tells of it."""

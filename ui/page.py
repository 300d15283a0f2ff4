"""What every page of the window is: it shows some record types and keeps itself fresh."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QWidget

from models.commands import Change
from models.ledger import Ledger
from ui.asking import Asker
from ui.operations import Operations
from ui.preferences import Preferences


@dataclass(frozen=True)
class Desk:
    """What a page needs; the window hands it to the page's constructor.

    Attributes:
        go: opens the page that shows a record, by record type and id.
        likes: remembers what this user likes (widths of columns); None to forget it.
    """

    ledger: Ledger
    operations: Operations
    asker: Asker
    go: Callable[[str, str], None]
    likes: Preferences | None = None


class Page(QWidget):
    """A page. Subclasses name `types`, build themselves and implement `refresh`.

    A page is built when it is first shown, is told the chosen contract ("" means all) through
    `show_contract`, and refreshes when a command touched one of its types: at once while it is
    visible, else when it is shown the next time.

    Attributes:
        types: record types that the page shows.
        help_key: which F1 text belongs to it (ui/help.py).
    """

    types: ClassVar[frozenset[str]] = frozenset()
    help_key: ClassVar[str] = ""
    settings_kept = Signal()  # a setting of the ledger was changed on this page

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.contract_id = ""
        self._stale = True
        desk.operations.changed.connect(self._on_changed)

    def refresh(self) -> None:
        """Read again what the page shows (through `desk.operations.ask`)."""

    def show_contract(self, contract_id: str) -> None:
        """Limit the page to a contract, "" for all."""
        if contract_id != self.contract_id:
            self.contract_id = contract_id
            self.freshen()

    def show_record(self, type_: str, record_id: str) -> None:
        """Select or open a record that a search or a scan has found."""

    def scanned(self, code: str) -> bool:
        """Take a barcode; return whether the page used it (else the window looks it up)."""
        return False

    def verbs(self) -> list[QAction]:
        """Return the page's daily verbs; the window gives them F2, F3, … in this order."""
        return []

    def has_draft(self) -> bool:
        """Tell whether something typed has not been entered yet (asked before locking)."""
        return False

    def freshen(self) -> None:
        """Refresh now if visible, else when shown."""
        if self.isVisible():
            self._stale = False
            self.refresh()
        else:
            self._stale = True

    def _on_changed(self, change: Change) -> None:
        if change.types & self.types:
            self.freshen()

    # --- Qt ----------------------------------------
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.refresh()

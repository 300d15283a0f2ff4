"""What comes from or goes to a place outside this PC: only to places that are registered (A-32).

SK-11.9, CM-5.5 and FK-10.2 keep private and unknown media away. A medium is registered under
バックアップの媒体 and known by its mark; if it is an item too, it must not be somebody's own.

A network folder is no medium that somebody carries in: what is written there has left the PC over a
line, which is 送信 and may need consent (FK-7.2). Where it leads no program can tell. So it is refused
like an unknown medium, with its own sentence, until a responsible person or an administrator answers
for it: registered with the place of the work where the machine stands. What goes to other people
is no case for that; it is entered as 送信.

What is refused stands in the access log. What lies outside is what the PC tells.
"""

from pathlib import PurePath
from typing import TYPE_CHECKING

from models.access import Act
from models.codes import Ownership
from models.errors import AzukariError, NetworkPlace, UnregisteredMedium
from models.records import BackupMedium, Item

if TYPE_CHECKING:
    from models.ledger import Ledger

NAME_LENGTH = 60


class Outside:
    """The way of files in and out of the ledger."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    def require(self, path: PurePath) -> None:
        """Refuse a file on a medium or network folder that is not registered, and note it.

        Raises:
            UnregisteredMedium, NetworkPlace
        """
        place = self._ledger.safe.outside_place(path)
        if place is None or self._is_registered(path, place.root):
            return
        access = self._ledger.access
        access.note(Act.MEDIUM_REFUSED, detail=str(place.root)[-NAME_LENGTH:])
        access.flush()
        raise (NetworkPlace if place.network else UnregisteredMedium)(file=str(place.root))

    def is_registered_at(self, folder: PurePath) -> bool:
        """Tell whether a folder bears the mark of a medium in use."""
        return self._is_ours(self._mark(folder))

    def registered_on(self, root: PurePath) -> str:
        """Return what a medium is registered as, by the mark on it or in a folder of it, "" if not."""
        for folder in self._ledger.safe.top_folders(root):
            stored = self._ours(self._mark(folder))
            if stored is not None:
                return stored.caption()
        return ""

    def _is_registered(self, path: PurePath, root: PurePath) -> bool:
        """Tell whether the medium, or the folder on it, bears the mark of one in use."""
        folders = [one for one in (path, *path.parents) if one == root or root in one.parents]
        return any(self._is_ours(self._mark(folder)) for folder in folders)

    def _mark(self, folder: PurePath) -> str:
        try:
            return self._ledger.safe.medium_mark(folder)
        except AzukariError:
            return ""  # no folder, or a mark that nobody can read

    def _is_ours(self, mark: str) -> bool:
        return self._ours(mark) is not None

    def _ours(self, mark: str) -> BackupMedium | None:
        """Return the medium in use with a mark; somebody's own thing is none."""
        registers = self._ledger.registers
        stored = registers.one(BackupMedium, mark=mark) if mark else None
        if stored is None or not stored.record.in_use:
            return None
        item = self._ledger.store.get(Item, stored.record.item_id)
        private = item is not None and item.record.ownership is Ownership.PRIVATE
        return None if private else stored.record

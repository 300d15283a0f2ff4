"""What this PC remembers of the ledgers that it opened: their last heads, outside of them.

Whoever puts an older copy of a ledger in place of the present one must also change this file, in
the user's application folder. A ledger may have gone several ways, each in a folder of its own; a
way that a restore began is known and entered, so that it may take the place of another. A way that
began while another folder had the ledger is a copy: what it knows from before is also the other's.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.chain import Head
from models.errors import AzukariError, Foreign, LedgerMissing
from models.safe import Parting
from storage.files import UNREADABLE, make_private_folder, read_whole, replace_durable
from storage.header_files import read_pair

FILE_NAME = "heads.json"
_LIMIT = 4 * 1024 * 1024  # bytes
_MOST_WAYS = 64
_MOST_LEDGERS = 200

Contains = Callable[[Head], bool]


@dataclass(frozen=True, slots=True)
class Way:
    """A head that a ledger reached in a folder, and whether a restore began it.

    Args:
        parted: the last entry it has in common with another folder; None where it was the first.
    """

    head: Head
    folder: str
    restored: bool = False
    parted: int | None = None


class HeadMemory:
    """The remembered heads, by ledger."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def missing(
        self, vault_id: bytes, folder: Path, now: Head, contains: Contains, *, restored: bool
    ) -> Way | None:
        """Return the way that a ledger should have gone on and did not; None if it is known.

        In a folder where it was opened before it must contain the head that it had there, elsewhere
        the furthest that it had anywhere; or be exactly what a restore left.

        Args:
            restored: the ledger itself says that a restore made it. An older copy at the very head
                to which a restore led elsewhere does not.
        """
        ways = self._load().get(vault_id.hex(), [])
        here = next((way for way in ways if way.folder == str(folder)), None)
        should = here or (_furthest(ways) if ways else None)
        begun = restored and any(way.restored and way.head == now for way in ways)
        return None if should is None or begun or contains(should.head) else should

    def knows(self, vault_id: bytes) -> bool:
        """Tell whether anything is remembered of a ledger."""
        return bool(self._load().get(vault_id.hex()))

    def remember(
        self,
        vault_id: bytes,
        folder: Path,
        now: Head,
        *,
        restored: bool = False,
        reached: bool = False,
    ) -> None:
        """Put the present head in place of the one in this folder, and of the restore it goes on.

        Args:
            reached: the ledger came to this head here; else it was found so.
        """
        ledgers = self._load()
        ways = ledgers.pop(vault_id.hex(), [])
        past = [
            way for way in ways if way.folder == str(folder) or (way.restored and way.head == now)
        ]
        begun = restored or any(way.restored for way in past)
        others = [way for way in ways if way not in past]
        parted = next((way.parted for way in past if way.parted is not None), None)
        copied = parted is not None and not reached and all(way.head != now for way in past)
        if copied or (not past and _other(others, vault_id) is not None):
            parted = now.seq
        ledgers[vault_id.hex()] = _most([Way(now, str(folder), begun, parted), *others], vault_id)
        self._save(ledgers)

    def parting(self, vault_id: bytes, folder: Path) -> Parting | None:
        """Return where the ledger in this folder left another that is still there."""
        ways = self._load().get(vault_id.hex(), [])
        here = next((way for way in ways if way.folder == str(folder)), None)
        if here is None or here.parted is None:
            return None
        others = sorted((way for way in ways if way is not here), key=lambda way: way.parted or 0)
        other = _other(others, vault_id)  # the first ledger before its copies
        return None if other is None else Parting(here.parted, other.folder)

    def _load(self) -> dict[str, list[Way]]:
        try:
            found = json.loads(read_whole(self._path, limit=_LIMIT))
            return {
                str(ledger): [
                    Way(
                        Head(int(seq), bytes.fromhex(head)),
                        str(folder),
                        bool(restored),
                        int(parted[0]) if parted else None,
                    )
                    for seq, head, folder, restored, *parted in ways
                ]
                for ledger, ways in found.items()
            }
        except UNREADABLE:
            return {}  # nothing is remembered, which every ledger will tell

    def _save(self, ledgers: dict[str, list[Way]]) -> None:
        newest = {
            ledger: [_kept(way) for way in ways]
            for ledger, ways in list(ledgers.items())[-_MOST_LEDGERS:]
        }
        try:
            make_private_folder(self._path.parent)
            # There is one copy only, and a torn one would be told as a memory that was lost.
            replace_durable(self._path, json.dumps(newest).encode())
        except AzukariError:
            pass  # a full disk must not keep anybody from the ledger


def _kept(way: Way) -> Sequence[object]:
    known = (way.head.seq, way.head.hex, way.folder, way.restored)
    return known if way.parted is None else (*known, way.parted)


def _furthest(ways: Sequence[Way]) -> Way:
    return max(ways, key=lambda way: way.head.seq)


def _most(ways: Sequence[Way], vault_id: bytes) -> list[Way]:
    """Return the present way and as many others as are kept, the latest first.

    Copies elsewhere must not push out what tells of a rollback: the furthest way stays, and those
    whose folder is gone go first.
    """
    if len(ways) <= _MOST_WAYS:
        return list(ways)
    stays = (ways[0], _furthest(ways))
    ranked = sorted(
        ways, key=lambda way: (way not in stays, not _lies_in(Path(way.folder), vault_id))
    )
    return [way for way in ways if way in ranked[:_MOST_WAYS]]


def _other(ways: Sequence[Way], vault_id: bytes) -> Way | None:
    """Return the first of the ways whose folder still has the ledger."""
    return next((way for way in ways if _lies_in(Path(way.folder), vault_id)), None)


def _lies_in(folder: Path, vault_id: bytes) -> bool:
    try:
        return read_pair(folder).best.header.vault_id == vault_id
    except (Foreign, LedgerMissing):
        return False
    except AzukariError:
        return True  # damaged: it needs its backups all the more

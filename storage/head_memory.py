"""What this PC remembers of the ledgers that it opened: their last heads, outside of them.

Whoever puts an older copy of a ledger in place of the present one must also change this file, in
the user's application folder. Several heads may stand for one ledger, because a restore begins a
second way that is known and entered; a ledger is one that we know if it contains any of them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.chain import Head
from models.errors import AzukariError
from storage.files import make_private_folder, overwrite_durable, read_whole

FILE_NAME = "heads.json"
_LIMIT = 1024 * 1024  # bytes
_MOST_WAYS = 16
_MOST_LEDGERS = 200

Contains = Callable[[Head], bool]


@dataclass(frozen=True, slots=True)
class Way:
    """A head that a ledger reached, and the folder where it did."""

    head: Head
    folder: str


class HeadMemory:
    """The remembered heads, by ledger."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def missing(self, vault_id: bytes, contains: Contains) -> Way | None:
        """Return the latest head that a ledger should contain; None if it is one that we know."""
        ways = self._load().get(vault_id.hex(), [])
        return None if not ways or any(contains(way.head) for way in ways) else ways[0]

    def seen_here(self, vault_id: bytes, folder: Path) -> bool:
        """Tell whether this ledger was opened in this folder before."""
        return any(way.folder == str(folder) for way in self._load().get(vault_id.hex(), []))

    def remember(
        self, vault_id: bytes, folder: Path, now: Head, passed: Contains = lambda head: False
    ) -> None:
        """Put the present head first, in place of those in this folder.

        Args:
            passed: tells which other heads lie on the way to it and can be forgotten.
        """
        ledgers = self._load()
        others = [
            way
            for way in ledgers.pop(vault_id.hex(), [])
            if way.folder != str(folder) and way.head != now and not passed(way.head)
        ]
        ledgers[vault_id.hex()] = [Way(now, str(folder)), *others][:_MOST_WAYS]
        self._save(ledgers)

    def _load(self) -> dict[str, list[Way]]:
        try:
            found = json.loads(read_whole(self._path, limit=_LIMIT))
            return {
                str(ledger): [
                    Way(Head(int(seq), bytes.fromhex(head)), str(folder))
                    for seq, head, folder in ways
                ]
                for ledger, ways in found.items()
            }
        except (AzukariError, ValueError, TypeError, AttributeError):
            return {}  # nothing is remembered; the journal and the papers still are

    def _save(self, ledgers: dict[str, list[Way]]) -> None:
        newest = {
            ledger: [(way.head.seq, way.head.hex, way.folder) for way in ways]
            for ledger, ways in list(ledgers.items())[-_MOST_LEDGERS:]
        }
        try:
            make_private_folder(self._path.parent)
            overwrite_durable(self._path, json.dumps(newest).encode())
        except AzukariError:
            pass  # a full disk must not keep anybody from the ledger

"""Wrong passwords at this PC, kept until somebody signs in and the access log can tell of them.

The ledger is closed when a password is refused, and no key is at hand to write into it; so time and
login tag wait in the user's application folder, as the count of `storage/throttle.py` does.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from models.errors import AzukariError
from storage.files import UNREADABLE, make_private_folder, read_whole, replace_durable

FILE_NAME = "refusals.json"
MOST = 500  # per ledger; who tries more often is known by then
_LIMIT = 1024 * 1024  # bytes

Refused = tuple[datetime, bytes]


class Refusals:
    """Times and login tags of refused passwords, per ledger."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def add(self, vault_id: bytes, tag: bytes, now: datetime) -> None:
        """Keep one refusal; a disk that refuses it must not hide what was wrong at the door."""
        kept = self._load()
        kept[vault_id.hex()] = [*kept.get(vault_id.hex(), []), [now.isoformat(), tag.hex()]][-MOST:]
        self._save(kept)

    def waiting(self, vault_id: bytes) -> Sequence[Refused]:
        """Return what waits for a ledger, oldest first."""
        found = self._load().get(vault_id.hex(), [])
        return [(datetime.fromisoformat(at), bytes.fromhex(tag)) for at, tag in found]

    def forget(self, vault_id: bytes, count: int) -> None:
        """Forget the oldest ones: the access log tells of them now."""
        kept = self._load()
        kept[vault_id.hex()] = kept.get(vault_id.hex(), [])[count:]
        self._save({name: found for name, found in kept.items() if found})

    def _load(self) -> dict[str, list[list[str]]]:
        try:
            found = json.loads(read_whole(self._path, limit=_LIMIT))
            for pairs in found.values():
                for at, tag in pairs:
                    datetime.fromisoformat(at)
                    bytes.fromhex(tag)
            return dict(found)
        except UNREADABLE:
            return {}  # there is none, or somebody broke it

    def _save(self, kept: dict[str, list[list[str]]]) -> None:
        try:
            make_private_folder(self._path.parent)
            replace_durable(self._path, json.dumps(kept).encode())
        except AzukariError:
            pass  # a full disk must not keep the right person out

"""What this PC remembers of the ledgers that it opened: their last heads, outside of them.

Whoever puts an older copy of a ledger in place of the present one must also change this file, in
the user's application folder. Several heads may stand for one ledger, because a restore begins a
second way that is known and entered; a ledger is the one we know if it contains any of them.
"""

import json
from collections.abc import Callable
from pathlib import Path

from models.chain import Head
from models.errors import AzukariError
from storage.files import make_private_folder, overwrite_durable, read_whole

FILE_NAME = "heads.json"
_LIMIT = 256 * 1024  # bytes
_MOST_WAYS = 16
_MOST_LEDGERS = 200


class HeadMemory:
    """The remembered heads, by ledger."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def known(self, vault_id: bytes) -> list[Head]:
        """Return the heads of a ledger, the latest first."""
        return [
            Head(seq, bytes.fromhex(hex_)) for seq, hex_ in self._load().get(vault_id.hex(), [])
        ]

    def missing(self, vault_id: bytes, contains: Callable[[Head], bool]) -> Head | None:
        """Return the head that a ledger should contain and does not; None if it is the known one."""
        heads = self.known(vault_id)
        return None if not heads or any(map(contains, heads)) else heads[0]

    def remember(
        self, vault_id: bytes, now: Head, passed: Callable[[Head], bool] = lambda head: False
    ) -> None:
        """Put the present head first.

        Args:
            passed: tells which remembered heads lie on the way to it and can be forgotten.
        """
        ledgers = self._load()
        others = [head for head in self.known(vault_id) if head != now and not passed(head)]
        ledgers.pop(vault_id.hex(), None)
        ways = [now, *others][:_MOST_WAYS]
        ledgers[vault_id.hex()] = [(head.seq, head.hex) for head in ways]
        self._save(ledgers)

    def forget(self, vault_id: bytes) -> None:
        """Forget a ledger whose older state somebody answered for."""
        ledgers = self._load()
        if ledgers.pop(vault_id.hex(), None) is not None:
            self._save(ledgers)

    def _load(self) -> dict[str, list[tuple[int, str]]]:
        try:
            found = json.loads(read_whole(self._path, limit=_LIMIT))
            return {
                str(ledger): [(int(seq), bytes.fromhex(head).hex()) for seq, head in heads]
                for ledger, heads in found.items()
            }
        except (AzukariError, ValueError, TypeError, AttributeError):
            return {}  # nothing is remembered; the journal and the papers still are

    def _save(self, ledgers: dict[str, list[tuple[int, str]]]) -> None:
        newest = dict(list(ledgers.items())[-_MOST_LEDGERS:])
        try:
            make_private_folder(self._path.parent)
            overwrite_durable(self._path, json.dumps(newest).encode())
        except AzukariError:
            pass  # a full disk must not keep anybody from the ledger

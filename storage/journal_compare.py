"""What a ledger shows of itself, to be compared with what its journal and this PC remember of it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from models.chain import Command, Entry, Head
from models.codes import SystemEventKind
from models.errors import InsideLedger
from models.records import SystemEvent
from models.records.running import UNDER_LATER_KEY
from models.store import Op, Query, Where
from storage import access, log
from storage.journal_file import Part
from storage.ledger_store import LedgerStore


class Shown:
    """Entries and lines of the access log that the ledger has."""

    def __init__(self, store: LedgerStore) -> None:
        self._store = store

    def contains(self, head: Head) -> bool:
        """Tell whether an entry with this number and hash is there; nothing always is."""
        return log.contains(self._store.database, head)

    def accounts_for(self, head: Head) -> bool:
        """Tell whether an entry is there, or another one that tells that it is lost."""
        return self.contains(head) or self.before_told(value_of(head)) is not None

    def before_told(self, value: str) -> Head | None:
        """Return where the ledger stood before the command that tells of something lost.

        Args:
            value: what names it in that entry; None is returned where no entry does.
        """
        tells = (
            Where("kind", Op.EQ, SystemEventKind.ROLLED_BACK),
            Where("value", Op.EQ, value),
        )
        told = self._store.find(SystemEvent, Query(SystemEvent.type, tells))
        if not told:
            return None
        seq = min(one.meta.created_seq for one in told)
        command = log.commands_at(self._store.database, [seq])[seq]
        return Head(command.first_seq - 1, self.entries(command)[0].previous)

    def left_ways(self) -> set[str]:
        """Return which ways of copies under a key of their own the ledger has told of."""
        kind = Where("kind", Op.EQ, SystemEventKind.ROLLED_BACK)
        told = self._store.find(SystemEvent, Query(SystemEvent.type, (kind,)))
        values = [one.record.value for one in told]
        return {
            value.removeprefix(UNDER_LATER_KEY)
            for value in values
            if value.startswith(UNDER_LATER_KEY)
        }

    def contains_line(self, line: Head) -> bool:
        """Tell the same of a line of the access log."""
        return access.contains(self._store.database, line)

    def line_head(self) -> Head:
        """Return the last line of the access log."""
        return access.head(self._store.database)

    def instead_of(self, lost: Head) -> str:
        """Say what the ledger has where something else is remembered."""
        now = self._store.head()
        if now.seq < lost.seq:
            return f"今の台帳は{now.seq:,}までです。"
        return f"今の台帳の記帳番号{lost.seq:,}は別の内容です。"

    def behind(self, base: Head, lines: Head) -> Iterator[Part]:
        """Yield the commands behind a head, then the lines behind one, as a journal takes them."""
        for command in self._store.commands(base.seq + 1):
            if command.first_seq > base.seq:
                yield Part((command, self.entries(command)))
        for batch in access.batches(self._store.database, lines):
            yield Part(lines=batch)

    def entries(self, command: Command) -> list[Entry]:
        return list(self._store.entries(command.first_seq, command.last_seq))


def value_of(lost: Head) -> str:
    """Name what was lost, in the entry that tells of it."""
    return f"{lost.seq} {lost.hex}"


# --- where a journal lies --------------------------------------------------------------------------


def require_outside(ledger: Path, place: Path) -> None:
    """Refuse a folder for the journal inside that of the ledger: both would go at once.

    Raises:
        InsideLedger
    """
    target = place.resolve()
    if target == ledger or ledger in target.parents:
        raise InsideLedger(file=str(place))


def spelled(ledger: Path, place: Path) -> str:
    """Spell a journal that lies beside the ledger (a practice folder) relative to it."""
    target = place.resolve()
    if ledger.parent in target.parents:
        return str(Path(os.path.relpath(target, ledger)).as_posix())
    return str(place)


def on_one_disk(ledger: Path, place: Path) -> bool:
    """Tell whether both are lost with one disk; False where the system does not tell."""
    with suppress(OSError):
        return os.stat(place).st_dev == os.stat(ledger).st_dev
    return False

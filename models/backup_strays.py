"""Backup files on the registered media that are connected, also those that no entry counts (A-26).

A file outlives its entry, or never gets one: the program died between the two, somebody copied it,
or it was entered as disposed of while its medium was away. Only a look at the medium tells.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from models.errors import AzukariError
from models.records import BackupMedium, BackupRun

if TYPE_CHECKING:
    from models.ledger import Ledger

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Lying:
    """A file that is a backup of this ledger, or a part of one, on a registered medium."""

    file: PurePath
    medium: BackupMedium


def lying(ledger: "Ledger") -> Iterator[Lying]:
    """Look on every registered medium that is connected where a backup was ever seen.

    A place that cannot be read is passed over: its medium counts as away, as in `backup_care.find`.
    """
    media = {one.record.mark: one.record for one in ledger.registers.all(BackupMedium)}
    if not media:
        return
    folders = dict.fromkeys(one.record.folder for one in ledger.registers.all(BackupRun))
    for folder in map(PurePath, filter(None, folders)):
        with suppress(AzukariError):
            medium = media.get(ledger.safe.medium_mark(folder))
            if medium is not None:
                for name in ledger.safe.backup_names(folder):
                    yield Lying(folder / name, medium)


def named(names: Sequence[str], counter: str = "件") -> str:
    """Return the first of several names, and how many more there are."""
    more = len(names) - MOST_NAMED
    return f"「{'」「'.join(names[:MOST_NAMED])}」" + (f"ほか{more}{counter}" if more > 0 else "")

"""Backup files on the registered media that are connected, also those that no entry counts (A-26).

A file outlives its entry, or never gets one: the program died between the two, somebody copied it,
or it was entered as disposed of while its medium was away. Only a look at the medium tells.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from models.backup_care import standing_of
from models.codes import BackupKind
from models.errors import AzukariError
from models.records import BackupMedium, BackupRun

if TYPE_CHECKING:
    from models.ledger import Ledger

MOST_NAMED = 3
UNKNOWN = (
    "台帳に記帳のないバックアップです。記帳の前に止まったか、写したものです。"
    "新しいバックアップを作成してから、このファイルを消去してください。"
)
DISPOSED = "廃棄を記帳した後も残っているバックアップです。このファイルを消去してください。"
LACKING = (
    "添付資料の欠けたバックアップです。"
    "欠けのないバックアップを作成してから、このファイルを消去してください。"
)
PARTIAL = "作成の途中で止まったバックアップです。このファイルを消去してください。"


@dataclass(frozen=True, slots=True)
class Lying:
    """A file that is a backup of this ledger, or a part of one, on a registered medium."""

    file: PurePath
    medium: BackupMedium


@dataclass(frozen=True, slots=True)
class Stray:
    """A file that counts as no backup; `words` say why, and what to do."""

    file: PurePath
    words: str


def lying(ledger: "Ledger") -> Iterator[Lying]:
    """Look on every registered medium that is connected where a backup was ever seen."""
    media = {one.record.mark: one.record for one in ledger.registers.all(BackupMedium)}
    if not media:
        return
    folders = dict.fromkeys(one.record.folder for one in ledger.registers.all(BackupRun))
    for folder in map(PurePath, filter(None, folders)):
        yield from _lying_in(ledger, folder, media)


def _lying_in(
    ledger: "Ledger", folder: PurePath, media: Mapping[str, BackupMedium]
) -> Sequence[Lying]:
    """Return the files in one folder; what cannot be read is away, as in `backup_care.find`."""
    try:
        medium = media.get(ledger.safe.medium_mark(folder))
        names = ledger.safe.backup_names(folder) if medium else ()
    except AzukariError:
        return ()
    return [Lying(folder / name, medium) for name in names] if medium else ()


def strays(ledger: "Ledger") -> list[Stray]:
    """Return the files that lie on a connected medium and count as no backup."""
    acts = [one.record for one in ledger.registers.all(BackupRun)]
    counted = standing_of(acts)
    found = []
    for one in lying(ledger):
        if not any(_is_of(run, one) for run in counted):
            found.append(Stray(one.file, _why([run for run in acts if _is_of(run, one)], one)))
    return found


def _is_of(run: BackupRun, lying: Lying) -> bool:
    """Tell whether an act is about a file: a copy on another medium is another file."""
    if run.file_name != lying.file.name:
        return False
    here = run.folder == str(lying.file.parent)
    return run.medium_id == lying.medium.id or (not run.medium_id and here)


def _why(acts: Sequence[BackupRun], lying: Lying) -> str:
    kinds = {run.kind for run in acts}
    if lying.file.suffix != ".azb":
        return PARTIAL
    if BackupKind.DISPOSED in kinds:
        return DISPOSED
    return LACKING if BackupKind.FULL in kinds else UNKNOWN


def named(names: Sequence[str], counter: str = "件") -> str:
    """Return the first of several names, and how many more there are."""
    more = len(names) - MOST_NAMED
    return f"「{'」「'.join(names[:MOST_NAMED])}」" + (f"ほか{more}{counter}" if more > 0 else "")

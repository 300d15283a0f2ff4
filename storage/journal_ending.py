"""The end of journal files: those that no restore needs any more, and copies of erased files.

Only the oldest files end, one after another from the front, so that what is left is one way to the
last entry whenever a power cut comes between.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePath

from models.chain import timestamp
from models.codes import SystemEventKind
from models.errors import AzukariError, InputOutput
from models.journal import SpentFiles
from models.records import BackupRun
from storage import log
from storage.attachments import FOLDER_NAME, is_name, list_names
from storage.database import Database
from storage.erasing import erased_files
from storage.files import reading, sync_folder, writing
from storage.journal import copy_attachment, files_before, header_of, list_files
from storage.journal_file import JournalFile
from storage.journal_format import FileHeader, Keys
from storage.unlocked import Vault

_STARTED = "SELECT DISTINCT value FROM v_system_event WHERE kind = ? AND value IS NOT NULL"


class Upkeep:
    """What may go from the folder of a ledger's journal (`models.journal.JournalUpkeep`).

    Args:
        folder: None while no journal is kept.
    """

    def __init__(self, folder: Path | None, vault: Vault, database: Database) -> None:
        self._folder = folder
        self._vault = vault
        self._database = database

    def files_before(self, seq: int) -> Sequence[PurePath]:
        found: list[Path] = []
        contains = partial(log.contains, self._database)
        for folder in self._folders():
            with suppress(AzukariError):  # the medium is away; the state of the journal says so
                found += files_before(folder, self._vault.vault_id, seq, contains)
        return found

    def spent(self, backup: BackupRun) -> SpentFiles:
        if self._folder is None:
            return SpentFiles()
        files = spent_files(self._folder, self._vault, self._database, backup)
        last = last_entry(self._folder, self._vault, files)
        return SpentFiles(tuple(files), last if files else 0)

    def end_files(self, spent: SpentFiles) -> None:
        assert self._folder is not None
        copies = spent_copies(self._folder, self._database, self._vault.folder, spent.last)
        remove([*map(Path, spent.files), *copies])

    def copies_of_erased(self) -> Sequence[PurePath]:
        return [path for folder in self._folders() for path in self._erased_in(folder)]

    def remove_erased(self) -> None:
        """Remove copies of erased files; nothing is raised, what resists is still listed.

        Those beside a former journal are listed alone: another copy of the ledger may go on there.
        """
        if self._folder is not None:
            with suppress(AzukariError):
                remove(self._erased_in(self._folder))

    def _folders(self) -> list[Path]:
        """Return where the journal is kept, and where it once was as far as that can be seen."""
        named = self._database.all(_STARTED, (SystemEventKind.JOURNAL_STARTED.value,))
        former = [Path(value) for (value,) in named if Path(value).is_absolute()]
        present = [self._folder] if self._folder is not None else []
        seen = {one.resolve(): one for one in (*former, *present) if os.path.isdir(one)}
        return list(seen.values())

    def _erased_in(self, folder: Path) -> list[Path]:
        try:
            return _there(folder, erased_files(self._database))
        except AzukariError:
            return []  # the medium is away; they are removed when it is back


def spent_files(folder: Path, keys: Keys, database: Database, backup: BackupRun) -> list[Path]:
    """List the files that hold nothing which a backup lacks, oldest first.

    The one that is written to is never among them. A file that cannot be read ends the list, for
    it may be evidence.

    Raises:
        MediumMissing, Foreign
    """
    found = []
    paths = list_files(folder, keys.vault_id)
    for path, following in pairwise(paths):
        header, later = header_of(path), header_of(following)
        if header is None or later is None:
            break
        # Lines of the access log behind the last command may be younger than the backup.
        told = _written_at(database, later.lines.seq)
        if told > _moment(backup) or _last(path, header, later, keys) > (backup.to_event_seq or 0):
            break
        found.append(path)
    return found


def _last(path: Path, header: FileHeader, later: FileHeader, keys: Keys) -> int:
    """Return the last entry of a file; where its key is gone the next file tells it."""
    if header.epoch < keys.epoch:
        return later.base.seq
    try:
        return JournalFile(path, keys).scan().head.seq
    except AzukariError:
        return sys.maxsize


def _written_at(database: Database, line: int) -> str:
    """Return when a line of the access log was written, "" for none."""
    if not line:
        return ""
    return str(database.value("SELECT at FROM access_line WHERE number = ?", (line,)))


def _moment(backup: BackupRun) -> str:
    assert backup.started_at is not None
    return timestamp(backup.started_at.astimezone(UTC))


def last_entry(folder: Path, keys: Keys, spent: Iterable[Path]) -> int:
    """Return up to which entry the files reach that come before the first one that stays."""
    gone = set(spent)
    left = [path for path in list_files(folder, keys.vault_id) if path not in gone]
    header = header_of(left[0]) if left else None
    return header.base.seq if header else 0


def spent_copies(folder: Path, database: Database, ledger: Path, last: int) -> list[Path]:
    """List sealed files beside the journal that came with the entries up to one.

    What the ledger itself lost stays: it may be the last copy.
    """
    rows = database.all("SELECT blob FROM v_attachment WHERE number <= ?", (last,))
    named = {name for (name,) in rows if name} & set(list_names(ledger / FOLDER_NAME))
    return _there(folder, named)


def lay_copies(folder: Path, keys: Keys, database: Database, ledger: Path) -> None:
    """Lay the sealed files beside a journal anew that are not whole there, out of the ledger.

    Raises:
        DiskFull, NotWritable, InputOutput, MediumMissing
    """
    first = last_entry(folder, keys, ())
    for (name,) in database.all("SELECT blob FROM v_attachment WHERE number > ?", (first,)):
        if name and is_name(name):
            copy_attachment(name, ledger / FOLDER_NAME, folder / FOLDER_NAME)


def _there(folder: Path, names: set[str]) -> list[Path]:
    copies = folder / FOLDER_NAME
    with reading(copies):
        return [copies / name for name in list_names(copies) if name in names]


def remove(paths: Iterable[Path]) -> None:
    """Remove files one after another, each durably gone before the next.

    Raises:
        NotWritable, InputOutput, MediumMissing: those before it are gone.
    """
    for path in paths:
        with writing(path):
            path.unlink(missing_ok=True)
            sync_folder(path.parent)
            if path.exists():
                raise InputOutput(file=str(path), reason="消去したファイルが残っています")

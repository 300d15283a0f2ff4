"""The end of journal files: those that no restore needs any more, and copies of erased files.

Only the oldest files end, one after another from the front, so that what is left is one way to the
last entry whenever a power cut comes between.
"""

import sys
from collections.abc import Iterable
from datetime import UTC
from itertools import pairwise
from pathlib import Path

from models.chain import timestamp
from models.errors import AzukariError, InputOutput
from models.records import BackupRun
from storage.attachments import FOLDER_NAME, list_names
from storage.database import Database
from storage.erasing import erased_files
from storage.files import reading, sync_folder, writing
from storage.journal import header_of, list_files
from storage.journal_file import JournalFile
from storage.journal_format import FileHeader, Keys


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


def erased_copies(folder: Path, database: Database) -> list[Path]:
    """List copies of erased files beside the journal."""
    return _there(folder, erased_files(database))


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

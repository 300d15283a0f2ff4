"""Make the database anew out of its log: the way to mend lists and indexes that are damaged.

Tables whose pages cannot be read cannot be dropped either, so nothing is mended in place. What
cannot be derived is copied, row by row, into a new file beside the old one; the tables are derived
there; the whole is verified as after a restore, down to every signature. Only then, and only if it
ends at the same head, the new file takes the name of the old one. A power cut leaves one of the
two, whole: until the name is given the old file is not touched.
"""

import os
from contextlib import suppress
from pathlib import Path

from models import collector
from models.chain import Head
from models.errors import Damaged, FolderInTheWay, VerificationFailed
from models.store import Progress
from storage import access, files, log
from storage.database import Database, create_database, open_database
from storage.deriving import fill, reading
from storage.ledger_store import LedgerStore
from storage.ledgers import check_snapshot

BESIDE = ".new"
_STEPS = 3  # copied, derived, verified
_LOG_TABLES = 3  # that have about one row for each entry
_OF_ENTRIES = {
    "content": " WHERE seq BETWEEN 1 AND {0}",
    "command": " WHERE first_seq >= 1 AND last_seq <= {0}",
}
"""What leaves out rows that belong to no entry (`storage.log.strays`)."""
_NO_TABLE = "記帳の表が、元のままではありません。バックアップから復元してください。"
_DIFFERS = "作り直した台帳が、元の記帳と一致しません。元の台帳はそのままです。"


def rebuild(store: LedgerStore, key: bytes, progress: Progress) -> Head:
    """Make the database of an open ledger anew; the ledger stays open.

    Returns:
        The head, which is the one that it had.

    Raises:
        Damaged: the log itself cannot be read; nothing was changed.
        VerificationFailed: the log does not verify; nothing was changed.
        Cancelled: by `progress`; nothing was changed.
        DiskFull, NotWritable, InputOutput: likewise.
    """
    database = store.database
    with database.lock:
        database.let_go()  # it may have met a damaged page, and reads nothing sound since
        try:
            head = rebuild_file(database.path, key, progress)
        finally:
            database.take_back((key,))
        store.forget()
    return head


def rebuild_file(path: Path, key: bytes, progress: Progress) -> Head:
    """Do the same to a database that nobody has open; the caller holds the folder's lock.

    Raises:
        Foreign, NewerFormat, and as `rebuild`.
    """
    database = open_database(path, key)
    try:
        log.require_known_format(database)
        head = log.head(database)
        fresh = _make(database, key, head, progress)
    finally:
        database.close()
    _take_the_place(fresh, path)
    return head


def sweep(path: Path) -> None:
    """Remove what a rebuild that died left beside a database; nobody may have it under an old key.

    Raises:
        FolderInTheWay, NotWritable, InputOutput
    """
    fresh = path.with_name(path.name + BESIDE)
    with files.writing(fresh):
        for one in (fresh, fresh.with_name(f"{fresh.name}-journal")):
            if one.is_dir():  # Windows would only say that it is forbidden
                raise FolderInTheWay(file=str(one))
            one.unlink(missing_ok=True)


def _make(source: Database, key: bytes, head: Head, progress: Progress) -> Path:
    """Make a verified copy beside a database."""
    sweep(source.path)
    fresh = source.path.with_name(source.path.name + BESIDE)
    try:
        database = create_database(fresh, key)
        try:
            with (
                collector.at_rest(),
                reading(source, head.seq, key) as told,
                database.transaction(),
            ):
                _copy(source, database, _step(progress, 0))
                fill(database, told, head.seq, _step(progress, 1))
        finally:
            database.close()
        if check_snapshot(fresh, key, _step(progress, 2)) != head:
            raise VerificationFailed(reason=_DIFFERS)
    except BaseException:
        with suppress(Exception):  # the first error is the one to show
            sweep(source.path)
        raise
    return fresh


def _copy(source: Database, target: Database, progress: Progress) -> None:
    """Copy everything that is not derived into tables as we make them, whatever stands beside."""
    for statement in log.TABLES:
        target.all(statement)
    if access.exists(source):
        for statement in access.TABLES:
            target.all(statement)
    last = log.head(source).seq
    done, total = 0, _LOG_TABLES * last
    for name in log.names(target):
        columns = _columns(source, target, name)
        marks = ", ".join("?" * len(columns.split(", ")))
        which = _OF_ENTRIES.get(name, "").format(last)
        # NOT INDEXED: an index of the log may be what is damaged.
        for rows in source.slices(f'SELECT {columns} FROM "{name}" NOT INDEXED{which}'):
            progress(done, total)
            target.many(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', rows)
            done += len(rows)


def _columns(source: Database, target: Database, table: str) -> str:
    """Name the columns that a table of the log has on both sides.

    Raises:
        Damaged: it is no table of ours.
    """
    if not source.value("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,)):
        raise Damaged(file=str(source.path), what_now=_NO_TABLE)
    theirs, ours = (_names(one, table) for one in (source, target))
    if set(ours) - set(theirs) - access.LATER:
        raise Damaged(file=str(source.path), what_now=_NO_TABLE)
    return ", ".join(f'"{name}"' for name in ours if name in theirs)


def _names(database: Database, table: str) -> list[str]:
    return [name for (name,) in database.all("SELECT name FROM pragma_table_info(?)", (table,))]


def _step(progress: Progress, number: int) -> Progress:
    """Return the progress of one of the steps."""

    def report(done: int, total: int) -> None:
        share = min(done, total) / total if total else 0
        progress(int(1000 * (number + share)), 1000 * _STEPS)

    return report


def _take_the_place(fresh: Path, path: Path) -> None:
    """Give the new file the name of the old one, durably; both are closed and synced."""
    with files.writing(path):
        os.replace(fresh, path)
        files.sync_folder(path.parent)
    sweep(path)

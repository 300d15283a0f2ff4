"""Make, open, copy and check ledgers: the ways to a `LedgerStore`.

A ledger folder holds `ledger.db`, the two key headers, `attachments/` and the lock. Creation is a
path of its own: a missing or empty database is never taken for a new ledger.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import RawIOBase
from pathlib import Path
from typing import Protocol

from models.chain import Head
from models.errors import Damaged, Foreign, Unfinished, VerificationFailed
from models.store import Progress, tell
from storage import files, log, schema
from storage.attachments import FOLDER_NAME, Attachments
from storage.database import (
    PAGE_SIZE,
    Database,
    create_database,
    open_database,
    open_snapshot,
)
from storage.kdf import KEY_BYTES
from storage.known_schema import require_known
from storage.ledger_store import LedgerStore
from storage.lock import LedgerLock, lock_ledger
from storage.unopened import require_at_rest
from storage.verify import verify_log

DATABASE_NAME = "ledger.db"
ATTACHMENT_KEY = "attachment_key"  # name of the secret
SNAPSHOT_CHUNK = 1 << 20
_UNREADABLE = "読めない記帳があります。バックアップから復元してください。"
# SQLite never uses the page of its lock bytes, and Windows does not let others read it.
_LOCK_PAGE = 1 << 30


class Keys(Protocol):
    """What an unlocked vault gives to the database."""

    @property
    def vault_id(self) -> bytes: ...

    @property
    def database_key(self) -> bytes: ...

    def random(self, length: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The encrypted database file as it stands at one head."""

    chunks: Iterator[bytes]
    size: int
    head: Head


def create_ledger(
    folder: Path,
    vault: Keys,
    *,
    holder: str,
    now: datetime,
    lock: LedgerLock | None = None,
) -> LedgerStore:
    """Make the database of a new ledger in the folder of its vault.

    Args:
        lock: the lock of the folder, when the caller already holds it.

    Raises:
        NotWritable: a database stands there already.
        InUse, DiskFull
    """
    lock = lock or lock_ledger(folder, holder=holder, now=now)
    try:
        database = create_database(folder / DATABASE_NAME, vault.database_key)
        store = new_store(database, vault.vault_id.hex())
    except BaseException:
        lock.release()
        raise
    store.on_close(lock.release)
    try:
        # Files have a key of their own, so that a new data key does not rewrite every photo.
        store.set_secret(ATTACHMENT_KEY, vault.random(KEY_BYTES))
        _attach_files(store, folder)
    except BaseException:
        store.close()
        raise
    return store


def new_store(database: Database, vault_id: str) -> LedgerStore:
    """Make the tables of a new ledger; a database that could not be completed is removed."""
    try:
        with database.transaction():
            log.create_log(database, vault_id)
            schema.create_views(database)
    except BaseException:
        database.close()
        database.path.unlink(missing_ok=True)
        raise
    return LedgerStore(database, vault_id)


def open_ledger(
    folder: Path,
    vault: Keys,
    *,
    holder: str,
    now: datetime,
    read_only: bool = False,
    lock: LedgerLock | None = None,
    progress: Progress = lambda done, total: None,
) -> LedgerStore:
    """Open the ledger of an unlocked vault; tables of another version are derived again first.

    Args:
        read_only: the connection may only ask (inspecting officer).
        progress: of a rebuild, if one is needed.

    Raises:
        LedgerMissing, Damaged, Foreign, NewerFormat, InUse
        StrangeSchema: something stands in the database that this program does not make.
        Cancelled: by `progress`; nothing was changed.
    """
    lock = lock or lock_ledger(folder, holder=holder, now=now)
    try:
        path = folder / DATABASE_NAME
        store = open_store(path, vault.database_key, vault.vault_id.hex(), progress)
    except BaseException:
        lock.release()
        raise
    store.on_close(lock.release)
    try:
        _attach_files(store, folder)
        if read_only:
            store.database.all("PRAGMA query_only = ON")
    except BaseException:
        store.close()
        raise
    return store


def open_frozen(folder: Path, vault: Keys, lock: LedgerLock) -> LedgerStore:
    """Open a ledger that cannot be written from here: it stays as it is, byte for byte.

    Raises:
        Unfinished: it would have to be written to first.
        LedgerMissing, Damaged, Foreign, NewerFormat
    """
    path = folder / DATABASE_NAME
    require_at_rest(path)
    database = open_snapshot(path, vault.database_key)
    try:
        if log.require_known_format(database) != vault.vault_id.hex():
            raise Foreign(file=str(path), reason="別の台帳のデータベースです。")
        require_known(database)
        if database.value("PRAGMA user_version") != schema.VERSION:
            raise Unfinished(file=str(path), reason="ほかの版のプログラムが作った表です。")
        store = LedgerStore(database, vault.vault_id.hex())
        key = store.secret(ATTACHMENT_KEY)
        if key is not None:
            store.attachments = Attachments(folder / FOLDER_NAME, key)
    except BaseException:
        database.close()
        raise
    store.on_close(lock.release)
    return store


def open_store(
    path: Path,
    key: bytes,
    vault_id: str,
    progress: Progress = lambda done, total: None,
) -> LedgerStore:
    """Open a database file and bring its tables up to this version; the caller holds the lock."""
    database = open_database(path, key)
    try:
        if log.require_known_format(database) != vault_id:
            raise Foreign(file=str(path), reason="別の台帳のデータベースです。")
        require_known(database)
        store = LedgerStore(database, vault_id)
        if database.value("PRAGMA user_version") != schema.VERSION:
            tell(progress, "一覧を、この版のプログラムに合わせて作り直しています。")
            store.rebuild(progress, key)
    except (KeyError, TypeError, ValueError) as error:  # an entry says what no program wrote
        database.close()
        raise Damaged(file=str(path), what_now=_UNREADABLE) from error
    except BaseException:
        database.close()
        raise
    return store


def _attach_files(store: LedgerStore, folder: Path) -> None:
    key = store.secret(ATTACHMENT_KEY)
    if key is not None:
        store.attachments = Attachments(folder / FOLDER_NAME, key)
        store.remove_erased_files()


@contextmanager
def snapshot_reader(store: LedgerStore) -> Iterator[Snapshot]:
    """Give the encrypted database file, in chunks, as it is at one moment.

    Nothing is written while the block runs, and what is on the disk is whole, because the journal
    of every finished transaction is empty (journal_mode=TRUNCATE). A list goes on being shown.
    """
    database = store.database
    with database.still():
        descriptor = database.reader()
        size = os.fstat(descriptor).st_size
        yield Snapshot(_chunks(descriptor, size, database.path), size, store.head())


def _chunks(descriptor: int, size: int, path: Path) -> Iterator[bytes]:
    position = 0
    while position < size:
        if position == _LOCK_PAGE:
            yield bytes(min(PAGE_SIZE, size - position))
            position += PAGE_SIZE
            continue
        limit = _LOCK_PAGE if position < _LOCK_PAGE else size
        with files.reading(path):
            os.lseek(descriptor, position, os.SEEK_SET)
            chunk = os.read(descriptor, min(SNAPSHOT_CHUNK, limit - position, size - position))
        if not chunk:
            return
        position += len(chunk)
        yield chunk


def check_snapshot(
    path: Path, key: bytes, progress: Progress = lambda done, total: None, *, workers: int = 2
) -> Head:
    """Check a copy of a database completely and return its head; the copy is not touched.

    Raises:
        VerificationFailed: with the first thing that does not agree.
        Damaged, Foreign, NewerFormat
    """
    database = open_snapshot(path, key)
    try:
        vault_id = log.require_known_format(database)
        problems = verify_log(database, vault_id, progress=progress, workers=workers, key=key)
        if problems:
            raise VerificationFailed(reason=problems[0].message)
        return log.head(database)
    finally:
        database.close()


class SnapshotFile(RawIOBase):
    """A snapshot as the readable file that the container wants."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self._chunks = snapshot.chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        parts = [self._rest]
        have = len(self._rest)
        while size < 0 or have < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            parts.append(chunk)
            have += len(chunk)
        data = b"".join(parts)
        if size < 0:
            self._rest = b""
            return data
        self._rest = data[size:]
        return data[:size]

"""Open the encrypted database in the one order that is safe, and speak to it.

A wrong step here loses data or writes it in clear, so the order of `open_database` is a rule and
not a habit (docs/format.md, "Database"):

1. the path is a regular file of at least one page: a zero-length file would open as a *new* ledger;
2. the driver is SQLCipher: the ordinary `sqlite3` ignores `PRAGMA key` and writes plain text;
3. the key is exactly 64 lower-case hex digits: anything else would be taken for a pass phrase;
4. one read forces the key check, and a hot journal is rolled back before anything else;
5. every pragma is read back;
6. an authorizer denies what would let data out: ATTACH, DETACH, temp files, another key.

Driver errors leave this module as errors of `models/errors/`; what is left is a bug of ours.
"""

import os
import re
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NoReturn

from sqlcipher3 import dbapi2 as driver

from models.errors import (
    AzukariError,
    Damaged,
    Foreign,
    InputOutput,
    Locked,
    NotWritable,
)
from storage import files, many_rows
from storage.driver_errors import (
    OTHER_KEY,
    RESTORE,
    input_output,
    raise_duplicate,
    translate,
)
from storage.unopened import require_plain_beside, require_plausible

PAGE_SIZE = 4096
CACHE_KIB = 65_536  # holds the inner pages of every index of a ledger of a million entries
SNAPSHOT_KIB = 24_576  # two helpers read side by side; more of it saves them no time (measured)
SLICE = 2_000  # rows that are read before others may ask
APPLICATION_ID = 0x415A554B  # "AZUK"
OLDEST_SQLITE = (3, 51, 3)

_PRAGMAS: tuple[tuple[str, str, object], ...] = (
    ("journal_mode", "TRUNCATE", "truncate"),  # PERSIST would keep pages under an old key
    ("synchronous", "EXTRA", 3),
    ("foreign_keys", "ON", 1),
    ("recursive_triggers", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("temp_store", "MEMORY", 2),  # FILE would write sort data in plain text
    ("secure_delete", "ON", 1),
    ("cache_size", f"-{CACHE_KIB}", -CACHE_KIB),
)
_DENIED_PRAGMAS = frozenset(
    {"temp_store", "temp_store_directory", "key", "hexkey", "rekey", "hexrekey",
     "writable_schema", "journal_mode", "synchronous"}
)  # fmt: skip
_DENIED_FUNCTIONS = frozenset({"load_extension", "sqlcipher_export"})
_DENIED_ACTIONS = frozenset({driver.SQLITE_ATTACH, driver.SQLITE_DETACH})
# Without an adapter the driver looks three times for one whenever it binds None or bytes and finds
# none by exception: 0.9 µs per value, the larger part of a bulk import. These give them back.
driver.register_adapter(type(None), lambda value: value)
driver.register_adapter(bytes, lambda value: value)

Row = tuple[Any, ...]


class Database:
    """One connection, serialised by a lock; `transaction` is the only way to write.

    `writes` counts the transactions that began: whoever reads the file beside this connection sees
    by it whether the file stood still meanwhile.
    """

    def __init__(self, connection: Any, path: Path) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.writes = 0
        self.frozen = False  # a file that nobody writes: a snapshot, or one on a read-only medium
        self._connection = connection
        self._broken: AzukariError | None = None
        self._hurt: Damaged | None = None  # a page could not be read
        self._doubtful = False  # pages from before a rollback may still be in memory
        self._together = False
        self._freed = threading.Condition(self.lock)
        self._keepers: list[int] = []  # threads that keep the file as it is
        self._reading: weakref.WeakSet[Any] = weakref.WeakSet()  # cursors that may be half-way
        self._reader: int | None = None

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and return every row."""
        with self.lock:
            try:
                rows: list[Row] = self._usable().execute(sql, parameters).fetchall()
            except driver.Error as error:
                self._fail(error)
            return rows

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        with self.lock:
            try:
                row: Row | None = self._usable().execute(sql, parameters).fetchone()
            except driver.Error as error:
                self._fail(error)
            return row

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.one(sql, parameters)
        return row[0] if row else None

    @contextmanager
    def roomy(self, kib: int) -> Iterator[None]:
        """Keep more pages in memory for a while, and let a thread beside this one sort new indexes.

        Args:
            kib: of pages; a page that is read again costs its decryption and its MAC.
        """
        self.all(f"PRAGMA cache_size = -{kib}")
        self.all("PRAGMA threads = 1")
        try:
            yield
        finally:
            self.all("PRAGMA threads = 0")
            self.all(f"PRAGMA cache_size = -{CACHE_KIB}")

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[Row]:
        """Yield rows while the caller holds `lock`; for inner loops that must not build a list."""
        try:
            yield from self._opened(sql, parameters)
        except driver.Error as error:
            self._fail(error)

    def slices(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[list[Row]]:
        """Yield many rows a few at a time; between two, others may ask, and nobody may write."""
        try:
            with self.lock:
                cursor = self._opened(sql, parameters)
            while True:
                with self.lock:
                    rows = cursor.fetchmany(SLICE)
                if not rows:
                    return
                yield rows
        except driver.Error as error:
            self._fail(error)

    def _opened(self, sql: str, parameters: Sequence[Any]) -> Any:
        cursor = self._usable().execute(sql, parameters)
        self._reading.add(cursor)
        return cursor

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.lock:
            try:
                self._usable().executemany(sql, rows)
            except driver.Error as error:
                self._fail(error)

    def insert(self, rows: Iterable[tuple[str, Sequence[Any]]]) -> None:
        """Enter rows in their order, each by its INSERT INTO … VALUES (?, …)."""
        with self.lock:
            try:
                cursor = self._usable().cursor()
                self._reading.add(cursor)  # an error may leave it half-way, too
                for sql, alike in groupby(rows, itemgetter(0)):
                    many_rows.insert(cursor, sql, map(itemgetter(1), alike))
            except driver.Error as error:
                self._fail(error)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block as one durable transaction; any exception takes everything back."""
        with self.lock:
            if self._together:
                yield
                return
            self._begin_writing()
            if self._doubtful:
                self._forget()
            self.all("BEGIN IMMEDIATE")
            try:
                yield
                self.all("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    @contextmanager
    def still(self) -> Iterator[None]:
        """Keep the file as it is while a block reads it; others go on asking, and wait to write."""
        with self.lock:
            self._keepers.append(threading.get_ident())
        try:
            yield
        finally:
            with self.lock:
                self._keepers.remove(threading.get_ident())
                self._freed.notify_all()

    def _begin_writing(self) -> None:
        # Waiting gives `lock` back, so that the keeper and everybody else can go on reading.
        me = threading.get_ident()
        self._freed.wait_for(lambda: all(one == me for one in self._keepers))
        self.writes += 1

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of all those inside; an exception in one of them must end it."""
        with self.transaction():
            self._together = True
            try:
                yield
            finally:
                self._together = False

    def rekey(self, key: bytes) -> None:
        """Encrypt the whole database under another raw key, in one transaction of SQLCipher."""
        with self.lock:
            self._begin_writing()
            connection = self._usable()
            connection.set_authorizer(None)
            try:
                connection.execute(f"PRAGMA rekey = \"x'{_hex(key)}'\"")
            except driver.Error as error:
                # SQLCipher tells no cause. The pages in memory may be under either key now.
                self._broken = translate(error, self.path) or input_output(self.path)
                raise self._broken from error
            finally:
                connection.set_authorizer(_authorize)
        self.all("SELECT count(*) FROM sqlite_schema")

    def interrupt(self) -> None:
        """Stop a statement that runs in another thread; it raises `Cancelled` there."""
        self._connection.interrupt()

    def reader(self) -> int:
        """Return a descriptor for reading the encrypted file, open until `close`.

        Closing any descriptor of a file drops this process's POSIX locks on it, SQLite's included;
        therefore there is one, and it is closed last.
        """
        with self.lock:
            if self._reader is None:
                with files.reading(self.path):
                    self._reader = os.open(self.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            return self._reader

    def let_go(self) -> None:
        """Let another process have the file; the caller holds `lock` until `take_back`."""
        self._begin_writing()
        self.close()

    def take_back(self, keys: Sequence[bytes]) -> bytes:
        """Open the file again under one of these keys and return that one.

        Raises:
            Damaged: under none of them.
            InUse: whoever had it still has it.
        """
        for key in keys:
            with suppress(Damaged):
                fresh = open_database(self.path, key)
                self._connection, self._broken = fresh._connection, None
                self._hurt = None
                return key
        raise Damaged(file=str(self.path), what_now=f"{OTHER_KEY}{RESTORE}")

    def close(self) -> None:
        with self.lock:
            for cursor in list(self._reading):
                # One in the frames of an old error would keep SQLite from giving up the file's
                # lock, until the collector comes.
                cursor.close()
            self._connection.close()
            self._broken = Locked()  # whoever still asks hears that somebody must sign in
            if self._reader is not None:
                os.close(self._reader)
                self._reader = None

    def _usable(self) -> Any:
        if self._broken is not None:
            raise self._broken
        return self._connection

    def _roll_back(self) -> None:
        # After "disk full" SQLite has rolled back by itself and ROLLBACK would be an error.
        if self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except driver.Error:
                self._broken = self._broken or input_output(self.path)
        self._forget()

    def _forget(self) -> None:
        """Let go of the pages in memory; they are read, and their MACs checked, when wanted.

        At a rollback SQLCipher takes a page back into memory as it stands in the journal, and looks
        at its header before it decrypts it. One header in some six thousand looks like one, and
        from then on a sound ledger is called malformed (or the list of tables is misread).
        """
        self._doubtful = bool(self._reading)  # what somebody still reads cannot be let go
        if self._broken is None:
            with suppress(driver.Error):
                self._connection.execute("PRAGMA shrink_memory")

    def _fail(self, error: Exception) -> NoReturn:
        """Raise our error for one of the driver's; what we do not know is a bug and stays."""
        raise_duplicate(error)
        known = translate(error, self.path)
        if isinstance(known, Damaged):
            self._hurt = known
        elif isinstance(known, NotWritable) and self._hurt is not None:
            known = self._hurt  # SQLCipher only reads on after a page that it could not read
        if isinstance(known, InputOutput):
            # A failed fsync may have lost pages that the next one calls safe: nothing more is
            # written through this connection (security: an fsync error is final).
            self._broken = known
        if known is None:
            raise error
        raise known from error


def create_database(path: Path, key: bytes) -> Database:
    """Make a new, empty, encrypted database where nothing stands yet.

    Raises:
        NotWritable: something already stands there.
        DiskFull
    """
    file = files.create_new(path)
    try:
        database = _connect(path, key, "rw")
        database.all(f"PRAGMA application_id = {APPLICATION_ID}")
        _guard(database)
    except BaseException:
        files.close_and_remove(file, path)
        raise
    with files.writing(path):
        file.close()
        files.sync_folder(path.parent)
    return database


def open_database(path: Path, key: bytes, *, read_only: bool = False) -> Database:
    """Open an existing database.

    A reader opens it for writing first, because a hot journal can only be rolled back so, and may
    then only ask.

    Raises:
        LedgerMissing: nothing stands there.
        Damaged: empty, cut off, not whole, or under another key.
        Foreign: not one of ours.
        InUse: another program holds it.
    """
    require_plausible(path, PAGE_SIZE)
    require_plain_beside(path)
    database = _connect(path, key, "rw")
    try:
        if database.value("PRAGMA application_id") != APPLICATION_ID:
            raise Foreign(file=str(path), reason="預り台帳のデータベースではありません。")
        _guard(database)
        if read_only:
            database.all("PRAGMA query_only = ON")
    except BaseException:
        database.close()
        raise
    return database


def open_snapshot(path: Path, key: bytes) -> Database:
    """Open a copy that nobody writes, for example inside a backup, without touching it.

    Raises:
        Damaged, Foreign
    """
    require_plausible(path, PAGE_SIZE)
    database = _connect(path, key, "ro&immutable=1", exclusive=False)
    try:
        if database.value("PRAGMA application_id") != APPLICATION_ID:
            raise Foreign(file=str(path), reason="預り台帳のデータベースではありません。")
        database.all("PRAGMA query_only = ON")
        database.frozen = True
        database._connection.set_authorizer(_authorize)
    except BaseException:
        database.close()
        raise
    return database


def _connect(path: Path, key: bytes, mode: str, *, exclusive: bool = True) -> Database:
    digits = _hex(key)
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        connection = driver.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=2,
            cached_statements=512,
        )  # fmt: skip
    except driver.Error as error:
        raise translate(error, path) or error from error
    database = Database(connection, path)
    try:
        _require_driver(database)
        database.all("PRAGMA cipher_log_level = NONE")  # else page errors go to stderr
        connection.execute(f"PRAGMA key = \"x'{digits}'\"")
        database.all(f"PRAGMA cipher_page_size = {PAGE_SIZE}")
        # Forces the key check and rolls a hot journal back. Not in exclusive mode: there SQLite
        # would only blank the journal's header and leave its pages on the disk.
        database.all("SELECT count(*) FROM sqlite_schema")
        if exclusive:
            for name, value, expected in _PRAGMAS:
                _assert_pragma(database, name, value, expected)
            _assert_pragma(database, "locking_mode", "EXCLUSIVE", "exclusive")
            database.all("BEGIN EXCLUSIVE")  # takes the lock for good
            database.all("COMMIT")
        else:
            _assert_pragma(database, "cache_size", f"-{SNAPSHOT_KIB}", -SNAPSHOT_KIB)
            _assert_pragma(database, "temp_store", "MEMORY", 2)
            _assert_pragma(database, "trusted_schema", "OFF", 0)
    except BaseException:
        connection.close()
        raise
    return database


def _hex(key: bytes) -> str:
    digits = key.hex()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise ValueError("a raw key has 32 bytes")
    return digits


def _require_driver(database: Database) -> None:
    """Refuse a driver that would write plain text or carries a known defect.

    Raises:
        RuntimeError: the program is installed wrongly; nothing was written.
    """
    version = tuple(int(part) for part in driver.sqlite_version.split("."))
    if not database.value("PRAGMA cipher_version") or version < OLDEST_SQLITE:
        raise RuntimeError(f"unsuitable database driver: SQLite {driver.sqlite_version}")


def _assert_pragma(database: Database, name: str, value: str, expected: object) -> None:
    database.all(f"PRAGMA {name} = {value}")
    found = database.value(f"PRAGMA {name}")
    if found != expected:
        raise RuntimeError(f"PRAGMA {name} is {found!r}, not {expected!r}")


def _guard(database: Database) -> None:
    page_size = int(database.value("PRAGMA page_size"))
    if page_size != PAGE_SIZE:
        raise RuntimeError(f"page size {page_size}")
    database._connection.enable_load_extension(False)
    database._connection.set_authorizer(_authorize)


def _authorize(
    action: int, first: str | None, second: str | None, database: str | None, trigger: str | None
) -> int:
    """Deny the statements by which data could leave the encrypted file."""
    denied = action in _DENIED_ACTIONS
    if action == driver.SQLITE_PRAGMA and second is not None:
        denied = (first or "").lower() in _DENIED_PRAGMAS
    if action == driver.SQLITE_FUNCTION:
        denied = (second or "").lower() in _DENIED_FUNCTIONS
    return int(driver.SQLITE_DENY if denied else driver.SQLITE_OK)

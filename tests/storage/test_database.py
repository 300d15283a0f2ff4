"""Opening the database: what must be refused, what is set, and what never reaches the disk."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as driver

from models.errors import (
    Damaged,
    DiskFull,
    Foreign,
    InUse,
    LedgerMissing,
    NewerFormat,
    NotWritable,
    VerificationFailed,
)
from models.store import Query
from storage.database import Database, create_database, open_database, open_snapshot
from storage.ledger_store import LedgerStore
from storage.ledgers import (
    check_snapshot,
    create_ledger,
    new_store,
    open_ledger,
    open_store,
    snapshot_reader,
)
from tests import factory
from tests.factory import KEY, START, VAULT_ID, Office


class Keys:
    """What an unlocked vault gives, with a fixed key."""

    def __init__(self, key: bytes = KEY, vault_id: str = VAULT_ID) -> None:
        self.database_key = key
        self.vault_id = bytes.fromhex(vault_id)

    def random(self, length: int) -> bytes:
        return bytes(length)


def silent(done: int, total: int) -> None:
    """Show no progress."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The database of a ledger with a few entries."""
    office = Office.open(tmp_path)
    office.item(1)
    office.store.close()
    return tmp_path / "ledger.db"


def reopen(path: Path) -> LedgerStore:
    return open_store(path, KEY, VAULT_ID)


def test_a_ledger_opens_again_as_it_was_closed(path: Path) -> None:
    store = reopen(path)
    assert (store.head().seq, store.count(Query("item")), store.vault_id) == (8, 1, VAULT_ID)
    store.close()


def test_a_missing_database_is_not_a_new_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissing):
        open_database(tmp_path / "ledger.db", KEY)
    assert not (tmp_path / "ledger.db").exists()


def test_an_empty_file_is_not_a_new_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").touch()
    with pytest.raises(Damaged):
        open_database(tmp_path / "ledger.db", KEY)
    assert (tmp_path / "ledger.db").stat().st_size == 0


def test_a_database_without_log_is_not_a_ledger(tmp_path: Path) -> None:
    create_database(tmp_path / "ledger.db", KEY).close()
    with pytest.raises(Damaged):
        reopen(tmp_path / "ledger.db")


def test_creation_never_replaces_a_file(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(NotWritable):
        create_database(path, KEY)
    assert path.read_bytes() == before


def test_a_link_is_refused(path: Path, tmp_path: Path) -> None:
    (tmp_path / "other.db").symlink_to(path)
    with pytest.raises(Foreign):
        open_database(tmp_path / "other.db", KEY)


def test_a_wrong_key_does_not_open(path: Path) -> None:
    with pytest.raises(Damaged, match="鍵"):
        open_database(path, bytes(32))


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_never_taken_for_a_pass_phrase(path: Path, length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        open_database(path, bytes(length))


def test_a_plain_sqlite_file_is_foreign(tmp_path: Path) -> None:
    plain = sqlite3.connect(tmp_path / "ledger.db")
    plain.execute("CREATE TABLE t (a)")
    plain.close()
    with pytest.raises(Foreign, match="暗号化されていない"):
        open_database(tmp_path / "ledger.db", KEY)


def test_another_programs_database_under_the_same_key_is_foreign(tmp_path: Path) -> None:
    connection = driver.connect(str(tmp_path / "ledger.db"))
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    with pytest.raises(Foreign):
        open_database(tmp_path / "ledger.db", KEY)


def test_another_ledgers_database_is_foreign(path: Path) -> None:
    with pytest.raises(Foreign, match="別の台帳"):
        open_store(path, KEY, "ff" * 16)


def test_a_newer_log_is_refused_with_advice(path: Path) -> None:
    database = open_database(path, KEY)
    with database.transaction():
        database.all("UPDATE setting SET value = '2' WHERE name = 'log_format'")
    database.close()
    with pytest.raises(NewerFormat, match="新しい版"):
        reopen(path)


def test_a_record_from_the_future_is_refused_at_the_rebuild(path: Path) -> None:
    database = open_database(path, KEY)
    with database.transaction():
        database.all("UPDATE entry SET payload = 2 WHERE type = 'item'")
        database.all("PRAGMA user_version = 1")
    database.close()
    with pytest.raises(NewerFormat):
        reopen(path)
    database = open_database(path, KEY)
    assert database.value("SELECT count(*) FROM v_item") == 1  # left to the newer program
    database.close()


@pytest.mark.parametrize("keep", [100, 4095, 4096, 8192, 40_000])
def test_a_cut_off_file_is_reported(path: Path, keep: int) -> None:
    os.truncate(path, keep)
    with pytest.raises((Damaged, VerificationFailed)):
        check_snapshot(path, KEY, workers=1)


def test_tables_of_another_version_are_derived_again(path: Path) -> None:
    database = open_database(path, KEY)
    with database.transaction():
        database.all("DROP TABLE v_item")
        database.all("CREATE TABLE v_of_the_past (a)")
        database.all("PRAGMA user_version = 7")
    database.close()
    seen: list[tuple[int, int]] = []
    store = open_store(path, KEY, VAULT_ID, lambda done, total: seen.append((done, total)))
    assert store.count(Query("item")) == 1 and seen[-1][0] == seen[-1][1] >= 8
    assert not store.database.all("SELECT 1 FROM sqlite_schema WHERE name = 'v_of_the_past'")
    store.close()


def test_every_pragma_is_as_promised(path: Path) -> None:
    store = reopen(path)
    wanted = {
        "journal_mode": "truncate", "synchronous": 3, "locking_mode": "exclusive",
        "foreign_keys": 1, "recursive_triggers": 1, "trusted_schema": 0, "cell_size_check": 1,
        "temp_store": 2, "secure_delete": 1, "application_id": 0x415A554B,
    }  # fmt: skip
    found = {name: store.database.value(f"PRAGMA {name}") for name in wanted}
    assert found == wanted
    assert store.database.value("PRAGMA cipher_version").startswith("4.")
    version = tuple(map(int, driver.sqlite_version.split(".")))
    assert version >= (3, 51, 3)
    store.close()


WAYS_OUT = [
    "ATTACH DATABASE '{out}' AS out KEY ''",
    "DETACH DATABASE main",
    "PRAGMA temp_store = FILE",
    "PRAGMA temp_store_directory = '/tmp'",
    "PRAGMA key = 'a'",
    "PRAGMA hexkey = '61'",
    "PRAGMA rekey = 'a'",
    "PRAGMA hexrekey = '61'",
    "PRAGMA writable_schema = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = OFF",
    "SELECT load_extension('x')",
    "SELECT sqlcipher_export('main')",
    "VACUUM INTO '{out}'",
]


@pytest.mark.parametrize("statement", WAYS_OUT)
@pytest.mark.parametrize("door", [open_database, create_database, open_snapshot, "rekeyed"])
def test_ways_out_of_the_encrypted_file_are_denied(
    path: Path, statement: str, door: Callable[[Path, bytes], Database] | str
) -> None:
    if isinstance(door, str):
        database = open_database(path, KEY)
        database.rekey(bytes(32))
    else:
        database = door(path.with_name("new.db") if door is create_database else path, KEY)
    out = path.with_name("out.db")
    with pytest.raises(driver.DatabaseError, match=r"authoriz|prohibited"):
        database.all(statement.replace("{out}", str(out)))
    assert not out.exists()
    database.close()


def test_nothing_is_on_the_disk_in_clear(tmp_path: Path) -> None:
    office = Office.open(tmp_path)
    office.create(factory.place("目印の部屋"))
    office.create(factory.place("MARKER-ROOM"))
    office.store.index_search(1000)
    office.store.close()
    for file in tmp_path.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        for marker in ("目印の部屋", "MARKER-ROOM", "SQLite format 3", "v_place"):
            assert marker.encode() not in content
            assert marker.encode("utf-16-le") not in content
    assert (tmp_path / "ledger.db").stat().st_mode & 0o777 == 0o600


def test_a_second_opening_is_refused_and_closing_lets_others_in(tmp_path: Path) -> None:
    store = create_ledger(tmp_path, Keys(), holder="受付のPC", now=START)
    name = store.put_blob("写し".encode())
    with pytest.raises(InUse, match="受付のPC"):
        open_ledger(tmp_path, Keys(), holder="別のPC", now=START)
    store.close()
    again = open_ledger(tmp_path, Keys(), holder="別のPC", now=START)
    assert again.get_blob(name).decode() == "写し"
    again.close()


def test_a_failed_opening_lets_the_lock_go(tmp_path: Path) -> None:
    create_ledger(tmp_path, Keys(), holder="A", now=START).close()
    with pytest.raises(Damaged):
        open_ledger(tmp_path, Keys(bytes(32)), holder="B", now=START)
    open_ledger(tmp_path, Keys(), holder="C", now=START).close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    create_ledger(tmp_path, Keys(), holder="A", now=START).close()
    store = open_ledger(tmp_path, Keys(), holder="検査", now=START, read_only=True)
    with pytest.raises(NotWritable):
        store.set_setting("a", "b")
    store.close()


def test_a_hot_journal_is_rolled_back_before_anything_else(tmp_path: Path) -> None:
    script = """
import os, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from tests.factory import Office
from storage.ledger_store import LedgerStore
office = Office.open(Path(sys.argv[1]))
database = office.store.database
database.all("PRAGMA cache_size = 5")
database.all("BEGIN IMMEDIATE")
for n in range(3000):
    database.all("INSERT INTO setting VALUES (?, ?)", (f"s{n}", "x" * 200))
os._exit(9)
"""
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", script, str(tmp_path), str(root)], check=False)
    journal = tmp_path / "ledger.db-journal"
    assert journal.stat().st_size > 0
    store = reopen(tmp_path / "ledger.db")
    assert store.setting("s1") == "" and store.head().seq == 7
    # Its pages are gone too: they would outlive a change of the key.
    assert not journal.exists()
    store.close()


def test_transactions_together_are_one(path: Path) -> None:
    store = reopen(path)
    database = store.database
    with database.together():
        store.set_setting("a", "1")
        store.set_setting("b", "2")
    writes = database.writes
    with pytest.raises(KeyError), database.together():
        store.set_setting("a", "3")
        store.set_setting("c", "4")
        raise KeyError
    assert [store.setting(name) for name in "abc"] == ["1", "2", ""]
    assert database.writes == writes + 1
    store.set_setting("a", "5")  # and afterwards each is one again
    assert database.writes == writes + 2
    store.close()
    store = reopen(path)
    assert store.setting("a") == "5"
    store.close()


def test_what_stood_in_memory_is_read_again_after_a_rollback(tmp_path: Path) -> None:
    database = create_database(tmp_path / "ledger.db", KEY)
    with database.transaction():
        database.all("CREATE TABLE told (number INTEGER PRIMARY KEY)")
    with suppress(KeyError), database.transaction():
        database.all("INSERT INTO told VALUES (1)")
        raise KeyError
    last = database.value("PRAGMA page_count") - 1
    with database.path.open("r+b") as file:
        file.seek(last * 4096)
        file.write(bytes(4096))
    with pytest.raises(Damaged):
        database.all("SELECT number FROM told")
    database.close()


def test_what_a_reader_kept_in_memory_is_read_again_before_the_next_writing(tmp_path: Path) -> None:
    database = create_database(tmp_path / "ledger.db", KEY)
    with database.transaction():
        database.all("CREATE TABLE told (number INTEGER PRIMARY KEY)")
        database.many("INSERT INTO told VALUES (?)", [(n,) for n in range(10)])
    reading = database.stream("SELECT number FROM told")
    next(reading)
    with suppress(KeyError), database.transaction():
        database.all("INSERT INTO told VALUES (10)")
        raise KeyError
    reading.close()
    with database.path.open("r+b") as file:
        file.seek(100)
        file.write(bytes(100))  # of the first page, which every reader keeps
    with pytest.raises(Damaged), database.transaction():
        database.all("SELECT number FROM told")
    database.close()


@pytest.mark.soak
def test_no_rollback_makes_a_sound_ledger_malformed(tmp_path: Path) -> None:
    """One in 6,400 did: the header of an encrypted page looked like one that is not."""
    database = create_database(tmp_path / "ledger.db", KEY)
    with database.transaction():
        for number in range(60):
            database.all(f"CREATE TABLE t{number} (a INTEGER PRIMARY KEY, b TEXT, c BLOB, d TEXT)")
    for _ in range(60_000):
        with suppress(KeyError), database.transaction():
            database.all("CREATE TABLE another (a)")
            raise KeyError
        assert database.value("SELECT count(*) FROM sqlite_schema") == 60
    database.close()


def test_others_read_and_wait_to_write_while_the_file_is_kept_still(path: Path) -> None:
    store = reopen(path)
    written = threading.Event()

    def write() -> None:
        with store.database.lock:  # as whoever looks at the head first
            store.set_setting("a", "1")
        written.set()

    with store.database.still():
        before, writes = path.read_bytes(), store.database.writes
        writer = threading.Thread(target=write)
        writer.start()
        assert not written.wait(0.2)
        asked = [in_a_thread(lambda: store.count(Query("item"))), store.count(Query("item"))]
        assert asked == [1, 1] and path.read_bytes() == before
        assert store.database.writes == writes
    writer.join(5)
    assert written.is_set() and store.setting("a") == "1"
    store.close()


def in_a_thread(ask: Callable[[], int]) -> int:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ask).result(5)


def test_a_new_key_locks_the_old_one_out(path: Path) -> None:
    store = reopen(path)
    store.database.rekey(bytes(reversed(KEY)))
    assert store.count(Query("item")) == 1
    with pytest.raises(driver.DatabaseError, match=r"authoriz|prohibited"):
        store.database.all("PRAGMA rekey = 'a'")
    store.close()
    with pytest.raises(Damaged):
        reopen(path)
    open_store(path, bytes(reversed(KEY)), VAULT_ID).close()


def test_a_snapshot_is_a_whole_ledger(path: Path, tmp_path: Path) -> None:
    store = reopen(path)
    with snapshot_reader(store) as snapshot:
        copy = tmp_path / "copy.db"
        copy.write_bytes(b"".join(snapshot.chunks))
        assert copy.stat().st_size == snapshot.size
    assert check_snapshot(copy, KEY, workers=1) == snapshot.head == store.head()
    assert copy.read_bytes() == path.read_bytes()
    store.close()


def test_a_damaged_snapshot_is_reported(path: Path) -> None:
    size = path.stat().st_size
    whole = path.read_bytes()
    for position in range(4096, size, size // 40):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x40]) + whole[position + 1 :])
        with pytest.raises((Damaged, VerificationFailed)):
            check_snapshot(path, KEY, workers=1)
    path.write_bytes(whole + bytes(4096))
    with pytest.raises((Damaged, VerificationFailed)):
        check_snapshot(path, KEY, workers=1)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MiB; needs root."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], check=False
    )
    if made.returncode:
        pytest.skip("no tmpfs can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_ledger_usable_and_nothing_half_written(tiny_disk: Path) -> None:
    office = Office.open(tiny_disk)
    office.item(1)
    filler = tiny_disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(bytes(1024))
    head, count = office.store.head(), office.store.count(Query("item"))
    with pytest.raises(DiskFull):
        for number in range(2, 500):
            office.item(number)
            head, count = office.store.head(), office.store.count(Query("item"))
    assert (office.store.head(), office.store.count(Query("item"))) == (head, count)
    filler.unlink()
    office.item(1000)
    assert office.store.count(Query("item")) == count + 1
    office.store.close()
    assert check_snapshot(tiny_disk / "ledger.db", KEY, workers=1).seq == head.seq + 1


def test_a_ledger_that_cannot_be_completed_leaves_no_file(tmp_path: Path) -> None:
    database = create_database(tmp_path / "ledger.db", KEY)
    database.all("CREATE TABLE v_item (a)")
    with pytest.raises(driver.OperationalError):
        new_store(database, VAULT_ID)
    assert not (tmp_path / "ledger.db").exists()

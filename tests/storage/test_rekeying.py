"""The long way to a new data key: told how far it is, stopped anywhere, and always one of two."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from models.errors import Cancelled, Damaged, InputOutput, WrongPassword
from models.store import quiet
from storage import rekeying, rotation
from storage.database import Database, create_database, open_database
from storage.header_files import read_pair
from storage.ledgers import DATABASE_NAME, create_ledger, open_ledger
from storage.unlocked import Vault
from tests.storage.vaults import NOW, new_vault, unlock

OLD, NEW = bytes(range(32)), bytes(reversed(range(32)))
PAGES = 1500
LEAVER = ("u-3", "tanaka", "worker", "とてもながいことば三つ目")


@pytest.fixture(autouse=True)
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small file go the way of a large one, and be asked often."""
    monkeypatch.setattr(rekeying, "SMALL", 0)
    monkeypatch.setattr(rekeying, "BEAT", 0.002)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = filled(tmp_path / DATABASE_NAME)
    yield made
    made.close()


def filled(path: Path) -> Database:
    made = create_database(path, OLD)
    made.all("CREATE TABLE word (text BLOB)")
    with made.transaction():
        made.many("INSERT INTO word VALUES (?)", ((os.urandom(4000),) for _ in range(PAGES)))
    return made


WORDS = "secret WHERE name LIKE 'word/%'"


def is_whole(database: Database, rows: str = "word") -> bool:
    checked = (
        database.value("PRAGMA integrity_check"),
        database.all("PRAGMA cipher_integrity_check"),
    )
    return checked == ("ok", []) and database.value(f"SELECT count(*) FROM {rows}") == PAGES


def key_of(path: Path) -> bytes:
    """Return the one key under which the file opens."""
    found = []
    for key in (OLD, NEW):
        with suppress(Damaged):
            open_database(path, key).close()
            found.append(key)
    assert len(found) == 1
    return found[0]


def stop_at(number: int, seen: list[tuple[int, int]]) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        seen.append((done, total))
        if len(seen) == number:
            raise Cancelled

    return report


def test_the_work_tells_how_far_it_is(database: Database) -> None:
    seen: list[tuple[int, int]] = []
    rekeying.rekey(database, OLD, NEW, stop_at(0, seen))
    total = os.path.getsize(database.path)
    assert {one for _, one in seen} == {total}
    dones = [done for done, _ in seen if done]  # the journal is empty before and after
    assert len(set(dones)) > 3 and max(dones) > total / 2
    assert is_whole(database)
    database.close()
    assert key_of(database.path) == NEW


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_stopped_on_the_way_the_database_is_as_it_was(database: Database, share: float) -> None:
    def report(done: int, total: int) -> None:
        if done >= share * total:
            raise Cancelled

    with pytest.raises(Cancelled):
        rekeying.rekey(database, OLD, NEW, report)
    assert is_whole(database)
    with database.transaction():  # it goes on being used
        database.all("UPDATE word SET text = x'00' WHERE rowid = 1")
    database.close()
    assert key_of(database.path) == OLD
    journal = database.path.with_name(f"{DATABASE_NAME}-journal")
    assert not journal.exists() or journal.stat().st_size == 0


def test_who_stops_when_it_is_done_is_told_that_it_is_done(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait_too_long(_connections: object, _seconds: float) -> list[object]:
        while key_is_held(database.path):
            time.sleep(0.01)
        return []

    def report(done: int, total: int) -> None:
        raise Cancelled

    monkeypatch.setattr(rekeying, "wait", wait_too_long)
    rekeying.rekey(database, OLD, NEW, report)
    assert is_whole(database)
    database.close()
    assert key_of(database.path) == NEW


def key_is_held(path: Path) -> bool:
    """Tell whether the process has not given the file back under its new key."""
    try:
        open_database(path, NEW).close()
    except Exception:  # in use, or under the old key
        return True
    return False


@pytest.mark.parametrize("wait", [0.0, 0.3, 0.4, 0.5])
def test_a_process_that_dies_leaves_one_of_two_keys(
    database: Database, monkeypatch: pytest.MonkeyPatch, wait: float
) -> None:
    begun = time.monotonic()

    def kill(done: int, total: int) -> None:
        if time.monotonic() - begun >= wait:
            for child in multiprocessing.active_children():
                child.kill()

    with suppress(InputOutput):
        rekeying.rekey(database, OLD, NEW, kill)
    assert is_whole(database)
    database.close()
    assert key_of(database.path) in (OLD, NEW)


def test_what_stops_the_process_is_told_here(database: Database) -> None:
    database.let_go()
    with pytest.raises(Damaged, match=DATABASE_NAME):
        rekeying._watch(database.path, NEW, OLD, quiet)
    assert database.take_back((NEW, OLD)) == OLD
    assert is_whole(database)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_process_ends_with_the_one_that_asked(tmp_path: Path) -> None:
    path = tmp_path / DATABASE_NAME
    filled(path).close()
    script = (
        "import sys; from pathlib import Path; from storage import rekeying\n"
        "from storage.database import open_database\n"
        "rekeying.SMALL = 0\n"
        "def report(done, total):\n"
        "    if done: print('working', flush=True)\n"
        "if __name__ == '__main__':\n"
        "    rekeying.BEAT = 0.002\n"
        f"    rekeying.rekey(open_database(Path({str(path)!r}), {OLD!r}), {OLD!r}, {NEW!r}, report)\n"
    )
    (tmp_path / "asks.py").write_text(script)
    root = Path(rekeying.__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, tmp_path / "asks.py"], stdout=subprocess.PIPE, cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
    ) as asks:  # fmt: skip
        assert asks.stdout is not None and asks.stdout.readline() == b"working\n"
        asks.send_signal(signal.SIGKILL)
    reopened = open_database(path, key_of(path))  # nobody holds it, or `InUse` is raised
    assert is_whole(reopened)
    reopened.close()


# --- a whole ledger -------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vault, _ = new_vault(tmp_path)
    vault.add_user(*LEAVER[:3], LEAVER[3], initial=False)
    store = create_ledger(tmp_path, vault, holder="", now=NOW)
    with store.database.transaction():
        rows = ((f"word/{number}", os.urandom(4000)) for number in range(PAGES))
        store.database.many("INSERT INTO secret VALUES (?, ?)", rows)
    store.close()
    return tmp_path


def stopped(folder: Path, *without: str) -> Vault:
    vault = unlock(folder)
    store = open_ledger(folder, vault, holder="", now=NOW)

    def report(done: int, total: int) -> None:
        if done > total / 3:
            raise Cancelled

    try:
        with pytest.raises(Cancelled):
            rotation.rotate(vault, store.database, lambda: None, without, progress=report)
        assert is_whole(store.database, WORDS)
    finally:
        store.close()
    return vault


def test_a_stopped_renewal_is_taken_back(folder: Path) -> None:
    before = read_pair(folder).best.header
    vault = stopped(folder)
    assert (vault.rotating, vault.epoch) == (False, 1)
    after = read_pair(folder).best.header
    assert (after.epochs, after.wraps) == (before.epochs, before.wraps)
    assert after.generation == before.generation + 2
    store = open_ledger(folder, unlock(folder), holder="", now=NOW)
    assert is_whole(store.database, WORDS)
    store.close()


def test_a_renewal_can_be_asked_for_again_after_it_was_stopped(folder: Path) -> None:
    stopped(folder)
    vault = unlock(folder)
    store = open_ledger(folder, vault, holder="", now=NOW)
    rotation.rotate(vault, store.database, lambda: None)
    assert is_whole(store.database, WORDS)
    store.close()
    assert (unlock(folder).epoch, unlock(folder).rotating) == (2, False)


def test_who_was_shut_out_stays_out_and_the_next_start_finishes(folder: Path) -> None:
    vault = stopped(folder, LEAVER[0])
    assert (vault.rotating, vault.epoch) == (True, 1)
    with pytest.raises(WrongPassword):
        unlock(folder, LEAVER[1], LEAVER[3])
    vault = unlock(folder)
    rotation.find_epoch(vault, folder / DATABASE_NAME)
    store = open_ledger(folder, vault, holder="", now=NOW)
    rotation.finish(vault, store.database, lambda: None)
    assert is_whole(store.database, WORDS)
    store.close()
    assert (unlock(folder).epoch, unlock(folder).rotating) == (2, False)

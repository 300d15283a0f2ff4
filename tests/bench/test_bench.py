"""The bench measures what it says: both shapes of a ledger are whole, memory counts helpers."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bench import __main__ as table
from bench import lasting
from bench.beside import Window
from bench.by_hand import sign_each
from bench.entering import listening, stocktakes
from bench.figure import quiet
from bench.gaps import Gaps, Idler
from bench.memory import Watch
from bench.stage import build, unlock
from storage.backup import DATABASE_NAME
from storage.database import Database, Row, open_database
from storage.ledger_store import LedgerStore
from storage.safe import LedgerSafe

ENTRIES = 1300
EVENT = "v_handling_event"


def test_a_ledger_signed_by_hand_is_whole(tmp_path: Path) -> None:
    build(tmp_path, ENTRIES)
    filled = unlock(tmp_path)
    contents = [entry.content for entry in filled.store.entries()]
    commands = sum(1 for _ in filled.store.commands())
    filled.close()
    sign_each(tmp_path)
    ledger = unlock(tmp_path)
    found = [entry.content for entry in ledger.store.entries()]
    assert found[: len(contents)] == contents  # then that this PC's memory of the head is gone
    assert len(found) <= len(contents) + 1
    assert sum(1 for _ in ledger.store.commands()) > commands + 900
    assert ledger.safe.verify(full=True, progress=quiet).problems == ()
    ledger.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_memory_of_helpers_is_counted() -> None:
    child = "import time; held = bytearray(60_000_000); time.sleep(1)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent]) as process, Watch(process) as watch:
        process.wait()
    assert 60 < watch.peak < 150


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    build(folder, ENTRIES)
    return folder


def test_a_window_that_stands_still_is_noticed(small: Path, qapp: object) -> None:
    ledger = unlock(small)

    def hold(_progress: object) -> None:
        """Keep every other thread from running, as a long call into C does."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(10)
        end = time.perf_counter() + 0.25
        while time.perf_counter() < end:
            pass
        sys.setswitchinterval(before)

    with Window(ledger, small) as window:
        quick = window.seconds(lambda _progress: threading.Event().wait(0.2))
        assert 0.2 <= quick < 1 and window.blocked < 150
        window.seconds(hold)
        assert window.blocked > 150


def test_each_opening_is_later_than_what_the_one_before_entered(small: Path) -> None:
    first = unlock(small)
    told = first.now()
    first.close()
    again = unlock(small)
    assert again.now() > told
    again.close()


def test_the_floor_of_an_entry_writes_every_row_that_the_entry_writes(
    small: Path, tmp_path: Path
) -> None:
    shutil.copyfile(small / "ledger" / DATABASE_NAME, tmp_path / "bare.db")
    ledger = unlock(small)
    store, safe = ledger.opened.store, ledger.safe
    assert isinstance(store, LedgerStore) and isinstance(safe, LedgerSafe)
    bare = open_database(tmp_path / "bare.db", safe.vault.database_key)
    (event,) = stocktakes(ledger, 1)
    before, bare_before = _rows(store.database), _rows(bare)
    with listening(store.database) as written:
        ledger.handling.record(event)
    with bare.transaction():
        for sql, rows in written:
            bare.many(sql, rows)
    changed = before ^ _rows(store.database)
    assert changed == bare_before ^ _rows(bare)
    assert {"command", "entry", "content", "v_item", EVENT, f"{EVENT}_lines"} == {
        table_name for table_name, _ in changed
    }
    bare.close()
    ledger.close()


def _rows(database: Database) -> set[tuple[str, Row]]:
    """Return the rows of every table, each with the name of its table."""
    tables = database.all("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {
        (name, row)
        for (name,) in tables
        if not name.startswith("search")
        for row in database.all(f"SELECT * FROM {name}")
    }


def test_new_key_restore_and_erasure_are_measured(
    small: Path, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lasting, "FRAMES", 5)
    for way in (lasting.rotating, lasting.restoring, lasting.erasing):
        figure, blocked, _ = way(small)
        assert figure.ours > 0 and figure.floor and blocked.unit == "ms"
    assert {one.name for one in small.iterdir()} == {"ledger", "device", "likes", "openings"}
    ledger = unlock(small)
    assert sum(1 for one in ledger.store.entries() if one.content is None) > ENTRIES / 2
    ledger.close()


def test_what_fails_is_said_in_its_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert table._measure("open", tmp_path, 10) == 1
    assert "| open: failed (1) | 10 |" in capfd.readouterr().out


def test_what_the_host_took_is_taken_off_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    stolen = iter([[0.0, 0.0], [0.0, 0.0], [20.0, 300.0]])
    monkeypatch.setattr(Gaps, "_taken", lambda _self: next(stolen))
    watched = Gaps()
    watched._last -= 0.25
    watched.note()  # nobody took anything: the whole gap is ours
    ours = watched.by_us
    assert ours == watched.longest > 200
    watched._last -= 0.35
    watched.note()
    assert watched.longest > 300 and watched.by_us == ours
    watched.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_kernel_says_what_was_stolen_from_each_processor() -> None:
    watched = Gaps()
    stolen = watched._taken()
    watched.close()
    assert len(stolen) == os.cpu_count()
    assert all(0 <= one < time.clock_gettime(time.CLOCK_BOOTTIME) * 1e3 for one in stolen)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="stops a process")
def test_an_idle_process_notices_when_it_gets_no_processor() -> None:
    idler = Idler()
    idler._process.send_signal(signal.SIGSTOP)
    time.sleep(0.8)
    idler._process.send_signal(signal.SIGCONT)
    assert 300 < idler.stop() < 3000

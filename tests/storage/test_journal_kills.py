"""A process that dies at any step between database, journal and acknowledgement loses nothing.

A child enters places and tells the parent of each one that was acknowledged; it dies at one step of
the last. The parent opens what is left.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.errors import JournalFailed, JournalMissing
from models.journal import JournalState
from models.records import Place
from storage import journal_file
from storage.database import Database
from storage.journal_file import JournalFile
from storage.journal_keeper import Keeper
from storage.ledger_store import LedgerStore
from tests.house import House, furnished
from tests.storage.test_journal_keeper import backed_up, enter, quiet, replayed, sound, usb
from tests.ui.console.desk import nearly_full, small_disk
from ui.sample import cast

BOSS = cast.USERS[0]
BEFORE = 3  # acknowledged entries before the one that dies


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        made.ledger.journal.start(usb(made))
        yield made


def die() -> None:
    os._exit(9)


def die_before_commit() -> None:
    real = Database.all

    def all_(self: Database, sql: str, parameters: object = ()) -> object:
        if sql == "COMMIT":
            die()
        return real(self, sql, parameters)  # type: ignore[arg-type]

    Database.all = all_  # type: ignore[method-assign,assignment]


def die_after_commit() -> None:
    Keeper.after = lambda self, command, entries: die()  # type: ignore[method-assign]
    # The hook was bound when the ledger was opened; it is looked up again in `doomed`.


def die_in_the_middle_of_the_frame() -> None:
    def write(descriptor: int, data: bytes, offset: int) -> None:
        os.pwrite(descriptor, bytes(data[: len(data) // 2]), offset)
        die()

    journal_file._write_all = write


def die_before_the_sync() -> None:
    journal_file.sync = lambda descriptor: die()


def die_after_the_sync() -> None:
    real = JournalFile.append

    def append(self: JournalFile, *frame: object) -> None:
        real(self, *frame)  # type: ignore[arg-type]
        die()

    JournalFile.append = append  # type: ignore[method-assign,assignment]


def doomed(house: House, arm: Callable[[], None]) -> tuple[list[str], int]:
    """Let a child enter places until it dies; return what was acknowledged and how it ended."""
    house.ledger.close()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
            for number in range(BEFORE + 1):
                if number == BEFORE:
                    arm()
                    assert isinstance(ledger.store, LedgerStore)
                    keeper = ledger.safe.journal
                    ledger.store.after_commit = keeper.after  # type: ignore[attr-defined]
                enter(ledger, f"倉庫{number}")
                os.write(writer, f"倉庫{number}\n".encode())
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        acknowledged = told.read().decode().split()
    house.office.random(4096)  # the child has drawn the ids that would come next
    return acknowledged, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize(
    ("arm", "survives"),
    [
        (die_before_commit, False),
        (die_after_commit, True),
        (die_in_the_middle_of_the_frame, True),
        (die_before_the_sync, True),
        (die_after_the_sync, True),
    ],
)
def test_a_death_at_any_step_loses_nothing_acknowledged(
    house: House, arm: Callable[[], None], survives: bool
) -> None:
    acknowledged, code = doomed(house, arm)
    assert (acknowledged, code) == ([f"倉庫{number}" for number in range(BEFORE)], 9)
    ledger = house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    names = {stored.record.name for stored in ledger.registers.all(Place)}
    assert set(acknowledged) <= names
    # What was not acknowledged is there whole or not at all, and in both places alike.
    assert (f"倉庫{BEFORE}" in names) is survives
    assert ledger.journal.status().state is JournalState.OK and not ledger.notices
    assert replayed(house) == ledger.store.head().seq and sound(ledger)


@pytest.mark.parametrize("arm", [die_after_commit, die_in_the_middle_of_the_frame])
def test_the_journal_of_a_dead_disk_brings_every_acknowledged_entry_back(
    house: House, arm: Callable[[], None]
) -> None:
    backup = backed_up(house)
    acknowledged, _ = doomed(house, arm)
    shutil.rmtree(house.folder / "ledger")
    new = house.folder / "new"
    restored = house.office.restore(
        backup, new, BOSS.login, BOSS.password, quiet, journal=usb(house)
    )
    assert restored.torn is (arm is die_in_the_middle_of_the_frame)
    ledger = house.ledger = house.office.unlock(new, BOSS.login, BOSS.password)
    names = {stored.record.name for stored in ledger.registers.all(Place)}
    assert set(acknowledged) <= names and f"倉庫{BEFORE}" not in names


def test_a_journal_that_acknowledges_before_it_writes_loses_entries(house: House) -> None:
    """The planted bug: without the journal in the way of the acknowledgement, the check fails."""
    backup = backed_up(house)

    def late() -> None:
        Keeper.after = lambda self, command, entries: None  # type: ignore[method-assign]
        Keeper._close = lambda self: None  # type: ignore[method-assign]

    house.ledger.close()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        late()
        ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
        enter(ledger, "倉庫0")
        os.write(writer, b"0")
        os._exit(9)
    os.close(writer)
    assert os.read(reader, 1) == b"0"
    os.close(reader)
    os.waitpid(child, 0)
    house.office.random(4096)
    shutil.rmtree(house.folder / "ledger")
    new = house.folder / "new"
    house.office.restore(backup, new, BOSS.login, BOSS.password, quiet, journal=usb(house))
    ledger = house.ledger = house.office.unlock(new, BOSS.login, BOSS.password)
    assert "倉庫0" not in {stored.record.name for stored in ledger.registers.all(Place)}


def test_a_journal_on_a_full_disk_refuses_and_goes_on_after_room_was_made(house: House) -> None:
    """A real disk without room, of every size around one frame."""
    with small_disk(house.folder / "small", 512) as disk:
        ledger = house.ledger
        ledger.journal.start(disk / "journal")
        acknowledged: list[int] = []
        refused = set()
        for number in range(40):
            with nearly_full(disk, 4096 * (number % 3)):
                for again in range(8):
                    try:
                        acknowledged.append(enter(ledger, f"倉庫{number}-{again}"))
                    except (JournalFailed, JournalMissing) as error:
                        assert "空き" in str(error)
                        refused.add(type(error))
        assert refused == {JournalFailed, JournalMissing}
        last = enter(ledger, "最後")
        status = ledger.journal.status()
        assert (status.state, status.seq) == (JournalState.OK, last)
        assert sound(ledger) and acknowledged
        ledger.journal.stop("試験の終わり")

"""What holds for every test: no network, no screen, and no warning that nobody expected."""

import gc
import logging
import os
import socket
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from models import collector
from tests import patched

if TYPE_CHECKING:  # a test that needs no house need not wait for all that is in it
    from tests.house import House

pytest_plugins = ["pytester"]

# Before anything imports Qt. A test run must not depend on a screen, also on a developer's desk.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.pop("AZUKARI_PASSWORD", None)


MEMORY = Path("/dev/shm")  # a disk in memory (Linux)
ROOM = 1 << 30  # bytes; all that tests lay there at a time is a tenth of it


def pytest_configure(config: pytest.Config) -> None:
    """Lay what tests write in memory, and keep what belongs to the PC away from its user.

    Every act of the program waits for the disk several times: on a disk, the tests would do so
    half of their time. What waiting is good for, tests/faults/ tries on disks of its own making.
    """
    place = pytest.MonkeyPatch()
    if _serves(MEMORY):
        place.setenv("TMPDIR", str(MEMORY))
        place.setattr(tempfile, "tempdir", None)
    folder = tempfile.TemporaryDirectory(prefix="azukari-pc-")
    place.setenv("AZUKARI_DEVICE_DIR", folder.name)
    config.add_cleanup(place.undo)
    config.add_cleanup(folder.cleanup)
    collector.leave_it_to_the_window()
    config.add_cleanup(collector.take_it_back)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Look for garbage between two tests, in the thread of the tests alone.

    A window that some test has left is garbage until then. Found by Python itself it falls in
    whatever thread a later test, or the runner, has beside: that damages the heap, and the run ends
    much later in a test that has nothing to do with it.
    """
    done = yield
    gc.collect(1)  # among what is new; what stays is old at once
    if nextitem is None or nextitem.path != item.path:
        collector.sweep()
        gc.freeze()  # modules and what they keep: no later look need go through them again
    return done


@pytest.fixture
def by_itself(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let Python look for garbage as it does in a program without a window."""
    collector.sweep()  # of the tests before: nothing of theirs may fall beside this one
    monkeypatch.setattr(collector, "_windows", 0)
    gc.enable()
    yield
    gc.disable()


def _serves(disk: Path) -> bool:
    """Tell whether a disk has room, and lets run what was built on it: the recorder of the faults."""
    if not os.access(disk, os.W_OK):
        return False
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize > ROOM and not found.f_flag & os.ST_NOEXEC


LONGEST_FIRST = (
    "tests/faults/",
    "tests/bench/",
    "tests/security/",
    "tests/e2e/",
    "tests/stranger/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the rooms whose files take minutes: a core that is done helps with what is short.

    Otherwise the longest file may come last, and every other core waits for it.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST_FIRST))


class NetworkUsed(AssertionError):
    """The program tried to open a socket; it is offline by promise."""


_REAL_SOCKET = socket.socket


class _OfflineSocket(_REAL_SOCKET):
    """A socket class that knows only local pipes.

    `AF_UNIX` and socket pairs stay: asyncio wakes itself through one.
    """

    def __init__(
        self,
        family: int = -1,
        type: int = -1,
        proto: int = -1,
        fileno: int | None = None,
    ) -> None:
        internet = family in (-1, socket.AF_INET, socket.AF_INET6) and fileno is None
        if internet:
            raise NetworkUsed("a test opened an internet socket")
        super().__init__(family, type, proto, fileno)


def _no_lookup(*_args: object, **_named: object) -> object:
    raise NetworkUsed("a test asked for the address of a host")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make every internet socket and every name lookup fail."""
    monkeypatch.setattr(socket, "socket", _OfflineSocket)
    monkeypatch.setattr(socket, "getaddrinfo", _no_lookup)
    monkeypatch.setattr(socket, "gethostbyname", _no_lookup)
    monkeypatch.setattr(socket, "create_connection", _no_lookup)
    patched.watch(monkeypatch)
    yield
    patched.forget()


@pytest.fixture(scope="session")
def known() -> set[int]:
    """Processes that some test file was already told to have left: each fails one file only."""
    return set()


@pytest.fixture(scope="module", autouse=True)
def nobody_left(known: set[int]) -> Iterator[None]:
    """Fail the last test of a file that leaves a process alive: the files after it would see it."""
    yield
    require_nobody(known)


def require_nobody(known: set[int]) -> None:
    left = {pid: told for pid, told in _children().items() if pid not in known}
    known.update(left)
    assert not left, f"still alive: {left}"


def _children() -> dict[int, str]:
    """Return what this process has begun and how it was started; looked up in /proc (Linux).

    The one that `multiprocessing` begins once to tidy up behind all its others stays as long as
    this process.
    """
    tasks = Path("/proc/self/task").glob("*/children")
    alive = [pid for task in tasks for pid in _told(task).split() if _runs(pid)]
    found = {int(pid): _told(Path(f"/proc/{pid}/cmdline")).replace("\0", " ") for pid in alive}
    return {pid: told for pid, told in found.items() if "resource_tracker" not in told}


def _runs(pid: str) -> bool:
    """Tell whether a process still runs; one that has ended may wait for somebody to ask how."""
    state = _told(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return bool(state) and state[0] not in "ZX"


def _told(place: Path) -> str:
    try:
        return place.read_text()
    except OSError:  # the thread or the process has ended meanwhile
        return ""


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs a warning or worse which it did not announce.

    A test that expects one carries `@pytest.mark.expects_log("part of the message")`.
    """
    yield
    announced = [str(m.args[0]) for m in request.node.iter_markers("expects_log")]
    records = [
        r for r in _all_records(caplog) if r.levelno >= logging.WARNING and not _is_ours_to_skip(r)
    ]
    texts = [f"{r.name}: {r.getMessage()}" for r in records]
    surprises = [t for t in texts if not any(a in t for a in announced)]
    missing = [a for a in announced if not any(a in t for t in texts)]
    assert not surprises, f"unexpected log records: {surprises}"
    assert not missing, f"announced, but never logged: {missing}"


def _all_records(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    phases: tuple[Literal["setup", "call", "teardown"], ...] = ("setup", "call", "teardown")
    return [record for phase in phases for record in caplog.get_records(phase)]


def _is_ours_to_skip(record: logging.LogRecord) -> bool:
    """asyncio measures slow callbacks in debug mode; that says nothing about the program."""
    return record.name == "asyncio" and record.getMessage().startswith("Executing")


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[House]":
    """A ledger with a day's story and all accounts, for tests that only add to it."""
    from tests.house import furnished

    with furnished(tmp_path_factory.mktemp("house"), accounts=True, days=1) as house:
        yield house


@pytest.fixture
def house(shared_house: "House") -> "House":
    """That ledger, with the responsible person signed in afresh."""
    from ui.sample import cast

    shared_house.sign_in(cast.USERS[0].login)
    return shared_house


@pytest.fixture
def house_and_sticks(tmp_path: Path) -> "Iterator[House]":
    """A ledger of its own with all accounts, beside two empty folders for backups."""
    from tests.house import furnished

    for name in ("stick", "other"):
        (tmp_path / name).mkdir()
    with furnished(tmp_path, accounts=True) as house:
        yield house


@pytest.fixture
def around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for all that the program writes of its own will, temp folder and home too."""
    around = tmp_path / "around"
    for name in ("tmp", "home"):
        (around / name).mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(around / "tmp"))
    monkeypatch.setenv("HOME", str(around / "home"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return around

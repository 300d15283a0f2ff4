"""A ledger for the faults, a watcher, and a folder in memory to lay states in.

The files of this room share them: they end with the room, before other tests count processes.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import require_nobody
from tests.faults import stage
from tests.faults.hands import Hands
from tests.faults.recording import Watcher, build_recorder


@pytest.fixture(scope="package", autouse=True)
def nobody_left(known: set[int]) -> Iterator[None]:
    """Fail the room, not each of its files, when it leaves a process alive."""
    yield
    require_nobody(known)


@pytest.fixture(scope="package")
def memory() -> Iterator[Path]:
    """A folder for thousands of states; in memory where `tests/conftest.py` found room there."""
    folder = Path(tempfile.mkdtemp(prefix="azukari-faults-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def recorder(memory: Path) -> Path:
    return build_recorder(memory)


@pytest.fixture(scope="package")
def watcher(recorder: Path) -> Iterator[Watcher]:
    watcher = Watcher(recorder)
    yield watcher
    watcher.close()


@pytest.fixture(scope="package")
def hands(start: Path, memory: Path, recorder: Path) -> Iterator[Hands]:
    hands = Hands(start, memory, recorder)
    yield hands
    hands.close()


@pytest.fixture(scope="package")
def start(memory: Path) -> Path:
    """The ledger as every act finds it; copy it before anything touches it."""
    home = memory / "start"
    home.mkdir()
    stage.build(home)
    return home


@pytest.fixture
def home(memory: Path, start: Path) -> Path:
    folder = memory / "home"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(start, folder)
    return folder

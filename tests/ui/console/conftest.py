"""One furnished ledger per test file run, copied for each test: the copy costs milliseconds."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House, furnished
from tests.ui.console.desk import Console


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with furnished(tmp_path, accounts=True, things=3) as house:
        yield Console(house)


@pytest.fixture
def open_air() -> Iterator[Path]:
    """A folder that everybody can reach; pytest's own folders are closed to ordinary users."""
    folder = Path(tempfile.mkdtemp(prefix="azukari-test-"))
    os.chmod(folder, 0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def outdoors(open_air: Path) -> Iterator[House]:
    """A furnished ledger in a folder that everybody can reach."""
    with furnished(open_air, things=3) as house:
        yield house

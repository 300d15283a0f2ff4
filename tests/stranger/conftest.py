"""One ledger for all tests of the stranger, and a copy of it for each."""

import shutil
from pathlib import Path

import pytest

from tests.stranger.stage import Stage, play


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return play(tmp_path_factory.mktemp("stranger"))


@pytest.fixture
def stage(played: Stage, tmp_path: Path) -> Stage:
    """A copy of everything, in which things may be planted."""
    home = tmp_path / "home"
    shutil.copytree(played.home, home)
    heads = home / "device" / "heads.json"
    heads.write_text(heads.read_text("ascii").replace(str(played.home), str(home)), "ascii")
    return played.at(home)

"""Two starts at once (A10): one comes in, the others are told who; a kill locks nobody out."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import furnished

RACES = 20
TOLD = re.compile(r"使用中です（.+の.+、2026-10-\d\d \d\d:\d\dから）")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("races")
    with furnished(home) as house:
        house.ledger.journal.start(home / "usb")
    return home


def races(home: Path, count: int, *more: str) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.racers", str(home), str(count), *more],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def fair(told: list[str]) -> bool:
    """Say whether one came in and each of the others was told who holds the ledger since when."""
    others = [one for one in told if one]
    return told.count("") == 1 and all(TOLD.search(one) for one in others) and len(others) == 2


def test_one_of_three_comes_in_and_the_others_are_told_who(home: Path) -> None:
    """Every race begins behind a holder that was killed: a stale lock is no lock-out."""
    found = races(home, RACES)
    assert len(found) == RACES
    assert [told for told in found if not fair(told)] == []


def test_a_lock_that_is_always_granted_would_be_found(home: Path) -> None:
    """The planted bug; the database's own lock still keeps the second out, but knows no name."""
    found = races(home, 2, "careless")
    assert not any(fair(told) for told in found)
    assert all(told.count("") <= 1 for told in found)

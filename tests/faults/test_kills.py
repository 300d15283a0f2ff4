"""Kills: a program that dies between two calls leaves a ledger that opens and holds its promises.

A kill proves that what is half done is taken back; that the disk has it, `test_power_cuts` shows.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import stage
from tests.faults.acts import ACTS
from tests.faults.recording import Watcher


def kill(name: str, start: Path, memory: Path, watcher: Watcher, deaths: int) -> Iterator[int]:
    """Kill an act at places spread over all its calls; yield each place where it died."""
    home = memory / "home"
    whole = watcher.run(_fresh(start, home), name, memory)
    assert whole.code == 0, whole.err.decode()
    for number in range(1, deaths + 1):
        at = 1 + number * whole.touching // (deaths + 1)
        run = watcher.run(_fresh(start, home), name, memory, kill_at=at)
        assert run.code == -9, f"{name} did not die at {at}"
        stage.require_promises(home, run.out)
        yield at


def _fresh(start: Path, home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(start, home)
    return home


@pytest.mark.parametrize("name", ACTS)
def test_nothing_promised_is_lost(name: str, start: Path, memory: Path, watcher: Watcher) -> None:
    assert len(set(kill(name, start, memory, watcher, 8))) == 8


@pytest.mark.soak
@pytest.mark.parametrize("name", ACTS)
def test_nothing_promised_is_lost_at_forty_places(
    name: str, start: Path, memory: Path, watcher: Watcher
) -> None:
    assert len(set(kill(name, start, memory, watcher, 40))) == 40

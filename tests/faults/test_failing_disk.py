"""A failing disk: the N-th call fails; an error is told, nothing promised is lost."""

import errno
import shutil
from pathlib import Path

import pytest

from tests.faults import stage
from tests.faults.acts import ACTS
from tests.faults.recording import Watcher

KINDS = [(errno.EIO, False), (errno.EIO, True), (errno.ENOSPC, False), (errno.ENOSPC, True)]


def fail(name: str, start: Path, memory: Path, watcher: Watcher, places: int) -> tuple[int, int]:
    """Let calls fail, each kind at places of its own; return how many runs and how many told."""
    home = memory / "home"
    whole = watcher.run(_fresh(start, home), name, memory)
    assert whole.code == 0, whole.err.decode()
    runs = told = 0
    for kind, (number, sticky) in enumerate(KINDS):
        step = max(1, whole.touching // places)
        for at in range(1 + kind * step // len(KINDS), whole.touching + 1, step):
            faults = {"fail_at": at, "fail_errno": number} | ({"fail_sticky": 1} if sticky else {})
            run = watcher.run(_fresh(start, home), name, memory, **faults)
            where = f"{name}, call {at}, errno {number}, {'sticky' if sticky else 'once'}"
            try:
                stage.honest(run)
                stage.require_promises(home, run.out)
            except Exception as error:
                raise stage.Broken(f"{where}: {error!r}; kept in {home}") from error
            runs, told = runs + 1, told + (run.code != 0)
    return runs, told


def _fresh(start: Path, home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(start, home)
    return home


@pytest.mark.parametrize("name", ACTS)
def test_an_error_is_told_and_nothing_is_lost(
    name: str, start: Path, memory: Path, watcher: Watcher
) -> None:
    runs, told = fail(name, start, memory, watcher, 4)
    assert runs >= 16 and told >= runs // 2


@pytest.mark.soak
@pytest.mark.parametrize("name", ACTS)
def test_an_error_is_told_at_every_place(
    name: str, start: Path, memory: Path, watcher: Watcher
) -> None:
    runs, told = fail(name, start, memory, watcher, 40)
    assert runs >= 160 and told >= runs // 2

"""Power cuts: whatever of the unsynced writes survives, what was promised is there.

A kill never shows a missing fsync, a power cut does; so these states are made from recordings.
"""

from pathlib import Path

import pytest

from tests.faults import stage
from tests.faults.acts import ACTS
from tests.faults.power import State, power_cuts
from tests.faults.recording import Run, Watcher

SEED = 20261121


def cut(start: Path, place: Path, run: Run, *, draws: int, every: int, seed: int = SEED) -> int:
    """Check every state of a recording and return how many there were.

    Raises:
        AssertionError: with the seed and the place; the folder of the state is kept.
    """
    count = 0
    for state in power_cuts(start, run.calls, draws=draws, every=every, seed=seed):
        _require(state, place, seed)
        count += 1
    return count


def _require(state: State, place: Path, seed: int) -> None:
    state.lay(place)
    try:
        stage.require_promises(place, state.said)
    except Exception as error:
        where = f"seed {seed}, after call {state.after}, {state.how}, promised {state.said!r}"
        raise stage.Broken(f"{where}: {error!r}; the disk is kept in {place}") from error


@pytest.mark.parametrize("name", ACTS)
def test_what_was_promised_survives(
    name: str, home: Path, start: Path, memory: Path, watcher: Watcher
) -> None:
    run = watcher.run(home, name, memory)
    assert run.code == 0, run.err.decode()
    assert run.out.count(b"\n") == 4 and run.touching > 50
    assert cut(start, home, run, draws=1, every=max(9, run.touching // 40)) > 50


@pytest.mark.soak
@pytest.mark.parametrize("name", ACTS)
def test_what_was_promised_survives_every_call(
    name: str, home: Path, start: Path, memory: Path, watcher: Watcher
) -> None:
    run = watcher.run(home, name, memory)
    count = cut(start, home, run, draws=3, every=1)
    print(f"{name}: {count} states, seed {SEED}")
    assert count > 500


@pytest.mark.parametrize("name", ["add", "attach", "password"])
def test_a_program_that_does_not_wait_for_the_disk_is_found(
    name: str, home: Path, start: Path, memory: Path, watcher: Watcher
) -> None:
    run = watcher.run(home, f"careless {name}", memory)
    assert run.code == 0, run.err.decode()
    with pytest.raises(stage.Broken):
        cut(start, home, run, draws=1, every=9)

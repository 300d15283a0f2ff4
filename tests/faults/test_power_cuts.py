"""Power cuts: whatever of the unsynced writes survives, what was promised is there.

A kill never shows a missing fsync, a power cut does; so these states are made from recordings.
"""

from math import ceil
from pathlib import Path

import pytest

from tests.faults import stage
from tests.faults.acts import ACTS, TIMES
from tests.faults.hands import Hand, Hands
from tests.faults.recording import Run, Watcher
from tests.security.harm import SEED

EACH = 556  # nine acts: 5,004 states at least, of 5,000 that are promised
PLACES = 240


def cut(hand: Hand, share: int, of: int, run: Run, draws: int, every: int, most: int = 0) -> int:
    return hand.lose_power(share, of, run, draws, every, stage.require_promises, most)


def recorded(home: Path, name: str, memory: Path, watcher: Watcher) -> Run:
    run = watcher.run(home, name, memory)
    assert run.code == 0, run.err.decode()
    assert run.out.count(b"\n") > TIMES and run.touching > 50
    return run


@pytest.mark.parametrize("name", ACTS)
def test_what_was_promised_survives(
    name: str, home: Path, memory: Path, watcher: Watcher, hands: Hands
) -> None:
    run = recorded(home, name, memory, watcher)
    every = ceil(run.touching / PLACES)
    draws = ceil(1000 * every / run.touching) - 2  # two more are certain; a third is seen twice
    count = hands.share(cut, run, draws, every, EACH)
    print(f"{name}: {count} states, seed {SEED}")
    assert count == EACH


@pytest.mark.soak
@pytest.mark.parametrize("name", ACTS)
def test_what_was_promised_survives_every_call(
    name: str, home: Path, memory: Path, watcher: Watcher, hands: Hands
) -> None:
    count = hands.share(cut, recorded(home, name, memory, watcher), 3, 1)
    print(f"{name}: {count} states, seed {SEED}")
    assert count >= EACH


@pytest.mark.parametrize("name", ["add", "attach", "password"])
def test_a_program_that_does_not_wait_for_the_disk_is_found(
    name: str, home: Path, memory: Path, watcher: Watcher, hands: Hands
) -> None:
    """The planted bug; the folder that shows it is kept."""
    run = recorded(home, f"careless {name}", memory, watcher)
    with pytest.raises(stage.Broken, match=rf"seed {SEED}, after call .* kept in") as told:
        hands.share(cut, run, 1, 9)
    stage.remove_kept(str(told.value))

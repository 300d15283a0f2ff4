"""A rebuild that is cut short anywhere: the old database or the new one stands, whole."""

import errno
from pathlib import Path

import pytest

from tests.faults import stage
from tests.faults.hands import Hand, Hands, spread
from tests.faults.recording import Run, Watcher
from tests.faults.test_power_cuts import cut, recorded

DEATHS = 12
FAULTS = 12
STATES = 50


def kill(hand: Hand, share: int, of: int) -> int:
    """Kill the act at places spread over all its calls; return at how many it died here."""
    whole = hand.run("rebuild")
    assert whole.code == 0, whole.err.decode()
    assert whole.out.count(b"rebuilt") == 2

    def require(run: Run) -> None:
        stage.require_promises(hand.home, run.out)
        assert not (hand.home / "ledger" / "ledger.db.new").exists(), "left behind"

    return hand.die("rebuild", whole, spread(whole, DEATHS)[share::of], require)


def test_nothing_is_lost_when_it_dies(hands: Hands) -> None:
    assert hands.share(kill) == DEATHS


def fail(hand: Hand, share: int, of: int) -> int:
    """Let calls fail with EIO or ENOSPC, once or for good; return how many did here."""
    whole = hand.run("rebuild")
    step = max(1, whole.touching // FAULTS)
    mine = list(range(1, whole.touching + 1, step))[share::of]
    for number, at in enumerate(mine):
        code = (errno.EIO, errno.ENOSPC)[number % 2]
        faults = {"fail_at": at, "fail_errno": code, "fail_sticky": number // 2 % 2}
        run = hand.run("rebuild", **faults)
        with hand.keeping(f"rebuild, call {at}, errno {code}"):
            stage.honest(run)
            stage.require_promises(hand.home, run.out)
    return len(mine)


def test_a_failing_disk_is_told_and_nothing_is_lost(hands: Hands) -> None:
    assert hands.share(fail) >= FAULTS


def test_a_power_cut_leaves_the_old_database_or_the_new_one(
    home: Path, memory: Path, watcher: Watcher, hands: Hands
) -> None:
    run = recorded(home, "rebuild", memory, watcher)
    count = hands.share(cut, run, 3, max(1, run.touching // 20))
    assert count >= STATES


def test_a_rebuild_that_does_not_wait_for_the_disk_is_found(
    home: Path, memory: Path, watcher: Watcher, hands: Hands
) -> None:
    """The planted bug; the folder that shows it is kept."""
    run = recorded(home, "careless rebuild", memory, watcher)
    with pytest.raises(stage.Broken, match="kept in") as told:
        hands.share(cut, run, 1, 9)
    stage.remove_kept(str(told.value))

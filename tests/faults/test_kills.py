"""A process that is killed between any two of its calls: nothing that was promised is lost.

A kill shows atomicity, never a missing fsync: the system keeps what a dead process wrote. Power
cuts are `test_power_cuts`, counted apart.
"""

import pytest

from tests.faults import stage
from tests.faults.acts import ACTS
from tests.faults.hands import Hand, Hands, spread

EACH = 40  # nine acts: 360 deaths, of 320 that are promised


def kill(hand: Hand, share: int, of: int, name: str, deaths: int) -> int:
    """Kill an act at places spread over all its calls; return at how many it died here."""
    whole = hand.run(name)
    assert whole.code == 0, whole.err.decode()
    places = spread(whole, deaths)[share::of]
    return hand.die(name, whole, places, lambda run: stage.require_promises(hand.home, run.out))


@pytest.mark.parametrize("name", ACTS)
def test_nothing_promised_is_lost(name: str, hands: Hands) -> None:
    count = hands.share(kill, name, EACH)
    print(f"{name}: {count} kills")
    assert count == EACH


@pytest.mark.soak
@pytest.mark.parametrize("name", ACTS)
def test_nothing_promised_is_lost_at_two_hundred_places(name: str, hands: Hands) -> None:
    assert hands.share(kill, name, 200) > 190


def test_a_program_that_promises_before_it_acts_is_found(hands: Hands) -> None:
    """The planted bug; the folder that shows it is kept."""
    with pytest.raises(stage.Broken, match=r"hasty add, killed at call .* kept in") as told:
        hands.share(kill, "hasty add", 8)
    stage.remove_kept(str(told.value))

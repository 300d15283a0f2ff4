"""A failing disk: the N-th call fails; an error is told, nothing promised is lost."""

import errno
from collections.abc import Iterator

import pytest

from tests.faults import stage
from tests.faults.acts import ACTS
from tests.faults.hands import Hand, Hands

KINDS = [(errno.EIO, False), (errno.EIO, True), (errno.ENOSPC, False), (errno.ENOSPC, True)]
PLACES = 14  # nine acts, four kinds: 504 faults, of 500 that are promised
EVERY_CALL = ("add", "password")  # an entry, and the writing of the key header


def trials(touching: int, step: int) -> Iterator[tuple[int, int, bool]]:
    """Yield call, error and whether all later calls fail too; each kind at calls of its own."""
    for kind, (number, sticky) in enumerate(KINDS):
        for at in range(1 + kind * step // len(KINDS), touching + 1, step):
            yield at, number, sticky


def fail(hand: Hand, share: int, of: int, name: str, places: int) -> int:
    """Let calls fail; return how many did here.

    Args:
        places: for each kind, spread over all calls; 0 means every call of `EVERY_CALL` and every
            fifth of the others.
    """
    whole = hand.run(name)
    assert whole.code == 0, whole.err.decode()
    step = whole.touching // places if places else 1 if name in EVERY_CALL else 5
    mine = list(trials(whole.touching, step))[share::of]
    told = 0
    for at, number, sticky in mine:
        faults = {"fail_at": at, "fail_errno": number} | ({"fail_sticky": 1} if sticky else {})
        run = hand.run(name, **faults)
        where = f"{name}, call {at}, errno {number}, {'sticky' if sticky else 'once'}"
        with hand.keeping(where):
            stage.honest(run)
            stage.require_promises(hand.home, run.out)
        told += run.code != 0
    assert told >= len(mine) // 2, "most faults are told"
    return len(mine)


@pytest.mark.parametrize("name", ACTS)
def test_an_error_is_told_and_nothing_is_lost(name: str, hands: Hands) -> None:
    count = hands.share(fail, name, PLACES)
    print(f"{name}: {count} faults")
    assert count >= PLACES * len(KINDS)


@pytest.mark.soak
@pytest.mark.parametrize("name", ACTS)
def test_an_error_is_told_at_every_place(name: str, hands: Hands) -> None:
    count = hands.share(fail, name, 0)
    print(f"{name}: {count} faults")
    assert count >= 140


def test_a_program_that_promises_what_fails_is_found(hands: Hands) -> None:
    """The planted bug; the folder that shows it is kept."""
    with pytest.raises(stage.Broken, match=r"hasty add, call .* kept in") as told:
        hands.share(fail, "hasty add", 2)
    stage.remove_kept(str(told.value))

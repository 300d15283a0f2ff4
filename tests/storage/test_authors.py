"""Who could enter what, and when: one answer for a stretch is the answer for each of its entries."""

import pytest

from models.codes import Role
from models.errors import VerificationFailed
from storage.authors import Authors, Sheets, State

KEY, SHEET = b"k" * 32, b"s" * 32
LAST = 14


def state(seq: int, *, active: bool = True, key: bytes = KEY) -> State:
    return State(seq, "責任者", key, Role.WORKER, active, "person")


AUTHORS = Authors(
    states={
        "since the start": [state(1)],
        "came and left": [state(3), state(8, active=False)],
        "left and came": [state(2, active=False), state(9)],
        "new key": [state(2), state(6, key=b"n" * 32)],
    },
    sheets=[Sheets(1, "責任者", {"sheet": SHEET})],
)


@pytest.mark.parametrize("account", [*AUTHORS.states, "sheet", "nobody"])
def test_who_stays_could_enter_each_entry_of_the_stretch(account: str) -> None:
    told = 0
    for first in range(1, LAST):
        for last in range(first, LAST):
            if AUTHORS.stays(account, first, last):
                told += 1
                assert len({AUTHORS.key_of(account, seq) for seq in range(first, last + 1)}) == 1
    assert (told > 0) is (account in AUTHORS.states)


def test_who_left_in_between_does_not_stay() -> None:
    assert AUTHORS.stays("came and left", 4, 8)  # the eighth entry is the one that ends it
    assert not AUTHORS.stays("came and left", 4, 9)
    with pytest.raises(VerificationFailed):
        AUTHORS.key_of("came and left", 9)
    assert not AUTHORS.stays("left and came", 9, 10) and AUTHORS.stays("left and came", 10, 11)

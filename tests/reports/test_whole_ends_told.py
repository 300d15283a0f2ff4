"""An end without a quantity is one of all that was left, on every paper that tells of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.records import HandlingEvent
from reports.collect import collect
from tests.house import House, furnished
from tests.reports.applying import text_of, wish
from tests.sheets import Sheets


@pytest.fixture
def sheets(tmp_path: Path) -> Iterator[Sheets]:
    with furnished(tmp_path, things=6, wait=60) as made:
        yield Sheets(made)


def printed(house: House, event_id: str) -> str:
    """Return the quantity that the register tells of an act."""
    stored = house.ledger.store.get(HandlingEvent, event_id)
    assert stored is not None
    register = collect(house.ledger, wish(house, "D-28"), house.ledger.paper.numbering())
    number = str(stored.record.event_no)
    return "".join(row.quantity for row in register.rows() if row.event_no == number)


def test_the_register_says_how_much_went_back(sheets: Sheets) -> None:
    house = sheets.house
    part = sheets.do(K.RETURN, 10).ids[-1]
    rest = sheets.do(K.RETURN).ids[-1]
    words = f"{sheets.all - 10:f}枚"
    assert printed(house, part) == "10枚"
    assert printed(house, rest) == words
    assert words in text_of(house, "D-16", rest)


def test_a_use_without_a_quantity_says_none(sheets: Sheets) -> None:
    used = sheets.do(K.USE).ids[-1]
    assert printed(sheets.house, used) == ""


def test_a_return_that_was_taken_back_tells_no_amount(sheets: Sheets) -> None:
    back = sheets.do(K.RETURN).ids[-1]
    sheets.house.ledger.handling.void(back, "返していなかったため")
    assert printed(sheets.house, back) == ""

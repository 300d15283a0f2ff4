"""What others build on is not taken out of force, wherever they name it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from models.codes import TerminalState
from models.errors import Refused
from models.records import (
    ContractPlace,
    HandlingEvent,
    InformationAsset,
    Item,
    Place,
    Record,
    Terminal,
)
from tests.house import House, furnished

R = TypeVar("R", bound=Record)
WHY = "不要になったため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, days=1) as made:
        yield made


def first(house: House, cls: type[R]) -> R:
    return house.ledger.registers.all(cls)[0].record


def void(house: House, record: Record) -> None:
    house.ledger.registers.void(type(record), record.id, WHY)


def test_an_asset_that_a_part_row_names_stays(house: House) -> None:
    named = next(
        row.asset_id for one in house.ledger.registers.all(Item) for row in one.record.contents
    )
    asset = house.ledger.registers.need(InformationAsset, named).record
    with pytest.raises(Refused, match="ほかの媒体・資料で使われているため取り消せません"):
        void(house, asset)


def test_an_item_with_acts_stays_until_they_are_taken_back(house: House) -> None:
    event = house.ledger.registers.all(HandlingEvent)[0].record
    item = house.ledger.registers.need(Item, event.lines[0].item_id).record
    with pytest.raises(Refused, match="ほかの取扱記録で使われている"):
        void(house, item)


def test_an_item_that_was_only_registered_may_go(house: House) -> None:
    item = first(house, Item)
    fresh = replace(item, id="", item_no="見本-999")
    made = house.ledger.registers.create(fresh).ids[0]
    void(house, house.ledger.registers.need(Item, made).record)
    assert house.ledger.registers.need(Item, made).meta.voided


def worked(house: House) -> ContractPlace:
    used = {one.record.place_to_id for one in house.ledger.registers.all(HandlingEvent)}
    places = (one.record for one in house.ledger.registers.all(ContractPlace))
    return next(one for one in places if one.place_id in used)


def test_a_designation_under_which_was_worked_stays(house: House) -> None:
    with pytest.raises(Refused, match=r"取扱記録で使われているため取り消せません.*使用終了日"):
        void(house, worked(house))


def test_a_designation_that_was_entered_twice_may_go(house: House) -> None:
    again = house.ledger.registers.create(replace(worked(house), id="")).ids[0]
    void(house, house.ledger.registers.need(ContractPlace, again).record)
    with pytest.raises(Refused, match="使用終了日"):
        void(house, worked(house))


def test_a_designation_of_an_idle_place_may_go(house: House) -> None:
    place = replace(first(house, Place), id="", name="予備の部屋")
    idle = house.ledger.registers.create(place).ids[0]
    made = house.ledger.registers.create(replace(worked(house), id="", place_id=idle)).ids[0]
    void(house, house.ledger.registers.need(ContractPlace, made).record)
    assert house.ledger.registers.need(ContractPlace, made).meta.voided


def terminal(house: House, number: str, device: str) -> Terminal:
    ledger = house.ledger
    one = Terminal(
        terminal_no=number, name="作業用PC", device=device, place_id=first(house, Place).id,
        theft_prevention="ワイヤーロック", state=TerminalState.IN_USE,
        registered_on=ledger.today(), registered_by=ledger.user.person_id,
    )  # fmt: skip
    return ledger.registers.need(Terminal, ledger.registers.create(one).ids[0]).record


def test_a_terminal_that_was_used_ends_and_is_not_taken_back(house: House) -> None:
    used = terminal(house, "T-01", "0123abcd")
    with pytest.raises(Refused, match="使用終了"):
        void(house, used)
    double = terminal(house, "T-02", "0123abcd")
    void(house, double)
    with pytest.raises(Refused, match="使用終了"):
        void(house, used)


def test_a_terminal_that_was_never_used_may_be_taken_back(house: House) -> None:
    made = terminal(house, "T-03", "")
    void(house, made)
    assert house.ledger.registers.need(Terminal, made.id).meta.voided

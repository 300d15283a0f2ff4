"""Where something was that got lost or was given away outside, or whose use ends: nobody says it twice."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.codes import EncryptionMeasure, Means
from models.codes import HandlingKind as K
from models.records import HandlingEvent, HandlingLine, Item
from tests import proof
from tests.house import House, furnished
from tests.reports.applying import text_of

PLACE = "見本市役所　𠮷岡分庁舎（辻󠄂）"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, things=3) as made:
        yield made


def act(house: House, kind: K, item: Item, amount: int | None = None, **more: Any) -> str:
    house.clock.wait(10)
    quantity = Decimal(amount) if amount else item.quantity
    return house.ledger.handling.record(
        HandlingEvent(
            contract_id=house.story.contract.id, kind=kind, purpose="試験のため",
            occurred_at=house.clock(), actor_person_id=house.story.people["supervisor"],
            lines=(HandlingLine(item_id=item.id, quantity=quantity),), **more,
        )
    ).ids[-1]  # fmt: skip


def taken_out(house: House, item: Item, amount: int | None = None) -> str:
    return act(
        house, K.TAKE_OUT, item, amount, destination_text=PLACE,
        place_from_id=house.story.places[2].id, encryption=EncryptionMeasure.NOT_APPLICABLE,
        expected_return_at=house.clock() + timedelta(hours=5),
    )  # fmt: skip


def given_back(house: House, item: Item, amount: int | None = None, **more: Any) -> str:
    return act(
        house, K.RETURN, item, amount, means=Means.DIRECT, counterpart_name="見本　花子",
        counterpart_org_id=house.story.contract.client_org_id, counterpart_title="主査", **more,
    )  # fmt: skip


def placeless(house: House) -> list[str]:
    """Return the acts of which no place is known."""
    rows = proof.rows(house)
    return sorted({row.id for row in rows if "に場所が記録されていません" in row.sentence})


def stacks(house: House) -> list[Item]:
    return [one for one in house.story._stock if (one.quantity or 0) >= 20]


def test_what_was_outside_as_a_whole_was_where_it_was_taken(house: House) -> None:
    lost, back = stacks(house)[:2]
    taken_out(house, lost)
    taken_out(house, back)
    act(house, K.LOSS, lost)
    given_back(house, back)
    assert placeless(house) == []
    first = house.story.contract.work_start_on
    assert text_of(house, "D-28", **{"from": first}).replace("　", "").count("𠮷岡分庁舎") >= 4


def test_a_part_that_was_outside_was_where_it_was_taken(house: House) -> None:
    [item, *_] = stacks(house)
    out = taken_out(house, item, 10)
    act(house, K.LOSS, item, 2, related_event_id=out)
    given_back(house, item, 3, related_event_id=out)
    assert placeless(house) == []
    here = given_back(house, item, 5)
    assert placeless(house) == [here], "of what lay here somebody has to say it"


def test_what_is_found_outside_was_where_it_was_taken(house: House) -> None:
    [item, *_] = stacks(house)
    out = taken_out(house, item, 10)
    act(house, K.LOSS, item, 2, related_event_id=out)
    act(house, K.BRING_BACK, item, 8, place_to_id=house.story.places[2].id, related_event_id=out)
    act(house, K.RECOVER, item, 2)
    assert placeless(house) == []
    act(house, K.LOSS, item, 1)
    act(house, K.LOSS, item, 1, related_event_id=out)
    both = act(house, K.RECOVER, item, 2)
    assert placeless(house) == [both], "where what got lost here was found somebody has to say"


def test_of_what_lay_here_the_ledger_knows_where_it_got_lost_and_not_where_it_went(
    house: House,
) -> None:
    one, other = stacks(house)[:2]
    out = taken_out(house, one)
    act(house, K.BRING_BACK, one, place_to_id=house.story.places[2].id, related_event_id=out)
    name = house.story.places[2].name
    before = text_of(house, "D-28").count(name)
    act(house, K.LOSS, one)
    back = given_back(house, other)
    assert placeless(house) == [back]
    assert text_of(house, "D-28").count(name) == before + 1


def test_a_use_ends_where_it_began(house: House) -> None:
    [item, *_] = stacks(house)
    begun = act(house, K.USE, item, place_from_id=house.story.places[1].id)
    act(house, K.USE, item, related_event_id=begun)
    assert placeless(house) == []
    nowhere = act(house, K.USE, item)
    ended = act(house, K.USE, item, related_event_id=nowhere)
    assert placeless(house) == sorted([nowhere, ended])

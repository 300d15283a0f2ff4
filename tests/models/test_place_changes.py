"""A place that is registered otherwise later: acts are judged by how it was when they were entered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.codes import HandlingKind as K
from models.codes import PlaceStatus, StorageEquipment
from models.contract_changes import BESIDE
from models.records import ContractPlace, HandlingEvent, HandlingLine, Place
from models.rules.answers import EVERY, Answers
from tests import proof
from tests.house import House, furnished
from tests.proof import rows

WHY = "鍵が壊れたため"
OPEN = {"lockable": False, "entry_control": False}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, days=2, rules=True) as made:
        made.clock.wait(60)
        yield made


def change(house: House, number: int = 2, **fields: Any) -> tuple[str, ...]:
    """Register a place of the story otherwise; return what is said."""
    place = house.ledger.registers.need(Place, house.story.places[number].id).record
    house.clock.wait(5)
    return house.ledger.registers.revise(replace(place, **fields), WHY).notices


def beside(house: House) -> list[str]:
    return proof.sentences(house, clause=BESIDE.key)


def designation(house: House) -> ContractPlace:
    place = house.story.places[2].id
    return house.ledger.registers.all(ContractPlace, place_id=place)[0].record


def store(house: House, **fields: Any) -> str:
    item = house.story._stock[0]
    house.clock.wait(5)
    act = HandlingEvent(
        contract_id=house.story.contract.id, kind=K.STORE, occurred_at=house.clock(),
        purpose="保管のため", actor_person_id=house.story.people["supervisor"],
        place_from_id=item.home_place_id, place_to_id=house.story.places[2].id,
        lines=(HandlingLine(item_id=item.id),),
    ).with_changes(**fields)  # fmt: skip
    answers = Answers(reasons={EVERY: "鍵の修理を待つ間、見張りを置いたため"}, later=True)
    ids = house.ledger.handling.record(act, answers=answers).ids
    return next(iter(house.ledger.store.get_many(HandlingEvent, ids)))


def test_a_lock_that_breaks_accuses_no_act_from_before(house: House) -> None:
    assert rows(house, "EQ-STORE") == []
    change(house, **OPEN)
    [now] = rows(house, "EQ-STORE")
    assert (now.type, now.id, now.severity) == ("contract_place", designation(house).id, "broken")


def test_what_is_stored_without_a_lock_stays_told_when_the_lock_is_back(house: House) -> None:
    change(house, **OPEN)
    act = store(house)
    assert act in {row.id for row in rows(house, "EQ-STORE")}
    change(house, lockable=True, entry_control=True)
    assert {row.id for row in rows(house, "EQ-STORE")} == {act}


def test_an_act_from_before_that_is_entered_again_is_not_accused(house: House) -> None:
    """Its things were locked away when it happened, whatever the place is when it is corrected."""
    happened = house.clock()
    first = store(house, occurred_at=happened)
    change(house, **OPEN)
    stored = house.ledger.registers.need(HandlingEvent, first).record
    house.ledger.handling.correct(first, replace(stored, purpose="入力後の保管のため"), WHY)
    assert {row.type for row in rows(house, "EQ-STORE")} == {"contract_place"}


def test_acts_of_one_day_are_told_apart_by_the_lock(house: House) -> None:
    """Acts that are alike are judged together; the lock between them makes them different."""
    before = store(house)
    change(house, **OPEN)
    after = store(house)
    house.sign_in("takahashi")  # nothing is remembered
    told = {row.id for row in rows(house, "EQ-STORE")}
    assert after in told and before not in told


def test_a_designation_that_is_over_is_judged_by_its_last_day(house: House) -> None:
    house.clock.wait(60 * 24)
    ended = replace(
        designation(house),
        status=PlaceStatus.ENDED,
        use_to=house.ledger.today() - timedelta(days=1),
    )
    answers = Answers(reasons={EVERY: "急な移転で、前もって届け出られなかったため"}, later=True)
    house.ledger.registers.revise(ended, "移転したため", answers=answers)
    change(house, **OPEN)
    assert rows(house, "EQ-STORE") == []


def test_the_change_is_told_beside_the_clauses(house: House) -> None:
    change(house, **OPEN, storage_equipment=StorageEquipment.NONE)
    [said] = [one for one in beside(house) if "第一保管庫" in one]
    assert "施錠を「有」から「無」に" in said and "入退室管理を「有」から「無」に" in said
    assert "保管設備" in said and WHY in said


def test_whoever_registers_it_is_told_what_lies_there(house: House) -> None:
    [said] = [one for one in change(house, **OPEN) if "第一保管庫" in one]
    assert house.story.contract.contract_no in said and "移" in said
    assert change(house, address="見本県見本市中央9-9") == ()


def test_another_field_is_not_told(house: House) -> None:
    change(house, protection_measures="監視カメラ")
    assert not any("第一保管庫" in one for one in beside(house))

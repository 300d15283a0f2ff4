"""What lies in a thing goes where that goes: told at entering, asked for in the evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.codes import (
    AuthorizationSubject,
    Encrypted,
    EndRule,
    ItemClass,
    ItemOrigin,
    Means,
    MediaType,
    Ownership,
    Timing,
)
from models.codes import HandlingKind as K
from models.errors import InvalidField, Refused
from models.inside import told
from models.records import HandlingEvent, HandlingLine, Item
from tests import proof
from tests.house import House, furnished

REASON = "格納先を直すため"


@pytest.fixture(params=["shiki"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param, accounts=True, things=1, wait=30) as made:
        yield made


def thing(house: House, number: str, within: str = "", **fields: object) -> Item:
    """Receive a stick, or with `within` a file that lies in it."""
    like = house.story._stock[0]
    made = Item(
        id=house.ledger.new_id(), contract_id=house.story.contract.id, item_no=number,
        item_class=ItemClass.DATA if within else ItemClass.MEDIUM,
        media_type=MediaType.DATA_FILE if within else MediaType.USB_MEMORY,
        name="受診者一覧" if within else "USBメモリ", quantity=like.quantity, unit=like.unit,
        origin=ItemOrigin.LENT, ownership=Ownership.CLIENT, encrypted=Encrypted.YES,
        home_place_id=like.home_place_id, end_rule=EndRule.RETURN, contents=like.contents,
        container_item_id=within,
    ).with_changes(**fields)  # fmt: skip
    enter(house, K.RECEIVE, made, new=[made], place_to_id=like.home_place_id)
    return made


def enter(
    house: House, kind: K, *items: Item, new: Sequence[Item] = (), **fields: Any
) -> tuple[str, ...]:
    house.clock.wait(5)
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=kind, occurred_at=house.clock(),
        purpose="試験のため", actor_person_id=house.story.people["worker"],
        lines=tuple(HandlingLine(item_id=one.id) for one in items),
    )  # fmt: skip
    if kind in (K.RECEIVE, K.RETURN, K.DISPATCH, K.HAND_OVER):
        event = replace(event, counterpart_name="見本　花子", means=Means.DIRECT)
    event = event.with_changes(**fields)
    return house.ledger.handling.record(event, new_items=new).notices


def take_out(house: House, *items: Item, **fields: Any) -> tuple[str, ...]:
    return enter(
        house, K.TAKE_OUT, *items, destination_text="見本市役所",
        expected_return_at=house.clock() + timedelta(days=3),
        place_from_id=items[0].home_place_id,
        authorization_id=house.story._consent_id(AuthorizationSubject.TAKE_OUT), **fields,
    )  # fmt: skip


def inside(notices: tuple[str, ...]) -> list[str]:
    return [one for one in notices if "中の" in one]


def rows(house: House) -> list[str]:
    return sorted({one for one in proof.sentences(house) if "格納先" in one})


@pytest.mark.parametrize("kind", [K.LOSS, K.RETURN, K.DISPATCH, K.HAND_OVER])
def test_who_moves_or_ends_a_holder_is_told_what_is_in_it(house: House, kind: K) -> None:
    stick = thing(house, "U-1")
    thing(house, "F-1", stick.id)
    [said] = inside(enter(house, kind, stick))
    assert "F-1 受診者一覧" in said and "保管中" in said and kind.label in said


@pytest.mark.parametrize("kind", [K.ERASE, K.DISPOSE])
def test_who_erases_a_holder_is_told_too(house: House, kind: K) -> None:
    stick = thing(house, "U-1")
    thing(house, "F-1", stick.id)
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=kind, occurred_at=house.clock(),
        timing=Timing.ACTUAL, lines=(HandlingLine(item_id=stick.id),),
    )  # fmt: skip
    [said] = told(house.ledger.store, [event])
    assert "F-1" in said and kind.label in said


def test_what_is_in_a_thing_in_a_thing_is_named_too(house: House) -> None:
    case = thing(house, "B-1")
    stick = thing(house, "U-1", case.id, item_class=ItemClass.MEDIUM)
    thing(house, "F-1", stick.id)
    [said] = inside(take_out(house, case))
    assert "U-1" in said and "F-1" in said


def test_nothing_is_told_of_what_goes_along_or_has_gone(house: House) -> None:
    stick = thing(house, "U-1")
    file, gone = thing(house, "F-1", stick.id), thing(house, "F-2", stick.id)
    enter(house, K.RETURN, gone)
    assert not inside(take_out(house, stick, file))
    assert not rows(house)


def test_what_went_before_or_after_its_holder_is_not_named(house: House) -> None:
    stick = thing(house, "U-1")
    file = thing(house, "F-1", stick.id)
    take_out(house, file)
    assert not inside(take_out(house, stick))
    [said] = inside(enter(house, K.BRING_BACK, stick, place_to_id=stick.home_place_id))
    assert "F-1" in said and "持出中" in said
    assert not inside(enter(house, K.BRING_BACK, file, place_to_id=stick.home_place_id))
    enter(house, K.LOSS, file)
    assert not inside(enter(house, K.LOSS, stick))
    assert len(inside(enter(house, K.RECOVER, stick))) == 1


def test_who_puts_a_holder_elsewhere_is_told_what_is_still_there(house: House) -> None:
    stick = thing(house, "U-1")
    file = thing(house, "F-1", stick.id)
    assert not inside(enter(house, K.STORE, stick, place_to_id=stick.home_place_id))
    other = house.story.places[1].id
    assert other != stick.home_place_id
    assert len(inside(enter(house, K.STORE, stick, place_to_id=other))) == 1
    assert not inside(enter(house, K.STORE, file, place_to_id=other))


def test_a_plan_moves_nothing(house: House) -> None:
    stick = thing(house, "U-1")
    thing(house, "F-1", stick.id)
    later = house.clock() + timedelta(days=2)
    assert not inside(enter(house, K.RETURN, stick, timing=Timing.PLANNED, occurred_at=later))


def test_a_use_of_what_lies_in_a_thing_that_is_out_is_told(house: House) -> None:
    stick = thing(house, "U-1")
    file = thing(house, "F-1", stick.id)
    take_out(house, stick)
    now = house.clock()
    said = enter(house, K.USE, file, ended_at=now + timedelta(minutes=6))
    assert any("格納先" in one and "持出中" in one for one in said)
    enter(house, K.BRING_BACK, stick, place_to_id=stick.home_place_id)
    assert not enter(house, K.USE, file)


def test_a_use_that_was_before_the_taking_out_is_not_told(house: House) -> None:
    stick = thing(house, "U-1")
    file = thing(house, "F-1", stick.id)
    house.clock.wait(60)
    before = house.clock() - timedelta(minutes=30)
    take_out(house, stick)
    ended = before + timedelta(minutes=5)
    assert not enter(house, K.USE, file, occurred_at=before, ended_at=ended)


@pytest.mark.parametrize("house", ["shiki", "yachiyo"], indirect=True)
def test_the_evidence_asks_for_what_the_ledger_has_in_a_thing_that_is_gone(house: House) -> None:
    stick = thing(house, "U-1")
    file = thing(house, "F-1", stick.id)
    enter(house, K.RETURN, stick)
    [said] = rows(house)
    assert "F-1" in said and "U-1" in said and "返還済" in said
    enter(house, K.RETURN, file)
    assert not rows(house)


def test_correcting_where_a_file_lies_settles_it(house: House) -> None:
    stick = thing(house, "U-1")
    file = thing(house, "F-1", stick.id)
    enter(house, K.LOSS, stick)
    assert len(rows(house)) == 1
    house.ledger.registers.revise(replace(file, container_item_id=""), REASON)
    assert not rows(house)


def test_nothing_lies_in_itself_nor_in_what_lies_in_it(house: House) -> None:
    case = thing(house, "B-1")
    stick = thing(house, "U-1", case.id, item_class=ItemClass.MEDIUM)
    file = thing(house, "F-1", stick.id)
    registers = house.ledger.registers
    with pytest.raises(Refused, match="格納先"):
        registers.revise(replace(file, container_item_id=file.id), REASON)
    with pytest.raises(InvalidField, match="格納先"):
        registers.revise(replace(case, container_item_id=file.id), REASON)
    registers.revise(replace(file, container_item_id=case.id), REASON)


def test_two_new_things_do_not_hold_each_other(house: House) -> None:
    like = replace(house.story._stock[0], source_file_id="")
    ids = [house.ledger.new_id() for _ in range(2)]
    pair = [
        like.with_changes(id=ids[n], item_no=f"R-{n}", container_item_id=ids[1 - n]) for n in (0, 1)
    ]
    with pytest.raises(InvalidField, match="格納先"):
        house.ledger.registers.create_all(pair)


def test_a_copy_is_not_the_original_of_its_original(house: House) -> None:
    one = replace(house.story._stock[0], origin=ItemOrigin.COPIED)
    ids = [house.ledger.new_id() for _ in range(2)]
    pair = [
        one.with_changes(id=ids[n], item_no=f"R-{n}", parent_item_id=ids[1 - n]) for n in (0, 1)
    ]
    with pytest.raises(InvalidField, match="複製元"):
        house.ledger.registers.create_all(pair)


def test_a_place_is_not_part_of_its_part(house: House) -> None:
    registers, [whole, part, *_] = house.ledger.registers, house.story.places
    registers.revise(replace(part, parent_place_id=whole.id), "上位の場所を登録するため")
    with pytest.raises(InvalidField, match="上位の場所"):
        registers.revise(replace(whole, parent_place_id=part.id), "上位の場所を登録するため")

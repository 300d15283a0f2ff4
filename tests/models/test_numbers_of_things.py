"""What is one thing for people is one in the ledger: numbers of media, and pieces of what is counted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models import amounts, custody
from models.codes import HandlingKind as K
from models.errors import InvalidField, Refused
from models.records import Contract, HandlingEvent, HandlingLine, Item
from models.same_numbers import numbered
from models.values import PIECES, UNITS, halves_a_piece
from storage import item_numbers
from storage.item_numbers import MANY
from tests.house import House, stack, stocked


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with stocked(tmp_path) as made:
        yield made


def received(house: House, **fields: Any) -> None:
    """Receive a medium like those of the story."""
    item = replace(house.story._new_item(), **fields)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.story, "_new_item", lambda: item)
        house.story.receive(1)


def test_a_number_in_wide_characters_is_the_same_number(house: House) -> None:
    number = stack(house).item_no
    wide = number.translate({code: code + 0xFEE0 for code in range(33, 127)})
    assert wide != number
    with pytest.raises(Refused, match="空白が違うだけ") as refused:
        received(house, item_no=wide)
    assert f"「{number}」" in str(refused.value) and f"「{wide}」" in str(refused.value)
    before = house.ledger.store.head()
    received(house, item_no="Ｂ－９９")
    with pytest.raises(Refused, match="空白が違うだけ"):
        received(house, item_no="B-99")
    received(house, item_no="B-98")
    assert house.ledger.store.head().seq == before.seq + 4


@pytest.mark.parametrize(
    "alike", ["b-99", "B‐99", "Ｂ−９９", "b－99", "B－99", "B- 99", "Ｂ－９９"]
)
def test_a_number_of_another_case_or_hyphen_is_the_same_number(house: House, alike: str) -> None:
    received(house, item_no="B-99")
    with pytest.raises(Refused, match="「B-99」と、"):
        received(house, item_no=alike)
    received(house, item_no="B-990")


def test_wide_letters_with_another_hyphen_are_the_same_number(house: House) -> None:
    received(house, item_no="Ｂ-９９")
    with pytest.raises(Refused, match="「Ｂ-９９」と、"):
        received(house, item_no="B-99")


def test_numbers_of_one_command_and_of_many_are_compared_too(house: House) -> None:
    like = replace(house.story._new_item(), source_file_id="")
    create = house.ledger.registers.create_all
    with pytest.raises(Refused, match="違うだけ"):
        create([like.with_changes(id="", item_no=number) for number in ("K-1", "k-1")])
    many = [like.with_changes(id="", item_no=f"N-{n:03}") for n in range(MANY)]
    create(many)
    with pytest.raises(Refused, match="違うだけ"):
        create([one.with_changes(item_no=one.item_no.replace("N-", "n−")) for one in many])


def test_a_medium_that_was_always_called_so_is_corrected(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger of an older program holds both."""
    with monkeypatch.context() as older:
        older.setattr(item_numbers, "require_unlike", lambda *_: None)
        received(house, item_no="B-99")
        received(house, item_no="b-99")
    stored = house.ledger.registers.one(Item, item_no="b-99")
    assert stored is not None
    for number in ("B-99", "b-99"):
        found = numbered(house.ledger.store, Item, number)
        assert found is not None and found.item_no == number
    assert numbered(house.ledger.store, Item, "Ｂ－９９") is None, "which one is not plain"
    renamed = replace(stored.record, name="新しい名称")
    house.ledger.registers.revise(renamed, "名称を直すため")
    with pytest.raises(Refused, match="違うだけ"):
        house.ledger.registers.revise(replace(renamed, item_no="ｂ-99"), "番号を直すため")
    house.ledger.registers.revise(replace(renamed, item_no="C-1"), "番号を直すため")


@pytest.mark.parametrize("alike", ["２０２６－００１", "2026‐001", " 2026-001"])
def test_a_contract_number_in_other_characters_is_the_same_number(house: House, alike: str) -> None:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    with pytest.raises(Refused, match=r"契約番号.*違うだけ"):
        house.ledger.registers.create(replace(contract, id="", contract_no=alike))
    house.ledger.registers.create(replace(contract, id="", contract_no="2026-002"))


def test_half_a_sheet_is_refused_and_half_a_gigabyte_is_not(house: House) -> None:
    with pytest.raises(Refused, match="整数"):
        received(house, item_no="H-1", quantity=Decimal("0.5"), unit="枚")
    received(house, item_no="H-2", quantity=Decimal("0.5"), unit="GB")
    item = stack(house)
    counted = HandlingEvent(
        contract_id=item.contract_id, kind=K.STOCKTAKE, purpose="終業時の現品確認",
        occurred_at=house.clock(), actor_person_id=house.story.people["supervisor"],
        place_from_id=item.home_place_id,
        lines=(HandlingLine(item_id=item.id, quantity=Decimal("0.001")),),
    )  # fmt: skip
    with pytest.raises(Refused, match="単位が「枚」なので"):
        house.ledger.handling.record(counted)


@pytest.mark.parametrize("found", ["0", "3"])
def test_a_stocktake_that_finds_less_says_so(house: House, found: str) -> None:
    item = stack(house)
    assert item.quantity is not None and item.quantity > 3

    def counted(quantity: Decimal) -> tuple[str, ...]:
        return house.ledger.handling.record(
            HandlingEvent(
                contract_id=item.contract_id, kind=K.STOCKTAKE, purpose="終業時の現品確認",
                occurred_at=house.clock(), actor_person_id=house.story.people["supervisor"],
                place_from_id=item.home_place_id,
                lines=(HandlingLine(item_id=item.id, quantity=quantity),),
            )
        ).notices  # fmt: skip

    assert not any("少なく" in one for one in counted(item.quantity))
    [words] = [one for one in counted(Decimal(found)) if "少なく" in one]
    assert f"{found}{item.unit}" in words and "「所在不明」を記録" in words


def test_thousands_are_marked_as_on_paper(house: House) -> None:
    item = replace(stack(house), quantity=Decimal(1_000_000), unit="枚")
    assert item.amount(Decimal("1200.5")) == "1,200.5枚"
    assert amounts.parts(item, custody.begin(item)).startswith("残り1,000,000枚")


@pytest.mark.parametrize("unit", sorted(PIECES))
def test_pieces_are_units_that_people_type(unit: str) -> None:
    assert unit in UNITS
    assert halves_a_piece(Decimal("1.5"), unit) and not halves_a_piece(Decimal("2.000"), unit)
    assert not halves_a_piece(None, unit)


def test_what_is_carried_arrives_at_no_later_day(house: House) -> None:
    recorded: list[HandlingEvent] = []
    record = house.ledger.handling.record

    def keep(event: HandlingEvent, **_: Any) -> Any:
        recorded.append(event)
        return record(event)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.ledger.handling, "record", keep)
        house.story.carry(stack(house))
    [carried] = recorded
    [detail] = carried.transport
    next_year = replace(detail, arrived_at=house.clock() + timedelta(days=365))
    with pytest.raises(InvalidField, match="「到着日時」が先の時刻"):
        record(replace(carried, transport=(next_year,)))


def carried(house: House, item: Item, **where: Any) -> tuple[str, ...]:
    """Carry an item for a moment and return what is told of places."""
    said: list[str] = []
    record = house.ledger.handling.record

    def elsewhere(event: HandlingEvent, **facts: Any) -> Any:
        change = record(replace(event, **where), **facts)
        said.extend(change.notices)
        return change

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.ledger.handling, "record", elsewhere)
        house.story.carry(item)
    return tuple(one for one in said if "運んだ記録" in one)


def test_a_transport_from_a_place_to_itself_is_told(house: House) -> None:
    home, other = house.story.places[2], house.story.places[1]
    item = stack(house)
    [words] = carried(house, item, place_from_id=home.id, place_to_id=home.id)
    assert words.count(f"「{home.name}」") == 2 and "同じ" in words
    assert carried(house, item, place_from_id=home.id, place_to_id=other.id) == ()
    assert carried(house, item, place_from_id=other.id, place_to_id=home.id) == ()


def test_a_transport_from_where_the_medium_is_not_is_told(house: House) -> None:
    home, other = house.story.places[2], house.story.places[1]
    item = stack(house)
    [words] = carried(house, item, place_from_id=other.id, place_to_id=home.id)
    assert f"台帳では「{home.name}」" in words and f"「{other.name}」から" in words
    assert "「保管・移動」で補って" in words and item.caption() in words


def test_a_transport_that_is_entered_late_is_measured_at_its_own_time(house: House) -> None:
    home, other = house.story.places[2], house.story.places[1]
    item = stack(house)
    at = house.clock()
    house.clock.wait(60)
    assert carried(house, item, place_from_id=home.id, place_to_id=other.id) == ()
    [event] = [one for one in house.ledger.store.happened(item.id) if one.kind is K.TRANSPORT]
    [detail] = event.transport
    earlier = replace(
        event, id="", event_no=None, occurred_at=at, place_from_id=other.id, place_to_id=home.id,
        transport=(replace(detail, departed_at=at, arrived_at=at),),
    )  # fmt: skip
    told = house.ledger.handling.record(earlier).notices
    assert [f"台帳では「{home.name}」" in one for one in told if "運んだ記録" in one] == [True]

"""Sentences about erasure and disposal tell things of one name apart by their numbers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.codes import (
    HandlingStatus,
    SanitizationAct,
    SanitizationMethod,
    Timing,
    VerificationMethod,
    VerificationResult,
)
from models.errors import Refused
from models.records import HandlingEvent, HandlingLine, Item, Sanitization
from tests.house import House, stocked


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with stocked(tmp_path) as made:
        yield made


def two_of_one_name(house: House) -> list[Item]:
    found = [one for one in house.story._stock if one.unit == "枚"][:1]
    twin = replace(found[0], id="", item_no="Z-0001", parent_item_id="")
    [id_] = house.ledger.registers.create(twin).ids
    came = house.ledger.registers.all(HandlingEvent, kind=K.RECEIVE)[-1].record
    received = replace(
        came, id="", event_no=None, status=None, confirmed_by="", confirmed_at=None,
        lines=(HandlingLine(item_id=id_, quantity=twin.quantity),),
    )  # fmt: skip
    house.ledger.handling.record(received)
    return [*found, house.ledger.registers.need(Item, id_).record]


def disposal(house: House, things: list[Item]) -> HandlingEvent:
    people = house.story.people

    def row(item: Item) -> Sanitization:
        return Sanitization(
            item_id=item.id, act=SanitizationAct.DISPOSE, info_items="氏名", media_name=item.name,
            quantity=Decimal(1), unit=item.unit, electronic=False,
            method=SanitizationMethod.SHRED, irrecoverable_confirmed=False,
            verification_method=VerificationMethod.NONE,
            verification_result=VerificationResult.UNKNOWN, performed_at=house.clock(),
            performed_by=people["worker"], place_text="作業室", witness_requested=False,
            performed_org_id=house.story.contract.contractor_org_id,
            responsible_person_id=people["supervisor"],
        )  # fmt: skip

    return HandlingEvent(
        contract_id=house.story.contract.id, kind=K.DISPOSE, timing=Timing.ACTUAL,
        status=HandlingStatus.DONE, occurred_at=house.clock(), purpose="不要となったため",
        actor_person_id=people["worker"],
        lines=tuple(HandlingLine(item_id=one.id, quantity=Decimal(1)) for one in things),
        sanitization=tuple(map(row, things)),
    )  # fmt: skip


def test_what_can_still_be_read_is_named_by_number(house: House) -> None:
    things = two_of_one_name(house)
    said = [one.message for one in house.ledger.handling.examine(disposal(house, things))]
    for one in things:
        assert any(f"「{one.caption()}」は、復元・判読できない" in text for text in said)
    assert not any(f"「{things[0].name}」" in text for text in said)


def test_what_cannot_stand_is_named_by_number(house: House) -> None:
    things = two_of_one_name(house)
    event = disposal(house, things)
    late = replace(event.sanitization[1], performed_at=house.clock() + timedelta(days=2))
    wrong = replace(event, sanitization=(event.sanitization[0], late))
    with pytest.raises(Refused, match=f"「{things[1].caption()}」の実施日時が、先の時刻です"):
        house.ledger.handling.record(wrong)

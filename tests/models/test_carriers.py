"""What was received is what was registered; what was erased may still have to go back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models import custody
from models.codes import (
    CONTENT_GONE_STATES,
    TERMINAL_STATES,
    Encrypted,
    EncryptionMeasure,
    HandlingKind,
    ItemClass,
    ItemState,
    Means,
    MediaType,
    Ownership,
    SanitizationAct,
    SanitizationCategory,
    SanitizationMethod,
    Timing,
    VerificationMethod,
    VerificationResult,
)
from models.commands import Change
from models.endings import TERMINAL_BY_KIND
from models.errors import Refused
from models.records import Contract, HandlingEvent, HandlingLine, Item, Sanitization
from models.wareki import JAPAN
from tests.house import House, furnished

K, S = HandlingKind, ItemState


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        yield made


def registered(house: House, **fields: Any) -> Item:
    """Register a thing that has not come yet."""
    made = replace(house.story._new_item(), id=house.ledger.new_id(), item_no="Y-1", **fields)
    house.ledger.registers.create(made)
    return made


def stick(house: House, ownership: Ownership, pieces: int = 1) -> Item:
    made = registered(
        house, item_class=ItemClass.MEDIUM, media_type=MediaType.USB_MEMORY, unit="本",
        quantity=Decimal(pieces), ownership=ownership, encrypted=Encrypted.YES,
    )  # fmt: skip
    do(house, K.RECEIVE, made)
    return made


def do(
    house: House, kind: HandlingKind, item: Item, quantity: int | None = None, **fields: Any
) -> Change:
    contract = house.ledger.registers.need(Contract, item.contract_id).record
    house.clock.wait(1)
    amount = None if quantity is None else Decimal(quantity)
    back = house.clock() + timedelta(hours=2) if kind is K.TAKE_OUT else None
    event = HandlingEvent(
        contract_id=contract.id, kind=kind, purpose="点検のため", occurred_at=house.clock(),
        actor_person_id=house.story.people["supervisor"], expected_return_at=back,
        counterpart_org_id=contract.client_org_id, counterpart_name="見本　花子",
        means=Means.DIRECT, place_from_id=item.home_place_id, place_to_id=item.home_place_id,
        destination_text="見本市役所" if kind is K.TAKE_OUT else "",
        encryption=EncryptionMeasure.NOT_APPLICABLE if kind is K.TAKE_OUT else None,
        lines=(HandlingLine(item_id=item.id, quantity=amount),),
    )  # fmt: skip
    plain = {name: event.fields()[name].kind.empty for name in event.irrelevant()}
    if kind in (K.ERASE, K.DISPOSE):
        plain["sanitization"] = (gone(house, kind, item, amount or item.quantity),)
    return house.ledger.handling.record(replace(event, **{**plain, **fields}))


def gone(house: House, kind: HandlingKind, item: Item, amount: Decimal | None) -> Sanitization:
    """Say how a thing was erased or destroyed."""
    people, erased = house.story.people, kind is K.ERASE
    return Sanitization(
        item_id=item.id, act=SanitizationAct.ERASE if erased else SanitizationAct.DISPOSE,
        info_items="氏名", media_name=item.name, quantity=amount, unit=item.unit, electronic=True,
        category=SanitizationCategory.CLEAR if erased else SanitizationCategory.DESTROY,
        method=SanitizationMethod.OVERWRITE if erased else SanitizationMethod.PHYSICAL,
        tool_name="消去ソフト", tool_version="1", irrecoverable_confirmed=True,
        verification_method=VerificationMethod.FULL, verification_result=VerificationResult.PASS,
        performed_at=house.ledger.now(), performed_by=people["supervisor"], place_text="入力室",
        performed_org_id=house.story.contract.contractor_org_id,
        responsible_person_id=people["supervisor"], verified_by=people["worker"],
        witness_requested=False,
    )  # fmt: skip


def state(house: House, item: Item) -> ItemState:
    status = house.ledger.handling.status(item.id)
    assert status is not None
    return status.state


@pytest.mark.parametrize("kind", [K.RECEIVE, K.COLLECT])
def test_another_number_than_was_registered_is_not_received(
    house: House, kind: HandlingKind
) -> None:
    item = registered(house, quantity=Decimal(100), unit="枚")
    with pytest.raises(Refused, match=r"100枚として登録されています.*60枚の"):
        do(house, kind, item, 60)
    house.ledger.registers.revise(replace(item, quantity=Decimal(60)), "届いた数に合わせるため")
    do(house, kind, item, 60)
    status = house.ledger.handling.status(item.id)
    assert status is not None and (status.state, status.left) == (S.STORED, 60)


def test_a_thing_that_comes_with_its_receipt_has_its_number(house: House) -> None:
    contract = house.story.contract
    item = replace(house.story._new_item(), id=house.ledger.new_id(), quantity=Decimal(100))
    event = HandlingEvent(
        contract_id=contract.id, kind=K.RECEIVE, purpose="入力のため", occurred_at=house.clock(),
        actor_person_id=house.story.people["supervisor"], counterpart_name="見本　花子",
        counterpart_org_id=contract.client_org_id, means=Means.DIRECT,
        place_to_id=item.home_place_id,
        lines=(HandlingLine(item_id=item.id, quantity=Decimal(60)),),
    )  # fmt: skip
    with pytest.raises(Refused, match="として登録されています"):
        house.ledger.handling.record(event, new_items=[item])


def test_an_older_receipt_of_another_number_still_stands() -> None:
    item = Item(id="i", quantity=Decimal(100), home_place_id="p")
    at = datetime(2026, 10, 1, tzinfo=JAPAN)
    event = HandlingEvent(
        id="e", kind=K.RECEIVE, timing=Timing.ACTUAL, occurred_at=at,
        lines=(HandlingLine(item_id="i", quantity=Decimal(60)),),
    )  # fmt: skip
    assert custody.replay(item, [event]).left == 100


def test_the_clients_stick_goes_back_after_its_data_was_erased(house: House) -> None:
    item = stick(house, Ownership.CLIENT)
    told = do(house, K.ERASE, item).notices
    assert any("現物は委託者のもの" in one for one in told)
    assert state(house, item) is S.EMPTIED
    assert S.EMPTIED not in TERMINAL_STATES and S.EMPTIED in CONTENT_GONE_STATES
    for kind in (K.USE, K.ERASE, K.TRANSMIT):
        with pytest.raises(Refused, match="データは消去済み"):
            do(house, kind, item)
    for kind in (K.STORE, K.STOCKTAKE, K.LOSS, K.RECOVER, K.TAKE_OUT, K.BRING_BACK):
        do(house, kind, item)
    assert state(house, item) is S.EMPTIED
    do(house, K.TAKE_OUT, item)
    with pytest.raises(Refused, match="データは消去済み"):
        do(house, K.USE, item)
    do(house, K.RETURN, item)
    assert state(house, item) is S.RETURNED


@pytest.mark.parametrize("end", [K.RETURN, K.HAND_OVER, K.DISPOSE])
def test_the_end_of_the_erased_stick_is_told_once(house: House, end: HandlingKind) -> None:
    item = stick(house, Ownership.CLIENT)
    do(house, K.ERASE, item)
    do(house, end, item)
    assert state(house, item) is TERMINAL_BY_KIND[end]
    with pytest.raises(Refused, match="先に理由を付けて取り消して"):
        do(house, end, item)


def test_a_part_of_the_clients_sticks_is_erased_and_told(house: House) -> None:
    item = stick(house, Ownership.CLIENT, 5)
    told = do(house, K.ERASE, item, 2).notices
    assert any("2本を消去したので" in one for one in told)
    status = house.ledger.handling.status(item.id)
    assert status is not None and (status.state, status.left) == (S.STORED, 3)


def test_ones_own_stick_is_over_when_erased_and_may_be_shredded(house: House) -> None:
    item = stick(house, Ownership.CONTRACTOR)
    do(house, K.ERASE, item)
    assert state(house, item) is S.ERASED
    do(house, K.STORE, item)
    do(house, K.STOCKTAKE, item)
    with pytest.raises(Refused, match="消去済"):
        do(house, K.RETURN, item)
    assert state(house, item) is S.ERASED
    do(house, K.DISPOSE, item)
    assert state(house, item) is S.DISPOSED

"""What was received stays what was received; what is corrected afterwards is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import EndRule, HandlingKind, Ownership
from models.contract_changes import BESIDE
from models.errors import RuleRefused
from models.evidence import evidence
from models.records import HandlingEvent, Item
from tests.house import House, stack, stocked

WHY = "登録のときの入力の誤り"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with stocked(tmp_path) as made:
        yield made


def now(house: House) -> Item:
    return house.ledger.registers.need(Item, stack(house).id).record


def correct(house: House, **changes: object) -> None:
    house.ledger.registers.revise(now(house).with_changes(**changes), WHY)


def told(house: House) -> list[str]:
    states = {one.key: one for one in evidence(house.ledger, house.story.contract)}
    if BESIDE.key not in states:
        return []
    rows = [row for _, rows in states[BESIDE.key].evidence for row in rows]
    assert {row.severity for row in rows} == {"due"}
    return [row.sentence for row in rows]


def receipt(house: House) -> str:
    """Return the id of the act with which the stack came."""
    acts = house.ledger.registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)
    mine = now(house).id
    return next(
        one.record.id for one in acts if any(line.item_id == mine for line in one.record.lines)
    )


def test_fewer_than_were_received_never_were_there(house: House) -> None:
    quantity = now(house).quantity
    assert quantity is not None
    with pytest.raises(RuleRefused, match=r"それより少ない.*所在不明"):
        correct(house, quantity=quantity - 5)
    with pytest.raises(RuleRefused, match="それより少ない"):
        correct(house, quantity=Decimal(1), unit="束")
    assert now(house).quantity == quantity and told(house) == []


def test_more_and_back_is_told_and_no_way_around(house: House) -> None:
    quantity = now(house).quantity
    assert quantity is not None
    correct(house, quantity=quantity + 5)
    with pytest.raises(RuleRefused, match="それより少ない"):
        correct(house, quantity=quantity - 1)
    correct(house, quantity=quantity)
    assert len(told(house)) == 2


def test_a_wrong_receipt_is_taken_back_first_and_that_is_told(house: House) -> None:
    quantity = now(house).quantity
    assert quantity is not None
    house.ledger.handling.void(receipt(house), "数え直したところ違っていた")
    correct(house, quantity=quantity - 5)
    [line] = told(house)
    assert f"「数量」を「{quantity.normalize():f}」から「{(quantity - 5).normalize():f}」に" in line


def test_what_a_thing_is_known_by_is_told_from_what_to_what_by_whom_and_why(house: House) -> None:
    old = now(house)
    correct(house, item_no="M-9999", ownership=Ownership.CONTRACTOR, unit="葉")
    correct(house, end_rule=EndRule.ERASE_OR_DISPOSE)
    first, second = told(house)
    assert f"「{old.caption()}」の「管理番号」を「{old.item_no}」から「M-9999」に" in first
    assert "「所有」を「委託者" in first and "「単位」を「枚」から「葉」に" in first
    assert "髙橋" in first and WHY in first
    assert "「終了時の扱い」を「" in second and "M-9999" in second


def test_a_day_of_return_that_is_put_off_is_told(house: House) -> None:
    day = house.ledger.today()
    correct(house, return_due_on=day + timedelta(days=9))
    correct(house, return_due_on=day - timedelta(days=1))
    assert told(house) == []
    correct(house, return_due_on=day + timedelta(days=365))
    correct(house, return_due_on=None)
    first, second = told(house)
    assert "「返還期限」を「" in first and "から「なし」に" in second


def test_what_nobody_handled_is_corrected_without_a_word(house: House) -> None:
    fresh = replace(now(house), id="", item_no="M-7777")
    made = house.ledger.registers.create(fresh).ids[-1]
    item = house.ledger.registers.need(Item, made).record
    house.ledger.registers.revise(replace(item, quantity=Decimal(3), item_no="M-7778"), WHY)
    assert told(house) == []


def test_another_word_about_a_thing_is_not_told(house: House) -> None:
    correct(house, theft_prevention="ワイヤー錠")
    assert told(house) == []

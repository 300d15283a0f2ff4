"""What was received was received, or somebody else confirms it was not; corrections are told."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.breaches import CHANGED
from models.codes import EndRule, HandlingKind, Ownership
from models.contract_changes import BESIDE
from models.errors import NeedsAnswer, Refused, RuleRefused
from models.records import HandlingEvent, HandlingLine, Item, RuleOverride
from models.rules.answers import EVERY, Answers
from tests import proof
from tests.house import House, furnished, stack, stocked

WHY = "登録のときの入力の誤り"
LATER = Answers({EVERY: WHY}, later=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with stocked(tmp_path) as made:
        yield made


def now(house: House) -> Item:
    return house.ledger.registers.need(Item, stack(house).id).record


def correct(house: House, **changes: object) -> None:
    house.ledger.registers.revise(now(house).with_changes(**changes), WHY)


def fewer(house: House, quantity: Decimal) -> None:
    made = now(house).with_changes(quantity=quantity)
    house.ledger.registers.revise(made, WHY, answers=LATER)


def line(house: House, quantity: Decimal) -> HandlingLine:
    return HandlingLine(item_id=stack(house).id, quantity=quantity)


def use(house: House, **changes: object) -> str:
    """Enter an act on the stack and return its id."""
    house.clock.wait(5)
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.USE, purpose="入力",
        occurred_at=house.ledger.now(), ended_at=house.ledger.now(),
        actor_person_id=house.story.people["supervisor"],
        place_from_id=house.story.places[2].id, lines=(HandlingLine(item_id=stack(house).id),),
    )  # fmt: skip
    if "kind" in changes:
        event = replace(event, ended_at=None)
    made = house.ledger.handling.record(event.with_changes(**changes), answers=LATER)
    return made.ids[0]


def told(house: House, severities: Collection[str] = ("due",)) -> list[str]:
    rows = proof.rows(house, clause=BESIDE.key)
    assert {row.severity for row in rows} <= set(severities)
    return [row.sentence for row in rows]


def receipt(house: House) -> str:
    """Return the id of the act with which the stack came."""
    acts = house.ledger.registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)
    mine = now(house).id
    return next(
        one.record.id for one in acts if any(line.item_id == mine for line in one.record.lines)
    )


def test_fewer_than_were_received_needs_a_reason_and_somebody_else(house: House) -> None:
    quantity = now(house).quantity
    assert quantity is not None
    for changes in ({"quantity": quantity - 5}, {"quantity": Decimal(1), "unit": "束"}):
        with pytest.raises(NeedsAnswer, match=r"それより少ない.*所在不明") as asked:
            correct(house, **changes)
        assert asked.value.facts["needs_approval"] is True
    assert now(house).quantity == quantity and told(house) == []


def test_a_slip_of_the_keyboard_is_put_right_and_stays_told(house: House) -> None:
    slipped, quantity = (
        house.ledger.registers.need(HandlingEvent, receipt(house)),
        now(house).quantity,
    )
    assert quantity is not None
    use(house)
    fewer(house, quantity - 5)
    assert now(house).quantity_left == quantity - 5
    assert house.ledger.registers.need(HandlingEvent, receipt(house)) == slipped
    waiting = house.ledger.registers.all(RuleOverride, rule_id=CHANGED)
    assert [one.record.record_ref for one in waiting] == [stack(house).id]
    assert any("「数量」を「" in line for line in told(house, {"due", "broken"}))


def test_fewer_than_went_away_afterwards_never_were_there(house: House) -> None:
    quantity = now(house).quantity
    assert quantity is not None
    lost = use(house, kind=HandlingKind.LOSS, lines=(line(house, quantity - 5),))
    with pytest.raises(RuleRefused, match=r"所在不明と、つじつまが合わなくなります"):
        fewer(house, quantity - 6)
    assert now(house).quantity_missing == quantity - 5 and lost
    fewer(house, quantity - 5)


@pytest.mark.parametrize("more", [5, -5])
def test_a_receipt_whose_number_stays_is_corrected_whatever_is_registered_now(
    house: House, more: int
) -> None:
    quantity = now(house).quantity
    assert quantity is not None
    fewer(house, quantity + more)
    handling, old = house.ledger.handling, receipt(house)
    act = house.ledger.registers.need(HandlingEvent, old).record
    mine = next(one for one in act.lines if one.item_id == stack(house).id)
    other = replace(mine, quantity=quantity + 2)
    lines = tuple(other if one is mine else one for one in act.lines)
    with pytest.raises(Refused, match="として登録されています"):
        handling.correct(old, replace(act, lines=lines), WHY, answers=LATER)
    handling.correct(old, replace(act, note="追記"), WHY, answers=LATER)
    assert receipt(house) != old


def test_more_and_back_is_told_and_no_way_around(house: House) -> None:
    quantity = now(house).quantity
    assert quantity is not None
    correct(house, quantity=quantity + 5)
    with pytest.raises(NeedsAnswer, match="それより少ない"):
        correct(house, quantity=quantity - 1)
    correct(house, quantity=quantity)
    assert len(told(house)) == 2


def registered_apart(house: House) -> tuple[Item, str]:
    """Register a thing, enter its receipt afterwards, and return both."""
    thing = now(house).with_changes(id="", item_no="Z-001")
    id_ = house.ledger.registers.create(thing, answers=LATER).ids[0]
    act = house.ledger.registers.need(HandlingEvent, receipt(house)).record
    again = replace(
        act, id="", event_no=None, status=None, occurred_at=house.ledger.now(),
        lines=(HandlingLine(item_id=id_),),
    )  # fmt: skip
    made = house.ledger.handling.record(again, answers=LATER).ids[0]
    return house.ledger.registers.need(Item, id_).record, made


def test_a_wrong_receipt_is_taken_back_first_and_that_is_told(house: House) -> None:
    thing, act = registered_apart(house)
    quantity = thing.quantity
    assert quantity is not None
    house.ledger.handling.void(act, "数え直したところ違っていた")
    house.ledger.registers.revise(thing.with_changes(quantity=quantity - 5), WHY)
    [line] = told(house)
    assert f"「数量」を「{quantity.normalize():f}」から「{(quantity - 5).normalize():f}」に" in line


@pytest.mark.parametrize("days", [0, 1])
def test_a_thing_that_was_here_and_then_never_was_is_told(house: House, days: int) -> None:
    """Its receipt is voided by one person alone, and fewer are registered anew."""
    thing = now(house)
    told(house)
    house.clock.wait(days * 24 * 60)
    house.ledger.handling.void(receipt(house), WHY)
    assert house.ledger.registers.need(Item, thing.id).meta.voided
    found = [line for line in told(house) if thing.caption() in line]
    assert len(found) == (1 if days else 0)
    assert all("登録を" in line and "取り消しました" in line and WHY in line for line in found)


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


@pytest.mark.parametrize("later", [None, timedelta(days=200)])
def test_an_overdue_return_is_not_put_off_alone(house: House, later: timedelta | None) -> None:
    day = house.ledger.today() + timedelta(days=9)
    correct(house, return_due_on=day)
    house.clock.go_to(day, 9)
    correct(house, return_due_on=day + timedelta(days=1))  # not over yet
    house.clock.go_to(day + timedelta(days=2), 9)
    moved = {"return_due_on": day + later if later else None}
    with pytest.raises(NeedsAnswer, match=r"「返還期限」.*期限を過ぎています") as asked:
        correct(house, **moved)
    assert asked.value.facts["needs_approval"] is True
    house.ledger.registers.revise(now(house).with_changes(**moved), WHY, answers=LATER)
    [waiting] = house.ledger.registers.all(RuleOverride, rule_id=CHANGED)
    assert waiting.record.confirm_later and waiting.record.record_ref == stack(house).id
    assert any("「返還期限」を「" in line for line in told(house, {"due", "broken"}))


def test_a_slip_in_a_day_is_put_right_on_the_day_of_its_entry(house: House) -> None:
    day = house.ledger.today() + timedelta(days=5)
    house.clock.go_to(day, 9)
    correct(house, return_due_on=day - timedelta(days=1))
    house.clock.wait(5)
    correct(house, return_due_on=day + timedelta(days=30))
    assert house.ledger.registers.all(RuleOverride, rule_id=CHANGED) == []


@pytest.fixture
def fukuoka(tmp_path: Path) -> Iterator[House]:
    with furnished(
        tmp_path, profile="fukuoka", rules=True, accounts=True, things=6, wait=60
    ) as made:
        yield made


@pytest.mark.parametrize(("days", "asked"), [(7, False), (8, True)])
def test_what_was_found_unneeded_is_not_needed_again_alone(
    fukuoka: House, days: int, asked: bool
) -> None:
    day = fukuoka.ledger.today()
    correct(fukuoka, unneeded_on=day, unneeded_decided_by=fukuoka.story.people["supervisor"])
    fukuoka.clock.go_to(day + timedelta(days=days), 9)
    gone = {"unneeded_on": None, "unneeded_decided_by": ""}
    if asked:
        with pytest.raises(NeedsAnswer, match=r"「不要となった日」.*「なし」に変えます"):
            correct(fukuoka, **gone)
    else:
        correct(fukuoka, **gone)
        assert any("「不要となった日」を「" in line for line in told(fukuoka))


def test_a_text_that_says_nothing_of_unneeded_things_asks_nothing(house: House) -> None:
    day = house.ledger.today()
    correct(house, unneeded_on=day, unneeded_decided_by=house.story.people["supervisor"])
    house.clock.go_to(day + timedelta(days=60), 9)
    correct(house, unneeded_on=None, unneeded_decided_by="")
    assert house.ledger.registers.all(RuleOverride, rule_id=CHANGED) == []


def test_what_nobody_handled_is_corrected_without_a_word(house: House) -> None:
    fresh = replace(now(house), id="", item_no="M-7777")
    made = house.ledger.registers.create(fresh).ids[-1]
    item = house.ledger.registers.need(Item, made).record
    house.ledger.registers.revise(replace(item, quantity=Decimal(3), item_no="M-7778"), WHY)
    assert told(house) == []


def test_another_word_about_a_thing_is_not_told(house: House) -> None:
    correct(house, theft_prevention="ワイヤー錠")
    assert told(house) == []

"""What a stocktake did not find is told until something accounts for it, in every text."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.calendar import calendar, state
from models.codes import HandlingKind as K
from models.codes import ItemState, Role
from models.contract_changes import BESIDE
from models.evidence import evidence
from models.records import HandlingEvent, HandlingLine, Item
from tests.house import House, furnished
from tests.models.rules.stage import PROFILES
from tests.models.test_missing_things import verify
from ui.sample import cast

LEDGERS = ("shiki", "confidentiality-model", "fukuoka")  # texts with a clause about the ledger
SHORT = Decimal(5)
LOGIN = {user.role: user.login for user in cast.USERS}
WHY = "数え間違えたため"


@pytest.fixture(params=PROFILES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param, accounts=True, things=4, wait=30) as made:
        yield made


@pytest.fixture
def pile(house: House) -> Item:
    return next(one for one in house.story._stock if not one.electronic)


def enter(house: House, kind: K, item: Item, number: Decimal | None) -> HandlingEvent:
    house.clock.wait(10)
    event = HandlingEvent(
        contract_id=item.contract_id, kind=kind, purpose="終業時の確認",
        occurred_at=house.ledger.now(), actor_person_id=house.story.people["supervisor"],
        place_from_id=item.home_place_id, lines=(HandlingLine(item_id=item.id, quantity=number),),
    )  # fmt: skip
    id_ = house.ledger.handling.record(event).ids[-1]
    return house.ledger.registers.need(HandlingEvent, id_).record


def counted(house: House, item: Item, less: Decimal = SHORT) -> HandlingEvent:
    assert item.quantity is not None
    return enter(house, K.STOCKTAKE, item, item.quantity - less)


def told(house: House) -> dict[str, list[str]]:
    """Return by clause what is said of counts, with what is bad about it."""
    found: dict[str, list[str]] = {}
    for one in evidence(house.ledger, house.story.contract):
        for _, rows in one.evidence:
            for row in rows:
                if "現品確認（" in row.sentence:
                    assert row.severity == "action" and one.state in ("action", "broken")
                    found.setdefault(one.key, []).append(row.sentence)
    return found


def dates(house: House) -> list[tuple[str, str]]:
    now = house.ledger.now()
    return [
        (one.what, state(one, now)) for one in calendar(house.ledger) if "現品確認（" in one.about
    ]


def test_a_short_count_waits_under_the_clause_of_the_ledger(house: House, pile: Item) -> None:
    assert told(house) == {} and dates(house) == []
    act = counted(house, pile)
    house.clock.wait(24 * 60)
    keys = {one.key for one in evidence(house.ledger, house.story.contract)
            if any(name == "EQ-LEDGER" for name, _ in one.evidence)}  # fmt: skip
    assert told(house).keys() == (keys or {BESIDE.key})
    assert bool(keys) is (house.story.contract.profile_code in LEDGERS)
    for sentences in told(house).values():
        [said] = sentences
        assert f"第{act.event_no}号" in said and f"5{pile.unit}足りません" in said
        assert pile.caption() in said and "「所在不明」を記録して" in said
    assert dates(house) == [("数え直し", "overdue")]


def test_a_full_count_ends_it(house: House, pile: Item) -> None:
    counted(house, pile)
    assert told(house)
    enter(house, K.STOCKTAKE, pile, pile.quantity)
    assert told(house) == {} and dates(house) == []


def test_the_latest_count_is_told(house: House, pile: Item) -> None:
    counted(house, pile)
    counted(house, pile, Decimal(2))
    assert all(f"2{pile.unit}足りません" in s for one in told(house).values() for s in one)


def test_what_is_said_to_be_missing_takes_over_and_no_more_than_that(
    house: House, pile: Item
) -> None:
    counted(house, pile)
    lost = enter(house, K.LOSS, pile, SHORT - 1)
    assert all(f"で1{pile.unit}足りません" in s for one in told(house).values() for s in one)
    assert told(house)
    house.ledger.handling.correct(lost.id, lost.with_changes(lines=(
        HandlingLine(item_id=pile.id, quantity=SHORT),
    )), WHY)  # fmt: skip
    assert told(house) == {}
    enter(house, K.RECOVER, pile, SHORT)
    assert told(house) == {} and dates(house) == []


def test_a_correction_of_count_or_register_ends_it(house: House, pile: Item) -> None:
    act = counted(house, pile)
    right = act.with_changes(lines=(HandlingLine(item_id=pile.id, quantity=pile.quantity),))
    house.ledger.handling.correct(act.id, right, WHY)
    assert told(house) == {}
    again = counted(house, pile)
    assert told(house)
    house.ledger.handling.void(again.id, WHY)
    assert told(house) == {}


def test_a_count_that_is_voided_on_a_later_day_is_told_until_somebody_else_looked(
    house: House, pile: Item
) -> None:
    act = counted(house, pile)
    house.clock.go_to(house.ledger.today() + timedelta(days=3), 9)
    [said] = house.ledger.handling.void(act.id, WHY).notices
    assert f"5{pile.unit}足りない" in said and "別の人" in said
    for sentences in told(house).values():
        [one] = sentences
        assert f"第{act.event_no}号" in one and f"5{pile.unit}足りず" in one and "取り消され" in one
    assert told(house)
    [(what, _)] = calendar_of_voids(house)
    assert what == "数の違いの確認"
    verify(house, f"第{act.event_no}号", "数え方の誤り")
    assert told(house) == {} and calendar_of_voids(house) == []


def test_a_voided_count_is_told_no_more_once_the_thing_was_counted_again(
    house: House, pile: Item
) -> None:
    act = counted(house, pile)
    other = next(one for one in house.story._stock if one.id != pile.id)
    full = enter(house, K.STOCKTAKE, other, other.quantity)
    house.clock.go_to(house.ledger.today() + timedelta(days=3), 9)
    assert house.ledger.handling.void(full.id, WHY).notices == (), "it found all of it"
    house.ledger.handling.void(act.id, WHY)
    assert told(house) and calendar_of_voids(house)
    enter(house, K.STOCKTAKE, pile, pile.quantity)
    assert told(house) == {} and calendar_of_voids(house) == []


def corrected(house: House, act: HandlingEvent, item: Item, number: Decimal | None) -> list[str]:
    right = act.with_changes(lines=(HandlingLine(item_id=item.id, quantity=number),))
    said = house.ledger.handling.correct(act.id, right, WHY).notices
    return [one for one in said if "後の日に" in one]


def standing(house: House) -> HandlingEvent:
    return house.ledger.registers.all(HandlingEvent, kind=K.STOCKTAKE)[-1].record


def next_day(house: House) -> None:
    house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)


def test_a_count_that_is_corrected_on_a_later_day_is_told_until_somebody_else_looked(
    house: House, pile: Item
) -> None:
    act = counted(house, pile)
    next_day(house)
    [said] = corrected(house, act, pile, pile.quantity)
    assert f"5{pile.unit}足りない" in said and "訂正後は不足なし）" in said
    for sentences in told(house).values():
        [one] = sentences
        assert f"第{act.event_no}号" in one and f"5{pile.unit}足りず" in one and "に訂正され" in one
    assert told(house)
    [(what, about)] = calendar_of_voids(house, "を訂正")
    assert what == "数の違いの確認" and act.caption() in about
    verify(house, f"第{act.event_no}号", "数え方の誤り")
    assert told(house) == {} and calendar_of_voids(house, "を訂正") == []


def test_a_corrected_count_is_told_no_more_once_the_thing_was_counted_again(
    house: House, pile: Item
) -> None:
    act = counted(house, pile)
    next_day(house)
    moved = act.with_changes(
        occurred_at=house.ledger.now(), note="時刻の訂正",
        lines=(HandlingLine(item_id=pile.id, quantity=pile.quantity),),
    )  # fmt: skip
    house.ledger.handling.correct(act.id, moved, WHY)
    assert told(house), "the same count at another time is no count anew"
    enter(house, K.STOCKTAKE, pile, pile.quantity)
    assert told(house) == {} and calendar_of_voids(house, "を訂正") == []


def test_only_what_a_correction_finds_more_is_told_beside_what_it_leaves(
    house: House, pile: Item
) -> None:
    act = counted(house, pile)
    next_day(house)
    assert pile.quantity is not None
    assert corrected(house, act, pile, pile.quantity - SHORT) == [], "it finds as little"
    for sentences in told(house).values():
        [one] = sentences
        assert "に訂正" not in one
    next_day(house)
    [said] = corrected(house, standing(house), pile, pile.quantity - 2)
    assert f"訂正後は2{pile.unit}不足" in said
    for sentences in told(house).values():
        assert [f"で2{pile.unit}足りません" in one for one in sentences] == [True, False]
        assert f"で5{pile.unit}足りず" in sentences[1]
    assert told(house)


def test_a_correction_that_is_voided_leaves_the_first_count_told(house: House, pile: Item) -> None:
    act = counted(house, pile)
    next_day(house)
    corrected(house, act, pile, pile.quantity)
    [said] = house.ledger.handling.void(standing(house).id, WHY).notices
    assert f"第{act.event_no}号の現品確認を、後の日に取り消しました" in said
    for sentences in told(house).values():
        [one] = sentences
        assert f"第{act.event_no}号" in one and "取り消され" in one
    assert told(house)


def test_a_slip_of_the_day_is_put_right_in_silence(house: House, pile: Item) -> None:
    act = counted(house, pile)
    assert corrected(house, act, pile, pile.quantity) == []
    next_day(house)
    assert corrected(house, standing(house), pile, pile.quantity) == []
    assert told(house) == {} and calendar_of_voids(house, "を訂正") == []


def calendar_of_voids(house: House, done: str = "を取消し") -> list[tuple[str, str]]:
    return [
        (one.what, one.about) for one in calendar(house.ledger) if f"現品確認{done}" in one.about
    ]


def test_that_all_of_it_went_back_accounts_for_nothing_until_somebody_else_looked(
    house: House, pile: Item
) -> None:
    act = counted(house, pile)
    house.clock.wait(30)
    change = house.story.give_back(pile)
    assert any("最後の現品確認では" in one for one in change.notices)
    known = house.ledger.registers.need(Item, pile.id).record
    assert known.state is ItemState.RETURNED
    for sentences in told(house).values():
        [said] = sentences
        assert "その後に「返還済」" in said and "指摘・是正" in said
    assert told(house) and dates(house)[0][0] == "数の違いの確認"
    verify(house, f"第{act.event_no}号", "数え方の誤り")
    assert told(house) == {} and dates(house) == []


def test_it_is_told_alike_after_one_more_act_and_anew(house: House, pile: Item) -> None:
    told(house)
    counted(house, pile)
    after = told(house)
    house.sign_in(LOGIN[Role.SUPERVISOR])
    assert told(house) == after != {}
    other = next(one for one in house.story._stock if one.id != pile.id)
    enter(house, K.STOCKTAKE, other, None)
    assert told(house) == after


def test_a_return_of_what_was_counted_leaves_the_rest_told(house: House, pile: Item) -> None:
    counted(house, pile)
    assert pile.quantity is not None
    house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
    part = replace(pile, quantity=pile.quantity - SHORT)
    house.story._stock[house.story._stock.index(pile)] = part
    house.story.give_back(part)
    status = house.ledger.handling.status(pile.id)
    assert status is not None and status.left == SHORT == status.short
    assert all("数え直して" in s for one in told(house).values() for s in one) and told(house)

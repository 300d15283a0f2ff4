"""Plans (予定): entered ahead, carried out once, dropped with a reason, and never custody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import HandlingKind, HandlingStatus, ItemState, Means, Timing
from models.errors import Conflict, InvalidField, Refused
from models.records import Contract, HandlingEvent, HandlingLine
from tests.house import House, furnished


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, things=1) as made:
        yield made


def taking_out(house: House, moment: datetime, **changes: object) -> HandlingEvent:
    item = house.story._stock[0]
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.TAKE_OUT, purpose="検収のため",
        occurred_at=moment, expected_return_at=moment + timedelta(hours=3),
        actor_person_id=house.story.people["worker"], destination_text="市役所",
        lines=(HandlingLine(item_id=item.id, quantity=item.quantity),),
    )  # fmt: skip
    return replace(event, **changes)  # type: ignore[arg-type]


def planned(house: House) -> HandlingEvent:
    tomorrow = house.clock() + timedelta(days=1)
    change = house.ledger.handling.record(taking_out(house, tomorrow, timing=Timing.PLANNED))
    return event(house, change.ids[-1])


def event(house: House, event_id: str) -> HandlingEvent:
    return house.ledger.registers.need(HandlingEvent, event_id).record


def carried_out(house: House, plan: HandlingEvent) -> HandlingEvent:
    fact = taking_out(house, house.clock())
    change = house.ledger.handling.record_all([fact], plan_id=plan.id)
    return event(house, change.ids[-1])


def state(house: House) -> ItemState:
    status = house.ledger.handling.status(house.story._stock[0].id)
    assert status is not None
    return status.state


def test_a_plan_lies_ahead_and_moves_nothing(house: House) -> None:
    plan = planned(house)
    assert (plan.timing, plan.status) == (Timing.PLANNED, HandlingStatus.PLANNED)
    assert state(house) is ItemState.STORED


def test_a_plan_for_yesterday_is_refused(house: House) -> None:
    yesterday = house.clock() - timedelta(days=1)
    with pytest.raises(InvalidField, match="過ぎています"):
        house.ledger.handling.record(taking_out(house, yesterday, timing=Timing.PLANNED))


def test_a_fact_that_lies_ahead_is_told_to_be_a_plan(house: House) -> None:
    with pytest.raises(InvalidField, match="予定として登録できます"):
        house.ledger.handling.record(taking_out(house, house.clock() + timedelta(days=1)))


def test_nobody_plans_a_loss(house: House) -> None:
    tomorrow = house.clock() + timedelta(days=1)
    loss = taking_out(house, tomorrow, kind=HandlingKind.LOSS, timing=Timing.PLANNED)
    with pytest.raises(Refused, match="予定として登録できません"):
        house.ledger.handling.record(loss)


def test_a_plan_becomes_a_fact_once_and_names_it(house: House) -> None:
    plan = planned(house)
    fact = carried_out(house, plan)
    after = event(house, plan.id)
    assert (after.status, after.related_event_id) == (HandlingStatus.DONE, fact.id)
    assert (fact.timing, fact.related_event_id) == (Timing.ACTUAL, "")
    assert state(house) is ItemState.TAKEN_OUT
    with pytest.raises(Refused, match="すでに実績を記録した予定"):
        carried_out(house, plan)


def test_a_fact_is_no_plan(house: House) -> None:
    fact = carried_out(house, planned(house))
    with pytest.raises(Refused, match="予定ではありません"):
        house.ledger.handling.record_all([taking_out(house, house.clock())], plan_id=fact.id)


def test_a_voided_fact_opens_its_plan_again(house: House) -> None:
    plan = planned(house)
    fact = carried_out(house, plan)
    house.ledger.handling.void(fact.id, "まだ出発していないため")
    after = event(house, plan.id)
    assert (after.status, after.related_event_id) == (HandlingStatus.PLANNED, "")


def test_a_corrected_fact_stays_the_answer_to_its_plan(house: House) -> None:
    plan = planned(house)
    fact = carried_out(house, plan)
    right = replace(fact, destination_text="支所")
    change = house.ledger.handling.correct(fact.id, right, "行先を誤ったため")
    new = next(
        one.record
        for one in house.ledger.store.get_many(HandlingEvent, change.ids).values()
        if one.record.corrects_event_id
    )
    assert event(house, plan.id).related_event_id == new.id


def test_a_plan_that_came_to_nothing_is_taken_back_with_its_reason(house: House) -> None:
    plan = planned(house)
    house.ledger.handling.void(plan.id, "検収が延期になったため")
    stored = house.ledger.registers.need(HandlingEvent, plan.id)
    assert stored.meta.voided and stored.meta.void_reason == "検収が延期になったため"
    with pytest.raises(Conflict):
        carried_out(house, plan)


def test_a_plan_that_was_carried_out_is_not_taken_back(house: House) -> None:
    plan = planned(house)
    carried_out(house, plan)
    with pytest.raises(Refused, match="実績の記録に対して"):
        house.ledger.handling.void(plan.id, "間違えて押したため")


def both(house: House, moment: datetime, **changes: object) -> HandlingEvent:
    lines = tuple(
        HandlingLine(item_id=one.id, quantity=one.quantity) for one in house.story._stock[:2]
    )
    return taking_out(house, moment, lines=lines, **changes)


def planned_both(house: House) -> HandlingEvent:
    house.story.receive(1)
    tomorrow = house.clock() + timedelta(days=1)
    change = house.ledger.handling.record(both(house, tomorrow, timing=Timing.PLANNED))
    return event(house, change.ids[-1])


def open_plans(house: House) -> list[HandlingEvent]:
    found = house.ledger.registers.all(HandlingEvent, timing=Timing.PLANNED)
    return [one.record for one in found if one.record.status is HandlingStatus.PLANNED]


def test_something_else_is_not_what_was_planned(house: House) -> None:
    plan = planned(house)
    head = house.ledger.store.head()
    handling = house.ledger.handling
    use = taking_out(house, house.clock(), kind=HandlingKind.USE, expected_return_at=None)
    with pytest.raises(Refused, match="「持出し」の予定です"):
        handling.record_all([use], plan_id=plan.id)
    house.story.receive(1)
    other = house.story._stock[-1]
    line = HandlingLine(item_id=other.id, quantity=other.quantity)
    with pytest.raises(Refused, match="一つも入っていません"):
        handling.record_all([taking_out(house, house.clock(), lines=(line,))], plan_id=plan.id)
    assert event(house, plan.id) == plan and house.ledger.store.head().seq > head.seq


def test_half_of_a_plan_leaves_the_other_half_a_plan(house: House) -> None:
    plan = planned_both(house)
    change = house.ledger.handling.record_all([taking_out(house, house.clock())], plan_id=plan.id)
    fact, [left] = event(house, change.ids[-1]), open_plans(house)
    done = event(house, plan.id)
    assert (done.status, done.related_event_id) == (HandlingStatus.DONE, fact.id)
    assert [one.item_id for one in done.lines] == [house.story._stock[0].id]
    assert [one.item_id for one in left.lines] == [house.story._stock[1].id]
    assert (left.occurred_at, left.purpose) == (plan.occurred_at, plan.purpose)
    assert sorted({one.event_no for one in (plan, left, fact)}) == [
        plan.event_no, left.event_no, fact.event_no,
    ]  # fmt: skip
    [words] = [one for one in change.notices if "予定として残しました" in one]
    assert house.story._stock[1].item_no in words and left.caption() in words
    house.ledger.handling.void(fact.id, "まだ出発していないため")
    lines = [line.item_id for one in open_plans(house) for line in one.lines]
    assert sorted(lines) == sorted(one.id for one in house.story._stock[:2])
    assert house.ledger.safe.verify(full=True, progress=lambda _done, _total: None).problems == ()


def test_a_correction_to_something_else_opens_the_plan_again(house: House) -> None:
    plan = planned_both(house)
    fact = event(
        house,
        house.ledger.handling.record_all(
            [both(house, house.clock())], plan_id=plan.id
        ).ids[-1],
    )  # fmt: skip
    assert not open_plans(house)
    less = replace(fact, lines=fact.lines[:1])
    house.ledger.handling.correct(fact.id, less, "一つは持ち出していないため")
    [again] = open_plans(house)
    assert (again.id, again.related_event_id, len(again.lines)) == (plan.id, "", 2)


def returning(house: House, quantity: int | None, **changes: object) -> HandlingEvent:
    """Return so much of the first thing, and all of the second when it is a plan."""
    first, second = house.story._stock[:2]
    amount = None if quantity is None else Decimal(quantity)
    lines = [HandlingLine(item_id=first.id, quantity=amount)]
    if changes.get("timing") is Timing.PLANNED:
        lines.append(HandlingLine(item_id=second.id, quantity=second.quantity))
    contract = house.ledger.registers.need(Contract, first.contract_id).record
    event = HandlingEvent(
        contract_id=contract.id, kind=HandlingKind.RETURN, purpose="返還のため",
        occurred_at=house.clock(), actor_person_id=house.story.people["worker"],
        counterpart_org_id=contract.client_org_id, counterpart_name="係長", means=Means.DIRECT,
        place_from_id=first.home_place_id, lines=tuple(lines),
    )  # fmt: skip
    return replace(event, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("whole", [True, False])
def test_what_was_not_returned_of_a_planned_number_stays_planned(house: House, whole: bool) -> None:
    house.story.receive(2)
    first, second = house.story._stock[:2]
    assert first.quantity is not None and first.quantity > 3
    tomorrow = house.clock() + timedelta(days=1)
    planned = int(first.quantity) if whole else None
    plan = returning(house, planned, timing=Timing.PLANNED, occurred_at=tomorrow)
    plan = event(house, house.ledger.handling.record(plan).ids[-1])
    change = house.ledger.handling.record_all([returning(house, 3)], plan_id=plan.id)
    [words] = [one for one in change.notices if "予定として残しました" in one]
    assert first.caption() in words and second.caption() in words
    after = event(house, plan.id)
    assert after.status is HandlingStatus.DONE
    assert [(one.item_id, one.quantity) for one in after.lines] == [(first.id, Decimal(3))]
    [rest] = open_plans(house)
    left = first.quantity - 3 if whole else None
    assert [(one.item_id, one.quantity) for one in rest.lines] == [
        (first.id, left), (second.id, second.quantity),
    ]  # fmt: skip
    if left is not None:
        assert f"{first.caption()}の{left:f}" in words
    third = returning(house, int(first.quantity) - 3)
    change = house.ledger.handling.record_all([third], plan_id=rest.id)
    assert not any(first.item_no in one for one in change.notices)

"""Nothing new is handled before a contract begins or after it ended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.codes import (
    ContractStatus,
    EndRule,
    HandlingKind,
    HandlingStatus,
    Ownership,
    RuleMode,
    Timing,
)
from models.commands import creating, revising
from models.contract_changes import BESIDE, RULE
from models.errors import AzukariError, NeedsAnswer, RuleRefused
from models.evidence import ClauseState
from models.records import Contract, HandlingEvent, HandlingLine, RuleOverride
from models.rules.answers import EVERY, Answers
from models.rules.engine import Finding
from models.wareki import JAPAN
from tests import proof
from tests.house import House, stack, stocked

K = HandlingKind
WHY = "延長の契約書がまだ届いていないため"
FREE = set(K) - {K.RECEIVE, K.COLLECT, K.CREATE, K.COPY, K.USE, K.TAKE_OUT, K.TRANSMIT, K.PROVIDE}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with stocked(tmp_path) as made:
        yield made


def contract(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def use(house: House, moment: datetime | None = None, **changes: object) -> HandlingEvent:
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=K.USE, purpose="入力",
        occurred_at=moment or house.ledger.now(),
        actor_person_id=house.story.people["supervisor"],
        place_from_id=house.story.places[2].id, lines=(HandlingLine(item_id=stack(house).id),),
    )  # fmt: skip
    return event.with_changes(**changes)


def said(house: House, event: HandlingEvent) -> list[Finding]:
    found = house.ledger.handling.examine(event)
    return [one for one in found if one.rule_id == RULE]


def after_the_end(house: House) -> None:
    ends = contract(house).ends_on
    assert ends is not None
    house.clock.go_to(ends + timedelta(days=21), 9)


def told(house: House) -> ClauseState | None:
    return proof.states(house).get(BESIDE.key)


def sentences(one: ClauseState | None) -> str:
    return "\n".join(row.sentence for row in proof.rows_of([one] if one else []))


def test_work_after_the_last_day_needs_a_reason_and_somebody_else(house: House) -> None:
    assert said(house, use(house)) == []
    after_the_end(house)
    with pytest.raises(NeedsAnswer, match="契約の期間") as asked:
        house.ledger.handling.record(use(house))
    assert asked.value.facts["needs_approval"] is True
    house.ledger.handling.record(use(house), answers=Answers({EVERY: WHY}, later=True))
    waiting = house.ledger.registers.all(RuleOverride, rule_id=RULE)
    assert len(waiting) == 1 and waiting[0].record.confirm_later
    one = told(house)
    assert one is not None and one.state == "broken"
    assert WHY in sentences(one) and "の外に行われています" in sentences(one)


def test_a_day_before_the_contract_began_is_outside(house: House) -> None:
    first = contract(house).starts_on
    assert first is not None
    before = datetime.combine(first, datetime.min.time(), JAPAN) - timedelta(hours=1)
    assert "契約の期間" in said(house, use(house, before))[0].message
    assert said(house, use(house, before + timedelta(hours=1))) == []


@pytest.mark.parametrize("field", ["completed_on", "terminated_on"])
def test_work_ends_with_the_day_on_which_the_work_was_over(house: House, field: str) -> None:
    day = house.ledger.today()
    over = contract(house).with_changes(**{field: day, "termination_reason": "合意解除"})
    house.ledger.registers.revise(over, "業務の終わり")
    assert said(house, use(house)) == []
    house.clock.go_to(day + timedelta(days=1), 9)
    assert len(said(house, use(house))) == 1


def begin_on_the_last_day(house: House) -> str:
    ends = contract(house).ends_on
    assert ends is not None
    house.clock.go_to(ends, 16)
    house.ledger.handling.record(use(house), answers=Answers({EVERY: WHY}, later=True))
    [begun] = house.ledger.registers.all(HandlingEvent, kind=K.USE)
    return begun.record.id


def test_the_end_of_a_use_that_began_in_time_is_no_new_work(house: House) -> None:
    begun = begin_on_the_last_day(house)
    after_the_end(house)
    end = use(house, related_event_id=begun)
    assert said(house, end) == []
    made = house.ledger.handling.record(end, answers=Answers({EVERY: WHY}, later=True))
    assert "の外に行われています" not in sentences(told(house))
    house.clock.wait(5)
    old = house.ledger.registers.need(HandlingEvent, made.ids[0]).record
    house.ledger.handling.correct(old.id, replace(old, note="追記"), "備考を書き足すため")
    assert "の外に行われています" not in sentences(told(house))


def test_a_use_that_only_names_an_earlier_one_is_new_work(house: House) -> None:
    begun = begin_on_the_last_day(house)
    after_the_end(house)
    other = next(one for one in house.story._stock if one.id != stack(house).id)
    both = (*use(house).lines, HandlingLine(item_id=other.id))
    assert len(said(house, use(house, related_event_id=begun, lines=both))) == 1
    late = Answers({EVERY: WHY}, later=True)
    house.ledger.handling.record(use(house, related_event_id=begun), answers=late)
    house.clock.wait(5)
    assert len(said(house, use(house, related_event_id=begun))) == 1
    house.ledger.handling.record(use(house, related_event_id=begun), answers=late)
    assert sentences(told(house)).count("の外に行われています") == 1


@pytest.mark.parametrize("timing", [Timing.ACTUAL, Timing.PLANNED])
def test_what_must_go_back_is_taken_out_after_the_end_with_a_notice(
    house: House, timing: Timing
) -> None:
    after_the_end(house)
    out = use(house, kind=K.TAKE_OUT, timing=timing)
    [finding] = said(house, out)
    assert finding.mode == RuleMode.NOTICE and "返還・引渡しのための持出し" in finding.message
    first = contract(house).starts_on
    assert first is not None
    before = datetime.combine(first, datetime.min.time(), JAPAN) - timedelta(hours=1)
    [early] = said(house, use(house, before, kind=K.TAKE_OUT))
    assert early.mode == RuleMode.BLOCK_PLAN


def test_what_need_not_go_back_is_not_taken_out_after_the_end(house: House) -> None:
    own = stack(house).with_changes(
        id="", item_no="M-7777", ownership=Ownership.CONTRACTOR, end_rule=EndRule.ERASE_OR_DISPOSE
    )
    made = house.ledger.registers.create(own).ids[-1]
    after_the_end(house)
    lines = (HandlingLine(item_id=stack(house).id), HandlingLine(item_id=made))
    [finding] = said(house, use(house, kind=K.TAKE_OUT, lines=lines))
    assert finding.mode == RuleMode.BLOCK_PLAN


@pytest.mark.parametrize("kind", sorted(FREE))
def test_what_brings_things_to_their_end_stays_free(house: House, kind: HandlingKind) -> None:
    after_the_end(house)  # that it is late is told (models/late_ends.py), and stops nobody
    assert [one for one in said(house, use(house, kind=kind)) if one.mode != RuleMode.NOTICE] == []


def test_nothing_is_planned_for_a_day_outside(house: House) -> None:
    ends = contract(house).ends_on
    assert ends is not None
    moment = datetime.combine(ends + timedelta(days=2), datetime.min.time(), JAPAN)
    plan = use(house, moment, timing=Timing.PLANNED, status=HandlingStatus.PLANNED)
    with pytest.raises(RuleRefused, match="契約の期間"):
        house.ledger.handling.record(plan, answers=Answers({EVERY: WHY}, later=True))


def test_a_closed_contract_is_worked_under_no_more(house: House) -> None:
    closed = replace(contract(house), status=ContractStatus.CLOSED)
    house.ledger.commit([creating(replace(closed, id="6" * 32, contract_no="2026-009"))])
    event = use(house, contract_id="6" * 32)
    assert "終結しています" in said(house, event)[0].message
    assert said(house, replace(event, kind=K.RETURN)) == []


def close(house: House) -> None:
    """Let the contract be closed three weeks after its last day."""
    after_the_end(house)
    now = contract(house)
    closed = replace(now, status=ContractStatus.CLOSED, completed_on=now.ends_on)
    house.ledger.commit([revising(closed, "完了したため")])
    house.clock.go_to(house.ledger.today() + timedelta(days=4), 9)


def test_what_was_done_in_time_and_is_entered_after_the_closing_is_no_breach(house: House) -> None:
    before = house.ledger.now()
    house.clock.wait(60)
    close(house)
    event = use(house, before, ended_at=before + timedelta(minutes=30))
    [asked] = said(house, event)
    assert asked.mode is RuleMode.WARN
    assert "終結の前" in asked.message and "行えません" not in asked.message
    assert "行えません" in said(house, use(house))[0].message, "that is of today"
    made = house.ledger.handling.record(event, answers=Answers({EVERY: WHY}))
    [row] = [one for one in proof.rows(house) if "の後の" in one.sentence]
    assert row.severity == "due" and row.id in made.ids
    broken = [one for one in proof.rows(house) if one.severity == "broken"]
    assert not [one for one in broken if one.id in made.ids or "終結" in one.sentence]
    act = house.ledger.registers.need(HandlingEvent, row.id).record
    house.clock.wait(5)
    right = replace(act, purpose="点検")
    assert said(house, replace(right, corrects_event_id=act.id)) == []
    house.ledger.handling.correct(act.id, right, "目的の訂正のため")
    assert [one for one in proof.rows(house) if "の後の" in one.sentence], (
        "it was late all the same"
    )


def test_what_was_entered_before_the_closing_and_is_corrected_after_it_was_in_time(
    house: House,
) -> None:
    house.clock.wait(60)
    began = house.ledger.now() - timedelta(minutes=30)
    made = house.ledger.handling.record(use(house, began, ended_at=house.ledger.now()))
    close(house)
    act = house.ledger.registers.need(HandlingEvent, made.ids[-1]).record
    house.ledger.handling.correct(act.id, replace(act, purpose="点検"), "目的の訂正のため")
    assert not [one for one in proof.rows(house) if "の後の" in one.sentence]


def test_an_extension_in_time_makes_it_a_day_of_the_contract(house: House) -> None:
    now = contract(house)
    assert now.ends_on is not None
    longer = replace(now, ends_on=now.ends_on + timedelta(days=90))
    house.ledger.registers.revise(longer, "変更契約による延長")
    house.clock.go_to(now.ends_on + timedelta(days=21), 9)
    assert said(house, use(house)) == []


def test_a_corrected_act_is_asked_again(house: House) -> None:
    after_the_end(house)
    made = house.ledger.handling.record(use(house), answers=Answers({EVERY: WHY}, later=True))
    act = next(
        one.record for one in house.ledger.registers.all(HandlingEvent, kind=K.USE)
        if one.record.id in made.ids
    )  # fmt: skip
    house.clock.wait(5)
    with pytest.raises(AzukariError, match="契約の期間"):
        house.ledger.handling.correct(act.id, replace(act, purpose="点検"), "目的の訂正のため")


def test_acts_of_older_ledgers_are_told(house: House) -> None:
    after_the_end(house)
    number = house.ledger.store.next_event_no(contract(house).id)
    act = use(house, id="8" * 32, event_no=number, timing=Timing.ACTUAL)
    house.ledger.commit([creating(act)])
    one = told(house)
    assert one is not None and "の外に行われています" in sentences(one)
    assert one.state == "done"

"""A day on which the contract's rules had to speak: planned, done all the same, agreed to, proved."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import main
from models.codes import FindingStatus, HandlingKind, Timing
from models.commands import Change
from models.errors import NeedsAnswer, Refused, RuleRefused
from models.records import Finding, HandlingEvent, HandlingLine, Item, RuleOverride
from models.rules.answers import NO_ANSWERS, Answers, SignIn
from tests.e2e.steps import (
    BOSS,
    WORKER,
    Day,
    backs_up,
    receives,
    restores,
    sits_down,
    verifies,
)
from tests.house import furnished

WHY = "担当者が急病で、指定のない人が照合を手伝ったため"


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with furnished(tmp_path, accounts=True, rules=True) as house:
        yield Day(house)


def helped_by_somebody(day: Day, item: Item) -> HandlingEvent:
    """Return a use by somebody who is not assigned to the contract."""
    return HandlingEvent(
        contract_id=day.story.contract.id,
        kind=HandlingKind.USE,
        purpose="急ぎの照合",
        occurred_at=day.house.clock(),
        ended_at=day.house.clock(),
        actor_person_id=day.story.people["officer"],
        place_from_id=day.story.places[1].id,
        lines=(HandlingLine(item_id=item.id, quantity=item.quantity),),
    )


def enters(day: Day, event: HandlingEvent, answers: Answers, second: SignIn | None) -> Change:
    handling = day.ledger.handling
    return day.ledger.rules.entering(
        lambda given: handling.record(event, answers=given), answers, second
    )


def at_the_same_desk(day: Day) -> SignIn:
    return SignIn(day.story.people["worker"], WORKER.login, WORKER.password)


def test_a_breach_from_the_plan_to_the_restored_proof(day: Day, tmp_path: Path) -> None:
    [item] = receives(day, 1)
    event = helped_by_somebody(day, item)
    tomorrow = day.house.clock() + timedelta(days=1)
    plan = replace(event, timing=Timing.PLANNED, occurred_at=tomorrow, ended_at=None)
    with pytest.raises(RuleRefused, match="第4条第1項"):
        enters(day, plan, NO_ANSWERS, None)

    with pytest.raises(NeedsAnswer) as asked:  # it happened all the same
        enters(day, event, NO_ANSWERS, None)
    assert asked.value.facts["needs_approval"]
    at_once = enters(day, event, Answers({"R-01": WHY}), at_the_same_desk(day))
    assert day.ledger.registers.need(HandlingEvent, at_once.ids[-1]).record.deviation

    again = helped_by_somebody(day, item)  # and once more, with nobody there
    enters(day, again, Answers({"R-01": WHY}, later=True), None)
    [waiting] = day.ledger.rules.waiting(day.story.contract.id)
    with pytest.raises(Refused, match="自分では認められません"):
        day.ledger.rules.approve([waiting.record.id])
    sits_down(day, WORKER)
    day.ledger.rules.approve([waiting.record.id])
    sits_down(day, BOSS)

    overrides = [one.record for one in day.ledger.registers.all(RuleOverride)]
    assert {one.approved_by for one in overrides} == {day.story.people["worker"]}
    findings = [one.record for one in day.ledger.registers.all(Finding)]
    assert [one.status for one in findings] == [FindingStatus.OPEN] * 2
    assert {one.finding_id for one in overrides} == {one.id for one in findings}
    backup = backs_up(day, tmp_path / "backup")
    restored = tmp_path / "restored"
    restores(day, backup["file"], restored)
    assert verifies(day, restored)["ok"]


def test_the_program_asks_the_rules() -> None:
    assert main.build_office().rules

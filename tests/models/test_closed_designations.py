"""Designating people and places under a closed contract: a reason, unless it serves what is left to do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.codes import AssignmentRole, AssignmentStatus, ContractStatus, PlaceStatus
from models.errors import NeedsAnswer
from models.records import Assignment, Contract, ContractPlace, RuleOverride
from models.rules.answers import Answers
from tests.ending import revise
from tests.house import House, furnished

WHY = Answers(reasons={"R-39": "残った記録の点検を手伝うため"})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="yachiyo", rules=True) as made:
        yield made


def close(house: House) -> date:
    """Close the contract and let a month pass; return the day of the closing."""
    ledger = house.ledger
    contract = ledger.registers.need(Contract, house.story.contract.id).record
    over = replace(
        contract, status=ContractStatus.CLOSED, completed_on=ledger.today(),
        retain_ledger_until=ledger.today() + timedelta(days=1800),
    )  # fmt: skip
    reasons = {"R-24": "資格の抹消は本日中に行うため"}
    ledger.registers.revise(over, "業務の完了", answers=Answers(reasons=reasons, later=True))
    closed = ledger.today()
    house.clock.wait(30 * 24 * 60)
    return closed


def designation(house: House, role: AssignmentRole, **changes: object) -> Assignment:
    return Assignment(
        contract_id=house.story.contract.id, person_id=house.story.people["administrator"],
        role=role, duties="点検", starts_on=house.ledger.today(),
        status=AssignmentStatus.ACTIVE, handles_specific_pi=False,
    ).with_changes(**changes)  # fmt: skip


def asked(house: House, record: Assignment | ContractPlace) -> list[str]:
    return [
        one.message
        for one in house.ledger.registers.examine(record)
        if one.rule_id == "R-39" and one.needs_reason
    ]


def test_who_is_designated_to_handle_under_a_closed_contract_is_asked_about(house: House) -> None:
    one = designation(house, AssignmentRole.WORKER)
    assert asked(house, one) == []
    closed = close(house)
    with pytest.raises(NeedsAnswer, match="終結した契約では新しい取扱いはできない"):
        house.ledger.registers.create(one)
    change = house.ledger.registers.create(one, answers=WHY)
    (kept,) = (
        stored.record
        for stored in house.ledger.registers.all(RuleOverride)
        if stored.record.record_ref == change.ids[0]
    )
    assert "R8.10.1" in kept.message and closed == date(2026, 10, 1)
    assert not kept.finding_id  # a reason, no breach


def test_somebody_responsible_is_needed_still_and_only_told(house: House) -> None:
    close(house)
    change = house.ledger.registers.create(designation(house, AssignmentRole.WORK_SUPERVISOR))
    assert [one for one in change.notices if "終結の後に残ること" in one]


def test_days_before_the_closing_are_entered_late_as_always(house: House) -> None:
    closed = close(house)
    late = designation(
        house, AssignmentRole.WORKER, starts_on=closed - timedelta(days=5), ends_on=closed,
        end_reason="業務の完了",
    )  # fmt: skip
    assert asked(house, late) == []
    assert asked(house, late.with_changes(ends_on=closed + timedelta(days=1)))


def test_ending_what_stood_is_not_asked_about_and_prolonging_it_is(house: House) -> None:
    close(house)
    one = next(
        stored.record
        for stored in house.ledger.registers.all(Assignment)
        if stored.record.role is AssignmentRole.WORKER
    )
    ended = one.with_changes(
        ends_on=house.ledger.today(), end_reason="異動", status=AssignmentStatus.ENDED
    )
    revise(house, ended, "異動したため")
    again = ended.with_changes(ends_on=None, end_reason="", status=AssignmentStatus.ACTIVE)
    assert asked(house, again)


def test_a_place_is_asked_about_as_well(house: House) -> None:
    close(house)
    stood = house.ledger.registers.all(ContractPlace)[0].record
    new = replace(stood, id="", use_from=house.ledger.today(), status=PlaceStatus.ACTIVE)
    assert ["場所を指定する理由" in one for one in asked(house, new)] == [True]
    assert asked(house, stood) == []

"""What waits for the responsible person waits in calendar and clause alike, also after the end."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models import former_terms
from models.calendar import calendar
from models.codes import AssignmentRole, AssignmentStatus, ContractStatus
from models.evidence import evidence
from models.records import Assignment, Contract, HandlingEvent
from models.supervising import LATE_QUERY, TERM
from tests import proof
from tests.ending import revise
from tests.house import House, furnished
from tests.models.test_former_terms import given

RESPONSIBLE = (AssignmentRole.INFO_MANAGER, AssignmentRole.WORK_SUPERVISOR)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba", days=2) as made:
        acts = made.ledger.registers.all(HandlingEvent)
        assert {one.record.actor_person_id for one in acts} > {made.story.people["supervisor"]}
        made.clock.wait(14 * 24 * 60)
        yield made


def told(house: House) -> str:
    """Return how many acts the calendar says wait."""
    contract = house.story.contract.id
    return "".join(one.about for one in calendar(house.ledger, contract) if one.code == "K-37")


def asked(house: House) -> int:
    """Return how many acts a clause asks for."""
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    found = [
        rows
        for clause in evidence(house.ledger, contract)
        for name, rows in clause.evidence
        if name == "EQ-SUPERVISE"
    ]
    assert found
    return len(found[0])


def close(house: House) -> None:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    over = replace(
        contract, status=ContractStatus.CLOSED, completed_on=house.ledger.today() - timedelta(1)
    )
    revise(house, over, "業務の完了")


def test_closing_a_contract_takes_no_confirmation_off_the_calendar(house: House) -> None:
    waiting = asked(house)
    assert waiting and told(house) == f"確認を待つ取扱記録{waiting}件"
    close(house)
    assert asked(house) == waiting
    assert told(house) == f"確認を待つ取扱記録{waiting}件"
    house.story.confirm_all()
    assert (asked(house), told(house)) == (0, "")


def test_who_was_responsible_then_is_not_asked_about_after_his_time(house: House) -> None:
    waiting = asked(house)
    for one in house.ledger.registers.all(Assignment):
        if one.record.role in RESPONSIBLE:
            ended = replace(
                one.record, status=AssignmentStatus.ENDED, end_reason="業務の完了",
                ends_on=house.ledger.today() - timedelta(1),
            )  # fmt: skip
            revise(house, ended, "業務の完了")
    assert asked(house) == waiting
    assert told(house) == f"確認を待つ取扱記録{waiting}件"


def test_more_days_that_are_entered_afterwards_do_not_take_it_back(house: House) -> None:
    house.story.confirm_all()
    [late] = set(proof.sentences(house, LATE_QUERY))
    given(house, 300, term=f"timing.{TERM}")
    [kept] = set(proof.sentences(house, former_terms.QUERY))
    assert kept.startswith(late) and not proof.sentences(house, LATE_QUERY)

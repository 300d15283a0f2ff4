"""A contract from its empty first day to the last day of a helper: each thing is asked for once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import AssignmentRole as R
from models.codes import AssignmentStatus, ContractStatus, SubmissionMeans
from models.errors import NeedsAnswer
from models.evidence import evidence
from models.records import Assignment, Contract, Finding, RuleOverride
from models.rules.answers import EVERY, Answers
from tests.house import House, furnished
from ui.issue import IssueRequest, issue
from ui.seal_part import make_seal

FIRST, TOLD, LAST, AFTER = (date(2026, 11, day) for day in (2, 4, 20, 24))
WHY = "急ぎの受付のため、届出より先に従事を始めた"
CLAUSES = {"shiki": ("SK-4.1", "SK-4.2"), "confidentiality-model": ("CM-9.1",)}


@pytest.fixture(params=CLAUSES)
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param, rules=True, accounts=True) as made:
        make_seal(made.ledger)
        made.clock.go_to(date(2026, 10, 26), 9)
        yield made


def new_contract(house: House) -> Contract:
    known = house.ledger.registers.need(Contract, house.story.contract.id).record
    new = replace(
        known, id="", contract_no="2026-002", title="臨時の受付", signed_on=house.ledger.today(),
        starts_on=FIRST, work_start_on=FIRST, status=ContractStatus.PREPARING,
    )  # fmt: skip
    made = house.ledger.registers.create(new).ids
    return next(x.record for x in house.ledger.registers.all(Contract) if x.record.id in made)


def asked_for(house: House, contract: Contract) -> list[str]:
    """Return what the calendar asks for about people."""
    dates = calendar(house.ledger, contract.id)
    return [one.what for one in dates if one.code in ("K-02", "K-03")]


def states(house: House, contract: Contract) -> set[str]:
    wanted = CLAUSES[contract.profile_code]
    return {one.state for one in evidence(house.ledger, contract) if one.key in wanted}


def designate(
    house: House, contract: Contract, who: str, role: R, answers: Answers | None = None,
    last: date | None = None,
) -> str:  # fmt: skip
    one = Assignment(
        contract_id=contract.id, person_id=house.story.people[who], role=role, duties="受付",
        handles_specific_pi=False, starts_on=FIRST, ends_on=last,
        end_reason="繁忙期の終わり" if last else "", status=AssignmentStatus.ACTIVE,
    )  # fmt: skip
    made = house.ledger.registers.create(one, answers=answers).ids
    return next(x.record.id for x in house.ledger.registers.all(Assignment) if x.record.id in made)


def link(house: House, id_: str, paper: str) -> None:
    one = house.ledger.registers.need(Assignment, id_).record
    house.ledger.registers.revise(replace(one, notice_submission_id=paper), "届出に結び付けるため")


def test_a_helper_who_began_too_early_is_asked_about_once_and_told_with_the_last_day(
    house: House,
) -> None:
    contract = new_contract(house)
    assert len(asked_for(house, contract)) == 1 and states(house, contract) == {"due"}
    house.clock.go_to(FIRST, 9)
    assert len(asked_for(house, contract)) == 1 and states(house, contract) == {"action"}
    with pytest.raises(NeedsAnswer):
        designate(house, contract, "supervisor", R.WORK_SUPERVISOR)
    answers = Answers({EVERY: WHY}, later=True)
    people = [
        designate(house, contract, "supervisor", R.WORK_SUPERVISOR, answers),
        designate(house, contract, "worker2", R.WORKER, answers, LAST),
    ]
    assert states(house, contract) == {"broken"}
    assert not any("指定と" in one or "（終了）" in one for one in asked_for(house, contract))

    house.clock.go_to(TOLD, 9)
    paper = issue(house.ledger, IssueRequest("D-03", contract.id)).ids[-1]
    house.ledger.paper.submit(paper, on=TOLD, means=SubmissionMeans.HAND)
    for one in people:
        link(house, one, paper)
    assert asked_for(house, contract) == []
    assert len(house.ledger.registers.all(RuleOverride)) == 2
    assert states(house, contract) == {"broken"}  # until each finding is put right and verified
    assert len(house.ledger.registers.all(Finding)) == 2

    house.clock.go_to(AFTER, 9)
    ended = house.ledger.registers.need(Assignment, people[1]).record
    house.ledger.registers.revise(replace(ended, status=AssignmentStatus.ENDED), "従事を終えたため")
    assert len(house.ledger.registers.all(Finding)) == 2  # its end was told
    [left] = asked_for(house, contract)
    assert "従事者の指定と" in left  # nobody does the work any more

"""A notice that was handed in: whom it told of in time is linked to it, the late stay to be asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.codes import AccessLevel, AssignmentStatus, PlaceStatus, Role, SubmissionMeans
from models.inquiry import Inquiry
from models.records import Assignment, ContractPlace, Person
from models.scope import rights_of
from tests.house import House, furnished
from ui.issue import IssueRequest, issue
from ui.seal_part import make_seal

TODAY, LATER = date(2026, 10, 1), date(2026, 10, 15)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True) as made:
        make_seal(made.ledger)
        yield made


def newcomer(house: House, **changes: object) -> str:
    """Enter somebody who shall begin in two weeks."""
    base = house.ledger.registers.all(Assignment)[1].record
    values: dict[str, object] = {
        "id": "", "person_id": house.story.people["administrator"], "starts_on": LATER,
        "notice_submission_id": "", "status": AssignmentStatus.PLANNED, **changes,
    }  # fmt: skip
    return house.ledger.registers.create(base.with_changes(**values)).ids[-1]


def hand_in(house: House, kind: str, *ids: str) -> str:
    made = issue(house.ledger, IssueRequest(kind, house.story.contract.id, ids)).ids[-1]
    house.ledger.paper.submit(made, on=TODAY, means=SubmissionMeans.HAND)
    return made


def test_who_was_told_of_in_time_is_notified_by_the_paper(house: House) -> None:
    old = house.ledger.registers.all(Assignment)[0].record
    who = newcomer(house)
    paper = hand_in(house, "D-03")
    told = house.ledger.registers.need(Assignment, who).record
    assert (told.status, told.notice_submission_id) == (AssignmentStatus.NOTIFIED, paper)
    assert house.ledger.registers.need(Assignment, old.id).record == old


def test_who_was_told_of_may_enter_from_then_on_and_works_from_the_first_day(house: House) -> None:
    ledger = house.ledger
    known = ledger.registers.need(Person, house.story.people["worker"]).record
    person = ledger.registers.create(replace(known, id="", name="見本　新子")).ids[0]
    who = newcomer(house, person_id=person)
    account = ledger.people.add_account(
        person, login="shinjin", role=Role.WORKER,
        password="はじめてのひとのながいあいことば", valid_until=date(2027, 9, 30),
        chosen_by_self=True,
    ).ids[0]  # fmt: skip
    assert rights_of(ledger.store, account) == {}
    hand_in(house, "D-03")
    assert rights_of(ledger.store, account) == {house.story.contract.id: AccessLevel.RECORD}
    for day, works in ((date(2026, 10, 14), False), (LATER, True)):
        house.clock.go_to(day, 9, 0)
        asked = Inquiry(ledger, house.story.contract)
        assert (who in {one.id for one in asked.active}) is works


def test_who_did_not_stand_on_the_paper_is_not(house: House) -> None:
    first, second = newcomer(house), newcomer(house, person_id=house.story.people["officer"])
    hand_in(house, "D-03", first)
    assert house.ledger.registers.need(Assignment, second).record.notice_submission_id == ""


def test_who_had_begun_before_is_left_to_a_person(house: House) -> None:
    late = newcomer(house, starts_on=date(2026, 9, 30))
    hand_in(house, "D-03")
    assert house.ledger.registers.need(Assignment, late).record.notice_submission_id == ""


def test_a_place_is_announced_by_the_paper(house: House) -> None:
    base = house.ledger.registers.all(ContractPlace)[0].record
    planned = replace(
        base, id="", use_from=LATER, notice_submission_id="", status=PlaceStatus.PLANNED
    )
    where = house.ledger.registers.create(planned).ids[-1]
    paper = hand_in(house, "D-04")
    told = house.ledger.registers.need(ContractPlace, where).record
    assert (told.status, told.notice_submission_id) == (PlaceStatus.NOTIFIED, paper)


def test_another_paper_links_nobody(house: House) -> None:
    who = newcomer(house)
    hand_in(house, "D-02")
    assert house.ledger.registers.need(Assignment, who).record.notice_submission_id == ""

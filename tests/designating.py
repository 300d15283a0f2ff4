"""People and places that are designated, and the notices by which the client is told of them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from models.codes import AssignmentRole, AssignmentStatus, PlaceStatus, PlaceUse, SubmissionMeans
from models.records import Assignment, ContractPlace, Person, Place, Submission
from models.rules.answers import Answers
from tests.house import House
from ui.issue import IssueRequest, issue

DAY = timedelta(days=1)


def go_to(house: House, day: date) -> None:
    house.clock.wait(24 * 60 * (day - house.ledger.today()).days)


# --- who and what is there -----------------------------------------------------------------------


def worker(house: House) -> Assignment:
    person = house.story.people["worker"]
    return house.ledger.registers.all(Assignment, person_id=person)[0].record


def store_room(house: House) -> ContractPlace:
    place = house.story.places[2].id
    return house.ledger.registers.all(ContractPlace, place_id=place)[0].record


# --- who and what comes --------------------------------------------------------------------------


def joiner(
    house: House, status: AssignmentStatus, day: date, answers: Answers | None = None
) -> Assignment:
    """Designate somebody new, of whom the client was not told."""
    registers = house.ledger.registers
    [known, *_] = registers.all(Assignment, person_id=house.story.people["worker2"])
    person = registers.need(Person, known.record.person_id).record
    new = registers.create(replace(person, id="", name="新人　一郎")).ids[-1]
    one = replace(
        known.record, id="", person_id=new, notice_submission_id="", starts_on=day, status=status
    )
    made = registers.create(one, answers=answers).ids
    return next(x.record for x in registers.all(Assignment) if x.record.id in made)


def room(
    house: House, status: PlaceStatus, day: date, answers: Answers | None = None
) -> ContractPlace:
    """Register a new place of the contract, of which the client was not told."""
    registers = house.ledger.registers
    [known, *_] = registers.all(ContractPlace)
    place = registers.need(Place, known.record.place_id).record
    new = registers.create(replace(place, id="", name="第6室")).ids[-1]
    one = replace(
        known.record, id="", place_id=new, notice_submission_id="", authorization_id="",
        use_as=(PlaceUse.WORK,), use_from=day, status=status,
    )  # fmt: skip
    made = registers.create(one, answers=answers).ids
    return next(x.record for x in registers.all(ContractPlace) if x.record.id in made)


def coming_checker(house: House, **fields: Any) -> Assignment:
    """Plan that the worker checks, too, from tomorrow on; of that the client was not told."""
    made = replace(
        worker(house), id="", notice_submission_id="", role=AssignmentRole.CHECKER,
        status=AssignmentStatus.PLANNED, starts_on=house.ledger.today() + DAY, **fields,
    )  # fmt: skip
    id_ = house.ledger.registers.create(made).ids[-1]
    return house.ledger.registers.need(Assignment, id_).record


# --- what the client is told ---------------------------------------------------------------------


def hand_in(house: House, kind: str, *, change: bool = False, on: date | None = None) -> str:
    """Seal a notice, or one of changes, and hand it in; return its id."""
    return handed_in(house, kind, change=change, on=on)[0]


def handed_in(
    house: House, kind: str, *, change: bool = True, on: date | None = None
) -> tuple[str, tuple[str, ...]]:
    """Do the same; return the id and what was said."""
    request = IssueRequest(kind, house.story.contract.id, options={"change": change})
    made = issue(house.ledger, request).ids[-1]
    day = on or house.ledger.today()
    said = house.ledger.paper.submit(made, on=day, means=SubmissionMeans.HAND)
    return made, said.notices


def lines_of(house: House, paper: str) -> list[dict[str, str]]:
    """Return the lines that a sealed notice holds."""
    content: Any = house.ledger.registers.need(Submission, paper).record.content
    return list(content["lines"])

"""People and places that are designated, and the notices by which the client is told of them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from models.calendar import calendar
from models.codes import AssignmentRole, AssignmentStatus, PlaceStatus, PlaceUse, SubmissionMeans
from models.commands import Change
from models.nobody_named import offices, vacant
from models.records import Assignment, ContractPlace, Person, Place, Record, Submission
from models.rules.answers import EVERY, Answers
from tests import proof
from tests.house import House, furnished
from ui.issue import IssueRequest, issue
from ui.seal_part import make_seal

DAY = timedelta(days=1)
WHY = "退職の申出があったため"
ANSWERS = Answers(reasons={EVERY: "急な退職で前もって届け出られなかった"}, later=True)


def opened(folder: Path, profile: str) -> AbstractContextManager[House]:
    """Furnish a house in which three days were worked and the rules are on."""
    return furnished(folder, profile=profile, days=3, rules=True)


@contextmanager
def with_a_seal(folder: Path, profile: str = "shiki") -> Iterator[House]:
    with opened(folder, profile) as house:
        make_seal(house.ledger)
        house.clock.wait(60)
        yield house


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


def revise(house: House, record: Record, answers: Answers | None = None, **fields: Any) -> Change:
    changed = record.with_changes(**fields)
    return house.ledger.registers.revise(changed, WHY, answers=answers)


def leaving(house: House, day: date, **fields: Any) -> None:
    revise(house, worker(house), ends_on=day, end_reason="退職", **fields)


def waiting(house: House) -> list[str]:
    """Return what the calendar wants to be told of ends."""
    return [one.what for one in calendar(house.ledger) if "（終了）" in one.what]


def left_firm(house: House, day: date) -> None:
    one = house.ledger.registers.need(Person, house.story.people["worker"]).record
    house.ledger.registers.revise(one.with_changes(left_on=day), "退職の届を受けたため")


def told(house: House, query: str) -> list[str]:
    """Return what a query finds that is broken or waits, once each."""
    rows = proof.rows(house, query)
    return list(dict.fromkeys(row.sentence for row in rows if row.severity in ("broken", "action")))


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


def designate_offices(house: House) -> None:
    """Let the responsible person hold what the text wants held and nobody holds."""
    asked = house.ledger.inquiries.of(house.story.contract.id)
    for role in [role for one in offices(asked) for role in vacant(asked, one.roles)]:
        held = Assignment(
            contract_id=asked.contract.id, person_id=house.story.people["supervisor"], role=role,
            duties="管理", starts_on=asked.contract.work_start_on, status=AssignmentStatus.ACTIVE,
            handles_specific_pi=False,
        )  # fmt: skip
        house.ledger.registers.create(held)

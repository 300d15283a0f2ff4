"""What the items of the calendar share: a date with what it is about, and who answers for it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import takewhile

from models.agreed import terms
from models.codes import AssignmentStatus
from models.inquiry import Inquiry
from models.paper_about import papered
from models.profile_reader import Cycle
from models.profiles import Clause
from models.records import (
    Assignment,
    ContractPlace,
    Person,
    Place,
    Record,
    Submission,
)
from models.rules.standing import has_left, is_submitted
from models.rules.told_days import Designation, first_of, last_of
from models.rules.told_late import unlinked_notice
from models.supervising import RESPONSIBLE
from models.workdays import add_months, after, day_before


@dataclass(frozen=True, slots=True)
class Due:
    """One date.

    Attributes:
        code: which item of the calendar it is (K-nn), "" for a date that a person entered.
        what: what is to be done, in the contract's words.
        about: whom or what it concerns.
        due_on: the last day; None while nobody has fixed the cycle.
        person_id: who it concerns, else who answers for it.
        clause: the article that asks for it, as it is cited.
        type, id: the record to which it leads; without id the register in which one is missing or
            the page where it is done. `CLAUSE` and `ACCESS` lead to what is no record.
    """

    code: str
    what: str
    about: str
    due_on: date | None
    type: str
    id: str
    contract_id: str = ""
    person_id: str = ""
    clause: str = ""
    due_at: datetime | None = None


Item = Callable[[Inquiry], Iterator[Due]]
CLAUSE = "clause"
"""Leads to a clause of a contract: the ids of both, with a blank between."""
ACCESS = "access_log"
"""Leads to a month of the access log, named by its first day."""
TO_LINK = "の結び付け"
_TYPES: Mapping[str, type[Designation]] = {one.type: one for one in (Assignment, ContractPlace)}


def due(
    asked: Inquiry,
    code: str,
    what: str,
    about: str,
    day: date | None,
    record: Record,
    *,
    proof: str = "",
    paper: str = "",
    person_id: str = "",
    due_at: datetime | None = None,
) -> Due:
    """Return one date of a contract.

    Args:
        proof: the evidence query that looks at the same thing; it names the clause.
        paper: that is due, where a clause names it.
        person_id: whom it concerns; the responsible person if left out.
    """
    return Due(
        code, what, about, day, record.type, record.id, asked.contract.id,
        person_id or responsible(asked), article(asked, proof, paper), due_at,
    )  # fmt: skip


def due_for(
    asked: Inquiry, code: str, what: str, one: Assignment, day: date | None, proof: str,
    record: Record | None = None,
) -> Due:  # fmt: skip
    """Return one date about somebody who works on a contract.

    Args:
        record: to which it leads; the designation if left out.
    """
    name = asked.name(one.person_id) if one.person_id else one.unit_name
    return due(
        asked, code, what, name, day, one if record is None else record,
        proof=proof, person_id=one.person_id,
    )  # fmt: skip


def due_told(asked: Inquiry, code: str, what: str, one: Designation, day: date) -> Due:
    """Return one date by which the client is told of somebody, or of a place."""
    if isinstance(one, Assignment):
        found = due_for(asked, code, what, one, day, "EQ-STAFF")
        return replace(found, about=f"{_role_beside(asked, one)}{found.about}")
    place = asked.books.find(Place, one.place_id)
    return due(asked, code, what, place.caption() if place else "", day, one, proof="EQ-PLACE")


def _role_beside(asked: Inquiry, one: Assignment) -> str:
    """Say in which role somebody is meant who is designated in others, too; "" for nobody else."""
    others = (
        other.role
        for other in asked.all(Assignment)
        if one.person_id
        and other.person_id == one.person_id
        and other.status is not AssignmentStatus.CANCELLED
    )
    return f"{asked.profile.role_word(one.role)}の" if one.role and {*others} - {one.role} else ""


def unset(asked: Inquiry, code: str, cycle: str, proof: str) -> Due:
    """Return what stands while the parties have not fixed a cycle, and where to enter it."""
    where = "「条項と証拠」の「周期を決める」で登録します"
    found = due(asked, code, f"{cycle}を決める", where, None, asked.contract, proof=proof)
    for key in asked.applied(asked.asking(proof))[:1]:
        found = replace(found, type=CLAUSE, id=f"{asked.contract.id} {key}")
    return found


def article(asked: Inquiry, proof: str, paper: str = "") -> str:
    """Return the articles of the text that an evidence query proves.

    Where it serves many of them, none is named: which one is meant depends on the case.
    """
    return cited(papered(asked, proof, paper)) if proof else ""


def cited(clauses: Iterable[Clause]) -> str:
    """Return the articles of clauses, those that only explain left out; "" for more than two."""
    found = [clause.article for clause in clauses if not clause.support]
    return "・".join(found) if len(found) <= 2 else ""


def responsible(asked: Inquiry) -> str:
    """Return the person who answers for the contract, "" while nobody does."""
    return next((one.person_id for one in asked.active if one.role in RESPONSIBLE), "")


def working(asked: Inquiry) -> list[Assignment]:
    """Return the persons who work on the contract or are about to."""
    coming = (AssignmentStatus.PLANNED, AssignmentStatus.NOTIFIED, AssignmentStatus.ACTIVE)
    return [
        one
        for one in asked.all(Assignment)
        if one.person_id
        and one.status in coming
        and (one.ends_on is None or one.ends_on >= asked.today)
        and not has_left(one.person_id, asked.today, asked.books)
    ]


def to_be_told(asked: Inquiry, one: Designation, title: str) -> tuple[str, date]:
    """Return what is still to be done that the client is told of a designation, and until when.

    Where he was told by a notice that nobody linked, because it came late, only the link is missing.
    """
    begins, paper = first_of(one), unlinked_notice(asked.case(one), one)
    assert begins is not None
    if paper is None or paper.submitted_on is None:
        return f"「{title}」の提出", day_before(begins)
    return f"「{paper.title}」（{paper.doc_no}）{TO_LINK}", paper.submitted_on


def waits_for_link(asked: Inquiry, one: Due) -> Submission | None:
    """Return the notice that a date only wants to be linked to a designation, None for other dates."""
    designation = asked.books.find(_TYPES[one.type], one.id) if one.type in _TYPES else None
    if designation is None:
        return None
    paper = unlinked_notice(asked.case(designation), designation)
    return (
        paper if paper is not None and one.what.endswith(f"（{paper.doc_no}）{TO_LINK}") else None
    )


def still_to_tell(asked: Inquiry, item: Item) -> set[str]:
    """Return the designations of which the client was told nothing yet, by the item that asks for it."""
    waiting = (asked.books.find(_TYPES[one.type], one.id) for one in item(asked))
    return {
        one.id
        for one in waiting
        if one is not None and unlinked_notice(asked.case(one), one) is None
    }


def told_otherwise(
    end: date | None, start: date | None, begins: date | None
) -> Iterator[tuple[date, str]]:
    """Yield by which day a notice of changes tells what the client was told otherwise, and of what.

    Args:
        end: that was told and taken back.
        start: first day that was told, where `begins` is another.
    """
    if end is not None:
        yield end, "終了の取消し"
    if start is not None and begins is not None:
        yield min(start, begins), "開始日の変更"


def told_by_day(asked: Inquiry, one: Designation, day: date) -> date:
    """Return by when the client is told that a day which he knows is another one now.

    That is before it; where it had passed when it was changed, promptly after that.
    """
    changed = _changed_on(asked, one)
    if day > changed:
        return day_before(day)
    return after(changed, terms(asked).days("prompt_red_business_days"))


def _changed_on(asked: Inquiry, one: Designation) -> date:
    """Return since when a designation begins and ends on the days on which it does now."""
    person = asked.books.find(Person, one.person_id) if isinstance(one, Assignment) else None
    known = [[(v.day, (first_of(v.record), last_of(v.record))) for v in asked.books.entered(one)]]
    known += [[(v.day, v.record.left_on) for v in asked.books.entered(person)]] if person else []
    return max(_since(past) for past in known if past)


def _since(past: Sequence[tuple[date, object]]) -> date:
    same = takewhile(lambda one: one[1] == past[-1][1], reversed(past))
    return min(day for day, _ in same)


def handed_in(asked: Inquiry, kind: str) -> list[Submission]:
    """Return the papers of a kind that the client has."""
    return [one for one in asked.all(Submission) if one.doc_kind == kind and is_submitted(one)]


def latest(days: Iterable[date], today: date) -> date | None:
    """Return the last of these days that is not ahead, None when there is none.

    What was entered while the clock ran ahead tells nobody when it was done: until its day comes it
    would put off all that comes round.
    """
    return max((day for day in days if day <= today), default=None)


def later(day: date, cycle: Cycle) -> date:
    """Return the day on which a cycle that began on `day` has passed."""
    return add_months(day, cycle.months) + timedelta(days=cycle.days)

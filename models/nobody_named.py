"""A contract at work under which nobody is designated, or no place: what is empty proves nothing.

Where the text wants people and places told to the client, or allowed by him, its clauses stood as
fulfilled on the first day, because there was nobody of whom anything could be missing. What is
cancelled or over designates nobody, and neither does a role that the clause does not name. Calendar
and clauses ask here.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from models.at_closing import AtClosing
from models.calendar_frame import Due, Item, due, handed_in
from models.codes import AssignmentRole, AssignmentStatus, ContractStatus
from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.records import Assignment, ContractPlace
from models.rules.standing import has_left
from models.rules.told_days import OVER, Designation, last_of
from models.workdays import day_before

AT_WORK = (ContractStatus.PREPARING, ContractStatus.ACTIVE)
TOLD = ("notify", "report")
NAMED = {
    AssignmentRole.WORK_SUPERVISOR: "responsible_person",
    AssignmentRole.WORKER: "worker",
}
"""Whom the notice names (SK-4.1, CM-9.1), each with the concept of the text."""
NOBODY = "{who}が、一人も指定されていません。「従事者等の指定」に登録してください。"
NO_PLACE = "{place}が、一つも指定されていません。「契約別の場所」に登録してください。"
DESIGNATE = "{what}の指定と「{title}」の提出"


def no_people(asked: Inquiry) -> Iterator[Row]:
    """Say of which role that the client is to be told nobody is (SK-4.1, CM-9.1)."""
    if who := _nobody(asked):
        yield _asked_for(asked, NOBODY.format(who=who))


def no_places(asked: Inquiry) -> Iterator[Row]:
    """Say that no place is the contract's, where it is told or allowed first (SK-5.1, CM-5.3, FK-3)."""
    if place := _nowhere(asked):
        yield _asked_for(asked, NO_PLACE.format(place=place))


def k02_nobody(asked: Inquiry) -> Iterator[Due]:
    """K-02: somebody is designated, and the client told, before the work begins."""
    if who := _nobody(asked):
        last = _last_day(asked, [one for one in asked.all(Assignment) if one.role in NAMED])
        yield _due(asked, "K-02", "D-03", who, last, Assignment)


def k04_nowhere(asked: Inquiry) -> Iterator[Due]:
    """K-04: a place is designated, and told or allowed, before the work begins."""
    if place := _nowhere(asked):
        last = _last_day(asked, [one for one in asked.all(ContractPlace) if is_meant(asked, one)])
        yield _due(asked, "K-04", "D-04", place, last, ContractPlace)


def _nobody(asked: Inquiry) -> str:
    """Return the roles in which nobody is or is to be, in the words of the text."""
    if not names_people(asked) or not _is_at_work(asked):
        return ""
    held = {one.role for one in asked.all(Assignment) if _stands(asked, one)}
    return "・".join(word_for(asked, role) for role in NAMED if role not in held)


def names_people(asked: Inquiry) -> bool:
    """Tell whether the text wants to be told who works."""
    return asked.profile.params.staff_notice.regime in TOLD


def names_places(asked: Inquiry) -> bool:
    """Tell whether the text wants to be told of each place, or allows it."""
    regime = asked.profile.params.place_notice
    return regime.regime != "none" and not regime.onsite_by_default


def word_for(asked: Inquiry, role: AssignmentRole) -> str:
    """Return what the text calls a role, else what everybody does."""
    return asked.profile.own_word(NAMED.get(role, "")) or role.label


def _nowhere(asked: Inquiry) -> str:
    if not names_places(asked) or not _is_at_work(asked):
        return ""
    used = (one for one in asked.all(ContractPlace) if is_meant(asked, one))
    return "" if any(_stands(asked, one) for one in used) else asked.profile.term("work_place")


def _is_at_work(asked: Inquiry) -> bool:
    """Tell whether work is to come or goes on: on its last day people and places are ended.

    Of a closed contract it is asked who ever was there.
    """
    one, last = asked.contract, asked.ends_on
    if isinstance(asked, AtClosing):
        return one.work_start_on is not None
    over = last is not None and last <= asked.today
    return one.work_start_on is not None and one.status in AT_WORK and not over


def is_meant(asked: Inquiry, one: ContractPlace) -> bool:
    """Tell whether a place is used as those are of which the client is told."""
    return bool(set(one.use_as) & set(asked.profile.params.place_notice.uses))


def _stands(asked: Inquiry, one: Designation) -> bool:
    """Tell whether it designates somebody, or a place, today or for a day to come."""
    if isinstance(asked, AtClosing):
        return one.status is not AssignmentStatus.CANCELLED
    last = last_of(one)
    if one.status in OVER:  # whoever leaves is ended as soon as that is known
        leaves = one.status is not AssignmentStatus.CANCELLED
        return leaves and last is not None and asked.today < last
    gone = isinstance(one, Assignment) and has_left(one.person_id, asked.today, asked.books)
    return not gone and (last is None or asked.today <= last)


def _last_day(asked: Inquiry, past: Sequence[Designation]) -> date | None:
    """Return the last day on which somebody was designated, None when nobody ever was."""
    ended = [one for one in past if one.status is not AssignmentStatus.CANCELLED]
    days = [day for one in ended if (day := last_of(one)) is not None and day < asked.today]
    return max(days, default=None)


def _due(
    asked: Inquiry, code: str, paper: str, who: str, last: date | None, cls: type[Designation]
) -> Due:
    """Return the date by which somebody, or a place, is to stand in a register that lacks it."""
    start = asked.contract.work_start_on
    assert start is not None
    day = max(day_before(start), last or date.min)
    form = asked.profile.document(paper)
    changes = start < asked.today and handed_in(asked, paper)  # as for whoever comes after it
    title = form.title_of_change if changes else form.title
    what = DESIGNATE.format(what=who, title=title)
    proof = "EQ-STAFF" if cls is Assignment else "EQ-PLACE"
    return due(asked, code, what, "", day, cls(), proof=proof)


def _asked_for(asked: Inquiry, words: str) -> Row:
    start = asked.contract.work_start_on
    assert start is not None
    return row(asked.contract, words, "action" if start <= asked.today else "due")


ITEMS: tuple[tuple[str, Item], ...] = (("K-02", k02_nobody), ("K-04", k04_nowhere))

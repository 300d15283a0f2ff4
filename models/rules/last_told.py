"""That somebody leaves, or a place is given up, is told before it happens (SK-4.2, SK-5.2, CM-5.3, CM-9.1).

The first notice tells who works and where, not that it ends: only a notice of changes does. One made
here says 「終了」 and the day in its lines; of one made elsewhere the ledger knows the day of the change.
"""

from collections.abc import Iterable, Mapping, Set
from datetime import date
from typing import Any

from models.codes import AssignmentStatus, PlaceStatus
from models.records import Assignment, Contract, ContractPlace, Person, Place, Record, Submission
from models.rules.books import Books
from models.rules.case import Case
from models.rules.standing import PLACES, STAFF, is_submitted
from models.text import search_key
from models.wareki import format_short

END = "終了"
UNDATED = "{what}を「終了」にしましたが、「{field}」がありません。{field}を入れ、「{title}」を提出してください。"
UNTOLD = (
    "{what}（{day}）について、前もって提出した「{title}」が記録されていません。提出し、台帳の外で作成したときは"
    "「効力日」に{day}を入れて登録してください。"
)
LATE = "{what}（{day}）の「{title}」は、その日より後の{handed_in}に提出されています。"


EXCHANGED = (
    "届け出た「{record}」の「{fields}」を変えています。変わるときは、この記録を終了し、新しい「{record}」を"
    "登録して、その前に変更届を提出してください。登録の誤りを直すときは、そのことを理由に残してください。"
)
TOLD_OF: Mapping[type[Record], tuple[str, ...]] = {
    Assignment: ("person_id", "unit_name", "role"),
    ContractPlace: ("place_id", "use_as"),
}
"""What a notice says of a designation that cannot become another without a notice of changes."""


def last_day(one: Assignment, books: Books) -> date | None:
    """Return the last day of a designation: its own, or that on which the person left before it."""
    return min(_last_days(one, books), default=None)


def _last_days(one: Assignment, books: Books) -> set[date]:
    person = books.find(Person, one.person_id)
    both = (one.ends_on, person.left_on if person else None)
    return {day for day in both if day is not None}


def untold_leaving(case: Case, one: Assignment) -> str:
    """Say that somebody left and the client was not told before, "" while nothing is wrong."""
    day = last_day(one, case.books)
    ended = one.status is AssignmentStatus.ENDED
    works = ended or one.status in (AssignmentStatus.ACTIVE, AssignmentStatus.NOTIFIED)
    if not case.params.staff_notice.changes_before or not works or not _is_over(case, day, ended):
        return ""
    name = case.name(one.person_id) if one.person_id else one.unit_name
    role = one.role.label if one.role else ""
    said = {"what": f"{name}の「{role}」の従事の終了", "field": "従事終了日"}
    return _untold(case, STAFF, day, said, leaving_papers(case, one))


def untold_giving_up(case: Case, one: ContractPlace) -> str:
    """Say that a place was given up and the client was not told before, "" while nothing is wrong."""
    regime = case.params.place_notice
    ended = one.status is PlaceStatus.ENDED
    used = ended or one.status is not PlaceStatus.PLANNED
    told = regime.regime == "notify" and regime.changes_before
    if not told or not used or not _is_over(case, one.use_to, ended):
        return ""
    place = case.place(one.place_id)
    said = {"what": f"「{place.name if place else ''}」の使用の終了", "field": "使用終了日"}
    return _untold(case, PLACES, one.use_to, said, giving_up_papers(case, one))


def untold_exchange(case: Case, one: Assignment | ContractPlace) -> str:
    """Say that a designation of which the client was told is about something else now, "" if not.

    Who has another role, or works in somebody's place, is a designation of his own, with a first day
    that a notice can come before; so is another place.
    """
    changes = case.params.staff_notice.changes_before
    if isinstance(one, ContractPlace):
        regime = case.params.place_notice
        changes = regime.regime == "notify" and regime.changes_before
    if not changes or not one.notice_submission_id:
        return ""
    past = case.books.entered(one)
    told = [v.record for v in past if v.record.notice_submission_id == one.notice_submission_id]
    before = told[0] if told else one
    changed = [f for f in TOLD_OF[type(one)] if getattr(before, f) != getattr(one, f)]
    if not changed:
        return ""
    labels = "」「".join(type(one).fields()[name].label for name in changed)
    return EXCHANGED.format(fields=labels, record=type(one).label)


def leaving_papers(case: Case, one: Assignment) -> list[Submission]:
    """Return the papers that told the client that somebody leaves.

    Who leaves the firm on another day than the work was told by either of the two.
    """
    names = [one.unit_name] if one.unit_name else case.books.names(Person, one.person_id)
    return _telling(case, STAFF, one, _last_days(one, case.books), names)


def giving_up_papers(case: Case, one: ContractPlace) -> list[Submission]:
    """Return the papers that told the client that a place is given up on its last day."""
    days = {one.use_to} if one.use_to is not None else set[date]()
    return _telling(case, PLACES, one, days, case.books.names(Place, one.place_id))


def ends_with_the_contract(case: Case, day: date) -> bool:
    """Tell whether it ends because the work does, which is nothing to tell."""
    return is_past(case.contract, day)


def is_past(contract: Contract, day: date) -> bool:
    """Tell whether a contract is over by a day."""
    end = contract.completed_on or contract.terminated_on or contract.ends_on
    return end is not None and end <= day


def _is_over(case: Case, day: date | None, ended: bool) -> bool:
    """Tell whether the end is to be judged: an end that still lies ahead can be told in time."""
    if day is None:
        return ended
    over = day < case.today or (ended and day == case.today)
    return over and not ends_with_the_contract(case, day)


def _untold(
    case: Case, kind: str, day: date | None, said: dict[str, str], papers: list[Submission]
) -> str:
    form = case.profile.document(kind)
    said["title"] = form.change_title or form.title
    if day is None:
        return "" if ends_with_the_contract(case, case.today) else UNDATED.format(**said)
    said["day"] = format_short(day)
    days = [paper.submitted_on for paper in papers if paper.submitted_on is not None]
    if not days:
        return UNTOLD.format(**said)
    if min(days) > day:
        return LATE.format(**said, handed_in=format_short(min(days)))
    return ""


def _telling(
    case: Case,
    kind: str,
    one: Assignment | ContractPlace,
    days: Set[date],
    names: Iterable[str],
) -> list[Submission]:
    called = list(names)
    return [
        paper
        for paper in case.books.submissions(case.contract.id, kind)
        if days and is_submitted(paper) and tells_end(paper, one, days, called)
    ]


def tells_end(paper: Submission, one: Record, days: Set[date], names: Iterable[str]) -> bool:
    """Tell whether a paper says that a designation ends on one of some days.

    Args:
        names: what the person or the place was ever called.
    """
    content: Any = paper.content
    known = {search_key(name) for name in names}
    if isinstance(content, dict):
        return any(
            line.get("what") == END
            and line.get("changed_on") in {day.isoformat() for day in days}
            and search_key(str(line.get("whom", ""))) in known
            for line in content.get("lines", ())
        )
    later = one.id in paper.subject_ids and paper.id != getattr(one, "notice_submission_id", "")
    return paper.effective_on in days or later

"""That somebody leaves, or a place is given up, is told before it happens (SK-4.2, SK-5.2, CM-5.3, CM-9.1).

The first notice tells who works and where, and an end that is known by then; a later one is told by
a notice of changes. Who was told to leave and stays, or begins on another day than was told, is such
a change as well.
"""

from collections.abc import Iterable, Mapping, Set
from datetime import date
from itertools import takewhile

from models.codes import AssignmentStatus, PlaceStatus
from models.records import Assignment, Contract, ContractPlace, Person, Place, Record, Submission
from models.rules.books import Books
from models.rules.case import Case, Say
from models.rules.replaced import holding
from models.rules.standing import PLACES, STAFF, is_notice_of
from models.rules.told_days import (
    OVER,
    Designation,
    Numbered,
    ToldEnd,
    ends_of,
    first_of,
    last_of,
    numbered,
    told_end,
    told_start,
)
from models.wareki import format_short

UNDATED = "{what}を「終了」にしましたが、「{field}」がありません。{field}を入れ、「{title}」を提出してください。"
UNTOLD = (
    "{what}（{day}）について、前もって提出した「{title}」が記録されていません。提出し、台帳の外で作成したときは"
    "「効力日」に{day}を入れて登録してください。"
)
CAME_LATE = "は、その日より後の"
LATE = f"{{what}}（{{day}}）の「{{title}}」{CAME_LATE}{{handed_in}}に提出されています。"
WITHDRAWN = (
    "{what}（{day}）を届け出た後に取り消していますが、取消しを届け出た「{title}」が記録されていません。"
    "提出し、台帳の外で作成したときは「効力日」に{day}を入れて登録してください。"
)
MOVED = (
    "届け出た{what}（{told}）を{day}に変えていますが、そのことを届け出た「{title}」が記録されていません。"
    "提出し、台帳の外で作成したときは「効力日」に{day}を入れて登録してください。"
)
TELL_AGAIN = (
    "{what}（{day}）は届け出てあります。取り消したことを、{day}までに「{title}」で届け出てください。"
    "「書類の作成」の変更届に、この取消しが載ります。"
)
EXCHANGED = (
    "届け出た「{record}」の「{fields}」を変えています。変わるときは、この記録を終了し、新しい「{record}」を"
    "登録して、その前に変更届を提出してください。登録の誤りを直すときは、そのことを理由に残してください。"
)
_MATTERS = (
    ("に変えていますが、そのことを届け出た", "start"),
    ("を変えています。変わるときは", "exchange"),
    ("を届け出た後に取り消していますが", "stay"),
    ("の終了", "end"),
)
NOT_YET = (AssignmentStatus.PLANNED, AssignmentStatus.CANCELLED, PlaceStatus.PLANNED)
TOLD_OF: Mapping[type[Record], tuple[str, ...]] = {
    Assignment: ("person_id", "unit_name", "role"),
    ContractPlace: ("place_id", "use_as"),
}
"""What a notice says of a designation that cannot become another without a notice of changes."""


def matter(sentence: str) -> str:
    """Return of what about a designation a sentence of R-02 or R-03 speaks: who explains one of them
    has said nothing of the others.
    """
    return next((about for part, about in _MATTERS if part in sentence), "begin")


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
    over = _is_over(case, day, ended or _left_at_once(case, one))
    if not case.params.staff_notice.changes_before or not works or not over:
        return ""
    said = {"what": end_of(case, one), "field": "従事終了日"}
    return _untold(case, STAFF, day, said, leaving_papers(case, one))


def _left_at_once(case: Case, one: Assignment) -> bool:
    """Tell whether somebody leaves the firm today and nobody knew before: all of his rights fall now.

    A last day that was entered ahead can be told until it is over.
    """
    person = case.books.find(Person, one.person_id)
    if person is None or person.left_on != case.today:
        return False
    known = reversed(case.books.entered(person))
    days = [v.day for v in takewhile(lambda v: v.record.left_on == person.left_on, known)]
    return not days or days[-1] >= case.today


def untold_giving_up(case: Case, one: ContractPlace) -> str:
    """Say that a place was given up and the client was not told before, "" while nothing is wrong."""
    ended = one.status is PlaceStatus.ENDED
    used = ended or one.status is not PlaceStatus.PLANNED
    if not tells_changes(case, one) or not used or not _is_over(case, one.use_to, ended):
        return ""
    said = {"what": end_of(case, one), "field": "使用終了日"}
    return _untold(case, PLACES, one.use_to, said, giving_up_papers(case, one))


def end_of(case: Case, one: Designation) -> str:
    """Say whose or which end it is."""
    return f"{called(case, one)}の{'従事' if isinstance(one, Assignment) else '使用'}の終了"


def called(case: Case, one: Designation) -> str:
    """Say which designation it is: somebody in a role, or a place."""
    if isinstance(one, ContractPlace):
        place = case.place(one.place_id)
        return f"「{place.name if place else ''}」"
    name = case.name(one.person_id) if one.person_id else one.unit_name
    return f"{name}の「{case.profile.role_word(one.role)}」"


def withdrawn_end(case: Case, one: Designation) -> date | None:
    """Return the end that the client was told, and that is none any more; None without one.

    What ends earlier than was told is told with its new day (`untold_leaving`).
    """
    if not tells_changes(case, one) or one.status in NOT_YET:
        return None
    told = _told_end(case, one).day
    days = _ends(case, one)
    if told is None or told in days or (days and min(days) < told):
        return None
    return None if ends_with_the_contract(case, told) else told


def untold_staying(case: Case, one: Designation) -> str:
    """Say that an end was told that did not come, and the client was not told; "" if not so.

    Until that day it can be told in time.
    """
    day = withdrawn_end(case, one)
    if day is None or day >= case.today:
        return ""
    return WITHDRAWN.format(what=end_of(case, one), day=format_short(day), title=_title(case, one))


def tell_again(case: Case, one: Designation) -> str:
    """Return what is told to whoever takes back an end of which the client knows, "" if he does not."""
    day = withdrawn_end(case, one)
    if day is None or day < case.today:
        return ""
    return TELL_AGAIN.format(what=end_of(case, one), day=format_short(day), title=_title(case, one))


def moved_start(case: Case, one: Designation) -> date | None:
    """Return the first day that the client was told, where it is another now; None otherwise."""
    begins = first_of(one)
    over = one.status in OVER
    if begins is None or over or not one.notice_submission_id or not tells_changes(case, one):
        return None
    told = told_start(notices_about(case, one), one, names_of(case, one), case.books)
    return told if told != begins else None


def untold_start(case: Case, one: Designation) -> Say | None:
    """Say that the first day is another than the client was told; None if not so.

    Who begins later than was told did nothing untold; the client is to know all the same.
    """
    told, begins = moved_start(case, one), first_of(one)
    if told is None or begins is None or min(told, begins) > case.today:
        return None
    field = "starts_on" if isinstance(one, Assignment) else "use_from"
    what = f"{called(case, one)}の「{type(one).fields()[field].label}」"
    words = MOVED.format(
        what=what, told=format_short(told), day=format_short(begins), title=_title(case, one)
    )
    return Say(words, doubtful=told < begins)


def tells_changes(case: Case, one: Designation) -> bool:
    """Tell whether the text asks for a notice of changes of this designation."""
    if isinstance(one, Assignment):
        return case.params.staff_notice.changes_before
    regime = case.params.place_notice
    return regime.regime == "notify" and regime.changes_before


def _title(case: Case, one: Designation) -> str:
    form = case.profile.document(STAFF if isinstance(one, Assignment) else PLACES)
    return form.title_of_change


def untold_exchange(case: Case, one: Assignment | ContractPlace) -> str:
    """Say that a designation of which the client was told is about something else now, "" if not.

    Who has another role, or works in somebody's place, is a designation of his own, with a first day
    that a notice can come before; so is another place.
    """
    if not tells_changes(case, one) or not one.notice_submission_id:
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
    return _telling(case, one)


def giving_up_papers(case: Case, one: ContractPlace) -> list[Submission]:
    """Return the papers that told the client that a place is given up on its last day."""
    return _telling(case, one)


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


def told_end_late(case: Case, one: Designation) -> str:
    """Say that the client was told of an end only after it, "" where he was told before, or not at all."""
    if isinstance(one, ContractPlace):
        said = untold_giving_up(case, one)
    else:
        said = untold_leaving(case, one)
    return said if CAME_LATE in said else ""


def _untold(
    case: Case, kind: str, day: date | None, said: dict[str, str], papers: list[Submission]
) -> str:
    form = case.profile.document(kind)
    said["title"] = form.title_of_change
    if day is None:
        return "" if ends_with_the_contract(case, case.today) else UNDATED.format(**said)
    said["day"] = format_short(day)
    days = [paper.submitted_on for paper in papers if paper.submitted_on is not None]
    if not days:
        return UNTOLD.format(**said)
    if min(days) > day:
        return LATE.format(**said, handed_in=format_short(min(days)))
    return ""


def _telling(case: Case, one: Designation) -> list[Submission]:
    told = _told_end(case, one)
    return list(told.papers) if told.day in _ends(case, one) else []


def _told_end(case: Case, one: Designation) -> ToldEnd:
    return told_end(notices_about(case, one), one, names_of(case, one), ends_of(one, case.books))


def _ends(case: Case, one: Designation) -> Set[date]:
    if isinstance(one, Assignment):
        return _last_days(one, case.books)
    day = last_of(one)
    return {day} if day is not None else set()


def notices_about(case: Case, one: Designation) -> Numbered:
    """Return the notices that the client has, or once had, and that may speak of a designation."""
    kind = STAFF if isinstance(one, Assignment) else PLACES
    found = case.books.submissions(case.contract.id, kind)
    names = list(names_of(case, one))
    known = holding(found, lambda last: is_notice_of(last, kind, one, names))
    return numbered(case.books, known)


def names_of(case: Case, one: Designation) -> Iterable[str]:
    if isinstance(one, ContractPlace):
        return case.books.names(Place, one.place_id)
    return [one.unit_name] if one.unit_name else case.books.names(Person, one.person_id)

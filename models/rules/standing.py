"""Which designations of people count on a day.

届出済 counts from its first day on: nobody has to set 従事中 by hand. It counts only as far as the
notice is there that the text asks for, handed in before the work began; without it only 従事中
counts, which the rules judge when it is entered (R-02).
"""

from collections.abc import Iterable
from datetime import date

from models.codes import AssignmentStatus, RuleMode, SubmissionStatus
from models.profiles import Profile
from models.records import Assignment, Person, Record, Submission
from models.rules.books import Books
from models.text import search_key

NOTICE, OFF = "R-02", "off"
STAFF, PLACES = "D-03", "D-04"
TOLD_ONLY = (str(RuleMode.NOTICE), OFF)


def works_on(one: Assignment, day: date, books: Books, profile: Profile) -> bool:
    """Tell whether the person works in this role on that day."""
    ended = one.status is AssignmentStatus.ENDED
    return (
        one.within(day)
        and (ended or counts(one, books, profile))
        and not has_left(one.person_id, day, books)
    )


def has_left(person_id: str, day: date, books: Books) -> bool:
    """Tell whether the last day of somebody (退職日) is over."""
    person = books.find(Person, person_id)
    return person is not None and person.left_on is not None and person.left_on < day


def counts(one: Assignment, books: Books, profile: Profile) -> bool:
    """Tell whether it counts on its days and has not been ended."""
    return one.status is AssignmentStatus.ACTIVE or (
        one.status is AssignmentStatus.NOTIFIED
        and (not _wants_notice(one, profile) or _told_in_time(one, books))
    )


def is_submitted(paper: Submission | None) -> bool:
    return paper is not None and paper.status in (
        SubmissionStatus.SUBMITTED,
        SubmissionStatus.ACCEPTED,
    )


def is_notice_of(paper: Submission | None, kind: str, one: Record, names: Iterable[str]) -> bool:
    """Tell whether a paper is of a kind of notice, and speaks of a record.

    Of chosen records it speaks of these; a paper that was made here, of whom its lines name. What
    one that was made elsewhere says, whoever links it answers for.

    Args:
        names: what the person or the place that the record is about was ever called.
    """
    if paper is None or paper.doc_kind != kind:
        return False
    if paper.subject_ids:
        return one.id in paper.subject_ids
    lines = paper.content.get("lines") if isinstance(paper.content, dict) else None
    if not lines:
        return True
    said = search_key("\n".join(str(value) for line in lines for value in line.values()))
    return any(search_key(name) in said for name in names)


def is_staff_notice(paper: Submission | None, one: Assignment, books: Books) -> bool:
    """Tell whether a paper told the client that somebody works in a role."""
    names = [one.unit_name] if one.unit_name else books.names(Person, one.person_id)
    return is_notice_of(paper, STAFF, one, names)


def _wants_notice(one: Assignment, profile: Profile) -> bool:
    """Tell whether the text lets this role count after a notice only."""
    setting = profile.rules[NOTICE]
    roles = setting.params.get("roles")
    concerned = roles is None or one.role in roles
    mode = setting.mode if concerned else setting.params.get("other_roles", RuleMode.NOTICE)
    return mode not in TOLD_ONLY


def told_by(paper: Submission | None, day: date) -> bool:
    """Tell whether a paper was handed in by a day, whatever became of it later.

    A notice that is replaced or withdrawn is told once, about whom it spoke of; what was done in
    the meantime was done by people and at places of which the client had been told.
    """
    return paper is not None and paper.submitted_on is not None and paper.submitted_on <= day


def _told_in_time(one: Assignment, books: Books) -> bool:
    notice = books.find(Submission, one.notice_submission_id)
    return (
        one.starts_on is not None
        and told_by(notice, one.starts_on)
        and is_staff_notice(notice, one, books)
    )

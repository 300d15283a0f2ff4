"""Notices of people and places, and consents to places, that came after their day (R-02, R-03).

Once the finding of it was verified nothing is left to do, and the clause is fulfilled. But that the
client was told late, or allowed it late, stays to be read under the clause, as of every other paper:
with the day on which it had to be there, and the day on which it came.
"""

from collections.abc import Iterator

from models.codes import AssignmentStatus, PlaceStatus, RuleMode
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.records import Assignment, ContractPlace, Submission
from models.rules.case import Case
from models.rules.engine import examine
from models.rules.last_told import NOT_YET, called, told_end_late
from models.rules.places import begins_on, is_place_notice, late_consent
from models.rules.standing import is_staff_notice
from models.rules.told_days import Designation, first_of
from models.rules.told_late import begun_on
from models.wareki import format_short

QUERY = "EQ-LATENOTICE"
RULES = ("R-02", "R-03")
TOLD = "{what}の「{title}」（{no}）は、{begun}（{day}）より後の{on}に提出されています。"
ALLOWED = "{what}の使用の承諾「{given}」は、{begun}（{day}）より後の{on}からのものです。"


def eq_late_notices(asked: Inquiry) -> Iterator[Row]:
    """List what was told, or allowed, too late; to be read: nothing is left to do for it."""
    every: list[Designation] = [*asked.all(Assignment), *asked.all(ContractPlace)]
    for one in every:
        if one.status in NOT_YET:
            continue
        case = asked.case(one)
        if begins := [*_told_late(case, one), *_allowed_late(case, one)]:
            status = AssignmentStatus if isinstance(one, Assignment) else PlaceStatus
            clauses = _clauses(asked, one.with_changes(status=status.ACTIVE))
            yield from _rows(one, begins, clauses)
        if end := told_end_late(case, one):
            yield from _rows(one, [end], _clauses(asked, one, end))


def _told_late(case: Case, one: Designation) -> Iterator[str]:
    paper, begins = case.books.find(Submission, one.notice_submission_id), first_of(one)
    if paper is None or paper.submitted_on is None or begins is None:
        return
    if paper.submitted_on > begins and _speaks_of(paper, one, case):
        yield TOLD.format(
            what=called(case, one), title=paper.title, no=paper.doc_no, begun=begun_on(one),
            day=format_short(begins), on=format_short(paper.submitted_on),
        )  # fmt: skip


def _speaks_of(paper: Submission, one: Designation, case: Case) -> bool:
    if isinstance(one, Assignment):
        return is_staff_notice(paper, one, case.books)
    return is_place_notice(paper, one, case.books)


def _allowed_late(case: Case, one: Designation) -> Iterator[str]:
    given = late_consent(case, one) if isinstance(one, ContractPlace) else None
    if given is not None and (begins := first_of(one)):
        yield ALLOWED.format(
            what=called(case, one), given=given.caption(), begun=begun_on(one),
            day=format_short(begins), on=format_short(begins_on(given, begins)),
        )  # fmt: skip


def _clauses(asked: Inquiry, one: Designation, said: str = "") -> tuple[str, ...]:
    """Return the clauses that ask for it beforehand, () where the text only wants to be told of it.

    Args:
        said: of an end, what the rule says.
    """
    found = (
        finding
        for finding in examine(asked.case(one))
        if finding.rule_id in RULES and finding.mode != RuleMode.NOTICE
        if (finding.message == said if said else finding.late)
    )
    return tuple(dict.fromkeys(key for finding in found for key in finding.clauses))


def _rows(one: Designation, said: list[str], clauses: tuple[str, ...]) -> Iterator[Row]:
    for words in said if clauses else ():
        yield Row(one.type, one.id, words, NOTE, clauses)

"""Who is reported by name: a new manager is reported as the first one was (CB-3.2).

The first report comes before the work begins (K-06). Who takes over later is reported again: by the
same paper, or by a notice of changes that names the person.
"""

from collections.abc import Iterator
from datetime import date

from models.agreed import terms
from models.calendar_frame import Due, due_for, working
from models.codes import AssignmentRole
from models.inquiry import Inquiry
from models.records import Assignment, Person, Submission
from models.rules.replaced import has_staff_notice, holding, still_tells
from models.workdays import after, day_before

REPORT = "D-05"
PROOF = f"EQ-DOC({REPORT})"


def k06_new_manager(asked: Inquiry) -> Iterator[Due]:
    """K-06: that somebody else is the manager now is reported, promptly or before."""
    params = asked.profile.params
    if not params.staff_notice.reported_roles or not asked.asks(PROOF):
        return
    for one in working(asked):
        if one.role in params.staff_notice.reported_roles and not _reported(asked, one):
            what = f"「{asked.profile.document_title(REPORT)}」の提出（{_role(asked, one)}の変更）"
            yield due_for(asked, "K-06", what, one, _limit(asked, one), PROOF)


def _role(asked: Inquiry, one: Assignment) -> str:
    if one.role is AssignmentRole.INFO_MANAGER:
        return asked.profile.term("overall_manager")
    return one.role.label if one.role else ""


def _limit(asked: Inquiry, one: Assignment) -> date:
    assert one.starts_on is not None
    if asked.profile.params.staff_notice.changes_before:
        return day_before(one.starts_on)
    return after(one.starts_on, terms(asked).days("prompt_red_business_days"))


def _reported(asked: Inquiry, one: Assignment) -> bool:
    """Tell whether the client knows; who was there from the start is in the first report."""
    start = asked.contract.work_start_on
    if one.starts_on is None or start is None or one.starts_on <= start:
        return True
    told = asked.books.find(Submission, one.notice_submission_id)
    if has_staff_notice(told, one, asked.books):
        return True
    reports = [paper for paper in asked.all(Submission) if paper.doc_kind == REPORT]
    linked = told is not None and told.doc_kind == REPORT
    if linked and still_tells(told, asked.books, lambda _: True):
        return True
    # Who was reported once is known to the client, whoever a later report of the plan names.
    reported = holding(reports, lambda _: True)
    return any(_names(asked, paper, one) for paper in reported)


def _names(asked: Inquiry, paper: Submission, one: Assignment) -> bool:
    """Tell whether a report names somebody; of one made elsewhere the ledger knows the day only."""
    if isinstance(paper.content, dict):
        said = str(paper.content.get("manager", ""))
        return any(past.record.name in said for past in asked.versions(Person, one.person_id))
    [entered, *_] = asked.versions(Assignment, one.id)
    assert one.starts_on is not None
    return paper.submitted_on is not None and paper.submitted_on >= min(one.starts_on, entered.day)

"""What waits for a paper and what has one, for whoever makes the next one (K-24, K-25)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.codes import AssignmentStatus, SubmissionStatus
from models.inquiry import Inquiry
from models.paper_about import AUTHORIZATIONS, EVENTS, RECORDS
from models.paper_answers import WAITING
from models.paper_told import Told, is_ahead
from models.papered_acts import Act, Owed, acts, owed
from models.records import Assignment, Authorization, Pledge, Submission
from models.rules.last_told import last_day
from models.rules.standing import is_submitted
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

CERTIFICATE, PLEDGE = "D-18", "D-07"
WORKING = frozenset({AssignmentStatus.PLANNED, AssignmentStatus.NOTIFIED, AssignmentStatus.ACTIVE})
LINKS = frozenset({"notice_submission_id", "request_submission_id", "submission_id"})
OUTSIDE = "提出済（台帳の外で作成した書類）"


@dataclass(frozen=True)
class Papered:
    """How the records of a contract stand to the papers of a kind.

    Attributes:
        waits: ids of what no paper speaks of and the client is to get one of, oldest first.
        marks: what is said of the others by id: 提出済（令和8年度 第2号）.
    """

    waits: tuple[str, ...]
    marks: Mapping[str, str]


def papered_as(ledger: "Ledger", contract_id: str, doc_kind: str) -> Papered:
    """Tell which records wait for a paper of a kind, and which papers speak of the others.

    Raises:
        NotFound: no such contract or profile.
    """
    asked = ledger.inquiries.of(contract_id)
    wanted = list(_wanted(asked, doc_kind))
    kinds = {doc_kind}.union(*(one.papers for one in wanted))
    papers = [one for one in asked.all(Submission) if one.doc_kind in kinds and _stands(one)]
    papers.sort(key=is_submitted)  # what the client has is told rather than what lies ready
    marks = {id_: _mark(one, doc_kind) for one in papers for id_ in one.subject_ids}
    marks |= dict(_linked(asked, doc_kind, {one.id: one for one in papers}))
    waiting: list[Act] = []
    for one in wanted:
        told = Told(paper for paper in papers if paper.doc_kind in one.papers)
        for act in acts(asked, one.acts):
            if not told.about(act.ids, act.day):
                waiting.append(act)
            elif act.ids[0] not in marks:
                marks[act.ids[0]] = _of_corrected(act, marks) or OUTSIDE
    waits = [act.ids[0] for act in sorted(waiting, key=lambda act: act.day)]
    waits += [one.id for one in _applications(asked, doc_kind) if one.id not in marks]
    if doc_kind == PLEDGE:
        marks |= dict(_pledged(asked))
        waits += [one.id for one in _to_pledge(asked) if one.id not in marks]
    return Papered(tuple(waits), marks)


def _wanted(asked: Inquiry, doc_kind: str) -> Iterator[Owed]:
    """Yield the acts of which a paper of the kind is to speak, with all that do it as well."""
    if doc_kind == CERTIFICATE and asked.asks("EQ-CERT"):  # which no report takes the place of
        yield Owed(EVENTS[CERTIFICATE], (CERTIFICATE,), "EQ-CERT", 0)
        return
    yield from (one for one in owed(asked) if doc_kind in one.papers)


def _applications(asked: Inquiry, doc_kind: str) -> Iterator[Authorization]:
    """Yield what is applied for by a paper of the kind and was not answered yet."""
    subjects = AUTHORIZATIONS.get(doc_kind, ())
    for one in asked.all(Authorization) if subjects else ():
        if one.subject in subjects and one.decision in WAITING:
            yield one


def _pledged(asked: Inquiry) -> Iterator[tuple[str, str]]:
    """Yield marks of those who signed the pledge, with the day."""
    signed = {
        one.person_id: one.signed_on
        for one in asked.all(Pledge)
        if one.signed_on and one.stands_on(asked.today)
    }
    for one in asked.all(Assignment):
        if day := signed.get(one.person_id):
            yield one.id, f"{format_short(day)}署名"


def _to_pledge(asked: Inquiry) -> Iterator[Assignment]:
    """Yield who works, or will, in a role whose people sign the pledge."""
    roles = asked.profile.params.pledge.roles
    for one in asked.all(Assignment):
        last = last_day(one, asked.books)
        over = last is not None and last < asked.today
        if one.person_id and one.role in roles and one.status in WORKING and not over:
            yield one


def _linked(
    asked: Inquiry, doc_kind: str, papers: Mapping[str, Submission]
) -> Iterator[tuple[str, str]]:
    """Yield marks of the records that name their paper themselves, because it spoke of all."""
    cls = Authorization if doc_kind in AUTHORIZATIONS else RECORDS.get(doc_kind)
    if cls is None:
        return
    for name in LINKS & set(cls.fields()):
        for one in asked.all(cls):
            if paper := papers.get(getattr(one, name)):
                yield one.id, _mark(paper, doc_kind)


def _stands(paper: Submission) -> bool:
    return is_submitted(paper) or paper.status is SubmissionStatus.SEALED


def _mark(paper: Submission, doc_kind: str) -> str:
    """Say which paper speaks of something; by its title where it is one of another kind."""
    word = "提出済" if is_submitted(paper) else "確定済・未提出"
    ahead = "予定を" if is_ahead(paper) else ""
    called = paper.doc_no if paper.doc_kind == doc_kind else paper.caption()
    return f"{ahead}{word}（{called}）"


def _of_corrected(act: Act, marks: Mapping[str, str]) -> str:
    """Say which paper speaks of what an act corrects."""
    return next((f"訂正前を{marks[id_]}" for id_ in act.ids[1:] if id_ in marks), "")

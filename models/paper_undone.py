"""Papers that the client has and that speak of what was taken back since (R-33, R-37).

A sealed paper stays as it is; the record it proves may be voided or replaced. Whoever does that is
told which papers stand on it, and evidence and calendar ask for it until the paper is replaced or
withdrawn; of plans, applications and notices until another paper of the kind speaks of the same.
Whoever hands in a paper that was sealed before is asked first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from models.codes import SubmissionStatus
from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.paper_about import RECORDS, served
from models.paper_things import THINGS, subject_of, things_of
from models.paper_told import is_ahead
from models.records import Authorization, HandlingEvent, Record, Stored, Submission
from models.rules.standing import is_submitted
from models.store import Op, Query, Where
from models.wareki import JAPAN, format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

QUERY = "EQ-PAPER"
ADDED_UP = frozenset({"D-14", "D-16", "D-17", "D-18"})
"""Papers about acts that were done, by which the client counts what he has back and what is gone."""
CLIENT_HAS = (
    "{record}は、提出した「{paper}」に載っています。委託者に知らせ、書類を作り直して差し替えるか、"
    "「書類」の「取下げを記録」で理由を残してください。"
)
NOT_YET = (
    "{record}は、確定した「{paper}」に載っています。その書類は提出せずに、作り直してください。"
)
HAND_IN = (
    "「{paper}」に載せた{record}は、{day}に取り消されていて、書面と台帳が違います。まだ渡していないときは、提出を"
    "記録せずに、書類を作り直してください。もう渡したときは、そのことを理由に書き、作り直した書類に差し替えて"
    "ください。"
)
STANDS = (
    "提出した「{paper}」に載せた{record}は、{day}に取り消されていて、書面と台帳が違います。"
    "委託者に知らせ、書類を差し替えるか、「取下げを記録」で理由を残してください。"
)


@dataclass(frozen=True)
class Gone:
    """What was taken back, and what it was about."""

    caption: str
    at: datetime
    things: frozenset[str]


@dataclass(frozen=True)
class Undone:
    """A paper that the client has, with what was taken back of it, newest first."""

    paper: Submission
    gone: tuple[Gone, ...]

    @property
    def day(self) -> date:
        return self.gone[0].at.date()

    @property
    def words(self) -> str:
        """Name what is gone: 第53号 廃棄など2件."""
        return _named([one.caption for one in self.gone])


def _named(captions: Sequence[str]) -> str:
    return f"{captions[0]}など{len(captions)}件" if len(captions) > 1 else captions[0]


# --- at the counter ------------------------------------------------------------------------------


def told_of(ledger: "Ledger", record: Record) -> tuple[str, ...]:
    """Return what is said to whom takes a record back: the papers that speak of it."""
    where = [Where("subject_ids", Op.HAS, record.id)]
    if record.contract():
        where.insert(0, Where("contract_id", Op.EQ, record.contract()))
    found = ledger.store.find(Submission, Query(Submission.type, tuple(where)))
    return tuple(_told(record, one.record) for one in found if _stands(one.record))


def asked_when_handed_in(ledger: "Ledger", paper: Submission, before: Submission | None) -> str:
    """Return what whoever hands in a sealed paper is asked: it speaks of what was taken back since.

    Args:
        before: the paper as it was sealed; "" is returned for every other way of a paper.
    """
    sealed = before is not None and before.status is SubmissionStatus.SEALED
    cls = subject_of(paper.doc_kind)
    if not sealed or paper.status is not SubmissionStatus.SUBMITTED or cls is None:
        return ""
    found: Mapping[str, Stored[Any]] = ledger.store.get_many(cls, list(paper.subject_ids))
    gone = [(one.meta.voided_at, one.record.caption()) for one in found.values()]
    void = sorted(((at, caption) for at, caption in gone if at is not None), reverse=True)
    if not void:
        return ""
    day = format_short(void[0][0].astimezone(JAPAN).date())
    record = _named([caption for _, caption in void])
    return HAND_IN.format(paper=paper.caption(), record=record, day=day)


def _stands(paper: Submission) -> bool:
    return is_submitted(paper) or paper.status is SubmissionStatus.SEALED


def _told(record: Record, paper: Submission) -> str:
    words = CLIENT_HAS if is_submitted(paper) else NOT_YET
    return words.format(record=record.caption(), paper=paper.caption())


# --- in the evidence and the calendar ------------------------------------------------------------


def eq_paper(asked: Inquiry) -> Iterator[Row]:
    """Find the papers that no longer say what the ledger says, each at the clauses it serves."""
    for one in undone(asked):
        day, paper = format_short(one.day), one.paper.caption()
        said = STANDS.format(paper=paper, record=one.words, day=day)
        yield replace(row(one.paper, said), clauses=served(asked, one.paper))


def undone(asked: Inquiry) -> list[Undone]:
    """Return the papers that the client has and of which something was taken back."""
    gone = _gone(asked)
    if not gone:
        return []
    papers = [one for one in asked.all(Submission) if is_submitted(one)]
    found = []
    for paper in papers:
        mine = [gone[id_] for id_ in paper.subject_ids if id_ in gone]
        left = [one for one in mine if not _is_replaced(asked, paper, one, papers)]
        if left:
            found.append(Undone(paper, tuple(sorted(left, key=lambda one: one.at, reverse=True))))
    return found


def _gone(asked: Inquiry) -> dict[str, Gone]:
    """Return what was taken back, by id, of every type that papers name."""
    found: dict[str, Gone] = {}
    for type_, contract in _types():
        mine = (Where(*contract, asked.contract.id),)
        thing = THINGS.get(type_)
        fields = ("caption", "voided_at", *([thing] if thing else ()))
        found |= asked.listed(Query(type_, mine, voided=True), fields, _taken_back)
    return found


def _types() -> Iterator[tuple[str, tuple[str, Op]]]:
    """Yield the types of what papers name, and how a contract's are found."""
    types: tuple[type[Record], ...] = (HandlingEvent, Authorization, *RECORDS.values())
    for cls in dict.fromkeys(types):
        several = "contract_ids" in cls.fields()
        yield cls.type, ("contract_ids", Op.HAS) if several else ("contract_id", Op.EQ)


def _taken_back(_asked: Inquiry, _id: str, caption: str, at: datetime, things: Any = ()) -> Gone:
    named = (things,) if isinstance(things, str) else things
    return Gone(caption, at, frozenset(one for one in named or () if one))


def _is_replaced(
    asked: Inquiry, paper: Submission, gone: Gone, papers: Sequence[Submission]
) -> bool:
    """Tell whether a later paper of the kind speaks of the same thing, or names nothing at all.

    Of acts the client would count two papers twice: the later one is to be said to replace the other.
    """
    if paper.doc_kind in ADDED_UP and not is_ahead(paper):
        return False
    later = (
        one
        for one in papers
        if one.doc_kind == paper.doc_kind and one.id != paper.id and _after(one, gone)
    )
    return any(not one.subject_ids or _speaks_of(asked, one, gone) for one in later)


def _after(paper: Submission, gone: Gone) -> bool:
    if paper.sealed_at is not None:
        return paper.sealed_at > gone.at
    return paper.submitted_on is not None and paper.submitted_on >= gone.at.date()


def _speaks_of(asked: Inquiry, paper: Submission, gone: Gone) -> bool:
    if not gone.things:
        return True
    cls = subject_of(paper.doc_kind)
    named = (asked.books.find(cls, id_) for id_ in paper.subject_ids) if cls else ()
    return any(gone.things & things_of(one) for one in named if one is not None)

"""What a notice that was handed in means for the ledger: who and what the client was told of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from models.codes import AssignmentStatus, Code, PlaceStatus
from models.records import Assignment, ContractPlace, Record, Stored, Submission
from models.rules.told_days import OVER, Designation, first_of

if TYPE_CHECKING:
    from models.ledger import Ledger

STAFF, PLACES = "D-03", "D-04"
JOINING, USING = "R-02", "R-03"


@dataclass(frozen=True)
class Kind:
    """What a notice tells of, and its states.

    Attributes:
        linkable: in which a notice is linked by itself.
    """

    cls: type[Designation]
    planned: Code
    notified: Code
    active: Code
    linkable: frozenset[Code]


A, P = AssignmentStatus, PlaceStatus
TOLD_OF: Mapping[str, Kind] = {
    STAFF: Kind(Assignment, A.PLANNED, A.NOTIFIED, A.ACTIVE, frozenset({A.PLANNED, A.ACTIVE})),
    PLACES: Kind(ContractPlace, P.PLANNED, P.NOTIFIED, P.ACTIVE, frozenset(P) - {P.ENDED}),
}


def now_told(ledger: "Ledger", paper: Submission) -> Sequence[Record]:
    """Return the assignments or places that a paper told the client of in time, linked to it.

    What an earlier notice told keeps its link. What had begun before the paper was handed in is
    left to a person, because the rules ask for a reason (R-02, R-03).
    """
    if paper.serial is None or paper.submitted_on is None:
        return ()
    kind = TOLD_OF.get(paper.doc_kind)
    if kind is None:
        return ()
    found = _linkable(ledger, paper, kind, paper.submitted_on)
    return [_linked(one, paper, kind) for one in found]


def told_late(ledger: "Ledger", paper: Submission) -> tuple[str, ...]:
    """Return what is said to whoever hands in a notice of what had begun before, or is over.

    That is what the rules find only with the paper in the books: the link that a person has to make.

    Args:
        paper: as it is handed in.
    """
    day = paper.submitted_on
    if paper.serial is None or day is None or not ledger.rules.on:
        return ()
    said: list[str] = []
    for one in _begun(ledger, paper, day):
        then = _messages(ledger, one, paper)
        said += [words for words in then if words not in _messages(ledger, one)]
    return tuple(dict.fromkeys(said))


def _begun(ledger: "Ledger", paper: Submission, day: date) -> Iterator[Designation]:
    """Yield what a notice may tell of, as begun, where its first day was before it was handed in."""
    if paper.doc_kind not in TOLD_OF:
        return
    kind = TOLD_OF[paper.doc_kind]
    sealed = _sealed_seq(ledger, paper)
    for known in ledger.registers.all(kind.cls, contract_id=paper.contract_id):
        one = known.record
        told = _stood_on(known, paper, sealed) and one.status not in OVER
        if told and (first := first_of(one)) is not None and first < day:
            yield one.with_changes(status=kind.active)


def _messages(ledger: "Ledger", one: Record, *beside: Record) -> list[str]:
    found = ledger.rules.about_record(one, beside=beside)
    return [said.message for said in found if said.rule_id in (JOINING, USING)]


def _linkable(ledger: "Ledger", paper: Submission, kind: Kind, day: date) -> Iterator[Designation]:
    """Yield what the notice told of before its first day, and no other notice did."""
    sealed = _sealed_seq(ledger, paper)
    for known in ledger.registers.all(kind.cls, contract_id=paper.contract_id):
        one = known.record
        if (
            _stood_on(known, paper, sealed)
            and not one.notice_submission_id
            and one.status in kind.linkable
            and (first_of(one) or day) >= day
        ):
            yield one


def _linked(one: Designation, paper: Submission, kind: Kind) -> Designation:
    status = kind.notified if one.status is kind.planned else one.status
    return one.with_changes(notice_submission_id=paper.id, status=status)


def _stood_on(stored: Stored[Any], paper: Submission, sealed: int) -> bool:
    """Tell whether a record was there when the paper was sealed, and among the chosen."""
    chosen = not paper.subject_ids or stored.record.id in paper.subject_ids
    return chosen and stored.meta.created_seq < sealed


def _sealed_seq(ledger: "Ledger", paper: Submission) -> int:
    return ledger.registers.need(Submission, paper.id).meta.created_seq

"""What a notice that was handed in means for the ledger: who and what the client was told of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from models.codes import AssignmentStatus, PlaceStatus
from models.records import Assignment, ContractPlace, Record, Stored, Submission

if TYPE_CHECKING:
    from models.ledger import Ledger

STAFF, PLACES = "D-03", "D-04"


def now_told(ledger: "Ledger", paper: Submission) -> Sequence[Record]:
    """Return the assignments or places that a paper told the client of in time, linked to it.

    What an earlier notice told keeps its link. What had begun before the paper was handed in is
    left to a person, because the rules ask for a reason (R-02, R-03).
    """
    if paper.serial is None or paper.submitted_on is None:
        return ()
    if paper.doc_kind == STAFF:
        return [_notified(one, paper) for one in _assignments(ledger, paper, paper.submitted_on)]
    if paper.doc_kind == PLACES:
        return [_announced(one, paper) for one in _places(ledger, paper, paper.submitted_on)]
    return ()


def _assignments(ledger: "Ledger", paper: Submission, day: date) -> list[Assignment]:
    found = ledger.registers.all(Assignment, contract_id=paper.contract_id)
    sealed = _sealed_seq(ledger, paper)
    return [
        one.record
        for one in found
        if _stood_on(one, paper, sealed)
        and not one.record.notice_submission_id
        and one.record.status in (AssignmentStatus.PLANNED, AssignmentStatus.ACTIVE)
        and (one.record.starts_on or day) >= day
    ]


def _places(ledger: "Ledger", paper: Submission, day: date) -> list[ContractPlace]:
    found = ledger.registers.all(ContractPlace, contract_id=paper.contract_id)
    sealed = _sealed_seq(ledger, paper)
    return [
        one.record
        for one in found
        if _stood_on(one, paper, sealed)
        and not one.record.notice_submission_id
        and one.record.status is not PlaceStatus.ENDED
        and (one.record.use_from or day) >= day
    ]


def _notified(one: Assignment, paper: Submission) -> Assignment:
    planned = one.status is AssignmentStatus.PLANNED
    return replace(
        one,
        notice_submission_id=paper.id,
        status=AssignmentStatus.NOTIFIED if planned else one.status,
    )


def _announced(one: ContractPlace, paper: Submission) -> ContractPlace:
    planned = one.status is PlaceStatus.PLANNED
    return replace(
        one,
        notice_submission_id=paper.id,
        status=PlaceStatus.NOTIFIED if planned else one.status,
    )


def _stood_on(
    stored: Stored[Assignment] | Stored[ContractPlace], paper: Submission, sealed: int
) -> bool:
    """Tell whether a record was there when the paper was sealed, and among the chosen."""
    chosen = not paper.subject_ids or stored.record.id in paper.subject_ids
    return chosen and stored.meta.created_seq < sealed


def _sealed_seq(ledger: "Ledger", paper: Submission) -> int:
    return ledger.registers.need(Submission, paper.id).meta.created_seq

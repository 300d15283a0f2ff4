"""What an application that came back means for the ledger: who allowed what, on which paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from models.codes import (
    AuthorizationSubject,
    BasisType,
    Decision,
    DecisionForm,
    PlaceStatus,
)
from models.records import (
    Authorization,
    AuthorizationTarget,
    ContractPlace,
    Place,
    Record,
    Submission,
)

if TYPE_CHECKING:
    from models.ledger import Ledger

WAITING = (Decision.DRAFT, Decision.PENDING)
ALLOWED = (Decision.GRANTED, Decision.CONDITIONAL)
PLACES = "D-04"


@dataclass(frozen=True, slots=True)
class ClientAnswer:
    """What the client wrote into the box of an application."""

    decision: Decision
    decided_on: date
    title: str
    name: str
    doc_no: str = ""
    conditions: str = ""


def waiting_applications(ledger: "Ledger", paper: Submission) -> list[Authorization]:
    """Return the applications that a paper spoke of and that still wait for an answer."""
    found = ledger.store.get_many(Authorization, _application_ids(ledger, paper))
    return [
        stored.record
        for stored in found.values()
        if not stored.meta.voided and stored.record.decision in WAITING
    ]


def decide(
    one: Authorization, answer: ClientAnswer, submission_id: str, scan: str
) -> Authorization:
    """Write the client's answer onto an application."""
    return replace(
        one,
        decision=answer.decision,
        decided_on=answer.decided_on,
        decided_by_title=answer.title,
        decided_by_name=answer.name,
        decision_form=DecisionForm.WRITTEN,
        decision_doc_no=answer.doc_no,
        decision_file=scan,
        conditions=answer.conditions,
        request_submission_id=submission_id,
    )


def place_consent(
    ledger: "Ledger", paper: Submission, answer: ClientAnswer, scan: str
) -> tuple[Authorization | None, Sequence[Record]]:
    """Return the consent to the places of a paper that have none yet, and the places with it.

    Places are applied for on the paper itself (FK-3.1, CB-9.1): unlike a copy or a take-out there
    is no application in the ledger that the answer could decide.
    """
    if paper.doc_kind != PLACES or answer.decision not in ALLOWED:
        return None, ()
    asked = [one for one in _places_of(ledger, paper) if not one.authorization_id]
    if not asked:
        return None, ()
    params = ledger.profile(paper.contract_id).params.place_notice
    names = [ledger.store.caption(Place.type, one.place_id) for one in asked]
    consent = Authorization(
        id=ledger.new_id(),
        contract_id=paper.contract_id,
        basis_type=BasisType.CONSENT,
        subject=AuthorizationSubject.OFFSITE_WORK
        if params.onsite_by_default
        else AuthorizationSubject.PLACE,
        requested_on=paper.submitted_on,
        reason=f"{paper.title}による申請",
        scope_text="、".join(dict.fromkeys(names))[:200],
        valid_from=answer.decided_on,
        decision=answer.decision,
        targets=tuple(
            AuthorizationTarget(place_id=place_id)
            for place_id in dict.fromkeys(one.place_id for one in asked)
        ),
    )
    consent = decide(consent, answer, paper.id, scan)
    return consent, [
        replace(
            one,
            authorization_id=consent.id,
            status=PlaceStatus.APPROVED if one.status in _BEFORE_CONSENT else one.status,
        )
        for one in asked
    ]


_BEFORE_CONSENT = (PlaceStatus.PLANNED, PlaceStatus.NOTIFIED)


def _application_ids(ledger: "Ledger", paper: Submission) -> list[str]:
    if paper.doc_kind != PLACES:
        return list(paper.subject_ids)
    return [one.authorization_id for one in _places_of(ledger, paper) if one.authorization_id]


def _places_of(ledger: "Ledger", paper: Submission) -> list[ContractPlace]:
    """Return the chosen places of a paper, or all that the contract had when it was sealed."""
    sealed = ledger.registers.need(Submission, paper.id).meta.created_seq
    return [
        stored.record
        for stored in ledger.registers.all(ContractPlace, contract_id=paper.contract_id)
        if stored.meta.created_seq < sealed
        and (not paper.subject_ids or stored.record.id in paper.subject_ids)
        and stored.record.status is not PlaceStatus.ENDED
    ]

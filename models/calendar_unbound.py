"""Dates of what belongs to no contract: they stand on the calendar whichever contract is chosen.

A date, a finding, a card, a rule, an incident or a thing of the contractor may be registered without a contract.
No inquiry of a contract speaks of it, so nobody would ever be reminded; here it is told once.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from models.calendar_frame import Due
from models.calendar_things import to_put_right
from models.codes import (
    AssignmentStatus,
    CredentialKind,
    DueStatus,
    GovernanceStatus,
    InvalidReason,
)
from models.found_about import called
from models.incident_duties import unbound_due
from models.outstaying import WAITED_FOR
from models.records import (
    Assignment,
    Credential,
    DueItem,
    Finding,
    GovernanceDocument,
    Incident,
    Item,
    Person,
    Record,
)
from models.rules.told_days import OVER
from models.scope import ScopedStore

if TYPE_CHECKING:
    from models.ledger import Ledger


def unbound(ledger: "Ledger") -> Iterator[Due]:
    """Yield the dates of what belongs to no contract."""
    for item in ITEMS:
        yield from item(ledger)


def entered(one: DueItem) -> Due:
    """Return the date that a person entered."""
    return Due(
        "", one.title, "", one.due_on, one.type, one.id, one.contract_id, one.owner_person_id,
        one.clause_key,
    )  # fmt: skip


def _entered(ledger: "Ledger") -> Iterator[Due]:
    for stored in ledger.registers.all(DueItem, contract_id="", status=DueStatus.OPEN):
        yield entered(stored.record)


def _findings(ledger: "Ledger") -> Iterator[Due]:
    """K-21: what is to be put right is, and somebody else has looked."""
    for stored in ledger.registers.all(Finding, contract_id=""):
        one = stored.record
        if what := to_put_right(one):
            yield _due("K-21", what, called(one), one.due_on, one, one.owner_person_id)


def _back(ledger: "Ledger") -> Iterator[Due]:
    """K-13: a thing of the contractor that was taken out comes back, also when it is missing."""
    for state in WAITED_FOR:
        for stored in ledger.registers.all(Item, contract_id="", state=state):
            one = stored.record
            if one.due_back_at is not None:
                day, person = one.due_back_at, one.holder_person_id
                yield Due(
                    "K-13", "持帰り", one.caption(), day.date(), one.type, one.id,
                    person_id=person, due_at=day,
                )  # fmt: skip


def _reviews(ledger: "Ledger") -> Iterator[Due]:
    """K-29: rules, plans and structures of the whole office are looked at again."""
    in_force = GovernanceStatus.IN_FORCE
    for stored in ledger.registers.all(GovernanceDocument, contract_id="", status=in_force):
        one = stored.record
        if one.next_review_on is not None:
            about = f"「{one.caption()}」"
            yield _due("K-29", "見直し", about, one.next_review_on, one, one.approved_by)


def _cards(ledger: "Ledger") -> Iterator[Due]:
    """K-30, K-32: a card is renewed or given back; whoever works here no more gives it back at once."""
    for stored in ledger.registers.all(Credential, contract_id=""):
        one, reason = stored.record, stored.record.invalid_reason
        if one.returned_on is not None:
            continue
        holder = one.holder_person_id
        about = f"{one.caption()}（{ledger.registers.caption(Person.type, holder)}さん）"
        if one.expires_on is not None and reason is None:
            yield _due("K-30", "更新又は返却", about, one.expires_on, one, holder)
        gone = _gone_since(ledger, one)
        if gone is not None and reason in (None, InvalidReason.QUALIFICATION_LOST):
            yield _due("K-32", "回収", about, gone, one, holder)


def _gone_since(ledger: "Ledger", card: Credential) -> date | None:
    """Return since when the holder of a card works here no more.

    An identity card says of which firm somebody is: it comes back when he leaves it. What opens rooms
    and systems comes back when no designation asks for it any more, which only who sees those of every
    contract is told.
    """
    person_id = card.holder_person_id
    today, stored = ledger.today(), ledger.store.get(Person, person_id)
    if stored is not None and (left := stored.record.left_on) is not None and left < today:
        return left
    if card.kind is CredentialKind.EMPLOYEE_ID or isinstance(ledger.store, ScopedStore):
        return None
    found = [one.record for one in ledger.registers.all(Assignment, person_id=person_id)]
    mine = [one for one in found if one.status is not AssignmentStatus.CANCELLED]
    days = [one.ends_on for one in mine if one.ends_on is not None and _is_over(one, today)]
    return max(days) if days and len(days) == len(mine) else None


def _is_over(one: Assignment, today: date) -> bool:
    return one.status in OVER or (one.ends_on is not None and one.ends_on < today)


def _due(code: str, what: str, about: str, day: date | None, record: Record, person: str) -> Due:
    return Due(code, what, about, day, record.type, record.id, person_id=person)


def _incidents(ledger: "Ledger") -> Iterator[Due]:
    """K-19: an incident of no contract is looked into, and somebody decides whom it concerns."""
    for stored in ledger.registers.all(Incident, contract_id=""):
        if stored.record.is_open:
            yield unbound_due(stored.record)


ITEMS: tuple[Callable[["Ledger"], Iterator[Due]], ...] = (
    _entered, _findings, _back, _reviews, _cards, _incidents,
)  # fmt: skip

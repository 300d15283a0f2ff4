"""What an officer confirmed stands for the words that he confirmed (obligations.md 8.4.1).

The responsible person may correct or void the record under a confirmation. Then nobody has confirmed
what it says now: whoever changes it is told, the officer is asked again with the earlier words
beside, and the evidence tells it until he has answered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.corrected import standing
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.records import (
    BY_TYPE,
    ClientCommunication,
    Finding,
    HandlingEvent,
    OfficerConfirmation,
    Person,
    Record,
    Stored,
)
from models.versions import Version, version_at, versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

QUERY = "EQ-OFFICER"
SAID: Mapping[str, tuple[str, ...]] = {
    HandlingEvent.type: ("kind", "occurred_at", "lines", "sanitization"),
    ClientCommunication.type: (
        "kind",
        "direction",
        "at",
        "means",
        "from_name",
        "to_name",
        "summary",
    ),
    Finding.type: ("source", "clause_key", "description", "severity"),
}
"""What of a record is the officer's; the rest is what the contractor does about it."""
TOLD = (
    "{record}は、検査者の{officer}さんが{day}に確認した内容です。{did}ので、確認は前の内容のもの"
    "になります。{officer}さんに知らせ、サインインして今の内容を確かめてもらってください。"
)
STANDS = (
    "検査者の{officer}さんが{day}に確認した{record}が、{then}に{did}（理由：{reason}）。"
    "{officer}さんは、まだ今の内容を確かめていません。サインインして確かめてもらってください。"
)


@dataclass(frozen=True)
class Departed:
    """A confirmation, and the version of its record that says other than was confirmed."""

    confirmation: OfficerConfirmation
    now: Version[Record]


def departed(ledger: "Ledger", contract_id: str) -> list[Departed]:
    """Return the confirmations of a contract whose records say other things now.

    Of several by one officer about one record the last one counts.
    """
    last: dict[tuple[str, str], Stored[OfficerConfirmation]] = {}
    for stored in ledger.registers.all(OfficerConfirmation, contract_id=contract_id):
        last[stored.record.person_id, stored.record.record_ref] = stored
    found = []
    for stored in last.values():
        now = _changed(ledger, stored)
        if now is not None:
            found.append(Departed(stored.record, now))
    return found


def _changed(ledger: "Ledger", confirmed: Stored[OfficerConfirmation]) -> Version[Record] | None:
    """Return the present version of a record if it differs from the one that was confirmed."""
    one = confirmed.record
    entered = versions(ledger.store, BY_TYPE[one.record_type], one.record_ref)
    then = version_at(entered, confirmed.meta.created_seq)
    if then is None or then.seq == entered[-1].seq:  # erased since, or as it was
        return None
    now = entered[-1]
    stands = _in_its_place(ledger, now.record) if now.voided else now.record
    return None if stands is not None and _said(stands) == _said(then.record) else now


def _in_its_place(ledger: "Ledger", record: Record) -> Record | None:
    """Return the act that stands in the place of a voided one."""
    return standing(ledger.store, record.id) if isinstance(record, HandlingEvent) else None


def _said(record: Record) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in SAID[record.type])


# --- at the counter ------------------------------------------------------------------------------


def told_of_change(ledger: "Ledger", before: Record, after: Record | None) -> tuple[str, ...]:
    """Return what is said to whom changes what an officer confirmed.

    Args:
        after: None for a void.
    """
    if before.type not in SAID or (after is not None and _said(before) == _said(after)):
        return ()
    found = ledger.registers.all(OfficerConfirmation, record_ref=before.id)
    did = "取り消した" if after is None else "内容を変えた"
    last = {one.record.person_id: one.record for one in found}
    return tuple(
        TOLD.format(
            record=before.caption(), officer=_name(ledger, one.person_id), day=_day(one), did=did
        )
        for one in last.values()
    )


def _name(ledger: "Ledger", person_id: str) -> str:
    return ledger.registers.caption(Person.type, person_id)


def _day(one: OfficerConfirmation) -> str:
    return format_short(one.confirmed_at.date()) if one.confirmed_at else ""


# --- in the evidence -----------------------------------------------------------------------------


def eq_officer(asked: Inquiry) -> Iterator[Row]:
    """Find what was changed after an officer had confirmed it, until he confirms it again."""
    asked.note(OfficerConfirmation.type, *SAID)
    for one in departed(asked.ledger, asked.contract.id):
        confirmation, now = one.confirmation, one.now
        said = STANDS.format(
            officer=asked.caption(Person.type, confirmation.person_id), day=_day(confirmation),
            record=now.record.caption(), then=format_short(now.day),
            did="取り消されています" if now.voided else "変えられています", reason=now.reason,
        )  # fmt: skip
        yield Row(confirmation.record_type, confirmation.record_ref, said)

"""Places that were registered otherwise after a contract began to use them: what guards them.

An act is judged by how its place was registered then (`models.rules.places`). The ledger cannot
tell a lock that broke from one that was forgotten in the register, so what was changed, by whom and
why stands in the evidence beside the text. Whoever enters it is told which designations it touches.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from models import contract_changes
from models.codes import ContractStatus, PlaceStatus
from models.evidence_rows import Row
from models.from_to import from_to
from models.inquiry import Inquiry
from models.records import Contract, ContractPlace, Place, Record
from models.store import Op, Query, Where
from models.versions import Version

if TYPE_CHECKING:
    from models.ledger import Ledger

RULE = "R-17"
GUARDING = ("address", "floor_room", "kinds", "lockable", "entry_control", "storage_equipment")
"""By these a place is known and judged."""
ACTS = ("place_from_id", "place_to_id")
TOLD = (
    "「{place}」は、契約{contract}の保管場所です。{said}"
    "ここにあるものを、施錠か入退室管理のある場所へ移して記録してください。"
)


# --- at the counter ------------------------------------------------------------------------------


def told_of_place(ledger: "Ledger", after: Record, before: Record) -> tuple[str, ...]:
    """Return what is said to whoever registers a place of storage as one that is open."""
    if not isinstance(after, Place) or not isinstance(before, Place) or not ledger.rules.on:
        return ()
    told = []
    for stored in ledger.registers.all(ContractPlace, place_id=after.id):
        one = stored.record
        contract = ledger.registers.need(Contract, one.contract_id).record
        over = one.status is PlaceStatus.ENDED or contract.status is ContractStatus.CLOSED
        if over or _faults(ledger, one, before):
            continue
        for said in _faults(ledger, one, after):
            told.append(TOLD.format(place=after.name, contract=contract.contract_no, said=said))
    return tuple(told)


def _faults(ledger: "Ledger", one: ContractPlace, place: Place) -> list[str]:
    found = ledger.rules.about_record(one, one, beside=(place,))
    return [said.message for said in found if said.rule_id == RULE]


# --- in the evidence -----------------------------------------------------------------------------


def changed(asked: Inquiry) -> Iterator[Row]:
    """Tell what guards a place otherwise than when the contract began to use it."""
    revised = (Where("row_version", Op.GT, 1),)
    for rows in asked.listed(Query(Place.type, revised), (), _place).values():
        yield from rows


def _place(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    entered = asked.revisions(Place, id_)
    first = _first_used(asked, id_)
    found = []
    for before, after in pairwise(entered):
        changes = _changes(before, after)
        if changes and first is not None and first < after.seq:
            named = f"場所「{entered[-1].record.name}」の{changes[0]}"
            words = contract_changes.told(asked, after, [named, *changes[1:]])
            found.append(Row(Place.type, id_, words, "due"))
    return tuple(found) or None


def _first_used(asked: Inquiry, place_id: str) -> int | None:
    """Return with which entry the contract began to use a place: designated, or named by an act."""
    found = [
        asked.versions(ContractPlace, one.id)[0].seq
        for one in asked.all(ContractPlace)
        if one.place_id == place_id
    ]
    named = asked.first_named(place_id, ACTS)
    return min((*found, *([named] if named is not None else ())), default=None)


def _changes(before: Version[Place], after: Version[Place]) -> list[str]:
    found = []
    for f in (Place.fields()[name] for name in GUARDING):
        old, new = (getattr(one.record, f.name) for one in (before, after))
        if old != new:
            found.append(from_to(f.label, *(f.kind.format(value) for value in (old, new))))
    return found

"""What the records are about that papers name: another paper about the same takes the first one's place."""

from collections.abc import Mapping

from models.paper_about import AUTHORIZATIONS, EVENTS, RECORDS
from models.records import Authorization, HandlingEvent, Record

THINGS: Mapping[str, str] = {
    HandlingEvent.type: "lines.item_id",
    Authorization.type: "targets.item_id",
    "assignment": "person_id",
    "pledge": "person_id",
    "contract_place": "place_id",
}
"""What a record that papers name is about; another paper about the same takes the first one's place."""


def subject_of(kind: str) -> type[Record] | None:
    """Return the type of what a document speaks of, None where it names no records."""
    if kind in EVENTS:
        return HandlingEvent
    return Authorization if kind in AUTHORIZATIONS else RECORDS.get(kind)


def things_of(record: Record) -> frozenset[str]:
    """Return what a record that papers name is about, by `THINGS`."""
    part, _, name = THINGS.get(record.type, "").partition(".")
    if not part:
        return frozenset()
    rows = getattr(record, part) if name else (record,)
    return frozenset(getattr(one, name or part) for one in rows) - {""}

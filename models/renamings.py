"""People, places and parties that were renamed after acts named them.

Papers about the past say the name of that day with the present one beside it. That the name was
changed at all, by whom and why, is told in the evidence as what else of a contract is changed: a
marriage makes it necessary, and two names that change places would make the past another's.
"""

from collections.abc import Iterator
from itertools import pairwise

from models import contract_changes, party_names
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.records import Organization, Person, Place, Record
from models.store import Op, Query, Where
from models.text import search_key

NAMED_IN: dict[type[Record], tuple[str, ...]] = {
    Person: ("actor_person_id", "checker_person_id"),
    Place: ("place_from_id", "place_to_id"),
}
"""Where an act of the contract names such a record."""


def changed(asked: Inquiry) -> Iterator[Row]:
    """Tell who and what was renamed after the contract's first act or paper, or after one that named it."""
    revised = (Where("row_version", Op.GT, 1),)
    for cls, judge in ((Person, _person), (Place, _place)):
        for rows in asked.listed(Query(cls.type, revised), (), judge).values():
            yield from rows
    for after, said in party_names.changes(asked):
        words = contract_changes.told(asked, after, [said])
        yield Row(Organization.type, after.record.id, words, "due")


def _person(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    return _rows(asked, Person, id_)


def _place(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    return _rows(asked, Place, id_)


def _rows(asked: Inquiry, cls: type[Record], id_: str) -> tuple[Row, ...] | None:
    entered = asked.revisions(cls, id_)
    renamed = [
        (before, after)
        for before, after in pairwise(entered)
        if search_key(before.record.caption()) != search_key(after.record.caption())
    ]
    first = asked.first_named(id_, NAMED_IN[cls]) if renamed else None
    found = []
    for before, after in renamed:
        if first is not None and first < after.seq:
            was, now = before.record.caption(), after.record.caption()
            words = contract_changes.told(
                asked, after, [f"{cls.label}「{was}」の名前を「{now}」に"]
            )
            found.append(Row(cls.type, id_, words, "due"))
    return tuple(found) or None

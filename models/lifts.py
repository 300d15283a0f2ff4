"""Lift the content of older entries to what its record type means today.

Entries never migrate: their bytes are hashed and signed. When the meaning of a record's content
changes, the type's `payload` goes up by one and a small function here turns the older content into
the newer one, each from its own version to the next. A new field that may be empty needs no lift.
Frozen content of every version stands in `tests/data/entries/` for ever.
"""

from collections.abc import Callable, Mapping
from typing import Final

from models.kinds import Json
from models.records.handling import NAMED_ONLY

Content = Mapping[str, Json]
Lift = Callable[[Content], Content]


def _checked_by_name(old: Content) -> Content:
    """Let the name of a checker stand for the check, as it did before checkers signed (A-33)."""
    return {**old, "checker_proof": NAMED_ONLY} if "checker_person_id" in old else old


def _same(old: Content) -> Content:
    """Leave the content: what changed is what other entries may say from then on."""
    return old


LIFTS: Final[Mapping[tuple[str, int], Lift]] = {
    ("handling_event", 1): _checked_by_name,
    ("ledger_origin", 1): _same,
}
"""Record type and the version that the function starts from."""


def lift(
    type_: str,
    content: Content,
    version: int,
    now: int,
    lifts: Mapping[tuple[str, int], Lift] = LIFTS,
) -> Content:
    """Return the content as version `now` of the record type would have written it.

    Args:
        version: with which the entry was written, from 1; not above `now`.
        lifts: all lifts there are.
    """
    for step in range(version, now):
        content = lifts[type_, step](content)
    return content

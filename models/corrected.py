"""Which act stands in the place of which: corrections back to what was entered first, and forth (R-33).

A correction voids an act and enters another in its place; a correction may be corrected, too. What
an act corrects is said at its entry and never again, and what was voided stays as it is: who asked
once about what lies behind an act need not ask again.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from models.records import HandlingEvent, Stored
from models.store import Op, Query, Store, Where

if TYPE_CHECKING:
    from models.inquiry import Inquiry

CORRECTS = "corrects_event_id"
MOST = 50  # acts that may say that they correct the same one; the program enters one


# --- back ----------------------------------------------------------------------------------------


def chain(store: Store, act_id: str) -> Iterator[Stored[HandlingEvent]]:
    """Yield an act and what it corrects in turn, back to what was entered first; "" for none."""
    seen = set()  # a log that was written past the program may name a ring
    while act_id and act_id not in seen:
        seen.add(act_id)
        stored = store.get(HandlingEvent, act_id)
        if stored is None:
            return
        yield stored
        act_id = stored.record.corrects_event_id


def entered_before(acts: Iterable[Stored[HandlingEvent]], now: datetime) -> HandlingEvent | None:
    """Return the first act that was entered before the day of a moment in the office's time."""
    days = ((one.meta.created_at.astimezone(now.tzinfo).date(), one.record) for one in acts)
    return next((act for day, act in days if day < now.date()), None)


# --- forth ---------------------------------------------------------------------------------------


def standing(store: Store, act_id: str) -> HandlingEvent | None:
    """Return what stands in the place of a voided act in the end, None where nothing does."""
    seen, waiting = {act_id}, [act_id]
    while waiting:
        query = Query(HandlingEvent.type, (Where(CORRECTS, Op.EQ, waiting.pop()),), voided=None)
        for one in store.find(HandlingEvent, query, limit=MOST):
            if not one.meta.voided:
                return one.record
            if one.record.id not in seen:
                seen.add(one.record.id)
                waiting.append(one.record.id)
    return None


def in_place(asked: "Inquiry") -> Mapping[str, str]:
    """Return by the id of every corrected act of a contract that of the one in its place."""
    mine = (Where("contract_id", Op.EQ, asked.contract.id), Where(CORRECTS, Op.EMPTY, False))
    return {
        old: new
        for voided in (True, False)  # what stands comes last, and counts
        for new, old in asked.listed(
            Query(HandlingEvent.type, mine, voided=voided), (CORRECTS,), _corrects
        ).items()
    }


def _corrects(_asked: "Inquiry", _id: str, old: str) -> str:
    return old


def last_of(act_id: str, after: Mapping[str, str]) -> str:
    """Follow corrections to the one that nothing corrects.

    Args:
        after: see `in_place`.
    """
    seen = {act_id}
    while (later := after.get(act_id)) is not None and later not in seen:
        seen.add(later)
        act_id = later
    return act_id

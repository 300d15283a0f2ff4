"""Custody: the state of an item follows from its events (records.md 3.3, R-34).

`step` applies one event to what the register shows of an item (models/item_status.py) and refuses
what cannot be; `replay` applies a whole timeline in the order in which things *happened*. The
ledger asks before it writes, and storage asks again to derive its tables: one function, one truth.

What entries of former versions said is still accepted: `models/amounts.py` refuses more of new ones.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from models.codes import OUT_STATES, HandlingKind, ItemState, Timing
from models.endings import ended
from models.errors import Refused
from models.item_status import NONE, Status, Trip
from models.possible_acts import require_possible
from models.records.handling import END_KINDS, HandlingEvent, HandlingLine
from models.records.things import Item
from models.trips import lost_outside, one_more, out_again, out_no_more

K, S = HandlingKind, ItemState

# What `step` asks of an event; a test holds the two together.
STEP = (
    "id", "kind", "timing", "occurred_at", "ended_at", "actor_person_id", "place_to_id",
    "expected_return_at", "related_event_id",
)  # fmt: skip
STEP_LINE = ("item_id", "resulting_item_id", "quantity")
STEP_TRANSPORT = ("arrived_at",)
STEP_CHECK = ("item_id", "verification_result")


def when(event: HandlingEvent) -> datetime:
    """Return when an event happened, the order of every timeline."""
    assert event.occurred_at is not None
    return event.occurred_at


def lasts_until(event: HandlingEvent) -> datetime | None:
    """Return when an act ended that says so: until then the thing was with whoever did it."""
    if event.kind is K.USE:
        return event.ended_at
    if event.kind is K.TRANSPORT:
        return max((d.arrived_at for d in event.transport if d.arrived_at), default=None)
    return None


def begin(item: Item) -> Status:
    """Return the status of an item that nothing has happened to."""
    return _registered(item.home_place_id, item.quantity or NONE)


@lru_cache(4096)  # an import brings thousands that lie in one place
def _registered(place_id: str, left: Decimal) -> Status:
    return Status(S.REGISTERED, place_id=place_id, left=left)


def replay(item: Item, timeline: Iterable[HandlingEvent]) -> Status:
    """Apply an item's events, given in the order in which they happened.

    Raises:
        Refused: for the first event that cannot follow its predecessors.
    """
    status = begin(item)
    for event in timeline:
        status = step(item, status, event)
    return status


def step(item: Item, status: Status, event: HandlingEvent) -> Status:
    """Return the status after one actual event; a plan changes nothing.

    Raises:
        Refused: when the event cannot happen to an item in this state (R-34).
    """
    if event.timing is not Timing.ACTUAL or event.kind is None:
        return status
    mine = line_of(item, event)
    if mine is None:
        return status
    if mine.resulting_item_id == item.id:
        return _appear(item, status, event)
    require_possible(item, status, event, loose=status.loose)
    after = _moved(item, status, event, mine)
    if after is status:
        after = status.with_changes()
    vars(after)["last_at"] = event.occurred_at  # just made: nobody has seen it yet
    until = lasts_until(event)
    if until is not None and (status.busy_until is None or until > status.busy_until):
        vars(after)["busy_until"] = until
    return after


def line_of(item: Item, event: HandlingEvent) -> HandlingLine | None:
    """Return the line that speaks of an item, first the one in which it came to be."""
    mine = None
    for line in event.lines:
        if line.resulting_item_id == item.id:
            return line
        if line.item_id == item.id and mine is None:
            mine = line
    return mine


def _appear(item: Item, status: Status, event: HandlingEvent) -> Status:
    if status.state is not S.REGISTERED:
        raise Refused(reason=f"{item.caption()}は、すでに登録されている別の物です。")
    place = event.place_to_id or item.home_place_id
    return status.with_changes(state=S.STORED, place_id=place, last_at=event.occurred_at)


def _moved(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    kind = event.kind
    assert kind is not None
    if kind in END_KINDS:
        return ended(item, status, event, line)
    begins = kind is K.CREATE and status.found is S.REGISTERED
    if begins or kind in (K.RECEIVE, K.COLLECT, K.STORE):
        return _stored(item, status, event)
    if kind is K.USE:
        return _used(status, event)
    if kind in (K.TAKE_OUT, K.DISPATCH):
        state = S.TAKEN_OUT if kind is K.TAKE_OUT else S.IN_TRANSIT
        return _sent(status, event, line, state, event.expected_return_at)
    if kind is K.BRING_BACK:
        return _back(item, status, event, line)
    if kind is K.TRANSPORT:
        return _carried(item, status, event, line)
    if kind is K.LOSS:
        return _lost(status, event, line)
    if kind is K.RECOVER:
        return _found(item, status, event, line)
    if kind is K.STOCKTAKE:
        return _counted(status, event, line)
    return status


def _named(line: HandlingLine, most: Decimal) -> Decimal:
    """Return how many pieces an act moves: all of them, unless it names fewer."""
    if line.quantity is None or line.quantity <= 0:
        return most
    return min(line.quantity, most)


def _stored(item: Item, status: Status, event: HandlingEvent) -> Status:
    place = event.place_to_id or status.place_id or item.home_place_id
    if status.state is S.ERASED or status.found is S.PART_OUT:
        return status.with_changes(place_id=place)
    return status.settled(status.home, place_id=place, holder_id="")


def _used(status: Status, event: HandlingEvent) -> Status:
    if status.found in OUT_STATES:
        return status
    if event.ended_at is not None or event.related_event_id:
        using = "" if status.found is S.IN_USE else status.using
        return status.settled(S.STORED, holder_id="", using=using)
    if status.found is S.IN_USE:
        raise Refused(reason="すでに使用中です。先に使用の終了を記録してください。")
    return status.settled(S.IN_USE, holder_id=event.actor_person_id, using=event.id)


def _sent(
    status: Status, event: HandlingEvent, line: HandlingLine, moving: ItemState,
    back_at: datetime | None,
) -> Status:  # fmt: skip
    """Let pieces leave; those that are outside already stay there."""
    here = status.here
    further = event.kind is K.TRANSPORT and event.related_event_id and status.out
    amount = NONE if further else _named(line, here)
    changes: dict[str, Any] = {"holder_id": event.actor_person_id, "using": event.id}
    if status.out is None or back_at is not None:
        known = status.due_back_at if status.out is not None else None
        changes["due_back_at"] = min(back_at, known) if back_at and known else back_at
    if amount:
        changes["out"] = (status.out or NONE) + amount
    if status.out is not None and (amount or status.trips):
        due = None if event.kind is K.TRANSPORT else back_at  # what is carried names no day
        trip = Trip(event.id, amount, due, event.actor_person_id)
        changes |= one_more(status, event, trip)
    if amount == here:
        return status.settled(moving, place_id="", **changes)
    return status.settled(S.PART_OUT, **changes)


def _back(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    """Let pieces come back, as many as the act says; the others stay outside."""
    out = status.out or NONE
    amount = _named(line, out)
    rest = out - amount
    staying = status.place_id if out and status.here else ""
    place = event.place_to_id or staying or item.home_place_id
    if rest:
        others = out_no_more(status, event, amount)
        return status.settled(S.PART_OUT, out=rest, place_id=staying or place, loose=True, **others)
    return status.settled(
        status.home, out=None, place_id=place, holder_id="", due_back_at=None, using="",
        trips=(),
    )  # fmt: skip


def _carried(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    arrived = any(detail.arrived_at for detail in event.transport)
    if not arrived:
        if status.found is S.IN_TRANSIT:
            raise Refused(
                reason=f"{item.caption()}は、すでに運搬中です。先に到着を記録してください。"
            )
        return _sent(status, event, line, S.IN_TRANSIT, status.due_back_at)
    if status.found is S.PART_OUT and not event.related_event_id:  # what lay here was carried
        return status.with_changes(place_id=event.place_to_id or status.place_id, loose=True)
    return _back(item, status, event, line)


def _lost(status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    """Let pieces be missing: those that lie here first, unless the act names the take-out."""
    if not status.left:  # an older register did not say how many
        return status.with_changes(state=S.MISSING, before=status.found, short=None, short_by="")
    here, out, missing = status.here, status.out or NONE, status.missing or NONE
    amount = _named(line, here + out)
    outside = min(amount, out) if event.related_event_id else max(amount - here, NONE)
    return status.parted(
        out=out - outside or None, missing=missing + amount or None,
        lost_out=(status.lost_out or NONE) + outside or None, counted=None,
        **_accounted(status, amount), **lost_outside(status, event, outside),
    )  # fmt: skip


def _accounted(status: Status, amount: Decimal) -> dict[str, Any]:
    """Let what is said to be missing account for what a stocktake did not find."""
    short = max((status.short or NONE) - amount, NONE) or None
    return {"short": short, "short_by": status.short_by if short else ""}


def _found(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    """Let missing pieces be found; what got lost outside is outside until it is brought back."""
    if status.missing is None:
        return status.settled(status.found)
    missing, lost_out = status.missing, status.lost_out or NONE
    amount = _named(line, missing)
    outside = min(amount, lost_out)
    place = status.place_id
    if amount > outside:
        place = place or event.place_to_id or item.home_place_id
    return status.parted(
        out=(status.out or NONE) + outside or None, missing=missing - amount or None,
        lost_out=lost_out - outside or None, place_id=place, counted=None,
        loose=status.loose or amount < missing, **out_again(status, event, outside),
    )  # fmt: skip


def _counted(status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    there = status.here or status.out or NONE
    if line.quantity is not None and line.quantity < there:
        short = there - line.quantity
        return status.with_changes(counted=line.quantity, short=short, short_by=event.id)
    if status.counted is None and status.short is None:
        return status
    return status.with_changes(counted=None, short=None, short_by="")

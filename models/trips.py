"""Several persons take parts of one item out: each trip has its holder, its pieces and its day.

While only one act has pieces outside, `Status` itself says with whom they are and until when. Each
function here returns what changes of a status (models/item_status.py) when the trips do.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from models.item_status import NONE, Status, Trip
from models.records.handling import HandlingEvent


def trip_of(status: Status, event_id: str, holder_id: str) -> Trip | None:
    """Return what an act that names another one, or its actor, has outside of several."""
    named = (one for one in status.trips if one.event_id == event_id)
    held = (one for one in reversed(status.trips) if one.holder_id == holder_id)
    return next(named, None) or next(held, None)


def one_more(status: Status, event: HandlingEvent, trip: Trip) -> dict[str, Any]:
    """Return what changes with one more act: it takes pieces out, or carries on what is outside."""
    if trip.pieces:
        whole = Trip(status.using, status.out or NONE, status.due_back_at, status.holder_id)
        trips = (*(status.trips or (whole,)), trip)
    else:
        trips = tuple(
            one._replace(event_id=trip.event_id, holder_id=trip.holder_id)
            if one.event_id == event.related_event_id
            else one
            for one in status.trips
        )
    return _told(trips) | {"using": event.id}


def out_no_more(status: Status, event: HandlingEvent, amount: Decimal) -> dict[str, Any]:
    """Return what changes when pieces are outside no more: of the act that is named, or whose actor
    has them; else of those that are due last."""
    if not status.trips or not amount:
        return {}
    if amount >= (status.out or NONE):
        return {"trips": ()}
    meant = trip_of(status, event.related_event_id, event.actor_person_id)
    undated = [one for one in status.trips if one.due_back_at is None]
    dated = [one for one in status.trips if one.due_back_at is not None]
    late_first = (*undated, *sorted(dated, key=_due, reverse=True))
    left = {one.event_id: one for one in status.trips}
    for one in (meant, *late_first) if meant else late_first:
        held = left[one.event_id]
        gone = min(held.pieces, amount)
        left[one.event_id] = held._replace(pieces=held.pieces - gone)
        amount -= gone
    return _told(tuple(one for one in left.values() if one.pieces))


def out_again(status: Status, amount: Decimal) -> dict[str, Any]:
    """Return what changes when pieces that got lost outside are outside again."""
    if not status.trips or not amount:
        return {}
    first, *others = status.trips
    return {"trips": (first._replace(pieces=first.pieces + amount), *others)}


def _told(trips: tuple[Trip, ...]) -> dict[str, Any]:
    """Return whose the pieces outside are, and when they are due: those that are due first."""
    dated = [one for one in trips if one.due_back_at is not None]
    first = min(dated, key=_due) if dated else trips[0]
    return {
        "due_back_at": first.due_back_at, "holder_id": first.holder_id, "using": first.event_id,
        "trips": trips if len(trips) > 1 else (),
    }  # fmt: skip


def _due(trip: Trip) -> datetime:
    assert trip.due_back_at is not None
    return trip.due_back_at

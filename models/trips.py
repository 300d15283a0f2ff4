"""Several persons take parts of one item out: each trip has its holder, its pieces and its day.

While only one act has pieces outside, `Status` itself says with whom they are and until when. Each
function here returns what changes of a status (models/item_status.py) when the trips do.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from models.item_status import NONE, Status, Trip
from models.records.handling import HandlingEvent


def trip_of(status: Status, event_id: str, holder_id: str) -> Trip | None:
    """Return what an act that names another one, or its actor, has outside of several."""
    return _trip_among(status.trips, event_id, holder_id)


def _trip_among(trips: Sequence[Trip], event_id: str, holder_id: str) -> Trip | None:
    named = (one for one in trips if one.event_id == event_id)
    held = (one for one in reversed(trips) if one.holder_id == holder_id)
    return next(named, None) or next(held, None)


def trips_of(status: Status) -> tuple[Trip, ...]:
    """Return what is outside, act by act in their order, also of a single one."""
    if status.trips or not status.out:
        return status.trips
    return (Trip(status.using, status.out, status.due_back_at, status.holder_id),)


def one_more(status: Status, event: HandlingEvent, trip: Trip) -> dict[str, Any]:
    """Return what changes with one more act: it takes pieces out, or carries on what is outside."""
    if trip.pieces:
        trips = (*trips_of(status), trip)
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
    return _told(_without(status.trips, _going(status, event, amount)))


def lost_outside(status: Status, event: HandlingEvent, amount: Decimal) -> dict[str, Any]:
    """Return what changes when pieces that are outside get lost there, of the same acts."""
    if not amount:
        return {}
    lost = _joined(status.lost_trips, _going(status, event, amount))
    return out_no_more(status, event, amount) | {"lost_trips": lost}


def out_again(status: Status, event: HandlingEvent, amount: Decimal) -> dict[str, Any]:
    """Return what changes when pieces that got lost outside are outside again: by the act that had
    taken them there, with its holder and its day."""
    found = found_outside(status, event, amount)
    if not found:
        return {}
    trips = _joined(trips_of(status), found)
    return _told(trips) | {"lost_trips": _without(status.lost_trips, found)}


def found_outside(status: Status, event: HandlingEvent, amount: Decimal) -> list[Trip]:
    """Return by which acts the pieces were outside that are found: of the one that is named, or
    whose actor had them; else those that are due first."""
    lost = status.lost_trips
    return _picked(_meant(lost, event) + _late_first(lost)[::-1], amount)


def lost_no_more(status: Status, left: Decimal) -> dict[str, Any]:
    """Return what changes when only so many remain of what got lost outside: those due first."""
    remaining = _picked(_late_first(status.lost_trips)[::-1], left)
    return {"lost_trips": _joined((), remaining)}


def _going(status: Status, event: HandlingEvent, amount: Decimal) -> list[Trip]:
    """Return by which acts the pieces are outside that an act speaks of."""
    trips = trips_of(status)
    return _picked(_meant(trips, event) + _late_first(trips), amount)


def _meant(trips: tuple[Trip, ...], event: HandlingEvent) -> list[Trip]:
    one = _trip_among(trips, event.related_event_id, event.actor_person_id)
    return [] if one is None else [one]


def _late_first(trips: tuple[Trip, ...]) -> list[Trip]:
    """Return what comes back on no day, then what does, the latest first."""
    undated = [one for one in trips if one.due_back_at is None]
    dated = [one for one in trips if one.due_back_at is not None]
    return [*undated, *sorted(dated, key=_due, reverse=True)]


def _picked(order: Iterable[Trip], amount: Decimal) -> list[Trip]:
    """Return so many pieces of some acts, those that come first; an act counts once."""
    found: dict[str, Trip] = {}
    for one in order:
        pieces = min(one.pieces, amount)
        if pieces and one.event_id not in found:
            found[one.event_id] = one._replace(pieces=pieces)
            amount -= pieces
    return list(found.values())


def _without(trips: Iterable[Trip], gone: Iterable[Trip]) -> tuple[Trip, ...]:
    """Return what is left of some acts' pieces without others."""
    less = {one.event_id: one.pieces for one in gone}
    left = (one._replace(pieces=one.pieces - less.get(one.event_id, NONE)) for one in trips)
    return tuple(one for one in left if one.pieces)


def _joined(trips: Iterable[Trip], more: Iterable[Trip]) -> tuple[Trip, ...]:
    """Return acts with further pieces, of the same acts or of others."""
    found = {one.event_id: one for one in trips}
    for one in more:
        known = found.get(one.event_id)
        pieces = one.pieces + (known.pieces if known else NONE)
        found[one.event_id] = (known or one)._replace(pieces=pieces)
    return tuple(found.values())


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

"""Where something was that got lost or was given away outside, or whose use ends.

Nobody has to say twice where that was: the act that took it out, or began the use, names the place.
"""

from collections.abc import Iterator

from models import custody
from models.back_then import status_at
from models.codes import HandlingKind, ItemState
from models.item_status import AWAY
from models.records import HandlingEvent, Item, Place
from models.rules.books import Books
from models.trips import trip_of

PLACES = ("place_from_id", "place_to_id", "destination_text")
FOLLOWED = frozenset(
    {HandlingKind.LOSS, HandlingKind.RETURN, HandlingKind.HAND_OVER, HandlingKind.USE}
)


def begun_by(event: HandlingEvent, books: Books) -> tuple[HandlingEvent, ...]:
    """Return the acts that had the things of an act outside or in use then, () unless all were.

    An act that says itself where it was needs no other.
    """
    said = any(getattr(event, name) for name in PLACES)
    if said or event.kind not in FOLLOWED or event.occurred_at is None:
        return ()
    if event.kind is HandlingKind.USE:
        begun = books.find(HandlingEvent, event.related_event_id)
        return (begun,) if begun is not None else ()
    found = [_taken_by(event, line.item_id, books) for line in event.lines]
    known = {one.id: one for one in found if one is not None}
    return () if None in found else tuple(known.values())


def places_before(event: HandlingEvent, books: Books) -> Iterator[str]:
    """Yield where the things of an act were, nothing where no earlier act says it."""
    for act in begun_by(event, books):
        used = act.kind is HandlingKind.USE
        place = books.find(Place, act.place_from_id if used else act.place_to_id)
        if said := act.destination_text or (place.name if place else ""):
            yield said


def _taken_by(event: HandlingEvent, item_id: str, books: Books) -> HandlingEvent | None:
    item = books.find(Item, item_id)
    if item is None:
        return None
    happened = books.happened(item_id)
    status = status_at(item, happened, custody.when(event), without=event.id)
    part = status.found is ItemState.PART_OUT and bool(event.related_event_id)
    if status.found not in AWAY and not part:
        return None
    trip = trip_of(status, event.related_event_id, event.actor_person_id)
    return books.find(HandlingEvent, trip.event_id if trip else status.using)

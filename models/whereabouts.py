"""Where something got lost, was given away while outside, or was found there; where a use ended.

Nobody has to say twice where that was: the act that took it out, or began the use, names the place,
and of what lay here the ledger knows where.
"""

from collections.abc import Iterator

from models import custody
from models.back_then import status_at
from models.codes import HandlingKind, ItemState
from models.item_status import AWAY, NONE, Status
from models.records import HandlingEvent, Item, Place
from models.rules.books import Books
from models.trips import found_outside, trip_of

PLACES = ("place_from_id", "place_to_id", "destination_text")
FOLLOWED = frozenset(
    {HandlingKind.LOSS, HandlingKind.RECOVER, HandlingKind.RETURN, HandlingKind.HAND_OVER,
     HandlingKind.USE}
)  # fmt: skip


def places_before(event: HandlingEvent, books: Books) -> Iterator[str]:
    """Yield where the things of an act were by what was entered before, nothing unless all are known.

    An act that says itself where it was needs no other.
    """
    said = any(getattr(event, name) for name in PLACES)
    if said or event.kind not in FOLLOWED or event.occurred_at is None:
        return
    if event.kind is HandlingKind.USE:
        places = [_named_by(books.find(HandlingEvent, event.related_event_id), books)]
    else:
        places = [_last_known(event, line.item_id, books) for line in event.lines]
    if all(places):
        yield from dict.fromkeys(places)


def _last_known(event: HandlingEvent, item_id: str, books: Books) -> str:
    """Return where a thing was; where what lay here was given away, only the act itself says."""
    item = books.find(Item, item_id)
    if item is None:
        return ""
    happened = books.happened(item_id)
    status = status_at(item, happened, custody.when(event), without=event.id)
    if event.kind is HandlingKind.RECOVER:
        return _found_at(event, item, status, books)
    part = status.found is ItemState.PART_OUT and bool(event.related_event_id)
    if status.found in AWAY or part:
        trip = trip_of(status, event.related_event_id, event.actor_person_id)
        act = books.find(HandlingEvent, trip.event_id if trip else status.using)
        return _named_by(act, books)
    return _name(status.place_id, books) if event.kind is HandlingKind.LOSS else ""


def _found_at(event: HandlingEvent, item: Item, status: Status, books: Books) -> str:
    """Return where what is found was outside when it got lost, "" where a part of it was here."""
    line = custody.line_of(item, event)
    named = line.quantity if line is not None else None
    amount = (status.missing or NONE) if named is None else named
    if not amount or amount > (status.lost_out or NONE):
        return ""
    acts = (books.find(HandlingEvent, o.event_id) for o in found_outside(status, event, amount))
    places = dict.fromkeys(_named_by(act, books) for act in acts)
    return "、".join(places) if all(places) else ""


def _named_by(act: HandlingEvent | None, books: Books) -> str:
    """Return the place that an act names for what is outside or in use since."""
    if act is None:
        return ""
    used = act.kind is HandlingKind.USE
    return act.destination_text or _name(act.place_from_id if used else act.place_to_id, books)


def _name(place_id: str, books: Books) -> str:
    place = books.find(Place, place_id)
    return place.name if place is not None else ""

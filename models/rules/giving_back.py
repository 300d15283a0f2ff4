"""What somebody took while he was designated he may bring back or deliver afterwards.

A rule that made a breach of it would only keep the thing outside.
"""

from models import custody
from models.back_then import status_at
from models.codes import HandlingKind
from models.records import Assignment, HandlingEvent
from models.rules.case import Case
from models.trips import trip_of

K = HandlingKind
GIVING_BACK = frozenset({K.BRING_BACK, K.RETURN, K.HAND_OVER})


def basis_of_taking(case: Case) -> tuple[Assignment, ...]:
    """Return the designations under which the actor took all that he gives back, () if he did not."""
    event = case.event_of(*GIVING_BACK)
    if event is None or not event.lines:
        return ()
    found: dict[str, Assignment] = {}
    for item_id in dict.fromkeys(line.item_id for line in event.lines):
        bases = _bases(case, event, item_id)
        if not bases:
            return ()
        found |= {one.id: one for one in bases}
    return tuple(found.values())


def _bases(case: Case, event: HandlingEvent, item_id: str) -> list[Assignment]:
    """Return the designations on the day on which the actor took a thing that he still had then."""
    item = case.items.get(item_id)
    if item is None or event.occurred_at is None:
        return []
    status = status_at(item, case.books.happened(item_id), event.occurred_at, without=event.id)
    trip = trip_of(status, event.related_event_id, event.actor_person_id)
    taken = case.books.find(HandlingEvent, trip.event_id if trip else status.using)
    if taken is None or taken.actor_person_id != event.actor_person_id:
        return []
    day = custody.when(taken).date()
    mine = case.books.assignments(case.contract.id, taken.actor_person_id)
    return [one for one in mine if case.works(one, day)]

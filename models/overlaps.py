"""Acts at the same time: what is in use until noon does not leave the room before noon.

Custody takes a use or a transport whose end is known as one moment. Between its two times other
acts of the same pieces are entered all the same, because a clock may have been read wrongly; they
are told.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from models import custody
from models.codes import HandlingKind, ItemState, Timing
from models.item_status import NONE, Status
from models.kinds_of_time import Moment
from models.possible_acts import ALLOWED
from models.records import HandlingEvent, Item


def possible(status: Status, entering: Iterable[HandlingEvent]) -> bool:
    """Tell whether one of these acts in order begins before another one was over."""
    until = status.busy_until
    for event in entering:
        if until is not None and custody.when(event) < until:
            return True
        until = max(filter(None, (until, custody.lasts_until(event))), default=None)
    return False


class Running:
    """What of an item's acts is not over while one goes through them in the order of time.

    Args:
        new: ids of the acts that are entered; of others nothing is told.
    """

    def __init__(self, item: Item, new: set[str]) -> None:
        self._item = item
        self._new = new
        self._open: list[HandlingEvent] = []

    def take(self, event: HandlingEvent, there: Decimal) -> Iterator[str]:
        """Yield what the next act, which can have met so many pieces, cannot have happened in."""
        if event.timing is not Timing.ACTUAL or event.kind is None:
            return
        at = custody.when(event)
        self._open = [one for one in self._open if _end(one) > at]
        for one in self._open:
            if self._new & {event.id, one.id} and self._clash(one, event, there):
                yield (
                    f"{self._item.caption()}の{event.caption()}は、{one.caption()}が終わった日時"
                    f"（{Moment().format(_end(one))}）より前です。どちらの日時が正しいか"
                    "確かめてください。"
                )
        if custody.lasts_until(event) is not None:
            self._open.append(event)

    def _clash(self, one: HandlingEvent, event: HandlingEvent, there: Decimal) -> bool:
        """Tell whether two acts need the same pieces; both may name few enough."""
        assert event.kind is not None
        in_use = one.kind is HandlingKind.USE
        busy = ItemState.IN_USE if in_use else ItemState.IN_TRANSIT
        if event.kind is not HandlingKind.USE and busy in ALLOWED[event.kind]:
            return False
        lines = [custody.line_of(self._item, each) for each in (one, event)]
        amounts = [line.quantity for line in lines if line and line.quantity is not None]
        return len(amounts) < len(lines) or sum(amounts, NONE) > there


def _end(event: HandlingEvent) -> datetime:
    return custody.lasts_until(event) or custody.when(event)

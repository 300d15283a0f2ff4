"""Ends that name no number of pieces: it is entered with them when some pieces are elsewhere.

What is missing does not go back, and what is outside only when nothing is left here. So that the
entry itself says what ended, and the paper with it, the number is filled in, and told.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from models import amounts, custody
from models.back_then import status_at
from models.codes import Timing
from models.endings import GIVING
from models.item_status import Status
from models.records import HandlingEvent, Item
from models.records.handling import END_KINDS
from models.store import Store


class WholeEnds:
    """Fills in what ends take that name no number.

    Args:
        item: returns an item by its id.
    """

    def __init__(self, store: Store, item: Callable[[str], Item]) -> None:
        self._store = store
        self._item = item

    def numbered(
        self, events: Sequence[HandlingEvent], new: Collection[str] = (), corrected: str = ""
    ) -> tuple[list[HandlingEvent], list[str]]:
        """Return the events as they are entered, and what is told of them.

        Args:
            new: ids of items that come into being with them.
            corrected: id of the act that they replace.
        """
        told: list[str] = []
        made = []
        for event in events:
            lines = list(event.lines)
            for place, line in enumerate(lines if event.kind in END_KINDS else ()):
                if line.quantity is not None or line.item_id in new:
                    continue
                item = self._item(line.item_id)
                status = self._status(item, event, corrected)
                if (amount := _taken(status, event)) is not None:
                    lines[place] = replace(line, quantity=amount)
                    told.append(_words(item, status, event, amount))
            made.append(event if lines == list(event.lines) else replace(event, lines=tuple(lines)))
        return made, told

    def _status(self, item: Item, event: HandlingEvent, corrected: str) -> Status:
        """Return the status of an item when an act is said to have happened."""
        status = self._store.status(item.id) or custody.begin(item)
        last, at = status.last_at, event.occurred_at
        if at is None or (not corrected and (last is None or at >= last)):
            return status
        return status_at(item, self._store.happened(item.id), at, corrected)


def _taken(status: Status, event: HandlingEvent) -> Decimal | None:
    """Return how many pieces an end takes, None when it takes all there are."""
    if not amounts.are_apart(status) or event.timing is not Timing.ACTUAL:
        return None
    outside = status.out if event.kind in GIVING else None
    return (outside if event.related_event_id else None) or status.here or outside


def _words(item: Item, status: Status, event: HandlingEvent, amount: Decimal) -> str:
    kind = event.kind.label if event.kind else ""
    return (
        f"{item.caption()}の{kind}は、{amounts.parts(item, status)}のうち、"
        f"{item.amount(amount)}として記録しました。"
    )

"""Acts that speak of another quantity or place than the ledger had when they happened.

Custody refuses to end more than is left. A use or a stocktake may name a wrong quantity without
anything being lost, so it is entered and only told; but a partial return that is entered later,
with an earlier time, makes the acts after it say more than was there. Nor does anybody carry a
thing away from where it is not, or to where it is.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from models import custody
from models.codes import HandlingKind, ItemState, Timing
from models.custody import Status
from models.errors import Refused
from models.records import HandlingEvent, Item
from models.records.handling import END_KINDS
from models.values import halves_a_piece

K = HandlingKind
SPEAKING = frozenset(
    {K.USE, K.STORE, K.TAKE_OUT, K.BRING_BACK, K.TRANSPORT, K.TRANSMIT, K.DISPATCH, K.PROVIDE,
     K.STOCKTAKE, K.LOSS}
)  # fmt: skip
"""Kinds whose lines say how much of the item itself was there."""
CARRYING = frozenset({K.STORE, K.TAKE_OUT, K.TRANSPORT, K.DISPATCH})
"""Kinds whose place (元) is where the item lay."""
PlaceName = Callable[[str], str]


def require_whole(item: Item, entering: Iterable[HandlingEvent]) -> None:
    """Refuse an act that speaks of half a sheet; a line of a copy speaks of what was made.

    Raises:
        Refused
    """
    for event in entering:
        for line in event.lines:
            mine = line.item_id == item.id and not line.resulting_item_id
            if mine and halves_a_piece(line.quantity, item.unit):
                raise Refused(
                    reason=f"{item.caption()}の数量は、単位が「{item.unit}」なので、"
                    "整数で入力してください。"
                )


def of_now(
    item: Item, status: Status, entering: Iterable[HandlingEvent], place: PlaceName
) -> Iterator[str]:
    """Yield what new acts say wrong, when nothing that is entered happened later.

    Args:
        place: returns what a place is called.

    Raises:
        Refused: one of them cannot happen.
    """
    for event in entering:
        yield from _too_much(item, status.left, event)
        yield from _counted_less(item, status.left, event)
        yield from _elsewhere(item, status, event, place)
        status = custody.step(item, status, event)


def of_then(
    item: Item,
    happened: Iterable[HandlingEvent],
    entering: Sequence[HandlingEvent],
    place: PlaceName,
) -> Iterator[str]:
    """Yield what new acts say wrong, and what acts after a new end do, in the order of time.

    Args:
        happened: what stands, in the order in which it happened.
        entering: the new acts in the same order.
        place: returns what a place is called.

    Raises:
        Refused: one of all these cannot happen.
    """
    mine = {event.id for event in entering}
    ended = Decimal(0)
    status = custody.begin(item)
    for event in heapq.merge(happened, entering, key=custody.when):
        new = event.id in mine
        if new or (ended and not any(_too_much(item, status.left + ended, event))):
            yield from _too_much(item, status.left, event)
        if new:
            yield from _counted_less(item, status.left, event)
            yield from _elsewhere(item, status, event, place)
        left = status.left
        status = custody.step(item, status, event)
        if new and event.kind in END_KINDS:
            ended += left - status.left


def shortages(item: Item, happened: Iterable[HandlingEvent]) -> dict[str, Decimal]:
    """Return how much of an item each stocktake did not find, by its id.

    Args:
        happened: what stands, in the order in which it happened.
    """
    status, found = custody.begin(item), {}
    for event in happened:
        for quantity in _found_less(item, status.left, event):
            found[event.id] = status.left - quantity
        status = custody.step(item, status, event)
    return found


def _too_much(item: Item, left: Decimal, event: HandlingEvent) -> Iterator[str]:
    if event.timing is not Timing.ACTUAL or event.kind not in SPEAKING or left <= 0:
        return
    for line in event.lines:
        if line.item_id == item.id and line.quantity is not None and line.quantity > left:
            yield (
                f"{event.caption()}の数量（{line.quantity.normalize():f}{item.unit}）が、そのときの"
                f"{item.caption()}の残り（{left.normalize():f}{item.unit}）より多くなっています。"
                "日時と数量を確かめてください。"
            )


def _counted_less(item: Item, left: Decimal, event: HandlingEvent) -> Iterator[str]:
    """Yield what a stocktake did not find: that is what it is for."""
    for quantity in _found_less(item, left, event):
        yield (
            f"{item.caption()}の現品（{quantity.normalize():f}{item.unit}）が、台帳の残り"
            f"（{left.normalize():f}{item.unit}）より少なくなっています。数え直し、見つからない"
            "ときは「所在不明」を記録して、責任者に知らせてください。"
        )


def _found_less(item: Item, left: Decimal, event: HandlingEvent) -> Iterator[Decimal]:
    if event.timing is not Timing.ACTUAL or event.kind is not K.STOCKTAKE:
        return
    for line in event.lines:
        if line.item_id == item.id and line.quantity is not None and line.quantity < left:
            yield line.quantity


def _elsewhere(item: Item, status: Status, event: HandlingEvent, place: PlaceName) -> Iterator[str]:
    """Yield that an act carries an item to where it begins, or from where the item is not."""
    begins = event.place_from_id
    if event.timing is not Timing.ACTUAL or event.kind not in CARRYING or not begins:
        return
    if begins == event.place_to_id:
        yield (
            f"{event.caption()}は、「{place(begins)}」から同じ「{place(begins)}」へ運んだ記録になって"
            "います。場所を確かめてください。"
        )
    if status.state is ItemState.STORED and status.place_id not in ("", begins):
        yield (
            f"{item.caption()}は、台帳では「{place(status.place_id)}」にありましたが、"
            f"「{place(begins)}」から運んだ記録になっています。場所を確かめ、移した記録が抜けている"
            "ときは「保管・移動」で補ってください。"
        )

"""Acts that speak of another quantity than was there when they happened: refused, or told.

Custody accepts what entries of former versions say. Of new acts more is asked: pieces that are
missing cannot be returned, and no more is found or comes back than was lost or went out. A use or a
stocktake may name a wrong quantity without anything being lost, so it is entered and only told; and
an act that is entered later, with an earlier time, may make the acts after it say what cannot be.
Nor does anybody carry a thing away from where it is not, or to where it is.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from models import custody, overlaps
from models.codes import (
    CARRIERS,
    TERMINAL_STATES,
    HandlingKind,
    ItemOrigin,
    ItemState,
    Ownership,
    Timing,
)
from models.endings import GIVING
from models.errors import Refused
from models.item_status import NONE, Status
from models.possible_acts import require_possible
from models.records import HandlingEvent, Item
from models.records.handling import END_KINDS, HandlingLine
from models.values import halves_a_piece

K = HandlingKind
SPEAKING = frozenset(
    {K.USE, K.STORE, K.TAKE_OUT, K.BRING_BACK, K.TRANSPORT, K.TRANSMIT, K.DISPATCH, K.PROVIDE,
     K.STOCKTAKE, K.LOSS}
)  # fmt: skip
"""Kinds whose lines say how much of the item itself was there."""
MOVING = frozenset({K.TAKE_OUT, K.BRING_BACK, K.TRANSPORT, K.DISPATCH, K.LOSS, K.RECOVER})
CARRYING = frozenset({K.STORE, K.TAKE_OUT, K.TRANSPORT, K.DISPATCH})
"""Kinds whose place (元) is where the item lay."""
PlaceName = Callable[[str], str]
BEGINNING = frozenset({K.RECEIVE, K.COLLECT, K.CREATE})
NEVER_FIRST = END_KINDS | {K.STORE, K.LOSS}
"""Kinds that leave a thing elsewhere than registered: something has to come before them."""
WITHOUT_ORIGIN = (
    "物がないときは「媒体・資料」でその登録を取り消し、あるときは先に受領・収集・作成などを記録して"
    "ください。"
)


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
    item: Item, status: Status, entering: Sequence[HandlingEvent], place: PlaceName
) -> Iterator[str]:
    """Yield what new acts say wrong, when nothing that is entered happened later.

    Args:
        place: returns what a place is called.

    Raises:
        Refused: one of them cannot happen.
    """
    for event in entering:
        after = custody.step(item, status, event)
        require_there(item, status, event)
        yield from _told(item, status, after, event, place)
        status = after
    yield from _of_empty(item, status, entering)


def of_then(
    item: Item,
    happened: Iterable[HandlingEvent],
    entering: Sequence[HandlingEvent],
    place: PlaceName,
    instead_of: HandlingEvent | None = None,
) -> Iterator[str]:
    """Yield what new acts say wrong, and what acts after them do, in the order of time.

    Args:
        happened: what stands, in the order in which it happened.
        entering: the new acts in the same order.
        place: returns what a place is called.
        instead_of: the act that stands and that they replace.

    Raises:
        Refused: one of all these cannot happen.
    """
    new = {id(event) for event in entering}  # a draft may carry the id of what it corrects
    corrected = instead_of.id if instead_of else ""
    ended = NONE
    running = overlaps.Running(item, {event.id for event in entering})
    stood = status = custody.begin(item)
    for event in heapq.merge(happened, entering, key=custody.when):
        if event.id == corrected and id(event) not in new:
            stood = after_standing(item, stood, event)
            continue
        yield from running.take(event, _there(status, event))
        if id(event) in new:
            after = custody.step(item, status, event)
            require_there(item, status, event, instead_of)
            yield from _told(item, status, after, event, place)
            ended += status.left - after.left if event.kind in END_KINDS else NONE
            status = after
            continue
        there = _there(status, event)
        if ended and not any(_too_much(item, there + ended, event)):
            yield from _too_much(item, there, event)
        stood, status = followed(item, stood, status, event)
    yield from _of_empty(item, status, entering)


def shortages(item: Item, happened: Iterable[HandlingEvent]) -> dict[str, Decimal]:
    """Return how much of an item each stocktake did not find, by its id.

    Args:
        happened: what stands, in the order in which it happened.
    """
    status, found = custody.begin(item), {}
    for event in happened:
        there = _there(status, event)
        for quantity in _found_less(item, there, event):
            found[event.id] = there - quantity
        status = after_standing(item, status, event)
    return found


def require_without(item: Item, happened: Iterable[HandlingEvent], gone: str) -> None:
    """Refuse to take an act back when what stands after it could not have happened without it.

    Raises:
        Refused
    """
    stood = status = custody.begin(item)
    for event in happened:
        if event.id == gone:
            stood = after_standing(item, stood, event)
        else:
            stood, status = followed(item, stood, status, event)


def followed(
    item: Item, stood: Status, status: Status, event: HandlingEvent
) -> tuple[Status, Status]:
    """Return both statuses after an act that stands: the one it followed, and the one it will.

    Raises:
        Refused: it cannot follow the second.
    """
    after = after_standing(item, stood, event)
    if stood is status:  # nothing has changed before it
        return after, after
    _require_still(item, stood, status, event)
    line = custody.line_of(item, event)
    if (
        line is not None
        and line.resulting_item_id != item.id
        and stood.found is not ItemState.REGISTERED
    ):
        _require_begun(item, status, event)
    return after, custody.step(item, status, event)


def after_standing(item: Item, status: Status, event: HandlingEvent) -> Status:
    """Return the status after an act that stands, also one that is refused today."""
    try:
        return custody.step(item, status, event)
    except Refused:
        return status


def are_apart(status: Status) -> bool:
    """Tell whether some pieces are elsewhere than the others."""
    return status.missing is not None or (status.out is not None and status.out != status.left)


def parts(item: Item, status: Status) -> str:
    """Say where the pieces of an item are: 残り100枚（手元94枚・持出中4枚・所在不明2枚）."""
    return f"残り{item.amount(status.left)}（{where(status, item.unit)}）"


def where(status: Status, unit: str = "") -> str:
    """Say how many pieces are where."""
    places = [("手元", status.here), ("持出中", status.out), ("所在不明", status.missing)]
    return "・".join(f"{word}{number.normalize():,f}{unit}" for word, number in places if number)


def usual(item: Item, status: Status | None, kind: HandlingKind | None) -> Decimal | None:
    """Return how many pieces an act concerns that names no number, for screens."""
    if status is None or not status.left:
        return item.quantity
    if kind is K.RECOVER:
        return status.missing or status.left
    if kind is K.BRING_BACK:
        return status.out or status.left
    return status.here or status.out or status.left


# --- what is refused ------------------------------------------------------------------------------


def require_there(
    item: Item, status: Status, event: HandlingEvent, instead_of: HandlingEvent | None = None
) -> None:
    """Refuse a new act that moves or ends other pieces than there are.

    Args:
        instead_of: the act that it corrects.

    Raises:
        Refused
    """
    line = custody.line_of(item, event)
    if line is None or event.timing is not Timing.ACTUAL or event.kind is None:
        return
    if status.loose and line.resulting_item_id != item.id:
        require_possible(item, status, event)
    if line.resulting_item_id != item.id:
        _require_begun(item, status, event)
    begins = line.resulting_item_id == item.id or status.found is ItemState.REGISTERED
    if begins and not _says_the_same(item, event, instead_of):
        _require_registered(item, event, line)
    if not status.left or line.resulting_item_id == item.id:
        return
    if event.kind in MOVING and line.quantity is not None and line.quantity <= 0:
        raise Refused(reason=f"{item.caption()}の数量は、0より大きい数で入力してください。")
    if event.kind in END_KINDS:
        _require_at_hand(item, status, event, line)
        return
    most = _movable(status, event)
    if most is not None and (line.quantity or most or 1) > most:
        raise Refused(reason=_too_many(item, status, event, line))


def _require_begun(item: Item, status: Status, event: HandlingEvent) -> None:
    """Refuse to put away, lose or end what was never received or made (EQ-LEDGER, R-23).

    Once it lay somewhere it would pass for a thing that is here, and its end could be certified. What
    an older register says is kept as it is.
    """
    own = item.origin is ItemOrigin.CONTRACTOR_EQUIPMENT or event.source_file_id
    if event.kind in NEVER_FIRST and status.found is ItemState.REGISTERED and not own:
        assert event.kind is not None
        raise Refused(
            reason=f"{item.caption()}は、受領や作成が記録されていません。「{event.kind.label}」は記録できません。"
            f"{WITHOUT_ORIGIN}"
        )


def _says_the_same(item: Item, event: HandlingEvent, instead_of: HandlingEvent | None) -> bool:
    """Tell whether a correction leaves the number alone; the register was corrected meanwhile."""
    if instead_of is None or instead_of.kind is not event.kind:
        return False
    old, new = custody.line_of(item, instead_of), custody.line_of(item, event)
    return old is not None and new is not None and old.quantity == new.quantity


def _require_registered(item: Item, event: HandlingEvent, line: HandlingLine) -> None:
    """Refuse to begin with another number than is registered: receipt and register would differ."""
    begins = event.kind in BEGINNING or line.resulting_item_id == item.id
    if not begins or line.quantity is None or item.quantity in (None, line.quantity):
        return
    assert event.kind is not None and item.quantity is not None
    raise Refused(
        reason=f"{item.caption()}は、{item.amount(item.quantity)}として登録されています。"
        f"{item.amount(line.quantity)}の「{event.kind.label}」は記録できません。先に媒体・資料の"
        "「数量」を実際の数に訂正してください。残りが後から届くときは、別の管理番号で登録してください。"
    )


def _require_at_hand(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> None:
    assert event.kind is not None
    if not are_apart(status):
        if line.quantity is not None and line.quantity > status.left:
            raise Refused(reason=_too_many(item, status, event, line))
        return
    most = status.here + ((status.out or NONE) if event.kind in GIVING else NONE)
    if line.quantity is None:
        raise Refused(
            reason=f"{item.caption()}は、{parts(item, status)}です。"
            f"「{event.kind.label}」の数量を入力してください。"
        )
    if line.quantity > most:
        raise Refused(reason=_too_many(item, status, event, line))


def _movable(status: Status, event: HandlingEvent) -> Decimal | None:
    """Return how many pieces an act can concern, None when that is not asked."""
    out, here = status.out or NONE, status.here
    kind = event.kind
    if kind is K.RECOVER:
        return status.missing or NONE
    if kind is K.BRING_BACK:
        return out
    if kind is K.LOSS:
        return out + here
    if kind is K.TRANSPORT and out and (event.related_event_id or not here):
        return out
    if kind in (K.TAKE_OUT, K.DISPATCH, K.TRANSPORT) and are_apart(status):
        return here
    return None


def _too_many(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> str:
    assert event.kind is not None
    asked = f"{item.amount(line.quantity)}の" if line.quantity is not None else ""
    missing = status.missing is not None and event.kind is not K.RECOVER
    advice = "見つかったときは、先に「発見・回収」を記録してください。" if missing else ""
    return (
        f"{item.caption()}は、{parts(item, status)}です。{asked}「{event.kind.label}」は"
        f"記録できません。数量を確かめてください。{advice}"
    )


def _require_still(item: Item, stood: Status, status: Status, event: HandlingEvent) -> None:
    """Refuse that an act that stands moves or ends pieces that are no longer there for it."""
    try:
        require_there(item, status, event)
    except Refused as error:
        try:
            require_there(item, stood, event)
        except Refused:  # it said so from the beginning, in a former version
            return
        raise Refused(reason=f"{event.caption()}と、つじつまが合わなくなります。{error}") from error


# --- what is told ---------------------------------------------------------------------------------


def _told(
    item: Item, status: Status, after: Status, event: HandlingEvent, place: PlaceName
) -> Iterator[str]:
    line = custody.line_of(item, event)
    if line is None or event.timing is not Timing.ACTUAL or line.resulting_item_id == item.id:
        return
    yield from _too_much(item, _there(status, event), event)
    yield from _counted_less(item, _there(status, event), event)
    yield from _elsewhere(item, status, event, place)
    if event.kind in END_KINDS:
        yield from _of_end(item, status, after, event)
    elif after.out is not None and event.kind in (K.BRING_BACK, K.RECOVER, K.TRANSPORT):
        if event.kind is K.RECOVER and after.out != status.out:
            yield (
                f"{item.caption()}は、持出しの間に所在不明になったため、見つかった分は"
                "持出中に戻りました。持ち帰ったときは「持帰り」を記録してください。"
            )
        elif status.out is not None and after.out < status.out:
            yield f"{item.caption()}の{item.amount(after.out)}は、まだ持出中です。"
    if event.kind is K.TRANSPORT and status.out and after.out and after.out > status.out:
        yield (
            f"{item.caption()}は、手元にあったものの運搬として記録しました（持出中は"
            f"{item.amount(after.out)}になります）。"
        )
    if event.kind is K.RECOVER and after.missing is not None:
        yield f"{item.caption()}の{item.amount(after.missing)}は、まだ所在不明です。"
    out = after.out if after.out == status.out else None
    either = event.kind in (K.RETURN, K.HAND_OVER, K.LOSS)
    if either and out is not None and (line.quantity or NONE) <= out:  # from there, perhaps
        yield (
            f"{item.caption()}は、手元にあったものとして記録しました（持出中は"
            f"{item.amount(out)}のまま）。持ち出していたものだったときは、この記録を訂正し、"
            "「持ち出している分」を選んでください。"
        )


def _of_end(item: Item, status: Status, after: Status, event: HandlingEvent) -> Iterator[str]:
    line = custody.line_of(item, event)
    assert line is not None and event.kind is not None
    amount = status.left if line.quantity is None else line.quantity
    if status.counted is not None and amount > status.counted:
        yield (
            f"{item.caption()}の最後の現品確認では、{item.amount(status.counted)}でした。"
            f"{item.amount(amount)}の「{event.kind.label}」を記録しました。数を確かめ、見つからない"
            "ものがあるときは、この記録を訂正して「所在不明」を記録してください。"
        )
    of_client = item.ownership is Ownership.CLIENT and item.item_class in CARRIERS
    if event.kind is K.ERASE and of_client and after.left < status.left:
        yield (
            f"{item.caption()}は、一部の{item.amount(amount)}を消去したので、その分はこの番号では"
            "数えません。現物を返すまでは、別の管理番号で登録して管理してください。"
        )


def _of_empty(item: Item, status: Status, entering: Iterable[HandlingEvent]) -> Iterator[str]:
    """Say that an erased carrier has to go back, unless it did.

    Args:
        status: after all that happened.
    """
    erased = any(one.kind is K.ERASE and custody.line_of(item, one) for one in entering)
    if erased and status.empty and status.state not in TERMINAL_STATES:
        yield (
            f"{item.caption()}の現物は委託者のものです。返還・引渡し・廃棄を記録するまで、"
            "終わっていないものとして残ります。"
        )


def _too_much(item: Item, there: Decimal, event: HandlingEvent) -> Iterator[str]:
    if event.timing is not Timing.ACTUAL or event.kind not in SPEAKING or there <= 0:
        return
    for line in event.lines:
        if line.item_id == item.id and line.quantity is not None and line.quantity > there:
            yield (
                f"{event.caption()}の数量（{item.amount(line.quantity)}）が、そのときの"
                f"{item.caption()}の残り（{item.amount(there)}）より多くなっています。"
                "日時と数量を確かめてください。"
            )


def _counted_less(item: Item, there: Decimal, event: HandlingEvent) -> Iterator[str]:
    """Yield what a stocktake did not find: that is what it is for."""
    for quantity in _found_less(item, there, event):
        yield (
            f"{item.caption()}の現品（{item.amount(quantity)}）が、台帳の残り"
            f"（{item.amount(there)}）より少なくなっています。数え直し、見つからない"
            "ときは「所在不明」を記録して、責任者に知らせてください。"
        )


def _found_less(item: Item, there: Decimal, event: HandlingEvent) -> Iterator[Decimal]:
    if event.timing is not Timing.ACTUAL or event.kind is not K.STOCKTAKE:
        return
    for line in event.lines:
        if line.item_id == item.id and line.quantity is not None and line.quantity < there:
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
    at_rest = status.found in (ItemState.STORED, ItemState.EMPTIED)
    if at_rest and status.place_id not in ("", begins):
        yield (
            f"{item.caption()}は、台帳では「{place(status.place_id)}」にありましたが、"
            f"「{place(begins)}」から運んだ記録になっています。場所を確かめ、移した記録が抜けている"
            "ときは「保管・移動」で補ってください。"
        )


# --- numbers --------------------------------------------------------------------------------------


def _there(status: Status, event: HandlingEvent) -> Decimal:
    """Return how many pieces an act can have met."""
    if status.out is not None and event.kind in (K.BRING_BACK, K.LOSS):
        return status.out + (status.here if event.kind is K.LOSS else NONE)
    return status.here or status.out or status.left

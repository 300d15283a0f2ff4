"""The end of pieces: what is handed over, returned, erased or disposed of is answered for no more.

The item ends when nothing is left. What entries of former versions said is still accepted:
`models/amounts.py` refuses more of new ones.
"""

from decimal import Decimal

from models.codes import CARRIERS, HandlingKind, ItemState, Ownership, VerificationResult
from models.errors import Refused
from models.item_status import NONE, Status
from models.records.handling import HandlingEvent, HandlingLine
from models.records.things import Item
from models.trips import lost_no_more, out_no_more

K, S = HandlingKind, ItemState
TERMINAL_BY_KIND = {
    K.HAND_OVER: S.HANDED_OVER,
    K.RETURN: S.RETURNED,
    K.ERASE: S.ERASED,
    K.DISPOSE: S.DISPOSED,
}
GIVING = frozenset({K.HAND_OVER, K.RETURN})
"""What is outside may go from there, because that is why it is taken out."""


def ended(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    """Return the status after an act that ends pieces, as many as it says.

    Raises:
        Refused: there are not so many.
    """
    kind = event.kind
    assert kind is not None
    failed = failed_check(item, event)
    if status.state is S.ERASED:  # the contractor's own carrier follows its data
        gone = status.with_changes(state=TERMINAL_BY_KIND[kind], place_id="", holder_id="")
        return status if failed else gone
    amount = _amount(item, status, kind, line)
    if failed:
        return status
    left = status.left - amount
    if left > 0:
        return _lessened(status, event, amount)
    if kind is K.ERASE and item.item_class in CARRIERS:
        if item.ownership is Ownership.CLIENT:
            changed = status.with_changes(empty=True)
            return changed.settled(S.EMPTIED if status.found is S.STORED else status.found)
        # The carrier stays with the contractor after its data is gone; a new registration
        # (a new item number) is needed before it holds data again.
        return status.with_changes(
            state=S.ERASED, before=None, left=left, holder_id="", due_back_at=None,
            out=None, missing=None, lost_out=None, counted=None, trips=(),
            lost_trips=(),
        )  # fmt: skip
    return status.with_changes(
        state=TERMINAL_BY_KIND[kind], before=None, left=left, place_id="", holder_id="",
        due_back_at=None, using="", out=None, missing=None, lost_out=None, counted=None,
        trips=(), lost_trips=(),
    )  # fmt: skip


def failed_check(item: Item, event: HandlingEvent) -> bool:
    """Tell whether it was tried and can still be read (検証不合格): the item did not end with it."""
    return any(
        check.item_id == item.id and check.verification_result is VerificationResult.FAIL
        for check in event.sanitization
    )


def _amount(item: Item, status: Status, kind: HandlingKind, line: HandlingLine) -> Decimal:
    """Return how many pieces end.

    Raises:
        Refused
    """
    amount = status.left if line.quantity is None else line.quantity
    if amount <= 0:
        raise Refused(reason=f"{item.caption()}の数量は、0より大きい数で入力してください。")
    if amount > status.left and _is_of_carrier(item, kind, amount):
        return status.left
    if amount > status.left:
        raise Refused(
            reason=f"{item.caption()}の残りは{status.left.normalize():f}{item.unit}です。"
            f"{amount.normalize():f}{item.unit}は記録できません。数量を確かめてください。"
        )
    return amount


def _is_of_carrier(item: Item, kind: HandlingKind, amount: Decimal) -> bool:
    """Tell whether former versions took any number for this: of a carrier whose erasing failed.

    It counted as erased then; `models/amounts.py` refuses too many of what is entered today.
    """
    carrier = item.item_class in CARRIERS and item.ownership is not Ownership.CLIENT
    return carrier and kind is K.DISPOSE and amount <= (item.quantity or NONE)


def _lessened(status: Status, event: HandlingEvent, amount: Decimal) -> Status:
    """Let pieces go: those that lie here first, unless they are given away from outside."""
    left = status.left - amount
    counted = None if status.counted is None else max(status.counted - amount, NONE)
    if status.out is None and status.missing is None:
        return status.with_changes(left=left, counted=counted)
    here, out, missing = status.here, status.out or NONE, status.missing or NONE
    abroad = event.related_event_id and event.kind in GIVING
    outside = min(out, amount) if abroad else min(out, max(amount - here, NONE))
    lost = max(amount - outside - here, NONE)
    lost_out = min(status.lost_out or NONE, missing - lost)
    return status.parted(
        left=left, out=out - outside or None, missing=missing - lost or None,
        lost_out=lost_out or None, counted=counted,
        **out_no_more(status, event, outside), **lost_no_more(status, lost_out),
    )  # fmt: skip

"""Custody: the state of an item follows from its events (records.md 3.3, R-34).

`Status` is what the register shows of an item; `step` applies one event and refuses what cannot
be; `replay` applies a whole timeline in the order in which things *happened*. The ledger asks
before it writes, and storage asks again to derive its tables: one function, one truth.

Beyond the plain machine of the records: a partial return or disposal lowers the quantity and the
item ends when nothing is left; a thing that was taken out may be returned or handed over straight
from there, because that is why it is taken out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from models.codes import TERMINAL_STATES, HandlingKind, ItemClass, ItemState, Timing
from models.errors import Refused
from models.records.handling import END_KINDS, HandlingEvent, HandlingLine
from models.records.things import Item

K, S = HandlingKind, ItemState
HERE = frozenset({S.STORED})
AWAY = frozenset({S.TAKEN_OUT, S.IN_TRANSIT})
ALIVE = frozenset(set(S) - TERMINAL_STATES)

ALLOWED: dict[HandlingKind, frozenset[ItemState]] = {
    K.RECEIVE: frozenset({S.REGISTERED}),
    K.COLLECT: frozenset({S.REGISTERED}),
    K.CREATE: frozenset({S.REGISTERED, S.STORED, S.IN_USE}),
    K.COPY: frozenset({S.STORED, S.IN_USE, S.TAKEN_OUT}),
    K.USE: frozenset({S.STORED, S.IN_USE, S.TAKEN_OUT}),
    K.STORE: frozenset({S.STORED, S.REGISTERED}),
    K.TAKE_OUT: HERE,
    K.BRING_BACK: AWAY,
    K.TRANSPORT: frozenset({S.STORED, S.TAKEN_OUT, S.IN_TRANSIT}),
    K.TRANSMIT: frozenset({S.STORED, S.IN_USE}),
    K.DISPATCH: HERE,
    K.PROVIDE: frozenset({S.STORED, S.IN_USE}),
    K.HAND_OVER: HERE | AWAY,
    K.RETURN: HERE | AWAY,
    K.ERASE: HERE,
    K.DISPOSE: HERE | {S.REGISTERED},
    K.STOCKTAKE: ALIVE - {S.MISSING},
    K.LOSS: ALIVE - {S.MISSING},
    K.RECOVER: frozenset({S.MISSING}),
}

TERMINAL_BY_KIND = {
    K.HAND_OVER: S.HANDED_OVER,
    K.RETURN: S.RETURNED,
    K.ERASE: S.ERASED,
    K.DISPOSE: S.DISPOSED,
}

# What `step` asks of an event; a test holds the two together.
STEP = (
    "id", "kind", "timing", "occurred_at", "ended_at", "actor_person_id", "place_to_id",
    "expected_return_at", "related_event_id",
)  # fmt: skip
STEP_LINE = ("item_id", "resulting_item_id", "quantity")
STEP_TRANSPORT = ("arrived_at",)


@dataclass(frozen=True)
class Status:
    """What follows from an item's events. `before` remembers the state a loss interrupted."""

    state: ItemState
    place_id: str = ""
    holder_id: str = ""
    left: Decimal = Decimal(0)
    due_back_at: datetime | None = None
    last_at: datetime | None = None
    before: ItemState | None = None
    using: str = ""  # id of the open use, take-out or transport event


def when(event: HandlingEvent) -> datetime:
    """Return when an event happened, the order of every timeline."""
    assert event.occurred_at is not None
    return event.occurred_at


def begin(item: Item) -> Status:
    """Return the status of an item that nothing has happened to."""
    return _registered(item.home_place_id, item.quantity or Decimal(0))


@lru_cache(4096)  # an import brings thousands that lie in one place
def _registered(place_id: str, left: Decimal) -> Status:
    return Status(S.REGISTERED, place_id=place_id, left=left)


def replay(item: Item, timeline: Iterable[HandlingEvent]) -> Status:
    """Apply an item's events, given in the order in which they happened.

    Raises:
        Refused: for the first event that cannot follow its predecessors.
    """
    status = begin(item)
    for event in timeline:
        status = step(item, status, event)
    return status


def step(item: Item, status: Status, event: HandlingEvent) -> Status:
    """Return the status after one actual event; a plan changes nothing.

    Raises:
        Refused: when the event cannot happen to an item in this state (R-34).
    """
    if event.timing is not Timing.ACTUAL or event.kind is None:
        return status
    mine = None
    for line in event.lines:
        if line.resulting_item_id == item.id:
            return _appear(item, status, event)
        if line.item_id == item.id and mine is None:
            mine = line
    if mine is None:
        return status
    _require_possible(item, status, event)
    after = _moved(item, status, event, mine)
    if after is status:
        return _with(status, last_at=event.occurred_at)
    vars(after)["last_at"] = event.occurred_at  # just made: nobody has seen it yet
    return after


def _with(status: Status, **changes: Any) -> Status:
    """Return `dataclasses.replace(status, **changes)`, faster: every event asks."""
    made = object.__new__(Status)
    held = vars(made)
    held.update(vars(status))
    held.update(changes)
    return made


def _appear(item: Item, status: Status, event: HandlingEvent) -> Status:
    if status.state is not S.REGISTERED:
        raise Refused(reason=f"{item.caption()}は、すでに登録されている別の物です。")
    place = event.place_to_id or item.home_place_id
    return _with(status, state=S.STORED, place_id=place, last_at=event.occurred_at)


def _require_possible(item: Item, status: Status, event: HandlingEvent) -> None:
    assert event.kind is not None
    if status.state in ALLOWED[event.kind]:
        return
    if status.state in TERMINAL_STATES:
        advice = "その記録が誤りなら、先に理由を付けて取り消してください。"
    elif status.state is S.REGISTERED:
        advice = "先に受領・収集・作成のいずれかを記録してください。"
    elif status.state is S.IN_USE:
        advice = "先に使用の終了を記録してください。"
    elif status.state in AWAY:
        advice = "先に持帰りまたは到着を記録してください。"
    elif status.state is S.MISSING:
        advice = "見つかったときは、先に「発見・回収」を記録してください。"
    else:
        advice = "管理番号と日時を確かめてください。"
    raise Refused(
        reason=f"{item.caption()}は「{status.state.label}」のため、"
        f"「{event.kind.label}」は記録できません。{advice}"
    )


def _moved(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    kind = event.kind
    assert kind is not None
    if kind in END_KINDS:
        return _ended(item, status, event, line)
    if kind in (K.RECEIVE, K.COLLECT, K.STORE) or (
        kind is K.CREATE and status.state is S.REGISTERED
    ):
        place = event.place_to_id or status.place_id or item.home_place_id
        return _with(status, state=S.STORED, place_id=place, holder_id="")
    if kind is K.USE:
        return _used(status, event)
    if kind in (K.TAKE_OUT, K.DISPATCH):
        state = S.TAKEN_OUT if kind is K.TAKE_OUT else S.IN_TRANSIT
        return _with(
            status, state=state, place_id="", holder_id=event.actor_person_id,
            due_back_at=event.expected_return_at, using=event.id,
        )  # fmt: skip
    if kind is K.BRING_BACK:
        return _back(item, status, event)
    if kind is K.TRANSPORT:
        return _carried(item, status, event)
    if kind is K.LOSS:
        return _with(status, state=S.MISSING, before=status.state)
    if kind is K.RECOVER:
        return _with(status, state=status.before or S.STORED, before=None)
    return status


def _used(status: Status, event: HandlingEvent) -> Status:
    if status.state is S.TAKEN_OUT:
        return status
    if event.ended_at is not None or event.related_event_id:
        return _with(status, state=S.STORED, holder_id="", using="")
    if status.state is S.IN_USE:
        raise Refused(reason="すでに使用中です。先に使用の終了を記録してください。")
    return _with(status, state=S.IN_USE, holder_id=event.actor_person_id, using=event.id)


def _back(item: Item, status: Status, event: HandlingEvent) -> Status:
    place = event.place_to_id or item.home_place_id
    return _with(status, state=S.STORED, place_id=place, holder_id="", due_back_at=None, using="")


def _carried(item: Item, status: Status, event: HandlingEvent) -> Status:
    arrived = any(detail.arrived_at for detail in event.transport)
    if arrived:
        return _back(item, status, event)
    if status.state is S.IN_TRANSIT:
        raise Refused(reason=f"{item.caption()}は、すでに運搬中です。先に到着を記録してください。")
    return _with(
        status, state=S.IN_TRANSIT, place_id="", holder_id=event.actor_person_id, using=event.id
    )


def _ended(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    assert event.kind is not None
    amount = status.left if line.quantity is None else line.quantity
    if amount <= 0:
        raise Refused(reason=f"{item.caption()}の数量は、0より大きい数で入力してください。")
    if amount > status.left:
        raise Refused(
            reason=f"{item.caption()}の残りは{status.left.normalize():f}{item.unit}です。"
            f"{amount.normalize():f}{item.unit}は記録できません。数量を確かめてください。"
        )
    left = status.left - amount
    if left > 0:
        return _with(status, left=left)
    if event.kind is K.ERASE and item.item_class in (ItemClass.MEDIUM, ItemClass.EQUIPMENT):
        # The carrier stays with the contractor after its data is gone; a new registration
        # (a new item number) is needed before it holds data again.
        return _with(status, state=S.ERASED, left=left, holder_id="", due_back_at=None)
    return _with(
        status, state=TERMINAL_BY_KIND[event.kind], left=left, place_id="", holder_id="",
        due_back_at=None, using="",
    )  # fmt: skip

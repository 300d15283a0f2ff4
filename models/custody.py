"""Custody: the state of an item follows from its events (records.md 3.3, R-34).

`Status` is what the register shows of an item; `step` applies one event and refuses what cannot
be; `replay` applies a whole timeline in the order in which things *happened*. The ledger asks
before it writes, and storage asks again to derive its tables: one function, one truth.

An item is a number of pieces. A part of them may be outside and a part missing while the rest lies
here; a partial return or disposal lowers the number, and the item ends when nothing is left. What
entries of former versions said is still accepted: `models/amounts.py` refuses more of new ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from models.codes import (
    TERMINAL_STATES,
    HandlingKind,
    ItemClass,
    ItemState,
    Ownership,
    Timing,
    VerificationResult,
)
from models.errors import Refused
from models.records.handling import END_KINDS, HandlingEvent, HandlingLine
from models.records.things import Item

K, S = HandlingKind, ItemState
HERE = frozenset({S.STORED, S.PART_OUT})
AWAY = frozenset({S.TAKEN_OUT, S.IN_TRANSIT})
ABROAD = AWAY | {S.PART_OUT}
CARRIED = frozenset({S.EMPTIED})  # a carrier without its data: it still has to go back
ALIVE = frozenset(set(S) - TERMINAL_STATES)

ALLOWED: dict[HandlingKind, frozenset[ItemState]] = {
    K.RECEIVE: frozenset({S.REGISTERED}),
    K.COLLECT: frozenset({S.REGISTERED}),
    K.CREATE: HERE | {S.REGISTERED, S.IN_USE},
    K.COPY: HERE | {S.IN_USE, S.TAKEN_OUT},
    K.USE: HERE | {S.IN_USE, S.TAKEN_OUT},
    K.STORE: HERE | CARRIED | {S.REGISTERED},
    K.TAKE_OUT: HERE | CARRIED,
    K.BRING_BACK: ABROAD,
    K.TRANSPORT: HERE | CARRIED | AWAY,
    K.TRANSMIT: HERE | {S.IN_USE},
    K.DISPATCH: HERE | CARRIED,
    K.PROVIDE: HERE | {S.IN_USE},
    K.HAND_OVER: HERE | CARRIED | AWAY,
    K.RETURN: HERE | CARRIED | AWAY,
    K.ERASE: HERE,
    K.DISPOSE: HERE | CARRIED | {S.REGISTERED},
    K.STOCKTAKE: ALIVE - {S.MISSING},
    K.LOSS: ALIVE - {S.MISSING},
    K.RECOVER: frozenset({S.MISSING, S.PART_MISSING}),
}
"""In which state each kind of act is possible; of what is missing in part, the rest's state counts."""

CARRIERS = frozenset({ItemClass.MEDIUM, ItemClass.EQUIPMENT})
OF_CARRIER = frozenset({K.STORE, K.STOCKTAKE, K.DISPOSE})
"""What may still happen to the contractor's own carrier once its data is erased."""
OF_CONTENT = frozenset({K.CREATE, K.COPY, K.USE, K.TRANSMIT, K.PROVIDE, K.ERASE})


def states_for(kind: HandlingKind) -> frozenset[ItemState]:
    """Return the states in which a thing is offered for a kind of act."""
    found = ALLOWED[kind]
    if found & {S.STORED, S.TAKEN_OUT}:
        found |= {S.PART_MISSING}
    return found | {S.ERASED} if kind in OF_CARRIER else found


TERMINAL_BY_KIND = {
    K.HAND_OVER: S.HANDED_OVER,
    K.RETURN: S.RETURNED,
    K.ERASE: S.ERASED,
    K.DISPOSE: S.DISPOSED,
}
GIVING = frozenset({K.HAND_OVER, K.RETURN})
"""What is outside may go from there, because that is why it is taken out."""

# What `step` asks of an event; a test holds the two together.
STEP = (
    "id", "kind", "timing", "occurred_at", "ended_at", "actor_person_id", "place_to_id",
    "expected_return_at", "related_event_id",
)  # fmt: skip
STEP_LINE = ("item_id", "resulting_item_id", "quantity")
STEP_TRANSPORT = ("arrived_at",)
STEP_CHECK = ("item_id", "verification_result")

NONE = Decimal(0)


class Trip(NamedTuple):
    """Pieces that one act took out and that are still outside."""

    event_id: str
    pieces: Decimal
    due_back_at: datetime | None
    holder_id: str


@dataclass(frozen=True)
class Status:
    """What follows from an item's events.

    Attributes:
        left: pieces that are still answered for, wherever they are.
        before: the state but for what is missing; None while nothing is.
        using: id of the open use, take-out or transport event.
        out: how many of `left` are outside; None for none, as in the next three.
        missing: how many of `left` are missing.
        lost_out: how many of the missing ones were outside when they got lost.
        counted: what the last stocktake found, if that was less than there had to be.
        busy_until: when the use or the transport ends that lasts the longest.
        empty: its data is erased; the carrier is the client's and has to go back.
        loose: a part was found or came back, by the rule of former versions all of it: what they
            entered after that may speak of pieces that are not here.
        trips: what is outside by the acts that took it there, in their order; only while these are
            several. `due_back_at` and `holder_id` are those of the one that is due first.
    """

    state: ItemState
    place_id: str = ""
    holder_id: str = ""
    left: Decimal = NONE
    due_back_at: datetime | None = None
    last_at: datetime | None = None
    before: ItemState | None = None
    using: str = ""
    out: Decimal | None = None
    missing: Decimal | None = None
    lost_out: Decimal | None = None
    counted: Decimal | None = None
    busy_until: datetime | None = None
    empty: bool = False
    loose: bool = False
    trips: tuple[Trip, ...] = ()

    @property
    def here(self) -> Decimal:
        """Return how many lie here, neither outside nor missing."""
        if self.out is None and self.missing is None:
            return self.left
        return self.left - (self.out or NONE) - (self.missing or NONE)

    @property
    def found(self) -> ItemState:
        """Return the state of what is not missing."""
        return self.before or self.state


def when(event: HandlingEvent) -> datetime:
    """Return when an event happened, the order of every timeline."""
    assert event.occurred_at is not None
    return event.occurred_at


def lasts_until(event: HandlingEvent) -> datetime | None:
    """Return when an act ended that says so: until then the thing was with whoever did it."""
    if event.kind is K.USE:
        return event.ended_at
    if event.kind is K.TRANSPORT:
        return max((d.arrived_at for d in event.transport if d.arrived_at), default=None)
    return None


def begin(item: Item) -> Status:
    """Return the status of an item that nothing has happened to."""
    return _registered(item.home_place_id, item.quantity or NONE)


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
    mine = line_of(item, event)
    if mine is None:
        return status
    if mine.resulting_item_id == item.id:
        return _appear(item, status, event)
    require_possible(item, status, event, loose=status.loose)
    after = _moved(item, status, event, mine)
    if after is status:
        after = _with(status)
    vars(after)["last_at"] = event.occurred_at  # just made: nobody has seen it yet
    until = lasts_until(event)
    if until is not None and (status.busy_until is None or until > status.busy_until):
        vars(after)["busy_until"] = until
    return after


def line_of(item: Item, event: HandlingEvent) -> HandlingLine | None:
    """Return the line that speaks of an item, first the one in which it came to be."""
    mine = None
    for line in event.lines:
        if line.resulting_item_id == item.id:
            return line
        if line.item_id == item.id and mine is None:
            mine = line
    return mine


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


def require_possible(
    item: Item, status: Status, event: HandlingEvent, *, loose: bool = False
) -> None:
    """Refuse an act that cannot happen to an item in its state.

    Args:
        loose: ask only what the rule of former versions can have asked.

    Raises:
        Refused
    """
    kind = event.kind
    assert kind is not None
    allowed = ALLOWED[kind]
    fresh = status.found is S.REGISTERED
    if loose and (fresh or allowed != {S.REGISTERED}) and status.state not in TERMINAL_STATES:
        return
    rest = status.state is S.PART_MISSING and status.found in allowed
    if (rest or status.state in allowed) and not (status.empty and kind in OF_CONTENT):
        return
    if status.state is S.ERASED and item.item_class in CARRIERS and kind in OF_CARRIER:
        return
    here = status.state is not S.MISSING and status.found is S.STORED
    if kind is K.BRING_BACK and here and status.using:
        return  # what was outside went from there; older entries then told that the rest came back
    raise Refused(
        reason=f"{item.caption()}は「{status.state.label}」のため、"
        f"「{kind.label}」は記録できません。{_advice(status)}"
    )


def _advice(status: Status) -> str:
    if status.state in TERMINAL_STATES:
        return "その記録が誤りなら、先に理由を付けて取り消してください。"
    if status.empty:
        return "データは消去済みです。現物の返還・引渡し・廃棄などを記録してください。"
    if status.found is S.REGISTERED:
        return "先に受領・収集・作成のいずれかを記録してください。"
    if status.found is S.IN_USE:
        return "先に使用の終了を記録してください。"
    if status.found in AWAY and status.state is not S.MISSING:
        return "先に持帰りまたは到着を記録してください。"
    if status.state is S.MISSING:
        return "見つかったときは、先に「発見・回収」を記録してください。"
    return "管理番号と日時を確かめてください。"


def _moved(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    kind = event.kind
    assert kind is not None
    if kind in END_KINDS:
        return _ended(item, status, event, line)
    begins = kind is K.CREATE and status.found is S.REGISTERED
    if begins or kind in (K.RECEIVE, K.COLLECT, K.STORE):
        return _stored(item, status, event)
    if kind is K.USE:
        return _used(status, event)
    if kind in (K.TAKE_OUT, K.DISPATCH):
        state = S.TAKEN_OUT if kind is K.TAKE_OUT else S.IN_TRANSIT
        return _sent(status, event, line, state, event.expected_return_at)
    if kind is K.BRING_BACK:
        return _back(item, status, event, line)
    if kind is K.TRANSPORT:
        return _carried(item, status, event, line)
    if kind is K.LOSS:
        return _lost(status, event, line)
    if kind is K.RECOVER:
        return _found(item, status, event, line)
    if kind is K.STOCKTAKE:
        return _counted(status, line)
    return status


def _settled(status: Status, found: ItemState, **changes: Any) -> Status:
    """Return a status whose pieces are in this state, but for those that are missing."""
    changed = _with(status, state=found, before=None, **changes)
    if changed.missing is not None:
        state = S.MISSING if changed.missing == changed.left else S.PART_MISSING
        vars(changed).update(state=state, before=found)
    elif changed.loose and changed.out is None:
        vars(changed)["loose"] = False
    return changed


def _parted(status: Status, **changes: Any) -> Status:
    """Return a status after pieces have changed their part: its state follows from the numbers."""
    changed = _with(status, **changes)
    found = status.found
    if changed.out is not None:
        if changed.here:
            found = S.PART_OUT
        else:
            found = found if found in AWAY else S.TAKEN_OUT
            vars(changed)["place_id"] = ""
    elif changed.here and found in ABROAD:
        found = home(changed)
    if changed.out is None and found not in ABROAD:
        vars(changed).update(due_back_at=None, **({} if found is S.IN_USE else {"holder_id": ""}))
    return _settled(changed, found)


def home(status: Status) -> ItemState:
    """Return the state of what lies here and is not in use."""
    return S.EMPTIED if status.empty else S.STORED


def _named(line: HandlingLine, most: Decimal) -> Decimal:
    """Return how many pieces an act moves: all of them, unless it names fewer."""
    if line.quantity is None or line.quantity <= 0:
        return most
    return min(line.quantity, most)


def _stored(item: Item, status: Status, event: HandlingEvent) -> Status:
    place = event.place_to_id or status.place_id or item.home_place_id
    if status.state is S.ERASED or status.found is S.PART_OUT:
        return _with(status, place_id=place)
    return _settled(status, home(status), place_id=place, holder_id="")


def _used(status: Status, event: HandlingEvent) -> Status:
    if status.found in ABROAD:
        return status
    if event.ended_at is not None or event.related_event_id:
        using = "" if status.found is S.IN_USE else status.using
        return _settled(status, S.STORED, holder_id="", using=using)
    if status.found is S.IN_USE:
        raise Refused(reason="すでに使用中です。先に使用の終了を記録してください。")
    return _settled(status, S.IN_USE, holder_id=event.actor_person_id, using=event.id)


def _sent(
    status: Status, event: HandlingEvent, line: HandlingLine, moving: ItemState,
    back_at: datetime | None,
) -> Status:  # fmt: skip
    """Let pieces leave; those that are outside already stay there."""
    here = status.here
    further = event.kind is K.TRANSPORT and event.related_event_id and status.out
    amount = NONE if further else _named(line, here)
    changes: dict[str, Any] = {"holder_id": event.actor_person_id, "using": event.id}
    if status.out is None or back_at is not None:
        known = status.due_back_at if status.out is not None else None
        changes["due_back_at"] = min(back_at, known) if back_at and known else back_at
    if amount:
        changes["out"] = (status.out or NONE) + amount
    if status.out is not None and (amount or status.trips):
        due = None if event.kind is K.TRANSPORT else back_at  # what is carried names no day
        trips = _further(status, event, Trip(event.id, amount, due, event.actor_person_id))
        changes |= _of_trips(trips) | {"trips": trips, "using": event.id}
    if amount == here:
        return _settled(status, moving, place_id="", **changes)
    return _settled(status, S.PART_OUT, **changes)


def trip_of(status: Status, event_id: str, holder_id: str) -> Trip | None:
    """Return what an act that names another one, or its actor, has outside of several."""
    named = (one for one in status.trips if one.event_id == event_id)
    held = (one for one in reversed(status.trips) if one.holder_id == holder_id)
    return next(named, None) or next(held, None)


def _further(status: Status, event: HandlingEvent, trip: Trip) -> tuple[Trip, ...]:
    """Return the trips after one more act: it takes pieces out, or carries on what is outside."""
    if trip.pieces:
        whole = Trip(status.using, status.out or NONE, status.due_back_at, status.holder_id)
        return (*(status.trips or (whole,)), trip)
    return tuple(
        one._replace(event_id=trip.event_id, holder_id=trip.holder_id)
        if one.event_id == event.related_event_id
        else one
        for one in status.trips
    )


def _of_trips(trips: tuple[Trip, ...]) -> dict[str, Any]:
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


def _outside(status: Status, event: HandlingEvent, amount: Decimal) -> dict[str, Any]:
    """Return what changes when pieces are outside no more: of the act that is named, or whose actor
    has them; else of those that are due last."""
    if not status.trips or not amount:
        return {}
    if amount >= (status.out or NONE):
        return {"trips": ()}
    meant = trip_of(status, event.related_event_id, event.actor_person_id)
    undated = [one for one in status.trips if one.due_back_at is None]
    dated = [one for one in status.trips if one.due_back_at is not None]
    late_first = (*undated, *sorted(dated, key=_due, reverse=True))
    left = {one.event_id: one for one in status.trips}
    for one in (meant, *late_first) if meant else late_first:
        held = left[one.event_id]
        gone = min(held.pieces, amount)
        left[one.event_id] = held._replace(pieces=held.pieces - gone)
        amount -= gone
    return _of_trips(tuple(one for one in left.values() if one.pieces))


def _again(status: Status, amount: Decimal) -> dict[str, Any]:
    """Return what changes when pieces that got lost outside are outside again."""
    if not status.trips or not amount:
        return {}
    first, *others = status.trips
    return {"trips": (first._replace(pieces=first.pieces + amount), *others)}


def _back(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    """Let pieces come back, as many as the act says; the others stay outside."""
    out = status.out or NONE
    amount = _named(line, out)
    rest = out - amount
    staying = status.place_id if out and status.here else ""
    place = event.place_to_id or staying or item.home_place_id
    if rest:
        others = _outside(status, event, amount)
        return _settled(
            status, S.PART_OUT, out=rest, place_id=staying or place, loose=True, **others
        )
    return _settled(
        status, home(status), out=None, place_id=place, holder_id="", due_back_at=None, using="",
        trips=(),
    )  # fmt: skip


def _carried(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    arrived = any(detail.arrived_at for detail in event.transport)
    if not arrived:
        if status.found is S.IN_TRANSIT:
            raise Refused(
                reason=f"{item.caption()}は、すでに運搬中です。先に到着を記録してください。"
            )
        return _sent(status, event, line, S.IN_TRANSIT, status.due_back_at)
    if status.found is S.PART_OUT and not event.related_event_id:  # what lay here was carried
        return _with(status, place_id=event.place_to_id or status.place_id, loose=True)
    return _back(item, status, event, line)


def _lost(status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    """Let pieces be missing: those that lie here first, unless the act names the take-out."""
    if not status.left:  # an older register did not say how many
        return _with(status, state=S.MISSING, before=status.found)
    here, out, missing = status.here, status.out or NONE, status.missing or NONE
    amount = _named(line, here + out)
    outside = min(amount, out) if event.related_event_id else max(amount - here, NONE)
    return _parted(
        status, out=out - outside or None, missing=missing + amount or None,
        lost_out=(status.lost_out or NONE) + outside or None, counted=None,
        **_outside(status, event, outside),
    )  # fmt: skip


def _found(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    """Let missing pieces be found; what got lost outside is outside until it is brought back."""
    if status.missing is None:
        return _settled(status, status.found)
    missing, lost_out = status.missing, status.lost_out or NONE
    amount = _named(line, missing)
    outside = min(amount, lost_out)
    place = status.place_id
    if amount > outside:
        place = place or event.place_to_id or item.home_place_id
    return _parted(
        status, out=(status.out or NONE) + outside or None, missing=missing - amount or None,
        lost_out=lost_out - outside or None, place_id=place, counted=None,
        loose=status.loose or amount < missing, **_again(status, outside),
    )  # fmt: skip


def _counted(status: Status, line: HandlingLine) -> Status:
    there = status.here or status.out or NONE
    less = line.quantity if line.quantity is not None and line.quantity < there else None
    return status if less == status.counted else _with(status, counted=less)


def failed_check(item: Item, event: HandlingEvent) -> bool:
    """Tell whether it was tried and can still be read (検証不合格): the item did not end with it."""
    return any(
        check.item_id == item.id and check.verification_result is VerificationResult.FAIL
        for check in event.sanitization
    )


def _is_of_carrier(item: Item, kind: HandlingKind, amount: Decimal) -> bool:
    """Tell whether former versions took any number for this: of a carrier whose erasing failed.

    It counted as erased then; `models/amounts.py` refuses too many of what is entered today.
    """
    carrier = item.item_class in CARRIERS and item.ownership is not Ownership.CLIENT
    return carrier and kind is K.DISPOSE and amount <= (item.quantity or NONE)


def _ended(item: Item, status: Status, event: HandlingEvent, line: HandlingLine) -> Status:
    kind = event.kind
    assert kind is not None
    failed = failed_check(item, event)
    if status.state is S.ERASED:  # the contractor's own carrier follows its data
        gone = _with(status, state=TERMINAL_BY_KIND[kind], place_id="", holder_id="")
        return status if failed else gone
    amount = status.left if line.quantity is None else line.quantity
    if amount <= 0:
        raise Refused(reason=f"{item.caption()}の数量は、0より大きい数で入力してください。")
    if amount > status.left and _is_of_carrier(item, kind, amount):
        amount = status.left
    if amount > status.left:
        raise Refused(
            reason=f"{item.caption()}の残りは{status.left.normalize():f}{item.unit}です。"
            f"{amount.normalize():f}{item.unit}は記録できません。数量を確かめてください。"
        )
    if failed:
        return status
    left = status.left - amount
    if left > 0:
        return _lessened(status, event, amount)
    if kind is K.ERASE and item.item_class in CARRIERS:
        if item.ownership is Ownership.CLIENT:
            changed = _with(status, empty=True)
            return _settled(changed, S.EMPTIED if status.found is S.STORED else status.found)
        # The carrier stays with the contractor after its data is gone; a new registration
        # (a new item number) is needed before it holds data again.
        return _with(
            status, state=S.ERASED, before=None, left=left, holder_id="", due_back_at=None,
            out=None, missing=None, lost_out=None, counted=None, trips=(),
        )  # fmt: skip
    return _with(
        status, state=TERMINAL_BY_KIND[kind], before=None, left=left, place_id="", holder_id="",
        due_back_at=None, using="", out=None, missing=None, lost_out=None, counted=None,
        trips=(),
    )  # fmt: skip


def _lessened(status: Status, event: HandlingEvent, amount: Decimal) -> Status:
    """Let pieces go: those that lie here first, unless they are given away from outside."""
    left = status.left - amount
    counted = None if status.counted is None else max(status.counted - amount, NONE)
    if status.out is None and status.missing is None:
        return _with(status, left=left, counted=counted)
    here, out, missing = status.here, status.out or NONE, status.missing or NONE
    abroad = event.related_event_id and event.kind in GIVING
    outside = min(out, amount) if abroad else min(out, max(amount - here, NONE))
    lost = max(amount - outside - here, NONE)
    return _parted(
        status, left=left, out=out - outside or None, missing=missing - lost or None,
        lost_out=min(status.lost_out or NONE, missing - lost) or None, counted=counted,
        **_outside(status, event, outside),
    )  # fmt: skip

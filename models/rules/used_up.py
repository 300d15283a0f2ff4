"""How much of a consent is used: what is outside under it, or what went out under it altogether.

A consent to take things out limits what may be outside at a time, unless it says 延べ: what came
back may go again. Copies (R-06) and what was sent, provided or handed over cannot be taken back, so
each of them counts.
"""

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from models import amounts, custody
from models.back_then import status_at
from models.codes import (
    MAYBE_OUT_STATES,
    AuthorizationSubject,
    HandlingKind,
    ItemClass,
    Timing,
)
from models.records import Authorization, HandlingEvent, HandlingLine, Item
from models.rules.books import Books
from models.trips import trips_of

K, S = HandlingKind, AuthorizationSubject
NONE = Decimal(0)
COPIES = ("部", "通", "件", "組", "セット", "式", "点", "個", "回")
"""Units that count copies, or things, whatever their own pieces are counted by."""
RETURNING = frozenset({S.TAKE_OUT, S.EQUIPMENT_TAKE_OUT})
ALTOGETHER = "延べ"
"""By this word in its scope or its conditions a consent limits all that ever goes out."""
USING = frozenset(
    {K.COPY, K.USE, K.TAKE_OUT, K.TRANSPORT, K.TRANSMIT, K.DISPATCH, K.PROVIDE, K.RETURN,
     K.HAND_OVER, K.ERASE, K.DISPOSE}
)  # fmt: skip
"""Kinds of acts that use something of the consent that they name."""
COMPUTERS = frozenset({ItemClass.EQUIPMENT, ItemClass.MEDIUM})  # パソコン等 includes media

Things = Mapping[str, Item]


def is_limited(one: Authorization) -> bool:
    """Tell whether this page counts under a consent; copies are counted by R-06."""
    return one.quantity_limit is not None and one.subject is not S.COPY


def uses(event: HandlingEvent) -> bool:
    """Tell whether an act uses a consent, and does not only carry on what another one began."""
    return event.kind in USING and not (
        event.kind in (K.TRANSPORT, K.USE) and event.related_event_id
    )


def is_counted(given: Authorization, unit: str) -> bool:
    """Tell whether things of this unit can be counted under a consent."""
    return given.unit in ("", unit, *COPIES)


def counted(given: Authorization, quantity: Decimal | None, unit: str) -> Decimal:
    """Return as how many a thing counts: its pieces, or one where the consent counts things."""
    if given.unit in COPIES and given.unit != unit:
        return Decimal(1)
    return quantity or Decimal(1)


def reached_with(
    books: Books, one: Authorization, event: HandlingEvent, things: Things,
    carried: Decimal = NONE,
) -> Decimal | None:  # fmt: skip
    """Return how much an act brings a consent to, None while that is within its limit.

    An act that is entered with an earlier time, or corrected to more, counts together with what
    happened after it.

    Args:
        event: the act that is entered, or that stands.
        things: what it handles.
        carried: how much is outside under the consent by acts that do not name it.
    """
    if one.quantity_limit is None or event.occurred_at is None or not uses(event):
        return None
    if limits_outside(one):
        return _outside_with(books, one, event, things, carried)
    return _total_with(books, one, event, things)


def reached(
    books: Books, one: Authorization, carried: Callable[[date], Decimal] = lambda _: NONE
) -> dict[str, Decimal]:
    """Return how much each act that stands brought a consent to, by its id.

    Only acts that went beyond the limit are in it.

    Args:
        carried: returns how much was outside on a day by acts that do not name the consent.
    """
    limit = one.quantity_limit
    acts = sorted(filter(uses, books.acts_under(one.id)), key=custody.when)
    if limit is None or not acts:
        return {}
    things = books.items({line.item_id for act in acts for line in act.lines})
    if limits_outside(one):
        held = [_held(books, one, item) for item in things.values() if _counts(one, item)]
        return {
            act.id: now
            for act in acts
            if (now := _sum_at(held, custody.when(act)) + carried(custody.when(act).date())) > limit
            and _amount(books, one, act, things)
        }
    found, total = {}, NONE
    for act in sorted(acts, key=lambda act: _number(books, one, act, things)):
        mine = _amount(books, one, act, things)
        total += mine
        if mine and total > limit:
            found[act.id] = total
    return found


def _number(books: Books, one: Authorization, act: HandlingEvent, things: Things) -> int:
    """Return the number from which an act counts: what it corrects keeps its place, unless it is more.

    What was entered later, with an earlier time, was asked about when it was entered; it makes
    nothing too much that was within the limit before.
    """
    number, mine = act.event_no or 0, _amount(books, one, act, things)
    for before in islice(books.corrections(act.id), 1, None):
        old = before.record
        known = {**books.items(line.item_id for line in old.lines), **things}
        alike = old.authorization_id == one.id and old.timing is Timing.ACTUAL and uses(old)
        if not alike or _amount(books, one, old, known) < mine:
            break
        number = old.event_no or number
    return number


def free(
    books: Books, one: Authorization, contract_id: str, now: datetime, carried: Decimal = NONE
) -> Decimal | None:
    """Return how much may still go under a consent, None when it sets no limit.

    Args:
        carried: how much is outside under it by acts that do not name it.
    """
    if one.quantity_limit is None:
        return None
    if one.subject is S.COPY:
        copies = books.copies_under(one.id)
        used = sum(
            (counted(one, i.quantity, i.unit) for i in copies if is_counted(one, i.unit)), NONE
        )
    elif limits_outside(one):
        outside = books.moved_since(contract_id, now, MAYBE_OUT_STATES)
        used = sum((_held_now(books, one, i) for i in outside if _counts(one, i)), carried)
    else:
        acts = [act for act in books.acts_under(one.id) if uses(act)]
        things = books.items({line.item_id for act in acts for line in act.lines})
        used = sum((_amount(books, one, act, things) for act in acts), NONE)
    return max(one.quantity_limit - used, NONE)


def unlike_units(one: Authorization, event: HandlingEvent, things: Things) -> list[str]:
    """Return the units of handled things that cannot be counted under a consent."""
    found = {
        item.unit
        for line in event.lines
        if (item := things.get(line.resulting_item_id) or things.get(line.item_id))
        and is_meant(one, item)
        and not is_counted(one, item.unit)
    }
    return sorted(found)


def limits_outside(one: Authorization) -> bool:
    """Tell whether a limit is for what is outside at a time, so that what came back may go again."""
    return one.subject in RETURNING and ALTOGETHER not in one.scope_text + one.conditions


# --- all that went ------------------------------------------------------------------------------


def _total_with(
    books: Books, one: Authorization, event: HandlingEvent, things: Things
) -> Decimal | None:
    limit, at = one.quantity_limit, custody.when(event)
    mine = _amount(books, one, event, things)
    if limit is None or not mine:
        return None
    others, corrected = [*_beside(books, one, event)], NONE
    stored = books.acts_under(one.id)
    known = {**things, **books.items({line.item_id for act in stored for line in act.lines})}
    for act in filter(uses, stored):
        if act.id == event.corrects_event_id:
            corrected = _amount(books, one, act, known)
        elif act.id != event.id:
            others.append(act)
    counts = [(custody.when(act) <= at, _amount(books, one, act, known)) for act in others]
    before = sum((amount for earlier, amount in counts if earlier), mine)
    if before > limit:
        return before
    total = sum((amount for _, amount in counts), mine)
    return total if total > limit and mine > corrected else None


def _amount(books: Books, one: Authorization, event: HandlingEvent, things: Things) -> Decimal:
    """Return as how much an act counts under a consent; what cannot be counted does not."""
    total = NONE
    for line in event.lines:
        item = things.get(line.resulting_item_id) or things.get(line.item_id)
        if item is not None and _counts(one, item):
            total += counted(one, _pieces(books, item, line, event), item.unit)
    return total


def _pieces(books: Books, item: Item, line: HandlingLine, event: HandlingEvent) -> Decimal | None:
    """Return how many pieces a line speaks of: all that were there, unless it says how many."""
    if line.quantity is not None:
        return line.quantity
    status = status_at(item, books.happened(item.id), custody.when(event), without=event.id)
    return amounts.usual(item, status, event.kind)


def _counts(one: Authorization, item: Item) -> bool:
    return is_meant(one, item) and is_counted(one, item.unit)


def is_meant(one: Authorization, item: Item) -> bool:
    """Tell whether a consent is about such a thing: one to computers says nothing of paper."""
    return one.subject is not S.EQUIPMENT_TAKE_OUT or item.item_class in COMPUTERS


def _beside(books: Books, one: Authorization, event: HandlingEvent) -> Iterator[HandlingEvent]:
    """Yield the acts of the same command that come before an act."""
    for act in books.entering:
        if act.id == event.id:
            return
        if act.authorization_id == one.id and act.occurred_at is not None and uses(act):
            yield act


# --- what is outside ----------------------------------------------------------------------------

Points = Sequence[tuple[datetime, Decimal]]


def _outside_with(
    books: Books, one: Authorization, event: HandlingEvent, things: Things, carried: Decimal
) -> Decimal | None:
    limit, at = one.quantity_limit, custody.when(event)
    if limit is None:
        return None
    entering = [*_beside(books, one, event), replace(event, timing=Timing.ACTUAL)]
    moved = books.moved_since(event.contract_id, at, MAYBE_OUT_STATES)
    ids = {line.item_id for act in entering for line in act.lines}
    items = {item.id: item for item in moved} | books.items(ids) | {**things}
    mine = [item for item in items.values() if _counts(one, item)]
    gone = {event.id, event.corrects_event_id} - {""}
    again = any(books.find(HandlingEvent, id_) for id_ in gone)
    quick = [] if again else [item for item in mine if _is_last(item, entering)]
    slow = [item for item in mine if item not in quick]
    after = [_held(books, one, item, entering, gone) for item in slow]
    ahead = at if event.timing is Timing.PLANNED else None
    held = sum((_held_now(books, one, item, entering, ahead) for item in quick), NONE)
    now = held + _sum_at(after, at) + carried
    if now > limit and any(_counts(one, things[i]) for i in ids if i in things):
        return now
    before = [_held(books, one, item) for item in slow]
    stood = sum((_held_now(books, one, item) for item in quick), NONE)
    for when in sorted({when for points in after for when, _ in points if when > at}):
        total = held + _sum_at(after, when) + carried
        if total > max(limit, stood + _sum_at(before, when) + carried):
            return total
    return None


def _is_last(item: Item, entering: Iterable[HandlingEvent]) -> bool:
    """Tell whether nothing happened to an item after these acts began."""
    last = item.last_event_at
    return last is None or all(last <= custody.when(act) for act in entering)


def _held_now(
    books: Books, one: Authorization, item: Item, entering: Sequence[HandlingEvent] = (),
    ahead: datetime | None = None,
) -> Decimal:  # fmt: skip
    """Return how much of an item is outside under a consent, after acts that come last.

    Args:
        ahead: when something is planned; what shall be back by then does not count.
    """
    status = books.status(item.id) or custody.begin(item)
    acts = {act.id: act for act in entering}
    for act in entering:
        status = amounts.after_standing(item, status, act)
    pieces, new = NONE, frozenset(acts)
    for trip in trips_of(status):
        due = None if trip.event_id in new else trip.due_back_at
        if ahead is not None and due is not None and due <= ahead:
            continue
        act_id = id_ = trip.event_id
        while act_id not in acts and (found := books.find(HandlingEvent, act_id)) is not None:
            acts[act_id] = found
            act_id = found.related_event_id if found.kind is K.TRANSPORT else act_id
        root = acts.get(root_of(acts, id_))
        if root is not None and (root in entering or _is_under(books, one, root)):
            pieces += trip.pieces
    return counted(one, pieces, item.unit) if pieces else NONE


def _held(
    books: Books, one: Authorization, item: Item, entering: Sequence[HandlingEvent] = (),
    without: frozenset[str] | set[str] = frozenset(),
) -> Points:  # fmt: skip
    """Return how much of an item was outside under a consent, after each of its acts.

    Args:
        entering: acts that come into the ledger, in their order; the last rests on the consent.
        without: ids of acts that they replace.
    """
    stood = (act for act in books.happened(item.id) if act.id not in without)
    new = [act for act in entering if any(line.item_id == item.id for line in act.lines)]
    under = {act.id for act in entering}
    acts: dict[str, HandlingEvent] = {}
    points, status = [], custody.begin(item)
    for act in heapq.merge(stood, sorted(new, key=custody.when), key=custody.when):
        acts[act.id] = act
        if _is_under(books, one, act):
            under.add(act.id)
        status = amounts.after_standing(item, status, act)
        outside = (trip for trip in trips_of(status) if root_of(acts, trip.event_id) in under)
        pieces = sum((trip.pieces for trip in outside), NONE)
        points.append((custody.when(act), counted(one, pieces, item.unit) if pieces else NONE))
    return points


def _is_under(books: Books, one: Authorization, act: HandlingEvent) -> bool:
    """Tell whether an act rests on a consent, or for its computers on the one that stands."""
    if act.authorization_id == one.id:
        return True
    computers = one.subject is S.EQUIPMENT_TAKE_OUT and act.kind is K.TAKE_OUT
    if not computers or act.occurred_at is None:
        return False
    day = act.occurred_at.date()
    known = books.authorizations(act.contract_id, S.EQUIPMENT_TAKE_OUT)
    return [given.id for given in known if books.as_of(given, day).covers(day)] == [one.id]


def root_of(acts: Mapping[str, HandlingEvent], id_: str) -> str:
    """Return by which act something left that was carried on."""
    seen = set()
    while id_ in acts and acts[id_].kind is K.TRANSPORT and acts[id_].related_event_id in acts:
        if id_ in seen:
            break
        seen.add(id_)
        id_ = acts[id_].related_event_id
    return id_


def _sum_at(held: Iterable[Points], at: datetime) -> Decimal:
    total = NONE
    for points in held:
        place = bisect_right(points, at, key=lambda point: point[0])
        total += points[place - 1][1] if place else NONE
    return total

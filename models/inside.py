"""What lies in a thing (格納先) goes where that goes: a file in a stick is out when the stick is.

Custody follows each thing by its own acts. Whoever moves, loses or ends the holder is told what the
ledger still has in it, and whoever uses a content whose holder is not here is told that; the
evidence asks for both until the ledger says one thing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from models.back_then import status_at
from models.codes import OUT_STATES, TERMINAL_STATES, HandlingKind, ItemState, Timing
from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.records import HandlingEvent, Item
from models.store import Op, Query, Store, Where

K, S = HandlingKind, ItemState
AT_HAND = frozenset({K.USE, K.COPY, K.CREATE, K.STORE, K.TRANSMIT, K.PROVIDE, K.STOCKTAKE})
"""Acts on a content for which its holder must be here."""
HERE = frozenset({S.STORED, S.IN_USE})
ALIVE = frozenset(S) - TERMINAL_STATES - {S.REGISTERED}
UNTRUE: Mapping[HandlingKind, frozenset[ItemState]] = {
    K.STORE: HERE,
    K.TAKE_OUT: HERE,
    K.DISPATCH: HERE,
    K.TRANSPORT: HERE,
    K.BRING_BACK: OUT_STATES,
    K.LOSS: ALIVE - {S.MISSING},
    K.RECOVER: frozenset({S.MISSING}),
    K.HAND_OVER: ALIVE,
    K.RETURN: ALIVE,
    K.ERASE: ALIVE,
    K.DISPOSE: ALIVE,
}
"""Acts on a holder, and the states of a content that are no longer true after them."""
GONE = TERMINAL_STATES | {S.TAKEN_OUT, S.IN_TRANSIT, S.MISSING, S.EMPTIED}
"""States of a holder in which nothing of it is where its content could be."""
NAMED = 10  # contents that a notice names; more are counted
_ALL = 1_000_000
WENT = (
    "{holder}の「{kind}」を記録しました。中の{contents}は、台帳では元のままです。いっしょに"
    "動いた、または終わったときは、同じ取扱いを記録してください。中にないときは「格納先」を直してください。"
)
NOT_HERE = (
    "{content}の格納先{holder}は、そのとき台帳では「{state}」でした。どこにあるものを取り扱ったかを"
    "確かめ、違うときは「格納先」か取扱いの記録を直してください。"
)
APART = (
    "「{content}」は台帳では「{here}」ですが、格納先の「{holder}」は「{state}」です。"
    "ある場所を確かめ、取扱いを記録するか「格納先」を直してください。"
)


# --- at the counter -------------------------------------------------------------------------------


def told(
    store: Store, entering: Iterable[HandlingEvent], new: Sequence[Item] = ()
) -> tuple[str, ...]:
    """Return what is said of holders and contents to whoever enters acts.

    Args:
        new: things that come into being with the acts.
    """
    done = [event for event in entering if event.timing is Timing.ACTUAL]
    items = {one.id: one for one in new}
    wanted = dict.fromkeys(line.item_id for event in done for line in event.lines)
    found = store.get_many(Item, [id_ for id_ in wanted if id_ not in items])
    items |= {id_: one.record for id_, one in found.items()}
    spoken = {id_: items[id_] for id_ in wanted}
    said = (*_went(store, done, spoken), *_not_here(store, done, spoken))
    return tuple(dict.fromkeys(said))


def _went(store: Store, done: Sequence[HandlingEvent], spoken: Mapping[str, Item]) -> Iterator[str]:
    went = {line.item_id: event for event in done if event.kind in UNTRUE for line in event.lines}
    inside = _inside(store, tuple(went)) if went else {}
    for holder_id, event in went.items():
        left = [
            one
            for one in _all_in(inside, holder_id)
            if one.id not in spoken and _is_untrue(one, event)
        ]
        if left and event.kind is not None:
            yield WENT.format(
                holder=spoken[holder_id].caption(), kind=event.kind.label, contents=_listed(left)
            )


def _is_untrue(content: Item, event: HandlingEvent) -> bool:
    """Tell whether what the ledger says of a content cannot be after an act on its holder."""
    assert event.kind is not None
    stays = event.kind is K.STORE and content.current_place_id == event.place_to_id
    return content.state in UNTRUE[event.kind] and not stays


def _inside(store: Store, holders: tuple[str, ...]) -> dict[str, list[Item]]:
    """Return what the ledger has in things and in what is in them, by the holder."""
    inside: dict[str, list[Item]] = {}
    while holders:
        where = (
            Where("container_item_id", Op.IN, holders),
            Where("state", Op.IN, tuple(ALIVE)),
        )
        found = [one.record for one in store.find(Item, Query(Item.type, where), limit=_ALL)]
        for one in found:
            inside.setdefault(one.container_item_id, []).append(one)
        holders = tuple(one.id for one in found if one.id not in inside)
    return inside


def _all_in(inside: Mapping[str, list[Item]], holder_id: str) -> list[Item]:
    found: dict[str, Item] = {}
    waiting = [holder_id]
    while waiting:
        for one in inside.get(waiting.pop(), ()):
            if one.id not in found:  # older entries may hold a ring
                found[one.id] = one
                waiting.append(one.id)
    found.pop(holder_id, None)
    return list(found.values())


def _not_here(
    store: Store, done: Sequence[HandlingEvent], spoken: Mapping[str, Item]
) -> Iterator[str]:
    for event in done:
        for line in event.lines if event.kind in AT_HAND and event.occurred_at else ():
            content = spoken[line.item_id]
            holder_id = content.container_item_id
            if not holder_id or holder_id in spoken or line.resulting_item_id == content.id:
                continue
            assert event.occurred_at is not None
            held = _then(store, holder_id, event.occurred_at)
            mine = _state(store, content, event.occurred_at) if held else None
            if held and held[1] in GONE and (mine in HERE or mine is None):
                holder, state = held
                yield NOT_HERE.format(
                    content=content.caption(), holder=holder.caption(), state=state.label
                )


def _then(store: Store, item_id: str, at: datetime) -> tuple[Item, ItemState] | None:
    stored = store.get(Item, item_id)
    if stored is None or stored.meta.voided:
        return None
    state = _state(store, stored.record, at)
    return (stored.record, state) if state else None


def _state(store: Store, item: Item, at: datetime) -> ItemState | None:
    """Return the state of an item at a time, None of one that has just come into being."""
    status = store.status(item.id)
    if status is not None and status.last_at is not None and status.last_at > at:
        status = status_at(item, store.happened(item.id), at)
    return status.state if status else None


def _listed(contents: Sequence[Item]) -> str:
    named = "、".join(
        f"「{one.caption()}」（{one.state.label if one.state else ''}）" for one in contents[:NAMED]
    )
    return f"{named}など{len(contents)}件" if len(contents) > NAMED else named


# --- in the evidence ------------------------------------------------------------------------------


def eq_inside(asked: Inquiry) -> Iterator[Row]:
    """Find what the ledger has here although the thing that holds it is out, missing or ended."""
    for item in asked.items.values():
        if not item.container_item_id or item.state not in HERE:
            continue
        holder = _gone_holder(asked, item)
        if holder is not None and holder.state is not None and item.state is not None:
            yield row(item, apart(item, holder))


def apart(content: Item, holder: Item) -> str:
    """Say that a content is said to be here and its holder not."""
    assert content.state is not None and holder.state is not None
    return APART.format(
        content=content.caption(), here=content.state.label,
        holder=holder.caption(), state=holder.state.label,
    )  # fmt: skip


def _gone_holder(asked: Inquiry, item: Item) -> Item | None:
    """Return the nearest thing around an item that is not here."""
    seen = {item.id}
    holder = asked.handled.get(item.container_item_id)
    while holder is not None and holder.id not in seen:
        if holder.state in GONE:
            return holder
        seen.add(holder.id)
        holder = asked.handled.get(holder.container_item_id)
    return None

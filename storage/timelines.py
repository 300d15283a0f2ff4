"""The status of items, replayed from the rows of their events: what a check compares theirs with.

A timeline may be as long as the log, so neither its events nor their order is in memory at once:
SQLite puts in order in memory, 130 MiB for a million.
"""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import NamedTuple

from models import custody
from models.codes import HandlingKind, VerificationResult
from models.custody import STEP, STEP_CHECK, STEP_LINE, STEP_TRANSPORT
from models.errors import Refused
from models.item_status import Status
from models.records import Item
from models.records.handling import HandlingEvent, HandlingLine, Sanitization, TransportDetail
from storage import log, schema, steps
from storage.database import Database, Row
from storage.listing import border

EVENTS = 1000  # that are in memory at once
SORTED = 50_000  # events that SQLite puts in order at once

_TABLE = schema.table(HandlingEvent.type)
_COUNTED = "(SELECT count(*) FROM v_handling_event_lines WHERE {0} = j.value)"
_HOW_OFTEN = (
    f"SELECT {_COUNTED.format('item_id')} + {_COUNTED.format('resulting_item_id')}"
    " FROM json_each(?) j ORDER BY j.key"
)
_NAMING = (
    "SELECT j.key AS place, l._number FROM json_each(?1) j"
    " CROSS JOIN v_handling_event_lines l ON l.{0} = j.value"
)
_HAPPENED = (
    f"SELECT t.place, v.number FROM ({_NAMING.format('item_id')} UNION ALL"
    f" {_NAMING.format('resulting_item_id')}) t"
    " JOIN v_handling_event v ON v.number = t._number WHERE v.voided_at IS NULL"
    " ORDER BY t.place, substr(v.occurred_at, 1, 24), v.number"
)
_ABOUT = (
    "SELECT _number FROM v_handling_event_lines WHERE item_id = ?1 UNION ALL"
    " SELECT _number FROM v_handling_event_lines WHERE resulting_item_id = ?1"
)
# The first half comes in the order of its index, and the second is short.
_IN_TIME = (
    f"SELECT occurred_at, number FROM {_TABLE.list_name} WHERE voided_at IS NULL UNION ALL"
    f" SELECT occurred_at, number FROM {_TABLE.name} WHERE voided_at IS NULL AND number > ?"
    " ORDER BY 1, 2"
)
_AMONG = "IN (SELECT value FROM json_each(?))"
_EVENTS = f"SELECT number, {', '.join(STEP)} FROM v_handling_event WHERE number {_AMONG}"
_LINES = (
    f"SELECT _number, {', '.join(STEP_LINE)} FROM v_handling_event_lines WHERE _number {_AMONG}"
    " ORDER BY _number, _position"
)
_ARRIVED = (
    f"SELECT _number, {', '.join(STEP_TRANSPORT)} FROM v_handling_event_transport"
    f" WHERE _number {_AMONG} AND arrived_at IS NOT NULL ORDER BY substr(arrived_at, 1, 24)"
)

_FAILED = (
    f"SELECT _number, {', '.join(STEP_CHECK)} FROM v_handling_event_sanitization"
    f" WHERE _number {_AMONG} AND verification_result = '{VerificationResult.FAIL.value}'"
    " ORDER BY _number, _position"
)


def statuses(database: Database, items: Mapping[str, Item]) -> dict[str, Status]:
    """Replay the timelines of items.

    Events are taken from their rows: that each of these says what the log says is found out by the
    stretch that holds its entry, in the same check.
    """
    found: dict[str, Status] = {}
    for some, often in _together(database, list(items)):
        timelines = [_Timeline(items[one]) for one in some]
        order = _sorted(database, some) if often <= SORTED else _walked(database, some[0])
        while part := list(islice(order, EVENTS)):
            told = _read_events(database, [seq for _, seq in part])
            for place, seq in part:
                if seq in told:  # else it was voided while this was read
                    timelines[place].take(told[seq])
        found |= {one: line.status() for one, line in zip(some, timelines, strict=True)}
    return found


def _together(database: Database, ids: list[str]) -> Iterator[tuple[list[str], int]]:
    """Share items out, each part with how many events it has; one that has too many is alone."""
    some: list[str] = []
    before = 0
    for one, (times,) in zip(ids, database.all(_HOW_OFTEN, (json.dumps(ids),)), strict=True):
        if some and before + times > SORTED:
            yield some, before
            some, before = [], 0
        some.append(one)
        before += times
    if some:
        yield some, before


def _sorted(database: Database, ids: list[str]) -> Iterator[tuple[int, int]]:
    """Yield what happened to some items in its order: the place of the item, the event."""
    told = database.stream(_HAPPENED, (json.dumps(ids),))
    return ((place, seq) for (place, seq), _ in groupby(told))  # handled and made in one


def _walked(database: Database, id_: str) -> Iterator[tuple[int, int]]:
    """Yield the same for one item that has much of the log, off the order of all that happened."""
    meant = bytearray(log.head(database).seq + 1)
    for (seq,) in database.stream(_ABOUT, (id_,)):
        if 0 <= seq < len(meant):  # else no entry has it
            meant[seq] = 1
    told = database.stream(_IN_TIME, (border(database, _TABLE),))
    mine = ((at, seq) for at, seq in told if 0 <= seq < len(meant) and meant[seq])
    for _, same in groupby(mine, lambda row: str(row[0])[:_MOMENT]):
        yield from ((0, seq) for seq in sorted(seq for _, seq in same))


class _Event(NamedTuple):
    """What the rows of an event say, as far as `custody.step` asks, and as it is stored.

    Attributes:
        same: all of it but its id and its time.
    """

    row: Row
    lines: tuple[Row, ...]
    arrived: Row | None
    failed: tuple[Row, ...]
    same: Hashable

    def made(self) -> HandlingEvent:
        arrived = () if self.arrived is None else (self.arrived,)
        return steps.asked(
            steps.part(HandlingEvent, STEP, self.row),
            [steps.part(HandlingLine, STEP_LINE, one) for one in self.lines],
            [steps.part(TransportDetail, STEP_TRANSPORT, one) for one in arrived],
            [steps.part(Sanitization, STEP_CHECK, one) for one in self.failed],
        )

    def lasts_until(self) -> str | None:
        """Return what `custody.lasts_until` does, as it is stored."""
        kind, until = self.row[_KIND], None
        if kind == HandlingKind.USE.value:
            until = self.row[_ENDED]
        elif kind == HandlingKind.TRANSPORT.value and self.arrived is not None:
            until = self.arrived[0]
        return None if until is None else str(until)


def _read_events(database: Database, seqs: Sequence[int]) -> dict[int, _Event]:
    numbers = (json.dumps(seqs),)
    lines = _by_number(database.all(_LINES, numbers))
    failed = _by_number(database.all(_FAILED, numbers))
    arrived = {number: tuple(values) for number, *values in database.all(_ARRIVED, numbers)}
    told: dict[int, _Event] = {}
    for number, *row in database.all(_EVENTS, numbers):
        mine, there, bad = lines.get(number, ()), arrived.get(number), failed.get(number, ())
        _, kind, timing, _, ended, *rest = row  # as in `STEP`
        same = (kind, timing, ended is None, *rest, mine, there, bad)
        told[number] = _Event(tuple(row), mine, there, bad, same)
    return told


def _by_number(found: Iterable[Row]) -> dict[int, tuple[Row, ...]]:
    rows_of: dict[int, tuple[Row, ...]] = {}
    for number, *values in found:
        rows_of[number] = (*rows_of.get(number, ()), tuple(values))
    return rows_of


class _Timeline:
    """The status of one item, event by event; what happened to it before is not worked out again.

    A step follows from the status before it and from what the event says. Of the event's time it
    only keeps when it was last, of its id only which use is open and which stocktake found too few:
    days repeat themselves, so most steps of a long timeline were made before.
    """

    def __init__(self, item: Item) -> None:
        self._item = item
        self._status = custody.begin(item)  # without the time of the last event
        self._last: str | None = None  # as it is stored, and so the next
        self._busy: str | None = None
        self._met = {self._status: self._status}  # one of each: told apart by what they are
        self._steps: dict[tuple[int, Hashable], tuple[Status, bool]] = {}

    def take(self, told: _Event) -> None:
        """Let an event happen."""
        step = (id(self._status), told.same)
        made = self._steps.get(step)
        if made is None:
            event = told.made()
            after = _step(self._item, self._status, event)
            counts = after is not self._status
            after = replace(after, last_at=None, busy_until=None)
            made = (self._met.setdefault(after, after), counts)
            if event.id not in (after.using, after.short_by):
                self._steps[step] = made
        self._status, counts = made
        if counts:
            self._last = told.row[_WHEN]
            until = told.lasts_until()
            if until and (self._busy is None or until[:_MOMENT] > self._busy[:_MOMENT]):
                self._busy = until

    def status(self) -> Status:
        """Return the status after all of them."""
        moment = HandlingEvent.fields()["occurred_at"].kind.from_column
        return replace(self._status, last_at=moment(self._last), busy_until=moment(self._busy))


_WHEN, _ENDED, _KIND = map(STEP.index, ("occurred_at", "ended_at", "kind"))
_MOMENT = 24  # characters of a stored moment that tell when it was, in order


def _step(item: Item, status: Status, event: HandlingEvent) -> Status:
    try:
        return custody.step(item, status, event)
    except Refused:  # accepted when it was entered: `Views(tolerant=True)` leaves the status, too
        return status

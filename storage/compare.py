"""Compare the derived tables with the log, stretch by stretch, without building them a second time.

Each record's expected rows are made from its content by the same functions that filled the tables
(storage/rows.py), unless SQLite passed its row at one look (storage/sieve.py); the status of an item
is replayed from its timeline. A stretch needs no other one, so two processes can share the work.
What no stretch can see, rows that belong to no entry at all, is counted at the end (`surplus`).
"""

import json
from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from models import custody
from models.chain import Action, Line, read_content
from models.codes import HandlingKind, VerificationResult
from models.custody import STEP, STEP_CHECK, STEP_LINE, STEP_TRANSPORT
from models.erased import NO_ERASURES, Erasures
from models.errors import Refused
from models.item_status import Status
from models.records import Item, Record
from models.records.handling import HandlingEvent, HandlingLine, Sanitization, TransportDetail
from storage import log, rows, schema, sieve, steps
from storage.database import Database, Row
from storage.helpers import Found
from storage.listing import is_counted, unlike

CODE = "VIEW"
EVENTS = 1000  # of a timeline that are in memory at once

Told = tuple[str, str, Line]
"""When an entry was entered, as the tables say it, by whom, and the entry."""

_CREATE, _REVISE = Action.CREATE.value, Action.REVISE.value
_LATER = (
    "SELECT l.record_id, l.seq FROM entry e JOIN v_later l ON l.record_id = e.record_id"
    " WHERE e.seq BETWEEN ? AND ? AND e.action = 'create' ORDER BY l.seq"
)
_LISTED = (
    "SELECT e.seq FROM entry e JOIN v_later l ON l.record_id = e.record_id AND l.seq = e.seq"
    " WHERE e.seq BETWEEN ? AND ?"
)
_GONE = (
    "SELECT type, count(*) FROM entry WHERE action = 'create' AND type <> 'contract'"
    " AND seq BETWEEN ? AND ? GROUP BY type"
)
_HAPPENED = (
    "SELECT t.item, v.number FROM (SELECT item_id AS item, _number FROM v_handling_event_lines"
    " WHERE item_id IN (SELECT value FROM json_each(?1)) UNION ALL"
    " SELECT resulting_item_id, _number FROM v_handling_event_lines"
    " WHERE resulting_item_id IN (SELECT value FROM json_each(?1))) t"
    " JOIN v_handling_event v ON v.number = t._number WHERE v.voided_at IS NULL"
    " ORDER BY t.item, substr(v.occurred_at, 1, 24), v.number"
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


def differences(database: Database, told: Sequence[Told]) -> Iterator[Found]:
    """Yield what differs for the records that a stretch of consecutive entries created."""
    span = (told[0][2][0], told[-1][2][0])
    changes = [line[0] for _, _, line in told if line[3] != _CREATE]
    if changes:
        listed = {seq for (seq,) in database.all(_LISTED, span)}
        for seq in changes:
            if seq not in listed:
                yield CODE, f"記帳番号{seq}", f"記帳番号{seq}が、訂正の一覧にありません。"
    later = _later(database, span)
    alike = sieve.alike(database, *span)
    by_type: dict[str, list[_Expected]] = {}
    for at, author, line in told:
        seq, type_, record_id, action, _, _, _, _, _, body = line
        if action != _CREATE or log.is_gone(type_, body):
            continue
        if seq not in alike or record_id in later:
            by_type.setdefault(type_, []).append(_expected(at, author, line, later))
    for type_, expected in by_type.items():
        yield from _compare(database, type_, expected)
    yield from _unlisted(database, *span)


def surplus(database: Database, erasures: Erasures = NO_ERASURES) -> Iterator[Found]:
    """Yield tables that hold more or fewer rows than the log has records."""
    created: dict[str, int] = dict(
        database.all("SELECT type, count(*) FROM entry WHERE action = 'create' GROUP BY type")
    )
    for first, last, _ in erasures.spans:
        for type_, gone in database.all(_GONE, (first, last)):
            created[type_] -= gone
    for type_, view in schema.TABLES.items():
        label = view.record.label
        if database.value(f"SELECT count(*) FROM {view.name}") != created.get(type_, 0):
            yield CODE, view.name, f"{label}の一覧の件数が記帳と違います。"
        for child in view.children:
            if database.value(
                f"SELECT 1 FROM {child.name} WHERE _number NOT IN (SELECT number FROM {view.name})"
            ):
                yield CODE, child.name, f"{label}の明細に、記帳にない行があります。"
        if view.listed and not is_counted(database, view):
            yield CODE, view.list_name, f"{label}の一覧の件数が、元の表と違います。"
    later = database.value("SELECT count(*) FROM entry WHERE action <> 'create'")
    if database.value("SELECT count(*) FROM v_later") != later:
        yield CODE, "v_later", "訂正の一覧の件数が記帳と違います。"


def _unlisted(database: Database, first: int, last: int) -> Iterator[Found]:
    """Yield rows of the narrow tables that are no copy of theirs, or missing."""
    for view in schema.TABLES.values():
        for number in unlike(database, view, first, last) if view.listed else ():
            said = f"{view.record.label}の一覧が、記帳番号{number}の内容と違います。"
            yield CODE, f"記帳番号{number}", said


# --- what the log says ----------------------------------------------------------------------------


class _Expected:
    """A record as the log leaves it, with what its row needs."""

    __slots__ = ("at", "author", "names", "record", "seq", "version")

    def __init__(
        self, record: Record, names: tuple[str, ...], seq: int, at: str, author: str
    ) -> None:
        self.record, self.names = record, names
        self.seq, self.at, self.author = seq, at, author
        self.version: rows.Version | None = None  # of a record that was changed since

    def row(self, beside: "_Beside") -> tuple[Any, ...]:
        if self.version is None:
            stored = beside.stored(self.record)
            return rows.new_row(self.record, self.seq, self.at, self.author, stored, self.names)
        return tuple(rows.view_row(self.record, self.version, *beside.derived(self.record)))


def _later(database: Database, span: tuple[int, int]) -> dict[str, list[Told]]:
    """Return the entries after the first about the records of a stretch, by record.

    The list of them is a derived table; `_LISTED` and `surplus` prove it complete.
    """
    found: dict[str, list[Told]] = {}
    for record_id, seq in database.all(_LATER, span):
        for _, _, _, author, at, offset, _, _ in log.raw_commands(database, seq, seq):
            for line in log.raw_entries(database, seq, seq):
                if line[2] == record_id and line[3] != _CREATE:
                    told = (rows.entered(at, offset), author, line)
                    found.setdefault(record_id, []).append(told)
    return found


def _expected(at: str, author: str, line: Line, later: Mapping[str, list[Told]]) -> _Expected:
    """Let the later entries about a record change it."""
    seq, type_, record_id, _, payload, _, _, _, _, body = line
    changes = later.get(record_id)
    if not changes:
        return _Expected(*log.read_filled(type_, record_id, payload, body), seq, at, author)
    version = rows.Version(seq, seq, at, author, at, author, 1)
    for then, by, change in changes:
        if change[3] == _REVISE:
            _, _, _, _, payload, _, _, _, _, body = change
            version.seq, version.row_version = change[0], version.row_version + 1
            version.revised_at, version.revised_by = then, by
        else:
            version.voided_at, version.voided_by = then, by
            version.void_reason = "" if change[9] is None else read_content(change[9])[1]
    made = _Expected(*log.read_filled(type_, record_id, payload, body), seq, at, author)
    made.version = version
    return made


class _Beside:
    """What the rows of some records need from other records."""

    def __init__(self, database: Database, records: Sequence[Record]) -> None:
        items = {one.id: one for one in records if isinstance(one, Item)}
        handled = {
            line.item_id for event in records if isinstance(event, HandlingEvent)
            for line in event.lines
        }  # fmt: skip
        self._statuses = _statuses(database, items) if items else {}
        self._captions: dict[str, str] = {}
        if handled:
            ids = json.dumps(sorted(handled))
            self._captions = dict(
                database.all(f"SELECT id, caption FROM v_item WHERE id {_AMONG}", (ids,))
            )

    def stored(self, record: Record) -> Mapping[str, Any]:
        """Return the columns that do not follow from the record, without NULLs."""
        if isinstance(record, Item):
            return rows.status_stored(self._statuses[record.id])
        if isinstance(record, HandlingEvent):
            return {"lines_text": self._lines_text(record) or None}
        return {}

    def derived(self, record: Record) -> tuple[Mapping[str, Any], Sequence[Any]]:
        """Return the derived fields and the hidden columns."""
        if isinstance(record, Item):
            status = self._statuses[record.id]
            return rows.status_fields(status), rows.status_hidden(status)
        if isinstance(record, HandlingEvent):
            return {"lines_text": self._lines_text(record)}, ()
        return {}, ()

    def _lines_text(self, event: HandlingEvent) -> str:
        captions = self._captions
        return rows.lines_text([captions.get(one.item_id, one.item_id) for one in event.lines])


# --- the status of items --------------------------------------------------------------------------


def _statuses(database: Database, items: dict[str, Item]) -> dict[str, Status]:
    """Replay the timelines of items; a timeline may be as long as the log.

    Events are taken from their rows: that each of these says what the log says is found out by the
    stretch that holds its entry, in the same check.
    """
    timelines = [_Timeline(item) for item in items.values()]
    places = {one: place for place, one in enumerate(items)}
    seqs, at = array("q"), array("q")
    for one, seq in database.stream(_HAPPENED, (json.dumps(list(items)),)):
        if not (seqs and seqs[-1] == seq and at[-1] == places[one]):  # handled and made in one
            at.append(places[one])
            seqs.append(seq)
    for start in range(0, len(seqs), EVENTS):
        part = seqs[start : start + EVENTS]
        told = _read_events(database, part)
        for place, seq in zip(at[start : start + EVENTS], part, strict=True):
            if seq in told:  # else it was voided while this was read
                timelines[place].take(told[seq])
    return {one: timelines[place].status() for one, place in places.items()}


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


def _read_events(database: Database, seqs: "array[int]") -> dict[int, _Event]:
    numbers = (json.dumps(seqs.tolist()),)
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
    only keeps when it was last, of its id only which use is open: days repeat themselves, so most
    steps of a long timeline were made before.
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
            if after.using != event.id:
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


# --- what the tables say --------------------------------------------------------------------------


def _compare(database: Database, type_: str, expected: Sequence[_Expected]) -> Iterator[Found]:
    table = schema.table(type_)
    numbers = json.dumps([one.seq for one in expected])
    beside = _Beside(database, [one.record for one in expected])
    wanted = [one.row(beside) for one in expected]
    differing = _differing(wanted, _stored(database, table.name, "number", numbers))
    children: dict[str, list[Row]] = {child.insert: [] for child in table.children}
    for one in expected:
        for insert, made in rows.child_rows(one.record, one.seq):
            children[insert] += map(tuple, made)
    for child in table.children:
        stored = _stored(database, child.name, "_number", numbers)
        differing |= _differing(children[child.insert], stored)
    for number in sorted(differing):
        yield _problem(table.record, number)


def _stored(database: Database, name: str, key: str, numbers: str) -> list[Row]:
    return database.all(f"SELECT * FROM {name} WHERE {key} {_AMONG} ORDER BY 1, 2", (numbers,))


def _differing(wanted: list[Row], stored: list[Row]) -> set[int]:
    """Return the numbers of the records whose rows are not the same; both lists are in order."""
    if wanted == stored:
        return set()
    return {row[0] for row in _missing(wanted, stored)} | {
        row[0] for row in _missing(stored, wanted)
    }


def _missing(some: list[Row], others: list[Row]) -> Iterator[Row]:
    """Yield the rows that do not stand among the others."""
    by_place = {row[:2]: row for row in others}
    return (row for row in some if by_place.get(row[:2]) != row)


def _problem(record: type[Record], number: int) -> Found:
    return (
        CODE,
        f"記帳番号{number}",
        f"{record.label}の一覧が、記帳番号{number}の内容と違います。「一覧を作り直す」で直ります。",
    )

"""Compare the derived tables with the log, stretch by stretch, without building them a second time.

Each record's expected rows are made from its content by the same functions that filled the tables
(storage/rows.py); the status of an item is replayed from its timeline. A stretch needs no other
one, so two processes can share the work. What no stretch can see, rows that belong to no entry at
all, is counted at the end (`surplus`).
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models import custody
from models.chain import Action, Command, Entry, read_content
from models.custody import Status
from models.erased import NO_ERASURES, Erasures
from models.errors import Refused
from models.records import Item, Record
from models.records.handling import HandlingEvent
from storage import log, rows, schema
from storage.database import Database
from storage.helpers import Found
from storage.listing import unlike

CODE = "VIEW"
EVENTS = 1000  # of a timeline that are in memory at once

Expected = tuple[Record, rows.Version]
Pair = tuple[Command, Entry]
Table = dict[int, list[tuple[Any, ...]]]  # rows by the number of their record

_LATER = (
    "SELECT l.record_id, l.seq FROM entry e JOIN v_later l ON l.record_id = e.record_id"
    " WHERE e.seq BETWEEN ? AND ? AND e.action = 'create' ORDER BY l.seq"
)
_UNLISTED = (
    "SELECT e.seq FROM entry e WHERE e.seq BETWEEN ? AND ? AND e.action <> 'create' AND NOT EXISTS"
    " (SELECT 1 FROM v_later l WHERE l.record_id = e.record_id AND l.seq = e.seq)"
)
_GONE = (
    "SELECT type, count(*) FROM entry WHERE action = 'create' AND type <> 'contract'"
    " AND seq BETWEEN ? AND ? GROUP BY type"
)
_HAPPENED = (
    "SELECT t.item, v.seq FROM (SELECT item_id AS item, _number FROM v_handling_event_lines"
    " WHERE item_id IN (SELECT value FROM json_each(?1)) UNION ALL"
    " SELECT resulting_item_id, _number FROM v_handling_event_lines"
    " WHERE resulting_item_id IN (SELECT value FROM json_each(?1))) t"
    " JOIN v_handling_event v ON v.number = t._number WHERE v.voided_at IS NULL"
    " ORDER BY t.item, substr(v.occurred_at, 1, 24), v.number"
)
_EVENTS = (
    "SELECT e.seq, e.record_id, e.payload, c.body FROM entry e LEFT JOIN content c ON c.seq = e.seq"
    " WHERE e.seq IN (SELECT value FROM json_each(?))"
)


def differences(database: Database, pairs: Sequence[Pair]) -> Iterator[Found]:
    """Yield what differs for the records that a stretch of consecutive entries created."""
    span = (pairs[0][1].seq, pairs[-1][1].seq)
    for (seq,) in database.all(_UNLISTED, span):
        yield CODE, f"記帳番号{seq}", f"記帳番号{seq}が、訂正の一覧にありません。"
    later = _later(database, span)
    by_type: dict[str, list[Expected]] = {}
    current, at = None, ""
    for command, entry in pairs:
        if command is not current:  # one command may have entered thousands
            current, at = command, rows.entered_at(command)
        if entry.action is Action.CREATE and not log.is_gone(entry.type, entry.content):
            version = rows.created(command, entry.seq, at)
            record = _followed(entry, version, later.get(entry.record_id, ()))
            by_type.setdefault(entry.type, []).append((record, version))
    for type_, expected in by_type.items():
        yield from _compare(database, type_, expected, span)


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
        for number in unlike(database, view) if view.listed else ():
            yield CODE, f"記帳番号{number}", f"{label}の一覧が、記帳番号{number}の内容と違います。"
    later = database.value("SELECT count(*) FROM entry WHERE action <> 'create'")
    if database.value("SELECT count(*) FROM v_later") != later:
        yield CODE, "v_later", "訂正の一覧の件数が記帳と違います。"


# --- what the log says ----------------------------------------------------------------------------


def _later(database: Database, span: tuple[int, int]) -> dict[str, list[Pair]]:
    """Return the entries after the first about the records of a stretch, by record.

    The list of them is a derived table; `_UNLISTED` and `surplus` prove it complete.
    """
    found: dict[str, list[Pair]] = {}
    for record_id, seq in database.all(_LATER, span):
        command = log.commands_at(database, [seq]).get(seq)
        for entry in log.entries(database, seq, seq):
            if command and entry.record_id == record_id and entry.action is not Action.CREATE:
                found.setdefault(record_id, []).append((command, entry))
    return found


def _followed(entry: Entry, version: rows.Version, later: Iterable[Pair]) -> Record:
    """Let the later entries about a record change its version; return the record as it is now."""
    for command, change in later:
        at = rows.entered_at(command)
        if change.action is Action.REVISE:
            entry, version.seq, version.row_version = change, change.seq, version.row_version + 1
            version.revised_at, version.revised_by = at, command.author
        else:
            version.voided_at, version.voided_by = at, command.author
            reason = read_content(change.content)[1] if change.content is not None else ""
            version.void_reason = reason
    return log.read_record(entry.type, entry.record_id, entry.payload, entry.content)


@dataclass(frozen=True)
class _Beside:
    """What the rows of some types need from other records."""

    statuses: dict[str, Status]
    captions: dict[str, str]


def _row(record: Record, version: rows.Version, beside: _Beside) -> tuple[Any, ...]:
    if isinstance(record, Item):
        status = beside.statuses[record.id]
        fields, hidden = rows.status_fields(status), rows.status_hidden(status)
        return tuple(rows.view_row(record, version, fields, hidden))
    if isinstance(record, HandlingEvent):
        ids = (line.item_id for line in record.lines)
        text = rows.lines_text([beside.captions.get(one, one) for one in ids])
        return tuple(rows.view_row(record, version, {"lines_text": text}))
    return tuple(rows.view_row(record, version, {}))


def _beside(database: Database, expected: Sequence[Expected]) -> _Beside:
    items = {one.id: one for one, _ in expected if isinstance(one, Item)}
    handled = {
        line.item_id
        for event, _ in expected
        if isinstance(event, HandlingEvent)
        for line in event.lines
    }
    captions: dict[str, str] = {}
    if handled:
        captions = dict(
            database.all(
                "SELECT id, caption FROM v_item WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(handled)),),
            )
        )
    return _Beside(_statuses(database, items) if items else {}, captions)


def _statuses(database: Database, items: dict[str, Item]) -> dict[str, Status]:
    """Replay the timelines of items; a timeline may be as long as the log."""
    statuses = {one: custody.begin(item) for one, item in items.items()}
    ids, seqs = list(items), array("q")
    places = {one: place for place, one in enumerate(ids)}
    at = array("q")
    for one, seq in database.stream(_HAPPENED, (json.dumps(ids),)):
        if not (seqs and seqs[-1] == seq and at[-1] == places[one]):  # handled and made in one
            at.append(places[one])
            seqs.append(seq)
    for start in range(0, len(seqs), EVENTS):
        part = seqs[start : start + EVENTS]
        events = _events(database, part)
        for place, seq in zip(at[start : start + EVENTS], part, strict=True):
            item = items[ids[place]]
            if seq in events:  # a missing entry is named by its own stretch
                statuses[item.id] = _step(item, statuses[item.id], events[seq])
    return statuses


def _events(database: Database, seqs: "array[int]") -> dict[int, HandlingEvent]:
    found: dict[int, HandlingEvent] = {}
    for seq, id_, payload, body in database.all(_EVENTS, (json.dumps(seqs.tolist()),)):
        event = log.read_record(HandlingEvent.type, id_, payload, body)
        assert isinstance(event, HandlingEvent)
        found[seq] = event
    return found


def _step(item: Item, status: Status, event: HandlingEvent) -> Status:
    try:
        return custody.step(item, status, event)
    except Refused:  # accepted when it was entered: `Views(tolerant=True)` leaves the status, too
        return status


# --- what the tables say --------------------------------------------------------------------------


def _compare(
    database: Database, type_: str, expected: Sequence[Expected], span: tuple[int, int]
) -> Iterator[Found]:
    table = schema.table(type_)
    beside = _beside(database, expected)
    wanted = {version.number: [_row(record, version, beside)] for record, version in expected}
    differing = _differing(wanted, _stored(database, table.name, "number", span))
    children: dict[str, Table] = {child.insert: {} for child in table.children}
    for record, version in expected:
        for insert, made in rows.child_rows(record, version.number):
            children[insert][version.number] = [tuple(row) for row in made]
    for child in table.children:
        stored = _stored(database, child.name, "_number", span)
        differing |= _differing(children[child.insert], stored)
    for number in sorted(differing):
        yield _problem(table.record, number)


def _stored(database: Database, name: str, key: str, span: tuple[int, int]) -> Table:
    found: Table = {}
    for row in database.stream(
        f"SELECT * FROM {name} WHERE {key} BETWEEN ? AND ? ORDER BY 1, 2", span
    ):
        found.setdefault(row[0], []).append(row)
    return found


def _differing(wanted: Table, stored: Table) -> set[int]:
    if wanted == stored:
        return set()
    return {one for one in wanted.keys() | stored.keys() if wanted.get(one) != stored.get(one)}


def _problem(record: type[Record], number: int) -> Found:
    return (
        CODE,
        f"記帳番号{number}",
        f"{record.label}の一覧が、記帳番号{number}の内容と違います。索引を作り直してください。",
    )

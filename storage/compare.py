"""Compare the derived tables with the log, stretch by stretch, without building them a second time.

Each record's expected rows are made from its content by the same functions that filled the tables
(storage/rows.py), unless SQLite passed its row at one look (storage/sieve.py); the status of an item
is replayed from its timeline (storage/timelines.py). A stretch needs no other one, so two processes can share the work.
What no stretch can see, rows that belong to no entry at all, is counted at the end (`surplus`).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.chain import Action, Line, read_content
from models.erased import NO_ERASURES, Erasures
from models.records import Item, Record
from models.records.handling import HandlingEvent
from storage import log, rows, schema, sieve, status_rows
from storage.database import Database, Row
from storage.helpers import Found
from storage.listing import is_counted, unlike
from storage.timelines import statuses

CODE = "VIEW"
_LOWEST = -(1 << 63)  # number that a row can have
COUNTED = 10_000  # entries whose types are counted at once: SQLite puts them in order, too

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
_CREATED = (
    "SELECT type, count(*) FROM entry WHERE action = 'create' AND seq BETWEEN ? AND ? GROUP BY type"
)
_GONE = (
    "SELECT type, count(*) FROM entry WHERE action = 'create' AND type <> 'contract'"
    " AND seq BETWEEN ? AND ? GROUP BY type"
)
_AMONG = "IN (SELECT value FROM json_each(?))"


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
    created = _created(database)
    for first, last, _ in erasures.spans:
        for type_, gone in database.all(_GONE, (first, last)):
            created[type_] -= gone
    for type_, view in schema.TABLES.items():
        label = view.record.label
        if database.value(f"SELECT count(*) FROM {view.name}") != created[type_]:
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


def _created(database: Database) -> Counter[str]:
    """Return how many records of each type the log begins."""
    counted: Counter[str] = Counter()
    last = log.head(database).seq
    # One below 1 belongs to no stretch: that it is too many shows here.
    spans = [(_LOWEST, 0), *((n, n + COUNTED - 1) for n in range(1, last + 1, COUNTED))]
    for span in spans:
        for type_, number in database.all(_CREATED, span):
            counted[type_] += number
    return counted


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
        self._statuses = statuses(database, items) if items else {}
        self._captions: dict[str, str] = {}
        if handled:
            ids = json.dumps(sorted(handled))
            self._captions = dict(
                database.all(f"SELECT id, caption FROM v_item WHERE id {_AMONG}", (ids,))
            )

    def stored(self, record: Record) -> Mapping[str, Any]:
        """Return the columns that do not follow from the record, without NULLs."""
        if isinstance(record, Item):
            return status_rows.status_stored(self._statuses[record.id])
        if isinstance(record, HandlingEvent):
            return {"lines_text": self._lines_text(record) or None}
        return {}

    def derived(self, record: Record) -> tuple[Mapping[str, Any], Sequence[Any]]:
        """Return the derived fields and the hidden columns."""
        if isinstance(record, Item):
            status = self._statuses[record.id]
            return status_rows.status_fields(status), status_rows.status_hidden(status)
        if isinstance(record, HandlingEvent):
            return {"lines_text": self._lines_text(record)}, ()
        return {}, ()

    def _lines_text(self, event: HandlingEvent) -> str:
        captions = self._captions
        return rows.lines_text([captions.get(one.item_id, one.item_id) for one in event.lines])


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

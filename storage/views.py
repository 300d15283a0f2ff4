"""Derive the tables from entries: the same code at append, at a restore and at a rebuild.

Entries are applied in chunks. Within a chunk rows wait in a list, in the order of the entries;
items and their status wait in memory. The status of an item is a function of the item and of its
timeline (models/custody.py): an event that happened after all others is one `step`, anything else
(a back-dated event, a void, a revised item) makes the item *stale*, and stale items are replayed
once when the command is complete.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from models import custody
from models.chain import Action, Command, read_content
from models.codes import Timing
from models.errors import Conflict, NotFound, Refused
from models.item_status import Status
from models.records import Item, Record
from models.records.handling import HandlingEvent
from models.store import Write
from storage import listing, log, rows, schema, status_rows
from storage.database import Database
from storage.driver_errors import Duplicate
from storage.rows import Insertion, New
from storage.status_rows import STATUS_COLUMNS

CHUNK = 4000
ITEMS_KEPT = 16_000  # while one command is applied
KEPT_BETWEEN = 500  # from one command to the next

_STATUS = ", ".join(f"v.{name}" for name in STATUS_COLUMNS)
_ITEMS = (
    f"SELECT v.id, v.number, {_STATUS}, e.payload, c.body FROM v_item v"
    " JOIN entry e ON e.seq = v.seq LEFT JOIN content c ON c.seq = v.seq"
    " WHERE v.id IN (SELECT value FROM json_each(?))"
)
HAPPENED = (
    "SELECT number FROM v_handling_event WHERE voided_at IS NULL AND number IN ("
    " SELECT _number FROM v_handling_event_lines WHERE item_id = ?"
    " UNION SELECT _number FROM v_handling_event_lines WHERE resulting_item_id = ?)"
    " ORDER BY substr(occurred_at, 1, 24), number"
)
"""The unvoided events of an item in the order in which they happened, by number."""
_EVENTS = (
    "SELECT v.number, v.id, e.payload, c.body FROM v_handling_event v JOIN entry e ON e.seq = v.seq"
    " LEFT JOIN content c ON c.seq = v.seq WHERE v.number IN (SELECT value FROM json_each(?))"
)
_AT_ONCE = 1000  # events of a timeline that are in memory
_CAPTIONS_OF_EVENT = (
    "SELECT v.caption FROM v_handling_event_lines l JOIN v_item v ON v.id = l.item_id"
    " WHERE l._number = ? ORDER BY l._position"
)


class Custody:
    """An item with its status while entries are applied; `stored` is what its row says."""

    __slots__ = ("caption", "item", "number", "status", "stored")

    def __init__(self, item: Item, number: int, status: Status) -> None:
        self.item, self.number, self.status = item, number, status
        self.caption = item.caption()
        self.stored = status


class Born(NamedTuple):
    """An item that waits to be written with the status it has by then."""

    held: Custody
    new: New

    def insertion(self) -> Insertion:
        held, new = self.held, self.new
        held.stored = held.status
        stored = status_rows.status_stored(held.status)
        return rows.insertion(held.item, new.number, new.at, new.author, stored, new.names)


class Views:
    """Applies entries to the derived tables, inside the caller's transaction.

    Args:
        custody: what the rows of items say, by id, from commands before; whoever hands it in
            empties it when a command fails.
        tolerant: for a rebuild: an event that custody refuses today but accepted when it was
            entered must not make a ledger unreadable; it leaves the status as it was.
    """

    def __init__(
        self,
        database: Database,
        custody: dict[str, Custody] | None = None,
        *,
        tolerant: bool = False,
    ) -> None:
        self._database = database
        self._at: tuple[str, str] = ("", "")
        self._tolerant = tolerant
        self._waiting: list[Insertion | Born] = []
        self._custody: dict[str, Custody] = {} if custody is None else custody
        self._stale: dict[str, None] = {}
        self._renamed: set[str] = set()

    def apply(self, command: Command, writes: Sequence[Write]) -> None:
        """Apply one whole command.

        Raises:
            Refused: custody or a unique number forbids it.
            NotFound, Conflict
        """
        for start in range(0, len(writes), CHUNK):
            self.chunk([(command, write) for write in writes[start : start + CHUNK]])
        self.settle()
        if len(self._custody) > KEPT_BETWEEN:
            self._custody.clear()

    def chunk(self, writes: Sequence[tuple[Command, Write]]) -> None:
        """Apply some entries; `settle` must follow the last chunk."""
        self.expect(write.record for _, write in writes)
        for command, write in writes:
            entry = write.entry
            if log.is_gone(entry.type, entry.content):
                self.skip(entry.seq, entry.action, write.record)
            elif entry.action is Action.CREATE:
                self.create(command, entry.seq, write.record)
            else:
                self.change(command, entry.seq, entry.action, write.record, entry.content)
        self.flush()

    def expect(self, records: Iterable[Record]) -> None:
        """Read at once the items that these records handle."""
        needed: dict[str, None] = {}
        for record in records:
            if isinstance(record, HandlingEvent):
                needed.update(dict.fromkeys(rows.items_of(record)))
        self._load(needed)

    def flush(self) -> None:
        """Write what waits, and of each status what changed."""
        self._write_rows()
        self._write_status()
        if len(self._custody) > ITEMS_KEPT:
            self._custody.clear()

    def settle(self) -> None:
        """Replay stale items and spread new captions."""
        stale = list(self._stale)
        for start in range(0, len(stale), CHUNK):
            some = stale[start : start + CHUNK]
            self._load(some)
            for item_id in some:
                if held := self._custody.get(item_id):
                    held.status = self.replayed(held.item)
            self._write_status()
            self._custody.clear()
        self._stale.clear()
        self._spread_captions()

    def replayed(self, item: Item) -> Status:
        """Return the status of an item from its whole timeline."""
        status = custody.begin(item)
        for event in timeline(self._database, item.id):
            status = self._step(item, status, event)
        return status

    # --- one entry ----------------------------------------------------------------------------
    def create(self, command: Command, seq: int, record: Record) -> None:
        """Enter a new record."""
        self.enter(rows.new(record, seq, self._entered_at(command), command.author))

    def enter(self, new: New) -> None:
        """Enter a new record whose rows are made; what its items say is added here."""
        record = new.record
        if isinstance(record, Item):
            held = Custody(record, new.number, custody.begin(record))
            self._custody[record.id] = held
            self._waiting.append(Born(held, new))
        elif new.row is not None:
            if isinstance(record, HandlingEvent):
                new.row[1][rows.LINES_TEXT] = self._lines_text(record) or None
            self._waiting.append(new.row)
        self._waiting += new.children
        if isinstance(record, HandlingEvent):
            self._happen(record)

    def skip(self, seq: int, action: Action, record: Record) -> None:
        """Note only that there was an entry: its content was erased."""
        if action is not Action.CREATE:
            self._note_later(record, seq)

    def change(
        self, command: Command, seq: int, action: Action, record: Record, content: bytes | None
    ) -> None:
        """Revise or void a record."""
        self._write_rows()
        if action is Action.REVISE:
            self._revise(command, seq, record)
        else:
            self._void(command, seq, record, content)

    def _revise(self, command: Command, seq: int, record: Record) -> None:
        table = schema.table(record.type)
        version = self._version(record)
        version.seq, version.row_version = seq, version.row_version + 1
        version.revised_at, version.revised_by = self._entered_at(command), command.author
        hidden: list[Any] = []
        derived: dict[str, Any] = {}
        if isinstance(record, HandlingEvent):
            self._make_stale(self._items_at(version.number))
            self._make_stale(rows.items_of(record))
            derived = {"lines_text": self._lines_text(record)}
        elif isinstance(record, Item):
            derived, hidden = self._revise_item(record)
        row = rows.view_row(record, version, derived, hidden)
        names = ", ".join(f"{name} = ?" for name in table.columns[1:])
        self._update(f"UPDATE {table.name} SET {names} WHERE number = ?", [*row[1:], row[0]])
        self._copy_again(table, version.number)
        for child in table.children:
            self._database.all(f"DELETE FROM {child.name} WHERE _number = ?", (version.number,))
        self._waiting += rows.child_insertions(record, version.number)
        self._note_later(record, seq)
        self._database.all(
            "INSERT OR REPLACE INTO v_reindex VALUES (?, ?)", (version.number, record.type)
        )

    def _revise_item(self, record: Item) -> tuple[dict[str, Any], list[Any]]:
        self._load([record.id])
        held = self._custody[record.id]
        if held.caption != record.caption():
            self._renamed.add(record.id)
        held.item, held.caption = record, record.caption()
        self._make_stale([record.id])
        # The row is written with this status, which may be ahead of what stood there.
        held.stored = held.status
        return status_rows.status_fields(held.status), status_rows.status_hidden(held.status)

    def _void(self, command: Command, seq: int, record: Record, content: bytes | None) -> None:
        version = self._version(record)
        reason = read_content(content)[1] if content is not None else ""
        self._database.all(
            f"UPDATE {schema.table(record.type).name}"
            " SET voided_at = ?, voided_by = ?, void_reason = ? WHERE number = ?",
            (self._entered_at(command), command.author, reason, version.number),
        )
        self._copy_again(schema.table(record.type), version.number)
        self._note_later(record, seq)
        if record.type == HandlingEvent.type:
            self._make_stale(self._items_at(version.number))

    def _copy_again(self, table: schema.ViewTable, number: int) -> None:
        if table.listed:
            listing.copy_again(self._database, table, number)

    def _version(self, record: Record) -> rows.Version:
        """Read the metadata of a record that an entry changes.

        Raises:
            NotFound: there is no such record.
            Conflict: it was voided meanwhile.
        """
        row = self._database.one(
            "SELECT number, seq, created_at, created_by, revised_at, revised_by, row_version,"
            f" voided_at FROM {schema.table(record.type).name} WHERE id = ?",
            (record.id,),
        )
        if row is None:
            raise NotFound(what=record.label)
        if row[7] is not None:
            raise Conflict(what=record.caption() or record.label)
        return rows.Version(*row)

    def _entered_at(self, command: Command) -> str:
        if self._at[0] != command.id:
            self._at = (command.id, rows.entered_at(command))
        return self._at[1]

    def _note_later(self, record: Record, seq: int) -> None:
        self._waiting.append(("INSERT INTO v_later VALUES (?, ?)", [record.id, seq]))

    def _lines_text(self, event: HandlingEvent) -> str:
        captions = []
        for line in event.lines:
            held = self._custody.get(line.item_id)
            captions.append(held.caption if held else line.item_id)
        return rows.lines_text(captions)

    # --- custody ------------------------------------------------------------------------------
    def _happen(self, event: HandlingEvent) -> None:
        for item_id in rows.items_of(event):
            held = self._custody.get(item_id)
            if held is None:
                if self._tolerant:
                    continue
                raise NotFound(what=f"媒体・資料（{item_id}）")
            last = held.status.last_at
            if item_id in self._stale or event.timing is not Timing.ACTUAL:
                continue
            if last is not None and event.occurred_at is not None and event.occurred_at < last:
                self._make_stale([item_id])
                continue
            held.status = self._step(held.item, held.status, event)

    def _step(self, item: Item, status: Status, event: HandlingEvent) -> Status:
        try:
            return custody.step(item, status, event)
        except Refused:
            if self._tolerant:
                return status
            raise

    def _make_stale(self, item_ids: Iterable[str]) -> None:
        self._stale.update(dict.fromkeys(item_ids))

    def _items_at(self, number: int) -> list[str]:
        found = self._database.all(
            "SELECT item_id, resulting_item_id FROM v_handling_event_lines WHERE _number = ?",
            (number,),
        )
        return list(dict.fromkeys(one for pair in found for one in pair if one))

    def _load(self, item_ids: Iterable[str]) -> None:
        missing = [one for one in item_ids if one not in self._custody]
        if not missing:
            return
        for id_, number, *status, payload, body in self._database.all(
            _ITEMS, (json.dumps(missing),)
        ):
            item = log.read_record(Item.type, id_, payload, body)
            assert isinstance(item, Item)
            self._custody[id_] = Custody(item, number, status_rows.read_status(tuple(status)))

    def _write_status(self) -> None:
        """Write what changed of each status: most events touch no indexed column."""
        updates: dict[tuple[str, ...], list[list[Any]]] = {}
        for held in self._custody.values():
            if held.status is not held.stored:
                changes = status_rows.status_changes(held.stored, held.status)
                held.stored = held.status
                updates.setdefault(tuple(changes), []).append([*changes.values(), held.number])
        for names, values in updates.items():
            if names:
                sets = ", ".join(f"{name} = ?" for name in names)
                self._database.many(f"UPDATE v_item SET {sets} WHERE number = ?", values)

    def _spread_captions(self) -> None:
        if not self._renamed:
            return
        events = self._database.all(
            "SELECT DISTINCT _number FROM v_handling_event_lines"
            " WHERE item_id IN (SELECT value FROM json_each(?)) ORDER BY 1",
            (json.dumps(sorted(self._renamed)),),
        )
        for (number,) in events:
            captions = [row[0] for row in self._database.all(_CAPTIONS_OF_EVENT, (number,))]
            self._database.all(
                "UPDATE v_handling_event SET lines_text = ? WHERE number = ?",
                (rows.lines_text(captions), number),
            )
            self._copy_again(schema.table(HandlingEvent.type), number)
        self._database.many("INSERT OR REPLACE INTO v_reindex VALUES (?, 'handling_event')", events)
        self._renamed.clear()

    # --- rows that wait -----------------------------------------------------------------------
    def _write_rows(self) -> None:
        """Write table by table, so that the same statement follows itself; in each in order."""
        waiting, self._waiting = self._waiting, []
        by_table: dict[str, list[Insertion]] = {}
        for one in waiting:
            made = one.insertion() if isinstance(one, Born) else one
            by_table.setdefault(rows.table_of(made[0]), []).append(made)
        with _refusing_duplicates():
            for rows_of_table in by_table.values():
                self._database.insert(rows_of_table)

    def _update(self, sql: str, row: Sequence[Any]) -> None:
        with _refusing_duplicates():
            self._database.all(sql, row)


@contextmanager
def _refusing_duplicates() -> Iterator[None]:
    try:
        yield
    except Duplicate as error:
        name, _, column = error.columns[0].partition(".")
        cls = schema.table(name.removeprefix("v_")).record
        if column not in cls.fields():
            raise Conflict(what=cls.label) from error
        label = cls.fields()[column].label
        raise Refused(
            reason=f"「{label}」が同じ{cls.label}が、すでに登録されています。"
            "別の番号か名前を入力してください。"
        ) from error


def timeline(database: Database, item_id: str) -> Iterator[HandlingEvent]:
    """Yield the unvoided events of an item in the order in which they happened."""
    numbers = array("q", (number for (number,) in database.all(HAPPENED, (item_id, item_id))))
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE].tolist()
        found = {row[0]: row[1:] for row in database.all(_EVENTS, (json.dumps(part),))}
        for number in part:
            event = log.read_record(HandlingEvent.type, *found[number])
            assert isinstance(event, HandlingEvent)
            yield event

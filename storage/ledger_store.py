"""The ledger on disk: implements `models.store.Store` over one encrypted database.

One connection, one lock: every method may be called from any thread. One command is one
transaction; when `append` returns, the command is on the disk and in whatever place the
`after_commit` hook promised (the journal on the second disk).
"""

import json
import time
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar

from models import collector
from models.chain import Action, Command, Entry, Head
from models.erased import Holdings
from models.errors import AzukariError, Conflict, NotFound, NotPermitted, Refused, StrayRows
from models.file_uses import FileUse
from models.former_names import Called
from models.item_status import Status
from models.records import BY_TYPE, ContentErasure
from models.records.base import Record, Stored
from models.records.handling import HandlingEvent
from models.store import Fields, Hit, ListRow, Progress, Query, Write, quiet
from storage import erasing, item_numbers, log, paper_numbers, rows, schema, settings, status_rows
from storage.attachments import Attachments
from storage.database import Database
from storage.deriving import derive, rebuild
from storage.driver_errors import Duplicate
from storage.file_uses import uses_of_strays
from storage.listing import Listing, border
from storage.lists import Lists, sorted_by
from storage.naming import Naming
from storage.schema import META_NAMES
from storage.search import Search
from storage.shelf import FEW, Shelf
from storage.status_rows import STATUS_COLUMNS
from storage.views import HAPPENED, Custody, Views, timeline

R = TypeVar("R", bound=Record)
RESERVED_SETTINGS = frozenset({"log_format", "vault_id"})
_OWN_WORD = "officer_confirmation"  # what an inspecting officer enters himself
_FEW = 200  # writes of one command whose search keys are worth making at once

BeforeCommit = Callable[[Sequence[Write]], None]
"""Called before anything is written; what it raises refuses the command."""

AfterCommit = Callable[[Command, list[Entry]], None]
"""Called after the commit and before `append` returns."""


class LedgerStore:
    """An open ledger. Made by `storage.ledgers`; see `models.store.Store` for the methods."""

    def __init__(self, database: Database, vault_id: str) -> None:
        self.database = database
        self.attachments: Attachments | None = None
        self.before_commit: BeforeCommit | None = None
        self.after_commit: AfterCommit | None = None
        self.reader = ""  # account of an inspecting officer: asks, and writes nothing
        self._vault_id = vault_id
        self._naming = Naming(database)
        self._search = Search(database, self._naming)
        self._lists = Lists(database, self._search, self._naming)
        self._listing = Listing(database)
        self._custody: dict[str, Custody] = {}  # of items handled lately, as their rows say
        self._shelf = Shelf()
        self._on_close: list[Callable[[], None]] = []

    @property
    def vault_id(self) -> str:
        return self._vault_id

    def head(self) -> Head:
        return log.head(self.database)

    # --- writing ------------------------------------------------------------------------------
    def append(self, command: Command, writes: Sequence[Write], progress: Progress = quiet) -> None:
        """Append one command durably and derive the tables from it.

        Raises:
            Cancelled: by `progress`; nothing was written.
            Conflict: the head is no longer the one the command was written on.
            Refused: an item's state or a number that must be unique forbids it.
            DiskFull, NotWritable, InputOutput: nothing was written.
        """
        for write in writes:
            paper_numbers.require_free(self.database, write)
        item_numbers.require_unlike(self.database, writes)
        self._append(command, writes, progress)

    def _append(self, command: Command, writes: Sequence[Write], progress: Progress) -> None:
        entries = [write.entry for write in writes]
        self._require_right(entries)
        if self.before_commit is not None:
            self.before_commit(writes)
        with self.database.lock:
            self._require_next(command, entries)
            try:
                with self._writable(), self.database.transaction():
                    self._insert(command, entries)
                    Views(self.database, self._custody).apply(command, writes)
                    erased = self._erase(writes, progress)
                    self._listing.follow(len(writes))
            except BaseException as error:
                self._custody.clear()  # it may speak of what now never came to be
                if isinstance(error, Conflict) and log.strays(self.database):
                    raise StrayRows(file=str(self.database.path)) from error
                raise
            if erased:
                self._forget_erased()
            self._shelf.touched(writes, self._custody)
            if len(writes) <= _FEW:
                revised = any(entry.action is Action.REVISE for entry in entries)
                touched = [(w.record.type, w.record.id) for w in writes]
                self._search.touched(touched, revised=revised)
            else:
                self._search.changed()
        if self.after_commit is not None:
            self.after_commit(command, entries)

    def _erase(self, writes: Sequence[Write], progress: Progress) -> bool:
        """Erase what the entries of a command name; tell whether there was any.

        All tables are derived anew: cells that once moved leave copies in pages still in use.
        """
        found = [
            write.record
            for write in writes
            if isinstance(write.record, ContentErasure) and write.entry.action is Action.CREATE
        ]
        for record in found:
            erasing.erase(self.database, record)
        if found:
            with collector.at_rest():
                derive(self.database, progress)
            erasing.blank_free_pages(self.database, progress)
        return bool(found)

    def _forget_erased(self) -> None:
        """Let go of erased words in memory, and of the sealed files."""
        self.forget()
        self.remove_erased_files()

    def forget(self) -> None:
        """Let go of what is in memory of the derived tables: they were made anew."""
        self._custody.clear()
        self._shelf.clear()
        self._naming.forget()
        self._search.changed()

    def remove_erased_files(self) -> None:
        """Remove sealed files of erased entries; what resists is tried again at the next start."""
        if self.attachments is not None:
            with suppress(AzukariError):
                erasing.remove_files(self.database, self.attachments)

    def read_only(self, account: str) -> None:
        """Turn this into the store of an inspecting officer: only his own password is entered,
        and his own word about what he saw.

        SQLite refuses every other write, whatever the program above may try.
        """
        self.reader = account
        self.database.all("PRAGMA query_only = ON")

    def _require_right(self, entries: Sequence[Entry]) -> None:
        """Refuse to an inspecting officer all but the own account, and the own word.

        Raises:
            NotPermitted
        """
        account = [(e.type, e.record_id) for e in entries] == [("user_account", self.reader)]
        word = bool(entries) and all(
            e.type == _OWN_WORD and e.action is Action.CREATE for e in entries
        )
        if self.reader and not (account or word):
            raise _reading_only()

    @contextmanager
    def _writable(self) -> Iterator[None]:
        """Open the doors of a reading store, for what its officer may enter."""
        if not self.reader:
            yield
            return
        self.database.all("PRAGMA query_only = OFF")
        try:
            yield
        finally:
            self.database.all("PRAGMA query_only = ON")

    def _insert(self, command: Command, entries: Sequence[Entry]) -> None:
        try:
            log.insert(self.database, command, entries)
        except Duplicate as error:
            raise Conflict(what="台帳") from error

    def replay(self, command: Command, entries: Sequence[Entry]) -> None:
        """Append a command that comes from a journal; the caller has checked its signature."""
        writes = [Write(entry, self._record_of(entry)) for entry in entries]
        self._append(command, writes, quiet)  # what was once accepted is read for ever

    def _record_of(self, entry: Entry) -> Record:
        if entry.action is Action.VOID:
            stored = self.get(BY_TYPE[entry.type], entry.record_id)
            if stored is not None:
                return stored.record
        return log.read_record(entry.type, entry.record_id, entry.payload, entry.content)

    def _require_next(self, command: Command, entries: Sequence[Entry]) -> None:
        head = self.head()
        expected = list(range(head.seq + 1, head.seq + 1 + len(entries)))
        fits = (
            bool(entries)
            and [entry.seq for entry in entries] == expected
            and entries[0].previous == head.hash
            and (command.first_seq, command.last_seq) == (expected[0], expected[-1])
            and command.head == entries[-1].hash
        )
        if not fits:
            raise Conflict(what="台帳")

    def command(self, command_id: str) -> Command | None:
        return log.find_command(self.database, command_id)

    # --- records --------------------------------------------------------------------------------
    def get(self, cls: type[R], record_id: str) -> Stored[R] | None:
        with self.database.lock:
            known: Stored[R] | None = self._shelf.find(cls.type, record_id)
            return known or self.get_many(cls, [record_id]).get(record_id)

    def get_many(self, cls: type[R], ids: Sequence[str]) -> dict[str, Stored[R]]:
        with self.database.lock:
            few = len(ids) <= FEW
            known = [self._shelf.find(cls.type, one) for one in ids] if few else []
            found = {stored.record.id: stored for stored in known if stored is not None}
            if missing := [one for one in ids if one not in found]:
                read = self._stored(cls, "v.id", json.dumps(missing)).values()
                found |= {stored.record.id: stored for stored in read}
                if few:
                    self._shelf.put(read)
            return found

    def find(self, cls: type[R], query: Query, limit: int = 1000) -> list[Stored[R]]:
        """Return whole records in the query's order."""
        with self.database.lock:
            numbers = self.numbers(query, limit).tolist()
            found = self._stored(cls, "v.number", json.dumps(numbers))
        return [found[number] for number in numbers]

    def _stored(self, cls: type[R], column: str, values: str) -> dict[int, Stored[R]]:
        view = schema.table(cls.type)
        derived = [(f.name, f.kind.from_column) for f in view.scalars if f.derived]
        chosen = ", ".join([*(f"v.{n}" for n in META_NAMES), *(f"v.{n}" for n, _ in derived)])
        found: dict[int, Stored[R]] = {}
        for row in self.database.all(
            f"SELECT e.payload, c.body, {chosen} FROM {view.name} v JOIN entry e ON e.seq = v.seq"
            " LEFT JOIN content c ON c.seq = v.seq"
            f" WHERE {column} IN (SELECT value FROM json_each(?))",
            (values,),
        ):
            meta = row[2 : 2 + len(META_NAMES)]
            record = log.read_record(cls.type, meta[1], row[0], row[1])
            assert isinstance(record, cls)
            extra = row[2 + len(META_NAMES) :]
            # Nobody has seen this record yet; its derived fields are part of making it.
            vars(record).update(
                (name, read(stored)) for (name, read), stored in zip(derived, extra, strict=True)
            )
            found[meta[0]] = Stored(record, rows.read_meta(meta))
        return found

    def caption(self, type_: str, record_id: str) -> str:
        found = self._naming.called_now(type_, {record_id}).get(record_id)
        return found.now if found else ""

    def called(self, type_: str, ids: Collection[str]) -> dict[str, Called]:
        return self._naming.called(type_, ids)

    def history(self, type_: str, record_id: str) -> list[tuple[Command, Entry]]:
        """Return all entries about one record, oldest first."""
        with self.database.lock:
            seqs = [
                row[0]
                for row in self.database.all(
                    f"SELECT number FROM {schema.table(type_).name} WHERE id = ?"
                    " UNION SELECT seq FROM v_later WHERE record_id = ? ORDER BY 1",
                    (record_id, record_id),
                )
            ]
            commands = log.commands_at(self.database, seqs)
            return [
                (commands[seq], next(log.entries(self.database, seq, seq)))
                for seq in seqs
            ]  # fmt: skip

    def first_contents(self, cls: type[R], ids: Collection[str]) -> dict[str, tuple[int, bytes]]:
        """Return payload version and content of the entries that made records, by their ids."""
        sql = (
            f"SELECT v.id, e.payload, c.body FROM {schema.table(cls.type).name} v"
            " JOIN entry e ON e.seq = v.number JOIN content c ON c.seq = e.seq"
            " WHERE v.id IN (SELECT value FROM json_each(?))"
        )
        rows = self.database.all(sql, (json.dumps(list(ids)),))
        return {id_: (payload, bytes(body)) for id_, payload, body in rows}

    # --- lists --------------------------------------------------------------------------------
    def count(self, query: Query) -> int:
        return self._lists.count(query)

    def numbers(self, query: Query, limit: int | None = None) -> "array[int]":
        eclipsed = schema.table(query.type).eclipsed
        if any(name in eclipsed for name, _ in query.order):
            return self._by_content(query)[:limit]
        return self._lists.numbers(query, limit)

    def _by_content(self, query: Query) -> "array[int]":
        """Order by what no table has; registers with such a field are small."""
        with self.database.lock:
            found = self.rows(query.type, self._lists.numbers(replace(query, order=())))
        kinds = schema.table(query.type)
        found.sort(key=lambda row: row.number, reverse=query.order[-1][1])
        for name, descending in reversed(query.order):
            found.sort(key=lambda row: sorted_by(row, kinds, name), reverse=descending)
        return array("q", [row.number for row in found])

    def rows(self, type_: str, numbers: Sequence[int]) -> list[ListRow]:
        found = self._lists.rows(type_, numbers)
        names = schema.table(type_).eclipsed
        if not names:
            return found
        stored = self._stored(BY_TYPE[type_], "v.number", json.dumps(list(numbers)))
        return [
            replace(one, values={**one.values, **_some(stored[one.number].record, names)})
            for one in found
        ]

    def tally(self, query: Query, field: str) -> dict[Any, int]:
        return self._lists.tally(query, field)

    def columns(self, query: Query, fields: Fields) -> Iterator[tuple[Any, ...]]:
        return self._lists.columns(query, fields)

    def search(
        self, text: str, *, types: Sequence[str] = (), contracts: frozenset[str] | None = None,
        limit: int = 50,
    ) -> list[Hit]:  # fmt: skip
        return self._search.hits(text, types, contracts, limit)

    # --- custody ------------------------------------------------------------------------------
    def status(self, item_id: str) -> Status | None:
        with self.database.lock:
            if known := self._custody.get(item_id):
                return known.status
            row = self.database.one(
                f"SELECT {', '.join(STATUS_COLUMNS)} FROM v_item WHERE id = ?", (item_id,)
            )
        return status_rows.read_status(row) if row else None

    def timeline(self, item_id: str) -> list[Stored[HandlingEvent]]:
        """Return the unvoided events of an item in the order in which they happened."""
        numbers = [row[0] for row in self.database.all(HAPPENED, (item_id, item_id))]
        stored = self._stored(HandlingEvent, "v.number", json.dumps(numbers))
        return [stored[number] for number in numbers]

    def happened(self, item_id: str) -> Iterator[HandlingEvent]:
        return timeline(self.database, item_id)

    def next_event_no(self, contract_id: str) -> int:
        # Voided events keep their number: a number that was once on paper is never given again.
        view = schema.table(HandlingEvent.type)
        with self.database.lock:
            known = self._shelf.numbers.get(contract_id)
            last, looked = known or self._last_listed(view, contract_id)
            [(young, number)] = self.database.all(
                f"SELECT max(event_no), max(number) FROM {view.name}"
                " WHERE number > ? AND contract_id = ?",
                (looked, contract_id),
            )
            last, looked = max(last, young or 0), number or looked
            self._shelf.numbers[contract_id] = (last, looked)
        return last + 1

    def _last_listed(self, view: schema.ViewTable, contract_id: str) -> tuple[int, int]:
        last = self.database.value(
            f"SELECT max(event_no) FROM {view.list_name} WHERE contract_id = ?", (contract_id,)
        )
        return last or 0, border(self.database, view)

    def next_serial(self) -> int:
        last = "SELECT max(serial) AS last FROM v_submission UNION ALL"
        last += " SELECT max(last_serial) FROM v_content_erasure"  # also of an erased paper
        return int(self.database.value(f"SELECT max(last) FROM ({last})") or 0) + 1

    def next_fiscal_no(self, year: int) -> int:
        return paper_numbers.highest(self.database, year) + 1

    # --- the log ------------------------------------------------------------------------------
    def commands(self, first_seq: int = 1, last_seq: int | None = None) -> Iterator[Command]:
        return log.commands(self.database, first_seq, self._last(last_seq))

    def entries(self, first_seq: int = 1, last_seq: int | None = None) -> Iterator[Entry]:
        return log.entries(self.database, first_seq, self._last(last_seq))

    def _last(self, seq: int | None) -> int:
        return self.head().seq if seq is None else seq

    def counts(self) -> dict[str, int]:
        """Count unvoided records by type."""
        with self.database.lock:
            return {type_: self.count(Query(type_)) for type_ in schema.TABLES}

    def holdings(self, contract_id: str) -> Holdings:
        return erasing.holdings(self.database, contract_id)

    def file_uses(self) -> list[FileUse]:
        return uses_of_strays(self.database)

    # --- files --------------------------------------------------------------------------------
    def put_blob(self, data: bytes) -> str:
        if self.reader:
            raise _reading_only()
        return self._files().add(data).name

    def get_blob(self, name: str) -> bytes:
        return self._files().read(name)

    def _files(self) -> Attachments:
        if self.attachments is None:
            raise NotFound(what="添付資料の保存先")
        return self.attachments

    # --- settings and secrets ------------------------------------------------------------------
    def setting(self, name: str) -> str:
        return settings.read(self.database, name)

    def set_setting(self, name: str, value: str) -> None:
        if name in RESERVED_SETTINGS:
            raise Refused(reason=f"設定「{name}」は変更できません。")
        with self.database.transaction():
            self.database.all("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def secret(self, name: str) -> bytes | None:
        stored = "SELECT CAST(value AS BLOB) FROM secret WHERE name = ?"  # whatever its type
        found = self.database.value(stored, (name,))
        return None if found is None else bytes(found)

    def set_secret(self, name: str, value: bytes) -> None:
        with self.database.transaction():
            self.database.all("INSERT OR REPLACE INTO secret VALUES (?, ?)", (name, value))

    # --- care ---------------------------------------------------------------------------------
    def index_search(self, budget_ms: int) -> bool:
        if self.reader:
            return False
        stop = time.monotonic() + budget_ms / 1000
        left = self._listing.catch_up(stop)
        return self._search.index(stop) or left

    def rebuild(self, progress: Progress, key: bytes = b"") -> None:
        """Drop and derive all tables from the log again.

        Args:
            key: of the database; with it a long log is read by processes beside this one.

        Raises:
            NewerFormat: a newer program has made entries; nothing was changed.
            Cancelled: by `progress`; the ledger is closed then, and derives them when it is opened.
        """
        with self.database.lock:
            rebuild(self.database, progress, key)
            self.forget()

    def on_close(self, act: Callable[[], None]) -> None:
        """Run something after the database is closed, for example let the folder's lock go."""
        self._on_close.append(act)

    def close(self) -> None:
        self.database.close()
        for act in reversed(self._on_close):
            act()
        self._on_close.clear()


def _reading_only() -> NotPermitted:
    return NotPermitted(act="台帳への記帳", who="検査・立会い以外の利用者")


def _some(record: Record, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}

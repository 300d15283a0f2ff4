"""The log tables: commands, entries and their content, exactly as they were hashed.

These tables are the format of the ledger (docs/format.md, "Database"): they never migrate, and
rows are only ever inserted. Everything else in the database follows from them.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from models.chain import EMPTY, Action, Command, Entry, Head, read_content, timestamp
from models.errors import Damaged, NewerFormat
from models.kinds import Children, Choice, Json, Kind
from models.lifts import lift
from models.records import BY_TYPE, Contract, Record
from models.records.base import Declared
from storage import settings
from storage.database import Database, Row

FORMAT = 1
_DIGITS = 9  # of the version of a log that somebody may once write
CHUNK = 2000

TABLES = (
    """CREATE TABLE command (
        first_seq INTEGER PRIMARY KEY,
        last_seq INTEGER NOT NULL,
        id TEXT NOT NULL UNIQUE,
        author TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        "offset" INTEGER NOT NULL,
        head BLOB NOT NULL,
        signature BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE entry (
        seq INTEGER PRIMARY KEY,
        type TEXT NOT NULL,
        record_id TEXT NOT NULL,
        action TEXT NOT NULL,
        payload INTEGER NOT NULL,
        commitment BLOB NOT NULL,
        previous BLOB NOT NULL,
        hash BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE content (
        seq INTEGER PRIMARY KEY REFERENCES entry (seq),
        salt BLOB NOT NULL,
        body BLOB NOT NULL
    ) STRICT""",
    "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
)

_COMMAND = (
    'SELECT first_seq, last_seq, id, author, recorded_at, "offset", head, signature FROM command'
)
_INSERT_ENTRY = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_CONTENT = "INSERT INTO content VALUES (?, ?, ?)"
_ENTRY = (
    "SELECT e.seq, e.type, e.record_id, e.action, e.payload, e.commitment, e.previous, e.hash,"
    " c.salt, c.body FROM entry e LEFT JOIN content c ON c.seq = e.seq"
)
_TOLD = (
    "SELECT e.seq, e.type, e.record_id, e.action, e.payload, c.body FROM entry e"
    " LEFT JOIN content c ON c.seq = e.seq WHERE e.seq BETWEEN ? AND ? ORDER BY e.seq"
)


def is_log(table: str) -> bool:
    """Tell whether a table is no derived one."""
    return not table.startswith(("v_", "search", "sqlite_"))


def names(database: Database) -> list[str]:
    """Return every table that is no derived one."""
    found = database.all("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return [name for (name,) in found if is_log(name)]


def indexed(database: Database) -> list[str]:
    """Return those that have an index; the others are ordered by their rows alone."""
    found = database.all("SELECT DISTINCT tbl_name FROM sqlite_schema WHERE type = 'index'")
    return [name for (name,) in found if is_log(name)]


def create_log(database: Database, vault_id: str) -> None:
    """Make the log tables of a new ledger, inside the caller's transaction."""
    for statement in TABLES:
        database.all(statement)
    database.many(
        "INSERT INTO setting (name, value) VALUES (?, ?)",
        [("log_format", str(FORMAT)), ("vault_id", vault_id)],
    )


def require_known_format(database: Database) -> str:
    """Check the version of the log and return the id of the ledger.

    Raises:
        NewerFormat: written by a later version.
        Damaged: the log has no tables.
    """
    if not database.value("SELECT 1 FROM sqlite_schema WHERE name = 'setting'"):
        raise Damaged(
            file=str(database.path), what_now="記帳がありません。バックアップから復元してください。"
        )
    told = settings.read(database, "log_format") or "0"
    if not (told.isascii() and told.isdecimal() and len(told) <= _DIGITS):
        raise Damaged(
            file=str(database.path),
            what_now="記帳の形式の番号が読めません。バックアップから復元してください。",
        )
    found = int(told)
    if found > FORMAT:
        raise NewerFormat(file=str(database.path), found=found, known=FORMAT)
    return settings.read(database, "vault_id")


def head(database: Database) -> Head:
    row = database.one("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")
    return Head(row[0], row[1]) if row else EMPTY


def contains(database: Database, head: Head) -> bool:
    """Tell whether an entry with this number and hash is in the log; every log has an empty start."""
    if head.seq == 0:
        return head == EMPTY
    stands = database.value("SELECT hash FROM entry WHERE seq = ?", (head.seq,))
    return bool(stands == head.hash)


def insert(database: Database, command: Command, entries: Sequence[Entry]) -> None:
    """Add one command, inside the caller's transaction."""
    database.all(
        "INSERT INTO command VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (command.first_seq, command.last_seq, command.id, command.author,
         timestamp(command.recorded_at), command.offset, command.head, command.signature),
    )  # fmt: skip
    database.insert(
        (_INSERT_ENTRY, (e.seq, e.type, e.record_id, e.action._value_, e.payload, e.commitment,
                         e.previous, e.hash))
        for e in entries
    )  # fmt: skip
    database.insert(
        (_INSERT_CONTENT, (e.seq, e.salt, e.content)) for e in entries if e.content is not None
    )


def strays(database: Database) -> list[tuple[str, int]]:
    """Return rows that belong to no entry from 1 to the last: what they are, and their number.

    No stretch of a check would read these.
    """
    last = "(SELECT coalesce(max(seq), 0) FROM entry)"
    return database.all(
        "SELECT '見出し', seq FROM entry WHERE seq < 1 UNION ALL"
        f" SELECT '内容', seq FROM content WHERE seq < 1 OR seq > {last} UNION ALL"
        f" SELECT '操作', first_seq FROM command WHERE first_seq < 1 OR last_seq > {last} LIMIT 20"
    )


def find_command(database: Database, command_id: str) -> Command | None:
    row = database.one(f"{_COMMAND} WHERE id = ?", (command_id,))
    return read_command(row) if row else None


def commands_at(database: Database, seqs: Iterable[int]) -> dict[int, Command]:
    """Return the command of each of these entries."""
    found: dict[int, Command] = {}
    for seq in seqs:
        row = database.one(
            f"{_COMMAND} WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1", (seq,)
        )
        if row:
            found[seq] = read_command(row)
    return found


def commands(database: Database, first: int, last: int) -> Iterator[Command]:
    """Yield the commands that touch these entries, in chunks, without holding the lock between."""
    row = database.one(
        "SELECT first_seq FROM command WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1",
        (first,),
    )
    position = row[0] if row else first
    while rows := database.all(
        f"{_COMMAND} WHERE first_seq BETWEEN ? AND ? ORDER BY first_seq LIMIT {CHUNK}",
        (position, last),
    ):
        yield from map(read_command, rows)
        position = rows[-1][0] + 1


def entries(database: Database, first: int, last: int) -> Iterator[Entry]:
    """Yield entries with their content, in chunks."""
    position = first
    while rows := database.all(
        f"{_ENTRY} WHERE e.seq BETWEEN ? AND ? ORDER BY e.seq LIMIT {CHUNK}", (position, last)
    ):
        yield from map(read_entry, rows)
        position = rows[-1][0] + 1


def entered(database: Database, seqs: Iterable[int]) -> Iterator[tuple[Command, Entry]]:
    """Yield some entries, each with its command.

    One that nobody entered is left out: whoever checks the order of the log names it.
    """
    numbers = list(seqs)
    known = commands_at(database, numbers)
    for seq in numbers:
        if seq in known:
            yield known[seq], next(entries(database, seq, seq))


def raw_commands(database: Database, first: int, last: int) -> list[Row]:
    """Return the rows of the commands that touch these entries, see `read_command`."""
    return database.all(
        f"{_COMMAND} WHERE last_seq >= ? AND first_seq BETWEEN"
        " coalesce((SELECT max(first_seq) FROM command WHERE first_seq <= ?), ?) AND ?"
        " ORDER BY first_seq",
        (first, first, first, last),
    )


def raw_entries(database: Database, first: int, last: int) -> list[Row]:
    """Return the rows of entries with their content, see `read_entry`."""
    return database.all(f"{_ENTRY} WHERE e.seq BETWEEN ? AND ? ORDER BY e.seq", (first, last))


Told = tuple[int, str, str, Action, int, bytes | None]
"""What the tables follow from: seq, type, record id, action, payload, content."""


def told(database: Database, first: int, last: int) -> Iterator[list[tuple[Command, Told]]]:
    """Yield chunks of what entries tell, each beside its command.

    Raises:
        Damaged: an entry has no command.
    """
    following = commands(database, first, last)
    command = next(following, None)
    for start in range(first, last + 1, CHUNK):
        found = database.all(_TOLD, (start, min(start + CHUNK - 1, last)))
        chunk: list[tuple[Command, Told]] = []
        for seq, type_, record_id, action, payload, body in found:
            while command is not None and command.last_seq < seq:
                command = next(following, None)
            if command is None or command.first_seq > seq:
                raise _without_command(database, seq)
            chunk.append((command, (seq, type_, record_id, _ACTIONS[action], payload, body)))
        yield chunk


def _without_command(database: Database, seq: int) -> Damaged:
    return Damaged(
        file=str(database.path),
        what_now=f"記帳番号{seq}の操作がありません。バックアップから復元してください。",
    )


def with_commands(
    database: Database, first: int, last: int
) -> Iterator[list[tuple[Command, Entry]]]:
    """Yield chunks of entries, each entry beside its command."""
    following = commands(database, first, last)
    command = next(following, None)
    chunk: list[tuple[Command, Entry]] = []
    for entry in entries(database, first, last):
        while command is not None and command.last_seq < entry.seq:
            command = next(following, None)
        if command is None or command.first_seq > entry.seq:
            raise _without_command(database, entry.seq)
        chunk.append((command, entry))
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def read_command(row: Row) -> Command:
    first, last, id_, author, at, offset, head_, signature = row
    return Command(id_, author, datetime.fromisoformat(at), offset, first, last, head_, signature)


class _Actions(dict[str, Action]):
    def __missing__(self, written: str) -> Action:
        raise ValueError(f"no action: {written!r}")  # a bad value like any other, and no bug


_ACTIONS = _Actions({action.value: action for action in Action})


def read_entry(row: Row) -> Entry:
    seq, type_, record_id, action, payload, commitment, previous, hash_, salt, body = row
    return Entry(
        seq, type_, record_id, _ACTIONS[action], payload, commitment, previous, hash_, salt, body
    )


def is_gone(type_: str, content: bytes | None) -> bool:
    """Tell whether an entry gives no row: its content was erased, and no stub stands for it.

    Of a contract whose content was erased a later entry says what is left.
    """
    return content is None and type_ != Contract.type


def read_record(type_: str, record_id: str, payload: int, content: bytes | None) -> Record:
    """Build the record that an entry's content describes; an erased one has only its id.

    Raises:
        NewerFormat: the type or its version is unknown to this program.
    """
    return read_filled(type_, record_id, payload, content)[0]


def read_filled(
    type_: str, record_id: str, payload: int, content: bytes | None
) -> tuple[Record, tuple[str, ...]]:
    """Return what `read_record` returns, and the names of the fields that the content holds."""
    cls = _known(type_, payload)
    fields: Mapping[str, Json] = {}
    if content is not None:
        fields = lift(type_, read_content(content)[0], payload, cls.payload)
    record = _build(cls, fields)
    # The content never holds the id; it is given before anybody else sees the record.
    vars(record)["id"] = record_id
    return record, tuple(fields)


def _known(type_: str, payload: int) -> type[Record]:
    cls = BY_TYPE.get(type_)
    if cls is None or payload > cls.payload:
        known = cls.payload if cls else "なし"
        raise NewerFormat(file=f"記録「{type_}」", found=payload, known=known)
    return cls


def require_known_types(database: Database) -> None:
    """Look at the type and version of every entry.

    Raises:
        NewerFormat: this program cannot read one of them.
    """
    for type_, payload in database.all("SELECT type, max(payload) FROM entry GROUP BY type"):
        _known(type_, payload)


D = TypeVar("D", bound=Declared)


def _build(cls: type[D], data: Mapping[str, Json]) -> D:
    """Return `cls.from_json(data)` in a quarter of the time: a rebuild does little else.

    The values go into the instance in one step instead of one guarded assignment for each of 40
    fields. Whatever is unusual is left to `from_json`, which knows the sentence.
    """
    as_key: Any = cls  # mypy does not take a class for a key of the cache
    values = {**_defaults(as_key), **data}
    try:
        for name, read in _reading(as_key, tuple(data)):
            values[name] = read(data[name])
    except (KeyError, ValueError, TypeError, AttributeError):
        return cls.from_json(data)
    made = cls.__new__(cls)
    object.__setattr__(made, "__dict__", values)
    return made


@cache
def _defaults(cls: Any) -> dict[str, Any]:
    return {f.name: f.default for f in dataclasses.fields(cls)}


@cache
def _reading(cls: Any, names: tuple[str, ...]) -> tuple[tuple[str, Callable[[Json], Any]], ...]:
    """Return what must be done to the values of these fields; most stay as JSON has them.

    Raises:
        KeyError: there is no such field.
    """
    kinds = {f.name: f.kind for f in cls.own_fields()}
    return tuple(
        (name, _reader(kinds[name]))
        for name in names
        if type(kinds[name]).from_json is not Kind.from_json
    )


def _reader(kind: Kind) -> Callable[[Json], Any]:
    if isinstance(kind, Choice):
        return {str(code.value): code for code in kind.codes}.__getitem__
    if isinstance(kind, Children):
        child = kind.child
        return lambda rows: tuple([_build(child, row) for row in rows])
    return kind.from_json

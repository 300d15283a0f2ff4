"""The access log on disk: two tables beside the evidence log, in the same encrypted file.

They are made when the first line is written, so that a ledger of an earlier version needs no
change. Backups carry them like everything else in the database, the update journal carries what
came since. An inspecting officer's connection only asks; this is, beside his own password, the one
thing that is written for him.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Protocol

from models.access import Act, Line, Question, Refusal, Seal, Stretch
from models.chain import EMPTY, Head, timestamp
from models.wareki import JAPAN
from storage.access_wire import MOST_LINES, Batch
from storage.database import Database, Row
from storage.refusals import Refusals
from storage.strict_json import LARGEST
from storage.unlocked import Vault

TABLES = (
    """CREATE TABLE IF NOT EXISTS access_line (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        "offset" INTEGER NOT NULL,
        user TEXT NOT NULL,
        terminal TEXT NOT NULL,
        act TEXT NOT NULL,
        type TEXT NOT NULL,
        target TEXT NOT NULL,
        contract TEXT NOT NULL,
        count INTEGER NOT NULL,
        detail TEXT NOT NULL,
        hash BLOB NOT NULL,
        purpose TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS access_seal (
        first INTEGER PRIMARY KEY,
        last INTEGER NOT NULL,
        hash BLOB NOT NULL,
        author TEXT NOT NULL,
        seq INTEGER NOT NULL,
        ledger BLOB NOT NULL,
        signature BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX IF NOT EXISTS access_at ON access_line (at)",
)
PORTION = 20_000  # lines that are read at once
HOUR = 13  # characters of a time up to its hour: within one the day is the same
RECENT = 20_000  # lines in which earlier purposes are looked for
_PURPOSE = "purpose TEXT NOT NULL DEFAULT ''"
LATER = frozenset({"purpose"})  # columns that a ledger of an earlier version may lack
_COLUMNS = 'at, "offset", user, terminal, act, type, target, contract, count, detail, purpose, number, hash'


class Carrier(Protocol):
    """What carries lines to a second disk (`storage.journal_keeper.Keeper`)."""

    def lines_written(self, count: int) -> None: ...

    def carry_lines(self) -> None: ...


class AccessTable:
    """The lines of one open ledger (`models.access.AccessBook`)."""

    def __init__(
        self, database: Database, vault: Vault, refusals: Refusals, terminal_name: str,
        journal: Carrier | None = None,
    ) -> None:  # fmt: skip
        self._database = database
        self._journal = journal
        self._vault = vault
        self._refusals = refusals
        self._name = terminal_name
        self._days = Days()

    def under(self, vault: Vault) -> "AccessTable":
        """Return the same log under another key header: a recovery sheet registers this PC in it."""
        return AccessTable(self._database, vault, self._refusals, self._name, self._journal)

    @property
    def terminal(self) -> str:
        return f"{self._name} {self._vault.header.device_key_id.hex()[:8]}"

    def head(self) -> Head:
        return head(self._database)

    def append(self, lines: Sequence[Line], seal: Seal) -> None:
        database = self._database
        if database.frozen:
            return  # whoever looked was told that nothing can be noted here
        with writable(database), database.transaction():
            write(database, lines, [seal])
        if self._journal is not None:
            self._journal.lines_written(len(lines))

    def carry(self) -> None:
        if self._journal is not None:
            self._journal.carry_lines()

    def lines(self, question: Question) -> list[Line]:
        if not exists(self._database):
            return []
        conditions, values = _conditions(question)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._database.all(
            f"{_select(self._database)}{where} ORDER BY number DESC LIMIT ?",
            (*values, question.limit),
        )
        return [read_line(row) for row in rows]

    def stretches(self) -> Sequence[Stretch]:
        return self._days.read(self._database) if exists(self._database) else []

    def purposes(self, user: str, most: int) -> list[str]:
        if not exists(self._database) or not _has_purpose(self._database):
            return []
        rows = self._database.all(
            "SELECT purpose FROM access_line WHERE user = ? AND purpose <> '' AND number > ?"
            " GROUP BY purpose ORDER BY max(number) DESC LIMIT ?",
            (user, self.head().seq - RECENT, most),
        )
        return [str(row[0]) for row in rows]

    def refusals(self) -> Sequence[Refusal]:
        if self._database.frozen:
            return ()  # they wait for a ledger that can take them
        header = self._vault.header
        found = []
        for at, tag in self._refusals.waiting(self._vault.vault_id):
            slot = header.slot_by_tag(tag)
            found.append(Refusal(at, slot.user_id if slot else ""))
        return found

    def told(self, refusals: Sequence[Refusal]) -> None:
        self._refusals.forget(self._vault.vault_id, len(refusals))


class Days:
    """The lines day by day; only what came since the last question is read.

    A million lines take seconds: they are read in portions, so that nobody waits for the database.
    """

    def __init__(self) -> None:
        self._reading = threading.Lock()
        self._whole: list[Stretch] = []
        self._last = 0
        self._open: list[tuple[int, str]] = []  # first and last line of the day that goes on

    def read(self, database: Database) -> Sequence[Stretch]:
        """Return a stretch for each day, the last as far as it goes."""
        with self._reading:
            while rows := self._portion(database):
                for number, at in rows:
                    self._take(number, at)
                self._last = rows[-1][0]
            return [*self._whole, *([_stretch(*self._open)] if self._open else [])]

    def _portion(self, database: Database) -> list[Row]:
        asked = "SELECT number, at FROM access_line WHERE number > ? AND act <> ?"
        return database.all(
            f"{asked} ORDER BY number LIMIT ?", (self._last, Act.REFUSED.value, PORTION)
        )

    def _take(self, number: int, at: str) -> None:
        if not self._open:
            self._open = [(number, at), (number, at)]
            return
        first, last = self._open
        if at[:HOUR] != last[1][:HOUR] and _day(at) != _day(first[1]):
            self._whole.append(_stretch(first, last))
            self._open[0] = (number, at)
        self._open[1] = (number, at)


def _stretch(first: tuple[int, str], last: tuple[int, str]) -> Stretch:
    moments = (datetime.fromisoformat(at) for _, at in (first, last))
    return Stretch(first[0], last[0], *moments)


def _day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone(JAPAN).date()


def texts() -> list[str]:
    """Return what the schema may say of these tables: as they are made now, and as they were."""
    now = [text.replace(" IF NOT EXISTS", "", 1) for text in TABLES]
    first = now[0].replace(f",\n        {_PURPOSE}", "")
    return [*now, first, f"{first.removesuffix(') STRICT')}, {_PURPOSE}) STRICT"]


def exists(database: Database) -> bool:
    """Tell whether a line was ever written."""
    return bool(database.value("SELECT 1 FROM sqlite_schema WHERE name = 'access_line'"))


def write(database: Database, lines: Sequence[Line], seals: Sequence[Seal]) -> None:
    """Write lines with their seals, inside the transaction of the caller."""
    for statement in TABLES:
        database.all(statement)
    if not _has_purpose(database):
        database.all(f"ALTER TABLE access_line ADD COLUMN {_PURPOSE}")
    database.many(
        f"INSERT INTO access_line ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (timestamp(x.at), x.offset, x.user, x.terminal, x.act.value, x.type, x.target,
             x.contract, x.count, x.detail, x.purpose, x.number, x.hash)
            for x in lines
        ],
    )  # fmt: skip
    database.many(
        "INSERT OR REPLACE INTO access_seal VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (x.first, x.last, x.hash, x.author, x.ledger.seq, x.ledger.hash, x.signature)
            for x in seals
        ],
    )


def _has_purpose(database: Database) -> bool:
    """Tell whether the table knows purposes; a ledger of an earlier version had none."""
    asked = "SELECT 1 FROM pragma_table_info('access_line') WHERE name = 'purpose'"
    return bool(database.value(asked))


def _select(database: Database) -> str:
    columns = _COLUMNS if _has_purpose(database) else _COLUMNS.replace("purpose", "''")
    return f"SELECT {columns} FROM access_line"


def contains(database: Database, line: Head) -> bool:
    """Tell whether the log has a line with this number and hash."""
    if line.seq == 0:
        return True
    if not exists(database):
        return False
    found = database.value("SELECT hash FROM access_line WHERE number = ?", (line.seq,))
    return found is not None and bytes(found) == line.hash


def batches(database: Database, after: Head) -> Iterator[Batch]:
    """Yield the lines behind one that the log has, for the journal, each batch with its seals."""
    while exists(database):
        with database.lock:
            asked = f"{_select(database)} WHERE number > ? ORDER BY number LIMIT ?"
            lines = [read_line(row) for row in database.all(asked, (after.seq, MOST_LINES))]
            if not lines:
                return
            seals = read_seals(database, lines[0].number, lines[-1].number)
        yield Batch(after, lines, seals)
        after = Head(lines[-1].number, lines[-1].hash)


def head(database: Database) -> Head:
    """Return number and hash of the last line."""
    if not exists(database):
        return EMPTY
    row = database.one("SELECT number, hash FROM access_line ORDER BY number DESC LIMIT 1")
    return Head(row[0], row[1]) if row else EMPTY


def stream_lines(database: Database, after: int) -> Iterator[Line]:
    """Yield lines in order, while the caller holds the lock."""
    rows = database.stream(f"{_select(database)} WHERE number > ? ORDER BY number", (after,))
    return (read_line(row) for row in rows)


def read_seals(database: Database, first: int = 0, last: int = LARGEST) -> list[Seal]:
    """Return the seals that cover lines of a range, in their order."""
    rows = database.all(
        "SELECT first, last, hash, author, seq, ledger, signature FROM access_seal"
        " WHERE last >= ? AND first <= ? ORDER BY first",
        (first, last),
    )
    return [
        Seal(first, last, hash_, author, Head(seq, ledger), signature)
        for first, last, hash_, author, seq, ledger, signature in rows
    ]


def read_line(row: Row) -> Line:
    at, offset, user, terminal, act, *rest = row
    return Line(datetime.fromisoformat(at), offset, user, terminal, Act.read(act), *rest)


def _conditions(question: Question) -> tuple[list[str], list[Any]]:
    parts: list[tuple[str, Any]] = []
    if question.since is not None:
        parts.append(("at >= ?", timestamp(question.since)))
    if question.until is not None:
        parts.append(("at < ?", timestamp(question.until)))
    if question.user is not None:
        parts.append(("user = ?", question.user))
    if question.acts is not None:
        acts = json.dumps(sorted(act.value for act in question.acts))
        parts.append(("act IN (SELECT value FROM json_each(?))", acts))
    if question.contracts is not None:
        seen = json.dumps(["", *sorted(question.contracts)])
        parts.append(("contract IN (SELECT value FROM json_each(?))", seen))
    if question.after is not None:
        parts.append(("number > ?", question.after))
    if question.before is not None:
        parts.append(("number < ?", question.before))
    return [sql for sql, _ in parts], [value for _, value in parts]


@contextmanager
def writable(database: Database) -> Iterator[None]:
    """Let a connection that only asks write the log of what it asked."""
    with database.lock:
        reading = bool(database.value("PRAGMA query_only"))
        if reading:
            database.all("PRAGMA query_only = OFF")
        try:
            yield
        finally:
            if reading:
                database.all("PRAGMA query_only = ON")

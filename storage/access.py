"""The access log on disk: two tables beside the evidence log, in the same encrypted file.

They are made when the first line is written, so that a ledger of an earlier version needs no
change. Backups carry them like everything else in the database. An inspecting officer's connection
only asks; this is, beside his own password, the one thing that is written for him.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from models.access import Act, Line, Question, Refusal, Seal
from models.chain import EMPTY, Head, timestamp
from storage.database import Database, Row
from storage.refusals import Refusals
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
        hash BLOB NOT NULL
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
_LINE = (
    'SELECT at, "offset", user, terminal, act, type, target, contract, count, detail, number, hash'
    " FROM access_line"
)


class AccessTable:
    """The lines of one open ledger (`models.access.AccessBook`)."""

    def __init__(
        self, database: Database, vault: Vault, refusals: Refusals, terminal_name: str
    ) -> None:
        self._database = database
        self._vault = vault
        self._refusals = refusals
        self._name = terminal_name

    @property
    def terminal(self) -> str:
        return f"{self._name} {self._vault.header.device_key_id.hex()[:8]}"

    def head(self) -> Head:
        return head(self._database)

    def append(self, lines: Sequence[Line], seal: Seal) -> None:
        database = self._database
        with _writable(database), database.transaction():
            for statement in TABLES:
                database.all(statement)
            database.many(
                "INSERT INTO access_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (x.number, timestamp(x.at), x.offset, x.user, x.terminal, x.act.value, x.type,
                     x.target, x.contract, x.count, x.detail, x.hash)
                    for x in lines
                ],
            )  # fmt: skip
            database.all(
                "INSERT OR REPLACE INTO access_seal VALUES (?, ?, ?, ?, ?, ?, ?)",
                (seal.first, seal.last, seal.hash, seal.author, seal.ledger.seq, seal.ledger.hash,
                 seal.signature),
            )  # fmt: skip

    def lines(self, question: Question) -> list[Line]:
        if not exists(self._database):
            return []
        conditions, values = _conditions(question)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._database.all(
            f"{_LINE}{where} ORDER BY number DESC LIMIT ?", (*values, question.limit)
        )
        return [read_line(row) for row in rows]

    def refusals(self) -> Sequence[Refusal]:
        header = self._vault.header
        found = []
        for at, tag in self._refusals.waiting(self._vault.vault_id):
            slot = header.slot_by_tag(tag)
            found.append(Refusal(at, slot.user_id if slot else ""))
        return found

    def told(self, refusals: Sequence[Refusal]) -> None:
        self._refusals.forget(self._vault.vault_id, len(refusals))


def exists(database: Database) -> bool:
    """Tell whether a line was ever written."""
    return bool(database.value("SELECT 1 FROM sqlite_schema WHERE name = 'access_line'"))


def head(database: Database) -> Head:
    """Return number and hash of the last line."""
    if not exists(database):
        return EMPTY
    row = database.one("SELECT number, hash FROM access_line ORDER BY number DESC LIMIT 1")
    return Head(row[0], row[1]) if row else EMPTY


def stream_lines(database: Database, after: int) -> Iterator[Line]:
    """Yield lines in order, while the caller holds the lock."""
    rows = database.stream(f"{_LINE} WHERE number > ? ORDER BY number", (after,))
    return (read_line(row) for row in rows)


def read_seals(database: Database) -> list[Seal]:
    rows = database.all(
        "SELECT first, last, hash, author, seq, ledger, signature FROM access_seal ORDER BY first"
    )
    return [
        Seal(first, last, hash_, author, Head(seq, ledger), signature)
        for first, last, hash_, author, seq, ledger, signature in rows
    ]


def read_line(row: Row) -> Line:
    at, offset, user, terminal, act, type_, target, contract, count, detail, number, hash_ = row
    return Line(
        datetime.fromisoformat(at), offset, user, terminal, Act.read(act), type_, target, contract,
        count, detail, number, hash_,
    )  # fmt: skip


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
    if question.before is not None:
        parts.append(("number < ?", question.before))
    return [sql for sql, _ in parts], [value for _, value in parts]


@contextmanager
def _writable(database: Database) -> Iterator[None]:
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

"""Find records by words in all registers: an FTS5 index over bigrams, filled in idle time.

Indexing inside a commit would make every tenth entry slow (design.md §5), so the index follows
behind a *watermark*: records up to that entry are indexed, except those in `v_reindex`, whose text
changed since. Whatever waits is scanned with the same meaning, the newest `TAIL` records of it, so
that a record is found the moment it is saved.

A row of the index has the record's number, and two columns: `scope` (type and contract, so that
limits are part of the question and not of its answer) and `text`.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models import text as texts
from models.records.base import Record
from models.records.handling import HandlingEvent
from models.store import Hit
from storage import log
from storage.database import Database, Row
from storage.naming import Naming
from storage.schema import table

TAIL = 20_000
BATCH = 100  # records between two looks at the clock
_WAITING = (
    "SELECT seq, type FROM entry WHERE action = 'create' AND seq > (SELECT seq FROM v_watermark)"
    " UNION SELECT number, type FROM v_reindex ORDER BY 1 DESC LIMIT ?"
)


@dataclass(frozen=True)
class Term:
    """A condition on a record's number ({c}): as a set, and for trying one row after another."""

    sql: str
    walking: str
    parameters: list[Any]

    @property
    def probe(self) -> tuple[str, list[Any]]:
        """Return a statement whose rows are as many as the records found in the index."""
        return "SELECT rowid FROM search WHERE search MATCH ?", self.parameters[:1]


@dataclass(frozen=True)
class Batch:
    """What is indexed next: changed records (number, type), entries (seq, type, action)."""

    again: list[Row]
    following: list[Row]


class Search:
    """The index and the records that wait for it."""

    def __init__(self, database: Database, naming: Naming) -> None:
        self._database = database
        self.naming = naming
        self._keys: dict[int, tuple[str, str]] | None = None  # number → (type, search key)

    def changed(self) -> None:
        """Forget what is known of the waiting records, after an append or a rebuild."""
        self._keys = None

    def condition(self, typed: str) -> "Term | None":
        """Return the terms for what was typed, or None for nothing typed."""
        words = texts.search_words(typed)
        if not words:
            return None
        with self._database.lock:
            waiting = self._waiting().items()
            found = [number for number, (_, key) in waiting if texts.matches(key, words)]
        sql = (
            "({c} IN (SELECT rowid FROM search WHERE search MATCH ?)"
            " AND {c} NOT IN (SELECT number FROM v_reindex)"
            " OR {c} IN (SELECT value FROM json_each(?)))"
        )
        walking = (
            "({c} NOT IN (SELECT number FROM v_reindex)"
            " AND EXISTS (SELECT 1 FROM search WHERE search MATCH ? AND rowid = {c})"
            " OR {c} IN (SELECT value FROM json_each(?)))"
        )
        expression = f"text : ({texts.match_expression(typed)})"
        return Term(sql, walking, [expression, json.dumps(found)])

    def hits(
        self, typed: str, types: Sequence[str], contracts: frozenset[str] | None, limit: int
    ) -> list[Hit]:
        """Return the newest records that hold all words, with their present captions."""
        words = texts.search_words(typed)
        if not words or limit <= 0:
            return []
        with self._database.lock:
            waiting = self._waiting()
            numbers = [n for n, (_, key) in waiting.items() if texts.matches(key, words)]
            found = self._resolve([(n, waiting[n][0]) for n in numbers], types, contracts)
            found += self._indexed(typed, types, contracts, limit, set(waiting))
        found.sort(key=lambda one: -one[0])
        return [hit for _, hit in found[:limit]]

    def _indexed(
        self, typed: str, types: Sequence[str], contracts: frozenset[str] | None, limit: int,
        waiting: set[int],
    ) -> list[tuple[int, Hit]]:  # fmt: skip
        expression = f"text : ({texts.match_expression(typed)})"
        if scope := _scope(types, contracts):
            expression += f" AND scope : ({scope})"
        found: list[tuple[int, Hit]] = []
        below = 1 << 62
        while len(found) < limit:
            numbers = self._database.all(
                "SELECT rowid FROM search WHERE search MATCH ? AND rowid < ?"
                " ORDER BY rowid DESC LIMIT ?",
                (expression, below, limit),
            )
            pairs = self._typed([n for (n,) in numbers if n not in waiting])
            found += self._resolve(pairs, types, contracts)
            if len(numbers) < limit:
                break
            below = numbers[-1][0]
        return found

    def _typed(self, numbers: Sequence[int]) -> list[Row]:
        return self._database.all(
            "SELECT seq, type FROM entry WHERE seq IN (SELECT value FROM json_each(?))",
            (json.dumps(numbers),),
        )

    def _resolve(
        self, pairs: Sequence[Row], types: Sequence[str],
        contracts: frozenset[str] | None,
    ) -> list[tuple[int, Hit]]:  # fmt: skip
        by_type: dict[str, list[int]] = {}
        for number, type_ in pairs:
            if not types or type_ in types:
                by_type.setdefault(type_, []).append(number)
        found: list[tuple[int, Hit]] = []
        for type_, numbers in by_type.items():
            for number, id_, caption, contract in self._database.all(
                f"SELECT number, id, caption, contract_id FROM {table(type_).name}"
                " WHERE voided_at IS NULL AND number IN (SELECT value FROM json_each(?))",
                (json.dumps(numbers),),
            ):
                if contracts is None or not contract or contract in contracts:
                    found.append((number, Hit(type_, id_, caption, contract or "")))
        return found

    # --- what waits -----------------------------------------------------------------------------
    def touched(self, records: Sequence[tuple[str, str]], *, revised: bool) -> None:
        """Learn the texts of records (type, id) that a command has just written."""
        if self._keys is None or len(self._keys) > 2 * TAIL:
            self._keys = None
            return
        ids = json.dumps([id_ for _, id_ in records])
        for type_ in {type_ for type_, _ in records}:
            numbers = self._database.all(
                f"SELECT number FROM {table(type_).name}"
                " WHERE id IN (SELECT value FROM json_each(?))",
                (ids,),
            )
            self._learn(type_, [row[0] for row in numbers])
        if revised:
            # A renamed item changes the texts of its events too; all of them wait in v_reindex.
            again: dict[str, list[int]] = {}
            for number, type_ in self._database.all(
                "SELECT number, type FROM v_reindex LIMIT ?", (TAIL,)
            ):
                again.setdefault(type_, []).append(number)
            for type_, waiting in again.items():
                self._learn(type_, waiting)

    def _waiting(self) -> dict[int, tuple[str, str]]:
        with self._database.lock:
            if self._keys is None:
                self._keys = {}
                by_type: dict[str, list[int]] = {}
                for number, type_ in self._database.all(_WAITING, (TAIL,)):
                    by_type.setdefault(type_, []).append(number)
                for type_, numbers in by_type.items():
                    self._learn(type_, numbers)
            return self._keys

    def _learn(self, type_: str, numbers: Sequence[int]) -> None:
        assert self._keys is not None
        for number, record in self.records(type_, numbers):
            self._keys[number] = (type_, texts.search_text(record.search_texts()))

    def records(self, type_: str, numbers: Sequence[int]) -> list[tuple[int, Record]]:
        """Return records as they are found by words: acts with the names of their things."""
        event = type_ == HandlingEvent.type
        found = self._database.all(
            f"SELECT v.number, v.id, e.payload, c.body, {'v.lines_text' if event else 'NULL'}"
            f" FROM {table(type_).name} v JOIN entry e ON e.seq = v.seq"
            " LEFT JOIN content c ON c.seq = v.seq"
            " WHERE v.number IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        )
        # An act is found by what its things were called then and by what they are called now.
        told = self.naming.lines_texts(numbers) if event else {}
        made: list[tuple[int, Record]] = []
        for number, id_, payload, body, lines in found:
            record = log.read_record(type_, id_, payload, body)
            if event:
                object.__setattr__(record, "lines_text", told.get(number, lines or ""))
            made.append((number, record))
        return made

    # --- filling the index ------------------------------------------------------------------------
    def index(self, stop: float) -> bool:
        """Index waiting records, oldest first, until this time of the monotonic clock.

        Tell whether any are left.

        All of it is one transaction: a commit takes longer than the texts of a hundred records.
        """
        with self._database.lock:
            batch = self._next_batch()
            if batch is None:
                return False
            done: list[int] = []
            words = texts.Indexing()
            with self._database.transaction():
                while batch is not None:
                    done += self._index_batch(batch, words)
                    batch = self._next_batch()
                    if time.monotonic() >= stop:
                        break
            if self._keys is not None:
                for number in done:
                    self._keys.pop(number, None)
            return batch is not None

    def _next_batch(self) -> Batch | None:
        again = self._database.all("SELECT number, type FROM v_reindex LIMIT ?", (BATCH,))
        following = self._database.all(
            "SELECT seq, type, action FROM entry WHERE seq > (SELECT seq FROM v_watermark)"
            " ORDER BY seq LIMIT ?",
            (BATCH,),
        )
        return Batch(again, following) if again or following else None

    def _index_batch(self, batch: Batch, words: texts.Indexing) -> list[int]:
        """Index some records inside the caller's transaction; return their numbers."""
        created = [(seq, type_) for seq, type_, action in batch.following if action == "create"]
        written = self._write(batch.again, created, words)
        if batch.following:
            self._database.all("UPDATE v_watermark SET seq = ?", (batch.following[-1][0],))
        return written

    def _write(
        self, again: Sequence[Row], created: Sequence[Row], words: texts.Indexing
    ) -> list[int]:
        types = dict([*again, *created])
        by_type: dict[str, list[int]] = {}
        for number, type_ in types.items():
            by_type.setdefault(type_, []).append(number)
        documents: list[tuple[int, str, str]] = []
        for type_, some in by_type.items():
            for number, record in self.records(type_, some):
                scope = scope_of(type_, record.contract())
                documents.append((number, scope, words.of(record.search_texts())))
        documents.sort()
        self._database.many(
            "INSERT OR REPLACE INTO search (rowid, scope, text) VALUES (?, ?, ?)", documents
        )
        self._database.many(
            "DELETE FROM v_reindex WHERE number = ?", [(number,) for number, *_ in again]
        )
        return list(types)


def scope_of(type_: str, contract_id: str) -> str:
    """Return the tokens that limit a question to a type and a contract."""
    return f"{_type_token(type_)} {_contract_token(contract_id)}"


def _type_token(type_: str) -> str:
    return "t" + type_.replace("_", "")


def _contract_token(contract_id: str) -> str:
    # A token may hold only what the tokenizer takes as part of a word; ids are hex digits.
    return "c" + "".join(filter(str.isalnum, contract_id))


def _scope(types: Sequence[str], contracts: frozenset[str] | None) -> str:
    parts = []
    if types:
        parts.append(" OR ".join(f'"{_type_token(t)}"' for t in types))
    if contracts is not None:
        tokens = ["c", *sorted(map(_contract_token, contracts))]
        parts.append(" OR ".join(f'"{token}"' for token in tokens))
    return " AND ".join(f"({part})" for part in parts)

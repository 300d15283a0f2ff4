"""Compare the derived tables with the log, row by row, without building them a second time.

Each record's expected rows are made from its content by the same functions that filled the tables
(storage/rows.py); the status of an item is replayed from its timeline. Rows are compared in chunks,
so memory stays small and the work goes on between the chunks.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.chain import Action, Command, Entry, read_content
from models.gate import Problem
from models.records import Item, Record
from models.records.handling import HandlingEvent
from models.store import Progress
from storage import log, rows, schema
from storage.database import Database
from storage.views import Views

CHUNK = 1000
CODE = "VIEW"


@dataclass
class _Later:
    """What the entries after the first say about one record."""

    seq: int = 0
    revisions: int = 0
    revised_at: str = ""
    revised_by: str = ""
    voided_at: str | None = None
    voided_by: str | None = None
    void_reason: str | None = None


class Comparison:
    """One pass over the log beside the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._views = Views(database, tolerant=True)
        self._later: dict[str, _Later] = {}
        self._later_seq = 0
        self._later_count = 0
        self._last = log.head(database).seq

    def problems(self, progress: Progress) -> Iterator[Problem]:
        """Yield what differs."""
        position = 0
        while position < self._last:
            progress(position, self._last)
            with self._database.lock:
                self._read_later()
                first, position = position + 1, min(position + CHUNK, self._last)
                found = list(self._chunk(first, position))
            yield from found
        yield from self._counts()
        progress(self._last, self._last)

    def _read_later(self) -> None:
        """Follow revisions and voids, also those that are entered while this goes on."""
        seqs = self._database.all(
            "SELECT seq FROM entry WHERE action <> 'create' AND seq > ? ORDER BY seq",
            (self._later_seq,),
        )
        commands = log.commands_at(self._database, [seq for (seq,) in seqs])
        for (seq,) in seqs:
            entry = next(log.entries(self._database, seq, seq))
            self._note(entry, commands[seq])
        self._later_count += len(seqs)
        self._later_seq = max(self._later_seq, log.head(self._database).seq)

    def _note(self, entry: Entry, command: Command) -> None:
        later = self._later.setdefault(entry.record_id, _Later())
        at = rows.entered_at(command)
        if entry.action is Action.REVISE:
            later.seq, later.revised_at, later.revised_by = entry.seq, at, command.author
            later.revisions += 1
        else:
            reason = read_content(entry.content)[1] if entry.content is not None else ""
            later.voided_at, later.voided_by, later.void_reason = at, command.author, reason

    # --- one chunk ----------------------------------------------------------------------------
    def _chunk(self, first: int, last: int) -> Iterator[Problem]:
        by_type: dict[str, list[tuple[Record, rows.Version]]] = {}
        for pairs in log.with_commands(self._database, first, last):
            for command, entry in pairs:
                if entry.action is Action.CREATE:
                    by_type.setdefault(entry.type, []).append(self._expected(command, entry))
        for type_, expected in by_type.items():
            yield from self._compare(type_, expected)

    def _expected(self, command: Command, entry: Entry) -> tuple[Record, rows.Version]:
        version = rows.created(command, entry.seq, rows.entered_at(command))
        later = self._later.get(entry.record_id)
        if later is not None:
            if later.revisions:
                version.seq, version.row_version = later.seq, 1 + later.revisions
                version.revised_at, version.revised_by = later.revised_at, later.revised_by
                entry = next(log.entries(self._database, later.seq, later.seq))
            version.voided_at, version.voided_by = later.voided_at, later.voided_by
            version.void_reason = later.void_reason
        return log.read_record(entry.type, entry.record_id, entry.payload, entry.content), version

    def _compare(
        self, type_: str, expected: Sequence[tuple[Record, rows.Version]]
    ) -> Iterator[Problem]:
        numbers = json.dumps([version.number for _, version in expected])
        found = self._rows(schema.table(type_).name, "number", numbers)
        texts = self._lines_texts(numbers) if type_ == HandlingEvent.type else {}
        for record, version in expected:
            row = self._row(record, version, texts)
            if found.get(version.number) != [tuple(row)]:
                yield _problem(record, version.number)
        yield from self._compare_children(type_, expected, numbers)

    def _row(self, record: Record, version: rows.Version, texts: dict[int, list[str]]) -> list[Any]:
        if isinstance(record, Item):
            status = self._views.replayed(record)
            return rows.view_row(
                record, version, rows.status_fields(status), rows.status_hidden(status)
            )
        if isinstance(record, HandlingEvent):
            text = rows.lines_text(texts.get(version.number, []))
            return rows.view_row(record, version, {"lines_text": text})
        return rows.view_row(record, version, {})

    def _compare_children(
        self, type_: str, expected: Sequence[tuple[Record, rows.Version]], numbers: str
    ) -> Iterator[Problem]:
        made: dict[str, dict[int, list[tuple[Any, ...]]]] = {}
        for record, version in expected:
            for insert, some in rows.child_rows(record, version.number):
                made.setdefault(insert, {})[version.number] = [tuple(row) for row in some]
        for child in schema.table(type_).children:
            found = self._rows(child.name, "_number", numbers)
            wanted = made.get(child.insert, {})
            for record, version in expected:
                if found.get(version.number, []) != wanted.get(version.number, []):
                    yield _problem(record, version.number)

    def _rows(self, name: str, key: str, numbers: str) -> dict[int, list[tuple[Any, ...]]]:
        found: dict[int, list[tuple[Any, ...]]] = {}
        for row in self._database.all(
            f"SELECT * FROM {name} WHERE {key} IN (SELECT value FROM json_each(?)) ORDER BY 1, 2",
            (numbers,),
        ):
            found.setdefault(row[0], []).append(row)
        return found

    def _lines_texts(self, numbers: str) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for number, caption in self._database.all(
            "SELECT l._number, v.caption FROM v_handling_event_lines l"
            " JOIN v_item v ON v.id = l.item_id"
            " WHERE l._number IN (SELECT value FROM json_each(?)) ORDER BY l._number, l._position",
            (numbers,),
        ):
            found.setdefault(number, []).append(caption)
        return found

    # --- what is too much -----------------------------------------------------------------------
    def _counts(self) -> Iterator[Problem]:
        with self._database.lock:
            created: dict[str, int] = dict(
                self._database.all(
                    "SELECT type, count(*) FROM entry WHERE action = 'create' GROUP BY type"
                )
            )
            for type_, view in schema.TABLES.items():
                count = self._database.value(f"SELECT count(*) FROM {view.name}")
                if count != created.get(type_, 0):
                    sentence = f"{view.record.label}の一覧の件数が記帳と違います。"
                    yield Problem(CODE, view.name, sentence)
            self._read_later()
            if self._database.value("SELECT count(*) FROM v_later") != self._later_count:
                yield Problem(CODE, "v_later", "訂正の一覧の件数が記帳と違います。")


def _problem(record: Record, number: int) -> Problem:
    return Problem(
        CODE,
        f"記帳番号{number}",
        f"{record.label}の一覧が、記帳番号{number}の内容と違います。索引を作り直してください。",
    )

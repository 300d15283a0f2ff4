"""The parts into which a full check is cut: pages, structure, stretches of the log, what is left.

Each part needs nothing but the database, so that two processes can take them one after the other
(`storage/helpers.py`). A stretch is read once: order, hashes, contents, heads of commands,
signatures and, if all that agrees, the rows of the derived tables.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.chain import (
    ENTRY_TAG,
    GENESIS,
    Command,
    Entry,
    check_entry,
    check_signature,
    commitment,
    header_bytes,
)
from models.erased import NO_ERASURES, Erasures
from models.errors import AzukariError, VerificationFailed
from storage import compare, log
from storage.authors import Authors
from storage.database import Database
from storage.helpers import Found

CHUNK = 2000  # entries that are in memory at once
PAGES = "PAGES"
_NONE: tuple[Command | None, str] = (None, "")


@dataclass(frozen=True)
class Pages:
    """The MAC of every page of the file, used or not."""

    def run(self, database: Database) -> list[Found]:
        return [
            (PAGES, database.path.name, f"データベースのページが壊れています（{line}）。")
            for (line,) in database.all("PRAGMA cipher_integrity_check")
        ]


@dataclass(frozen=True)
class Structure:
    """The trees: every page used once, every index complete."""

    def run(self, database: Database) -> list[Found]:
        # What SQLite says of each is for its makers; people need to know that and how much.
        lines = [line for (line,) in database.all("PRAGMA integrity_check(20)") if line != "ok"]
        count = sum(len(str(line).splitlines()) for line in lines)
        words = f"データベースの構造が壊れています（{count}か所）。"
        return [(PAGES, database.path.name, words)] if lines else []


@dataclass(frozen=True)
class Surplus:
    """Rows of the derived tables that belong to no entry."""

    erasures: Erasures = NO_ERASURES

    def run(self, database: Database) -> list[Found]:
        return list(compare.surplus(database, self.erasures))


@dataclass(frozen=True)
class Stretch:
    """Entries `first` to `last`.

    Attributes:
        tables: compare the derived tables, too.
        erasures: which entries may have no content, and must have none.
    """

    vault_id: str
    authors: Authors
    first: int
    last: int
    tables: bool
    erasures: Erasures = NO_ERASURES

    def run(self, database: Database) -> list[Found]:
        found: list[Found] = []
        before = database.value("SELECT hash FROM entry WHERE seq = ?", (self.first - 1,))
        previous = GENESIS if self.first == 1 else before or b""
        for first in range(self.first, self.last + 1, CHUNK):
            last = min(first + CHUNK - 1, self.last)
            chunk = _Chunk(self, database, first, last)
            problems = list(chunk.problems(previous))
            if self.tables and not problems:  # a broken log says nothing about the tables
                problems += _differences(database, chunk)
            found += problems
            previous = chunk.entries[-1].hash if chunk.entries else b""
        return found


class _Chunk:
    """So many entries of a stretch as are in memory at once."""

    def __init__(self, stretch: Stretch, database: Database, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.entries = list(map(log.read_entry, log.raw_entries(database, first, last)))
        self.pairs: list[tuple[Command, Entry]] = []
        raw = log.raw_commands(database, first, last)
        self._commands = list(map(log.read_command, raw))
        self._times = [row[4] for row in raw]  # as hashed, unless somebody changed them
        self._stretch = stretch

    def problems(self, previous: bytes) -> Iterator[Found]:
        """Check order, hashes, contents, heads of commands and signatures."""
        yield from self._cover()
        following = zip(self._commands, self._times, strict=True)
        command, at = next(following, _NONE)
        expected = self.first
        for entry in self.entries:
            if entry.seq != expected:
                yield _gap(expected)
                expected = entry.seq
            while command is not None and command.last_seq < entry.seq:
                command, at = next(following, _NONE)
            if command is None or command.first_seq > entry.seq:
                yield _orphan(entry.seq)
            else:
                self.pairs.append((command, entry))
                yield from _check_one(command, at, entry, previous)
                yield from self._check_erased(entry)
            previous, expected = entry.hash, expected + 1
        if expected != self.last + 1:
            yield _gap(expected)

    def _check_erased(self, entry: Entry) -> Iterator[Found]:
        """Check that content is missing where an entry says so, and nowhere else."""
        under = self._stretch.erasures.under(entry.seq)
        where = f"記帳番号{entry.seq}"
        if entry.content is None and not under:
            yield "ERASED", where, f"{where}の内容がありません。消去した記帳もありません。"
        elif entry.content is not None and under:
            yield "ERASED", where, f"記帳番号{under}で消去した{where}の内容が残っています。"

    def _cover(self) -> Iterator[Found]:
        """Check that commands follow each other without gap, and their signatures."""
        expected = None
        for command in self._commands:
            if expected is not None and command.first_seq != expected:
                yield _gap(expected)
            expected = command.last_seq + 1
            if command.first_seq >= self.first:  # else it belongs to the chunk before
                yield from self._check_author(command)

    def _check_author(self, command: Command) -> Iterator[Found]:
        where = f"記帳番号{command.first_seq}"
        try:
            key = self._stretch.authors.key_for(command)
        except VerificationFailed as error:
            yield "AUTHOR", where, str(error)
            return
        try:
            check_signature(self._stretch.vault_id, command, key)
        except VerificationFailed as error:
            yield "SIGNATURE", where, str(error)


def _differences(database: Database, chunk: _Chunk) -> Sequence[Found]:
    try:
        return list(compare.differences(database, chunk.pairs))
    except (AzukariError, ValueError) as error:
        # Another stretch, to which a timeline leads, holds what cannot be read; it is named there.
        return [(compare.CODE, f"記帳番号{chunk.first}～{chunk.last}", str(error))]


def _check_one(command: Command, at: str, entry: Entry, previous: bytes) -> Iterator[Found]:
    """Check an entry the short way; what does not agree is judged by `models.chain`."""
    header = header_bytes(command.id, command.author, at, command.offset, entry)
    whole = hashlib.sha256(ENTRY_TAG + header).digest() == entry.hash
    if entry.salt is not None and entry.content is not None:
        whole = whole and commitment(entry.salt, entry.content) == entry.commitment
    if not whole or entry.previous != previous:
        try:
            check_entry(command, entry, previous)
        except VerificationFailed as error:
            yield "CHAIN", f"記帳番号{entry.seq}", str(error)
    if entry.seq == command.last_seq and entry.hash != command.head:
        where = f"記帳番号{entry.seq}"
        yield "HEAD", where, f"{where}が、署名された先頭値と違っています。"


def _orphan(seq: int) -> Found:
    return ("GAP", f"記帳番号{seq}", f"記帳番号{seq}の操作の記録がありません。")


def _gap(seq: int) -> Found:
    return ("GAP", f"記帳番号{seq}", f"記帳番号{seq}が抜けています。")

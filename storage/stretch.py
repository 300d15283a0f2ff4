"""The parts into which a full check is cut: pages, structure, stretches of the log, what is left.

Each part needs nothing but the database, so that two processes can take them one after the other
(`storage/helpers.py`). A stretch is read once: order, hashes, contents, heads of commands,
signatures and, if all that agrees, the rows of the derived tables. A sound one is passed as it was
read; only where something does not agree is every entry judged by itself, to name what is wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from models.chain import (
    GENESIS,
    Command,
    Entry,
    Line,
    check_entry,
    check_signature,
    follow,
    timestamp,
)
from models.erased import NO_ERASURES, Erasures
from models.errors import AzukariError, VerificationFailed
from models.store import quiet
from storage import compare, log, rows, search_check
from storage.authors import Authors
from storage.database import PAGE_SIZE, Database, Row
from storage.helpers import Found
from storage.pages import PageFile, trees

CHUNK = 1000  # entries that are in memory at once
PAGES = "PAGES"
READ = frozenset({"entry", "content", "command"})  # tables of which a `Stretch` reads every row
_BROKEN = "データベースの構造が壊れています（{0}か所）。"


@dataclass(frozen=True)
class Pages:
    """The MAC of every page of the file, used or not.

    Attributes:
        key: the raw key of the database, if it may be read beside SQLCipher.
    """

    key: bytes | None = field(default=None, repr=False)

    def run(self, database: Database) -> list[Found]:
        if database.frozen and self.key and _is_rest_whole(database, self.key):
            # `Structure` reads every other page, and SQLCipher asks for the MAC of what it reads.
            # The connection of an open ledger has many pages in memory: there it would not see.
            return []
        return [
            (PAGES, database.path.name, f"データベースのページが壊れています（{line}）。")
            for (line,) in database.all("PRAGMA cipher_integrity_check")
        ]


def _is_rest_whole(database: Database, key: bytes) -> bool:
    """Tell whether every page that belongs to no tree is whole, and none is behind them."""
    if database.path.stat().st_size != database.value("PRAGMA page_count") * PAGE_SIZE:
        return False
    file = PageFile(database.reader(), key)
    free = list(file.free())
    counted = database.value("PRAGMA freelist_count")
    return len(free) == counted and all(map(file.is_whole, free))


@dataclass(frozen=True)
class Structure:
    """The trees: every page whole and used once.

    Attributes:
        derived: also ask whether every index is complete; a copy of the ledger needs none of the
            derived tables, and to look up every row in each is half of the work (`Indexes`).
    """

    derived: bool

    def run(self, database: Database) -> list[Found]:
        check = "integrity_check" if self.derived else "quick_check"
        return _structural(database, f"PRAGMA {check}(20)")


@dataclass(frozen=True)
class Tree:
    """One table and its indexes: every page whole, in order and used once by them.

    For the tables of a long log that no stretch reads, see `Rest`.
    """

    table: str

    def run(self, database: Database) -> list[Found]:
        name = self.table.replace('"', '""')  # a planted one may be called anything
        return _structural(database, f'PRAGMA quick_check("{name}")')


@dataclass(frozen=True)
class Rest:
    """The MAC of those pages among `first` to `last` that no stretch of the log reads.

    In place of `Structure` where a long log is copied or was. The stretches read the log from its
    first row to its last and compare every byte, which says more than a question about the order
    of its trees; what follows from the log is made anew wherever its rows do not agree, if only
    its pages are as they were written. Two thirds of a large file are such pages, and the rest is
    not read twice. Whether a page belongs to two trees, or to one and to nothing, and whether the
    derived tables are in order, is left to the full verification.

    Attributes:
        key: the raw key of the database.
    """

    key: bytes = field(repr=False)
    first: int
    last: int

    def run(self, database: Database) -> list[Found]:
        file = PageFile(database.reader(), self.key)
        read = bytearray(file.count + 1)
        for tree in trees(file) or ():
            if tree.kind == "table" and tree.name in READ:
                for number in file.below(tree.root):
                    read[number] = True
        rest = [number for number in range(self.first, self.last + 1) if not read[number]]
        return [
            (PAGES, database.path.name, f"データベースの第{number}ページが壊れています。")
            for number in file.damaged(quiet, rest)
        ]


@dataclass(frozen=True)
class Indexes:
    """One table: all of its indexes are complete.

    SQLite's own question looks every row up in every index, one after the other, which takes four
    times as long for a million commands. An index holds its table when both hold the same rows, in
    whatever order: then the hashes of their texts add up to the same sum, and nobody knows the key
    of these hashes. Python draws one for each process, of texts; those of tuples are no good, the
    sum stays when two rows exchange a value.
    """

    table: str

    def run(self, database: Database) -> list[Found]:
        for _, index, unique, origin, _ in database.all(f"PRAGMA index_list({self.table})"):
            if origin == "pk":  # the rows lie in its order
                continue
            names = [row[2] for row in database.all(f"PRAGMA index_info({index})")]
            text = " || ',' || ".join(["rowid", *(f"quote({name})" for name in names)])
            held = _sum(database, f"SELECT {text} FROM {self.table} INDEXED BY {index}")
            stands = _sum(database, f"SELECT {text} FROM {self.table} NOT INDEXED")
            twice = unique and database.one(
                f"SELECT 1 FROM {self.table} INDEXED BY {index}"
                f" GROUP BY {', '.join(names)} HAVING count(*) > 1 LIMIT 1"
            )
            if held != stands or twice:
                return [(PAGES, database.path.name, _BROKEN.format(1))]
        return []


def _sum(database: Database, sql: str) -> tuple[int, int]:
    """Return how many texts there are and the sum of their hashes."""
    count = total = 0
    for some in database.slices(sql):
        count += len(some)
        total += sum(hash(text) for (text,) in some)
    return count, total


def _structural(database: Database, pragma: str) -> list[Found]:
    # What SQLite says of each is for its makers; people need to know that and how much.
    found = [str(line) for (line,) in database.all(pragma) if line != "ok"]
    count = sum(len(line.splitlines()) for line in found)
    return [(PAGES, database.path.name, _BROKEN.format(count))] if found else []


@dataclass(frozen=True)
class Surplus:
    """Rows of the derived tables that belong to no entry, and records that the search lacks."""

    erasures: Erasures = NO_ERASURES

    def run(self, database: Database) -> list[Found]:
        return [*compare.surplus(database, self.erasures), *search_check.gaps(database)]


@dataclass(frozen=True)
class Stretch:
    """Entries `first` to `last`.

    Attributes:
        tables: compare the derived tables, too.
        erasures: which entries may have no content, and must have none.
        signed: up to here the signatures are known to hold (`storage/checkpoint.py`).
    """

    vault_id: str
    authors: Authors
    first: int
    last: int
    tables: bool
    erasures: Erasures = NO_ERASURES
    signed: int = 0

    def run(self, database: Database) -> list[Found]:
        found: list[Found] = []
        before = database.value("SELECT hash FROM entry WHERE seq = ?", (self.first - 1,))
        previous = GENESIS if self.first == 1 else before or b""
        for first in range(self.first, self.last + 1, CHUNK):
            chunk = _Chunk(self, database, first, min(first + CHUNK - 1, self.last))
            problems = chunk.judged(previous)
            if self.tables and not problems:  # a broken log says nothing about the tables
                problems += chunk.differences(database)
            found += problems
            previous = chunk.last_hash
        return found


class _Chunk:
    """So many entries of a stretch as are in memory at once."""

    def __init__(self, stretch: Stretch, database: Database, first: int, last: int) -> None:
        self.first, self.last = first, last
        self._lines = log.raw_entries(database, first, last)
        self._commands = log.raw_commands(database, first, last)
        self._stretch = stretch

    @property
    def last_hash(self) -> bytes:
        return self._lines[-1][7] if self._lines else b""

    def judged(self, previous: bytes) -> list[Found]:
        """Return what is wrong with the log here."""
        try:
            return [] if self.is_sound(previous) else list(self.problems(previous))
        except ValueError:  # a time or an action that no program of ours writes
            where = f"記帳番号{self.first}～{self.last}"
            return [("CHAIN", where, f"{where}に、読めない記帳があります。")]

    # --- the quick way --------------------------------------------------------------------------
    def is_sound(self, previous: bytes) -> bool:
        """Tell whether nothing is wrong here; otherwise `problems` says what it is, if anything."""
        return (
            self._is_whole()
            and self._is_erased_as_said()
            and self._is_followed(previous)
            and self._is_authorised()
        )

    def _is_whole(self) -> bool:
        """Tell whether every entry is there, and commands without gap for all of them."""
        commands = self._commands
        return (
            len(self._lines) == self.last - self.first + 1
            and bool(commands)
            and commands[0][0] <= self.first
            and commands[-1][1] >= self.last
            and all(one[1] + 1 == other[0] for one, other in pairwise(commands))
        )

    def _is_erased_as_said(self) -> bool:
        gone = [line[0] for line in self._lines if line[9] is None]
        return gone == self._stretch.erasures.among(self.first, self.last)

    def _is_followed(self, previous: bytes) -> bool:
        """Tell whether hashes, links and contents agree, and the head of every command."""
        for command, lines in self._shares():
            _, last, id_, author, at, offset, head, _ = command
            reached = follow(id_, author, at, offset, lines, previous)
            if reached is None or (last <= self.last and reached != head):
                return False
            previous = reached
        return True

    def _is_authorised(self) -> bool:
        """Tell whether the commands that begin here come from users who could enter them.

        Where the signatures are known to hold, one question for each user answers for all of his.
        """
        authors, last = self._stretch.authors, self._commands[-1][1]
        if last > self._stretch.signed or self.first == 1:
            return not any(self._check_authors())
        return all(
            authors.stays(author, self.first, last) for author in {row[3] for row in self._commands}
        ) or not any(self._check_authors())

    def _shares(self) -> Iterator[tuple[Row, Sequence[Line]]]:
        """Yield the entries of each command; nothing must be missing."""
        for command in self._commands:
            start = max(command[0] - self.first, 0)
            yield command, self._lines[start : command[1] - self.first + 1]

    # --- the derived tables -----------------------------------------------------------------------
    def differences(self, database: Database) -> Sequence[Found]:
        """Compare the tables with a chunk in which nothing is wrong."""
        told = [
            (rows.entered(command[4], command[5]), command[3], line)
            for command, lines in self._shares()
            for line in lines
        ]
        try:
            return list(compare.differences(database, told))
        except (AzukariError, ValueError) as error:
            # A later version of a record, in another stretch, cannot be read; it is named there.
            return [(compare.CODE, f"記帳番号{self.first}～{self.last}", str(error))]

    # --- the long way -----------------------------------------------------------------------------
    def problems(self, previous: bytes) -> Iterator[Found]:
        """Check order, hashes, contents, heads of commands and signatures, one by one."""
        yield from self._cover()
        yield from self._check_authors()
        yield from self._check_times()
        following = map(log.read_command, self._commands)
        command = next(following, None)
        expected = self.first
        for entry in map(log.read_entry, self._lines):
            if entry.seq != expected:
                yield _gap(expected)
                expected = entry.seq
            while command is not None and command.last_seq < entry.seq:
                command = next(following, None)
            if command is None or command.first_seq > entry.seq:
                yield _orphan(entry.seq)
            else:
                yield from _check_one(command, entry, previous)
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
        """Check that commands follow each other without gap."""
        for one, other in pairwise(self._commands):
            if one[1] + 1 != other[0]:
                yield _gap(one[1] + 1)

    def _check_times(self) -> Iterator[Found]:
        """Check that times are written as they were hashed; a parser reads others the same."""
        for row in self._commands:
            if timestamp(log.read_command(row).recorded_at) != row[4]:
                where = f"記帳番号{row[0]}"
                yield "CHAIN", where, f"{where}が、書かれたときと違っています。"

    def _check_authors(self) -> Iterator[Found]:
        """Check who entered the commands that begin here, and that they signed."""
        for row in self._commands:
            if row[0] >= self.first:  # else it belongs to the chunk before
                yield from self._check_author(log.read_command(row))

    def _check_author(self, command: Command) -> Iterator[Found]:
        where = f"記帳番号{command.first_seq}"
        try:
            key = self._stretch.authors.key_for(command)
        except VerificationFailed as error:
            yield "AUTHOR", where, str(error)
            return
        if command.last_seq <= self._stretch.signed:
            return
        try:
            check_signature(self._stretch.vault_id, command, key)
        except VerificationFailed as error:
            yield "SIGNATURE", where, str(error)


def _check_one(command: Command, entry: Entry, previous: bytes) -> Iterator[Found]:
    where = f"記帳番号{entry.seq}"
    try:
        check_entry(command, entry, previous)
    except VerificationFailed as error:
        yield "CHAIN", where, str(error)
    if entry.seq == command.last_seq and entry.hash != command.head:
        yield "HEAD", where, f"{where}が、署名された先頭値と違っています。"


def _orphan(seq: int) -> Found:
    return ("GAP", f"記帳番号{seq}", f"記帳番号{seq}の操作の記録がありません。")


def _gap(seq: int) -> Found:
    return ("GAP", f"記帳番号{seq}", f"記帳番号{seq}が抜けています。")

"""What a query of the evidence says: rows that do not prove a clause, and how bad they are."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

from models.records import Record
from models.store import Op, Query, Store, Where

LEFT = "left"  # not done when the contract was closed; nobody can do it any more, or need
WORST = ("due", LEFT, "action", "broken")  # how bad a row is, mildest first
ASKING = ("action", "broken")  # of these, what somebody has to settle
FEW = 1000  # rows about acts that are made at once; more of them are read by need
PART = 1000  # rows that are read at a time
NUMBER = "created_seq"
NOTE = "note"  # of a row in a listing: it is to be read, and nothing is bad about it


@dataclass(frozen=True, slots=True)
class Row:
    """One record that does not prove the clause, with the sentence that says why.

    `clauses` names those that are meant where a rule serves several and knows which.
    """

    type: str
    id: str
    sentence: str
    severity: str = "action"
    clauses: tuple[str, ...] = ()


class LongList(Sequence[Row]):
    """Rows about picked acts, in entry order, which are read by need; behind them a few others.

    Args:
        numbers: of the entries that made the acts.
        words: what each says, with {} for its caption; it is an "action" for every clause.
    """

    severity = "action"

    def __init__(
        self, store: Store, type_: str, numbers: Sequence[int], words: str, few: tuple[Row, ...]
    ) -> None:
        self._store, self._type, self._words = store, type_, words
        self._numbers = numbers
        self.few = few

    def __len__(self) -> int:
        return len(self._numbers) + len(self.few)

    def __iter__(self) -> Iterator[Row]:
        yield from self.picked()
        yield from self.few

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        wanted = range(len(self))[place]
        return self._at(wanted) if isinstance(wanted, int) else [self._at(one) for one in wanted]

    def _at(self, place: int) -> Row:
        behind = place - len(self._numbers)
        return self.few[behind] if behind >= 0 else self._read([self._numbers[place]])[0]

    def picked(self) -> Iterator[Row]:
        """Yield the rows about acts that were picked."""
        for start in range(0, len(self._numbers), PART):
            yield from self._read(self._numbers[start : start + PART])

    @property
    def worst(self) -> str:
        """Return the severity of the worst row."""
        return max(self.severity, worst(self.few) or self.severity, key=WORST.index)

    def about(self, ids: Collection[str]) -> list[Row]:
        """Return the rows about some records."""
        found = self._store.numbers(named(self._type, ids))
        mine = self._read([one for one in found if place_of(self._numbers, one) is not None])
        return [*mine, *(row for row in self.few if row.id in ids)]

    def beside(self, few: tuple[Row, ...]) -> "LongList":
        """Return the same list with other rows behind it."""
        return LongList(self._store, self._type, self._numbers, self._words, few)

    def _read(self, numbers: Sequence[int]) -> list[Row]:
        query = Query(self._type, (Where(NUMBER, Op.IN, tuple(numbers)),), voided=None)
        return [
            Row(self._type, id_, self._words.format(caption), self.severity)
            for id_, caption in self._store.columns(query, ("id", "caption"))
        ]


@dataclass(frozen=True)
class Answer:
    """What a query found, and the record types that it looked at."""

    rows: Sequence[Any]
    reads: frozenset[str]

    @cached_property
    def worst(self) -> str:
        """Return the severity of the worst row, "" without any."""
        return self.rows.worst if isinstance(self.rows, LongList) else worst(self.rows)

    @cached_property
    def narrow(self) -> bool:
        """Tell whether some rows are meant for some clauses only."""
        return any(row.clauses for row in few(self.rows))

    def about(self, clause: str) -> "Answer":
        """Return what is meant for a clause."""
        if not self.narrow:
            return self
        mine = tuple(row for row in few(self.rows) if clause in row.clauses or not row.clauses)
        rows = self.rows.beside(mine) if isinstance(self.rows, LongList) else mine
        return Answer(rows, self.reads)

    def meant_for(self, clause: str) -> tuple[Row, ...]:
        """Return the rows that name a clause, without those that are meant for none."""
        return tuple(row for row in few(self.rows) if clause in row.clauses)


def worst(rows: Iterable[Row]) -> str:
    """Return the severity of the worst row, "" without any."""
    return max((row.severity for row in rows), key=WORST.index, default="")


def row(record: Record, sentence: str, severity: str = "action") -> Row:
    """Return what a query says about a record."""
    return Row(record.type, record.id, sentence, severity)


def few(rows: Sequence[Any]) -> Sequence[Any]:
    """Return what is no row about a picked act, or all where there are few of these."""
    return rows.few if isinstance(rows, LongList) else rows


def about(rows: Sequence[Row], ids: Collection[str]) -> Sequence[Row]:
    """Return the rows of a list about some records."""
    if isinstance(rows, LongList):
        return rows.about(ids)
    return [row for row in rows if row.id in ids]


def named(type_: str, ids: Collection[str]) -> Query:
    """Ask for records by their ids, voided ones too."""
    return Query(type_, (Where("id", Op.IN, tuple(ids)),), voided=None)


def place_of(numbers: Sequence[int], number: int) -> int | None:
    """Return where a number stands among numbers in order, None where it does not."""
    place = bisect_left(numbers, number)
    return place if place < len(numbers) and numbers[place] == number else None

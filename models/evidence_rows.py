"""What a query of the evidence says: rows that do not prove a clause, and how bad they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from models.records import Record

WORST = ("due", "action", "broken")  # how bad a row is, mildest first
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


@dataclass(frozen=True)
class Answer:
    """What a query found, and the record types that it looked at."""

    rows: tuple[Any, ...]
    reads: frozenset[str]

    @cached_property
    def worst(self) -> str:
        """Return the severity of the worst row, "" without any."""
        return worst(self.rows)

    @cached_property
    def narrow(self) -> bool:
        """Tell whether some rows are meant for some clauses only."""
        return any(row.clauses for row in self.rows)

    def about(self, clause: str) -> "Answer":
        """Return what is meant for a clause."""
        if not self.narrow:
            return self
        rows = tuple(row for row in self.rows if clause in row.clauses or not row.clauses)
        return Answer(rows, self.reads)

    def meant_for(self, clause: str) -> tuple[Row, ...]:
        """Return the rows that name a clause, without those that are meant for none."""
        return tuple(row for row in self.rows if clause in row.clauses)


def worst(rows: Iterable[Row]) -> str:
    """Return the severity of the worst row, "" without any."""
    return max((row.severity for row in rows), key=WORST.index, default="")


def row(record: Record, sentence: str, severity: str = "action") -> Row:
    """Return what a query says about a record."""
    return Row(record.type, record.id, sentence, severity)

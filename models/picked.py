"""Acts that a query picks although there may be one for each day's work, for years.

Of each only the number of its entry is kept: 8 bytes. What is said about it is read by need
(`models.evidence_rows.LongList`).
"""

from array import array
from bisect import insort
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from models.evidence_rows import NUMBER, named, place_of
from models.store import Query, Store

if TYPE_CHECKING:
    from models.inquiry import Inquiry


@dataclass
class Picked:
    """The numbers of the entries of those rows of a question that `judge` picks, in order."""

    query: Query
    fields: tuple[str, ...]
    judge: Callable[..., bool]
    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    reads: set[str] = field(default_factory=set)

    def fill(self, asked: "Inquiry", store: Store) -> None:
        self.numbers.extend(self._of(asked, store, self.query))

    def again(self, asked: "Inquiry", store: Store, ids: Collection[str]) -> None:
        """Judge some records again, after a command."""
        these = named(self.query.type, ids)
        for number in store.numbers(these):
            place = place_of(self.numbers, number)
            if place is not None:
                del self.numbers[place]
        again = replace(self.query, where=(*self.query.where, *these.where))
        for number in self._of(asked, store, again):
            insort(self.numbers, number)

    def _of(self, asked: "Inquiry", store: Store, query: Query) -> Iterator[int]:
        for number, *values in store.columns(query, (NUMBER, *self.fields)):
            if self.judge(asked, *values):
                yield number

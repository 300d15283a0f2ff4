"""When lines of the access log were really written, told by their order (A-13, A-28).

A clock can be set, the order of the lines cannot: each is chained to the one before. The line
written last is taken for true, because whoever reads the log sees the clock beside it; of all the
others those are believed that agree with it and with each other on the most days. What disagrees
was written between the believed lines around it, whatever date it bears.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.access import Stretch
from models.clockwatch import BACK
from models.wareki import JAPAN


@dataclass(frozen=True, slots=True)
class Astray:
    """Lines whose date cannot be true.

    Attributes:
        shown: the day that the clock showed.
        month: first day of the month in which they were really written.
    """

    first: int
    last: int
    shown: date
    month: date


@dataclass(frozen=True, slots=True)
class Span:
    """The lines, by number, that were written in a month."""

    first: int
    last: int


def day_of(stretch: Stretch) -> date:
    return stretch.began.astimezone(JAPAN).date()


def astray(stretches: Sequence[Stretch]) -> list[Astray]:
    """Return the lines whose date cannot be true, oldest first."""
    found, waiting = [], list(reversed(stretches))
    for true in _believed(stretches):
        month = day_of(true).replace(day=1)
        while waiting[-1] is not true:
            lost = waiting.pop()
            found.append(Astray(lost.first, lost.last, day_of(lost), month))
        waiting.pop()
    return found


def written_in(stretches: Sequence[Stretch], month: date) -> Span | None:
    """Return the lines that were written in a month; None where none was."""
    before, last = 0, 0
    for true in _believed(stretches):
        if (shown := day_of(true).replace(day=1)) < month:
            before = true.last
        elif shown == month:
            last = true.last
    return Span(before + 1, last) if last else None


def months_written(stretches: Sequence[Stretch]) -> list[date]:
    """Return the months in which lines were written, oldest first."""
    return months_of(_believed(stretches))


def months_of(stretches: Sequence[Stretch]) -> list[date]:
    """Return the months whose date lines bear, oldest first."""
    return sorted({day_of(one).replace(day=1) for one in stretches})


def _believed(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the longest row of days that follow each other and end with the last, oldest first.

    It is looked for backwards; of rows of the same length the one with the later days is taken,
    for a clock is set back rather than that many days pass twice.
    """
    ends: list[int] = []  # where the row of each length begins
    keys: list[float] = []  # when it begins, negated so that the list grows
    follows: dict[int, int] = {}
    for place in range(len(stretches) - 1, -1, -1):
        one = stretches[place]
        length = bisect_right(keys, -(one.ended - BACK).timestamp())
        if ends and not length:
            continue  # later than the last line
        if length:
            follows[place] = ends[length - 1]
        key = -one.began.timestamp()
        if length == len(keys):
            keys.append(key)
            ends.append(place)
        elif key < keys[length]:
            keys[length], ends[length] = key, place
    row: list[Stretch] = []
    at: int | None = ends[-1] if ends else None
    while at is not None:
        row.append(stretches[at])
        at = follows.get(at)
    return row

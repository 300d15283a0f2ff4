"""Which entries an erasure names, and what the second person signs of it."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.chain import Head
from models.errors import InvalidField
from models.records.erasing import ContentErasure, agreed_part
from models.rules.proof import Question, subject_of

RULE = "A-39"  # under which the second person signs

LINE = 200  # characters of one line of numbers
Span = tuple[int, int]
_WORD = re.compile(r"(\d{1,15})(?:-(\d{1,15}))?", re.ASCII)
_FISCAL = re.compile(r"(\d{4}):(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the ledger holds of one contract: entries with content, records by type, sealed files."""

    numbers: Sequence[int]
    records: Mapping[str, int]
    blobs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erasures:
    """Which entries were erased under which entry: (first, last, under), sorted, without overlap."""

    spans: tuple[tuple[int, int, int], ...] = ()

    def under(self, seq: int) -> int:
        """Return the entry under which an entry was erased, 0 when there is none."""
        place = bisect_right(self.spans, (seq, 1 << 62, 0)) - 1
        if place >= 0 and self.spans[place][0] <= seq <= self.spans[place][1]:
            return self.spans[place][2]
        return 0

    def among(self, first: int, last: int) -> list[int]:
        """Return the erased entries of a stretch, in order."""
        place = max(bisect_right(self.spans, (first, 1 << 62, 0)) - 1, 0)
        found: list[int] = []
        while place < len(self.spans) and self.spans[place][0] <= last:
            start, end, _ = self.spans[place]
            found += range(max(start, first), min(end, last) + 1)
            place += 1
        return found

    def counts(self) -> dict[int, int]:
        """Return how many entries were erased under each entry."""
        found: dict[int, int] = {}
        for first, last, under in self.spans:
            found[under] = found.get(under, 0) + last - first + 1
        return dict(sorted(found.items()))


NO_ERASURES = Erasures()


def write_numbers(numbers: Iterable[int]) -> tuple[str, ...]:
    """Return ascending numbers as lines like "12-40,44"."""
    lines = [""]
    for first, last in _spans(numbers):
        word = f"{first}-{last}" if last > first else str(first)
        joined = f"{lines[-1]},{word}" if lines[-1] else word
        if len(joined) > LINE:
            lines.append(word)
        else:
            lines[-1] = joined
    return tuple(line for line in lines if line)


def read_numbers(lines: Iterable[str]) -> list[Span]:
    """Return (first, last) of every span.

    Raises:
        InvalidField: the lines are not ascending numbers in short form.
    """
    spans: list[Span] = []
    before = 0
    for word in ",".join(lines).split(","):
        found = _WORD.fullmatch(word)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not before < first <= last:
            raise InvalidField(field="消去した記帳番号", problem="の形が正しくありません。")
        spans.append((first, last))
        before = last
    return spans


def write_fiscal_numbers(highest: Mapping[int, int]) -> tuple[str, ...]:
    """Return the highest number of each fiscal year as lines like "2026:12"."""
    return tuple(f"{year}:{number}" for year, number in sorted(highest.items()))


def read_fiscal_numbers(lines: Iterable[str]) -> list[tuple[int, int]]:
    """Return (fiscal year, highest number).

    Raises:
        InvalidField: a line has another form.
    """
    found = [_FISCAL.fullmatch(line) for line in lines]
    if not all(found):
        raise InvalidField(field="年度ごとの最後の番号", problem="の形が正しくありません。")
    return [(int(one[1]), int(one[2])) for one in found if one]


def question_of(
    record: ContentErasure, vault_id: str, head: Head, people: frozenset[str]
) -> Question:
    """Return what the second person agreed to."""
    subject = subject_of([(record.type, agreed_part(record.to_json()))])
    return Question(vault_id, head, record.requested_by, subject, (RULE,), people)


def _spans(numbers: Iterable[int]) -> Iterator[Span]:
    first = last = 0
    for number in numbers:
        if number != last + 1 or not first:
            if first:
                yield first, last
            first = number
        last = number
    if first:
        yield first, last

"""A paper whose fields bear the profile's keys: printed under its labels, demanded as it demands.

The attribute names of such a paper and of its lines are the field keys of `models.profile_forms`;
what the profile requires is refused when it is empty, what it does not know keeps our own label.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from reportlab.platypus import Flowable, KeepTogether

from models import wareki
from models.profile_forms import FIELD_KEYS
from reports.blocks import NOTE, body, facts, gap
from reports.documents.base import Document, blank, listed, missing_in_lines
from reports.page import anchor_block, end, opening, subject


@dataclass(frozen=True)
class Wording:
    """The contract's own words: labels of the fields its text demands, and the two parties.

    `firms`: people of another firm are named with it, which papers of earlier versions did not do.
    """

    labels: tuple[tuple[str, str], ...] = ()
    client: str = "委託者"
    contractor: str = "受託者"
    firms: bool = True

    def label(self, key: str) -> str:
        return dict(self.labels).get(key) or FIELD_KEYS[key]

    def demands(self, key: str) -> bool:
        return key in dict(self.labels)


@dataclass(frozen=True)
class Form(Document):
    """A paper in the common form: number, addressee, sentence, 記, facts, list, 以上.

    `facts` and `columns` name attributes in the order of print; of those in `when_asked` only what
    the profile demands is printed. `may_be_empty` is filled in with a pen, or rightly empty.
    """

    wording: Wording = field(default_factory=Wording)

    own_labels: ClassVar[Mapping[str, str]] = {}
    neutral: ClassVar[Mapping[str, str]] = {}  # what this paper means by a key; a text may say more
    facts: ClassVar[tuple[str, ...]] = ()
    columns: ClassVar[Mapping[str, float]] = {}  # attribute of a line → share of the width
    numbers: ClassVar[frozenset[str]] = frozenset()
    when_asked: ClassVar[frozenset[str]] = frozenset()
    may_be_empty: ClassVar[frozenset[str]] = frozenset()
    anchor_last: ClassVar[bool] = False  # behind the attached list, where the first sheet is full
    nothing: ClassVar[str] = ""  # a list that may rightly be empty says so

    def label(self, key: str) -> str:
        if key in self.neutral and not self.wording.demands(key):
            return self.neutral[key]
        return self.own_labels.get(key) or self.wording.label(key)

    def shows(self, key: str) -> bool:
        return key not in self.when_asked or self.wording.demands(key)

    def fact(self, key: str) -> object:
        """Return what stands beside a label."""
        return getattr(self, key)

    def cell(self, line: Any, key: str) -> object:
        """Return what stands in a column of a line."""
        return getattr(line, key)

    def all_lines(self) -> tuple[Any, ...]:
        return tuple(getattr(self, "lines", ()))

    def missing(self) -> Iterator[str]:
        yield from super().missing()
        demanded = [key for key in self.facts if self._demands(key)]
        yield from blank(*((self.label(key), getattr(self, key)) for key in demanded))
        if self.columns and (self.all_lines() or not self.nothing):
            fields = [(key, self.label(key)) for key in self.columns if self._demands(key)]
            yield from missing_in_lines(self.all_lines(), tuple(fields))

    def sentence(self) -> str:
        """Return the sentence between title and 記."""
        raise TypeError(f"{type(self).__name__} says nothing")

    def middle(self) -> list[Flowable]:
        """Return what stands between the facts and the list."""
        return []

    def answer(self) -> list[Flowable]:
        """Return the box that the client fills in, if the paper asks for an answer."""
        return []

    def story(self) -> list[Flowable]:
        here, attached = self.table()
        closing = [KeepTogether([*self.answer(), *anchored(self)])]
        return [
            *opening(self.head),
            *subject(self.head, f"　{self.sentence()}"),
            *self.fact_table(),
            *self.middle(),
            *here,
            gap(1),
            end(),
            *([] if self.anchor_last else closing),
            *attached,
            *(closing if self.anchor_last else []),
        ]

    def fact_table(self) -> list[Flowable]:
        rows = [(self.label(key), self.fact(key)) for key in self.facts if self.shows(key)]
        return [facts(rows), gap(2)] if rows else []

    def table(self) -> tuple[list[Flowable], list[Flowable]]:
        """Return the list of lines: (what stands on the sheet, what follows as 別紙)."""
        if not self.columns:
            return [], []
        if self.nothing and not self.all_lines():
            return [body(f"　{self.nothing}", "明細")], []
        return ruled(self, self.columns, self.all_lines())

    def _demands(self, key: str) -> bool:
        free = key in self.own_labels or key in self.may_be_empty
        return self.wording.demands(key) and not free


def ruled(
    form: Form, columns: Mapping[str, float], lines: Sequence[Any]
) -> tuple[list[Flowable], list[Flowable]]:
    """Set lines under the contract's labels, on the sheet or as 別紙 (`listed`)."""
    shown = [key for key in columns if form.shows(key)]
    rows: list[tuple[object, ...]] = [
        (number, *(_short(form.cell(line, key)) for key in shown))
        for number, line in enumerate(lines, 1)
    ]
    numbers = {0} | {place for place, key in enumerate(shown, 1) if key in form.numbers}
    return listed(
        ("番号", *map(form.label, shown)),
        rows,
        (9, *(columns[key] for key in shown)),
        numbers=frozenset(numbers),
    )


def anchored(form: Document) -> list[Flowable]:
    """Return the anchor to the ledger; a sheet without number (signed by hand) has none."""
    if form.head.doc_no:
        return anchor_block(form.head, form.anchor)
    return [told(form.anchor.erased, "注意")] if form.anchor.erased else []


def told(text: str, where: str) -> Flowable:
    """Set a remark of the house under a table."""
    return body(text, where, NOTE)


def _short(value: object) -> object:
    """Write a day as R8.11.21, so that a column of days stays narrow."""
    return wareki.format_short(value) if type(value) is date else value

"""Turn a record into the rows of its tables, and the rows back into what a list or a form needs.

Pure functions: the same record gives the same rows, at append, at a rebuild and when a check
compares the tables with the log.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import compress
from operator import attrgetter, is_not, itemgetter
from typing import Any, NamedTuple

from models.chain import Command, local_time, timestamp
from models.kinds import Children, Choice, DecimalNumber, Integer, Kind, Ref, Text
from models.kinds_of_time import Moment
from models.records.base import Child, Meta, Record
from models.records.handling import HandlingEvent
from models.records.things import Item
from storage.database import Row
from storage.schema import META_NAMES, ChildTable, table

MOMENT = Moment()
_NO_OFFSET = timedelta()
_MINUTE = timedelta(minutes=1)
DECIMAL = DecimalNumber()
CAPTIONS_SHOWN = 20  # of an event with thousands of items a list shows the first ones
TEXT_LIMIT = 1000

Convert = Callable[[Any], Any]
Filled = Callable[[Mapping[str, Any]], tuple[str, ...]]


@dataclass(slots=True)
class Version:
    """The metadata of one record while its entries are applied."""

    number: int
    seq: int
    created_at: str
    created_by: str
    revised_at: str
    revised_by: str
    row_version: int
    voided_at: str | None = None
    voided_by: str | None = None
    void_reason: str | None = None


def created(command: Command, seq: int, at: str) -> Version:
    return Version(seq, seq, at, command.author, at, command.author, 1)


def entered_at(command: Command) -> str:
    """Return the column value of the time at which a command was entered."""
    return f"{timestamp(command.recorded_at)}{command.offset:+d}"


@lru_cache(maxsize=64)  # one command may have entered thousands
def entered(recorded_at: str, offset: int) -> str:
    """Return what `entered_at` returns, from a command as it is stored."""
    return moment_column(local_time(datetime.fromisoformat(recorded_at), offset))


@cache
def _converters(type_: str) -> tuple[tuple[str, Any, Convert], ...]:
    return tuple((f.name, f.kind.empty, converter(f.kind)) for f in table(type_).scalars)


def converter(kind: Kind) -> Convert:
    """Return what `kind.to_column` does, without its checks where the value cannot be empty."""
    if isinstance(kind, Choice):
        return attrgetter("_value_")  # `value` is a descriptor, slow over a million records
    if isinstance(kind, Text | Ref):
        return text_column
    if isinstance(kind, Moment):
        return moment_column
    return kind.to_column


def moment_column(value: datetime) -> str:
    """Return `Moment.to_column` of a value that is not empty, in half the time."""
    offset = value.utcoffset() or _NO_OFFSET
    return (value - offset).isoformat("T", "milliseconds")[:23] + _suffix(offset)


@cache
def _suffix(offset: timedelta) -> str:
    return f"Z{offset // _MINUTE:+d}"


def text_column(value: str) -> str | None:
    return value or None


def columns_of(type_: str, record: Record, derived: Mapping[str, Any]) -> list[Any]:
    """Return the column values of the declared scalar fields."""
    values = vars(record)
    if derived:
        values = {**values, **derived}
    # Most fields of a record are empty and hold the very object that the kind calls empty.
    return [
        None if (value := values[name]) is empty else convert(value)
        for name, empty, convert in _converters(type_)
    ]


@dataclass(frozen=True)
class Shape:
    """How a record or child row with just these filled fields goes into its table.

    Most fields of a record are empty. Leaving their columns out of the statement takes a third of
    the time of binding a NULL for each.
    """

    sql: str
    columns: tuple[str, ...]  # of the statement, `names` are the last of them
    names: tuple[str, ...]
    converted: tuple[tuple[int, Convert], ...]  # by position; the others are stored as they are

    def values(self, values: Mapping[str, Any]) -> list[Any]:
        row = [values[name] for name in self.names]
        for position, convert in self.converted:
            row[position] = convert(row[position])
        return [None if value == "" else value for value in row] if "" in row else row


_AS_THEY_ARE = (Text, Ref, Integer)


def shaped(
    name: str, first: Sequence[str], chosen: Sequence[tuple[str, Kind]],
    convert: Callable[[Kind], Convert] = converter,
) -> Shape:  # fmt: skip
    """Plan the insertion of a row.

    Args:
        first: the columns before those of the filled fields.
        convert: returns what turns a value of a kind into that of its column.
    """
    columns = (*first, *(name for name, _ in chosen))
    marks = ", ".join("?" * len(columns))
    return Shape(
        f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})",
        columns,
        tuple(name for name, _ in chosen),
        tuple(
            (position, convert(kind))
            for position, (_, kind) in enumerate(chosen)
            if not isinstance(kind, _AS_THEY_ARE)
        ),
    )


CREATED = (
    "number", "id", "seq", "created_at", "created_by", "revised_at", "revised_by", "row_version",
    "caption", "contract_id",
)  # fmt: skip


@cache
def _record_shape(type_: str, filled: tuple[str, ...], stored: tuple[str, ...]) -> Shape:
    view = table(type_)
    kinds = {f.name: f.kind for f in view.scalars}
    chosen = [(name, kinds[name]) for name in filled if name in kinds]
    return shaped(view.name, (*CREATED, *stored), chosen)


class ChildPlan:
    """What is known beforehand of the rows of one field: how those with some filled fields go in."""

    def __init__(self, child: ChildTable, convert: Callable[[Kind], Convert] = converter) -> None:
        self.field = child.field.name
        self._child = child
        self._convert = convert
        self._shapes: dict[tuple[str, ...], Shape] = {}

    def entering(
        self, filled: tuple[str, ...], values: Mapping[str, Any], number: int, position: int
    ) -> "Insertion":
        """Return the statement that enters a row, with the values of just the filled fields."""
        shape = self._shapes.get(filled) or self._shape(filled)
        return shape.sql, [number, position, *shape.values(values)]

    def _shape(self, filled: tuple[str, ...]) -> Shape:
        chosen = [(name, kind) for name, kind in self._child.columns if name in filled]
        first = ("_number", "_position")
        made = shaped(self._child.name, first, chosen, self._convert)
        return self._shapes.setdefault(filled, made)


class _RecordPlan(ChildPlan):
    """How the child rows of a record go into their table."""

    def __init__(self, child: ChildTable) -> None:
        super().__init__(child)
        self.insert = child.insert
        self.holds_rows = isinstance(child.field.kind, Children)
        self._filled = _filler([(name, kind.empty) for name, kind in child.columns])

    def insertion(self, row: Child, number: int, position: int) -> "Insertion":
        values = vars(row)
        return self.entering(self._filled(values), values, number, position)


@cache
def _child_plans(type_: str) -> tuple[_RecordPlan, ...]:
    return tuple(_RecordPlan(child) for child in table(type_).children)


@cache
def _filled(type_: str) -> Filled:
    return _filler([(f.name, f.kind.empty) for f in table(type_).scalars if not f.derived])


def _filler(columns: Sequence[tuple[str, Any]]) -> Filled:
    """Return what names the filled columns of a row: most of forty are empty."""
    names, empties = [name for name, _ in columns], [empty for _, empty in columns]
    if len(names) < 2:  # of one name `itemgetter` gives no tuple
        return lambda values: tuple(n for n, e in columns if values[n] is not e)
    pick = itemgetter(*names)
    return lambda values: tuple(compress(names, map(is_not, pick(values), empties)))


Insertion = tuple[str, list[Any]]
LINES_TEXT = len(CREATED)  # where the row of a new event has what its items are called


@cache
def table_of(insertion: str) -> str:
    return insertion.split(" ", 3)[2]  # INSERT INTO table


class New(NamedTuple):
    """A new record with its rows, as far as these follow from its entry alone.

    Attributes:
        names: of its fields that are filled, if known.
        record: of an item or an event, whose status or text follows from others.
        row: None for an item: its status is part of it.
    """

    number: int
    at: str
    author: str
    names: tuple[str, ...] | None
    record: Item | HandlingEvent | None
    row: Insertion | None
    children: list[Insertion]


def new(
    record: Record, number: int, at: str, author: str, names: tuple[str, ...] | None = None
) -> New:
    """Make the rows of a new record.

    Args:
        names: the fields that are filled, if the caller knows.
    """
    children = child_insertions(record, number)
    if isinstance(record, Item):
        return New(number, at, author, names, record, None, children)
    stored = {"lines_text": None} if isinstance(record, HandlingEvent) else {}
    row = insertion(record, number, at, author, stored, names)
    held = record if isinstance(record, HandlingEvent) else None
    return New(number, at, author, names, held, row, children)


def insertion(
    record: Record, seq: int, at: str, author: str, stored: Mapping[str, Any],
    names: tuple[str, ...] | None = None,
) -> Insertion:  # fmt: skip
    """Return the statement that enters a new record: `view_row` without its NULLs.

    Args:
        stored: columns that do not follow from the record, as they are stored.
        names: the fields that are filled, if the caller knows.
    """
    if names is None:
        names = _filled(record.type)(vars(record))
    shape = _record_shape(record.type, names, tuple(stored))
    return shape.sql, _new_values(record, seq, at, author, stored, shape)


def new_row(
    record: Record, seq: int, at: str, author: str, stored: Mapping[str, Any],
    names: tuple[str, ...],
) -> tuple[Any, ...]:  # fmt: skip
    """Return the whole row that `insertion` makes: what the table holds of an unchanged record."""
    shape = _record_shape(record.type, names, tuple(stored))
    row, places = _frame(record.type, shape.columns)
    row = row.copy()
    for place, value in zip(
        places, _new_values(record, seq, at, author, stored, shape), strict=True
    ):
        row[place] = value
    return tuple(row)


def _new_values(
    record: Record, seq: int, at: str, author: str, stored: Mapping[str, Any], shape: Shape
) -> list[Any]:
    return [
        seq, record.id, seq, at, author, at, author, 1, record.caption(),
        record.contract() or None, *stored.values(), *shape.values(vars(record)),
    ]  # fmt: skip


@cache
def _frame(type_: str, columns: tuple[str, ...]) -> tuple[list[Any], list[int]]:
    """Return an empty row and the places of some columns in it."""
    view = table(type_)
    return [None] * len(view.columns), [view.columns.index(name) for name in columns]


def child_insertions(record: Record, number: int) -> list[Insertion]:
    """Return the statements that enter the child rows of a new record: `child_rows` without NULLs."""
    values = vars(record)
    made: list[Insertion] = []
    for plan in _child_plans(record.type):
        for position, one in enumerate(values[plan.field]):
            if plan.holds_rows:
                made.append(plan.insertion(one, number, position))
            else:
                made.append((plan.insert, [number, position, one]))
    return made


def view_row(
    record: Record, version: Version, derived: Mapping[str, Any], hidden: Sequence[Any] = ()
) -> list[Any]:
    """Return the whole row of a record's table."""
    v = version
    return [
        v.number, record.id, v.seq, v.created_at, v.created_by, v.revised_at, v.revised_by,
        v.row_version, v.voided_at, v.voided_by, v.void_reason, record.caption(),
        record.contract() or None, *columns_of(record.type, record, derived), *hidden,
    ]  # fmt: skip


def child_rows(record: Record, number: int) -> list[tuple[str, list[list[Any]]]]:
    """Return (insert statement, rows) for the fields that have a table of their own."""
    made: list[tuple[str, list[list[Any]]]] = []
    for child in table(record.type).children:
        values = getattr(record, child.field.name)
        if not values:
            continue
        if isinstance(child.field.kind, Children):
            rows = [
                [number, position, *_child_values(row, child.columns)]
                for position, row in enumerate(values)
            ]
        else:
            rows = [[number, position, one] for position, one in enumerate(values)]
        made.append((child.insert, rows))
    return made


def _child_values(row: Child, columns: Sequence[tuple[str, Kind]]) -> list[Any]:
    values = vars(row)
    return [
        None if (value := values[name]) is kind.empty else kind.to_column(value)
        for name, kind in columns
    ]


# --- what an act handles ----------------------------------------------------------------------


def items_of(event: HandlingEvent) -> list[str]:
    """Return the ids of the items an event handles, first the handled, then the resulting."""
    if len(event.lines) == 1 and not event.lines[0].resulting_item_id:
        return [event.lines[0].item_id]
    handled = [line.item_id for line in event.lines]
    made = [line.resulting_item_id for line in event.lines if line.resulting_item_id]
    return list(dict.fromkeys(handled + made))


def lines_text(captions: Sequence[str]) -> str:
    """Join the captions of an event's items for lists and search."""
    text = "、".join(captions[:CAPTIONS_SHOWN])
    if len(captions) > CAPTIONS_SHOWN:
        text = f"{text} ほか{len(captions) - CAPTIONS_SHOWN}件"
    return text[:TEXT_LIMIT]


# --- back from a row --------------------------------------------------------------------------


def read_meta(row: Row) -> Meta:
    """Read the columns of `META_NAMES`."""
    number, _, seq, created_at, created_by, revised_at, revised_by, version, voided_at, *rest = row
    return Meta(
        number, _moment(created_at), created_by, seq, _moment(revised_at), revised_by, version,
        _moment(voided_at) if voided_at else None, rest[0] or "", rest[1] or "",
    )  # fmt: skip


def _moment(stored: str) -> datetime:
    moment = MOMENT.from_column(stored)
    assert moment is not None
    return moment


@cache
def readers(type_: str) -> tuple[tuple[str, Convert], ...]:
    """Return (field, column → value) for the scalar columns after those of `META_NAMES`."""
    return tuple((f.name, f.kind.from_column) for f in table(type_).scalars)


@cache
def derived_names(type_: str) -> tuple[str, ...]:
    return tuple(f.name for f in table(type_).scalars if f.derived)


def read_values(type_: str, row: Row) -> dict[str, Any]:
    """Return the field values of a whole row of a view table."""
    start = len(META_NAMES)
    values = {
        name: read(stored)
        for (name, read), stored in zip(readers(type_), row[start:], strict=False)
    }
    shown = table(type_).record.fields()
    if "contract_id" in shown:
        values["contract_id"] = row[META_NAMES.index("contract_id")] or ""
    return values

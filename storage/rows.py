"""Turn a record into the rows of its tables, and the rows back into what a list or a form needs.

Pure functions: the same record gives the same rows, at append, at a rebuild and when a check
compares the tables with the log.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

from models.chain import Command, local_time
from models.codes import ItemState
from models.custody import Status
from models.fields import Children, Choice, DecimalNumber, Kind, Moment, Ref, Text
from models.records.base import Child, Meta, Record
from models.records.handling import HandlingEvent
from models.records.things import Item
from storage.database import Row
from storage.schema import META_NAMES, table

MOMENT = Moment()
_NO_OFFSET = timedelta()
_MINUTE = timedelta(minutes=1)
DECIMAL = DecimalNumber()
CAPTIONS_SHOWN = 20  # of an event with thousands of items a list shows the first ones
TEXT_LIMIT = 1000

Convert = Callable[[Any], Any]


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
    return moment_column(local_time(command.recorded_at, command.offset))


@cache
def _converters(type_: str) -> tuple[tuple[str, Any, Convert], ...]:
    return tuple((f.name, f.kind.empty, _converter(f.kind)) for f in table(type_).scalars)


def _converter(kind: Kind) -> Convert:
    """Return what `kind.to_column` does, without its checks where the value cannot be empty."""
    if isinstance(kind, Choice):
        return attrgetter("value")
    if isinstance(kind, Text | Ref):
        return _text
    if isinstance(kind, Moment):
        return moment_column
    return kind.to_column


def moment_column(value: datetime) -> str:
    """Return `Moment.to_column` of a value that is not empty, in half the time."""
    offset = value.utcoffset() or _NO_OFFSET
    minutes = offset // _MINUTE
    return f"{(value - offset).isoformat(timespec='milliseconds')[:23]}Z{minutes:+d}"


def _text(value: str) -> str | None:
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


# --- custody ----------------------------------------------------------------------------------


def _optional(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


# column of v_item ← attribute of Status
_STATUS: tuple[tuple[str, str, Convert], ...] = (
    ("state", "state", attrgetter("value")),
    ("current_place_id", "place_id", _text),
    ("holder_person_id", "holder_id", _text),
    ("quantity_left", "left", DECIMAL.to_column),
    ("due_back_at", "due_back_at", _optional(moment_column)),
    ("last_event_at", "last_at", _optional(moment_column)),
    ("status_before", "before", _optional(attrgetter("value"))),
    ("status_using", "using", _text),
)
STATUS_COLUMNS = tuple(column for column, _, _ in _STATUS)


def status_fields(status: Status) -> dict[str, Any]:
    """Return the derived fields of an item."""
    return {column: getattr(status, name) for column, name, _ in _STATUS if column in Item.fields()}


def status_hidden(status: Status) -> list[Any]:
    return status_row(status)[-2:]


def status_row(status: Status) -> list[Any]:
    """Return the values of `STATUS_COLUMNS`."""
    return [convert(getattr(status, name)) for _, name, convert in _STATUS]


def status_changes(old: Status, new: Status) -> dict[str, Any]:
    """Return the columns of `STATUS_COLUMNS` that differ, with their new values."""
    return {
        column: convert(value)
        for column, name, convert in _STATUS
        if (value := getattr(new, name)) != getattr(old, name)
    }


_STATES = {state.value: state for state in ItemState}


def read_status(row: Row) -> Status:
    """Read what `status_row` wrote."""
    state, place, holder, left, due, last, before, using = row
    return Status(
        _STATES[state], place or "", holder or "", DECIMAL.from_column(left) or Decimal(0),
        MOMENT.from_column(due), MOMENT.from_column(last),
        _STATES[before] if before else None, using or "",
    )  # fmt: skip


def items_of(event: HandlingEvent) -> list[str]:
    """Return the ids of the items an event handles, first the handled, then the resulting."""
    handled = [line.item_id for line in event.lines]
    made = [line.resulting_item_id for line in event.lines if line.resulting_item_id]
    if len(handled) == 1 and not made:
        return handled
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

"""How a thing stands (`models.item_status.Status`) as columns of its row, and back."""

import json
from decimal import Decimal
from operator import attrgetter
from typing import Any

from models.codes import ItemState
from models.item_status import Status, Trip
from models.records.things import Item
from storage.database import Row
from storage.rows import DECIMAL, MOMENT, Convert, moment_column, text_column
from storage.schema import HIDDEN


def _optional(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _flag(value: bool) -> int | None:
    return 1 if value else None


def _trips(trips: tuple[Trip, ...]) -> str | None:
    """Return the acts that took pieces out, as text."""
    told = [
        (one.event_id, DECIMAL.to_column(one.pieces), moment_column(one.due_back_at)
         if one.due_back_at else None, one.holder_id)
        for one in trips
    ]  # fmt: skip
    return json.dumps(told) if told else None


def _read_trips(text: str | None) -> tuple[Trip, ...]:
    number, moment = DECIMAL.from_column, MOMENT.from_column
    told = json.loads(text) if text else ()
    return tuple(
        Trip(id_, number(pieces) or Decimal(0), moment(due), holder)
        for id_, pieces, due, holder in told
    )


# column of v_item ← attribute of Status
_STATUS: tuple[tuple[str, str, Convert], ...] = (
    ("state", "state", attrgetter("_value_")),
    ("current_place_id", "place_id", text_column),
    ("holder_person_id", "holder_id", text_column),
    ("quantity_left", "left", DECIMAL.to_column),
    ("quantity_out", "out", _optional(DECIMAL.to_column)),
    ("quantity_missing", "missing", _optional(DECIMAL.to_column)),
    ("quantity_short", "short", _optional(DECIMAL.to_column)),
    ("due_back_at", "due_back_at", _optional(moment_column)),
    ("last_event_at", "last_at", _optional(moment_column)),
    ("status_before", "before", _optional(attrgetter("_value_"))),
    ("status_using", "using", text_column),
    ("status_lost_out", "lost_out", _optional(DECIMAL.to_column)),
    ("status_counted", "counted", _optional(DECIMAL.to_column)),
    ("status_busy_until", "busy_until", _optional(moment_column)),
    ("status_empty", "empty", _flag),
    ("status_loose", "loose", _flag),
    ("status_trips", "trips", _trips),
    ("status_short_by", "short_by", text_column),
    ("status_lost_trips", "lost_trips", _trips),
)
STATUS_COLUMNS = tuple(column for column, _, _ in _STATUS)


def status_fields(status: Status) -> dict[str, Any]:
    """Return the derived fields of an item."""
    return {column: getattr(status, name) for column, name, _ in _STATUS if column in Item.fields()}


def status_hidden(status: Status) -> list[Any]:
    return status_row(status)[-len(HIDDEN[Item.type]) :]


def status_row(status: Status) -> list[Any]:
    """Return the values of `STATUS_COLUMNS`."""
    return [convert(getattr(status, name)) for _, name, convert in _STATUS]


def status_stored(status: Status) -> dict[str, Any]:
    """Return the columns of `STATUS_COLUMNS` that are not NULL, as they are stored."""
    values = vars(status)
    return {
        column: convert(value)
        for column, name, convert in _STATUS
        if (value := values[name]) or type(value) is Decimal  # no pieces are a number of pieces
    }


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
    state, place, holder, left, out, missing, short, due, last, before, using, *rest = row
    lost_out, counted, busy, empty, loose, trips, short_by, lost_trips = rest
    number, moment = DECIMAL.from_column, MOMENT.from_column
    return Status(
        _STATES[state], place or "", holder or "", number(left) or Decimal(0), moment(due),
        moment(last), _STATES[before] if before else None, using or "", number(out),
        number(missing), number(lost_out), number(counted), moment(busy), bool(empty),
        bool(loose), _read_trips(trips), number(short), short_by or "",
        _read_trips(lost_trips),
    )  # fmt: skip

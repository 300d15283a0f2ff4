"""The rows of a new event straight from its content, without a record in between.

A rebuild has a million of them to make. The rows are those that `storage.rows.new` makes of the
record; a test holds the two together. Whatever is unusual is left to the record.
"""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from models.codes import HandlingKind
from models.kinds import Children, Choice, DecimalNumber, Json, Kind
from models.kinds_of_time import Moment
from models.lifts import lift
from models.records.handling import HandlingEvent
from storage import rows
from storage.rows import ChildPlan, Insertion, New, Shape
from storage.schema import ChildTable, table

VIEW = table(HandlingEvent.type)
_KINDS = {kind.value: kind for kind in HandlingKind}
_FULL = ":00:00"
_ORDINARY = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2})(:[0-5][0-9]:[0-5][0-9])"
    r"(?:\.([0-9]{3}))?([+-][0-9]{2}:[0-9]{2})"
)
"""A moment as `Moment.to_json` writes it: day and hour, what is past of it, offset."""


def new_event(
    record_id: str, content: Mapping[str, Json], payload: int, number: int, at: str, author: str
) -> New | None:
    """Make the rows of a new event; None where the record must be asked what is wrong with it.

    Args:
        content: the fields as the entry has them.
        payload: version of the content.
        at: when it was entered, as `storage.rows.entered_at` says it.
    """
    if payload > HandlingEvent.payload:
        return None
    try:
        fields = lift(HandlingEvent.type, content, payload, HandlingEvent.payload)
        plan = _planned(tuple(fields))
        row = [
            number, record_id, number, at, author, at, author, 1, _caption(fields),
            fields.get("contract_id"), None, *plan.shape.values(fields),
        ]  # fmt: skip
        children = [
            child.insertion(one, number, position)
            for child in plan.children
            for position, one in enumerate(fields[child.field])
        ]
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return New(number, at, author, None, None, (plan.shape.sql, row), children)


def _caption(fields: Mapping[str, Any]) -> str:
    event = HandlingEvent.__new__(HandlingEvent)
    vars(event).update(event_no=fields["event_no"], kind=_KINDS[fields["kind"]])
    return event.caption()


class _Child(ChildPlan):
    """How the child rows of one field go into their table, from what an entry says of them."""

    def __init__(self, child: ChildTable) -> None:
        super().__init__(child, _reader)
        assert isinstance(child.field.kind, Children)
        self._known = frozenset(one.name for one in child.field.kind.child.own_fields())

    def insertion(self, row: Mapping[str, Json], number: int, position: int) -> Insertion:
        return self.entering(tuple(row), row, number, position)

    def _shape(self, filled: tuple[str, ...]) -> Shape:
        _require_known(filled, self._known)
        return super()._shape(filled)


class _Plan(NamedTuple):
    """How events with just these filled fields go into the tables."""

    shape: Shape
    children: Sequence[_Child]


@cache
def _planned(filled: tuple[str, ...]) -> _Plan:
    """Return the plan for some filled fields.

    Raises:
        KeyError: one of them is no field of an event.
    """
    kinds = {one.name: one.kind for one in VIEW.scalars if not one.derived}
    children = {one.field.name: _Child(one) for one in VIEW.children}
    _require_known(filled, {*kinds, *children, "contract_id"})
    chosen = [(name, kinds[name]) for name in filled if name in kinds]
    return _Plan(
        rows.shaped(VIEW.name, (*rows.CREATED, "lines_text"), chosen, _reader),
        [child for name, child in children.items() if name in filled],
    )


def _require_known(filled: Sequence[str], known: Container[str]) -> None:
    """Raise KeyError for the name of a field that there is not."""
    for name in filled:
        if name not in known:
            raise KeyError(name)


@cache
def _reader(kind: Kind) -> Callable[[Any], Any]:
    """Return what turns a value as JSON has it into that of its column."""
    if isinstance(kind, Choice):
        return {code.value: code.value for code in kind.codes}.__getitem__
    read, write = kind.from_json, rows.converter(kind)

    def stored(written: Json) -> Any:
        return write(read(written))

    if isinstance(kind, Moment):
        return _by_the_hour(stored)
    # Numbers repeat themselves: one command enters hundreds.
    return lru_cache(maxsize=1024)(stored) if isinstance(kind, DecimalNumber) else stored


def _by_the_hour(stored: Callable[[Json], str]) -> Callable[[Json], str]:
    """Return the same for moments, in a third of the time: a day has few hours."""

    @lru_cache(maxsize=1024)
    def full_hour(day_and_hour: str, offset: str) -> tuple[str, str, str]:
        column = stored(f"{day_and_hour}{_FULL}{offset}")
        return column[:13], column[13:23], column[23:]

    def moment(written: Json) -> str:
        if isinstance(written, str) and (parts := _ORDINARY.fullmatch(written)):
            day_and_hour, since, millisecond, offset = parts.groups()
            before, begins, after = full_hour(day_and_hour, offset)
            if begins == f"{_FULL}.000":  # an offset of half an hour moves the minutes
                return f"{before}{since}.{millisecond or '000'}{after}"
        return stored(written)

    return moment

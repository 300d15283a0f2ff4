"""As much of an event as custody asks, made from its rows: nobody reads its content again.

A rebuild and a check walk through a million events; to carry a whole record from one process to the
other, or to build it, takes longer than all that is done with it (`models.custody.STEP`).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from models.custody import STEP, STEP_CHECK, STEP_LINE, STEP_TRANSPORT
from models.kinds import Choice, Kind
from models.records.handling import HandlingEvent, HandlingLine, Sanitization, TransportDetail
from storage.rows import Insertion, table_of
from storage.schema import table

D = TypeVar("D", HandlingEvent, HandlingLine, TransportDetail, Sanitization)
Reader = tuple[str, Callable[[Any], Any], int]  # of one field: its name, column → value, its place

EVENTS = table(HandlingEvent.type).name
LINES, TRANSPORT, CHECKS = (f"{EVENTS}_{name}" for name in ("lines", "transport", "sanitization"))


def happened(row: Insertion, children: Iterable[Insertion]) -> HandlingEvent:
    """Return what custody asks of a new event, from the statements that enter its rows."""
    below: dict[str, list[Insertion]] = {}
    for one in children:
        below.setdefault(table_of(one[0]), []).append(one)
    return asked(
        _entered(HandlingEvent, STEP, row),
        [_entered(HandlingLine, STEP_LINE, one) for one in below.get(LINES, ())],
        [_entered(TransportDetail, STEP_TRANSPORT, one) for one in below.get(TRANSPORT, ())],
        [_entered(Sanitization, STEP_CHECK, one) for one in below.get(CHECKS, ())],
    )


def asked(
    event: HandlingEvent,
    lines: Iterable[HandlingLine],
    transport: Sequence[TransportDetail],
    checks: Sequence[Sanitization],
) -> HandlingEvent:
    """Put the parts of an event together."""
    vars(event)["lines"] = tuple(lines)
    if transport:
        vars(event)["transport"] = tuple(transport)
    if checks:
        vars(event)["sanitization"] = tuple(checks)
    return event


def part(cls: type[D], names: tuple[str, ...], values: Sequence[Any]) -> D:
    """Build as much of a record as some of its columns tell; all else is empty in it.

    Raises:
        ValueError: a column holds what we never write.
    """
    as_key: Any = cls  # mypy does not take a class for a key of the cache
    try:
        return _made(cls, _readers(as_key, names, names), values)
    except (AttributeError, ArithmeticError, LookupError, TypeError) as error:
        raise ValueError(f"{cls.label}の一覧に、読めない行があります。") from error


def _entered(cls: type[D], names: tuple[str, ...], insertion: Insertion) -> D:
    sql, values = insertion
    as_key: Any = cls
    return _made(cls, _told_by(as_key, names, sql), values)


def _made(cls: type[D], readers: Iterable[Reader], values: Sequence[Any]) -> D:
    told = {
        name: read(value)
        for name, read, place in readers
        if (value := values[place]) is not None
    }  # fmt: skip
    made = cls.__new__(cls)
    object.__setattr__(made, "__dict__", told)
    return made


@cache
def _told_by(cls: Any, names: tuple[str, ...], sql: str) -> tuple[Reader, ...]:
    """Return how to read what a statement enters: `INSERT INTO table (column, …) VALUES …`."""
    columns = sql[sql.index("(") + 1 : sql.index(")")].split(", ")
    return _readers(cls, tuple(name for name in names if name in columns), tuple(columns))


@cache
def _readers(cls: Any, names: tuple[str, ...], columns: tuple[str, ...]) -> tuple[Reader, ...]:
    fields = cls.fields()
    return tuple(
        (name, _reader(fields[name].kind) if name in fields else str, columns.index(name))
        for name in names
    )


def _reader(kind: Kind) -> Callable[[Any], Any]:
    if isinstance(kind, Choice):  # half of the time of `from_column`
        return {str(code.value): code for code in kind.codes}.__getitem__
    return kind.from_column

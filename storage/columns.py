"""Read some fields of many rows at once, column by column: a check over a whole register.

Nothing else of a row is read, few values repeat over many rows, and what is only compared stays as
it is stored.
"""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from models.kinds import Kind, Ref, Text
from models.kinds_of_time import Moment
from models.store import Fields
from storage.database import Database, Row
from storage.schema import ViewTable

if TYPE_CHECKING:
    from storage.lists import Plan

DENSE = 4  # numbers for one that is wanted: then all between the first and the last are read


def are_narrow(view: ViewTable, fields: Fields) -> bool:
    """Tell whether the table that has the indexes holds all these fields of a record."""
    plain = [name for name in fields if not _is_below(name)]
    names = {one for name in plain for one in ([name] if isinstance(name, str) else name)}
    return not view.listed or names <= set(view.list_columns)


def read(database: Database, plan: "Plan", fields: Fields) -> Iterator[tuple[Any, ...]]:
    """Yield the fields of all rows of a plan, in entry order, few at a time: nobody waits long."""
    plain = [name for name in fields if not _is_below(name)]
    places = [plan.source.places(name) for name in plain]
    where, parameters = plan.where()
    in_order = plan.driving is None or plan.driving.single  # else few rows, which are sorted
    for found in database.slices(
        f"SELECT {', '.join(['t.number', *places])} FROM {plan.source.tables()}"
        f" WHERE {where} ORDER BY {'' if in_order else '+'}t.number",
        parameters,
    ):
        yield from _made(database, plan, fields, found)


def _made(
    database: Database, plan: "Plan", fields: Fields, found: Sequence[Row]
) -> Iterator[tuple[Any, ...]]:
    plain = [name for name in fields if not _is_below(name)]
    numbers = [row[0] for row in found]
    below = _below(database, plan.view, [name for name in fields if _is_below(name)], numbers)
    parts: list[list[Any]] = []
    for name in fields:
        if _is_below(name):
            values = below[name]
            parts.append([values.get(number, ()) for number in numbers])
        else:
            place = plain.index(name) + 1
            column = [row[place] for row in found]
            read = isinstance(name, str) and name != "created_seq"
            parts.append(_read(plan.view.kind(str(name)), column) if read else column)
    return zip(*parts, strict=True)


def _is_below(name: str | tuple[str, ...]) -> TypeGuard[str]:
    return isinstance(name, str) and "." in name


def _below(
    database: Database, view: ViewTable, paths: Sequence[str], numbers: Sequence[int]
) -> dict[str, dict[int, tuple[Any, ...]]]:
    """Return what is filled in fields of child rows, by the number of their record.

    Where records lie close together, the child rows are read in one go, others among them.
    """
    dense = numbers[-1] - numbers[0] < DENSE * len(numbers)
    which = "BETWEEN ? AND ?" if dense else "IN (SELECT value FROM json_each(?))"
    given = (numbers[0], numbers[-1]) if dense else (json.dumps(list(numbers)),)
    made: dict[str, dict[int, tuple[Any, ...]]] = {path: {} for path in paths}
    for name in dict.fromkeys(path.split(".")[0] for path in paths):
        child = next(one for one in view.children if one.field.name == name)
        names = [path.split(".")[1] for path in paths if path.startswith(f"{name}.")]
        found = database.all(
            f"SELECT _number, {', '.join(names)} FROM {child.name} WHERE _number {which}"
            " ORDER BY _number, _position",
            given,
        )
        for place, column in enumerate(names, 1):
            values = made[f"{name}.{column}"]
            kept = [(row[0], row[place]) for row in found if row[place] is not None]
            read = _read(dict(child.columns)[column], [one for _, one in kept])
            for (number, _), value in zip(kept, read, strict=True):
                values[number] = (*values[number], value) if number in values else (value,)
    return made


def _read(kind: Kind, stored: list[Any]) -> list[Any]:
    if isinstance(kind, Text | Ref):
        return [one or "" for one in stored]
    if isinstance(kind, Moment):
        return list(map(kind.from_column, stored))
    known = {one: kind.from_column(one) for one in set(stored)}
    return [known[one] for one in stored]

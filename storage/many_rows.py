"""Enter many rows with one statement: a statement for each of them takes half as long again."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any

VALUES = 1000  # of one statement: more gain little, and the driver keeps 512 statements prepared


def insert(cursor: Any, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    """Enter rows in their order.

    Args:
        cursor: of the driver; what it raises is left to the caller.
        sql: INSERT INTO … VALUES (?, …), as it enters one row.
    """
    together, number = _together(sql)
    following = iter(rows)
    while len(some := list(islice(following, number))) == number:
        cursor.execute(together, list(chain.from_iterable(some)))
    cursor.executemany(sql, some)


@cache
def _together(sql: str) -> tuple[str, int]:
    """Return the statement that enters as many rows as one may, and how many these are."""
    marks = sql[sql.rindex("(") :]
    number = VALUES // marks.count("?")
    return sql + f", {marks}" * (number - 1), number

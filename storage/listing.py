"""The narrow tables of long registers: what lists show, with all indexes, filled behind the entries.

An index costs an entry two encrypted pages. The daily entries therefore go into the wide table
alone, which has no index but its id; their copies follow here in the order of their numbers, many
at a time. So everything up to the highest number of a narrow table stands in it, and what is
younger (`FRESH` rows at most) is looked through one by one (storage/lists.py).
"""

import time

from storage.database import Database
from storage.schema import LISTED, TABLES, ViewTable

FRESH = 2000  # rows that a list looks through beside its indexes: some milliseconds
BATCH = 250
EVER = 1 << 62  # behind every number


class Listing:
    """Fills the narrow tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unasked = 0  # entries since it was last asked how many rows wait

    def follow(self, entries: int) -> None:
        """Copy what waits when it is too much, inside the transaction of an entry or an import."""
        self._unasked += entries
        if self._unasked < FRESH // 2:
            return
        self._unasked = 0
        for view in _listed():
            if len(_waiting(self._database, view, FRESH)) == FRESH:
                fill(self._database, view)

    def catch_up(self, stop: float) -> bool:
        """Copy what waits, until this time of the monotonic clock; tell whether any is left."""
        with self._database.lock:
            views = [view for view in _listed() if _waiting(self._database, view, 1)]
            if not views:
                return False
            with self._database.transaction():
                while any([self._batch(view) for view in views]):
                    if time.monotonic() >= stop:
                        return True
        return False

    def _batch(self, view: ViewTable) -> bool:
        waiting = _waiting(self._database, view, BATCH)
        if waiting:
            fill(self._database, view, waiting[-1])
        return len(waiting) == BATCH


def _listed() -> list[ViewTable]:
    return [TABLES[type_] for type_ in sorted(LISTED)]


def border(database: Database, view: ViewTable) -> int:
    """Return the number up to which the narrow table holds everything."""
    return int(database.value(f"SELECT max(number) FROM {view.list_name}") or 0)


def _waiting(database: Database, view: ViewTable, most: int) -> list[int]:
    found = database.all(
        f"SELECT number FROM {view.name} WHERE number > ? ORDER BY number LIMIT ?",
        (border(database, view), most),
    )
    return [number for (number,) in found]


def fill(database: Database, view: ViewTable, last: int = EVER) -> None:
    """Copy the rows that wait, up to a number, inside the caller's transaction."""
    columns = ", ".join(view.list_columns)
    database.all(
        f"INSERT INTO {view.list_name} SELECT {columns} FROM {view.name}"
        " WHERE number > ? AND number <= ? ORDER BY number",
        (border(database, view), last),
    )


def fill_all(database: Database) -> None:
    """Copy every row that waits, inside the caller's transaction."""
    for view in _listed():
        fill(database, view)


def copy_again(database: Database, view: ViewTable, number: int) -> None:
    """Follow a change of one row, if it has its copy already."""
    sets = ", ".join(f"{name} = v.{name}" for name in view.list_columns[1:])
    database.all(
        f"UPDATE {view.list_name} SET {sets} FROM {view.name} v"
        f" WHERE v.number = {view.list_name}.number AND {view.list_name}.number = ?",
        (number,),
    )


def unlike(
    database: Database, view: ViewTable, first: int = 1, last: int = EVER, most: int = 20
) -> list[int]:
    """Return numbers of a stretch whose copy is missing, differs, or has no row behind it."""
    name, wide = view.list_name, view.name
    differs = " OR ".join(f"l.{column} IS NOT v.{column}" for column in view.list_columns)
    found = database.all(
        f"SELECT l.number FROM {name} l LEFT JOIN {wide} v ON v.number = l.number"
        f" WHERE l.number BETWEEN ? AND ? AND (v.number IS NULL OR {differs}) UNION ALL"
        f" SELECT v.number FROM {wide} v LEFT JOIN {name} l ON l.number = v.number"
        " WHERE v.number BETWEEN ? AND ? AND l.number IS NULL LIMIT ?",
        (first, last, first, min(last, border(database, view)), most),
    )
    return sorted(number for (number,) in found)


def is_counted(database: Database, view: ViewTable) -> bool:
    """Tell whether the narrow table has as many rows as it must have."""
    wide = f"SELECT count(*) FROM {view.name} WHERE number <= ?"
    found = database.value(f"SELECT count(*) FROM {view.list_name}")
    return bool(found == database.value(wide, (border(database, view),)))

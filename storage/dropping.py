"""Drop every derived table, with progress and a way back, inside the caller's transaction.

SQLite clears a whole table in one step that tells nothing and cannot be stopped: its progress
handler is not called inside. Where every cleared page is overwritten (`secure_delete`, at an
erasure) that takes some 20 ms per MB, seconds for a large table; emptying it some rows at a time
first takes no longer. Without overwriting (a rebuild) it takes 4 ms per MB and emptying would take
five times as long, so there the tables are dropped whole, one after the other.
"""

from collections.abc import Iterator

from models.store import Progress, quiet
from storage.database import Database

SLICE = 5000  # rows that are emptied between two looks whether to go on
_DERIVED = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND (name GLOB 'v_*'"
    " OR name IN ('search_data', 'search_docsize'))"
)
_INDEXES = "SELECT name FROM sqlite_schema WHERE type = 'index' AND name GLOB 'v_*' AND sql NOTNULL"


def drop_views(database: Database, progress: Progress = quiet) -> int:
    """Remove every derived table, also those of another schema version; return their rows.

    Raises:
        Cancelled: by `progress`; the caller's transaction takes everything back.
    """
    names = [name for (name,) in database.all(_DERIVED)]
    rows = {name: int(database.value(f'SELECT count(*) FROM "{name}"')) for name in names}
    total = sum(rows.values())
    for (index,) in database.all(_INDEXES):  # else every row would be taken out of each of them
        progress(0, total)
        database.all(f'DROP INDEX "{index}"')
    done = 0
    overwritten = bool(database.value("PRAGMA secure_delete"))
    for name in [*names, "search"]:
        count = rows.get(name, 0)
        progress(done, total)
        for gone in _emptied(database, name, count) if overwritten else ():
            progress(done + gone, total)
        if not name.startswith("search_"):  # these go with the index that they belong to
            database.all(f'DROP TABLE IF EXISTS "{name}"')
        done += count
    return total


def _emptied(database: Database, table: str, rows: int) -> Iterator[int]:
    """Empty a table but for a small rest, yielding how many rows are gone."""
    found = database.value("SELECT name FROM pragma_table_info(?) WHERE pk = 1", (table,))
    key = f'"{found or "rowid"}"'
    last = f'SELECT {key} FROM "{table}" ORDER BY {key} LIMIT 1 OFFSET {SLICE - 1}'
    for gone in range(SLICE, rows, SLICE):
        database.all(f'DELETE FROM "{table}" WHERE {key} <= ({last})')
        yield gone

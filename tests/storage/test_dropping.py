"""Dropping the derived tables: with progress, to be stopped anywhere, all or nothing."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from models.errors import Cancelled
from models.store import quiet
from storage import dropping, log, schema
from storage.database import Database, create_database
from storage.dropping import SLICE, drop_views
from storage.ledgers import new_store
from storage.pages import PageFile, Walk
from tests.storage.vaults import seeded

KEY = seeded("dropping")(32)
ROWS = 4 * SLICE


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Return a ledger with some thousand rows in tables of every sort."""
    made = create_database(tmp_path / "ledger.db", KEY)
    new_store(made, "ab" * 16)
    with made.transaction():
        made.many(
            "INSERT INTO v_handling_event_lines (_number, _position, item_id) VALUES (?, 0, 'i')",
            ((number,) for number in range(ROWS)),
        )
        made.many("INSERT INTO v_later VALUES (?, ?)", ((f"r{one:09}", one) for one in range(ROWS)))
        made.many("INSERT INTO v_reindex VALUES (?, 'item')", ((number,) for number in range(ROWS)))
        made.many(
            "INSERT INTO search (rowid, scope, text) VALUES (?, 'a', 'bc de')",
            ((number,) for number in range(1, ROWS)),
        )
    yield made
    made.close()


def names(database: Database) -> set[str]:
    return {name for (name,) in database.all("SELECT name FROM sqlite_schema")}


def counted(database: Database) -> list[int]:
    tables = ("v_handling_event_lines", "v_later", "v_reindex", "search_docsize")
    return [database.value(f"SELECT count(*) FROM {table}") for table in tables]


@pytest.mark.parametrize("overwritten", ["ON", "OFF"])
def test_nothing_derived_is_left_and_the_log_stands(database: Database, overwritten: str) -> None:
    database.all(f"PRAGMA secure_delete = {overwritten}")
    with database.transaction():
        drop_views(database)
    assert not [one for one in names(database) if one.startswith(("v_", "search"))]
    assert log.require_known_format(database) == "ab" * 16
    with database.transaction():
        schema.create_views(database)
    assert database.value("PRAGMA integrity_check") == "ok"


def test_progress_rises_in_small_steps_to_the_end(database: Database) -> None:
    seen: list[tuple[int, int]] = []
    with database.transaction():
        total = drop_views(database, lambda done, rows: seen.append((done, rows)))
    assert total >= 4 * ROWS - 1 and {rows for _, rows in seen} == {total}
    done = [one for one, _ in seen]
    assert done == sorted(done) and done[0] == 0 and done[-1] == total
    assert max(later - one for one, later in pairwise(done)) <= SLICE


@pytest.mark.parametrize("after", [0, 3 * SLICE, 9 * SLICE])
def test_stopped_in_the_middle_everything_stands_as_before(database: Database, after: int) -> None:
    before = names(database), counted(database)

    def stop(done: int, total: int) -> None:
        if done >= after:
            raise Cancelled

    with pytest.raises(Cancelled), database.transaction():
        drop_views(database, stop)
    assert (names(database), counted(database)) == before
    assert database.value("PRAGMA integrity_check") == "ok"


def test_the_words_of_emptied_rows_are_overwritten(database: Database) -> None:
    """Emptying first must not leave behind what dropping with secure_delete would wipe."""
    with database.transaction():
        database.many(
            "INSERT INTO v_later VALUES (?, ?)", ((f"秘密{one}", one) for one in range(2 * ROWS))
        )
    with database.transaction():
        drop_views(database)
    plain = b"".join(free_pages(database))
    assert plain and "秘密".encode() not in plain


def free_pages(database: Database) -> Iterator[bytes]:
    file = PageFile(database.reader(), KEY)
    walk = Walk(file, frozenset(range(1, file.count + 1)), quiet)
    walk.free("free")
    for number in walk.owners:
        yield file.read(number) or b""


def test_whole_tables_are_dropped_where_nothing_is_overwritten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Emptying them would take five times as long there."""

    def forbidden(*_: object) -> None:
        raise AssertionError("emptied row by row")

    database.all("PRAGMA secure_delete = OFF")
    monkeypatch.setattr(dropping, "_emptied", forbidden)
    with database.transaction():
        assert drop_views(database) > ROWS

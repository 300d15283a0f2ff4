"""Many rows with one statement: the same rows in the same order, and the same refusals."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import many_rows
from storage.database import Database, create_database
from storage.driver_errors import Duplicate
from tests.factory import KEY

INSERT = "INSERT INTO t (n, body) VALUES (?, ?)"
TOGETHER = many_rows.VALUES // 2


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = create_database(tmp_path / "t.db", KEY)
    made.all("CREATE TABLE t (place INTEGER PRIMARY KEY, n INTEGER UNIQUE, body TEXT)")
    yield made
    made.close()


@pytest.mark.parametrize("count", [0, 1, TOGETHER - 1, TOGETHER, TOGETHER + 1, 3 * TOGETHER + 7])
def test_all_rows_are_entered_in_their_order(database: Database, count: int) -> None:
    rows = [(count - number, f"語{number}") for number in range(count)]
    database.insert((INSERT, row) for row in rows)
    assert database.all("SELECT n, body FROM t ORDER BY place") == rows


def test_most_rows_share_a_statement(database: Database) -> None:
    told: list[str] = []
    database._connection.set_trace_callback(told.append)
    database.insert((INSERT, (number, "")) for number in range(2 * TOGETHER + 3))
    assert len([one for one in told if one.startswith("INSERT")]) == 2 + 3


def test_what_stands_there_twice_is_named_and_nothing_is_left(database: Database) -> None:
    rows = [(number % (2 * TOGETHER - 1), "") for number in range(2 * TOGETHER)]
    with pytest.raises(Duplicate) as told, database.transaction():
        database.insert((INSERT, row) for row in rows)
    assert told.value.columns == ("t.n",)
    assert database.value("SELECT count(*) FROM t") == 0


def test_other_tables_between_keep_their_turn(database: Database) -> None:
    database.all("CREATE TABLE u (n INTEGER REFERENCES t (n))")
    other = "INSERT INTO u VALUES (?)"
    database.insert([(INSERT, (1, "")), (other, (1,)), (INSERT, (2, "")), (other, (2,))])
    assert database.all("SELECT n FROM u ORDER BY rowid") == [(1,), (2,)]

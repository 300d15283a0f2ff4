"""An index that does not hold its table is told, whatever made it so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.database import Database, create_database, open_database
from storage.stretch import Indexes
from tests.factory import KEY
from tests.storage.test_damage import edit_catalogue

INDEX = "spare_word"
ROWS = [(number, f"語{number}") for number in range(1, 5001)]  # more than are read at once


def made(path: Path, index: str) -> Database:
    database = create_database(path, KEY)
    database.all("CREATE TABLE spare (number INTEGER PRIMARY KEY, word TEXT NOT NULL)")
    database.all(index)
    database.many("INSERT INTO spare VALUES (?, ?)", ROWS)
    return database


def behind_its_back(database: Database, path: Path, sql: str) -> Database:
    """Change the table while SQLite does not know of the index."""
    hidden = database.one("SELECT * FROM sqlite_schema WHERE name = ?", (INDEX,))
    assert hidden is not None
    edit_catalogue(database, "DELETE FROM sqlite_schema WHERE name = ?", (INDEX,))
    database = open_database(path, KEY)
    database.all(sql)
    edit_catalogue(database, "INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", hidden)
    return open_database(path, KEY)


def without_a_row(database: Database, path: Path) -> Database:
    return behind_its_back(database, path, "INSERT INTO spare VALUES (6000, '新しい語')")


def with_a_row_too_many(database: Database, path: Path) -> Database:
    return behind_its_back(database, path, "DELETE FROM spare WHERE number = 77")


def with_another_word(database: Database, path: Path) -> Database:
    return behind_its_back(database, path, "UPDATE spare SET word = '別の語' WHERE number = 77")


def with_words_exchanged(database: Database, path: Path) -> Database:
    sql = "UPDATE spare SET word = CASE number WHEN 77 THEN '語78' ELSE '語77' END"
    return behind_its_back(database, path, f"{sql} WHERE number IN (77, 78)")


def with_a_word_twice(database: Database, path: Path) -> Database:
    database.all("UPDATE spare SET word = '語78' WHERE number = 77")
    sql = "UPDATE sqlite_schema SET sql = replace(sql, 'CREATE', 'CREATE UNIQUE')"
    edit_catalogue(database, f"{sql} WHERE name = ?", (INDEX,))
    return open_database(path, KEY)


@pytest.mark.parametrize(
    "harm",
    [without_a_row, with_a_row_too_many, with_another_word, with_words_exchanged,
     with_a_word_twice],
)  # fmt: skip
def test_an_index_that_does_not_hold_its_table_is_told(
    tmp_path: Path, harm: Callable[[Database, Path], Database]
) -> None:
    path = tmp_path / "some.db"
    database = made(path, f"CREATE INDEX {INDEX} ON spare (word)")
    assert Indexes("spare").run(database) == []
    database = harm(database, path)
    [(code, where, sentence)] = Indexes("spare").run(database)
    assert (code, where) == ("PAGES", "some.db") and "構造が壊れています" in sentence
    assert database.value("PRAGMA integrity_check(spare)") != "ok"  # SQLite says so, too
    database.close()


def test_whole_indexes_are_passed_also_of_two_columns_and_of_rows_in_their_order(
    tmp_path: Path,
) -> None:
    database = made(tmp_path / "some.db", f"CREATE UNIQUE INDEX {INDEX} ON spare (word, number)")
    database.all("CREATE TABLE lying (word TEXT PRIMARY KEY) WITHOUT ROWID")
    database.many("INSERT INTO lying VALUES (?)", [(word,) for _, word in ROWS])
    assert Indexes("spare").run(database) == Indexes("lying").run(database) == []
    database.close()

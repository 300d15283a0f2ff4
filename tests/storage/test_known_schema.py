"""What somebody plants beside the tables stops the ledger, and a rebuild leaves it behind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import Damaged, NewerFormat, StrangeSchema, TablesDamaged, VerificationFailed
from storage import access, ledgers, log, mending, schema
from storage.database import Database, create_database, open_database
from storage.known_schema import problems
from storage.verify import verify
from tests.factory import KEY, Office

EXPORTED = "CREATE TRIGGER zz AFTER INSERT ON entry BEGIN UPDATE v_item SET name = '偽の名称'; END"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with a line in its access log, closed."""
    office = Office.open(tmp_path)
    office.item(1)
    office.store.close()
    path = next(tmp_path.rglob("*.db"))
    plant(path, *access.TABLES)
    assert found(path) == []
    return path


def plant(path: Path, *statements: str) -> None:
    """Write into the file, as whoever has its key can."""
    database = open_database(path, KEY)
    with database.transaction():
        for statement in statements:
            database.all(statement)
    database.close()


def rewrite(path: Path, name: str, text: str) -> None:
    """Give a table another text, behind the back of SQLite."""
    database = open_database(path, KEY)
    database._connection.set_authorizer(None)
    database.all("PRAGMA writable_schema = ON")
    database.all("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (text, name))
    database.close()


def found(path: Path) -> list[str]:
    database = open_database(path, KEY)
    try:
        return [sentence for _code, _where, sentence in problems(database)]
    finally:
        database.close()


def vault_of(path: Path) -> str:
    database = open_database(path, KEY)
    try:
        return log.require_known_format(database)
    finally:
        database.close()


def names(path: Path) -> set[str]:
    database = open_database(path, KEY)
    try:
        return {name for (name,) in database.all("SELECT name FROM sqlite_schema")}
    finally:
        database.close()


def older(path: Path) -> None:
    """Let the tables be of another version."""
    plant(path, "PRAGMA user_version = 1")


def trigger(path: Path) -> None:
    plant(path, EXPORTED)


def trigger_on_a_list(path: Path) -> None:
    plant(path, "CREATE TRIGGER v_zz AFTER UPDATE ON v_item BEGIN DELETE FROM v_place; END")


def view(path: Path) -> None:
    plant(path, "CREATE VIEW zz AS SELECT * FROM content")


def table_with_rows(path: Path) -> None:
    plant(path, "CREATE TABLE zz (a)", "INSERT INTO zz SELECT body FROM content")


def table_called_like_ours(path: Path) -> None:
    plant(path, "CREATE TABLE search_kept (a)")


def index_of_the_log(path: Path) -> None:
    plant(path, "CREATE UNIQUE INDEX zz ON entry (type, action, seq)")


def virtual_table(path: Path) -> None:
    plant(path, "CREATE VIRTUAL TABLE zz USING fts5(a)")


def constraint_on_the_log(path: Path) -> None:
    rewrite(path, "setting", log.TABLES[4].replace("TEXT NOT NULL)", "TEXT NOT NULL CHECK (1))"))


OF_ANY_VERSION = [
    trigger, trigger_on_a_list, view, table_with_rows, table_called_like_ours, index_of_the_log,
    virtual_table, constraint_on_the_log,
]  # fmt: skip


def table_called_like_a_list(path: Path) -> None:
    plant(path, "CREATE TABLE v_kept (a)")


def list_with_another_text(path: Path) -> None:
    plant(path, "ALTER TABLE v_place ADD COLUMN zz GENERATED ALWAYS AS (caption) VIRTUAL")


def missing_index(path: Path) -> None:
    plant(path, "DROP INDEX v_item_only_item_no")


OF_THIS_VERSION = [
    *OF_ANY_VERSION, table_called_like_a_list, list_with_another_text, missing_index,
]  # fmt: skip


@pytest.mark.parametrize("attack", OF_THIS_VERSION)
def test_it_is_not_opened_and_a_rebuild_leaves_it_behind(
    ledger: Path, attack: Callable[[Path], None]
) -> None:
    clean = names(ledger)
    attack(ledger)
    with pytest.raises(StrangeSchema) as refused:
        ledgers.open_store(ledger, KEY, vault_of(ledger))
    assert isinstance(refused.value, TablesDamaged) and "作り直す" in str(refused.value)
    with pytest.raises(VerificationFailed, match="データベースに"):
        ledgers.check_snapshot(ledger, KEY)
    mending.rebuild_file(ledger, KEY, lambda done, total: None)
    assert found(ledger) == [] and names(ledger) == clean
    store = ledgers.open_store(ledger, KEY, vault_of(ledger))
    assert verify(store, full=True, progress=lambda done, total: None) == []
    store.close()


@pytest.mark.parametrize("attack", OF_ANY_VERSION)
def test_tables_of_another_version_hide_nothing(
    ledger: Path, attack: Callable[[Path], None]
) -> None:
    attack(ledger)
    older(ledger)
    with pytest.raises(StrangeSchema):
        ledgers.open_store(ledger, KEY, vault_of(ledger))


def test_tables_of_another_version_are_made_anew_as_before(ledger: Path) -> None:
    plant(ledger, "CREATE TABLE v_gone (a)", "CREATE INDEX v_gone_a ON v_gone (a)",
          "DROP TABLE v_watermark")  # fmt: skip
    older(ledger)
    ledgers.open_store(ledger, KEY, vault_of(ledger)).close()
    assert found(ledger) == [] and "v_gone" not in names(ledger)


@pytest.mark.parametrize("grown", [False, True])
def test_an_access_log_of_an_earlier_version_is_known(ledger: Path, grown: bool) -> None:
    *_, first, _ = access.texts()
    plant(ledger, "DROP TABLE access_line", first, access.TABLES[2],
          "INSERT INTO access_line VALUES (1, '', 0, '', '', '', '', '', '', 0, '', x'')")  # fmt: skip
    if grown:
        plant(ledger, "ALTER TABLE access_line ADD COLUMN purpose TEXT NOT NULL DEFAULT ''")
    assert found(ledger) == []
    mending.rebuild_file(ledger, KEY, lambda done, total: None)
    assert found(ledger) == []
    database = open_database(ledger, KEY)
    assert database.all("SELECT number, purpose FROM access_line") == [(1, "")]
    database.close()


def test_a_rebuild_leaves_rows_of_nobody_behind(ledger: Path) -> None:
    database = open_database(ledger, KEY)
    database.all("PRAGMA foreign_keys = OFF")
    database.all("INSERT INTO content SELECT max(seq) + 1, zeroblob(16), x'7b7d' FROM entry")
    database.all("INSERT INTO command SELECT -1, -1, 'ff', author, recorded_at, \"offset\", head,"
                 " signature FROM command LIMIT 1")  # fmt: skip
    last = log.head(database).seq
    assert len(log.strays(database)) == 2
    database.close()
    mending.rebuild_file(ledger, KEY, lambda done, total: None)
    database = open_database(ledger, KEY)
    assert log.strays(database) == [] and log.head(database).seq == last
    database.close()


def test_a_ledger_before_its_first_line_is_known(ledger: Path) -> None:
    plant(ledger, "DROP TABLE access_line", "DROP TABLE access_seal")
    assert found(ledger) == []


def test_a_log_whose_tables_are_no_tables_is_not_copied(ledger: Path) -> None:
    plant(ledger, "ALTER TABLE content RENAME TO zz", "CREATE VIEW content AS SELECT * FROM zz")
    with pytest.raises(StrangeSchema):
        ledgers.open_store(ledger, KEY, vault_of(ledger))
    with pytest.raises(Damaged, match="バックアップから復元"):
        mending.rebuild_file(ledger, KEY, lambda done, total: None)


def test_a_newer_format_is_told_before_its_tables(ledger: Path) -> None:
    plant(
        ledger, "CREATE TABLE later (a)", "UPDATE setting SET value = '2' WHERE name = 'log_format'"
    )
    with pytest.raises(NewerFormat):
        ledgers.open_store(ledger, KEY, "")


def test_what_sqlite_says_of_each_table_is_what_is_compared(tmp_path: Path) -> None:
    """Every statement of ours stands in the schema as it is; nothing else does."""
    database = create_database(tmp_path / "new.db", bytes(32))
    with database.transaction():
        log.create_log(database, "0" * 32)
        schema.create_views(database)
    assert list(problems(database)) == []
    assert _texts(database) >= {*log.TABLES, *schema.index_statements()}
    database.close()


def _texts(database: Database) -> set[str]:
    return {text for (text,) in database.all("SELECT sql FROM sqlite_schema")}

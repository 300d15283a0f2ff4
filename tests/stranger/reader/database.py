"""Open `ledger.db` with a raw key, on a copy: a stranger leaves no trace and takes no lock."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from tests.stranger.reader.plain import Wrong, need

APPLICATION = 0x415A554B
LOG_FORMAT = 1
KNOWN = {
    "command", "entry", "content", "secret", "setting", "access_line", "access_seal",
    "search", "search_data", "search_idx", "search_docsize", "search_config",
}  # fmt: skip
Row = tuple[Any, ...]


class Database:
    """The tables that are the format."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def rows(self, sql: str) -> list[Row]:
        """Ask for rows.

        Raises:
            Wrong: the file is no database under this key, or a page is not what was written.
        """
        try:
            return list(self._connection.execute(sql))
        except sqlcipher.DatabaseError as error:
            raise Wrong(f"database: {error}") from error

    def columns(self, table: str) -> list[str]:
        """Return the names of the columns; none where there is no such table."""
        return [row[1] for row in self.rows(f"PRAGMA table_info({table})")]

    def strange(self) -> list[str]:
        """Name what stands beside the tables: no trigger, no view, no table or index of others."""
        return [
            str(name) for type_, name, table in self.rows(
                "SELECT type, name, tbl_name FROM sqlite_schema"
            )
            if type_ not in ("table", "index")
            or not (str(table) in KNOWN or str(table).startswith("v_"))
            or (type_ == "index" and str(table) in KNOWN and name != "access_at"
                and not str(name).startswith("sqlite_autoindex_"))
        ]  # fmt: skip

    def settings(self) -> dict[str, Any]:
        return dict(self.rows("SELECT name, value FROM setting"))

    def secret(self, name: str) -> bytes:
        found: dict[str, bytes] = dict(self.rows("SELECT name, value FROM secret"))
        need(name in found, f"database: no secret {name}")
        return found[name]


@contextmanager
def opened(path: Path, keys: list[bytes]) -> Iterator[Database]:
    """Open a copy of a database under the first key that fits.

    Raises:
        Wrong: it is missing, empty, foreign or newer, or no key fits.
    """
    need(path.is_file() and path.stat().st_size > 0, "database: missing or empty")
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "ledger.db"
        shutil.copy(path, copy)
        rollback = path.with_name(path.name + "-journal")
        if rollback.exists():
            shutil.copy(rollback, copy.with_name(rollback.name))
        connection, database = _first(copy, keys)
        try:
            _recognise(database)
            yield database
        finally:
            connection.close()


def _first(path: Path, keys: list[bytes]) -> tuple[Any, Database]:
    for key in keys:
        connection = sqlcipher.connect(str(path))
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        database = Database(connection)
        try:
            database.rows("SELECT count(*) FROM sqlite_master")
        except Wrong:
            connection.close()
            continue
        return connection, database
    raise Wrong("database: no key fits, or page 1 is damaged")


def _recognise(database: Database) -> None:
    need(database.rows("PRAGMA application_id") == [(APPLICATION,)], "database: another program's")
    need(int(database.settings()["log_format"]) <= LOG_FORMAT, "database: newer log_format")
    pages = database.rows("PRAGMA cipher_integrity_check")
    need(pages == [], f"database: pages whose MAC is another: {pages[:3]}")
    need(database.rows("PRAGMA quick_check") == [("ok",)], "database: structure")

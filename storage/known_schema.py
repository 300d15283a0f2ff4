"""Look whether a database holds the tables and indexes that this program makes, and nothing else.

Whoever has the data key can plant what is no row: a trigger that changes a list before it is
exported and changes it back, a view in the place of a table, a table that keeps what an erasure
deletes. No look at rows finds that. So the schema is read, once, whenever a database is opened,
before anything is written. Tables of another version are about to be derived anew: of these only the
names are asked.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from models.errors import StrangeSchema
from storage import access, log, schema
from storage.database import Database
from storage.helpers import Found

CODE = "SCHEMA"
_SHADOWS = (  # of the search index, in the words of FTS5
    "CREATE TABLE 'search_data'(id INTEGER PRIMARY KEY, block BLOB)",
    "CREATE TABLE 'search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID",
    "CREATE TABLE 'search_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER)",
    "CREATE TABLE 'search_config'(k PRIMARY KEY, v) WITHOUT ROWID",
)
_SEARCH = {f"search{end}" for end in ("", "_data", "_idx", "_docsize", "_config", "_content")}
_WORDS = {"trigger": "トリガー", "view": "ビュー", "index": "索引", "table": "表"}
_SHOWN = 3
_STRANGE = "データベースに、預り台帳が作らないもの、作ったときと違うもの（{0}）があります。"
_LACKING = "データベースに、あるはずの表や索引（{0}）がありません。"

Texts = Mapping[str, frozenset[str]]
"""By name, what a table or index may say."""


def require_known(database: Database) -> None:
    """Refuse a database in which anything stands that this program does not make.

    Raises:
        StrangeSchema: `storage/mending.py` makes it anew without.
    """
    for _code, _where, sentence in problems(database):
        raise StrangeSchema(file=str(database.path), what=sentence)


@dataclass(frozen=True)
class Schema:
    """The same as a part of a check."""

    def run(self, database: Database) -> list[Found]:
        return list(problems(database))


def problems(database: Database) -> Iterator[Found]:
    """Yield what stands in the schema and should not, and what should and does not."""
    made = database.all("SELECT type, name, tbl_name, sql FROM sqlite_schema")
    current = database.value("PRAGMA user_version") == schema.VERSION
    known = _current() if current else _log()
    strange = [
        f"{_WORDS.get(type_, type_)}「{name}」"
        for type_, name, table, text in made
        if text not in known.get(name, ())
        and not _is_automatic(type_, name, table, text)
        and (current or not _is_replaced(type_, name, table))
    ]
    if strange:
        yield CODE, database.path.name, _STRANGE.format(_named(strange))
    there = {name for _, name, _, _ in made}
    lacking = [f"「{name}」" for name in known if name not in there and name not in _made_later()]
    if lacking:
        yield CODE, database.path.name, _LACKING.format(_named(lacking))


def _is_automatic(type_: str, name: str, table: str, text: str | None) -> bool:
    """Tell an index that SQLite made for UNIQUE or PRIMARY KEY; it has no text of its own."""
    return type_ == "index" and text is None and name.startswith(f"sqlite_autoindex_{table}_")


def _is_replaced(type_: str, name: str, table: str) -> bool:
    """Tell what goes when the tables of another version are dropped."""
    derived = name.startswith("v_") and table.startswith("v_")
    return type_ in ("table", "index") and (derived or name in _SEARCH)


def _named(found: list[str]) -> str:
    more = f"ほか{len(found) - _SHOWN}件" if len(found) > _SHOWN else ""
    return "、".join(found[:_SHOWN]) + more


@cache
def _log() -> Texts:
    """Return the tables that are the format, as each version made them."""
    return _by_name([*log.TABLES, *access.texts()])


@cache
def _made_later() -> frozenset[str]:
    """Return what is made with the first line of the access log."""
    return frozenset(_by_name(access.texts()))


@cache
def _current() -> Texts:
    derived = [*schema.create_statements(), *schema.index_statements(), *_SHADOWS]
    return {**_log(), **_by_name(one for one in derived if one.startswith("CREATE "))}


def _by_name(texts: Iterable[str]) -> Texts:
    found: dict[str, frozenset[str]] = {}
    for text in texts:
        words = text.replace("(", " ").replace("UNIQUE ", "").replace("VIRTUAL ", "").split()
        name = words[2].strip("'")
        found[name] = found.get(name, frozenset()) | {text}
    return found

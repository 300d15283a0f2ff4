"""The derived tables, made from the declarations of the records; none of them is a format.

Every record type has a table `v_<type>` with one row per record, and a table of its own for each
field of several references or of child rows. `VERSION` names this schema together with the way it
is derived: when it differs from the one in the database, the tables are derived from the log again.

`number` is the entry that created the record: a row number that stays the same after a rebuild and
is unique over all types, so that it is also the row number in the search index.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from models.fields import Field
from models.kinds import Children, Kind, MultiRef, Ref, Text
from models.kinds_of_time import Moment
from models.records import ALL, BY_TYPE
from models.records.base import Child, Declared, Record
from models.text import FTS5_TOKENIZER, SEARCH_KEY_VERSION
from storage.database import Database

DERIVATION = 4  # goes up when the same tables are filled in another way

META: tuple[tuple[str, str], ...] = (
    ("number", "INTEGER PRIMARY KEY"),
    ("id", "TEXT NOT NULL UNIQUE"),
    ("seq", "INTEGER NOT NULL"),
    ("created_at", "TEXT NOT NULL"),
    ("created_by", "TEXT NOT NULL"),
    ("revised_at", "TEXT NOT NULL"),
    ("revised_by", "TEXT NOT NULL"),
    ("row_version", "INTEGER NOT NULL"),
    ("voided_at", "TEXT"),
    ("voided_by", "TEXT"),
    ("void_reason", "TEXT"),
    ("caption", "TEXT NOT NULL"),
    ("contract_id", "TEXT"),
)
META_NAMES = tuple(name for name, _ in META)
META_KINDS: Mapping[str, Kind] = {
    name: Moment() if name.endswith("_at") else Text() for name, _ in META
}
HIDDEN: Mapping[str, tuple[str, ...]] = {
    "item": (
        "status_before", "status_using", "status_lost_out", "status_counted", "status_busy_until",
        "status_empty", "status_loose", "status_trips", "status_short_by",
        "status_lost_trips",
    )
}  # fmt: skip

# What may exist only once among the records of a type that are not voided.
UNIQUE: tuple[tuple[str, str], ...] = (
    ("item", "item_no"),
    ("user_account", "login_name"),
    ("contract", "contract_no"),
    ("submission", "serial"),
)
# Orders and look-ups beyond the columns that lists show.
EXTRA_INDEXES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    # People, kinds and states come and go with time: to walk all days until rows of one of them
    # come up could take the whole log.
    "handling_event": (
        ("contract_id", "event_no"),
        *((name, "occurred_at") for name in ("contract_id", "actor_person_id", "kind", "status")),
        ("kind", "purpose"),
        ("kind", "destination_text"),
    ),
    "submission": (("serial",),),
    "item": (("parent_item_id",), ("container_item_id",)),
    "attachment": (("blob",),),
}
# Columns that few rows fill: their index holds those rows alone and costs no other entry anything.
SPARSE: Mapping[str, tuple[str, ...]] = {"handling_event": ("corrects_event_id",)}
# Equal values stand in entry order, so a page is read off the index without sorting any group;
# voided_at makes the index complete for the usual question: all that stand, in order.
_BEHIND = "number, voided_at"
# Types that grow with every day's work. Their rows have a copy of what lists show in a narrow table,
# and only that one has the indexes: it is filled behind the entries, in idle time, so that an entry
# writes half as many pages (storage/listing.py).
LISTED = frozenset({"handling_event"})

SEARCH = (
    "CREATE VIRTUAL TABLE search USING fts5"
    f"(scope, text, content='', contentless_delete=1, tokenize='{FTS5_TOKENIZER}')"
)
SIDE_TABLES = (
    # Entries after the first about one record; with `number` they are its whole history.
    "CREATE TABLE v_later (record_id TEXT, seq INTEGER, PRIMARY KEY (record_id, seq))"
    " WITHOUT ROWID",
    # Records whose text changed after it was indexed.
    "CREATE TABLE v_reindex (number INTEGER PRIMARY KEY, type TEXT NOT NULL)",
    "CREATE TABLE v_watermark (seq INTEGER NOT NULL)",
)


@dataclass(frozen=True)
class ChildTable:
    """The rows of one field that holds several references or children."""

    name: str
    field: Field
    columns: tuple[tuple[str, Kind], ...]

    @property
    def insert(self) -> str:
        marks = ", ".join("?" * (2 + len(self.columns)))
        return f"INSERT INTO {self.name} VALUES ({marks})"

    def create(self) -> str:
        columns = "".join(f", {name} {kind.sql_type}" for name, kind in self.columns)
        return (
            f"CREATE TABLE {self.name} (_number INTEGER NOT NULL, _position INTEGER NOT NULL"
            f"{columns}, PRIMARY KEY (_number, _position)) WITHOUT ROWID"
        )

    def indexes(self) -> list[str]:
        return [
            f"CREATE INDEX {self.name}_{name} ON {self.name} ({name}) WHERE {name} IS NOT NULL"
            for name, kind in self.columns
            if isinstance(kind, Ref)
        ]


@dataclass(frozen=True)
class ViewTable:
    """The table of one record type."""

    record: type[Record]

    @property
    def name(self) -> str:
        return f"v_{self.record.type}"

    @property
    def listed(self) -> bool:
        """Tell whether the indexes belong to a narrow table of its own."""
        return self.record.type in LISTED

    @property
    def list_name(self) -> str:
        """Return the table that has the indexes."""
        return f"v_list_{self.record.type}" if self.listed else self.name

    @cached_property
    def list_columns(self) -> tuple[str, ...]:
        """Return the columns of the narrow table; `number` is the first."""
        shown = [name for name in self.record.columns if name in self.columns]
        kept = {*self.indexed, *self.sparse, "number", "contract_id", *shown}
        return tuple(name for name in self.columns if name in kept)

    @cached_property
    def scalars(self) -> tuple[Field, ...]:
        """Fields with a column of their own, besides the columns of `META`."""
        return tuple(
            f for f in self.record.fields().values() if f.kind.sql_type and f.name not in META_NAMES
        )

    @cached_property
    def eclipsed(self) -> tuple[str, ...]:
        """Fields whose name a column of `META` has for something else: only the content has them.

        The number of a credential is no number of an entry. A contract is the same in both.
        """
        return tuple(n for n in self.record.fields() if n in META_NAMES and n != "contract_id")

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        return HIDDEN.get(self.record.type, ())

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return META_NAMES + tuple(f.name for f in self.scalars) + self.hidden

    @cached_property
    def children(self) -> tuple[ChildTable, ...]:
        return tuple(
            ChildTable(f"v_{self.record.type}_{f.name}", f, _child_columns(f))
            for f in self.record.fields().values()
            if isinstance(f.kind, MultiRef | Children)
        )

    @cached_property
    def indexed(self) -> frozenset[str]:
        """Columns that have an index of their own."""
        shown = {c for c in self.record.columns if c in self.columns}
        references = {f.name for f in self.scalars if isinstance(f.kind, Ref) and f.required}
        alone = {e[0] for e in EXTRA_INDEXES.get(self.record.type, ()) if len(e) == 1}
        caption = {"caption"} if self.record.type in _listed_types() else set()
        return frozenset(shown | references | alone | caption | {"contract_id"})

    @cached_property
    def sparse(self) -> frozenset[str]:
        """Columns whose index holds only the rows that fill them."""
        return frozenset({"voided_at", *SPARSE.get(self.record.type, ())})

    def has_pair(self, column: str, order: str) -> bool:
        """Tell whether an index holds the rows of one value of a column in another's order."""
        return (column, order) in EXTRA_INDEXES.get(self.record.type, ())

    @cached_property
    def insert(self) -> str:
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} VALUES ({marks})"

    def kind(self, name: str) -> Kind:
        """Return the kind of a field or meta column; KeyError for an unknown one."""
        field = self.record.fields().get(name)
        return field.kind if field else META_KINDS[name]

    def create(self) -> str:
        columns = [f"{name} {kind}" for name, kind in META]
        columns += [f"{f.name} {f.kind.sql_type}" for f in self.scalars]
        columns += self.hidden  # of any type
        return f"CREATE TABLE {self.name} ({', '.join(columns)})"

    def create_list(self) -> str:
        kinds = {f.name: f.kind.sql_type for f in self.scalars} | dict(META)
        columns = ", ".join(f"{name} {kinds[name]}" for name in self.list_columns)
        return f"CREATE TABLE {self.list_name} ({columns})"

    def indexes(self) -> list[str]:
        made = [
            f"CREATE INDEX {self.name}_{name} ON {self.list_name} ({name}, {_BEHIND})"
            for name in sorted(self.indexed)
        ]
        for columns in EXTRA_INDEXES.get(self.record.type, ()):
            if len(columns) > 1:
                made.append(
                    f"CREATE INDEX {self.name}_{'_'.join(columns)} ON {self.list_name}"
                    f" ({', '.join(columns)}, {_BEHIND})"
                )
        for type_, column in UNIQUE:
            if type_ == self.record.type:
                made.append(
                    f"CREATE UNIQUE INDEX {self.name}_only_{column} ON {self.name} ({column})"
                    " WHERE voided_at IS NULL"
                )
        made += [
            f"CREATE INDEX {self.name}_{name} ON {self.list_name} ({name}) WHERE {name} IS NOT NULL"
            for name in sorted(self.sparse)
        ]
        return made + [index for child in self.children for index in child.indexes()]


def _listed_types() -> frozenset[str]:
    """Types to which a list column refers: lists are ordered by their captions."""
    return frozenset(
        kind.type
        for cls in ALL
        for name in cls.columns
        if isinstance(kind := cls.fields()[name].kind, Ref)
    )


def _child_columns(field: Field) -> tuple[tuple[str, Kind], ...]:
    if isinstance(field.kind, Children):
        child: type[Child] = field.kind.child
        return tuple((f.name, f.kind) for f in _scalars_of(child))
    assert isinstance(field.kind, MultiRef)
    return ((VALUE, Ref(field.kind.type)),)


def _scalars_of(cls: type[Declared]) -> list[Field]:
    return [f for f in cls.fields().values() if f.kind.sql_type]


VALUE = "value"  # the column of a MultiRef table
TABLES: Mapping[str, ViewTable] = {cls.type: ViewTable(cls) for cls in ALL}


def table(type_: str) -> ViewTable:
    """Return the table of a record type; an unknown type is a bug of the caller."""
    return TABLES[BY_TYPE[type_].type]


def create_statements() -> list[str]:
    made = [t.create() for t in TABLES.values()]
    made += [t.create_list() for t in TABLES.values() if t.listed]
    made += [child.create() for t in TABLES.values() for child in t.children]
    return [*made, *SIDE_TABLES, SEARCH, "INSERT INTO v_watermark VALUES (0)"]


def index_statements() -> list[str]:
    return [index for t in TABLES.values() for index in t.indexes()]


def _version() -> int:
    text = "\n".join([*create_statements(), *index_statements()])
    return zlib.crc32(f"{DERIVATION}/{SEARCH_KEY_VERSION}\n{text}".encode()) & 0x7FFFFFFF or 1


VERSION = _version()


def create_views(database: Database, *, indexes: bool = True) -> None:
    """Make the empty derived tables, inside the caller's transaction."""
    for statement in create_statements():
        database.all(statement)
    if indexes:
        create_indexes(database)


def create_indexes(database: Database) -> None:
    for statement in index_statements():
        database.all(statement)
    database.all(f"PRAGMA user_version = {VERSION}")

"""What the office needs from a place that keeps the ledger (implemented in `storage/`).

The store knows nothing of rules. It appends commands durably, derives its tables from the log,
and answers questions. All methods may be called from any thread; the store serialises them.
Every failure is raised as one of `models.errors`.
"""

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

from models.chain import Command, Entry, Head
from models.erased import Holdings
from models.file_uses import FileUse
from models.former_names import Called
from models.item_status import Status
from models.records.base import Meta, Record, Stored
from models.records.handling import HandlingEvent

R = TypeVar("R", bound=Record)

Fields = Sequence[str | tuple[str, ...]]

Progress = Callable[[int, int], None]
"""Called with (done, total); raise `Cancelled` inside to stop the work."""


def quiet(done: int, total: int) -> None:
    """Show no progress and stop nothing."""


@runtime_checkable
class Telling(Protocol):
    """A `Progress` that also takes in words what is being done."""

    def __call__(self, done: int, total: int) -> None: ...

    def doing(self, sentence: str) -> None: ...


def tell(progress: Progress, sentence: str) -> None:
    """Say what is being done, to a progress that shows words."""
    if isinstance(progress, Telling):
        progress.doing(sentence)


class Op(str, Enum):
    """How a condition compares a field with its value."""

    EQ = "eq"
    NE = "ne"
    IN = "in"  # value: a collection
    NOT_IN = "not_in"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    EMPTY = "empty"  # value: True for empty, False for filled
    HAS = "has"  # a multi-valued field holds it; for Children the value is (child field, value)


@dataclass(frozen=True, slots=True)
class Where:
    """One condition on a declared field (or a column of `Meta`, or "id")."""

    field: str
    op: Op
    value: Any


@dataclass(frozen=True, slots=True)
class Query:
    """A question about one register. Conditions are joined by AND.

    `contracts` limits the answer to records of these contracts and to records that belong to no
    contract; `None` means that the asker may see all. `order` is (field, descending) pairs; a
    reference field orders by the caption of what it refers to. Ties are broken by entry order.
    """

    type: str
    where: tuple[Where, ...] = ()
    text: str = ""  # words as typed; found as models.text defines
    order: tuple[tuple[str, bool], ...] = ()
    voided: bool | None = False  # False: without voided records, True: only them, None: both
    contracts: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a register as a list shows it.

    `values` holds the field values by name (all scalar fields, derived ones included); a reference
    appears as id, its caption stands in `captions` under the same field name. What happened says
    the names as they stood when it was entered, see `models.former_names`.
    """

    number: int  # stable row number inside the store
    id: str
    meta: Meta
    values: Mapping[str, Any]
    captions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found by words."""

    type: str
    id: str
    caption: str
    contract_id: str


class Write(NamedTuple):
    """One entry with the record it speaks of, ready to be appended."""

    entry: Entry
    record: Record


class Store(Protocol):
    """A ledger folder that is open."""

    @property
    def vault_id(self) -> str: ...

    def head(self) -> Head: ...

    def append(self, command: Command, writes: Sequence[Write], progress: Progress = quiet) -> None:
        """Append one command in one durable transaction and derive the tables from it.

        Args:
            progress: of an erasure, which derives all tables anew.

        Raises:
            Cancelled: by `progress`; nothing was written.
            Conflict: the head is no longer the one the command was written on.
        """

    def command(self, command_id: str) -> Command | None: ...

    # --- records -----------------------------------------------------------------------------
    def get(self, cls: type[R], record_id: str) -> Stored[R] | None: ...

    def get_many(self, cls: type[R], ids: Sequence[str]) -> dict[str, Stored[R]]: ...

    def find(self, cls: type[R], query: Query, limit: int = 1000) -> list[Stored[R]]:
        """Return whole records in the query's order."""

    def caption(self, type_: str, record_id: str) -> str:
        """Return the present caption, or "" when there is no such record."""

    def called(self, type_: str, ids: Collection[str]) -> dict[str, Called]:
        """Return what records are and were called, by id; unknown ones are left out."""

    def history(self, type_: str, record_id: str) -> list[tuple[Command, Entry]]:
        """Return all entries about one record, oldest first."""

    def first_contents(self, cls: type[R], ids: Collection[str]) -> dict[str, tuple[int, bytes]]:
        """Return payload version and content of the entries that made records, by their ids."""

    # --- lists -------------------------------------------------------------------------------
    def count(self, query: Query) -> int: ...

    def numbers(self, query: Query, limit: int | None = None) -> "array[int]":
        """Return row numbers in the query's order; `limit` gives a quick first page."""

    def rows(self, type_: str, numbers: Sequence[int]) -> list[ListRow]:
        """Return rows for numbers, in the order of `numbers`."""

    def tally(self, query: Query, field: str) -> dict[Any, int]:
        """Count rows by the value of one scalar field."""

    def columns(self, query: Query, fields: Fields) -> Iterator[tuple[Any, ...]]:
        """Yield some fields of all rows, in entry order, for a check over a whole register.

        Whoever asks enters nothing before it is through.

        "lines.item_id" names a field of child rows; what is filled in comes as a tuple. Several
        names together come as one text, which is the same where all of them are the same.
        "created_seq" is the number of the entry that made the record.
        """

    def search(
        self, text: str, *, types: Sequence[str] = (), contracts: frozenset[str] | None = None,
        limit: int = 50,
    ) -> list[Hit]: ...  # fmt: skip

    # --- custody -----------------------------------------------------------------------------
    def status(self, item_id: str) -> Status | None: ...

    def happened(self, item_id: str) -> Iterator[HandlingEvent]:
        """Yield what `timeline` returns, a few at a time: an item may have been used for years."""

    def timeline(self, item_id: str) -> list[Stored[HandlingEvent]]:
        """Return the unvoided events of an item in the order in which they happened."""

    def next_event_no(self, contract_id: str) -> int: ...

    def next_serial(self) -> int:
        """Return the next gap-free number of a sealed paper."""

    def next_fiscal_no(self, year: int) -> int:
        """Return the number that follows the highest of a fiscal year, whatever was sealed last.

        The clock of a PC may go back over 1 April, and a number on paper is never given again.
        """

    # --- the log -----------------------------------------------------------------------------
    def commands(self, first_seq: int = 1, last_seq: int | None = None) -> Iterator[Command]: ...

    def entries(self, first_seq: int = 1, last_seq: int | None = None) -> Iterator[Entry]: ...

    def counts(self) -> dict[str, int]:
        """Count unvoided records by type."""

    def holdings(self, contract_id: str) -> Holdings:
        """Return what can be erased of a contract; entering a `ContentErasure` erases it."""

    def file_uses(self) -> list[FileUse]:
        """Return what refers to files that were kept without a contract."""

    # --- files -------------------------------------------------------------------------------
    def put_blob(self, data: bytes) -> str:
        """Encrypt and store a file durably; return its name."""

    def get_blob(self, name: str) -> bytes: ...

    # --- what is no evidence: settings of this ledger and its private seal key -----------------
    def setting(self, name: str) -> str: ...

    def set_setting(self, name: str, value: str) -> None: ...

    def secret(self, name: str) -> bytes | None: ...

    def set_secret(self, name: str, value: bytes) -> None: ...

    # --- care --------------------------------------------------------------------------------
    def index_search(self, budget_ms: int) -> bool:
        """Index waiting texts for at most this long; return whether anything is left."""

    def rebuild(self, progress: Progress) -> None:
        """Drop and derive all tables from the log again."""

    def close(self) -> None: ...

"""What a user may see of the ledger: the contracts on which he holds a right (A-04, A-11).

Workers, inspectors and administrators see a contract only with a right on it. A responsible person
answers for the whole office and sees every contract, unless rights of his own narrow that down.
Own staff and places belong to no contract and are seen by everybody who signs in; a client and its
people are seen with one of its contracts. Dates, findings, exceptions and incidents of no contract are the
contractor's own matter: no officer of a client sees them, and a worker those of which he is in charge.

`ScopedStore` stands between the office and the real store and narrows every question: rows, counts,
hits, suggestions, histories and the log itself. What it hides does not exist for the asker.
"""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from models.chain import Command, Entry, Head
from models.codes import AccessLevel, AssignmentStatus, Role
from models.erased import Holdings
from models.errors import NotPermitted
from models.file_uses import FileUse, hidden_files
from models.former_names import Called
from models.item_status import Status
from models.records import (
    BY_TYPE,
    AccessRight,
    Assignment,
    Attachment,
    Contract,
    HandlingEvent,
    Item,
    Record,
    Stored,
    UserAccount,
)
from models.store import Fields, Hit, ListRow, Op, Progress, Query, Store, Where, Write, quiet

R = TypeVar("R", bound=Record)

BY_CONTRACT = frozenset(
    type_ for type_, cls in BY_TYPE.items() if cls is Contract or "contract_id" in cls.fields()
)
"""Types whose records belong to a contract."""

BY_CONTRACTS = frozenset(type_ for type_, cls in BY_TYPE.items() if "contract_ids" in cls.fields())
"""Types whose records may belong to several contracts; they end with the last of them (A-39)."""

BY_CLIENT = {"organization": "id", "person": "organization_id"}
"""Types whose records may belong to a client, and the field that says to which."""

FRAME = frozenset({"contract", "assignment", "access_right", "credential"})
"""What an administrator sees of every contract, so that rights can be granted at all."""

INTERNAL = frozenset(
    {"due_item", "finding", "rule_override", "incident", "incident_log", "incident_report"}
)
"""Types whose records of no contract are the contractor's own matter."""

IN_CHARGE = {
    **dict.fromkeys(("due_item", "finding", "incident"), "owner_person_id"),
    "incident_log": "by_person_id",
    "incident_report": "reported_by",
}
"""Those of them that have somebody in charge; who may agree to an exception has to see it."""

LEVELS = (AccessLevel.READ, AccessLevel.RECORD, AccessLevel.APPROVE, AccessLevel.MANAGE)

NEEDED: Mapping[str, AccessLevel] = {
    "officer_confirmation": AccessLevel.READ,  # an officer's own word about what he may read
    **dict.fromkeys(("submission", "authorization"), AccessLevel.APPROVE),
    **dict.fromkeys(
        ("contract", "contract_clause_setting", "assignment", "access_right", "contract_place",
         "information_asset", "governance_document", "content_erasure"),
        AccessLevel.MANAGE,
    ),
}  # fmt: skip
"""The level that writing a record of a contract takes; RECORD for what is not named."""


def rights_of(store: Store, user_id: str, today: date | None = None) -> dict[str, AccessLevel]:
    """Return the highest right in force on each contract.

    Args:
        today: rights whose designation ended before this day (従事終了日) are left out, unless
            another one of theirs goes on: they ended with it, and are only still to be entered as
            revoked (R-35).
    """
    query = Query(
        "access_right",
        (
            Where("user_id", Op.EQ, user_id),
            Where("granted_at", Op.EMPTY, False),  # else it is only proposed
            Where("revoked_at", Op.EMPTY, True),
        ),
    )
    found: dict[str, AccessLevel] = {}
    for stored in store.find(AccessRight, query, limit=10_000):
        right = stored.record
        assert right.level is not None
        if today is not None and _is_over(store, right.assignment_id, today):
            continue
        known = found.get(right.contract_id, right.level)
        found[right.contract_id] = max(known, right.level, key=LEVELS.index)
    return found


def _is_over(store: Store, assignment_id: str, today: date) -> bool:
    """Tell whether a designation is over, and no other one of that person goes on in its place."""
    stored = store.get(Assignment, assignment_id) if assignment_id else None
    basis = stored.record if stored else None
    if basis is None or basis.ends_on is None or basis.ends_on >= today:
        return False
    mine = Query(
        Assignment.type,
        (
            Where("contract_id", Op.EQ, basis.contract_id),
            Where("person_id", Op.EQ, basis.person_id),
            Where("status", Op.IN, (AssignmentStatus.ACTIVE, AssignmentStatus.NOTIFIED)),
        ),
    )
    others = (one.record for one in store.find(Assignment, mine, limit=1000))
    return not any(one.within(today) for one in others)


def scoped(store: Store, user_id: str, today: date) -> Store:
    """Return the store as the user may see it; a ledger without this account is just being made."""
    stored = store.get(UserAccount, user_id)
    if stored is None:
        return store
    role = stored.record.app_role
    # Rights of a responsible person narrow what he sees: with an end he must not see more.
    day = None if role is Role.SUPERVISOR else today
    rights = rights_of(store, user_id, day)
    if role is Role.SUPERVISOR and not rights:
        return store
    open_types = FRAME if role is Role.ADMINISTRATOR else ()
    return ScopedStore(store, user_id, rights, open_types, day, _kept_from(stored.record))


def _kept_from(account: UserAccount) -> dict[str, str]:
    """Return the types of which a user sees no record of no contract, unless he is in charge of it.

    Each with the person who may be in charge, "" for nobody.
    """
    if account.app_role is Role.INSPECTOR:
        return dict.fromkeys(INTERNAL, "")
    worker = account.app_role is Role.WORKER
    return dict.fromkeys(IN_CHARGE, account.person_id) if worker else {}


class ScopedStore:
    """A store that shows the contracts of one user (implements `models.store.Store`).

    Args:
        rights: those of the user in force, see `rights_of`.
        open_types: record types that the user sees of every contract.
        today: see `rights_of`.
        kept_from: see `_kept_from`.
    """

    def __init__(
        self,
        inner: Store,
        user_id: str,
        rights: dict[str, AccessLevel],
        open_types: Collection[str] = (),
        today: date | None = None,
        kept_from: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._inner = inner
        self._kept_from = kept_from
        self._today = today
        self._open = frozenset(open_types)
        self._user_id = user_id
        self._rights = rights
        self._strangers = self._other_clients()
        self._strays: frozenset[str] | None = None

    @property
    def _strange_files(self) -> frozenset[str]:
        """The files of no contract that only records of hidden contracts refer to.

        Nothing new refers to such a file, so it is looked up once, when a file is first asked for.
        """
        if self._strays is None:
            self._strays = hidden_files(self._inner.file_uses(), self.contracts)
        return self._strays

    def _other_clients(self) -> frozenset[str]:
        """Return the organizations that are known as clients of hidden contracts only.

        Who sees every contract's frame knows its client too, and lets its officers in.
        """
        if Contract.type in self._open:
            return frozenset()
        seen: set[str] = set()
        hidden: set[str] = set()
        for stored in self._inner.find(Contract, Query("contract", voided=None), limit=100_000):
            client = stored.record.client_org_id
            (seen if stored.record.id in self._rights else hidden).add(client)
        return frozenset(hidden - seen)

    # --- what is seen ------------------------------------------------------------------------
    @property
    def contracts(self) -> frozenset[str]:
        return frozenset(self._rights)

    def require(self, record: Record) -> None:
        """Refuse to write a record of a contract on which the user's right does not reach so far.

        Raises:
            NotPermitted
        """
        contract_id = record.contract()
        if not contract_id or record.type in self._open:
            return
        needed = NEEDED.get(record.type, AccessLevel.RECORD)
        held = self._rights.get(contract_id)
        if held is None or LEVELS.index(held) < LEVELS.index(needed):
            who = f"この契約に「{needed.label}」のアクセス資格がある人"
            raise NotPermitted(act=f"{record.label}の登録", who=who)

    def _sees(self, record: Record) -> bool:
        if (field := BY_CLIENT.get(record.type)) and getattr(record, field) in self._strangers:
            return False
        contract_id = record.contract()
        if not contract_id and record.type == Attachment.type:
            return record.id not in self._strange_files
        if not contract_id:
            return self._is_for_me(record.type, vars(record))
        return contract_id in self._rights or record.type in self._open

    def _is_for_me(self, type_: str, values: Mapping[str, Any]) -> bool:
        """Tell of a record of no contract whether it is no matter of others alone."""
        if type_ not in self._kept_from:
            return True
        person = self._kept_from[type_]
        return bool(person) and values.get(IN_CHARGE[type_]) == person

    def _of_others(self, type_: str) -> Where:
        """Return what leaves the records of no contract out that are a matter of others alone."""
        person = self._kept_from[type_]
        if not person:
            return Where("contract_id", Op.EMPTY, False)
        theirs = (Where("contract_id", Op.EMPTY, True), Where(IN_CHARGE[type_], Op.NE, person))
        found = self._inner.columns(Query(type_, theirs, voided=None), ("id",))
        return Where("id", Op.NOT_IN, tuple(id_ for (id_,) in found))

    def _shown(self, stored: Stored[R] | None) -> Stored[R] | None:
        return stored if stored is not None and self._sees(stored.record) else None

    def _narrowed(self, query: Query) -> Query:
        asked = query.contracts
        if query.type in self._open:
            return query
        if query.type in self._kept_from:
            query = replace(query, where=(*query.where, self._of_others(query.type)))
        if query.type == Attachment.type and self._strange_files:
            others = Where("id", Op.NOT_IN, self._strange_files)
            query = replace(query, where=(*query.where, others))
        if field := BY_CLIENT.get(query.type):
            clients = (Where(field, Op.NE, one) for one in sorted(self._strangers))
            return replace(query, where=(*query.where, *clients))
        return replace(query, contracts=self.contracts if asked is None else asked & self.contracts)

    # --- records -----------------------------------------------------------------------------
    def get(self, cls: type[R], record_id: str) -> Stored[R] | None:
        return self._shown(self._inner.get(cls, record_id))

    def get_many(self, cls: type[R], ids: Sequence[str]) -> dict[str, Stored[R]]:
        found = self._inner.get_many(cls, ids)
        return {key: stored for key, stored in found.items() if self._sees(stored.record)}

    def find(self, cls: type[R], query: Query, limit: int = 1000) -> list[Stored[R]]:
        return self._inner.find(cls, self._narrowed(query), limit)

    def caption(self, type_: str, record_id: str) -> str:
        return self._inner.caption(type_, record_id) if self._exists(type_, record_id) else ""

    def called(self, type_: str, ids: Collection[str]) -> dict[str, Called]:
        seen = self.get_many(BY_TYPE[type_], sorted(ids))
        return self._inner.called(type_, seen.keys())

    def history(self, type_: str, record_id: str) -> list[tuple[Command, Entry]]:
        return self._inner.history(type_, record_id) if self._exists(type_, record_id) else []

    def first_contents(self, cls: type[R], ids: Collection[str]) -> dict[str, tuple[int, bytes]]:
        return self._inner.first_contents(cls, self.get_many(cls, list(ids)).keys())

    def _exists(self, type_: str, record_id: str) -> bool:
        if type_ not in BY_CONTRACT | BY_CLIENT.keys() or type_ in self._open:
            return True
        query = Query(type_, (Where("id", Op.EQ, record_id),), voided=None)
        return self._inner.count(self._narrowed(query)) > 0

    # --- lists -------------------------------------------------------------------------------
    def count(self, query: Query) -> int:
        return self._inner.count(self._narrowed(query))

    def numbers(self, query: Query, limit: int | None = None) -> "array[int]":
        return self._inner.numbers(self._narrowed(query), limit)

    def rows(self, type_: str, numbers: Sequence[int]) -> list[ListRow]:
        found = self._inner.rows(type_, numbers)
        return [row for row in found if self._shows(type_, row)]

    def _shows(self, type_: str, row: ListRow) -> bool:
        """Tell of a row what `_sees` tells of a record, from the values that it brings along."""
        values = {**row.values, "id": row.id}
        if (field := BY_CLIENT.get(type_)) and values[field] in self._strangers:
            return False
        contract_id = values.get("id" if type_ == Contract.type else "contract_id")
        if not contract_id and type_ == Attachment.type:
            return row.id not in self._strange_files
        if not contract_id:
            return self._is_for_me(type_, values)
        return contract_id in self._rights or type_ in self._open

    def tally(self, query: Query, field: str) -> dict[Any, int]:
        return self._inner.tally(self._narrowed(query), field)

    def columns(self, query: Query, fields: Fields) -> Iterator[tuple[Any, ...]]:
        return self._inner.columns(self._narrowed(query), fields)

    def search(
        self, text: str, *, types: Sequence[str] = (), contracts: frozenset[str] | None = None,
        limit: int = 50,
    ) -> list[Hit]:  # fmt: skip
        mine = self.contracts if contracts is None else contracts & self.contracts
        found = self._inner.search(text, types=types, contracts=mine, limit=limit)
        asked = BY_CLIENT.keys() | {Attachment.type} | self._kept_from.keys()
        return [hit for hit in found if hit.type not in asked or self._exists(hit.type, hit.id)]

    def counts(self) -> dict[str, int]:
        return {type_: self.count(Query(type_)) for type_ in BY_TYPE}

    # --- custody -----------------------------------------------------------------------------
    def status(self, item_id: str) -> Status | None:
        return self._inner.status(item_id) if self.get(Item, item_id) else None

    def happened(self, item_id: str) -> Iterator[HandlingEvent]:
        return self._inner.happened(item_id) if self.get(Item, item_id) else iter(())

    def timeline(self, item_id: str) -> list[Stored[HandlingEvent]]:
        return self._inner.timeline(item_id) if self.get(Item, item_id) else []

    def next_event_no(self, contract_id: str) -> int:
        return self._inner.next_event_no(contract_id)

    def next_serial(self) -> int:
        return self._inner.next_serial()

    def next_fiscal_no(self, year: int) -> int:
        return self._inner.next_fiscal_no(year)

    # --- the log -----------------------------------------------------------------------------
    def entries(self, first_seq: int = 1, last_seq: int | None = None) -> Iterator[Entry]:
        for entry in self._inner.entries(first_seq, last_seq):
            if self._exists(entry.type, entry.record_id):
                yield entry

    def commands(self, first_seq: int = 1, last_seq: int | None = None) -> Iterator[Command]:
        return self._inner.commands(first_seq, last_seq)

    def command(self, command_id: str) -> Command | None:
        return self._inner.command(command_id)

    def append(self, command: Command, writes: Sequence[Write], progress: Progress = quiet) -> None:
        for write in writes:
            self.require(write.record)
        self._inner.append(command, writes, progress)
        if any(write.record.type == AccessRight.type for write in writes):
            self._rights = rights_of(self._inner, self._user_id, self._today)
            self._strangers = self._other_clients()
            self._strays = None

    # --- what belongs to no contract -----------------------------------------------------------
    @property
    def vault_id(self) -> str:
        return self._inner.vault_id

    def head(self) -> Head:
        return self._inner.head()

    def put_blob(self, data: bytes) -> str:
        return self._inner.put_blob(data)

    def get_blob(self, name: str) -> bytes:
        return self._inner.get_blob(name)

    def setting(self, name: str) -> str:
        return self._inner.setting(name)

    def set_setting(self, name: str, value: str) -> None:
        self._inner.set_setting(name, value)

    def secret(self, name: str) -> bytes | None:
        return self._inner.secret(name)

    def set_secret(self, name: str, value: bytes) -> None:
        self._inner.set_secret(name, value)

    def holdings(self, contract_id: str) -> Holdings:
        if contract_id not in self._rights:
            return Holdings((), {}, ())
        return self._inner.holdings(contract_id)

    def file_uses(self) -> list[FileUse]:
        return self._inner.file_uses()

    def index_search(self, budget_ms: int) -> bool:
        return self._inner.index_search(budget_ms)

    def rebuild(self, progress: Progress) -> None:
        self._inner.rebuild(progress)

    def close(self) -> None:
        self._inner.close()

"""A ledger that lives in memory, for tests of screens: the same answers as storage, no files."""

from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models import custody, text
from models.chain import EMPTY, Action, Command, Entry, Head, read_content
from models.codes import EmploymentType, OrganizationKind, Role
from models.errors import Conflict
from models.fields import JAPAN, Children, MultiRef, Ref
from models.gate import Opened
from models.ledger import Ledger
from models.opening import Opening, open_books
from models.profiles import Profile
from models.records import ALL, BY_TYPE, Meta, Organization, Person, Record, Stored
from models.records.handling import HandlingEvent
from models.records.things import Item
from models.store import Hit, ListRow, Op, Query, Where, Write

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=JAPAN)


class MemoryStore:
    """Implements what the screens ask of `models.store.Store`."""

    vault_id = "0" * 32

    def __init__(self) -> None:
        self._commands: list[Command] = []
        self._entries: list[Entry] = []
        self._records: dict[tuple[str, str], Stored[Record]] = {}
        self._settings: dict[str, str] = {}
        self._blobs: dict[str, bytes] = {}

    def head(self) -> Head:
        last = self._entries[-1] if self._entries else None
        return Head(last.seq, last.hash) if last else EMPTY

    def append(self, command: Command, writes: Sequence[Write]) -> None:
        if command.first_seq != self.head().seq + 1:
            raise Conflict(what="台帳")
        self._commands.append(command)
        for write in writes:
            self._entries.append(write.entry)
            self._derive(command, write)

    def _derive(self, command: Command, write: Write) -> None:
        entry, record = write.entry, write.record
        key = (entry.type, entry.record_id)
        at, by = command.recorded_at, command.author
        if entry.action is Action.CREATE:
            meta = Meta(entry.seq, at, by, entry.seq, at, by, 1)
            self._records[key] = Stored(record, meta)
            return
        old = self._records[key]
        m = old.meta
        if entry.action is Action.REVISE:
            meta = Meta(
                m.created_seq, m.created_at, m.created_by, entry.seq, at, by, m.row_version + 1
            )
            self._records[key] = Stored(record, meta)
            return
        reason = read_content(entry.content or b"{}")[1]
        meta = Meta(
            m.created_seq, m.created_at, m.created_by, m.seq, m.revised_at, m.revised_by,
            m.row_version, at, by, reason,
        )  # fmt: skip
        self._records[key] = Stored(old.record, meta)

    def command(self, command_id: str) -> Command | None:
        return next((c for c in self._commands if c.id == command_id), None)

    # --- records -----------------------------------------------------------------------------
    def get(self, cls: type[Any], record_id: str) -> Stored[Any] | None:
        stored = self._records.get((cls.type, record_id))
        return self._shown(stored) if stored else None

    def get_many(self, cls: type[Any], ids: Sequence[str]) -> dict[str, Stored[Any]]:
        return {i: stored for i in ids if (stored := self.get(cls, i))}

    def find(self, cls: type[Any], query: Query, limit: int = 1000) -> list[Stored[Any]]:
        return self._select(query)[:limit]

    def caption(self, type_: str, record_id: str) -> str:
        stored = self._records.get((type_, record_id))
        return stored.record.caption() if stored else ""

    def history(self, type_: str, record_id: str) -> list[tuple[Command, Entry]]:
        return [
            (command, entry)
            for entry in self._entries
            if (entry.type, entry.record_id) == (type_, record_id)
            for command in self._commands
            if command.first_seq <= entry.seq <= command.last_seq
        ]

    # --- lists -------------------------------------------------------------------------------
    def count(self, query: Query) -> int:
        return len(self._select(query))

    def numbers(self, query: Query, limit: int | None = None) -> "array[int]":
        return array("q", [s.meta.created_seq for s in self._select(query)[:limit]])

    def rows(self, type_: str, numbers: Sequence[int]) -> list[ListRow]:
        by_number = {s.meta.created_seq: s for (t, _), s in self._records.items() if t == type_}
        return [self._row(by_number[number]) for number in numbers]

    def tally(self, query: Query, field: str) -> dict[Any, int]:
        counts: dict[Any, int] = {}
        for stored in self._select(query):
            value = getattr(stored.record, field)
            counts[value] = counts.get(value, 0) + 1
        return counts

    def search(
        self, text: str, *, types: Sequence[str] = (), contracts: frozenset[str] | None = None,
        limit: int = 50,
    ) -> list[Hit]:  # fmt: skip
        hits = []
        for cls in ALL:
            if types and cls.type not in types:
                continue
            for stored in self._select(Query(cls.type, text=text, contracts=contracts)):
                record = stored.record
                hits.append(Hit(cls.type, record.id, record.caption(), record.contract()))
        return hits[:limit]

    def _select(self, query: Query) -> list[Stored[Any]]:
        words = text.search_words(query.text)
        found = [
            self._shown(stored)
            for (type_, _), stored in self._records.items()
            if type_ == query.type and query.voided in (None, stored.meta.voided)
        ]
        found = [s for s in found if all(self._holds(s, where) for where in query.where)]
        found = [s for s in found if text.matches(text.search_text(s.record.search_texts()), words)]
        if query.contracts is not None:
            allowed = query.contracts | {""}
            found = [s for s in found if s.record.contract() in allowed]
        for name, descending in reversed(query.order):
            found.sort(key=lambda s: self._sort_key(s, name), reverse=descending)
        return found

    def _sort_key(self, stored: Stored[Any], name: str) -> tuple[bool, Any]:
        field = BY_TYPE[stored.record.type].fields()[name]
        value = getattr(stored.record, name)
        if isinstance(field.kind, Ref):
            caption = self.caption(field.kind.type, value)
            return (caption != "", caption)
        column = field.kind.to_column(value)
        return (column is not None, column if column is not None else 0)

    def _holds(self, stored: Stored[Any], where: Where) -> bool:
        value = self._value(stored, where.field)
        kind_empty = value in (None, "", ())
        match where.op:
            case Op.EQ:
                return bool(value == where.value)
            case Op.NE:
                return bool(value != where.value)
            case Op.IN:
                return value in where.value
            case Op.EMPTY:
                return kind_empty is where.value
            case Op.HAS:
                return self._has(value, where.value)
        if kind_empty:
            return False
        bound = where.value
        if isinstance(value, datetime) and not isinstance(bound, datetime):
            value = value.date() if isinstance(bound, date) else value
        compared = {Op.LT: value < bound, Op.LE: value <= bound,
                    Op.GT: value > bound, Op.GE: value >= bound}  # fmt: skip
        return bool(compared[where.op])

    @staticmethod
    def _has(value: Any, wanted: Any) -> bool:
        if isinstance(wanted, tuple):
            return any(getattr(row, wanted[0]) == wanted[1] for row in value)
        return wanted in value

    def _value(self, stored: Stored[Any], name: str) -> Any:
        if name == "id" or name in stored.record.fields():
            return getattr(stored.record, name)
        return getattr(stored.meta, name)

    def _shown(self, stored: Stored[Any]) -> Stored[Any]:
        """Add what follows from the events."""
        record = stored.record
        if isinstance(record, Item):
            status = self.status(record.id) or custody.begin(record)
            record = record.with_changes(
                state=status.state,
                current_place_id=status.place_id,
                holder_person_id=status.holder_id,
                quantity_left=status.left,
                due_back_at=status.due_back_at,
                last_event_at=status.last_at,
            )
        elif isinstance(record, HandlingEvent):
            captions = (self.caption("item", line.item_id) for line in record.lines)
            record = record.with_changes(lines_text="、".join(captions))
        return Stored(record, stored.meta)

    def _row(self, stored: Stored[Any]) -> ListRow:
        record = self._shown(stored).record
        values, captions = {}, {}
        for name, field in record.fields().items():
            if isinstance(field.kind, Children | MultiRef):
                continue
            values[name] = getattr(record, name)
            if isinstance(field.kind, Ref) and values[name]:
                captions[name] = self.caption(field.kind.type, values[name])
        return ListRow(stored.meta.created_seq, record.id, stored.meta, values, captions)

    # --- custody -----------------------------------------------------------------------------
    def status(self, item_id: str) -> custody.Status | None:
        stored = self._records.get(("item", item_id))
        events = [s.record for s in self.timeline(item_id)]
        if stored is None or not isinstance(stored.record, Item) or not events:
            return None
        return custody.replay(stored.record, events)

    def timeline(self, item_id: str) -> list[Stored[HandlingEvent]]:
        events = []
        for stored in self._records.values():
            record = stored.record
            if isinstance(record, HandlingEvent) and not stored.meta.voided:
                ids = {i for line in record.lines for i in (line.item_id, line.resulting_item_id)}
                if item_id in ids:
                    events.append(Stored(record, stored.meta))
        return sorted(events, key=lambda s: (s.record.occurred_at or NOW, s.meta.seq))

    def next_event_no(self, contract_id: str) -> int:
        events = (s.record for s in self._records.values())
        mine = [
            e.event_no or 0
            for e in events
            if isinstance(e, HandlingEvent) and e.contract_id == contract_id
        ]
        return max(mine, default=0) + 1

    def next_serial(self) -> int:
        return 1 + sum(1 for type_, _ in self._records if type_ == "submission")

    # --- the log -----------------------------------------------------------------------------
    def commands(self, first_seq: int = 1, last_seq: int | None = None) -> Iterator[Command]:
        last = last_seq or self.head().seq
        return (c for c in self._commands if c.last_seq >= first_seq and c.first_seq <= last)

    def entries(self, first_seq: int = 1, last_seq: int | None = None) -> Iterator[Entry]:
        last = last_seq or self.head().seq
        return (e for e in self._entries if first_seq <= e.seq <= last)

    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for (type_, _), stored in self._records.items():
            if not stored.meta.voided:
                counts[type_] = counts.get(type_, 0) + 1
        return counts

    # --- files and settings --------------------------------------------------------------------
    def put_blob(self, data: bytes) -> str:
        name = f"{len(self._blobs):064x}"
        self._blobs[name] = data
        return name

    def get_blob(self, name: str) -> bytes:
        return self._blobs[name]

    def setting(self, name: str) -> str:
        return self._settings.get(name, "")

    def set_setting(self, name: str, value: str) -> None:
        self._settings[name] = value

    def secret(self, name: str) -> bytes | None:
        return self._blobs.get("secret " + name)

    def set_secret(self, name: str, value: bytes) -> None:
        self._blobs["secret " + name] = value

    def index_search(self, budget_ms: int) -> bool:
        return False

    def rebuild(self, progress: Any) -> None:
        progress(1, 1)

    def close(self) -> None:
        self._records.clear()


class Key:
    """A signed-in user's key."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        self.public_key = self._private.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)


class Wheel:
    """Randomness that repeats itself from test to test."""

    def __init__(self) -> None:
        self._turn = 0

    def __call__(self, size: int) -> bytes:
        self._turn += 1
        return (self._turn.to_bytes(8, "big") * (size // 8 + 1))[-size:]


class Clock:
    """A clock that advances one second at every look."""

    def __init__(self, start: datetime = NOW) -> None:
        self._now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now.astimezone(JAPAN)


def make_ledger(profiles: dict[str, Profile], role: Role = Role.SUPERVISOR) -> Ledger:
    """Return an opened ledger with one organization and one person, seen by the given role."""
    key = Key()
    store: Any = MemoryStore()
    safe: Any = None  # screens of registers never reach for keys
    ledger = Ledger(Opened(store, safe, "u1", key), profiles, Clock(), Wheel())
    organization = Organization(
        kinds=(OrganizationKind.CONTRACTOR,),
        name="株式会社あずかり",
        name_kana="アズカリ",
        representative_title="代表取締役",
        representative_name="髙橋 一郎",
    )
    person = Person(
        name="山田 花子", name_kana="ヤマダ ハナコ", employment_type=EmploymentType.REGULAR
    )
    opening = Opening(organization, person, "yamada")
    open_books(ledger, opening, user_id="u1", key=key.public_key, program="test")
    if role is not Role.SUPERVISOR:
        stored = store._records["user_account", "u1"]
        store._records["user_account", "u1"] = Stored(
            stored.record.with_changes(app_role=role), stored.meta
        )
    return ledger

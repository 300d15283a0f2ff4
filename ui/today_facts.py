"""Reads what the page 今日 shows; runs beside the window, so nothing here knows Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from models.codes import MISSING_STATES, OUT_STATES, PART_STATES, HandlingStatus, ItemState, Timing
from models.days_back import late_part
from models.inside import GONE, HERE
from models.kinds_of_time import Day, Moment
from models.ledger import Ledger
from models.missing_things import how_much
from models.profiles import Profile
from models.records import Contract, HandlingEvent, Item
from models.store import ListRow, Op, Query, Where
from models.wareki import format_clock
from ui.calendar_facts import read_calendar
from ui.first_steps import Beginning, read_beginning
from ui.handling.words import kind_word

SOON = timedelta(days=14)
ELSEWHERE = frozenset({("K-13", Item.type), ("K-37", HandlingEvent.type)})
"""Dates that have a card of their own, with what they are about."""
MOST = 200  # rows of one list; nobody reads more at a glance, the count tells the truth


@dataclass(frozen=True)
class Row:
    """One line of a list: texts of its columns, what it points to, whether it is overdue or missing."""

    texts: tuple[str, ...]
    type: str
    id: str
    overdue: bool = False
    voided: bool = False
    missing: bool = False


@dataclass(frozen=True)
class Facts:
    """What is going on."""

    today: date
    out: tuple[Row, ...] = ()
    in_use: tuple[Row, ...] = ()
    due: tuple[Row, ...] = ()
    plans: tuple[Row, ...] = ()
    events: tuple[Row, ...] = ()
    unconfirmed: tuple[Row, ...] = ()
    own_unconfirmed: tuple[Row, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    contracts: int = 0
    unset: int = 0  # dates that nobody has fixed
    beginning: Beginning | None = None


def read_today(ledger: Ledger, contract_id: str) -> Facts:
    """Read the facts of today, of one contract or of all ("")."""
    reader = _Reader(ledger, contract_id)
    others, own = reader.unconfirmed()
    counts = ledger.store.counts()
    return Facts(
        today=ledger.today(),
        out=reader.out(),
        in_use=reader.in_use(),
        due=reader.due(),
        plans=reader.plans(),
        events=reader.events(),
        unconfirmed=others,
        own_unconfirmed=own,
        counts=reader.counts,
        contracts=counts.get(Contract.type, 0),
        unset=reader.unset,
        beginning=read_beginning(ledger, contract_id),
    )


class _Reader:
    def __init__(self, ledger: Ledger, contract_id: str) -> None:
        self._ledger = ledger
        self._contract_id = contract_id
        self._contracts = frozenset({contract_id}) if contract_id else None
        self._now = ledger.now()
        self._today = ledger.today()
        self.counts: dict[str, int] = {}
        self.unset = 0
        self._profiles: dict[str, Profile | None] = {}

    def out(self) -> tuple[Row, ...]:
        """Return what has left the place or is missing; that first, then the earliest due."""
        states = tuple(OUT_STATES | MISSING_STATES)
        rows = self._items("out", (Where("state", Op.IN, states),), (("due_back_at", False),))
        parts = self._parts(rows)
        found = []
        for row in rows:
            due = row.values.get("due_back_at")
            late = due is not None and due < self._now
            missing = row.values.get("state") in MISSING_STATES
            until = "－" if missing and due is None else _due_word(due, self._now)
            until += self._late_part(row) if late else ""
            found.append(Row(
                (_no(row), _name(row), _state(row) + parts.get(row.id, ""),
                 row.captions.get("holder_person_id", ""), until),
                Item.type, row.id, overdue=late, missing=missing,
            ))  # fmt: skip
        found += self._inside({row.id: row for row in rows})
        return tuple(sorted(found, key=lambda one: (not one.missing, not one.overdue)))

    def _late_part(self, row: ListRow) -> str:
        """Say how many of the pieces outside are late, where others are not."""
        found = self._ledger.store.get(Item, row.id)
        if found is None or found.record.state not in PART_STATES | OUT_STATES:
            return ""
        return late_part(found.record, self._ledger.store.status(row.id), self._now)

    def _inside(self, gone: dict[str, ListRow]) -> list[Row]:
        """Return what the ledger has here although it lies in something that is not."""
        where = (
            Where("container_item_id", Op.IN, tuple(gone)),
            Where("state", Op.IN, tuple(HERE)),
        )
        found = []
        for row in self._items("inside", where, ()) if gone else ():
            holder = gone[row.values["container_item_id"]]
            if holder.values.get("state") in GONE:
                what = f"{_state(row)}（格納先が{_state(holder)}）"
                found.append(Row((_no(row), _name(row), what, "", "－"), Item.type, row.id))
        self.counts["out"] += len(found)
        return found

    def _parts(self, rows: Sequence[ListRow]) -> dict[str, str]:
        """Say of what is only in part outside or missing how much that is: （所在不明2枚）."""
        apart = PART_STATES | MISSING_STATES
        ids = [row.id for row in rows if row.values.get("state") in apart]
        found = self._ledger.store.get_many(Item, ids) if ids else {}
        return {id_: _part(stored.record) for id_, stored in found.items()}

    def in_use(self) -> tuple[Row, ...]:
        """Return what is in use just now."""
        where = (Where("state", Op.EQ, ItemState.IN_USE),)
        rows = self._items("in_use", where, (("last_event_at", False),))
        return tuple(
            Row((_no(row), _name(row), row.captions.get("holder_person_id", ""),
                 _since(row.values.get("last_event_at"), self._today)), Item.type, row.id)
            for row in rows
        )  # fmt: skip

    def due(self) -> tuple[Row, ...]:
        """Return what falls due within two weeks, or is overdue."""
        last = self._today + SOON
        found = read_calendar(self._ledger, self._contract_id)
        self.unset = sum(one.due.due_on is None for one in found)
        return tuple(
            Row((one.day, one.left, one.due.what, one.due.about, one.whose), one.due.type,
                one.due.id, overdue=one.state == "overdue")
            for one in found
            if (one.due.code, one.due.type) not in ELSEWHERE and one.due.due_on and one.due.due_on <= last
        )[:MOST]  # fmt: skip

    def events(self) -> tuple[Row, ...]:
        """Return what happened today, the latest first; voided ones are among it."""
        start = datetime.combine(self._today, time(), self._now.tzinfo)
        where = (
            Where("occurred_at", Op.GE, start),
            Where("occurred_at", Op.LT, start + timedelta(days=1)),
            Where("timing", Op.EQ, Timing.ACTUAL),
        )
        query = Query(
            HandlingEvent.type, where, order=(("occurred_at", True),), voided=None,
            contracts=self._contracts,
        )  # fmt: skip
        return tuple(self._event(row) for row in self._rows("events", query))

    def plans(self) -> tuple[Row, ...]:
        """Return what is going to happen, the earliest first; passed plans wait for a word."""
        where = (
            Where("timing", Op.EQ, Timing.PLANNED),
            Where("status", Op.EQ, HandlingStatus.PLANNED),
        )
        query = Query(
            HandlingEvent.type, where, order=(("occurred_at", False),), contracts=self._contracts
        )
        return tuple(self._plan(row) for row in self._rows("plans", query))

    def unconfirmed(self) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
        """Return events that wait for the responsible person: of others, and his own."""
        me = self._ledger.user.person_id
        base = (
            Where("status", Op.EQ, HandlingStatus.DONE),
            Where("timing", Op.EQ, Timing.ACTUAL),
        )
        parts = []
        for name, op in (("unconfirmed", Op.NE), ("own", Op.EQ)):
            where = (*base, Where("actor_person_id", op, me))
            query = Query(
                HandlingEvent.type, where, order=(("occurred_at", False),),
                contracts=self._contracts,
            )  # fmt: skip
            parts.append(tuple(self._event(row) for row in self._rows(name, query)))
        return parts[0], parts[1]

    # --- reading ---------------------------------------------------------------------------------
    def _items(
        self, name: str, where: Sequence[Where], order: tuple[tuple[str, bool], ...]
    ) -> list[ListRow]:
        return self._rows(
            name, Query(Item.type, tuple(where), order=order, contracts=self._contracts)
        )

    def _rows(self, name: str, query: Query) -> list[ListRow]:
        registers = self._ledger.registers
        numbers = registers.numbers(query, MOST)
        self.counts[name] = len(numbers) if len(numbers) < MOST else registers.count(query)
        return registers.rows(query.type, numbers)

    def _profile(self, row: ListRow) -> Profile | None:
        contract_id = str(row.values.get("contract_id") or "")
        if contract_id not in self._profiles:
            self._profiles[contract_id] = self._ledger.known_profile(contract_id)
        return self._profiles[contract_id]

    def _plan(self, row: ListRow) -> Row:
        planned = row.values["occurred_at"]
        return Row(
            (Moment().format(planned), _plan_word(planned, self._now),
             kind_word(row.values["kind"], self._profile(row)),
             row.values.get("lines_text") or "", row.captions.get("actor_person_id", "")),
            HandlingEvent.type, row.id, overdue=planned < self._now,
        )  # fmt: skip

    def _event(self, row: ListRow) -> Row:
        happened = row.values["occurred_at"]
        day = "" if happened.date() == self._today else f"{Day().format(happened.date())} "
        kind = row.values["kind"]
        mark = f"　取消：{row.meta.void_reason}" if row.meta.voided else ""
        return Row(
            (f"{day}{format_clock(happened)}", kind_word(kind, self._profile(row)),
             row.values.get("lines_text") or "",
             row.captions.get("actor_person_id", ""),
             (row.values.get("purpose") or "") + mark),
            HandlingEvent.type, row.id, voided=row.meta.voided,
        )  # fmt: skip


def _plan_word(moment: datetime, now: datetime) -> str:
    days = (moment.date() - now.date()).days
    if moment < now:
        return "予定の日時を過ぎています"
    return "今日" if days == 0 else "あした" if days == 1 else f"あと{days}日"


def _no(row: ListRow) -> str:
    return str(row.values.get("item_no") or "")


def _name(row: ListRow) -> str:
    return str(row.values.get("name") or "")


def _part(item: Item) -> str:
    said = item.apart() if item.state in PART_STATES else how_much(item)
    return f"（{said}）" if said else ""


def _state(row: ListRow) -> str:
    state = row.values.get("state")
    return state.label if state is not None else ""


def _due_word(due: datetime | None, now: datetime) -> str:
    if due is None:
        return "予定の記録なし"
    shown = format_clock(due) if due.date() == now.date() else Moment().format(due)
    if due >= now:
        return f"{shown} まで"
    late = now - due
    hours = int(late.total_seconds() // 3600)
    long = f"{late.days}日" if late.days else f"{hours}時間" if hours else "1時間以内"
    return f"期限超過（{shown} まで、{long}の遅れ）"


def _since(moment: datetime | None, today: date) -> str:
    if moment is None:
        return ""
    shown = format_clock(moment) if moment.date() == today else Moment().format(moment)
    return f"{shown} から"

"""What the rules say to everything that happened and stands under one contract.

A day of the office repeats itself: the same people use things of the same kind at the same places.
Acts that no rule can tell apart are therefore judged once (`_Shapes`); only where a rule finds
something is each of them looked at. After one more act only that act is judged.
"""

from bisect import bisect
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from models.codes import CARRIERS, HandlingKind, ItemClass, RuleMode, Timing
from models.evidence_rows import Row
from models.records import (
    AccessRight,
    Assignment,
    Authorization,
    ContractClauseSetting,
    ContractPlace,
    HandlingEvent,
    InformationAsset,
    Item,
    Person,
    Place,
    Record,
    Stored,
)
from models.rules.engine import Finding, examine, main_clauses
from models.store import Op, Query, Store, Where

if TYPE_CHECKING:
    from models.inquiry import Inquiry

K = HandlingKind
REPEATED = (K.USE, K.STORE, K.STOCKTAKE, K.BRING_BACK)
"""Acts of every day, which have no rows of their own beside the things they speak of."""
SENSING = frozenset({K.TAKE_OUT, K.TRANSPORT, K.DISPATCH, K.STORE})
"""Acts of which it matters whether the thing still had its data."""
STANDING: tuple[type[Record], ...] = (
    Assignment,
    ContractPlace,
    InformationAsset,
    ContractClauseSetting,
    AccessRight,
    Item,
)
UNSEEN_OF_ACT = frozenset(
    {"contract_id", "event_no", "timing", "occurred_at", "ended_at", "status", "confirmed_at",
     "confirmed_by", "expected_return_at", "related_event_id", "corrects_event_id",
     "source_file_id", "quantity", "record_count", "deviation", "lines_text"}
)  # fmt: skip
"""Fields of an act of every day by which no rule tells it from another of the same day."""
UNSEEN_OF_ITEM = frozenset(
    {"id", "item_no", "name", "maker", "model", "serial_no", "property_no", "quantity",
     "record_count", "theft_prevention", "source_file_id", "return_due_on", "retain_until",
     "state", "current_place_id", "holder_person_id", "quantity_left", "quantity_short",
     "last_event_at"}
)  # fmt: skip
"""Fields of an item by which no rule tells a use of it from the use of another."""
SHAPE = tuple(
    f.name
    for f in HandlingEvent.fields().values()
    if f.kind.sql_type and f.name not in UNSEEN_OF_ACT
)
ITEM_FIELDS = tuple(name for name in Item.fields() if name not in UNSEEN_OF_ITEM)

Said = list[tuple[str, Row]]  # rule and what it says about one record
_ALL = 1_000_000


class Verdicts:
    """The findings of the rules under one contract, kept up to date act by act."""

    def __init__(self, asked: "Inquiry", store: Store) -> None:
        self._asked = asked
        self._store = store
        self._by_rule: dict[str, dict[str, tuple[Row, ...]]] = {}  # rule → record id → rows
        self._reads: set[str] = set()
        self._done = False

    def of(self, rule_id: str) -> list[Row]:
        """Return what a rule found, as rows of evidence; what is only told is left out."""
        if not self._done:
            _, self._reads = self._asked.watch(self._judge_everything)
            self._done = True
        self._asked.note(*self._reads)
        return [row for rows in self._by_rule.get(rule_id, {}).values() for row in rows]

    def about(self, id_: str) -> list[Row]:
        """Return what any rule found about one record."""
        self.of("")
        return [row for rows in self._by_rule.values() for row in rows.get(id_, ())]

    def touch(
        self, types: frozenset[str], ids: Sequence[str], acts: Sequence[HandlingEvent]
    ) -> None:
        """Judge what a command has written: new acts and items; the grounds may not have changed.

        Args:
            acts: the acts among it, voided ones too.
        """
        if types & (self._reads - {HandlingEvent.type, Item.type}):
            self.forget()
        if not self._done:
            return
        again = [*dict.fromkeys((
            *ids, *self._copies_beside(acts), *self._unfit_beside(acts), *self._moves_beside(acts),
        ))]  # fmt: skip
        for rows in self._by_rule.values():
            for id_ in again:
                rows.pop(id_, None)
        if acts:
            found = self._store.get_many(HandlingEvent, again)
            self._judge_acts(one for one in found.values() if not one.meta.voided)
        self._judge(self._asked.items[id_] for id_ in ids if id_ in self._asked.items)

    def forget(self) -> None:
        """Judge everything again when it is asked for: the grounds have changed."""
        self._by_rule, self._done = {}, False

    # --- judging ---------------------------------------------------------------------------------
    def _judge_everything(self) -> None:
        self._by_rule = {}
        self._judge_repeated()
        others = tuple(kind for kind in K if kind not in REPEATED)
        acts = self._store.find(HandlingEvent, self._acts(others), limit=_ALL)
        self._judge_acts(acts)
        self._judge_leavers()
        for cls in STANDING:
            self._judge(self._asked.all(cls))

    def _judge(self, records: Iterable[Record]) -> None:
        for record in records:
            self._keep(record.id, self._said(record))

    def _judge_acts(self, acts: Iterable[Stored[HandlingEvent]]) -> None:
        for one in acts:
            if one.record.timing is Timing.ACTUAL:
                self._keep(one.record.id, self._said_to(one))

    def _judge_repeated(self) -> None:
        """Judge one act of every shape, and the others where a rule said something to it."""
        shapes = self._shapes()
        firsts = [next(iter(group.values()))[0] for group in shapes.values()]
        said = {
            id_: self._said_to(one)
            for id_, one in self._store.get_many(HandlingEvent, firsts).items()
        }
        for first, group in zip(firsts, shapes.values(), strict=True):
            if not said[first]:
                continue
            heads = self._store.get_many(HandlingEvent, [ids[0] for ids in group.values()])
            for ids in group.values():
                same = self._said_to(heads[ids[0]])
                for id_ in ids:
                    self._keep(id_, same)

    def _judge_leavers(self) -> None:
        """Judge one by one what people brought back after their end: it matters who took it out."""
        ends: dict[str, date] = {}
        for one in self._asked.all(Assignment):
            if one.person_id and one.ends_on is not None and one.ends_on < self._asked.today:
                ends[one.person_id] = min(one.ends_on, ends.get(one.person_id, one.ends_on))
        for person_id, day in ends.items():
            after = datetime.combine(day + timedelta(days=1), time(), self._asked.zone)
            query = self._acts((K.BRING_BACK,))
            mine = (Where("actor_person_id", Op.EQ, person_id), Where("occurred_at", Op.GE, after))
            query = replace(query, where=(*query.where, *mine))
            acts = self._store.find(HandlingEvent, query, limit=_ALL)
            for rows in self._by_rule.values():
                for act in acts:
                    rows.pop(act.record.id, None)
            self._judge_acts(acts)

    def _shapes(self) -> dict[Hashable, dict[Hashable, list[str]]]:
        """Return the ids of repeated acts by shape, and within it by the things they speak of."""
        asked = self._asked
        alike = _Alike(asked.handled, _targets(asked.all(Authorization)))
        erased, retired = self._erased(), self._retired()
        era = _Eras(self._revisions()).of
        hours = ("ended_at",) if asked.contract.designated_hours else ()
        notes = "lines.condition_note"
        fields = ("id", "created_seq", "occurred_at", "lines.item_id", "kind", *hours, notes, SHAPE)
        shapes: dict[Hashable, dict[Hashable, list[str]]] = {}
        acts = self._store.columns(self._acts(REPEATED), fields)
        for id_, entry, began, items, kind, *rest in acts:
            alone = not (erased if kind is K.STORE else retired).isdisjoint(items)
            moment = began if hours or alone else began.date()
            shape = (moment, era(entry, began), *rest, items if alone else alike.of(items))
            shapes.setdefault(shape, {}).setdefault(items, []).append(id_)
        return shapes

    def _revisions(self) -> list[tuple[int, datetime]]:
        """Return the entries that registered a place, or who works here, otherwise."""
        books = self._asked.books
        places = {one.id for one in self._asked.everywhere(Place)}
        people = {one.person_id for one in self._asked.all(Assignment)} - {""}
        return books.revisions(Place, places) + books.revisions(Person, people)

    def _acts(self, kinds: Sequence[HandlingKind]) -> Query:
        return self._asked.acts(Where("kind", Op.IN, tuple(kinds)))

    def _copies_beside(self, acts: Sequence[HandlingEvent]) -> list[str]:
        """Return the copies that are counted together with those of these acts (R-06)."""
        consents = {one.authorization_id for one in acts if one.kind is K.COPY} - {""}
        where = (Where("kind", Op.EQ, K.COPY), Where("authorization_id", Op.IN, tuple(consents)))
        query = Query(HandlingEvent.type, where)
        return [id_ for (id_,) in self._store.columns(query, ("id",))] if consents else []

    def _unfit_beside(self, acts: Sequence[HandlingEvent]) -> list[str]:
        """Return what else was found about acts under the same consents: it may say how many."""
        consents = {one.authorization_id for one in acts} - {""}
        found = {id_ for rows in self._by_rule.values() for id_ in rows}
        if not consents or not found:
            return []
        query = Query(HandlingEvent.type, (Where("authorization_id", Op.IN, tuple(consents)),))
        return [id_ for (id_,) in self._store.columns(query, ("id",)) if id_ in found]

    def _moves_beside(self, acts: Sequence[HandlingEvent]) -> Iterator[str]:
        """Yield what else moved a thing that these acts erase: it may have been empty (R-09)."""
        erased = {line.item_id for act in acts if act.kind is K.ERASE for line in act.lines}
        for item_id in erased:
            for act in self._store.happened(item_id):
                if act.kind in SENSING and act.contract_id == self._asked.contract.id:
                    yield act.id

    def _erased(self) -> frozenset[str]:
        """Return the ids of the carriers whose data was erased at some time."""
        found = self._store.columns(self._acts((K.ERASE,)), ("lines.item_id",))
        ids = {item_id for (items,) in found for item_id in items}
        known = self._asked.handled
        return frozenset(i for i in ids if i in known and known[i].item_class in CARRIERS)

    def _retired(self) -> frozenset[str]:
        """Return the ids of the computers that are terminals no more: it matters when they were."""
        return frozenset(
            id_
            for id_, item in self._asked.handled.items()
            if item.item_class is ItemClass.EQUIPMENT
            and not item.terminal_registered
            and any(one.record.terminal_registered for one in self._asked.books.entered(item))
        )

    def _said_to(self, act: Stored[HandlingEvent]) -> Said:
        """Return what the rules say to an act, under the names of its day."""
        return self._said(act.record, act.meta.created_seq)

    def _said(self, record: Record, entry: int | None = None) -> Said:
        """Return what the rules say to a record; a mere notice proves nothing against a clause."""
        return [
            (one.rule_id, self._row(record, one))
            for one in examine(self._asked.case(record, entry))
            if one.mode != RuleMode.NOTICE
        ]

    def _row(self, record: Record, said: Finding) -> Row:
        all_ = {clause.key for clause in main_clauses(self._asked.profile, said.rule_id)}
        some = said.clauses if said.apart or set(said.clauses) < all_ else ()
        return Row(record.type, record.id, said.message, _severity(said), some)

    def _keep(self, id_: str, said: Said) -> None:
        for rule_id, row in said:
            rows = self._by_rule.setdefault(rule_id, {})
            mine = row if row.id == id_ else replace(row, id=id_)
            rows[id_] = (*rows.get(id_, ()), mine)


class _Alike:
    """Tells items apart only where a rule could."""

    def __init__(self, items: Mapping[str, Item], named: bool) -> None:
        self._items = items
        self._named = named  # a consent names single things: then each is one of its own
        self._known: dict[str, Hashable] = {}
        self._kinds: dict[Hashable, int] = {}  # a number is told from another at once

    def of(self, ids: tuple[str, ...]) -> Hashable:
        if self._named:
            return ids
        if len(ids) == 1:
            return self._traits(ids[0])
        return frozenset(map(self._traits, ids))

    def _traits(self, id_: str) -> Hashable:
        if id_ not in self._known:
            item = self._items.get(id_)
            traits = item and tuple(getattr(item, name) for name in ITEM_FIELDS)
            self._known[id_] = self._kinds.setdefault(traits, len(self._kinds))
        return self._known[id_]


class _Eras:
    """Tells apart acts between which a place, or a person, was registered otherwise."""

    def __init__(self, revisions: Sequence[tuple[int, datetime]]) -> None:
        self._entries = sorted(entry for entry, _ in revisions)
        self._times = sorted(at for _, at in revisions)

    def of(self, entry: int, began: datetime) -> tuple[int, int]:
        """Return after how many of these revisions an act was entered, and happened."""
        if not self._entries:
            return 0, 0
        return bisect(self._entries, entry), bisect(self._times, began)


def _targets(consents: Iterable[Authorization]) -> bool:
    return any(target.item_id for one in consents for target in one.targets)


def _severity(finding: Finding) -> str:
    return "action" if finding.mode == RuleMode.WARN else "broken"

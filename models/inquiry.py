"""What every evidence query is given: one contract with its text and its registers.

What was read is remembered together with the record types that it came from. A command forgets
only what it touched, so that a question over 100,000 events is answered at once after one more.
"""

from collections import ChainMap
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from models.agreed import Former
from models.breaches import Breaches
from models.codes import AssignmentRole, AssignmentStatus, ContractStatus, Timing
from models.corrected import chain
from models.evidence_rows import FEW, Answer, LongList, Row
from models.first_entries import first_act, first_use
from models.item_status import Status
from models.picked import Picked
from models.profiles import Clause, Profile
from models.read_books import ReadBooks
from models.records import (
    Assignment,
    Contract,
    ContractClauseSetting,
    HandlingEvent,
    Item,
    Person,
    Record,
    Stored,
    Submission,
    SystemEvent,
)
from models.rules.case import Case
from models.rules.standing import counts, has_left, works_on
from models.rules.told_days import OVER as OVER_THEN
from models.rules.told_days import Designation, last_of
from models.store import Op, Query, Where
from models.terminals import used_last
from models.verdicts import Verdicts
from models.versions import Version, versions

if TYPE_CHECKING:
    from models.ledger import Ledger

R = TypeVar("R", bound=Record)

ANYTHING = "*"  # a query read the ledger by itself: whatever changes, it is asked again
OF_NONE = Where("contract_id", Op.EMPTY, True)
THE_TIME = "time"  # it looked at the clock: it is asked again every time
AT_WORK = (ContractStatus.PREPARING, ContractStatus.ACTIVE)
OVER = frozenset({ContractStatus.CLOSED, ContractStatus.TERMINATED})
WORKING = frozenset({Assignment.type, Person.type, Submission.type})  # who was told works, too


@dataclass
class _Register:
    """Records of one type as they are now, by id, in entry order."""

    wanted: Callable[[Any], bool]
    records: dict[str, Any]


@dataclass
class _List:
    """What was made of some fields of the rows of a question, by record id."""

    query: Query
    fields: tuple[str, ...]
    judge: Callable[..., Any]
    found: dict[str, Any] = field(default_factory=dict)
    reads: set[str] = field(default_factory=set)


class Inquiry:
    """What every query is given: the contract with its text, and its registers, read once."""

    def __init__(self, ledger: "Ledger", contract: Contract) -> None:
        self._ledger = ledger
        self.contract = contract
        self.profile: Profile = ledger.registers.need_profile(contract.profile_code)
        self.today: date = ledger.today()
        self._readers: list[set[str]] = []
        self._registers: dict[Hashable, _Register] = {}
        self._lists: dict[Hashable, _List] = {}
        self._picked: dict[Hashable, Picked] = {}
        self._answers: dict[str, Answer] = {}
        self._roles: dict[tuple[str, date], frozenset[AssignmentRole]] = {}
        self._totals: dict[Query, tuple[int, int]] = {}
        self.former: Former | None = None
        self.books = ReadBooks(self, ledger)
        self.verdicts = Verdicts(self, ledger.store)
        self.breaches = Breaches(self, ledger.store)

    # --- what was looked at ----------------------------------------------------------------------
    def note(self, *types: str) -> None:
        """Remember that the query that is being asked looked at these record types."""
        if self._readers and self._readers[-1].issuperset(types):
            return  # those that began before it know as well
        for reads in self._readers:
            reads.update(types)

    def watch(self, work: Callable[[], Any]) -> tuple[Any, set[str]]:
        """Do something and return its result with what it looked at."""
        reads: set[str] = set()
        self._readers.append(reads)
        try:
            return work(), reads
        finally:
            self._readers.pop()

    @property
    def ledger(self) -> "Ledger":
        """The ledger itself; a query that asks it is asked again after every command."""
        self.note(ANYTHING)
        return self._ledger

    def used_on(self) -> str:
        """Return the terminal on which the ledger was used last; another one comes with an entry."""
        self.note(SystemEvent.type)
        return used_last(self._ledger)

    @property
    def now(self) -> datetime:
        self.note(THE_TIME)
        return self._ledger.now()

    @property
    def working_day(self) -> date:
        """Return the day of which it is asked who works and by which plan."""
        return self.today

    @property
    def zone(self) -> tzinfo | None:
        return self._ledger.now().tzinfo

    @cached_property
    def begun(self) -> int:
        """Return the number of the entry that began the contract."""
        stored = self._ledger.store.get(Contract, self.contract.id)
        return stored.meta.created_seq if stored else 0

    def versions(self, cls: type[R], record_id: str) -> list[Version[R]]:
        """Return what a record said at every entry, see `models.versions`."""
        self.note(cls.type)
        return versions(self._ledger.store, cls, record_id)

    def revisions(self, cls: type[R], record_id: str) -> list[Version[R]]:
        """Return what a record said whenever it was entered or changed, not when it was voided."""
        return [one for one in self.versions(cls, record_id) if not one.voided]

    def chain(self, act_id: str) -> Iterator[Stored[HandlingEvent]]:
        """Yield an act and what it corrects, back to what was entered first; that stays so."""
        return chain(self._ledger.store, act_id)

    def first_use(self) -> int | None:
        """Return from which entry acts or papers stand under the contract; it stays what it is."""
        return first_use(self._ledger.store, self.contract.id)

    def first_act(self, item_id: str) -> int | None:
        """Return with which entry a thing was named by an act, voided ones too; it stays that."""
        return first_act(self._ledger.store, item_id)

    def last_entered(self, before: datetime) -> int:
        """Return the number of the last entry of an act before a moment that is over; it stays that."""
        mine = Where("contract_id", Op.EQ, self.contract.id)
        query = Query(
            HandlingEvent.type, (mine, Where("created_at", Op.LT, before)),
            order=(("number", True),), voided=None,
        )  # fmt: skip
        return next(iter(self._ledger.store.numbers(query, 1)), 0)

    def first_named(self, record_id: str, fields: Sequence[str]) -> int | None:
        """Return with which entry an act of the contract named a record; it stays that."""
        mine = Where("contract_id", Op.EQ, self.contract.id)
        found = [
            number
            for name in fields
            for number in self._ledger.store.numbers(
                Query(HandlingEvent.type, (mine, Where(name, Op.EQ, record_id)), voided=None), 1
            )
        ]
        return min(found, default=None)

    def status(self, item_id: str) -> Status | None:
        """Return what follows from all that happened to a thing."""
        self.note(HandlingEvent.type, Item.type)
        return self._ledger.store.status(item_id)

    def caption(self, type_: str, record_id: str) -> str:
        self.note(type_)
        return self._ledger.registers.caption(type_, record_id)

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """The texts that this program knows; no command changes them."""
        return self._ledger.profiles

    def last_event_no(self) -> int:
        """Return the last number that was given to an act."""
        self.note(HandlingEvent.type)
        return self._ledger.store.next_event_no(self.contract.id) - 1

    def moment(self) -> datetime:
        """Return the present time for what changes only with the day."""
        return self._ledger.now()

    # --- asking ----------------------------------------------------------------------------------
    def answer(self, name: str, query: "Question") -> Answer:
        """Ask a query, or return what it said when nothing that it looked at has changed."""
        known = self._answers.get(name)
        if known is None or THE_TIME in known.reads:
            found, reads = self.watch(lambda: self._asked(query))
            known = self._answers[name] = Answer(found, frozenset(reads))
        self.note(*known.reads)
        return known

    def _asked(self, query: "Question") -> Sequence[Any]:
        found = query(self)
        return found if isinstance(found, LongList) else tuple(found)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Return what the contract demands, clause by clause."""
        return self.profile.clauses_for(self.contract.profile_code)

    def asks(self, query: str) -> bool:
        """Tell whether a clause of the contract is proved by an evidence query."""
        return any(query in clause.evidence for clause in self.clauses)

    def asking(self, *queries: str) -> tuple[str, ...]:
        """Return the keys of the clauses that one of some evidence queries proves."""
        wanted = set(queries)
        return tuple(clause.key for clause in self.clauses if wanted & set(clause.evidence))

    def applied(self, clauses: Iterable[str]) -> tuple[str, ...]:
        """Return those of some clauses that the contract does not switch off."""
        off = {one.clause_key for one in self.all(ContractClauseSetting) if one.enabled is False}
        return tuple(key for key in clauses if key not in off)

    @property
    def at_work(self) -> bool:
        """Tell whether work is to come or goes on: on its last day people and places are ended."""
        last = self.ends_on
        return self.contract.status in AT_WORK and (last is None or self.today < last)

    @property
    def ended(self) -> bool:
        """Tell whether the work is over, so that everything is to find its end.

        Who winds up may do so before the last day: while that is still to come, the work goes on.
        """
        status, day = self.contract.status, self.ends_on
        if day is None:
            return status in OVER or status is ContractStatus.WINDING_UP
        return status in OVER or day < self.today

    @property
    def must_be_over(self) -> bool:
        """Tell whether the days within which everything was to find its end are over, too (K-23)."""
        limit = self.end_limit
        if self.contract.status is ContractStatus.CLOSED or limit is None:
            return self.ended
        return limit < self.today

    @property
    def end_limit(self) -> date | None:
        """The last day on which what is left finds its end."""
        return self.ends_on and self.ends_on + self.profile.params.end.grace

    @property
    def ends_on(self) -> date | None:
        """The day on which the work ends or ended."""
        one = self.contract
        return one.completed_on or one.terminated_on or one.ends_on

    # --- registers -------------------------------------------------------------------------------
    def all(self, cls: type[R]) -> list[R]:
        """Return the contract's records of a type."""
        return list(self._register(cls, self.contract.id).values())

    def everywhere(self, cls: type[R]) -> list[R]:
        """Return the records of a type of all contracts, and of none."""
        return list(self._register(cls, None).values())

    def unbound(self, cls: type[R]) -> list[R]:
        """Return the records of no contract, also what this user does not see: how a contract stands
        is the same for everybody, and what is told of them names none of them.
        """
        self.note(cls.type)
        none = Query(cls.type, (OF_NONE,))
        return [one.record for one in self._ledger.opened.store.find(cls, none, limit=1_000_000)]

    def sees(self, one: Record) -> bool:
        return self._ledger.store.get(type(one), one.id) is not None  # who is signed in

    @property
    def items(self) -> Mapping[str, Item]:
        return self._register(Item, self.contract.id)

    @property
    def handled(self) -> Mapping[str, Item]:
        """Return the items that an act may speak of, those of the contractor among them."""
        return ChainMap(self._register(Item, self.contract.id), self._register(Item, ""))

    def _register(self, cls: type[R], contract_id: str | None) -> dict[str, R]:
        self.note(cls.type)
        key = (cls, contract_id)
        if key not in self._registers:
            where: dict[str, Any] = {} if contract_id is None else {"contract_id": contract_id}
            found = self._ledger.registers.all(cls, **where)
            self._registers[key] = _Register(
                lambda record: contract_id is None or record.contract() == contract_id,
                {stored.record.id: stored.record for stored in found},
            )
        return cast(dict[str, R], self._registers[key].records)

    def acts(self, *more: Where, voided: bool = False) -> Query:
        """Return the question for what happened under the contract: acts, no plans."""
        mine = Where("contract_id", Op.EQ, self.contract.id)
        done = Where("timing", Op.EQ, Timing.ACTUAL)
        return Query(HandlingEvent.type, (mine, done, *more), voided=voided)

    def listed(
        self, query: Query, fields: Sequence[str], judge: Callable[..., Any]
    ) -> Mapping[str, Any]:
        """Return what `judge` makes of some fields of all rows of a question, by record id.

        Args:
            judge: a function of a module, called with the inquiry, the id and the values; what it
                returns None for is left out.
        """
        key = (query, tuple(fields), judge)
        kept = self._lists.get(key)
        if kept is None:
            kept = _List(query, ("id", *fields), judge)
            _, kept.reads = self.watch(lambda: self._fill(kept, query))
            self._lists[key] = kept
        self.note(query.type, *kept.reads)
        return kept.found

    def _fill(self, kept: _List, query: Query) -> None:
        for id_, *values in self._ledger.store.columns(query, kept.fields):
            made = kept.judge(self, id_, *values)
            if made is not None:
                kept.found[id_] = made

    def picked(
        self, query: Query, fields: Sequence[str], judge: Callable[..., bool], words: str,
        others: Iterable[Row] = (),
    ) -> Sequence[Row]:  # fmt: skip
        """Return rows about all rows of a question that `judge` picks, and others behind them.

        There may be one for every act: where they are many, each is made when it is looked at.

        Args:
            judge: a function of a module, called with the inquiry and the values of the fields.
            words: what each row says, with {} for the caption.
        """
        key = (query, tuple(fields), judge)
        kept = self._picked.get(key)
        if kept is None:
            kept = Picked(query, tuple(fields), judge)
            _, kept.reads = self.watch(lambda: kept.fill(self, self._ledger.store))
            self._picked[key] = kept
        self.note(query.type, *kept.reads)
        numbers = kept.numbers[:]  # what was told stays as it is
        found = LongList(self._ledger.store, query.type, numbers, words, tuple(others))
        return found if len(numbers) > FEW else tuple(found)

    def first(self, query: Query) -> str:
        """Return the id of the first row of a question, in entry order, "" without any."""
        self.note(query.type)
        numbers = self._ledger.store.numbers(query, 1)
        return next((one.id for one in self._ledger.store.rows(query.type, numbers)), "")

    def at_most(self, query: Query, limit: int) -> int:
        """Count the rows of a question up to a limit."""
        self.note(query.type)
        return len(self._ledger.store.numbers(replace(query, order=()), limit))

    def total(self, query: Query) -> int:
        """Count the rows of a question that no command can make fewer (voided ones among them)."""
        self.note(query.type)
        last, count = self._totals.get(query, (0, 0))
        head = self._ledger.store.head().seq
        more = replace(query, where=(*query.where, Where("created_seq", Op.GT, last)))
        self._totals[query] = (head, count + self._ledger.store.count(more))
        return self._totals[query][1]

    # --- rules -----------------------------------------------------------------------------------
    def case(self, record: Record, entry: int | None = None) -> Case:
        """Return a record as the rules would be asked about it.

        Args:
            entry: of an act, the number of its entry.
        """
        return Case(
            record=record, contract=self.contract, profile=self.profile,
            books=self.books, now=self.moment(), items=self.handled, entry=entry,
        )  # fmt: skip

    # --- people ----------------------------------------------------------------------------------
    @property
    def active(self) -> list[Assignment]:
        """Return who works on the contract today."""
        return [
            one
            for one in self.all(Assignment)
            if one.person_id
            and one.within(self.today)
            and counts(one, self.books, self.profile)
            and not has_left(one.person_id, self.today, self.books)
        ]

    def stands(self, one: Designation) -> bool:
        """Tell whether it designates somebody, or a place, today or for a day to come."""
        last = last_of(one)
        if one.status in OVER_THEN:  # whoever leaves is ended as soon as that is known
            leaves = one.status is not AssignmentStatus.CANCELLED
            return leaves and last is not None and self.today < last
        gone = isinstance(one, Assignment) and has_left(one.person_id, self.today, self.books)
        return not gone and (last is None or self.today <= last)

    def lasts(self, ended_at: datetime | None) -> bool:
        """Tell whether a right or a card that has, or has not, an end stands."""
        return ended_at is None

    def name(self, person_id: str) -> str:
        person = self.books.find(Person, person_id)
        return f"{person.name if person else ''}さん"

    def roles(self, person_id: str, day: date) -> frozenset[AssignmentRole]:
        """Return the roles in which a person works on the contract on a day."""
        self.note(*WORKING)
        key = (person_id, day)
        if key not in self._roles:
            mine = self.books.assignments(self.contract.id, person_id)
            self._roles[key] = frozenset(
                a.role for a in mine if a.role and works_on(a, day, self.books, self.profile)
            )
        return self._roles[key]

    # --- after a command -------------------------------------------------------------------------
    def touch(self, types: frozenset[str], ids: Sequence[str]) -> None:
        """Forget and read again what a command has touched."""
        events = self._events(ids) if HandlingEvent.type in types else []
        if events:
            types |= {Item.type}  # where an item is follows from what happened to it
        if any(id_ in self.handled for id_ in ids):
            self.verdicts.forget()  # a thing is not what it was when it was used
        self.books.forget(types)
        if types & WORKING:
            self._roles.clear()
        carried = {line.item_id for event in events for line in event.lines}
        carried |= {line.resulting_item_id for event in events for line in event.lines}
        for (cls, _), kept in cast(Any, self._registers).items():
            if cls.type in types:
                self._read_again(cls, kept, [*ids, *(carried if cls is Item else ())])
        self._lists = {key: one for key, one in self._lists.items() if not one.reads & types}
        for one in self._lists.values():
            if one.query.type in types:
                self._list_again(one, ids)
        self._picked = {key: one for key, one in self._picked.items() if not one.reads & types}
        for picked in self._picked.values():
            if picked.query.type in types:
                _, reads = self.watch(partial(picked.again, self, self._ledger.store, ids))
                picked.reads |= reads
        self.verdicts.touch(types, ids, events)
        self._answers = {
            name: known
            for name, known in self._answers.items()
            if not known.reads & types and ANYTHING not in known.reads
        }

    def _events(self, ids: Sequence[str]) -> list[HandlingEvent]:
        found = self._ledger.store.get_many(HandlingEvent, ids)
        return [one.record for one in found.values() if one.record.contract_id == self.contract.id]

    def _read_again(self, cls: type[Record], kept: _Register, ids: Iterable[str]) -> None:
        ids = list(dict.fromkeys(ids))
        found = self._ledger.store.get_many(cls, ids)
        for id_ in ids:
            stored = found.get(id_)
            if stored is None or stored.meta.voided or not kept.wanted(stored.record):
                kept.records.pop(id_, None)
            else:
                kept.records[id_] = stored.record

    def _list_again(self, kept: _List, ids: Sequence[str]) -> None:
        for id_ in ids:
            kept.found.pop(id_, None)
        where = (*kept.query.where, Where("id", Op.IN, tuple(ids)))
        _, reads = self.watch(lambda: self._fill(kept, replace(kept.query, where=where)))
        kept.reads |= reads


Question = Callable[[Inquiry], Iterable[Any]]

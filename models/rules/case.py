"""The case: one thing to be judged, with the contract's words and the books to look into."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from models.codes import (
    AssignmentRole,
    AuthorizationSubject,
    BasisType,
    HandlingKind,
    PlaceKind,
    RuleMode,
    Timing,
)
from models.paper import Request
from models.profile_params import Params
from models.profiles import Profile
from models.records import (
    Assignment,
    Authorization,
    Contract,
    ContractPlace,
    HandlingEvent,
    InformationAsset,
    Item,
    Person,
    Place,
    Record,
)
from models.rules.books import Books
from models.rules.standing import works_on

Value = TypeVar("Value")


class _once(Generic[Value]):
    """`functools.cached_property` without its lock, which costs an import more than the work."""

    def __init__(self, work: Callable[[Any], Value]) -> None:
        self._work = work

    def __get__(self, case: Any, owner: type) -> Value:
        made = vars(case)[self._work.__name__] = self._work(case)
        return made


class Say(str):
    """A sentence of a rule.

    `key` names a special case of the rule's mode, `act` says as which act it is judged,
    `verb` picks the clause by the client's word in it, `of` by the record it asks for and `also` by
    another rule that it serves; `proofs` names the queries of the evidence that look for the same,
    and picks the clauses of the first that the text has. `checker` tells that the signature of a
    checker settles it, `within` names a rule whose question about the consent says the same where it
    asks as strictly, `doubtful` that it may be right all the same: a reason is enough, and `late`
    that what is asked for is there and came after its day.
    """

    key: str
    act: str
    verb: str
    of: str
    also: str
    proofs: tuple[str, ...]
    checker: bool
    doubtful: bool
    late: bool
    within: str

    def __new__(
        cls, text: str, *, key: str = "", act: str = "", verb: str = "", of: str = "",
        also: str = "", proofs: tuple[str, ...] = (), checker: bool = False, doubtful: bool = False,
        late: bool = False, within: str = "",
    ) -> "Say":  # fmt: skip
        said = super().__new__(cls, text)
        said.key = key
        said.act = act
        said.verb = verb
        said.of = of
        said.also = also
        said.proofs = proofs
        said.checker = checker
        said.doubtful = doubtful
        said.late = late
        said.within = within
        return said


@dataclass
class Case:
    """What a rule is given.

    Args:
        record: the record (or the paper to be sealed) that is judged.
        items: the items of the event by id, those that come into being with it included.
        before: the version in force, when a record is revised.
        asker: person id of the signed-in user.
        confirming: the responsible person is confirming the event.
        entry: of what was entered before, the number of its entry: people are named as they were
            called then, and places are as they were registered.
        set_aside: ids of consents that are no basis of the act.
    """

    record: Record | Request
    contract: Contract
    profile: Profile
    books: Books
    now: datetime
    items: Mapping[str, Item] = field(default_factory=dict)
    before: Record | None = None
    asker: str = ""
    confirming: bool = False
    entry: int | None = None
    set_aside: frozenset[str] = frozenset()
    event: HandlingEvent | None = field(init=False)
    kind: HandlingKind | None = field(init=False)
    day: date = field(init=False)  # on which it happened or shall happen
    fact: bool = field(init=False)

    def __post_init__(self) -> None:
        # Asked by every rule, so worked out once; cached properties cost a lock each.
        record = self.record
        self.event = record if isinstance(record, HandlingEvent) else None
        self.kind = self.event.kind if self.event else None
        self.day = self.now.date()
        if self.event is not None and self.event.occurred_at is not None:
            self.day = self.event.occurred_at.date()
        self.fact = self._is_fact(record)

    # --- what is judged --------------------------------------------------------------------------
    def event_of(self, *kinds: HandlingKind) -> HandlingEvent | None:
        """Return the event when it is one of these kinds; a confirmation is judged apart."""
        event = self.event
        if event is None or self.confirming:
            return None
        return event if not kinds or event.kind in kinds else None

    @property
    def today(self) -> date:
        return self.now.date()

    def _is_fact(self, record: Record | Request) -> bool:
        """Tell whether it has happened: a fact is never refused for a breach, a plan is."""
        if isinstance(record, HandlingEvent):
            return record.timing is not Timing.PLANNED
        begins: date | None = None
        if isinstance(record, Assignment):
            begins = record.starts_on
        elif isinstance(record, ContractPlace):
            begins = record.use_from
        return begins is not None and begins <= self.today

    @_once
    def handled(self) -> tuple[Item, ...]:
        """The items of the event's lines."""
        if self.event is None:
            return ()
        ids = dict.fromkeys(line.item_id for line in self.event.lines)
        return tuple(self.items[key] for key in ids if key in self.items)

    @_once
    def electronic(self) -> tuple[Item, ...]:
        return tuple(item for item in self.handled if item.electronic)

    # --- the contract's words --------------------------------------------------------------------
    @property
    def params(self) -> Params:
        return self.profile.params

    def word(self, concept: str) -> str:
        return self.profile.term(concept)

    def only_told(self, rule_id: str) -> bool:
        """Tell whether the text says nothing of it, so that a rule states no duty."""
        return self.profile.rules[rule_id].mode == RuleMode.NOTICE

    # --- people and places -----------------------------------------------------------------------
    def name(self, person_id: str) -> str:
        if self.entry is not None:
            name = self.books.name_at(person_id, self.entry)
        else:
            person = self.books.find(Person, person_id)
            name = person.name if person else ""
        return f"{name}さん" if name else "取扱者"

    def roles(self, person_id: str) -> frozenset[AssignmentRole]:
        """Return the roles in which a person works on the contract that day."""
        return frozenset(
            one.role
            for one in self.books.assignments(self.contract.id, person_id)
            if one.role and self.works(one)
        )

    def works(self, one: Assignment, day: date | None = None) -> bool:
        """Tell whether somebody works under a designation, on the day of the case if none is given."""
        return works_on(one, day or self.day, self.books, self.profile)

    def place(self, place_id: str) -> Place | None:
        """Return a place as it was registered when the act was entered."""
        if self.entry is not None:
            return self.books.place_at(place_id, self.entry)
        return self.books.find(Place, place_id)

    def on_site(self, place_id: str) -> bool:
        """Tell whether a place lies on the client's premises."""
        place = self.place(place_id)
        return place is not None and PlaceKind.CLIENT_PREMISES in place.kinds

    def asset(self, asset_id: str) -> InformationAsset | None:
        return self.books.find(InformationAsset, asset_id)

    # --- consents --------------------------------------------------------------------------------
    @_once
    def named(self) -> tuple[Authorization, ...]:
        """The consents and instructions that the event itself refers to."""
        if self.event is None:
            return ()
        ids = [self.event.authorization_id]
        ids += [row.client_method_authorization_id for row in self.event.sanitization]
        found = (self.books.find(Authorization, one) for one in dict.fromkeys(ids) if one)
        return tuple(one for one in found if one is not None)

    def basis(
        self,
        subjects: Iterable[AuthorizationSubject],
        bases: Iterable[str] = (),
        *,
        standing: bool = False,
    ) -> Authorization | None:
        """Return what allows the act on that day.

        Args:
            subjects: what it must allow.
            bases: by which word of the client (consent, instruction, …); empty: any.
            standing: also accept one that the event does not name; a designation for the whole
                contract need not be repeated at every act.
        """
        subjects, bases = tuple(subjects), tuple(bases)
        candidates = list(self.named)
        if standing:
            for subject in subjects:
                candidates += self.books.authorizations(self.contract.id, subject)
        candidates = [one for one in candidates if one.id not in self.set_aside]
        for one in (self.books.as_of(found, self.day) for found in candidates):
            fits = one.subject in subjects and (not bases or one.basis_type in bases)
            if fits and one.covers(self.day) and covers_things(one, self.handled):
                return one
        return None


def covers_things(one: Authorization, handled: Iterable[Item]) -> bool:
    """A consent without targets covers the contract; else every item must be covered."""
    items = {target.item_id for target in one.targets if target.item_id}
    assets = {target.asset_id for target in one.targets if target.asset_id}
    if not items and not assets:
        return True
    return all(
        item.id in items
        or item.parent_item_id in items
        or (item.contents and all(content.asset_id in assets for content in item.contents))
        for item in handled
    )


def labels(bases: Iterable[str]) -> str:
    """Return words of the client as one phrase: 指示又は承諾."""
    return "又は".join(BasisType.read(one).label for one in bases) or BasisType.CONSENT.label

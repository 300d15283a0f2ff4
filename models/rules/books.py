"""The books a rule may look into: registers that change rarely, remembered until they change.

A day's entry asks the same few questions (who is assigned, who has pledged, which places are
designated). Each register is read once per contract and forgotten when a command touches it.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast

from models.codes import Decision, HandlingKind, ItemState, Timing, VerificationResult
from models.corrected import chain
from models.item_status import Status
from models.records import (
    AccessRight,
    Assignment,
    Authorization,
    ClientCommunication,
    Contract,
    ContractClauseSetting,
    ContractPlace,
    Credential,
    HandlingEvent,
    Item,
    Person,
    Place,
    Pledge,
    Record,
    Stored,
    Submission,
    TrainingSession,
    UserAccount,
)
from models.store import Op, Query, Store, Where
from models.versions import Version, versions
from models.wareki import JAPAN

R = TypeVar("R", bound=Record)
Named = TypeVar("Named", Person, Place)
GIVEN = frozenset({Decision.GRANTED, Decision.CONDITIONAL})
ENDED_LATER = frozenset({Decision.REVOKED, Decision.EXPIRED})
"""What ends a consent that stood until then."""
T = TypeVar("T")

_ALL = 1_000_000


class Books:
    """Registers at hand.

    Args:
        beside: records that the same command enters, so that they may refer to each other.
        entering: the acts that the same command enters, in their order.
    """

    def __init__(
        self,
        store: Store,
        *,
        memo: dict[str, dict[Hashable, Any]] | None = None,
        beside: Mapping[str, list[Record]] | None = None,
        entering: Sequence[HandlingEvent] = (),
    ) -> None:
        self._store = store
        self._memo: dict[str, dict[Hashable, Any]] = {} if memo is None else memo
        self._beside = beside or {}
        self.entering = entering

    def beside(self, records: Iterable[Record], entering: Sequence[HandlingEvent] = ()) -> "Books":
        """Return the same books with records laid beside them that are about to be entered."""
        by_type: dict[str, list[Record]] = {}
        for record in records:
            by_type.setdefault(record.type, []).append(record)
        return Books(self._store, memo=self._memo, beside=by_type, entering=entering)

    def forget(self, types: Iterable[str]) -> None:
        """Forget registers that a command has touched."""
        types = set(types)
        for type_ in types | ({HandlingEvent.type} if Item.type in types else set()):
            self._memo.pop(type_, None)

    # --- single records --------------------------------------------------------------------------
    def find(self, cls: type[R], record_id: str) -> R | None:
        """Return a record in force, or None."""
        if not record_id:
            return None
        if self._beside:
            for record in self._beside.get(cls.type, ()):
                if record.id == record_id:
                    return cast(R, record)
        return self._recall(cls.type, ("one", record_id), lambda: self._read(cls, record_id))

    def name_at(self, person_id: str, entry: int) -> str:
        """Return what a person was called when something was entered, "" for nobody in force."""
        if self.find(Person, person_id) is None:
            return ""
        called = self._recall(
            Person.type,
            ("called", person_id),
            lambda: self._store.called(Person.type, {person_id})[person_id],
        )
        return called.at(entry)

    def names(self, cls: type[R], record_id: str) -> list[str]:
        """Return all names under which a record was ever registered."""
        now = self.find(cls, record_id)
        named = [one.record for one in self._past(cls, record_id)] + ([now] if now else [])
        return list(dict.fromkeys(one.caption() for one in named))

    def items(self, ids: Iterable[str]) -> dict[str, Item]:
        """Return items as they are now; they change with every event and are not remembered."""
        found = self._store.get_many(Item, list(ids))
        return {key: stored.record for key, stored in found.items() if not stored.meta.voided}

    def status(self, item_id: str) -> Status | None:
        """Return where the pieces of an item are now; it is not remembered."""
        return self._store.status(item_id)

    def happened(self, item_id: str) -> Iterator[HandlingEvent]:
        """Yield what happened to an item, in the order of time; it is not remembered."""
        return self._store.happened(item_id)

    # --- registers of a contract ---------------------------------------------------------------
    def assignments(self, contract_id: str, person_id: str) -> tuple[Assignment, ...]:
        """Return the assignments of a person on a contract."""
        return self._of(Assignment, contract_id, "person_id", person_id)

    def assigned(self, contract_id: str) -> tuple[Assignment, ...]:
        return self._all(Assignment, contract_id)

    def places(self, contract_id: str, place_id: str) -> tuple[ContractPlace, ...]:
        """Return the designations of a place for a contract."""
        return self._of(ContractPlace, contract_id, "place_id", place_id)

    def pledges(self, contract_id: str, person_id: str) -> tuple[Pledge, ...]:
        return self._of(Pledge, contract_id, "person_id", person_id)

    def credentials(self, person_id: str) -> tuple[Credential, ...]:
        return self._of(Credential, "", "holder_person_id", person_id)

    def sessions(self, contract_id: str) -> tuple[TrainingSession, ...]:
        """Return the training and awareness sessions that were held for a contract."""
        known = self._recall("training_session", contract_id, lambda: self._sessions(contract_id))
        return self._merged(TrainingSession, known, lambda s: contract_id in s.contract_ids)

    def authorizations(self, contract_id: str, subject: str) -> tuple[Authorization, ...]:
        return self._of(Authorization, contract_id, "subject", subject)

    def registered(self, authorization_id: str) -> tuple[Version[Authorization], ...]:
        """Return the versions of a consent in force, with the moments of their entries."""
        return self._past(Authorization, authorization_id)

    def entered(self, record: Record) -> tuple[Version[Any], ...]:
        """Return all versions of a record in force, with the moments of their entries."""
        return self._past(type(record), record.id)

    def place_at(self, place_id: str, entry: int) -> Place | None:
        """Return a place as it was registered when something was entered, None for none in force.

        Before its own first entry it is as it began.
        """
        return self._stood(Place, place_id, lambda one: one.seq <= entry)

    def place_then(self, place_id: str, moment: datetime) -> Place | None:
        """Return a place as it was registered at a time, None for none in force."""
        return self._stood(Place, place_id, lambda one: one.at <= moment)

    def revisions(self, cls: type[Record], ids: Iterable[str]) -> list[tuple[int, datetime]]:
        """Return number and time of every entry that registered one of these otherwise."""
        revised = (one for id_ in ids for one in self._past(cls, id_)[1:])
        return [(one.seq, one.at) for one in revised]

    def person_at(self, person_id: str, entry: int) -> Person | None:
        """Return a person as registered when something was entered, None for nobody in force."""
        return self._stood(Person, person_id, lambda one: one.seq <= entry)

    def person_on(self, person_id: str, day: date) -> Person | None:
        """Return a person as registered at the end of a day, None for nobody in force.

        Before his own first day in the ledger he is as he was at the end of that day.
        """
        past = self._past(Person, person_id)
        day = max(day, past[0].at.astimezone(JAPAN).date()) if past else day
        return self._stood(Person, person_id, lambda one: one.at.astimezone(JAPAN).date() <= day)

    def as_of(self, one: Authorization, day: date) -> Authorization:
        """Return a consent as it counts for a day: what ended later stood until then."""
        ended = one.decision in ENDED_LATER
        over = self.over_since(one) if ended else None
        if not ended or (over is not None and over <= day):
            return one
        return self.as_given(one) or one

    def over_since(self, one: Authorization) -> date | None:
        """Return the first day on which a consent that ended counted no more, None for not known.

        What the client took back (取消) has its day as 決定日. What ran out (失効) has one only where
        it was entered in place of that of the consent; without it, it stood within its term until
        the day on which this was entered.
        """
        given = self.as_given(one)
        if one.decision is not Decision.EXPIRED or given is None:
            return one.decided_on
        if one.decided_on not in (None, given.decided_on):
            last = one.decided_on == given.valid_until
            return one.decided_on + timedelta(days=last) if one.decided_on else None
        entered = self.since(one, "decision")
        return entered + timedelta(days=1) if entered is not None else None

    def since(self, record: Record, name: str) -> date | None:
        """Return on which day a field was given its value, None while that is being entered."""
        found = None
        for version in reversed(self.entered(record)):
            if getattr(version.record, name) != getattr(record, name):
                break
            found = version.at.astimezone(JAPAN).date()
        return found

    def as_given(self, one: Authorization) -> Authorization | None:
        """Return a consent as it stood when it last was one, None for never."""
        if one.decision in GIVEN:
            return one
        past = (version.record for version in reversed(self.registered(one.id)))
        return next((record for record in past if record.decision in GIVEN), None)

    def communications(self, contract_id: str) -> tuple[ClientCommunication, ...]:
        return self._all(ClientCommunication, contract_id)

    def attended(self, contract_id: str) -> list[datetime]:
        """Return when somebody of the client attended an act; few acts are, none is remembered."""
        acts = _acts(contract_id, (HandlingKind.ERASE, HandlingKind.DISPOSE))
        found = self._store.columns(acts, ("occurred_at", "sanitization.witness_name"))
        return [at for at, names in found if any(names)]

    def settings(self, contract_id: str) -> tuple[ContractClauseSetting, ...]:
        return self._all(ContractClauseSetting, contract_id)

    def rights(self, contract_id: str) -> tuple[AccessRight, ...]:
        return self._all(AccessRight, contract_id)

    def submissions(self, contract_id: str, doc_kind: str) -> tuple[Submission, ...]:
        """Return the papers of a kind, with what is being entered of them."""
        where = (Where("doc_kind", Op.EQ, doc_kind),)
        known = self._recall(
            "submission",
            (contract_id, doc_kind),
            lambda: self._select(Submission, contract_id, where),
        )
        sought = (contract_id, doc_kind)
        return self._merged(Submission, known, lambda s: (s.contract_id, s.doc_kind) == sought)

    def accounts(self) -> tuple[UserAccount, ...]:
        return self._recall("user_account", "all", lambda: self._select(UserAccount, ""))

    def contracts(self) -> tuple[Contract, ...]:
        return self._recall("contract", "all", lambda: self._select(Contract, ""))

    def copies_under(self, authorization_id: str) -> tuple[Item, ...]:
        """Return the copies that were made under a consent."""
        where = (Where("copy_authorization_id", Op.EQ, authorization_id),)
        return self._select(Item, "", where)

    def copied_under(self, authorization_id: str) -> list[Stored[Item]]:
        """Return the copies that were made under a consent, with their entries."""
        where = (Where("copy_authorization_id", Op.EQ, authorization_id),)
        return self._store.find(Item, Query(Item.type, where), limit=_ALL)

    def copying_under(self, authorization_id: str) -> list[Stored[HandlingEvent]]:
        """Return the copying acts that name a consent, those of older registers too."""
        where = (
            Where("authorization_id", Op.EQ, authorization_id),
            Where("kind", Op.EQ, HandlingKind.COPY),
            Where("timing", Op.EQ, Timing.ACTUAL),
        )
        return self._store.find(HandlingEvent, Query(HandlingEvent.type, where), limit=_ALL)

    def corrections(self, act_id: str) -> Iterator[Stored[HandlingEvent]]:
        """Yield an act and what it corrects, back to what was entered first."""
        return chain(self._store, act_id)

    def acts_under(self, authorization_id: str) -> tuple[HandlingEvent, ...]:
        """Return the acts that name a consent as their basis, but for those of older registers."""
        where = (
            Where("authorization_id", Op.EQ, authorization_id),
            Where("timing", Op.EQ, Timing.ACTUAL),
            Where("source_file_id", Op.EMPTY, True),
        )
        return self._select(HandlingEvent, "", where)

    def of_acts(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what was made of acts and their things, made once until one of them changes."""
        return self._recall(HandlingEvent.type, key, read)

    def moved_since(
        self, contract_id: str, at: datetime, states: Collection[ItemState]
    ) -> list[Item]:
        """Return things of a contract, and of none, in a state or handled since a time."""
        mine = Where("contract_id", Op.IN, (contract_id, ""))
        now = self._select(Item, "", (mine, Where("state", Op.IN, tuple(states))))
        since = self._select(Item, "", (mine, Where("last_event_at", Op.GE, at)))
        return list({item.id: item for item in (*now, *since)}.values())

    def children_of(self, item_id: str) -> tuple[Item, ...]:
        return self._select(Item, "", (Where("parent_item_id", Op.EQ, item_id),))

    def items_of(self, contract_id: str) -> tuple[Item, ...]:
        return self._select(Item, contract_id)

    def acts_of(
        self, contract_id: str, kinds: Iterable[HandlingKind]
    ) -> list[tuple[str, str, date]]:
        """Return id, caption and day of acts of some kinds, but for what failed its verification.

        Acts come daily, none is remembered.
        """
        fields = ("id", "caption", "occurred_at", "sanitization.verification_result")
        return [
            (id_, caption, at.date())
            for id_, caption, at, results in self._store.columns(_acts(contract_id, kinds), fields)
            if VerificationResult.FAIL not in results
        ]

    def handed_to_others(self, contract: Contract) -> tuple[HandlingEvent, ...]:
        """Return what was returned or handed over to a named organization that is not the client."""
        where = (
            Where("kind", Op.IN, (HandlingKind.RETURN, HandlingKind.HAND_OVER)),
            Where("timing", Op.EQ, Timing.ACTUAL),
            Where("counterpart_org_id", Op.EMPTY, False),
            Where("counterpart_org_id", Op.NE, contract.client_org_id),
        )
        return self._select(HandlingEvent, contract.id, where)

    # --- reading ---------------------------------------------------------------------------------
    def _all(self, cls: type[R], contract_id: str) -> tuple[R, ...]:
        known = self._recall(cls.type, contract_id, lambda: self._select(cls, contract_id))
        return self._merged(cls, known, lambda r: r.contract() == contract_id)

    def _of(self, cls: type[R], contract_id: str, name: str, value: str) -> tuple[R, ...]:
        """Return records of a contract whose field has a value, from a register read once."""
        grouped = self._recall(
            cls.type,
            (contract_id, name),
            lambda: _grouped(self._select(cls, contract_id), name),
        )
        known: tuple[R, ...] = grouped.get(value, ())
        return self._merged(
            cls,
            known,
            lambda r: getattr(r, name) == value and contract_id in ("", r.contract()),
        )

    def _merged(
        self, cls: type[R], known: tuple[R, ...], wanted: Callable[[R], bool]
    ) -> tuple[R, ...]:
        """Lay what is being entered over what is known; a new version replaces the old one."""
        entering = self._beside.get(cls.type)
        if not entering:
            return known
        ids = {record.id for record in entering}
        fresh = tuple(r for r in cast(list[R], entering) if wanted(r))
        return tuple(record for record in known if record.id not in ids) + fresh

    def _stood(
        self, cls: type[Named], record_id: str, stood: Callable[[Version[Named]], bool]
    ) -> Named | None:
        """Return a version of a record, under the name that it has now."""
        past = self._past(cls, record_id)
        if not past:
            return self.find(cls, record_id)
        last = next((one for one in reversed(past) if stood(one)), past[0])
        return replace(last.record, name=past[-1].record.name)

    def _past(self, cls: type[R], record_id: str) -> tuple[Version[R], ...]:
        """Return the versions of a record in force, with the moments of their entries."""
        return self._recall(
            cls.type, ("versions", record_id), lambda: self._versions(cls, record_id)
        )

    def _versions(self, cls: type[R], record_id: str) -> tuple[Version[R], ...]:
        stored = self._store.get(cls, record_id) if record_id else None
        if stored is None or stored.meta.voided:
            return ()
        return tuple(versions(self._store, cls, record_id))

    def _recall(self, type_: str, key: Hashable, read: Callable[[], T]) -> T:
        shelf = self._memo.get(type_)
        if shelf is None:
            shelf = self._memo[type_] = {}
        if key not in shelf:
            shelf[key] = read()
        return shelf[key]  # type: ignore[no-any-return]

    def _read(self, cls: type[R], record_id: str) -> R | None:
        stored = self._store.get(cls, record_id)
        return stored.record if stored and not stored.meta.voided else None

    def _select(
        self, cls: type[R], contract_id: str, where: tuple[Where, ...] = ()
    ) -> tuple[R, ...]:
        if contract_id:
            where = (Where("contract_id", Op.EQ, contract_id), *where)
        return tuple(s.record for s in self._store.find(cls, Query(cls.type, where), limit=_ALL))

    def _sessions(self, contract_id: str) -> tuple[TrainingSession, ...]:
        where = (Where("contract_ids", Op.HAS, contract_id),)
        return self._select(TrainingSession, "", where)


def _grouped(records: Iterable[R], name: str) -> dict[Any, tuple[R, ...]]:
    groups: dict[Any, list[R]] = {}
    for record in records:
        groups.setdefault(getattr(record, name), []).append(record)
    return {key: tuple(group) for key, group in groups.items()}


def _acts(contract_id: str, kinds: Iterable[HandlingKind]) -> Query:
    """Return the question for what happened under a contract, of some kinds."""
    where = (
        Where("contract_id", Op.EQ, contract_id),
        Where("timing", Op.EQ, Timing.ACTUAL),
        Where("kind", Op.IN, tuple(kinds)),
    )
    return Query(HandlingEvent.type, where)

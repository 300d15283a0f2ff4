"""A contract that is closed, asked as it stood on the day on which it was closed (R-45, A-39).

After the closing nobody is designated any more, backups are made for other contracts and months go
by: none of that says how this one was kept. What asks of the running work is therefore asked of this
view; what a closed contract still asks for stands in `models.after_closing`.

The contract's own records are read as they are now: who corrects one, or hands in what was missing,
is heard. Those that serve the whole ledger (terminals, backups, looks, rules) are as they were then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from models.codes import AssignmentStatus, ContractStatus
from models.evidence_rows import Answer, Row
from models.inquiry import Inquiry, R
from models.records import Assignment, Contract
from models.rules.standing import works_on
from models.rules.told_days import Designation
from models.store import Op, Query, Store, Where
from models.terminals import used_last
from models.versions import Version, version_at, versions

if TYPE_CHECKING:
    from models.inquiry import Question

NAME = "at closing"


@dataclass(frozen=True, slots=True)
class Closing:
    """The entry that closed a contract, and the contract with the state that it had before."""

    seq: int
    at: datetime
    before: Contract


def at_closing(asked: Inquiry) -> "AtClosing | None":
    """Return the view of a closed contract, None while it is not closed."""
    if isinstance(asked, AtClosing) or asked.contract.status is not ContractStatus.CLOSED:
        return None
    return cast(AtClosing, asked.answer(NAME, _view).rows[0])


def closing_of(contract: Contract, known: Sequence[Version[Contract]]) -> Closing:
    """Return since when a contract is closed.

    Args:
        known: its versions, oldest first.
    """
    entered = [one for one in known if not one.voided]
    first = len(entered) - 1
    while first and entered[first - 1].record.status is ContractStatus.CLOSED:
        first -= 1
    status = entered[max(first - 1, 0)].record.status
    return Closing(entered[first].seq, entered[first].at, replace(contract, status=status))


def _view(asked: Inquiry) -> "Iterator[AtClosing]":
    known = asked.versions(Contract, asked.contract.id)
    yield AtClosing(asked, closing_of(asked.contract, known))


class AtClosing(Inquiry):
    """The inquiry of a closed contract as it would have answered when it was closed.

    What it reads is noted by the inquiry of today, which keeps the answers.
    """

    def __init__(self, now: Inquiry, closing: Closing) -> None:
        super().__init__(now._ledger, closing.before)
        self.today = min(closing.at.date(), now.today)
        self.books, self.verdicts, self.breaches = now.books, now.verdicts, now.breaches
        self._present, self._closing = now, closing
        self._then: dict[type[Any], dict[str, Any]] = {}
        self._unbound: dict[type[Any], list[Any]] = {}

    # --- the day ---------------------------------------------------------------------------------
    def moment(self) -> datetime:
        return self._closing.at

    @property
    def now(self) -> datetime:
        return self._closing.at

    @property
    def working_day(self) -> date:
        """Return the last day on which anybody worked under the contract; then nobody had to."""
        end = min(self.today, self._present.ends_on or self.today)
        worked = [
            end if one.ends_on is None else min(one.ends_on, end)
            for one in self.all(Assignment)
            if one.person_id and one.status is not AssignmentStatus.CANCELLED
        ]
        return max(worked, default=end)

    @property
    def at_work(self) -> bool:
        """Tell that somebody was to be there until then."""
        return True

    # --- what was there --------------------------------------------------------------------------
    @property
    def active(self) -> list[Assignment]:
        """Return who worked on the contract to the end."""
        day = self.working_day
        return [
            one
            for one in self.all(Assignment)
            if one.person_id and works_on(one, day, self.books, self.profile)
        ]

    def stands(self, one: Designation) -> bool:
        """Tell whether it designated somebody, or a place, at any time of the work."""
        return one.status is not AssignmentStatus.CANCELLED

    def lasts(self, ended_at: datetime | None) -> bool:
        """Tell whether a right or a card stood to the last day of the work."""
        return ended_at is None or self.working_day <= ended_at.date()

    def used_on(self) -> str:
        return used_last(self.ledger, self._closing.seq)

    def unbound(self, cls: type[R]) -> list[R]:
        self.note(cls.type)
        if cls not in self._unbound:
            then = _as_of(self._ledger.opened.store, cls, self._closing.seq)
            self._unbound[cls] = [one for _, one in then if not one.contract()]
        return self._unbound[cls]

    def _register(self, cls: type[R], contract_id: str | None) -> dict[str, R]:
        if contract_id is not None:
            return self._present._register(cls, contract_id)
        self.note(cls.type)
        if cls not in self._then:
            self._then[cls] = dict(_as_of(self._ledger.store, cls, self._closing.seq))
        return self._then[cls]

    # --- what the inquiry of today keeps ---------------------------------------------------------
    def note(self, *types: str) -> None:
        self._present.note(*types)

    def watch(self, work: Callable[[], Any]) -> tuple[Any, set[str]]:
        return self._present.watch(work)

    def answer(self, name: str, query: "Question") -> Answer:
        """Ask a query; nothing is kept here."""
        return Answer(tuple(query(self)), frozenset())

    def listed(
        self, query: Query, fields: Sequence[str], judge: Callable[..., Any]
    ) -> Mapping[str, Any]:
        return self._present.listed(query, fields, judge)

    def picked(
        self, query: Query, fields: Sequence[str], judge: Callable[..., bool], words: str,
        others: Iterable[Row] = (),
    ) -> Sequence[Row]:  # fmt: skip
        return self._present.picked(query, fields, judge, words, others)


def _as_of(store: Store, cls: type[R], seq: int) -> Iterator[tuple[str, R]]:
    """Yield the records of a type as they stood after an entry, by id, in entry order."""
    known = Query(cls.type, (Where("created_seq", Op.LE, seq),), voided=None)
    for stored in store.find(cls, known, limit=1_000_000):
        if stored.meta.seq <= seq and not stored.meta.voided:
            yield stored.record.id, stored.record
            continue
        then = version_at(versions(store, cls, stored.record.id), seq)
        if then is not None and not then.voided:
            yield then.record.id, then.record

"""What every evidence query is given: one contract with its text and its registers, read once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from models.codes import AssignmentStatus, ContractStatus, FindingStatus, RuleMode, Timing
from models.profiles import Profile
from models.records import (
    AccessRight,
    Assignment,
    Contract,
    ContractClauseSetting,
    ContractPlace,
    HandlingEvent,
    InformationAsset,
    Item,
    Record,
    RuleOverride,
)
from models.records import Finding as FindingRecord
from models.rules.case import Case
from models.rules.engine import Finding, examine

if TYPE_CHECKING:
    from models.ledger import Ledger

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Row:
    """One record that does not prove the clause, with the sentence that says why."""

    type: str
    id: str
    sentence: str
    severity: str = "action"


@dataclass
class Inquiry:
    """What every query is given: the contract with its text, and its registers, read once."""

    ledger: "Ledger"
    contract: Contract
    memo: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def profile(self) -> Profile:
        return self.ledger.registers.need_profile(self.contract.profile_code)

    @cached_property
    def ended(self) -> bool:
        """Tell whether the work is over, so that everything must have found its end."""
        day = self.contract.completed_on or self.contract.terminated_on or self.contract.ends_on
        over = {ContractStatus.WINDING_UP, ContractStatus.CLOSED, ContractStatus.TERMINATED}
        return self.contract.status in over or (day is not None and day < self.ledger.today())

    def all(self, cls: type[R]) -> list[R]:
        """Return the contract's records of a type."""
        if cls not in self.memo:
            found = self.ledger.registers.all(cls, contract_id=self.contract.id)
            self.memo[cls] = [stored.record for stored in found]
        return cast(list[R], self.memo[cls])

    @cached_property
    def events(self) -> list[HandlingEvent]:
        return self.all(HandlingEvent)

    @cached_property
    def items(self) -> dict[str, Item]:
        return {one.id: one for one in self.all(Item)}

    @cached_property
    def settled(self) -> set[tuple[str, str]]:
        """Return (rule, record) pairs that were explained, or put right and verified."""
        closed = {one.id for one in self.all(FindingRecord) if one.status is FindingStatus.VERIFIED}
        return {
            (one.rule_id, one.record_ref)
            for one in self.all(RuleOverride)
            if one.mode is RuleMode.WARN or one.finding_id in closed
        }

    @cached_property
    def by_rule(self) -> dict[str, list[Row]]:
        """Ask the rules about everything that happened and stands, in one pass."""
        rows: dict[str, list[Row]] = {}
        for record in [*self.events, *self._standing]:
            if isinstance(record, HandlingEvent) and record.timing is not Timing.ACTUAL:
                continue
            for finding in examine(self.case(record)):
                if finding.mode != RuleMode.NOTICE:
                    self._keep(rows, record, finding)
        return rows

    @cached_property
    def _standing(self) -> list[Record]:
        kinds: tuple[type[Record], ...] = (
            Assignment,
            ContractPlace,
            InformationAsset,
            ContractClauseSetting,
            AccessRight,
        )
        return [*(one for cls in kinds for one in self.all(cls)), *self.items.values()]

    def _keep(self, rows: dict[str, list[Row]], record: Record, finding: Finding) -> None:
        if (finding.rule_id, record.id) in self.settled:
            return
        severity = "action" if finding.mode == RuleMode.WARN else "broken"
        row = Row(record.type, record.id, finding.message, severity)
        rows.setdefault(finding.rule_id, []).append(row)

    def case(self, record: Record) -> Case:
        """Return a record as the rules would be asked about it."""
        return Case(
            record=record, contract=self.contract, profile=self.profile,
            books=self.ledger.rules.books, now=self.ledger.now(), items=self.items,
        )  # fmt: skip

    @cached_property
    def active(self) -> list[Assignment]:
        """Return who works on the contract today."""
        today = self.ledger.today()
        return [
            one
            for one in self.all(Assignment)
            if one.person_id and one.status is AssignmentStatus.ACTIVE and one.valid_on(today)
        ]

    def name(self, person_id: str) -> str:
        return f"{self.ledger.registers.caption('person', person_id)}さん"


Query = Callable[[Inquiry], Iterator[Row]]


def row(record: Record, sentence: str, severity: str = "action") -> Row:
    """Return what a query says about a record."""
    return Row(record.type, record.id, sentence, severity)

"""What a handling dialog begins with: a new act, one that answers another, a correction, or a plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.codes import HandlingKind, Timing
from models.ledger import Ledger
from models.records import HandlingEvent, Item, Stored
from models.told_times import CLOCK_TOLERANCE
from ui.handling import defaults


@dataclass(frozen=True)
class Beginning:
    """Where an act that is being entered comes from.

    Attributes:
        related: the open event that it answers.
        correcting: the event that it takes the place of.
        plan: the plan that it carries out.
    """

    ledger: Ledger
    kind: HandlingKind
    related: HandlingEvent | None
    correcting: Stored[HandlingEvent] | None
    plan: Stored[HandlingEvent] | None

    def contract_id(self, items: Sequence[str]) -> str:
        """Return the contract of what it comes from, or of the things; "" where somebody has to say."""
        begun = self.correcting or self.plan
        if begun is not None:
            return begun.record.contract_id
        if self.related is not None:
            return self.related.contract_id
        found = self.ledger.store.get_many(Item, list(items))
        return defaults.usual_contract(self.ledger, [one.record for one in found.values()])

    def event(self, contract_id: str) -> HandlingEvent:
        """Return the event as the form shows it first."""
        if self.correcting is not None:
            record = self.correcting.record
            return replace(
                record, confirmed_by="", confirmed_at=None, corrects_event_id="", lines_text=""
            )
        if self.plan is not None:
            return replace(
                self.plan.record, id="", event_no=None, timing=Timing.ACTUAL, lines_text="",
                occurred_at=self.ledger.now().replace(second=0, microsecond=0),
            )  # fmt: skip
        return defaults.starting_event(self.ledger, contract_id, self.kind)

    def as_it_lies(self, event: HandlingEvent) -> HandlingEvent:
        """Return an event, as a plan where its time lies ahead."""
        at = event.occurred_at
        ahead = at is not None and at > self.ledger.now() + CLOCK_TOLERANCE
        return replace(event, timing=Timing.PLANNED) if ahead else event

    def hindrances(
        self, events: Sequence[HandlingEvent], new_items: Sequence[Item]
    ) -> dict[str, str]:
        """Return by the id of a thing why it cannot be handled so, in the place of what is corrected."""
        found: dict[str, str] = {}
        instead = self.correcting.record if self.correcting is not None else None
        for event in events:
            found |= self.ledger.handling.hindrances(event, new_items=new_items, instead_of=instead)
        return found

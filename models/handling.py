"""Handling: the daily verbs of the office, each one event with its items (L-08 … L-13).

Every verb ends in `record`: numbering, fields, references, custody and the rules are checked in
one place, then one command is written. Saved events are never revised (R-33): `correct` voids the
old one and enters the new one in the same command.
"""

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from models import collector, counts_undone, inside, plans, without_origin
from models.chain import Intent
from models.codes import HandlingStatus, ItemOrigin, Timing
from models.commands import Change, creating, revising, voiding
from models.errors import Conflict, InvalidField, Refused
from models.handling_checks import HandlingChecks, require_unconfirmed
from models.item_list import told_of_contents
from models.item_status import Status
from models.own_words import told_of_change
from models.paper_undone import told_of
from models.records import HandlingEvent, HandlingLine, Item, Record, Stored
from models.records.things import END_RULE_BY_ORIGIN
from models.rules.answers import Answers
from models.rules.engine import Finding
from models.supervising import is_supervised, told_of_confirming
from models.trip_changes import told_of_void
from models.whole_ends import WholeEnds

if TYPE_CHECKING:
    from models.ledger import Ledger

LATE_ENTRY = timedelta(days=1)  # later than this is shown as 後日入力 (records.md §0)


class Handling:
    """Verbs on handling events."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._checks = HandlingChecks(ledger)
        self._ends = WholeEnds(ledger.store, self._item)

    # --- writing ---------------------------------------------------------------------------------
    def record(
        self,
        event: HandlingEvent,
        *,
        new_items: Sequence[Item] = (),
        answers: Answers | None = None,
        command_id: str = "",
    ) -> Change:
        """Enter one event and the items that came into being with it.

        Id, number, timing and status of the event are filled in when empty.

        Args:
            new_items: items that the event receives, makes or copies; each carries its id.
            answers: what people said to the findings of the rules.

        Raises:
            InvalidField, NeedsAnswer, NotPermitted, Refused
        """
        return self.record_all([event], new_items=new_items, answers=answers, command_id=command_id)

    @collector.at_rest()
    def record_all(
        self,
        events: Sequence[HandlingEvent],
        *,
        new_items: Sequence[Item] = (),
        others: Sequence[Record] = (),
        answers: Answers | None = None,
        historic: bool = False,
        looked_at: Container[str] = (),
        plan_id: str = "",
        command_id: str = "",
    ) -> Change:
        """Enter many events in one command, in the order in which they happened.

        Args:
            others: records that belong to the same act, for example the source of an import.
            historic: facts of an older register; one exception sums up what the rules ask.
            looked_at: ids of new items whose fields the import looked at row by row.
            plan_id: the plan (予定) that was carried out with them; it names the first of them.

        Raises:
            InvalidField, NeedsAnswer, NotFound, NotPermitted, Refused
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        if not historic and any(event.source_file_id for event in events):
            # What an older register lacks is forgiven; nobody else may claim that.
            label = HandlingEvent.fields()["source_file_id"].label
            raise InvalidField(field=label, problem="は、一覧の取込みのときだけに付きます。")
        for event in events:
            require_unconfirmed(event)
        plan = self._open_plan(plan_id) if plan_id else None
        left = plans.left_of(plan, events, self._held) if plan is not None else None
        planned, events = self._numbered_beside(left, events)
        events, counted = self._ends.numbered(events, {item.id for item in new_items})
        checks = self._checks
        amiss = (*counted, *checks.before_entering(events, new_items, others, looked_at=looked_at))
        ruling = ledger.rules.on_events(events, new_items, others, answers, historic=historic)
        told = ruling.notices
        if not historic:
            told = (*told, *amiss, *inside.told(ledger.store, events, new_items))
            told = (*told, *told_of_contents(ledger, new_items))
        entering = (*others, *new_items, *ruling.beside, *planned, *ruling.events)
        intents = [creating(record) for record in entering]
        if plan is not None:
            intents.insert(0, plans.carried_out(plan, left, ruling.events))
        return ledger.commit(
            intents, command_id=command_id, notices=(*told, *map(self._left_words, planned))
        )

    def copy(
        self,
        event: HandlingEvent,
        source_id: str,
        copies: Sequence[Item],
        *,
        answers: Answers | None = None,
        command_id: str = "",
    ) -> Change:
        """Enter a copy: each copy becomes a child of its original with an end of its own (R-06).

        Args:
            event: kind copy, without lines.
            copies: the new items; lineage, origin and end rule are filled in here.
        """
        whole, children = self.copied(event, source_id, copies)
        return self.record(whole, new_items=children, answers=answers, command_id=command_id)

    def copied(
        self, event: HandlingEvent, source_id: str, copies: Sequence[Item]
    ) -> tuple[HandlingEvent, list[Item]]:
        """Return a copy as it is entered by `record`: the event with its lines, and the children.

        Raises:
            NotFound: no such original.
        """
        source = self._ledger.registers.need(Item, source_id).record
        children = [self._child(source, event, copy) for copy in copies]
        lines = tuple(
            HandlingLine(item_id=source.id, quantity=child.quantity, resulting_item_id=child.id)
            for child in children
        )
        return replace(event, lines=lines), children

    def void(self, event_id: str, reason: str, *, command_id: str = "") -> Change:
        """Take an event back; it stays visible with the reason, and custody is derived anew.

        The registrations that were entered with it fall with it, see `models.without_origin`.

        Raises:
            NotFound, NotPermitted, Refused
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        stored = self._in_force(event_id)
        self._checks.require_may_correct(stored)
        self._checks.require_possible_without(stored.record)
        text = ledger.registers.reason(reason)
        open_again = [
            revising(plans.lies_ahead_again(plan), text) for plan in self._plans_of(event_id)
        ]
        falling = without_origin.falls_with(ledger, stored.record)
        told = (*told_of(ledger, stored.record), *told_of_change(ledger, stored.record, None))
        told = (*told, *told_of_void(ledger, stored.record))
        told = (*told, *counts_undone.told_of_undoing(ledger, stored.record))
        told = (*told, *without_origin.told(ledger, stored.record, falling))
        gone = [voiding(one, text) for one in (stored.record, *falling)]
        return ledger.commit([*gone, *open_again], command_id=command_id, notices=told)

    def correct(
        self, event_id: str, event: HandlingEvent, reason: str, *,
        answers: Answers | None = None, command_id: str = "",
    ) -> Change:  # fmt: skip
        """Replace a wrong event by a right one; both stay visible and linked (R-33).

        Raises:
            InvalidField, NotFound, NotPermitted, Refused
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        stored = self._in_force(event_id)
        self._checks.require_may_correct(stored)
        event = replace(
            event, id="", event_no=None, corrects_event_id=event_id,
            confirmed_by="", confirmed_at=None,
        )  # fmt: skip
        [new], counted = self._ends.numbered(self._numbered([event]), corrected=event_id)
        amiss = (*counted, *self._checks.before_entering([new], (), (), instead_of=stored.record))
        text = ledger.registers.reason(reason)
        ruling = ledger.rules.on_events([new], (), (), answers)
        [new] = ruling.events
        kept = {id_ for line in new.lines for id_ in (line.item_id, line.resulting_item_id)}
        falling = without_origin.falls_with(ledger, stored.record, kept)
        intents = [voiding(one, text) for one in (stored.record, *falling)]
        intents += [creating(new, text), *map(creating, ruling.beside)]
        intents += [plans.after_correction(plan, new, text) for plan in self._plans_of(event_id)]
        amiss = (*amiss, *inside.told(ledger.store, [new]))
        told = (*told_of(ledger, stored.record), *told_of_change(ledger, stored.record, new))
        told = (*told, *counts_undone.told_of_undoing(ledger, stored.record, new))
        told = (*told, *without_origin.told(ledger, stored.record, falling, kept))
        told = (*told, *ruling.notices, *amiss)
        return ledger.commit(intents, command_id=command_id, notices=told)

    def confirm(
        self, event_ids: Sequence[str], *, answers: Answers | None = None, command_id: str = ""
    ) -> Change:
        """Confirm events as the responsible person (SK-4.3, CM-9.2, CB-4.4).

        What somebody confirmed who is not designated in the contract can be confirmed once more.

        Raises:
            NeedsAnswer, NotFound, NotPermitted, Refused: already confirmed, or only planned
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        ledger.require("confirm")
        me = ledger.user.person_id
        intents: list[Intent] = []
        made = []
        events = [self._in_force(event_id).record for event_id in event_ids]
        for event in events:
            if event.status is HandlingStatus.CONFIRMED and is_supervised(ledger, event):
                raise Refused(reason=f"{event.caption()}は、すでに確認済みです。")
            if event.timing is not Timing.ACTUAL:
                raise Refused(
                    reason=f"{event.caption()}は予定です。実績を記録してから確認してください。"
                )
            confirmed = replace(
                event,
                status=HandlingStatus.CONFIRMED,
                confirmed_by=me,
                confirmed_at=ledger.now(),
            )
            made.append(confirmed)
            intents.append(revising(confirmed, "責任者の確認"))
        ruling = ledger.rules.on_confirming(events, answers)
        intents += map(creating, ruling.beside)
        told = (*ruling.notices, *told_of_confirming(ledger, made))
        return ledger.commit(intents, command_id=command_id, notices=told)

    # --- reading ---------------------------------------------------------------------------------
    def timeline(self, item_id: str) -> list[Stored[HandlingEvent]]:
        """Return the events of an item in the order in which they happened."""
        return self._ledger.store.timeline(item_id)

    def status(self, item_id: str) -> Status | None:
        return self._ledger.store.status(item_id)

    def examine(self, event: HandlingEvent, new_items: Sequence[Item] = ()) -> list[Finding]:
        """Return what the rules of the contract say to a draft, for screens; nothing is written."""
        return self._ledger.rules.about_event(event, new_items)

    def falls_with(self, event: HandlingEvent) -> str:
        """Say which registrations fall when an event is voided, "" for none; nothing is written."""
        return without_origin.foretold(self._ledger, event)

    def hindrances(
        self,
        event: HandlingEvent,
        *,
        new_items: Sequence[Item] = (),
        instead_of: HandlingEvent | None = None,
    ) -> dict[str, str]:
        """Return for each item of a draft why this event cannot have happened to it.

        For screens that tell while a person types; a kind or time not chosen yet hinders nothing.

        Args:
            instead_of: the event that the draft corrects.
        """
        if event.kind is None or event.occurred_at is None:
            return {}
        draft = replace(event, timing=event.timing or Timing.ACTUAL)
        created = {item.id: item for item in new_items}
        corrected = instead_of.id if instead_of else ""
        [draft], _ = self._ends.numbered([draft], created, corrected)
        found: dict[str, str] = {}
        for item_id in dict.fromkeys(line.item_id for line in draft.lines):
            try:
                item = created.get(item_id) or self._item(item_id)
                self._checks.walk(item, [draft], created, instead_of)
            except Refused as error:
                found[item_id] = str(error)
        return found

    def waits_for_confirmation(self, stored: Stored[HandlingEvent]) -> bool:
        """Tell whether a responsible person has still to confirm an event."""
        event = stored.record
        if stored.meta.voided or event.timing is not Timing.ACTUAL:
            return False
        return event.status is not HandlingStatus.CONFIRMED or not is_supervised(
            self._ledger, event
        )

    def entered_late(self, stored: Stored[HandlingEvent]) -> bool:
        """Tell whether an event was entered long after it happened (後日入力)."""
        happened = stored.record.occurred_at
        return happened is not None and stored.meta.created_at - happened > LATE_ENTRY

    # --- numbers and plans -----------------------------------------------------------------------
    def _numbered(self, events: Sequence[HandlingEvent]) -> list[HandlingEvent]:
        ledger = self._ledger
        next_no: dict[str, int] = {}
        numbered = []
        for event in events:
            contract = event.contract_id
            number = next_no.get(contract) or ledger.store.next_event_no(contract)
            next_no[contract] = number + 1
            timing = event.timing or Timing.ACTUAL
            status = HandlingStatus.DONE if timing is Timing.ACTUAL else HandlingStatus.PLANNED
            numbered.append(
                event.with_changes(
                    id=event.id or ledger.new_id(), event_no=number,
                    timing=timing, status=status,
                )
            )  # fmt: skip
        return numbered

    def _numbered_beside(
        self, left: HandlingEvent | None, events: Sequence[HandlingEvent]
    ) -> tuple[list[HandlingEvent], list[HandlingEvent]]:
        """Number events and, before them, what is left of a plan."""
        planned = [] if left is None else [left]
        numbered = self._numbered([*planned, *events])
        return numbered[: len(planned)], numbered[len(planned) :]

    def _open_plan(self, plan_id: str) -> HandlingEvent:
        """Return a plan that still waits for its day."""
        plan = self._in_force(plan_id).record
        if plan.timing is not Timing.PLANNED:
            raise Refused(reason=f"{plan.caption()}は、予定ではありません。")
        if plans.is_carried_out(plan):
            raise Refused(reason=f"{plan.caption()}は、すでに実績を記録した予定です。")
        return plan

    def _plans_of(self, event_id: str) -> list[HandlingEvent]:
        """Return the plans that were carried out with an event."""
        found = self._ledger.registers.all(
            HandlingEvent, related_event_id=event_id, timing=Timing.PLANNED
        )
        return [stored.record for stored in found]

    def _left_words(self, left: HandlingEvent) -> str:
        return plans.words(left, [self._amount_words(line) for line in left.lines])

    def _amount_words(self, line: HandlingLine) -> str:
        item = self._item(line.item_id)
        if line.quantity in (None, item.quantity):
            return item.caption()
        assert line.quantity is not None
        return f"{item.caption()}の{item.amount(line.quantity)}"

    def _held(self, item_id: str) -> Decimal | None:
        status = self._ledger.store.status(item_id)
        return status.left if status is not None else None

    # --- helpers ---------------------------------------------------------------------------------
    def _child(self, source: Item, event: HandlingEvent, copy: Item) -> Item:
        return replace(
            copy,
            id=copy.id or self._ledger.new_id(),
            contract_id=source.contract_id,
            origin=ItemOrigin.COPIED,
            parent_item_id=source.id,
            copy_authorization_id=copy.copy_authorization_id or event.authorization_id,
            end_rule=copy.end_rule or END_RULE_BY_ORIGIN[ItemOrigin.COPIED],
            contents=copy.contents or source.contents,
            quantity=copy.quantity or Decimal(1),
            unit=copy.unit or source.unit,
        )

    def _item(self, item_id: str) -> Item:
        return self._ledger.registers.need(Item, item_id).record

    def _in_force(self, event_id: str) -> Stored[HandlingEvent]:
        stored = self._ledger.registers.need(HandlingEvent, event_id)
        if stored.meta.voided:
            raise Conflict(what=stored.record.caption())
        return stored

"""What is asked of acts before they are entered or taken back (L-08 … L-13).

Whether this user may enter them, whether their fields, references and times can stand, and whether
each thing that they touch can have gone through them. What the contract says to them is asked
elsewhere (models/ruling.py).
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from models import amounts, custody, overlaps, permissions, plans, sanitizing
from models.codes import HandlingStatus, Role, Timing
from models.desk import Desk
from models.errors import Impossible, NotPermitted, Refused
from models.item_status import Status
from models.records import HandlingEvent, Item, Place, Record, Stored
from models.told_times import CLOCK_TOLERANCE, require_in_time

if TYPE_CHECKING:
    from models.ledger import Ledger

CONFIRMED_BY_VERB = (
    "「責任者の確認」と「確認済」の状態は、入力できません。記録したあとで、責任者が自分でサインインして"
    "確認すると入ります。"
)


class HandlingChecks:
    """Refuses what cannot be entered or taken back, and says what was not as an act tells it."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    def before_entering(
        self,
        events: Sequence[HandlingEvent],
        new_items: Sequence[Item],
        others: Sequence[Record],
        instead_of: HandlingEvent | None = None,
        looked_at: Container[str] = (),
    ) -> tuple[str, ...]:
        """Refuse what cannot be entered; return what was not as the acts say.

        Args:
            others: records that belong to the same act.
            instead_of: the event that they correct.
            looked_at: ids of records that `Registers.validate` would find nothing in.

        Raises:
            InvalidField, NotFound, NotPermitted, Refused
        """
        ledger = self._ledger
        self._require_may_record(events)
        created = {item.id: item for item in new_items}
        entering: list[Record] = [*others, *new_items, *events]
        desk = Desk(ledger.store, entering)
        fine: dict[str, Record] = {}
        for record in entering:
            like = fine.get(record.type)
            if record.id not in looked_at:
                ledger.registers.validate(record, like)
            ledger.registers.check_references(record, desk, like)
            fine[record.type] = record
        for event in events:
            require_in_time(event, ledger.now())
        amiss = self._require_possible(events, created, instead_of)
        for event in events:
            self._require_agreement(event, created)
        return amiss

    def require_may_correct(self, stored: Stored[HandlingEvent]) -> None:
        """Refuse to take back what this user may not, or what was planned and is done.

        Raises:
            NotPermitted, Refused
        """
        self._require_may_record([stored.record])
        if plans.is_carried_out(stored.record):
            raise Refused(
                reason=f"{stored.record.caption()}は、すでに実績を記録した予定です。"
                "訂正や取消は、その実績の記録に対して行ってください。"
            )
        confirmed = stored.record.status is HandlingStatus.CONFIRMED
        if confirmed and self._ledger.role is not Role.SUPERVISOR:
            raise NotPermitted(act="確認済みの取扱記録の取消", who=Role.SUPERVISOR.label)

    def require_possible_without(self, event: HandlingEvent) -> None:
        """Refuse to void an event without which what happened later cannot have happened.

        Raises:
            Refused
        """
        for line in event.lines:
            for item_id in {line.item_id, line.resulting_item_id} - {""}:
                item = self._item(item_id)
                happened = self._ledger.store.happened(item_id)
                try:
                    amounts.require_without(item, happened, event.id)
                except Refused as error:
                    raise Refused(
                        reason=f"{event.caption()}を取り消すと、後の記録とつじつまが合いません。"
                        f"{error}先に後の記録を取り消してください。"
                    ) from error

    def walk(
        self,
        item: Item,
        mine: Sequence[HandlingEvent],
        created: Mapping[str, Item],
        instead_of: HandlingEvent | None,
    ) -> tuple[str, ...]:
        """Walk one item through the new events; return what they say wrong.

        Raises:
            Refused: in the words of the contract.
        """
        try:
            return self._walk(item, mine, created, instead_of)
        except Impossible as error:
            raise error.called(self._word(mine, str(error.facts["act"]))) from error

    def _word(self, mine: Sequence[HandlingEvent], label: str) -> str:
        """Return what the text calls an act of the item, its usual name where it has none."""
        found = (
            self._ledger.profile(one.contract_id).own_word(one.kind.value)
            for one in mine
            if one.kind is not None and one.kind.label == label
        )
        return next(found, "") or label

    def _walk(
        self,
        item: Item,
        mine: Sequence[HandlingEvent],
        created: Mapping[str, Item],
        instead_of: HandlingEvent | None,
    ) -> tuple[str, ...]:
        amounts.require_whole(item, mine)
        status = None if item.id in created else self._ledger.store.status(item.id)
        if status is None:  # it comes into being with these acts
            return tuple(amounts.of_then(item, (), mine, self._place))
        in_order = _in_order(status, mine) and not overlaps.possible(status, mine)
        if in_order and instead_of is None:
            return tuple(amounts.of_now(item, status, mine, self._place))
        happened = self._ledger.store.happened(item.id)
        return tuple(amounts.of_then(item, happened, mine, self._place, instead_of))

    # --- one by one ------------------------------------------------------------------------------
    def _require_may_record(self, events: Sequence[HandlingEvent]) -> None:
        ledger = self._ledger
        account = ledger.user
        assert account.app_role is not None
        permissions.require_write(account.app_role, HandlingEvent)
        if account.app_role is Role.WORKER:
            for event in events:
                if event.actor_person_id != account.person_id:
                    raise NotPermitted(act="ほかの人の取扱いの記録", who=Role.SUPERVISOR.label)

    def _require_possible(
        self,
        events: Sequence[HandlingEvent],
        created: Mapping[str, Item],
        instead_of: HandlingEvent | None,
    ) -> tuple[str, ...]:
        """Walk every touched item through the new events; refuse what cannot have happened.

        Returns:
            What is told of quantities and places that were not as the acts say, at their own times.
        """
        touched = _by_item(events)
        if instead_of is not None:
            for line in instead_of.lines:
                touched.setdefault(line.item_id, [])
        told: dict[str, None] = {}
        for item_id, mine in touched.items():
            item = created.get(item_id) or self._item(item_id)
            told.update(dict.fromkeys(self.walk(item, mine, created, instead_of)))
        return tuple(told)

    def _require_agreement(self, event: HandlingEvent, created: Mapping[str, Item]) -> None:
        """Refuse an erasure or disposal whose certificate would say something else."""
        if not event.sanitization:
            return
        ids = {row.item_id for row in event.sanitization} | {one.item_id for one in event.lines}
        items = {id_: created.get(id_) or self._item(id_) for id_ in ids}
        sanitizing.require_agreement(event, items, self._ledger.now() + CLOCK_TOLERANCE)
        for row in event.sanitization:
            past = self._ledger.store.happened(row.item_id)
            first = next((one for one in past if one.timing is Timing.ACTUAL), None)
            if first and row.performed_at and row.performed_at < custody.when(first):
                name = sanitizing.called(row, items)
                raise Refused(
                    reason=f"「{name}」の実施日時が、{first.caption()}より前になっています。"
                )

    def _place(self, place_id: str) -> str:
        return self._ledger.registers.caption(Place.type, place_id)

    def _item(self, item_id: str) -> Item:
        return self._ledger.registers.need(Item, item_id).record


def require_unconfirmed(event: HandlingEvent) -> None:
    """Refuse an act that comes with its confirmation; `Handling.confirm` makes it.

    Raises:
        Refused
    """
    confirmed = event.status is HandlingStatus.CONFIRMED
    if confirmed or event.confirmed_by or event.confirmed_at is not None:
        raise Refused(reason=CONFIRMED_BY_VERB)


def _by_item(events: Iterable[HandlingEvent]) -> dict[str, list[HandlingEvent]]:
    """Return for each item what happens to it, in the order of time."""
    touched: dict[str, list[HandlingEvent]] = {}
    for event in sorted(events, key=custody.when):
        for line in event.lines:
            for item_id in {line.item_id, line.resulting_item_id} - {""}:
                mine = touched.setdefault(item_id, [])
                if not mine or mine[-1] is not event:
                    mine.append(event)
    return touched


def _in_order(status: Status, mine: Sequence[HandlingEvent]) -> bool:
    """Tell whether acts on an item come after all that happened to it."""
    return status.last_at is None or not mine or custody.when(mine[0]) >= status.last_at

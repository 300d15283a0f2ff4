"""Try events in the order in which they happened, before anything is entered.

Each item is walked once through time: what the ledger already knows of it, then the row, then what
the ledger knows of later. A row that cannot have happened is refused with its sentence; the rows
after it are tried as if it had never been there.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from models import amounts, custody
from models.codes import HandlingKind, ItemState
from models.errors import Refused
from models.item_status import Status
from models.records import HandlingEvent, Item
from models.wareki import format_wareki

if TYPE_CHECKING:
    from models.ledger import Ledger

_BEGINNINGS = (HandlingKind.RECEIVE, HandlingKind.COLLECT, HandlingKind.COPY)
ONCE_A_DAY = frozenset(
    {
        HandlingKind.RECEIVE,
        HandlingKind.HAND_OVER,
        HandlingKind.RETURN,
        HandlingKind.ERASE,
        HandlingKind.DISPOSE,
    }
)


class _Thing:
    """One item on its way through time; `later` is what the ledger knows and is still to come."""

    __slots__ = ("item", "known", "later", "status")

    def __init__(self, item: Item, later: list[HandlingEvent]) -> None:
        self.item = item
        self.status = custody.begin(item)
        self.later = later[::-1]  # the next one last, where it is taken off
        self.known = {
            key: event for event in later for key in (_same_minute(event), _same_day(event)) if key
        }

    def go_to(self, moment: datetime) -> None:
        while self.later and self.later[-1].occurred_at <= moment:  # type: ignore[operator]
            self.status = custody.step(self.item, self.status, self.later.pop())

    def after(self, event: HandlingEvent) -> Status:
        """Return the status after an event.

        Raises:
            Refused: the event cannot follow what was, or what followed cannot follow it.
        """
        try:
            status = custody.step(self.item, self.status, event)
        except Refused:
            self._require_begun(event)
            raise
        if self.later:
            if event.kind not in _BEGINNINGS:
                self._require_begun(event)
            self._require_future(status)
        amounts.require_there(self.item, self.status, event)
        return status

    def _require_begun(self, event: HandlingEvent) -> None:
        """Say it plainly when a row lies before the day on which the thing came.

        Raises:
            Refused
        """
        if self.status.state is not ItemState.REGISTERED:
            return
        for later in reversed(self.later):
            if later.kind in _BEGINNINGS:
                kind = event.kind.label if event.kind else ""
                raise Refused(
                    reason=f"{self.item.caption()}は、台帳では{_day(later)}に"
                    f"「{later.kind.label}」しています。それより前の「{kind}」は記録できません。"
                    "どちらの日付が正しいか確かめてください。"
                )

    def _require_future(self, status: Status) -> None:
        stood = self.status
        for event in reversed(self.later):
            try:
                stood, status = amounts.followed(self.item, stood, status, event)
            except Refused as error:
                kind = event.kind.label if event.kind else ""
                raise Refused(
                    reason=f"この行を入れると、台帳にある{_day(event)}の「{kind}」とつじつまが合いません。"
                    "どちらが正しいか確かめてください。"
                ) from error


class Rehearsal:
    """Walks items through candidate events; `perform` must be called in the order of time.

    Args:
        new_items: items that the same import brings, which have no past.
    """

    def __init__(
        self,
        ledger: "Ledger",
        new_items: Mapping[str, Item],
        find: Callable[[str], Item],
    ) -> None:
        self._ledger = ledger
        self._new = new_items
        self._find = find
        self._things: dict[str, _Thing] = {}

    def status(self, item_id: str, moment: datetime) -> Status:
        """Return where an item was at that moment."""
        thing = self._thing(item_id)
        thing.go_to(moment)
        return thing.status

    def known(self, event: HandlingEvent) -> HandlingEvent | None:
        """Return the ledger's own event that says the same: same item, kind, person and minute,
        or a receipt or an end on the same day."""
        for line in event.lines:
            known = self._thing(line.item_id).known
            same = known.get(_same_minute(event)) or known.get(_same_day(event))
            if same is not None:
                return same
        return None

    def perform(self, event: HandlingEvent) -> None:
        """Let the event happen.

        Raises:
            Refused: it cannot have happened; then nothing did.
        """
        moment = event.occurred_at
        assert moment is not None
        reached: list[tuple[_Thing, Status]] = []
        for line in event.lines:
            for item_id in (line.item_id, line.resulting_item_id):
                if item_id:
                    thing = self._thing(item_id)
                    thing.go_to(moment)
                    reached.append((thing, thing.after(event)))
        for thing, status in reached:
            thing.status = status

    def _thing(self, item_id: str) -> _Thing:
        thing = self._things.get(item_id)
        if thing is None:
            thing = self._things[item_id] = self._met(item_id)
        return thing

    def _met(self, item_id: str) -> _Thing:
        new = self._new.get(item_id)
        if new is not None:
            return _Thing(new, [])
        item = self._find(item_id)
        status = self._ledger.store.status(item_id)
        if status is None or status.last_at is None:
            return _Thing(item, [])
        return _Thing(item, [one.record for one in self._ledger.store.timeline(item_id)])


def _day(event: HandlingEvent) -> str:
    return format_wareki(event.occurred_at.date()) if event.occurred_at else ""


def _same_minute(event: HandlingEvent) -> tuple[object, ...]:
    return (event.kind, event.occurred_at, event.actor_person_id)


def _same_day(event: HandlingEvent) -> tuple[object, ...]:
    if event.kind not in ONCE_A_DAY or event.occurred_at is None:
        return ()
    return (event.kind, event.occurred_at.date())

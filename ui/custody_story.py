"""Puts the custody of one item into stations: what happened, and where the item was afterwards.

No Qt here: the picture, the list beside it and a screen reader all tell the same story.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import amounts, custody, wareki
from models.codes import HandlingKind, ItemState, Timing
from models.errors import Refused
from models.fields import NOT_RECORDED
from models.ledger import Ledger
from models.profiles import Profile
from models.records import HandlingEvent, Item, Stored
from models.store import Op, Query, Where
from ui.handling.words import kind_word

GAP = timedelta(days=7)  # a longer silence is drawn as a break that says how long it was
ENDED = {
    ItemState.RETURNED: "委託者（返還）",
    ItemState.HANDED_OVER: "引渡し先",
    ItemState.DISPOSED: "廃棄",
    ItemState.ERASED: "消去",
    ItemState.MISSING: "所在不明",
}


@dataclass(frozen=True)
class Station:
    """One event in the story."""

    id: str
    kind: HandlingKind
    at: datetime
    word: str  # what happened
    who: str
    purpose: str
    lane: str  # place or holder afterwards
    state: str  # state afterwards
    left: str
    voided: bool = False
    reason: str = ""  # of a voided event
    late: bool = False
    gap: str = ""  # how long nothing happened before it
    problem: str = ""

    def text(self) -> str:
        """Return the station as one sentence, as a screen reader says it."""
        day = wareki.format_moment(self.at)
        parts = [
            self.gap, day, self.word, f"取扱者 {self.who or NOT_RECORDED}", self.purpose,
            f"取消：{self.reason}" if self.voided else f"その後 {self.state}・{self.lane}",
            self.left, "後日入力" if self.late else "", self.problem,
        ]  # fmt: skip
        return "、".join(part for part in parts if part)


@dataclass(frozen=True)
class Story:
    """The custody of an item."""

    title: str
    stations: tuple[Station, ...]

    @property
    def lanes(self) -> tuple[str, ...]:
        """Places and holders, in the order in which they appear."""
        return tuple(dict.fromkeys(one.lane for one in self.stations if not one.voided))


def read_story(ledger: Ledger, item_id: str, profile: Profile | None = None) -> Story:
    """Return the story of an item, voided events among it."""
    item = ledger.registers.need(Item, item_id).record
    events = [*ledger.handling.timeline(item_id), *_voided(ledger, item_id)]
    events.sort(key=lambda stored: stored.record.occurred_at or stored.meta.created_at)
    teller = _Teller(ledger, item, profile)
    stations = tuple(teller.station(stored) for stored in events)
    return Story(item.caption(), stations)


class _Teller:
    def __init__(self, ledger: Ledger, item: Item, profile: Profile | None) -> None:
        self._ledger = ledger
        self._item = item
        self._profile = profile
        self._status = custody.begin(item)
        self._before: datetime | None = None
        self._lanes: dict[str, str] = {}

    def station(self, stored: Stored[HandlingEvent]) -> Station:
        event = stored.record
        assert event.kind is not None and event.occurred_at is not None
        problem = ""
        if not stored.meta.voided:
            try:
                self._status = custody.step(self._item, self._status, event)
            except Refused as error:
                problem = str(error)
        planned = event.timing is Timing.PLANNED
        gap = "" if planned else self._gap(event.occurred_at)
        status = self._status
        less = status.left != (self._item.quantity or status.left)
        left = f"残り {self._item.amount(status.left)}" if less else ""
        if amounts.are_apart(status):
            left = amounts.parts(self._item, status)
        return Station(
            id=event.id, kind=event.kind, at=event.occurred_at,
            word=self._word(event),
            who=self._caption("person", event.actor_person_id, stored), purpose=event.purpose,
            lane=self._lane(stored), state=status.state.label,
            left=left,
            voided=stored.meta.voided, reason=stored.meta.void_reason,
            late=self._ledger.handling.entered_late(stored), gap=gap, problem=problem,
        )  # fmt: skip

    def _word(self, event: HandlingEvent) -> str:
        assert event.kind is not None
        word = kind_word(event.kind, self._profile)
        if event.timing is Timing.PLANNED:
            return f"{word}（予定）"
        made = [line for line in event.lines if line.resulting_item_id == self._item.id]
        if event.kind is HandlingKind.COPY:
            return f"{word}（これが写し）" if made else word
        if event.kind is HandlingKind.USE and event.related_event_id:
            return f"{word}（終了）"
        if event.kind is HandlingKind.TRANSPORT and event.transport:
            arrived = event.transport[0].arrived_at is not None
            return f"{word}（到着）" if arrived else f"{word}（出発）"
        return word

    def _lane(self, stored: Stored[HandlingEvent]) -> str:
        status = self._status
        if status.state in ENDED:
            return ENDED[status.state]
        if status.state in (ItemState.TAKEN_OUT, ItemState.IN_TRANSIT, ItemState.IN_USE):
            holder = self._lane_of("person", status.holder_id, stored) or NOT_RECORDED
            return f"{holder}（{status.state.label}）"
        return self._lane_of("place", status.place_id, stored) or "場所の記録なし"

    def _gap(self, at: datetime) -> str:
        before, self._before = self._before, at
        if before is None or at - before < GAP:
            return ""
        return f"{(at - before).days}日間 記録なし"

    def _lane_of(self, type_: str, record_id: str, stored: Stored[HandlingEvent]) -> str:
        """Keep one lane for a place or a holder, also when it was renamed in between."""
        if record_id not in self._lanes:
            self._lanes[record_id] = self._caption(type_, record_id, stored)
        return self._lanes[record_id]

    def _caption(self, type_: str, record_id: str, stored: Stored[HandlingEvent]) -> str:
        """Return what somebody or something was called when the event was entered."""
        registers = self._ledger.registers
        return registers.caption(type_, record_id, stored.meta.created_seq) if record_id else ""


def _voided(ledger: Ledger, item_id: str) -> Sequence[Stored[HandlingEvent]]:
    query = Query(HandlingEvent.type, (Where("lines", Op.HAS, ("item_id", item_id)),), voided=True)
    return ledger.store.find(HandlingEvent, query, limit=1000)

"""Reads what the calendar shows; runs beside the window, so nothing here knows Qt."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.calendar import STATES, calendar, state
from models.calendar_frame import Due
from models.ledger import Ledger
from models.wareki import format_clock, format_short, format_weekday

UNBOUND = "契約なし"


@dataclass(frozen=True)
class Entry:
    """One date as a line shows it."""

    due: Due
    state: str
    day: str
    left: str
    person: str
    contract: str

    @property
    def word(self) -> str:
        return STATES[self.state]

    @property
    def whose(self) -> str:
        """The number of its contract, in words where it belongs to none."""
        return self.contract or UNBOUND


def read_calendar(ledger: Ledger, contract_id: str = "") -> list[Entry]:
    """Read every date of a contract, or of all (""), the nearest first."""
    found = calendar(ledger, contract_id)
    now = ledger.now()
    people = {id_: ledger.registers.caption("person", id_) for id_ in {d.person_id for d in found}}
    numbers = {one.record.id: one.record.contract_no for one in ledger.contracts()}
    return [
        Entry(
            one, state(one, now), _day(one), _left(one, now),
            people.get(one.person_id, ""), numbers.get(one.contract_id, ""),
        )
        for one in found
    ]  # fmt: skip


def _day(one: Due) -> str:
    if one.due_on is None:
        return ""
    shown = f"{format_short(one.due_on)} {format_weekday(one.due_on)[0]}"
    if one.due_at is None or (one.due_at.hour, one.due_at.minute) == (23, 59):
        return shown
    return f"{shown} {format_clock(one.due_at)}"


def _left(one: Due, now: datetime) -> str:
    """Return how far away a date is, in words; an hour that has passed is not left until tonight."""
    if one.due_on is None:
        return "決めてください"
    left = (one.due_on - now.date()).days
    if left < 0:
        return f"{-left}日超過"
    if one.due_at is not None and one.due_at < now:
        hours = (now - one.due_at) // timedelta(hours=1)
        return f"{hours}時間超過" if hours else "1時間以内の超過"
    return "今日まで" if left == 0 else f"あと{left}日"

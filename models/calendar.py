"""The calendar of a ledger: what is due, from its records and from the texts of its contracts.

Nothing of it is stored. Each item K-nn (obligations, chapter 8.3) is a small function over an
inquiry; people add dates of their own as records of `due_item`. Days are counted as working days
where the profile says so.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from models import (
    calendar_backups,
    calendar_paper,
    calendar_people,
    calendar_running,
    calendar_things,
    governed,
    incident_duties,
    nobody_named,
)
from models.after_closing import SURVIVING, still_due
from models.calendar_frame import Due, Item
from models.calendar_unbound import entered, unbound
from models.codes import DueStatus
from models.inquiry import Inquiry
from models.records import Contract, DueItem

if TYPE_CHECKING:
    from models.ledger import Ledger

STATES = {
    "overdue": "期限超過",
    "today": "今日",
    "week": "今週",
    "later": "先",
    "unset": "周期未定",
}
"""How a date stands; 今週 means the seven days that begin tomorrow."""
WEEK = timedelta(days=7)
ITEMS: tuple[tuple[str, Item], ...] = (
    *nobody_named.ITEMS,
    *governed.ITEMS,
    *calendar_paper.ITEMS,
    *calendar_people.ITEMS,
    *calendar_things.ITEMS,
    ("K-19", incident_duties.k19_incidents),
    *calendar_running.ITEMS,
    *calendar_backups.ITEMS,
)


def calendar(ledger: "Ledger", contract_id: str = "") -> list[Due]:
    """Return every date of one contract, or of all (""), the nearest first.

    What belongs to no contract stands beside each: a window with one contract shows nothing else.
    """
    found: list[Due] = []
    for stored in ledger.contracts():
        if contract_id in ("", stored.record.id):
            found += _of_contract(ledger, stored.record)
    told = {(one.code, one.type, one.id) for one in found}  # with the clause that asks for it
    found += [one for one in unbound(ledger) if (one.code, one.type, one.id) not in told]
    return sorted(found, key=lambda one: (one.due_on or date.max, one.code, one.about))


def undone(asked: Inquiry) -> list[str]:
    """Return what of the running work is late or was never fixed, as the calendar calls it."""
    return [
        one.what
        for number, (code, item) in enumerate(ITEMS)
        if item not in SURVIVING
        for one in asked.answer(f"{code} {number}", item).rows
        if one.due_on is None or one.due_on < asked.today
    ]


def state(one: Due, now: datetime) -> str:
    """Return how a date stands, a key of `STATES`."""
    if one.due_on is None:
        return "unset"
    today = now.date()
    if one.due_on < today or (one.due_at is not None and one.due_at < now):
        return "overdue"
    if one.due_on == today:
        return "today"
    return "week" if one.due_on <= today + WEEK else "later"


def _of_contract(ledger: "Ledger", contract: Contract) -> list[Due]:
    asked = ledger.inquiries.of(contract.id)
    worked_out = [
        one
        for number, (code, item) in enumerate(ITEMS)
        for one in still_due(asked, item, asked.answer(f"{code} {number}", item).rows)
    ]
    by_hand = ledger.registers.all(DueItem, contract_id=contract.id, status=DueStatus.OPEN)
    return worked_out + [entered(stored.record) for stored in by_hand]

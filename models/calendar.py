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
    nobody_named,
)
from models.after_closing import SURVIVING, still_due
from models.calendar_frame import Due, Item
from models.calendar_unbound import entered, unbound
from models.codes import ContractStatus, DueStatus
from models.records import Contract, DueItem, Record

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
SHOWN = 5  # of what is left undone, named one by one
LEFT_BEHIND = (
    "終結すると、済んでいない次のことは予定表から消え、条項には「終結時未了」として残ります：{what}。"
    "済ませられることは、終結の前に済ませてください。"
)

ITEMS: tuple[tuple[str, Item], ...] = (
    *nobody_named.ITEMS,
    *governed.ITEMS,
    *calendar_paper.ITEMS,
    *calendar_people.ITEMS,
    *calendar_things.ITEMS,
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


def told_at_closing(ledger: "Ledger", before: Record | None, after: Contract) -> str:
    """Return what is said to whoever closes a contract over what is late or was never fixed."""
    closed = ContractStatus.CLOSED
    if not isinstance(before, Contract) or after.status is not closed or before.status is closed:
        return ""
    asked = ledger.inquiries.of(after.id)
    found = [
        one.what
        for number, (code, item) in enumerate(ITEMS)
        if item not in SURVIVING
        for one in asked.answer(f"{code} {number}", item).rows
        if one.due_on is None or one.due_on < asked.today
    ]
    if not found:
        return ""
    shown = "、".join(dict.fromkeys(found[:SHOWN]))
    more = f"など{len(found)}件" if len(found) > SHOWN else ""
    return LEFT_BEHIND.format(what=f"{shown}{more}")


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

"""The calendar of a ledger: what is due, from its records and from the texts of its contracts.

Nothing of it is stored. Each item K-nn (obligations, chapter 8.3) is a small function over an
inquiry; people add dates of their own as records of `due_item`. Days are counted as working days
where the profile says so.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from models import (
    calendar_backups,
    calendar_paper,
    calendar_people,
    calendar_running,
    calendar_things,
    nobody_named,
)
from models.after_closing import SURVIVING, still_due
from models.calendar_frame import Due, Item
from models.calendar_things import to_put_right
from models.codes import ContractStatus, DueStatus
from models.found_faults import called
from models.records import Contract, DueItem, Finding, Record
from models.store import Op, Query, Where

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
    found += [_entered(one) for one in _entered_by_hand(ledger, contract_id)]
    found += [*_put_right(ledger)]
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
    return [
        one
        for number, (code, item) in enumerate(ITEMS)
        for one in still_due(asked, item, asked.answer(f"{code} {number}", item).rows)
    ]


def _entered_by_hand(ledger: "Ledger", contract_id: str) -> list[DueItem]:
    found = ledger.registers.all(DueItem, status=DueStatus.OPEN)
    shown = {"", contract_id}
    return [one.record for one in found if not contract_id or one.record.contract_id in shown]


def _put_right(ledger: "Ledger") -> Iterator[Due]:
    """Yield what is to be put right under no contract; the others are K-21 of theirs."""
    none = (Where("contract_id", Op.EMPTY, True),)
    for stored in ledger.store.find(Finding, Query(Finding.type, none), limit=1_000_000):
        one = stored.record
        if what := to_put_right(one):
            yield Due(
                "K-21", what, called(one), one.due_on, one.type, one.id, "", one.owner_person_id
            )


def _entered(one: DueItem) -> Due:
    return Due(
        "", one.title, "", one.due_on, one.type, one.id, one.contract_id, one.owner_person_id,
        one.clause_key,
    )  # fmt: skip

"""Which months of the access log somebody looked through, and which nobody did (A-13, K-17).

A review settles the month that it is of, once that month was over; one of the running month is good
to have and settles nothing. A month in which nothing was written needs no review.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from models.access import Stretch
from models.access_order import months_written
from models.codes import SystemEventKind
from models.errors import InvalidField
from models.records import SystemEvent
from models.store import Op, Query, Where
from models.wareki import format_wareki, parse_date

if TYPE_CHECKING:
    from models.ledger import Ledger

OF_LOG = "の利用の記録"  # follows the month with which the entry of a review begins


def named(month: date) -> str:
    """Return how a month is called."""
    return format_wareki(month.replace(day=1)).removesuffix("1日")


def after(month: date) -> date:
    """Return the first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def reviews(ledger: "Ledger") -> list[SystemEvent]:
    """Return the reviews that were entered, newest first."""
    query = Query(
        SystemEvent.type,
        (Where("kind", Op.EQ, SystemEventKind.ACCESS_REVIEWED),),
        order=(("occurred_at", True),),
    )
    return [stored.record for stored in ledger.store.find(SystemEvent, query)]


def settled(events: Iterable[SystemEvent]) -> dict[date, date]:
    """Return the months that were looked through after they were over, with the day of the first look."""
    found: dict[date, date] = {}
    for event in events:
        month, on = _month(event), event.occurred_at and event.occurred_at.date()
        if month and on and on >= after(month):
            found[month] = min(on, found.get(month, on))
    return found


def unseen(stretches: Sequence[Stretch], events: Iterable[SystemEvent], today: date) -> list[date]:
    """Return the months that are over, have lines, and that nobody looked through."""
    done = settled(events)
    return [one for one in months_written(stretches) if after(one) <= today and one not in done]


def _month(event: SystemEvent) -> date | None:
    """Return the month of a review; the program itself wrote it at the beginning of the entry."""
    try:
        return parse_date(f"{event.detail.partition(OF_LOG)[0]}1日")
    except InvalidField:
        return None

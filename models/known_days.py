"""Days on which somebody, or a rule, is said to have stood and was not in the ledger yet.

Who enters a designation, or a rule, can say that it began before. Until the entry it was asked for, and
whether it was there only a paper shows: that it was entered afterwards stays to be read. What was
entered before the first act or paper of the contract was there in time for all of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from models.inquiry import Inquiry
from models.records import Contract, Record
from models.store import Op, Query, Where
from models.workdays import DAY

Days = tuple[date, date]


def entered_late(
    asked: Inquiry, begun: date, last: date, stood: Iterable[tuple[Record, Days]]
) -> Iterator[Days]:
    """Yield the days, in a row, that are covered only by what was entered after them.

    Args:
        begun, last: the days that are looked at, both among them.
        stood: what stood, with its first and last day.
    """
    first = asked.first_use()
    stood = list(stood)
    if first is None or not stood:
        return
    entered = _entered(asked, {type(one) for one, _ in stood})
    known, said = [], []
    for one, (start, end) in stood:
        at, seq = entered.get(one.id, (None, 0))
        said.append((start, end))
        known.append((start if at is None or seq < first else max(start, at), end))
    if known == said:
        return
    begun = max(begun, asked.revisions(Contract, asked.contract.id)[0].day)
    yield from _in_a_row(_days(begun, last, said) - _days(begun, last, known))


def _entered(asked: Inquiry, types: Iterable[type[Record]]) -> Mapping[str, tuple[date, int]]:
    """Return on which day, and with which entry, records of some types came into the ledger."""
    found: dict[str, tuple[date, int]] = {}
    mine = (Where("contract_id", Op.IN, ("", asked.contract.id)),)
    for cls in types:
        found |= asked.listed(Query(cls.type, mine), ("created_at", "created_seq"), _entry)
    return found


def _entry(asked: Inquiry, _id: str, created_at: datetime, seq: int) -> tuple[date, int]:
    return created_at.astimezone(asked.zone).date(), seq


def _days(begun: date, last: date, spans: Iterable[Days]) -> set[date]:
    found = set()
    for start, end in spans:
        day, until = max(start, begun), min(end, last)
        found |= {day + timedelta(days=n) for n in range((until - day).days + 1)}
    return found


def _in_a_row(days: Iterable[date]) -> Iterator[Days]:
    first = before = None
    for day in sorted(days):
        if first is None or before is None:
            first = day
        elif day != before + DAY:
            yield first, before
            first = day
        before = day
    if first is not None and before is not None:
        yield first, before

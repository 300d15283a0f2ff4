"""Acts outside the days of a contract: nothing new is handled before it begins or after it ends.

What brings things to their end (a return, an erasure, a disposal, what comes back, is counted, lost
or found) is asked for after the last day, and stays free. New work is a breach as much as a period
that is narrowed so that it falls outside (R-39): with a reason and another person's confirmation.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from models.codes import ContractStatus, HandlingKind, Timing
from models.inquiry import Inquiry, Row
from models.records import Contract, HandlingEvent
from models.rules.case import Case
from models.store import Op, Query, Where
from models.wareki import JAPAN, format_short

K = HandlingKind
NEW = (K.RECEIVE, K.COLLECT, K.CREATE, K.COPY, K.USE, K.TAKE_OUT, K.TRANSMIT, K.PROVIDE)
"""What takes in personal information, uses it, or gives it further."""
DAY = timedelta(days=1)
OUTSIDE = (
    "「{act}」の日（{day}）は、契約の期間（{period}）の外です。\n契約が延びているときは、先に契約の"
    "「契約終了日」を訂正してください。返還・消去・廃棄など、終わらせる取扱いは記録できます。"
)
CLOSED = "契約は終結しています。「{act}」は、終結した契約では行えません。"
TOLD = "{act}（{day}）は、契約の期間（{period}）の外に行われています。"


def why_outside(case: Case) -> str:
    """Return why an act cannot be one of the contract's days, "" where it can."""
    event = case.event_of(*NEW)
    if event is None or event.kind is None or event.occurred_at is None:
        return ""
    if case.contract.status is ContractStatus.CLOSED:
        return CLOSED.format(act=event.kind.label)
    first, last = days_of(case.contract)
    if (first is None or first <= case.day) and (last is None or case.day <= last):
        return ""
    return OUTSIDE.format(
        act=event.kind.label, day=format_short(case.day), period=_period(case.contract)
    )


def days_of(contract: Contract) -> tuple[date | None, date | None]:
    """Return the first and the last day on which something new may be handled."""
    ends = (contract.ends_on, contract.completed_on, contract.terminated_on)
    return contract.starts_on, min((day for day in ends if day is not None), default=None)


def _period(contract: Contract) -> str:
    return "～".join(format_short(day) if day else "" for day in days_of(contract))


def outside(asked: Inquiry) -> Iterator[Row]:
    """List the acts outside the contract's days, to be read; those that wait are told as breaches."""
    first, last = days_of(asked.contract)
    mine = (
        Where("contract_id", Op.EQ, asked.contract.id),
        Where("timing", Op.EQ, Timing.ACTUAL),
        Where("kind", Op.IN, NEW),
    )
    for op, day in ((Op.LT, first), (Op.GE, last + DAY if last else None)):
        if day is not None:
            then = Where("occurred_at", op, datetime.combine(day, time.min, JAPAN))
            acts = Query(HandlingEvent.type, (*mine, then))
            yield from asked.listed(acts, ("caption", "occurred_at"), _told).values()


def _told(asked: Inquiry, id_: str, caption: str, occurred_at: datetime) -> Row:
    words = TOLD.format(
        act=caption, day=format_short(occurred_at.date()), period=_period(asked.contract)
    )
    return Row(HandlingEvent.type, id_, words, "due")

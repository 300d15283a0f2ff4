"""Acts outside the days of a contract: nothing new is handled before it begins or after it ends.

What brings things to their end (a return, an erasure, a disposal, what comes back, is counted, lost
or found, or a use that began in time and is over) is asked for after the last day, and stays free.
What must go back is carried there: to take it out is only told. New work is a breach as much as a
period that is narrowed so that it falls outside (R-39): with a reason and another person's
confirmation. What was done in time and is entered once the contract is closed is no breach: it takes a
reason, and stays to be read.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time

from models.at_closing import closing_of
from models.back_then import status_at
from models.codes import ContractStatus, EndRule, HandlingKind, Ownership
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.records import Contract, HandlingEvent, Item
from models.rules.books import Books
from models.rules.case import Case
from models.store import Op, Where
from models.wareki import JAPAN, format_short
from models.workdays import DAY

K = HandlingKind
NEW = (K.RECEIVE, K.COLLECT, K.CREATE, K.COPY, K.USE, K.TAKE_OUT, K.TRANSMIT, K.PROVIDE)
"""What takes in personal information, uses it, or gives it further."""
OUTSIDE = (
    "「{act}」の日（{day}）は、契約の期間（{period}）の外です。\n契約が延びているときは、先に契約の"
    "「契約終了日」を訂正してください。返還・消去・廃棄など、終わらせる取扱いは記録できます。"
)
AFTERWARDS = (
    "「{act}」の日（{day}）は、契約の期間（{period}）の後です。返還・引渡しのための持出しとして"
    "記録します。渡し終えたら「返還」か「引渡し」を記録してください。"
)
GOING_BACK = frozenset({EndRule.RETURN, EndRule.HAND_OVER})
CLOSED = "契約は終結しています。「{act}」は、終結した契約では行えません。"
LATE = (
    "契約は{closed}に終結しています。終結の前（{day}）の「{act}」として登録します。そのときに登録されて"
    "いなかった事情を理由に残してください。"
)
AFTER_CLOSING = "{act}（{day}）は、契約の終結（{closed}）の後の{entered}に、台帳に登録されました。"
TOLD = "{act}（{day}）は、契約の期間（{period}）の外に行われています。"


def why_outside(case: Case) -> str:
    """Return why an act cannot be one of the contract's days, "" where it can."""
    event = _begun_outside(case)
    if event is None or event.kind is None:
        return ""
    if case.contract.status is ContractStatus.CLOSED:
        return CLOSED.format(act=event.kind.label)
    return "" if _carries_back(case) else _worded(OUTSIDE, case, event)


def why_late(case: Case) -> str:
    """Return what has to be explained when new work of the contract's days is entered once it is closed.

    What corrects an act has its reason.
    """
    event = case.event_of(*NEW)
    if event is None or event.kind is None or event.corrects_event_id or not _in_time(case):
        return ""
    closed = _closed_at(case.contract, case.books)
    if closed is None:
        return ""
    closing, day = format_short(closed.date()), format_short(case.day)
    return LATE.format(closed=closing, day=day, act=event.kind.label)


def told_afterwards(case: Case) -> str:
    """Return what is told when things that must go back are taken out after the last day."""
    event = _begun_outside(case)
    if event is None or case.contract.status is ContractStatus.CLOSED:
        return ""
    return _worded(AFTERWARDS, case, event) if _carries_back(case) else ""


def _begun_outside(case: Case) -> HandlingEvent | None:
    """Return the act when it is new work outside the days or under a closed contract."""
    event = case.event_of(*NEW)
    if event is None or event.occurred_at is None:
        return None
    if _in_time(case):
        return None
    return None if _ends_use(case.contract, case.books, case.items, event) else event


def _in_time(case: Case) -> bool:
    """Tell whether an act is of the contract's days, and of the time before it was closed."""
    if not _contains(case.contract, case.day):
        return False
    if case.contract.status is not ContractStatus.CLOSED:
        return True
    closed = _closed_at(case.contract, case.books)
    at = case.event.occurred_at if case.event is not None else None
    return closed is not None and at is not None and at <= closed


def _closed_at(contract: Contract, books: Books) -> datetime | None:
    """Return when a contract was closed, None while it is not, or is being entered so."""
    known = books.entered(contract) if contract.status is ContractStatus.CLOSED else ()
    return closing_of(contract, known).at if known else None


def _contains(contract: Contract, day: date) -> bool:
    first, last = days_of(contract)
    return (first is None or first <= day) and (last is None or day <= last)


def _carries_back(case: Case) -> bool:
    """Tell whether only things that must go back are taken out, after the last day."""
    first, _ = days_of(case.contract)
    if case.kind is not K.TAKE_OUT or (first is not None and case.day < first):
        return False
    owned = Ownership.CLIENT
    goes = (one.end_rule in GOING_BACK or one.ownership is owned for one in case.handled)
    return bool(case.handled) and all(goes)


def _ends_use(
    contract: Contract, books: Books, items: Mapping[str, Item], event: HandlingEvent
) -> bool:
    """Tell whether an act only ends a use that began in time and was still going on."""
    begun = books.find(HandlingEvent, event.related_event_id) if event.kind is K.USE else None
    if begun is None or begun.occurred_at is None:
        return False
    in_time = begun.kind is K.USE and _contains(contract, begun.occurred_at.date())
    return in_time and all(
        line.item_id in items and _in_use(books, items[line.item_id], event) for line in event.lines
    )


def _in_use(books: Books, item: Item, event: HandlingEvent) -> bool:
    """Tell whether an item was in the use that an act ends, before that act."""
    assert event.occurred_at is not None
    itself = {event.id, event.corrects_event_id}
    others = (one for one in books.happened(item.id) if one.id not in itself)
    return status_at(item, others, event.occurred_at).using == event.related_event_id


def days_of(contract: Contract) -> tuple[date | None, date | None]:
    """Return the first and the last day on which something new may be handled."""
    ends = (contract.ends_on, contract.completed_on, contract.terminated_on)
    return contract.starts_on, min((day for day in ends if day is not None), default=None)


def _worded(words: str, case: Case, event: HandlingEvent) -> str:
    assert event.kind is not None
    day, period = format_short(case.day), _period(case.contract)
    return words.format(act=event.kind.label, day=day, period=period)


def _period(contract: Contract) -> str:
    return "～".join(format_short(day) if day else "" for day in days_of(contract))


def outside(asked: Inquiry) -> Iterator[Row]:
    """List the acts outside the contract's days, to be read; those that wait are told as breaches."""
    first, last = days_of(asked.contract)
    for op, day in ((Op.LT, first), (Op.GE, last + DAY if last else None)):
        if day is not None:
            then = Where("occurred_at", op, datetime.combine(day, time.min, JAPAN))
            acts = asked.acts(Where("kind", Op.IN, NEW), then)
            yield from asked.listed(
                acts, ("caption", "occurred_at", "related_event_id"), _told
            ).values()
    yield from _entered_afterwards(asked)


def _entered_afterwards(asked: Inquiry) -> Iterator[Row]:
    """List the new work that came into the ledger only when the contract had been closed."""
    if asked.contract.status is not ContractStatus.CLOSED:
        return
    closing = closing_of(asked.contract, asked.versions(Contract, asked.contract.id))
    acts = asked.acts(
        Where("kind", Op.IN, NEW),
        Where("created_seq", Op.GT, closing.seq),
        Where("occurred_at", Op.LE, closing.at),
    )
    for id_ in asked.listed(acts, (), _id):
        first = [*asked.chain(id_)][-1]
        act = asked.books.find(HandlingEvent, id_)
        if first.meta.created_seq <= closing.seq or act is None or act.occurred_at is None:
            continue
        if not _contains(asked.contract, act.occurred_at.date()):
            continue
        words = AFTER_CLOSING.format(
            act=act.caption(), day=format_short(act.occurred_at.date()),
            closed=format_short(closing.at.date()),
            entered=format_short(first.meta.created_at.astimezone(JAPAN).date()),
        )  # fmt: skip
        yield Row(HandlingEvent.type, id_, words, "due")


def _id(_asked: Inquiry, id_: str) -> str:
    return id_


def _told(
    asked: Inquiry, id_: str, caption: str, occurred_at: datetime, related: str
) -> Row | None:
    if related and _ended_use(asked, id_):
        return None
    words = TOLD.format(
        act=caption, day=format_short(occurred_at.date()), period=_period(asked.contract)
    )
    return Row(HandlingEvent.type, id_, words, "due")


def _ended_use(asked: Inquiry, id_: str) -> bool:
    event = asked.books.find(HandlingEvent, id_)
    if event is None:
        return False
    asked.note(Item.type)
    items = asked.books.items({line.item_id for line in event.lines})
    return _ends_use(asked.contract, asked.books, items, event)

"""Dates and findings that are overdue: put off or dropped (R-39).

Who is in charge of a date can enter another one, or say that nothing is to be done: what was missed would
be gone from every list. That takes a reason, and somebody else who agrees. A date that lies ahead may be
moved, and a slip put right on the day of its entry. The inquiry after a known password has rules of its
own (models/exposed_inquiry.py).
"""

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from models.codes import DueStatus, FindingStatus
from models.contract_dues import stood_before
from models.errors import Refused
from models.from_to import field_from_to
from models.records import DueItem, Finding, Record
from models.versions import versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

R = TypeVar("R", DueItem, Finding)
PUT_OFF = "{label}「{what}」は、期限（{day}）を過ぎています。{change}ときは、理由を残してください。別の人が確認するまで残ります。"
DROPPED = "免除にする"
KEPT = (
    "{label}「{what}」は、期限（{day}）を過ぎているため、取り消せません。要らなくなったときや二重に登録していたときは、"
    "訂正で状態を「{waived}」にし、理由を入力してください。"
)


def asked_of(ledger: "Ledger", before: Record | None, after: Record) -> str:
    """Return what is asked of who puts off, or drops, what was missed; "" for nothing."""
    if isinstance(before, DueItem) and isinstance(after, DueItem):
        return _asked(ledger, before, after, _dropped(before, after))
    if isinstance(before, Finding) and isinstance(after, Finding):
        return _asked(ledger, before, after, dropped=False)
    return ""


def require_may_go(ledger: "Ledger", record: Record) -> None:
    """Refuse to void what was missed.

    Raises:
        Refused
    """
    if isinstance(record, DueItem) and ledger.rules.on and _is_missed(ledger, record):
        raise Refused(reason=KEPT.format(**_named(record), waived=DueStatus.WAIVED.label))


def _asked(ledger: "Ledger", before: R, after: R, dropped: bool) -> str:
    later = _later(before.due_on, after.due_on) and _is_open(after)
    if not (later or dropped) or not _is_missed(ledger, before):
        return ""
    moved = field_from_to(
        type(after).fields()["due_on"], _shown(before.due_on), _shown(after.due_on)
    )
    return PUT_OFF.format(**_named(before), change=DROPPED if dropped else f"{moved}変える")


def _is_missed(ledger: "Ledger", one: DueItem | Finding) -> bool:
    """Tell whether a date was overdue already by what an earlier day entered."""
    cls: type[DueItem] | type[Finding] = type(one)
    stood = stood_before(versions(ledger.store, cls, one.id), ledger.today())
    last = stood[-1].due_on if stood and _is_open(stood[-1]) else None
    return (
        _is_open(one)
        and last is not None
        and last < ledger.today()
        and not _later(last, one.due_on)
    )


def _dropped(before: DueItem, after: DueItem) -> bool:
    return before.status is DueStatus.OPEN and after.status is DueStatus.WAIVED


def _is_open(one: DueItem | Finding) -> bool:
    return one.status in (DueStatus.OPEN, FindingStatus.OPEN, FindingStatus.IN_PROGRESS)


def _later(before: date | None, after: date | None) -> bool:
    return before is not None and after is not None and after > before


def _named(one: DueItem | Finding) -> dict[str, str]:
    return {"label": one.label, "what": one.caption(), "day": _shown(one.due_on)}


def _shown(day: date | None) -> str:
    return format_short(day) if day else ""

"""Dates and findings that are overdue: put off or dropped (R-39).

Who is in charge of a date can enter another one, or say that nothing is to be done: what was missed would
be gone from every list. That takes a reason, and somebody else who agrees. A date that lies ahead may be
moved, and a slip put right on the day of its entry. What was missed stays so when it was called done
meanwhile: it is opened again with the day that it had. The inquiry after a known password has rules of its
own (models/exposed_inquiry.py).
"""

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from models.codes import DueStatus, FindingStatus
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
KEPT_TO_HIM = (
    "{label}「{what}」は、期限（{day}）を過ぎていて、自分が担当の（担当だった）ものなので、自分では"
    "取り消せません。ほかの責任者に依頼してください。ほかに責任者がいないときは、事情を「是正措置」に"
    "書き、状態を「是正済」にして、別の人の確認を受けてください。"
)


def asked_of(ledger: "Ledger", before: Record | None, after: Record) -> str:
    """Return what is asked of who puts off, or drops, what was missed; "" for nothing."""
    if isinstance(before, DueItem) and isinstance(after, DueItem):
        return _asked(ledger, before, after, _dropped(before, after))
    if isinstance(before, Finding) and isinstance(after, Finding):
        return _asked(ledger, before, after, dropped=False)
    return ""


def require_may_go(ledger: "Ledger", record: Record) -> None:
    """Refuse to void what was missed; of a finding, to whom it concerns.

    Raises:
        Refused
    """
    if not isinstance(record, (DueItem, Finding)) or not ledger.rules.on:
        return
    if (missed := _missed(ledger, record)) is None:
        return
    if isinstance(record, DueItem):
        named, waived = _named(record, missed), DueStatus.WAIVED.label
        raise Refused(reason=KEPT.format(**named, waived=waived))
    if ledger.corrections.was_in_charge(record):
        raise Refused(reason=KEPT_TO_HIM.format(**_named(record, missed)))


def _asked(ledger: "Ledger", before: R, after: R, dropped: bool) -> str:
    missed = _missed(ledger, before)
    if missed is None:
        return ""
    later = after.due_on is not None and after.due_on > _agreed(ledger, before, missed)
    if not (later and _is_open(after)) and not dropped:
        return ""
    moved = field_from_to(
        type(after).fields()["due_on"], format_short(missed), _shown(after.due_on)
    )
    return PUT_OFF.format(**_named(before, missed), change=DROPPED if dropped else f"{moved}変える")


def _missed(ledger: "Ledger", one: DueItem | Finding) -> date | None:
    """Return the day that passed while something was not done, by what earlier days entered.

    That it is called done since takes nothing back: who opens it again finds the same day. One that
    was done in time, as its entry says, was not missed.
    """
    cls: type[DueItem] | type[Finding] = type(one)
    entered = versions(ledger.store, cls, one.id)
    stood = [(one.day, one.record) for one in entered if not one.voided]
    ends = [day for day, _ in stood[1:]] + [ledger.today()]
    kept = ((each, end) for (day, each), end in zip(stood, ends, strict=True) if day < end)
    last = [(each.due_on, end) for each, end in kept if _is_open(each)][-1:]
    return next((due for due, end in last if due is not None and due < end), None)


def _agreed(ledger: "Ledger", one: R, missed: date) -> date:
    """Return until when what was missed may stand: it was put off today, and somebody asked."""
    today = (v for v in versions(ledger.store, type(one), one.id) if v.day == ledger.today())
    days = (v.record.due_on for v in today if _is_open(v.record) and not v.voided)
    return max((day for day in days if day is not None), default=missed)


def _dropped(before: DueItem, after: DueItem) -> bool:
    return after.status is DueStatus.WAIVED and before.status is not DueStatus.WAIVED


def _is_open(one: DueItem | Finding) -> bool:
    return one.status in (DueStatus.OPEN, FindingStatus.OPEN, FindingStatus.IN_PROGRESS)


def _named(one: DueItem | Finding, missed: date) -> dict[str, str]:
    return {"label": one.label, "what": one.caption(), "day": format_short(missed)}


def _shown(day: date | None) -> str:
    return format_short(day) if day else ""

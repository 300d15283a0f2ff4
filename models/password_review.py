"""Passwords and ways in are looked over in the cycle of the contracts (FK-10.1, OC-Y.2x.イ.オ.a, A-09).

No password expires by itself: who has one changes it or confirms, when the cycle is over, that
nobody else knows it; who manages the accounts enters that all of them were looked over.
"""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from models.agreed import terms
from models.calendar_frame import later
from models.codes import AccountStatus, ContractStatus, EventLevel, Role, SystemEventKind
from models.commands import Change, creating, revising
from models.fields import NOT_RECORDED
from models.inquiry import Inquiry
from models.journal import News
from models.profile_reader import Cycle
from models.records import UserAccount
from models.registers import FINDING
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

QUERY = "EQ-PASSWORD"


def cycle_of(asked: Inquiry) -> Cycle | None:
    """Return the cycle that one contract asks for, None where it asks for none or it is not fixed."""
    return terms(asked).cycle("password_review") if asked.asks(QUERY) else None


def due_on(account: UserAccount, cycle: Cycle) -> date | None:
    """Return the last day on which the account may be used without a look at its password."""
    if account.password_review_due_on is not None:
        return account.password_review_due_on
    changed = account.password_changed_on
    return later(changed, cycle) if changed else None


def is_late(ledger: "Ledger") -> bool:
    """Tell whether the signed-in person has to change or confirm the own password now."""
    if ledger.role is Role.INSPECTOR:
        return False  # who only looks enters nothing; the account itself expires
    cycle = _shortest(ledger)
    day = due_on(ledger.user, cycle) if cycle else None
    return day is not None and day < ledger.today()


def confirm_own(ledger: "Ledger") -> Change:
    """Enter that the signed-in person goes on with a password that nobody else knows."""
    cycle = _shortest(ledger)
    day = later(ledger.today(), cycle) if cycle else None
    account = replace(ledger.user, password_review_due_on=day, reminded_on=ledger.today())
    return ledger.commit([revising(account, "本人によるパスワードの見直し（変更なし）")])


def record_review(ledger: "Ledger", finding: str) -> Change:
    """Enter that every account was looked over: who has it, with what role, how old the password is.

    Raises:
        InvalidField: the finding says nothing.
        NotPermitted
    """
    ledger.require("accounts")
    accounts = [one for one in ledger.people.accounts() if one.status is AccountStatus.ACTIVE]
    lines = [
        f"{one.login_name}（{one.app_role.label if one.app_role else ''}）："
        f"パスワード変更 {_day(one.password_changed_on)}"
        for one in accounts
    ]
    news = News(
        SystemEventKind.PASSWORDS_REVIEWED, EventLevel.INFO, "\n".join(lines)[:1900],
        f"利用者{len(accounts)}人",
    )  # fmt: skip
    text = ledger.registers.reason(finding, FINDING)
    return ledger.commit([creating(ledger.journal.event(news, text))])


def _day(day: date | None) -> str:
    return format_short(day) if day else NOT_RECORDED


def _shortest(ledger: "Ledger") -> Cycle | None:
    open_ones = [
        stored.record.id
        for stored in ledger.contracts()
        if stored.record.status is not ContractStatus.CLOSED
    ]
    found = [cycle_of(ledger.inquiries.of(id_)) for id_ in open_ones]
    return min((one for one in found if one), key=lambda one: (one.months, one.days), default=None)

"""A last day (退職日) is taken back after something was done without the person it shut out (R-39).

While the only administrator is said to have left, a responsible person lets others in and out in his
place. Whoever takes that day back explains it, and somebody else confirms: the administrator who is
back is not the first who learns of it.
"""

from typing import TYPE_CHECKING

from models.codes import SystemEventKind
from models.issued import RULE
from models.records import Person, Record, RuleOverride, SystemEvent
from models.store import Op, Query, Where
from models.versions import Version, versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

BACK = (
    "{name}さんの退職日（{day}）を{change}と、{name}さんがまた台帳を開けるようになります。退職日が登録されていた"
    "間に、責任者だけで行った利用者の管理（{logins}）が残っています。退職日が誤っていた理由を残してください。"
    "別の人が確認するまで残ります。"
)


def asked_of(ledger: "Ledger", before: Record | None, after: Record) -> str:
    """Return what is asked of who takes a last day back, "" where nobody was missed meanwhile."""
    if not isinstance(before, Person) or not isinstance(after, Person):
        return ""
    day, now = before.left_on, after.left_on
    if day is None or day >= ledger.today() or (now is not None and now <= day):
        return ""
    has_account = any(one.person_id == after.id for one in ledger.people.accounts())
    logins = _alone_since(ledger, _brought(ledger, after.id)) if has_account else []
    if not logins:
        return ""
    return BACK.format(
        name=before.name,
        day=format_short(day),
        change=f"{format_short(now)}に変える" if now else "取り消す",
        logins="".join(f"「{one}」" for one in logins),
    )


def _brought(ledger: "Ledger", person_id: str) -> int:
    """Return the entry from which on a person is said to have left, without a break."""
    said: list[Version[Person]] = versions(ledger.store, Person, person_id)
    first = len(said)
    while first and said[first - 1].record.left_on is not None:
        first -= 1
    return said[first].seq


def _alone_since(ledger: "Ledger", after: int) -> list[str]:
    """Return whose accounts were managed behind an entry, to which nobody else agreed."""
    later = Where("created_seq", Op.GT, after)
    managed = Where("kind", Op.EQ, SystemEventKind.ACCOUNTS_MANAGED)
    found = ledger.store.find(SystemEvent, Query(SystemEvent.type, (managed, later)))
    agreed = {
        one.record.record_ref
        for one in ledger.registers.all(RuleOverride, rule_id=RULE)
        if one.record.approved_by
    }
    return list(dict.fromkeys(one.record.value for one in found if one.record.id not in agreed))

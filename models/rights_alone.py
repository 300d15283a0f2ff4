"""What one person alone did to accounts that takes two, told on papers until somebody agreed (A-37).

A program on the contractor's own PC cannot keep one from inventing the other. So what gave an
administrator or a responsible person a way in with nobody to agree stands on the next paper, and
what still waits for somebody on every paper: the client sees it, and can ask. Where nobody can agree
(a responsible person and an administrator alone), the recovery sheet ends it: that it was used while
something waited stands on the next paper beside what waited, which is told no more then.
"""

from typing import TYPE_CHECKING

from models.codes import EventLevel, SystemEventKind
from models.issued import RULE, sheet_uses, waits
from models.records import RuleOverride, SystemEvent
from models.store import Op, Query, Store, Where
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

MOST_PRINTED = 3
WAITS = "{day} {kind}（{detail}ほかの方は、まだ確認していません。）"
AGREED = "{day} {kind}（{detail}後から、ほかの方が確認しました。）"
SHEET = "{day} {kind}（ほかの方の確認を待つ例外がある間に、責任者が回復シートで入り直しました。）"
MORE = "{kind}　ほか{count}件"
KIND = SystemEventKind.ACCOUNTS_MANAGED


def printed_rights(ledger: "Ledger", after: int) -> tuple[str, ...]:
    """Say what the next paper must tell of accounts, the latest few and how many more.

    Args:
        after: entry of the sealed paper before; what was agreed to since, and what waited when the sheet
            was used, is told once.
    """
    store = ledger.opened.store  # whole: an officer reads it on his own print, too
    waiting = _waiting(store)
    uses = sheet_uses(store)
    looked = max((seq for seq, _ in uses if seq <= after), default=0)
    where = (
        Where("kind", Op.EQ, KIND),
        Where("level", Op.EQ, EventLevel.WARN),
        Where("created_seq", Op.GT, after),
    )
    alone = store.find(SystemEvent, Query(SystemEvent.type, where))
    late = store.get_many(SystemEvent, sorted(waiting)).values()
    found = {one.record.id: one for one in (*alone, *late) if one.meta.created_seq > looked}
    told = [
        (one.meta.created_seq, _line(one.record, one.record.id in waiting))
        for one in found.values()
    ]
    asked = waits(store) if uses else []
    told += [
        (seq, SHEET.format(day=format_short(at.date()), kind=KIND.label))
        for seq, at in uses
        if seq > after and any(one.waited(seq, seq) for one in asked)
    ]
    told.sort()
    shown = tuple(line for _, line in told[-MOST_PRINTED:])
    more = len(told) - len(shown)
    return (*shown, *([MORE.format(kind=KIND.label, count=more)] if more else []))


def _waiting(store: Store) -> set[str]:
    """Return the ids of the events about which an exception waits."""
    where = (Where("rule_id", Op.EQ, RULE), Where("confirm_later", Op.EQ, True))
    found = store.find(RuleOverride, Query(RuleOverride.type, where))
    return {one.record.record_ref for one in found}


def _line(event: SystemEvent, waits: bool) -> str:
    day = format_short(event.occurred_at.date()) if event.occurred_at else ""
    return (WAITS if waits else AGREED).format(day=day, kind=KIND.label, detail=event.detail)

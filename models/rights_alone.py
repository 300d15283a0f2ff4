"""What one person alone did to accounts that takes two, told on papers until somebody agreed (A-37).

A program on the contractor's own PC cannot keep one from inventing the other. So what gave an
administrator or a responsible person a way in with nobody to agree stands on the next paper, and
what still waits for somebody on every paper: the client sees it, and can ask.
"""

from typing import TYPE_CHECKING

from models.codes import EventLevel, SystemEventKind
from models.issued import RULE
from models.records import RuleOverride, SystemEvent
from models.store import Op, Query, Store, Where
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

MOST_PRINTED = 3
WAITS = "{day} {kind}（{detail}ほかの方は、まだ確認していません。）"
AGREED = "{day} {kind}（{detail}後から、ほかの方が確認しました。）"
MORE = "{kind}　ほか{count}件"
KIND = SystemEventKind.ACCOUNTS_MANAGED


def printed_rights(ledger: "Ledger", after: int) -> tuple[str, ...]:
    """Say what the next paper must tell of accounts, the latest few and how many more.

    Args:
        after: entry of the sealed paper before; what was agreed to since is told once.
    """
    store = ledger.opened.store  # whole: an officer reads it on his own print, too
    waiting = _waiting(store)
    where = (
        Where("kind", Op.EQ, KIND),
        Where("level", Op.EQ, EventLevel.WARN),
        Where("created_seq", Op.GT, after),
    )
    alone = store.find(SystemEvent, Query(SystemEvent.type, where))
    late = store.get_many(SystemEvent, sorted(waiting)).values()
    found = {one.record.id: one for one in (*alone, *late)}
    told = sorted(found.values(), key=lambda one: one.meta.created_seq)
    shown = tuple(_line(one.record, one.record.id in waiting) for one in told[-MOST_PRINTED:])
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

"""What the register says of an act that stands in place of another, or was written again (R-33)."""

from models.codes import HandlingStatus
from models.records import HandlingEvent, Stored
from models.store import Store
from models.versions import versions
from models.wareki import format_short
from models.written_again import written_again

CORRECTS = "第{0}号の訂正"
REWRITTEN = "記録の書換え（{0}、記帳番号{1}。元の内容は履歴にあります）"


def marks(store: Store, stored: Stored[HandlingEvent]) -> list[str]:
    """Return which act it corrects, and that a saved act was written again past the commands."""
    return [*_corrects(store, stored.record), *_rewritten(store, stored)]


def _corrects(store: Store, event: HandlingEvent) -> list[str]:
    former = store.get(HandlingEvent, event.corrects_event_id) if event.corrects_event_id else None
    return [CORRECTS.format(former.record.event_no)] if former else []


def _rewritten(store: Store, stored: Stored[HandlingEvent]) -> list[str]:
    """Look at the versions of what has more of them than its confirmation makes.

    Every confirmed act has two: to read both of each would take a long register longer than all its
    other work. Who confirms and writes something else in one is found by the verification.
    """
    meta, confirmed = stored.meta, stored.record.status is HandlingStatus.CONFIRMED
    usual = 2 if confirmed else 1
    if meta.row_version <= usual:
        return []
    found = written_again(versions(store, HandlingEvent, stored.record.id))
    return [REWRITTEN.format(format_short(found.day), found.seq)] if found else []

"""What was to be erased or destroyed and did not pass its verification (SK-14.4, CM-7.3, FK-9.1).

It was tried, and nothing ended with it (models/endings.py). Whatever reason was given and whoever
looked at it since, the clause is kept only when a later act passed, or the thing ended another way.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from models.codes import TERMINAL_STATES, HandlingKind, Timing, VerificationResult
from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.records import HandlingEvent
from models.records.handling import is_failed
from models.rules.engine import main_clauses
from models.store import Op, Where

QUERY = "EQ-UNREAD"
RULE = "R-20"
FAIL, PASS = VerificationResult.FAIL, VerificationResult.PASS
ENDS = Where("kind", Op.IN, (HandlingKind.ERASE, HandlingKind.DISPOSE))
FAILED = Where("sanitization", Op.HAS, ("verification_result", FAIL))
MARK = "検証不合格（終わっていません）"
STANDS = (
    "{act}の「{item}」は検証が不合格で、その後に合格した消去・廃棄がありません。"
    "やり直して検証し、もう一度記録してください。"
)
_FIELDS = ("caption", "occurred_at", "sanitization.item_id", "sanitization.verification_result")
_Tried = tuple[str, datetime, tuple[str, ...], tuple[VerificationResult | None, ...]]


def failed_marks(event: HandlingEvent) -> list[str]:
    """Return what a line about an act says of its failure, nothing without one."""
    return [MARK] if event.timing is Timing.ACTUAL and is_failed(event) else []


def eq_unread(asked: Inquiry) -> Iterator[Row]:
    """Find what failed and was not done again, unless the rule itself still speaks of it."""
    failed = asked.listed(asked.acts(ENDS, FAILED), _FIELDS, _tried)
    if not failed:
        return
    told = {one.id for one in asked.breaches.of_rule(RULE)}
    left = {id_: one for id_, one in failed.items() if id_ not in told}
    done = _passed(asked) if left else {}
    known = {clause.key for clause in asked.clauses if not clause.contractual_only}
    keys = (clause.key for clause in main_clauses(asked.profile, RULE))
    clauses = tuple(key for key in keys if key in known)
    for id_, (caption, at, items, _) in left.items():
        for item_id in items:
            item = asked.handled.get(item_id)
            if item is None or item.state in TERMINAL_STATES or done.get(item_id, at) > at:
                continue
            said = STANDS.format(act=caption, item=item.caption())
            yield replace(row(HandlingEvent(id=id_), said), clauses=clauses)


def _tried(
    _asked: Inquiry, _id: str, caption: str, at: datetime, items: tuple[str, ...],
    results: tuple[VerificationResult | None, ...],
) -> _Tried:  # fmt: skip
    return caption, at, items, results


def _passed(asked: Inquiry) -> dict[str, datetime]:
    """Return for each thing when it last passed."""
    last: dict[str, datetime] = {}
    acts = asked.listed(asked.acts(ENDS), _FIELDS, _tried)
    for _, at, items, results in acts.values():
        for item_id, result in zip(items, results, strict=True):
            if result is PASS and (item_id not in last or last[item_id] < at):
                last[item_id] = at
    return last

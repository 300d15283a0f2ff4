"""A notice or a consent that came late is explained once, not again when it is linked (R-02, R-03).

Who began before it was told, or before it was allowed, gave the reason then, and the finding of that
breach waits to be put right and verified. To link what came since puts it right: it is told which
finding waits for that, and no second one is made about the same lateness.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from models.breaches import STANDING
from models.codes import RuleMode
from models.records import Assignment, ContractPlace, Record, RuleOverride
from models.rules.engine import Finding
from models.rules.last_told import matter

if TYPE_CHECKING:
    from models.ledger import Ledger

LINKS = ("notice_submission_id", "authorization_id")
BEGINNING = matter("")
"""Of what the exception speaks that somebody made whose work, or use, began too early."""
TAKEN_OVER = (
    "{message}遅れた理由は、記録したときの逸脱（{rule}）に残っています。その指摘を「指摘・是正」で是正し、"
    "ほかの方の確認を受けてください。"
)


def in_one(
    ledger: "Ledger", record: Record, before: Record | None, findings: list[Finding]
) -> list[Finding]:
    """Return what is asked of a designation; a lateness that was explained is only told.

    Args:
        before: the version in force, when it is revised.
    """
    if not isinstance(record, (Assignment, ContractPlace)) or not _only_links(record, before):
        return findings
    for rule_id in STANDING:
        mine = [one for one in findings if one.rule_id == rule_id and one.needs_reason]
        explained = set(_explained(ledger, rule_id, record))
        known = all(one.late or one.message in explained for one in mine)
        if explained and known and any(one.late for one in mine):
            findings = [_told(one) if one in mine else one for one in findings]
    return findings


def _only_links(record: Assignment | ContractPlace, before: Record | None) -> bool:
    """Tell whether a revision changes nothing but the papers to which a designation is linked."""
    if not isinstance(before, type(record)):
        return False
    links = {name: getattr(record, name) for name in LINKS if hasattr(record, name)}
    return replace(before, **links) == record


def _explained(ledger: "Ledger", rule_id: str, record: Record) -> Iterator[str]:
    """Yield for which beginning of a designation somebody gave a reason."""
    found = ledger.registers.all(RuleOverride, rule_id=rule_id, record_ref=record.id)
    for stored in found:
        lines = stored.record.message.split("\n")
        yield from (words for words in lines if matter(words) == BEGINNING)


def _told(one: Finding) -> Finding:
    words = TAKEN_OVER.format(message=one.message, rule=one.rule_id)
    return replace(one, mode=str(RuleMode.NOTICE), message=words)

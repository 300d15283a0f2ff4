"""A notice or a consent that came late is explained once, not again when it is linked (R-02, R-03).

Who began before it was told, or before it was allowed, gave the reason then, and the finding of that
breach waits to be put right and verified. To link what came since puts it right: it is told what that
finding still waits for, and no second one is made about the same lateness.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from models.breaches import STANDING
from models.codes import FindingStatus, RuleMode
from models.records import Assignment, ContractPlace, Record, RuleOverride
from models.records import Finding as FindingRecord
from models.rules.engine import Finding
from models.rules.last_told import matter

if TYPE_CHECKING:
    from models.ledger import Ledger

LINKS = ("notice_submission_id", "authorization_id")
BEGINNING = matter("")
"""Of what the exception speaks that somebody made whose work, or use, began too early."""
LATE = "{message}遅れた理由は、記録したときの逸脱（{rule}）に残っています。{left}"
MISSING = "{message}このことの理由は、記録したときの逸脱（{rule}）に残っています。{left}"
TO_PUT_RIGHT = "その指摘を「指摘・是正」で是正し、ほかの方の確認を受けてください。"
TO_VERIFY = "その指摘は是正済です。ほかの方の確認を受けてください。"
VERIFIED = "その是正は、確認済みです。"


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
        reasons = _reasons(ledger, rule_id, record)
        explained = {words for one in reasons for words in _beginnings(one)}
        known = all(one.late or one.message in explained for one in mine)
        if explained and known and any(one.late for one in mine):
            left = _left(ledger, reasons)
            findings = [_told(one, left) if one in mine else one for one in findings]
    return findings


def _only_links(record: Assignment | ContractPlace, before: Record | None) -> bool:
    """Tell whether a revision changes nothing but the papers to which a designation is linked."""
    if not isinstance(before, type(record)):
        return False
    links = {name: getattr(record, name) for name in LINKS if hasattr(record, name)}
    return replace(before, **links) == record


def _reasons(ledger: "Ledger", rule_id: str, record: Record) -> list[RuleOverride]:
    """Return the reasons that somebody gave for the beginning of a designation."""
    found = ledger.registers.all(RuleOverride, rule_id=rule_id, record_ref=record.id)
    return [one.record for one in found if any(_beginnings(one.record))]


def _beginnings(one: RuleOverride) -> Iterator[str]:
    """Yield what a reason says of a beginning."""
    yield from (words for words in one.message.split("\n") if matter(words) == BEGINNING)


def _left(ledger: "Ledger", reasons: list[RuleOverride]) -> str:
    """Say what the findings about some reasons wait for, "" where there is none."""
    ids = [one.finding_id for one in reasons if one.finding_id]
    found = ledger.store.get_many(FindingRecord, ids).values()
    states = {one.record.status for one in found if not one.meta.voided}
    if not states:
        return ""
    if states == {FindingStatus.VERIFIED}:
        return VERIFIED
    done = states <= {FindingStatus.VERIFIED, FindingStatus.DONE}
    return TO_VERIFY if done else TO_PUT_RIGHT


def _told(one: Finding, left: str) -> Finding:
    words = LATE if one.late else MISSING
    said = words.format(message=one.message, rule=one.rule_id, left=left)
    return replace(one, mode=str(RuleMode.NOTICE), message=said)

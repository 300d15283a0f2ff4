"""What the rules of a contract enter beside an act or a record: exceptions, and what is to be put right.

An exception keeps what the rules said, the reason that was given, and who let it pass; a breach is
also a finding that somebody puts right and somebody else verifies.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from models.codes import (
    FindingSource,
    FindingStatus,
    RuleMode,
    Severity,
)
from models.records import Finding as FindingRecord
from models.records import HandlingEvent, Record, RuleOverride
from models.rules.answers import NO_APPROVAL, Answers
from models.rules.engine import Finding

if TYPE_CHECKING:
    from models.ledger import Ledger

HISTORIC = "以前の台帳から取り込んだ記録のため、当時の状況は元の台帳で確かめる"
PUT_RIGHT = timedelta(days=7)  # until when a breach is to be put right, unless people say else


class Beside:
    """Makes the records beside what one person enters; nothing is written."""

    def __init__(self, ledger: "Ledger", asker: str) -> None:
        self._ledger = ledger
        self._asker = asker

    def exceptions(
        self, record: Record, contract_id: str, findings: list[Finding], answers: Answers
    ) -> list[Record]:
        """Return one exception for each rule that asks for a reason, and the finding of a breach."""
        asked = [f for f in findings if f.needs_reason]
        breaches = [f for f in asked if f.needs_approval]
        made: list[Record] = []
        finding_id = ""
        if breaches:
            correction = self._correction(record, contract_id, breaches)
            finding_id = self._open_already(record, correction)
            if not finding_id:
                finding_id = correction.id
                made.append(correction)
        for rule_id in dict.fromkeys(f.rule_id for f in asked):
            mine = [f for f in asked if f.rule_id == rule_id]
            strongest = max(mine, key=lambda f: f.strength)
            made.append(
                self._override(
                    record, contract_id, rule_id, strongest.mode, mine, answers,
                    finding_id if strongest.needs_approval else "",
                )
            )  # fmt: skip
        for one in made:
            self._ledger.registers.validate(one)
        return made

    def _override(
        self, record: Record, contract_id: str, rule_id: str, mode: str,
        findings: Sequence[Finding], answers: Answers, finding_id: str,
    ) -> RuleOverride:  # fmt: skip
        breach = any(f.needs_approval for f in findings)
        approval = answers.approval if breach else NO_APPROVAL
        now = self._ledger.now()
        return RuleOverride(
            id=self._ledger.new_id(),
            contract_id=contract_id,
            rule_id=rule_id,
            mode=RuleMode.read(mode),
            record_type=record.type,
            record_ref=record.id,
            message="\n".join(dict.fromkeys(f.message for f in findings))[:4000],
            clauses="・".join(dict.fromkeys(a for f in findings for a in f.articles))[:400],
            reason=answers.reason(rule_id)[:1000],
            requested_by=self._asker,
            approved_by=approval.person_id,
            approved_at=approval.at,
            proof=approval.proof,
            at=now,
            finding_id=finding_id,
            confirm_later=True if breach and not approval else None,
        )

    def _correction(
        self, record: Record, contract_id: str, breaches: Sequence[Finding]
    ) -> FindingRecord:
        clauses = [key for f in breaches for key in f.clauses]
        text = "\n".join(dict.fromkeys(f.text for f in breaches))
        if any(f.incident_draft for f in breaches):
            text += "\n事故等として報告するかどうかを判断し、その結果を残してください。"
        from_event = isinstance(record, HandlingEvent)
        return FindingRecord(
            id=self._ledger.new_id(),
            contract_id=contract_id,
            source=FindingSource.EVENT if from_event else FindingSource.OVERRIDE,
            source_id=record.id,
            clause_key=clauses[0] if clauses else "",
            description=text[:4000],
            severity=Severity.SERIOUS,
            due_on=self._ledger.today() + PUT_RIGHT,
            owner_person_id=self._asker,
            status=FindingStatus.OPEN,
        )

    def _open_already(self, record: Record, new: FindingRecord) -> str:
        """Return the finding that waits and says the same of the act that one corrects, "" for none.

        Whoever corrects a slip in an act that was a breach has one thing to put right, not two.
        """
        corrected = record.corrects_event_id if isinstance(record, HandlingEvent) else ""
        registers = self._ledger.registers
        known = registers.all(RuleOverride, record_ref=corrected) if corrected else []
        for id_ in dict.fromkeys(one.record.finding_id for one in known if one.record.finding_id):
            stored = self._ledger.store.get(FindingRecord, id_)
            if stored is None or stored.meta.voided:
                continue
            open_still = stored.record.status in (FindingStatus.OPEN, FindingStatus.IN_PROGRESS)
            if open_still and stored.record.description == new.description:
                return id_
        return ""

    def summary(
        self, findings: Sequence[Finding], records: Sequence[Record], answers: Answers
    ) -> list[Record]:
        """Return one exception that sums up what the rules would have asked of old facts."""
        asked = [f for f in findings if f.needs_reason]
        if not asked:
            return []
        counts: dict[str, int] = {}
        for finding in asked:
            counts[finding.rule_id] = counts.get(finding.rule_id, 0) + 1
        lines = [f"{rule_id}：{count}件" for rule_id, count in sorted(counts.items())]
        first = next(r for r in records if r.id == asked[0].record)
        now = self._ledger.now()
        summary = RuleOverride(
            id=self._ledger.new_id(),
            contract_id=first.contract(),
            rule_id="、".join(sorted(counts))[:300],
            mode=RuleMode.WARN,
            record_type=first.type,
            record_ref=first.id,
            message="\n".join([f"取り込んだ{len(records)}件のうち、規則に当たるもの", *lines]),
            reason=(answers.reason("") or HISTORIC)[:1000],
            requested_by=self._asker,
            at=now,
        )
        self._ledger.registers.validate(summary)
        return [summary]

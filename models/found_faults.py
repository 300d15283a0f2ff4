"""What somebody found and is to be put right (指摘), under the clause that it names.

A text may have a clause by which findings are followed up (EQ-FINDING); the clause against which
something was found is not kept either until somebody else saw that it was put right. Findings of
exceptions are told with the breach itself (models/breaches.py).
"""

from collections.abc import Iterator
from dataclasses import replace

from models.codes import FindingStatus
from models.evidence_rows import NOTE, Row, row
from models.inquiry import Inquiry
from models.records import Finding, RuleOverride
from models.wareki import format_short

QUERY = "EQ-FOUND"
LATE_QUERY = "EQ-LATEFIX"
FOLLOWED = "EQ-FINDING"
SHOWN = 60  # characters
OPEN = "指摘「{0}」が終わっていません。"
LATE = "指摘「{what}」は、期限（{day}）の後の{on}に是正しています。"


def eq_finding(asked: Inquiry) -> Iterator[Row]:
    """Find what is to be put right and was not, or was not verified."""
    for one in asked.all(Finding):
        if one.status is not FindingStatus.VERIFIED:
            yield _open(asked, one)


def eq_found(asked: Inquiry) -> Iterator[Row]:
    """Find it again for the clause that it names; beside all clauses where none would tell it."""
    followed = asked.asks(FOLLOWED)
    of_exceptions = {exception.finding_id for exception in asked.all(RuleOverride)}
    for one in asked.all(Finding):
        if one.status is FindingStatus.VERIFIED or one.id in of_exceptions:
            continue
        if clauses := _named(asked, one):
            yield replace(_open(asked, one), clauses=clauses)
        elif not followed:
            yield _open(asked, one)


def eq_late_fix(asked: Inquiry) -> Iterator[Row]:
    """List what was put right after its day; to be read: it is done, and came late for good."""
    following = asked.asking(FOLLOWED)
    for one in asked.all(Finding):
        on, limit = one.completed_on, one.due_on
        clauses = (*_named(asked, one), *following)
        if on is not None and limit is not None and on > limit and clauses:
            day = format_short(limit)
            words = LATE.format(what=called(one), day=day, on=format_short(on))
            yield replace(row(one, words, NOTE), clauses=clauses)


def called(one: Finding) -> str:
    """Return what a sentence calls a finding: its first line, cut off for all to see."""
    line = one.description.split("\n")[0]
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _open(asked: Inquiry, one: Finding) -> Row:
    over = one.due_on is not None and one.due_on < asked.today
    return row(one, OPEN.format(called(one)), "action" if over else "due")


def _named(asked: Inquiry, one: Finding) -> tuple[str, ...]:
    """Return the clause that a finding names, unless that one follows up all findings anyway."""
    return tuple(
        clause.key
        for clause in asked.clauses
        if clause.key == one.clause_key
        and not clause.contractual_only
        and FOLLOWED not in clause.evidence
    )

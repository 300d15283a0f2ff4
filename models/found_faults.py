"""What somebody found and is to be put right (指摘), under the clause that it names.

A text may have a clause by which findings are followed up (EQ-FINDING); the clause against which
something was found is not kept either until somebody else saw that it was put right. Findings of
exceptions are told with the breach itself (models/breaches.py). What was found about no contract concerns
each: of a closed one what was open when it was closed, and is still. It is the contractor's own matter,
so a clause, which a client reads, says that there is one, and not what it is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from models.after_closing import of_the_work
from models.at_closing import at_closing
from models.codes import FindingStatus
from models.evidence_rows import NOTE, Row
from models.found_about import called
from models.inquiry import Inquiry
from models.records import ContentErasure, Finding, RuleOverride
from models.wareki import format_short

QUERY = "EQ-FOUND"
LATE_QUERY = "EQ-LATEFIX"
FOLLOWED = "EQ-FINDING"
OPEN = "指摘「{what}」が終わっていません。"
LATE = "指摘「{what}」は、期限（{day}）の後の{on}に是正しています。"
OF_NONE = "どの契約のものでもない指摘（期限{day}）が終わっていません。"
OF_NONE_LATE = "どの契約のものでもない指摘を、期限（{day}）の後の{on}に是正しています。"


def eq_finding(asked: Inquiry) -> Iterator[Row]:
    """Find what is to be put right and was not, or was not verified."""
    for one in asked.all(Finding):
        if one.status is not FindingStatus.VERIFIED:
            yield _open(asked, one)
    yield from _still_open(asked, lambda at, found: (_open(at, one) for one in found))


def eq_found(asked: Inquiry) -> Iterator[Row]:
    """Find it again for the clause that it names; beside all clauses where none would tell it."""
    own = (one for one in asked.all(Finding) if one.status is not FindingStatus.VERIFIED)
    yield from _by_clause(asked, own)
    yield from _still_open(asked, _by_clause)


def _by_clause(asked: Inquiry, found: Iterable[Finding]) -> Iterator[Row]:
    followed = asked.asks(FOLLOWED)
    exceptions = (*asked.all(RuleOverride), *asked.unbound(RuleOverride))
    of_exceptions = {exception.finding_id for exception in exceptions}
    for one in found:
        if one.id in of_exceptions:
            continue
        if clauses := _named(asked, one):
            yield replace(_open(asked, one), clauses=clauses)
        elif not followed:
            yield _open(asked, one)


def _of_none(asked: Inquiry) -> list[Finding]:
    """Return the findings of no contract that are not over; of an erased contract nothing is asked."""
    if asked.all(ContentErasure):
        return []
    return [one for one in asked.unbound(Finding) if one.status is not FindingStatus.VERIFIED]


def _still_open(
    asked: Inquiry, told: Callable[[Inquiry, Iterable[Finding]], Iterator[Row]]
) -> Iterator[Row]:
    """Tell of findings of no contract; under a closed one, of those which are still open today."""
    left = {one.id for one in _of_none(asked)}
    yield from of_the_work(lambda at: told(at, (one for one in _of_none(at) if one.id in left)))(
        asked
    )


def eq_late_fix(asked: Inquiry) -> Iterator[Row]:
    """List what was put right after its day; to be read: it is done, and came late for good."""
    following = asked.asking(FOLLOWED)
    for one in (*asked.all(Finding), *_of_its_time(asked)):
        on, limit = one.completed_on, one.due_on
        clauses = (*_named(asked, one), *following)
        if on is not None and limit is not None and on > limit and clauses:
            words = (LATE if one.contract_id else OF_NONE_LATE).format(
                what=called(one), day=format_short(limit), on=format_short(on)
            )
            yield replace(_row(asked, one, words, NOTE), clauses=clauses)


def _of_its_time(asked: Inquiry) -> list[Finding]:
    """Return the findings of no contract whose day came while the contract ran."""
    begun, closed = asked.contract.starts_on or date.min, at_closing(asked)
    last = asked.today if closed is None else closed.today
    every = asked.unbound(Finding)
    return [one for one in every if one.due_on is not None and begun <= one.due_on <= last]


def _open(asked: Inquiry, one: Finding) -> Row:
    over = one.due_on is not None and one.due_on < asked.today
    day = format_short(one.due_on) if one.due_on else ""
    words = (OPEN if one.contract_id else OF_NONE).format(what=called(one), day=day)
    return _row(asked, one, words, "action" if over else "due")


def _row(asked: Inquiry, one: Finding, words: str, severity: str) -> Row:
    """Return a row that leads to a finding, to the register for whoever does not see that one."""
    return Row(one.type, one.id if asked.sees(one) else "", words, severity)


def _named(asked: Inquiry, one: Finding) -> tuple[str, ...]:
    """Return the clause that a finding names, unless that one follows up all findings anyway."""
    return tuple(
        clause.key
        for clause in asked.clauses
        if clause.key == one.clause_key
        and not clause.contractual_only
        and FOLLOWED not in clause.evidence
    )

"""Evidence: for every clause of a contract, what proves that it was kept, or the rows that do not.

The queries ask the same rules as the counter does, so that the proof never says other than the
daily entry. A clause whose queries this program cannot answer yet is `unknown`, never done. Where
the content of the contract was erased, its clauses are `erased`: what is gone proves nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models import (
    act_days,
    beyond_basis,
    calendar_running,
    clause_changes,
    collector,
    consent_changes,
    contract_changes,
    contract_days,
    days_ahead,
    deadlines,
    ends_untold,
    fixed_late,
    former_terms,
    found_faults,
    incident_duties,
    item_changes,
    late_basis,
    late_clearance,
    late_ends,
    late_notices,
    late_papers,
    left_without,
    missing_things,
    nobody_named,
    nobody_then,
    outstaying,
    own_words,
    paper_twice,
    paper_undone,
    periodic_reports,
    person_changes,
    place_changes,
    place_gaps,
    places_given_up,
    renamings,
    requests,
    review_changes,
    still_readable,
    supervising,
    trip_changes,
    uncleared,
    unfit_basis,
)
from models.after_closing import of_the_work
from models.breaches import CHANGED
from models.contract_changes import BESIDE, RULE
from models.evidence_dates import ALL_QUERIES
from models.evidence_queries import LISTINGS, RULED, eq_things, eq_unasked_out, of_rules
from models.evidence_rows import WORST, Answer, Row, about
from models.inquiry import Inquiry, Question
from models.profile_forms import DOCUMENTS
from models.profile_vocabulary import EVIDENCE
from models.profiles import Clause
from models.records import ContentErasure, Contract, ContractClauseSetting

if TYPE_CHECKING:
    from models.ledger import Ledger

STATES: Mapping[str, str] = {
    "done": "果たした",
    "due": "期限前",
    "action": "要対応",
    "left": "終結時未了",
    "broken": "違反",
    "not_applicable": "対象外",
    "unknown": "判定前",
    "erased": "内容消去済",
}
CHANGES = "EQ-CHANGES"
BESIDE_PROOF: Mapping[str, Question] = {
    late_basis.QUERY: late_basis.eq_basis,
    late_clearance.QUERY: late_clearance.eq_cleared,
    clause_changes.QUERY: clause_changes.standing,
    deadlines.QUERY: deadlines.eq_late,
    requests.QUERY: requests.eq_answer,
    late_ends.QUERY: late_ends.eq_late_end,
    late_papers.QUERY: late_papers.eq_late_papers,
    late_notices.QUERY: late_notices.eq_late_notices,
    periodic_reports.QUERY: periodic_reports.eq_no_cycle,
    outstaying.QUERY: outstaying.eq_late_back,
    supervising.LATE_QUERY: supervising.eq_late_seen,
    found_faults.LATE_QUERY: found_faults.eq_late_fix,
    beyond_basis.WHERE: unfit_basis.called_otherwise,
    nobody_then.QUERY: nobody_then.eq_then,
    left_without.QUERY: left_without.eq_left_without,
    fixed_late.QUERY: fixed_late.eq_fixed_late,
    former_terms.QUERY: former_terms.eq_by_former,
    place_gaps.QUERY: place_gaps.eq_place_gaps,
    calendar_running.LATE_QUERY: calendar_running.eq_late_looks,
}
"""Queries that no text names: what they list is read beside the proof of the clauses it concerns."""
BESIDE_TEXT: Mapping[str, Question] = {
    requests.OWN: requests.eq_asked,
    paper_undone.QUERY: paper_undone.eq_paper,
    paper_twice.QUERY: paper_twice.eq_twice,
    unfit_basis.QUERY: unfit_basis.eq_unfit,
    uncleared.QUERY: uncleared.eq_uncleared,
    still_readable.QUERY: still_readable.eq_unread,
    own_words.QUERY: own_words.eq_officer,
    days_ahead.QUERY: days_ahead.eq_ahead,
    nobody_named.QUERY: of_the_work(nobody_named.nobody(nobody_named.QUERY)),
    deadlines.AGREED: of_the_work(deadlines.eq_fixed),
    found_faults.QUERY: found_faults.eq_found,
    CHANGES: lambda asked: asked.breaches.changes(),
}
"""Queries that no text names either, and whose rows count against the clauses that they name."""
TOLD_BY: Mapping[str, Collection[str]] = {
    **RULED, unfit_basis.QUERY: unfit_basis.ASKING, uncleared.QUERY: (uncleared.RULE,),
    CHANGES: (CHANGED,),
}  # fmt: skip
"""Rules whose breaches a query tells; a rule that is asked barely tells its own."""
UNASKED: Mapping[str, Question] = {
    "EQ-OPENOUT": eq_unasked_out,
    "EQ-LEDGER": eq_things,
    missing_things.QUERY: incident_duties.eq_incidents,
    places_given_up.QUERY: places_given_up.eq_left_behind,
}
"""What is told beside the text where it has none of these queries, which find it otherwise."""
TO_READ = LISTINGS | BESIDE_PROOF.keys()
AFTERWARDS = frozenset({"EQ-END", "EQ-REQ", "EQ-FINDING"})
"""Queries that after an erasure find what still stands: copies, requests, findings."""


@dataclass(frozen=True)
class ClauseState:
    """How a clause stands.

    Attributes:
        evidence: queries with what they found; a long list is read while the ledger is open.
        source: title of the companion text, "" for the contract's own.
        unjudged: queries that the program cannot answer yet.
    """

    key: str
    article: str
    heading: str
    summary: str
    source: str
    state: str
    evidence: tuple[tuple[str, Sequence[Row]], ...]
    unjudged: tuple[str, ...] = ()

    def unjudged_words(self) -> list[str]:
        """Return in words what this program does not judge."""
        return [_word(name) for name in self.unjudged]


def _word(query: str) -> str:
    if query.startswith("EQ-DOC("):
        title, _seal = DOCUMENTS[query[7:-1]]
        return f"「{title}」の提出"
    return EVIDENCE[query]


@collector.at_rest()
def evidence(ledger: "Ledger", contract: Contract) -> list[ClauseState]:
    """Return how every clause of a contract's text stands.

    Raises:
        NotPermitted: the role may not look at evidence.
    """
    ledger.require("evidence")
    asked = ledger.inquiries.of(contract.id)
    wanted = {q for clause in asked.clauses for q in clause.evidence}
    erased = bool(asked.all(ContentErasure))
    if erased:
        wanted &= AFTERWARDS
    found = {name: asked.answer(name, query) for name, query in ALL_QUERIES if name in wanted}
    trouble = asked.answer(missing_things.QUERY, incident_duties.eq_incidents)
    if missing_things.QUERY in wanted and (trouble.rows or incident_duties.counting(asked)):
        found[missing_things.QUERY] = trouble  # without any, that nothing happened is not judged
    if not erased:
        found |= _by_bare_rules(asked, wanted)
        for name, query in (*BESIDE_PROOF.items(), *BESIDE_TEXT.items()):
            found[name] = asked.answer(name, query)
    off = {one.clause_key for one in asked.all(ContractClauseSetting) if one.enabled is False}
    states = [_state(clause, found, clause.key in off, erased) for clause in asked.clauses]
    return states if erased else [*states, *_beside(asked, states)]


def _beside(asked: Inquiry, states: Sequence[ClauseState]) -> list[ClauseState]:
    """Return what no clause tells: that the contract was changed, and breaches that wait still."""
    breaches = asked.breaches.unsettled()
    theirs = {id_ for one in breaches for id_ in (*asked.breaches.about(one), one.id)}
    told = {  # there may be a row for every act: only those of a breach are kept
        (rule, row.id)
        for one in states
        if theirs and one.state != "not_applicable"
        for name, rows in one.evidence
        for row in about(rows, theirs)
        for rule in TOLD_BY.get(name, (name,))
    }
    changes = _changes(asked)
    waiting = asked.breaches.open_beside(breaches, told, changed=bool(changes.rows))
    for name, query in UNASKED.items():
        if not asked.asks(name):
            waiting += asked.answer(f"{name} unasked", query).rows
    for name, query in BESIDE_TEXT.items():
        waiting += [one for one in asked.answer(name, query).rows if not one.clauses]
    days = outstaying.beside_text(asked, BESIDE.key)
    if not changes.rows and not waiting and not days.rows:
        return []
    told_beside = Answer(tuple(waiting), changes.reads)
    every = {"EQ-OVERRIDE": changes, RULE: told_beside, outstaying.QUERY: days}
    return [_state(BESIDE, every, off=False, erased=False)]


def _changes(asked: Inquiry) -> Answer:
    """Tell in what contract, things and names are others than they were, or than the text has."""
    found = [
        asked.answer("contract changes", contract_changes.changed),
        asked.answer("thing changes", item_changes.changed),
        asked.answer("trip changes", trip_changes.changed),
        asked.answer("act days", act_days.changed),
        asked.answer("consent changes", consent_changes.changed),
        asked.answer("review changes", review_changes.changed),
        asked.answer("renamings", renamings.changed),
        asked.answer("place changes", place_changes.changed),
        asked.answer("person changes", person_changes.changed),
        asked.answer("ends taken back", ends_untold.changed),
        asked.answer("acts outside", contract_days.outside),
        asked.answer(clause_changes.QUERY, clause_changes.standing),
    ]
    rows = (replace(row, severity="due", clauses=()) for one in found for row in one.rows)
    return Answer(tuple(rows), frozenset().union(*(one.reads for one in found)))


def _by_bare_rules(asked: Inquiry, wanted: set[str]) -> dict[str, Answer]:
    """Ask the rules that no query of the text repeats: what they find breaks the clauses of theirs.

    A text may name no proof for what its clause demands; a breach that is known is told all the same.
    """
    covered = {rule for name in wanted for rule in RULED.get(name, ())}
    named = {rule for clause in asked.clauses for rule in clause.rules}
    bare = sorted(named - covered - {"R-48"})
    return {rule: asked.answer(rule, of_rules(rule)) for rule in bare}


def _state(clause: Clause, every: Mapping[str, Answer], off: bool, erased: bool) -> ClauseState:
    names = (*clause.evidence, *clause.rules)
    found = {name: every[name].about(clause.key) for name in names if name in every}
    judged = tuple((name, found[name].rows) for name in clause.evidence if name in found)
    bare = (rule for rule in clause.rules if rule in found and found[rule].rows)
    judged += tuple((rule, found[rule].rows) for rule in bare)
    unjudged = tuple(name for name in clause.evidence if name not in found)
    for name in (*BESIDE_PROOF, *BESIDE_TEXT):
        if name in every and (rows := every[name].meant_for(clause.key)):
            found[name] = Answer(rows, every[name].reads)
            judged += ((name, rows),)
    worst = [found[name].worst for name, rows in judged if name not in TO_READ and rows]
    if off or clause.contractual_only:
        state = "not_applicable"
    elif worst:
        state = max(worst, key=WORST.index)
    elif erased:
        state, unjudged = "erased", ()
    else:
        state = "unknown" if unjudged else "done"
    return ClauseState(
        clause.key,
        clause.article,
        clause.heading,
        clause.summary,
        clause.source,
        state,
        judged,
        unjudged,
    )

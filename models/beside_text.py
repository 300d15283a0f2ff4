"""What is asked however strictly the text of a contract rules it (R-39).

The contract itself is changed, its text by terms of its own, a thing after it was handled, what is
overdue is put off, somebody's last day is taken back, or work goes on outside its days. No text gives leave to do that alone, so the
mode does not come from its profile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from models import (
    clause_changes,
    closed_designations,
    consent_changes,
    contract_changes,
    contract_days,
    dates_put_off,
    designated_hours,
    designations_undone,
    ends_untold,
    exposed_inquiry,
    found_about,
    incident_changes,
    incidents,
    item_changes,
    last_days,
    late_ends,
    leave_taken_back,
    left_at_closing,
    lost_cards,
    lost_proofs,
    not_direct,
    paper_undone,
    renewals,
    requests,
    trip_changes,
)
from models.breaches import CHANGED
from models.codes import AuthorizationSubject, RuleMode
from models.profiles import Clause
from models.records import (
    Assignment,
    Authorization,
    ClientCommunication,
    Contract,
    ContractClauseSetting,
    ContractPlace,
    Credential,
    DueItem,
    Incident,
    IncidentReport,
    Item,
    Person,
    Record,
    Submission,
    TrainingSession,
)
from models.records import Finding as FindingRecord
from models.rules.books import GIVEN, Books
from models.rules.case import Case
from models.rules.engine import Finding
from models.rules.places import ABOUT_PLACES, CONSENTED, named_places

FALLS, PLACES, SUBCONTRACT = "R-35", "R-03", "R-26"
FOLLOWED, FROZEN = "R-29", "R-37"
NO_PLACES = "承諾された場所を「対象」に入れてください。場所を挙げていない承諾では、どの場所を使ってよいか確かめられません。"

NO_PAPER = (
    "この特記事項の再委託の承諾は、書面によるものに限ります。「決定の形式」が「{0}」のままでは、承諾として"
    "数えません。書面を受け取ったら、「書面化した日」と「文書番号」を入力してください。"
)

if TYPE_CHECKING:
    from models.ledger import Ledger


def said_to_record(
    ledger: "Ledger", record: Record, before: Record | None, books: Books
) -> Iterator[Finding]:
    """Yield what is said to a record of a register.

    Args:
        before: the version in force, when it is revised.
        books: with what else the same command enters.
    """
    if isinstance(record, closed_designations.GIVEN):
        if why := closed_designations.asked_of(ledger, before, record, books):
            yield _finding(record, why, RuleMode.WARN)
        elif told := closed_designations.told_of(ledger, before, record, books):
            yield _finding(record, told, RuleMode.NOTICE)
    if isinstance(record, Contract):
        if never := contract_changes.never_kept(before, record):
            yield _finding(record, never, RuleMode.BLOCK_ALWAYS)
        said = contract_changes.asked_of(ledger, before, record)
        if said:
            yield _finding(record, said)
        if left := left_at_closing.told_at_closing(ledger, before, record):
            yield _finding(record, left, RuleMode.NOTICE)
    elif isinstance(record, Item):
        if belied := item_changes.contradicted(ledger, before, record):
            yield _finding(record, belied, RuleMode.BLOCK_ALWAYS)
        elif fewer := item_changes.fewer(ledger, before, record):
            yield _finding(record, fewer)
        if put_off := item_changes.put_off(ledger, before, record):
            yield _finding(record, put_off)
    elif isinstance(record, Authorization):
        yield from _said_to_consent(ledger, record, before, books)
    elif isinstance(record, TrainingSession):
        for lost in lost_proofs.asked_of(ledger, before, record):
            asked = _cited(_finding(record, lost.words), lost.clauses)
            yield replace(asked, contract_id=lost.contract_id)
    elif isinstance(record, (Assignment, ContractPlace)):
        yield from _said_to_designation(ledger, record, before, books)
    elif isinstance(record, Credential):
        if lost_cards.is_lost(record, before):
            yield replace(_finding(record, lost_cards.TOLD, RuleMode.NOTICE), rule_id=FOLLOWED)
    elif isinstance(record, Person):
        yield from ends_untold.said_to_person(ledger, record, before, books)
        if back := leave_taken_back.asked_of(ledger, before, record):
            yield _finding(record, back)
    elif isinstance(record, DueItem):
        yield from _said_to_date(ledger, record, before)
    elif isinstance(record, (Incident, IncidentReport)):
        yield from _said_to_incident(ledger, record, before)
    elif isinstance(record, ClientCommunication):
        if overdue := requests.asked_of(ledger, before, record):
            yield _finding(record, overdue)
    elif isinstance(record, Submission):
        yield from _said_to_paper(ledger, record, before)
    elif isinstance(record, FindingRecord):
        yield from _said_to_finding(ledger, record, before)
    elif isinstance(record, ContractClauseSetting):
        for one in clause_changes.said_of(ledger, books, before, record):
            yield _finding(record, one.text, one.mode, one.clauses, fact=one.fact)


def _said_to_incident(ledger: "Ledger", record: Record, before: Record | None) -> Iterator[Finding]:
    for why in incident_changes.asked_of(ledger, before, record):
        yield _finding(record, why)
    if said := incident_changes.told_of(ledger, before, record):
        yield _finding(record, said, RuleMode.NOTICE)


def _said_to_designation(
    ledger: "Ledger", record: Assignment | ContractPlace, before: Record | None, books: Books
) -> Iterator[Finding]:
    if wiped := ends_untold.wiped(ledger, before, record, books):
        yield _finding(record, wiped)
    elif begun := designations_undone.never_begun(ledger, before, record):
        yield _finding(record, begun, RuleMode.BLOCK_ALWAYS)
    elif loses := designations_undone.loses_acts(ledger, before, record, books):
        yield _finding(record, loses)


def _said_to_paper(
    ledger: "Ledger", record: Submission, before: Record | None
) -> Iterator[Finding]:
    sealed = before if isinstance(before, Submission) else None
    if wrong := paper_undone.asked_when_handed_in(ledger, record, sealed):
        yield replace(_finding(record, wrong, RuleMode.WARN), rule_id=FROZEN)


def _said_to_date(ledger: "Ledger", record: DueItem, before: Record | None) -> Iterator[Finding]:
    if unsaid := exposed_inquiry.lacks_result(ledger, before, record):
        yield _finding(record, unsaid, RuleMode.BLOCK_ALWAYS)
    elif put_off := exposed_inquiry.asked_of(ledger, before, record):
        yield _finding(record, put_off)
    elif late := dates_put_off.asked_of(ledger, before, record):
        yield _finding(record, late)


def _said_to_finding(
    ledger: "Ledger", record: FindingRecord, before: Record | None
) -> Iterator[Finding]:
    if late := dates_put_off.asked_of(ledger, before, record):
        yield _finding(record, late)
    known = before if isinstance(before, FindingRecord) else None
    if unknown := found_about.told_of_unknown(ledger, record, known):
        yield replace(_finding(record, unknown, RuleMode.NOTICE), rule_id=FOLLOWED)


def _said_to_consent(
    ledger: "Ledger", record: Authorization, before: Record | None, books: Books
) -> Iterator[Finding]:
    if widened := consent_changes.asked_of(ledger, before, record):
        yield _cited(_finding(record, widened), consent_changes.clauses_of(ledger, record))
    for unfit in renewals.asked_of(ledger, before, record, books):
        asked = replace(_finding(record, unfit, RuleMode.WARN), rule_id=renewals.RULE)
        yield _cited(asked, renewals.clauses_of(ledger, record))
    if unnamed := _without_places(ledger, record, books):
        yield replace(_finding(record, unnamed, RuleMode.NOTICE), rule_id=PLACES)
    if unwritten := _without_paper(ledger, record, books):
        yield replace(_finding(record, unwritten, RuleMode.NOTICE), rule_id=SUBCONTRACT)


def _without_places(ledger: "Ledger", record: Authorization, books: Books) -> str:
    """Return what is said to a consent to places that names none, "" for every other."""
    contract = books.find(Contract, record.contract_id)
    if contract is None:
        return ""
    regime = ledger.registers.need_profile(contract.profile_code).params.place_notice.regime
    asked = record.subject in ABOUT_PLACES and regime in CONSENTED and record.decision in GIVEN
    return NO_PLACES if asked and not named_places(record) else ""


def _without_paper(ledger: "Ledger", record: Authorization, books: Books) -> str:
    """Return what is said to a consent to 再委託 that no paper tells, where one must (CB-8.1)."""
    contract = books.find(Contract, record.contract_id)
    if contract is None or record.subject is not AuthorizationSubject.SUBCONTRACT:
        return ""
    regime = ledger.registers.need_profile(contract.profile_code).params.subcontract
    asked = regime.decision_in_writing and record.decision in GIVEN and not record.is_in_writing
    form = record.decision_form.label if record.decision_form else ""
    return NO_PAPER.format(form) if asked else ""


def said_to_act(ledger: "Ledger", case: Case) -> Iterator[Finding]:
    """Yield what is said to an act."""
    if case.event is None:
        return
    if put_off := trip_changes.why_put_off(ledger, case):
        yield _finding(case.event, put_off)
    if why := contract_days.why_outside(case):
        yield _finding(case.event, why, fact=case.fact)
    elif late := contract_days.why_late(case):
        yield _finding(case.event, late, RuleMode.WARN, fact=case.fact)
    elif told := contract_days.told_afterwards(case):
        yield _finding(case.event, told, RuleMode.NOTICE, fact=case.fact)
    if why := not_direct.why_not_direct(case):
        asked = _finding(case.event, why, RuleMode.WARN, fact=case.fact)
        yield _cited(asked, tuple(not_direct.clauses(case)))
    if told := late_ends.told_when_late(case):
        yield _finding(case.event, told, RuleMode.NOTICE, fact=case.fact)
    if proposed := incidents.proposed_by(ledger, case.event):
        notice = _finding(case.event, proposed, RuleMode.NOTICE, fact=case.fact)
        yield replace(notice, rule_id=FOLLOWED)
    if told := designated_hours.told_of(case):
        yield _finding(case.event, told, RuleMode.NOTICE, fact=case.fact)


def foretold(ledger: "Ledger", record: Record, before: Record | None) -> Iterator[Finding]:
    """Yield what falls with a version while it is still a draft (R-35)."""
    if falls := last_days.foretold(ledger, record, before):
        yield replace(_finding(record, falls, RuleMode.NOTICE), rule_id=FALLS)


def in_place_of_text(findings: list[Finding], said: list[Finding]) -> list[Finding]:
    """Return all findings; what the text's own rule says to the same change is said already."""
    settings = {one.record for one in said if one.record_type == ContractClauseSetting.type}
    left = (one for one in findings if one.rule_id != CHANGED or one.record not in settings)
    return [*left, *said]


def _cited(one: Finding, clauses: Sequence[Clause]) -> Finding:
    """Put what is asked under the clauses that it is about, where it is told until it is settled."""
    articles = tuple(clause.article for clause in clauses)
    return replace(one, articles=articles, clauses=tuple(clause.key for clause in clauses))


def _finding(
    record: Record,
    said: str,
    mode: RuleMode = RuleMode.BLOCK_PLAN,
    clauses: tuple[str, ...] = (),
    *,
    fact: bool = True,
) -> Finding:
    return Finding(
        CHANGED, mode, said, articles=(), clauses=clauses, record=record.id,
        record_type=record.type, fact=fact,
    )  # fmt: skip

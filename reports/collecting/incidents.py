"""Collect what is reported of an incident, in the words of the contract's text."""

from collections.abc import Iterator
from dataclasses import replace

from models.codes import IncidentLogKind, IncidentReportKind
from models.errors import Refused
from models.incidents import reports_of
from models.records import Incident, IncidentLog, Item, Submission
from models.wareki import format_wareki
from reports.collecting.case import Case
from reports.documents.d20_incident_report import IncidentPaper, Step

OWN = frozenset({IncidentLogKind.INTERNAL_REPORT, IncidentLogKind.NOTE})
"""Steps that are the office's own and stand on no report."""
FIRST = "第1報"
LATER = "第{0}報（前の報告：{1}　{2}）"


def incident_report(case: Case) -> IncidentPaper:
    """Collect one incident.

    Raises:
        Refused: not exactly one is chosen, or what was no accident.
    """
    found = case.chosen(Incident)
    if len(found) != 1:
        raise Refused(
            reason=f"{case.form.title}は、事故・違反一件について作ります。"
            "「事故・違反」の記録を一つ選んでください。"
        )
    [one] = found
    if not one.counts:
        raise Refused(reason=f"「{one.caption()}」は、報告の対象外として登録されています。")
    words = case.profile.params.incident.words
    paper = IncidentPaper(
        case.letterhead(),
        case.anchor(),
        wording=case.wording(),
        certainty=one.certainty.label if one.certainty else "",
        nature="・".join(words.get(nature.value, nature.label) for nature in one.natures),
        breached_clause=one.breached_clause,
        info_content=one.info_content,
        record_count=one.record_count,
        quantity=one.quantity_text,
        occurred_place=one.occurred_place,
        known_at=one.known_at,
        occurred_at=one.occurred_at,
        situation=one.situation,
        course=one.situation,
        damage=one.damage,
        immediate_measures=one.immediate_measures,
        commander=case.then(one).assignment(one.commander_assignment_id),
        incident_no=one.incident_no,
        lines=tuple(_steps(case, one)),
    )
    return _found_out(case, one, paper) if case.tells_findings else paper


def _found_out(case: Case, one: Incident, paper: IncidentPaper) -> IncidentPaper:
    """Add which report it is, what it is about, and what was found out until now."""
    then = case.then(one)
    return replace(
        paper,
        report_no=_which(case, one),
        things=tuple(_thing(then.item(id_)) for id_ in one.item_ids),
        caused_by=_caused_by(one),
        secondary_damage=one.secondary_damage,
        cause=one.cause,
        prevention=one.prevention,
    )


def _which(case: Case, one: Incident) -> str:
    """Say which report to the client it will be; the paper whose place it takes does not count."""
    told = [
        report for report in reports_of(case.ledger, one.id)
        if report.tells_client and report.kind is not IncidentReportKind.SUBCONTRACTOR
        and not (report.submission_id and report.submission_id == case.wish.replaces)
        and report.reported_at is not None
    ]  # fmt: skip
    if not told:
        return FIRST
    last = max(told, key=lambda report: report.reported_at or case.numbers.issued_at)
    assert last.reported_at is not None
    paper = case.ledger.store.get(Submission, last.submission_id) if last.submission_id else None
    means = last.means.label if last.means else ""
    day = format_wareki(last.reported_at.astimezone(case.numbers.issued_at.tzinfo).date())
    return LATER.format(len(told) + 1, day, paper.record.doc_no if paper else means)


def _thing(item: Item) -> str:
    whole = f"（全{item.amount(item.quantity)}）" if item.quantity is not None else ""
    return f"{item.item_no}　{item.name}{whole}"


def _caused_by(one: Incident) -> str:
    party = one.party.label if one.party else ""
    return f"{party}（{one.subcontractor_name}）" if one.subcontractor_name else party


def _steps(case: Case, one: Incident) -> Iterator[Step]:
    found = case.all(IncidentLog, incident_id=one.id)
    told = [step for step in found if step.kind not in OWN and step.at is not None]
    for step in sorted(told, key=lambda step: step.at or case.numbers.issued_at):
        yield Step(step.at, step.kind.label if step.kind else "", step.text)

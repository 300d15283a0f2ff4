"""Collect what is reported of an incident, in the words of the contract's text."""

from collections.abc import Iterator

from models.codes import IncidentLogKind
from models.errors import Refused
from models.records import Incident, IncidentLog
from reports.collecting.case import Case
from reports.documents.d20_incident_report import IncidentPaper, Step

OWN = frozenset({IncidentLogKind.INTERNAL_REPORT, IncidentLogKind.NOTE})
"""Steps that are the office's own and stand on no report."""


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
    return IncidentPaper(
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


def _steps(case: Case, one: Incident) -> Iterator[Step]:
    found = case.all(IncidentLog, incident_id=one.id)
    told = [step for step in found if step.kind not in OWN and step.at is not None]
    for step in sorted(told, key=lambda step: step.at or case.numbers.issued_at):
        yield Step(step.at, step.kind.label if step.kind else "", step.text)

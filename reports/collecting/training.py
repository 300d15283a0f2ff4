"""Collect what was planned and what was taught."""

from models import wareki
from models.codes import AssignmentRole
from models.errors import InvalidField, Refused
from models.records import Assignment, GovernanceDocument, Person, TrainingPlan, TrainingSession
from models.records.clearance import Attendance
from reports.collecting.affiliation import affiliation
from reports.collecting.case import Case, Then, words
from reports.collecting.people import GONE, reached_by
from reports.documents.d05_training_plan import TrainingProgramme
from reports.documents.d06_training_report import Attendee, TrainingReport


def training_programme(case: Case) -> TrainingProgramme:
    """Collect the chosen plan, else the newest of the contract.

    Raises:
        Refused: no plan, or several chosen.
    """
    found = case.chosen(TrainingPlan) or case.all(TrainingPlan)[-1:]
    if len(found) != 1:
        raise Refused(
            reason=f"{case.form.title}は、計画一つについて作ります。"
            "「教育・研修実施計画」を登録し、一つ選んでください。"
        )
    plan = found[0]
    manager, lacks = _manager(case)
    return TrainingProgramme(
        case.letterhead(),
        case.anchor(),
        wording=case.wording(),
        manager=manager,
        manager_lacks=lacks,
        plan_title=plan.title,
        topics=tuple(topic.label for topic in plan.topics),
        audience=plan.audience,
        schedule=tuple(map(_day, plan.planned_dates)),
        method=tuple(method.label for method in plan.method),
        organizer=plan.organization_text,
    )


def training_report(case: Case) -> TrainingReport:
    """Collect one session that was held.

    Raises:
        Refused: not exactly one is chosen.
    """
    found = case.chosen(TrainingSession)
    if len(found) != 1:
        raise Refused(
            reason=f"{case.form.title}は、実施一回について作ります。"
            f"「{case.profile.term('training')}」の記録を一つ選んでください。"
        )
    session = found[0]
    lines = _attendees(case, session)
    absent = [line.name for line in lines if line.attended != "受講"]
    material = case.ledger.registers.caption(GovernanceDocument.type, session.text_document_id)
    method = session.method.label if session.method else ""
    return TrainingReport(
        case.letterhead(),
        case.anchor(),
        wording=case.wording(),
        held_on=session.held_on,
        place=session.place_text,
        instructor=session.instructor,
        method=f"{method}（{session.duration_min}分）" if session.duration_min else method,
        topics=tuple(topic.label for topic in session.topics),
        material=material or case.ledger.registers.caption("attachment", session.material_file),
        attendees=f"{len(lines)}名のうち{len(lines) - len(absent)}名",
        absentees="、".join(absent) or "なし",
        lines=lines,
    )


def _attendees(case: Case, session: TrainingSession) -> tuple[Attendee, ...]:
    """Return this contract's people on the list of the session, and those who are not on it.

    A session may serve several contracts: another client's people are not told here.
    """
    assigned = [
        one.person_id
        for one in case.all(Assignment)
        if one.person_id and (one.status not in GONE or _was_there(session, one))
    ]
    rows = {row.person_id: row for row in session.attendance}
    then = case.then(session)
    return tuple(_attendee(then, one, rows.get(one)) for one in dict.fromkeys(assigned))


def _was_there(session: TrainingSession, one: Assignment) -> bool:
    return any(row.person_id == one.person_id for row in session.attendance)


def _attendee(then: Then, person_id: str, row: Attendance | None) -> Attendee:
    person = then.case.ledger.registers.need(Person, person_id).record
    attended = bool(row and row.attended)
    return Attendee(
        name=then.person(person_id),
        affiliation=affiliation(then.case, person) or "－",
        attended="受講" if attended else "未受講",
        attended_on=row.attended_on if row and attended else None,
        understanding=row.understanding.label if row and row.understanding else "－",
    )


def _manager(case: Case) -> tuple[str, tuple[str, ...]]:
    """Return title, name and contact of the 管理責任者, or of who stands in, and what lacks."""
    people = [one for one in case.all(Assignment) if one.status not in GONE]
    for role in (AssignmentRole.INFO_MANAGER, AssignmentRole.WORK_SUPERVISOR):
        one = next((one for one in people if one.role is role and one.person_id), None)
        if one is not None:
            person = case.ledger.registers.need(Person, one.person_id).record
            contact = reached_by(case, person)
            told = words(affiliation(case, person), person.name, contact)
            parts = (("職名", person.job_title), ("連絡先", contact))
            return told, tuple(f"{person.name}さんの{what}" for what, said in parts if not said)
    return "", ()


def _day(text: str) -> str:
    """Print a planned day as an era day; a planned month stays as it was typed."""
    try:
        return wareki.format_wareki(wareki.parse_date(text))
    except InvalidField:
        return text

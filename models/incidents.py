"""Incidents: who may tell and who leads, and what each state of one has to show for itself.

Nothing keeps a worker from telling what was discovered; the responsible person leads from there. An
incident goes forward only, and says no more than its rows of reports bear out: 第一報済 with a report
to the client, 書面報告済 with one in writing or the reason why there is none (FK-14.2), 終結 with cause
and prevention. That nothing had happened is not for one person to say alone (R-29).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from models.chain import Intent
from models.codes import (
    Certainty,
    CommunicationMeans,
    HandlingKind,
    IncidentNature,
    IncidentParty,
    IncidentReportKind,
    IncidentStatus,
    Role,
    SubmissionStatus,
    Timing,
)
from models.commands import creating, revising
from models.errors import NotPermitted, Refused
from models.incident_reports import (
    in_writing,
    require_after_known,
    require_before_reports,
    unwritten,
    wants_writing,
)
from models.profiles import Profile
from models.records import (
    HandlingEvent,
    Incident,
    IncidentLog,
    IncidentReport,
    Record,
    Submission,
)
from models.records.trouble import AFTER_REPORT, TOLD
from models.store import Op, Query, Where
from models.versions import Version, versions

if TYPE_CHECKING:
    from models.ledger import Ledger

R = TypeVar("R", bound=Record)
S = IncidentStatus
ORDER = tuple(S)
STEPS = (IncidentLog, IncidentReport)
REPORT = "D-20"
NUMBER = "事故第{0}号"
OPENED = "パスワード・カードの「知られた・紛失」"
"""How the situation of an incident begins that the shutting of a password has opened (A-06)."""
FIELDS: Mapping[str, str] = {
    "course": "situation",
    "commander": "commander_assignment_id",
}
"""Fields of the record behind those names of a profile that are not theirs."""

TAKEN = "「番号」の「{0}」は、同じ契約のほかの事故・違反に付いています。"
LEADS = "登録した事故・違反と経過の訂正・取消（その日に自分が登録したものの取消しを除く）"
TELLS = "状態が「認知」でない事故・違反の登録"
BACK = "「状態」は、「{before}」から「{after}」には戻せません。新しく分かったことは「経過」に登録してください。"
NEW = "新しい事故・違反の「状態」は「認知」です。報告や調査は、登録した後に記録してください。"
NOT_TOLD = (
    "「状態」を「{state}」にするには、委託者への報告が要ります。「報告を記録」で、いつ、だれに、どう報告したかを"
    "登録してください。報告の対象でないときは、「発生・おそれ」を「{near_miss}」にし、理由を入力してください。"
)
LACKING = "終結には、この契約の特記事項が報告を求める次の項目も要ります：{0}。"
BOTH_TOLD = "再委託先の事故の終結には、「再委託先からの報告」で、委託者と受託者の両方に報告したことの登録が要ります。"
CLOSED_WITH = (
    "「{0}」は終結しています。終結を支える報告は、取り消したり、ほかのものに変えたりできません。"
)
PROPOSED = (
    "所在不明は、委託者に報告する事故に当たることがあります。当たるとき、そのおそれがあるときは「事故・違反」に"
    "登録し、「対象の媒体・資料」に選んでください。"
)
FOLLOWS_REPORT = "報告の登録"
FOLLOWS_INCIDENT = "事故・違反の契約の登録"
HANDED_IN = "「{0}」（{1}）の提出"
HOUR_UNKNOWN = "提出した時刻は記録していません。"


# --- entering ------------------------------------------------------------------------------------


def prepared(ledger: "Ledger", record: R) -> R:
    """Give a step of an incident the contract of that; an incident keeps the number it has."""
    if isinstance(record, Incident) and record.id:
        known = ledger.store.get(Incident, record.id)
        return _kept_number(ledger, record, known.record) if known else record
    if isinstance(record, STEPS) and not record.contract_id:
        stored = ledger.store.get(Incident, record.incident_id)
        return replace(record, contract_id=stored.record.contract_id) if stored else record
    return record


def _kept_number(ledger: "Ledger", one: R, before: Incident) -> R:
    """Return an incident under its number; one that goes into a contract gets another if need be."""
    assert isinstance(one, Incident)
    number = one.incident_no or before.incident_no
    if one.contract_id != before.contract_id and number == before.incident_no:
        used = _numbers(ledger, one.contract_id)
        number = _next(used) if number in used else number
    return replace(one, incident_no=number)


def numbered(ledger: "Ledger", records: Iterable[R]) -> list[R]:
    """Give new incidents the next numbers under their contracts."""
    taken: dict[str, set[str]] = {}
    done: list[R] = []
    for one in records:
        if isinstance(one, Incident):
            used = taken.setdefault(one.contract_id, _numbers(ledger, one.contract_id))
            number = one.incident_no or _next(used)
            used.add(number)
            owner = one.owner_person_id or _owner(ledger, one)
            done.append(replace(one, incident_no=number, owner_person_id=owner))
        else:
            done.append(one)
    return done


def lost_way_in(
    ledger: "Ledger", contract_id: str, situation: str, measures: str, owner: str = ""
) -> Incident:
    """Return the draft of an incident for a password, card or key that others may have (A-06).

    Args:
        owner: id of the person; the signed-in user if left out.
    """
    return Incident(
        id=ledger.new_id(),
        contract_id=contract_id,
        certainty=Certainty.SUSPECTED,
        natures=(IncidentNature.CREDENTIAL,),
        known_at=ledger.now(),
        situation=situation,
        owner_person_id=owner or ledger.user.person_id,
        immediate_measures=measures,
        status=S.DETECTED,
    )


def _owner(ledger: "Ledger", one: Incident) -> str:
    """Return who is asked about an incident: a worker about what he tells of no contract.

    Else he could neither see it nor go on with it.
    """
    alone = not one.contract_id and ledger.role is Role.WORKER
    return ledger.user.person_id if alone else ""


def _next(used: Collection[str]) -> str:
    numbers = (NUMBER.format(place) for place in count(len(used) + 1))
    return next(one for one in numbers if one not in used)


def _numbers(ledger: "Ledger", contract_id: str, but: str = "") -> set[str]:
    """Return the numbers under a contract, or under none, that the whole ledger knows of.

    Args:
        but: id of an incident whose own number does not count.
    """
    mine = Where("contract_id", *((Op.EQ, contract_id) if contract_id else (Op.EMPTY, True)))
    query = Query(Incident.type, (mine,), voided=None)
    known = ledger.opened.store.columns(query, ("id", "incident_no"))
    return {number for id_, number in known if number and id_ != but}


def require_possible(ledger: "Ledger", record: Record, before: Record | None) -> None:
    """Refuse what this user may not enter, and a state that nothing bears out.

    Raises:
        NotPermitted, Refused
    """
    if isinstance(record, (Incident, IncidentLog)) and before is not None:
        require_leader(ledger)
    if isinstance(record, IncidentReport):
        if (about := ledger.store.get(Incident, record.incident_id)) is not None:
            told = before if isinstance(before, IncidentReport) else None
            require_after_known(about.record, record, told)
        return
    if not isinstance(record, Incident):
        return
    old = before if isinstance(before, Incident) else None
    if record.incident_no in _numbers(ledger, record.contract_id, record.id):
        _refuse(TAKEN, record.incident_no)
    if old is None:
        _require_new(ledger, record)
        return
    if _is_before(record, old) and not _reopened(old, record):
        _refuse(BACK, before=_state(old), after=_state(record))
    require_before_reports(record, old, reports_of(ledger, record.id))
    if problem := _unproved(ledger, record, old):
        raise Refused(reason=problem)


def require_leader(ledger: "Ledger") -> None:
    """Refuse unless the signed-in user leads incidents: a worker tells, and changes nothing.

    Raises:
        NotPermitted
    """
    if ledger.role is not Role.SUPERVISOR:
        raise NotPermitted(act=LEADS, who=Role.SUPERVISOR.label)


def _require_new(ledger: "Ledger", one: Incident) -> None:
    if one.status is S.DETECTED:
        return
    if ledger.role is not Role.SUPERVISOR:
        raise NotPermitted(act=TELLS, who=Role.SUPERVISOR.label)
    if one.counts or one.status is not S.CLOSED:
        raise Refused(reason=NEW)


def _is_before(after: Incident, before: Incident) -> bool:
    return ORDER.index(after.status or S.DETECTED) < ORDER.index(before.status or S.DETECTED)


def _reopened(before: Incident, after: Incident) -> bool:
    """Tell whether what was called no accident turned out to be one: it begins anew."""
    return not before.counts and after.counts and after.status is S.DETECTED


def _unproved(ledger: "Ledger", one: Incident, old: Incident) -> str:
    """Return what a state lacks that the records have to bear out, "" for nothing."""
    if not one.counts or one.status is S.DETECTED:
        return ""
    reports = reports_of(ledger, one.id)
    if not any(report.tells_client for report in reports):
        return NOT_TOLD.format(state=_state(one), near_miss=Certainty.NEAR_MISS.label)
    strict = wants_writing(ledger, one) and old.status not in AFTER_REPORT
    if one.status in AFTER_REPORT and not in_writing(reports, strict=strict):
        return unwritten(_state(one), strict=strict)
    return _unfit_to_close(ledger, one, reports) if one.status is S.CLOSED else ""


def _unfit_to_close(ledger: "Ledger", one: Incident, reports: Sequence[IncidentReport]) -> str:
    if not one.contract_id:
        return ""
    profile = ledger.profile(one.contract_id)
    if lacking := lacks(one, profile):
        return LACKING.format("、".join(lacking))
    both = profile.params.subcontract.incident_reports_to_both
    if one.party is IncidentParty.SUBCONTRACTOR and both:
        told = {(r.to_client, r.to_contractor) for r in reports}
        if (True, True) not in told:
            return BOTH_TOLD
    return ""


def lacks(one: Incident, profile: Profile) -> list[str]:
    """Return the labels of what the text wants reported and an incident does not say yet."""
    names = [FIELDS.get(name, name) for name in profile.params.incident.fields]
    fields = Incident.fields()
    return [
        fields[name].label
        for name in dict.fromkeys(names)
        if fields[name].kind.is_empty(getattr(one, name))
    ]


def reports_of(ledger: "Ledger", incident_id: str) -> list[IncidentReport]:
    """Return who was told of an incident, in the order of entry."""
    found = ledger.registers.all(IncidentReport, incident_id=incident_id)
    return [stored.record for stored in found]


# --- what follows --------------------------------------------------------------------------------


def following(
    ledger: "Ledger", entered: Iterable[Record], before: Mapping[str, Record] | None = None
) -> list[Intent]:
    """Return what follows from what is entered: an incident moves on with its reports.

    Nobody has to say twice that the client was told. A report that is taken back takes the state
    back, too; the steps of an incident of no contract follow it into one.

    Raises:
        Refused: the incident was closed with that report.
    """
    intents: list[Intent] = []
    for one in entered:
        old = (before or {}).get(one.id)
        if isinstance(one, IncidentReport):
            intents += _moved(ledger, one, old)
        elif isinstance(one, Incident) and isinstance(old, Incident) and not old.contract_id:
            intents += _steps_into(ledger, one)
    return intents


def without(ledger: "Ledger", record: Record) -> list[Intent]:
    """Return what follows from voiding a record.

    Raises:
        Refused: the incident was closed with that report.
    """
    report = record if isinstance(record, IncidentReport) else None
    return _settled(ledger, report.incident_id, gone=report.id) if report else []


def _moved(ledger: "Ledger", one: IncidentReport, old: Record | None) -> list[Intent]:
    ids = [one.incident_id]
    if isinstance(old, IncidentReport) and old.incident_id != one.incident_id:
        ids.append(old.incident_id)
    return [intent for id_ in ids for intent in _settled(ledger, id_, entered=one)]


def _settled(
    ledger: "Ledger", incident_id: str, *, entered: IncidentReport | None = None, gone: str = ""
) -> list[Intent]:
    """Return the incident in the state that its reports bear out, nothing where it is in it."""
    stored = ledger.store.get(Incident, incident_id)
    if stored is None or stored.meta.voided:
        return []
    one, new = stored.record, {gone, entered.id if entered else ""}
    before = reports_of(ledger, incident_id)
    reports = [report for report in before if report.id not in new]
    reports += [entered] if entered and entered.incident_id == incident_id else []
    # Older versions let an incident end without writing everywhere: that stays.
    strict = wants_writing(ledger, one) and in_writing(before, strict=True)
    state = _borne_out(one, reports, entered, strict=strict)
    if state is one.status:
        return []
    if one.status is S.CLOSED:
        raise Refused(reason=CLOSED_WITH.format(one.caption()))
    return [revising(replace(one, status=state), FOLLOWS_REPORT)]


def _borne_out(
    one: Incident,
    reports: Sequence[IncidentReport],
    entered: IncidentReport | None,
    *,
    strict: bool,
) -> IncidentStatus:
    state = one.status or S.DETECTED
    if not one.counts:
        return state
    if not any(report.tells_client for report in reports):
        return S.DETECTED
    if not in_writing(reports, strict=strict) and state in AFTER_REPORT:
        return S.INVESTIGATING
    written = entered is not None and entered.is_written and entered.kind in (
        IncidentReportKind.WRITTEN, IncidentReportKind.FINAL,
    )  # fmt: skip
    complete = not any(Incident.fields()[name].kind.is_empty(getattr(one, name)) for name in TOLD)
    reached = S.REPORTED if written and complete else S.FIRST_REPORTED
    return max(state, reached, key=ORDER.index)


def _steps_into(ledger: "Ledger", one: Incident) -> Iterator[Intent]:
    if not one.contract_id:
        return
    logs = ledger.registers.all(IncidentLog, incident_id=one.id)
    reports = ledger.registers.all(IncidentReport, incident_id=one.id)
    for step in (*logs, *reports):
        moved = step.record.with_changes(contract_id=one.contract_id)
        yield revising(moved, FOLLOWS_INCIDENT)


def handed_in(ledger: "Ledger", paper: Submission) -> list[Intent]:
    """Return the reports that a paper about incidents was when it was handed in (D-20)."""
    if paper.doc_kind != REPORT or paper.status is not SubmissionStatus.SUBMITTED:
        return []
    found = [ledger.store.get(Incident, id_) for id_ in paper.subject_ids]
    intents: list[Intent] = []
    for stored in found:
        if stored is None or stored.meta.voided:
            continue
        report = _report_by(ledger, stored.record, paper)
        require_after_known(stored.record, report)
        ledger.registers.validate(report)
        intents += [creating(report), *following(ledger, [report])]
    return intents


def _report_by(ledger: "Ledger", one: Incident, paper: Submission) -> IncidentReport:
    assert paper.submitted_on is not None
    told = any(report.tells_client for report in reports_of(ledger, one.id))
    kind = IncidentReportKind
    at, known = _moment_of(ledger, paper, paper.submitted_on)
    said = HANDED_IN.format(paper.title, paper.doc_no)
    return IncidentReport(
        id=ledger.new_id(),
        contract_id=one.contract_id,
        incident_id=one.id,
        kind=kind.WRITTEN if told else kind.FIRST,
        reported_at=at,
        means=CommunicationMeans.WRITTEN,
        recipient=paper.received_by or ledger.profile(paper.contract_id).term("client_party"),
        reported_by=ledger.user.person_id,
        text=said if known else f"{said}。{HOUR_UNKNOWN}",
        submission_id=paper.id,
    )


def _moment_of(ledger: "Ledger", paper: Submission, day: date) -> tuple[datetime, bool]:
    """Return when a paper was handed in, and whether the hour is known: it is of the day of today."""
    now = ledger.now()
    if day == now.date():
        return now, True
    return datetime.combine(day, time(0, 0), now.tzinfo), False


# --- what is proposed ----------------------------------------------------------------------------


def proposed_by(ledger: "Ledger", act: HandlingEvent) -> str:
    """Return that a loss may be an accident to be told (R-29), "" where one is registered or for others.

    Whether it is one, a person decides.
    """
    if act.kind is not HandlingKind.LOSS or act.timing is not Timing.ACTUAL:
        return ""
    things = {line.item_id for line in act.lines}
    known = ledger.registers.all(Incident, contract_id=act.contract_id)
    told = any(things.intersection(one.record.item_ids) for one in known)
    return "" if told else PROPOSED


def is_opened_by_shutting(ledger: "Ledger", one: Incident) -> bool:
    """Tell whether the shutting of a password or card has opened an incident, whatever it says now."""
    first = first_told(ledger, one)
    return first is not None and first.record.situation.startswith(OPENED)


def first_told(ledger: "Ledger", one: Incident) -> Version[Incident] | None:
    """Return how an incident was told first, whatever its story says by now; None if that is erased."""
    return next(iter(versions(ledger.store, Incident, one.id)), None)


def _refuse(words: str, *names: str, **named: str) -> None:
    raise Refused(reason=words.format(*names, **named))


def _state(one: Incident) -> str:
    return one.status.label if one.status else ""

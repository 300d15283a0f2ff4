"""Collect the papers about people: structure, staff, pledges, what they were told to know."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from models import wareki
from models.codes import (
    AssignmentRole,
    AssignmentStatus,
    GovernanceKind,
    GovernanceStatus,
    PledgeStatus,
)
from models.errors import Refused
from models.records import (
    Assignment,
    GovernanceDocument,
    InformationAsset,
    Organization,
    Person,
    Pledge,
    Record,
)
from models.rules.last_told import is_past, last_day
from models.versions import version_at, versions
from reports.collecting.affiliation import affiliation
from reports.collecting.case import Case, words
from reports.collecting.changes import Changed, Watched, added_because, changes, ends_before
from reports.documents.change_notice import ChangeNotice
from reports.documents.d02_structure import Post, Structure
from reports.documents.d03_staff_notice import StaffLine, StaffNotice
from reports.documents.d07_pledge import PledgeSheet
from reports.documents.d08_pledge_list import PledgeLine, PledgeList
from reports.documents.d30_awareness import AwarenessSheet
from reports.documents.signed_sheet import Signatory
from reports.verbs import stem

GONE = (AssignmentStatus.ENDED, AssignmentStatus.CANCELLED)
STALE = timedelta(days=365)  # a wording of penalties older than this is to be checked
ORDER = tuple(AssignmentRole)
ROLE = "役割"
LEFT = "退職のため"


def staff(case: Case) -> list[Assignment]:
    """Return who is assigned, or who of them was chosen, managers first.

    Raises:
        Refused: nobody is assigned.
    """
    found = case.chosen(Assignment) if case.wish.ids else case.all(Assignment)
    found = [one for one in found if case.wish.ids or not _has_gone(case, one)]
    if not found:
        raise Refused(
            reason=f"この契約には、{case.form.title}に載せる{case.profile.term('worker')}等がいません。"
            "「従事者等の指定」を登録してから作成してください。"
        )
    return sorted(found, key=lambda one: ORDER.index(one.role) if one.role else len(ORDER))


def _has_gone(case: Case, one: Assignment) -> bool:
    """Tell whether somebody's work was over before the day of the paper, whatever the state says."""
    last = last_day(one, case.ledger.rules.books)
    return one.status in GONE or (last is not None and last < case.day)


def structure(case: Case) -> Structure:
    """Collect who stands where on the day of the paper, or on the first day of a structure to come.

    Who joins later, and who is chosen although the work is over, stands there with that day.
    """
    people = staff(case)
    document = in_force(case, GovernanceKind.MANAGEMENT_STRUCTURE)
    applies = document.effective_from if document else None
    as_of = _as_of(case, people, applies)
    ledger, contract = case.ledger, case.contract
    firm = ledger.registers.need(Organization, contract.contractor_org_id).record
    client = ledger.registers.need(Organization, contract.client_org_id).record
    wording = case.wording()
    told_then = case.wish.options.get("as_of", as_of)  # None of a paper that named no day
    until = as_of if told_then else date.max
    begun = [one.starts_on for one in people if one.starts_on and one.starts_on <= until]
    lines = []
    for one in people:
        person = _person(case, one.person_id)
        name = _named(case, one, person, with_affiliation=True)
        lines.append(
            Post(
                role=case.role(one.role),
                person=f"{name}{_outside(case, one, told_then) if told_then else ''}",
                authority=one.authority_scope or one.duties,
                contact=reached_by(case, person),
            )
        )
    return Structure(
        case.letterhead(),
        case.anchor(),
        wording=wording,
        starts_on=applies or max(begun, default=None),
        as_of=told_then,
        client_party=words(wording.client, client.name, contract.client_department),
        contractor_party=words(
            wording.contractor, firm.name, firm.representative_title, firm.representative_name
        ),
        lines=tuple(lines),
    )


def _as_of(case: Case, people: Sequence[Assignment], applies: date | None) -> date:
    """Return the day whose people the structure shows: today, or its first while that is ahead."""
    if applies is not None:
        return max(applies, case.day)
    begins = min((one.starts_on for one in people if one.starts_on), default=case.day)
    return max(begins, case.day)


def _outside(case: Case, one: Assignment, day: date) -> str:
    """Say that somebody does not work yet, or no more, on the day of a paper."""
    if one.starts_on is not None and one.starts_on > day:
        return f"（{wareki.format_wareki(one.starts_on)}から）"
    last = last_day(one, case.ledger.rules.books)
    return f"（{wareki.format_wareki(last)}まで）" if last is not None and last < day else ""


def staff_notice(case: Case) -> StaffNotice | ChangeNotice:
    verb = stem(case.profile.term("staff_notice"))
    if case.wish.options.get("change"):
        previous, lines = changes(case, _watched(case))
        about = _roles(case, lines)
        return ChangeNotice(
            case.letterhead(), case.anchor(), wording=case.wording(), about=about, verb=verb,
            previous=previous, added_because=added_because(case), lines=tuple(line for line, _ in lines),
        )  # fmt: skip
    wording = case.wording()
    lines_ = tuple(_staff_line(case, one) for one in staff(case))
    return StaffNotice(case.letterhead(), case.anchor(), wording=wording, verb=verb, lines=lines_)


def _roles(case: Case, lines: Changed[Assignment]) -> str:
    """Return whom the changes are about: 作業責任者、作業従事者及び情報授受担当者."""
    found = sorted((one.role for _, one in lines if one.role is not None), key=ORDER.index)
    # Who has another role now was told in the former one.
    former = (line.before for line, _ in lines if line.what == ROLE)
    *others, last = dict.fromkeys([*former, *map(case.role, found)])
    return f"{'、'.join(others)}及び{last}" if others else last


def pledge_sheet(case: Case) -> PledgeSheet:
    text = in_force(case, GovernanceKind.PLEDGE_TEXT)
    head = case.letterhead()
    return PledgeSheet(
        head, case.anchor(), wording=case.wording(), addressee=head.addressee,
        text=text.text if text else "", text_version=text.caption() if text else "",
        lines=_signatories(case),
    )  # fmt: skip


def awareness_sheet(case: Case) -> AwarenessSheet:
    text = in_force(case, GovernanceKind.PENALTY_TEXT)
    head = case.letterhead()
    as_of = text.text_as_of if text else None
    return AwarenessSheet(
        head, case.anchor(), wording=case.wording(),
        addressee=words(head.sender_name, head.signer_title, head.signer_name),
        text=text.text if text else "", text_version=text.caption() if text else "",
        text_as_of=as_of, to_check=as_of is not None and case.day - as_of > STALE,
        lines=_signatories(case),
    )  # fmt: skip


def pledge_list(case: Case) -> PledgeList:
    """Collect the pledges to hand in: the chosen, else all that are signed and not yet handed in.

    Raises:
        Refused: none is signed.
    """
    signed = (PledgeStatus.SIGNED, PledgeStatus.SUBMITTED)
    found = case.chosen(Pledge) if case.wish.ids else case.all(Pledge, status=PledgeStatus.SIGNED)
    if not found or any(one.status not in signed for one in found):
        raise Refused(
            reason=f"提出する{case.profile.term('pledge')}がありません。"
            "署名を受けて「誓約書」に登録してから作成してください。"
        )
    roles = {one.person_id: case.role(one.role) for one in reversed(case.all(Assignment))}
    lines = tuple(
        PledgeLine(
            pledgers=case.then(one).person(one.person_id),
            role=roles.get(one.person_id, ""),
            text_version=case.ledger.registers.caption(
                GovernanceDocument.type, one.text_document_id
            ),
            signed_on=one.signed_on,
        )
        for one in found
    )
    return PledgeList(
        case.letterhead(), case.anchor(), wording=case.wording(), count=f"{len(lines)}通",
        lines=lines,
    )  # fmt: skip


def in_force(case: Case, kind: GovernanceKind) -> GovernanceDocument | None:
    """Return the rule or text in force: the contract's own before that of the company."""
    found = [
        stored.record
        for stored in case.ledger.registers.all(GovernanceDocument, kind=kind)
        if stored.record.status is GovernanceStatus.IN_FORCE
        and stored.record.contract_id in ("", case.contract.id)
    ]
    return max(
        found,
        key=lambda one: (one.contract_id != "", one.effective_from or date.min),
        default=None,
    )


def _staff_line(case: Case, one: Assignment) -> StaffLine:
    person = _person(case, one.person_id)
    apart = case.wording().demands("affiliation")
    return StaffLine(
        role=case.role(one.role),
        name=_named(case, one, person, with_affiliation=not apart),
        affiliation=affiliation(case, person) or _firm(case, person),
        duties=_duties(case, one),
        starts_on=one.starts_on,
        authority=one.authority_scope,
        handles_specific_pi=_yes_no(one.handles_specific_pi),
        ends_on=ends_before(case, last_day(one, case.ledger.rules.books)),
    )


def _signatories(case: Case) -> tuple[Signatory, ...]:
    """Return the persons who sign; the chosen, or everybody whose role asks for it, once each."""
    pledge = case.wish.doc_kind == "D-07"  # it goes to the client
    asked = set(case.profile.params.pledge.roles) if pledge else set()
    found: dict[str, Signatory] = {}
    for one in staff(case):
        person = _person(case, one.person_id)
        if person is None or (asked and not case.wish.ids and one.role not in asked):
            continue
        home = affiliation(case, person, always=pledge)
        line = Signatory(person.name, home, case.role(one.role))
        found.setdefault(person.id, line)
    return tuple(found.values())


def _watched(case: Case) -> Watched[Assignment]:
    """Say what of an assignment the client is told."""

    def facts(record: Assignment, seq: int) -> Mapping[str, object]:
        person = _person_at(case, record.person_id, seq)
        told: dict[str, object] = {
            "氏名": person.name if person else record.unit_name,
            "所属・職名": affiliation(case, person, at=seq),
            ROLE: case.role(record.role),
            "担当業務": record.duties,
            "従事開始日": record.starts_on,
        }
        if case.wording().demands("handles_specific_pi"):
            told["特定個人情報の取扱い"] = _yes_no(record.handles_specific_pi)
        return told

    def ending(record: Assignment, seq: int) -> tuple[date, str] | None:
        own, left = record.ends_on, _left_on(case, record, seq)
        if left is not None and (own is None or left < own):
            return left, record.end_reason or LEFT
        return (own, record.end_reason) if own else None

    def name(record: Assignment) -> str:
        return case.person(record.person_id) or record.unit_name

    def begins(record: Assignment) -> date | None:
        return record.starts_on

    def reportable(record: Assignment) -> bool:
        return record.status not in GONE

    def refers(record: Assignment) -> tuple[type[Record], str]:
        return Person, record.person_id

    def firms(record: Assignment) -> list[tuple[type[Record], str]]:
        person = _person(case, record.person_id)
        ids = (person.organization_id, person.dispatch_agency_id) if person else ()
        return [(Organization, one) for one in dict.fromkeys(ids) if one]

    return Watched(Assignment, name, refers, facts, begins, ending, reportable, firms)


def _left_on(case: Case, one: Assignment, seq: int) -> date | None:
    """Return the last day in the firm as known after an entry, if it comes before the contract's."""
    if one.status is AssignmentStatus.CANCELLED:
        return None
    person = _person_at(case, one.person_id, seq)
    day = person.left_on if person else None
    return None if day is None or is_past(case.contract, day) else day


def _person_at(case: Case, person_id: str, seq: int) -> Person | None:
    """Return the person as the ledger knew them after an entry, else as first entered."""
    if not person_id:
        return None
    history = versions(case.ledger.store, Person, person_id)
    found = version_at(history, seq) or (history[0] if history else None)
    return found.record if found else None


def _person(case: Case, person_id: str) -> Person | None:
    stored = case.ledger.store.get(Person, person_id) if person_id else None
    return stored.record if stored else None


def _named(case: Case, one: Assignment, person: Person | None, *, with_affiliation: bool) -> str:
    if person is None:
        return one.unit_name
    home = affiliation(case, person) if with_affiliation else ""
    return f"{person.name}（{home}）" if home else person.name


def _duties(case: Case, one: Assignment) -> str:
    """Say what the person does and, where it was laid down, with which information."""
    names = [case.ledger.registers.caption(InformationAsset.type, a) for a in one.asset_ids]
    return "、".join(part for part in (one.duties, *names) if part)


def reached_by(case: Case, person: Person | None) -> str:
    """Return how to reach somebody, or the company where nothing is known of the person."""
    own = person.contact if person else ""
    contractor = case.contract.contractor_org_id
    return own or case.ledger.registers.need(Organization, contractor).record.phone


def _firm(case: Case, person: Person | None) -> str:
    """Return the company of somebody who has neither department nor title there."""
    return case.organization(person.organization_id) if person else ""


def _yes_no(value: bool | None) -> str:
    return "" if value is None else ("有" if value else "無")

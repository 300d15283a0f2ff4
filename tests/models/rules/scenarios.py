"""One scenario per rule: what keeps it, what breaks it, and what each of the five texts then says.

The modes stand as obligations.md 8.1.3 has them, in the order of `stage.PROFILES`:
X refuse always, B refuse a plan and keep a fact as 逸脱, W ask for a reason, N tell, · say nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from models.codes import (
    AccessLevel,
    Acquisition,
    AssignmentRole,
    AuthorizationSubject,
    BasisType,
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    ContractStatus,
    CredentialKind,
    Direction,
    EmploymentType,
    EncryptionMeasure,
    HandlingKind,
    ItemOrigin,
    Means,
    Ownership,
    PlaceKind,
    SanitizationAct,
    SanitizationMethod,
    Urgency,
    VerificationResult,
)
from models.paper import Request
from models.records import (
    AccessRight,
    AssetField,
    Assignment,
    ClientCommunication,
    ContractClauseSetting,
    ContractPlace,
    Credential,
    HandlingEvent,
    HandlingLine,
    Item,
    TransportDetail,
)
from models.records.frame import DesignatedHours
from models.records.handling import NAMED_ONLY
from tests.models.rules.stage import Act, Stage

K, S, B = HandlingKind, AuthorizationSubject, BasisType
Scene = Callable[[Stage], Act]


@dataclass(frozen=True)
class Scenario:
    """A rule, five modes, and the two acts."""

    rule: str
    what: str
    modes: str
    good: Scene
    bad: Scene

    @property
    def name(self) -> str:
        return f"{self.rule}-{self.what}"


def changed(act: Act, **changes: Any) -> Act:
    assert isinstance(act.record, HandlingEvent)
    return replace(act, record=replace(act.record, **changes))


def use(s: Stage, **fields: Any) -> Act:
    return s.event(K.USE, place_from_id=s.story.places[1].id, ended_at=s.now, **fields)


def use_of(s: Stage, item: Item) -> Act:
    return s.event(K.USE, item, place_from_id=s.story.places[1].id)


def temp(s: Stage) -> Act:
    """Let a dispatched worker, cleared in everything else, handle something."""
    who = s.person(employment_type=EmploymentType.DISPATCHED)
    place = s.assignment(who.id, AssignmentRole.WORKER)
    return s.event(K.USE, actor=who.id, beside=(who, place))


def temp_checked(s: Stage) -> Act:
    act = temp(s)
    who, place = act.beside
    assert isinstance(place, Assignment)
    day = s.now.date()
    checked = replace(place, labour_terms_confirmed=True, labour_terms_checked_on=day)
    return replace(act, beside=(who, checked))


def assignment(s: Stage, role: AssignmentRole, **changes: Any) -> Act:
    return Act(s.assignment(s.people["worker"], role, **changes))


def contract_place(s: Stage, *, cleared: bool) -> Act:
    known = s.ledger.registers.all(ContractPlace)[0].record
    # The client's consent names the known place, and is one to what lies in it.
    room = s.place(kinds=(PlaceKind.STORAGE,), parent_place_id=known.place_id)
    one = replace(known, id=s.new_id(), place_id=room.id)
    if not cleared:
        one = replace(one, notice_submission_id="", authorization_id="")
    return Act(one, (room,))


def copy_of(s: Stage, origin: ItemOrigin, **fields: Any) -> Act:
    item = s.item(origin=origin)
    line = HandlingLine(item_id=item.id, resulting_item_id=s.item().id)
    checker = s.people["supervisor"]
    return s.event(K.COPY, item, lines=(line,), checker_person_id=checker, **fields)


def idle_copy(s: Stage) -> Act:
    """Copy an original, without consent, whose earlier copy still lies there."""
    origin = s.story._stored(s.story._stock)[0]
    if not s.ledger.rules.books.children_of(origin.id):
        s.story.copy(origin)
    act = copy_of(s, ItemOrigin.LENT)
    line = HandlingLine(item_id=origin.id, resulting_item_id=s.item().id)
    return replace(changed(act, lines=(line,)), items=(origin,))


def taken_out(s: Stage, **fields: Any) -> Act:
    checker = s.people["supervisor"]
    given: dict[str, Any] = {
        "authorization_id": s.consent("take_out"),
        "checker_person_id": checker,
    }
    return s.event(
        K.TAKE_OUT, destination_text="市役所", expected_return_at=s.now + timedelta(hours=1),
        place_from_id=s.story.places[2].id, **{**given, **fields},
    )  # fmt: skip


def couriered(s: Stage, **detail: Any) -> Act:
    """Take something out in the hands of a firm, whose people nobody here knows."""
    way = TransportDetail(
        carrier_org_id=s.story.carrier.id, tracking_no="MS123456", do_not_leave_instructed=True,
        instructed_by=s.people["supervisor"], instructed_at=s.now, **detail,
    )  # fmt: skip
    return taken_out(s, means=Means.SECURITY_COURIER, transport=(way,))


def stick_out(s: Stage, measure: EncryptionMeasure) -> Act:
    stick = s.usb()
    renewed = True if measure is EncryptionMeasure.APPLIED else None
    act = taken_out(s, encryption=measure, password_renewed=renewed)
    line = HandlingLine(item_id=stick.id)
    return replace(changed(act, lines=(line,)), items=(stick,))


def sent(s: Stage, *, cleared: bool) -> Act:
    return s.event(
        K.DISPATCH,
        authorization_id=s.consent("dispatch") or s.consent("take_out") if cleared else "",
        checker_person_id=s.people["supervisor"] if cleared else "",
        checker_proof=NAMED_ONLY if cleared else "",
        means=Means.SECURITY_COURIER,
        beside=[s.authorization(S.DISPATCH, B.CONSENT)] if cleared else [],
    )


def sent_with_consent(s: Stage) -> Act:
    given = s.authorization(S.DISPATCH, B.CONSENT)
    act = sent(s, cleared=True)
    return replace(changed(act, authorization_id=given.id), beside=(given,))


def back(s: Stage, *, late: bool) -> Act:
    due = s.now + timedelta(hours=-3 if late else 3)
    return s.event(K.BRING_BACK, s.item(due_back_at=due), place_to_id=s.story.places[2].id)


def given_back(s: Stage, **fields: Any) -> Act:
    known: dict[str, Any] = {
        "actor": "supervisor",
        "means": Means.DIRECT,
        "place_from_id": s.story.places[2].id,
    }
    return s.event(K.RETURN, **{**known, **fields})


def by_the_wrong_hand(s: Stage) -> Act:
    officer = s.assignment(s.people["supervisor"], AssignmentRole.HANDOVER_OFFICER)
    return given_back(s, actor="worker3", beside=(officer,))


def received(s: Stage, **fields: Any) -> Act:
    known: dict[str, Any] = {"means": Means.DIRECT, "place_to_id": s.story.places[2].id}
    return s.event(K.RECEIVE, **{**known, **fields})


def before_all_words(s: Stage) -> Act:
    """Receive something before the client had designated anything, without saying where."""
    return received(s, occurred_at=s.now - timedelta(days=60), place_to_id="")


def provided(s: Stage, subject: AuthorizationSubject, *, allowed: bool) -> Act:
    given = s.authorization(subject, B.CONSENT)
    receiver = s.contract.contractor_org_id if subject is S.OTHER_PURPOSE else s.new_id()
    return s.event(
        K.PROVIDE, authorization_id=given.id if allowed else "", beside=(given,),
        counterpart_org_id=receiver, counterpart_name="見本",
    )  # fmt: skip


def collected(s: Stage, *, within: bool) -> Act:
    asset = replace(
        s.story.asset, id=s.new_id(), acquisition=Acquisition.COLLECTED,
        designated_by_client=within, collection_method="窓口で受け取る" if within else "",
        asset_fields=(AssetField(name="氏名", in_contract_list=within),),
    )  # fmt: skip
    return Act(asset)


def kept_at(s: Stage, *, locked: bool) -> Act:
    room = s.story.places[2] if locked else s.place(lockable=False, entry_control=False)
    return received(s, place_to_id=room.id, beside=(room,))


def overwritten(s: Stage) -> Act:
    return s.disposal(
        s.usb(origin=ItemOrigin.COPIED), act=SanitizationAct.ERASE, kind=K.ERASE,
        method=SanitizationMethod.OVERWRITE, tool_name="消去ソフト", tool_version="1",
    )  # fmt: skip


def sanitized_without_word(s: Stage) -> Act:
    return s.disposal(
        s.item(), occurred_at=s.now - timedelta(days=60), ordered_by_assignment_id="",
        client_method_authorization_id="",
    )  # fmt: skip


def asked_to_attend(
    s: Stage, status: CommunicationStatus, answered_at: datetime | None = None, **row: Any
) -> Act:
    """Return a disposal two days after the client asked to attend it; nobody attended."""
    asked = ClientCommunication(
        id=s.new_id(), contract_id=s.contract.id, direction=Direction.IN,
        kind=CommunicationKind.WITNESS_REQUEST, at=s.now - timedelta(days=2),
        means=CommunicationMeans.EMAIL, from_name="見本", to_name="見本", summary="立ち会いたい",
        urgency=Urgency.NONE, status=status, responded_at=answered_at,
    )  # fmt: skip
    return s.disposal(beside=(asked,), **row)


def certificate(s: Stage, result: VerificationResult) -> Act:
    act = s.disposal(verification_result=result)
    assert isinstance(act.record, HandlingEvent)
    request = Request(s.contract.id, "D-18", "証明書", subject_ids=(act.record.id,))
    return Act(request, (act.record,))


def closing(s: Stage, status: ContractStatus) -> Act:
    return Act(replace(s.contract, status=status), before=s.contract)


def right(s: Stage, *, founded: bool) -> Act:
    account = s.ledger.user
    basis = s.story.assignments[0].id if founded else ""
    return Act(
        AccessRight(
            id=s.new_id(), user_id=account.id, contract_id=s.contract.id,
            level=AccessLevel.RECORD, assignment_id=basis, granted_by=account.person_id,
            granted_at=s.now,
        )
    )  # fmt: skip


def dropped(s: Stage, *, basis: str) -> Act:
    profile = s.ledger.profiles[s.code]
    key = next(key for key, clause in profile.clauses.items() if clause.mandatory)
    return Act(
        ContractClauseSetting(
            id=s.new_id(), contract_id=s.contract.id, clause_key=key, enabled=False,
            reason="契約書で別に定めたため", agreed_on=s.now.date(), basis_file=basis,
        )
    )  # fmt: skip


def on_site(s: Stage, *, card: bool) -> Act:
    hall = s.place(kinds=(PlaceKind.CLIENT_PREMISES,))
    who = s.person(employment_type=EmploymentType.REGULAR)
    held = Credential(
        id=s.new_id(), kind=CredentialKind.EMPLOYEE_ID, number="1", holder_person_id=who.id,
        contract_id=s.contract.id, shows_company_name=True, issued_on=s.now.date(),
        issued_by=who.id,
    )  # fmt: skip
    beside = (hall, who, held) if card else (hall, who)
    return s.event(K.USE, actor=who.id, place_from_id=hall.id, beside=beside)


def at_the_hour(s: Stage, hour: int) -> Act:
    """Work in the hall, whose hours are nine to five from Monday to Friday."""
    hall = s.place(kinds=(PlaceKind.CLIENT_PREMISES,))
    hours = tuple(DesignatedHours(weekday=d, opens="09:00", closes="17:00") for d in "月火水木金")
    s.contract = replace(s.contract, designated_hours=hours)
    moment = s.now.replace(hour=hour)
    moment -= timedelta(days=max(0, moment.weekday() - 4))
    return s.event(K.USE, place_from_id=hall.id, occurred_at=moment, beside=(hall,))


def number_holder(s: Stage, *, named: bool) -> Act:
    asset = replace(s.story.asset, id=s.new_id(), contains_specific_pi=True)
    content = replace(s.item().contents[0], asset_id=asset.id)
    person = s.assignment(s.people["worker"], AssignmentRole.WORKER, handles_specific_pi=named)
    return s.event(K.USE, s.item(contents=(content,)), beside=(asset, person))


def consented(s: Stage, days: int) -> Act:
    day = s.now.date() - timedelta(days=days)
    given = s.authorization(S.COPY, B.CONSENT, decided_on=day, valid_from=day)
    act = copy_of(s, ItemOrigin.LENT, authorization_id=given.id)
    return replace(act, beside=(given,))


COPY = "copy"
SCENARIOS = (
    Scenario("R-01", "nobody", "BBBBB", use, lambda s: use(s, actor="officer")),
    Scenario(
        "R-02", "worker", "BBNNN",
        lambda s: assignment(s, AssignmentRole.WORKER),
        lambda s: assignment(s, AssignmentRole.WORKER, notice_submission_id=""),
    ),
    Scenario(
        "R-02", "handover officer", "BBNBN",
        lambda s: assignment(s, AssignmentRole.HANDOVER_OFFICER),
        lambda s: assignment(s, AssignmentRole.HANDOVER_OFFICER, notice_submission_id=""),
    ),
    Scenario(
        "R-03", "room", "BBBBN",
        lambda s: contract_place(s, cleared=True), lambda s: contract_place(s, cleared=False),
    ),
    Scenario(
        "R-04", "elsewhere", "BBBBN",
        use, lambda s: s.event(K.USE, place_from_id=s.story.places[0].id),
    ),
    Scenario(
        "R-05", "lent", "NBBBB",
        lambda s: copy_of(s, ItemOrigin.LENT, authorization_id=s.consent(COPY)), idle_copy,
    ),
    Scenario(
        "R-05", "collected", "·NBWN",
        lambda s: copy_of(s, ItemOrigin.COLLECTED, authorization_id=s.consent(COPY)),
        lambda s: copy_of(s, ItemOrigin.COLLECTED),
    ),
    Scenario(
        "R-06", "no child", "WBBBB",
        lambda s: copy_of(s, ItemOrigin.LENT),
        lambda s: changed(
            copy_of(s, ItemOrigin.LENT), lines=(HandlingLine(item_id=s.new_id()),)
        ),
    ),
    Scenario("R-07", "sent", "NNBNN", sent_with_consent, lambda s: sent(s, cleared=False)),
    Scenario(
        "R-07", "taken out by a courier", "··B··",
        taken_out, lambda s: taken_out(s, means=Means.REGISTERED_MAIL),
    ),
    Scenario(
        "R-07", "copied alone", "··B··",
        lambda s: copy_of(s, ItemOrigin.LENT),
        lambda s: changed(copy_of(s, ItemOrigin.LENT), checker_person_id=""),
    ),
    Scenario(
        "R-08", "information", "BBWBN",
        taken_out, lambda s: taken_out(s, authorization_id="", checker_person_id=""),
    ),
    Scenario(
        "R-09", "taken out", "BWWNN",
        lambda s: stick_out(s, EncryptionMeasure.APPLIED),
        lambda s: stick_out(s, EncryptionMeasure.NOT_APPLIED),
    ),
    Scenario(
        "R-09", "password", "··W··",
        lambda s: stick_out(s, EncryptionMeasure.APPLIED),
        lambda s: changed(stick_out(s, EncryptionMeasure.APPLIED), password_renewed=None),
    ),
    Scenario(
        "R-09", "carried", "NNWBN",
        lambda s: s.carried(s.usb(), encryption=EncryptionMeasure.APPLIED),
        lambda s: s.carried(s.usb()),
    ),
    Scenario(
        "R-10", "late", "WWWWW", lambda s: back(s, late=False), lambda s: back(s, late=True)
    ),
    Scenario(
        "R-11", "no container", "BWBBN",
        lambda s: s.carried(), lambda s: s.carried(container=""),
    ),
    Scenario(
        "R-11", "taken out by a courier", "BWBBN",
        lambda s: couriered(s, container="施錠した専用ケース"), lambda s: couriered(s),
    ),
    Scenario(
        "R-11", "taken out without a record of the way", "BWBBN",
        taken_out, lambda s: taken_out(s, means=Means.SECURITY_COURIER),
    ),
    Scenario("R-12", "returned", "NNNBN", given_back, by_the_wrong_hand),
    Scenario(
        "R-12", "first receipt", "···W·", received, lambda s: received(s, actor="worker3")
    ),
    Scenario(
        "R-13", "by mail", "·NNBN",
        given_back, lambda s: given_back(s, means=Means.REGISTERED_MAIL),
    ),
    Scenario("R-14", "undesignated", "BNNNN", received, before_all_words),
    Scenario(
        "R-15", "third party", "BBBBB",
        lambda s: provided(s, S.THIRD_PARTY, allowed=True),
        lambda s: provided(s, S.THIRD_PARTY, allowed=False),
    ),
    Scenario(
        "R-15", "other purpose", "XBBBB",
        use, lambda s: provided(s, S.OTHER_PURPOSE, allowed=False),
    ),
    Scenario(
        "R-16", "asset", "BWWWW",
        lambda s: collected(s, within=True), lambda s: collected(s, within=False),
    ),
    Scenario(
        "R-17", "open room", "BBWWN",
        lambda s: kept_at(s, locked=True), lambda s: kept_at(s, locked=False),
    ),
    Scenario(
        "R-18", "private", "BBWWN",
        lambda s: use_of(s, s.pc()), lambda s: use_of(s, s.pc(ownership=Ownership.PRIVATE)),
    ),
    Scenario(
        "R-19", "unchecked", "BBBWN",
        lambda s: use_of(s, s.pc()), lambda s: use_of(s, s.pc(terminal_registered=None)),
    ),
    Scenario(
        "R-20", "masked stick", "BBBBW",
        lambda s: s.disposal(s.usb(origin=ItemOrigin.COPIED)),
        lambda s: s.disposal(s.usb(origin=ItemOrigin.COPIED), method=SanitizationMethod.MASK),
    ),
    Scenario(
        "R-20", "failed its verification", "BBBBW", Stage.disposal,
        lambda s: s.disposal(
            verification_result=VerificationResult.FAIL, irrecoverable_confirmed=False
        ),
    ),
    Scenario(
        "R-20", "nobody knows how it was verified", "BBBBW", Stage.disposal,
        lambda s: s.disposal(verification_result=VerificationResult.UNKNOWN),
    ),
    Scenario("R-20", "flash overwritten", "WWWWW", Stage.disposal, overwritten),
    Scenario("R-21", "no word", "BBBWW", Stage.disposal, sanitized_without_word),
    Scenario(
        "R-21", "to somebody else", "BBBWW",
        lambda s: given_back(s, counterpart_org_id=s.contract.client_org_id),
        lambda s: given_back(s, counterpart_org_id=s.contract.contractor_org_id),
    ),
    Scenario(
        "R-22", "asked", "BBNNN",
        lambda s: asked_to_attend(s, CommunicationStatus.CLOSED),
        lambda s: asked_to_attend(s, CommunicationStatus.OPEN),
    ),
    Scenario(
        "R-22", "asked, as the act says", "BBNNN",
        lambda s: asked_to_attend(
            s, CommunicationStatus.OPEN, witness_requested=True, witness_name="見本　花子"
        ),
        lambda s: asked_to_attend(s, CommunicationStatus.OPEN, witness_requested=True),
    ),
    Scenario(
        "R-22", "asked, as the act alone says", "BBNNN",
        Stage.disposal, lambda s: s.disposal(witness_requested=True),
    ),
    Scenario(
        "R-22", "ended only afterwards", "BBNNN",
        lambda s: asked_to_attend(s, CommunicationStatus.CLOSED, s.now - timedelta(days=1)),
        lambda s: asked_to_attend(s, CommunicationStatus.CLOSED, s.now + timedelta(days=1)),
    ),
    Scenario(
        "R-22", "taken back, as the act says", "WWNNN",
        lambda s: asked_to_attend(s, CommunicationStatus.CLOSED, s.now - timedelta(days=1)),
        lambda s: asked_to_attend(
            s, CommunicationStatus.CLOSED, s.now - timedelta(days=1), witness_requested=True
        ),
    ),
    Scenario(
        "R-22", "answered before", "WWNNN",
        lambda s: asked_to_attend(
            s, CommunicationStatus.ANSWERED, s.now - timedelta(days=1), witness_name="見本　花子"
        ),
        lambda s: asked_to_attend(s, CommunicationStatus.ANSWERED, s.now - timedelta(days=1)),
    ),
    Scenario(
        "R-23", "unverified", "XXXXX",
        lambda s: certificate(s, VerificationResult.PASS),
        lambda s: certificate(s, VerificationResult.UNKNOWN),
    ),
    Scenario(
        "R-24", "full", "BBBBB",
        lambda s: closing(s, ContractStatus.WINDING_UP),
        lambda s: closing(s, ContractStatus.CLOSED),
    ),
    Scenario(
        "R-25", "unneeded", "NNBBN",
        use, lambda s: use_of(s, s.item(unneeded_on=s.now.date())),
    ),
    Scenario("R-28", "dispatched", "BB···", temp_checked, temp),
    Scenario(
        "R-35", "unfounded", "XXXXX",
        lambda s: right(s, founded=True), lambda s: right(s, founded=False),
    ),
    Scenario(
        "R-36", "own check", "WWBWW",
        Stage.disposal, lambda s: s.disposal(verified_by=s.people["worker"]),
    ),
    Scenario(
        "R-39", "dropped", "WWBWW",
        lambda s: dropped(s, basis="a" * 32), lambda s: dropped(s, basis=""),
    ),
    Scenario(
        "R-42", "no card", "WNNWN",
        lambda s: on_site(s, card=True), lambda s: on_site(s, card=False),
    ),
    Scenario(
        "R-43", "at night", "NNNWN",
        lambda s: at_the_hour(s, 10), lambda s: at_the_hour(s, 20),
    ),
    Scenario(
        "R-44", "not named", "NNWBN",
        lambda s: number_holder(s, named=True), lambda s: number_holder(s, named=False),
    ),
    Scenario(
        "R-47", "same day", "WWWWW", lambda s: consented(s, 3), lambda s: consented(s, 0)
    ),
    Scenario(
        "R-48", "telephone", "WWWWW",
        use, lambda s: changed(use(s), purpose="本人（090-1234-5678）へ確認"),
    ),
)  # fmt: skip

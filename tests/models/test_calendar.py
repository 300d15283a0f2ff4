"""The calendar: what is due, when it is late, and what makes a date go away."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from models.calendar import calendar, state
from models.calendar_frame import Due
from models.codes import (
    AssignmentRole,
    AssignmentStatus,
    AttachmentKind,
    BackupKind,
    BackupResult,
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    ContractStatus,
    CredentialKind,
    Direction,
    DueStatus,
    EmploymentType,
    FindingSource,
    FindingStatus,
    PlaceStatus,
    PlaceUse,
    PledgeStatus,
    ReportCycle,
    RuleMode,
    Severity,
    SubmissionMeans,
    SubmissionStatus,
    TrainingKind,
    TrainingMethod,
    TrainingTopic,
    Understanding,
    Urgency,
)
from models.commands import creating, revising
from models.evidence import evidence
from models.records import (
    Assignment,
    Attendance,
    BackupRun,
    ClientCommunication,
    Contract,
    ContractClauseSetting,
    ContractPlace,
    Credential,
    DueItem,
    Finding,
    GovernanceDocument,
    Item,
    Organization,
    Person,
    Pledge,
    Record,
    RuleOverride,
    Submission,
    TrainingSession,
)
from models.records.frame import DueRule
from models.records.governance import ChangedTerm
from models.wareki import JAPAN
from tests import proof
from tests.house import FIRST_DAY, House, furnished

WHY = "業務が終わったため"


@pytest.fixture
def shiki(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as house:
        yield house


@pytest.fixture
def chiba(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba") as house:
        yield house


def dates(house: House, code: str, about: str = "") -> list[Due]:
    found = calendar(house.ledger, house.story.contract.id)
    return [one for one in found if one.code == code and about in one.about + one.what]


def standing(house: House, code: str, about: str = "") -> list[tuple[date | None, str]]:
    now = house.ledger.now()
    return [(one.due_on, state(one, now)) for one in dates(house, code, about)]


def enter(house: House, record: Record) -> str:
    return house.ledger.registers.create(record).ids[-1]


def newcomer(house: House, starts_on: date, **changes: object) -> Assignment:
    story = house.story
    person = Person(
        organization_id=story.contract.contractor_org_id, name="新人　一郎",
        employment_type=EmploymentType.REGULAR,
    ).with_changes(**{k: v for k, v in changes.items() if k in Person.fields()})  # fmt: skip
    one = Assignment(
        contract_id=story.contract.id, person_id=enter(house, person),
        role=AssignmentRole.WORKER, starts_on=starts_on, status=AssignmentStatus.PLANNED,
    )  # fmt: skip
    return house.ledger.registers.need(Assignment, enter(house, one)).record


def handed_in(house: House, kind: str, day: date, **changes: object) -> str:
    receipt = house.ledger.files.attach(
        b"copy", name="copy.txt", mime="text/plain", kind=AttachmentKind.SCAN,
        contract_id=house.story.contract.id,
    )  # fmt: skip
    paper = Submission(
        contract_id=house.story.contract.id, doc_kind=kind, title=kind, doc_no=f"{kind}-{day}",
        submitted_on=day, means=SubmissionMeans.HAND, received_by="見本",
        receipt_file=receipt.ids[0],
    ).with_changes(**changes)  # fmt: skip
    return house.ledger.paper.note(paper).ids[-1]


# --- states -----------------------------------------------------------------------------------


def test_a_date_is_overdue_today_this_week_later_or_not_fixed() -> None:
    now = datetime(2026, 11, 20, 15, tzinfo=JAPAN)
    today = now.date()

    def standing_of(day: date | None, at: datetime | None = None) -> str:
        return state(Due("", "", "", day, "", "", due_at=at), now)

    assert standing_of(today - timedelta(days=1)) == "overdue"
    assert standing_of(today) == "today"
    assert standing_of(today, now - timedelta(hours=1)) == "overdue"
    assert standing_of(today, now + timedelta(hours=1)) == "today"
    assert standing_of(today + timedelta(days=7)) == "week"
    assert standing_of(today + timedelta(days=8)) == "later"
    assert standing_of(None) == "unset"


# --- papers -----------------------------------------------------------------------------------


def test_k01_the_checklist_is_due_the_last_workday_before_the_work(shiki: House) -> None:
    assert standing(shiki, "K-01") == [(date(2026, 9, 30), "overdue")]
    handed_in(shiki, "D-01", date(2026, 9, 30))
    assert dates(shiki, "K-01") == []


def test_k06_the_client_fixes_the_date_of_a_paper(chiba: House) -> None:
    [paper] = dates(chiba, "K-06")
    assert (paper.due_on, paper.clause) == (date(2026, 9, 30), "第3第2項")
    contract = chiba.ledger.registers.need(Contract, chiba.story.contract.id).record
    rule = DueRule(doc_kind="D-05", due_on=date(2026, 10, 15))
    moved = replace(contract, doc_due_rules=(rule,))
    chiba.ledger.registers.revise(moved, "期限の指定を受けた")
    assert standing(chiba, "K-06") == [(date(2026, 10, 15), "later")]


@pytest.mark.parametrize(
    ("answer", "owed"),
    [(None, "要るかどうか"), (True, "個人情報取扱事業者該当報告書」の提出"), (False, "")],
)
def test_k06_whether_the_act_concerns_the_company_is_asked(
    chiba: House, answer: bool | None, owed: str
) -> None:
    """CB-3.3: without an answer nobody knows whether the report is owed."""
    registers, contract = chiba.ledger.registers, chiba.story.contract
    company = registers.need(Organization, contract.contractor_org_id).record
    registers.revise(replace(company, is_pi_business_operator=answer), "届出書で確かめた")
    found = dates(chiba, "K-06", "取扱事業者該当")
    assert [owed in one.what for one in found] == ([True] if owed else [])
    clause = next(one for one in evidence(chiba.ledger, contract) if one.key == "CB-3.3")
    assert clause.state == ("action" if owed else "done")


def test_k02_k03_who_joins_is_told_the_workday_before(shiki: House) -> None:
    one = newcomer(shiki, date(2026, 10, 13))  # Tuesday after スポーツの日
    assert standing(shiki, "K-03", "新人") == [(date(2026, 10, 9), "later")]
    shiki.clock.go_to(date(2026, 10, 12), 9)
    assert standing(shiki, "K-03", "新人") == [(date(2026, 10, 9), "overdue")]
    notice = handed_in(shiki, "D-03", date(2026, 10, 12))
    told = replace(one, notice_submission_id=notice)
    shiki.ledger.registers.revise(told, "届出を提出した")
    assert dates(shiki, "K-03", "新人") == []


def test_k02_before_the_first_notice_nobody_is_a_change(tmp_path: Path) -> None:
    """The paper that is asked for is one that can be made: a notice of changes needs one before."""
    with furnished(tmp_path, rules=True) as house:
        papers = house.ledger.registers.all(Submission, doc_kind="D-03")
        gone = [replace(one.record, status=SubmissionStatus.CANCELLED) for one in papers]
        house.ledger.commit([revising(one, "取り下げた") for one in gone])
        newcomer(house, date(2026, 10, 13))
        title = house.ledger.profile(house.story.contract.id).document_title("D-03")
        [one] = dates(house, "K-02", "新人")
        assert one.what == f"「{title}」の提出"
        assert dates(house, "K-03", "新人") == []


def test_k03_who_leaves_is_told_before(shiki: House) -> None:
    one = shiki.story.assignments[1]
    leaving = replace(one, ends_on=date(2026, 11, 4), end_reason="異動")
    shiki.ledger.registers.revise(leaving, "異動が決まった")
    assert standing(shiki, "K-03") == [(date(2026, 11, 2), "later")]  # 3 November is a holiday
    handed_in(shiki, "D-03", FIRST_DAY, effective_on=date(2026, 11, 4))
    assert dates(shiki, "K-03") == []


def test_k03_no_text_no_notice(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="yachiyo") as house:
        newcomer(house, date(2026, 10, 13))
        assert dates(house, "K-02", "提出") == dates(house, "K-03") == dates(house, "K-07") == []


def test_k04_k05_a_place_is_told_before_its_first_use(shiki: House) -> None:
    one = ContractPlace(
        contract_id=shiki.story.contract.id, place_id=shiki.story.places[0].id,
        use_as=(PlaceUse.WORK,), use_from=date(2026, 11, 24), status=PlaceStatus.PLANNED,
    )  # fmt: skip
    made = enter(shiki, one)
    assert standing(shiki, "K-05") == [(date(2026, 11, 20), "later")]  # over a long weekend
    shiki.clock.go_to(date(2026, 11, 21), 9)
    assert standing(shiki, "K-05") == [(date(2026, 11, 20), "overdue")]
    paper = handed_in(shiki, "D-04", date(2026, 11, 21))
    told = replace(one, id=made, notice_submission_id=paper)
    shiki.ledger.registers.revise(told, "届出を提出した")
    assert dates(shiki, "K-05") == []


def test_k14_a_period_is_reported_within_the_agreed_days(shiki: House) -> None:
    assert standing(shiki, "K-14") == [(date(2026, 11, 10), "later")]
    shiki.clock.go_to(date(2026, 11, 11), 9)
    assert standing(shiki, "K-14") == [
        (date(2026, 11, 10), "overdue"),
        (date(2026, 12, 10), "later"),
    ]
    handed_in(shiki, "D-19", date(2026, 11, 11), effective_on=date(2026, 10, 31))
    assert standing(shiki, "K-14") == [(date(2026, 12, 10), "later")]


def test_k14_a_period_that_nobody_fixed_is_no_period(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka") as house:
        contract = house.ledger.registers.need(Contract, house.story.contract.id).record
        house.ledger.registers.revise(replace(contract, periodic_report_cycle=None), "未定のため")
        [report] = dates(house, "K-14")
        assert report.due_on is None and "周期を決める" in report.what
        assert "「定期報告の周期」に登録します" in report.about


@pytest.mark.parametrize("text", ["shiki", "fukuoka"])
def test_k14_that_there_is_no_period_is_decided(tmp_path: Path, text: str) -> None:
    """The clause is not called open, and says what it rests on."""
    with furnished(tmp_path, profile=text) as house:
        contract = house.ledger.registers.need(Contract, house.story.contract.id).record
        house.ledger.registers.revise(
            replace(contract, periodic_report_cycle=ReportCycle.NONE), "甲と協議して決めたため"
        )
        assert dates(house, "K-14") == []
        assert proof.sentences(house, "EQ-REPORT") == []
        [(severity, words)] = set(proof.graded(house, "EQ-NOCYCLE"))
        assert severity == "note" and "「定めなし」" in words


def test_k24_an_end_is_reported_within_three_workdays(shiki: House) -> None:
    shiki.story.receive(1)
    shiki.clock.go_to(date(2026, 10, 8), 10)  # Thursday; Monday is a holiday
    act = shiki.story.give_back(shiki.story._stock[0]).ids[-1]
    assert standing(shiki, "K-24") == [(date(2026, 10, 14), "week")]
    shiki.clock.go_to(date(2026, 10, 15), 10)
    assert standing(shiki, "K-24") == [(date(2026, 10, 14), "overdue")]
    handed_in(shiki, "D-17", date(2026, 10, 15), subject_ids=(act,))
    assert dates(shiki, "K-24") == []


def test_k25_a_receipt_is_due_the_same_day(shiki: House) -> None:
    act = shiki.story.receive(1).ids[-1]
    assert standing(shiki, "K-25") == [(FIRST_DAY, "today")]
    shiki.clock.go_to(FIRST_DAY + timedelta(days=1), 9)
    assert standing(shiki, "K-25") == [(FIRST_DAY, "overdue")]
    handed_in(shiki, "D-14", FIRST_DAY + timedelta(days=1), subject_ids=(act,))
    assert dates(shiki, "K-25") == []


def test_k25_is_of_one_text_only(chiba: House) -> None:
    chiba.story.receive(1)
    assert dates(chiba, "K-25") == []


def test_k29_a_plan_is_looked_at_again(shiki: House) -> None:
    plan = shiki.ledger.registers.all(GovernanceDocument)[0].record
    review = replace(plan, next_review_on=FIRST_DAY + timedelta(days=3))
    shiki.ledger.registers.revise(review, "見直し日を決めた")
    [ahead] = standing(shiki, "K-29", "見直し")
    assert ahead == (FIRST_DAY + timedelta(days=3), "week")
    shiki.clock.go_to(FIRST_DAY + timedelta(days=4), 9)
    assert standing(shiki, "K-29", "見直し") == [(FIRST_DAY + timedelta(days=3), "overdue")]
    done = replace(review, next_review_on=FIRST_DAY + timedelta(days=365))
    shiki.ledger.registers.revise(done, "見直した")
    assert standing(shiki, "K-29", "見直し")[0][1] == "later"


# --- people -----------------------------------------------------------------------------------


def test_k07_a_pledge_is_taken_and_in_shiki_handed_in(shiki: House, tmp_path: Path) -> None:
    pledge = shiki.ledger.registers.all(Pledge)[0].record
    assert dates(shiki, "K-07") == []
    kept = replace(pledge, submitted_on=None, submission_id="", status=PledgeStatus.SIGNED)
    shiki.ledger.registers.revise(kept, "まだ提出していない")
    assert [one.what for one in dates(shiki, "K-07")] == ["「秘密保持に関する誓約書」の提出"]
    newcomer(shiki, date(2026, 10, 13))
    [taken] = dates(shiki, "K-07", "新人")
    assert (taken.due_on, taken.what) == (date(2026, 10, 9), "「秘密保持に関する誓約書」の徴取")
    assert taken.person_id


def test_k07_in_chiba_signing_is_enough(chiba: House) -> None:
    pledge = chiba.ledger.registers.all(Pledge)[0].record
    assert pledge.submitted_on is None and dates(chiba, "K-07") == []


def test_k08_training_and_awareness_come_first(chiba: House) -> None:
    one = newcomer(chiba, date(2026, 10, 13))
    words = {due.what for due in dates(chiba, "K-08")}
    assert len(words) == 2 and "従事者への周知" in words
    assert {due.due_on for due in dates(chiba, "K-08")} == {date(2026, 10, 9)}
    topics = tuple(TrainingTopic)
    for kind in (TrainingKind.INITIAL, TrainingKind.AWARENESS):
        enter(chiba, _session(chiba, one.person_id, FIRST_DAY, kind=kind, topics=topics))
    assert dates(chiba, "K-08") == []


def _session(house: House, person_id: str, day: date, **changes: object) -> TrainingSession:
    attended = Attendance(
        person_id=person_id, attended_on=day, attended=True, understanding=Understanding.SIGNED
    )
    return TrainingSession(
        contract_ids=(house.story.contract.id,), kind=TrainingKind.PERIODIC, held_on=day,
        instructor="講師", method=TrainingMethod.CLASSROOM, topics=(TrainingTopic.COMPLIANCE,),
        attendance=(attended,),
    ).with_changes(**changes)  # fmt: skip


def test_k09_somebody_has_to_fix_the_cycle_then_training_comes_round(shiki: House) -> None:
    assert standing(shiki, "K-09") == [(None, "unset")]
    setting = ContractClauseSetting(
        contract_id=shiki.story.contract.id, clause_key="SK-6.1", enabled=True,
        params=(ChangedTerm(key="cycles.training", value="6か月"),), reason="協議で決めた",
        agreed_on=FIRST_DAY,
    )  # fmt: skip
    enter(shiki, setting)
    found = standing(shiki, "K-09")
    assert found and {word for _, word in found} == {"later"}
    shiki.clock.go_to(date(2027, 4, 1), 9)
    assert {word for _, word in standing(shiki, "K-09")} == {"overdue"}
    for one in {a.person_id for a in shiki.story.assignments}:
        enter(shiki, _session(shiki, one, date(2027, 3, 31)))
    assert {word for _, word in standing(shiki, "K-09")} == {"later"}


def test_k30_k32_a_card_expires_or_comes_back(shiki: House) -> None:
    story = shiki.story
    card = Credential(
        kind=CredentialKind.KEY, number="K-9", holder_person_id=story.people["worker3"],
        contract_id=story.contract.id, issued_on=FIRST_DAY, issued_by=story.people["supervisor"],
        expires_on=date(2026, 10, 20),
    )  # fmt: skip
    made = enter(shiki, card)
    assert standing(shiki, "K-30", "K-9") == [(date(2026, 10, 20), "later")]
    one = next(a for a in story.assignments if a.person_id == story.people["worker3"])
    ended = replace(one, status=AssignmentStatus.ENDED, ends_on=FIRST_DAY, end_reason="契約の終了")
    shiki.ledger.registers.revise(ended, "従事の終了")
    assert standing(shiki, "K-32", "K-9") == [(FIRST_DAY, "today")]
    shiki.clock.go_to(date(2026, 10, 21), 9)
    assert standing(shiki, "K-30", "K-9") == [(date(2026, 10, 20), "overdue")]
    assert standing(shiki, "K-32", "K-9") == [(FIRST_DAY, "overdue")]
    back = replace(card, id=made, returned_on=date(2026, 10, 21))
    shiki.ledger.registers.revise(back, "回収した")
    assert dates(shiki, "K-30", "K-9") == dates(shiki, "K-32", "K-9") == []


@pytest.mark.parametrize(
    ("profile", "employment", "asked"),
    [
        ("shiki", EmploymentType.PART_TIME, True),
        ("shiki", EmploymentType.REGULAR, False),
        ("confidentiality-model", EmploymentType.PART_TIME, False),
        ("chiba", EmploymentType.PART_TIME, False),
    ],
)
def test_k33_whose_labour_contract_is_looked_at(
    tmp_path: Path, profile: str, employment: EmploymentType, asked: bool
) -> None:
    with furnished(tmp_path, profile=profile) as house:
        one = newcomer(house, date(2026, 10, 13), employment_type=employment)
        due = [(date(2026, 10, 9), "later")] if asked else []
        assert standing(house, "K-33", "新人") == due
        checked = replace(one, labour_terms_checked_on=FIRST_DAY)
        house.ledger.registers.revise(checked, "契約書を確かめた")
        assert dates(house, "K-33", "新人") == []


def test_k33_one_look_serves_every_role_that_goes_on_from_it(shiki: House) -> None:
    first = newcomer(shiki, date(2026, 10, 13), employment_type=EmploymentType.CONTRACT_EMPLOYEE)
    ends, registers = date(2026, 10, 30), shiki.ledger.registers
    looked = replace(
        first, labour_terms_checked_on=FIRST_DAY, labour_terms_confirmed=True,
        labour_terms_checked_by=shiki.story.people["supervisor"], ends_on=ends, end_reason="異動",
    )  # fmt: skip
    registers.revise(looked, "契約書を確かめた")
    again = replace(first, role=AssignmentRole.WORK_SUPERVISOR)
    adjoining = enter(shiki, replace(again, id="", starts_on=ends + timedelta(days=1)))
    assert dates(shiki, "K-33", "新人") == []
    assert not [one for one in breaches_of_labour(shiki) if one]
    stored = registers.need(Assignment, adjoining).record
    registers.revise(replace(stored, starts_on=ends + timedelta(days=30)), "始めるのを延ばした")
    [asked] = dates(shiki, "K-33", "新人")
    assert asked.id == adjoining, "after a gap it may be another contract"
    registers.revise(
        replace(looked, labour_terms_confirmed=False, labour_terms_checked_on=None), "誤りだった"
    )
    assert len(dates(shiki, "K-33", "新人")) == 2


def breaches_of_labour(house: House) -> list[str]:
    found = evidence(house.ledger, house.story.contract)
    return [
        row.sentence
        for one in found
        for query, rows in one.evidence
        if query == "EQ-LABOUR"
        for row in rows
        if "新人" in row.sentence
    ]


# --- things and the client ----------------------------------------------------------------------


def test_k12_a_consent_to_copy_matters_until_it_ends_and_not_for_what_was_copied(
    chiba: House,
) -> None:
    story = chiba.story
    consent = next(one for one in story.consents if one.subject == "copy")
    ending = replace(consent, valid_until=date(2026, 10, 5))
    chiba.ledger.registers.revise(ending, "期限を確かめた")
    assert standing(chiba, "K-12") == [(date(2026, 10, 5), "week")]
    story.receive(1)
    story.copy(story._stock[0])
    copy = chiba.ledger.registers.need(Item, story._copies[0].id).record
    chiba.ledger.registers.revise(replace(copy, copy_authorization_id=consent.id), "根拠を補った")
    chiba.clock.go_to(date(2026, 10, 6), 9)
    assert dates(chiba, "K-12") == []


def test_k12_what_lasts_as_long_as_the_work_matters_while_there_are_things(chiba: House) -> None:
    story, end = chiba.story, chiba.story.contract.ends_on
    assert end is not None
    for subject, day in (("copy", end), ("take_out", end - timedelta(days=1))):
        consent = next(one for one in story.consents if one.subject == subject)
        chiba.ledger.registers.revise(replace(consent, valid_until=day), "期限を確かめた")
    assert len(dates(chiba, "K-12")) == 2
    story.receive(1)
    chiba.clock.wait(60)
    assert len(dates(chiba, "K-12")) == 2
    story.give_back(story._stock[0])
    assert [one.due_on for one in dates(chiba, "K-12")] == [end - timedelta(days=1)]


def test_k13_what_is_out_comes_back_by_the_hour(shiki: House) -> None:
    shiki.story.receive(1)
    shiki.story._open_take_out(shiki.story._stock[0])
    [back] = dates(shiki, "K-13")
    assert back.due_at is not None and state(back, shiki.ledger.now()) == "today"
    assert state(back, back.due_at + timedelta(minutes=1)) == "overdue"
    assert back.person_id == shiki.story.people["worker3"]


@pytest.mark.parametrize(
    ("urgency", "day"),
    [(Urgency.IMMEDIATE, date(2026, 10, 9)), (Urgency.PROMPT, date(2026, 10, 15))],
)
def test_k20_a_request_is_answered_at_once_or_promptly(
    shiki: House, urgency: Urgency, day: date
) -> None:
    shiki.clock.go_to(date(2026, 10, 9), 11)  # Friday before a holiday
    one = _request(shiki, urgency=urgency)
    made = enter(shiki, one)
    [answer] = dates(shiki, "K-20")
    assert answer.due_on == day
    shiki.clock.go_to(day + timedelta(days=1), 9)
    assert standing(shiki, "K-20") == [(day, "overdue")]
    answered = replace(
        one, id=made, status=CommunicationStatus.ANSWERED, responded_at=shiki.ledger.now()
    )
    shiki.ledger.registers.revise(answered, "回答した")
    assert dates(shiki, "K-20") == []


def test_k34_attendance_and_k21_inspection_have_their_day(shiki: House) -> None:
    day = shiki.ledger.now() + timedelta(days=2)
    for kind in (CommunicationKind.WITNESS_REQUEST, CommunicationKind.INSPECTION_NOTICE):
        enter(shiki, _request(shiki, kind=kind, urgency=Urgency.DATED, due_at=day))
    assert standing(shiki, "K-34") == standing(shiki, "K-21") == [(day.date(), "week")]


def _request(house: House, **changes: object) -> ClientCommunication:
    return ClientCommunication(
        contract_id=house.story.contract.id, direction=Direction.IN,
        kind=CommunicationKind.REPORT_REQUEST, at=house.ledger.now(),
        means=CommunicationMeans.EMAIL, from_name="見本　花子", to_name="髙橋　恵子",
        summary="状況の報告", status=CommunicationStatus.OPEN,
    ).with_changes(**changes)  # fmt: skip


def test_k21_a_finding_is_put_right_and_looked_at(shiki: House) -> None:
    one = Finding(
        contract_id=shiki.story.contract.id, source=FindingSource.ANALYSIS, description="鍵の管理",
        severity=Severity.MINOR, due_on=FIRST_DAY + timedelta(days=1),
        owner_person_id=shiki.story.people["worker"], status=FindingStatus.OPEN,
    )  # fmt: skip
    made = enter(shiki, one)
    assert standing(shiki, "K-21") == [(one.due_on, "week")]
    done = replace(
        one, id=made, status=FindingStatus.DONE, action="鍵を替えた", completed_on=FIRST_DAY
    )
    shiki.ledger.registers.revise(done, "是正した")
    assert [d.what for d in dates(shiki, "K-21")] == ["是正の確認"]
    verified = replace(
        done, status=FindingStatus.VERIFIED, verified_on=FIRST_DAY,
        verified_by=shiki.story.people["supervisor"],
    )  # fmt: skip
    shiki.ledger.commit([revising(verified, "確かめた")])  # who may: test_corrections.py
    assert dates(shiki, "K-21") == []


@pytest.mark.parametrize(("profile", "asked"), [("chiba", True), ("shiki", False)])
def test_k22_what_is_unneeded_ends_during_the_work(
    tmp_path: Path, profile: str, asked: bool
) -> None:
    with furnished(tmp_path, profile=profile, things=1) as house:
        item = house.ledger.registers.need(Item, house.story._stock[0].id).record
        unneeded = replace(item, unneeded_on=FIRST_DAY)
        house.ledger.registers.revise(unneeded, "不要となった")
        day = FIRST_DAY + timedelta(days=7)
        assert standing(house, "K-22") == ([(day, "week")] if asked else [])
        house.clock.go_to(day + timedelta(days=1), 9)
        assert standing(house, "K-22") == ([(day, "overdue")] if asked else [])


@pytest.mark.parametrize(("profile", "grace"), [("shiki", 7), ("chiba", 0)])
def test_k23_at_the_end_nothing_is_left(tmp_path: Path, profile: str, grace: int) -> None:
    with furnished(tmp_path, profile=profile) as house:
        end = house.story.contract.ends_on
        assert end is not None
        assert [d.what for d in dates(house, "K-23")] == ["契約の終了"]
        house.story.receive(1)
        [left] = dates(house, "K-23", "残っている")
        assert left.due_on == end + timedelta(days=grace)
        house.story.give_back(house.story._stock[0])
        assert [d.what for d in dates(house, "K-23")] == ["契約の終了"]


def test_k26_a_backup_is_due_the_next_workday(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka") as house:
        house.clock.go_to(date(2026, 10, 9), 17)
        now = house.ledger.now()
        run = BackupRun(
            id=house.ledger.new_id(), kind=BackupKind.FULL, started_at=now, finished_at=now,
            file_name="a.azb", result=BackupResult.OK,
        )  # fmt: skip
        house.ledger.commit([creating(run)])
        assert standing(house, "K-26") == [(date(2026, 10, 13), "week")]
        house.clock.go_to(date(2026, 10, 14), 9)
        assert standing(house, "K-26") == [(date(2026, 10, 13), "overdue")]


def test_k37_what_others_did_is_confirmed_within_three_workdays(shiki: House) -> None:
    shiki.clock.go_to(date(2026, 10, 8), 9)
    shiki.story.receive(1)
    [waiting] = dates(shiki, "K-37")
    assert (waiting.due_on, waiting.about) == (date(2026, 10, 14), "確認を待つ取扱記録1件")
    shiki.story.confirm_all()
    assert dates(shiki, "K-37") == []


def test_k38_retention_is_decided_when_the_contract_is_closed(shiki: House) -> None:
    contract = shiki.ledger.registers.need(Contract, shiki.story.contract.id).record
    closed = replace(
        contract, status=ContractStatus.CLOSED, retain_ledger_until=FIRST_DAY + timedelta(days=30)
    )
    shiki.ledger.registers.revise(closed, "契約を閉じた")
    assert "K-38" in {one.code for one in calendar(shiki.ledger, contract.id)}


def test_what_is_still_owed_outlives_the_contract(shiki: House) -> None:
    """R-45: the report of the last period, and what those who worked here hold."""
    contract = shiki.ledger.registers.need(Contract, shiki.story.contract.id).record
    card = shiki.ledger.registers.all(Credential)[0].record
    last = FIRST_DAY + timedelta(days=5)
    shiki.clock.go_to(last, 12)
    for one in shiki.ledger.registers.all(Assignment, person_id=card.holder_person_id):
        leaving = replace(one.record, ends_on=last, end_reason="契約の終了")
        shiki.ledger.registers.revise(leaving, WHY)
    shiki.clock.go_to(last + timedelta(days=1), 9)
    owed = {(one.code, one.about) for one in calendar(shiki.ledger, contract.id)}
    kept = {pair for pair in owed if pair[0] in ("K-14", "K-32")}
    assert {code for code, _ in kept} == {"K-14", "K-32"}
    over = replace(contract, status=ContractStatus.CLOSED, completed_on=last)
    shiki.ledger.commit([revising(over, WHY)])
    found = calendar(shiki.ledger, contract.id)
    assert {one.code for one in found if one.about in {about for _, about in kept}} >= {"K-32"}
    [report] = [one for one in found if one.code == "K-14"]
    handed_in(shiki, "D-19", last + timedelta(days=1), effective_on=last)
    assert report.due_on is not None
    assert "K-14" not in {one.code for one in calendar(shiki.ledger, contract.id)}


# --- what people enter --------------------------------------------------------------------------


def test_an_entered_date_stands_until_it_is_kept(shiki: House) -> None:
    one = DueItem(
        contract_id=shiki.story.contract.id, title="定例の打合せ", status=DueStatus.OPEN,
        due_on=FIRST_DAY, owner_person_id=shiki.story.people["worker"],
    )  # fmt: skip
    made = enter(shiki, one)
    assert standing(shiki, "", "定例") == [(FIRST_DAY, "today")]
    kept = replace(one, id=made, status=DueStatus.SATISFIED, satisfied_on=FIRST_DAY)
    shiki.ledger.registers.revise(kept, "済ませた")
    assert dates(shiki, "", "定例") == []


def test_what_is_of_no_contract_stands_beside_each(shiki: House) -> None:
    """The window of an office with one contract shows nothing else."""
    own = {"owner_person_id": shiki.story.people["worker"], "due_on": FIRST_DAY}
    enter(shiki, DueItem(title="紛失したカードの調査", status=DueStatus.OPEN, **own))
    fault = Finding(
        source=FindingSource.ANALYSIS, description="時間外の利用", severity=Severity.MINOR,
        status=FindingStatus.OPEN, **own,
    )  # fmt: skip
    made = enter(shiki, fault)
    override = RuleOverride(
        rule_id="A-37", mode=RuleMode.BLOCK_PLAN, record_type=Finding.type, record_ref=made,
        message="利用停止", reason="退職した人の利用停止のため", at=shiki.clock(),
        requested_by=shiki.story.people["supervisor"], confirm_later=True, id="a" * 32,
    )  # fmt: skip
    shiki.ledger.commit([creating(override)])
    for contract_id in ("", shiki.story.contract.id):
        shown = [(one.what, one.about) for one in calendar(shiki.ledger, contract_id)]
        assert shown.count(("紛失したカードの調査", "")) == 1
        assert shown.count(("是正", "時間外の利用")) == 1
        assert len(shiki.ledger.rules.waiting(contract_id)) == 1
    assert not shiki.ledger.rules.waiting(shiki.story.contract.id)[0].record.contract_id
    closed = replace(shiki.story.contract, status=ContractStatus.CLOSED)
    shiki.ledger.commit([revising(closed, "終わったため")])
    ending = "\n".join(shiki.ledger.ending.plan(closed.id).obstacles)
    assert ending and "確認待ちの例外" not in ending and "時間外の利用" not in ending
    verified = replace(
        fault, id=made, status=FindingStatus.DONE, action="確かめた", completed_on=FIRST_DAY
    )
    shiki.ledger.registers.revise(verified, "是正した")
    assert ("是正の確認", "時間外の利用") in [
        (one.what, one.about) for one in calendar(shiki.ledger, shiki.story.contract.id)
    ]


def test_dates_of_one_contract_are_not_those_of_another(shiki: House) -> None:
    assert calendar(shiki.ledger, "nothing") == []
    assert {one.contract_id for one in calendar(shiki.ledger)} == {shiki.story.contract.id}

"""A paper made anew says which one it replaces; that one holds no more, and what was in time stays so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import (
    AttachmentKind,
    Decision,
    HandlingStatus,
    SubmissionMeans,
    SubmissionStatus,
    Timing,
)
from models.codes import AuthorizationSubject as S
from models.codes import HandlingKind as K
from models.commands import Change, revising
from models.errors import Refused
from models.evidence import evidence
from models.paper_answers import ClientAnswer
from models.paper_replacing import fitting
from models.records import Assignment, HandlingEvent, Item, Submission, TrainingPlan
from models.store import quiet
from reports.verify import verify_document
from tests.house import House
from tests.reports.applying import apply_for, assignment_of, sealed, text_of, wish, working_day
from tests.reports.papers import flat
from tests.reports.test_papers_undone import copied, destroyed, told, waiting
from ui.issue import about, changed_since, issue, settled

END = "配置換え"
SUPERSEDED, SUBMITTED = SubmissionStatus.SUPERSEDED, SubmissionStatus.SUBMITTED


@pytest.fixture(params=["shiki", "confidentiality-model"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with working_day(tmp_path, request.param) as made:
        yield made


@pytest.fixture
def shiki(tmp_path: Path) -> Iterator[House]:
    with working_day(tmp_path, "shiki") as made:
        yield made


def hand_in(house: House, paper: Submission) -> Change:
    change = house.ledger.paper.submit(
        paper.id, on=house.ledger.today(), means=SubmissionMeans.HAND, received_by="見本　花子"
    )
    house.clock.wait(30)
    return change


def handed_in(house: House, kind: str, *ids: str, **options: object) -> Submission:
    paper = sealed(house, kind, *ids, **options)
    hand_in(house, paper)
    return now(house, paper)


def now(house: House, paper: Submission) -> Submission:
    return house.ledger.registers.need(Submission, paper.id).record


def proposed(house: House, kind: str, *ids: str, **options: object) -> str | None:
    return settled(house.ledger, wish(house, kind, *ids, **options)).replaces


def received(house: House) -> HandlingEvent:
    house.story.receive(1)
    house.clock.wait(30)
    return house.ledger.registers.all(HandlingEvent, kind=K.RECEIVE)[-1].record


def corrected(house: House, act: HandlingEvent) -> HandlingEvent:
    changed = replace(act, purpose="入力のため（訂正）")
    change = house.ledger.handling.correct(act.id, changed, "目的の書き誤り")
    house.clock.wait(30)
    return house.ledger.registers.need(HandlingEvent, change.ids[1]).record


def sound(house: House) -> None:
    assert house.ledger.safe.verify(full=True, progress=quiet).problems == ()


# --- the whole way ---------------------------------------------------------------------------------


def test_a_corrected_act_its_new_paper_and_the_old_one_in_one_command(house: House) -> None:
    act = destroyed(house, copied(house))
    first = handed_in(house, "D-18", act.id)
    again = corrected(house, act)
    assert len(waiting(house)) == 1
    new = sealed(house, "D-18", again.id)
    assert (new.supersedes_id, new.revision) == (first.id, 2)
    assert now(house, first).status is SUBMITTED, "a paper that lies here replaces nothing yet"
    assert len(waiting(house)) == 1
    before = house.ledger.store.head().seq
    change = hand_in(house, new)
    assert now(house, first).status is SUPERSEDED and now(house, new).status is SUBMITTED
    assert set(change.ids[:2]) == {first.id, new.id} and change.head.seq == before + 2
    assert any("差替え済" in one and first.caption() in one for one in change.notices)
    assert now(house, first).submitted_on is not None
    assert waiting(house) == [] and told(house) == []
    sound(house)


def test_the_paper_says_it_and_the_seal_and_the_ledger_agree(house: House) -> None:
    act = destroyed(house, copied(house))
    first = handed_in(house, "D-18", act.id)
    again = corrected(house, act)
    day = now(house, first).submitted_on
    assert day is not None
    line = f"この書面は、{first.doc_no}（R8.{day.month}.{day.day}提出）を差し替えるものです。"
    assert line in text_of(house, "D-18", again.id), "the preview shows it before it is sealed"
    new = sealed(house, "D-18", again.id)
    pdf = house.ledger.paper.file(new.id)
    assert line in flat(pdf)
    verdict = verify_document(pdf, known_sha256=new.pdf_sha256)
    assert verdict.ok and verdict.claims is not None
    assert verdict.claims.replaces == first.doc_no
    assert new.content["head"]["replaces_no"] == first.doc_no
    assert new.content["head"]["replaces_on"] == day.isoformat()
    assert changed_since(house.ledger, new) == [], "the line is of the sealing, not of the acts"
    plain = verify_document(house.ledger.paper.file(first.id)).claims
    assert plain is not None and plain.replaces is None
    assert "replaces" not in plain.to_json() and "replaces_no" not in first.content["head"]


def test_a_chain_counts_its_versions(house: House) -> None:
    act = destroyed(house, copied(house))
    papers = [handed_in(house, "D-18", act.id)]
    for _ in range(2):
        papers.append(handed_in(house, "D-18", act.id))
    assert [one.revision for one in papers] == [1, 2, 3]
    assert [now(house, one).status for one in papers] == [SUPERSEDED, SUPERSEDED, SUBMITTED]
    assert papers[2].supersedes_id == papers[1].id
    sound(house)


def test_a_withdrawn_paper_does_not_bring_the_old_one_back(house: House) -> None:
    kind = "D-17" if house.story.contract.profile_code == "shiki" else "D-18"
    act = destroyed(house, copied(house))
    first, new = handed_in(house, kind, act.id), handed_in(house, kind, act.id)
    [notice] = house.ledger.paper.withdraw(new.id, "市に知らせて取り下げました").notices
    assert first.caption() in notice and "提出済には戻りません" in notice and "作り直して" in notice
    assert now(house, first).status is SUPERSEDED
    missing = "について「" + house.ledger.profile(first.contract_id).document_title(kind)
    rows = [
        row.sentence
        for clause in evidence(house.ledger, house.story.contract)
        for _, found in clause.evidence
        for row in found
    ]
    assert any(missing in one and act.caption() in one for one in rows), "a paper is asked for"
    third = handed_in(house, kind, act.id)
    assert third.supersedes_id == "" and third.revision == 1
    sound(house)


def test_a_paper_withdrawn_before_it_was_handed_in_changes_nothing(house: House) -> None:
    act = destroyed(house, copied(house))
    first, new = handed_in(house, "D-18", act.id), sealed(house, "D-18", act.id)
    assert house.ledger.paper.withdraw(new.id, "書き誤りに気付きました").notices == ()
    assert now(house, first).status is SUBMITTED


def test_the_second_of_two_that_replace_one_is_told(house: House) -> None:
    act = destroyed(house, copied(house))
    first = handed_in(house, "D-18", act.id)
    two, three = sealed(house, "D-18", act.id), sealed(house, "D-18", act.id)
    assert two.supersedes_id == three.supersedes_id == first.id
    hand_in(house, two)
    change = hand_in(house, three)
    assert any(two.caption() in one and "取り下げて" in one for one in change.notices)
    assert now(house, two).status is SUBMITTED
    sound(house)


def test_a_paper_that_was_sent_back_is_replaced_as_well(house: House) -> None:
    act = destroyed(house, copied(house))
    first = handed_in(house, "D-18", act.id)
    back = replace(first, status=SubmissionStatus.RETURNED)
    house.ledger.commit([revising(back, "差戻し")])
    new = handed_in(house, "D-18", act.id)
    assert new.supersedes_id == first.id and now(house, first).status is SUPERSEDED
    sound(house)


# --- what is the same ------------------------------------------------------------------------------


def test_a_paper_about_other_acts_replaces_nothing(house: House) -> None:
    first = destroyed(house, copied(house))
    handed_in(house, "D-18", first.id)
    other = destroyed(house, copied(house))
    assert proposed(house, "D-18", other.id) == ""
    assert fitting(house.ledger, about(wish(house, "D-18", other.id))) == []
    old = house.ledger.registers.all(Submission, doc_kind="D-18")[-1].record
    with pytest.raises(Refused, match="差し替えられる書類ではありません"):
        settled(house.ledger, replace(wish(house, "D-18", other.id), replaces=old.id))


def test_what_was_voided_and_entered_anew_about_the_same_thing_is_the_same(house: House) -> None:
    item = copied(house)
    act = destroyed(house, item)
    first = handed_in(house, "D-18", act.id)
    house.ledger.handling.void(act.id, "別の写しでした")
    again = destroyed(house, item)
    assert proposed(house, "D-18", again.id) == first.id
    other = destroyed(house, copied(house))
    assert proposed(house, "D-18", other.id) == ""


def test_a_paper_that_leaves_something_without_one_is_offered_with_what_is_lacking(
    house: House,
) -> None:
    one, two = destroyed(house, copied(house)), destroyed(house, copied(house))
    first = handed_in(house, "D-18", one.id, two.id)
    again = corrected(house, one)
    assert proposed(house, "D-18", again.id) == ""
    [found] = fitting(house.ledger, about(wish(house, "D-18", again.id)))
    assert found.lacking == (two.caption(),) and two.caption() in found.warning
    assert proposed(house, "D-18", again.id, two.id) == first.id
    house.ledger.handling.void(two.id, "していませんでした")
    assert proposed(house, "D-18", again.id) == first.id, "what is void needs no paper"


def test_what_a_corrected_act_became_is_lacking_too(house: House) -> None:
    one, two = destroyed(house, copied(house)), destroyed(house, copied(house))
    handed_in(house, "D-18", one.id, two.id)
    again = corrected(house, two)
    [found] = fitting(house.ledger, about(wish(house, "D-18", one.id)))
    assert found.lacking == (again.caption(),) and not found.proposed


def test_a_receipt_of_a_corrected_act_replaces_the_receipt(shiki: House) -> None:
    act = received(shiki)
    first = handed_in(shiki, "D-14", act.id)
    new = handed_in(shiki, "D-14", corrected(shiki, act).id)
    assert new.supersedes_id == first.id and now(shiki, first).status is SUPERSEDED
    assert [one for one in waiting(shiki) if first.caption() in one] == []


def test_a_report_of_a_plan_and_that_of_the_act_are_two(shiki: House) -> None:
    item: Item = copied(shiki)
    act = destroyed(shiki, item)
    day = shiki.ledger.now() + timedelta(days=3)
    detail = [replace(one, performed_at=day) for one in act.sanitization]
    plan = replace(
        act, id="", event_no=None, timing=Timing.PLANNED, status=HandlingStatus.PLANNED, occurred_at=day,
        ended_at=None, sanitization=tuple(detail), confirmed_by="", confirmed_at=None,
    )  # fmt: skip
    shiki.ledger.handling.void(act.id, "これから行います")
    planned = shiki.ledger.handling.record(plan).ids[-1]
    ahead = handed_in(shiki, "D-17", planned)
    assert ahead.content.get("completed") is False
    shiki.clock.wait(30)
    done = destroyed(shiki, item)
    assert proposed(shiki, "D-17", done.id) == ""
    assert proposed(shiki, "D-17", planned) == ahead.id, "a plan that is told anew"
    shiki.ledger.handling.void(planned, "日を改めます")
    assert proposed(shiki, "D-17", done.id) == "", "nor when the plan is void"


def test_an_application_that_was_answered_stays(shiki: House) -> None:
    applied = apply_for(shiki, S.TAKE_OUT)
    first = handed_in(shiki, "D-12", applied)
    assert proposed(shiki, "D-12", applied) == first.id
    scan = _scan(shiki)
    answer = ClientAnswer(Decision.GRANTED, shiki.ledger.today(), "課長", "見本　花子")
    shiki.ledger.paper.returned(first.id, answer, on=shiki.ledger.today(), scan=scan)
    assert fitting(shiki.ledger, about(wish(shiki, "D-12", applied))) == []


def _scan(house: House) -> str:
    change = house.ledger.files.attach(
        b"%PDF-1.7 answer", name="answer.pdf", mime="application/pdf", kind=AttachmentKind.SCAN,
        contract_id=house.story.contract.id,
    )  # fmt: skip
    return change.ids[-1]


# --- notices -----------------------------------------------------------------------------------------


def test_a_notice_made_anew_replaces_the_first_and_what_it_told_stays_told(shiki: House) -> None:
    worker = assignment_of(shiki, "worker")
    first = shiki.ledger.registers.need(Submission, worker.notice_submission_id).record
    before = _states(shiki)
    new = sealed(shiki, "D-03")
    assert new.supersedes_id == "", "what a paper from outside says nobody knows"
    explicit = replace(wish(shiki, "D-03"), replaces=first.id)
    made = issue(shiki.ledger, explicit).ids[-1]
    hand_in(shiki, shiki.ledger.registers.need(Submission, made).record)
    assert now(shiki, first).status is SUPERSEDED
    assert assignment_of(shiki, "worker").notice_submission_id == first.id
    assert _states(shiki) == before
    due = [one.what for one in calendar(shiki.ledger, shiki.story.contract.id)]
    assert not [what for what in due if "届出書" in what and "提出" in what]
    destroyed(shiki, copied(shiki))  # who works there may still work there
    sound(shiki)


def _states(house: House) -> dict[str, str]:
    found = evidence(house.ledger, house.story.contract)
    return {
        one.key: one.state
        for one in found
        if {"EQ-STAFF", "EQ-PLACE"} & {query for query, _ in one.evidence}
    }


def test_a_notice_of_changes_never_replaces_the_first_notice(shiki: House) -> None:
    first = handed_in(shiki, "D-03")
    worker = assignment_of(shiki, "worker")
    ends = shiki.ledger.today() + timedelta(days=20)
    shiki.ledger.registers.revise(replace(worker, ends_on=ends, end_reason=END), "配置換えのため")
    assert proposed(shiki, "D-03", change=True) == ""
    change = handed_in(shiki, "D-03", change=True)
    assert change.supersedes_id == "" and now(shiki, first).status is SUBMITTED
    found = [one.paper.id for one in fitting(shiki.ledger, about(wish(shiki, "D-03")))]
    assert found[0] == first.id and change.id not in found


def test_a_notice_of_changes_can_be_made_anew_in_the_place_of_one(shiki: House) -> None:
    handed_in(shiki, "D-03")
    worker = assignment_of(shiki, "worker")
    ends = shiki.ledger.today() + timedelta(days=20)
    shiki.ledger.registers.revise(replace(worker, ends_on=ends, end_reason=END), "配置換えのため")
    told_once = handed_in(shiki, "D-03", change=True)
    with pytest.raises(Refused, match="届け出る変更はありません"):
        text_of(shiki, "D-03", change=True)
    again = replace(wish(shiki, "D-03", change=True), replaces=told_once.id)
    made = issue(shiki.ledger, again).ids[-1]
    paper = shiki.ledger.registers.need(Submission, made).record
    hand_in(shiki, paper)
    assert paper.content["lines"] == told_once.content["lines"]
    assert now(shiki, told_once).status is SUPERSEDED
    assert changed_since(shiki.ledger, now(shiki, told_once)) == []
    assert changed_since(shiki.ledger, now(shiki, paper)) == []
    due = [one.what for one in calendar(shiki.ledger, shiki.story.contract.id)]
    assert not [what for what in due if "（終了）の提出" in what]


def test_the_plan_of_another_year_replaces_none(tmp_path: Path) -> None:
    with working_day(tmp_path, "chiba") as house:
        plan = house.ledger.registers.all(TrainingPlan)[-1].record
        first = handed_in(house, "D-05")
        house.ledger.registers.revise(replace(plan, audience="全員"), "対象の見直し")
        assert proposed(house, "D-05") == first.id, "the same plan, told anew"
        second = handed_in(house, "D-05", plan.id)
        assert second.revision == 2 and now(house, first).status is SUPERSEDED
        assert plan.period_from and plan.period_to
        year = timedelta(days=365)
        house.ledger.registers.create(
            replace(
                plan, id="", title="次年度の計画", period_from=plan.period_from + year,
                period_to=plan.period_to + year,
            )
        )  # fmt: skip
        assert proposed(house, "D-05") == ""


def test_a_structure_made_anew_replaces_the_structure(house: House) -> None:
    if not house.ledger.profile(house.story.contract.id).document("D-02").offered:
        pytest.skip("the text has no such paper")
    first = handed_in(house, "D-02")
    one = assignment_of(house, "worker2")
    house.ledger.registers.revise(replace(one, authority_scope="入力のみ"), "権限の見直し")
    assert proposed(house, "D-02") == first.id
    assert isinstance(one, Assignment)
    assert proposed(house, "D-02", one.id) == "", "of one alone the others would be left"

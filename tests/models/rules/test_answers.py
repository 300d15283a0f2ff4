"""Answers end to end: what is asked, what is entered beside the fact, what a second person does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.codes import (
    AssignmentStatus,
    CredentialKind,
    FindingStatus,
    HandlingKind,
    Role,
    RuleMode,
    SubmissionMeans,
    Timing,
)
from models.commands import Change
from models.errors import Conflict, NeedsAnswer, NotPermitted, Refused, RuleRefused
from models.inquiry import Inquiry
from models.records import (
    AccessRight,
    Assignment,
    ContractClauseSetting,
    Credential,
    HandlingEvent,
    HandlingLine,
    Item,
    RuleOverride,
    Submission,
)
from models.records import Finding as FindingRecord
from models.rules.answers import EVERY, Answers, Approval, SignIn
from tests.house import House, furnished
from ui.sample import cast

REASON = "担当者が急病で、代わりの人が入力したため"
PASSWORD = "静かな港に灯る三つの明かり"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, things=2) as made:
        yield made


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[House]:
    """A house where a second person may sign in."""
    with furnished(tmp_path, rules=True, accounts=True, things=2) as made:
        yield made


def entered(house: House, event: HandlingEvent, answers: Answers, who: str) -> Change:
    """Enter an event while somebody of the cast signs in as the second person."""
    user = next(user for user in cast.USERS if user.person == who)
    second = SignIn(house.story.people[who], user.login, user.password)
    handling = house.ledger.handling
    return house.ledger.rules.entering(
        lambda given: handling.record(event, answers=given), answers, second
    )


def stock(house: House) -> Item:
    return house.story._stock[0]


def uncleared(house: House, **changes: Any) -> HandlingEvent:
    """Return a use by somebody who is not assigned to the contract."""
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.USE, purpose="入力",
        occurred_at=house.clock(), ended_at=house.clock(),
        actor_person_id=house.story.people["officer"], place_from_id=house.story.places[1].id,
        lines=(HandlingLine(item_id=stock(house).id),),
    )  # fmt: skip
    return replace(event, **changes)


def with_telephone(house: House) -> HandlingEvent:
    worker = house.story.people["worker"]
    return uncleared(house, actor_person_id=worker, purpose="本人（090-1234-5678）へ確認")


def all_of(house: House, cls: type[Any]) -> list[Any]:
    return [stored.record for stored in house.ledger.registers.all(cls)]


def test_a_plan_that_would_be_a_breach_is_refused_and_nothing_is_written(house: House) -> None:
    before = house.ledger.store.head()
    with pytest.raises(RuleRefused, match=r"指定されていません.*第4条第1項") as refused:
        house.ledger.handling.record(uncleared(house, timing=Timing.PLANNED))
    assert [f.rule_id for f in refused.value.facts["findings"]] == ["R-01"]  # type: ignore[attr-defined]
    assert house.ledger.store.head() == before


def test_a_breach_that_happened_is_kept_with_reason_second_person_and_finding(
    staffed: House,
) -> None:
    second = staffed.story.people["worker"]
    change = entered(staffed, uncleared(staffed), Answers({"R-01": REASON}), "worker")
    event = staffed.ledger.registers.need(HandlingEvent, change.ids[-1]).record
    assert event.deviation and event.deviation_reason == REASON
    [override], [finding] = all_of(staffed, RuleOverride), all_of(staffed, FindingRecord)
    assert (override.approved_by, override.record_ref) == (second, event.id)
    assert override.approved_at and override.at and override.approved_at <= override.at
    assert (override.mode, override.finding_id) == (RuleMode.BLOCK_PLAN, finding.id)
    assert (finding.source_id, finding.status) == (event.id, FindingStatus.OPEN)
    assert change.types == {"handling_event", "rule_override", "finding"}


@pytest.mark.parametrize("reason", ["", "急ぎのため"])
def test_a_reason_that_says_little_is_asked_again(staffed: House, reason: str) -> None:
    before = staffed.ledger.store.head()
    with pytest.raises(NeedsAnswer, match="10文字以上") as asked:
        entered(staffed, uncleared(staffed), Answers({"R-01": reason}), "worker")
    assert (asked.value.code, asked.value.exit_code) == ("NEEDS_ANSWER", 1)
    assert staffed.ledger.store.head() == before


def test_a_breach_asks_for_a_second_person(staffed: House) -> None:
    with pytest.raises(NeedsAnswer, match="ほかの方の確認") as asked:
        staffed.ledger.handling.record(uncleared(staffed), answers=Answers({"R-01": REASON}))
    assert asked.value.facts["needs_approval"] is True


@pytest.mark.parametrize("who", ["supervisor", "administrator", "officer", "worker3"])
def test_who_asked_acted_or_may_not_sign_in_is_no_second_person(staffed: House, who: str) -> None:
    answers = Answers({"R-01": REASON}, Approval(staffed.story.people[who], "1:x:00"))
    with pytest.raises(Refused, match="別の、利用中の方"):
        staffed.ledger.handling.record(uncleared(staffed), answers=answers)


def test_the_typed_deviation_reason_is_an_answer(staffed: House) -> None:
    event = uncleared(staffed, deviation=True, deviation_reason=REASON)
    entered(staffed, event, Answers(), "worker")
    assert all_of(staffed, RuleOverride)[0].reason == REASON


def test_whoever_is_not_here_may_agree_later(staffed: House) -> None:
    answers = Answers({"R-01": REASON}, later=True)
    staffed.ledger.handling.record(uncleared(staffed), answers=answers)
    [waiting] = staffed.ledger.rules.waiting()
    assert waiting.record.confirm_later and not waiting.record.approved_by
    assert staffed.ledger.rules.why_not_approve(waiting.record)  # the asker himself
    staffed.sign_in("yoshino")
    assert not staffed.ledger.rules.why_not_approve(waiting.record)
    staffed.ledger.rules.approve([waiting.record.id])
    assert staffed.ledger.rules.waiting() == []


def test_a_breach_is_not_taken_away_by_whoever_entered_it(staffed: House) -> None:
    """The act is voided: that settles nothing until somebody else has looked at it."""

    def told() -> list[str]:
        asked = Inquiry(staffed.ledger, staffed.story.contract)
        return [row.id for row in asked.breaches.of_rule("R-01")]

    answers = Answers({"R-01": REASON}, later=True)
    staffed.ledger.handling.record(uncleared(staffed), answers=answers)
    [waiting] = staffed.ledger.rules.waiting()
    assert told() == [waiting.record.record_ref]
    staffed.ledger.handling.void(waiting.record.record_ref, "入力の誤りであった")
    assert told() == [waiting.record.id]
    staffed.sign_in("yoshino")
    staffed.ledger.rules.approve([waiting.record.id])
    staffed.sign_in("takahashi")
    assert told() == []


def test_who_agreed_to_a_breach_did_not_agree_to_its_being_voided(staffed: House) -> None:
    change = entered(staffed, uncleared(staffed), Answers({"R-01": REASON}), "worker")
    [override], [finding] = all_of(staffed, RuleOverride), all_of(staffed, FindingRecord)

    def told() -> list[str]:
        asked = Inquiry(staffed.ledger, staffed.story.contract)
        return [row.id for row in asked.breaches.of_rule("R-01")]

    assert override.approved_by and told() == [change.ids[-1]]
    staffed.clock.wait(10)
    staffed.ledger.handling.void(change.ids[-1], "誤記のため取り消す")
    assert told() == [override.id]
    smaller = replace(finding, description="軽微な記入もれ")
    with pytest.raises(Refused, match="訂正できません"):
        staffed.ledger.registers.revise(smaller, "見直し")
    later = replace(finding, due_on=finding.due_on + timedelta(days=900))
    with pytest.raises(Refused, match="自分では期限を延ばせません"):
        staffed.ledger.registers.revise(later, "見直し")
    given = replace(finding, owner_person_id=staffed.story.people["worker"])
    staffed.ledger.registers.revise(given, "是正する人に替えたため")
    for moved in (replace(given, due_on=later.due_on), later):
        with pytest.raises(Refused, match="自分では期限を延ばせません"):
            staffed.ledger.registers.revise(moved, "見直し")
    earlier = replace(given, due_on=finding.due_on - timedelta(days=1))
    staffed.ledger.registers.revise(earlier, "早めるため")
    with pytest.raises(Refused, match="自分では期限を延ばせません"):
        staffed.sign_in("yoshino").registers.revise(given, "見直し")
    given = earlier
    done = replace(
        given, status=FindingStatus.DONE, action="従事者の届出を済ませた",
        completed_on=staffed.ledger.today(),
    )  # fmt: skip
    staffed.ledger.registers.revise(done, "是正したため")
    assert told() == [override.id]
    staffed.sign_in("takahashi").corrections.verify([finding.id])
    assert told() == []


def test_a_worker_agrees_only_where_no_other_responsible_person_could(staffed: House) -> None:
    people = staffed.story.people
    assert staffed.ledger.rules.seconds({people["officer"]}) == {people["worker"]}
    staffed.sign_in("watanabe").people.add_account(
        people["worker2"], login="tsuji", role=Role.WORKER, password=PASSWORD, chosen_by_self=True
    )
    staffed.sign_in("yoshino")
    assert staffed.ledger.rules.seconds(set()) == {people["supervisor"]}
    assert staffed.ledger.rules.seconds({people["supervisor"]}) == {people["worker2"]}
    mine = uncleared(staffed, actor_person_id=people["worker"], purpose="入力")
    own = replace(mine, place_from_id=staffed.story.places[0].id)
    staffed.ledger.handling.record(own, answers=Answers({EVERY: REASON}, later=True))
    [waiting] = staffed.ledger.rules.waiting()
    staffed.ledger.close()
    staffed.ledger = staffed.office.unlock(staffed.folder / "ledger", "tsuji", PASSWORD)
    assert "責任者が確認" in staffed.ledger.rules.why_not_approve(waiting.record)
    with pytest.raises(NotPermitted, match="責任者だけ"):
        staffed.ledger.rules.approve([waiting.record.id])


def test_a_sign_in_of_somebody_else_is_no_agreement(staffed: House) -> None:
    second = SignIn(staffed.story.people["worker2"], "yoshino", cast.USERS[1].password)
    handling, event = staffed.ledger.handling, uncleared(staffed)
    with pytest.raises(Refused, match="選んだ方のもの"):
        staffed.ledger.rules.entering(
            lambda given: handling.record(event, answers=given), Answers({"R-01": REASON}), second
        )
    assert not all_of(staffed, RuleOverride)


def test_a_missing_reason_is_asked_before_anybody_signs(staffed: House) -> None:
    wrong = SignIn(staffed.story.people["worker"], "yoshino", "まちがい")
    handling, event = staffed.ledger.handling, uncleared(staffed)
    with pytest.raises(NeedsAnswer):
        staffed.ledger.rules.entering(
            lambda given: handling.record(event, answers=given), Answers(), wrong
        )


def test_a_site_of_one_person_confirms_later(house: House) -> None:
    house.ledger.handling.record(uncleared(house), answers=Answers({"R-01": REASON}))
    [override] = all_of(house, RuleOverride)
    assert override.confirm_later and not override.approved_by
    with pytest.raises(Refused, match="自分では認められません"):
        house.ledger.rules.approve([override.id])
    house.ledger.people.add_account(
        house.story.people["worker2"], login="tsuji", role=Role.WORKER, password=PASSWORD
    )
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", "tsuji", PASSWORD)
    house.ledger.people.change_password(PASSWORD, "青い坂道の先にある三つの灯台")
    house.ledger.rules.approve([override.id])
    [agreed] = all_of(house, RuleOverride)
    assert agreed.approved_by == house.story.people["worker2"] and not agreed.confirm_later
    with pytest.raises(Conflict):
        house.ledger.rules.approve([override.id])


def test_a_judgement_needs_a_reason_only(house: House) -> None:
    with pytest.raises(NeedsAnswer, match="電話番号") as asked:
        house.ledger.handling.record(with_telephone(house))
    assert "090" not in str(asked.value)
    house.ledger.handling.record(
        with_telephone(house), answers=Answers({EVERY: "市役所の代表番号で、住民のものではない"})
    )
    [override] = all_of(house, RuleOverride)
    assert (override.rule_id, override.mode) == ("R-48", RuleMode.WARN)
    assert not all_of(house, FindingRecord)


def test_a_notice_is_only_shown(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="yachiyo", rules=True, things=1) as house:
        office = house.story.places[0].id
        event = uncleared(house, actor_person_id=house.story.people["worker"], place_from_id=office)
        change = house.ledger.handling.record(event)
        assert any("登録されていません" in notice for notice in change.notices)
        assert change.types == {"handling_event"}


def test_without_the_switch_nothing_is_asked(tmp_path: Path) -> None:
    with furnished(tmp_path, things=1) as house:
        assert house.ledger.handling.record(uncleared(house)).types == {"handling_event"}
        assert house.ledger.handling.examine(uncleared(house))  # a screen may still look


def test_old_facts_are_taken_over_with_one_exception(house: House) -> None:
    events = [uncleared(house) for _ in range(3)]
    change = house.ledger.handling.record_all(events, historic=True)
    [override] = all_of(house, RuleOverride)
    assert "R-01：3件" in override.message and len(change.ids) == 4
    assert not any(e.deviation for e in all_of(house, HandlingEvent))
    assert not all_of(house, FindingRecord)


def test_a_correction_is_judged_too(house: House) -> None:
    good = house.ledger.handling.record(
        uncleared(house, actor_person_id=house.story.people["worker"])
    )
    with pytest.raises(NeedsAnswer):
        house.ledger.handling.correct(good.ids[-1], uncleared(house), "取扱者の誤り")
    change = house.ledger.handling.correct(
        good.ids[-1], uncleared(house), "取扱者の誤り", answers=Answers({"R-01": REASON})
    )
    assert house.ledger.registers.need(HandlingEvent, change.ids[1]).record.deviation


def test_nobody_confirms_what_he_did_without_a_reason(house: House) -> None:
    mine = uncleared(house, actor_person_id=house.story.people["supervisor"])
    change = house.ledger.handling.record(mine)
    with pytest.raises(NeedsAnswer, match="確認する本人"):
        house.ledger.handling.confirm(change.ids)
    house.ledger.handling.confirm(
        change.ids, answers=Answers({"R-36": "責任者がほかにいない事業所のため"})
    )
    assert [o.rule_id for o in all_of(house, RuleOverride)] == ["R-36"]


def test_a_late_notice_is_recorded_with_its_true_date(house: House) -> None:
    first = house.story.assignments[2]
    late = Submission(
        contract_id=first.contract_id, doc_kind="D-03", title="従事者届出書", doc_no="み発第9号",
        submitted_on=house.ledger.today(), means=SubmissionMeans.HAND,
    )  # fmt: skip
    noted = house.ledger.paper.note(late).ids[-1]
    begun = replace(
        first, id="", notice_submission_id=noted, starts_on=house.ledger.today() - timedelta(days=3)
    )
    with pytest.raises(NeedsAnswer, match="後に提出"):
        house.ledger.registers.create(begun)
    house.ledger.registers.create(begun, answers=Answers({"R-02": REASON}))
    planned = replace(
        first, id="", notice_submission_id="", starts_on=house.ledger.today() + timedelta(days=3)
    )
    with pytest.raises(RuleRefused, match="届け出"):
        house.ledger.registers.create(planned)


def test_a_backdated_submission_wants_its_receipt(house: House) -> None:
    paper = Submission(
        contract_id=house.story.contract.id, doc_kind="D-04", title="作業場所届出書", doc_no="9",
        submitted_on=house.ledger.today() - timedelta(days=9), means=SubmissionMeans.HAND,
    )  # fmt: skip
    with pytest.raises(NeedsAnswer, match="受領印"):
        house.ledger.paper.note(paper)
    receipt = all_of(house, Submission)[0].receipt_file
    assert not house.ledger.paper.note(replace(paper, receipt_file=receipt)).notices


def test_a_dropped_clause_makes_its_rule_a_notice(house: House) -> None:
    file = all_of(house, Submission)[0].receipt_file
    for key in ("SK-11.2",):
        house.ledger.registers.create(
            ContractClauseSetting(
                contract_id=house.story.contract.id, clause_key=key, enabled=False,
                reason="契約書第20条で別に定めたため", agreed_on=house.ledger.today(),
                basis_file=file,
            )
        )  # fmt: skip
    out = uncleared(
        house, kind=HandlingKind.TAKE_OUT, actor_person_id=house.story.people["worker"],
        destination_text="市役所", expected_return_at=house.clock() + timedelta(hours=1),
        place_from_id=house.story.places[2].id, ended_at=None,
    )  # fmt: skip
    found = house.ledger.handling.examine(out)
    assert {f.mode for f in found if f.rule_id == "R-08"} == {"notice"}


def test_an_ended_assignment_takes_rights_and_cards_with_it(staffed: House) -> None:
    house, worker = staffed, staffed.story.people["worker"]
    one = next(a for a in house.story.assignments if a.person_id == worker)
    [right] = [r for r in all_of(house, AccessRight) if r.assignment_id == one.id]
    assert right.revoked_at is None  # it came with the account
    [known, *_] = [paper for paper in all_of(house, Submission) if paper.doc_kind == "D-03"]
    today = house.ledger.today()
    told = replace(known, id="", doc_no="変更届", effective_on=today, submitted_on=today)
    house.ledger.paper.note(told)  # the client knows of the change
    ended = replace(
        house.ledger.registers.need(Assignment, one.id).record,
        ends_on=house.ledger.today(), end_reason="異動", status=AssignmentStatus.ENDED,
    )  # fmt: skip
    change = house.ledger.registers.revise(ended, "異動のため終了")
    [right] = [r for r in all_of(house, AccessRight) if r.assignment_id == one.id]
    cards = [c for c in all_of(house, Credential) if c.holder_person_id == worker]
    assert right.revoked_at is not None
    assert [(c.kind, bool(c.invalidated_at)) for c in cards] == [(CredentialKind.EMPLOYEE_ID, True)]
    assert change.types == {"assignment", "access_right", "credential"}


def test_exceptions_come_only_with_what_they_excuse(house: House) -> None:
    made = RuleOverride(contract_id=house.story.contract.id, rule_id="R-01")
    with pytest.raises(Refused):
        house.ledger.registers.create(made)

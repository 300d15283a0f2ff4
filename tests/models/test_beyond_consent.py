"""More than was consented to, by somebody else or to another place: asked, told, never silent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.codes import AuthorizationSubject as S
from models.codes import (
    BasisType,
    Decision,
    DecisionForm,
    EncryptionMeasure,
    FindingStatus,
    Means,
    Timing,
)
from models.codes import HandlingKind as K
from models.errors import NeedsAnswer
from models.evidence import evidence
from models.records import (
    Authorization,
    AuthorizationTarget,
    HandlingEvent,
    HandlingLine,
    Organization,
    TransportDetail,
)
from models.records import Finding as FindingRecord
from models.rules.answers import Answers
from models.unfit_basis import unfit_marks
from tests import proof
from tests.house import House, furnished, stack

BASIS = {
    "shiki": BasisType.CONSENT,
    "confidentiality-model": BasisType.AGREEMENT,
    "fukuoka": BasisType.CONSENT,
    "chiba": BasisType.INSTRUCTION,
    "yachiyo": BasisType.CONSENT,
}
ASKED = ("shiki", "confidentiality-model", "chiba")
ELSEWHERE = "別の所"
REASON = "実際に行ったことなので、理由を付けて残す"


@contextmanager
def house_of(folder: Path, profile: str) -> Iterator[House]:
    with furnished(folder, profile=profile, rules=True, accounts=True, things=6, wait=60) as made:
        yield made


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_of(tmp_path, "shiki") as made:
        yield made


def consent(house: House, subject: S = S.TAKE_OUT, **changes: Any) -> str:
    today = house.ledger.today() - timedelta(days=1)
    profile = house.story.contract.profile_code
    known: dict[str, Any] = {
        "basis_type": BASIS[profile] if subject is S.TAKE_OUT else BasisType.CONSENT,
        "quantity_limit": Decimal(10), "unit": "枚", "scope_text": "結果票の一部",
        "valid_until": today + timedelta(days=60), "decision_doc_no": "第9号",
    }  # fmt: skip
    one = Authorization(
        contract_id=house.story.contract.id, subject=subject, requested_on=today,
        reason="照合のため", valid_from=today,
        decision=Decision.GRANTED, decided_on=today, decided_by_title="課長",
        decided_by_name="見本　次郎", decision_form=DecisionForm.WRITTEN,
        **{**known, **changes},
    )  # fmt: skip
    return house.ledger.registers.create(one).ids[-1]


def act(
    house: House, basis: str, sheets: int, kind: K = K.TAKE_OUT, **changes: Any
) -> HandlingEvent:
    story, item = house.story, stack(house)
    actor = str(changes.pop("actor", "worker3"))
    known: dict[str, Any] = {
        "place_from_id": story.places[2].id, "destination_text": "見本市役所",
        "expected_return_at": house.clock() + timedelta(hours=3) if kind is K.TAKE_OUT else None,
        "lines": (HandlingLine(item_id=item.id, quantity=Decimal(sheets)),),
    }  # fmt: skip
    return story._event(
        kind, "照合", actor=actor, checker="supervisor", authorization_id=basis,
        **{**known, **changes},
    )  # fmt: skip


def said(house: House, event: HandlingEvent) -> list[tuple[str, str]]:
    """Return mode and sentence of what is said about the consent."""
    found = house.ledger.handling.examine(event)
    return [(f.mode, f.message) for f in found if "第9号" in f.message]


def enter(house: House, event: HandlingEvent) -> HandlingEvent:
    """Enter it with a reason wherever one is asked for; nobody else is there to agree."""
    reasons = {f"R-{n:02}": REASON for n in (7, 8, 13, 14, 15)}
    answers = Answers(reasons, later=True)
    change = house.ledger.handling.record(event, answers=answers)
    house.clock.wait(30)
    acts = house.ledger.store.get_many(HandlingEvent, change.ids)
    return max((one.record for one in acts.values()), key=lambda one: one.event_no or 0)


def back(house: House, out: HandlingEvent, sheets: int) -> None:
    event = house.story._event(
        K.BRING_BACK, "終えたため", actor="worker3", place_to_id=house.story.places[2].id,
        related_event_id=out.id,
        lines=(HandlingLine(item_id=stack(house).id, quantity=Decimal(sheets)),),
    )  # fmt: skip
    house.ledger.handling.record(event)
    house.clock.wait(30)


def rows(house: House, query: str) -> list[tuple[str, str, str]]:
    """Return clause, severity and sentence of what a query tells."""
    return [
        (key, row.severity, row.sentence)
        for key, one in proof.states(house).items()
        for row in proof.rows_of([one], query)
    ]


# --- how many -----------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", BASIS)
def test_more_than_the_limit_is_asked_as_strictly_as_no_consent(
    tmp_path: Path, profile: str
) -> None:
    with house_of(tmp_path, profile) as house:
        basis = consent(house)
        [(mode, words)] = said(house, act(house, basis, 40))
        assert "数量の上限10枚に対し40枚" in words
        assert mode == ("block_plan" if profile in ASKED else "notice")
        assert said(house, act(house, basis, 10)) == []


def test_what_came_back_may_go_out_again(house: House) -> None:
    basis = consent(house)
    out = enter(house, act(house, basis, 6))
    [(_, words)] = said(house, act(house, basis, 5))
    assert "10枚に対し11枚" in words
    back(house, out, 2)
    assert said(house, act(house, basis, 7)) and not said(house, act(house, basis, 6))
    back(house, out, 4)
    assert said(house, act(house, basis, 10)) == []


def test_a_limit_of_all_that_ever_goes_says_so(house: House) -> None:
    basis = consent(house, scope_text="結果票　延べ10枚")
    back(house, enter(house, act(house, basis, 6)), 6)
    [(_, words)] = said(house, act(house, basis, 5))
    assert "10枚に対し11枚" in words


@pytest.mark.parametrize(
    "profile", ["shiki", "fukuoka", "confidentiality-model", "chiba", "yachiyo"]
)
def test_what_was_provided_counts_altogether(tmp_path: Path, profile: str) -> None:
    with house_of(tmp_path, profile) as house:
        basis = consent(house, S.THIRD_PARTY, destination_text="見本県")

        def provided(sheets: int) -> HandlingEvent:
            return act(
                house, basis, sheets, K.PROVIDE, destination_text="見本県庁",
                counterpart_name="見本　三郎",
            )  # fmt: skip

        assert said(house, provided(6)) == []
        enter(house, provided(6))
        [(mode, words)] = said(house, provided(5))
        assert mode == "block_plan" and "10枚に対し11枚" in words


def test_what_was_sent_counts_altogether(tmp_path: Path) -> None:
    with house_of(tmp_path, "fukuoka") as house:
        basis = consent(house, S.TRANSMIT, destination_text="見本県")
        event = act(house, basis, 11, K.TRANSMIT, destination_text="見本県")
        [(mode, words)] = said(house, event)
        assert mode == "block_plan" and "10枚に対し11枚" in words
        assert said(house, act(house, basis, 10, K.TRANSMIT, destination_text="見本県")) == []


def test_an_approved_way_of_handing_over_goes_as_far_as_its_limit(tmp_path: Path) -> None:
    with house_of(tmp_path, "chiba") as house:
        basis = consent(
            house, S.INDIRECT_HANDOVER, basis_type=BasisType.APPROVAL, relay="みほんセキュリティ便"
        )

        def returned(sheets: int, firm: str) -> HandlingEvent:
            return act(
                house, basis, sheets, K.RETURN, means=Means.SECURITY_COURIER,
                counterpart_org_id=house.story.contract.client_org_id, counterpart_name="見本　花子",
                transport=(TransportDetail(carrier_org_id=firm, tracking_no="1"),),
            )  # fmt: skip

        assert said(house, returned(10, house.story.carrier.id)) == []
        [(mode, words)] = said(house, returned(11, house.story.carrier.id))
        assert mode == "block_plan" and "11枚" in words
        client = house.story.contract.client_org_id
        [(mode, words)] = said(house, returned(10, client))
        assert mode == "warn" and "中継する者" in words


def test_other_units_are_a_question_and_no_breach(house: House) -> None:
    basis = consent(house, unit="冊")
    [(mode, words)] = said(house, act(house, basis, 4))
    assert mode == "warn" and "単位" in words
    assert said(house, act(house, consent(house, unit="点", decision_doc_no="第9号の2"), 40)) == []


def test_a_correction_counts_what_stands_then(house: House) -> None:
    basis = consent(house)
    out = enter(house, act(house, basis, 6))
    more = replace(out, lines=(replace(out.lines[0], quantity=Decimal(11)),))
    with pytest.raises(NeedsAnswer, match="10枚に対し11枚"):
        house.ledger.handling.correct(out.id, more, "数え直したため")
    house.ledger.handling.correct(out.id, replace(out, purpose="照合のため"), "目的を誤ったため")
    assert said(house, act(house, basis, 4)) == []
    assert said(house, act(house, basis, 5))


def test_a_voided_act_does_not_count(house: House) -> None:
    basis = consent(house)
    house.ledger.handling.void(enter(house, act(house, basis, 6)).id, "誤って入力したため")
    assert said(house, act(house, basis, 10)) == []


def test_an_act_of_an_earlier_time_counts_with_what_came_after(house: House) -> None:
    basis = consent(house)
    start = house.clock()
    house.clock.wait(120)
    enter(house, act(house, basis, 6))
    early = act(house, basis, 5, occurred_at=start + timedelta(minutes=5))
    [(_, words)] = said(house, early)
    assert "10枚に対し11枚" in words


def test_what_was_within_the_limit_stays_so_when_something_earlier_is_entered(house: House) -> None:
    basis = consent(house, scope_text="結果票の一部、延べ10枚")
    start = house.clock()
    house.clock.wait(120)
    first = enter(house, act(house, basis, 6))
    back(house, first, 6)
    second = enter(house, act(house, basis, 4))
    back(house, second, 4)
    early = act(
        house, basis, 1, occurred_at=start + timedelta(minutes=5),
        expected_return_at=start + timedelta(minutes=60),
    )  # fmt: skip
    late = enter(house, early)
    found = [sentence for _, _, sentence in rows(house, "EQ-UNFIT")]
    assert len(found) == 1 and f"第{late.event_no}号" in found[0] and "10枚に対し11枚" in found[0]
    books = house.ledger.rules.books
    assert unfit_marks(books, first) == unfit_marks(books, second) == []
    assert unfit_marks(books, late) == ["根拠の範囲外（数量の上限10枚に対し11枚）"]
    house.ledger.handling.correct(first.id, replace(first, purpose="照合"), "目的を誤ったため")
    [again] = [sentence for _, _, sentence in rows(house, "EQ-UNFIT")]
    assert again == found[0]


def test_a_plan_counts_on_what_shall_be_back_by_then(house: House) -> None:
    basis = consent(house)
    enter(house, act(house, basis, 6))
    plan = act(
        house, basis, 5, timing=Timing.PLANNED, occurred_at=house.clock() + timedelta(days=1)
    )
    assert said(house, plan) == []
    soon = house.clock() + timedelta(hours=1)
    assert said(house, replace(plan, occurred_at=soon, expected_return_at=None))
    assert said(house, replace(plan, lines=(replace(plan.lines[0], quantity=Decimal(11)),)))


def test_two_acts_of_one_command_count_together(house: House) -> None:
    basis = consent(house)
    with pytest.raises(NeedsAnswer) as asked:
        house.ledger.handling.record_all([act(house, basis, 6), act(house, basis, 5)])
    assert "10枚に対し11枚" in str(asked.value)
    house.ledger.handling.record_all([act(house, basis, 6), act(house, basis, 4)])


# --- who and where ------------------------------------------------------------------------------


def test_somebody_else_than_was_named_is_asked_for(house: House) -> None:
    meant = AuthorizationTarget(person_id=house.story.people["worker3"])
    basis = consent(house, targets=(meant,))
    assert said(house, act(house, basis, 10)) == []
    [(mode, words)] = said(house, act(house, basis, 10, actor="worker2"))
    assert mode == "block_plan" and "取扱者は" in words
    name = "﨑山　健"
    carried = (TransportDetail(persons=(name.replace("﨑", "崎"),)),)
    assert said(house, act(house, basis, 10, actor="worker2", transport=carried)) == []


@pytest.mark.parametrize("profile", ["confidentiality-model", "fukuoka", "chiba", "yachiyo"])
def test_copies_by_somebody_else_are_asked_for(tmp_path: Path, profile: str) -> None:
    with house_of(tmp_path, profile) as house:
        meant = AuthorizationTarget(person_id=house.story.people["worker3"])
        basis = consent(house, S.COPY, unit="部", targets=(meant,))
        line = HandlingLine(item_id=stack(house).id, resulting_item_id=house.ledger.new_id())
        copy = act(house, basis, 1, K.COPY, lines=(line,))
        assert said(house, copy) == []
        [(mode, words)] = said(house, replace(copy, actor_person_id=house.story.people["worker2"]))
        assert mode == "block_plan" and "取扱者は" in words


@pytest.mark.parametrize(
    ("place", "mode"),
    [
        ("見本市役所　２階", None),
        ("市役所", "notice"),
        ("見市役", "notice"),
        (ELSEWHERE, "warn"),
    ],
)
def test_another_name_of_a_place_is_a_question_and_no_breach(
    house: House, place: str, mode: str | None
) -> None:
    basis = consent(house, destination_text="見本市役所")
    found = said(house, act(house, basis, 10, destination_text=place))
    assert [one for one, _ in found] == ([mode] if mode else [])
    assert all(place in words for _, words in found)


def test_the_firm_that_receives_is_compared_by_its_names(tmp_path: Path) -> None:
    with house_of(tmp_path, "fukuoka") as house:
        carrier = house.ledger.registers.need(Organization, house.story.carrier.id).record
        basis = consent(
            house, S.THIRD_PARTY, destination_text=carrier.name.replace("株式会社", "㈱")
        )
        event = act(
            house, basis, 5, K.PROVIDE, destination_text="", counterpart_org_id=carrier.id,
            counterpart_name="担当",
        )  # fmt: skip
        assert said(house, event) == []
        other = replace(event, counterpart_org_id=house.story.contract.client_org_id)
        [(mode, _)] = said(house, other)
        assert mode == "warn"


# --- what is told afterwards --------------------------------------------------------------------


def test_who_was_asked_reads_a_breach_until_it_is_settled(house: House) -> None:
    basis = consent(house, destination_text="見本市役所")
    made = enter(house, act(house, basis, 40, destination_text=ELSEWHERE))
    assert made.deviation
    [(clause, severity, words)] = rows(house, "EQ-UNFIT")
    assert (clause, severity) == ("SK-11.2", "broken") and "10枚に対し40枚" in words
    assert rows(house, "EQ-WHERE") == []  # the reason says it
    [mark] = unfit_marks(house.ledger.rules.books, made)
    assert mark == "根拠の範囲外（数量の上限10枚に対し40枚）"


def test_what_somebody_put_right_and_another_verified_is_told_no_more(house: House) -> None:
    basis = consent(house)
    worker = house.sign_in("yoshino")
    enter(house, act(house, basis, 40, actor="worker"))
    [found] = [one.record for one in worker.registers.all(FindingRecord)]
    assert "に対し40枚" in found.description
    done = replace(
        found, status=FindingStatus.DONE, action="改めて承諾を得た", completed_on=worker.today()
    )
    worker.registers.revise(done, "是正したため")
    ledger = house.sign_in("takahashi")
    assert [one[1] for one in rows(house, "EQ-UNFIT")] == ["broken"]
    ledger.corrections.verify([done.id])
    assert rows(house, "EQ-UNFIT") == []


def test_two_computers_under_a_consent_for_one_are_asked(tmp_path: Path) -> None:
    """The consent to computers stands; an act names the one to the information (CM-5.4)."""
    with house_of(tmp_path, "confidentiality-model") as house:
        house.story.receive(6)
        house.clock.wait(60)
        media = [one for one in house.story._stock if one.unit == "本"][:2]
        assert len(media) == 2
        for one in house.ledger.registers.all(Authorization, subject=S.EQUIPMENT_TAKE_OUT):
            gone = replace(one.record, decision=Decision.REVOKED)
            house.ledger.registers.revise(gone, "委託者が取り消したため")
        consent(house, S.EQUIPMENT_TAKE_OUT, quantity_limit=Decimal(1), unit="本")
        named = consent(house, quantity_limit=None, unit="")

        def out(number: int) -> HandlingEvent:
            line = HandlingLine(item_id=media[number].id, quantity=Decimal(1))
            return act(
                house, named, 1, lines=(line,), encryption=EncryptionMeasure.APPLIED,
                password_renewed=True,
            )  # fmt: skip

        assert said(house, out(0)) == []
        enter(house, out(0))
        [(mode, words)] = said(house, out(1))
        assert mode == "block_plan" and "1本に対し2本" in words and "パソコン等" in words


def test_what_was_entered_before_anybody_asked_is_no_breach(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The former program took it without a word; the consent that it names still says ten."""
    basis = consent(house, destination_text="見本市役所")
    monkeypatch.setattr("models.rules.engine.said_beyond", lambda case: ())
    made = house.ledger.handling.record(act(house, basis, 40, destination_text=ELSEWHERE))
    monkeypatch.undo()
    assert not made.notices
    assert rows(house, "EQ-WHERE") == []
    [(clause, severity, words)] = rows(house, "EQ-UNFIT")
    assert (clause, severity) == ("SK-11.2", "action")
    assert "10枚に対し40枚" in words and ELSEWHERE in words
    states = {one.key: one.state for one in evidence(house.ledger, house.story.contract)}
    assert states["SK-11.2"] == "action"


def test_the_evidence_follows_what_comes_back_and_is_corrected(house: House) -> None:
    basis = consent(house)
    out = enter(house, act(house, basis, 6))
    assert rows(house, "EQ-UNFIT") == []
    second = enter(house, act(house, basis, 5))
    [(_, _, words)] = rows(house, "EQ-UNFIT")
    assert second.caption() in words and "10枚に対し11枚" in words
    less = replace(out, lines=(replace(out.lines[0], quantity=Decimal(5)),))
    house.ledger.handling.correct(out.id, less, "数え直したため")
    assert not [one for one in rows(house, "EQ-UNFIT") if "に対し" in one[2]]


def test_a_limit_that_is_lowered_tells_whose_act_it_no_longer_allows(house: House) -> None:
    basis = consent(house)
    enter(house, act(house, basis, 8))
    stored = house.ledger.registers.need(Authorization, basis).record
    change = house.ledger.registers.revise(
        replace(stored, quantity_limit=Decimal(5)), "書き間違いのため"
    )
    assert any("取扱い1件" in one for one in change.notices)
    [(_, severity, words)] = rows(house, "EQ-UNFIT")
    assert severity == "action" and "5枚に対し8枚" in words


def test_an_act_without_a_number_speaks_of_all_that_is_there(house: House) -> None:
    basis = consent(house, S.THIRD_PARTY)
    item = stack(house)
    whole = HandlingLine(item_id=item.id)
    [(_, words)] = said(
        house, act(house, basis, 1, K.PROVIDE, lines=(whole,), counterpart_name="見本　三郎")
    )
    assert f"に対し{(item.quantity or 0):,f}枚" in words


# --- told once ----------------------------------------------------------------------------------


def wrong_in_every_way(house: House, basis: str, **changes: Any) -> HandlingEvent:
    """Take out too much, by somebody else, to another place, for longer than the consent lasts."""
    return act(
        house, basis, 40, actor="worker2", destination_text=ELSEWHERE,
        **{"expected_return_at": house.clock() + timedelta(days=90), **changes},
    )  # fmt: skip


WAYS = ("10枚に対し40枚", "取扱者は", "有効期間は", ELSEWHERE)


def limited_to_one(house: House, *targets: AuthorizationTarget) -> str:
    meant = AuthorizationTarget(person_id=house.story.people["worker3"])
    return consent(house, destination_text="見本市役所", targets=(meant, *targets))


def about(house: House, made: HandlingEvent) -> list[tuple[str, str]]:
    """Return clause and sentence of what any query says of the act and its consent."""
    return [
        (key, row.sentence)
        for key, one in proof.states(house).items()
        for row in proof.rows_of([one])
        if ("第9号" in row.sentence and row.id == made.id)
        or "逸脱（R-08）" in row.sentence
    ]  # fmt: skip


@pytest.mark.parametrize("profile", BASIS)
def test_all_that_goes_beyond_is_one_question_and_one_row(tmp_path: Path, profile: str) -> None:
    with house_of(tmp_path, profile) as house:
        event = wrong_in_every_way(house, limited_to_one(house))
        [(mode, words)] = said(house, event)
        assert mode == ("block_plan" if profile in ASKED else "notice")
        assert all(way in words for way in WAYS)
        [(_, words)] = about(house, enter(house, event))
        assert all(way in words for way in WAYS)


@pytest.mark.parametrize("profile", BASIS)
def test_a_consent_to_something_else_is_one_question_that_says_all(
    tmp_path: Path, profile: str
) -> None:
    with house_of(tmp_path, profile) as house:
        other = next(one for one in house.story._stock if one.id != stack(house).id)
        event = wrong_in_every_way(
            house, limited_to_one(house, AuthorizationTarget(item_id=other.id))
        )
        [(mode, words)] = said(house, event)
        assert mode == ("block_plan" if profile in ASKED else "notice")
        assert all(way in words for way in ("対象外の媒体・資料", *WAYS))
        [(_, row)] = about(house, enter(house, event))
        assert all(way in row for way in ("対象外の媒体・資料", *WAYS))


def test_a_consent_by_another_word_of_the_client_says_so(house: House) -> None:
    basis = consent(house, basis_type=BasisType.INSTRUCTION)
    [(_, words)] = said(house, act(house, basis, 4))
    assert "指示であり、承諾ではない" in words


def test_how_many_is_told_anew_when_another_act_is_voided(house: House) -> None:
    other = next(one for one in house.story._stock if one.id != stack(house).id)
    basis = limited_to_one(house, AuthorizationTarget(item_id=other.id))
    first = enter(house, act(house, basis, 8))
    second = enter(house, act(house, basis, 8))
    assert any("に対し16枚" in words for _, words in about(house, second))
    house.ledger.handling.void(first.id, "誤って入力したため")
    assert not any("に対し16枚" in words for _, words in about(house, second))

"""Whoever widens a consent after something went beyond it makes no breach disappear alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.calendar import calendar
from models.codes import AuthorizationSubject as S
from models.codes import BasisType, Decision, DecisionForm, FindingStatus
from models.codes import HandlingKind as K
from models.errors import NeedsAnswer
from models.evidence import evidence
from models.records import (
    Authorization,
    AuthorizationTarget,
    HandlingEvent,
    HandlingLine,
    RuleOverride,
)
from models.records import Finding as FindingRecord
from models.rules.answers import EVERY, Answers
from models.wareki import JAPAN
from tests.house import FIRST_DAY, House, furnished, stack

ENDS = FIRST_DAY + timedelta(days=9)
LATER = FIRST_DAY + timedelta(days=5)
ANSWERS = Answers({EVERY: "実際に行ったことなので、理由を付けて残す"}, later=True)
WHY = "登録の誤りを直すため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True) as made:
        made.story.receive(6)
        made.clock.wait(60)
        yield made


def consent(house: House, **changes: Any) -> Authorization:
    known: dict[str, Any] = {
        "quantity_limit": Decimal(10), "unit": "枚", "scope_text": "結果票",
        "valid_from": FIRST_DAY, "valid_until": ENDS, "decided_on": FIRST_DAY,
        "destination_text": "見本市役所", "decision": Decision.GRANTED,
        "basis_type": BasisType.CONSENT,
    }  # fmt: skip
    one = Authorization(
        contract_id=house.story.contract.id, subject=S.TAKE_OUT, requested_on=FIRST_DAY,
        reason="照合のため", decided_by_title="課長", decided_by_name="見本　次郎",
        decision_form=DecisionForm.WRITTEN, decision_doc_no="第9号", **{**known, **changes},
    )  # fmt: skip
    registers = house.ledger.registers
    return registers.need(Authorization, registers.create(one).ids[-1]).record


def take_out(
    house: House, basis: Authorization, sheets: int, back: date = ENDS, who: str = "worker3"
) -> None:
    house.clock.wait(30)
    event = HandlingEvent(
        contract_id=basis.contract_id, kind=K.TAKE_OUT, purpose="照合", occurred_at=house.clock(),
        actor_person_id=house.story.people[who], destination_text="見本市役所",
        place_from_id=house.story.places[2].id, authorization_id=basis.id,
        expected_return_at=datetime.combine(back, time(17), JAPAN),
        lines=(HandlingLine(item_id=stack(house).id, quantity=Decimal(sheets)),),
    )  # fmt: skip
    house.ledger.handling.record(event, answers=ANSWERS)


def changed(house: House, one: Authorization, **to: Any) -> Authorization:
    return replace(house.ledger.registers.need(Authorization, one.id).record, **to)


def revise(house: House, one: Authorization, answers: Answers | None = None, **to: Any) -> None:
    house.ledger.registers.revise(changed(house, one, **to), WHY, answers=answers)


def asked(house: House, one: Authorization, **to: Any) -> str:
    """Return what is asked of whoever changes a consent alone, "" where nothing is."""
    found = house.ledger.registers.examine(changed(house, one, **to))
    return "".join(f.message for f in found if f.rule_id == "R-39" and f.needs_approval)


def rows(house: House, key: str, severity: str) -> list[tuple[str, str]]:
    return [
        (row.type, row.sentence)
        for one in evidence(house.ledger, house.story.contract)
        if one.key == key
        for _, found in one.evidence
        for row in found
        if row.severity == severity
    ]


def broken(house: House) -> list[str]:
    return [sentence for _, sentence in rows(house, "SK-11.2", "broken")]


def told(house: House) -> list[str]:
    """Return how consents were changed, as it stands beside the clauses."""
    found = rows(house, "BESIDE", "due")
    return [sentence for type_, sentence in found if type_ == Authorization.type]


# --- how many -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ({"quantity_limit": Decimal(50)}, "「数量の上限」を「10枚」から「50枚」に"),
        ({"quantity_limit": None, "unit": ""}, "「数量の上限」を「10枚」から「なし」に"),
        ({"quantity_limit": Decimal(20)}, "「数量の上限」を「10枚」から「20枚」に"),
        ({"unit": "部"}, "「数量の上限」を「10枚」から「10部」に"),
    ],
)
def test_a_limit_is_not_raised_by_one_person_after_more_went_out(
    house: House, to: dict[str, Any], words: str
) -> None:
    basis = consent(house)
    take_out(house, basis, 40)
    [before] = broken(house)
    assert "10枚に対し40枚" in before
    house.clock.go_to(LATER, 9)
    assert words in asked(house, basis, **to)
    with pytest.raises(NeedsAnswer):
        revise(house, basis, **to)
    revise(house, basis, ANSWERS, **to)
    [row] = told(house)
    assert words in row and f"理由：{WHY}" in row
    after, widened = broken(house)  # both under the clause of the consent, and not beside it
    assert "に対し40枚" in after and words in widened and "R-39" in widened
    assert rows(house, "BESIDE", "broken") == []


@pytest.mark.parametrize(
    "to",
    [
        {"quantity_limit": Decimal(51)},
        {"quantity_limit": None, "unit": ""},
        {"valid_until": ENDS + timedelta(days=1)},
        {"valid_from": FIRST_DAY - timedelta(days=1)},
        {"destination_text": "見本市役所分庁舎"},
    ],
    ids=["one more", "no limit", "longer", "earlier", "elsewhere"],
)
def test_what_two_persons_changed_is_not_widened_further_by_one(
    house: House, to: dict[str, Any]
) -> None:
    basis = consent(house)
    take_out(house, basis, 40)
    house.clock.go_to(LATER, 9)
    revise(house, basis, ANSWERS, quantity_limit=Decimal(50))
    house.clock.go_to(LATER + timedelta(days=1), 9)
    assert "一度変えられ" in asked(house, basis, **to)
    with pytest.raises(NeedsAnswer):
        revise(house, basis, **to)
    revise(house, basis, ANSWERS, **to)
    assert len(told(house)) == 2


def test_what_two_persons_changed_may_be_made_less_by_one(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, 40)
    house.clock.go_to(LATER, 9)
    revise(house, basis, ANSWERS, quantity_limit=Decimal(50))
    house.clock.go_to(LATER + timedelta(days=1), 9)
    for to in ({"quantity_limit": Decimal(45)}, {"valid_until": ENDS - timedelta(days=1)}):
        assert asked(house, basis, **to) == ""  # type: ignore[arg-type]


def test_a_breach_stays_until_it_is_put_right_and_verified(house: House) -> None:
    basis = consent(house)
    house.sign_in("yoshino")
    take_out(house, basis, 40, who="worker")
    [found] = [one.record for one in house.ledger.registers.all(FindingRecord)]
    house.sign_in("takahashi")
    revise(house, basis, quantity_limit=Decimal(50))  # on the day of its entry it is free
    [row] = broken(house)
    assert "10枚に対し40枚" in row and "指摘の是正を別の人が確かめるまで" in row
    house.sign_in("yoshino")
    done = replace(
        found, status=FindingStatus.DONE, action="上限の誤りを直した",
        completed_on=house.ledger.today(),
    )  # fmt: skip
    house.ledger.registers.revise(done, "是正したため")
    house.sign_in("takahashi")
    assert broken(house)
    house.ledger.corrections.verify([done.id])
    assert broken(house) == [] and told(house) == []


def test_who_agreed_that_it_be_entered_has_not_put_it_right(house: House) -> None:
    basis = consent(house)
    house.sign_in("yoshino")
    take_out(house, basis, 40, who="worker")
    [breach] = house.ledger.registers.all(RuleOverride, rule_id="R-08")
    house.sign_in("takahashi")
    house.ledger.rules.approve([breach.record.id])
    revise(house, basis, quantity_limit=Decimal(50))
    [row] = broken(house)
    assert "10枚に対し40枚" in row


def test_before_anything_went_beyond_it_a_consent_is_free(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, 10)
    house.clock.go_to(LATER, 9)
    changes: tuple[dict[str, Any], ...] = (
        {"quantity_limit": Decimal(50)},
        {"valid_until": ENDS + timedelta(days=20)},
        {"destination_text": "見本市役所分庁舎"},
        {"conditions": "施錠すること", "decision": Decision.CONDITIONAL},
    )
    for to in changes:
        assert asked(house, basis, **to) == ""
        revise(house, basis, **to)
    assert told(house) == [] and broken(house) == []


def test_who_lets_less_go_is_not_asked(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, 40)
    house.clock.go_to(LATER, 9)
    assert asked(house, basis, quantity_limit=Decimal(5)) == ""


def test_a_slip_of_the_same_day_is_put_right_alone(house: House) -> None:
    basis = consent(house, quantity_limit=Decimal(50))
    take_out(house, basis, 40)
    house.clock.go_to(LATER, 9)
    revise(house, basis, quantity_limit=Decimal(5))
    assert asked(house, basis, quantity_limit=Decimal(50)) == ""
    revise(house, basis, quantity_limit=Decimal(50))
    assert told(house) == [] and broken(house) == []


def test_where_a_reason_alone_was_asked_for_the_change_is_told(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", rules=True, accounts=True) as house:
        house.story.receive(6)
        basis = consent(house)
        take_out(house, basis, 40)
        house.clock.go_to(LATER, 9)
        assert asked(house, basis, quantity_limit=Decimal(50))
        revise(house, basis, ANSWERS, quantity_limit=Decimal(50))
        [row] = told(house)
        assert "「10枚」から「50枚」に" in row


# --- whom, what and where -----------------------------------------------------------------------


def test_nobody_alone_names_whoever_did_it_in_the_consent(house: House) -> None:
    people = [AuthorizationTarget(person_id=house.story.people[n]) for n in ("worker", "worker3")]
    basis = consent(house, targets=(people[0],))
    take_out(house, basis, 5)
    assert broken(house)
    house.clock.go_to(LATER, 9)
    assert "「対象」を「" in asked(house, basis, targets=tuple(people))
    assert asked(house, basis, targets=())


def test_nobody_alone_puts_the_thing_into_the_consent(house: House) -> None:
    other = next(one for one in house.story._stock if one.id != stack(house).id)
    basis = consent(house, targets=(AuthorizationTarget(item_id=other.id),))
    take_out(house, basis, 5)
    assert broken(house)
    house.clock.go_to(LATER, 9)
    mine = AuthorizationTarget(item_id=stack(house).id)
    assert other.caption() in asked(house, basis, targets=(mine,))
    revise(house, basis, ANSWERS, targets=(mine,))
    assert broken(house)


def test_nobody_alone_calls_the_place_as_the_act_does(house: House) -> None:
    basis = consent(house, destination_text="別の所")
    take_out(house, basis, 5)
    house.clock.go_to(LATER, 9)
    assert "「別の所」から「見本市役所」に" in asked(house, basis, destination_text="見本市役所")


def test_nobody_alone_makes_it_the_word_that_the_text_asks_for(house: House) -> None:
    basis = consent(house, basis_type=BasisType.INSTRUCTION)
    take_out(house, basis, 5)
    assert broken(house)
    house.clock.go_to(LATER, 9)
    words = asked(house, basis, basis_type=BasisType.CONSENT)
    assert "「区分」を「指示」から「承諾」に" in words


# --- until when ---------------------------------------------------------------------------------


def test_nobody_alone_lets_a_consent_begin_before_the_act(house: House) -> None:
    basis = consent(house, valid_from=FIRST_DAY + timedelta(days=2))
    take_out(house, basis, 5)
    assert broken(house)
    house.clock.go_to(LATER, 9)
    assert asked(house, basis, valid_from=FIRST_DAY + timedelta(days=1)) == "", "still too late"
    assert "から「令和8年10月1日」に" in asked(house, basis, valid_from=FIRST_DAY)


def test_an_application_is_not_granted_before_the_act_by_one_person(house: House) -> None:
    basis = consent(house, decision=Decision.PENDING, decided_on=None)
    take_out(house, basis, 5)
    assert broken(house)
    house.clock.go_to(LATER, 9)
    granted = {"decision": Decision.GRANTED}
    assert asked(house, basis, **granted, decided_on=LATER) == "", "granted after it"
    assert asked(house, basis, **granted, decided_on=FIRST_DAY)


def test_a_return_after_the_end_stays_beyond_it(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, 5, back=ENDS + timedelta(days=3))
    house.clock.go_to(LATER, 9)
    assert asked(house, basis, valid_until=ENDS + timedelta(days=3))
    assert asked(house, basis, valid_until=None)


@pytest.mark.parametrize("until", [ENDS + timedelta(days=40), ENDS + timedelta(days=1), None])
def test_an_end_that_has_come_is_not_put_off_by_one_person_while_it_is_needed(
    house: House, until: date | None
) -> None:
    basis = consent(house)
    take_out(house, basis, 5)
    house.clock.go_to(ENDS, 9)
    assert asked(house, basis, valid_until=until) == "", "in time it is free"
    house.clock.go_to(ENDS + timedelta(days=3), 9)
    found = calendar(house.ledger, house.story.contract.id)
    assert [one.due_on for one in found if one.code == "K-12" and one.id == basis.id] == [ENDS]
    assert "有効期間は終わっていて" in asked(house, basis, valid_until=until)
    revise(house, basis, ANSWERS, valid_until=until)
    [row] = told(house)
    assert "「有効期間の終わり」を「令和8年10月10日」から" in row


def test_an_end_that_nothing_hangs_on_is_free(house: House) -> None:
    basis = consent(house)
    house.clock.go_to(ENDS + timedelta(days=3), 9)
    assert asked(house, basis, valid_until=ENDS + timedelta(days=40)) == ""


def test_what_the_client_took_back_is_not_granted_again_by_one_person(house: House) -> None:
    basis = consent(house)
    take_out(house, basis, 5)
    house.clock.go_to(LATER, 9)
    revise(house, basis, decision=Decision.REVOKED, decided_on=LATER)
    house.clock.go_to(LATER + timedelta(days=1), 9)
    assert asked(house, basis, decision=Decision.GRANTED, decided_on=FIRST_DAY)

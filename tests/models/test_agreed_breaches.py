"""A breach to which somebody agreed when it was entered waits until another person verified it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.breaches import UNTOLD
from models.codes import EmploymentType, FindingStatus, HandlingKind
from models.commands import revising
from models.evidence import evidence
from models.records import Contract, HandlingEvent, HandlingLine, Person, RuleOverride
from models.records import Finding as FindingRecord
from models.rules.answers import Answers, SignIn
from models.verdicts import Verdicts
from tests.house import House, stocked
from ui.sample import cast

RULE, WHY = "R-28", "急ぎの作業で契約書の確認が間に合わなかったため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with stocked(tmp_path) as made:
        yield made


def contract(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def terms_clause(house: House) -> tuple[str, str]:
    """Return state and sentences of the clause of labour terms (第10条第1項)."""
    [one] = [c for c in evidence(house.ledger, contract(house)) if c.key == "SK-10.1"]
    return one.state, "\n".join(row.sentence for _, rows in one.evidence for row in rows)


def employ(house: House, kind: EmploymentType, reason: str) -> None:
    who = house.ledger.registers.need(Person, house.story.people["supervisor"]).record
    house.ledger.registers.revise(replace(who, employment_type=kind), reason)


def break_it(house: House) -> RuleOverride:
    """Let somebody who became a part-timer handle a thing before his contract was looked at."""
    employ(house, EmploymentType.PART_TIME, "再雇用のため")
    thing = house.story._stock[0]
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.USE, purpose="入力作業",
        occurred_at=house.clock(), actor_person_id=house.story.people["supervisor"],
        place_from_id=thing.home_place_id, lines=(HandlingLine(item_id=thing.id),),
    )  # fmt: skip
    user = next(one for one in cast.USERS if one.login == "yoshino")
    house.ledger.rules.entering(
        lambda given: house.ledger.handling.record(event, answers=given),
        Answers({RULE: WHY}), SignIn(house.story.people[user.person], user.login, user.password),
    )  # fmt: skip
    [breach] = [o.record for o in house.ledger.registers.all(RuleOverride, rule_id=RULE)]
    assert breach.approved_by and breach.finding_id
    return breach


def verify(house: House, breach: RuleOverride) -> None:
    finding = house.ledger.registers.need(FindingRecord, breach.finding_id).record
    closed = replace(finding, status=FindingStatus.VERIFIED)
    house.ledger.commit([revising(closed, "是正の確認")])


def test_a_register_that_is_changed_behind_it_does_not_end_it(house: House) -> None:
    breach = break_it(house)
    assert terms_clause(house)[0] == "broken"
    house.clock.wait(3 * 24 * 60)
    employ(house, EmploymentType.REGULAR, "入力誤り")
    assert terms_clause(house)[0] == "broken"
    verify(house, breach)
    assert terms_clause(house)[0] == "done"


def test_what_no_rule_finds_any_more_names_the_reason_until_it_was_verified(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    breach = break_it(house)
    found = Verdicts.of
    monkeypatch.setattr(
        Verdicts, "of", lambda self, rule: [] if rule == RULE else found(self, rule)
    )
    state, said = terms_clause(house)
    message, _, _ = breach.message.partition("\n")
    assert state == "broken"
    assert UNTOLD.format(message=message, rule=RULE, reason=WHY) in said
    verify(house, breach)
    assert terms_clause(house)[0] == "due"  # the contract itself is still to be looked at (K-33)


def correct(house: House, act_id: str, **changes: Any) -> str:
    """Correct an act as the one who entered it, with somebody who agrees; return what stands then."""
    house.clock.wait(5)
    act = house.ledger.registers.need(HandlingEvent, act_id).record
    right = replace(act, **changes)
    user = next(one for one in cast.USERS if one.login == "yoshino")
    change = house.ledger.rules.entering(
        lambda given: house.ledger.handling.correct(act_id, right, "書き誤りのため", answers=given),
        Answers({RULE: WHY}), SignIn(house.story.people[user.person], user.login, user.password),
    )  # fmt: skip
    acts = {one.record.id for one in house.ledger.registers.all(HandlingEvent)}
    [made] = set(change.ids) & acts
    return made


def test_a_slip_that_is_corrected_in_a_breach_leaves_one_thing_to_put_right(house: House) -> None:
    first = break_it(house)
    made = correct(house, first.record_ref, purpose="点検作業")
    both = [one.record for one in house.ledger.registers.all(RuleOverride, rule_id=RULE)]
    assert {one.finding_id for one in both} == {first.finding_id} and len(both) == 2
    assert len(house.ledger.registers.all(FindingRecord)) == 1
    state, said = terms_clause(house)
    assert state == "broken" and "訂正されましたが" not in said
    correct(house, made, purpose="入力と点検")
    assert len(house.ledger.registers.all(FindingRecord)) == 1
    verify(house, first)
    assert terms_clause(house)[0] != "broken"


def test_what_was_verified_is_put_right_again_where_the_act_is_entered_anew(house: House) -> None:
    first = break_it(house)
    verify(house, first)
    correct(house, first.record_ref, purpose="点検作業")
    found = {one.record.id for one in house.ledger.registers.all(FindingRecord)}
    assert len(found) == 2 and terms_clause(house)[0] == "broken"


def test_the_corrected_breach_is_told_again_when_the_correction_is_voided(house: House) -> None:
    first = break_it(house)
    made = correct(house, first.record_ref, purpose="点検作業")
    house.clock.wait(5)
    house.ledger.handling.void(made, "誤って入力したため")
    state, said = terms_clause(house)
    assert state == "broken" and "別の人の確認" in said

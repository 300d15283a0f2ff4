"""A second record with the name of somebody is told of, and agrees to nothing of that person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import FindingSource, FindingStatus, HandlingKind, Role, Severity
from models.errors import Refused
from models.records import Finding, HandlingEvent, HandlingLine, Person, RuleOverride
from models.rules.answers import EVERY, Answers, SignIn
from tests.house import House, furnished
from tests.responsible import let_in_responsible
from ui.sample.cast import User

REASON = "担当者が急病で、代わりの人が入力したため"
TWIN = User("keiko", "むらさきの橋-3つの坂を上る", Role.SUPERVISOR, "twin")
UNSURE = "別の人と確かめられない"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True, things=1) as made:
        yield made


def person(house: House, key: str = "supervisor") -> Person:
    return house.ledger.registers.need(Person, house.story.people[key]).record


def twin(house: House) -> str:
    """Let the responsible person in once more, under a record that only writes the name anew."""
    again = replace(person(house), id="", name="高橋恵子", name_kana="たかはしけいこ")
    made = house.ledger.registers.create(again).ids[0]
    let_in_responsible(house, made, TWIN.login, TWIN.password, contracts={})
    return made


def sign_in_twin(house: House) -> None:
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", TWIN.login, TWIN.password)
    house.story.ledger = house.ledger


def breach(house: House, actor: str = "officer") -> HandlingEvent:
    return HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.USE, purpose="入力",
        occurred_at=house.clock(), ended_at=house.clock(),
        actor_person_id=house.story.people[actor], place_from_id=house.story.places[1].id,
        lines=(HandlingLine(item_id=house.story._stock[0].id),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kana", "told"),
    [
        ("高橋恵子", "たかはしけいこ", True),
        ("髙橋　恵子", "", True),
        ("髙橋　恵子", "タカハシ　ヤスコ", False),
        ("髙橋　恵", "タカハシ　ケイコ", False),
    ],
)
def test_a_second_person_of_a_name_is_told_of(
    house: House, name: str, kana: str, told: bool
) -> None:
    again = replace(person(house), id="", name=name, name_kana=kana)
    notices = house.ledger.registers.create(again).notices
    assert any("同じ人が、ほかに登録されています" in one for one in notices) is told


def test_a_person_who_is_renamed_to_another_is_told_of_once(house: House) -> None:
    registers = house.ledger.registers
    renamed = replace(person(house, "worker2"), name="高橋恵子", name_kana="タカハシケイコ")
    assert any("高橋恵子" in one for one in registers.revise(renamed, "改姓したため").notices)
    moved = replace(renamed, department="第二業務部")
    assert registers.revise(moved, "異動したため").notices == ()


def test_a_voided_person_is_no_namesake(house: House) -> None:
    registers = house.ledger.registers
    again = replace(person(house), id="", name="見本　次郎", name_kana="ミホン　ジロウ")
    made = registers.create(again).ids[0]
    registers.void(Person, made, "二重に登録したため")
    assert registers.create(again).notices == ()


def test_two_of_one_name_in_one_command_are_told_of(house: House) -> None:
    new = replace(person(house), id="", name="見本　次郎", name_kana="ミホン　ジロウ")
    assert len(house.ledger.registers.create_all([new, new]).notices) == 2


def test_a_namesake_is_not_the_second_person_at_once(house: House) -> None:
    made = twin(house)
    event, handling = breach(house), house.ledger.handling
    with pytest.raises(Refused, match=UNSURE):
        house.ledger.rules.entering(
            lambda answers: handling.record(event, answers=answers),
            Answers({"R-01": REASON}),
            SignIn(made, TWIN.login, TWIN.password),
        )
    assert not house.ledger.registers.all(RuleOverride, rule_id="R-01")


def test_a_namesake_is_not_the_second_person_later(house: House) -> None:
    twin(house)
    house.ledger.handling.record(breach(house), answers=Answers({"R-01": REASON}, later=True))
    waiting = house.ledger.registers.all(RuleOverride)[-1].record
    sign_in_twin(house)
    assert UNSURE in house.ledger.rules.why_not_approve(waiting)
    with pytest.raises(Refused, match="氏名の違うほかの方に依頼"):
        house.ledger.rules.approve([waiting.id])
    house.sign_in("yoshino")
    assert house.ledger.rules.why_not_approve(waiting) == ""


def test_a_namesake_of_who_did_it_does_not_agree_either(house: House) -> None:
    made = twin(house)
    house.sign_in("yoshino")
    assert made not in house.ledger.rules.seconds({house.story.people["supervisor"]})
    assert made in house.ledger.rules.seconds({house.story.people["worker2"]})


def test_a_namesake_does_not_confirm_what_was_put_right(house: House) -> None:
    twin(house)
    ledger = house.ledger
    one = Finding(
        contract_id=house.story.contract.id, source=FindingSource.ANALYSIS,
        description="鍵の管理簿に空欄がある", severity=Severity.MINOR,
        due_on=ledger.today() + timedelta(days=7),
        owner_person_id=house.story.people["supervisor"], status=FindingStatus.OPEN,
    )  # fmt: skip
    made = ledger.registers.create(one, answers=Answers({EVERY: REASON})).ids[0]
    found = ledger.registers.need(Finding, made).record
    done = replace(
        found, status=FindingStatus.DONE, action="毎日の記入を決めた", completed_on=ledger.today()
    )
    ledger.registers.revise(done, "是正したため")
    sign_in_twin(house)
    assert UNSURE in house.ledger.corrections.why_not(done)
    with pytest.raises(Refused, match=UNSURE):
        house.ledger.corrections.verify([done.id])


def test_a_namesake_does_not_agree_to_an_erasure(house: House) -> None:
    made = twin(house)
    assert made not in house.ledger.ending.plan(house.story.contract.id).seconds

"""Whoever corrects or voids what acts leaned on reads which acts lose it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import AssignmentStatus, CredentialKind, PlaceKind
from models.codes import HandlingKind as K
from models.errors import NeedsAnswer, Refused
from models.records import (
    Assignment,
    Authorization,
    ContractPlace,
    Credential,
    HandlingLine,
    InformationAsset,
    Place,
    Pledge,
    Record,
    RuleOverride,
    TrainingSession,
)
from models.rules.answers import EVERY, Answers
from tests import proof
from tests.house import House, furnished

REASON = "欠席していたことが、後日の照合で分かったため"
LOST = "前もって要ることを満たさなくなる取扱いが"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba", rules=True) as made:
        made.story.receive(1)
        yield made


def used(house: House, person: str = "worker2") -> None:
    house.clock.wait(30)
    event = house.story._event(K.USE, "入力", actor=person, place_from_id=house.story.places[1].id)
    line = HandlingLine(item_id=house.story._stock[0].id)
    house.ledger.handling.record(replace(event, lines=(line,), ended_at=event.occurred_at))


def theirs(house: House, cls: type[Pledge] | type[Assignment] | type[Credential]) -> Record:
    name = "holder_person_id" if cls is Credential else "person_id"
    found = house.ledger.registers.all(cls, **{name: house.story.people["worker2"]})
    return found[0].record


def training(house: House) -> TrainingSession:
    found = [one.record for one in house.ledger.registers.all(TrainingSession)]
    return next(one for one in found if len(one.topics) == 3 and "civil_liability" in one.topics)


def told(notices: tuple[str, ...]) -> list[str]:
    return [one for one in notices if LOST in one]


def late_pledge(house: House) -> Record:
    one = theirs(house, Pledge)
    assert isinstance(one, Pledge)
    return replace(one, signed_on=house.ledger.today())


def absent(house: House) -> Record:
    one, person = training(house), house.story.people["worker2"]
    return replace(one, attendance=tuple(a for a in one.attendance if a.person_id != person))


def specific(house: House) -> Record:
    [one] = [found.record for found in house.ledger.registers.all(InformationAsset)][:1]
    return replace(one, contains_specific_pi=True)


def later_place(house: House) -> Record:
    place = house.story.places[1].id
    [one] = [one.record for one in house.ledger.registers.all(ContractPlace, place_id=place)]
    return replace(one, use_from=house.ledger.today())


@pytest.mark.parametrize(
    ("corrected", "count", "first"),
    [(late_pledge, 2, 2), (specific, 4, 1), (later_place, 3, 2)],
)
def test_a_correction_names_the_acts_that_lose_what_they_leaned_on(
    house: House, corrected: Callable[[House], Record], count: int, first: int
) -> None:
    used(house)
    used(house)
    used(house, "worker3")
    house.clock.wait(3 * 24 * 60)
    change = house.ledger.registers.revise(corrected(house), "確かめ直したため")
    [said] = told(change.notices)
    assert f"{LOST}{count}件（第{first}号" in said and said.startswith("この訂正により")


def test_a_check_of_the_labour_contract_that_was_none_is_told(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="shiki", rules=True) as house:
        house.story.receive(1)
        used(house)
        house.clock.wait(3 * 24 * 60)
        one = theirs(house, Assignment)
        assert isinstance(one, Assignment) and one.status is AssignmentStatus.ACTIVE
        none = replace(one, labour_terms_confirmed=False, labour_terms_checked_on=None)
        [said] = told(house.ledger.registers.revise(none, "確かめていなかったため").notices)
        assert "1件（第2号 使用）" in said


def test_a_training_that_is_voided_names_the_acts_of_all(house: House) -> None:
    used(house)
    used(house, "worker3")
    one = training(house)
    [said] = told(
        house.ledger.registers.void(TrainingSession, one.id, "誤って入力したため").notices
    )
    assert said.startswith("この取消しにより") and "3件（第1号 受領など）" in said


def fewer_topics(house: House) -> Record:
    one = training(house)
    return replace(one, topics=one.topics[:1])


def after_the_work(house: House) -> Record:
    one, day = training(house), house.ledger.today()
    moved = tuple(replace(row, attended_on=day) for row in one.attendance)
    return replace(one, held_on=day, attendance=moved)


@pytest.mark.parametrize("corrected", [absent, fewer_topics, after_the_work])
def test_a_training_under_which_somebody_worked_is_not_made_less_by_one_person(
    house: House, corrected: Callable[[House], Record]
) -> None:
    used(house)
    house.clock.wait(3 * 24 * 60)
    registers, less = house.ledger.registers, corrected(house)
    with pytest.raises(NeedsAnswer, match="受けていたことにならなくなる取扱い"):
        registers.revise(less, "欠席だったため")
    change = registers.revise(less, "欠席だったため", answers=Answers({EVERY: REASON}, later=True))
    assert told(change.notices) == []  # it was asked
    [kept] = [one.record for one in registers.all(RuleOverride, rule_id="R-39")]
    assert kept.record_ref == less.id and kept.contract_id == house.story.contract.id
    taught = [
        one for one in proof.states(house).values() if one.article in kept.clauses.split("・")
    ]
    assert taught and all(one.state == "broken" for one in taught)
    assert not any(kept.reason in words for words in proof.sentences(house, clause="BESIDE"))


def test_a_training_under_which_nobody_worked_is_corrected_alone(house: House) -> None:
    house.clock.wait(3 * 24 * 60)
    one = training(house)
    house.ledger.registers.create(replace(one, id="", instructor="別の講師"))
    used(house)
    house.clock.wait(24 * 60)
    house.ledger.registers.revise(replace(one, attendance=one.attendance[1:]), "欠席だったため")
    house.ledger.registers.void(TrainingSession, one.id, "二重に入力したため")


def test_a_training_on_which_acts_rest_is_not_voided(house: House) -> None:
    used(house)
    house.clock.wait(3 * 24 * 60)
    one = training(house)
    with pytest.raises(Refused, match="取り消さずに「受講」を訂正してください"):
        house.ledger.registers.void(TrainingSession, one.id, "誤って入力したため")
    house.ledger.registers.create(replace(one, id="", instructor="別の講師"))
    house.ledger.registers.void(TrainingSession, one.id, "二重に入力したため")


def test_what_something_else_proves_loses_nothing(house: House) -> None:
    used(house)
    one = training(house)
    house.ledger.registers.create(replace(one, id="", instructor="別の講師"))
    assert (
        told(house.ledger.registers.void(TrainingSession, one.id, "二重に入力したため").notices)
        == []
    )


def test_what_no_act_leans_on_is_changed_in_silence(house: House) -> None:
    used(house)
    one = theirs(house, Pledge)
    assert isinstance(one, Pledge) and one.signed_on is not None
    renamed = replace(one, title="誓約書（新）", signed_on=one.signed_on - timedelta(days=1))
    assert told(house.ledger.registers.revise(renamed, "署名日の訂正").notices) == []
    assert told(house.ledger.registers.revise(absent(house), "欠席だったため").notices)
    again = replace(training(house), instructor="別の講師")
    assert told(house.ledger.registers.revise(again, "講師の訂正").notices) == []


def test_an_identity_document_that_was_returned_before_is_told(house: House) -> None:
    place = house.ledger.registers.need(Place, house.story.places[1].id).record
    there = replace(
        place, kinds=(*place.kinds, PlaceKind.CLIENT_PREMISES), separation_measures="仕切り"
    )
    house.ledger.registers.revise(there, "庁舎内のため")
    used(house)
    used(house, "worker3")
    one = theirs(house, Credential)
    assert isinstance(one, Credential) and one.kind is CredentialKind.EMPLOYEE_ID
    house.clock.wait(24 * 60)
    assert (
        told(house.ledger.registers.revise(replace(one, number="新1"), "番号の訂正").notices) == []
    )
    gone = replace(one, returned_on=one.issued_on)
    [said] = told(house.ledger.registers.revise(gone, "返却日の訂正").notices)
    assert "1件（第2号 使用）" in said


def test_a_designation_on_which_acts_rest_unnamed_is_told(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="shiki", rules=True) as house:
        house.story.receive(1)
        act = house.ledger.handling.timeline(house.story._stock[0].id)[0].record
        given = house.ledger.registers.need(Authorization, act.authorization_id).record
        house.clock.wait(10)
        unnamed = replace(act, authorization_id="")
        house.ledger.handling.correct(act.id, unnamed, "根拠は契約の全体の指定のため")
        house.clock.wait(24 * 60)
        title = replace(given, decision_doc_no="見健第999号")
        assert told(house.ledger.registers.revise(title, "番号の訂正").notices) == []
        late = replace(title, valid_from=house.ledger.today())
        [said] = told(house.ledger.registers.revise(late, "始めの日の訂正").notices)
        assert "1件（第2号 受領）" in said
        house.ledger.registers.revise(title, "始めの日を戻す")
        [said] = told(
            house.ledger.registers.void(Authorization, given.id, "誤って入力したため").notices
        )
        assert "1件（第2号 受領）" in said

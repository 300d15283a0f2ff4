"""Who is employed otherwise later: acts are judged by how the person was registered when he acted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.calendar_people import k33_labour_terms
from models.codes import EmploymentType as Work
from models.codes import HandlingKind as K
from models.contract_changes import BESIDE
from models.records import Assignment, HandlingEvent, HandlingLine, Person
from models.rules.answers import EVERY, Answers
from tests import proof
from tests.house import House, furnished
from tests.proof import graded, sentences

WHY = "再雇用により雇用形態が変わったため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, days=2, rules=True) as made:
        yield made


def employ(house: House, work: Work, who: str = "worker", **more: Any) -> tuple[str, ...]:
    """Register otherwise how somebody is employed; return what is said."""
    person = house.ledger.registers.need(Person, house.story.people[who]).record
    house.clock.wait(5)
    return house.ledger.registers.revise(replace(person, employment_type=work, **more), WHY).notices


def use(house: House, who: str = "worker", **fields: Any) -> str:
    item = house.story._stock[0]
    house.clock.wait(5)
    act = HandlingEvent(
        contract_id=house.story.contract.id, kind=K.USE,
        occurred_at=house.clock() - timedelta(minutes=1), ended_at=house.clock(),
        purpose="入力のため", actor_person_id=house.story.people[who],
        place_from_id=house.story.places[1].id, lines=(HandlingLine(item_id=item.id),),
    ).with_changes(**fields)  # fmt: skip
    answers = Answers(reasons={EVERY: "実際に行ったことなので残すため"}, later=True)
    ids = house.ledger.handling.record(act, answers=answers).ids
    return next(iter(house.ledger.store.get_many(HandlingEvent, ids)))


def check(house: House, day: date | None, who: str = "worker") -> list[str]:
    """Enter when somebody's labour contract was looked at, None: that it was not."""
    registers = house.ledger.registers
    house.clock.wait(5)
    told: list[str] = []
    for one in registers.all(Assignment, person_id=house.story.people[who]):
        seen = replace(
            one.record, labour_terms_confirmed=day is not None, labour_terms_checked_on=day,
            labour_terms_checked_by=house.story.people["supervisor"] if day else "",
        )  # fmt: skip
        answers = Answers({EVERY: WHY}, later=True)
        told += registers.revise(seen, "契約書を確かめたため", answers=answers).notices
    return told


def broken(house: House) -> set[str]:
    return {one.id for one in proof.rows(house, "EQ-LABOUR") if one.severity == "broken"}


def due(house: House) -> list[date | None]:
    asked = house.ledger.inquiries.of(house.story.contract.id)
    return [
        one.due_on
        for one in k33_labour_terms(asked)
        if one.person_id == house.story.people["worker"]
    ]


def beside(house: House) -> list[str]:
    return [one for one in sentences(house, clause=BESIDE.key) if "𠮷野" in one or "辻󠄂" in one]


def test_acts_from_before_the_change_are_not_accused(house: House) -> None:
    use(house)
    employ(house, Work.PART_TIME)
    assert broken(house) == set()
    house.sign_in("takahashi")  # nothing is remembered
    assert broken(house) == set()


def test_an_act_from_before_that_is_entered_later_is_not_accused(house: House) -> None:
    """He was a regular employee on its day, whatever he is when it is entered."""
    then = house.clock()
    house.clock.wait(60 * 24)
    employ(house, Work.PART_TIME)
    use(house, occurred_at=then)
    assert broken(house) == set()


def test_acts_after_the_change_are_asked_for_the_labour_contract(house: House) -> None:
    before = use(house)
    employ(house, Work.PART_TIME)
    after = use(house)
    house.sign_in("takahashi")
    assert after in broken(house) and before not in broken(house)


def test_a_breach_stays_one_whatever_somebody_is_called_later(house: House) -> None:
    check(house, None, "worker2")
    act = use(house, "worker2")
    assert act in broken(house)
    house.clock.wait(60 * 24 * 3)
    employ(house, Work.REGULAR, "worker2")
    assert act in broken(house)


def test_the_labour_contract_is_asked_for_from_the_day_of_the_change(house: House) -> None:
    assert due(house) == []
    house.clock.wait(60 * 24 * 3)
    [told] = employ(house, Work.PART_TIME)
    assert house.story.contract.contract_no in told and "明記の確認日" in told
    today = house.ledger.today()
    assert set(due(house)) == {today}
    assert {severity for severity, _ in graded(house, "EQ-LABOUR")} == {"due"}
    house.clock.wait(60 * 24 * 2)
    assert {severity for severity, _ in graded(house, "EQ-LABOUR")} == {"action"}
    check(house, house.ledger.today())
    assert due(house) == [] and graded(house, "EQ-LABOUR") == []


def test_the_change_is_told_beside_the_clauses(house: House) -> None:
    employ(house, Work.PART_TIME)
    [said] = beside(house)
    assert "「雇用形態」を「正社員」から「パート・アルバイト」に" in said and WHY in said
    assert employ(house, Work.CONTRACT_EMPLOYEE) == ()  # asked for alike
    assert len(beside(house)) == 1


def test_a_check_that_is_repeated_leaves_what_was_checked_before(house: House) -> None:
    """A labour contract is renewed and looked at again; what it proved until then stays proved."""
    use(house, "worker2")
    house.clock.wait(60 * 24 * 3)
    [told] = check(house, house.ledger.today(), "worker2")
    assert "前の「明記の確認日」" in told and "していない" in told
    assert broken(house) == set()
    assert any("「明記の確認日」を" in one for one in beside(house))


def test_a_check_that_was_none_proves_nothing(house: House) -> None:
    act = use(house, "worker2")
    check(house, None, "worker2")
    assert act in broken(house)
    house.clock.wait(60 * 24)
    check(house, house.ledger.today(), "worker2")
    assert act in broken(house)
    assert use(house, "worker2") not in broken(house)

"""An overdue review that is put off and not made is told beside the clauses."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.contract_changes import BESIDE
from models.records import GovernanceDocument
from tests import proof
from tests.house import FIRST_DAY, House, furnished

WHY = "見直しの日を改めたため"
DUE = FIRST_DAY + timedelta(days=30)
DAY = timedelta(days=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True) as made:
        plan(made, next_review_on=DUE)
        yield made


def plan(house: House, **changes: object) -> None:
    first = house.ledger.registers.all(GovernanceDocument)[0].record
    house.ledger.registers.revise(first.with_changes(**changes), WHY)


def told(house: House) -> list[str]:
    return proof.sentences(house, clause=BESIDE.key)


@pytest.mark.parametrize("later", [None, DUE + timedelta(days=365)])
def test_an_overdue_review_that_is_put_off_is_told(house: House, later: object) -> None:
    house.clock.go_to(DUE + DAY, 9)
    plan(house, next_review_on=later)
    [only] = told(house)
    assert "見直しの記録がないまま、「" in only and WHY in only
    assert "「次回の見直し日」を「R8.10.31」から" in only
    assert "髙橋" in only


def test_a_review_that_was_made_or_lies_ahead_is_not_told(house: House) -> None:
    house.clock.go_to(DUE - DAY, 9)
    plan(house, next_review_on=DUE + DAY)
    house.clock.go_to(DUE + 3 * DAY, 9)
    plan(house, next_review_on=DUE + 365 * DAY, last_reviewed_on=house.ledger.today())
    assert told(house) == []


def test_a_slip_of_the_same_day_is_not_told(house: House) -> None:
    plan(house, next_review_on=FIRST_DAY - DAY)
    house.clock.wait(5)
    plan(house, next_review_on=FIRST_DAY + 365 * DAY)
    assert told(house) == []

"""A register that the clause wants filled proves nothing while it is empty."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import AssignmentStatus, ContractStatus
from models.evidence import evidence
from models.records import Assignment, Contract, ContractPlace
from tests.house import House, furnished

TEXTS = {"shiki": 2, "confidentiality-model": 2, "fukuoka": 1, "chiba": 0, "yachiyo": 0}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[[str], House]]:
    held = []

    def make(text: str) -> House:
        held.append(furnished(tmp_path / text, profile=text))
        return held[-1].__enter__()

    yield make
    for one in held:
        one.__exit__(None, None, None)


def second(house: House, **changes: object) -> Contract:
    """Enter another contract, under which nothing stands yet."""
    first = house.story.contract
    other = replace(first, id="", contract_no="2026-900").with_changes(**changes)
    made = house.ledger.registers.create(other).ids[-1]
    return house.ledger.registers.need(Contract, made).record


def told(house: House, contract: Contract) -> dict[str, str]:
    """Return the sentences about empty registers, with the state of a clause of each."""
    return {
        row.sentence: clause.state
        for clause in evidence(house.ledger, contract)
        for _, rows in clause.evidence
        for row in rows
        if "まだ一" in row.sentence and "登録" in row.sentence
    }


@pytest.mark.parametrize("text", TEXTS)
def test_an_empty_contract_that_began_has_fulfilled_none_of_it(
    made: Callable[[str], House], text: str
) -> None:
    house = made(text)
    assert told(house, house.story.contract) == {}
    found = told(house, second(house, work_start_on=house.ledger.today()))
    assert len(found) == TEXTS[text]
    assert all(state in ("action", "broken") for state in found.values())


def test_before_the_work_it_is_not_late_and_afterwards_not_asked(
    made: Callable[[str], House],
) -> None:
    house = made("shiki")
    ahead = house.ledger.today() + timedelta(days=10)
    contract = second(house, work_start_on=ahead, status=ContractStatus.PREPARING)
    rows = [
        row
        for clause in evidence(house.ledger, contract)
        for _, found in clause.evidence
        for row in found
        if "まだ一" in row.sentence
    ]
    assert rows and {row.severity for row in rows} == {"due"}
    over = replace(contract, status=ContractStatus.WINDING_UP)
    house.ledger.registers.revise(over, "業務がなくなりました")
    assert told(house, over) == {}


def test_one_person_and_one_place_end_it(made: Callable[[str], House]) -> None:
    house = made("shiki")
    contract = second(house, work_start_on=house.ledger.today())
    registers = house.ledger.registers
    one = registers.all(Assignment)[0].record
    registers.create(
        replace(one, id="", contract_id=contract.id, status=AssignmentStatus.PLANNED,
                notice_submission_id="")
    )  # fmt: skip
    [left] = told(house, contract)
    assert "場所" in left
    place = registers.all(ContractPlace)[0].record
    registers.create(
        replace(place, id="", contract_id=contract.id, notice_submission_id="", authorization_id="")
    )
    assert told(house, contract) == {}

"""Who began before it was told explains that once; the link of the late notice asks nothing anew."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.codes import AssignmentStatus, PlaceStatus
from models.errors import NeedsAnswer
from models.records import Assignment, ContractPlace, Finding, RuleOverride
from models.rules.answers import Answers
from tests.designating import hand_in, joiner, room
from tests.house import House, furnished
from ui.seal_part import make_seal

REASON = "急な増員のため、届出より先に従事を始めた"
LINK = "提出した届出に結び付けるため"
FIRST, LATER = date(2026, 10, 5), date(2026, 10, 7)


@pytest.fixture(params=["shiki", "confidentiality-model"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param, rules=True, accounts=True) as made:
        made.clock.go_to(FIRST, 9)
        make_seal(made.ledger)
        yield made


def answers(rule: str) -> Answers:
    return Answers(reasons={rule: REASON}, later=True)


def begun(house: House) -> Assignment:
    """Let somebody begin of whom the client was not told."""
    return joiner(house, AssignmentStatus.ACTIVE, FIRST, answers("R-02"))


def used(house: House) -> ContractPlace:
    """Use a place of which the client was not told."""
    return room(house, PlaceStatus.ACTIVE, FIRST, answers("R-03"))


def late_notice(house: House, kind: str) -> str:
    """Hand in the notice two days after the beginning; return its id."""
    house.clock.go_to(LATER, 9)
    return hand_in(house, kind, change=True)


def beside(house: House) -> tuple[int, int]:
    """Count the exceptions and the findings."""
    registers = house.ledger.registers
    return len(registers.all(RuleOverride)), len(registers.all(Finding))


@pytest.mark.parametrize(("kind", "begin"), [("D-03", begun), ("D-04", used)])
def test_the_link_of_a_late_notice_is_left_to_the_first_finding(
    house: House, kind: str, begin: Callable[[House], Assignment | ContractPlace]
) -> None:
    one = begin(house)
    known = beside(house)
    assert known[0] and known[1]
    paper = late_notice(house, kind)
    told = house.ledger.registers.revise(replace(one, notice_submission_id=paper), LINK).notices
    assert beside(house) == known
    assert any("記録したときの逸脱" in words and "指摘" in words for words in told)


def test_another_first_day_beside_the_link_is_asked(house: House) -> None:
    one = begun(house)
    paper = late_notice(house, "D-03")
    moved = replace(one, notice_submission_id=paper, starts_on=date(2026, 10, 6))
    with pytest.raises(NeedsAnswer):
        house.ledger.registers.revise(moved, LINK)


def test_what_nobody_explained_is_asked_with_the_link(tmp_path: Path) -> None:
    """Entered while an office worked without rules."""
    with furnished(tmp_path, rules=True, accounts=True) as house:
        house.clock.go_to(FIRST, 9)
        make_seal(house.ledger)
        house.ledger.rules.on = False
        one = begun(house)
        paper = late_notice(house, "D-03")
        house.ledger.rules.on = True
        with pytest.raises(NeedsAnswer):
            house.ledger.registers.revise(replace(one, notice_submission_id=paper), LINK)

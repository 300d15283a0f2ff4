"""What somebody lacked who left stays to be read, and a pledge that lies here is still handed in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import AssignmentStatus, PledgeStatus
from models.left_without import QUERY
from models.records import Assignment, Pledge
from tests import proof
from tests.house import House, furnished
from tests.models.test_late_clearance import newcomer


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, days=2) as found:
        yield found


def leave(house: House, who: str) -> None:
    """Let somebody work for two weeks and end the designation."""
    day = house.ledger.today() + timedelta(days=14)
    house.clock.go_to(day + timedelta(days=1), 9)
    registers = house.ledger.registers
    for one in registers.all(Assignment, person_id=who):
        ended = replace(
            one.record, status=AssignmentStatus.ENDED, ends_on=day, end_reason="異動のため"
        )
        registers.revise(ended, "異動のため")


def sign(house: House, who: str) -> Pledge:
    registers = house.ledger.registers
    known = registers.all(Pledge, person_id=house.story.people["worker"])[0].record
    mine = replace(known, id="", person_id=who, signed_on=house.ledger.today(), submitted_on=None)
    mine = mine.with_changes(status=PledgeStatus.SIGNED, submission_id="")
    return registers.need(Pledge, registers.create(mine).ids[-1]).record


def of(house: House) -> list[tuple[str, str]]:
    """Return what is told of the newcomer, but for the notices of him."""
    return [one for one in proof.graded(house) if "応援　一郎" in one[1] and "届" not in one[1]]


def handing_in(house: House) -> list[str]:
    found = calendar(house.ledger, house.story.contract.id)
    return [one.what for one in found if one.code == "K-07"]


def test_what_was_lacking_is_to_be_read_after_the_end_of_the_work(house: House) -> None:
    who = newcomer(house)
    assert {severity for severity, _ in of(house)} == {"action"}
    leave(house, who)
    found = of(house)
    assert {severity for severity, _ in found} == {"note"}
    said = "".join(sentence for _, sentence in found)
    assert "誓約書は、従事が終わったR8.10.16までに" in said and "「遵守すべき事項」を受けた" in said


@pytest.mark.parametrize("profile", ["chiba", "yachiyo"])
def test_who_was_never_told_is_to_be_read_where_the_text_asks_for_it(
    tmp_path: Path, profile: str
) -> None:
    with furnished(tmp_path, days=2, profile=profile) as house:
        who = newcomer(house)
        leave(house, who)
        assert any("周知した記録は、従事が終わった" in said for _, said in of(house))


def test_a_pledge_that_lies_here_is_asked_for_after_its_signer_has_left(house: House) -> None:
    who = newcomer(house)
    pledge = sign(house, who)
    leave(house, who)
    [said] = [said for severity, said in of(house) if severity == "action"]
    assert "従事を終えた応援　一郎さんの" in said and "まだ提出していません" in said
    assert len(handing_in(house)) == 1
    handed = pledge.with_changes(submitted_on=house.ledger.today(), status=PledgeStatus.SUBMITTED)
    house.ledger.registers.revise(handed, "提出したため")
    assert handing_in(house) == []
    assert "action" not in {severity for severity, _ in of(house)}


def test_who_left_with_all_that_is_asked_for_leaves_nothing_to_read(house: House) -> None:
    leave(house, house.story.people["worker"])
    assert proof.rows(house, QUERY) == []


def test_who_works_again_is_asked_as_who_works(house: House) -> None:
    who = newcomer(house)
    sign(house, who)
    leave(house, who)
    first = house.ledger.registers.all(Assignment, person_id=who)[0].record
    today = house.ledger.today()
    again = replace(first, id="", starts_on=today, ends_on=None, end_reason="")
    house.ledger.registers.create(again.with_changes(status=AssignmentStatus.ACTIVE))
    asked = [said for severity, said in of(house) if severity == "action"]
    assert not [said for said in asked if "従事を終えた" in said]
    assert [said for said in asked if "まだ提出していません" in said]

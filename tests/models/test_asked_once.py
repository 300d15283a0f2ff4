"""Who began before it was told explains that once; the link of the late notice asks nothing anew."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.codes import AssignmentStatus, AuthorizationSubject, FindingStatus, PlaceStatus
from models.errors import NeedsAnswer
from models.records import (
    Assignment,
    Authorization,
    AuthorizationTarget,
    ContractPlace,
    Finding,
    RuleOverride,
)
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


def put_right(house: House) -> str:
    """Record that the one finding was put right; return its id."""
    [found] = [one.record for one in house.ledger.registers.all(Finding)]
    done = replace(
        found, action="届出と再発防止", completed_on=house.ledger.today(),
        status=FindingStatus.DONE, owner_person_id=house.story.people["worker"],
    )  # fmt: skip
    house.sign_in("yoshino").registers.revise(done, "是正の記録")
    house.sign_in("takahashi")
    return found.id


@pytest.mark.parametrize(("kind", "begin"), [("D-03", begun), ("D-04", used)])
def test_nothing_is_asked_again_of_a_finding_that_was_verified(
    house: House, kind: str, begin: Callable[[House], Assignment | ContractPlace]
) -> None:
    one = begin(house)
    paper = late_notice(house, kind)
    finding = put_right(house)
    linked = replace(one, notice_submission_id=paper)
    [said] = house.ledger.rules.about_record(linked, one)
    assert said.message.endswith("その指摘は是正済です。ほかの方の確認を受けてください。")
    house.ledger.corrections.verify([finding])
    known = beside(house)
    [told] = house.ledger.registers.revise(linked, LINK).notices
    assert "その是正は、確認済みです。" in told and "受けてください" not in told
    assert beside(house) == known


def test_a_notice_that_was_never_handed_in_is_not_called_late(tmp_path: Path) -> None:
    """CB-9.1 asks for notice and consent; the consent came, later than the first day."""
    with furnished(tmp_path, profile="chiba", rules=True, accounts=True) as house:
        house.clock.go_to(FIRST, 9)
        one = used(house)
        house.clock.go_to(LATER, 9)
        consent = next(
            x.record for x in house.ledger.registers.all(Authorization)
            if x.record.subject in (AuthorizationSubject.PLACE, AuthorizationSubject.OFFSITE_WORK)
        )  # fmt: skip
        [id_] = house.ledger.registers.create(replace(
            consent, id="", decision_doc_no="第77号", requested_on=FIRST, decided_on=LATER,
            valid_from=LATER, targets=(AuthorizationTarget(place_id=one.place_id),),
        )).ids  # fmt: skip
        told = house.ledger.registers.revise(replace(one, authorization_id=id_), LINK).notices
        [missing] = [words for words in told if "届出が記録されていません" in words]
        assert "このことの理由は、記録したときの逸脱" in missing and "遅れた" not in missing
        [late] = [words for words in told if "有効ではありません" in words]
        assert "遅れた理由は、記録したときの逸脱" in late


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

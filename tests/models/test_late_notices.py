"""That somebody, or a place, was told or allowed too late stays to be read under its clause."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.codes import (
    AssignmentStatus,
    AuthorizationSubject,
    BasisType,
    Decision,
    DecisionForm,
    PlaceStatus,
)
from models.records import Assignment, Authorization, AuthorizationTarget, ContractPlace
from tests import proof
from tests.designating import DAY, go_to, handed_in, joiner, revise, room, worker
from tests.house import House, furnished
from ui.seal_part import make_seal

QUERY = "EQ-LATENOTICE"
SAID = "遅れて届け出たため"
FIRST, LATER = date(2026, 10, 5), date(2026, 10, 7)
CLAUSES = {"shiki": ("SK-4.1", "SK-5.1"), "confidentiality-model": ("CM-9.1", "CM-5.3")}


@pytest.fixture(params=["shiki", "confidentiality-model"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param) as made:
        yield opened(made)


def opened(house: House) -> House:
    house.clock.go_to(FIRST - timedelta(days=3), 9)
    make_seal(house.ledger)
    return house


def told(house: House, clause: str = "") -> list[str]:
    """Return what stays to be read, once each."""
    found = proof.graded(house, QUERY, clause)
    assert {severity for severity, _ in found} <= {"note"}
    return list(dict.fromkeys(sentence for _, sentence in found))


def test_who_was_told_in_time_leaves_nothing_to_read(house: House) -> None:
    assert told(house) == []


def test_who_was_told_late_stays_to_be_read_with_both_days(house: House) -> None:
    one = joiner(house, AssignmentStatus.ACTIVE, FIRST)
    house.clock.go_to(LATER, 9)
    paper, _ = handed_in(house, "D-03")
    assert told(house) == []  # the clause asks for the link still
    house.ledger.registers.revise(replace(one, notice_submission_id=paper), SAID)
    clause = CLAUSES[house.story.contract.profile_code][0]
    [said] = told(house, clause)
    assert "新人　一郎" in said and "（R8.10.5）より後のR8.10.7に提出されています" in said
    now = house.ledger.registers.need(Assignment, one.id).record
    revise(house, now, status=AssignmentStatus.CANCELLED)
    assert told(house) == []


def test_a_place_that_was_told_late_stays_to_be_read(house: House) -> None:
    one = room(house, PlaceStatus.ACTIVE, FIRST)
    house.clock.go_to(LATER, 9)
    paper, _ = handed_in(house, "D-04")
    house.ledger.registers.revise(replace(one, notice_submission_id=paper), SAID)
    [said] = told(house, CLAUSES[house.story.contract.profile_code][1])
    assert "第6室" in said and "使用開始日（R8.10.5）より後のR8.10.7" in said


def test_an_end_that_was_told_late_stays_to_be_read(house: House) -> None:
    go_to(house, FIRST)
    revise(
        house, worker(house), status=AssignmentStatus.ENDED, ends_on=FIRST - DAY, end_reason="異動"
    )
    house.clock.go_to(LATER, 9)
    assert told(house) == []  # nobody was told yet
    handed_in(house, "D-03")
    [said] = told(house)
    assert "従事の終了（R8.10.4）" in said and "その日より後のR8.10.7に提出されています" in said


@pytest.mark.parametrize(("text", "clause"), [("fukuoka", "FK-3.1"), ("chiba", "CB-9.1")])
def test_a_place_that_was_allowed_late_stays_to_be_read(
    tmp_path: Path, text: str, clause: str
) -> None:
    with furnished(tmp_path, profile=text) as made:
        house = opened(made)
        one = room(house, PlaceStatus.ACTIVE, FIRST)
        house.clock.go_to(LATER, 9)
        given = Authorization(
            id=house.ledger.new_id(), contract_id=house.story.contract.id,
            basis_type=BasisType.CONSENT, subject=AuthorizationSubject.PLACE, requested_on=LATER,
            reason="臨時", scope_text="第6室", valid_from=LATER, decision=Decision.GRANTED,
            decided_on=LATER, decided_by_title="課長", decided_by_name="見本　次郎",
            decision_form=DecisionForm.WRITTEN, decision_doc_no="第30号",
            targets=(AuthorizationTarget(place_id=one.place_id),),
        )  # fmt: skip
        house.ledger.registers.create(given)
        now = house.ledger.registers.need(ContractPlace, one.id).record
        revise(house, now, authorization_id=given.id)
        said = [sentence for sentence in told(house) if "承諾" in sentence]
        assert len(said) == 1 and "（R8.10.5）より後のR8.10.7からのものです" in said[0]
        assert list(proof.by_clause(house, QUERY)) == [clause]


def test_what_the_text_only_wants_to_hear_of_leaves_nothing(tmp_path: Path) -> None:
    """In 福岡県 the list of people goes to the client on request: no day is late for it."""
    with furnished(tmp_path, profile="fukuoka") as made:
        house = opened(made)
        one = joiner(house, AssignmentStatus.ACTIVE, FIRST)
        house.clock.go_to(LATER, 9)
        paper, _ = handed_in(house, "D-03", change=False)
        house.ledger.registers.revise(replace(one, notice_submission_id=paper), SAID)
        assert told(house) == []

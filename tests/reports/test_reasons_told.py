"""Why something changed, as a notice of changes says it (SK-4.2, SK-5.2): of that change, not of another."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.codes import AssignmentStatus, PlaceStatus, SubmissionMeans
from models.records import Assignment, ContractPlace
from reports.since import differences
from tests.house import House
from tests.reports.applying import assignment_of, office, sealed, text_of

JOINS = date(2026, 11, 1)
SLIP = "担当業務の誤記を直すため"


def joiner(house: House) -> Assignment:
    """Enter that somebody joins, and put a slip right before the client hears of it."""
    entered = replace(
        assignment_of(house, "worker2"), id="", person_id=house.story.people["officer"],
        notice_submission_id="", starts_on=JOINS, status=AssignmentStatus.PLANNED,
    )  # fmt: skip
    made = house.ledger.registers.create(entered).ids[-1]
    one = house.ledger.registers.need(Assignment, made).record
    house.ledger.registers.revise(replace(one, duties="照合"), SLIP)
    return house.ledger.registers.need(Assignment, made).record


def lines_of(house: House, kind: str) -> list[tuple[str, str]]:
    """Return what changed and why, as a sealed notice says it."""
    paper = sealed(house, kind, change=True)
    return [(line["what"], line["reason"]) for line in paper.content["lines"]]


def test_who_is_new_is_not_new_because_a_slip_was_put_right(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        house.clock.go_to(date(2026, 10, 20), 9)
        joiner(house)
        assert lines_of(house, "D-03") == [("追加", "追加のため")]


def test_a_place_ends_for_the_reason_with_which_its_end_was_entered(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        house.clock.go_to(date(2026, 10, 20), 9)
        registers = house.ledger.registers
        [one, *_] = registers.all(ContractPlace)
        ending = replace(one.record, use_to=date(2026, 10, 30))
        registers.revise(ending, "使用を終える日が決まったため")
        registers.revise(replace(ending, status=PlaceStatus.ACTIVE), "状態の誤りを直すため")
        assert lines_of(house, "D-04") == [("終了", "使用を終える日が決まったため")]


def test_the_link_to_a_notice_is_no_reason(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        house.clock.go_to(date(2026, 10, 20), 9)
        registers = house.ledger.registers
        [first, *_] = registers.all(ContractPlace)
        made = registers.create(
            replace(
                first.record, id="", place_id=house.story.places[0].id, notice_submission_id="",
                use_from=JOINS, status=PlaceStatus.PLANNED,
            )
        ).ids[-1]  # fmt: skip
        paper = sealed(house, "D-04", change=True)
        one = registers.need(ContractPlace, made).record
        registers.revise(replace(one, use_to=date(2026, 11, 20)), "臨時の使用のため")
        house.ledger.paper.submit(paper.id, on=house.ledger.today(), means=SubmissionMeans.HAND)
        assert registers.need(ContractPlace, made).record.notice_submission_id == paper.id
        assert lines_of(house, "D-04") == [("終了", "臨時の使用のため")]


def test_a_value_that_came_back_has_the_reason_of_its_return(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        one = assignment_of(house, "worker2")
        for day, duties, why in (
            (20, "照合", "増員のため"), (21, "封入", "減員のため"), (22, "照合", "復帰のため")
        ):  # fmt: skip
            house.clock.go_to(date(2026, 10, day), 9)
            house.ledger.registers.revise(replace(one, duties=duties), why)
        assert lines_of(house, "D-03") == [("担当業務", "復帰のため")]
        assert "R8.10.22" in text_of(house, "D-03", change=True)


@pytest.mark.parametrize(("other", "told"), [("提出の記録", []), ("追加", ["追加"])])
def test_the_reasons_of_an_older_version_are_no_difference(other: str, told: list[str]) -> None:
    now = {
        "previous": "第1号",
        "lines": [{"whom": "第6室", "what": "終了", "reason": "移転のため"}],
    }
    key = "reason" if not told else "what"
    older = {**now, "lines": [{**now["lines"][0], key: other}]}  # type: ignore[index,dict-item]
    assert bool(differences(older, now)) == bool(told)

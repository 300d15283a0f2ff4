"""What counts as the notice of a person or a place: its own kind, speaking of that record."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.calendar import calendar
from models.codes import AssignmentStatus, SubmissionMeans
from models.records import Assignment, ContractPlace, Person, Submission
from tests import proof
from tests.house import House, furnished
from ui.issue import IssueRequest, issue
from ui.seal_part import make_seal

WHY = "届出書を選び直したため"


@pytest.fixture(params=["shiki", "confidentiality-model"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param, days=1) as made:
        make_seal(made.ledger)
        yield made


def told(house: House, query: str) -> list[str]:
    rows = proof.rows(house, query)
    return list(dict.fromkeys(row.sentence for row in rows if row.severity == "broken"))


def hand_in(house: House, kind: str, *ids: str) -> str:
    made = issue(house.ledger, IssueRequest(kind, house.story.contract.id, ids)).ids[-1]
    house.ledger.paper.submit(made, on=house.ledger.today(), means=SubmissionMeans.HAND)
    return made


def other_paper(house: House) -> str:
    """Note a paper of another kind that went out before the work began."""
    [known, *_] = house.ledger.registers.all(Submission, doc_kind="D-03")
    paper = replace(known.record, id="", doc_kind="D-02", title="体制図", doc_no="み発第99号")
    return house.ledger.paper.note(paper).ids[-1]


def worker(house: House) -> Assignment:
    person = house.story.people["worker"]
    return house.ledger.registers.all(Assignment, person_id=person)[0].record


def link(house: House, one: Assignment | ContractPlace, paper: str, **fields: Any) -> None:
    house.ledger.registers.revise(replace(one, notice_submission_id=paper, **fields), WHY)


def test_another_paper_is_no_notice_of_a_person(house: House) -> None:
    assert told(house, "EQ-STAFF") == []
    link(house, worker(house), other_paper(house))
    [said] = told(house, "EQ-STAFF")
    assert "体制図" in said and "ではありません" in said


def test_another_paper_is_no_notice_of_a_place(house: House) -> None:
    place = house.ledger.registers.all(ContractPlace)[0].record
    assert told(house, "EQ-PLACE") == []
    link(house, place, other_paper(house))
    [said] = told(house, "EQ-PLACE")
    assert "体制図" in said and "ではありません" in said


def test_a_person_who_was_told_by_another_paper_does_not_count(house: House) -> None:
    """届出済 counts by its notice alone (`models.rules.standing`), and is asked for in time."""
    tomorrow = house.ledger.today() + timedelta(days=1)
    link(
        house, worker(house), other_paper(house), status=AssignmentStatus.NOTIFIED,
        starts_on=tomorrow,
    )  # fmt: skip
    house.clock.wait(24 * 60)
    assert house.story.people["worker"] not in {
        one.person_id for one in house.ledger.inquiries.of(house.story.contract.id).active
    }
    assert any(one.code in ("K-02", "K-03") for one in calendar(house.ledger))


def test_a_notice_about_chosen_people_tells_of_nobody_else(house: House) -> None:
    others = [
        stored.record.id
        for stored in house.ledger.registers.all(Assignment)
        if stored.record.id != worker(house).id
    ]
    link(house, worker(house), hand_in(house, "D-03", *others))
    assert any("この人を載せた" in one for one in told(house, "EQ-STAFF"))


def test_a_notice_that_was_made_here_tells_of_whom_its_lines_name(house: House) -> None:
    paper = hand_in(house, "D-03")
    known = house.ledger.registers.need(Person, house.story.people["worker"]).record
    person = house.ledger.registers.create(replace(known, id="", name="新人　一郎")).ids[-1]
    house.clock.wait(60)
    made = house.ledger.registers.create(
        replace(worker(house), id="", person_id=person, notice_submission_id=paper)
    ).ids[-1]
    assert any("新人" in one and "この人を載せた" in one for one in told(house, "EQ-STAFF"))
    one = house.ledger.registers.need(Assignment, made).record
    link(house, one, hand_in(house, "D-03"))
    assert not any("この人を載せた" in one for one in told(house, "EQ-STAFF"))


def test_a_person_who_was_renamed_since_is_the_one_who_was_told(house: House) -> None:
    paper = hand_in(house, "D-03")
    link(house, worker(house), paper)
    before = told(house, "EQ-STAFF")
    known = house.ledger.registers.need(Person, house.story.people["worker"]).record
    house.ledger.registers.revise(replace(known, name="佐藤　翔太"), "婚姻のため")
    assert not any("この人を載せた" in one for one in told(house, "EQ-STAFF"))
    assert len(told(house, "EQ-STAFF")) == len(before)

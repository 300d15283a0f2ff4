"""Who or what is new and already has its last day: one notice of changes tells both (SK-4.2, SK-5.2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.calendar import calendar
from models.codes import AssignmentStatus, PlaceStatus, SubmissionMeans
from models.errors import Refused
from models.records import Assignment, ContractPlace, Person, Place, Submission
from tests.house import House
from tests.reports.applying import assignment_of, office, sealed, text_of
from ui.issue import changed_since

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 20)
ENDS = "令和8年11月20日で終了"


@pytest.fixture(params=["shiki", "confidentiality-model"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with office(tmp_path, request.param) as made:
        made.clock.go_to(date(2026, 10, 20), 9)
        yield made


def helper(house: House) -> Assignment:
    """Enter somebody who works here for three weeks."""
    registers = house.ledger.registers
    known = assignment_of(house, "worker2")
    person = registers.need(Person, known.person_id).record
    new = registers.create(replace(person, id="", name="短期　一郎")).ids[-1]
    one = replace(
        known, id="", person_id=new, notice_submission_id="", starts_on=FIRST, ends_on=LAST,
        end_reason="繁忙期の終わり", status=AssignmentStatus.PLANNED,
    )  # fmt: skip
    return registers.need(Assignment, registers.create(one).ids[-1]).record


def room(house: House) -> ContractPlace:
    """Enter a room that is used for three weeks."""
    registers = house.ledger.registers
    [known, *_] = registers.all(ContractPlace)
    place = registers.need(Place, known.record.place_id).record
    new = registers.create(replace(place, id="", name="臨時室")).ids[-1]
    one = replace(
        known.record, id="", place_id=new, notice_submission_id="", use_from=FIRST, use_to=LAST,
        status=PlaceStatus.PLANNED,
    )  # fmt: skip
    return registers.need(ContractPlace, registers.create(one).ids[-1]).record


def hand_in(house: House, paper: Submission) -> None:
    house.ledger.paper.submit(paper.id, on=house.ledger.today(), means=SubmissionMeans.HAND)


def lines(paper: Submission) -> list[dict[str, Any]]:
    content: Any = paper.content
    found: list[dict[str, Any]] = content["lines"]
    return found


def said(paper: Submission) -> list[tuple[Any, ...]]:
    names = ("whom", "what", "after", "changed_on", "reason")
    return [tuple(line[name] for name in names) for line in lines(paper)]


def asked_for(house: House) -> list[str]:
    return [one.what for one in calendar(house.ledger) if one.code in ("K-03", "K-05")]


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [("D-03", "短期　一郎", "繁忙期の終わり"), ("D-04", "臨時室", "当初からの予定のため")],
)
def test_one_notice_tells_that_it_is_new_and_when_it_ends(
    house: House, kind: str, name: str, reason: str
) -> None:
    helper(house) if kind == "D-03" else room(house)
    assert len(asked_for(house)) == 1  # one notice, about beginning and end
    paper = sealed(house, kind, change=True)
    added, ended = said(paper)
    assert added[:2] == (name, "追加") and ended == (name, "終了", ENDS, "2026-11-20", reason)
    hand_in(house, paper)
    assert asked_for(house) == []
    with pytest.raises(Refused, match="届け出る変更はありません"):
        text_of(house, kind, change=True)
    assert changed_since(house.ledger, paper) == []


def test_another_last_day_is_told_with_the_one_before(house: House) -> None:
    one = helper(house)
    hand_in(house, sealed(house, "D-03", change=True))
    told = house.ledger.registers.need(Assignment, one.id).record
    later = replace(told, ends_on=date(2026, 11, 27))
    house.ledger.registers.revise(later, "期間を延ばしたため")
    [line] = lines(sealed(house, "D-03", change=True))
    assert (line["what"], line["before"], line["after"]) == ("終了", ENDS, "令和8年11月27日で終了")
    stays = replace(told, ends_on=None, end_reason="")
    house.ledger.registers.revise(stays, "長期の従事に変えたため")
    [line] = lines(sealed(house, "D-03", change=True))
    assert (line["what"], line["before"], line["after"]) == ("終了の取消し", ENDS, "引き続き従事")


def test_what_an_older_version_sealed_without_the_end_differs_in_nothing(house: House) -> None:
    helper(house)
    paper = sealed(house, "D-03", change=True)
    content: Any = paper.content
    older = {**content, "lines": [x for x in content["lines"] if x["what"] != "終了"]}
    assert changed_since(house.ledger, replace(paper, content=older)) == []


def test_an_end_with_the_contract_is_nothing_to_tell(house: House) -> None:
    registers = house.ledger.registers
    one = helper(house)
    end = house.story.contract.ends_on
    registers.revise(replace(one, ends_on=end), "契約の終わりまでのため")
    assert [line[1] for line in said(sealed(house, "D-03", change=True))] == ["追加"]


def other_day(house: House, kind: str) -> None:
    """Let what ends earlier end some days later."""
    registers = house.ledger.registers
    if kind == "D-03":
        [one] = [x.record for x in registers.all(Assignment) if x.record.ends_on == LAST]
        registers.revise(replace(one, ends_on=date(2026, 11, 27)), "期間を延ばしたため")
    else:
        [used] = [x.record for x in registers.all(ContractPlace) if x.record.use_to == LAST]
        registers.revise(replace(used, use_to=date(2026, 11, 27)), "期間を延ばしたため")


FIRST_NOTICES = [("D-03", "ends_on", "従事終了日"), ("D-04", "use_to", "使用終了日")]


@pytest.mark.parametrize(("kind", "field", "label"), FIRST_NOTICES)
def test_the_first_notice_tells_an_end_that_is_known(
    house: House, kind: str, field: str, label: str
) -> None:
    assert label not in text_of(house, kind)
    helper(house) if kind == "D-03" else room(house)
    assert label in text_of(house, kind)
    paper = sealed(house, kind)
    assert [line[field] for line in lines(paper) if field in line] == ["2026-11-20"]
    hand_in(house, paper)
    assert asked_for(house) == []
    with pytest.raises(Refused, match="届け出る変更はありません"):
        text_of(house, kind, change=True)
    assert changed_since(house.ledger, paper) == []
    other_day(house, kind)
    assert [one for one in asked_for(house) if "（終了）" in one]
    [line] = lines(sealed(house, kind, change=True))
    assert (line["what"], line["before"], line["after"]) == ("終了", ENDS, "令和8年11月27日で終了")


@pytest.mark.parametrize(("kind", "field", "_label"), FIRST_NOTICES)
def test_a_first_notice_of_an_older_version_told_no_end(
    house: House, kind: str, field: str, _label: str
) -> None:
    helper(house) if kind == "D-03" else room(house)
    paper = sealed(house, kind)
    older = [{k: v for k, v in line.items() if k != field} for line in lines(paper)]
    content: Any = paper.content
    assert changed_since(house.ledger, replace(paper, content={**content, "lines": older})) == []


def test_a_first_notice_tells_no_end_that_comes_with_the_contract(house: House) -> None:
    registers = house.ledger.registers
    one = helper(house)
    end = house.story.contract.ends_on
    registers.revise(replace(one, ends_on=end), "契約の終わりまでのため")
    assert not any("ends_on" in line for line in lines(sealed(house, "D-03")))
    assert "従事終了日" not in text_of(house, "D-03")

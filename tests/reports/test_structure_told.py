"""The chart of the structure says from which day it applies, in every text."""

from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

import resources
from models.codes import AssignmentStatus, GovernanceKind
from models.records import Assignment, GovernanceDocument, Person, Submission
from tests.house import House
from tests.reports.applying import assignment_of, office, sealed, text_of
from ui.issue import changed_since

PROFILES = sorted(p.stem for p in Path(str(files(resources))).glob("profiles/*.toml"))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_chart_names_the_day_from_which_it_applies(tmp_path: Path, profile: str) -> None:
    with office(tmp_path, profile) as house:
        text = text_of(house, "D-02")
        assert "適用日 令和8年" in text and "従事開始日" not in text
        assert "連絡経路" in text.split("別紙のとおりです")[-1]


def joins(house: House, who: str, day: date) -> None:
    """Let somebody work from a day that is still to come."""
    base = assignment_of(house, "worker2")
    house.ledger.registers.create(
        replace(
            base, id="", person_id=house.story.people[who], starts_on=day,
            notice_submission_id="", status=AssignmentStatus.PLANNED,
        )
    )  # fmt: skip


def test_the_chart_shows_who_works_on_its_day_and_from_when_the_others_do(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        registers = house.ledger.registers
        house.clock.go_to(date(2026, 12, 10), 9)
        joins(house, "officer", date(2027, 1, 5))
        left = registers.need(Person, house.story.people["worker2"]).record
        registers.revise(replace(left, left_on=date(2026, 12, 6)), "退職のため")
        text = text_of(house, "D-02")
        assert "次のとおり定めています（令和8年12月10日現在）。" in text
        assert text.count("（令和9年1月5日から）") == 2, "in the chart and in the list"
        assert f"{left.name}（" not in text and "𠮷野　翔太（" in text
        assert "適用日 令和9年" not in text
        [gone] = registers.all(Assignment, person_id=left.id)
        assert "（令和8年12月6日まで）" in text_of(house, "D-02", gone.record.id)


def test_a_structure_that_is_to_come_shows_those_of_its_first_day(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        registers = house.ledger.registers
        found = registers.all(GovernanceDocument, kind=GovernanceKind.MANAGEMENT_STRUCTURE)
        begins = date(2026, 12, 1)
        registers.revise(replace(found[0].record, effective_from=begins), "見直しのため")
        joins(house, "officer", begins)
        text = text_of(house, "D-02")
        assert "次のとおり定めています（令和8年12月1日から）。" in text
        assert "適用日 令和8年12月1日" in text and "1日から）" not in text.replace(
            "（令和8年12月1日から）。", ""
        )


def test_a_sealed_chart_is_compared_as_of_its_own_day(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        house.clock.go_to(date(2026, 12, 10), 9)
        joins(house, "officer", date(2027, 1, 5))
        paper = sealed(house, "D-02")
        house.clock.go_to(date(2027, 1, 8), 9)
        assert changed_since(house.ledger, paper) == []
        content = {k: v for k, v in paper.content.items() if k != "as_of"}
        for line in content["lines"]:
            line["person"] = line["person"].replace("（令和9年1月5日から）", "")
        earlier = replace(paper, content=content)
        assert isinstance(earlier, Submission) and changed_since(house.ledger, earlier) == []

"""A paper that must tell post, name and contact of somebody never leaves one of them out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.errors import Refused
from models.records import Organization, Person, Record
from tests.house import House
from tests.reports.applying import office, sealed, text_of, wish
from ui.issue import missing


def change(house: House, cls: type[Record], id_: str, **changes: Any) -> None:
    record: Record = house.ledger.registers.need(cls, id_).record
    house.ledger.registers.revise(replace(record, **changes), "登録内容の訂正のため")


def test_a_manager_without_contact_is_reached_through_the_company(tmp_path: Path) -> None:
    with office(tmp_path, "chiba") as house:
        assert "髙橋　恵子　0000-11-2222" in text_of(house, "D-05")
        change(house, Person, house.story.people["supervisor"], contact="内線12")
        assert "髙橋　恵子　内線12" in text_of(house, "D-05")


def test_a_manager_whom_nobody_can_reach_and_one_without_post_are_not_reported(
    tmp_path: Path,
) -> None:
    with office(tmp_path, "chiba") as house:
        change(house, Person, house.story.people["supervisor"], job_title="")
        change(house, Organization, house.story.contract.contractor_org_id, phone="")
        lacks = ["髙橋　恵子さんの職名", "髙橋　恵子さんの連絡先"]
        assert missing(house.ledger, wish(house, "D-05")) == lacks
        with pytest.raises(Refused, match="、".join(lacks)):
            sealed(house, "D-05")


def test_a_text_that_does_not_ask_for_the_manager_wants_nothing_of_him(tmp_path: Path) -> None:
    with office(tmp_path, "shiki") as house:
        change(house, Person, house.story.people["supervisor"], job_title="")
        assert missing(house.ledger, wish(house, "D-05")) == []


@pytest.mark.parametrize("profile", ["shiki", "chiba"])
def test_who_has_neither_department_nor_post_belongs_to_his_company(
    tmp_path: Path, profile: str
) -> None:
    with office(tmp_path, profile) as house:
        before = text_of(house, "D-03").count("株式会社みほん情報処理")
        change(house, Person, house.story.people["worker"], department="", job_title="")
        assert text_of(house, "D-03").count("株式会社みほん情報処理") > before

"""The verb `calendar`: dates with their states."""

from dataclasses import replace
from pathlib import Path

from models.codes import DueStatus
from models.records import Contract, DueItem
from tests.designating import designate_offices
from tests.house import furnished
from tests.ui.console.desk import Console


def test_dates_that_have_passed_are_an_answer_of_no(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True, days=4, planted=True) as house:
        house.clock.wait(60 * 24 * 5)
        said = Console(house)("calendar", tmp_path / "ledger", "--contract", "2026-001")
        assert said.code == 1, said.err
        dates = said.answer["dates"]
        assert [one["due_on"] or "9" for one in dates] == sorted(
            one["due_on"] or "9" for one in dates
        )
        back = next(one for one in dates if one["code"] == "K-13")
        assert (back["state"], back["state_word"], back["type"]) == ("overdue", "期限超過", "item")
        assert back["person"] and back["contract"] == "2026-001" and back["clause"]


def test_an_empty_contract_has_only_what_comes(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="yachiyo", rules=True) as house:
        designate_offices(house)
        said = Console(house)("calendar", tmp_path / "ledger")
        assert said.code == 0, said.err
        assert {one["state"] for one in said.answer["dates"]} <= {"later", "week", "unset"}


def test_a_line_says_whose_date_it_is_where_there_are_several(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True) as house:
        one = house.ledger.registers.need(Contract, house.story.contract.id).record
        house.ledger.registers.create(replace(one, id="", contract_no="2026-002"))
        text = Console(house)("calendar", tmp_path / "ledger", as_json=False).out
        assert "　2026-001　" in text and "　2026-002　" in text
        mine = ("--contract", "2026-001")
        assert (
            "2026-00"
            not in Console(house)("calendar", tmp_path / "ledger", *mine, as_json=False).out
        )


def test_the_only_contract_is_not_named_in_every_line(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True) as house:
        assert "2026-00" not in Console(house)("calendar", tmp_path / "ledger", as_json=False).out


def test_what_is_of_no_contract_is_told_with_each_and_says_so(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True) as house:
        one = DueItem(
            title="規程の見直し", due_on=house.ledger.today(), status=DueStatus.OPEN,
            owner_person_id=house.story.people["worker"],
        )  # fmt: skip
        house.ledger.registers.create(one)
        mine = ("calendar", tmp_path / "ledger", "--contract", "2026-001")
        assert "　契約なし　規程の見直し" in Console(house)(*mine, as_json=False).out
        dates = Console(house)(*mine).answer["dates"]
        assert [one["contract"] for one in dates if one["type"] == "due_item"] == [""]

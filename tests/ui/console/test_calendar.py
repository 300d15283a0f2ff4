"""The verb `calendar`: dates with their states."""

from pathlib import Path

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
        said = Console(house)("calendar", tmp_path / "ledger")
        assert said.code == 0, said.err
        assert {one["state"] for one in said.answer["dates"]} <= {"later", "week", "unset"}

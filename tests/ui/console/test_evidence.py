"""The verb `evidence`: clause, state, rows."""

from pathlib import Path

from tests.ending import ended, erase
from tests.house import furnished
from tests.ui.console.desk import Console


def test_a_kept_contract_is_told_clause_by_clause(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True, days=1) as house:
        said = Console(house)("evidence", tmp_path / "ledger", "--contract", "2026-001")
        assert said.code == 0, said.err
        answer = said.answer
        assert (answer["contract"], answer["profile"]) == ("2026-001", "shiki")
        pledge = next(one for one in answer["clauses"] if one["clause"] == "SK-7.2")
        assert pledge["state"] == "done"
        assert pledge["evidence"][0] == {"query": "EQ-PLEDGE", "rows": []}


def test_a_broken_clause_is_an_answer_of_no(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True, days=4, planted=True) as house:
        said = Console(house)("evidence", tmp_path / "ledger", "--contract", "2026-001")
        assert said.code == 1, said.err
        broken = [one for one in said.answer["clauses"] if one["state"] == "broken"]
        assert broken and all(
            row["sentence"] for one in broken for part in one["evidence"] for row in part["rows"]
        )


def test_an_erased_contract_is_told_and_never_counted_as_kept(tmp_path: Path) -> None:
    with ended(tmp_path) as house:
        seq = erase(house).head.seq
        said = Console(house)("evidence", tmp_path / "ledger", "--contract", "2026-001")
        assert said.code == 0, said.err
        assert f"（記帳番号{seq}）に消去されました" in said.answer["erased"]
        states = {one["state"] for one in said.answer["clauses"]}
        assert states == {"erased", "not_applicable"}


def test_an_unknown_contract_is_told(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        said = Console(house)("evidence", tmp_path / "ledger", "--contract", "9999")
        assert said.code == 1 and "9999" in said.err

"""A working print of a contract whose content was erased says so, and not that there was nothing."""

from pathlib import Path

from tests.ending import ended, erase
from tests.reports.applying import text_of

NONE = "この期間の取扱いの記録はありません。"


def test_the_register_of_an_erased_contract_says_when_it_was_erased(tmp_path: Path) -> None:
    with ended(tmp_path) as house:
        assert "に消去されました" not in text_of(house, "D-28")
        seq = erase(house).head.seq
        text = text_of(house, "D-28")
        assert f"この契約の内容は、令和8年10月1日（記帳番号{seq}）に消去されました。" in text
        assert NONE not in text
        assert "に消去されました" in text_of(house, "D-29")


def test_a_register_without_a_row_says_that_there_is_none(tmp_path: Path) -> None:
    with ended(tmp_path) as house:
        first = house.ledger.today().replace(year=2030)
        assert NONE in text_of(house, "D-28", **{"from": first})

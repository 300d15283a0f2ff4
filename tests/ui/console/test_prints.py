"""`print` on the console: sealed papers take a number, working prints none, changes are asked for."""

from pathlib import Path

from tests.reports.papers import flat
from tests.ui.console.desk import Console
from ui.issue import UNSEALED
from ui.seal_part import make_seal


def said_of(console: Console, out: Path, *words: str) -> dict[str, object]:
    make_seal(console.house.ledger)
    said = console("print", console.ledger, "--contract", "2026-001", *words, out, "--json")
    assert said.code == 0, said.err
    return said.answer


def test_a_notice_takes_a_number(console: Console, tmp_path: Path) -> None:
    out = tmp_path / "notice.pdf"
    answer = said_of(console, out, "--document", "D-03")
    text = flat(out.read_bytes())
    assert str(answer["number"]) in text and answer["sha256"]
    assert "作業責任者・作業従事者届出書" in text and UNSEALED not in text


def test_a_list_is_printed_without_a_number(console: Console, tmp_path: Path) -> None:
    out = tmp_path / "list.pdf"
    answer = said_of(console, out, "--document", "D-29")
    assert (answer["number"], answer["sha256"]) == (None, None)
    assert "媒体・機器一覧" in flat(out.read_bytes())


def test_nothing_changed_is_said_and_nothing_written(console: Console, tmp_path: Path) -> None:
    out = tmp_path / "change.pdf"
    make_seal(console.house.ledger)
    said = console(
        "print", console.ledger, "--contract", "2026-001", "--document", "D-03", "--change", out
    )
    assert said.code == 1 and "変更はありません" in said.err
    assert not out.exists()


def test_a_paper_that_nobody_knows_is_not_found(console: Console, tmp_path: Path) -> None:
    out = tmp_path / "x.pdf"
    said = console("print", console.ledger, "--contract", "2026-001", "--document", "D-99", out)
    assert said.code == 1 and "D-99" in said.err

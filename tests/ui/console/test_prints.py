"""`print` on the console: sealed papers take a number, working prints none, changes are asked for."""

from pathlib import Path

from models.access import Act, Question
from models.purposes import SCHEDULED
from models.records import Submission
from tests.reports.papers import flat
from tests.ui.console.desk import Console
from ui.issue import UNSEALED
from ui.sample import cast
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


def test_a_print_is_kept_with_its_purpose_pages_and_paper(console: Console, tmp_path: Path) -> None:
    said_of(console, tmp_path / "a.pdf", "--document", "D-03", "--purpose", "当初の届出")
    house = console.house
    house.sign_in(cast.USERS[0].login)
    said = console(
        "print", console.ledger, "--contract", "2026-001", "--document", "D-29", tmp_path / "b.pdf"
    )
    assert said.code == 0
    house.sign_in(cast.USERS[0].login)
    listed, noticed = house.ledger.access.lines(Question(acts=frozenset({Act.PRINT})))
    assert (listed.purpose, listed.pages > 0) == (SCHEDULED, True)
    paper = house.ledger.registers.need(Submission, noticed.target).record
    assert (noticed.purpose, paper.doc_kind) == ("当初の届出", "D-03")


def test_a_purpose_that_says_nothing_is_refused_before_anything_is_sealed(
    console: Console, tmp_path: Path
) -> None:
    out = tmp_path / "x.pdf"
    make_seal(console.house.ledger)
    before = console.house.ledger.store.head()
    said = console(
        "print", console.ledger, "--contract", "2026-001", "--document", "D-03", out,
        "--purpose", "－",
    )  # fmt: skip
    assert said.code == 1 and "目的" in said.err and not out.exists()
    console.house.sign_in(cast.USERS[0].login)
    assert console.house.ledger.store.head() == before

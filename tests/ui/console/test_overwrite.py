"""`export` and `print` leave what stands there alone, unless they are told to replace it."""

from pathlib import Path

import pytest

from tests.ui.console.desk import Console
from tests.ui.shell import Answers
from ui.asking import completed
from ui.seal_part import make_seal

EXPORT = ("export", "--record", "item")
PRINT = ("print", "--contract", "2026-001", "--document", "D-03")


@pytest.mark.parametrize(("words", "name"), [(EXPORT, "items.csv"), (PRINT, "notice.pdf")])
def test_an_existing_file_is_replaced_only_on_demand(
    console: Console, tmp_path: Path, words: tuple[str, ...], name: str
) -> None:
    make_seal(console.house.ledger)
    verb, *more = words
    out = tmp_path / name
    out.write_bytes(b"kept")
    head = console.house.ledger.store.head()
    said = console(verb, console.ledger, *more, out)
    assert said.code == 2 and "--overwrite" in said.err and name in said.err
    assert out.read_bytes() == b"kept"
    assert console("status", console.ledger).answer["seq"] == head.seq  # nothing was sealed
    assert console(verb, console.ledger, *more, out, "--overwrite").code == 0
    assert out.read_bytes() != b"kept"


def test_a_suffix_that_was_left_out_is_asked_about(tmp_path: Path) -> None:
    (tmp_path / "紙.pdf").write_bytes(b"kept")
    asker = Answers([False, True])
    assert completed(asker, None, tmp_path / "紙", ".pdf") is None
    assert completed(asker, None, tmp_path / "紙", ".pdf") == tmp_path / "紙.pdf"
    assert "置き換えますか" in asker.asked[-1]
    assert completed(asker, None, tmp_path / "別", ".pdf") == tmp_path / "別.pdf"
    assert completed(asker, None, tmp_path / "紙.csv", ".xlsx", ".csv") == tmp_path / "紙.csv"
    assert completed(asker, None, None, ".pdf") is None and len(asker.asked) == 2

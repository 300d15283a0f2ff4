"""What the console says about mistakes on the command line, and what it leaves open."""

import re

import pytest

from models.errors import Usage
from tests.ui.console.desk import Console
from ui.console.arguments import parse

LATIN_SENTENCE = re.compile(r"[a-z]+ [a-z]+ [a-z]+")  # three words of English in a row


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["export", "L"], "--record, OUT を指定してください。"),
        (["no-such"], "「no-such」という操作はありません。"),
        (["status", "L", "--nothing"], "「--nothing」という指定はありません。"),
        (["print", "L", "--document"], "--document の値を指定してください。"),
        (["demo", "d", "--days", "x"], "--days は数で指定してください（「x」）。"),
        (["export", "L", "--record", "item", "--encoding", "x", "o.csv"], "「x」は使えません"),
    ],
)
def test_a_mistake_is_told_in_japanese(argv: list[str], said: str) -> None:
    with pytest.raises(Usage) as caught:
        parse(argv)
    assert said in str(caught.value)
    assert not LATIN_SENTENCE.search(str(caught.value))


def test_a_quick_verification_does_not_pass_for_a_full_one(console: Console) -> None:
    quick = console("verify", console.ledger)
    full = console("verify", console.ledger, "--full")
    assert (quick.answer["ok"], quick.answer["full"]) == (True, False)
    assert (full.answer["ok"], full.answer["full"]) == (True, True)


def test_a_fingerprint_that_is_none_is_a_mistake_of_usage(console: Console) -> None:
    said = console("verify-document", "x.pdf", "--fingerprint", "xyz")
    assert said.code == 2 and "64桁" in said.answer["message"]


def test_a_worker_who_restores_is_told_whose_password_it_takes(console: Console) -> None:
    folder = console.ledger.parent
    (folder / "disk").mkdir()
    made = console("backup", console.ledger, folder / "disk").answer["file"]
    said = console("restore", made, folder / "new", user="yoshino")
    assert (said.code, said.answer["error"]) == (3, "WRONG_PASSWORD")
    assert "責任者だけ" in said.answer["message"] and not (folder / "new").exists()


def test_a_verification_writes_only_when_asked(console: Console) -> None:
    before = console("status", console.ledger).answer["seq"]
    assert console("verify", console.ledger, "--full").answer["seq"] == before
    assert console("verify", console.ledger, "--enter").answer["full"]
    assert console("status", console.ledger).answer["seq"] == before + 1

"""What the console says about mistakes on the command line, and what it leaves open."""

import re
import shutil

import pytest

from models.errors import Usage
from models.profile_shelf import offered
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
    said = console("verify", console.ledger, "--enter", user="kensa")  # an inspector enters nothing
    assert said.code == 0 and "台帳に記録していません" in said.err
    assert console("status", console.ledger).answer["seq"] == before + 1


def test_who_only_looks_changes_nothing(console: Console) -> None:
    """A copy in another folder is noticed by whoever works there, not by whoever looks."""
    folder = console.ledger.parent
    before = console("status", console.ledger).answer["seq"]
    copied = folder / "copied"
    shutil.copytree(console.ledger, copied)
    (folder / "disk").mkdir()
    assert console("backup", console.ledger, folder / "disk").code == 0
    for verb in (("verify", copied), ("verify", copied, "--full"), ("status", copied)):
        said = console(*verb)
        assert (said.code, said.answer["seq"]) == (0, before), said.err
    assert "別の場所で見ています" in console("status", copied).err  # still noticed


@pytest.mark.parametrize(
    ("file", "words"), [("/dev/zero", "通常のファイルではありません"), ("/", "フォルダーです")]
)
def test_what_is_no_plain_file_is_not_read(console: Console, file: str, words: str) -> None:
    said = console("verify-document", file)
    assert said.code == 4 and words in said.answer["documents"][0]["problems"][0]["message"]


def test_a_profile_that_only_accompanies_is_not_offered(console: Console) -> None:
    profiles = console.house.office.profiles
    assert "online-connection" in profiles and "online-connection" not in dict(offered(profiles))
    said = console("demo", console.ledger.parent / "d", "--profile", "online-connection", user=None)
    assert said.code == 2 and not (console.ledger.parent / "d").exists()
    many = console("demo", console.ledger.parent / "d", "--entries", "9" * 20, user=None)
    assert many.code == 2


def test_a_name_that_the_system_cannot_take_is_told(console: Console) -> None:
    said = console("status", "x" * 5000)
    assert said.code == 5 and "使えません" in said.err

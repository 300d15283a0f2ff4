"""Places as people type them: they come out whole, or with a sentence that says what is wrong."""

import argparse
import json
import os
from pathlib import Path

import pytest

from models.errors import FileMissing, MediumMissing, Usage
from tests.ui.console.desk import BOSS, Console
from ui.console.arguments import parser
from ui.console.driver import Driver
from ui.console.places import file_to_write, folder, place, present_file, present_folder


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which somebody works, with a file and a folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "file.csv").write_text("x", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "typed", ["folder", "folder/", "./folder", "file.csv/../folder", "~/folder"]
)
def test_every_spelling_of_a_place_is_the_same_place(desk: Path, typed: str) -> None:
    assert place(typed) == str(desk / "folder")


def test_a_step_back_from_a_link_goes_where_the_link_goes(desk: Path) -> None:
    (desk / "folder" / "deep").mkdir()
    (desk / "link").symlink_to(desk / "folder" / "deep")
    assert place("link/../x") == str(desk / "folder" / "x")
    assert place("link/x") == str(desk / "link" / "x")


@pytest.mark.parametrize("typed", ["", "  ", "a\0b"])
def test_no_place_is_a_mistake(typed: str) -> None:
    with pytest.raises(Usage, match="指定し"):
        place(typed)


def test_a_folder_is_no_file_and_a_file_no_folder(desk: Path) -> None:
    for read in (present_file, file_to_write):
        with pytest.raises(Usage, match="はフォルダーです"):
            read("folder/")
    for look in (folder, present_folder):
        with pytest.raises(Usage, match="はファイルです"):
            look("file.csv")
    with pytest.raises(Usage, match=r"「.*file.csv」はファイルです"):
        file_to_write("file.csv/out.csv")


def test_what_is_not_there_is_named_in_full(desk: Path) -> None:
    with pytest.raises(FileMissing, match=str(desk / "none.csv")):
        present_file("~/none.csv")
    with pytest.raises(MediumMissing, match=str(desk / "none")):
        present_folder("none")


def test_a_file_of_a_ledger_is_not_the_ledger(console: Console) -> None:
    said = console("status", console.ledger / "ledger.db")
    assert said.code == 2 and "台帳のフォルダーを指定してください" in said.answer["message"]


def test_answers_name_the_full_path(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(console.ledger.parent)
    assert console("status", "./ledger/").answer["ledger"] == str(console.ledger)
    made = console("export", "ledger", "--record", "item", "x/../out.csv").answer["file"]
    assert made == str(console.ledger.parent / "out.csv")


def test_pruning_into_a_folder_that_is_not_there_is_refused(console: Console) -> None:
    missing = console.ledger.parent / "none"
    said = console("journal", console.ledger, "--prune", missing)
    assert (said.code, said.answer["error"]) == (5, "MEDIUM_MISSING")
    assert str(missing) in said.answer["message"] and not missing.exists()


def test_the_driver_reads_places_in_the_same_way(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = console.ledger.parent
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    console.house.ledger.close()
    driver = Driver(console.ledger, console.house.office)

    def ask(**request: object) -> dict[str, object]:
        return driver.answer(json.dumps(request))

    try:
        assert ask(do="unlock", user=BOSS.login, password=BOSS.password)["ok"]
        done = ask(do="export", record="item", out="~/out.csv")
        assert done["file"] == str(home / "out.csv") and (home / "out.csv").exists()
        for wrong in (
            ask(do="backup", folder="~/out.csv"),
            ask(do="export", record="item", out="~"),
            ask(do="attach", name="x", file="~"),
            ask(do="journal", start="~/out.csv"),
        ):
            assert wrong["error"] == "USAGE" and str(home) in str(wrong["message"])
        gone = ask(do="backup", folder=os.path.join("~", "none"))
        assert gone["error"] == "MEDIUM_MISSING"
    finally:
        ask(do="lock")


def test_every_place_of_the_command_line_is_read(desk: Path) -> None:
    """Whatever is named like a place has a reader: nothing reaches the verbs as it was typed."""
    names = ("LEDGER", "NEWLEDGER", "FOLDER", "FILE", "FILE.pdf", "FILE.toml", "BACKUP", "DIR")
    seen = set()
    for verb in _verbs():
        for one in verb._actions:
            if one.metavar in (*names, "OUT", "OUT.pdf"):
                seen.add(one.metavar)
                assert one.type is not None, (verb.prog, one.dest)
    assert seen == {*names, "OUT", "OUT.pdf"}


def test_every_word_of_the_command_line_is_explained() -> None:
    silent = [(verb.prog, one.dest) for verb in _verbs() for one in verb._actions if not one.help]
    assert silent == []


def _verbs() -> list[argparse.ArgumentParser]:
    (subs,) = (one for one in parser()._actions if isinstance(one, argparse._SubParsersAction))
    return list(subs.choices.values())

"""`backups` on the console: what stays and why, and what a schedule may end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.backup_care import ABSENT, LAST_SOUND, LOST, NEWEST
from models.backup_media import register_medium
from models.backup_strays import UNKNOWN
from models.safe import Presence
from models.store import quiet
from tests.ui.console.desk import BOSS, Console
from tests.ui.console.test_bad_input import refused


@pytest.fixture
def stick(console: Console, tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    for _ in range(3):
        console.house.clock.wait(1)
        assert console("backup", console.ledger, folder).code == 0
    return folder


def test_the_fate_of_every_backup_is_told_and_nothing_done(console: Console, stick: Path) -> None:
    before = console("status", console.ledger).answer["seq"]
    answer = console("backups", console.ledger).answer
    assert [one["fate"] for one in answer["backups"]] == ["may", "may", "held"]
    assert answer["keep"] == {"days": 7, "weeks": 5, "months": 12}
    assert answer["backups"][0]["presence"] == "there" and answer["disposed"] == []
    assert answer["seq"] == before and len(list(stick.iterdir())) == 3


def test_a_schedule_ends_what_the_rule_lets_go(console: Console, stick: Path) -> None:
    silent = console("backups", console.ledger, "--dispose", "--reason", "")
    refused(silent, 1, "INVALID_FIELD", "理由")
    said = console("backups", console.ledger, "--dispose")
    assert said.code == 0 and len(said.answer["disposed"]) == 2
    assert [one["fate"] for one in said.answer["backups"]] == ["held"]
    assert [str(path) for path in stick.iterdir()] == [said.answer["backups"][0]["file"]]
    again = console("backups", console.ledger, "--dispose").answer
    assert again["disposed"] == [] and again["seq"] == said.answer["seq"]


def test_what_cannot_be_reached_stays_on_the_books(console: Console, stick: Path) -> None:
    stick.rename(stick.with_name("drawer"))
    said = console("backups", console.ledger, "--dispose")
    assert said.answer["disposed"] == []
    assert [one["presence"] for one in said.answer["backups"]] == ["away", "away", "away"]


def test_the_last_file_that_is_there_is_kept(console: Console, stick: Path) -> None:
    old, _, newest = sorted(stick.iterdir())
    newest.unlink()
    said = console("backups", console.ledger, "--dispose")
    assert said.code == 1 and said.answer["error"] == "REFUSED" and newest.name in said.err
    assert old.exists()
    shown = console("backups", console.ledger).answer["backups"]
    assert [one["presence"] for one in shown] == ["there", "there", "gone"]


def test_a_newest_backup_that_is_not_in_its_place_is_told_everywhere(
    console: Console, stick: Path
) -> None:
    assert console("status", console.ledger).answer["last_backup"]["lost"] is False
    newest = max(stick.iterdir())
    newest.rename(stick.with_name("taken.azb"))
    said = console("backups", console.ledger, as_json=False)
    assert said.code == 1
    assert f"{NEWEST}{ABSENT[Presence.GONE]}{LOST}" in said.out.replace(LAST_SOUND, "")
    assert console("status", console.ledger).answer["last_backup"]["lost"] is True
    assert LOST in console("status", console.ledger, as_json=False).out
    told = console("condition", console.ledger)
    (backup,) = [one for one in told.answer["conditions"] if one["topic"] == "バックアップ"]
    assert told.code == 1 and newest.name in backup["sentence"] and backup["to_do"] == LOST
    stick.rename(stick.with_name("drawer"))  # a medium that lies in the safe is no loss
    assert console("backups", console.ledger).code == 0


@pytest.mark.parametrize("harm", [lambda old, raw: b"", lambda old, raw: raw[:-1],
                                  lambda old, raw: b"x" * len(raw), lambda old, raw: old])  # fmt: skip
def test_a_newest_backup_that_is_something_else_by_now_is_told_everywhere(
    console: Console, stick: Path, harm: Callable[[bytes, bytes], bytes]
) -> None:
    oldest, *_, newest = sorted(stick.iterdir())
    newest.write_bytes(harm(oldest.read_bytes(), newest.read_bytes()))
    backup = console("status", console.ledger).answer["last_backup"]
    assert (backup["lost"], backup["presence"]) == (True, "other")
    said = console("backups", console.ledger, as_json=False)
    assert said.code == 1 and f"{ABSENT[Presence.OTHER]}{LOST}" in said.out.replace(LAST_SOUND, "")
    told = console("condition", console.ledger)
    (backup,) = [one for one in told.answer["conditions"] if one["topic"] == "バックアップ"]
    assert told.code == 1 and backup["to_do"] == LOST
    assert "作成したときのものではありません" in backup["sentence"]


def test_a_harmed_newer_backup_keeps_the_older_one(console: Console, stick: Path) -> None:
    old, _, newest = sorted(stick.iterdir())
    data = bytearray(newest.read_bytes())
    data[-100] ^= 1
    newest.write_bytes(data)
    assert console("backups", console.ledger, "--dispose").code == 4
    assert old.exists()
    fates = [one["fate"] for one in console("backups", console.ledger).answer["backups"]]
    assert fates == ["may", "held", "held"]


def test_the_answer_is_no_while_one_must_not_be_kept(console: Console, stick: Path) -> None:
    house = console.house
    house.sign_in(BOSS.login)
    house.ledger.people.renew_key("鍵の写しを失くしたため")
    assert console("backups", console.ledger).code == 1
    assert console("backup", console.ledger, stick).code == 0
    assert console("backups", console.ledger, "--dispose", "--reason", "鍵の更新").code == 0
    assert len(list(stick.iterdir())) == 1


def test_a_file_without_an_entry_is_shown_with_what_to_do(console: Console, stick: Path) -> None:
    house = console.house
    house.sign_in(BOSS.login)
    register_medium(house.ledger, stick, medium_no="B-01", name="金庫のUSB")
    house.clock.wait(1)
    made = house.ledger.safe.backup(stick, quiet)  # killed before it was entered
    said = console("backups", console.ledger)
    assert said.code == 0 and len(said.answer["backups"]) == 3
    assert said.answer["strays"] == [{"file": str(made.file), "message": UNKNOWN}]
    lines = console("backups", console.ledger, as_json=False).out.splitlines()
    assert lines[-1] == f"{made.file}　{UNKNOWN}"


def test_a_worker_is_told_who_may(console: Console, stick: Path) -> None:
    said = console("backups", console.ledger, user="yoshino")
    assert said.code == 3 and "責任者" in said.err

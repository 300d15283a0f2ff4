"""`import` and `export` on the command line: what programs read, and the exit codes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import House, furnished
from tests.intake_stage import LOG, REGISTER, set_stage, write
from ui.console.program import run
from ui.sample import cast

Speak = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        set_stage(made)
        made.ledger.close()
        yield made


@pytest.fixture
def speak(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Speak:
    secret = tmp_path / "password"
    secret.write_text(cast.USERS[0].password, "utf-8")

    def say(verb: str, *words: str) -> tuple[int, dict[str, Any]]:
        common = ["--user", cast.USERS[0].login, "--password-file", str(secret), "--json"]
        argv = [verb, str(house.folder / "ledger"), *words, *common]
        code = run(argv, lambda: house.office)
        return code, json.loads(capsys.readouterr().out)

    return say


def test_the_two_sample_files_go_in_one_after_the_other(speak: Speak) -> None:
    code, told = speak("import", str(REGISTER), "--record", "item", "--contract", "2026-001")
    assert code == 0
    assert told["accepted"] == 130
    assert [row["line"] for row in told["refused"]] == [85, 86]
    assert told["records"] == {"item": 130, "handling_event": 143}
    code, told = speak("import", str(LOG), "--record", "handling_event")
    assert code == 0
    assert told["accepted"] == 123
    assert {row["line"] for row in told["refused"]} >= {691, 692, 693}
    assert told["sha256"] == speak("import", str(LOG), "--record", "handling_event")[1]["sha256"]


def test_a_dry_run_changes_nothing(speak: Speak) -> None:
    before = speak("status")[1]
    code, told = speak("import", str(REGISTER), "--record", "item", "--dry-run")
    assert (code, told["accepted"], "seq" in told) == (0, 130, False)
    assert speak("status")[1] == before


def test_nothing_to_take_is_a_no(speak: Speak) -> None:
    code, told = speak("import", str(LOG), "--record", "handling_event")
    assert code == 1
    assert told["accepted"] == 0
    assert len(told["refused"]) == 623


def test_mistakes_of_the_command_line_are_usage(speak: Speak, tmp_path: Path) -> None:
    code, told = speak("import", str(LOG), "--record", "handling_event", "--map", "どこ=kind")
    assert (code, told["error"]) == (2, "USAGE")
    assert speak("import", str(tmp_path / "none.csv"), "--record", "item")[0] == 5
    assert speak("import", str(LOG), "--record", "submission")[0] == 2


def test_a_default_place_takes_what_lies_elsewhere(speak: Speak, tmp_path: Path) -> None:
    path = write(tmp_path, "管理番号,媒体の種類,名称,数量,保管場所\nM-1,CD-R,データ,1枚,倉庫")
    assert speak("import", str(path), "--record", "item", "--dry-run")[0] == 1
    code, told = speak("import", str(path), "--record", "item", "--default-place", "耐火金庫")
    assert (code, told["accepted"]) == (0, 1)


def test_a_register_alone_leaves_the_events_to_the_log(speak: Speak) -> None:
    told = speak("import", str(REGISTER), "--record", "item", "--register-only")[1]
    assert told["records"] == {"item": 130, "handling_event": 0}
    told = speak("import", str(LOG), "--record", "handling_event")[1]
    assert told["accepted"] == 175


def test_an_export_names_its_rows(speak: Speak, tmp_path: Path) -> None:
    speak("import", str(REGISTER), "--record", "item")
    for name in ("媒体.csv", "媒体.xlsx", "媒体.json"):
        code, told = speak("export", str(tmp_path / name), "--record", "item")
        assert (code, told["rows"]) == (0, 130)

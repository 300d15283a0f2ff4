"""What somebody who knew only the README ran into, held for good."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.backups import record_backup
from models.codes import BackupKind
from models.records import BackupRun
from tests.house import House, furnished
from tests.ui.console.desk import BOSS, OFFICE_OF, Console
from ui.console.driver import Driver

COMMAND = "0b0e0000-0000-4000-8000-000000000001"


def test_a_trial_of_another_ledgers_backup_is_refused_and_not_entered(
    console: Console, tmp_path: Path
) -> None:
    place = tmp_path / "other"
    place.mkdir()
    with furnished(place) as other:
        (place / "usb").mkdir()
        foreign = record_backup(other.ledger, place / "usb", lambda _done, _total: None).file
    said = console("restore-test", foreign, console.ledger, tmp_path)
    assert said.code == 1 and "別の台帳のバックアップ" in said.answer["message"]
    ledger = console.house.sign_in(BOSS.login)
    assert not ledger.registers.all(BackupRun, kind=BackupKind.RESTORE_TEST)


def driver(house: House) -> Driver:
    house.ledger.close()
    made = Driver(house.folder / "ledger", house.office)
    said = ask(made, do="unlock", user=BOSS.login, password=OFFICE_OF[BOSS.login])
    assert said["ok"]
    return made


def ask(driver: Driver, **request: Any) -> dict[str, Any]:
    return driver.answer(json.dumps(request))


def test_a_command_that_meant_something_else_is_not_answered_as_done(console: Console) -> None:
    made = driver(console.house)
    firm = {"name": "見本運送", "kinds": ["carrier"]}
    first = ask(made, do="record", record="organization", fields=firm, command=COMMAND)
    again = ask(made, do="record", record="organization", fields=firm, command=COMMAND)
    assert first["ok"] and again["repeated"] and again["seq"] == first["seq"]
    other = ask(
        made, do="handle", kind="use", contract="2026-001", items=[{"item_no": "M-0001"}],
        fields={"purpose": "確認"}, command=COMMAND,
    )  # fmt: skip
    assert not other["ok"] and "別の要求" in other["message"]


@pytest.mark.parametrize("written", ["NaN", "1e999", "[1]", '{"a": 1}'])
def test_an_id_that_is_no_word_and_no_number_is_not_echoed(console: Console, written: str) -> None:
    made = driver(console.house)
    said = made.answer(f'{{"id": {written}, "do": "status"}}')
    assert not said["ok"] and said["error"] == "USAGE" and said["id"] is None


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["status", "L", "--password", "geheim-wort"], 2),
        (["status", "L", "geheim-wort"], 2),
        (["evidence", "L", "--contract", "\udcff"], 2),
    ],
)
def test_what_was_mistyped_is_not_repeated(console: Console, argv: list[str], code: int) -> None:
    said = console(*argv, user=None)
    assert said.code == code and said.answer["error"] == "USAGE"
    assert "geheim" not in said.out + said.err


def test_a_name_that_no_disk_takes_is_an_answer_in_json(console: Console, tmp_path: Path) -> None:
    out = tmp_path / ("a" * 400 + ".csv")
    said = console("export", console.ledger, "--record", "item", out)
    assert said.code == 5 and said.answer["error"] == "INPUT_OUTPUT"
    assert "名前の長さ" in said.answer["message"]

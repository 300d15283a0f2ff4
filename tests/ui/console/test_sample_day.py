"""The sample day ends as a day should: what it verified stands in the ledger that it shows."""

import json
from pathlib import Path

import pytest

from models.condition import State, judge
from models.machine_facts import read_facts
from tests.house import FIRST_DAY, cheap_office
from ui.console.program import run
from ui.sample import cast
from ui.sample.clock import StoryClock


def test_the_verification_at_the_end_is_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ui.pictures.take_pictures", lambda folder, *more: folder / "pictures")
    office = cheap_office(tmp_path, StoryClock(FIRST_DAY))
    assert run(["sample-day", str(tmp_path / "day"), "--json"], lambda: office) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verified"] is True
    ledger = office.unlock(Path(told["restored"]), cast.USERS[0].login, cast.USERS[0].password)
    try:
        facts = read_facts(ledger, backup_days=7, denied=(), version="1")
        (shown,) = [one for one in judge(facts) if one.topic == "台帳の検証"]
    finally:
        ledger.close()
    assert shown.state is State.GOOD, shown.sentence

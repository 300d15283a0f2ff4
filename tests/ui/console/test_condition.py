"""A blocked terminal is told and answered for on the console and in the driver too (A-31, A-20)."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.backup_media import register_medium
from models.codes import Role, SystemEventKind
from models.condition import WORDS, State
from models.denied import parse_denied
from models.records import SystemEvent
from resources import denied_programs
from storage.machine import PC
from storage.safe import LedgerSafe
from tests.house import House, furnished
from tests.ui.console.desk import Console
from tests.ui.console.test_bad_input import refused
from ui.console.driver import Driver
from ui.sample import cast

BOSS = cast.USERS[0]
WORKER = next(user for user in cast.USERS if user.role is Role.WORKER)
WHY = "委託者の承認書第3号により認められている"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    programs = ["Excel", "TeamViewer 15"]
    monkeypatch.setattr(PC, "programs", lambda pc: list(programs))
    return programs


@pytest.fixture
def house(tmp_path: Path, installed: list[str]) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, days=1) as made:
        made.office = replace(made.office, denied=parse_denied(denied_programs()))
        yield made


@pytest.fixture
def console(house: House) -> Console:
    return Console(house)


def cleared(house: House) -> list[SystemEvent]:
    ledger = house.sign_in(BOSS.login)
    found = [one.record for one in ledger.registers.all(SystemEvent)]
    ledger.close()
    return [one for one in found if one.kind is SystemEventKind.PROGRAM_CLEARED]


def topic(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in answer["conditions"] if one["topic"] == name)


def test_the_console_tells_what_blocks_the_terminal(house: House, console: Console) -> None:
    said = console("condition", console.ledger)
    assert said.code == 1
    assert said.answer["blocked"] == ["TeamViewer 15（外からの遠隔操作）"]
    line = topic(said.answer, "入っているプログラム")
    assert (line["state"], line["state_word"]) == ("bad", "要対処") and line["to_do"]
    for name in ("空き容量", "添付資料の割当て", "メモリ"):
        assert topic(said.answer, name)["sentence"]
    assert {one["state"] for one in said.answer["conditions"]} <= {state.value for state in WORDS}
    assert console("status", console.ledger).answer["seq"] == said.answer["seq"]


def test_whom_to_call_is_entered_on_the_console_and_told(house: House, console: Console) -> None:
    assert "記録なし" in topic(console("condition", console.ledger).answer, "連絡先")["sentence"]
    said = console("condition", console.ledger, "--support", "情報管理課 内線123").answer
    assert topic(said, "連絡先")["state"] == "good" and topic(said, "外部媒体")["state_word"]
    worker = console("condition", console.ledger, "--support", "私", user=WORKER.login)
    refused(worker, 3, "NOT_PERMITTED", "責任者")


def test_a_schedule_goes_on_without_a_medium_and_says_so_until_one_is_registered(
    house: House, console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "usb"
    place.mkdir()
    said = console("backup", console.ledger, place)
    assert said.code == 0 and said.answer["registered"] is False
    assert "登録した媒体ではありません" in said.err
    row = topic(console("condition", console.ledger).answer, "バックアップの媒体")
    assert row["state"] == "care" and str(place) in row["sentence"] and "登録して" in row["to_do"]
    ledger = house.sign_in(BOSS.login)
    [said_of_disk] = register_medium(ledger, place, medium_no="B-01", name="金庫のUSB").notices
    row = topic(console("condition", console.ledger).answer, "バックアップの媒体")
    assert row["state"] == "care" and "台帳と同じディスクにあります" in row["sentence"]
    assert "台帳と同じディスクにあります" in said_of_disk and str(place) in said_of_disk
    monkeypatch.setattr(LedgerSafe, "on_ledgers_disk", lambda *_: False)
    row = topic(console("condition", console.ledger).answer, "バックアップの媒体")
    assert row["state"] == "good"
    said = console("backup", console.ledger, place)
    assert said.code == 0 and said.answer["registered"] and "登録" not in said.err


def test_the_responsible_person_answers_on_the_console(
    house: House, console: Console, installed: list[str]
) -> None:
    before = console("condition", console.ledger).answer["seq"]
    still = console("condition", console.ledger, "--resolve", "removed", "--reason", WHY)
    refused(still, 1, "REFUSED", "まだ入っています")
    worker = console(
        "condition", console.ledger, "--resolve", "allowed", "--reason", WHY, user=WORKER.login
    )
    refused(worker, 3, "NOT_PERMITTED", "責任者")
    assert cleared(house) == []
    installed.remove("TeamViewer 15")
    done = console("condition", console.ledger, "--resolve", "removed", "--reason", WHY)
    assert done.answer["blocked"] == [] and done.answer["seq"] == before + 1
    assert topic(done.answer, "入っているプログラム")["state"] == "good"
    [event] = cleared(house)
    assert event.reason == WHY and "取り除いた" in event.detail
    again = console("condition", console.ledger, "--resolve", "removed", "--reason", WHY)
    refused(again, 1, "REFUSED", "解決を待つプログラムはありません")


@pytest.mark.parametrize(
    "words",
    [
        ("--resolve", "removed"),
        ("--reason", WHY),
        ("--resolve", "forgotten", "--reason", WHY),
        ("--resolve", "allowed", "--reason", WHY, "--enter", "異常なし"),
    ],
)
def test_half_an_answer_is_a_usage_error(
    house: House, console: Console, words: tuple[str, ...]
) -> None:
    refused(console("condition", console.ledger, *words), 2, "USAGE", "")
    assert cleared(house) == []


def test_a_look_is_entered_with_its_finding(house: House, console: Console) -> None:
    said = console("condition", console.ledger, "--enter", "端末を止めて調査中")
    ledger = house.sign_in(BOSS.login)
    last = [one.record for one in ledger.registers.all(SystemEvent)][-1]
    assert last.kind is SystemEventKind.CONDITION_CHECKED and last.reason == "端末を止めて調査中"
    assert f"入っているプログラム：{WORDS[State.BAD]}" in last.detail
    assert said.answer["seq"] == ledger.store.head().seq


def test_a_look_without_a_finding_is_not_taken_for_a_mere_question(console: Console) -> None:
    said = console("condition", console.ledger, "--enter", "")
    refused(said, 1, "INVALID_FIELD", "所見")


def test_the_driver_tells_and_answers_once(house: House) -> None:
    house.ledger.close()
    driver = Driver(house.folder / "ledger", house.office)

    def ask(do: str, **request: object) -> dict[str, Any]:
        answer: dict[str, Any] = driver.answer(json.dumps({"do": do, **request}))
        return answer

    unlocked = ask("unlock", user=BOSS.login, password=BOSS.password)
    assert any("使ってはならない" in one for one in unlocked["notices"])
    data = "QUJD"
    blocked = ask("attach", name="a.txt", mime="text/plain", data=data)
    assert blocked["error"] == "TERMINAL_BLOCKED" and "condition" in blocked["message"]
    assert ask("condition")["blocked"] == ["TeamViewer 15（外からの遠隔操作）"]
    assert ask("condition", resolve="gone", reason=WHY)["error"] == "USAGE"
    assert ask("condition", resolve="allowed")["error"] == "USAGE"
    command = str(uuid.uuid4())
    done = ask("condition", resolve="allowed", reason=WHY, command=command)
    assert done["ok"] and done["blocked"] == [] and done["command"] == uuid.UUID(command).hex
    repeated = ask("condition", resolve="allowed", reason=WHY, command=command)
    assert repeated["repeated"] and repeated["seq"] == done["seq"]
    assert ask("attach", name="a.txt", mime="text/plain", data=data)["ok"]
    noted = ask("condition", enter="承認書を確かめた")
    assert noted["ok"] and noted["seq"] > done["seq"]
    ask("lock")
    assert len(cleared(house)) == 1

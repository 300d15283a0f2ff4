"""The journal on the console and in the driver, as another program sees it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.ledger import Ledger
from models.records import BackupRun
from tests.house import House, furnished
from tests.storage.test_journal_keeper import REASON, enter, usb
from tests.ui.console.desk import Console, Said
from tests.ui.console.test_bad_input import refused
from ui.console.driver import Driver
from ui.sample import cast

BOSS = cast.USERS[0]
FRESH = "遠い山から届く七通の手紙"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        yield made


@pytest.fixture
def console(house: House) -> Console:
    house.ledger.close()
    return Console(house)


def reopened(house: House) -> Ledger:
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    return house.ledger


def test_the_console_begins_tells_suspends_and_ends_a_journal(
    house: House, console: Console
) -> None:
    ledger = house.folder / "ledger"
    assert console("status", ledger).answer["journal"]["state"] == "none"
    begun = console("journal", ledger, "--start", usb(house))
    assert (begun.code, begun.answer["state"]) == (0, "ok")
    assert begun.answer["seq"] == begun.answer["ledger_seq"]
    said = console("status", ledger).answer
    assert said["journal"]["state"] == "ok" and said["journal"]["seq"] == said["seq"]
    usb(house).rename(house.folder / "pulled")
    missing = console("journal", ledger)
    assert (missing.code, missing.answer["state"]) == (5, "missing")
    suspended = console("journal", ledger, "--without", REASON)
    assert (suspended.code, suspended.answer["state"]) == (5, "suspended")
    (house.folder / "pulled").rename(usb(house))
    again = console("journal", ledger)
    assert (again.code, again.answer["state"]) == (0, "ok")
    assert again.answer["seq"] == again.answer["ledger_seq"]
    assert console("journal", ledger, "--stop", "台帳を閉じるため").answer["state"] == "none"


def test_a_missing_medium_refuses_with_its_own_code(house: House, console: Console) -> None:
    ledger = house.folder / "ledger"
    console("journal", ledger, "--start", usb(house))
    usb(house).rename(house.folder / "pulled")
    (house.folder / "backup").mkdir()
    refused(console("backup", ledger, house.folder / "backup"), 5, "JOURNAL_MISSING", "理由を記帳")


@pytest.mark.parametrize("asked", ["--without", "--stop", "--accept-rollback"])
def test_an_empty_reason_is_refused_and_not_taken_for_none(
    house: House, console: Console, asked: str
) -> None:
    console("journal", console.ledger, "--start", usb(house))
    refused(console("journal", console.ledger, asked, ""), 1, "INVALID_FIELD", "理由")
    assert console("journal", console.ledger).answer["state"] == "ok"


def test_a_set_back_ledger_is_refused_and_answered_for(house: House, console: Console) -> None:
    ledger = house.folder / "ledger"
    console("journal", ledger, "--start", usb(house))
    shutil.copytree(ledger, house.folder / "older")
    enter(reopened(house))
    house.ledger.close()
    shutil.rmtree(ledger)
    (house.folder / "older").rename(ledger)
    refused(console("status", ledger), 4, "ROLLED_BACK", "更新ジャーナルから復元")
    refused(console("verify", ledger), 4, "ROLLED_BACK", "責任者")
    accepted = console("journal", ledger, "--accept-rollback", REASON)
    assert (accepted.code, accepted.answer["state"]) == (0, "ok")
    assert console("status", ledger).code == 0 and console.sound()


def harm(file: Path, at: int) -> None:
    raw = bytearray(file.read_bytes())
    raw[at] ^= 1
    file.write_bytes(raw)


def damaged_behind_a_backup(house: House, console: Console) -> tuple[Path, int, list[int]]:
    """Return a backup, the entry up to which its journal leads, and those that damage took."""
    ledger = house.folder / "ledger"
    console("journal", ledger, "--start", usb(house))
    (house.folder / "backup").mkdir()
    backup = Path(console("backup", ledger, house.folder / "backup").answer["file"])
    reached = enter(reopened(house))
    (file,) = usb(house).glob("*.azj")
    end = file.stat().st_size
    lost = [enter(house.ledger) for _ in range(2)]
    house.ledger.close()
    harm(file, end + 100)
    return backup, reached, lost


def test_restore_ends_before_damage_of_the_journal_when_it_is_told_to(
    house: House, console: Console
) -> None:
    new = house.folder / "new"
    backup, reached, lost = damaged_behind_a_backup(house, console)
    words = ("restore", backup, new, "--journal", usb(house))
    refused(console(*words), 4, "JOURNAL_DAMAGED", "--up-to-damage")
    assert not new.exists()
    said = console(*words, "--up-to-damage")
    assert (said.code, said.answer["seq"], said.answer["passed"]) == (1, reached, [])
    gap = said.answer["gap"]
    assert (gap["first"], gap["last"]) == (lost[0], lost[-1]) and "番目の記録" in gap["where"]
    assert console("verify", new, "--full").answer["ok"]


def test_a_restore_with_the_sheet_names_what_it_left_out_as_one_with_a_password_does(
    house: House, console: Console
) -> None:
    new, file = house.folder / "new", house.folder / "sheet"
    file.write_text(house.sheet)
    backup, reached, lost = damaged_behind_a_backup(house, console)
    words = ("restore", backup, new, "--journal", usb(house), "--up-to-damage")
    sheet = ("--sheet-file", file, "--new-sheet-file", house.folder / "next")
    said = console(*words, *sheet, password=FRESH)
    assert said.code == 1 and said.answer["seq"] > reached  # with the entry of the restore
    gap = said.answer["gap"]
    assert (gap["first"], gap["last"], said.answer["passed"]) == (lost[0], lost[-1], [])
    assert (said.answer["missing"], said.answer["torn"]) == (0, False)
    assert said.answer["new_sheet"] == str(house.folder / "next")
    said = console(
        "restore", backup, house.folder / "again", "--journal", usb(house), "--up-to-damage",
        "--sheet-file", file, "--new-sheet-file", house.folder / "third",
        password=FRESH, as_json=False,
    )  # fmt: skip
    assert f"{reached:,}まで復元しました" in said.out and "番目の記録" in said.out
    assert "戻していません" in said.out and "新しい回復シート" in said.out
    # The backup opened a second time by the sheet that was used: nobody may shred that one yet.
    assert "バックアップを作成してから、今使った用紙を裁断" in said.out
    assert "「パスワードの再発行」で決め直してください" in said.out


def test_restore_with_the_journal_comes_to_the_last_entry(house: House, console: Console) -> None:
    ledger = house.folder / "ledger"
    console("journal", ledger, "--start", usb(house))
    (house.folder / "backup").mkdir()
    backup = Path(console("backup", ledger, house.folder / "backup").answer["file"])
    last = enter(reopened(house))
    head = house.ledger.store.head()
    house.ledger.close()
    new = house.folder / "new"
    said = console("restore", backup, new, "--journal", usb(house))
    assert (said.code, said.answer["seq"], said.answer["head"]) == (0, last, head.hex)
    assert (said.answer["torn"], said.answer["gap"], said.answer["passed"]) == (False, None, [])
    status = console("status", new).answer
    assert (status["seq"], status["head"]) == (last, head.hex)
    assert status["journal"]["state"] == "none"
    assert console("verify", new, "--full").answer["ok"]
    assert console("status", ledger).answer["seq"] == last  # the original goes on untouched
    foreign = console("restore", backup, house.folder / "x", "--journal", house.folder / "backup")
    refused(foreign, 5, "MEDIUM_MISSING", "見つかりません")
    assert not (house.folder / "x").exists()


def test_a_trial_is_entered_with_its_result(house: House, console: Console) -> None:
    ledger = house.folder / "ledger"
    console("journal", ledger, "--start", usb(house))
    (house.folder / "backup").mkdir()
    backup = Path(console("backup", ledger, house.folder / "backup").answer["file"])
    room = house.folder / "room"
    room.mkdir()
    said = console("restore-test", backup, ledger, room, "--journal", usb(house))
    assert said.code == 0 and said.answer["restored_seq"] == said.answer["seq"] - 1
    assert list(room.iterdir()) == []
    backup.write_bytes(backup.read_bytes()[:-9])
    assert console("restore-test", backup, ledger, room).code == 4
    runs = [stored.record for stored in reopened(house).registers.all(BackupRun)][-2:]
    assert [(run.kind, run.result) for run in runs] == [
        ("restore_test", "ok"), ("restore_test", "failed"),
    ]  # fmt: skip
    assert "まで戻りました" in runs[0].detail and "壊れています" in runs[1].detail


def test_a_trial_tells_damage_that_no_entry_was_lost_by(house: House, console: Console) -> None:
    ledger = house.folder / "ledger"
    console("journal", ledger, "--start", usb(house))
    (file,) = usb(house).glob("*.azj")
    begun = file.stat().st_size
    enter(reopened(house))
    house.ledger.close()
    (house.folder / "backup").mkdir()
    backup = Path(console("backup", ledger, house.folder / "backup").answer["file"])

    def tried(name: str, *, as_json: bool) -> Said:
        """Try with a damaged copy: a ledger that is at work takes no damaged journal."""
        copy = shutil.copytree(usb(house), house.folder / name)
        harm(copy / file.name, begun + 100)
        words = ("restore-test", backup, ledger, house.folder, "--journal", copy)
        return console(*words, as_json=as_json)

    said = tried("first", as_json=True)
    assert said.code == 0 and said.answer["torn"] is False
    (where,) = said.answer["passed"]
    assert f"「{where}」は壊れていますが" in tried("second", as_json=False).out


def test_the_driver_answers_only_what_the_journal_has(house: House) -> None:
    house.ledger.close()
    driver = Driver(house.folder / "ledger", house.office)

    def ask(**request: object) -> dict[str, object]:
        return dict(driver.answer(json.dumps(request)))

    assert ask(do="unlock", user=BOSS.login, password=BOSS.password)["ok"]
    journal = ask(do="journal", start=str(usb(house)))["journal"]
    assert isinstance(journal, dict) and journal["state"] == "ok"
    fields = {"name": "運送会社", "kinds": ["carrier"]}
    command = "0b5d8858-2d2b-44f4-8f6f-838242cccd8a"
    usb(house).rename(house.folder / "pulled")
    request = {"do": "record", "record": "organization", "fields": fields, "command": command}
    assert ask(**request)["error"] == "JOURNAL_MISSING"
    (house.folder / "pulled").rename(usb(house))
    first = ask(**request)
    assert first["ok"] and "repeated" not in first
    again = ask(**request)
    assert again["repeated"] and again["seq"] == first["seq"]
    status = ask(do="status")
    told = status["journal"]
    assert isinstance(told, dict) and (told["state"], told["seq"]) == ("ok", first["seq"])
    ask(do="quit")
    driver._session.close()

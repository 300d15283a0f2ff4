"""古い更新ジャーナルの消去: by a button of the backup page, and on the console."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from models.codes import SystemEventKind
from models.journal_care import NO_BACKUP
from models.records import SystemEvent
from storage import journal as journals
from tests.house import House, furnished
from tests.models.test_journal_care import back_up, journal_files, work
from tests.ui.console.desk import BOSS, Console
from tests.ui.shell import Answers, settle
from ui.console.passwords import VARIABLE
from ui.console.program import run
from ui.journal_part import JournalPart
from ui.operations import Operations
from ui.page import Desk


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(journals, "FILE_LIMIT", 4000)
    (tmp_path / "stick").mkdir()
    with furnished(tmp_path) as made:
        made.ledger.journal.start(tmp_path / "journal")
        work(made)
        yield made


def test_the_button_says_what_goes_and_makes_a_backup_first(house: House, qtbot: QtBot) -> None:
    answers = Answers()
    operations = Operations(answers)
    part = JournalPart(Desk(house.ledger, operations, answers, lambda _type, _id: None))
    qtbot.addWidget(part)
    part.refresh()
    settle(qtbot, operations)
    assert part.end_old.isVisibleTo(part)
    part.end_files()
    settle(qtbot, operations)
    assert answers.asked[-1] == NO_BACKUP
    back_up(house)
    before = journal_files(house)
    answers.replies += [house.folder / "stick", "二つのバックアップが引き継ぐため"]
    part.end_files()
    settle(qtbot, operations)
    settle(qtbot, operations)
    assert "記帳番号" in answers.asked[-2] and "消去し、台帳に記帳しました" in answers.asked[-1]
    assert set(before) - set(journal_files(house))
    assert len(list((house.folder / "stick").glob("*.azb"))) == 2
    operations.close()


def test_the_console_ends_them_for_a_schedule(house: House) -> None:
    console, stick = Console(house), house.folder / "stick"
    said = console("journal", console.ledger, "--prune", stick)
    assert said.code == 1 and "バックアップを一つ" in said.err
    assert console("backup", console.ledger, stick).code == 0
    before = journal_files(house)
    said = console("journal", console.ledger, "--prune", stick)
    assert said.code == 0 and said.answer["state"] == "ok"
    assert [Path(name).name for name in said.answer["ended"]] == before[: len(said.answer["ended"])]
    assert said.answer["ended"] and not set(before[:1]) & set(journal_files(house))
    assert [Path(one) for one in said.answer["backups"]] == sorted(stick.glob("*.azb"))
    ledger = house.sign_in(BOSS.login)
    assert len(ledger.registers.all(SystemEvent, kind=SystemEventKind.JOURNAL_ENDED)) == 1


def test_the_console_says_when_there_is_nothing_to_end(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    console, stick = Console(house), house.folder / "stick"
    assert console("backup", console.ledger, stick).code == 0
    monkeypatch.setattr(journals, "FILE_LIMIT", 4 << 20)
    assert console("journal", console.ledger, "--prune", stick).answer["ended"]
    made, files = sorted(stick.iterdir()), journal_files(house)
    before = console("status", console.ledger).answer["seq"]
    said = console("journal", console.ledger, "--prune", stick)
    assert (said.code, said.answer["ended"], said.answer["backups"]) == (0, [], [])
    assert said.answer["ledger_seq"] == before
    assert sorted(stick.iterdir()) == made and journal_files(house) == files
    monkeypatch.setenv(VARIABLE, BOSS.password)
    words = ["journal", str(console.ledger), "--prune", str(stick), "--user", BOSS.login]
    assert run(words, lambda: house.office) == 0
    told = "消去する更新ジャーナルのファイルはありません。バックアップの作成も"
    assert told in capsys.readouterr().out

"""Backups that nobody has to think of: at their time, at the end, and said when missed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from shutil import rmtree

import pytest
from PySide6.QtCore import QTime
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.backup_care import last_good, standing
from models.backup_media import register_medium
from models.backups import record_backup, record_verification
from models.calendar_frame import latest
from models.codes import BackupKind, BackupResult
from models.condition import State, judge
from models.ledger import Ledger
from models.machine_facts import read_facts as read_all
from models.records import BackupRun
from models.store import quiet
from models.wareki import JAPAN
from tests.house import House, furnished
from tests.ui.shell import Answers, settle
from ui import ledger_settings as settings
from ui.backup_clock import BackupClock, back_up_and_leave, missed
from ui.operations import Operations
from ui.page import Desk as PageDesk
from ui.settings_part import SettingsPart
from ui.status import read_facts

NOON = datetime(2026, 10, 2, 12, 0, tzinfo=JAPAN)


@dataclass
class Desk:
    """A house, its stick and the window's side of the work."""

    house: House
    stick: Path
    operations: Operations
    answers: Answers
    page: QWidget
    qtbot: QtBot

    @property
    def ledger(self) -> Ledger:
        return self.house.ledger

    def look(self, clock: BackupClock) -> None:
        clock.look()
        settle(self.qtbot, self.operations)


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    (tmp_path / "stick").mkdir()
    with furnished(tmp_path) as house:
        answers = Answers()
        operations, page = Operations(answers), QWidget()
        qtbot.addWidget(page)
        settings.change_setting(house.ledger, settings.BACKUP_FOLDER, str(tmp_path / "stick"))
        settings.change_setting(house.ledger, settings.BACKUP_AT, "17:15")
        register_medium(house.ledger, tmp_path / "stick", medium_no="B-01", name="金庫のUSB")
        yield Desk(house, tmp_path / "stick", operations, answers, page, qtbot)
        operations.close()


def backups(desk: Desk) -> list[Path]:
    return list(desk.stick.glob("*.azb"))


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (None, NOON, True),
        (NOON - timedelta(hours=12), NOON, False),
        (NOON - timedelta(hours=20), NOON, True),
        (NOON - timedelta(hours=1), NOON + timedelta(hours=6), True),
        (NOON + timedelta(hours=5, minutes=15), NOON + timedelta(hours=6), False),
        (NOON + timedelta(days=1500), NOON, True),
    ],
)
def test_a_time_without_a_backup_is_missed(
    last: datetime | None, now: datetime, expected: bool
) -> None:
    run = None if last is None else BackupRun(finished_at=last)
    assert missed(run, now, time(17, 15)) is expected
    assert not missed(run, now, None)


def test_it_makes_one_backup_when_its_time_has_come(desk: Desk) -> None:
    clock = BackupClock(desk.ledger, desk.operations, desk.page)
    said: list[str] = []
    clock.said.connect(said.append)
    desk.house.clock.go_to(desk.ledger.today(), 16)
    desk.look(clock)
    assert standing(desk.ledger) == []
    desk.house.clock.go_to(desk.ledger.today(), 18)
    desk.look(clock)
    desk.look(clock)
    assert len(standing(desk.ledger)) == len(backups(desk)) == 1
    assert "％" in said[0] and said[-1].startswith("自動バックアップを作成し")


def test_a_window_that_closes_does_not_wait_for_it(desk: Desk) -> None:
    clock = BackupClock(desk.ledger, desk.operations, desk.page)
    desk.house.clock.go_to(desk.ledger.today(), 18)
    clock.look()
    clock.stop()
    settle(desk.qtbot, desk.operations)
    assert standing(desk.ledger) == [] and backups(desk) == []
    (failed,) = desk.ledger.registers.all(BackupRun, kind=BackupKind.FULL)
    assert failed.record.result is BackupResult.FAILED
    desk.look(clock)  # nothing is begun any more
    assert standing(desk.ledger) == []


def test_what_fails_is_told_once_and_entered_once(desk: Desk) -> None:
    rmtree(desk.stick)
    clock = BackupClock(desk.ledger, desk.operations, desk.page)
    desk.house.clock.go_to(desk.ledger.today(), 18)
    desk.look(clock)
    desk.look(clock)
    (said,) = desk.answers.asked
    assert said.startswith("自動バックアップができませんでした") and "今すぐ" in said
    failed = desk.ledger.registers.all(BackupRun, kind=BackupKind.FULL)
    assert [one.record.result for one in failed] == [BackupResult.FAILED]


def test_without_a_registered_medium_it_says_how_to_register_one(
    tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "stick").mkdir()
    with furnished(tmp_path) as house:
        answers, page = Answers(), QWidget()
        operations = Operations(answers)
        qtbot.addWidget(page)
        desk = Desk(house, tmp_path / "stick", operations, answers, page, qtbot)
        settings.change_setting(house.ledger, settings.BACKUP_FOLDER, str(desk.stick))
        settings.change_setting(house.ledger, settings.BACKUP_AT, "17:15")
        house.clock.go_to(house.ledger.today(), 18)
        desk.look(BackupClock(house.ledger, operations, page))
        (said,) = answers.asked
        assert "まだ登録されていません" in said and "F2「今すぐバックアップ」" in said
        assert backups(desk) == []
        answers.replies += [False]
        assert leaving(desk) == [False]
        register_medium(house.ledger, desk.stick, medium_no="B-01", name="金庫のUSB")
        assert leaving(desk) == [True] and len(backups(desk)) == 1
        operations.close()


def test_without_a_time_nothing_is_made(desk: Desk) -> None:
    settings.change_setting(desk.ledger, settings.BACKUP_AT, "")
    desk.house.clock.go_to(desk.ledger.today(), 23)
    desk.look(BackupClock(desk.ledger, desk.operations, desk.page))
    assert standing(desk.ledger) == []


def test_a_backup_from_ahead_of_the_clock_stands_before_none_that_is_made_since(
    desk: Desk,
) -> None:
    now, right = desk.ledger.now(), desk.house.clock._now
    desk.house.clock.go_to(now.date() + timedelta(days=1500), 9)
    record_backup(desk.ledger, desk.stick, quiet)
    record_verification(desk.ledger, quiet)
    desk.house.clock._now = right  # somebody has set it right
    told = read_facts(desk.ledger, desk.house.folder)
    assert told.care and "時計が進んでいた間の日時" in told.backup and "今日" not in told.backup
    facts = read_all(desk.ledger, backup_days=7, denied=(), version="1")
    topics = {one.topic: one for one in judge(facts)}
    for topic in ("バックアップ", "台帳の検証"):
        assert topics[topic].state is State.CARE and "時計が進んで" in topics[topic].sentence
    record_backup(desk.ledger, desk.stick, quiet)
    last = last_good(desk.ledger)
    assert (
        last is not None and last.finished_at is not None and last.finished_at.date() == now.date()
    )
    assert "（今日）" in read_facts(desk.ledger, desk.house.folder).backup


def test_the_status_line_tells_of_a_missed_time(desk: Desk) -> None:
    desk.house.clock.go_to(desk.ledger.today(), 18)
    facts = read_facts(desk.ledger, Path("台帳"))
    assert facts.care and facts.backup.startswith("17:15の自動バックアップがまだです")
    desk.look(BackupClock(desk.ledger, desk.operations, desk.page))
    assert "まだです" not in read_facts(desk.ledger, Path("台帳")).backup


def leaving(desk: Desk) -> list[bool]:
    answered: list[bool] = []
    note: Callable[[bool], None] = answered.append
    back_up_and_leave(desk.ledger, desk.operations, desk.page, note)
    settle(desk.qtbot, desk.operations)
    return answered


def test_leaving_makes_a_backup_of_what_is_new(desk: Desk) -> None:
    assert leaving(desk) == [True] and len(standing(desk.ledger)) == 1
    assert leaving(desk) == [True] and len(standing(desk.ledger)) == 1


def test_a_failed_backup_asks_before_leaving(desk: Desk) -> None:
    rmtree(desk.stick)
    desk.answers.replies += [False, True]
    assert leaving(desk) == [False]
    assert leaving(desk) == [True]
    assert "バックアップせずに終了しますか" in desk.answers.asked[0]


def test_the_settings_ask_for_time_and_end(desk: Desk) -> None:
    at_desk = PageDesk(desk.ledger, desk.operations, desk.answers, lambda *_where: None)
    part = SettingsPart(at_desk)
    desk.qtbot.addWidget(part)
    part.refresh()
    settle(desk.qtbot, desk.operations)
    assert part.daily.isChecked() and part.at.isEnabled() and not part.at_exit.isChecked()
    part.at.setTime(QTime(18, 30))
    part.at_exit.setChecked(True)
    part.keep()
    settle(desk.qtbot, desk.operations)
    assert settings.backup_at(desk.ledger) == time(18, 30) and settings.backup_at_exit(desk.ledger)
    part.daily.setChecked(False)
    part.keep()
    settle(desk.qtbot, desk.operations)
    assert settings.backup_at(desk.ledger) is None and not part.at.isEnabled()


def test_what_was_entered_ahead_of_the_clock_puts_nothing_off() -> None:
    today = NOON.date()
    days = [today - timedelta(days=40), today - timedelta(days=3), today + timedelta(days=1500)]
    assert latest(days, today) == today - timedelta(days=3)
    assert latest(days[2:], today) is None

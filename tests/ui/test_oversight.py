"""The page 点検: what it shows of the system and of its use, and what is entered from it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabWidget
from pytestqt.qtbot import QtBot

from models.access import Act
from models.blocking import Answer
from models.condition import State
from models.denied import parse_denied
from models.records import Item, SystemEvent
from models.wareki import JAPAN
from resources import denied_programs
from storage.machine import PC
from tests.house import House, furnished
from tests.ui.shell import Answers, cell_text, settle
from ui.access_facts import Asked, read_access
from ui.condition_facts import read_conditions
from ui.operations import Operations
from ui.oversight_page import OversightPage
from ui.page import Desk
from ui.sample import cast


def show(house: House, operations: Operations, qtbot: QtBot) -> OversightPage:
    desk = Desk(house.ledger, operations, operations.asker, lambda type_, id_: None)
    page = OversightPage(desk)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    settle(qtbot, operations)
    return page


def login(role: str) -> str:
    return next(user.login for user in cast.USERS if user.role.value == role)


def test_every_line_of_the_condition_says_what_to_do_unless_it_is_well(
    house: House, operations: Operations, qtbot: QtBot
) -> None:
    page = show(house, operations, qtbot)
    conditions = page.condition.conditions
    assert page.condition.table.rowCount() == len(conditions) >= 10
    for one in conditions:
        assert bool(one.to_do) is (one.state is not State.GOOD), one.topic


def test_a_blocked_terminal_is_freed_from_the_page(
    house: House, operations: Operations, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = show(house, operations, qtbot)
    assert page.condition.unblock.isHidden()
    monkeypatch.setattr(PC, "programs", lambda pc: ["AnyDesk"])
    watched = replace(house.office, denied=parse_denied(denied_programs()))
    monkeypatch.setattr(house, "office", watched)
    house.sign_in(cast.USERS[0].login)
    page = show(house, operations, qtbot)
    assert not page.condition.unblock.isHidden() and house.ledger.blocking.found
    answers = operations.asker
    assert isinstance(answers, Answers)
    monkeypatch.setattr(answers, "chosen", Answer.ALLOWED.label)
    answers.replies.append("保守業者の遠隔保守。委託者の承認書第5号")
    page.condition.unblock.click()
    settle(qtbot, operations)
    assert page.condition.unblock.isHidden() and not house.ledger.blocking.found
    [line] = [one for one in page.condition.conditions if one.topic == "入っているプログラム"]
    assert line.state is State.GOOD and "認められたもの：AnyDesk" in line.sentence


def test_the_condition_is_entered_with_a_finding(
    house: House, operations: Operations, qtbot: QtBot
) -> None:
    page = show(house, operations, qtbot)
    page.condition.finding.setText("対策ソフトの定義は本日の日付。異常なし")
    page.condition.button.click()
    settle(qtbot, operations)
    events = [one.record for one in house.ledger.registers.all(SystemEvent)]
    found = next(one for one in events if one.kind and one.kind.value == "condition_checked")
    assert "空き容量" in found.detail and found.reason.startswith("対策ソフト")
    assert not page.has_draft()


def test_a_check_without_a_finding_is_not_entered(
    house: House, operations: Operations, qtbot: QtBot
) -> None:
    page = show(house, operations, qtbot)
    before = house.ledger.store.head()
    page.condition.button.click()
    settle(qtbot, operations)
    assert house.ledger.store.head() == before


def test_the_log_shows_who_saw_what(house: House, operations: Operations, qtbot: QtBot) -> None:
    item = house.ledger.registers.all(Item)[0].record
    house.ledger.access.viewed(item)
    page = show(house, operations, qtbot)
    page.tabs.setCurrentWidget(page.access)
    settle(qtbot, operations)
    table = page.access.table
    rows = [
        [cell_text(table, row, column) for column in range(5)] for row in range(table.rowCount())
    ]
    seen = next(row for row in rows if row[2] == Act.VIEW.label)
    assert item.caption() in seen[3] and seen[4]
    assert seen[1] == cast.PEOPLE["supervisor"][0]


def test_a_kind_narrows_the_list(house: House, operations: Operations, qtbot: QtBot) -> None:
    page = show(house, operations, qtbot)
    page.tabs.setCurrentWidget(page.access)
    settle(qtbot, operations)
    groups = page.access.groups
    groups.setCurrentIndex(groups.findData("サインイン・ロック"))
    settle(qtbot, operations)
    table = page.access.table
    acts = {cell_text(table, row, 2) for row in range(table.rowCount())}
    assert acts and acts <= {Act.SIGN_IN.label, Act.LOCK.label, Act.REFUSED.label}


def test_a_reviewed_month_anchors_the_log_in_the_ledger(
    house: House, operations: Operations, qtbot: QtBot
) -> None:
    page = show(house, operations, qtbot)
    page.tabs.setCurrentWidget(page.access)
    settle(qtbot, operations)
    page.access.finding.setText("責任者の操作は、作業の準備によるもの")
    page.access.button.click()
    settle(qtbot, operations)
    assert "責任者の操作は" in page.access.reviewed.text()
    event = next(
        one.record for one in house.ledger.registers.all(SystemEvent)
        if one.record.kind and one.record.kind.value == "access_reviewed"
    )  # fmt: skip
    number, digest = event.value.split()
    assert int(number) <= house.ledger.access.head().seq and len(digest) == 64
    assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_an_inspector_reads_the_log_and_confirms_nothing(
    house: House, operations: Operations, qtbot: QtBot
) -> None:
    house.sign_in(login("inspector"))
    page = show(house, operations, qtbot)
    page.tabs.setCurrentWidget(page.access)
    settle(qtbot, operations)
    assert page.access.table.rowCount() > 0
    assert not page.access.button.isEnabled() and not page.condition.button.isEnabled()


def test_a_worker_is_told_who_may_read_the_log(
    house: House, operations: Operations, qtbot: QtBot
) -> None:
    house.sign_in(login("worker"))
    page = show(house, operations, qtbot)
    page.tabs.setCurrentWidget(page.access)
    settle(qtbot, operations)
    assert "責任者" in page.access.message.text()
    assert page.access.table.rowCount() == 0


def test_a_day_is_shown_alone(house: House) -> None:
    ledger = house.ledger
    today = ledger.today()
    month = today.replace(day=1)
    whole = read_access(ledger, Asked(month))
    other = read_access(ledger, Asked(month, day=today + timedelta(days=1)))
    assert whole.lines and not other.lines


def test_the_page_reads_only_what_a_person_may_hold(house: House) -> None:
    conditions = read_conditions(house.ledger)
    assert {one.topic for one in conditions} >= {"空き容量", "時計", "更新ジャーナル"}
    assert not any(str(Path.home()) in one.sentence for one in conditions)


def test_months_and_days_of_a_clock_that_was_set_are_offered(
    tmp_path: Path, operations: Operations, qtbot: QtBot
) -> None:
    with furnished(tmp_path, accounts=True) as house:
        for who, *day in (
            ("takahashi", 2026, 11, 20), ("yoshino", 2027, 3, 3), ("takahashi", 2026, 11, 21),
        ):  # fmt: skip
            house.ledger.close()
            house.clock._now = datetime(*day, 10, tzinfo=JAPAN)  # type: ignore[arg-type,misc]
            house.sign_in(str(who))
        page = show(house, operations, qtbot).access
        page.window().findChildren(QTabWidget)[0].setCurrentWidget(page)
        settle(qtbot, operations)
        months = {page.months.itemText(place) for place in range(page.months.count())}
        assert {"令和9年3月　先の日付", "令和8年11月", "令和8年10月　未確認"} <= months
        assert "令和8年9月　記録なし" in months
        assert page.unseen.text() == "まだ確認していない月　令和8年10月"
        stray = page.days.count() - 1
        assert page.days.itemText(stray) == "R9.3.3（日付のずれ）"
        told = page.remarks
        row = next(
            row for row in range(told.rowCount()) if "R9.3.3の日付" in cell_text(told, row, 3)
        )
        told.setCurrentCell(row, 0)
        QTest.keyClick(told, Qt.Key.Key_Return)
        assert page.days.currentIndex() == stray
        settle(qtbot, operations)
        assert page.months.currentData() == date(2026, 11, 1) and page.table.rowCount() > 0
        assert all(
            "R9.3.3" in cell_text(page.table, row, 0) for row in range(page.table.rowCount())
        )


def test_a_clock_that_went_back_is_nobodys_and_shows_the_rows_of_its_day(
    tmp_path: Path, operations: Operations, qtbot: QtBot
) -> None:
    with furnished(tmp_path, accounts=True) as house:
        for who, hour in (("takahashi", 15), ("yoshino", 10)):
            house.ledger.close()
            house.clock._now = datetime(2026, 11, 20, hour, tzinfo=JAPAN)
            house.sign_in(who)
        house.sign_in("takahashi")
        page = show(house, operations, qtbot).access
        page.window().findChildren(QTabWidget)[0].setCurrentWidget(page)
        settle(qtbot, operations)
        told = page.remarks
        row = next(
            row
            for row in range(told.rowCount())
            if "時計の変更" in cell_text(told, row, 0) and not cell_text(told, row, 2)
        )
        told.setCurrentCell(row, 0)
        QTest.keyClick(told, Qt.Key.Key_Return)
        settle(qtbot, operations)
        assert page.users.currentText() == "すべての利用者"
        assert page.days.currentData() == date(2026, 11, 20) and page.table.rowCount() > 0
        page._narrow("", "2026-11-20")  # a name that nobody has stays one
        assert page.users.currentText() == "（登録のない利用者名）"
        settle(qtbot, operations)

"""設定・利用者: what may be done to the marked account, and a second person where one is asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QStandardItemModel
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from models.codes import Role, SystemEventKind
from models.exposure import shut
from models.records import Incident, Person, RuleOverride, SystemEvent, UserAccount
from models.store import quiet
from tests.house import House, furnished
from tests.ui.shell import Answers, settle
from ui import reissuing
from ui.account_dialog import AccountDialog
from ui.answering import AnswerDialog
from ui.must_change import OwnPasswordDialog
from ui.operations import Operations
from ui.page import Desk
from ui.reissuing import ExposedDialog, ReissueDialog
from ui.sample import cast
from ui.settings_page import SettingsPage

FIRST = "静かな港に灯る三つの明かり"
BOSS, WORKER, _OFFICER, ADMINISTRATOR = cast.USERS
WHO = "システム管理者だけが行えます"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, rules=True) as made:
        yield made


@pytest.fixture
def page(house: House, qtbot: QtBot) -> Iterator[SettingsPage]:
    answers = Answers()
    operations = Operations(answers)
    operations.watch(house.ledger)
    made = SettingsPage(Desk(house.ledger, operations, answers, lambda *_where: None))
    made.kept_verbs = made.verbs()  # type: ignore[attr-defined]  as the window keeps them
    qtbot.addWidget(made)
    made.show()
    made.refresh()
    settle(qtbot, operations)
    yield made
    operations.close()


def verb(page: SettingsPage, word: str) -> QAction:
    verbs: list[QAction] = page.kept_verbs  # type: ignore[attr-defined]
    return next(one for one in verbs if one.text() == word)


def mark(page: SettingsPage, login: str) -> None:
    table = page.accounts.table
    [cell] = table.findItems(login, Qt.MatchFlag.MatchExactly)
    table.selectRow(cell.row())


def test_buttons_follow_the_marked_account_and_say_who_may(page: SettingsPage) -> None:
    assert verb(page, "利用者の追加").isEnabled()  # another responsible person
    for word in ("パスワードの再発行", "利用停止", "知られた・紛失"):
        assert not verb(page, word).isEnabled() and "選んで" in verb(page, word).toolTip()
    mark(page, WORKER.login)
    for word in ("パスワードの再発行", "利用停止"):
        assert not verb(page, word).isEnabled() and WHO in verb(page, word).toolTip()
    assert verb(page, "知られた・紛失").isEnabled()
    mark(page, ADMINISTRATOR.login)
    assert verb(page, "パスワードの再発行").isEnabled()
    assert not verb(page, "利用停止").isEnabled()
    mark(page, BOSS.login)
    assert "自分自身" in verb(page, "利用停止").toolTip()


def test_a_role_that_another_adds_is_grey_in_the_dialog(page: SettingsPage) -> None:
    dialog = AccountDialog(page.desk, [], [], page)
    model = dialog.role.model()
    assert isinstance(model, QStandardItemModel)
    offered = [role for row, role in enumerate(Role) if model.item(row).isEnabled()]
    assert offered == [Role.SUPERVISOR]
    assert dialog.role.currentData() == str(Role.SUPERVISOR)
    tip = dialog.role.itemData(list(Role).index(Role.WORKER), Qt.ItemDataRole.ToolTipRole)
    assert WHO in tip


def test_a_lost_password_of_the_administrator_asks_for_a_second_person(
    house: House, page: SettingsPage, qtbot: QtBot
) -> None:
    ledger = house.ledger
    account = ledger.registers.all(UserAccount, login_name=ADMINISTRATOR.login)[0].record
    dialog = ReissueDialog(page.desk, account, page)
    dialog.show()
    dialog.reason.setText("本人からの申出（失念）による")
    dialog.password.first.setText(FIRST)
    dialog.password.second.setText(FIRST)
    dialog.accept()
    settle(qtbot, page.desk.operations)
    [asking] = dialog.findChildren(AnswerDialog)
    [part] = asking.parts
    assert part.reason() == "本人からの申出（失念）による" and asking.second is not None
    assert not any("逸脱" in one for one in texts(asking))  # it is no breach
    assert not asking.second.ways.button(1).isVisible()  # it does not wait
    asking.second.password.setText(WORKER.password)
    asking.save()
    settle(qtbot, page.desk.operations)
    assert dialog.result() == dialog.DialogCode.Accepted
    [event] = ledger.registers.all(SystemEvent, kind=SystemEventKind.ACCOUNTS_MANAGED)
    [override] = ledger.registers.all(RuleOverride, record_ref=event.record.id)
    assert override.record.approved_by == house.story.people[WORKER.person]


def test_another_responsible_person_asks_for_a_second_person(
    house: House, page: SettingsPage, qtbot: QtBot
) -> None:
    ledger = house.ledger
    person = ledger.registers.need(Person, house.story.people["worker3"]).record
    dialog = AccountDialog(page.desk, [person], [], page)
    dialog.show()
    dialog.login.setText("sakiyama")
    for line in (dialog.password.first, dialog.password.second):
        line.setText(FIRST)
    dialog.accept()
    settle(qtbot, page.desk.operations)
    [asking] = dialog.findChildren(AnswerDialog)
    assert asking.second is not None and not asking.second.ways.button(1).isVisible()
    asking.parts[0].text.setPlainText("責任者の不在に備えるため")
    asking.second.password.setText(WORKER.password)
    asking.save()
    settle(qtbot, page.desk.operations)
    assert dialog.result() == dialog.DialogCode.Accepted
    [override] = ledger.registers.all(RuleOverride)
    assert override.record.approved_by == house.story.people[WORKER.person]


def test_who_shuts_another_types_no_password(
    house: House, page: SettingsPage, qtbot: QtBot
) -> None:
    account = house.ledger.registers.all(UserAccount, login_name=WORKER.login)[0].record
    dialog = ExposedDialog(page.desk, account, page)
    dialog.show()
    assert not dialog.password.isVisible()
    assert any("本人がパスワードを変える前に" in one for one in texts(dialog))
    dialog.accept()
    assert "「理由」" in dialog.message.text()
    dialog.reason.setText("机に置いたメモを来客に見られた")
    dialog.accept()
    settle(qtbot, page.desk.operations)
    assert dialog.result() == dialog.DialogCode.Accepted
    answers = page.desk.asker
    assert isinstance(answers, Answers) and "いまはだれにも開けません" in answers.asked[-1]
    page.accounts.refresh()
    settle(qtbot, page.desk.operations)
    mark(page, WORKER.login)
    table = page.accounts.table
    shown = table.item(table.currentRow(), 4)
    assert shown is not None and "再発行するまで使えません" in shown.text()


def test_the_new_key_behind_a_second_person_shows_how_far_it_is(
    house: House, page: SettingsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes minutes in a large ledger, and may be stopped."""
    told: list[object] = []

    def watched(*args: Any, **options: Any) -> Any:
        told.append(options["progress"])
        return shut(*args, **options)

    monkeypatch.setattr(reissuing, "shut", watched)
    account = house.ledger.registers.all(UserAccount, login_name=ADMINISTRATOR.login)[0].record
    dialog = ExposedDialog(page.desk, account, page)
    dialog.show()
    dialog.reason.setText("机に置いたメモを来客に見られた")
    dialog.accept()
    settle(qtbot, page.desk.operations)
    [asking] = dialog.findChildren(AnswerDialog)
    assert asking.second is not None and asking.second.ways.button(1).isVisible()
    asking.second.password.setText(WORKER.password)
    asking.save()
    settle(qtbot, page.desk.operations)
    assert dialog.result() == dialog.DialogCode.Accepted
    assert len(told) > 1 and quiet not in told
    [override] = house.ledger.registers.all(RuleOverride)
    assert override.record.approved_by == house.story.people[WORKER.person]


def test_who_turns_back_from_the_second_person_shut_nothing(
    house: House, page: SettingsPage, qtbot: QtBot
) -> None:
    account = house.ledger.registers.all(UserAccount, login_name=ADMINISTRATOR.login)[0].record
    dialog = ExposedDialog(page.desk, account, page)
    dialog.show()
    dialog.reason.setText("机に置いたメモを来客に見られた")
    dialog.accept()
    settle(qtbot, page.desk.operations)
    [asking] = dialog.findChildren(AnswerDialog)
    asking.reject()
    assert dialog.buttons.isEnabled() and dialog.isVisible()
    assert not house.ledger.registers.all(RuleOverride)


def test_the_own_password_is_chosen_where_it_is_shut(page: SettingsPage) -> None:
    dialog = ExposedDialog(page.desk, page.desk.ledger.user, page)
    dialog.show()
    assert dialog.password.isVisible() and dialog.old.isVisible()


def test_who_changes_a_known_password_says_so(
    house: House, page: SettingsPage, qtbot: QtBot
) -> None:
    dialog = OwnPasswordDialog(house.ledger, page.desk.operations, page)
    dialog.show()
    assert dialog.known.isVisible() and not dialog.known.isChecked()
    dialog.old.setText(BOSS.password)
    dialog.new.first.setText(FIRST)
    dialog.new.second.setText(FIRST)
    dialog.reminder.setChecked(True)
    dialog.known.setChecked(True)
    dialog.accept()
    settle(qtbot, page.desk.operations)
    assert dialog.result() == dialog.DialogCode.Accepted and "二度と" in dialog.told[0]
    assert house.ledger.registers.all(Incident)


def texts(dialog: QDialog) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [one.text() for one in dialog.findChildren(QLabel)]

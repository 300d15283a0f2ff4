"""The password comes round: it is changed or confirmed before the ledger is seen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from models.codes import SystemEventKind
from models.commands import revising
from models.exposure import cards_of
from models.incidents import OPENED
from models.records import Incident, SystemEvent, UserAccount
from tests.house import House, furnished
from tests.models.test_running_evidence import fix_cycles
from tests.ui.shell import Answers, settle
from ui.accounts import AccountsPart
from ui.must_change import MustChangeDialog, ReviewPasswordDialog, must_answer
from ui.operations import Operations
from ui.page import Desk
from ui.reissuing import ExposedDialog


@pytest.fixture
def late(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba") as house:
        fix_cycles(house)
        house.clock.go_to(house.ledger.today() + timedelta(days=95), 9)
        yield house


def asked(house: House, qtbot: QtBot) -> tuple[ReviewPasswordDialog, Operations]:
    operations = Operations(Answers())
    dialog = must_answer(house.ledger, operations)
    assert isinstance(dialog, ReviewPasswordDialog)
    qtbot.addWidget(dialog)
    return dialog, operations


def test_who_confirms_goes_on_with_the_password(late: House, qtbot: QtBot) -> None:
    dialog, operations = asked(late, qtbot)
    assert dialog.windowTitle() == "パスワードの見直し"
    dialog.keep.click()
    settle(qtbot, operations)
    assert dialog.result() == dialog.DialogCode.Accepted
    assert must_answer(late.ledger, operations) is None


def test_who_changes_it_is_done_as_well(late: House, qtbot: QtBot) -> None:
    dialog, operations = asked(late, qtbot)
    dialog.old.setText("みどり台帳-7つの朝に点検")
    dialog.new.first.setText("別の秘密-9つの夜に見回り青")
    dialog.new.second.setText("別の秘密-9つの夜に見回り青")
    dialog.reminder.setChecked(True)
    dialog.accept()
    settle(qtbot, operations)
    assert dialog.result() == dialog.DialogCode.Accepted
    assert must_answer(late.ledger, operations) is None


def test_who_does_neither_does_not_come_in(late: House, qtbot: QtBot) -> None:
    dialog, operations = asked(late, qtbot)
    dialog.reject()
    assert dialog.result() == dialog.DialogCode.Rejected
    assert must_answer(late.ledger, operations) is not None


def test_a_fresh_password_asks_nothing(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba") as house:
        fix_cycles(house)
        assert must_answer(house.ledger, Operations(Answers())) is None


def test_a_first_password_is_changed_and_cannot_be_confirmed(late: House, qtbot: QtBot) -> None:
    late.ledger.commit([revising(replace(late.ledger.user, must_change=True), "再発行")])
    dialog = must_answer(late.ledger, Operations(Answers()))
    assert dialog is not None
    qtbot.addWidget(dialog)
    assert type(dialog) is MustChangeDialog


def test_the_look_at_all_accounts_is_entered_from_the_list(late: House, qtbot: QtBot) -> None:
    answers = Answers()
    answers.replies.append("全員、今も従事している。")
    operations = Operations(answers)
    operations.watch(late.ledger)
    desk = Desk(late.ledger, operations, answers, lambda *_where: None)
    part = AccountsPart(desk)
    qtbot.addWidget(part)
    part.review()
    settle(qtbot, operations)
    found = late.ledger.registers.all(SystemEvent, kind=SystemEventKind.PASSWORDS_REVIEWED)
    assert [one.record.reason for one in found] == ["全員、今も従事している。"]


def test_what_a_known_password_opens_is_shut_from_the_list(tmp_path: Path, qtbot: QtBot) -> None:
    with furnished(tmp_path, accounts=True) as house:
        house.sign_in("watanabe")
        answers = Answers()
        operations = Operations(answers)
        operations.watch(house.ledger)
        desk = Desk(house.ledger, operations, answers, lambda *_where: None)
        account = house.ledger.registers.all(UserAccount, login_name="yoshino")[0].record
        dialog = ExposedDialog(desk, account)
        qtbot.addWidget(dialog)
        assert dialog.cards.count() == 1 and not dialog.own
        dialog.cards.item(0).setCheckState(Qt.CheckState.Checked)
        dialog.reason.setText("机のメモを来客に見られた")
        dialog.password.first.setText("静かな港に灯る三つの明かり")
        dialog.password.second.setText("静かな港に灯る三つの明かり")
        dialog.accept()
        settle(qtbot, operations)
        assert dialog.result() == dialog.DialogCode.Accepted
        assert any("バックアップ" in one for one in answers.asked)
        assert cards_of(house.ledger, account.person_id) == []
        assert OPENED in house.ledger.registers.all(Incident)[0].record.situation

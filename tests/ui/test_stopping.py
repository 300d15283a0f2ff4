"""中止 on the long ways: a new data key, an erasure, the tables at the door. What is said is so."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models.codes import AccountStatus, SystemEventKind
from models.errors import Cancelled
from models.ledger import Ledger
from models.records import ContentErasure, SystemEvent, UserAccount
from models.store import Progress
from storage import schema
from tests.ending import REASON, ended, worker
from tests.house import House, furnished
from tests.ui.shell import Answers, cell_text, settle
from ui.accounts import AccountsPart
from ui.erasing import EraseDialog
from ui.operations import Operations
from ui.page import Desk
from ui.preferences import Preferences
from ui.progress import ProgressDialog, Report
from ui.sample import cast
from ui.unlock import UnlockView

WORKER = "yoshino"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        made.sign_in("watanabe")
        yield made


@pytest.fixture
def operations(qtbot: QtBot, answers: Answers) -> Iterator[Operations]:
    made = Operations(answers)
    yield made
    made.close()


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user presses 中止 as soon as there is something to press."""

    def report(self: Report, done: int, total: int) -> None:
        raise Cancelled

    monkeypatch.setattr(Report, "__call__", report)


def desk_of(ledger: Ledger, operations: Operations) -> Desk:
    return Desk(ledger, operations, operations.asker, lambda *_where: None)


def renewals(ledger: Ledger) -> int:
    return len(ledger.registers.all(SystemEvent, kind=SystemEventKind.KEY_RENEWED))


@pytest.mark.usefixtures("stopped")
def test_a_stopped_new_key_leaves_the_old_one_and_says_so(
    qtbot: QtBot, house: House, operations: Operations, answers: Answers
) -> None:
    part = AccountsPart(desk_of(house.ledger, operations))
    qtbot.addWidget(part)
    answers.replies.append("画面を見られたおそれがあるため")
    part.renew_key()
    settle(qtbot, operations)
    assert answers.asked[-1] == "中止しました。暗号鍵は、これまでのままです。"
    assert renewals(house.ledger) == 0
    ledger = house.sign_in("watanabe")
    assert not ledger.notices and renewals(ledger) == 0


@pytest.mark.usefixtures("stopped")
def test_who_is_shut_out_stays_out_when_the_new_key_is_stopped(
    qtbot: QtBot, house: House, operations: Operations, answers: Answers
) -> None:
    part = AccountsPart(desk_of(house.ledger, operations))
    qtbot.addWidget(part)
    part.refresh()
    settle(qtbot, operations)
    logins = [cell_text(part.table, row, 1) for row in range(part.table.rowCount())]
    part.table.selectRow(logins.index(WORKER))
    answers.replies.append("退職のため")
    part.disable()
    settle(qtbot, operations)
    assert (
        "利用停止は済みました" in answers.asked[-1] and "次に台帳を開いたとき" in answers.asked[-1]
    )
    account = house.ledger.registers.one(UserAccount, login_name=WORKER)
    assert account is not None and account.record.status is AccountStatus.DISABLED
    ledger = house.sign_in("watanabe")
    assert any("暗号鍵の更新を完了" in one for one in ledger.notices) and renewals(ledger) == 1


@pytest.mark.usefixtures("stopped")
def test_a_stopped_erasure_erases_nothing(
    qtbot: QtBot, tmp_path: Path, operations: Operations
) -> None:
    with ended(tmp_path, journal=True) as house:
        before, head = house.ledger.store.counts(), house.ledger.store.head()
        desk = desk_of(house.ledger, operations)
        dialog = EraseDialog(desk, house.ledger.ending.plan(house.story.contract.id))
        qtbot.addWidget(dialog)
        assert dialog.second is not None
        dialog.number.setText("2026-001")
        dialog.reason.setText(REASON)
        dialog.second.password.setText(worker(house).password)
        dialog.erase()
        settle(qtbot, operations)
        assert "中止しました。何も変更していません。" in dialog.message.text()
        assert dialog.erase_button.isEnabled() and dialog.reason.text() == REASON
        store = house.ledger.store
        assert (store.counts(), store.head()) == (before, head)
        assert not house.ledger.registers.all(ContentErasure)
        assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


@pytest.mark.usefixtures("stopped")
def test_tables_that_must_be_derived_at_the_door_can_be_stopped(
    qtbot: QtBot, house: House, operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = house.folder / "ledger"
    house.ledger.close()
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    likes = Preferences(house.folder / "likes.ini")
    door = UnlockView(lambda: house.office, operations, likes)
    qtbot.addWidget(door)
    door.choose_folder(folder)
    door.login.setText("watanabe")
    user = next(one for one in cast.USERS if one.login == "watanabe")
    door.password.setText(user.password)
    door.try_password()
    settle(qtbot, operations)
    assert "中止しました" in door.message.text() and door.open.isEnabled()
    monkeypatch.undo()
    assert house.sign_in("watanabe").store.head().seq > 0


def test_the_dialog_of_short_work_does_not_flash(qtbot: QtBot, operations: Operations) -> None:
    shown: list[bool] = []

    def look() -> ProgressDialog:
        widgets = QApplication.topLevelWidgets()
        return next(one for one in widgets if isinstance(one, ProgressDialog))

    operations.long("短い作業", lambda progress: progress(0, 1), lambda _: None, late=True)
    shown.append(look().isVisible())
    settle(qtbot, operations)
    gate = threading.Event()

    def work(progress: Progress) -> None:
        progress(1, 4)
        gate.wait(5)

    operations.long("長い作業", work, lambda _: None, late=True)
    qtbot.waitUntil(lambda: any(
        isinstance(one, ProgressDialog) and one.isVisible() for one in QApplication.topLevelWidgets()
    ))  # fmt: skip
    gate.set()
    settle(qtbot, operations)
    assert shown == [False]

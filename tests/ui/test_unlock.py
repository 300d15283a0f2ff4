"""The door: one sentence for wrong names and passwords, and no password that can be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from models.ledger import Ledger
from models.office import Office
from tests.ui.shell import LOGIN, PASSWORD, Answers, make_books, settle, texts
from ui.operations import Operations
from ui.password_line import CAPS, WIDE, PasswordLine
from ui.preferences import Preferences
from ui.unlock import UnlockView

SENTENCE = (
    "利用者名またはパスワードが違います。"
    "大文字・小文字と入力モードを確かめて、もう一度入力してください。"
)


@pytest.fixture
def folder(tmp_path: Path, office: Office) -> Path:
    made = tmp_path / "R8志木市"
    make_books(office, made).close()
    return made


@pytest.fixture
def operations(qapp: QApplication) -> Iterator[Operations]:
    made = Operations(Answers())
    yield made
    made.close()


@pytest.fixture
def door(
    qtbot: QtBot, tmp_path: Path, office: Office, folder: Path, operations: Operations
) -> UnlockView:
    preferences = Preferences(tmp_path / "settings")
    preferences.remember(folder)
    made = UnlockView(lambda: office, operations, preferences)
    qtbot.addWidget(made)
    made.show()
    return made


def sign_in(door: UnlockView, login: str, password: str) -> None:
    door.login.clear()
    QTest.keyClicks(door.login, login)
    QTest.keyClick(door.login, Qt.Key.Key_Return)
    QTest.keyClicks(door.password, password)
    QTest.keyClick(door.password, Qt.Key.Key_Return)


@pytest.mark.parametrize(("login", "password"), [(LOGIN, "not the password"), ("nobody", PASSWORD)])
def test_wrong_user_and_wrong_password_get_the_same_sentence(
    qtbot: QtBot, door: UnlockView, operations: Operations, login: str, password: str
) -> None:
    sign_in(door, login, password)
    settle(qtbot, operations)
    assert door.message.text() == SENTENCE
    assert door.password.text() == ""
    assert door.password.isEnabled()


def test_the_right_password_opens_the_ledger(
    qtbot: QtBot, door: UnlockView, operations: Operations, folder: Path
) -> None:
    opened: list[tuple[Ledger, Path]] = []
    door.unlocked.connect(lambda ledger, place: opened.append((ledger, place)))
    sign_in(door, LOGIN, PASSWORD)
    assert not door.open.isEnabled()  # a second Enter must not try again
    settle(qtbot, operations)
    ledger, place = opened[0]
    assert (ledger.user.login_name, place) == (LOGIN, folder)
    assert door.password.text() == ""
    ledger.close()


def test_an_empty_form_says_what_to_do(door: UnlockView) -> None:
    door.try_password()
    assert door.message.text() == "台帳を選び、利用者名とパスワードを入力してください。"


def test_the_list_shows_folder_names_only(door: UnlockView, folder: Path) -> None:
    assert door.ledgers.itemText(0) == "R8志木市"
    assert door.folder() == folder


def test_without_a_known_ledger_only_the_ways_in_are_offered(
    qtbot: QtBot, tmp_path: Path, office: Office, operations: Operations
) -> None:
    made = UnlockView(lambda: office, operations, Preferences(tmp_path / "new"))
    qtbot.addWidget(made)
    assert not made.open.isEnabled() and not made.password.isEnabled()
    assert made.new.isEnabled() and made.restore.isEnabled() and made.sample.isEnabled()


def test_a_typed_password_can_be_read_nowhere(door: UnlockView) -> None:
    canary = "Kanaria-9-Tori"
    QTest.keyClicks(door.password, canary)
    for line in door.findChildren(QLineEdit):
        assert canary not in line.displayText()
    assert canary not in "".join(texts(door, [QLabel]))
    assert canary not in repr(door.password)


def test_the_echo_cannot_be_changed(qtbot: QtBot) -> None:
    line = PasswordLine()
    qtbot.addWidget(line)
    line.setEchoMode(QLineEdit.EchoMode.Normal)
    assert line.echoMode() is QLineEdit.EchoMode.Password


def test_caps_lock_and_full_width_are_pointed_out(qtbot: QtBot) -> None:
    line = PasswordLine()
    qtbot.addWidget(line)
    said: list[str] = []
    line.hinted.connect(said.append)
    QTest.keyClicks(line, "a")
    assert said[-1] == ""
    event_without_shift(line, "A")
    assert said[-1] == CAPS
    line.setText("ａｂｃ")
    event_without_shift(line, "b")
    assert said[-1] == WIDE


def event_without_shift(widget: QWidget, text: str) -> None:
    """Send a letter as Caps Lock makes it: upper case, but no Shift."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    modifier = Qt.KeyboardModifier.NoModifier
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, modifier, text)
    QApplication.sendEvent(widget, event)

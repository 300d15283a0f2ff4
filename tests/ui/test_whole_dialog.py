"""Dialogs open as high as what they say needs, and grow when more is said."""

import pytest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout
from pytestqt.qtbot import QtBot

from ui.account_dialog import AccountDialog
from ui.fitting import ROOM
from ui.help import HelpDialog
from ui.layout import note, say
from ui.must_change import OwnPasswordDialog
from ui.papers import SubmitDialog
from ui.reissuing import ExposedDialog, ReissueDialog
from ui.whole_dialog import WholeDialog

SENTENCE = "パスワードを新しくし、印を付けたカードを無効にし、暗号鍵を更新します。"


def dialog(qtbot: QtBot, lines: int) -> WholeDialog:
    made = WholeDialog()
    qtbot.addWidget(made)
    made.setMinimumWidth(300)
    column = QVBoxLayout(made)
    for _ in range(lines):
        column.addWidget(note(SENTENCE * 3))
        column.addWidget(QLineEdit())
    made.show()
    return made


def room(made: WholeDialog) -> int:
    return int(made.screen().availableGeometry().height() * ROOM)


@pytest.mark.parametrize("lines", [1, 5, 60])
def test_it_is_as_high_as_it_needs_and_as_the_screen_lets_it(qtbot: QtBot, lines: int) -> None:
    made = dialog(qtbot, lines)
    assert made.height() >= min(made.needed(), room(made))
    if made.needed() <= room(made):
        fields = sorted(made.findChildren(QLineEdit), key=lambda one: one.y())
        assert all(one.height() >= one.minimumSizeHint().height() for one in fields)


def test_what_is_said_later_makes_room_for_itself(qtbot: QtBot) -> None:
    made = dialog(qtbot, 2)
    message = note("")
    column = made.layout()
    assert isinstance(column, QVBoxLayout)
    column.addWidget(message)
    made.resize(made.width(), made.needed())
    before = made.height()
    say(message, SENTENCE * 6, "problem")
    qtbot.waitUntil(lambda: made.height() > before)
    assert made.height() >= made.needed()


@pytest.mark.parametrize(
    "cls",
    [AccountDialog, ExposedDialog, HelpDialog, OwnPasswordDialog, ReissueDialog, SubmitDialog],
)
def test_dialogs_of_sentences_and_fields_are_whole(cls: type) -> None:
    assert issubclass(cls, WholeDialog)

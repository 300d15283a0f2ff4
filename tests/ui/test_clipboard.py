"""What is copied from the ledger leaves the clipboard again, and nothing else is touched."""

from collections.abc import Iterator
from typing import cast

import pytest
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from ui.clipboard import MARK, PRIVATE, ClipboardGuard


@pytest.fixture
def guard(qtbot: QtBot) -> Iterator[ClipboardGuard]:
    made = ClipboardGuard(
        cast(QApplication, QApplication.instance()), clear_ms=100, ours=lambda: True
    )
    board().clear()
    made.start()
    yield made
    made.stop()
    made.deleteLater()


def board() -> QClipboard:
    return QApplication.clipboard()


def test_copied_text_is_gone_after_the_time(guard: ClipboardGuard, qtbot: QtBot) -> None:
    line = QLineEdit("架空 太郎")
    qtbot.addWidget(line)
    line.selectAll()
    line.copy()
    assert board().text() == "架空 太郎"
    qtbot.waitUntil(lambda: board().text() == "", timeout=2000)


def test_no_history_keeps_it(guard: ClipboardGuard) -> None:
    board().setText("架空 太郎")
    formats = board().mimeData().formats()
    assert set(PRIVATE) <= set(formats)
    assert board().text() == "架空 太郎"


def test_the_lock_clears_at_once(guard: ClipboardGuard) -> None:
    board().setText("架空 太郎")
    guard.stop()
    assert board().text() == ""


def test_what_others_copied_stays(guard: ClipboardGuard, qtbot: QtBot) -> None:
    board().setText("架空 太郎")
    guard._watching = False  # as if another program wrote
    board().setText("someone else's")
    qtbot.wait(200)
    guard.clear()
    assert board().text() == "someone else's" and not board().mimeData().hasFormat(MARK)


def test_a_second_copy_gets_its_whole_time(guard: ClipboardGuard, qtbot: QtBot) -> None:
    board().setText("一つ目")
    qtbot.wait(60)
    board().setText("二つ目")
    qtbot.wait(60)
    assert board().text() == "二つ目"
    qtbot.waitUntil(lambda: board().text() == "", timeout=2000)


def test_nothing_is_touched_while_no_ledger_is_open(guard: ClipboardGuard) -> None:
    guard.stop()
    board().setText("台帳の外の文字")
    assert not board().mimeData().hasFormat(MARK)
    guard.clear()
    assert board().text() == "台帳の外の文字"

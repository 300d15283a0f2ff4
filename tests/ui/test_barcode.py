"""A reader's burst is a scan; what hands type stays typing."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ui.barcode import BarcodeWedge
from ui.password_line import PasswordLine

GAP = 40


class Room(QWidget):
    """A page with everything a key may fall into."""

    def __init__(self) -> None:
        super().__init__()
        self.list = QListWidget()
        self.list.addItems(["apple", "banana", "media"])
        self.line = QLineEdit()
        self.password = PasswordLine()
        self.text = QPlainTextEdit()
        column = QVBoxLayout(self)
        for widget in (self.list, self.line, self.password, self.text):
            column.addWidget(widget)


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    made = Room()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def wedge(qapp: QApplication) -> Iterator[BarcodeWedge]:
    made = BarcodeWedge(qapp, GAP)
    yield made
    qapp.removeEventFilter(made)
    made.deleteLater()


def scans(wedge: BarcodeWedge) -> list[str]:
    seen: list[str] = []
    wedge.scanned.connect(seen.append)
    return seen


def burst(widget: QWidget, code: str) -> None:
    QTest.keyClicks(widget, code)
    QTest.keyClick(widget, Qt.Key.Key_Return)


def test_a_burst_over_a_list_is_a_scan_and_leaves_the_list_alone(
    room: Room, wedge: BarcodeWedge, qtbot: QtBot
) -> None:
    seen = scans(wedge)
    room.list.setCurrentRow(0)
    activated: list[object] = []
    room.list.itemActivated.connect(activated.append)
    burst(room.list, "media-0001")
    qtbot.wait(GAP * 2)
    assert seen == ["media-0001"]
    assert room.list.currentRow() == 0
    assert activated == []


def test_slow_keys_reach_the_list(room: Room, wedge: BarcodeWedge, qtbot: QtBot) -> None:
    seen = scans(wedge)
    room.list.setCurrentRow(0)
    QTest.keyClick(room.list, Qt.Key.Key_M)
    qtbot.wait(GAP * 3)
    assert room.list.currentRow() == 2
    QTest.keyClick(room.list, Qt.Key.Key_Return)
    assert seen == []


def test_a_text_field_keeps_what_is_scanned_into_it(room: Room, wedge: BarcodeWedge) -> None:
    seen = scans(wedge)
    room.line.setFocus()
    burst(room.line, "media-0001")
    assert seen == []
    assert room.line.text() == "media-0001"


def test_with_a_prefix_a_scan_is_known_in_a_text_field_too(
    room: Room, wedge: BarcodeWedge, qtbot: QtBot
) -> None:
    seen = scans(wedge)
    wedge.prefix = "~"
    room.line.setText("途中の入力")
    burst(room.line, "~media-0001")
    assert seen == ["media-0001"]
    assert room.line.text() == "途中の入力"
    QTest.keyClicks(room.line, "~")
    qtbot.wait(GAP * 3)
    assert room.line.text() == "途中の入力~"


@pytest.mark.parametrize("name", ["password", "text"])
def test_passwords_and_long_texts_are_never_held_back(
    room: Room, wedge: BarcodeWedge, name: str
) -> None:
    seen = scans(wedge)
    wedge.prefix = "~"
    widget = getattr(room, name)
    burst(widget, "~secret123")
    held = widget.text() if name == "password" else widget.toPlainText().strip()
    assert held == "~secret123"
    assert seen == []


def test_a_short_burst_is_handed_on(room: Room, wedge: BarcodeWedge, qtbot: QtBot) -> None:
    seen = scans(wedge)
    room.list.setCurrentRow(0)
    burst(room.list, "ba")
    qtbot.wait(GAP * 2)
    assert seen == []
    assert room.list.currentRow() == 1

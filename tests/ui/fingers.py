"""Types into widgets as people do: plain keys, and Japanese through an input method."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget


def type_in(widget: QWidget, text: str) -> None:
    """Type a text; what has no key of its own is composed and committed."""
    if text.isascii():
        QTest.keyClicks(widget, text)
        return
    QApplication.sendEvent(widget, QInputMethodEvent(text, []))
    commit(widget, text)


def commit(widget: QWidget, text: str) -> None:
    """End a conversion with this text."""
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def press(widget: QWidget, *keys: Qt.Key) -> None:
    """Press keys, one after the other."""
    for key in keys:
        QTest.keyClick(widget, key)

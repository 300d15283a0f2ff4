"""A barcode reader that types like a keyboard, told apart from hands by its speed.

A reader sends its characters a few milliseconds apart and ends with Enter; hands do not. Keys that
may be the start of a burst are held back for one pause (35 ms) and handed on when no burst comes
of them, so that nothing typed is lost and a list does not jump about during a scan.

Where a person types text, the text field gets the keys: a look-up field takes a scanned number
itself. With a configured prefix character a burst that begins with it is a scan in single lines
too. In password lines and in texts of several lines nothing is ever held back.
"""

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

LEAST = 4  # characters of the shortest code
ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class BarcodeWedge(QObject):
    """Watches the application's keys and emits `scanned` for each burst.

    Args:
        application: gets this filter installed.
        gap_ms: longest pause between two keys of a reader.
        prefix: one character that the reader sends first, "" for none.
        parent: whose life it shares; the application's if left out.
    """

    scanned = Signal(str)

    def __init__(
        self,
        application: QApplication,
        gap_ms: int = 35,
        prefix: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or application)
        self.prefix = prefix
        self._held: list[tuple[QWidget, QKeyEvent]] = []
        self._replaying = False
        self._since = QElapsedTimer()
        self._pause = QTimer(self, singleShot=True)
        self._pause.setTimerType(Qt.TimerType.PreciseTimer)
        self._pause.timeout.connect(self._hand_on)
        self.set_gap(gap_ms)
        application.installEventFilter(self)

    def set_gap(self, gap_ms: int) -> None:
        """Set the longest pause between two keys of a reader."""
        self._gap = gap_ms
        self._pause.setInterval(gap_ms)

    # --- Qt ----------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or self._replaying:
            return False
        if not isinstance(watched, QWidget) or not isinstance(event, QKeyEvent):
            return False
        if self._held and self._since.elapsed() > self._gap:
            self._hand_on()  # the timer is late; the pause is over all the same
        if event.key() in ENDS and self._held:
            return self._end(event)
        if not self._may_belong(watched, event):
            self._hand_on()
            return False
        self._held.append((watched, event.clone()))
        self._since.start()
        self._pause.start()
        return True

    # --- what a key may be ----------------------------------------
    def _may_belong(self, widget: QWidget, event: QKeyEvent) -> bool:
        typed = event.text()
        if len(typed) != 1 or not typed.isprintable() or event.isAutoRepeat():
            return False
        others = event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if others != Qt.KeyboardModifier.NoModifier:
            return False
        if self._held:
            return True
        if _keeps_everything(widget):
            return False
        if self.prefix:
            return typed == self.prefix
        return typed != " " and not _takes_text(widget)

    def _end(self, event: QKeyEvent) -> bool:
        code = "".join(held.text() for _, held in self._held)
        if self.prefix and code.startswith(self.prefix):
            code = code[len(self.prefix) :]
        if len(code) < LEAST:
            self._hand_on()
            return False
        self._drop()
        self.scanned.emit(code)
        return True

    def _drop(self) -> None:
        self._pause.stop()
        self._held.clear()

    def _hand_on(self) -> None:
        """Give held keys to the widgets that they were meant for."""
        held = list(self._held)
        self._drop()
        self._replaying = True
        try:
            for widget, event in held:
                if isValid(widget):  # a page may have gone in the pause
                    QApplication.sendEvent(widget, event)
        finally:
            self._replaying = False


def _keeps_everything(widget: QWidget) -> bool:
    if isinstance(widget, QLineEdit):
        return widget.echoMode() != QLineEdit.EchoMode.Normal
    return isinstance(widget, (QPlainTextEdit, QTextEdit))


def _takes_text(widget: QWidget) -> bool:
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, (QLineEdit, QAbstractSpinBox)):
        return True
    return widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)

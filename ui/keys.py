"""Keyboard habits of the office: Enter moves on like Tab, but not the Enter that ends a conversion.

Japanese input composes a text (the preedit) before it is committed. Depending on the platform and
the input method, the Enter that commits it also arrives as a key press, before or just after the
commit. Both are told apart here from an Enter that is meant for the form.
"""

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget

AFTER_COMMIT_MS = 60  # no hand presses Enter twice within this; an input method's echo comes within

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Composition:
    """Knows whether a conversion is going on in one widget, or ended at this very moment."""

    def __init__(self) -> None:
        self._composing = False
        self._since_commit = QElapsedTimer()

    def see(self, event: QEvent) -> None:
        """Watch the events of the widget."""
        if event.type() == QEvent.Type.InputMethod:
            assert isinstance(event, QInputMethodEvent)
            was, self._composing = self._composing, bool(event.preeditString())
            if was and not self._composing:
                self._since_commit.start()

    def owns_enter(self) -> bool:
        """Tell whether an Enter now belongs to the input method."""
        if self._composing:
            return True
        return self._since_commit.isValid() and self._since_commit.elapsed() < AFTER_COMMIT_MS


class EnterMovesOn(QObject):
    """Lets Enter in one widget move the focus on, as Tab does.

    Args:
        widget: gets this filter installed and owns it.
        modifier: Enter only counts together with it (several-line texts keep the bare Enter).
    """

    def __init__(
        self,
        widget: QWidget,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        super().__init__(widget)
        self._modifier = modifier
        self._composition = Composition()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._composition.see(event)
        if event.type() != QEvent.Type.KeyPress:
            return False
        assert isinstance(event, QKeyEvent)
        if event.key() not in ENTER:
            return False
        if self._composition.owns_enter():
            return True
        if _bare(event.modifiers()) != self._modifier:
            return False
        move_on(watched)
        return True


class WheelNeedsFocus(QObject):
    """Keeps the wheel that scrolls a form from changing the values it passes over."""

    def __init__(self, box: QComboBox) -> None:
        super().__init__(box)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget):
            return False
        if watched.hasFocus():
            return False
        event.ignore()
        return True


def press_focused(event: QKeyEvent, *buttons: QAbstractButton) -> bool:
    """Let Enter press the button that has the focus and do nothing else; tell if it was Enter."""
    if event.key() not in ENTER:
        return False
    for button in buttons:
        if button.hasFocus():
            button.click()
    return True


def move_on(widget: QObject) -> None:
    """Move the focus on from a widget, as the Tab key does."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        tab = QKeyEvent(kind, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier, "\t")
        QApplication.sendEvent(widget, tab)


def _bare(modifiers: Qt.KeyboardModifier) -> Qt.KeyboardModifier:
    """Leave out the mark of the number pad, whose Enter means the same."""
    return modifiers & ~Qt.KeyboardModifier.KeypadModifier

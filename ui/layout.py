"""Small pieces that screens are put together from: titles, notes, links, cards."""

import re
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

SHORTEST = 8  # characters of a box that shrinks
LONGEST = 40  # full-width characters of its list
ONE_LINE = 36  # full-width characters that the smallest dialogs have room for
_UNBROKEN = re.compile(r"[!-~]{12}(?=[!-~])")  # so much of a number every column has room for
LABEL = 6  # characters of the narrowest column of labels, so that forms below each other align


def title(text: str) -> QLabel:
    """Return the title of a page."""
    return _label(text, "title")


def heading(text: str) -> QLabel:
    """Return the heading of a part of a page."""
    return _label(text, "heading")


def note(text: str) -> QLabel:
    """Return a quiet sentence that wraps."""
    label = _label(text, "muted")
    label.setWordWrap(True)
    if not text:  # setVisible(True) would show the label as a window of its own for a moment
        label.hide()
    return label


def plain(text: str = "") -> QLabel:
    """Return text that wraps and may be copied with mouse and keyboard."""
    label = _label(text, "")
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


def say(label: QLabel, text: str, kind: str = "muted") -> None:
    """Change the sentence of a label and how it looks (muted, good, care, problem)."""
    label.setText(text)
    label.setVisible(bool(text))
    if label.property("kind") != kind:
        label.setProperty("kind", kind)
        label.style().unpolish(label)
        label.style().polish(label)


def button(text: str, clicked: Callable[[], object], *, primary: bool = False) -> QPushButton:
    """Return a push button."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setProperty("primary", primary)
    made.clicked.connect(lambda: clicked())
    return made


def emphasize(made: QPushButton, primary: bool) -> None:
    """Make a button the one to press next, or no longer."""
    if bool(made.property("primary")) is not primary:
        made.setProperty("primary", primary)
        made.style().unpolish(made)
        made.style().polish(made)


def link_button(text: str, clicked: Callable[[], object]) -> QToolButton:
    """Return a quiet button that looks like a link but is reached by Tab."""
    made = QToolButton()
    made.setText(text)
    made.setAutoRaise(True)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setObjectName("link")
    made.clicked.connect(lambda: clicked())
    return made


def card(*widgets: QWidget) -> tuple[QFrame, QVBoxLayout]:
    """Return a white card with widgets below each other, and its layout."""
    frame = QFrame()
    frame.setProperty("kind", "card")
    column = QVBoxLayout(frame)
    column.setContentsMargins(18, 14, 18, 14)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget)
    return frame, column


def reminder(frame: QFrame, sentence: QLabel, button: QPushButton) -> None:
    """Make a card of a frame: what waits, and what opens it; hidden until something does."""
    frame.setProperty("kind", "card")
    row = QHBoxLayout(frame)
    row.setContentsMargins(14, 8, 14, 8)
    row.addWidget(sentence, 1)
    row.addWidget(button)
    frame.hide()


def form() -> QFormLayout:
    """Return a form layout whose labels stand right, beside their fields."""
    made = QFormLayout()
    made.setVerticalSpacing(10)
    made.setHorizontalSpacing(12)
    made.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    made.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
    return made


def add_row(to: QFormLayout, label: str, field: QWidget | QLayout) -> QLabel:
    """Add a row; the label stands at the height of a one-line field."""
    word = _label(label, "")
    word.setMinimumHeight(34)
    word.setMinimumWidth(word.fontMetrics().horizontalAdvance("あ") * LABEL)
    word.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    if isinstance(field, QWidget):
        word.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(label)
        to.addRow(word, field)
    else:
        to.addRow(word, field)
    return word


def align(window: QWidget) -> None:
    """Let the fields of all forms of a window begin at one edge."""
    labels = [
        item.widget()
        for rows in window.findChildren(QFormLayout)
        for row in range(rows.rowCount())
        if (item := rows.itemAt(row, QFormLayout.ItemRole.LabelRole)) is not None
    ]
    widest = max((label.sizeHint().width() for label in labels if label is not None), default=0)
    for label in labels:
        if label is not None:
            label.setMinimumWidth(widest)


def scrolling(inside: QWidget, reads: str = "", *, sideways: bool = False) -> QScrollArea:
    """Return a frameless area that scrolls when the screen is small.

    Args:
        reads: what a text without fields is called; Tab then stops there, so that the keyboard
            can scroll it. Fields bring themselves into view.
        sideways: let it also scroll to the side.
    """
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    if not sideways:
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(reads)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus if reads else Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    return area


def breakable(text: str) -> str:
    """Return a text whose long numbers wrap too, for a label that nobody copies from."""
    return _UNBROKEN.sub(lambda run: f"{run[0]}\u200b", text)


def shortened(text: str, widget: QWidget, most: int = ONE_LINE) -> str:
    """Return a text that a widget shows in one line, cut in its middle.

    Args:
        most: full-width characters that have room.
    """
    metrics = widget.fontMetrics()
    room = metrics.horizontalAdvance("あ") * most
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)


def slim(box: QComboBox) -> None:
    """Let a box with long words shrink with its form; the list shows more of them."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(SHORTEST)
    longest = max((len(box.itemText(number)) for number in range(box.count())), default=0)
    if longest > SHORTEST:
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    view = box.view()
    most = view.fontMetrics().horizontalAdvance("あ") * LONGEST
    view.setMinimumWidth(min(view.sizeHintForColumn(0) + 32, most))


def roomy(box: QComboBox) -> None:
    """Let a box be as wide as its words where there is room, and tell by its tip what is cut."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumWidth(box.fontMetrics().horizontalAdvance("あ") * SHORTEST)
    box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    box.currentTextChanged.connect(box.setToolTip)
    box.setToolTip(box.currentText())


def _label(text: str, kind: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)  # names and file names may look like markup
    if kind:
        label.setProperty("kind", kind)
    return label

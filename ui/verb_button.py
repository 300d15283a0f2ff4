"""The button of a daily verb: its key small above, its word below, never cut off."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QFontMetrics, QIcon, QPaintEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from ui import theme

SIDE = 9  # pixels of air left and right of the words
ABOVE = 6
ICON = 16
KEY_POINTS = 8.5


class VerbButton(QToolButton):
    """Says its key and its word; both stand in `text()`, the key in the first line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("framed")
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @classmethod
    def of(cls, action: QAction, parent: QWidget | None = None) -> "VerbButton":
        """Return the button of an action; it follows the action's word and whether it may act."""
        made = cls(parent)
        made.setDefaultAction(action)

        def follow() -> None:
            made.say(action.shortcut().toString(), action.text())

        follow()
        action.changed.connect(follow)
        return made

    def say(self, key: str, word: str) -> None:
        """Change key and word."""
        self.setText(f"{key}\n{word}" if key else word)
        self.setAccessibleName(f"{word} {key}".strip())
        self.updateGeometry()

    def _lines(self) -> tuple[str, str]:
        key, _, word = self.text().rpartition("\n")
        return key, word

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(KEY_POINTS)
        return font

    # --- Qt ----------------------------------------
    def sizeHint(self) -> QSize:
        key, word = self._lines()
        small, usual = QFontMetrics(self._small()), self.fontMetrics()
        top = small.horizontalAdvance(key) + (ICON + 4 if not self.icon().isNull() else 0)
        width = max(top, usual.horizontalAdvance(word), usual.horizontalAdvance("あ") * 3)
        height = max(small.height(), ICON) + usual.height() + 2 * ABOVE
        return QSize(width + 2 * SIDE, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text, option.icon = "", QIcon()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        key, word = self._lines()
        room = self.rect().adjusted(0, ABOVE - 1, 0, 1 - ABOVE)
        usual = self.fontMetrics().height()
        below = QRect(room.left(), room.bottom() - usual + 1, room.width(), usual)
        painter.setPen(QColor(theme.TEXT if self.isEnabled() else theme.FAINT))
        painter.drawText(below if key else room, Qt.AlignmentFlag.AlignCenter, word)
        if key:
            self._paint_key(painter, key, QRect(room.topLeft(), below.topRight()))

    def _paint_key(self, painter: QStylePainter, key: str, room: QRect) -> None:
        font = self._small()
        words = QFontMetrics(font).horizontalAdvance(key)
        drawn = not self.icon().isNull()
        left = room.center().x() - (words + (ICON + 4 if drawn else 0)) // 2
        if drawn:
            mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
            top = room.center().y() - ICON // 2
            self.icon().paint(painter, QRect(left, top, ICON, ICON), mode=mode)
            left += ICON + 4
        painter.setFont(font)
        painter.setPen(QColor(theme.ACCENT if self.isEnabled() else theme.FAINT))
        painter.drawText(
            QRect(left, room.top(), words + 4, room.height()), Qt.AlignmentFlag.AlignVCenter, key
        )

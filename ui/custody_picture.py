"""Draws the custody of an item: time runs to the right, one lane for each place and holder.

Each event stands in a column of its own, because uses follow within minutes and storage lasts for
months; long silences are drawn as breaks. State is told by words and icons, never by colour alone.
← and → move between events; the widget tells a screen reader the sentence of the chosen one.
"""

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QImageWriter,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from models import wareki
from models.codes import HandlingKind as K
from ui import icons, theme
from ui.custody_story import Station, Story

ICONS = {
    K.RECEIVE: "arrive",
    K.COLLECT: "arrive",
    K.CREATE: "new",
    K.USE: "use",
    K.COPY: "copy",
    K.STORE: "store",
    K.TAKE_OUT: "leave",
    K.BRING_BACK: "back",
    K.TRANSPORT: "carry",
    K.TRANSMIT: "send",
    K.DISPATCH: "send",
    K.PROVIDE: "send",
    K.RETURN: "return",
    K.HAND_OVER: "return",
    K.ERASE: "erase",
    K.DISPOSE: "dispose",
    K.STOCKTAKE: "count",
    K.LOSS: "care",
    K.RECOVER: "good",
}
EMPTY = "この媒体・資料の取扱いは、まだ記録されていません。"
MARGIN = 12
NODE = 28
FACTOR = 2  # a saved picture is drawn twice as fine


class CustodyPicture(QWidget):
    """The picture of one item's story."""

    chosen = Signal(int)  # number of the station
    opened = Signal(str)  # id of the event

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.story = Story("", ())
        self.current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.set_story(self.story)

    def set_story(self, story: Story) -> None:
        """Show another story, its last event chosen."""
        self.story = story
        self.current = len(story.stations) - 1
        size = self.picture_size()
        self.setMinimumSize(size)
        self.resize(size)
        self.setAccessibleName(f"{story.title}の取扱いの経過、{len(story.stations)}件")
        self._tell()
        self.update()

    def choose(self, number: int) -> None:
        """Choose a station."""
        if 0 <= number < len(self.story.stations) and number != self.current:
            self.current = number
            self._tell()
            self.update()
            self.chosen.emit(number)

    def picture_size(self) -> QSize:
        """Return how large the whole picture is."""
        metrics = self.fontMetrics()
        lanes = max(1, len(self.story.lanes))
        width = self._left() + sum(self._widths()) + MARGIN * 2
        height = self._top() + lanes * self._lane_height() + metrics.height() * 3 + MARGIN
        return QSize(max(width, metrics.horizontalAdvance("あ") * 24), height)

    def image(self) -> QImage:
        """Return the picture for a file."""
        size = self.picture_size()
        image = QImage(size * FACTOR, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(FACTOR)
        image.fill(QColor(theme.SURFACE))
        painter = QPainter(image)
        painter.setFont(self.font())
        self._draw(painter, size, with_choice=False)
        painter.end()
        return image

    def png(self) -> bytes:
        """Return the picture as the bytes of a file."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"PNG")).write(self.image())
        return bytes(buffer.data().data())

    def column(self, number: int) -> QRect:
        """Return the column of a station."""
        widths = self._widths()
        left = self._left() + sum(widths[:number])
        return QRect(left, 0, widths[number], self.picture_size().height())

    # --- geometry ----------------------------------------
    def _em(self) -> int:
        return self.fontMetrics().horizontalAdvance("あ")

    def _left(self) -> int:
        longest = max(
            (self.fontMetrics().horizontalAdvance(x) for x in self.story.lanes), default=0
        )
        return MARGIN * 2 + min(longest, self._em() * 14)

    def _top(self) -> int:
        return MARGIN + self.fontMetrics().height() * 3 + 6

    def _lane_height(self) -> int:
        return NODE + self.fontMetrics().height() + 14

    def _widths(self) -> list[int]:
        metrics = self.fontMetrics()
        found = []
        for one in self.story.stations:
            words = max(metrics.horizontalAdvance(w) for w in (one.word, one.who, "88月88日"))
            gap = metrics.horizontalAdvance(one.gap) + MARGIN * 2 if one.gap else 0
            found.append(min(words, self._em() * 9) + MARGIN * 2 + gap)
        return found

    def _gap_width(self, station: Station) -> int:
        return self.fontMetrics().horizontalAdvance(station.gap) + MARGIN * 2 if station.gap else 0

    def _node(self, number: int) -> QPoint:
        station = self.story.stations[number]
        column = self.column(number)
        gap = self._gap_width(station)
        middle = column.left() + gap + (column.width() - gap) // 2
        return QPoint(middle, self._lane_middle(self._lane_of(number)))

    def _lane_middle(self, lane: int) -> int:
        return self._top() + lane * self._lane_height() + NODE // 2 + 6

    def _lane_of(self, number: int) -> int:
        """Return the lane of a station; a voided one stands where the item was."""
        lanes = self.story.lanes
        for station in reversed(self.story.stations[: number + 1]):
            if not station.voided:
                return lanes.index(station.lane)
        return 0

    # --- drawing ----------------------------------------
    def _draw(self, painter: QPainter, size: QSize, *, with_choice: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRect(QPoint(0, 0), size), QColor(theme.SURFACE))
        if not self.story.stations:
            painter.setPen(QColor(theme.MUTED))
            painter.drawText(QRect(QPoint(0, 0), size), Qt.AlignmentFlag.AlignCenter, EMPTY)
            return
        if with_choice and self.current >= 0:
            self._draw_choice(painter)
        self._draw_lanes(painter, size)
        self._draw_way(painter, size)
        for number in range(len(self.story.stations)):
            self._draw_head(painter, number)
            self._draw_station(painter, number)

    def _draw_choice(self, painter: QPainter) -> None:
        box = self.column(self.current).adjusted(2, 2, -2, -2)
        painter.setBrush(QColor(theme.ACCENT_SOFT))
        painter.setPen(QPen(QColor(theme.FOCUS if self.hasFocus() else theme.LINE), 2))
        painter.drawRoundedRect(box, 5, 5)

    def _draw_lanes(self, painter: QPainter, size: QSize) -> None:
        metrics = self.fontMetrics()
        for number, lane in enumerate(self.story.lanes):
            y = self._lane_middle(number)
            painter.setPen(QPen(QColor(theme.LINE), 1, Qt.PenStyle.DotLine))
            painter.drawLine(self._left(), y, size.width() - MARGIN, y)
            painter.setPen(QColor(theme.TEXT))
            room = QRect(
                MARGIN, y - metrics.height(), self._left() - MARGIN * 2, metrics.height() * 2
            )
            text = metrics.elidedText(lane, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), text)

    def _draw_way(self, painter: QPainter, size: QSize) -> None:
        """Draw the line of the item from station to station; breaks for long silences."""
        before: QPoint | None = None
        for number, station in enumerate(self.story.stations):
            if station.voided:
                continue
            node = self._node(number)
            if before is not None:
                painter.setPen(QPen(QColor(theme.ACCENT), 4))
                painter.drawLine(before, QPoint(node.x(), before.y()))
                painter.drawLine(QPoint(node.x(), before.y()), node)
            if station.gap and before is not None:
                self._draw_gap(painter, number, before.y())
            before = node
        last = self.story.stations[-1]
        if before is not None and last.state not in ("返還済", "引渡済", "廃棄済"):
            painter.setPen(QPen(QColor(theme.ACCENT), 4, Qt.PenStyle.DotLine))
            painter.drawLine(before, QPoint(size.width() - MARGIN, before.y()))

    def _draw_gap(self, painter: QPainter, number: int, y: int) -> None:
        station = self.story.stations[number]
        width = self._gap_width(station)
        box = QRect(self.column(number).left(), y - 12, width, 24)
        painter.fillRect(box, QColor(theme.SURFACE))
        painter.setPen(QColor(theme.CARE))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), f"≈ {station.gap}")

    def _draw_head(self, painter: QPainter, number: int) -> None:
        station = self.story.stations[number]
        before = self.story.stations[number - 1] if number else None
        column = self.column(number)
        column.setLeft(column.left() + self._gap_width(station))
        line = self.fontMetrics().height()
        painter.setPen(QColor(theme.MUTED))
        centre = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        if before is None or before.at.year != station.at.year:
            year = QRect(column.left(), MARGIN // 2, column.width(), line)
            painter.drawText(year, centre, _year(station))
        if before is None or before.at.date() != station.at.date():
            day = QRect(column.left(), MARGIN // 2 + line, column.width(), line)
            painter.drawText(day, centre, f"{station.at.month}月{station.at.day}日")
        clock = QRect(column.left(), MARGIN // 2 + line * 2, column.width(), line)
        painter.drawText(clock, centre, wareki.format_clock(station.at))

    def _draw_station(self, painter: QPainter, number: int) -> None:
        station = self.story.stations[number]
        node = self._node(number)
        circle = QRect(node.x() - NODE // 2, node.y() - NODE // 2, NODE, NODE)
        colour = theme.MUTED if station.voided else theme.ACCENT
        painter.setBrush(QColor(theme.SURFACE))
        style = Qt.PenStyle.DashLine if station.voided else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(colour), 2, style))
        painter.drawEllipse(circle)
        icons.icon(ICONS[station.kind], colour).paint(painter, circle.adjusted(5, 5, -5, -5))
        font = QFont(painter.font())
        font.setStrikeOut(station.voided)
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(theme.MUTED if station.voided else theme.TEXT))
        column = self.column(number)
        metrics = QFontMetrics(font)
        room = QRect(0, circle.bottom() + 2, column.width() - 6, metrics.height())
        room.moveLeft(node.x() - room.width() // 2)
        word = station.word + ("　後日入力" if station.late else "")
        shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignHCenter), shown)
        painter.restore()
        self._draw_foot(painter, number)

    def _draw_foot(self, painter: QPainter, number: int) -> None:
        station = self.story.stations[number]
        metrics = self.fontMetrics()
        bottom = self.picture_size().height() - MARGIN // 2 - metrics.height() * 2
        room = QRect(0, bottom, self.column(number).width() - 6, metrics.height())
        room.moveLeft(self._node(number).x() - room.width() // 2)
        painter.setPen(QColor(theme.MUTED))
        who = metrics.elidedText(station.who, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignHCenter), who)
        state = "取消" if station.voided else station.left or station.state
        painter.drawText(
            room.translated(0, metrics.height()), int(Qt.AlignmentFlag.AlignHCenter), state
        )

    # --- helpers ----------------------------------------
    def _tell(self) -> None:
        stations = self.story.stations
        text = stations[self.current].text() if 0 <= self.current < len(stations) else EMPTY
        self.setAccessibleDescription(text)
        if self.isVisible():
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)

    def _at(self, place: QPoint) -> int:
        for number in range(len(self.story.stations)):
            if self.column(number).contains(place):
                return number
        return -1

    # --- Qt ----------------------------------------
    def sizeHint(self) -> QSize:
        return self.picture_size()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._draw(painter, self.size(), with_choice=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self.story.stations) - 1
        steps = {
            Qt.Key.Key_Left: self.current - 1,
            Qt.Key.Key_Right: self.current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        number = steps.get(Qt.Key(event.key()))
        if number is not None:
            self.choose(min(max(number, 0), last))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.opened.emit(self.story.stations[self.current].id)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose(self._at(event.position().toPoint()))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        number = self._at(event.position().toPoint())
        if number >= 0:
            self.opened.emit(self.story.stations[number].id)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._at(event.pos())
            if number >= 0:
                QToolTip.showText(event.globalPos(), self.story.stations[number].text(), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)


def _year(station: Station) -> str:
    """Return 令和8年."""
    return wareki.format_wareki(station.at.date()).split("年")[0] + "年"

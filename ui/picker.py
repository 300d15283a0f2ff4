"""The reference picker: type a number, a name or kana, and choose from what appears.

The keyboard stays in the line while the candidates hang below it. A barcode (a number that exists
exactly once) is taken at once, so that a reader works in every picker.
"""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from models.fields import NOT_RECORDED
from models.ledger import Ledger
from models.store import Where
from ui.candidates import Candidate, Candidates
from ui.editor_base import column_of, row_of
from ui.keys import ENTER, Composition, move_on

PAUSE_MS = 120  # typing rests this long before candidates are looked up
SHOWN = 6  # candidates visible without scrolling
SECOND_ROLE = Qt.ItemDataRole.UserRole + 1


class TwoLines(QStyledItemDelegate):
    """Draws a candidate: the caption, and smaller below it what tells it from its namesakes."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        line = option.fontMetrics.lineSpacing()
        return QSize(option.rect.width(), line * 2 + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(option.rect, option.palette.highlight())
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        painter.setPen(option.palette.color(role))
        box = option.rect.adjusted(10, 4, -10, -4)
        half = box.height() // 2
        first = QRect(box.left(), box.top(), box.width(), half)
        second = first.translated(12, half).adjusted(0, 0, -12, 0)
        metrics = option.fontMetrics
        for rect, text in ((first, index.data()), (second, index.data(SECOND_ROLE) or "")):
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), shown)
        painter.restore()


class CandidateList(QListWidget):
    """The list below the line; it never takes the keyboard."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setItemDelegate(TwoLines(self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.hide()

    def fill(self, found: Sequence[Candidate]) -> None:
        """Show candidates with the first one marked."""
        self.clear()
        for candidate in found:
            item = QListWidgetItem(candidate.caption)
            item.setData(Qt.ItemDataRole.UserRole, candidate.id)
            item.setData(SECOND_ROLE, candidate.second)
            spoken = f"{candidate.caption}、{candidate.second}" if candidate.second else ""
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken or candidate.caption)
            item.setToolTip(f"{candidate.caption}\n{candidate.second}".strip())
            self.addItem(item)
        if found:
            self.setCurrentRow(0)

    def hang_below(self, line: QWidget) -> None:
        """Place the list under the line, or above it when there is no room."""
        window = line.window()
        row = self.sizeHintForRow(0) if self.count() else 0
        height = min(SHOWN, max(1, self.count())) * row + 4
        width = max(line.width(), QFontMetrics(self.font()).horizontalAdvance("あ") * 22)
        corner = line.mapTo(window, QPoint(0, line.height()))
        if corner.y() + height > window.height():
            above = corner.y() - line.height() - height
            corner.setY(max(0, above))
        corner.setX(max(0, min(corner.x(), window.width() - width)))
        self.setGeometry(QRect(corner, QSize(min(width, window.width()), height)))
        self.show()
        self.raise_()


class RefPicker(QWidget):
    """Picks one record of a type.

    Args:
        ledger: where the records stand.
        type_: their type.
        contract: returns the contract whose records alone may be meant, "" for all (R-38).
        where: further conditions on the candidates.
    """

    picked = Signal(str)  # id, "" when the choice was taken back
    left = Signal()  # the keyboard went elsewhere

    def __init__(
        self,
        ledger: Ledger,
        type_: str,
        *,
        contract: Callable[[], str] = str,
        where: Sequence[Where] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.candidates = Candidates(ledger, type_)
        self.where = tuple(where)
        self._contract = contract
        self._id = ""
        self._caption = ""
        self._composition = Composition()
        self._popup: CandidateList | None = None
        self._build()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.look_up)

    # --- the value ---------------------------------------------------------------------------
    def id(self) -> str:
        """Return the id of the chosen record, "" when none is chosen."""
        return self._id

    def set_id(self, record_id: str) -> None:
        """Show a record as chosen; does not emit `picked`."""
        candidate = self.candidates.one(record_id) if record_id else None
        self._show(candidate)

    def typing_problem(self) -> str:
        """Return why the typing is no choice, as a sentence completing 「label」…, or ""."""
        if self._id or not self.line.text().strip(" \t　"):
            return ""
        if self._popup is not None and self._popup.isVisible():
            return self.tr("が選ばれていません。候補から選んでください（↑↓で選び、Enterで決定）。")
        return self.tr(
            "が選ばれていません。番号・名前・カナの一部を入力し、候補から選んでください。"
        )

    def clear(self) -> None:
        """Take the choice back."""
        self._show(None)
        self.picked.emit("")

    def pick(self, candidate: Candidate) -> None:
        """Choose a candidate."""
        self._show(candidate)
        self.picked.emit(candidate.id)

    def set_read_only(self, read_only: bool) -> None:
        self.line.setReadOnly(read_only)
        if read_only:
            self.line.setPlaceholderText(self.tr(NOT_RECORDED))
        self.button.setVisible(not read_only)

    # --- looking up --------------------------------------------------------------------------
    def look_up(self) -> None:
        """Show the candidates for what stands in the line; take an exact number that is alone."""
        self._pause.stop()
        typed = self.line.text()
        found = self.candidates.find(typed, self._contract(), self.where)
        exact = self.candidates.exact(typed, self._contract(), self.where)
        if exact is not None and len(found) == 1:
            self.pick(exact)
            return
        self._offer(found)

    def drop_down(self) -> None:
        """Show all candidates, as far as they fit."""
        self.line.setFocus()
        self._offer(self.candidates.find("", self._contract(), self.where))

    def _offer(self, found: Sequence[Candidate]) -> None:
        if not found:
            self._close()
            self.second.setText(self._nothing_found())
            self.second.show()
            return
        popup = self._list()
        popup.fill(found)
        popup.hang_below(self.line)

    def _nothing_found(self) -> str:
        label = self.candidates.cls.label
        if self.line.text().strip():
            return self.tr("当てはまる{label}がありません。").format(label=label)
        return self.tr("まだ{label}が登録されていません。").format(label=label)

    def _list(self) -> CandidateList:
        if self._popup is None:
            self._popup = CandidateList(self.window())
            self._popup.itemClicked.connect(self._clicked)
            self.destroyed.connect(self._popup.deleteLater)
            self._close_when_scrolled()
        return self._popup

    def _close_when_scrolled(self) -> None:
        """The list hangs in the window and would stay behind when the form moves under it."""
        above = self.parentWidget()
        while above is not None:
            if isinstance(above, QAbstractScrollArea):
                above.verticalScrollBar().valueChanged.connect(self._close)
            above = above.parentWidget()

    # --- the parts ---------------------------------------------------------------------------
    def _build(self) -> None:
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(self.tr("番号・名前・カナで探す"))
        self.line.setMinimumWidth(QFontMetrics(self.line.font()).horizontalAdvance("あ") * 12)
        self.line.setMaximumWidth(QFontMetrics(self.line.font()).horizontalAdvance("あ") * 32)
        self.line.textEdited.connect(self._typed)
        self.line.installEventFilter(self)
        self.button = QPushButton(self.tr("一覧 ▼"), self)
        self.button.setAutoDefault(False)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setToolTip(self.tr("候補をすべて表示します（↓）"))
        self.button.clicked.connect(self.drop_down)
        self.second = QLabel(self)
        self.second.setTextFormat(Qt.TextFormat.PlainText)
        self.second.setWordWrap(True)
        self.second.hide()
        column = column_of(self)
        column.setSpacing(2)
        row = row_of()
        row.addWidget(self.line, 100)
        row.addWidget(self.button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.second)
        self.setFocusProxy(self.line)

    def _show(self, candidate: Candidate | None) -> None:
        self._pause.stop()
        self._close()
        self._id = candidate.id if candidate else ""
        self._caption = candidate.caption if candidate else ""
        self.line.setText(self._caption)
        self.line.setToolTip(self._caption)
        self.line.setCursorPosition(0)
        self.second.setText(candidate.second if candidate else "")
        self.second.setVisible(bool(candidate and candidate.second))

    def _typed(self) -> None:
        had = self._id
        self._id = ""
        self.second.hide()
        self._pause.start()
        if not self.line.text():
            self._pause.stop()
            self._close()
        if had:
            self.picked.emit("")

    def _clicked(self, item: QListWidgetItem) -> None:
        self._take(self._list().indexFromItem(item))
        self.line.setFocus()

    def _take(self, index: QModelIndex) -> None:
        candidate = self.candidates.one(index.data(Qt.ItemDataRole.UserRole))
        if candidate is not None:
            self.pick(candidate)

    def _close(self) -> None:
        if self._popup is not None:
            self._popup.hide()

    # --- the keyboard ------------------------------------------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._composition.see(event)
        if event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            return self._key(event)
        if event.type() == QEvent.Type.FocusOut:
            self._left()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        if self.line.isReadOnly():
            return False
        key = event.key()
        if key in ENTER:
            self._enter()
            return True
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move(1 if key == Qt.Key.Key_Down else -1)
            return True
        if key == Qt.Key.Key_Escape and self._open():
            self._close()
            return True
        return False

    def _enter(self) -> None:
        """Take the marked candidate, else an exact number, else move on."""
        if self._composition.owns_enter():
            return
        if self._pause.isActive():  # a barcode reader is faster than the pause
            exact = self.candidates.exact(self.line.text(), self._contract(), self.where)
            if exact is None:
                self.look_up()
                return
            self.pick(exact)
        elif self._open():
            self._take(self._list().currentIndex())
        move_on(self.line)

    def _move(self, by: int) -> None:
        if self._pause.isActive():
            self.look_up()
        elif not self._open():
            self.look_up() if self.line.text() and not self._id else self.drop_down()
        else:
            popup = self._list()
            popup.setCurrentRow((popup.currentRow() + by) % popup.count())

    def _left(self) -> None:
        """Close the list when the keyboard goes elsewhere; an exact number is still taken."""
        if self._pause.isActive():
            self._pause.stop()
            exact = self.candidates.exact(self.line.text(), self._contract(), self.where)
            if exact is not None:
                self.pick(exact)
        self._close()
        self.left.emit()

    def _open(self) -> bool:
        return self._popup is not None and self._popup.isVisible()

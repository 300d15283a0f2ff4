"""A short table whose rows say how something stands, in a word and a mark; Enter opens a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ui import theme
from ui.fitting import LEAST_WIDE, fit_columns
from ui.keys import ENTER
from ui.page_parts import heads_left, only_read

AIR = 8  # pixels around the lines of a row
SIDES = 10  # pixels that the style leaves empty beside a text
WIDEST = 16  # full-width characters of a column that does not say how wide it may grow


@dataclass(frozen=True)
class Mark:
    """How a state looks: a sign before the word, and a colour that only repeats the word."""

    sign: str
    colour: str = theme.TEXT
    bold: bool = False


MARKS = {
    "broken": Mark("×", theme.STOP, bold=True),
    "overdue": Mark("×", theme.STOP, bold=True),
    "action": Mark("！", theme.CARE, bold=True),
    "today": Mark("！", theme.CARE, bold=True),
    "unset": Mark("！", theme.CARE),
    "due": Mark("→", theme.ACCENT),
    "week": Mark("→", theme.ACCENT),
    "later": Mark("・", theme.MUTED),
    "done": Mark("✓", theme.GOOD),
    "not_applicable": Mark("－", theme.MUTED),
    "unknown": Mark("？", theme.MUTED),
    "erased": Mark("■", theme.MUTED),
    "left": Mark("△", theme.MUTED),
}
PLAIN = Mark("")


def state_word(state: str, word: str) -> str:
    """Return a state as mark and word."""
    return f"{MARKS.get(state, PLAIN).sign} {word}"


@dataclass(frozen=True)
class Line:
    """One row: its texts, the state of the column that tells it, and where Enter leads.

    A type without an id leads to a register, no type leads nowhere.
    """

    texts: tuple[str, ...]
    state: str = ""
    type: str = ""
    id: str = ""
    tip: str = ""


class MiddleElided(QStyledItemDelegate):
    """Shortens a text in its middle: of an article or a number, the end tells which one it is."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


class Wrapped(QStyledItemDelegate):
    """Tells how high a text in lines is: Qt forgets what the style leaves empty beside it."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        option.rect.setWidth(option.rect.width() - SIDES)
        return super().sizeHint(option, index)


class StateTable(QTableWidget):
    """A table of lines.

    Args:
        word: what the table is, for a screen reader.
        heads: words over the columns.
        wide: the columns that share the room that is left.
        told: the column that tells the state, -1 for none.
        caps: how wide columns grow at most, in full-width characters; the tip shows the rest.
        spare: the column that goes first where the wide ones would be too narrow to read, -1 for
            none.
        most_lines: how many lines a long text may take; the tip shows the rest.
        most_height: as high as its rows, up to so many pixels; 0 takes the room there is.
    """

    chosen = Signal(int)  # number of the marked row, -1 for none
    opened = Signal(str, str)  # record type and id of the row that was entered

    def __init__(
        self,
        word: str,
        heads: Sequence[str],
        *,
        wide: Sequence[int],
        told: int = -1,
        caps: Mapping[int, int] | None = None,
        spare: int = -1,
        most_lines: int = 1,
        most_height: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(0, len(heads), parent)
        self._told = told
        self._wide = frozenset(wide)
        self._caps = caps or {}
        self._spare = spare
        self._most_lines = most_lines
        self._most_height = most_height
        self.lines: Sequence[Line] = ()
        self.setHorizontalHeaderLabels(list(heads))
        only_read(self, word)
        heads_left(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setWordWrap(most_lines > 1)
        for column in wide if most_lines > 1 else ():
            self.setItemDelegateForColumn(column, Wrapped(self))
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        header = self.horizontalHeader()
        for column in wide:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.doubleClicked.connect(lambda _index: self.open())
        self.currentCellChanged.connect(lambda row, *_rest: self.chosen.emit(row))
        self.installEventFilter(self)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Fill the table; the row stays marked that leads to the same record, else its place."""
        place = self._place_of_marked(lines)
        blocked = self.blockSignals(True)
        self.lines = lines
        self.setRowCount(len(lines))
        for number, line in enumerate(lines):
            for column, text in enumerate(line.texts):
                self.setItem(number, column, self._cell(line, column, text))
        self._fit()
        self._fit_rows()
        self.setCurrentCell(place, 0)
        self.blockSignals(blocked)
        self.chosen.emit(self.currentRow())

    def marked(self) -> Line | None:
        """Return the marked line."""
        row = self.currentRow()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def open(self) -> None:
        """Open what the marked row leads to."""
        line = self.marked()
        if line is not None and line.type:
            self.opened.emit(line.type, line.id)

    def _fit(self) -> None:
        one = self.fontMetrics().horizontalAdvance("あ")
        if self._spare >= 0:
            self.setColumnHidden(self._spare, False)
        fit_columns(self, self._wide, lambda column: one * self._caps.get(column, WIDEST))
        if self._spare >= 0:
            taken = sum(
                self.columnWidth(column)
                for column in range(self.columnCount())
                if column not in self._wide
            )
            needed = LEAST_WIDE * one * len(self._wide)
            self.setColumnHidden(self._spare, self.viewport().width() - taken < needed)

    def _fit_rows(self) -> None:
        if self.wordWrap():
            self.resizeRowsToContents()
            most = self.fontMetrics().lineSpacing() * self._most_lines
            for row in range(self.rowCount()):
                self.setRowHeight(row, min(self.rowHeight(row), most) + AIR)
        if self._most_height:
            head = self.horizontalHeader().sizeHint().height()
            rows = self.verticalHeader().length()
            self.setFixedHeight(min(head + rows + AIR, self._most_height))

    def _place_of_marked(self, lines: Sequence[Line]) -> int:
        marked, row = self.marked(), self.currentRow()
        if marked is not None:
            for number, line in enumerate(lines):
                if (line.type, line.id, line.texts[0]) == (marked.type, marked.id, marked.texts[0]):
                    return number
        return min(max(row, 0), len(lines) - 1)

    def _cell(self, line: Line, column: int, text: str) -> QTableWidgetItem:
        cell = QTableWidgetItem(text)
        cell.setToolTip(line.tip or text)
        if column == self._told:
            mark = MARKS.get(line.state, PLAIN)
            cell.setText(f"{mark.sign} {text}".strip())
            cell.setForeground(QColor(mark.colour))
            font = cell.font()
            font.setBold(mark.bold)
            cell.setFont(font)
        return cell

    # --- Qt ----------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._fit_rows()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in ENTER:
                self.open()
                return True
        return False

"""How wide the columns of a register are: as its first rows need, or as the user made them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QTableView

from models.fields import Field
from models.kinds import Boolean, Choice, DecimalNumber, Integer
from models.kinds_of_time import Day, Moment
from ui.fitting import shared
from ui.register_model import RegisterModel

NARROW = (Boolean, Choice, Day, DecimalNumber, Integer, Moment)
ENOUGH = 20  # rows tell how long the texts of a register are; they need not be looked at again
MOST = 40  # rows that are looked at: a screen full of them is shown anyway
WIDEST = 24  # full-width characters of a column that is not made wider by hand
HEADING = 13  # full-width characters; the words of a contract may be a whole title
VOIDED = 14  # full-width characters of the column that tells why a row was voided
SIDES, ARROW = 18, 40  # pixels beside a text; beside a heading, which also shows the order


class ColumnMemory(Protocol):
    """Remembers how wide a user likes the columns of each register."""

    def widths(self, register: str) -> dict[str, int]: ...

    def keep_widths(self, register: str, widths: dict[str, int]) -> None: ...


class ColumnWidths(QObject):
    """Gives the columns of a table their widths, and remembers those that the user sets.

    Args:
        characters: what columns keep where there is no room for whole texts, by field name, in
            full-width characters; other fields have their usual.
    """

    def __init__(
        self,
        table: QTableView,
        model: RegisterModel,
        memory: ColumnMemory | None,
        characters: Mapping[str, int],
    ) -> None:
        super().__init__(table)
        self._table = table
        self._model = model
        self._memory = memory
        self._ours = False
        self._seen = 0  # rows that were looked at
        self._set: dict[str, int] = {}  # by the user, by field name
        if memory is not None:
            self._set.update(memory.widths(model.cls.type))
        metrics = table.fontMetrics()
        self._one = metrics.horizontalAdvance("あ")
        self._usual = [self._begin(field, characters) for field in model.fields]
        self._wanted = list(self._usual)
        self._keep_soon = QTimer(self, singleShot=True, interval=500)
        self._keep_soon.timeout.connect(self._keep)
        with self.unkept():
            for column, field in enumerate(model.fields):
                width = self._set.get(field.name) or max(self._usual[column], self._head(column))
                table.setColumnWidth(column, width)
            table.setColumnWidth(len(model.fields), self._one * VOIDED)
        table.horizontalHeader().sectionResized.connect(self._resized)
        model.modelReset.connect(self._look)
        table.installEventFilter(self)

    @contextmanager
    def unkept(self) -> Iterator[None]:
        """Change columns without taking the change for one of the user's."""
        before, self._ours = self._ours, True
        try:
            yield
        finally:
            self._ours = before

    # --- what the rows need ----------------------------------------
    def _look(self) -> None:
        """Look at the rows that are read anyway, until they tell enough."""
        rows = min(self._model.rowCount(), MOST)
        if self._seen < min(rows, ENOUGH):
            self._seen = rows
            read = [row for number in range(rows) if (row := self._model.row(number)) is not None]
            metrics = self._table.fontMetrics()
            for column, field in enumerate(self._model.fields):
                texts = {self._model.text(row, column) for row in read} - {""}
                if texts:
                    widest = max(map(metrics.horizontalAdvance, {*texts, _sample(field)}))
                    self._wanted[column] = min(widest + SIDES, WIDEST * self._one)
                else:
                    self._wanted[column] = 0
        self._share()

    def _share(self) -> None:
        """Share the room there is; the widest give way first, to no less than is usual."""
        if not self._seen:
            return
        table = self._table
        shown = [c for c in range(self._model.columnCount()) if not table.isColumnHidden(c)]
        free = [c for c in shown if c < len(self._wanted) and not self._is_set(c)]
        room = table.maximumViewportSize().width() - table.verticalScrollBar().sizeHint().width()
        room -= sum(table.columnWidth(column) for column in shown if column not in free)
        heads = [self._head(column) for column in free]
        wanted = [max(self._wanted[c], head) for c, head in zip(free, heads, strict=True)]
        least = [max(self._usual[c], head) for c, head in zip(free, heads, strict=True)]
        with self.unkept():
            for column, width in zip(free, shared(wanted, least, room), strict=True):
                table.setColumnWidth(column, width)

    def _is_set(self, column: int) -> bool:
        return self._model.fields[column].name in self._set

    def _head(self, column: int) -> int:
        title = str(self._model.headerData(column, Qt.Orientation.Horizontal))
        needed = self._table.fontMetrics().horizontalAdvance(title) + ARROW
        return min(needed, HEADING * self._one)

    def _begin(self, field: Field, characters: Mapping[str, int]) -> int:
        sample = _sample(field)
        if sample and field.name not in characters:
            return self._table.fontMetrics().horizontalAdvance(sample) + SIDES
        return self._one * characters.get(field.name, _characters(field))

    # --- what the user wants ----------------------------------------
    def _resized(self, column: int, _old: int, new: int) -> None:
        if self._ours or not new or column >= len(self._model.fields) or self._is_last(column):
            return
        self._set[self._model.fields[column].name] = new
        self._keep_soon.start()

    def _is_last(self, column: int) -> bool:
        """Tell whether a column stands last: it takes what is left, nobody sets it."""
        header = self._table.horizontalHeader()
        place = header.visualIndex(column)
        behind = (header.logicalIndex(one) for one in range(place + 1, header.count()))
        return all(self._table.isColumnHidden(one) for one in behind)

    def _keep(self) -> None:
        if self._memory is not None:
            type_ = self._model.cls.type
            self._memory.keep_widths(type_, self._memory.widths(type_) | self._set)

    # --- Qt ----------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._share()
        return False


def _sample(field: Field) -> str:
    """Return the widest text of a kind whose texts are all alike, "" for others."""
    if isinstance(field.kind, Moment):
        return "令和88年88月88日 88:88"
    return "令和88年88月88日" if isinstance(field.kind, Day) else ""


def _characters(field: Field) -> int:
    """Return how wide a column begins, in full-width characters."""
    if isinstance(field.kind, Choice):
        return min(14, max(7, 1 + max(len(code.label) for code in field.kind.codes)))
    return 7 if isinstance(field.kind, NARROW) else 12

"""The item model of a register: a million rows of which only the pages that are looked at are read.

The order of the rows is an array of row numbers; pages of rows are read when somebody looks at
them and the last few are kept. The first page of a new question is there at once, the rest of the
order arrives from beside the window. There is no `fetchMore`: the scroll bar tells the truth.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont
from shiboken6 import isValid

from models.fields import NOT_RECORDED, Field
from models.kinds import DecimalNumber, Integer
from models.profiles import Profile
from models.records import Contract, Record
from models.store import ListRow, Query
from ui.candidates import cell_text
from ui.page import Desk
from ui.words import clause_words, document_title, field_word, profile_title

PAGE = 128
KEPT_PAGES = 32

ID_ROLE = Qt.ItemDataRole.UserRole
HEADER_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
T = TypeVar("T")


class RegisterModel(QAbstractTableModel):
    """Rows of one register in the order of a query.

    Args:
        desk: where questions are asked.
        cls: the register.
        profile: whose words head the columns.
    """

    counted = Signal(int, bool)  # rows so far, and whether that is all

    def __init__(
        self,
        desk: Desk,
        cls: type[Record],
        profile: Profile | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self.cls = cls
        self.profile = profile
        self.fields: tuple[Field, ...] = tuple(cls.fields()[name] for name in cls.columns)
        self.query = Query(cls.type)
        self._order: array[int] = array("q")
        self._pages: OrderedDict[int, list[ListRow]] = OrderedDict()
        self._asked = 0
        self._profiles: dict[str, Profile | None] = {}

    # --- asking ------------------------------------------------------------------------------
    def ask(self, query: Query) -> None:
        """Show the answer to a new question: the first page at once, the rest soon.

        What may last, words and whatever is asked of a long list, is asked beside the window; the
        old rows stay until then.
        """
        self.query = query
        if query.text or len(self._order) >= PAGE:
            self._ask_beside(self._first_page, lambda: self._read_first(query))
        else:
            self._begin(self._desk.ledger.registers.numbers(query, PAGE))

    def _read_first(self, query: Query) -> "tuple[array[int], list[ListRow]]":
        registers = self._desk.ledger.registers
        first = registers.numbers(query, PAGE)
        return first, registers.rows(query.type, first)

    def _first_page(self, answer: "tuple[array[int], list[ListRow]]") -> None:
        self._begin(*answer)

    def _begin(self, first: "array[int]", rows: list[ListRow] | None = None) -> None:
        self._swap(first, rows)
        if len(first) < PAGE:
            self.counted.emit(len(first), True)
        else:
            self.counted.emit(len(first), False)
            self._ask_rest(self._extend)

    def refresh(self) -> None:
        """Ask the same question again, because the ledger has changed."""
        if len(self._order) < PAGE:
            self.ask(self.query)
        else:
            self._ask_rest(self._replace)

    def set_profile(self, profile: Profile | None) -> None:
        """Head the columns in other words."""
        self.profile = profile
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    # --- rows --------------------------------------------------------------------------------
    def row(self, number: int) -> ListRow | None:
        """Return the row in this place, None when it has gone meanwhile."""
        page = self._page(number // PAGE)
        within = number % PAGE
        return page[within] if within < len(page) else None

    def number(self, row: int) -> int:
        """Return the store's number of the row in this place."""
        return self._order[row]

    def place_of(self, number: int) -> int:
        """Return in which place the row with this number stands, -1 when it does not."""
        try:
            return self._order.index(number)
        except ValueError:
            return -1

    def _page(self, number: int) -> list[ListRow]:
        if number in self._pages:
            self._pages.move_to_end(number)
            return self._pages[number]
        numbers = self._order[number * PAGE : (number + 1) * PAGE]
        rows = self._desk.ledger.registers.rows(self.cls.type, numbers)
        self._pages[number] = rows
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        return rows

    def _ask_rest(self, take: "Callable[[array[int]], None]") -> None:
        registers, query = self._desk.ledger.registers, self.query
        self._ask_beside(take, lambda: registers.numbers(query))

    def _ask_beside(self, take: Callable[[T], None], read: Callable[[], T]) -> None:
        self._asked += 1
        asked = self._asked

        def then(answer: T) -> None:
            if isValid(self) and asked == self._asked:
                take(answer)

        self._desk.operations.ask(read, then)

    def _swap(self, order: "array[int]", rows: list[ListRow] | None = None) -> None:
        self._asked += 1  # whatever was asked before answers another question
        self.beginResetModel()
        self._order = order
        self._pages.clear()
        if rows is not None:
            self._pages[0] = rows
        self.endResetModel()

    def _replace(self, order: "array[int]") -> None:
        self._swap(order)
        self.counted.emit(len(order), True)

    def _extend(self, order: "array[int]") -> None:
        known = len(self._order)
        if order[:known] != self._order:  # something was entered between the two questions
            self._replace(order)
            return
        if len(order) > known:
            self.beginInsertRows(QModelIndex(), known, len(order) - 1)
            self._order = order
            self._pages.pop(known // PAGE, None)
            self.endInsertRows()
        self.counted.emit(len(order), True)

    # --- Qt ----------------------------------------------------------------------------------
    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.fields) + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        if role not in HEADER_ROLES or not 0 <= section < self.columnCount():
            return None
        if section == len(self.fields):
            return self.tr("取消")
        return field_word(self.fields[section], self.profile)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._order):
            return None
        row = self.row(index.row())
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._text(row, index.column()) or self.tr(NOT_RECORDED)
        if role == Qt.ItemDataRole.FontRole:
            over = row.meta.voided and index.column() < len(self.fields)
            return _struck_through() if over else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return row.id if role == ID_ROLE else None

    def text(self, row: ListRow, column: int) -> str:
        """Return what a cell shows, for prints; asks no widget, so any thread may call it."""
        return self._text(row, column)

    def _text(self, row: ListRow, column: int) -> str:
        if column < len(self.fields):
            return " ".join(self._whole_text(row, column).split("\n"))
        if row.meta.voided:
            return self.tr("取消：{reason}").format(reason=row.meta.void_reason or NOT_RECORDED)
        return ""

    def _whole_text(self, row: ListRow, column: int) -> str:
        text = cell_text(self.cls, row, self.fields[column].name)
        if self.cls is Contract and self.fields[column].name == "profile_code":
            return profile_title(text, self._desk.ledger.profiles)
        if self.fields[column].name == "clause_key":
            return clause_words(text, self._profile_of(row))
        if self.fields[column].name == "doc_kind":
            return document_title(text)
        return text

    def _profile_of(self, row: ListRow) -> Profile | None:
        """Return the profile of the contract of a row; asked once for each contract."""
        contract_id = str(row.values.get("contract_id") or "")
        if contract_id not in self._profiles:
            self._profiles[contract_id] = self._desk.ledger.known_profile(contract_id)
        return self._profiles[contract_id]

    def _tool_tip(self, row: ListRow, column: int) -> str:
        inside = column < len(self.fields)
        text = self._whole_text(row, column) if inside else self._text(row, column)
        if row.meta.voided and inside:
            return f"{text}\n{self._text(row, len(self.fields))}".strip()
        return text

    def _alignment(self, column: int) -> Any:
        numeric = column < len(self.fields) and isinstance(
            self.fields[column].kind, Integer | DecimalNumber
        )
        side = Qt.AlignmentFlag.AlignRight if numeric else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


def _struck_through() -> QFont:
    font = QFont()
    font.setStrikeOut(True)
    return font

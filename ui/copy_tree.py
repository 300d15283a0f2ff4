"""The family of an item: the original, its copies and theirs, each with its end."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QVBoxLayout, QWidget

from models.codes import TERMINAL_STATES
from models.ledger import Ledger
from models.records import Item, Stored
from ui import layout
from ui.handling.defaults import whereabouts

HEADS = ("管理番号・名称", "状態・現在地", "終わり")
WIDEST = (16, 12, 12)  # characters of each column; the tooltip has the rest
DEEPEST = 12


class CopyTree(QWidget):
    """Shows original → copies; Enter or a double click opens one."""

    opened = Signal(str)

    def __init__(self, ledger: Ledger, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self.note = layout.note("")
        self.tree = QTreeView()
        self.model = QStandardItemModel(self)
        self.tree.setModel(self.model)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setAccessibleName(self.tr("原本と写しの関係"))
        self.tree.setUniformRowHeights(True)
        self.tree.activated.connect(
            lambda index: self.opened.emit(
                index.siblingAtColumn(0).data(Qt.ItemDataRole.UserRole) or ""
            )
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self.note)
        column.addWidget(self.tree, 1)

    def show_item(self, item: Item) -> None:
        """Show the family of an item."""
        self.model.clear()
        self.model.setHorizontalHeaderLabels([self.tr(head) for head in HEADS])
        root = self._root(item)
        self.open_copies = 0
        self.copies = 0
        self.model.appendRow(self._branch(root, item.id, 0))
        self.tree.expandAll()
        for column in range(len(HEADS)):
            self.tree.resizeColumnToContents(column)
            wide = self.tree.fontMetrics().horizontalAdvance("あ") * WIDEST[column]
            self.tree.setColumnWidth(column, min(self.tree.columnWidth(column), wide))
        if not self.copies:
            words = self.tr("写しはありません。")
        else:
            words = self.tr("写し {0}件のうち、終わっていないもの {1}件").format(
                self.copies, self.open_copies
            )
        layout.say(self.note, words, "care" if self.open_copies else "muted")

    def texts(self) -> list[str]:
        """Return the rows as text, parents first."""
        found: list[str] = []

        def walk(parent: QStandardItem, depth: int) -> None:
            for row in range(parent.rowCount()):
                words = [parent.child(row, column).text() for column in range(len(HEADS))]
                found.append("　" * depth + "｜".join(words))
                walk(parent.child(row, 0), depth + 1)

        walk(self.model.invisibleRootItem(), 0)
        return found

    def _root(self, item: Item) -> Item:
        for _ in range(DEEPEST):
            parent = (
                self._ledger.store.get(Item, item.parent_item_id) if item.parent_item_id else None
            )
            if parent is None:
                return item
            item = parent.record
        return item

    def _branch(self, item: Item, chosen: str, depth: int) -> list[QStandardItem]:
        status = self._ledger.handling.status(item.id)
        ended = status is not None and status.state in TERMINAL_STATES
        rule = item.end_rule.label if item.end_rule else ""
        end = status.state.label if status is not None and ended else f"未了（{rule}の予定）"
        cells = [
            QStandardItem(item.caption()),
            QStandardItem(whereabouts(self._ledger, status)),
            QStandardItem(end),
        ]
        cells[0].setData(item.id, Qt.ItemDataRole.UserRole)
        font = cells[0].font()
        font.setBold(item.id == chosen)
        for cell in cells:
            cell.setFont(font)
            cell.setToolTip(cell.text())
        if depth:
            self.copies += 1
            self.open_copies += not ended
        if depth < DEEPEST:
            for child in self._children(item.id):
                cells[0].appendRow(self._branch(child.record, chosen, depth + 1))
        return cells

    def _children(self, item_id: str) -> list[Stored[Item]]:
        return self._ledger.registers.all(Item, parent_item_id=item_id)

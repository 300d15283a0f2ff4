"""The editor of rows that belong to a record: a table, with a small form for each row."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.fields import NOT_RECORDED, Field
from models.kinds import Children, MultiRef, Ref
from models.records.base import Child
from ui.asking import may_drop
from ui.editor_base import Editor, FormDesk, column_of, row_of
from ui.fitting import fit
from ui.keys import ENTER
from ui.layout import scrolling
from ui.words import field_word

if TYPE_CHECKING:
    pass

WIDEST = 300  # pixels of a column; the tip shows the rest
SHOWN_COLUMNS = 6  # more than this is read in the row's own form


class ChildrenEditor(Editor):
    """Rows of one child class: add, change, take out, by mouse or keyboard."""

    def __init__(self, field: Field, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(field, desk, parent)
        assert isinstance(field.kind, Children)
        self.cls: type[Child] = field.kind.child
        self.rows: list[Child] = []
        self._fields = [f for f in self.cls.own_fields() if f.kind.sql_type][:SHOWN_COLUMNS]
        self.table = QTableWidget(0, len(self._fields), self)
        self._prepare_table()
        self.add_button = self._button(self.tr("行を追加"), self.add)
        self.change_button = self._button(self.tr("行を直す"), self.change)
        self.remove_button = self._button(self.tr("行を外す"), self.remove)
        row = row_of()
        for button in (self.add_button, self.change_button, self.remove_button):
            row.addWidget(button)
        row.addStretch(1)
        column = column_of(self)
        column.addWidget(self.table)
        column.addLayout(row)
        self._show()

    def value(self) -> Any:
        return tuple(self.rows)

    def set_value(self, value: Any) -> None:
        self.rows = list(value)
        self._show()

    def focus_target(self) -> QWidget:
        return self.add_button if not self.rows else self.table

    def set_word(self, word: str) -> None:
        self.table.setAccessibleName(word)
        self.add_button.setAccessibleName(f"{word}　{self.add_button.text()}")

    def set_read_only(self, read_only: bool) -> None:
        for button in (self.add_button, self.change_button, self.remove_button):
            button.setVisible(not read_only)

    def add(self) -> None:
        """Ask for a new row."""
        row = self._ask(None)
        if row is not None:
            self.rows.append(row)
            self._changed(len(self.rows) - 1)

    def change(self) -> None:
        """Ask for changes to the marked row."""
        number = self.table.currentRow()
        if 0 <= number < len(self.rows):
            row = self._ask(self.rows[number])
            if row is not None:
                self.rows[number] = row
                self._changed(number)

    def remove(self) -> None:
        """Take the marked row out."""
        number = self.table.currentRow()
        if 0 <= number < len(self.rows):
            del self.rows[number]
            self._changed(min(number, len(self.rows) - 1))

    def _ask(self, row: Child | None) -> Child | None:
        dialog = RowDialog(self.cls, self.desk, row, self)
        return dialog.row() if dialog.exec() == QDialog.DialogCode.Accepted else None

    def _changed(self, number: int) -> None:
        self._show()
        if number >= 0:
            self.table.selectRow(number)
        self.edited.emit()

    def _prepare_table(self) -> None:
        table = self.table
        profile = self.desk.profile()
        table.setHorizontalHeaderLabels([field_word(f, profile) for f in self._fields])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMaximumSectionSize(WIDEST)  # a long name must not push out the rest of its row
        header.setStretchLastSection(True)
        table.doubleClicked.connect(lambda _index: self.change())
        table.itemSelectionChanged.connect(self._enable)
        table.installEventFilter(self)

    def _button(self, text: str, slot: Any) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _show(self) -> None:
        self.table.setRowCount(len(self.rows))
        for number, row in enumerate(self.rows):
            for column, f in enumerate(self._fields):
                text = self._cell(f, getattr(row, f.name))
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(number, column, item)
        line = self.table.verticalHeader().defaultSectionSize()
        shown = min(max(len(self.rows), 1), 6)
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height()
                                  + shown * line + 20)  # fmt: skip
        self.table.setVisible(bool(self.rows))
        self._enable()

    def _enable(self) -> None:
        marked = 0 <= self.table.currentRow() < len(self.rows)
        self.change_button.setEnabled(marked)
        self.remove_button.setEnabled(marked)

    def _cell(self, f: Field, value: Any) -> str:
        if f.kind.is_empty(value):
            return self.tr(NOT_RECORDED)
        if isinstance(f.kind, Ref) and not isinstance(f.kind, MultiRef):
            return self.desk.ledger.registers.caption(f.kind.type, value)
        return f.kind.format(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in ENTER:
                self.change()
                return True
            if event.key() == Qt.Key.Key_Delete and self.remove_button.isVisible():
                self.remove()
                return True
        return False


class RowDialog(QDialog):
    """The form of one row."""

    def __init__(
        self, cls: type[Child], desk: FormDesk, row: Child | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._asker = desk.asker
        from ui.form import FieldsForm  # the form is made of editors, and this is one of them

        self.setWindowTitle(self.tr("{label}の行").format(label=cls.label))
        self.form: FieldsForm = FieldsForm(cls, desk, row)
        area = scrolling(self.form)
        buttons = QDialogButtonBox(self)
        self.accept_button = buttons.addButton(
            self.tr("この内容にする"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        buttons.addButton(self.tr("やめる"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(area, 1)
        column.addWidget(buttons)
        hint = self.form.sizeHint()
        fit(self, max(560, hint.width() + 60), min(760, hint.height() + 110))
        self.form.focus_first()

    def row(self) -> Child:
        """Return the row as it was entered."""
        row = self.form.built()
        assert isinstance(row, Child)
        return row

    def accept(self) -> None:
        if self.form.show_all_problems():
            self.form.focus_first_problem()
            return
        super().accept()

    def reject(self) -> None:
        if self.form.is_dirty() and not may_drop(self._asker, self):
            return
        super().reject()

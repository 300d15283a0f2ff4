"""A register on the screen: filters above, the list, the count, and the verbs on the marked row."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from models.profiles import Profile
from models.records import Contract, Record
from models.store import Op, Query, Where
from ui import layout, permitted
from ui.candidates import NUMBER_FIELDS, ORDERS
from ui.editor_base import row_of
from ui.keys import ENTER
from ui.page import Desk
from ui.page_parts import heads_left, only_read
from ui.register_filters import RegisterFilters
from ui.register_model import ID_ROLE, RegisterModel
from ui.register_widths import ColumnMemory, ColumnWidths
from ui.state_table import MiddleElided
from ui.words import register_word


def _nothing() -> str:
    """Do nothing, or give no reason."""
    return ""


class RegisterView(QWidget):
    """One register with filter, sort, count and empty state.

    Args:
        desk: the desk of the page.
        cls: the register.
        memory: where column widths are remembered; None to forget them.
        how_to_begin: the sentence under an empty register that says how to enter the first.
    """

    opened = Signal(str)  # id of the row that was entered with Enter or a double click
    marked = Signal(str)  # id of the marked row, "" for none
    model_class: ClassVar[type[RegisterModel]] = RegisterModel
    characters: ClassVar[Mapping[str, int]] = {}  # what columns keep, other than the usual

    def __init__(
        self,
        desk: Desk,
        cls: type[Record],
        *,
        profile: Profile | None = None,
        memory: ColumnMemory | None = None,
        how_to_begin: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.desk = desk
        self.cls = cls
        self._memory = memory if memory is not None else desk.likes
        self._how_to_begin = how_to_begin
        self._first: tuple[str, Callable[[], object]] = "", _nothing
        self._act: Callable[[], object] = _nothing
        self._why_not: Callable[[], str] = _nothing
        self._contract_id = ""
        self._marked_number = -1
        self._scrolled = 0
        self._wanted = -1
        self._complete = True
        name = ORDERS.get(cls.type) or NUMBER_FIELDS.get(cls.type)
        self._sort: tuple[str, bool] | None = (name, False) if name else None
        self.model = self.model_class(desk, cls, profile, self)
        self.filters = RegisterFilters(desk, cls, profile, self)
        self._build()
        self.model.counted.connect(self._show_count)
        self.model.modelAboutToBeReset.connect(self._before_reset)
        self.model.modelReset.connect(self._after_reset)
        self.filters.changed.connect(self.ask)

    # --- asking ------------------------------------------------------------------------------
    def query(self) -> Query:
        """Return the question whose answer is shown."""
        order = (self._sort,) if self._sort else ()
        return self.filters.query(order, self._contract_id)

    def conditions(self) -> list[str]:
        """Return in words what the list is limited to."""
        return self.filters.conditions()

    def ask(self) -> None:
        """Show the answer to what the filters and the order ask now."""
        self._marked_number, self._scrolled, self._wanted = -1, 0, -1
        self.model.ask(self.query())
        self.filters.show_count()
        self._show_void_column()

    def refresh(self) -> None:
        """Show what is in the ledger now, the same row marked."""
        if self.model.query != self.query():
            self.ask()
        else:
            self.model.refresh()

    def set_contract(self, contract_id: str, profile: Profile | None = None) -> None:
        """Limit the list to a contract and speak in its words; "" for all."""
        self._contract_id = contract_id
        self.model.set_profile(profile)
        self.filters.say(profile)
        names = [field.name for field in self.model.fields]
        if "contract_id" in names:  # the same on every line says nothing
            with self.widths.unkept():
                self.table.setColumnHidden(names.index("contract_id"), bool(contract_id))

    def sort_by(self, column: int, descending: bool) -> None:
        """Order the list by a column."""
        if 0 <= column < len(self.model.fields):
            self._sort = (self.model.fields[column].name, descending)
            self._show_sort()
            self.ask()

    # --- the marked row ------------------------------------------------------------------------
    def marked_id(self) -> str:
        """Return the id of the marked record, "" when none is marked."""
        index = self.table.currentIndex()
        return str(index.data(ID_ROLE) or "") if index.isValid() else ""

    def marked_is_voided(self) -> bool:
        index = self.table.currentIndex()
        row = self.model.row(index.row()) if index.isValid() else None
        return row is not None and row.meta.voided

    def mark(self, record_id: str) -> None:
        """Mark a record; filters that hide it are cleared."""
        query = Query(self.cls.type, (Where("id", Op.EQ, record_id),), voided=None)
        found = self.desk.ledger.registers.numbers(query, 1)
        if not found:
            return
        self._wanted = found[0]
        if self._mark_wanted() or not self._complete:
            return  # marked, or it may still arrive with the rest of the list
        wanted = self._wanted
        row = self.desk.ledger.registers.rows(self.cls.type, [wanted])[0]
        with QSignalBlocker(self.filters):
            self.filters.clear()
            self.filters.voided.setChecked(row.meta.voided)
        self.ask()
        self._wanted = wanted
        self._mark_wanted()

    def _mark_wanted(self) -> bool:
        place = self.model.place_of(self._wanted)
        if place < 0:
            return False
        self._wanted = -1
        self.table.selectRow(place)
        self.table.scrollTo(self.model.index(place, 0))
        return True

    def add_verbs(self, verbs: list[QAction]) -> None:
        """Offer verbs on the marked row: their keys work in the list, a right click shows them."""
        for verb in verbs:
            verb.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.table.addAction(verb)

    def offer_first(
        self, word: str, act: Callable[[], object], why_not: Callable[[], str] = _nothing
    ) -> None:
        """Offer a button on the empty list that enters the first record.

        Args:
            why_not: returns why it cannot be entered now, "" when it can. Without a contract the
                button leads to where one is entered.
        """
        self._first = word, act
        self._why_not = why_not
        self._show_nothing()

    # --- building ----------------------------------------------------------------------------
    def _instead(self) -> QWidget:
        """Return what stands in the place of an empty list."""
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self.empty)
        column.addWidget(self.first, alignment=Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        return page

    def _show_nothing(self) -> None:
        """Say what an empty list waits for, and offer the way there."""
        why_not = self._why_not()
        word, act = self._first
        no_contract = why_not == permitted.NO_CONTRACT
        if no_contract:
            word, act = self.tr("「契約・組織」を開く"), lambda: self.desk.go(Contract.type, "")
        self._act = act
        self.empty.setText(self._empty_sentence(why_not))
        self.first.setText(word)
        self.first.setEnabled(no_contract or not why_not)
        self.first.setToolTip(why_not)
        self.first.setVisible(no_contract or (bool(word) and not self.filters.any_set()))

    def _build(self) -> None:
        self.table = QTableView(self)
        self.table.setModel(self.model)
        self._prepare_table()
        self.empty = QLabel(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setWordWrap(True)
        self.first = layout.button("", lambda: self._act(), primary=True)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.table)
        self.stack.addWidget(self._instead())
        self.count = QLabel(self)
        self.sorting = QLabel(self)
        self.sorting.setProperty("kind", "muted")
        self.sorting.setToolTip(self.tr("見出しをクリックするか、Alt+↑↓で並べ替えます"))
        foot = row_of()
        foot.addWidget(self.count)
        foot.addStretch(1)
        foot.addWidget(self.sorting)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.filters)
        column.addWidget(self.stack, 1)
        column.addLayout(foot)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.filters.words.setFocus)
        self._show_sort()
        self._show_void_column()

    def _prepare_table(self) -> None:
        table = self.table
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        only_read(table, register_word(self.cls, self.model.profile))
        heads_left(table)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().lineSpacing() + 12)
        header = table.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)  # words of a contract may be long
        header.setStretchLastSection(True)
        header.sectionClicked.connect(self._header_clicked)
        self._keep_ends_of_numbers()
        header.moveSection(len(self.model.fields), 0)  # a voided row says so where reading begins
        self.widths = ColumnWidths(table, self.model, self._memory, self.characters)
        table.doubleClicked.connect(self._enter)
        table.selectionModel().currentRowChanged.connect(self._row_changed)
        table.installEventFilter(self)

    # --- columns -----------------------------------------------------------------------------
    def _keep_ends_of_numbers(self) -> None:
        number = NUMBER_FIELDS.get(self.cls.type)
        for column, field in enumerate(self.model.fields):
            if field.name == number:
                self.table.setItemDelegateForColumn(column, MiddleElided(self.table))

    def _show_void_column(self) -> None:
        last = self.model.columnCount() - 1
        with QSignalBlocker(self.table.horizontalHeader()):
            self.table.setColumnHidden(last, not self.filters.voided.isChecked())
        self.table.updateGeometry()

    # --- order -------------------------------------------------------------------------------
    def _header_clicked(self, column: int) -> None:
        if column >= len(self.model.fields):
            self._show_sort()
            return
        name = self.model.fields[column].name
        again = self._sort is not None and self._sort[0] == name
        self.sort_by(column, descending=again and not (self._sort or ("", True))[1])

    def _show_sort(self) -> None:
        header = self.table.horizontalHeader()
        names = [field.name for field in self.model.fields]
        if self._sort is None or self._sort[0] not in names:
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.sorting.setText(self.tr("登録した順"))
            return
        column = names.index(self._sort[0])
        down = self._sort[1]
        order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(column, order)
        word = self.model.headerData(column, Qt.Orientation.Horizontal)
        way = self.tr("降順") if down else self.tr("昇順")
        self.sorting.setText(f"「{word}」の{way}")

    # --- what is shown -------------------------------------------------------------------------
    def _show_count(self, rows: int, complete: bool) -> None:
        self._complete = complete
        if self._wanted >= 0 and complete:
            self._mark_wanted()
        if complete:
            self.desk.ledger.access.listed(self.cls.type, self._contract_id, rows)
            self.count.setText(self.tr("{rows}件").format(rows=f"{rows:,}"))
        else:
            self.count.setText(self.tr("{rows}件以上（数えています…）").format(rows=f"{rows:,}"))
        if rows:
            self.stack.setCurrentIndex(0)
            return
        self._show_nothing()
        self.stack.setCurrentIndex(1)

    def _empty_sentence(self, why_not: str) -> str:
        how = why_not or self._how_to_begin
        if not self.filters.is_narrowed() and self.filters.any_set():
            nothing = self.tr("この期間の記録は、まだありません。")
            return f"{nothing}\n{how}".strip()
        if self.filters.any_set():
            return self.tr(
                "条件に当てはまる記録がありません。\n"
                "条件を改めるか、「条件を消す」を押してください。"
            )
        nothing = self.tr("まだ登録がありません。")
        return f"{nothing}\n{how}".strip()

    def _before_reset(self) -> None:
        """Remember the place, then go to the top: Qt asks every row of a list that shrinks."""
        current = self.table.currentIndex()
        if current.isValid() and current.row() < self.model.rowCount():
            self._marked_number = self.model.number(current.row())
        self._scrolled = self.table.verticalScrollBar().value()
        self.table.scrollToTop()

    def _after_reset(self) -> None:
        place = self.model.place_of(self._marked_number) if self._marked_number >= 0 else -1
        if place >= 0:
            self.table.selectRow(place)
            self.table.verticalScrollBar().setValue(self._scrolled)
        else:
            self.marked.emit("")

    def _row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.marked.emit(str(current.data(ID_ROLE) or "") if current.isValid() else "")

    def _enter(self) -> None:
        record_id = self.marked_id()
        if record_id:
            self.opened.emit(record_id)

    # --- Qt ----------------------------------------------------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress:
            return False
        assert isinstance(event, QKeyEvent)
        column = max(0, self.table.currentIndex().column())
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self.sort_by(column, descending=event.key() == Qt.Key.Key_Down)
                return True
        elif event.key() in ENTER:
            self._enter()
            return True
        return False

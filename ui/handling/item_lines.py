"""The items of one act: scan or type a number, Enter, the next; what cannot be is said at once."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from models import amounts
from models.codes import HandlingKind
from models.fields import NOT_RECORDED
from models.kinds import DecimalNumber
from models.possible_acts import states_for
from models.records import HandlingLine, Item
from models.store import Op, Where
from models.values import unit_problem
from ui.editor_base import FormDesk, column_of, row_of
from ui.handling.defaults import whereabouts
from ui.picker import RefPicker
from ui.state_table import MiddleElided

NUMBER, NAME, NOW, AMOUNT, UNIT, NOTE, MAY = range(7)
HEADS = ("管理番号", "名称", "今の状態", "数量", "単位", "状態の特記", "記録")
WIDTHS = (8, 15, 12, 5, 4, 7)
SHOWN_ROWS = 5


class ItemPicker(RefPicker):
    """A picker that stays in its place after a choice, ready for the next number."""

    def _enter(self) -> None:
        typed = bool(self.line.text().strip())
        super()._enter()
        if typed:
            self.line.setFocus()


class ItemLines(QWidget):
    """Chooses items and how much of each.

    Args:
        single: only one item may be chosen.
    """

    changed = Signal()

    def __init__(
        self,
        desk: FormDesk,
        parent: QWidget | None = None,
        *,
        single: bool = False,
    ) -> None:
        super().__init__(parent)
        self.desk = desk
        self._single = single
        self._fixed = False
        self._kind: HandlingKind | None = None
        self.items: list[Item] = []
        self._lines: dict[str, HandlingLine] = {}
        self.problem = ""
        self._proposed = ""  # as the amount of the one item, by the consent
        self._build()

    # --- the value ---------------------------------------------------------------------------
    def lines(self) -> tuple[HandlingLine, ...]:
        """Return one line for each item; what the cells say is in it."""
        return tuple(self._line(row, item) for row, item in enumerate(self.items))

    def add(self, item_id: str) -> None:
        """Add an item, or mark it when it is there already."""
        if item_id in [item.id for item in self.items]:
            self.table.selectRow([item.id for item in self.items].index(item_id))
            self._say(self.tr("この媒体・資料は、すでに入っています。"))
            return
        stored = self.desk.ledger.store.get(Item, item_id)
        if stored is None:
            return
        if self._single:
            self.items.clear()
        self.items.append(stored.record)
        self._say("")
        self._show()
        self.changed.emit()

    def set_lines(self, lines: Sequence[HandlingLine], *, fixed: bool = False) -> None:
        """Show the lines of an event that is being corrected.

        Args:
            fixed: the items themselves may not be exchanged any more.
        """
        store = self.desk.ledger.store
        self._lines = {line.item_id: line for line in lines}
        found = store.get_many(Item, [line.item_id for line in lines])
        self.items = [found[line.item_id].record for line in lines if line.item_id in found]
        self._fixed = fixed
        self.picker.setVisible(not fixed)
        self.hint.setVisible(not fixed)
        self.removing.setVisible(not fixed)
        self._show()

    def take(self, code: str) -> bool:
        """Add the item with this number; tell whether there is one."""
        found = self.picker.candidates.exact(code, self.desk.contract())
        if found is None:
            self._say(
                self.tr("「{code}」という管理番号は、この契約の台帳にありません。").format(
                    code=code
                )
            )
            return False
        self.add(found.id)
        return True

    def remove(self) -> None:
        """Take the marked item out."""
        row = self.table.currentRow()
        if self._fixed or not 0 <= row < len(self.items):
            return
        del self.items[row]
        self._show()
        self.changed.emit()

    # --- what is shown -----------------------------------------------------------------------
    def limit_to(self, kind: HandlingKind) -> None:
        """Offer in the list only items in a state in which this kind is possible."""
        self.picker.where = (Where("state", Op.IN, tuple(states_for(kind))),)

    def speak_of(self, kind: HandlingKind) -> None:
        """Propose as many pieces as this kind of act concerns; typed numbers stay."""
        if kind is self._kind:
            return
        status = self.desk.ledger.handling.status
        before, self._kind = self._kind, kind
        with QSignalBlocker(self.table):
            for row, item in enumerate(self.items):
                cell, now = self.table.item(row, AMOUNT), status(item.id)
                if cell is not None and cell.text() == _shown(amounts.usual(item, now, before)):
                    cell.setText(_shown(amounts.usual(item, now, kind)))

    def propose_at_most(self, most: Decimal | None, unit: str) -> None:
        """Propose no more pieces of the one item than a consent leaves; typed numbers stay.

        Args:
            most: pieces of this unit; None or nothing left: as many as the act usually concerns.
        """
        if len(self.items) != 1:
            return
        [item] = self.items
        usual = amounts.usual(item, self.desk.ledger.handling.status(item.id), self._kind)
        fits = most if most and usual and most < usual and unit == item.unit else usual
        cell = self.table.item(0, AMOUNT)
        if cell is not None and cell.text() in (_shown(usual), self._proposed):
            self._proposed = _shown(fits)
            with QSignalBlocker(self.table):
                cell.setText(self._proposed)

    def show_hindrances(self, hindrances: Mapping[str, str]) -> None:
        """Say beside each item whether the act can be entered."""
        with QSignalBlocker(self.table):
            for row, item in enumerate(self.items):
                cell = self.table.item(row, MAY)
                if cell is not None:
                    bad = hindrances.get(item.id, "")
                    cell.setText(self.tr("⚠ できません") if bad else self.tr("できます"))
                    cell.setToolTip(bad)
        sentences = [hindrances[item.id] for item in self.items if item.id in hindrances]
        self.problem = "\n".join(sentences)
        self.trouble.setText("\n".join(f"⚠ {sentence}" for sentence in sentences))
        self.trouble.setVisible(bool(sentences))

    def cell_problems(self) -> list[str]:
        """Return why typed amounts are not understood."""
        found = []
        for row, item in enumerate(self.items):
            try:
                self._amount(row)
            except ValueError as error:
                found.append(f"{item.item_no}の「数量」{error}")
            if why := unit_problem(self._text(row, AMOUNT), item.unit):
                found.append(f"{item.item_no}の「数量」{why}")
        return found

    # --- building ----------------------------------------------------------------------------
    def _build(self) -> None:
        self.picker = ItemPicker(self.desk.ledger, "item", contract=self.desk.contract)
        self.picker.line.setPlaceholderText(self.tr("管理番号をスキャン、または番号・名称を入力"))
        self.picker.line.setAccessibleName(self.tr("媒体・資料"))
        self.picker.picked.connect(self._picked)
        self.hint = QLabel(self.tr("Enterで追加。終わったら空のままEnterで次へ進みます。"))
        self.hint.setProperty("kind", "muted")
        self.hint.setWordWrap(True)
        self.removing = QPushButton(self.tr("外す（Delete）"))
        self.removing.setAutoDefault(False)
        self.removing.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.removing.clicked.connect(self.remove)
        top = row_of()
        top.addWidget(self.picker, 3)
        top.addWidget(self.hint, 2)
        top.addWidget(self.removing)
        self.table = QTableWidget(0, len(HEADS))
        self._prepare_table()
        self.note = self._label("care")
        self.trouble = self._label("problem")
        column = column_of(self)
        column.addLayout(top)
        for widget in (self.note, self.table, self.trouble):
            column.addWidget(widget)
        self.setFocusProxy(self.picker.line)
        self._show()

    def _prepare_table(self) -> None:
        table = self.table
        table.setHorizontalHeaderLabels([self.tr(head) for head in HEADS])
        table.setAccessibleName(self.tr("選んだ媒体・資料"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        table.verticalHeader().hide()
        em = table.fontMetrics().horizontalAdvance("あ")
        for column, width in enumerate(WIDTHS):
            table.setColumnWidth(column, em * width)
        table.setItemDelegateForColumn(NUMBER, MiddleElided(table))
        table.horizontalHeader().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        table.setColumnWidth(MAY, em * 7)
        table.itemChanged.connect(lambda _cell: self.changed.emit())
        table.installEventFilter(self)

    def _label(self, kind: str) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setProperty("kind", kind)
        label.hide()
        return label

    def _show(self) -> None:
        with QSignalBlocker(self.table):
            self._keep_cells()
            self.table.setRowCount(len(self.items))
            for row, item in enumerate(self.items):
                self._show_row(row, item)
        line = self.table.verticalHeader().defaultSectionSize()
        shown = min(max(1, len(self.items)), SHOWN_ROWS)
        head = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(head + shown * line + 6)
        self.table.setVisible(bool(self.items))
        self.removing.setVisible(bool(self.items) and not self._fixed)

    def _keep_cells(self) -> None:
        for row in range(self.table.rowCount()):
            cell = self.table.item(row, NUMBER)
            item_id = cell.data(Qt.ItemDataRole.UserRole) if cell is not None else ""
            item = next((one for one in self.items if one.id == item_id), None)
            if item is not None:
                try:
                    self._lines[item.id] = self._line(row, item)
                except ValueError:
                    continue

    def _show_row(self, row: int, item: Item) -> None:
        ledger = self.desk.ledger
        status = ledger.handling.status(item.id)
        line = self._lines.get(item.id)
        usual = amounts.usual(item, status, self._kind)
        amount = line.quantity if line is not None else usual
        texts = (
            item.item_no,
            item.name,
            whereabouts(ledger, status),
            _shown(amount),
            item.unit,
            line.condition_note if line is not None else "",
            self.tr("できます"),
        )
        for column, text in enumerate(texts):
            cell = QTableWidgetItem(text)
            cell.setToolTip(text)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            if column in (AMOUNT, NOTE):
                flags |= Qt.ItemFlag.ItemIsEditable
            if column == AMOUNT:
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            cell.setFlags(flags)
            self.table.setItem(row, column, cell)
        first = self.table.item(row, NUMBER)
        assert first is not None
        first.setData(Qt.ItemDataRole.UserRole, item.id)

    # --- helpers -----------------------------------------------------------------------------
    def _line(self, row: int, item: Item) -> HandlingLine:
        before = self._lines.get(item.id)
        return HandlingLine(
            item_id=item.id,
            quantity=self._amount_or_none(row),
            condition_note=self._text(row, NOTE),
            resulting_item_id=before.resulting_item_id if before is not None else "",
        )

    def _amount_or_none(self, row: int) -> Decimal | None:
        try:
            return self._amount(row)
        except ValueError:
            return None

    def _amount(self, row: int) -> Decimal | None:
        text = self._text(row, AMOUNT)
        return DecimalNumber().parse("" if text == NOT_RECORDED else text)

    def _text(self, row: int, column: int) -> str:
        cell = self.table.item(row, column)
        return cell.text().strip() if cell is not None else ""

    def _picked(self, item_id: str) -> None:
        if item_id:
            self.picker.set_id("")
            self.add(item_id)

    def _say(self, sentence: str) -> None:
        self.note.setText(f"⚠ {sentence}" if sentence else "")
        self.note.setVisible(bool(sentence))

    # --- Qt ----------------------------------------------------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Delete:
                self.remove()
                return True
        return False


def _shown(amount: Decimal | None) -> str:
    return DecimalNumber().format(amount) or NOT_RECORDED

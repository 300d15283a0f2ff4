"""How many copies of what kind; their numbers are proposed and may be changed."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.codes import Encrypted, EndRule, ItemClass, ItemOrigin, MediaType, Ownership
from models.records import Item
from ui.editor_base import FormDesk
from ui.handling import numbers
from ui.handling.panel import FieldsPanel, Line
from ui.handling.words import CLASS_BY_MEDIA
from ui.keys import EnterMovesOn

MOST = 200  # copies of one act; more is a matter for the import of a list
SHOWN_ROWS = 4
LINES = (
    Line("name", "写しの名称"),
    Line("media_type", "写しの種別"),
    Line("quantity", "1部の数量"),
    Line("unit", "単位"),
    Line("encrypted", "暗号化"),
    Line("encryption_method", "暗号化の方式"),
    Line("home_place_id", "写しの定位置"),
)


class Copies(QWidget):
    """The copies that an act makes."""

    changed = Signal()

    def __init__(self, desk: FormDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._source: Item | None = None
        self._build()
        self.setVisible(False)

    def set_source(self, source: Item | None) -> None:
        """Propose copies of another original."""
        self._source = source
        self.setVisible(source is not None)
        if source is None:
            return
        self.panel.set_values({
            "name": f"{source.name}（写し）"[:200], "media_type": source.media_type,
            "quantity": source.quantity, "unit": source.unit, "encrypted": source.encrypted,
            "encryption_method": source.encryption_method, "home_place_id": source.home_place_id,
        })  # fmt: skip
        self._arrange()
        self._propose(keep=False)

    def copies(self) -> list[Item]:
        """Return the copies as new items."""
        source = self._source
        if source is None:
            return []
        one = replace(self._one(), id="", contents=source.contents)
        return [replace(one, item_no=number) for number in self._typed_numbers()]

    def problems(self) -> list[str]:
        """Return what keeps the copies from being entered."""
        self.panel.touch_all()
        one = self._one()
        self.panel.update_shown(one)
        found = [s for each in self.panel.problems(one).values() for s in each]
        typed = self._typed_numbers()
        found += [self.tr("写しの管理番号が空の行があります。")] if "" in typed else []
        twice = {number for number in typed if typed.count(number) > 1}
        used = {number for number in typed if number and numbers.is_used(self.desk.ledger, number)}
        if twice | used:
            words = "、".join(sorted(twice | used))
            found.append(self.tr("管理番号「{0}」は、すでに使われています。").format(words))
        return found

    def focus_problem(self) -> None:
        found = self.panel.problems(self._one())
        if found:
            self.panel.focus(next(iter(found)))
        else:
            self.table.setFocus()

    # --- helpers -----------------------------------------------------------------------------
    def _one(self) -> Item:
        values = self.panel.values()
        source = self._source or Item()
        media = values["media_type"]
        class_ = CLASS_BY_MEDIA.get(media, source.item_class) if media else None
        if class_ is ItemClass.PAPER:
            values |= {"encrypted": None, "encryption_method": ""}
        equipment = class_ is ItemClass.EQUIPMENT
        return Item(
            contract_id=source.contract_id,
            item_no="-",
            item_class=class_,
            maker=source.maker if equipment else "",
            model=source.model if equipment else "",
            serial_no=source.serial_no if equipment else "",
            origin=ItemOrigin.COPIED,
            parent_item_id=source.id or "-",
            ownership=Ownership.CONTRACTOR,
            end_rule=EndRule.ERASE_OR_DISPOSE,
            **values,
        )

    def _typed_numbers(self) -> list[str]:
        cells = (self.table.item(row, 0) for row in range(self.table.rowCount()))
        return [cell.text().strip() if cell is not None else "" for cell in cells]

    def _propose(self, *, keep: bool = True) -> None:
        source = self._source
        if source is None:
            return
        before = self._typed_numbers() if keep else []
        fresh = numbers.copy_numbers(self.desk.ledger, source.item_no)
        wanted = before[: self.count.value()]
        while len(wanted) < self.count.value():
            number = next(fresh)
            if number not in before:
                wanted.append(number)
        self._show(wanted)

    def _show(self, wanted: Sequence[str]) -> None:
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(wanted))
            for row, number in enumerate(wanted):
                self.table.setItem(row, 0, QTableWidgetItem(number))
        line = self.table.verticalHeader().defaultSectionSize()
        shown = min(max(len(wanted), 1), SHOWN_ROWS)
        head = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(head + shown * line + 6)
        self.changed.emit()

    def _arrange(self) -> None:
        paper = self._one().item_class is ItemClass.PAPER
        hidden = {"encrypted", "encryption_method"} if paper else set()
        self.panel.arrange([line.name for line in LINES if line.name not in hidden])

    def _edited(self, name: str) -> None:
        if name == "media_type":
            media = self.panel.values()["media_type"]
            if media is not None and CLASS_BY_MEDIA.get(media) is not ItemClass.PAPER:
                self.panel.suggest("encrypted", Encrypted.YES)
                self.panel.suggest("quantity", Decimal(1))
                self.panel.suggest("unit", "件" if media is MediaType.DATA_FILE else "本")
            self._arrange()
        self.panel.update_shown(self._one())
        self.changed.emit()

    def _build(self) -> None:
        self.count = QSpinBox()
        self.count.setRange(1, MOST)
        self.count.setSuffix(self.tr(" 部"))
        self.count.setAccessibleName(self.tr("部数"))
        self.count.valueChanged.connect(lambda _n: self._propose())
        EnterMovesOn(self.count)
        self.panel = FieldsPanel(Item, LINES, self.desk, self)
        self.panel.edited.connect(self._edited)
        self.table = QTableWidget(0, 1)
        self.table.setHorizontalHeaderLabels([self.tr("写しの管理番号（直せます）")])
        self.table.setAccessibleName(self.tr("写しの管理番号"))
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setTabKeyNavigation(False)
        self.table.itemChanged.connect(lambda _cell: self.changed.emit())
        word = QLabel(self.tr("部数"))
        word.setBuddy(self.count)
        row = QHBoxLayout()
        row.addWidget(word, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.table, 1)
        box = QGroupBox(self.tr("できる写し"), self)
        inner = QVBoxLayout(box)
        inner.addLayout(row)
        inner.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(box)

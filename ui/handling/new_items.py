"""Quick entry of new items: one row of fields, Enter at its end adds, the next number is there."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.codes import Encrypted, ItemClass, ItemOrigin, ItemState, MediaType, Ownership
from models.codes import HandlingKind as K
from models.kinds import DecimalNumber
from models.records import InformationAsset, Item, ItemContent
from models.records.things import END_RULE_BY_ORIGIN
from models.same_numbers import plain
from models.store import Op, Query, Where
from ui import layout, permitted
from ui.editor_base import FormDesk
from ui.editor_choices import make_box
from ui.handling import numbers
from ui.handling.panel import SHORT_LABEL, FieldsPanel, Line
from ui.handling.words import CLASS_BY_MEDIA
from ui.keys import ENTER, EnterMovesOn
from ui.page_parts import only_read

LINES = (
    Line("item_no", "管理番号"),
    Line("name", "名称"),
    Line("media_type", "種別"),
    Line("item_class", "区分"),
    Line("quantity", "数量"),
    Line("unit", "単位"),
    Line("maker", "メーカー"),
    Line("model", "型番"),
    Line("serial_no", "製造番号"),
    Line("encrypted", "暗号化"),
    Line("encryption_method", "暗号化の方式"),
)
COMMON = (
    Line("origin", "由来"),
    Line("ownership", "所有"),
    Line("home_place_id", "定位置"),
    Line("return_due_on", "返還期限"),
)
HEADS = ("管理番号", "名称", "種別", "数量", "単位", "収録情報", "備考")
ORIGINS = {
    K.RECEIVE: ItemOrigin.LENT,
    K.CREATE: ItemOrigin.CREATED,
    K.COLLECT: ItemOrigin.COLLECTED,
}
UNITS = {
    ItemClass.PAPER: "枚",
    ItemClass.MEDIUM: "本",
    ItemClass.EQUIPMENT: "台",
    ItemClass.DATA: "件",
}
SHOWN_ROWS = 4


class NewItems(QWidget):
    """Enters several new items; items that are registered already can be taken by their number."""

    changed = Signal()

    def __init__(self, desk: FormDesk, kind: K, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.kind = kind
        self.items: list[Item] = []
        self.existing: set[str] = set()
        self.problem = ""
        self._build()
        self.begin()

    # --- the value ---------------------------------------------------------------------------
    def new(self) -> list[Item]:
        """Return the items that come into being, the one still in the fields included."""
        found = [item for item in self.items if item.id not in self.existing]
        return [self._with_common(item) for item in found]

    def all(self) -> list[Item]:
        """Return all items of the act."""
        new = {item.id: item for item in self.new()}
        return [new.get(item.id, item) for item in self.items]

    def turn(self) -> None:
        """Begin for another contract; the name and quantity that were typed stay."""
        typed = self.entry.values()
        self.begin()
        self.entry.set_values({name: typed[name] for name in ("name", "quantity")})

    def begin(self) -> None:
        """Begin again with what the last item of the contract looked like."""
        self._numbers = numbers.next_numbers(self.desk.ledger, self.desk.contract())
        last = self._last_item()
        self._read_assets(last)
        media = last.media_type if last is not None else MediaType.DOCUMENT
        own = self.kind is K.RECEIVE
        self.entry.set_values({
            "item_no": self._next_number(), "name": "", "media_type": media, "quantity": None,
            "item_class": _class_of(media), "unit": last.unit if last else UNITS[ItemClass.PAPER],
            "encrypted": last.encrypted if last else None,
            "encryption_method": last.encryption_method if last else "",
        })  # fmt: skip
        self.common.set_values({
            "origin": ORIGINS[self.kind],
            "ownership": Ownership.CLIENT if own else Ownership.CONTRACTOR,
            "home_place_id": last.home_place_id if last else "",
            "return_due_on": last.return_due_on if last and own else None,
        })  # fmt: skip
        self._arrange()

    def add(self) -> bool:
        """Add what stands in the fields; say why not, and stay there, when it cannot be."""
        if not self.desk.contract():
            self._say(permitted.CHOOSE_CONTRACT)
            return False
        number = self.entry.values()["item_no"]
        there = numbers.item_numbered(self.desk.ledger, number)
        if there is not None:
            return self._add_existing(there)
        item = self._with_common(self._typed())
        problems = self._problems(item)
        if problems:
            self._say("\n".join(problems))
            self.entry.touch_all()
            self.entry.update_shown(item)
            found = self.entry.problems(item)
            self.entry.focus(next(iter(found), "item_no"))
            return False
        self.items.append(replace(item, id=self.desk.ledger.new_id()))
        self._say("")
        self._next()
        return True

    def add_pending(self) -> bool:
        """Add what was typed but not added yet; tell whether nothing is in the way."""
        if not self.is_pending():
            return True
        return self.add()

    def is_pending(self) -> bool:
        """Tell whether somebody has begun another item."""
        values = self.entry.values()
        return bool(values["name"].strip() or values["quantity"] is not None)

    def take(self, code: str) -> bool:
        """Use a scanned number: of a registered item, or as the number of the new one."""
        there = numbers.item_numbered(self.desk.ledger, code)
        if there is not None:
            return self._add_existing(there)
        self.entry.set_values({"item_no": code})
        self.entry.focus("name")
        return True

    def remove(self) -> None:
        """Take the marked row out."""
        row = self.table.currentRow()
        if 0 <= row < len(self.items):
            del self.items[row]
            self._show()
            self.changed.emit()

    def common_problems(self) -> list[str]:
        """Return what is wrong with the fields that all items share."""
        item = self._with_common(self._typed())
        self.common.touch_all()
        self.common.update_shown(item)
        return [s for one in self.common.problems(item).values() for s in one]

    # --- building one item -------------------------------------------------------------------
    def _typed(self) -> Item:
        values = self.entry.values()
        media = values["media_type"]
        values["item_class"] = _class_of(media) or values.get("item_class")
        asset = self.assets.currentData()
        text = self.info.text().strip()
        contents = (ItemContent(asset_id=asset, fields_text=text),) if asset else ()
        return Item(contract_id=self.desk.contract(), contents=contents, **values)

    def _with_common(self, item: Item) -> Item:
        values: dict[str, Any] = self.common.values()
        origin = values["origin"]
        end = END_RULE_BY_ORIGIN[origin] if origin is not None else None
        return replace(item, end_rule=end, **values)

    def _problems(self, item: Item) -> list[str]:
        found = [s for one in self.entry.problems(item).values() for s in one]
        if plain(item.item_no) in [plain(one.item_no) for one in self.items]:
            found.append(
                self.tr("管理番号「{0}」は、この受領ですでに使っています。").format(item.item_no)
            )
        if item.contents and not item.contents[0].fields_text:
            found.append(self.tr("「情報項目」を入力してください（例 氏名、住所）。"))
        return found + [self.entry.reword(s) for s in item.inconsistencies()]

    def _add_existing(self, item: Item) -> bool:
        status = self.desk.ledger.handling.status(item.id)
        if item.id in [one.id for one in self.items]:
            self._say(self.tr("{0}は、すでに入っています。").format(item.caption()))
            return False
        if status is not None and status.state is not ItemState.REGISTERED:
            self._say(
                self.tr("管理番号「{0}」は、すでに使われています（{1}、{2}）。別の番号にしてください。")
                .format(item.item_no, item.name, status.state.label)
            )  # fmt: skip
            self.entry.focus("item_no")
            return False
        self.items.append(item)
        self.existing.add(item.id)
        self._say("")
        self._next()
        return True

    def _next(self) -> None:
        self.entry.set_values({"item_no": self._next_number(), "name": "", "quantity": None})
        for row in self.entry.rows.values():
            row.touched = False
            row.show_problem("")
        self._show()
        self.entry.focus("name")
        self.changed.emit()

    def _next_number(self) -> str:
        here = {item.item_no for item in self.items}
        return next(number for number in self._numbers if number not in here)

    def _last_item(self) -> Item | None:
        query = Query(
            Item.type, (Where("contract_id", Op.EQ, self.desk.contract()),),
            order=(("id", True),),
        )  # fmt: skip
        found = self.desk.ledger.store.find(Item, query, limit=20)
        originals = [one.record for one in found if not one.record.parent_item_id]
        return originals[0] if originals else None

    def _read_assets(self, last: Item | None) -> None:
        self.assets.clear()
        found = self.desk.ledger.registers.all(InformationAsset, contract_id=self.desk.contract())
        self._asset_texts = {
            one.record.id: "、".join(f.name for f in one.record.asset_fields) for one in found
        }
        for one in found:
            self.assets.addItem(one.record.caption(), one.record.id)
        self.assets.addItem(self.tr("（個人情報を含まない）"), "")
        layout.slim(self.assets)
        if last is not None and last.contents:
            self.assets.setCurrentIndex(max(0, self.assets.findData(last.contents[0].asset_id)))
            self.info.setText(last.contents[0].fields_text)
        else:
            self.assets.setCurrentIndex(0)
            self._asset_chosen()

    # --- what is shown -----------------------------------------------------------------------
    def _asset_chosen(self) -> None:
        self.info.setText(self._asset_texts.get(self.assets.currentData() or "", ""))
        self.info.setEnabled(bool(self.assets.currentData()))

    def _edited(self, name: str) -> None:
        if name == "media_type":
            media = self.entry.values()["media_type"]
            kind = _class_of(media)
            if kind is not None:
                self.entry.set_values({"item_class": kind, "unit": UNITS[kind]})
                electronic = kind in (ItemClass.MEDIUM, ItemClass.DATA)
                self.entry.suggest("encrypted", Encrypted.YES if electronic else None)
            self._arrange()
        self.entry.update_shown(self._typed())
        self.changed.emit()

    def _arrange(self) -> None:
        item = self._typed()
        hidden = set(item.irrelevant()) & {"encrypted", "encryption_method"}
        if item.item_class is not ItemClass.EQUIPMENT:
            hidden |= {"maker", "model", "serial_no"}
        if _class_of(item.media_type) is not None:
            hidden.add("item_class")
        self.entry.arrange([line.name for line in LINES if line.name not in hidden])

    def _show(self) -> None:
        self.table.setRowCount(len(self.items))
        for row, item in enumerate(self.all()):
            known = item.id in self.existing
            texts = (
                item.item_no, item.name, item.media_type.label if item.media_type else "",
                DecimalNumber().format(item.quantity), item.unit, self._content(item),
                self.tr("登録済み") if known else self.tr("新規"),
            )  # fmt: skip
            for column, text in enumerate(texts):
                cell = QTableWidgetItem(text)
                cell.setToolTip(text)
                self.table.setItem(row, column, cell)
        line = self.table.verticalHeader().defaultSectionSize()
        shown = min(max(len(self.items), 1), SHOWN_ROWS)
        self.table.setFixedHeight(
            self.table.horizontalHeader().sizeHint().height() + shown * line + 6
        )
        self.table.setVisible(bool(self.items))
        self.total.setText(self.tr("{0}点を入力済み").format(len(self.items)) if self.items else "")
        self.table.scrollToBottom()

    def _content(self, item: Item) -> str:
        registers = self.desk.ledger.registers
        return "、".join(
            f"{registers.caption('information_asset', one.asset_id)}（{one.fields_text}）"
            for one in item.contents
        )

    def _say(self, sentences: str) -> None:
        self.problem = sentences
        text = "\n".join(f"⚠ {line}" for line in sentences.split("\n") if line)
        layout.say(self.trouble, text, "problem")

    # --- building ----------------------------------------------------------------------------
    def _build(self) -> None:
        self.entry = FieldsPanel(Item, LINES, self.desk, self, columns=3)
        self.entry.edited.connect(self._edited)
        self.common = FieldsPanel(Item, COMMON, self.desk, self)
        self.common.edited.connect(lambda _name: self.changed.emit())
        self.trouble = layout.note("")
        box = QGroupBox(self.tr("受け入れる媒体・資料"), self)
        inner = QVBoxLayout(box)
        inner.addWidget(self.entry)
        inner.addLayout(self._content_row())
        inner.addWidget(self.trouble)
        inner.addWidget(self._make_table())
        shared = QGroupBox(self.tr("すべてに共通"), self)
        QVBoxLayout(shared).addWidget(self.common)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(box)
        column.addWidget(shared)
        self._show()

    def _content_row(self) -> QHBoxLayout:
        self.assets: QComboBox = make_box(self)
        self.assets.setAccessibleName(self.tr("収録情報"))
        self.assets.activated.connect(lambda _n: self._asset_chosen())
        self.info = QLineEdit()
        self.info.setAccessibleName(self.tr("情報項目"))
        self.info.setPlaceholderText(self.tr("情報項目（例 氏名、生年月日）"))
        EnterMovesOn(self.info)
        self.add_button = QPushButton(self.tr("追加（Enter）"))
        self.add_button.setAutoDefault(False)
        self.add_button.clicked.connect(self.add)
        self.add_button.installEventFilter(self)
        self.total = QLabel()
        row = QHBoxLayout()
        row.setSpacing(12)
        word = QLabel(self.tr("収録情報"))
        word.setFixedWidth(word.fontMetrics().horizontalAdvance("あ") * SHORT_LABEL)
        word.setBuddy(self.assets)
        row.addWidget(word)
        row.addWidget(self.assets, 2)
        row.addWidget(self.info, 3)
        row.addWidget(self.add_button)
        row.addWidget(self.total)
        return row

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, len(HEADS))
        table.setHorizontalHeaderLabels([self.tr(head) for head in HEADS])
        only_read(table, self.tr("入力した媒体・資料"))
        table.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        em = table.fontMetrics().horizontalAdvance("あ")
        for column, width in enumerate((8, 14, 8, 5, 4, 14)):
            table.setColumnWidth(column, em * width)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.installEventFilter(self)
        self.table = table
        return table

    # --- Qt ----------------------------------------------------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress:
            return False
        assert isinstance(event, QKeyEvent)
        if watched is self.add_button and event.key() in ENTER:
            if self.is_pending() or not self.items:
                self.add()
            else:  # an empty row at the end: go on to the fields of the act
                self.focusNextChild()
            return True
        if watched is self.table and event.key() == Qt.Key.Key_Delete:
            self.remove()
            return True
        return False


def _class_of(media: MediaType | None) -> ItemClass | None:
    return CLASS_BY_MEDIA.get(media) if media is not None else None

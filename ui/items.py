"""媒体・資料: the register of items, and beside it everything about the chosen one."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from models.codes import HandlingKind
from models.records import Contract, HandlingEvent, Item, Person, Place
from ui import layout, permitted
from ui.export_dialog import open_export
from ui.filtered_register import FilteredRegister
from ui.form_dialog import FormDialog
from ui.handling.numbers import item_numbered
from ui.handling.verbs import HandlingVerbs
from ui.history import HistoryDialog
from ui.import_dialog import open_import
from ui.item_detail import ItemDetail
from ui.page import Desk, Page
from ui.register_print import print_list
from ui.register_widths import ColumnMemory

LEAST = 330  # of each side; the filters and the buttons wrap


class ItemsRegister(FilteredRegister):
    """The list of the items; narrow, because the details stand beside it."""

    characters: ClassVar[Mapping[str, int]] = {
        "item_no": 8, "name": 11, "item_class": 5, "media_type": 7, "quantity_left": 4, "unit": 3,
        "state": 6,
    }  # fmt: skip


class ItemsPage(Page):
    """The page of items."""

    types: ClassVar[frozenset[str]] = frozenset(
        cls.type for cls in (Item, HandlingEvent, Person, Place, Contract)
    )
    help_key = "items"

    def __init__(
        self, desk: Desk, parent: QWidget | None = None, *, memory: ColumnMemory | None = None
    ) -> None:
        super().__init__(desk, parent)
        self.handling = HandlingVerbs(desk, self, lambda: self.contract_id, self._chosen)
        self.handling.entered.connect(self._say)
        self.view = ItemsRegister(
            desk, Item, ("current_place_id", "holder_person_id"), memory=memory,
            how_to_begin=self.tr("受領の前に済ませることは、「今日」の画面に順に出ます。済んだら、F2（受領）で記録してください。"),
        )  # fmt: skip
        self._bring_forward(("state", "current_place_id", "holder_person_id", "quantity_left"))
        self.detail = ItemDetail(desk, self.handling)
        self._daily = self.handling.actions(self)
        receive = self._daily[0].text()
        self.view.offer_first(
            self.tr("{0}（F2）").format(receive),
            lambda: self.handling.open(HandlingKind.RECEIVE),
            self.handling.why_not,
        )
        self._build()

    # --- what the window calls ----------------------------------------
    def refresh(self) -> None:
        self.view.refresh()
        self.detail.show_item(self.view.marked_id() or self.detail.item_id)
        self._enable()

    def verbs(self) -> list[QAction]:
        return self._daily

    def show_contract(self, contract_id: str) -> None:
        self.view.set_contract(contract_id, self.desk.ledger.known_profile(contract_id))
        super().show_contract(contract_id)

    def show_record(self, type_: str, record_id: str) -> None:
        if type_ == Item.type:
            if self.isVisible() or self.view.model.rowCount() == 0:
                self.view.refresh()
            self.view.mark(record_id)
            self.detail.show_item(record_id)
            self.view.table.setFocus()

    def scanned(self, code: str) -> bool:
        item = item_numbered(self.desk.ledger, code)
        if item is None:
            return False
        self.show_record(Item.type, item.id)
        return True

    def has_draft(self) -> bool:
        return self.handling.has_draft()

    # --- acting ----------------------------------------
    def revise(self) -> None:
        """Correct the facts of the marked item."""
        stored = self.desk.ledger.registers.need(Item, self.view.marked_id())
        FormDialog(self.desk, Item, stored=stored, parent=self).open()

    def show_history(self) -> None:
        HistoryDialog(self.desk, Item.type, self.view.marked_id(), parent=self).open()

    def take_in(self) -> None:
        """Take a register of the site in from CSV or xlsx."""
        desk = self.desk
        open_import(desk.ledger, desk.operations, self, Item, self.contract_id)

    def export(self) -> None:
        """Write what the list shows to CSV (also CP932), xlsx or JSON."""
        desk = self.desk
        open_export(
            desk.ledger, desk.operations, self, Item, self.contract_id,
            query=self.view.query(), name=self.tr("媒体・資料"),
        )  # fmt: skip

    def print(self) -> None:
        """Show the list as it is printed."""
        print_list(self.view, self.tr("媒体・資料"), self)

    def _chosen(self) -> list[str]:
        item_id = self.view.marked_id()
        return [item_id] if item_id else []

    def _say(self, sentence: str) -> None:
        layout.say(self.said, f"✓ {sentence}", "good")

    def _marked(self, item_id: str) -> None:
        self.detail.show_item(item_id)
        self._enable()

    def _enable(self) -> None:
        nothing = "" if self.view.marked_id() else self.tr("一覧から行を選んでください。")
        ledger = self.desk.ledger
        reasons = {
            self.revise_button: permitted.why_not_revise(ledger, Item) or nothing,
            self.history_button: nothing,
            self.import_button: permitted.why_not(ledger, "import"),
            self.export_button: permitted.why_not(ledger, "export"),
        }
        for button, reason in reasons.items():
            button.setEnabled(not reason)
            button.setToolTip(reason)

    def _bring_forward(self, names: Sequence[str]) -> None:
        """Show these columns right after number and name; the rest is in the details."""
        header = self.view.table.horizontalHeader()
        fields = [field.name for field in self.view.model.fields]
        for place, name in enumerate(names, header.visualIndex(fields.index("name")) + 1):
            header.moveSection(header.visualIndex(fields.index(name)), place)

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.said = layout.note("")
        self.revise_button = layout.button(self.tr("内容を訂正…"), self.revise)
        self.history_button = layout.button(self.tr("登録の履歴"), self.show_history)
        self.import_button = layout.button(self.tr("取込み…"), self.take_in)
        self.export_button = layout.button(self.tr("書出し…"), self.export)
        self.print_button = layout.button(self.tr("印刷…"), self.print)
        row = QHBoxLayout()
        row.addWidget(layout.title(self.tr("媒体・資料")))
        row.addStretch(1)
        for button in (
            self.revise_button,
            self.history_button,
            self.import_button,
            self.export_button,
            self.print_button,
        ):
            row.addWidget(button)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.view)
        self.split.addWidget(self.detail)
        self.view.setMinimumWidth(LEAST)
        self.detail.setMinimumWidth(LEAST)
        self.split.setSizes([LEAST, LEAST + 40])
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        self.split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.addLayout(row)
        column.addWidget(self.said)
        column.addWidget(self.split, 1)
        self.view.marked.connect(self._marked)
        self.view.opened.connect(lambda _id: self.detail.tabs.setFocus())
        self.detail.item_wanted.connect(lambda item_id: self.show_record(Item.type, item_id))
        self.detail.event_wanted.connect(lambda one: self.desk.go(HandlingEvent.type, one))
        self._enable()

"""Plain dialogs: items, a few fields, done (storing, counting, loss, finding, sending)."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from models.codes import HandlingKind as K
from models.records import Item
from ui import layout
from ui.editor_base import column_of
from ui.handling.moving import FromOutsideDialog, suggest_protection

ADVICE = {
    K.LOSS: "記録したら、すぐに責任者と委託者へ連絡してください。",
    K.STOCKTAKE: "数えた数を「数量」の欄に入力します。台帳の残数は変わりません。",
    K.PROVIDE: "委託者の書面による承諾や指示がない提供は、契約違反になります。",
}


class PlainDialog(FromOutsideDialog):
    """An act that needs nothing beyond items and fields."""

    def make_detail(self) -> QWidget | None:
        outside = super().make_detail()
        if self.kind not in ADVICE or outside is None:
            return outside
        box = QWidget(self)
        column = column_of(box)
        column.addWidget(outside)
        column.addWidget(layout.note(self.tr(ADVICE[self.kind])))
        return box

    def items_chosen(self, items: Sequence[Item]) -> None:
        if self.correcting is None and items and self.kind in (K.TRANSMIT, K.DISPATCH):
            suggest_protection(self, items)
        if self.correcting is None and len(items) == 1 and self.kind is K.RECOVER:
            self.panel.suggest("place_to_id", items[0].home_place_id)

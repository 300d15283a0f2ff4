"""Dialogs in which items come into being: 受領, 作成, 収集, 複写."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from PySide6.QtWidgets import QWidget

from models.codes import HandlingKind as K
from models.codes import Means
from models.commands import Change
from models.records import HandlingEvent, HandlingLine, Item
from ui.answering import Work
from ui.handling.copies import Copies
from ui.handling.dialog import HandlingDialog
from ui.handling.item_lines import ItemLines
from ui.handling.new_items import NewItems
from ui.handling.papers import offer_paper

RECEIPT = "D-14"


class ComingDialog(HandlingDialog):
    """受領・作成・収集: several new items, or registered ones that now arrive."""

    def make_body(self) -> QWidget | None:
        self.items = ItemLines(self.form_desk, self)
        if self.correcting is not None:
            self.items.changed.connect(self._items_changed)
            return self.items
        self.items.hide()
        self.new = NewItems(self.form_desk, self.kind, self)
        self.new.changed.connect(self._new_changed)
        return self.new

    def items_are_fixed(self) -> bool:
        return True  # what came in is corrected in the register of items

    def draft(self) -> HandlingEvent:
        event = super().draft()
        if self.correcting is not None:
            return event
        lines = tuple(
            HandlingLine(item_id=item.id, quantity=item.quantity) for item in self.new.all()
        )
        return replace(event, lines=lines)

    def new_items(self) -> list[Item]:
        return self.new.new() if self.correcting is None else []

    def save(self) -> None:
        if self.contract_id and self.correcting is None and not self.new.add_pending():
            return
        super().save()

    def item_problems(self) -> list[str]:
        if self.correcting is not None:
            return super().item_problems()
        if not self.new.items:
            return [self.tr("媒体・資料を1点以上入力してください。")]
        return self.new.common_problems()

    def focus_problem(self) -> None:
        if self.contract_id and self.correcting is None and not self.new.items:
            self.new.entry.focus("name")
        else:
            super().focus_problem()

    def focus_first(self) -> None:
        if not self.contract_id:
            self.contracts.setFocus()
        elif self.correcting is None:
            self.new.entry.focus("name")
        else:
            self.panel.focus()

    def take(self, code: str) -> bool:
        return self.new.take(code) if self.correcting is None else False

    def is_dirty(self) -> bool:
        pending = self.correcting is None and self.new.is_pending() and not self._saving
        return pending or super().is_dirty()

    def contract_changed(self) -> None:
        if self.correcting is None and not self.new.items:
            self.new.turn()

    def _load(self, items: Sequence[str]) -> None:
        super()._load(())
        if self.correcting is None:
            for stored in self.ledger.store.get_many(Item, list(items)).values():
                self.new.take(stored.record.item_no)

    def _new_changed(self) -> None:
        place = self.panel.values().get("place_to_id") if hasattr(self, "panel") else ""
        if place and not self.new.common.values()["home_place_id"]:
            self.new.common.suggest("home_place_id", place)
        self.update_shown()

    def after(self, change: Change) -> None:
        by_hand = self.panel.values().get("means") is Means.DIRECT  # else a number tells of it
        if self.kind is K.RECEIVE and by_hand and self.correcting is None:
            offer_paper(self.desk, RECEIPT, self.contract_id, change.ids[-1:], self.parentWidget())


class CopyDialog(HandlingDialog):
    """複写: one original, so many copies, each a child with a number of its own."""

    single = True
    detail_first = True

    def make_detail(self) -> QWidget | None:
        if self.correcting is not None:
            return None
        self.copies = Copies(self.form_desk, self)
        self.copies.changed.connect(self.update_shown)
        return self.copies

    def items_are_fixed(self) -> bool:
        return True

    def items_chosen(self, items: Sequence[Item]) -> None:
        if self.correcting is None:
            self.copies.set_source(items[0] if items else None)

    def new_items(self) -> list[Item]:
        return []

    def more_problems(self) -> list[str]:
        if self.correcting is not None or not self.items.items:
            return []
        return self.copies.problems()

    def work(self) -> Work:
        if self.correcting is not None:
            return super().work()
        [event], children = self.examined()
        handling = self.ledger.handling
        return lambda answers: handling.record(event, new_items=children, answers=answers)

    def examined(self) -> tuple[list[HandlingEvent], list[Item]]:
        if self.correcting is not None or not self.items.items:
            return super().examined()
        source, copies = self.items.items[0], self.copies.copies()
        event, children = self.ledger.handling.copied(self.draft(), source.id, copies)
        return [event], children

    def draft(self) -> HandlingEvent:
        event = super().draft()
        if self.correcting is not None:
            return replace(event, lines=self._base.lines)
        # The quantity of a copy line says how many copies; the original stays whole.
        return replace(event, lines=tuple(replace(line, quantity=Decimal(1))
                                          for line in event.lines))  # fmt: skip

    def focus_problem(self) -> None:
        if self.items.items and not self.panel.problems(self.draft()):
            self.copies.focus_problem()
        else:
            super().focus_problem()

"""The books of the rules as an inquiry reads them: it remembers what was looked at."""

from collections.abc import Callable, Hashable, Iterator
from typing import TYPE_CHECKING, Any

from models.records import Contract, HandlingEvent, Item, Stored
from models.rules.books import Books

if TYPE_CHECKING:
    from models.inquiry import Inquiry
    from models.ledger import Ledger


class ReadBooks(Books):
    """The books of the rules, which tell the inquiry what was looked at."""

    def __init__(self, asked: "Inquiry", ledger: "Ledger") -> None:
        super().__init__(ledger.store)
        self._asked = asked

    def copies_under(self, authorization_id: str) -> tuple[Item, ...]:
        items = self._asked.items.values()
        return tuple(one for one in items if one.copy_authorization_id == authorization_id)

    def children_of(self, item_id: str) -> tuple[Item, ...]:
        return tuple(one for one in self._asked.items.values() if one.parent_item_id == item_id)

    def happened(self, item_id: str) -> Iterator[HandlingEvent]:
        self._asked.note(HandlingEvent.type)
        return super().happened(item_id)

    def copied_under(self, authorization_id: str) -> list[Stored[Item]]:
        self._asked.note(Item.type)
        return super().copied_under(authorization_id)

    def copying_under(self, authorization_id: str) -> list[Stored[HandlingEvent]]:
        self._asked.note(HandlingEvent.type)
        return super().copying_under(authorization_id)

    def acts_under(self, authorization_id: str) -> tuple[HandlingEvent, ...]:
        self._asked.note(HandlingEvent.type)
        return super().acts_under(authorization_id)

    def handed_to_others(self, contract: Contract) -> tuple[HandlingEvent, ...]:
        self._asked.note(HandlingEvent.type)
        return super().handed_to_others(contract)

    def _recall(self, type_: str, key: Hashable, read: Callable[[], Any]) -> Any:
        self._asked.note(type_)
        return super()._recall(type_, key, read)

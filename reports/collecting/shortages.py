"""What stocktakes did not find, as D-28 says it beside them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from models import amounts
from models.codes import HandlingKind
from models.records import HandlingEvent, Item
from models.store import Store


class Shortages:
    """The shortages of items, each of whose stories is read once, and only when it may have some.

    Args:
        store: of the ledger.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, dict[str, Decimal]] = {}

    def words(
        self, event: HandlingEvent, items: Mapping[str, Item], names: Mapping[str, str]
    ) -> Iterator[str]:
        """Yield what a stocktake did not find of each item.

        Args:
            names: what the items were called then.
        """
        if event.kind is not HandlingKind.STOCKTAKE:
            return
        for line in event.lines:
            item = items.get(line.item_id)
            if item is None or line.quantity is None or line.quantity >= (item.quantity or 0):
                continue
            if missing := self._of(item).get(event.id):
                yield (  # the number first: a long name goes on below the row
                    f"台帳より{item.amount(missing)}不足"
                    f"（現品{item.amount(line.quantity)}）："
                    f"{names.get(item.id, item.caption())}"
                )

    def _of(self, item: Item) -> dict[str, Decimal]:
        if item.id not in self._known:
            self._known[item.id] = amounts.shortages(item, self._store.happened(item.id))
        return self._known[item.id]

"""Records that were read lately: a day's entries speak of the same people, places and things.

What stands here is what the tables say. A command takes down whatever it may have changed, before
anybody can ask again; a record that the ledger does not have is never remembered.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from models.chain import Action
from models.records import Item
from models.records.base import Stored
from models.records.handling import HandlingEvent
from models.store import Write
from storage import rows, status_rows
from storage.views import Custody

KEPT = 2000
FEW = 64  # ids of one question; a larger one is no daily entry and would push the others out


class Shelf:
    """Stored records by type and id.

    `numbers` tells of a contract the highest number of an event, and the entry up to which it was
    looked for.
    """

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], Stored[Any]] = {}
        self.numbers: dict[str, tuple[int, int]] = {}

    def find(self, type_: str, record_id: str) -> Stored[Any] | None:
        return self._records.get((type_, record_id))

    def put(self, found: Iterable[Stored[Any]]) -> None:
        """Remember records; events are left out, their texts follow the names of their items."""
        for stored in found:
            if stored.record.type != HandlingEvent.type:
                self._records[stored.record.type, stored.record.id] = stored
        if len(self._records) > KEPT:
            self._records.clear()

    def touched(self, writes: Iterable[Write], custody: Mapping[str, Custody]) -> None:
        """Forget what a command has changed; of an item that it handled only the status changed.

        Args:
            custody: of items, as the command has left them.
        """
        handled: dict[str, None] = {}
        for write in writes:
            record = write.record
            self._records.pop((record.type, record.id), None)
            if not isinstance(record, HandlingEvent):
                continue
            if write.entry.action is not Action.CREATE:
                self.clear()  # the items of its earlier version are meant too
                return
            handled.update(dict.fromkeys(rows.items_of(record)))
        for item_id in handled:
            self._handled(item_id, custody.get(item_id))

    def _handled(self, item_id: str, held: Custody | None) -> None:
        stored = self._records.pop((Item.type, item_id), None)
        if stored is not None and held is not None:
            record = stored.record.with_changes(**status_rows.status_fields(held.status))
            self._records[Item.type, item_id] = Stored(record, stored.meta)

    def clear(self) -> None:
        self._records.clear()
        self.numbers.clear()

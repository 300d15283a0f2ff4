"""The desk: records that one command speaks of, each fetched once.

A command checks many references to few records. The desk keeps what was fetched, and lays the
records that the command itself enters beside it, so that they may refer to each other.
"""

from collections.abc import Iterable

from models.records import BY_TYPE, Record
from models.store import Store


class Desk:
    """Records at hand while one command is checked.

    Args:
        entering: records that the same command enters.
    """

    def __init__(self, store: Store, entering: Iterable[Record] = ()) -> None:
        self._store = store
        self._records: dict[tuple[str, str], Record | None] = {
            (record.type, record.id): record for record in entering
        }

    def find(self, type_: str, record_id: str) -> Record | None:
        """Return a record in force, or None."""
        key = (type_, record_id)
        if key not in self._records:
            stored = self._store.get(BY_TYPE[type_], record_id)
            self._records[key] = stored.record if stored and not stored.meta.voided else None
        return self._records[key]

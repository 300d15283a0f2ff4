"""Times inside the record of an act: what is told of it as done does not lie ahead (R-33)."""

from collections.abc import Iterator
from datetime import datetime

from models.errors import InvalidField
from models.fields import Day, Moment
from models.records import HandlingEvent
from models.records.base import Child

JUDGED = frozenset({"performed_at"})
"""`models/sanitizing.py` says of it which thing it belongs to."""
ON_THE_WAY = frozenset({"departed_at", "arrived_at"})


def require_past(event: HandlingEvent, now: datetime) -> None:
    """Refuse an act whose transport or disposal tells of a later time.

    Args:
        now: until when something can have been done.

    Raises:
        InvalidField
    """
    for row in (*event.transport, *event.sanitization):
        for name, label in _ahead(row, now):
            when = "着いてから" if name in ON_THE_WAY else "起きた後に"
            raise InvalidField(field=label, problem=f"が先の時刻です。{when}記録してください。")


def _ahead(row: Child, now: datetime) -> Iterator[tuple[str, str]]:
    for name, field in row.fields().items():
        told = getattr(row, name)
        if told is None or name in JUDGED:
            continue
        moment = isinstance(field.kind, Moment) and told > now
        if moment or (isinstance(field.kind, Day) and told > now.date()):
            yield name, field.label

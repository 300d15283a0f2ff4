"""The times that an act tells: what is done does not lie ahead, and no plan lies behind (R-33)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from models.codes import Timing
from models.errors import InvalidField
from models.kinds_of_time import Day, Moment
from models.records import HandlingEvent
from models.records.base import Child

CLOCK_TOLERANCE = timedelta(minutes=2)  # an event may not lie further in the future than this
JUDGED = frozenset({"performed_at"})
"""`models/sanitizing.py` says of it which thing it belongs to."""
ON_THE_WAY = frozenset({"departed_at", "arrived_at"})


def require_in_time(event: HandlingEvent, now: datetime) -> None:
    """Refuse a fact that lies ahead and a plan that lies behind.

    Raises:
        InvalidField
    """
    if event.occurred_at is None:
        return
    if event.timing is Timing.ACTUAL:
        _require_past(event, event.occurred_at, now + CLOCK_TOLERANCE)
    if event.timing is Timing.PLANNED and event.occurred_at.date() < now.date():
        raise InvalidField(
            field="日時",
            problem="が過ぎています。予定には、今日からの日時を入力してください。",
        )


def _require_past(event: HandlingEvent, began: datetime, now: datetime) -> None:
    """Refuse an act that lies ahead, or whose end, transport or disposal does.

    Args:
        now: until when something can have been done.
    """
    if began > now:
        raise InvalidField(
            field="日時",
            problem="が先の時刻です。実績は起きた後に記録してください。"
            "これから行うことは、予定として登録できます。",
        )
    if event.ended_at is not None and event.ended_at > now:
        raise InvalidField(
            field=event.fields()["ended_at"].label,
            problem="が先の時刻です。終わってから記録してください。"
            "まだ終わっていないときは、始まりだけを記録してください。",
        )
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

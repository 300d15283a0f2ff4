"""When the office works: what lies outside stands out in the monthly look at the access log (A-13).

Each weekday has hours of its own, or is a day off; public holidays and the turn of the year are
days off whatever their weekday. A change is entered, because it decides what stands out.
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from models.codes import EventLevel, SystemEventKind
from models.commands import Change, creating
from models.errors import InvalidField
from models.journal import News
from models.records import SystemEvent
from models.store import Op, Query, Where
from models.workdays import is_holiday

if TYPE_CHECKING:
    from models.ledger import Ledger

WEEKDAYS = "月火水木金土日"
Hours = tuple[time, time] | None
USUAL: Hours = (time(7), time(21))


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours of the seven weekdays, Monday first; None is a day off."""

    days: tuple[Hours, ...] = (USUAL,) * 5 + (None, None)

    def __str__(self) -> str:
        return "、".join(
            f"{word} {_words(hours)}" for word, hours in zip(WEEKDAYS, self.days, strict=True)
        )

    @property
    def spelled(self) -> str:
        """How an entry keeps them."""
        return " ".join(_spelled(hours) for hours in self.days)

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment, as the clock on the wall shows it, lies within the hours."""
        hours = self.days[moment.weekday()]
        if hours is None or is_holiday(moment.date()):
            return False
        return hours[0] <= moment.time() < hours[1]


def read_hours(text: str) -> OfficeHours:
    """Read what `spelled` wrote; what nobody set, or cannot be read, is the usual.

    Raises:
        InvalidField: the hours of a day end before they begin.
    """
    parts = text.split()
    try:
        days = tuple(_read(part) for part in parts)
    except ValueError:
        return OfficeHours()
    if len(days) != len(WEEKDAYS):
        return OfficeHours()
    for word, hours in zip(WEEKDAYS, days, strict=True):
        if hours is not None and hours[0] >= hours[1]:
            raise InvalidField(
                field=f"利用する時間帯（{word}）",
                problem="は、終わりを始まりより後にしてください。",
            )
    return OfficeHours(days)


def office_hours(ledger: "Ledger") -> OfficeHours:
    """Return the hours of this ledger, as they were entered last."""
    kind = (Where("kind", Op.EQ, SystemEventKind.HOURS_CHANGED),)
    query = Query(SystemEvent.type, kind, order=(("occurred_at", True),))
    found = ledger.store.find(SystemEvent, query, limit=1)
    return read_hours(found[0].record.value) if found else OfficeHours()


def change_office_hours(ledger: "Ledger", hours: OfficeHours) -> Change:
    """Enter other hours.

    Raises:
        NotPermitted, InvalidField
    """
    ledger.require("settings")
    read_hours(hours.spelled)
    words = f"利用する時間帯を「{hours}」に変えました。前は「{office_hours(ledger)}」です。"
    news = News(SystemEventKind.HOURS_CHANGED, EventLevel.INFO, words, hours.spelled)
    return ledger.commit([creating(ledger.journal.event(news))])


def _read(part: str) -> Hours:
    if part == "-":
        return None
    opens, _, closes = part.partition("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def _spelled(hours: Hours) -> str:
    return "-" if hours is None else f"{hours[0]:%H:%M}-{hours[1]:%H:%M}"


def _words(hours: Hours) -> str:
    return "休み" if hours is None else f"{hours[0]:%H:%M}～{hours[1]:%H:%M}"

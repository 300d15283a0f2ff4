"""The hours in which a client allows work on its premises: read, checked when entered, compared (CB-9.2).

Weekday and times are texts of the contract. What could never match (「平日」, 「9時半」) is refused
when it is entered; where an older entry says so, nothing is judged by hours that nobody can read,
and the contract is asked to be corrected.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from models.errors import Refused
from models.records import Contract, HandlingEvent
from models.records.frame import DesignatedHours
from models.wareki import WEEKDAYS

if TYPE_CHECKING:
    from models.rules.case import Case

Minutes = int  # since midnight; 24:00 is the end of a day
DAY: Minutes = 24 * 60
_WEEKDAY = re.compile(f"([{WEEKDAYS}])(?:曜日?)?")
_TIME = re.compile(r"(\d{1,2})(?::(\d{2})|時(?:(\d{1,2})分)?)")
WEEKDAY = (
    "「曜日」は、月・火・水・木・金・土・日のどれか一つを入力してください（「{0}」とは比べられません）。"
    "二つ以上の曜日は、1行に一つずつ入力します。"
)
TIME = "「{0}」は、「9:00」の形で入力してください（「{1}」とは比べられません）。"
TURNED = (
    "「終了」が「開始」より後になっていません。夜をまたぐ時間は、「24:00」までの行と、"
    "次の曜日の「0:00」からの行に分けて入力してください。"
)
UNREAD = (
    "契約の「指定された作業時間」に読み取れない行（{0}）があるため、取扱いの時間を比べていません。"
    "契約を訂正して、曜日と時間を入力し直してください。"
)


# --- reading -------------------------------------------------------------------------------------


def weekday_of(typed: str) -> str:
    """Return the weekday as one character, "" where the text names no single one."""
    found = _WEEKDAY.fullmatch(_bare(typed))
    return found[1] if found else ""


def minutes_of(typed: str) -> Minutes | None:
    """Return a time of day, None where the text is none."""
    found = _TIME.fullmatch(_bare(typed))
    if found is None:
        return None
    minutes = int(found[2] or found[3] or 0)
    whole = int(found[1]) * 60 + minutes
    return whole if minutes < 60 and whole <= DAY else None


def mistakes(hours: DesignatedHours) -> Iterator[str]:
    """Yield why a row can never be compared with an act."""
    if not weekday_of(hours.weekday):
        yield WEEKDAY.format(hours.weekday)
    opens, closes = minutes_of(hours.opens), minutes_of(hours.closes)
    for label, typed, read in (("開始", hours.opens, opens), ("終了", hours.closes, closes)):
        if read is None:
            yield TIME.format(label, typed)
    if opens is not None and closes is not None and closes <= opens:
        yield TURNED


def allow(hours: Iterable[DesignatedHours], began: datetime, ended: datetime) -> bool:
    """Tell whether all of an act lies in the hours, on each day on its own."""
    hours = tuple(hours)
    day = began.replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= ended:
        first = _minutes(began.time()) if began > day else 0
        tomorrow = day + timedelta(days=1)
        last = _minutes(ended.time()) if ended < tomorrow else DAY
        over = began < ended == day  # at midnight; nothing of this day is in it
        if not over and not _lie_in(hours, day, first, last):
            return False
        day = tomorrow
    return True


# --- at the counter ------------------------------------------------------------------------------


def require_readable(contract: Contract, known: Contract | None) -> None:
    """Refuse new rows that no act could be compared with; rows that stand already may stay.

    Raises:
        Refused
    """
    stand = known.designated_hours if known is not None else ()
    found = [
        f"「指定された作業時間」の{number}行目：{mistake}"
        for number, one in enumerate(contract.designated_hours, 1)
        if one not in stand
        for mistake in mistakes(one)
    ]
    if found:
        raise Refused(reason="\n".join(found))


def unread(contract: Contract) -> str:
    """Return that a contract has rows that cannot be compared, "" where all can."""
    rows = [
        f"{one.weekday} {one.opens}～{one.closes}"
        for one in contract.designated_hours
        if next(mistakes(one), "")
    ]
    return UNREAD.format("、".join(rows)) if rows else ""


def told_of(case: "Case") -> str:
    """Return what is told with work on the client's premises whose hours nobody can read."""
    return unread(case.contract) if case.event is not None and is_on_site(case) else ""


def is_on_site(case: "Case") -> bool:
    """Tell whether an act is work on the client's premises."""
    event = case.event_of()
    return event is not None and (
        case.on_site(event.place_from_id) or case.on_site(event.place_to_id)
    )


def outside(case: "Case") -> str:
    """Return the weekday on which an act lies outside the hours, "" where none does.

    An end on another day, of an act or of a use that began before, is asked about when it is
    entered; older programs compared the times of day alone, and what they let pass stays so.
    """
    event, hours = case.event, case.contract.designated_hours
    if event is None or event.occurred_at is None or not hours or unread(case.contract):
        return ""
    began, ended = event.occurred_at, event.ended_at or event.occurred_at
    ended = max(ended.astimezone(began.tzinfo), began)
    if case.asker:
        began = min(_begun(case, event) or began, began).astimezone(began.tzinfo)
        inside = allow(hours, began, ended)
    else:
        inside = _lie_in(hours, began, _minutes(began.time()), _minutes(ended.time()))
    return "" if inside else WEEKDAYS[began.weekday()]


# --- helpers -------------------------------------------------------------------------------------


def _begun(case: "Case", event: HandlingEvent) -> datetime | None:
    """Return when the use began that an act ends."""
    begun = case.books.find(HandlingEvent, event.related_event_id)
    same = begun is not None and begun.kind is event.kind and case.on_site(begun.place_from_id)
    return begun.occurred_at if begun is not None and same else None


def _lie_in(hours: Iterable[DesignatedHours], day: datetime, first: Minutes, last: Minutes) -> bool:
    return any(opens <= first and last <= closes for opens, closes in _spans(hours, day))


def _spans(hours: Iterable[DesignatedHours], day: datetime) -> Iterator[tuple[Minutes, Minutes]]:
    """Yield the spans of a day; what follows without a gap is one."""
    weekday = WEEKDAYS[day.weekday()]
    found = sorted(
        (opens, closes)
        for one in hours
        if weekday_of(one.weekday) == weekday
        and (opens := minutes_of(one.opens)) is not None
        and (closes := minutes_of(one.closes)) is not None
    )
    start, end = found[0] if found else (0, 0)
    for opens, closes in found[1:]:
        if opens > end:
            yield start, end
            start = opens
        end = max(end, closes)
    if found:
        yield start, end


def _minutes(at: time) -> Minutes:
    return at.hour * 60 + at.minute


def _bare(typed: str) -> str:
    return "".join(unicodedata.normalize("NFKC", typed).split())

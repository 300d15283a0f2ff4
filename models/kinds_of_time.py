"""Days and moments as kinds of fields: typed by era or western year, kept as ISO text.

A moment keeps the offset in which it was told, and sorts by the instant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any, ClassVar

from models import wareki
from models.errors import InvalidField
from models.kinds import Kind
from models.wareki import JAPAN


@dataclass(frozen=True)
class Day(Kind):
    """A calendar date; typed in western or era form, shown in era form (records.md 8.6)."""

    empty: ClassVar[Any] = None
    first: ClassVar[date] = date(1868, 10, 23)
    last: ClassVar[date] = date(2199, 12, 31)

    def parse(self, typed: str) -> date | None:
        if not typed.strip(" \t　"):
            return None
        try:
            return wareki.parse_date(typed)
        except InvalidField as error:
            raise ValueError(str(error.facts["problem"])) from error

    def format(self, value: date | None) -> str:
        return "" if value is None else wareki.format_wareki(value)

    def fine(self, value: Any) -> bool:
        return type(value) is date and self.first <= value <= self.last

    def problems(self, value: Any) -> Iterator[str]:
        if value is None:
            return
        if not isinstance(value, date) or isinstance(value, datetime):
            yield "は日付で入力してください。"
        elif not self.first <= value <= self.last:
            yield "の日付が範囲の外です。年を確かめてください。"

    def to_json(self, value: date) -> str:
        return value.isoformat()

    def from_json(self, data: str) -> date:
        try:
            return date.fromisoformat(data)
        except (TypeError, ValueError) as error:
            raise ValueError("は日付（例 2026-11-21）で入力してください。") from error


@dataclass(frozen=True)
class Moment(Kind):
    """A time with its offset from UTC; sorted by the instant, shown as the local time it was."""

    empty: ClassVar[Any] = None

    def parse(self, typed: str) -> datetime | None:
        if not typed.strip(" \t　"):
            return None
        try:
            moment = wareki.parse_datetime(typed)
        except InvalidField as error:
            raise ValueError(str(error.facts["problem"])) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)

    def format(self, value: datetime | None) -> str:
        if value is None:
            return ""
        return wareki.format_moment(value)

    def fine(self, value: Any) -> bool:
        return (
            type(value) is datetime
            and not _beside_the_minute(value)
            and Day.first.year < value.year <= Day.last.year
        )

    def problems(self, value: Any) -> Iterator[str]:
        if value is None:
            return
        if not isinstance(value, datetime) or value.tzinfo is None:
            yield "は日時で入力してください。"
        elif _beside_the_minute(value):
            yield "の時差は、時と分（例 +09:00）で入力してください。"
        else:
            yield from Day().problems(value.date())

    def to_json(self, value: datetime) -> str:
        return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")

    def from_json(self, data: str) -> datetime:
        try:
            moment = datetime.fromisoformat(data)
        except (TypeError, ValueError) as error:
            raise ValueError(
                "は日時（例 2026-11-21T10:30:00+09:00）で入力してください。"
            ) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)

    def to_column(self, value: datetime | None) -> str | None:
        if value is None:
            return None
        offset = int((value.utcoffset() or timedelta()).total_seconds() // 60)
        utc = value.astimezone(UTC)
        return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z{offset:+d}"

    def from_column(self, stored: str | None) -> datetime | None:
        if stored is None:
            return None
        instant, offset = stored.split("Z")
        shift, suffix = _offset(offset)
        return datetime.fromisoformat(instant + suffix) + shift  # five times faster than replace()


def _beside_the_minute(value: datetime) -> bool:
    """Tell whether the offset, in minutes in every entry, is none or has seconds."""
    offset = value.utcoffset()
    return offset is None or bool(offset.seconds % 60 or offset.microseconds)


@cache
def _offset(minutes: str) -> tuple[timedelta, str]:
    """Read an offset once: a check over a whole register reads hundreds of thousands."""
    shift = timedelta(minutes=int(minutes))
    return shift, f"{datetime.min.replace(tzinfo=timezone(shift)):%z}"

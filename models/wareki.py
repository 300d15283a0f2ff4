"""Japanese calendar: print dates with their era, and read every date and time a clerk types.

Everything here is plain calculation on `datetime.date` and `datetime.time`. Dates before 1873, when
Japan still used the lunar calendar, are counted in the Gregorian calendar like all others.
Excel serial numbers are the business of the table reader.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

from models.errors import InvalidField


@dataclass(frozen=True)
class Era:
    """One era: its name, the letter of short dates, and the first day it was in force."""

    name: str
    letter: str
    start: date

    def year_of(self, day: date) -> int:
        """Return the year of this era in which `day` lies (1 is 元年)."""
        return day.year - self.start.year + 1


ERAS: Final[tuple[Era, ...]] = (
    Era("令和", "R", date(2019, 5, 1)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("昭和", "S", date(1926, 12, 25)),
    Era("大正", "T", date(1912, 7, 30)),
    Era("明治", "M", date(1868, 1, 25)),
)
"""Newest first. 明治 begins with the day its proclamation counted back to (明治元年1月1日)."""

WEEKDAYS: Final = "月火水木金土日"

_JAPAN_OFFSET: Final = timedelta(hours=9)
JAPAN: Final = timezone(_JAPAN_OFFSET, "JST")
"""The zone of the ledger's clock, whatever the PC is set to: days, terms and eras are Japan's."""

_EXAMPLES: Final = "（例：令和8年11月21日、R8.11.21、2026/11/21）"
_TIME_EXAMPLES: Final = "（例：10:14、10時14分、午後3時5分）"


# --- print ------------------------------------------------------------------------------------


def era_of(day: date) -> Era | None:
    """Return the era in force on `day`, None before 明治."""
    return next((era for era in ERAS if era.start <= day), None)


def format_wareki_year(day: date) -> str:
    """Print the year alone: 令和8年, and 令和元年 for the first."""
    era = era_of(day)
    if era is None:
        return f"{day.year}年"
    year = era.year_of(day)
    return f"{era.name}{'元' if year == 1 else year}年"


def format_wareki(day: date) -> str:
    """Print 令和8年11月21日; a day before 明治 keeps its western year."""
    return f"{format_wareki_year(day)}{day.month}月{day.day}日"


def format_western(day: date) -> str:
    """Print 2026年11月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


def format_both(day: date) -> str:
    """Print 令和7年6月1日（2025年6月1日）."""
    if era_of(day) is None:
        return format_western(day)
    return f"{format_wareki(day)}（{format_western(day)}）"


def format_short(day: date) -> str:
    """Print R8.11.21, for narrow columns."""
    era = era_of(day)
    year = f"{era.letter}{era.year_of(day)}" if era else str(day.year)
    return f"{year}.{day.month}.{day.day}"


def by_japans_clock(moment: datetime) -> bool:
    """Tell whether a moment shows the time of Japan; one without a zone does."""
    return moment.utcoffset() in (None, _JAPAN_OFFSET)


def format_clock(moment: datetime, form: str = "%H:%M") -> str:
    """Print 10:30 as the clock stood where it was entered, on every PC the same.

    A clock that was not Japan's says its offset: 22:30（UTC-05:00）.
    """
    if by_japans_clock(moment):
        return f"{moment:{form}}"
    offset = moment.utcoffset() or timedelta()
    sign, minutes = "-" if offset < timedelta() else "+", abs(offset) // timedelta(minutes=1)
    return f"{moment:{form}}（UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}）"


def format_moment(moment: datetime) -> str:
    """Print 令和8年11月21日 10:30."""
    return f"{format_wareki(moment.date())} {format_clock(moment)}"


def format_short_moment(moment: datetime, form: str = "%H:%M") -> str:
    """Print R8.11.21 10:30, for narrow columns."""
    return f"{format_short(moment.date())} {format_clock(moment, form)}"


def format_weekday(day: date) -> str:
    """Print the weekday as one character, 月 to 日."""
    return WEEKDAYS[day.weekday()]


def fiscal_year(day: date) -> int:
    """Return the calendar year in whose April the fiscal year (年度) of `day` began."""
    return day.year if day.month >= 4 else day.year - 1


def format_fiscal_year(day: date) -> str:
    """Print 令和8年度.

    A fiscal year keeps one name from April to March, or number series would break in the middle:
    the era of 1 May decides, so that 2019 is 令和元年度 as the government ruled.
    """
    return f"{format_wareki_year(date(fiscal_year(day), 5, 1))}度"


def format_fiscal_number(day: date, number: int) -> str:
    """Print 令和8年度 第12号."""
    return f"{format_fiscal_year(day)} 第{number}号"


# --- read dates -------------------------------------------------------------------------------

_GAP = r"\s*[-/.・\u30fc\u2010-\u2015\u2212]\s*"
_NUMBER = r"\d{1,2}"
_ERA = r"(?P<era>明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr])"
_ERA_YEAR = rf"{_ERA}\s*\.?\s*(?P<year>元|\d{{1,2}})"
_MONTH_DAY = rf"年\s*(?P<month>{_NUMBER})\s*月\s*(?P<day>{_NUMBER})\s*日?"
_GAP_MONTH_DAY = rf"{_GAP}(?P<month>{_NUMBER}){_GAP}(?P<day>{_NUMBER})"
_COMPACT_MONTH_DAY = r"(?P<month>\d{2})(?P<day>\d{2})"
_DATES: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"{_ERA_YEAR}\s*{_MONTH_DAY}",
        rf"{_ERA}(?:{_GAP})?\s*(?P<year>元|\d{{1,2}}){_GAP_MONTH_DAY}",
        rf"{_ERA}\s*(?P<year>\d{{2}}){_COMPACT_MONTH_DAY}",
        rf"(?:西暦\s*)?(?P<year>\d{{4}})\s*{_MONTH_DAY}",
        rf"(?P<year>\d{{4}}){_GAP_MONTH_DAY}",
        rf"(?P<year>\d{{4}}){_COMPACT_MONTH_DAY}",
    )
)
_WEEKDAY: Final = re.compile(
    r"\s*[(\[]?\s*(?P<weekday>[月火水木金土日])(?:曜日?)?(?:・?祝)?\s*[)\]]?$"
)
_MIDNIGHT: Final = re.compile(r"[\sT]+0{1,2}:00(?::00(?:\.0+)?)?$")
_NO_ERA: Final = re.compile(rf"{_NUMBER}(?:{_GAP}|年){_NUMBER}(?:{_GAP}|月){_NUMBER}日?|\d{{6}}")
_NO_YEAR: Final = re.compile(rf"{_NUMBER}(?:{_GAP}|\s*月\s*){_NUMBER}\s*日?")

_KANJI_DIGITS: Final = {character: str(i) for i, character in enumerate("〇一二三四五六七八九")}
_KANJI_RUN: Final = re.compile("[〇零一二三四五六七八九十]+(?=[年月日時分秒])")


def parse_date(text: str, *, field: str = "日付") -> date:
    """Read a date as a clerk types it or a spreadsheet shows it.

    Full and half width, 元年, one-letter eras, era ligatures (㋿), kanji numerals, missing zeros
    and a trailing weekday are forgiven. Two-digit years without an era are not guessed.

    Args:
        text: What was typed.
        field: Label of the field, for the message.

    Raises:
        InvalidField: Not a date, a date that does not exist, or an era that was not in force then.
    """
    plain = _plain(text)
    plain = _MIDNIGHT.sub("", plain)
    if match := _match_date(plain):
        return _build_date(match, field)
    weekday = _WEEKDAY.search(plain)
    if weekday and (match := _match_date(plain[: weekday.start()])):
        return _check_weekday(_build_date(match, field), weekday["weekday"], field)
    raise InvalidField(field=field, problem=_why_no_date(plain))


def _plain(text: str) -> str:
    """Fold widths, ligatures and kanji numerals before units."""
    folded = unicodedata.normalize("NFKC", text).strip()
    return _KANJI_RUN.sub(lambda match: _kanji_number(match[0]), folded)


def _kanji_number(kanji: str) -> str:
    """Turn 二十一 into 21 and 二〇二五 into 2025; leave what is no such number."""
    kanji = kanji.replace("零", "〇")
    if "十" not in kanji:
        return "".join(_KANJI_DIGITS[character] for character in kanji)
    tens, _, ones = kanji.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return kanji
    return f"{_KANJI_DIGITS.get(tens, '1')}{_KANJI_DIGITS.get(ones, '0')}"


def _match_date(plain: str) -> re.Match[str] | None:
    matches = (pattern.fullmatch(plain) for pattern in _DATES)
    return next((match for match in matches if match), None)


def _build_date(match: re.Match[str], field: str) -> date:
    parts = match.groupdict()
    year = 1 if parts["year"] == "元" else int(parts["year"])
    month, day = int(parts["month"]), int(parts["day"])
    if not parts.get("era"):
        return _existing_date(year, month, day, f"{year}年", field)
    era = _era_named(parts["era"])
    named = f"{era.name}{'元' if year == 1 else year}年"
    if year == 0:
        raise InvalidField(
            field=field, problem=f"の{era.name}0年という年はありません。年を確かめてください。"
        )
    built = _existing_date(era.start.year + year - 1, month, day, named, field)
    if era_of(built) != era:
        raise InvalidField(field=field, problem=_wrong_era(f"{named}{month}月{day}日", built))
    return built


def _era_named(name: str) -> Era:
    return next(era for era in ERAS if name.upper() == era.letter or era.name.startswith(name))


def _existing_date(year: int, month: int, day: int, named: str, field: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as exc:
        problem = f"の{named}{month}月{day}日という日はありません。年月日を確かめてください。"
        raise InvalidField(field=field, problem=problem) from exc


def _wrong_era(typed: str, meant: date) -> str:
    return (
        f"の{typed}は、その元号の期間に入っていません。"
        f"正しくは{format_both(meant)}です。元号と年を確かめてください。"
    )


def _check_weekday(day: date, weekday: str, field: str) -> date:
    """Refuse a weekday that contradicts the date: one of the two was mistyped."""
    if weekday == format_weekday(day):
        return day
    problem = (
        f"の曜日が合いません。{format_wareki(day)}は{format_weekday(day)}曜日です。"
        "日付と曜日のどちらが正しいか確かめてください。"
    )
    raise InvalidField(field=field, problem=problem)


def _why_no_date(plain: str) -> str:
    if not plain:
        return f"が空です。日付を入力してください{_EXAMPLES}。"
    if _NO_ERA.fullmatch(plain):
        return (
            "の年が元号か西暦か分かりません。"
            f"元号を付けるか、西暦を4桁で入力してください{_EXAMPLES}。"
        )
    if _NO_YEAR.fullmatch(plain):
        return f"に年がありません。年から入力してください{_EXAMPLES}。"
    return f"は日付として読めません。年月日を入力してください{_EXAMPLES}。"


# --- read times -------------------------------------------------------------------------------

_HALF_DAY = r"(?P<half>午前|午後|[AaPp]\.?[Mm]\.?)"
_CLOCK = (
    r"(?P<hour>\d{1,2})\s*(?:時\s*(?:(?P<half_hour>半)|(?P<minute>\d{1,2})\s*(?:分|(?=$|\s))"
    r"(?:\s*(?P<second>\d{1,2})\s*秒)?)?"
    r"|:\s*(?P<minute2>\d{2})(?::(?P<second2>\d{2})(?:\.(?P<fraction>\d{1,6})\d*)?)?)"
)
_TIMES: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"(?:{_HALF_DAY}\s*)?{_CLOCK}",
        rf"{_CLOCK}\s*{_HALF_DAY}",
        r"(?P<hour>\d{2})(?P<minute>\d{2})",
    )
)
_OFFSET: Final = re.compile(
    r"\s*\(UTC(?P<sign>[+-])(?P<hours>[01]\d|2[0-3]):(?P<minutes>[0-5]\d)\)$", re.ASCII
)
_TIME_TAIL: Final = re.compile(
    r"(?:(?:午前|午後|[AaPp][Mm])\s*)?\d{1,2}\s*(?::|時).*$|正午$|(?<=\s)\d{4}$"
)


def parse_time(text: str, *, field: str = "時刻") -> time:
    """Read a time of day: 10:14, １０：４６, 10時14分, 9時, 9時半, 午後3時5分, 3:05 PM, 0914, 正午.

    24:00 and later are refused (the next day must be named), and so are 午前12時 and 午後12時,
    which the law and common usage read differently.

    Raises:
        InvalidField: Not a time, or not a time of one day.
    """
    plain = unicodedata.normalize("NFKC", _plain(text))
    if plain == "正午":
        return time(12)
    matches = (pattern.fullmatch(plain) for pattern in _TIMES)
    match = next((match for match in matches if match), None)
    if match is None:
        raise InvalidField(field=field, problem=_why_no_time(plain))
    return _build_time(match, field)


def _why_no_time(plain: str) -> str:
    if not plain:
        return f"が空です。時刻を入力してください{_TIME_EXAMPLES}。"
    return f"は時刻として読めません。時と分を入力してください{_TIME_EXAMPLES}。"


def _build_time(match: re.Match[str], field: str) -> time:
    parts = match.groupdict()
    minute = 30 if parts.get("half_hour") else int(parts.get("minute") or parts.get("minute2") or 0)
    second = int(parts.get("second") or parts.get("second2") or 0)
    fraction = int((parts.get("fraction") or "").ljust(6, "0"))
    hour = _hour_of_day(int(parts["hour"]), parts.get("half"), field)
    try:
        return time(hour, minute, second, fraction)
    except ValueError as exc:
        problem = (
            f"の{hour}時{minute}分という時刻はありません。0:00から23:59までで入力してください。"
            "深夜0時を過ぎたときは、翌日の日付にしてください。"
        )
        raise InvalidField(field=field, problem=problem) from exc


def _hour_of_day(hour: int, half: str | None, field: str) -> int:
    """Add twelve hours in the afternoon; 12 itself is clear in English only."""
    if half is None:
        return hour
    afternoon = half == "午後" or half[0] in "Pp"
    if hour == 12 and half not in ("午前", "午後"):
        return 12 if afternoon else 0
    if hour >= 12:
        problem = (
            f"の{half}{hour}時は読み違えるおそれがあります。"
            "24時間制で入力してください（例：12:30、0:30）。"
        )
        raise InvalidField(field=field, problem=problem)
    return hour + 12 if afternoon else hour


def parse_datetime(text: str, *, field: str = "日時") -> datetime:
    """Read a date followed by a time, with a space, a T or nothing between them.

    What a clerk types is the clock on the wall, and the result carries no time zone; only an
    offset that stands behind it, as `format_clock` prints it, is kept.

    Raises:
        InvalidField: One of the two is missing or wrong.
    """
    plain = _plain(text)
    if offset := _OFFSET.search(plain):
        shift = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"]))
        zone = timezone(-shift if offset["sign"] == "-" else shift)
        return parse_datetime(plain[: offset.start()], field=field).replace(tzinfo=zone)
    tail = _TIME_TAIL.search(plain)
    if tail is None:
        day = parse_date(plain, field=field)
        problem = (
            f"に時刻がありません。{format_wareki(day)}に続けて"
            f"時刻を入力してください{_TIME_EXAMPLES}。"
        )
        raise InvalidField(field=field, problem=problem)
    day = parse_date(plain[: tail.start()].removesuffix("T").rstrip(), field=field)
    return datetime.combine(day, parse_time(tail[0], field=field))

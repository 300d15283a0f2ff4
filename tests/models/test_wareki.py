"""Dates and times: printed with the era, read from everything a clerk types."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import wareki
from models.errors import InvalidField

SINCE_MEIJI = st.dates(min_value=date(1868, 1, 25), max_value=date(2117, 12, 31))


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        (date(2026, 11, 21), "令和8年11月21日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1868, 1, 24), "1868年1月24日"),
    ],
)
def test_each_era_begins_on_its_day_with_gannen(day: date, printed: str) -> None:
    assert wareki.format_wareki(day) == printed


def test_both_calendars_stand_side_by_side() -> None:
    assert wareki.format_both(date(2025, 6, 1)) == "令和7年6月1日（2025年6月1日）"


@pytest.mark.parametrize(
    ("day", "year", "printed"),
    [
        (date(2026, 4, 1), 2026, "令和8年度"),
        (date(2027, 3, 31), 2026, "令和8年度"),
        (date(2026, 3, 31), 2025, "令和7年度"),
        (date(2019, 4, 1), 2019, "令和元年度"),
        (date(2020, 3, 31), 2019, "令和元年度"),
        (date(1989, 2, 1), 1988, "昭和63年度"),
    ],
)
def test_a_fiscal_year_keeps_one_name_from_april_to_march(
    day: date, year: int, printed: str
) -> None:
    assert wareki.fiscal_year(day) == year
    assert wareki.format_fiscal_year(day) == printed


def test_fiscal_number_is_the_number_of_the_paper() -> None:
    assert wareki.format_fiscal_number(date(2026, 11, 21), 12) == "令和8年度 第12号"


@pytest.mark.parametrize(
    "typed",
    [
        "2025/4/3",
        "2025/04/03",
        "２０２５／４／３",
        "2025-04-03",
        "２０２５ー４ー３",
        "20250403",
        "２０２５０４０３",
        "2025.4.3",
        "R7.4.3",
        "r7-4-3",
        "Ｒ７．４．３",
        "R7年4月3日",
        "R070403",
        "令7．４．３",
        "令和７年４月３日",
        "令和 7年 4月 3日",
        "㋿7年4月3日",
        "令和七年四月三日",
        "二〇二五年四月三日",
        "西暦2025年4月3日",
        "2025年4月3日",
        "2025年4月3日（木）",
        "2025年4月3日　木曜日",
        "2025/4/3㈭",
        " 2025/4/3　",
        "2025-04-03 00:00:00",
    ],
)
def test_every_way_of_writing_a_day_is_read(typed: str) -> None:
    assert wareki.parse_date(typed) == date(2025, 4, 3)


@pytest.mark.parametrize("typed", ["平成31年4月30日", "H31.4.30", "㍻31.4.30", "平31・4・30"])
def test_the_last_day_of_heisei_is_read(typed: str) -> None:
    assert wareki.parse_date(typed) == date(2019, 4, 30)


@pytest.mark.parametrize("typed", ["令和元年5月1日", "令和元.5.1", "R1.5.1", "R元.5.1"])
def test_gannen_is_year_one(typed: str) -> None:
    assert wareki.parse_date(typed) == date(2019, 5, 1)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("平成32年4月3日", "令和2年4月3日"),
        ("平成31年5月1日", "令和元年5月1日"),
        ("令和元年4月30日", "平成31年4月30日"),
        ("S64.1.8", "平成元年1月8日"),
        ("R0.1.1", "令和0年"),
        ("2025/2/29", "2025年2月29日という日はありません"),
        ("令和7年13月1日", "令和7年13月1日という日はありません"),
        ("R7.4.3（金）", "木曜日です"),
        ("7.4.3", "元号か西暦か"),
        ("25/4/3", "元号か西暦か"),
        ("070403", "元号か西暦か"),
        ("4月3日", "年がありません"),
        ("", "空です"),
        ("来月末", "読めません"),
        ("2025/4/3 10:14", "読めません"),
        ("٢٠٢٥/٤/٣", "読めません"),
    ],
)
def test_a_wrong_day_is_refused_with_a_sentence_that_helps(typed: str, said: str) -> None:
    with pytest.raises(InvalidField) as caught:
        wareki.parse_date(typed, field="取扱日")
    assert said in str(caught.value)
    assert str(caught.value).startswith("「取扱日」")


@given(SINCE_MEIJI)
def test_what_is_printed_is_read_back(day: date) -> None:
    assert wareki.parse_date(wareki.format_wareki(day)) == day
    assert wareki.parse_date(wareki.format_western(day)) == day
    assert wareki.parse_date(wareki.format_short(day)) == day
    weekday = wareki.format_weekday(day)
    assert wareki.parse_date(f"{wareki.format_wareki(day)}（{weekday}）") == day
    assert wareki.parse_date(day.isoformat()) == day


@given(st.text(alphabet="令和平成RH元年月日0123456789０１２／/.-十〇（木）: T", max_size=16))
def test_any_text_is_a_date_or_a_refusal(typed: str) -> None:
    try:
        assert isinstance(wareki.parse_date(typed), date)
    except InvalidField as refusal:
        assert str(refusal).endswith("。")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("10:14", time(10, 14)),
        ("１０：４６", time(10, 46)),
        ("10時14分", time(10, 14)),
        ("10時14", time(10, 14)),
        ("9時", time(9)),
        ("9時半", time(9, 30)),
        ("午後3時5分", time(15, 5)),
        ("午後0時5分", time(12, 5)),
        ("午前0:05", time(0, 5)),
        ("3:05 PM", time(15, 5)),
        ("12:05am", time(0, 5)),
        ("正午", time(12)),
        ("0914", time(9, 14)),
        ("10:14:30", time(10, 14, 30)),
        ("10時14分30秒", time(10, 14, 30)),
        ("十時五分", time(10, 5)),
    ],
)
def test_every_way_of_writing_a_time_is_read(typed: str, read: time) -> None:
    assert wareki.parse_time(typed) == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("25:10", "25時10分という時刻はありません"),
        ("24:00", "翌日の日付"),
        ("10:75", "という時刻はありません"),
        ("午後12時", "24時間制"),
        ("午後13時", "24時間制"),
        ("9:5", "読めません"),
        ("夕方", "読めません"),
        ("", "空です"),
    ],
)
def test_a_wrong_time_is_refused_with_a_sentence_that_helps(typed: str, said: str) -> None:
    with pytest.raises(InvalidField, match=said):
        wareki.parse_time(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "2025/4/3 15:05",
        "2025-04-03T15:05",
        "2025-04-03 15:05:00",
        "20250403 1505",
        "令和7年4月3日15時5分",
        "R7.4.3（木）午後3時5分",
        "２０２５／４／３　１５：０５",
    ],
)
def test_day_and_time_in_one_cell_are_read(typed: str) -> None:
    assert wareki.parse_datetime(typed) == datetime(2025, 4, 3, 15, 5)


def test_a_moment_without_a_time_is_refused() -> None:
    with pytest.raises(InvalidField, match="時刻がありません"):
        wareki.parse_datetime("2025/4/3")


@given(SINCE_MEIJI, st.times())
def test_a_printed_moment_is_read_back(day: date, clock: time) -> None:
    clock = clock.replace(microsecond=0)
    assert wareki.parse_datetime(f"{wareki.format_wareki(day)} {clock}") == datetime.combine(
        day, clock
    )

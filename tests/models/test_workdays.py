"""Working days: weekends, national holidays and the turn of the year do not count."""

from datetime import date

import pytest

from models import workdays


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 23), False),  # 勤労感謝の日
        (date(2026, 9, 22), False),  # 国民の休日 between two holidays
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 4), True),
    ],
)
def test_when_offices_are_open(day: date, open_: bool) -> None:
    assert workdays.is_workday(day) is open_


def test_three_working_days_over_the_new_year_are_a_week() -> None:
    assert workdays.after(date(2026, 12, 28), 3) == date(2027, 1, 6)
    assert workdays.after(date(2026, 11, 20), 0) == date(2026, 11, 20)


def test_what_happened_on_the_first_day_in_time_is_in_time_and_the_day_before_is_late() -> None:
    today = date(2026, 11, 25)  # Wednesday after a long weekend
    first = workdays.first_not_late(today, 3)
    assert workdays.after(first, 3) >= today
    assert workdays.after(first - workdays.DAY, 3) < today
    assert first == date(2026, 11, 19)


def test_beforehand_is_the_last_working_day_before() -> None:
    assert workdays.day_before(date(2026, 11, 24)) == date(2026, 11, 20)

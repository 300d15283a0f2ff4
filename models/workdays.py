"""Working days (営業日): neither weekend nor national holiday nor the turn of the year.

The texts say 直ちに and 速やかに; the profile makes days of them, and an office counts the days on
which it is open. 29 December to 3 January is the rest of public offices (行政機関の休日に関する法律).
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import cache

import jpholiday

DAY = timedelta(days=1)


@cache
def is_workday(day: date) -> bool:
    """Tell whether offices are open on a day."""
    return day.weekday() < 5 and not is_holiday(day)


@cache
def is_holiday(day: date) -> bool:
    """Tell whether a day is a public holiday or of the turn of the year; Sunday is neither."""
    turn_of_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return turn_of_year or jpholiday.is_holiday(day)


def after(day: date, workdays: int) -> date:
    """Return the day on which so many working days after `day` have passed; 0 is the day itself."""
    while workdays > 0:
        day += DAY
        workdays -= is_workday(day)
    return day


def days_after(day: date, days: int) -> date:
    """Return the day so many calendar days after another."""
    return day + timedelta(days=days)


def first_not_late(today: date, workdays: int) -> date:
    """Return the earliest day whose limit of so many working days has not passed yet today."""
    day = today
    while after(day - DAY, workdays) >= today:
        day -= DAY
    return day


def day_before(day: date) -> date:
    """Return the last working day before a day (事前)."""
    day -= DAY
    while not is_workday(day):
        day -= DAY
    return day


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

"""When lines were written, told by their order: dates that cannot be true find their month."""

from datetime import date, datetime, timedelta

import pytest

from models.access import Stretch
from models.access_order import Astray, Span, astray, months_of, months_written, written_in
from models.wareki import JAPAN

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def stretches(*days: str) -> list[Stretch]:
    """Return ten lines for each day, in this order."""
    made = []
    for place, day in enumerate(days):
        began = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=JAPAN)
        first = place * 10 + 1
        made.append(Stretch(first, first + 9, began, began + timedelta(hours=8)))
    return made


HONEST = ("2026-10-08", "2026-10-20", "2026-11-02", "2026-11-20")


def test_honest_days_are_all_believed() -> None:
    assert astray(stretches(*HONEST)) == []
    assert written_in(stretches(*HONEST), NOVEMBER) == Span(21, 40)
    assert written_in(stretches(*HONEST), date(2026, 9, 1)) is None
    assert astray([]) == [] and months_written([]) == [] and written_in([], NOVEMBER) is None


@pytest.mark.parametrize("false", ["2026-10-12", "2027-03-03", "1970-01-01", "2026-11-05"])
def test_one_false_day_is_found_whichever_way_the_clock_was_set(false: str) -> None:
    days = stretches(*HONEST, false, "2026-11-21")
    assert astray(days) == [Astray(41, 50, date.fromisoformat(false), NOVEMBER)]
    assert written_in(days, NOVEMBER) == Span(21, 60)
    assert written_in(days, OCTOBER) == Span(1, 20)
    assert date.fromisoformat(false).replace(day=1) in months_of(days)
    assert months_written(days) == [OCTOBER, NOVEMBER]


def test_many_false_days_forward_outvote_nobody_once_the_clock_is_right() -> None:
    false = ("2027-03-03", "2027-03-04", "2027-03-05", "2027-03-06", "2027-03-07")
    days = stretches("2026-11-20", *false, "2026-11-21")
    assert [one.first for one in astray(days)] == [11, 21, 31, 41, 51]
    assert {one.month for one in astray(days)} == {NOVEMBER}


def test_a_day_back_and_one_forward_are_both_found() -> None:
    days = stretches(*HONEST, "2026-10-12", "2026-11-22", "2027-03-03", "2026-12-01")
    assert [(one.first, one.month.month) for one in astray(days)] == [(41, 11), (61, 12)]


def test_a_clock_put_right_by_a_minute_at_midnight_is_nothing() -> None:
    late = datetime(2026, 11, 20, 23, 59, 50, tzinfo=JAPAN)
    moments = (late, late + timedelta(seconds=40), late + timedelta(seconds=5))
    days = [Stretch(n, n, at, at) for n, at in enumerate(moments, 1)]
    assert astray(days) == []

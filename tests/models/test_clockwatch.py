"""The clock of the PC: what is flagged, and what is not (A-28)."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

import main
from models.clockwatch import ClockWatch
from models.codes import SystemEventKind

JAPAN = timezone(timedelta(hours=9))
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("last", "now", "flagged"),
    [
        (None, NOON, False),  # an empty ledger
        (NOON, NOON, False),  # equal
        (NOON, NOON + timedelta(milliseconds=1), False),
        (NOON, NOON - timedelta(minutes=2), False),  # what a time server puts right
        (NOON, NOON - timedelta(minutes=2, seconds=1), True),
        (NOON, NOON - timedelta(days=400), True),
        (NOON, NOON + timedelta(days=3), False),  # a long weekend is no jump
        (NOON, NOON.astimezone(UTC), False),  # the same moment in another time zone
        (NOON, NOON.replace(tzinfo=UTC) - timedelta(hours=8, minutes=59), False),
        (NOON, (NOON - timedelta(hours=1)).astimezone(UTC), True),
        (datetime(2028, 2, 29, 23, 59, tzinfo=JAPAN), datetime(2028, 3, 1, tzinfo=JAPAN), False),
        (datetime(2026, 12, 31, 23, 59, tzinfo=JAPAN), datetime(2027, 1, 1, tzinfo=JAPAN), False),
        (datetime(2038, 1, 19, 3, 14, tzinfo=UTC), datetime(2038, 1, 19, 3, 15, tzinfo=UTC), False),
        (datetime(2038, 1, 19, 3, 15, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), True),
    ],
)
def test_a_time_before_the_last_entry_is_flagged(
    last: datetime | None, now: datetime, flagged: bool
) -> None:
    news = ClockWatch().look(now, last)
    assert (news is not None) is flagged
    if news is not None:
        assert news.kind is SystemEventKind.CLOCK_BACK and "前を指して" in news.detail


def watched(*seconds: float) -> ClockWatch:
    """Return a watch whose steady clock shows these seconds, one after another."""
    return ClockWatch(iter(seconds).__next__)


@pytest.mark.parametrize(
    ("wall", "steady", "word"),
    [
        (timedelta(hours=14), 14 * 3600, ""),  # a night asleep
        (timedelta(minutes=5), 0, ""),
        (timedelta(minutes=5, seconds=1), 0, "進められ"),
        (timedelta(0), 301, "戻され"),  # an hour of work, and the same time on the wall
        (timedelta(minutes=1), 60 + 299, ""),
    ],
)
def test_the_wall_is_compared_with_the_clock_that_nobody_can_set(
    wall: timedelta, steady: float, word: str
) -> None:
    watch = watched(1000.0, 1000.0 + steady)
    assert watch.look(NOON, None) is None
    news = watch.look(NOON + wall, NOON)
    assert (news is not None) is bool(word)
    if news is not None:
        assert news.kind is SystemEventKind.CLOCK_JUMP and word in news.detail


def test_a_jump_is_told_until_it_is_entered_and_then_no_more() -> None:
    watch = watched(0.0, 1.0, 2.0, 3.0, 4.0)
    watch.look(NOON, None)
    later = NOON + timedelta(hours=2)
    assert watch.look(later, NOON) is not None
    assert watch.look(later + timedelta(seconds=1), later) is not None, "it could not be entered"
    watch.told(later + timedelta(seconds=2))
    assert watch.look(later + timedelta(seconds=3), later) is None


Looks = Iterator[tuple[float, timedelta]]


def noticed(looks: Looks) -> list[timedelta]:
    """Return after which true time a watch noticed something: steady seconds, and wall time passed."""
    steady = [0.0]
    watch, found = ClockWatch(lambda: steady[0]), []
    watch.look(NOON, None)
    last = NOON
    for seconds, wall in looks:
        steady[0] = seconds
        if watch.look(NOON + wall, last) is not None:
            found.append(timedelta(seconds=seconds))
            watch.told(NOON + wall)
        last = NOON + wall
    return found


def test_a_clock_that_is_put_back_before_every_entry_is_noticed() -> None:
    """Each step is less than anybody would notice; the wall stands still all day."""
    found = noticed((60.0 * minute, timedelta()) for minute in range(1, 600))
    assert len(found) == 99 and found[0] == timedelta(minutes=6)


def test_a_clock_that_runs_ahead_by_small_steps_is_noticed() -> None:
    step = timedelta(minutes=5, seconds=50)  # 4 min 50 s of it are not true
    found = noticed((60.0 * number, number * step) for number in range(1, 200))
    assert len(found) == 99 and found[0] == timedelta(minutes=2)


@pytest.mark.parametrize("per_day", [9, -9, 0])
def test_a_clock_that_drifts_as_clocks_do_is_no_jump(per_day: int) -> None:
    """A program that stands open for a year, on a PC whose crystal is off by a hundred millionths."""
    days = ((86400.0 * day, timedelta(days=day, seconds=per_day * day)) for day in range(1, 366))
    assert noticed(days) == []


def test_a_pc_that_sleeps_every_night_is_no_jump() -> None:
    """Both clocks go on: CLOCK_BOOTTIME on Linux, the tick count on Windows."""
    times = (86400.0 * day + hour for day in range(60) for hour in (0.0, 36000.0))
    assert noticed((at, timedelta(seconds=at)) for at in times) == []


def test_a_clock_that_stands_while_the_pc_sleeps_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steady = main._steady_clock()
    assert steady is not None and steady() >= 0
    monkeypatch.delattr("time.CLOCK_BOOTTIME", raising=False)
    for system, taken in (("posix", None), ("nt", time.monotonic)):
        monkeypatch.setattr(main, "os", SimpleNamespace(name=system))
        assert main._steady_clock() is taken

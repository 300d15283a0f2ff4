"""The clock of the PC: what is flagged, and what is not (A-28)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

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


def test_a_jump_is_told_once() -> None:
    watch = watched(0.0, 1.0, 2.0)
    watch.look(NOON, None)
    later = NOON + timedelta(hours=2)
    assert watch.look(later, NOON) is not None
    assert watch.look(later + timedelta(seconds=1), later) is None

"""The clock of the PC, looked at whenever something is entered (A-28, CM-5.7.5).

Order in the ledger is by number, never by time, so a wrong clock stops nothing. It is said and
entered: a time earlier than the entry or the line of the access log before, or a wall clock that ran differently from the clock
that counts since the PC was started. The two are compared over the whole run of the program, across
sign-ins: a clock that is put back a little before every entry stands still all day.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from models.codes import EventLevel, SystemEventKind
from models.journal import News
from models.records import SystemEvent
from models.store import Op, Query, Store, Where

Steady = Callable[[], float]
"""Seconds since the PC was started, also while it slept; nobody can set it."""

BACK = timedelta(minutes=2)  # less is the drift that a time server puts right
APART = timedelta(minutes=5)
DRIFT = timedelta(seconds=10) / timedelta(days=1)  # of a good clock: no crystal is quite right
LOOKED_BACK = 200  # entries


class ClockWatch:
    """Compares the clock on the wall with what was written last and with the steady clock.

    One lasts for a run of the program, and compares with its first look, or with the last one that
    was told of.
    """

    def __init__(self, steady: Steady | None = None) -> None:
        self._steady = steady
        self._first: tuple[datetime, float] | None = None

    def look(self, now: datetime, last: datetime | None) -> News | None:
        """Return what is to be entered about the clock, if anything; again until it was told.

        Args:
            last: the latest time of entries and lines of the access log; None in an empty ledger.
        """
        drift, allowed = self._drift(now)
        if last is not None and now < last - BACK:
            return News(
                SystemEventKind.CLOCK_BACK,
                EventLevel.WARN,
                f"PCの時計が、直前の記録より{_length(last - now)}前を指していました。",
                f"{int((now - last).total_seconds())}",
            )
        if abs(drift) > allowed:
            word = "進められ" if drift > timedelta() else "戻され"
            return News(
                SystemEventKind.CLOCK_JUMP,
                EventLevel.WARN,
                f"使用中に、PCの時計が{_length(abs(drift))}{word}ました。",
                f"{int(drift.total_seconds())}",
            )
        return None

    def told(self, now: datetime) -> None:
        """Compare with the present moment from here on: what was noticed is entered, or noted."""
        if self._steady is not None:
            self._first = now, self._steady()

    def _drift(self, now: datetime) -> tuple[timedelta, timedelta]:
        """Return how much further the wall clock went than the steady one, and what it may."""
        if self._steady is None:
            return timedelta(), APART
        steady = self._steady()
        if self._first is None:
            self._first = now, steady
        passed = timedelta(seconds=steady - self._first[1])
        return now - self._first[0] - passed, APART + abs(passed) * DRIFT


def latest_entry(store: Store) -> datetime | None:
    """Return the latest time among the last entries, or since the clock went back among them.

    Not that of the last one alone: an inspecting officer enters nothing about a clock that went
    back, and many small steps make a large one.
    """
    head = store.head().seq
    first = max(1, head - LOOKED_BACK + 1)
    went_back = (
        Where("kind", Op.EQ, SystemEventKind.CLOCK_BACK),
        Where("number", Op.GE, first),
    )
    told = store.numbers(Query(SystemEvent.type, went_back))
    latest: datetime | None = None
    for command in store.commands(first, head) if head else ():
        back = any(command.first_seq <= seq <= command.last_seq for seq in told)
        if latest is None or back or command.recorded_at > latest:
            latest = command.recorded_at
    return latest


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}日{hours}時間"
    return f"{hours}時間{minutes % 60}分" if hours else f"{minutes}分"

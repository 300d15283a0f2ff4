"""A clock that the sample story moves on by itself, and repeatable randomness for its ids."""

import random
from datetime import date, datetime, time, timedelta

from models import workdays
from models.wareki import JAPAN


class StoryClock:
    """Tells the time of the story; each reading takes a quarter of a second."""

    def __init__(self, start: date) -> None:
        self._now = datetime.combine(start, time(8, 30), JAPAN)

    def __call__(self) -> datetime:
        self._now += timedelta(milliseconds=250)
        return self._now

    def go_to(self, day: date, hour: int, minute: int = 0) -> None:
        """Move on to a time; the story never goes back."""
        moment = datetime.combine(day, time(hour, minute), JAPAN)
        self._now = max(self._now, moment)

    def wait(self, minutes: int) -> None:
        self._now += timedelta(minutes=minutes)


class Days:
    """The working days before the first day of work on which the sample was prepared.

    In their order: signed, asked, agreed, before (notices, pledges, training), begins.
    """

    def __init__(self, start: date) -> None:
        self.begins = _open(start - timedelta(days=5))
        self.before = workdays.day_before(self.begins)
        self.agreed = min(_open(start - timedelta(days=7)), self.before)
        self.asked = workdays.day_before(self.agreed)
        self.signed = min(_open(start - timedelta(days=14)), self.asked)


def _open(day: date) -> date:
    """Return the day itself when offices are open, else the last day on which they were."""
    return workdays.day_before(day + workdays.DAY)


class StoryRandom:
    """Random bytes from a seed: the same seed tells the same story.

    Only ids and salts of the sample come from here; its keys are as random as any other.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def __call__(self, size: int) -> bytes:
        return self._random.randbytes(size)

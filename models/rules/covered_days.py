"""Which consent covers each day of a stretch of time: pure, of days alone.

What is outside may stay there while one consent follows another without a day between them. Rule,
evidence and calendar ask the same function, so that none of them says other than the others.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from models.records import Authorization
from models.workdays import DAY


class Term(NamedTuple):
    """Days on which a consent allows something.

    Attributes:
        first, last: both included; `date.max` for no end.
        decided: on which day the client gave it, `date.min` where nobody said.
        named: an act rests on it; others only carry on.
        taken_back: the client took it back after the last day.
    """

    consent: Authorization
    first: date
    last: date
    decided: date = date.min
    named: bool = False
    taken_back: bool = False


class Stretch(NamedTuple):
    """Days in a row that one consent covers, or none does.

    Attributes:
        first, last: both included.
    """

    first: date
    last: date
    consent: Authorization | None


def stretches(terms: Sequence[Term], first: date, last: date) -> list[Stretch]:
    """Return the days from first to last in order, each under the consent that covers it.

    One consent covers as long as it lasts, one that is named first; then that which lasts longest.
    What the client takes back is no more allowed by what was given before that: only a consent
    decided since carries on.
    """
    found: list[Stretch] = []
    day, since = first, date.min
    while day <= last:
        usable = [one for one in terms if one.decided >= since]
        now = _chosen(usable, day)
        if now is None:
            begins = min((one.first for one in usable if day < one.first <= one.last), default=None)
            until = last if begins is None else min(begins - DAY, last)
        else:
            until = min(now.last, last)
            since = now.last + DAY if now.taken_back and now.last < last else since
        found.append(Stretch(day, until, now.consent if now else None))
        if until == date.max:
            break
        day = until + DAY
    return _joined(found)


def without_a_gap(found: Iterable[Stretch]) -> Stretch | None:
    """Return the last of the first days that follow one another under consents, None for none."""
    last = None
    for one in found:
        if one.consent is None:
            break
        last = one
    return last


def _chosen(terms: Iterable[Term], day: date) -> Term | None:
    covering = [one for one in terms if one.first <= day <= one.last]
    return max(covering, key=lambda one: (one.named, one.last), default=None)


def _joined(found: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for one in found:
        if joined and joined[-1].consent is one.consent:
            joined[-1] = joined[-1]._replace(last=one.last)
        else:
            joined.append(one)
    return joined

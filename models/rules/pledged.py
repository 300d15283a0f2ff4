"""By which pledge a person stands on a day: one that was replaced counts until the new one is signed.

Replacing a pledge (差替え) says nothing against it. It stands until the day on which the next one was
signed, and at least until the day on which it was set to be replaced.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from models.codes import PledgeStatus
from models.records import Pledge
from models.rules.books import Books

IN_FORCE = (PledgeStatus.SIGNED, PledgeStatus.SUBMITTED)


def pledged(books: Books, mine: Sequence[Pledge], day: date) -> bool:
    """Tell whether a person had signed by a day, and was bound by it then.

    Args:
        mine: the pledges of the person, or versions of them.
    """
    return any(one.stands_on(day) or _stood_on(books, one, mine, day) for one in mine)


def replaces_handed_in(one: Pledge, mine: Iterable[Pledge]) -> bool:
    """Tell whether a pledge takes the place of one that the client has."""
    return one.signed_on is not None and any(
        old.submitted_on is not None
        and old.signed_on is not None
        and old.signed_on <= one.signed_on
        for old in mine
        if old.id != one.id and old.status is PledgeStatus.SUPERSEDED
    )


def last_replaced(books: Books, mine: Iterable[Pledge]) -> date | None:
    """Return the day on which the last pledge was set to be replaced, None where none was."""
    gone = (books.since(one, "status") for one in mine if one.status is PledgeStatus.SUPERSEDED)
    return max((day for day in gone if day is not None), default=None)


def _stood_on(books: Books, one: Pledge, mine: Iterable[Pledge], day: date) -> bool:
    if one.status is not PledgeStatus.SUPERSEDED or one.signed_on is None or day < one.signed_on:
        return False
    set_on = books.since(one, "status")
    if set_on is None or day <= set_on:
        return True
    signed = (
        other.signed_on
        for other in mine
        if other.id != one.id and other.signed_on is not None and one.signed_on <= other.signed_on
    )
    return day <= min(signed, default=set_on)

"""What stays outside, or is used as a place, under a consent that is changed afterwards (R-39).

It was outside, or used, without the client's word as long as the consent did not fit it. Whoever makes
it fit afterwards takes that away, as who widens the consent on which an act rests.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from models.inquiry import Inquiry
from models.outstaying import resting
from models.place_gaps import days_without
from models.records import Authorization, ContractPlace, Item, Place
from models.rules.books import Books
from models.rules.places import ABOUT_PLACES
from models.rules.staying import Stay, bases, days_outside, is_named, stays

CALLED = "「{item}」を外に置いたこと"
USED = "「{place}」を使ったこと"


def allowed_now(
    asked: Inquiry, known: Iterable[Authorization], after: Authorization, day: date
) -> Iterator[str]:
    """Yield what was outside on more days without any consent before one is changed.

    Args:
        known: what the consent said until now; each has to be narrower.
        day: on which it is changed.
    """
    known = list(known)
    for item in _items(asked, [*known, after]):
        for stay in stays(asked.books, item):
            named = {one.id for one in bases(asked.books, stay)}
            if stay.first > day or not named or after.id in named:
                continue
            now = _without(asked.books.beside([after]), stay, day)
            if all(now < _without(asked.books.beside([one]), stay, day) for one in known):
                yield CALLED.format(item=item.caption())
    yield from _places_allowed_now(asked, known, after, day)


def _places_allowed_now(
    asked: Inquiry, known: Sequence[Authorization], after: Authorization, day: date
) -> Iterator[str]:
    """Yield the places that were used on more days without any consent before one is changed."""
    if not {one.subject for one in (*known, after)} & set(ABOUT_PLACES):
        return
    for place in asked.all(ContractPlace):
        then = asked.case(place)
        now = days_without(replace(then, books=asked.books.beside([after])), place, day)
        before = (replace(then, books=asked.books.beside([one])) for one in known)
        if all(now < days_without(case, place, day) for case in before):
            yield USED.format(place=asked.caption(Place.type, place.place_id))


def _items(asked: Inquiry, versions: Iterable[Authorization]) -> list[Item]:
    """Return the things that one of some versions of a consent may carry on."""
    versions = list(versions)
    ids = {target.item_id for one in versions for target in one.targets if target.item_id}
    found = asked.books.items(ids)
    for rest in resting(asked):
        item = rest.stay.item
        if item.id not in found and any(is_named(one, item) for one in versions):
            found[item.id] = item
    return list(found.values())


def _without(books: Books, stay: Stay, day: date) -> int:
    """Return on how many days, until one, something was outside without any consent."""
    days = (one for one in days_outside(books, stay, day) if one.consent is None)
    return sum((min(one.last, day) - one.first).days + 1 for one in days if one.first <= day)

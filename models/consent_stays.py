"""What stays outside under a consent that no act names, when that consent is changed (R-39).

It was outside without the client's word as long as the consent did not fit it. Whoever makes it fit
afterwards takes that away, as who widens the consent on which an act rests.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from models.inquiry import Inquiry
from models.outstaying import resting
from models.records import Authorization, Item
from models.rules.books import Books
from models.rules.staying import Stay, bases, days_outside, is_named, stays

CALLED = "「{item}」を外に置いたこと"


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

"""How much a consent carries on that other acts took out: it counts when more is taken out under it."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from models.records import Authorization
from models.rules.books import Books
from models.rules.staying import NONE, Stay, bases, days_outside, stays
from models.rules.used_up import counted, is_counted, is_meant, limits_outside


def carried(books: Books, one: Authorization, day: date, without: Collection[str] = ()) -> Decimal:
    """Return how much is outside on a day under a consent that the acts by which it left do not name.

    Args:
        without: ids of acts that are entered, or replaced by one that is.
    """
    if not may_carry(one):
        return NONE
    total = NONE
    ids = {target.item_id for target in one.targets if target.item_id}
    for item in books.items(ids).values():
        if not (is_meant(one, item) and is_counted(one, item.unit)):
            continue
        for stay in stays(books, item):
            if stay.acts[0].id not in without and _carries(books, one, stay, day):
                total += counted(one, stay.on(day), item.unit)
    return total


def may_carry(one: Authorization) -> bool:
    """Tell whether a consent has a limit for what is outside, and names things."""
    named = any(target.item_id for target in one.targets)
    return one.quantity_limit is not None and limits_outside(one) and named


def _carries(books: Books, one: Authorization, stay: Stay, day: date) -> bool:
    if not stay.on(day) or one.id in {basis.id for basis in bases(books, stay)}:
        return False
    days = days_outside(books, stay, day)
    under = (found.consent for found in days if found.first <= day <= found.last)
    return any(consent is not None and consent.id == one.id for consent in under)

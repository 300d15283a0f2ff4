"""Proposes the next number of an item from the numbers that the office already uses."""

import re
from collections.abc import Callable, Iterator

from models.codes import ItemOrigin
from models.ledger import Ledger
from models.records import Item
from models.same_numbers import is_taken, numbered
from models.store import Op, Query, Where

FIRST = "M-0001"
_TAIL = re.compile(r"(\d+)(\D*)$")


def following(number: str) -> str:
    """Return the number after this one: the last run of digits counts up, its width stays."""
    found = _TAIL.search(number)
    if found is None:
        return f"{number}-2" if number else FIRST
    digits = str(int(found[1]) + 1).zfill(len(found[1]))
    return f"{number[: found.start()]}{digits}{found[2]}"


def is_used(ledger: Ledger, number: str) -> bool:
    """Tell whether an item carries this number, or one that counts as it."""
    return is_taken(ledger.store, Item, number)


def item_numbered(ledger: Ledger, number: str) -> Item | None:
    """Return the item that carries a number, however it is written."""
    return numbered(ledger.store, Item, number)


def next_numbers(ledger: Ledger, contract_id: str) -> Iterator[str]:
    """Yield free numbers in the pattern of the last item of a contract that is no copy."""
    query = Query(
        Item.type,
        (Where("contract_id", Op.EQ, contract_id), Where("origin", Op.NE, ItemOrigin.COPIED)),
        order=(("item_no", True),),
    )
    last = ledger.store.find(Item, query, limit=1)
    number = following(last[0].record.item_no) if last else FIRST
    yield from _free(number, following, lambda one: is_used(ledger, one))


def copy_numbers(ledger: Ledger, parent_no: str) -> Iterator[str]:
    """Yield free numbers for copies of an item: 親番号-C1, 親番号-C2, …"""
    yield from _free(f"{parent_no}-C1", following, lambda one: is_used(ledger, one))


def _free(number: str, after: Callable[[str], str], used: Callable[[str], bool]) -> Iterator[str]:
    while True:
        if not used(number):
            yield number
        number = after(number)

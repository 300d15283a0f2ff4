"""Which numbers are one number: two that look alike on a label are, however they are written.

「Ｍ－１」, 「m-1」 and 「M‐1」 (another hyphen) beside 「M-1」 are one number for everybody who reads
them aloud, and on paper. A second one is refused when it is registered, so whoever scans, types or
sends one of them means the thing that carries another.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import TypeVar

from models.records import Contract, Item, Record
from models.store import Op, Query, Store, Where
from models.text_variants import LINES

NUMBERS: Mapping[type[Record], str] = {Item: "item_no", Contract: "contract_no"}
MOST = 200  # records with these signs in them that are looked through for a rare spelling
_WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}
_NARROW = {wide: narrow for narrow, wide in _WIDE.items()}
_HYPHENS = dict.fromkeys(map(ord, LINES + "－"), "-")

R = TypeVar("R", Item, Contract)


def plain(number: str) -> str:
    """Return what is read aloud of a number."""
    spoken = number.translate(_HYPHENS)
    if spoken.isascii():
        return "".join(spoken.lower().split())  # nothing else applies to it
    spoken = unicodedata.normalize("NFKC", spoken).casefold()
    return "".join(spoken.split())


def looks(number: str) -> Iterator[str]:
    """Yield how a number that is read alike may be written, with one width, hyphen and case."""
    narrow = "".join(unicodedata.normalize("NFKC", number.translate(_HYPHENS)).split())
    for text in {number, number.translate(_WIDE), number.translate(_NARROW), narrow}:
        yield from {text, text.upper(), text.lower()}
    for cased in {narrow, narrow.upper(), narrow.lower()}:
        wide = cased.translate(_WIDE)
        yield wide
        if "-" in cased:
            for hyphen in (*LINES, "－"):
                yield cased.replace("-", hyphen)
                yield wide.replace("－", hyphen)


def has_rare_spellings(number: str) -> bool:
    """Tell whether a number may be written in more ways than `looks` names: it has a digit."""
    return any(character.isdigit() for character in number)


def numbered(store: Store, cls: type[R], number: str) -> R | None:
    """Return the record that carries a number, as it stands or written alike.

    Returns:
        None where there is none, and where an older ledger holds several that are alike and none
        of them is written so.
    """
    found = _carrying(store, cls, number)
    name = NUMBERS[cls]
    exact = [one for one in found if getattr(one, name) == number]
    found = exact or found
    return found[0] if len(found) == 1 else None


def is_taken(store: Store, cls: type[R], number: str) -> bool:
    """Tell whether a record carries a number that is new, or one that usually counts as it."""
    query = Query(cls.type, (Where(NUMBERS[cls], Op.IN, tuple(looks(number))),))
    return bool(store.find(cls, query, limit=1))


def _carrying(store: Store, cls: type[R], number: str) -> list[R]:
    name, spoken = NUMBERS[cls], plain(number)
    if not spoken:
        return []
    queries = [Query(cls.type, (Where(name, Op.IN, tuple(looks(number))),))]
    if has_rare_spellings(number):
        queries.append(Query(cls.type, text=number))
    for query in queries:
        records = [stored.record for stored in store.find(cls, query, limit=MOST)]
        found = [one for one in records if plain(getattr(one, name)) == spoken]
        if found:
            return found
    return []

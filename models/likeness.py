"""Whether two names that people typed mean the same place or firm, as far as letters tell.

見本市役所 and 見本市役所２階 are the same, 市役所 may be an abbreviation of it, and 別の場所 is
called otherwise. Whether it is another place only people know.
"""

import re
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

from models.text import bigrams, search_key

_BETWEEN = re.compile(r"[、，,・／/；;\n]+")
_FIRM = re.compile(
    "|".join(map(search_key, ("株式会社", "有限会社", "合同会社", "(株)", "(有)", "(同)")))
    .replace("(", r"\(").replace(")", r"\)")
)  # fmt: skip


class Likeness(IntEnum):
    """How alike two names are."""

    UNLIKE = 0
    MAYBE = 1
    SAME = 2


def likeness(said: Iterable[str], given: Iterable[str]) -> Likeness | None:
    """Return how alike the best pair of names is, None when one side names nothing.

    Args:
        said: what an act says.
        given: what was named before; a text may name several, with 、 between them.
    """
    keys = [key for text in said if (key := _key(text))]
    parts = [key for text in given for one in (text, *_BETWEEN.split(text)) if (key := _key(one))]
    return max((_alike(a, b) for a in keys for b in parts), default=None)


@lru_cache(4096)  # the same few names stand in thousands of acts
def _key(text: str) -> str:
    return _FIRM.sub("", search_key(text))


@lru_cache(4096)
def _alike(said: str, given: str) -> Likeness:
    if said == given or (len(given) > 1 and given in said):
        return Likeness.SAME
    if given in said or said in given or _pairs(said) & _pairs(given):
        return Likeness.MAYBE
    short, long = sorted((said, given), key=len)
    return Likeness.MAYBE if _is_within(short, long) else Likeness.UNLIKE


def _pairs(key: str) -> set[str]:
    return {pair for pair in bigrams(key) if len(pair) > 1}


def _is_within(short: str, long: str) -> bool:
    """Tell whether the letters of an abbreviation stand in the long name in their order."""
    letters = iter(long)
    return all(letter in letters for letter in short)

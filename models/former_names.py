"""Names as they stood when an act was entered.

Who is renamed later did it under the name of that day, and a list or a paper about the past says
so. The ledger cannot tell a mistyped name from a changed one, so the present name stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.text import search_key

TOLD = "{then}（現 {now}）"


@dataclass(frozen=True, slots=True)
class Called:
    """What a record is called.

    Attributes:
        now: the present name.
        names: of a record that was revised, every name with the entry from which on it stood,
            oldest first.
    """

    now: str
    names: Sequence[tuple[int, str]] = ()

    def at(self, seq: int) -> str:
        """Return the name as it stood after an entry, with the present one if that is another."""
        return told(self._then(seq), self.now) if self.names else self.now

    def _then(self, seq: int) -> str:
        """Before its own first entry a record is called as it began: an act was corrected to it."""
        stood = [name for since, name in self.names if since <= seq]
        return stood[-1] if stood else self.names[0][1]


def told(then: str, now: str) -> str:
    """Return the name of an act's day, and the present one where that is another name.

    A name that is only written in another way (高橋, 髙橋) is the same, and stands as it is written
    today.
    """
    if search_key(then) == search_key(now):
        return now
    return TOLD.format(then=then, now=now)

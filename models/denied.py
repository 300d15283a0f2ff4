"""Programs that must not be on a PC that handles entrusted information (SK-11.7, CM-5.6, A-31).

The list comes with the program (`resources/denied_programs.toml`); a ledger adds its own words.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Denied:
    """Programs of one kind; a word is found as a whole word of a program's name."""

    kind: str
    words: tuple[str, ...]


def parse_denied(text: str) -> tuple[Denied, ...]:
    """Read the list: a table per kind with `label` and `words`.

    Raises:
        KeyError, ValueError: our own file is not well formed.
    """
    found = tomllib.loads(text)
    return tuple(Denied(one["label"], tuple(one["words"])) for one in found.values())


def found_denied(programs: Iterable[str], denied: Sequence[Denied]) -> list[tuple[str, str]]:
    """Return (program, kind) of every installed program that is on the list, each once."""
    return list(_found(tuple(programs), tuple(denied)))


@lru_cache(maxsize=1)
def _found(programs: tuple[str, ...], denied: tuple[Denied, ...]) -> tuple[tuple[str, str], ...]:
    """Compare once for every state of the PC: it is asked for whenever somebody signs in."""
    patterns = [(one.kind, _pattern(one.words)) for one in denied if one.words]
    found: dict[str, str] = {}
    for program in programs:
        plain = program.casefold()
        for kind, pattern in patterns:
            if pattern.search(plain):
                found.setdefault(program, kind)
    return tuple(sorted(found.items()))


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    joined = "|".join(re.escape(word.casefold()) for word in words)
    return re.compile(rf"(?<![a-z0-9])(?:{joined})(?![a-z])")

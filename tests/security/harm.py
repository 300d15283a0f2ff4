"""Harmed copies of a file, and what a reader makes of them."""

import hashlib
import os
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from models import collector
from models.errors import AzukariError

MANY = 500  # copies: a reader of papers leaves tens of megabytes that hold each other
SEED = int(os.environ.get("AZUKARI_TEST_SEED", "20261121"))

Copy = tuple[str, bytes]
Judge = Callable[[bytes], bool]
"""Reads a copy as the program does; says whether it was taken for sound."""


class Crash(AssertionError):
    """Something else than our own error left the program."""


def flips(raw: bytes, positions: Iterable[int], masks: Iterable[int] = (0x01,)) -> Iterator[Copy]:
    """Yield copies with one changed byte."""
    chosen = tuple(masks)
    for position in positions:
        for mask in chosen:
            harmed = bytearray(raw)
            harmed[position] ^= mask
            yield f"byte {position} ^ {mask:#04x}", bytes(harmed)


def random_flips(raw: bytes, count: int, seed: int = SEED) -> Iterator[Copy]:
    """Yield copies with one byte changed at a drawn place."""
    dice = random.Random(seed)
    for _ in range(count):
        yield from flips(raw, [dice.randrange(len(raw))], [dice.randrange(1, 256)])


def cuts(raw: bytes, lengths: Iterable[int]) -> Iterator[Copy]:
    """Yield copies that end early."""
    return ((f"cut at {length}", raw[:length]) for length in lengths)


def taken(copies: Iterable[Copy], judge: Judge, keep: Path, seed: int = SEED) -> list[str]:
    """Return which copies a reader took for sound; the first that fails is kept in a file.

    Args:
        keep: where; the file's name gets a part of its own, so that no other takes its place.

    Raises:
        Crash: an error that is none of ours, with seed, place and the kept copy.
    """
    found: list[str] = []
    count = 0
    for count, (how, content) in enumerate(copies, start=1):
        if count % MANY == 0:
            collector.sweep()  # Python looks for no garbage by itself while tests run
        try:
            sound = judge(content)
        except AzukariError:
            continue
        except Exception as error:
            kept = _keep(keep, content)
            raise Crash(f"seed {seed}, {how}: {error!r}; the copy is kept in {kept}") from error
        if sound:
            if not found:
                print(f"seed {seed}, {how}: taken for sound; kept in {_keep(keep, content)}")
            found.append(how)
    print(f"seed {seed}: {count} harmed copies, {len(found)} taken for sound")
    assert count, "nothing was harmed"
    return found


def _keep(place: Path, content: bytes) -> Path:
    kept = place.with_name(f"{place.name}-{hashlib.sha256(content).hexdigest()[:12]}")
    kept.write_bytes(content)
    return kept

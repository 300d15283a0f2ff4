"""Mutations that know where lengths, numbers and JSON values stand; drawn from a seed."""

import random
import re
from collections.abc import Callable, Sequence

EDGES = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 2**31 - 1, 2**31,
         2**32 - 1, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1]  # fmt: skip
NUMBER = re.compile(rb"\d+")
VALUE = re.compile(rb'[:,\[]("(?:[^"\\]|\\.)*"|[\d.eE+-]+|true|false|null|\{\}|\[\])')
VALUES = (
    b"null", b"true", b'""', b"[]", b"{}", b"1e999", b"-0", b"1.5", b"NaN", b"-1", b'"\\ud800"',
    b"[" * 300 + b"]" * 300, b'{"a":' * 200, b'"\xff"', b'"\\u0000"', b"9" * 400,
    b'"2026-99-99T99:99:99.999Z"', b'"AA=="', '"２０２６"'.encode(), b'"' + b"a" * 5000 + b'"',
)  # fmt: skip

Change = Callable[[bytearray, bytes, random.Random], None]


def flip(raw: bytearray, other: bytes, dice: random.Random) -> None:
    if raw:
        raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)


def edge(raw: bytearray, other: bytes, dice: random.Random) -> None:
    """Put a number from the edge of a type where a length may stand; lengths stand in front."""
    width = dice.choice((1, 2, 4, 8))
    at = dice.choice((dice.randrange(64), dice.randrange(len(raw) + 1)))
    raw[at : at + width] = (dice.choice(EDGES) % 256**width).to_bytes(width, "big")


def digits(raw: bytearray, other: bytes, dice: random.Random) -> None:
    """Put such a number where one stands in digits."""
    found = NUMBER.search(raw, dice.randrange(len(raw) + 1))
    if found:
        raw[found.start() : found.end()] = str(dice.choice(EDGES)).encode()


def value(raw: bytearray, other: bytes, dice: random.Random) -> None:
    """Put a JSON value where another stands."""
    found = VALUE.search(raw, dice.randrange(len(raw) + 1))
    if found:
        number = str(dice.choice(EDGES)).encode()
        raw[found.start(1) : found.end(1)] = dice.choice((number, dice.choice(VALUES)))


def lose(raw: bytearray, other: bytes, dice: random.Random) -> None:
    at = dice.randrange(len(raw) + 1)
    del raw[at : at + dice.choice((1, 2, 8, 60, 1000))]


def double(raw: bytearray, other: bytes, dice: random.Random) -> None:
    at = dice.randrange(len(raw) + 1)
    raw[at:at] = raw[at : at + dice.choice((1, 2, 8, 60, 400))]


def splice(raw: bytearray, other: bytes, dice: random.Random) -> None:
    """Put a piece of another whole file in."""
    at, start = dice.randrange(len(raw) + 1), dice.randrange(len(other) + 1)
    length = dice.choice((1, 4, 32, 200))
    raw[at : at + dice.choice((0, length))] = other[start : start + length]


def noise(raw: bytearray, other: bytes, dice: random.Random) -> None:
    at, length = dice.randrange(len(raw) + 1), dice.choice((1, 2, 8, 60))
    raw[at : at + length] = dice.randbytes(length)


CHANGES: Sequence[Change] = (flip, edge, digits, value, value, lose, double, splice, noise)


def mutated(wholes: Sequence[bytes], dice: random.Random) -> bytes:
    """Change one of the whole files at one or a few places."""
    raw, other = bytearray(dice.choice(wholes)), dice.choice(wholes)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        dice.choice(CHANGES)(raw, other, dice)
    return bytes(raw)

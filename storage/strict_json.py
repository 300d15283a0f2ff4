"""Read and write the JSON of our own files: canonical bytes only, every field checked.

What is signed or hashed must have one spelling. Reading therefore re-serialises (RFC 8785) and
compares: spaces, another key order, duplicate keys, floats and unknown fields are all refused.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn

import rfc8785

from models.canonical import encode

LARGEST = (1 << 53) - 1


class Malformed(Exception):
    """The bytes are not what our own writer produces; the caller names the file."""


def dumps(value: Mapping[str, Any]) -> bytes:
    """Serialise to the one canonical spelling (RFC 8785, UTF-8)."""
    return rfc8785.dumps(dict(value))


def loads(raw: bytes) -> "Fields":
    """Parse canonical JSON whose top is an object.

    Raises:
        Malformed: not UTF-8, not JSON, not canonical, duplicate keys, floats.
    """
    # What passes the hooks holds only what `encode` spells as RFC 8785 does, and ten times faster:
    # a ledger reads a dozen such files before it is open.
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        canonical = encode(value).encode("utf-8")
    except (ValueError, RecursionError) as exc:
        raise Malformed("not JSON of ours") from exc
    if canonical != raw:
        raise Malformed("not canonical")
    return Fields(value)


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) > LARGEST:
        raise Malformed("a number beyond the whole numbers of JSON")
    return number


def _refuse(text: str) -> NoReturn:
    raise Malformed("floats are not allowed")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("duplicate key")
    if not all(map(str.isascii, found)):
        raise Malformed("a key that none of ours has")
    return found


def blob(value: bytes) -> str:
    """Spell bytes as Base64 (RFC 4648 section 4, padded)."""
    return base64.b64encode(value).decode("ascii")


class Fields:
    """One JSON object, read field by field with type and bounds; names what is wrong."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise Malformed("an object is expected")
        self._value: dict[str, object] = value

    def only(self, names: Iterable[str]) -> "Fields":
        """Insist on exactly these fields: a missing or unknown one is refused."""
        if set(self._value) != set(names):
            raise Malformed("missing or unknown field")
        return self

    def text(self, name: str, pattern: str) -> str:
        value = self._value.get(name)
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            raise Malformed(f"field {name}")
        return value

    def number(self, name: str, low: int, high: int) -> int:
        value = self._value.get(name)
        if type(value) is not int or not low <= value <= high:
            raise Malformed(f"field {name}")
        return value

    def time(self, name: str) -> str:
        """Read a time in UTC with milliseconds, e.g. 2026-11-21T03:41:15.000Z."""
        value = self.text(name, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
        try:
            datetime.fromisoformat(value)
        except ValueError as exc:
            raise Malformed(f"field {name}") from exc
        return value

    def flag(self, name: str) -> bool:
        value = self._value.get(name)
        if not isinstance(value, bool):
            raise Malformed(f"field {name}")
        return value

    def blob(self, name: str, length: int) -> bytes:
        value = self._value.get(name)
        if not isinstance(value, str) or len(value) != 4 * ((length + 2) // 3):
            raise Malformed(f"field {name}")
        try:
            decoded = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as exc:
            raise Malformed(f"field {name}") from exc
        # Spare bits of the last character would give one value two spellings.
        if len(decoded) != length or blob(decoded) != value:
            raise Malformed(f"field {name}")
        return decoded

    def part(self, name: str) -> "Fields":
        return Fields(self._value.get(name))

    def items(self, name: str, low: int, high: int) -> "list[Fields]":
        value = self._value.get(name)
        if not isinstance(value, list) or not low <= len(value) <= high:
            raise Malformed(f"field {name}")
        return [Fields(item) for item in value]

    def counts(self, name: str) -> dict[str, int]:
        """Read an object of names and counts, as the backup's manifest has one."""
        part = self.part(name)
        for key in part._value:
            if not re.fullmatch(r"[a-z_]{1,64}", key):
                raise Malformed(f"field {name}")
        return {key: part.number(key, 0, LARGEST) for key in part._value}

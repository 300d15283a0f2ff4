"""The start that backups and journals share: magic, version, length, JSON, SHA-256 of all before.

The digest holds for every version, so that damage never looks newer, nor like a wrong key.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.errors import Damaged, Foreign, NewerFormat
from storage import strict_json
from storage.records import Source
from storage.strict_json import Fields

MAGIC_BYTES = 8
PREFIX_BYTES = MAGIC_BYTES + 2 + 4
DIGEST_BYTES = 32


@dataclass(frozen=True)
class Form:
    """What tells one kind of container from another.

    Args:
        most: bytes of JSON that our writer never exceeds.
        oldest: version that is still read.
        foreign: sentence for a file of another kind.
        damaged: makes the error for a file of this kind that is not whole.
    """

    magic: bytes
    version: int
    most: int
    foreign: str
    damaged: Callable[[str], Damaged]
    oldest: int = 1

    def write(self, body: Mapping[str, Any], version: int = 0) -> bytes:
        """Return magic, version, length and JSON; the digest of them follows in the file.

        Args:
            version: of a file that an earlier program wrote; 0 means ours.
        """
        text = strict_json.dumps(body)
        number = (version or self.version).to_bytes(2, "big")
        return self.magic + number + len(text).to_bytes(4, "big") + text

    def take(self, source: Source, name: str) -> bytes:
        """Return what `write` made, checked at its fixed places; nothing in it is parsed yet.

        Raises:
            Foreign: another kind of file.
            NewerFormat: a later version wrote it.
            Damaged: anything else that our writer does not produce.
        """
        prefix = source.read(PREFIX_BYTES)
        if prefix[:MAGIC_BYTES] != self.magic:
            raise Foreign(file=name, reason=self.foreign)
        length = int.from_bytes(prefix[MAGIC_BYTES + 2 :], "big")
        if len(prefix) != PREFIX_BYTES or length > self.most:
            raise self.damaged(name)
        raw = prefix + source.read(length)
        if source.read(DIGEST_BYTES) != hashlib.sha256(raw).digest():
            raise self.damaged(name)
        version = version_of(prefix)
        if version > self.version:
            raise NewerFormat(file=name, found=version, known=self.version)
        if version < self.oldest:
            raise self.damaged(name)
        return raw


def fields_of(raw: bytes) -> Fields:
    """Parse the JSON of what `Form.take` returned.

    Raises:
        Malformed: our writer does not produce it.
    """
    return strict_json.loads(raw[PREFIX_BYTES:])


def version_of(raw: bytes) -> int:
    """Return the version that stands in what `Form.take` returned."""
    return int.from_bytes(raw[MAGIC_BYTES : MAGIC_BYTES + 2], "big")

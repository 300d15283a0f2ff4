"""The parts inside a backup's sealed stream: kind, size, name, content, in one fixed order.

The records authenticate every byte, so a part needs no digest of its own; an attachment brings its
name, which is one, and is compared on the way in and on the way out.
"""

import hashlib
from collections.abc import Iterator

from models.store import Progress
from storage.backup_format import (
    ATTACHMENT_PART,
    DATABASE_PART,
    HEADER_PART,
    PART_PREFIX_BYTES,
    RECORD_BYTES,
    Manifest,
    Preamble,
)
from storage.header import HASH_BYTES, MOST_BYTES, parse_header
from storage.kdf import hkdf
from storage.records import BrokenStream, RecordReader, RecordWriter, Sink, Source

NO_NAME = bytes(HASH_BYTES)


class Meter:
    """Report progress in bytes; the callee may raise `Cancelled`."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def advance(self, amount: int) -> None:
        self._done += amount
        if self._progress is not None:
            self._progress(self._done, self._total)


class PartWriter:
    """Write parts into the sealed stream: kind, size, content, SHA-256."""

    def __init__(self, sink: Sink, preamble: Preamble, key: bytes, meter: Meter) -> None:
        body_key = _body_key(key, preamble.manifest)
        self._body = RecordWriter(sink, body_key, preamble.digest, RECORD_BYTES)
        self._meter = meter

    def add(self, kind: int, size: int, pieces: Iterator[bytes], name: bytes = NO_NAME) -> None:
        """Write one part.

        Raises:
            BrokenStream: an attachment is not what its name says.
        """
        self._body.write(bytes([kind]) + size.to_bytes(8, "big") + name)
        part = Part(size, name, self._meter, pieces)
        for piece in part.pieces():
            self._body.write(piece)

    def finish(self) -> None:
        self._body.finish()


class PartReader:
    """The sealed stream of one backup, part by part, in the one order that we write."""

    def __init__(
        self, source: Source, name: str, preamble: Preamble, key: bytes, meter: Meter
    ) -> None:
        self.manifest = preamble.manifest
        self.name = name
        self._meter = meter
        self._body = RecordReader(
            source, _body_key(key, preamble.manifest), preamble.digest, RECORD_BYTES
        )

    def part(self, kind: int, most: int) -> "Part":
        """Open the next part, which has to be of this kind.

        Raises:
            BrokenStream: it is another one, or longer than the manifest allows.
        """
        prefix = self._body.read_exactly(PART_PREFIX_BYTES)
        size = int.from_bytes(prefix[1:9], "big")
        name = prefix[9:]
        if prefix[0] != kind or size > most or (kind == ATTACHMENT_PART) == (name == NO_NAME):
            raise BrokenStream
        return Part(size, name, self._meter, self._body.take(size))

    def header(self) -> bytes:
        """Read the header copy and compare it with the manifest."""
        raw = b"".join(self.part(HEADER_PART, MOST_BYTES).pieces())
        header = parse_header(raw, self.name).header
        found = (header.vault_id, header.generation, len(raw))
        manifest = self.manifest
        if found != (manifest.vault_id, manifest.generation, manifest.header_size):
            raise BrokenStream
        return raw

    def database(self) -> "Part":
        part = self.part(DATABASE_PART, self.manifest.database_size)
        if part.size != self.manifest.database_size:
            raise BrokenStream
        return part

    def attachments(self) -> "Iterator[Part]":
        left = self.manifest.attachments_size
        for _ in range(self.manifest.attachments):
            part = self.part(ATTACHMENT_PART, left)
            left -= part.size
            yield part
        self._body.expect_end()


class Part:
    """One part; `pieces` must be read to the end before the next one."""

    def __init__(self, size: int, name: bytes, meter: Meter, source: Iterator[bytes]) -> None:
        self.size = size
        self.name = name
        self._meter = meter
        self._source = source

    def pieces(self) -> Iterator[bytes]:
        """Yield the content and check length and name at its end.

        Raises:
            BrokenStream: they do not agree.
        """
        digest = hashlib.sha256()
        left = self.size
        for piece in self._source:
            if self.name != NO_NAME:
                digest.update(piece)
            left -= len(piece)
            self._meter.advance(len(piece))
            yield piece
        if left or self.name not in (NO_NAME, digest.digest()):
            raise BrokenStream


def _body_key(key: bytes, manifest: Manifest) -> bytes:
    return hkdf(key, b"azukari/backup/1", salt=manifest.backup_id)

"""The parts inside a backup's sealed stream: kind, size, content, SHA-256, in one fixed order."""

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

    def add(self, kind: int, size: int, pieces: Iterator[bytes]) -> bytes:
        self._body.write(bytes([kind]) + size.to_bytes(8, "big"))
        digest = hashlib.sha256()
        written = 0
        for piece in pieces:
            digest.update(piece)
            written += len(piece)
            self._body.write(piece)
            self._meter.advance(len(piece))
        if written != size:
            raise ValueError(f"a part of {size} bytes delivered {written}")
        self._body.write(digest.digest())
        return digest.digest()

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
        size = int.from_bytes(prefix[1:], "big")
        if prefix[0] != kind or size > most:
            raise BrokenStream
        return Part(self._body, size, self._meter)

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

    def __init__(self, body: RecordReader, size: int, meter: Meter) -> None:
        self.size = size
        self.digest = b""
        self._body = body
        self._meter = meter

    def pieces(self) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for piece in self._body.take(self.size):
            digest.update(piece)
            self._meter.advance(len(piece))
            yield piece
        self.digest = digest.digest()
        if self._body.read_exactly(HASH_BYTES) != self.digest:
            raise BrokenStream


def _body_key(key: bytes, manifest: Manifest) -> bytes:
    return hkdf(key, b"azukari/backup/1", salt=manifest.backup_id)

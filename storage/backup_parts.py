"""The parts inside a backup's sealed stream: kind, size, name, content, in one fixed order.

The records authenticate every byte, so a part needs no digest of its own; an attachment brings its
name, which is one, and is compared on the way in and on the way out.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from models.errors import Cancelled
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
from storage.header import HASH_BYTES, MOST_BYTES
from storage.header_files import read_copy
from storage.kdf import hkdf
from storage.records import BrokenStream, RecordReader, RecordSource, RecordWriter, Sink

NO_NAME = bytes(HASH_BYTES)
BEAT = 0.1  # seconds between two looks at a thread

Done = TypeVar("Done")
SourceCheck = Callable[[Progress], None]
"""Checks the database that is being copied, while nobody writes to it; raises if it is not sound."""


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


class SharedMeter(Meter):
    """Count in one thread and report in another, beside a second work of the same weight."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        super().__init__(progress, total)
        self._stopped = False

    def advance(self, amount: int) -> None:
        if self._stopped:
            raise Cancelled
        self._done += amount

    def stop(self) -> None:
        """Let the counting thread end at its next piece."""
        self._stopped = True

    def tell(self, done: int, of: int) -> None:
        """Report, given how far the second work is."""
        if self._progress is not None:
            share = self._total * done // of if of else self._total
            self._progress(self._done + share, 2 * self._total)


def write_beside(
    write: Callable[[Meter], Done],
    check: SourceCheck | None,
    progress: Progress | None,
    total: int,
) -> Done:
    """Write in another thread while the source is checked here; the first failure ends both."""
    if check is None:
        return write(Meter(progress, total))
    meter = SharedMeter(progress, total)
    with ThreadPoolExecutor(1) as beside:
        work = beside.submit(write, meter)

        def watch(done: int, of: int) -> None:
            if work.done():
                work.result()  # raises what ended it
            meter.tell(done, of)

        try:
            check(watch)
            while not work.done():
                wait([work], BEAT)
                watch(1, 1)
            made = work.result()
            meter.tell(1, 1)  # a quick disk may have left nothing to wait for
            return made
        except BaseException:
            meter.stop()
            raise


Piece = bytes | memoryview


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
        self, source: RecordSource, name: str, preamble: Preamble, key: bytes, meter: Meter
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
        raw = b"".join(map(bytes, self.part(HEADER_PART, MOST_BYTES).pieces()))
        header = read_copy(raw, self.name).header
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

    def __init__(self, size: int, name: bytes, meter: Meter, source: Iterator[Piece]) -> None:
        self.size = size
        self.name = name
        self._meter = meter
        self._source = source

    def pieces(self) -> Iterator[Piece]:
        """Yield the content and check length and name at its end; each stands until the next.

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

"""A long secret stream as a row of sealed records (the STREAM construction, as in age).

Every record is AES-256-GCM over `size` bytes of plain text; only the last may be shorter. The nonce
is an 11-byte counter and one byte that is 1 in the last record: order, loss, repetition and a cut
end are all noticed. A key must serve one stream only.
"""

from collections.abc import Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.keyset import TAG_BYTES

_COUNTER_BYTES = 11
_NOTHING = memoryview(b"")


class Source(Protocol):
    """Where bytes come from: short only at the end, as a buffered file is."""

    def read(self, size: int = -1, /) -> bytes: ...


class RecordSource(Protocol):
    """Where sealed records come from: short only at the end, as a buffered file is."""

    def readinto(self, buffer: bytearray, /) -> int: ...


class Sink(Protocol):
    """Where sealed bytes go."""

    def write(self, data: bytes | memoryview, /) -> object: ...


class BrokenStream(Exception):
    """A record does not open, is missing, or something follows the last one."""


class RecordWriter:
    """Seal what is written; `finish` writes the last record.

    The sink must use up what it gets before it returns: the next record takes its place.
    """

    def __init__(self, sink: Sink, key: bytes, context: bytes, size: int) -> None:
        self._sink = sink
        self._cipher = AESGCM(key)
        self._context = context
        self._size = size
        self._waiting = bytearray(size)
        self._filled = 0
        self._sealed = memoryview(bytearray(size + TAG_BYTES))
        self._number = 0

    def write(self, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        # A full record waits until more follows, because the last one is marked.
        while self._filled + len(rest) > self._size:
            missing = self._size - self._filled
            self._keep(rest[:missing])
            rest = rest[missing:]
            self._seal(last=False)
        self._keep(rest)

    def finish(self) -> None:
        self._seal(last=True)

    def _keep(self, data: memoryview) -> None:
        self._waiting[self._filled : self._filled + len(data)] = data
        self._filled += len(data)

    def _seal(self, *, last: bool) -> None:
        plain = memoryview(self._waiting)[: self._filled]
        sealed = self._sealed[: self._filled + TAG_BYTES]
        self._cipher.encrypt_into(_nonce(self._number, last), plain, self._context, sealed)
        self._sink.write(sealed)
        self._filled = 0
        self._number += 1


class RecordReader:
    """Open a stream in order; nothing is handed out before its record was authenticated.

    What is handed out stands until the next piece is asked for, which takes its place: to have new
    memory for every record cost more than to open it, and the window waited for that.
    """

    def __init__(self, source: RecordSource, key: bytes, context: bytes, size: int) -> None:
        self._records = _open_records(source, AESGCM(key), context, size)
        self._ready = _NOTHING
        self._at = 0

    def read_exactly(self, length: int) -> bytes:
        """Return exactly `length` bytes.

        Raises:
            BrokenStream: the stream is damaged or ends earlier.
        """
        return b"".join(map(bytes, self.take(length)))

    def take(self, length: int) -> Iterator[memoryview]:
        """Yield exactly `length` bytes in pieces of up to one record."""
        while length:
            piece = self._piece(length)
            length -= len(piece)
            yield piece

    def rest(self) -> Iterator[memoryview]:
        """Yield everything up to the end."""
        yield self._ready[self._at :]
        self._ready, self._at = _NOTHING, 0
        yield from self._records

    def expect_end(self) -> None:
        """Insist that nothing is left.

        Raises:
            BrokenStream: there is more, or the end is damaged.
        """
        if any(self.rest()):
            raise BrokenStream

    def _piece(self, length: int) -> memoryview:
        if self._at == len(self._ready):
            self._ready = next(self._records, _NOTHING)
            self._at = 0
            if not self._ready:
                raise BrokenStream
        piece = self._ready[self._at : self._at + length]
        self._at += len(piece)
        return piece


def _open_records(
    source: RecordSource, cipher: AESGCM, context: bytes, size: int
) -> Iterator[memoryview]:
    """Read one record ahead: the one that nothing follows is the last."""
    sealed = size + TAG_BYTES
    current, following = bytearray(sealed), bytearray(sealed)
    plain = memoryview(bytearray(size))
    filled = source.readinto(current)
    number = 0
    while True:
        coming = source.readinto(following) if filled == sealed else 0
        opened = plain[: max(filled - TAG_BYTES, 0)]
        try:
            cipher.decrypt_into(
                _nonce(number, not coming), memoryview(current)[:filled], context, opened
            )
        except (InvalidTag, ValueError) as exc:
            raise BrokenStream from exc
        if not opened and number:
            raise BrokenStream
        yield opened
        if not coming:
            return
        current, following, filled = following, current, coming
        number += 1


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + bytes([last])

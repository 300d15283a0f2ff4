"""One journal file on the disk: read through, cut where a power cut tore it, and appended to.

A file gets its final name only when its header and first frames are on the medium, so it is never
found half begun. `append` returns after the fsync. A failed write or fsync is final for the file:
the system may have dropped the dirty pages and would call them written the next time, so whoever
owns the file goes on with a new one.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from models.chain import Command, Entry, Head
from models.errors import AzukariError, InputOutput, MediumMissing
from storage import wire
from storage.files import (
    close_and_remove,
    create_new,
    finish,
    forget_cached,
    is_link,
    open_regular,
    put_in_place,
    reading,
    writing,
)
from storage.journal_format import (
    FRAME_MARK,
    FRAME_PREFIX_BYTES,
    FileHeader,
    Keys,
    Prefix,
    Torn,
    broken,
    check_seal,
    file_key,
    open_box,
    read_header,
    read_prefix,
    write_frame,
    write_header,
)
from storage.keyset import NONCE_BYTES
from storage.strict_json import Malformed

PART_SUFFIX = ".part"
_OPEN_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)

Logged = tuple[Command, list[Entry]]


def sync(descriptor: int) -> None:
    """Bring the written bytes, and the length that finds them, to the medium."""
    getattr(os, "fdatasync", os.fsync)(descriptor)


@dataclass(frozen=True)
class Place:
    """Where a whole frame stands."""

    offset: int
    prefix: Prefix


@dataclass(frozen=True)
class Scan:
    """A journal file read from its first byte to its last.

    Attributes:
        end: where the next frame goes; what follows it is torn.
        head: head of the ledger after the last whole frame.
        written_at: when the last command was entered; None without any.
        torn: bytes follow that are no whole frame.
    """

    header: FileHeader
    places: tuple[Place, ...]
    end: int
    head: Head
    written_at: datetime | None
    torn: bool


class JournalFile:
    """One file, by its path and the keys that open it."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self.path = path
        self._keys = keys
        with open_regular(path) as file, reading(path):
            self.header, seal = read_header(file, str(path))
            self._start = file.tell()
        self._key = file_key(keys, self.header)
        check_seal(self.header, seal, self._key, str(path))
        self._digest = self.header.digest
        self._descriptor: int | None = None
        self._end = 0

    @classmethod
    def create(
        cls, path: Path, header: FileHeader, keys: Keys, commands: Iterable[Logged] = ()
    ) -> "JournalFile":
        """Write a new file with its first frames; durable, name and all, when this returns."""
        part = path.with_name(path.name + PART_SUFFIX)
        with writing(part):
            part.unlink(missing_ok=True)
        key = file_key(keys, header)
        file = create_new(part)
        try:
            with writing(part):
                file.write(write_header(header, key))
                for command, entries in commands:
                    file.write(_frame(header.digest, key, keys, command, entries))
            finish(file, part)
            put_in_place(part, path)
        except BaseException:
            close_and_remove(file, part)
            raise
        return cls(path, keys)

    # --- reading -----------------------------------------------------------------------------
    def scan(self) -> Scan:
        """Open every frame in order.

        Raises:
            Damaged: a frame is not whole although others follow it; names the frame.
        """
        places: list[Place] = []
        latest = b""
        end, torn, last = self._start, False, self.header.base.seq
        for place, latest in self._whole():  # noqa: B007 - the last one is read below
            if place.prefix.first != last + 1 or place.prefix.last < place.prefix.first:
                raise broken(str(self.path), len(places) + 1)
            places.append(place)
            last = place.prefix.last
            end = place.offset + FRAME_PREFIX_BYTES + place.prefix.length
        with open_regular(self.path) as file, reading(self.path):
            torn = os.fstat(file.fileno()).st_size > end
            file.seek(end)
            if torn and self._frame_follows(file.read()):
                raise broken(str(self.path), len(places) + 1)
        if not places:
            return Scan(self.header, (), end, self.header.base, None, torn)
        command, _ = self._load(latest, len(places))
        head = Head(command.last_seq, command.head)
        return Scan(self.header, tuple(places), end, head, command.recorded_at, torn)

    def read(self, place: Place, number: int) -> Logged:
        """Return the command of one frame that `scan` found.

        Raises:
            Damaged: it does not open any more; names the frame.
        """
        with open_regular(self.path) as file, reading(self.path):
            file.seek(place.offset + FRAME_PREFIX_BYTES)
            box = file.read(place.prefix.length)
        try:
            return self._load(open_box(place.prefix, box, self._digest, self._key), number)
        except Torn as exc:
            raise broken(str(self.path), number) from exc

    def _whole(self) -> Iterator[tuple[Place, bytes]]:
        """Yield frames with their plain content up to the first that is not whole."""
        with open_regular(self.path) as file, reading(self.path):
            forget_cached(file)
            offset = file.seek(self._start)
            with suppress(Torn):
                while True:
                    prefix = read_prefix(file.read(FRAME_PREFIX_BYTES), self._digest)
                    box = _exactly(file, prefix.length)
                    yield Place(offset, prefix), open_box(prefix, box, self._digest, self._key)
                    offset += FRAME_PREFIX_BYTES + prefix.length

    def _frame_follows(self, rest: bytes) -> bool:
        """Tell whether a whole frame stands behind bytes that are none: then this is no torn end.

        The first byte is skipped: a frame that begins there was just found not to be whole.
        """
        position = rest.find(FRAME_MARK, 1)
        while position >= 0:
            with suppress(Torn):
                prefix = read_prefix(rest[position : position + FRAME_PREFIX_BYTES], self._digest)
                start = position + FRAME_PREFIX_BYTES
                open_box(prefix, rest[start : start + prefix.length], self._digest, self._key)
                return True
            position = rest.find(FRAME_MARK, position + 1)
        return False

    def _load(self, plain: bytes, number: int) -> Logged:
        try:
            return wire.load(plain)
        except Malformed as exc:
            raise broken(str(self.path), number) from exc

    # --- writing -----------------------------------------------------------------------------
    @property
    def size(self) -> int:
        """Where the next frame goes, once the file is open for writing."""
        return self._end

    def open_at(self, end: int) -> None:
        """Open for appending and cut off whatever stands behind `end`."""
        with writing(self.path):
            self._descriptor = os.open(self.path, _OPEN_FLAGS)
            if os.fstat(self._descriptor).st_size != end:
                os.ftruncate(self._descriptor, end)
                os.fsync(self._descriptor)
        self._end = end

    def append(self, command: Command, entries: list[Entry]) -> None:
        """Write one frame; it is on the medium when this returns.

        Raises:
            DiskFull, InputOutput, MediumMissing: the file is closed and not to be used again.
        """
        frame = _frame(self._digest, self._key, self._keys, command, entries)
        try:
            self.require_present()
            assert self._descriptor is not None
            with writing(self.path):
                _write_all(self._descriptor, frame, self._end)
                sync(self._descriptor)
        except AzukariError:
            self._give_up()
            raise
        self._end += len(frame)

    def require_present(self) -> None:
        """Notice a medium that was pulled out or exchanged, and a file that somebody else wrote.

        An open descriptor alone would go on writing into a file that has no name any more.

        Raises:
            MediumMissing, InputOutput
        """
        if self._descriptor is None:
            raise MediumMissing(file=str(self.path.parent))
        with writing(self.path):
            here, ours = os.stat(self.path), os.fstat(self._descriptor)
            if is_link(self.path) or (here.st_dev, here.st_ino) != (ours.st_dev, ours.st_ino):
                raise MediumMissing(file=str(self.path.parent))
        if ours.st_size != self._end:
            raise InputOutput(file=str(self.path), reason="ほかのプログラムが書き込んでいます")

    def close(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            with suppress(OSError):
                os.close(descriptor)

    def _give_up(self) -> None:
        """Take a half-written frame back if the medium still allows it, and let go."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._end)
        self.close()


def _frame(digest: bytes, key: bytes, keys: Keys, command: Command, entries: list[Entry]) -> bytes:
    return write_frame(
        digest,
        key,
        first=command.first_seq,
        last=command.last_seq,
        previous=entries[0].previous,
        nonce=keys.random(NONCE_BYTES),
        plain=wire.dump(command, entries),
    )


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    os.lseek(descriptor, offset, os.SEEK_SET)
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _exactly(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) != length:
        raise Torn
    return data

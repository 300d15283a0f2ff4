"""One journal file on the disk: read through, cut where a power cut tore it, and appended to.

A file gets its final name only when its header and first frames are on the medium, so it is never
found half begun. `append` returns after the fsync. A failed write or fsync is final for the file:
the system may have dropped the dirty pages and would call them written the next time, so whoever
owns the file goes on with a new one.
"""

import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from models.chain import Command, Entry, Head
from models.errors import AzukariError, InputOutput, MediumMissing
from storage import access_wire, wire
from storage.access_wire import Batch
from storage.files import (
    close_and_remove,
    create_new,
    finish,
    forget_cached,
    is_link_itself,
    open_regular,
    put_in_place,
    reading,
    writing,
)
from storage.journal_format import (
    FRAME_MARK,
    FRAME_PREFIX_BYTES,
    HASH_BYTES,
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
PIECE = 1 << 20  # bytes that are looked through at once for the start of a frame
_OPEN_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)

Logged = tuple[Command, list[Entry]]
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Part:
    """What one frame holds: a command with its entries, lines of the access log, or both."""

    logged: Logged | None = None
    lines: Batch | None = None


def sync(descriptor: int) -> None:
    """Bring the written bytes, and the length that finds them, to the medium."""
    getattr(os, "fdatasync", os.fsync)(descriptor)


@dataclass(frozen=True)
class Place:
    """Where a whole frame stands; `number` counts the frames of its file from 1."""

    offset: int
    prefix: Prefix
    number: int = 0

    @property
    def end(self) -> int:
        return self.offset + FRAME_PREFIX_BYTES + self.prefix.length


@dataclass(frozen=True)
class Gap:
    """Bytes with whole frames behind them that are none, or a frame that stands where it must not.

    Args:
        frame: number of the first frame in it.
        after: the last entry before it.
        until: the last entry that it may have held, the same as `after` if it held none; None when
            no entry follows in the file.
    """

    frame: int
    after: int
    until: int | None


@dataclass(frozen=True)
class Scan:
    """A journal file read from its first byte to its last.

    Attributes:
        places: of all frames.
        end: where the next frame goes; what follows it is torn.
        head: head of the ledger after the last whole frame.
        lines: number and hash of the last line of the access log.
        written_at: when the last command was entered; None without any.
        torn: bytes follow that are no whole frame.
        torn_lines: whether that frame was to hold lines only; None when it does not say.
        gaps: what is damaged with whole frames behind it; `scan` stands for none.
    """

    header: FileHeader
    places: tuple[Place, ...]
    end: int
    head: Head
    lines: Head
    written_at: datetime | None
    torn: bool
    torn_lines: bool | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def next_number(self) -> int:
        """Return what the frame behind the last whole one is called."""
        return self.places[-1].number + 1 if self.places else 1


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
        cls, path: Path, header: FileHeader, keys: Keys, parts: Iterable[Part] = ()
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
                for content in parts:
                    file.write(_frame(header.digest, key, keys, content))
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
        found = self.survey()
        if found.gaps:
            raise broken(str(self.path), found.gaps[0].frame)
        return found

    def survey(self) -> Scan:
        """Open every frame that is whole, also behind damaged ones."""
        reader = _Reader(self.header.base.seq)
        with open_regular(self.path) as file, reading(self.path):
            forget_cached(file)
            size = file.seek(0, os.SEEK_END)
            place = self._frame(file, self._start, size)
            offset = self._start
            while place is not None or (place := self._frame_behind(file, offset, size)):
                if place[0].offset != offset:
                    reader.skip(self._claimed(file, offset), offset, place[0].offset)
                self._take(reader, *place)
                offset = place[0].end
                place = self._frame(file, offset, size)
            file.seek(offset)
            rest = file.read(FRAME_PREFIX_BYTES)
        latest = self._load(reader.command, reader.lines, reader.number)
        head, written_at = self.header.base, None
        if latest.logged is not None:
            done = latest.logged[0]
            head, written_at = Head(done.last_seq, done.head), done.recorded_at
        return Scan(
            self.header, tuple(reader.places), offset, head,
            latest.lines.end if latest.lines else self.header.lines,
            written_at, bool(rest), self._would_hold_lines(rest), reader.found(),
        )  # fmt: skip

    def _take(self, reader: "_Reader", place: Place, plain: bytes) -> None:
        if reader.fits(place):
            command, lines = self._split(plain, reader.number)
            reader.command, reader.lines = command or reader.command, lines or reader.lines

    def read(self, place: Place) -> Part:
        """Return the content of one frame that `scan` found.

        Raises:
            Damaged: it does not open any more; names the frame.
        """
        with open_regular(self.path) as file, reading(self.path):
            file.seek(place.offset + FRAME_PREFIX_BYTES)
            box = file.read(place.prefix.length)
        try:
            plain = open_box(place.prefix, box, self._digest, self._key)
        except Torn as exc:
            raise broken(str(self.path), place.number) from exc
        return self._load(*self._split(plain, place.number), place.number)

    def _frame(self, file: BinaryIO, offset: int, size: int) -> tuple[Place, bytes] | None:
        """Return the frame at a byte with its plain content, None if none is whole there."""
        file.seek(offset)
        with suppress(Torn):
            prefix = read_prefix(file.read(FRAME_PREFIX_BYTES), self._digest)
            box = _box(file, prefix.length, size)
            return Place(offset, prefix), open_box(prefix, box, self._digest, self._key)
        return None

    def _frame_behind(self, file: BinaryIO, offset: int, size: int) -> tuple[Place, bytes] | None:
        """Return the next whole frame behind a byte at which none begins: then it is no torn end."""
        while (found := _find_mark(file, offset + 1)) is not None:
            if (frame := self._frame(file, found, size)) is not None:
                return frame
            offset = found
        return None

    def _claimed(self, file: BinaryIO, offset: int) -> Place | None:
        """Return the place of a frame whose start reads although its box does not open."""
        file.seek(offset)
        with suppress(Torn):
            prefix = read_prefix(file.read(FRAME_PREFIX_BYTES), self._digest)
            return Place(offset, prefix)
        return None

    def _would_hold_lines(self, rest: bytes) -> bool | None:
        with suppress(Torn):
            return read_prefix(rest[:FRAME_PREFIX_BYTES], self._digest).of_lines
        return None

    def _split(self, plain: bytes, number: int) -> tuple[bytes, bytes]:
        """Return command and lines of a content; version 1 had commands only."""
        if self.header.version == 1:
            return plain, b""
        if len(plain) < _LENGTH.size:
            raise broken(str(self.path), number)
        end = _LENGTH.size + int(_LENGTH.unpack_from(plain)[0])
        return plain[_LENGTH.size : end], plain[end:]

    def _load(self, command: bytes, lines: bytes, number: int) -> Part:
        try:
            return Part(
                wire.load(command) if command else None, access_wire.load(lines) if lines else None
            )
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

    def append(self, part: Part) -> None:
        """Write one frame; it is on the medium when this returns.

        Raises:
            DiskFull, InputOutput, MediumMissing: the file is closed and not to be used again.
        """
        frame = _frame(self._digest, self._key, self._keys, part)
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
            here, ours = os.lstat(self.path), os.fstat(self._descriptor)
            if is_link_itself(here) or (here.st_dev, here.st_ino) != (ours.st_dev, ours.st_ino):
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


class _Reader:
    """What was read of a file so far: the frames that follow each other, and the gaps between.

    Args:
        last: the last entry before the file.
    """

    def __init__(self, last: int) -> None:
        self.places: list[Place] = []
        self.number = 0  # of the frame that was read last
        self.command = b""  # the latest
        self.lines = b""
        self._last = last
        self._gaps: list[Gap] = []
        self._open: list[Gap] = []  # of which no entry behind is known yet

    def skip(self, claimed: Place | None, offset: int, end: int) -> None:
        """Note bytes that are no whole frame; one alone still says what it held."""
        self.number += 1
        gap = Gap(self.number, self._last, None)
        if claimed is not None and (claimed.offset, claimed.end) == (offset, end):
            until = max(claimed.prefix.last, self._last)
            self._gaps.append(replace(gap, until=until))
            self._last = until
        else:
            self._open.append(gap)

    def fits(self, place: Place) -> bool:
        """Take a whole frame if it stands where it may; tell whether it does."""
        self.number += 1
        prefix = place.prefix
        if not prefix.of_lines:
            if not self._last < prefix.first <= prefix.last:
                self._gaps.append(Gap(self.number, self._last, self._last))
                return False
            self._close(prefix.first - 1)
            self._last = prefix.last
        self.places.append(replace(place, number=self.number))
        return True

    def _close(self, until: int) -> None:
        """Learn how far the entries go that are missing before a frame."""
        if self._open:
            self._gaps += [replace(gap, until=until) for gap in self._open]
            self._open = []
        elif until > self._last:
            self._gaps.append(Gap(self.number, self._last, until))

    def found(self) -> tuple[Gap, ...]:
        """Return the gaps in their order."""
        return tuple(sorted((*self._gaps, *self._open), key=lambda gap: gap.frame))


def _find_mark(file: BinaryIO, offset: int) -> int | None:
    """Return where the mark of a frame next stands, at a byte or behind it."""
    file.seek(offset)
    kept = b""
    while piece := file.read(PIECE):
        data = kept + piece
        if (at := data.find(FRAME_MARK)) >= 0:
            return offset + at
        kept = data[-len(FRAME_MARK) + 1 :]
        offset += len(data) - len(kept)
    return None


def _frame(digest: bytes, key: bytes, keys: Keys, part: Part) -> bytes:
    first, last, previous, packed = 0, 0, bytes(HASH_BYTES), b""
    if part.logged is not None:
        command, entries = part.logged
        first, last, previous = command.first_seq, command.last_seq, entries[0].previous
        packed = wire.dump(command, entries)
    lines = access_wire.dump(part.lines) if part.lines else b""
    return write_frame(
        digest, key, first=first, last=last, previous=previous, nonce=keys.random(NONCE_BYTES),
        plain=_LENGTH.pack(len(packed)) + packed + lines,
    )  # fmt: skip


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    os.lseek(descriptor, offset, os.SEEK_SET)
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _box(file: BinaryIO, length: int, size: int) -> bytes:
    """Read a box; a length beyond the end of the file is not even given memory."""
    if length > size - file.tell():
        raise Torn
    data = file.read(length)
    if len(data) != length:
        raise Torn
    return data

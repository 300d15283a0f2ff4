"""Scans and photos: immutable sealed files, each named by the SHA-256 of its own bytes.

`magic | version | file id | records` (docs/format.md, "Attachment file"). The key is random and its
own, kept in the database and handed in: a rotation of the data key rewrites no photo, and a backup
copies only files that are new. The name says what the bytes must be, so that no file can stand in
for another.
"""

import hashlib
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from models.errors import (
    BRING_BACK,
    AttachmentLost,
    AzukariError,
    Damaged,
    MediumMissing,
    NewerFormat,
)
from storage.database import Database
from storage.files import (
    close_and_remove,
    create_new,
    finish,
    is_link,
    make_private_folder,
    open_regular,
    put_in_place,
    reading,
    writing,
)
from storage.kdf import KEY_BYTES, hkdf
from storage.keyset import Random
from storage.records import BrokenStream, RecordReader, RecordWriter

FOLDER_NAME = "attachments"
MAGIC = b"AZKATTA\n"
VERSION = 1
FILE_ID_BYTES = 16
PREFIX_BYTES = len(MAGIC) + 2 + FILE_ID_BYTES
RECORD_BYTES = 64 * 1024
_PIECE = 1024 * 1024
_PART_SUFFIX = ".part"
_RESTORE = f"この添付ファイルだけが読めません。{BRING_BACK}"


@dataclass(frozen=True)
class StoredFile:
    """One attachment that is durable."""

    name: str
    size: int
    plain_size: int
    plain_sha256: str


class Attachments:
    """The attachment folder of one ledger."""

    def __init__(self, folder: Path, key: bytes, random: Random = os.urandom) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("the attachment key has 32 bytes")
        self.folder = folder
        self._key = key
        self._random = random

    def is_elsewhere(self) -> bool:
        """Tell whether a link or a file stands in the place of the folder."""
        there = os.path.lexists(self.folder)
        return there and (is_link(self.folder) or not self.folder.is_dir())

    def add(self, data: bytes) -> StoredFile:
        """Seal a file that is in memory; durable when this returns."""
        return self.add_stream(io.BytesIO(data))

    def add_stream(self, source: BinaryIO) -> StoredFile:
        """Seal a file piece by piece; durable when this returns.

        Raises:
            DiskFull, NotWritable, InputOutput: nothing was added.
        """
        make_private_folder(self.folder)
        part = self.folder / (self._random(16).hex() + _PART_SUFFIX)
        file = create_new(part)
        try:
            with writing(part):
                stored = self._seal(source, file)
            finish(file, part)
            put_in_place(part, self.folder / stored.name)
        except (AzukariError, OSError):
            close_and_remove(file, part)
            raise
        return stored

    def read(self, name: str) -> bytes:
        """Return the whole plain content.

        Raises:
            Damaged: names the file; `AttachmentLost` when it is not there.
            MediumMissing: the whole ledger is not there.
        """
        return b"".join(self.stream(name))

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield the plain content, after the file was checked against its name."""
        self._check_name(name)
        path = self.folder / name
        if not os.path.lexists(path) and self.folder.parent.is_dir():
            raise AttachmentLost(file=str(path))
        if _hash(path) != name:
            raise Damaged(file=str(path), what_now=_RESTORE)
        with open_regular(path) as file:
            try:
                with reading(path):
                    yield from map(bytes, self._open(file, path).rest())
            except BrokenStream as exc:
                raise Damaged(file=str(path), what_now=_RESTORE) from exc

    def verify(self, name: str) -> None:
        """Read a file to its end.

        Raises:
            Damaged, MediumMissing, NewerFormat: names the file.
        """
        self.digest(name)

    def digest(self, name: str) -> tuple[int, str]:
        """Read a file to its end; return size and SHA-256 of the plain content.

        Raises:
            Damaged, MediumMissing, NewerFormat: names the file.
        """
        plain, size = hashlib.sha256(), 0
        for piece in self.stream(name):
            plain.update(piece)
            size += len(piece)
        return size, plain.hexdigest()

    def verify_all(self, names: Iterable[str]) -> list[AzukariError]:
        """Check every named file and collect what is wrong instead of stopping at the first."""
        problems: list[AzukariError] = []
        for name in names:
            try:
                self.verify(name)
            except (Damaged, MediumMissing, NewerFormat) as exc:
                problems.append(exc)
        return problems

    def names(self) -> list[str]:
        """List the sealed files, without unfinished ones."""
        return list_names(self.folder)

    def remove(self, names: Iterable[str]) -> None:
        """Remove sealed files that nothing speaks of any more; what is not there is fine.

        A name that is none of ours is of no file of ours, and keeps no other from being removed.

        Raises:
            NotWritable, InputOutput
        """
        for name in filter(is_name, names):
            with writing(self.folder / name):
                (self.folder / name).unlink(missing_ok=True)

    def discard_unfinished(self) -> None:
        """Remove what a power cut left half written; call it under the ledger's lock."""
        if not self.folder.exists():
            return
        with writing(self.folder):
            for path in self.folder.glob("*" + _PART_SUFFIX):
                path.unlink()

    def _seal(self, source: BinaryIO, file: BinaryIO) -> StoredFile:
        file_id = self._random(FILE_ID_BYTES)
        prefix = MAGIC + VERSION.to_bytes(2, "big") + file_id
        sink = _HashingSink(file)
        sink.write(prefix)
        writer = RecordWriter(sink, self._file_key(file_id), prefix, RECORD_BYTES)
        plain = hashlib.sha256()
        plain_size = 0
        while piece := source.read(_PIECE):
            plain.update(piece)
            plain_size += len(piece)
            writer.write(piece)
        writer.finish()
        return StoredFile(sink.hash.hexdigest(), sink.size, plain_size, plain.hexdigest())

    def _open(self, file: BufferedReader, path: Path) -> RecordReader:
        prefix = file.read(PREFIX_BYTES)
        version = int.from_bytes(prefix[8:10], "big")
        if prefix[:8] != MAGIC or len(prefix) != PREFIX_BYTES or version < 1:
            raise Damaged(file=str(path), what_now=_RESTORE)
        if version > VERSION:
            raise NewerFormat(file=str(path), found=version, known=VERSION)
        return RecordReader(file, self._file_key(prefix[10:]), prefix, RECORD_BYTES)

    def _file_key(self, file_id: bytes) -> bytes:
        return hkdf(self._key, b"azukari/attachment/1", salt=file_id)

    def _check_name(self, name: str) -> None:
        # A name comes from the database and never leads out of the folder.
        if not is_name(name):
            raise Damaged(file=str(self.folder), what_now=_RESTORE)


class _HashingSink:
    """Pass bytes on and keep their hash, which becomes the name."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self.hash.update(data)
        self.size += len(data)


def is_name(name: str) -> bool:
    """Say whether a file name is one that we give."""
    return re.fullmatch(r"[0-9a-f]{64}", name) is not None


def list_names(folder: Path) -> list[str]:
    """List the sealed files of a folder in a fixed order; needs no key."""
    if not folder.exists():
        return []
    with reading(folder):
        return sorted(entry.name for entry in os.scandir(folder) if is_name(entry.name))


def facts_of_records(database: Database) -> dict[str, set[tuple[int, str]]]:
    """Return the sealed files that records speak of, with the size and SHA-256 that they tell."""
    found: dict[str, set[tuple[int, str]]] = {}
    for name, size, digest in database.all(
        "SELECT blob, size, sha256 FROM v_attachment WHERE blob <> '' ORDER BY 1"
    ):
        found.setdefault(str(name), set()).add((size, digest))
    return found


def names_of_records(database: Database) -> list[str]:
    """Return the sealed files that records speak of."""
    return list(facts_of_records(database))


def lost_files(database: Database, folder: Path) -> list[str]:
    """Return the sealed files that records speak of and that are not in the folder."""
    present = set(list_names(folder))
    return [name for name in names_of_records(database) if name not in present]


def is_whole(path: Path) -> bool:
    """Tell whether a sealed file is there, with the bytes that its name says; needs no key."""
    try:
        return _hash(path) == path.name
    except AzukariError:
        return False


def _hash(path: Path) -> str:
    with open_regular(path) as file, reading(path):
        return hashlib.file_digest(file, "sha256").hexdigest()

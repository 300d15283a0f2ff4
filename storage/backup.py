"""Write, verify and restore backups: one flat file, read again before it is called a backup.

Everything streams: the database comes from a reader over its encrypted file, which stands still
meanwhile, attachments are copied as they are. A backup counts when

- every record was read again from the medium and opened: under a key that was drawn for this backup
  and used once, so that only what was sealed a moment ago opens;
- the key header and every attachment inside are what they say they are;
- the database that was copied is sound: pages, structure, chain, signatures, head. This is asked of
  a function that is passed in, because this room knows no SQL, and goes on beside the writing. To
  look into a second copy would show the same bytes again.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from models.errors import Damaged, Foreign
from models.store import Progress
from resources import VERSION as PROGRAM
from storage.apart import LARGE, apart
from storage.attachments import FOLDER_NAME, list_names
from storage.backup_format import (
    ATTACHMENT_PART,
    DATABASE_PART,
    HEADER_PART,
    RECEIVER_ROLES,
    Manifest,
    Preamble,
    damaged,
    read_preamble,
    slots_of_receivers,
    wrap_context,
    wrap_to_receivers,
    write_preamble,
)
from storage.backup_opening import Opener, with_vault
from storage.backup_parts import Meter, Part, PartReader, PartWriter, SourceCheck, write_beside
from storage.files import (
    close_and_remove,
    create_durable,
    create_new,
    finish,
    forget_cached,
    is_link,
    make_private_folder,
    open_regular,
    put_folder_in_place,
    put_in_place,
    reading,
    require_room,
    writing,
)
from storage.header import ID_BYTES, check_profile, time_text
from storage.header_files import COPIES
from storage.kdf import KEY_BYTES
from storage.records import BrokenStream
from storage.unlocked import Vault

DATABASE_NAME = "ledger.db"
UNFINISHED = ".azukari-restore"  # ends the name of a folder until a restore is whole
_PART_SUFFIX = ".part"
_PIECE = 1024 * 1024
_MENDED = "この添付ファイルを前のバックアップから戻してから、もう一度お試しください。"


DatabaseCheck = Callable[[Path], None]
"""Opens a database file read-only and raises if page MACs, structure or chain do not agree."""


@dataclass(frozen=True)
class LedgerFacts:
    """Where the ledger stands while the database is read: the caller holds a read transaction."""

    seq: int
    head: bytes
    counts: Mapping[str, int]


@dataclass(frozen=True)
class VerifiedBackup:
    """A backup whose every byte was read from the medium and authenticated."""

    file: Path
    manifest: Manifest
    size: int
    sha256: str
    database_checked: bool


def write_backup(
    target: Path,
    *,
    vault: Vault,
    facts: LedgerFacts,
    database: BinaryIO,
    database_size: int,
    now: datetime,
    attachments: Sequence[str] | None = None,
    progress: Progress | None = None,
    check_source: SourceCheck | None = None,
) -> VerifiedBackup:
    """Write a backup, read it again from the medium, and only then give it its name.

    Args:
        database: reader over the encrypted database file, exactly `database_size` bytes. With
            `check_source` it is read in another thread; a large one is read by its name, in a
            process of its own.
        attachments: names of sealed files; all files of the ledger's folder if left out.
        check_source: checks the database itself; runs in the caller's thread.

    Raises:
        DiskFull, NotWritable, MediumMissing, InputOutput: nothing is left behind.
        Damaged: what was read back is not what was written, or an attachment is not sound.
    """
    folder = vault.folder / FOLDER_NAME
    names = sorted(list_names(folder) if attachments is None else attachments)
    key = vault.random(KEY_BYTES)
    sizes = [_size(folder / name) for name in names]
    manifest = _describe(vault, facts, now, key, database_size, sizes)
    part = target.with_name(target.name + _PART_SUFFIX)
    _remove(part)
    file = create_new(part)
    file.close()
    whole = _Whole(part, write_preamble(manifest), key, vault.header_bytes, vault.folder, names)

    def write(meter: Meter) -> VerifiedBackup:
        if manifest.content_size < LARGE:
            return _write_and_read(whole, database, meter)
        return apart(_write_and_read_apart, whole, meter=meter, file=part)

    try:
        verified = write_beside(write, check_source, progress, 2 * manifest.content_size)
        if vault.role in RECEIVER_ROLES and with_vault(vault)(verified.manifest) != key:
            raise damaged(str(part))
        put_in_place(part, target)
    except BaseException:
        # Also when the user cancels: a part that is no backup must not look like one.
        close_and_remove(file, part)
        raise
    return VerifiedBackup(
        target, manifest, verified.size, verified.sha256, check_source is not None
    )


def verify_backup(
    path: Path,
    opener: Opener,
    *,
    vault_id: bytes | None = None,
    allow_test_profile: bool = False,
    progress: Progress | None = None,
    check_database: DatabaseCheck | None = None,
) -> VerifiedBackup:
    """Read a backup from the medium to its last byte.

    Args:
        vault_id: insist that it belongs to this ledger.
        check_database: looks into the database, which is laid beside the backup for that (still
            encrypted) and removed again.

    Raises:
        Damaged, Foreign, NewerFormat: it is no sound backup of this ledger.
        WrongPassword, WrongRecoverySheet, DeviceSecretMissing, NotPermitted: it does not open.
    """
    with open_regular(path) as file, reading(path):
        manifest = read_preamble(file, str(path)).manifest
    _check_owner(manifest, path, vault_id, allow_test_profile)
    return _verify(path, opener, check_database, Meter(progress, manifest.content_size))


def restore_backup(
    path: Path,
    folder: Path,
    opener: Opener,
    *,
    allow_test_profile: bool = False,
    progress: Progress | None = None,
    check_database: DatabaseCheck | None = None,
) -> Manifest:
    """Restore into a new or empty folder; it gets its name when everything is in it.

    Raises:
        Occupied, NotWritable, Refused: something already stands at `folder` (`require_room`).
        Damaged, Foreign, NewerFormat: it is no sound backup.
    """
    require_room(folder)
    with open_regular(path) as file, reading(path):
        preamble = read_preamble(file, str(path))
    _check_owner(preamble.manifest, path, None, allow_test_profile)
    key = opener(preamble.manifest)
    unfinished = _unfinished(folder)
    try:
        meter = Meter(progress, preamble.manifest.content_size)
        if preamble.manifest.content_size < LARGE:
            _extract(path, preamble, key, unfinished, meter)
        else:
            apart(_extract, path, preamble, key, unfinished, meter=meter, file=path)
        if check_database is not None:
            check_database(unfinished / DATABASE_NAME)
        put_folder_in_place(unfinished, folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return preamble.manifest


# --- writing ----------------------------------------------------------------------------------


def _describe(
    vault: Vault,
    facts: LedgerFacts,
    now: datetime,
    key: bytes,
    database_size: int,
    attachment_sizes: Sequence[int],
) -> Manifest:
    header = vault.header
    backup_id = vault.random(ID_BYTES)
    receivers = wrap_to_receivers(
        header, key, lambda user_id: wrap_context(vault.vault_id, backup_id, user_id), vault.random
    )
    return Manifest(
        backup_id=backup_id,
        vault_id=vault.vault_id,
        device_key_id=header.device_key_id,
        profile=header.profile,
        program=PROGRAM,
        created=time_text(now),
        seq=facts.seq,
        head=facts.head,
        counts=facts.counts,
        generation=header.generation,
        header_size=len(vault.header_bytes),
        database_size=database_size,
        attachments=len(attachment_sizes),
        attachments_size=sum(attachment_sizes),
        receivers=receivers,
        slots=slots_of_receivers(header),
    )


@dataclass(frozen=True)
class _Whole:
    """All that goes into one backup, and the file that it becomes."""

    part: Path
    preamble: Preamble
    key: bytes
    header: bytes
    ledger: Path
    names: Sequence[str]


def _write_and_read_apart(whole: _Whole, meter: Meter) -> VerifiedBackup:
    path = whole.ledger / DATABASE_NAME
    with open_regular(path) as database, reading(path):
        return _write_and_read(whole, database, meter)


def _write_and_read(whole: _Whole, database: BinaryIO, meter: Meter) -> VerifiedBackup:
    part, preamble = whole.part, whole.preamble
    with writing(part):
        file = part.open("r+b")
    try:
        with writing(part):
            file.write(preamble.raw + preamble.digest)
        parts = PartWriter(_Guarded(file, part), preamble, whole.key, meter)
        _write_parts(parts, whole, database)
        finish(file, part)
    except BaseException:
        close_and_remove(file, part)  # closing writes what is left, and fails like it
        raise
    return _verify(part, lambda _: whole.key, None, meter)


def _write_parts(parts: PartWriter, whole: _Whole, database: BinaryIO) -> None:
    parts.add(HEADER_PART, len(whole.header), iter([whole.header]))
    size = whole.preamble.manifest.database_size
    parts.add(DATABASE_PART, size, _pieces(database, whole.ledger / DATABASE_NAME))
    for name in whole.names:
        path = whole.ledger / FOLDER_NAME / name
        with open_regular(path) as file:
            try:
                pieces = _pieces(file, path)
                parts.add(ATTACHMENT_PART, _size(path), pieces, bytes.fromhex(name))
            except BrokenStream as exc:
                raise Damaged(file=str(path), what_now=_MENDED) from exc
    parts.finish()


class _Guarded:
    """A sink whose errors of the system are ours."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path

    def write(self, data: bytes | memoryview) -> None:
        with writing(self._path):
            self._file.write(data)


# --- reading ----------------------------------------------------------------------------------


def _verify(
    path: Path, opener: Opener, check_database: DatabaseCheck | None, meter: Meter
) -> VerifiedBackup:
    """Read every byte; lay the database beside the backup only if somebody wants to look at it."""
    scratch = path.with_name(path.name + ".check")
    _remove(scratch)
    try:
        wanted = None if check_database is None else scratch
        preamble, counted = _read_through(path, opener, wanted, meter)
        if check_database is not None:
            check_database(scratch)
    finally:
        _remove(scratch)
    return VerifiedBackup(
        path, preamble.manifest, counted.size, counted.sha256(), check_database is not None
    )


def _read_through(
    path: Path, opener: Opener, database: Path | None, meter: Meter
) -> "tuple[Preamble, _Counted]":
    with open_regular(path) as file, reading(path):
        forget_cached(file)
        counted = _Counted(file)
        preamble = read_preamble(counted, str(path))
        key = opener(preamble.manifest)
        parts = PartReader(counted, str(path), preamble, key, meter)
        try:
            parts.header()
            if database is None:
                _skip(parts.database())
            else:
                _copy(parts.database(), database)
            for part in parts.attachments():
                _skip(part)
        except BrokenStream as exc:
            raise damaged(str(path)) from exc
    return preamble, counted


def _unfinished(folder: Path) -> Path:
    """Make the folder in which a restore is laid down; what a killed restore left there goes.

    Its name is one that nobody else gives: `.part` was somebody's, and a mark inside would not
    outlive every power cut.

    Raises:
        Occupied: something else stands there.
    """
    place = folder.with_name(folder.name + UNFINISHED)
    with reading(place):
        if os.path.lexists(place) and not is_link(place) and place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
    require_room(place)
    make_private_folder(place)
    return place


def _extract(path: Path, preamble: Preamble, key: bytes, folder: Path, meter: Meter) -> None:
    with open_regular(path) as file, reading(path):
        if read_preamble(file, str(path)).raw != preamble.raw:
            raise damaged(str(path))  # another one than the key was found for
        _take_out(PartReader(file, str(path), preamble, key, meter), folder)


def _take_out(parts: PartReader, folder: Path) -> None:
    try:
        header = parts.header()
        for name in COPIES:
            create_durable(folder / name, header)
        _copy(parts.database(), folder / DATABASE_NAME)
        make_private_folder(folder / FOLDER_NAME)
        for part in parts.attachments():
            unnamed = folder / FOLDER_NAME / ("next" + _PART_SUFFIX)
            _copy(part, unnamed)
            put_in_place(unnamed, folder / FOLDER_NAME / part.name.hex())
    except BrokenStream as exc:
        raise damaged(parts.name) from exc


def _skip(part: Part) -> None:
    for _ in part.pieces():
        pass


def _copy(part: Part, path: Path) -> None:
    """Write a part to a new file, durably."""
    file = create_new(path)
    try:
        sink = _Guarded(file, path)
        for piece in part.pieces():
            sink.write(piece)
        finish(file, path)
    except BaseException:
        close_and_remove(file, path)
        raise


def _check_owner(
    manifest: Manifest, path: Path, vault_id: bytes | None, allow_test_profile: bool
) -> None:
    check_profile(manifest.profile, str(path), allow_test_profile)
    if vault_id is not None and manifest.vault_id != vault_id:
        raise Foreign(file=str(path), reason="別の台帳のバックアップです。")


def _remove(path: Path) -> None:
    """Clear away what a killed run left under a name of our own."""
    with writing(path):
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    with reading(path):
        return path.stat().st_size


def _pieces(source: BinaryIO, path: Path) -> Iterator[bytes]:
    while True:
        with reading(path):
            piece = source.read(_PIECE)
        if not piece:
            return
        yield piece


class _Counted:
    """A source that counts and hashes what was read: every byte of a backup."""

    def __init__(self, file: BufferedReader) -> None:
        self.size = 0
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        self.size += len(data)
        return data

    def readinto(self, buffer: bytearray, /) -> int:
        length = self._file.readinto(buffer)
        self._hash.update(memoryview(buffer)[:length])
        self.size += length
        return length

    def sha256(self) -> str:
        return self._hash.hexdigest()

"""Reach the disk durably: tight permissions first, then content, then fsync, and our own errors.

Data can be lost here, so the rules stand in one place:

- a file is created 0600 *before* its first byte is written, a folder 0700;
- nothing is acknowledged before `fsync` returned; an `fsync` error is final, because the system may
  have dropped the dirty pages and would report success the next time;
- a file that must survive a torn write is overwritten in place and exists twice (see
  `storage/header_files.py`): no rename, which Windows does not promise to be atomic;
- links and empty files are refused on reading: neither is ever written by us;
- every `OSError` becomes an error of `models/errors/` in `translate`, and nowhere else.
"""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from models.errors import (
    AzukariError,
    Damaged,
    DiskFull,
    FolderInTheWay,
    Foreign,
    InputOutput,
    MediumMissing,
    NotWritable,
    Occupied,
    Refused,
    cause,
)

# Whatever a small file of ours that nobody protects may bring its reader to raise.
UNREADABLE = (AzukariError, ArithmeticError, AttributeError, RecursionError, TypeError, ValueError)
FILE_MODE = 0o600
FOLDER_MODE = 0o700

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO}
# Windows folds these into EACCES or EINVAL: path not found, not ready, no network, unplugged.
_MISSING_ON_WINDOWS = {3, 21, 53, 67, 1167}
_BINARY = getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe that was put in a file's place would wait for ever


def translate(exc: OSError, path: Path, *, writing: bool) -> AzukariError:
    """Turn an error of the operating system into the sentence that the user can act on."""
    file = str(path)
    if exc.errno in _FULL:
        return DiskFull(file=file)
    if getattr(exc, "winerror", None) in _MISSING_ON_WINDOWS or exc.errno in _MISSING:
        return MediumMissing(file=file)
    if exc.errno in _FORBIDDEN and writing:
        return NotWritable(file=file)
    if exc.errno in _FORBIDDEN:
        return InputOutput(file=file, reason="読み取りの権限がありません")
    if exc.errno == errno.EISDIR:
        return FolderInTheWay(file=file)
    return InputOutput(file=file, reason=cause(exc))


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Run a block that reads `path`; an `OSError` leaves it as one of our errors."""
    try:
        yield
    except OSError as exc:
        raise translate(exc, path, writing=False) from exc


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Run a block that writes `path`; an `OSError` leaves it as one of our errors."""
    try:
        yield
    except OSError as exc:
        raise translate(exc, path, writing=True) from exc


def make_private_folder(path: Path) -> None:
    """Create a folder that only its owner can enter, or tighten an existing one.

    Raises:
        Foreign: the path is a link or not a folder.
    """
    with writing(path):
        with suppress(FileExistsError):
            path.mkdir(mode=FOLDER_MODE, parents=True)
        if is_link(path) or not path.is_dir():
            raise Foreign(file=str(path), reason="フォルダーではありません。")
        # mkdir's mode is cut by the umask and an existing folder may be wider.
        path.chmod(FOLDER_MODE)
        sync_folder(path.parent)


def is_link(path: Path) -> bool:
    """Say whether the path is a symbolic link or, on Windows, a junction."""
    return is_link_itself(os.lstat(path))


def is_link_itself(status: os.stat_result) -> bool:
    """Say the same of what `os.lstat` returned."""
    reparse = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_file_attributes", 0) & reparse)


def sync_folder(path: Path) -> None:
    """Make names created in a folder durable; Windows offers no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as exc:
        # vfat and some network folders refuse fsync on a folder: nothing better exists there.
        if exc.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def create_new(path: Path) -> BinaryIO:
    """Open a file that did not exist, 0600 from its first moment, for writing and re-reading.

    Raises:
        NotWritable: something already stands there, or the folder forbids it.
    """
    with writing(path):
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, FILE_MODE)
        except FileExistsError as exc:
            raise Occupied(file=str(path)) from exc
        return os.fdopen(descriptor, "w+b")


def finish(file: BinaryIO, path: Path) -> None:
    """Flush, fsync and close a file that `create_new` opened, then make its name durable."""
    with writing(path):
        try:
            file.flush()
            os.fsync(file.fileno())
        finally:
            file.close()
        sync_folder(path.parent)


def create_durable(path: Path, content: bytes) -> None:
    """Write a new file so that it survives a power cut once this returns."""
    file = create_new(path)
    try:
        with writing(path):
            file.write(content)
        finish(file, path)
    except AzukariError:
        close_and_remove(file, path)
        raise


def overwrite_durable(path: Path, content: bytes) -> None:
    """Overwrite a file in place and fsync it; creates it if it is missing.

    The caller keeps a second copy, because a power cut may leave this one torn.
    """
    flags = os.O_WRONLY | os.O_CREAT | _BINARY | _NO_FOLLOW
    with writing(path):
        existed = os.path.lexists(path)
        if existed:
            require_plain(path)
        descriptor = os.open(path, flags, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, FILE_MODE)
            file.write(content)
            file.truncate()
            file.flush()
            os.fsync(descriptor)
        if not existed:
            sync_folder(path.parent)


def replace_durable(path: Path, content: bytes) -> None:
    """Write a file anew under a passing name, then give it its own; durable when this returns.

    For a file that is there once only: a power cut leaves the former content or the new one. On
    Windows, which does not promise that of a rename, it may leave none.

    Raises:
        NotWritable, DiskFull, InputOutput, MediumMissing: the former file stands.
    """
    part = path.with_name(f"{path.name}.part")
    with writing(part):
        part.unlink(missing_ok=True)
    create_durable(part, content)
    try:
        with writing(path):
            os.replace(part, path)
            sync_folder(path.parent)
    except AzukariError:
        with suppress(OSError):
            part.unlink()
        raise


def close_and_remove(file: BinaryIO, path: Path) -> None:
    """Drop a file that could not be completed; the first error is the one to show."""
    with suppress(OSError):
        file.close()
    with suppress(OSError):
        path.unlink()


def put_in_place(part: Path, target: Path) -> None:
    """Give a completed, synced file its final name; refuses to replace another file."""
    with writing(target):
        if os.path.lexists(target):
            raise Occupied(file=str(target))
        part.rename(target)
        sync_folder(target.parent)


def require_room(folder: Path) -> None:
    """Refuse a place for a new folder, unless nothing stands there or an empty folder of our own.

    Raises:
        Occupied: something stands there.
        NotWritable: an empty folder is somebody else's.
        Refused: it is the root of a medium, which cannot be replaced.
    """
    with reading(folder):
        if not os.path.lexists(folder):
            return
        if is_link(folder) or not folder.is_dir() or any(folder.iterdir()):
            raise Occupied(file=str(folder))
        if os.path.ismount(folder):
            raise Refused(
                reason=f"「{folder}」は媒体そのものです。その中の、まだ無いフォルダーを指定してください。"
            )
        if hasattr(os, "getuid") and os.lstat(folder).st_uid != os.getuid():
            raise NotWritable(file=str(folder))


def put_folder_in_place(part: Path, target: Path) -> None:
    """Give a completed folder its final name; an empty folder there makes room, nothing else does.

    Raises:
        Occupied: something stands there.
        NotWritable, InputOutput: `target` is not there then.
    """
    with suppress(OSError):
        if not is_link(target):
            target.rmdir()
    try:
        put_in_place(part, target)
    except AzukariError:
        if not os.path.lexists(part):  # it has its name, which may not outlive a power cut
            shutil.rmtree(target, ignore_errors=True)
        raise


def open_regular(path: Path, *, links: bool = False) -> BufferedReader:
    """Open an existing plain file for reading.

    Args:
        links: whether it may be a link to one, as somebody who keeps the file elsewhere makes it.

    Raises:
        MediumMissing: it is not there.
        Foreign: it is a link, a folder or a device.
        Damaged: it is empty.
    """
    with reading(path):
        if not links:
            _refuse_link(os.lstat(path), path)
        flags = os.O_RDONLY | _BINARY | _NO_WAIT
        descriptor = os.open(path, flags if links else flags | _NO_FOLLOW)
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_size > 0:
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISREG(status.st_mode):
        raise Damaged(
            file=str(path), what_now="中身がありません。バックアップから復元してください。"
        )
    raise _no_file(path)


def require_plain(path: Path) -> None:
    """Refuse a link, a folder, a pipe or a device that stands in the place of a file.

    Raises:
        Foreign
    """
    status = os.lstat(path)
    _refuse_link(status, path)
    if not stat.S_ISREG(status.st_mode):
        raise _no_file(path)


def _refuse_link(status: os.stat_result, path: Path) -> None:
    if is_link_itself(status):
        raise Foreign(file=str(path), reason="リンクは使えません。")


def _no_file(path: Path) -> Foreign:
    return Foreign(file=str(path), reason="通常のファイルではありません。")


def read_whole(path: Path, *, limit: int, links: bool = False, cached: bool = True) -> bytes:
    """Read a small plain file; a larger one than `limit` bytes is refused unread.

    Args:
        cached: False asks the medium itself, where the system offers that.

    Raises:
        Damaged: it is empty or longer than anything we write.
    """
    with open_regular(path, links=links) as file, reading(path):
        if not cached:
            forget_cached(file)
        content = file.read(limit + 1)
    if len(content) > limit:
        raise Damaged(file=str(path), what_now="長すぎます。バックアップから復元してください。")
    return content


def forget_cached(file: BinaryIO) -> None:
    """Ask the system to drop its cached pages, so that the next read comes from the medium."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

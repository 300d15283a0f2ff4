"""Keep a ledger to one program at a time, with a lock that dies with its process.

The lock is the operating system's (flock, LockFile), never the existence of a file: after a kill or
a power cut nothing has to be cleaned up. The text in the file only says who holds it.
"""

import json
import os
import stat
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from models.errors import Foreign, InUse
from storage.files import FILE_MODE, writing

LOCK_NAME = "lock"
_TEXT_LIMIT = 1024
_NO_LOCK = (
    "台帳を一度に一つのプログラムだけで使うためのファイルが、別のファイルになっています。"
    "何も書き込んでいません。そのファイルを別の場所に移してから、もう一度お試しください。"
)
_UNKNOWN = {"holder": "別のプログラム", "since": "不明な時刻"}
_LOOKS, _BETWEEN = 5, 0.02  # seconds
# Windows locks are mandatory: lock a byte far behind the text, so that others can read the text.
_LOCKED_BYTE = 1 << 30


class LedgerLock:
    """Hold a ledger folder exclusively until `release` or the end of the process.

    Args:
        descriptor: None where there is nothing to hold.
    """

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let others in; the file stays, because removing it would race with the next holder."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def lock_ledger(folder: Path, *, holder: str, now: datetime) -> LedgerLock:
    """Take the exclusive lock of a ledger folder.

    Args:
        holder: who is shown to a second starter, e.g. "山田のPC（画面）".
        now: local time that is shown beside it.

    Raises:
        InUse: another program holds it; says who and since when.
        MediumMissing: the folder does not exist.
        Foreign: another file bears the name of the lock; it is not touched.
    """
    path = folder / LOCK_NAME
    with writing(path):
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(path, flags, FILE_MODE)
    try:
        _require_ours(descriptor, path)
        if not _try_lock(descriptor):
            raise InUse(**_read_holder(descriptor))
        with writing(path):
            _write_holder(descriptor, holder, now)
    except BaseException:
        os.close(descriptor)
        raise
    return LedgerLock(descriptor)


def _require_ours(descriptor: int, path: Path) -> None:
    """Refuse to write who holds the lock over anything but a lock, whose name something else bears.

    Raises:
        Foreign
    """
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1 or status.st_size > _TEXT_LIMIT:
        raise Foreign(file=str(path), reason=_NO_LOCK)


def hold_still(folder: Path) -> LedgerLock:
    """Keep others from writing while a ledger is looked at that cannot be written from here.

    Where no lock ever lay nobody can be writing; nothing is created.

    Raises:
        InUse: another program writes to it.
    """
    path = folder / LOCK_NAME
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return LedgerLock(None)  # none, or of an owner who lets nobody read it
    if not _try_lock(descriptor):
        told = _read_holder(descriptor)
        os.close(descriptor)
        raise InUse(**told)
    return LedgerLock(descriptor)


def can_write(folder: Path) -> bool:
    """Tell whether this process may write in a folder; Windows says so of read-only media, too."""
    effective = os.access in os.supports_effective_ids
    return os.access(folder, os.W_OK, effective_ids=effective)


if sys.platform == "win32":  # pragma: no cover - cannot run on the machines that build this
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def _write_holder(descriptor: int, holder: str, now: datetime) -> None:
    text = json.dumps({"holder": holder[:100], "since": f"{now:%Y-%m-%d %H:%M}"})
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, text.encode())


def _read_holder(descriptor: int) -> dict[str, str]:
    """Read who holds the lock; the text is only a courtesy and may be damaged.

    Somebody who came in a moment ago is about to write it, so it is worth a second look.
    """
    for _ in range(_LOOKS):
        with suppress(OSError, ValueError, RecursionError):
            os.lseek(descriptor, 0, os.SEEK_SET)
            found = json.loads(os.read(descriptor, _TEXT_LIMIT))
            if isinstance(found, dict):
                return _UNKNOWN | {k: str(v)[:100] for k, v in found.items() if k in _UNKNOWN}
        time.sleep(_BETWEEN)
    return dict(_UNKNOWN)

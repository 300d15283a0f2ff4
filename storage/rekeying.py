"""Encrypt the whole database under another key, with progress and a way back until it is done.

SQLCipher's `PRAGMA rekey` is one call that reports nothing and hears nothing. Therefore a process
of its own makes it, which may be ended at any moment as by a power cut: whoever opens the file next
rolls it back, so that it is under the old key or the new one and nothing between. How far it is
shows the rollback journal, which takes up every page before the page is written anew.
"""

import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path

from models.errors import AzukariError, DiskFull, InputOutput
from models.store import Progress
from storage.database import Database, open_database
from storage.files import reading
from storage.helpers import BEAT, process, raised, stand_back

LEAST = 256 << 10  # bytes for the key header, a line of the access log and the entry
PAGE_SHARE = 200  # the rollback journal holds a few bytes beside each page
SMALL = 8 << 20  # bytes; encrypting so few takes no longer than starting a process


def require_room(path: Path) -> None:
    """Ask for the room that every page takes up once more, before anything is changed.

    Raises:
        DiskFull
    """
    if not _has_room(path):
        raise DiskFull(file=str(path))


def _has_room(path: Path) -> bool:
    with reading(path):
        size = os.path.getsize(path)
        return shutil.disk_usage(path.parent).free >= size + size // PAGE_SHARE + LEAST


def rekey(database: Database, old: bytes, new: bytes, progress: Progress) -> None:
    """Encrypt a database under the key `new`, in one transaction of SQLCipher.

    Raises:
        Cancelled: by `progress`; the database is as it was.
        DiskFull, InputOutput: likewise.
    """
    require_room(database.path)
    try:
        _rekey(database, old, new, progress)
    except InputOutput as error:
        # SQLCipher tells no cause; somebody else may have taken the room meanwhile.
        if _has_room(database.path):
            raise
        raise DiskFull(file=str(database.path)) from error


def _rekey(database: Database, old: bytes, new: bytes, progress: Progress) -> None:
    with database.lock:
        if os.path.getsize(database.path) <= SMALL:
            progress(0, 1)
            database.rekey(new)
            return
        failure: AzukariError | None = None
        database.let_go()
        try:
            _watch(database.path, old, new, progress)
        except AzukariError as error:
            failure = error
        finally:
            under = database.take_back((new, old))
        if under != new:  # what stopped it may have come too late
            raise failure or _ended(database.path)


def _watch(path: Path, old: bytes, new: bytes, progress: Progress) -> None:
    """Let a process encrypt the file; end it when `progress` raises."""
    with process(_encrypt, path, old, new) as connection:
        _wait(connection, _measure(path), progress)


def _wait(
    connection: Connection, measure: Callable[[], tuple[int, int]], progress: Progress
) -> None:
    while not wait([connection], BEAT):
        progress(*measure())
    try:
        answer = connection.recv()
    except (EOFError, OSError):
        return  # it ended by itself; under which key the file is, tells the file
    if answer is not None:
        raise answer.again()


def _measure(path: Path) -> Callable[[], tuple[int, int]]:
    """Return a function that tells how much of the file is done."""
    total, journal = os.path.getsize(path), path.with_name(f"{path.name}-journal")
    done = 0

    def measure() -> tuple[int, int]:
        nonlocal done
        with suppress(OSError):  # it has not begun, or has just ended
            done = max(done, min(os.path.getsize(journal), total))  # at its end it is emptied
        return done, total

    return measure


def _ended(path: Path) -> InputOutput:
    return InputOutput(file=str(path), reason="暗号鍵を替える補助プログラムの終了")


# --- in the process -------------------------------------------------------------------------------


def _encrypt(connection: Connection, path: Path, old: bytes, new: bytes) -> None:
    stand_back()
    threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
    try:
        database = open_database(path, old)
        try:
            database.rekey(new)
        finally:
            database.close()
    except AzukariError as error:
        connection.send(raised(error))
    else:
        connection.send(None)


def _end_with(connection: Connection) -> None:
    """End this process when the one that asked is gone: nobody else could open the ledger."""
    try:
        connection.recv()
    except (EOFError, OSError):
        os._exit(1)

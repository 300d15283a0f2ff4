"""What a database file must be like before SQLite is let near it."""

import os
from pathlib import Path

from models.errors import Damaged, Foreign, LedgerMissing, Unfinished
from storage import files
from storage.driver_errors import RESTORE


def require_at_rest(path: Path) -> None:
    """Refuse a database that a transaction left half-way, where nobody can take it back.

    Raises:
        Unfinished
    """
    journal = path.with_name(f"{path.name}-journal")
    with files.reading(journal):
        hot = journal.exists() and journal.stat().st_size > 0
    if hot:
        raise Unfinished(file=str(path), reason="途中で止まった記帳の後始末が残っています。")


def require_plausible(path: Path, least: int) -> None:
    """Refuse what is no encrypted database of ours, by its kind, its start and its length.

    Args:
        least: bytes that it has at least; an empty file would open as a *new* ledger.

    Raises:
        LedgerMissing, Damaged, Foreign, NotWritable
    """
    if not os.path.lexists(path):
        raise LedgerMissing(file=str(path))
    with files.open_regular(path) as file, files.reading(path):
        start = file.read(16)
        size = os.fstat(file.fileno()).st_size
    if start == b"SQLite format 3\0":
        raise Foreign(file=str(path), reason="暗号化されていないデータベースです。")
    if size < least:
        raise Damaged(file=str(path), what_now=f"途中で切れています。{RESTORE}")


def require_plain_beside(path: Path) -> None:
    """Look at what SQLite opens beside the database: a pipe there would keep it for ever."""
    for ending in ("-journal", "-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if os.path.lexists(beside):
            with files.reading(beside):
                files.require_plain(beside)

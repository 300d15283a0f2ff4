"""Backup files as they lie on a medium: still the one that was entered, and removed for good."""

import hashlib
import os
from pathlib import Path

from models.errors import AzukariError, Damaged, Foreign, InputOutput
from models.store import Progress
from storage.backup_format import MAGIC, read_preamble
from storage.files import forget_cached, open_regular, reading, sync_folder, writing
from storage.strict_json import blob

SUFFIX = ".azb"
OTHER_FILE = "台帳に記録したバックアップとは別のファイルです。"
_PIECE = 1024 * 1024
_PAGE = 4096  # the manifest writes its names in order, so that `backup_id` stands among the first
_CHANGED = (
    "検証したときと中身が違います。何も消していません。"
    "新しいバックアップを作成してから、もう一度行ってください。"
)


def begins(vault_id: bytes) -> str:
    """Return how the names of a ledger's backups begin."""
    return f"azukari-{vault_id.hex()[:8]}-"


def names_in(folder: Path, vault_id: bytes) -> list[str]:
    """Name what lies in a folder as a backup of this ledger; also what a killed run left of one.

    Only names are read: to open every file of a medium would last.

    Raises:
        MediumMissing, InputOutput
    """
    first = begins(vault_id)
    with reading(folder):
        found = [one.name for one in folder.iterdir()]
    return sorted(name for name in found if name.startswith(first) and SUFFIX in name)


def looks_so(path: Path, backup_id: str, size: int | None) -> bool:
    """Tell whether a file has the size and the beginning of a backup that was entered.

    That costs one page of the medium and parses nothing; `require_unchanged` reads all of it.

    Args:
        backup_id: "" for that of any backup.
        size: None for any.
    """
    try:
        with open_regular(path) as file, reading(path):
            fits = size is None or os.fstat(file.fileno()).st_size == size
            start = file.read(_PAGE)
    except AzukariError:
        return False
    return fits and start.startswith(MAGIC) and blob(bytes.fromhex(backup_id)).encode() in start


def require_unchanged(
    path: Path, backup_id: str, *, size: int, sha256: str, progress: Progress
) -> None:
    """Read a backup from the medium to its last byte: it is the one that was verified.

    Nothing is decrypted: the digest was taken of a file that had been verified.

    Raises:
        MediumMissing, InputOutput: it cannot be read.
        Foreign: another file lies under its name.
        Damaged: it is not what it was.
    """
    require_this(path, backup_id)
    digest, left = hashlib.sha256(), size
    with open_regular(path) as file, reading(path):
        forget_cached(file)
        while left >= 0 and (piece := file.read(_PIECE)):
            digest.update(piece)
            left -= len(piece)
            progress(size - left, size)
    if left or digest.hexdigest() != sha256:
        raise Damaged(file=str(path), what_now=_CHANGED)


def remove(path: Path, backup_id: str) -> None:
    """Remove a backup and look that it is gone.

    Raises:
        MediumMissing: it is not there.
        Foreign: another file lies under its name.
        NotWritable, InputOutput
    """
    require_this(path, backup_id)
    with writing(path):
        path.unlink()
        sync_folder(path.parent)
        if os.path.lexists(path):
            raise InputOutput(file=str(path), reason="消去したファイルが残っています")


def require_this(path: Path, backup_id: str) -> None:
    """Refuse another file than the backup that was entered under this name."""
    with open_regular(path) as source, reading(path):
        manifest = read_preamble(source, str(path)).manifest
    if manifest.backup_id.hex() != backup_id:
        raise Foreign(file=str(path), reason=OTHER_FILE)

"""Write a file whole or not at all: beside its place, to the disk, then into its place."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.errors import (
    AzukariError,
    DiskFull,
    InputOutput,
    InsideLedger,
    MediumMissing,
    NotWritable,
    OurFile,
    cause,
)

PROBE_BYTES = 64 * 1024
LEDGER_FILES = ("keys.a", "keys.b", "ledger.db")
MAGIC = b"AZK"  # with which backups, journal files, key copies, key headers and attachments begin
SMALL_FILES = (
    "device.key", "heads.json", "attempts.json", "refusals.json", "azukari-medium.json",
)  # fmt: skip


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place to write to; when the block ends well, what was written becomes `path`.

    The place is a folder of our own beside `path` (0700), where helpers may leave temporary files:
    nothing of an export ever lies in the system's folder for temporary files.

    Raises:
        InsideLedger: `path` lies in a ledger's folder.
        OurFile: a file is there that ledgers need.
        DiskFull, NotWritable, MediumMissing, InputOutput: `path` is then as it was before.
    """
    require_outside_ledgers(path)
    _require_no_file_of_ours(path)
    folder: Path | None = None
    try:
        folder = Path(tempfile.mkdtemp(prefix=".azukari-", dir=path.parent))
        yield folder / path.name
        _to_disk(folder / path.name)
        os.replace(folder / path.name, path)
        sync_folder(path.parent)
    except OSError as exc:
        raise our_error(exc, path) from exc
    except AzukariError:
        raise
    except Exception as exc:
        # lxml tells a full disk by an error of its own, without a number.
        if folder is not None and _is_full(folder):
            raise DiskFull(file=path.name) from exc
        raise
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def require_outside_ledgers(path: Path) -> None:
    """Refuse to write among the files of any ledger: one wrong name would replace the ledger.

    Raises:
        InsideLedger
    """
    for folder in path.absolute().resolve().parents:
        if any((folder / name).exists() for name in LEDGER_FILES):
            raise InsideLedger(file=str(path))


def _require_no_file_of_ours(path: Path) -> None:
    """Refuse to replace a backup, a journal, or what this PC keeps beside its ledgers.

    Raises:
        OurFile
    """
    start = b""
    with suppress(OSError):  # nothing there, or nothing that anybody can read
        if path.is_file():  # a pipe would wait
            with path.open("rb") as file:
                start = file.read(len(MAGIC))
    if start == MAGIC or path.name in SMALL_FILES:
        raise OurFile(file=str(path))


def _is_full(folder: Path) -> bool:
    """Tell whether not even a page more can be written there."""
    try:
        (folder / "probe").write_bytes(bytes(PROBE_BYTES))
    except OSError as exc:
        return exc.errno in (errno.ENOSPC, errno.EDQUOT)
    return False


def _to_disk(path: Path) -> None:
    with path.open("rb+") as written:
        os.fsync(written.fileno())


def sync_folder(folder: Path) -> None:
    """Make the new name durable; Windows does so by itself and cannot open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def our_error(error: OSError, path: Path) -> AzukariError:
    """Turn an error of the system into the sentence that the user can act on."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(file=path.name)
    if error.errno == errno.ENOENT:
        return MediumMissing(file=str(path.parent))
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NotWritable(file=path.name)
    return InputOutput(file=path.name, reason=cause(error))

"""Read files that people name: plain files only, and never more than they can sensibly hold."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from models.errors import FileMissing, InputOutput, UnfitFile, cause

MOST_OF_A_PAPER = 64 * 1024 * 1024  # bytes; a sealed paper with photographs has a few MB
HEADER_WITHIN = 1024  # bytes, in which readers look for the mark of a PDF
_KIB = 1024
_MIB = 1024 * 1024


def read_limited(file: Path, most: int) -> bytes:
    """Read a plain file; a link leads to the file that it names.

    Args:
        most: bytes; a longer file is refused unread.

    Raises:
        FileMissing: not there.
        UnfitFile: a device, a pipe, a socket, a folder, or too long.
        InputOutput: it cannot be read.
    """
    with _told(file):
        _require_fit(file, file.stat(), most)  # before opening: that alone can wind a tape
        with open(file, "rb", opener=_at_once) as stream:
            _require_fit(file, os.fstat(stream.fileno()), most)
            return _bounded(stream, file, most)


def read_paper(file: Path) -> bytes:
    """Read a file that says that it is a PDF.

    Raises:
        As `read_limited`; UnfitFile also for anything else.
    """
    data = read_limited(file, MOST_OF_A_PAPER)
    if b"%PDF-" not in data[:HEADER_WITHIN]:
        raise UnfitFile(file=str(file), reason="PDFではありません。")
    return data


def read_handed(file: Path, most: int) -> bytes:
    """Read what `read_limited` reads, or a pipe that the caller has opened for this program.

    A shell hands a secret over so (`<(…)`, `/dev/stdin`), and it never stands on a disk. Such a
    pipe has no name in any folder, so nobody can have put it in a file's place.

    Raises:
        As `read_limited`.
    """
    if not re.fullmatch(r"/proc/\d+/fd/pipe:\[\d+\]", os.path.realpath(file)):
        return read_limited(file, most)
    with _told(file), open(file, "rb") as stream:
        return _bounded(stream, file, most)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Turn what the system says of a file into our errors."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileMissing(file=str(file)) from error
    except OSError as error:
        raise InputOutput(file=str(file), reason=cause(error)) from error


def _bounded(stream: BinaryIO, file: Path, most: int) -> bytes:
    """Read to the end: a file may grow, and a pipe or a strange file system tells no size."""
    data = stream.read(most + 1)
    if len(data) > most:
        raise _too_large(file, most)
    return data


def _at_once(path: str, flags: int) -> int:
    """Open without waiting: a pipe that was put in a file's place would hold us for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _require_fit(file: Path, status: os.stat_result, most: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise UnfitFile(file=str(file), reason="フォルダーです。")
    if not stat.S_ISREG(status.st_mode):
        raise UnfitFile(file=str(file), reason="通常のファイルではありません。")
    if status.st_size > most:
        raise _too_large(file, most)


def _too_large(file: Path, most: int) -> UnfitFile:
    bound = f"{most // _MIB}MB" if most >= _MIB else f"{most // _KIB}KB"
    return UnfitFile(file=str(file), reason=f"大きすぎます（{bound}まで）。")

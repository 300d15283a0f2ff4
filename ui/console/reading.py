"""Read files that people name: plain files only, and never more than they can sensibly hold."""

import stat
from pathlib import Path

from models.errors import FileMissing, Foreign, InputOutput, cause


def read_limited(file: Path, most: int) -> bytes:
    """Read a plain file.

    Args:
        most: bytes; a longer file is refused unread.

    Raises:
        FileMissing: not there.
        Foreign: a device, a pipe, a folder, or too long.
        InputOutput: it cannot be read.
    """
    try:
        status = file.stat()
        if stat.S_ISDIR(status.st_mode):
            raise Foreign(file=str(file), reason="フォルダーです。")
        if not stat.S_ISREG(status.st_mode):
            raise Foreign(file=str(file), reason="通常のファイルではありません。")
        if status.st_size > most:
            raise Foreign(file=str(file), reason=f"大きすぎます（{most // 1024 // 1024}MBまで）。")
        with file.open("rb") as stream:
            return stream.read(most)
    except FileNotFoundError as error:
        raise FileMissing(file=str(file)) from error
    except OSError as error:
        raise InputOutput(file=str(file), reason=cause(error)) from error

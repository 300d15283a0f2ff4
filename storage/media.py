"""The mark on a backup medium: a small file with a random id (docs/format.md, "Backup medium")."""

import re
from pathlib import Path

from models.errors import AzukariError, Damaged, MediumMissing
from models.safe import Presence
from storage.files import create_durable, read_whole, reading
from storage.strict_json import dumps

NAME = "azukari-medium.json"
MOST = 1024  # bytes that are read
_MARK = re.compile(rb'\{"azukari":"backup-medium","id":"([0-9a-f]{32})","v":1\}')
_REMOVE = "このファイルを消してから、「バックアップの媒体」で登録をやり直してください。"


def read_mark(folder: Path) -> str:
    """Return the id of a medium, "" when it bears no mark.

    Raises:
        MediumMissing: the folder is not there.
        Damaged: the file is not what we write.
    """
    path = folder / NAME
    if not folder.is_dir():
        raise MediumMissing(file=str(folder))
    if not path.exists():
        return ""
    found = _MARK.fullmatch(read_whole(path, limit=MOST))
    if found is None:
        raise Damaged(file=str(path), what_now=_REMOVE)
    return found[1].decode("ascii")


def write_mark(folder: Path, mark: str) -> None:
    """Give a medium its mark, durably.

    Raises:
        NotWritable, DiskFull, MediumMissing
    """
    create_durable(folder / NAME, dumps({"azukari": "backup-medium", "id": mark, "v": 1}))


def presence(file: Path, mark: str) -> Presence:
    """Tell whether a file lies in its place; a place that cannot be read is away.

    Args:
        mark: that the medium must bear, "" for any.
    """
    try:
        with reading(file):
            away = not file.parent.is_dir() or (mark and read_mark(file.parent) != mark)
            if away:
                return Presence.AWAY
            return Presence.THERE if file.exists() else Presence.GONE
    except AzukariError:
        return Presence.AWAY

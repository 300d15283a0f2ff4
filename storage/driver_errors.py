"""What the driver of the database raises, as errors of `models/errors/`; what is left is a bug of ours."""

from pathlib import Path

from models.errors import (
    AzukariError,
    Cancelled,
    Damaged,
    DiskFull,
    InputOutput,
    InUse,
    NotWritable,
)

RESTORE = "バックアップから復元してください。"
LOOK = (
    "「バックアップ」の画面の「台帳の検証」（コンソールでは verify --full）で、壊れた所と直し方を"
    "確かめてください。"
)
OTHER_KEY = "この台帳の鍵では読めません。鍵ファイルが以前のものに入れ替わっているおそれがあります。"


class Duplicate(Exception):
    """A value that must be unique stands there already; the caller knows the sentence.

    `columns` are "table.column" names.
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        super().__init__(", ".join(columns))


def raise_duplicate(error: Exception) -> None:
    # The driver reports only the primary result code, so the text has to tell.
    text, found, columns = str(error).partition("UNIQUE constraint failed: ")
    if found and not text:
        raise Duplicate(tuple(columns.split(", "))) from error


def translate(error: Exception, path: Path) -> AzukariError | None:
    """Return our error for one of the driver's, or None when it is a bug of ours."""
    name = str(getattr(error, "sqlite_errorname", "") or "")
    file = str(path)
    if name.startswith("SQLITE_FULL"):
        return DiskFull(file=file)
    if name.startswith("SQLITE_IOERR"):
        return input_output(path)
    if name.startswith("SQLITE_NOTADB"):
        return Damaged(file=file, what_now=f"{OTHER_KEY}{RESTORE}")
    if name.startswith("SQLITE_CORRUPT"):
        return Damaged(file=file, what_now=LOOK)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return NotWritable(file=file)
    if name.startswith("SQLITE_INTERRUPT"):
        return Cancelled()
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return InUse(holder="別のプログラム", since="不明な時刻")
    return None


def input_output(path: Path) -> InputOutput:
    return InputOutput(file=str(path), reason="データベースの読み書き")

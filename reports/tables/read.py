"""Read a register from a CSV or xlsx file that somebody else made."""

from collections.abc import Callable
from pathlib import Path

from models.errors import FileMissing, InputOutput, cause
from reports.tables.parse import table_of
from reports.tables.table import DEFAULT_LIMITS, Limits, Note, Row, Skipped, Table, refuse

__all__ = ["DEFAULT_LIMITS", "Limits", "Note", "Row", "Skipped", "Table", "read_table"]


def read_table(
    source: Path | bytes,
    *,
    limits: Limits = DEFAULT_LIMITS,
    sheet: str = "",
    name: str = "",
    beat: Callable[[], None] = lambda: None,
) -> Table:
    """Read the table of a CSV or xlsx file; the content decides which it is, not its name.

    Args:
        source: The file, or its bytes.
        limits: How large the file may be, packed and unpacked.
        sheet: Name of the sheet of a workbook; empty for the first that holds a table.
        name: What messages call the file; by default the last part of its path.
        beat: Called again and again while the file is read; may raise `Cancelled`.

    Raises:
        ImportRefused: The file cannot or must not be read as a table, with the reason.
        FileMissing: There is no such file.
        InputOutput: The file cannot be read.
    """
    name = name or (source.name if isinstance(source, Path) else "取込ファイル")
    data = source if isinstance(source, bytes) else _bytes_of(source, limits, name)
    if len(data) > limits.file_bytes:
        raise _too_large(limits, name)
    if not data.strip():
        raise refuse(name, "ファイルが空です。")
    return table_of(data, limits=limits, sheet=sheet, name=name, beat=beat)


def _bytes_of(path: Path, limits: Limits, name: str) -> bytes:
    try:
        if path.stat().st_size > limits.file_bytes:
            raise _too_large(limits, name)
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise FileMissing(file=str(path)) from exc
    except OSError as exc:
        raise InputOutput(file=name, reason=cause(exc)) from exc


def _too_large(limits: Limits, name: str) -> Exception:
    return refuse(name, f"ファイルが大きすぎます（{limits.file_bytes // 1024**2}MBまで）。")

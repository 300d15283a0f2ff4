"""Read a register from a CSV or xlsx file that somebody else made."""

from collections.abc import Callable

from reports.tables.parse import table_of
from reports.tables.table import DEFAULT_LIMITS, Limits, Note, Row, Skipped, Table, refuse

__all__ = ["DEFAULT_LIMITS", "Limits", "Note", "Row", "Skipped", "Table", "read_table"]


def read_table(
    data: bytes,
    *,
    limits: Limits = DEFAULT_LIMITS,
    sheet: str = "",
    name: str = "取込ファイル",
    beat: Callable[[], None] = lambda: None,
) -> Table:
    """Read the table of a CSV or xlsx file; the content decides which it is, not its name.

    Args:
        data: The bytes of the file.
        limits: How large the file may be, packed and unpacked.
        sheet: Name of the sheet of a workbook; empty for the first that holds a table.
        name: What messages call the file.
        beat: Called again and again while the file is read; may raise `Cancelled`.

    Raises:
        ImportRefused: The file cannot or must not be read as a table, with the reason.
    """
    if len(data) > limits.file_bytes:
        raise refuse(name, f"ファイルが大きすぎます（{limits.file_bytes // 1024**2}MBまで）。")
    if not data.strip():
        raise refuse(name, "ファイルが空です。")
    return table_of(data, limits=limits, sheet=sheet, name=name, beat=beat)

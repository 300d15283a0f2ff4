"""Read a register from a CSV or xlsx file that somebody else made."""

import hashlib
from pathlib import Path

from models.errors import InputOutput, MediumMissing
from reports.tables import xlsx_grid
from reports.tables.child import parse_in_child
from reports.tables.csv_grid import read_csv
from reports.tables.shape import shape_table
from reports.tables.table import (
    DEFAULT_LIMITS,
    Grid,
    Limits,
    Note,
    Row,
    Skipped,
    Table,
    check_size,
    refuse,
)

__all__ = ["DEFAULT_LIMITS", "Limits", "Note", "Row", "Skipped", "Table", "read_table"]


def read_table(
    source: Path | bytes, *, limits: Limits = DEFAULT_LIMITS, sheet: str = "", name: str = ""
) -> Table:
    """Read the table of a CSV or xlsx file; the content decides which it is, not its name.

    Args:
        source: The file, or its bytes.
        limits: How large the file may be, packed and unpacked.
        sheet: Name of the sheet of a workbook; empty for the first that holds a table.
        name: What messages call the file; by default the last part of its path.

    Raises:
        ImportRefused: The file cannot or must not be read as a table, with the reason.
        MediumMissing: There is no such file.
        InputOutput: The file cannot be read.
    """
    name = name or (source.name if isinstance(source, Path) else "取込ファイル")
    data = source if isinstance(source, bytes) else _bytes_of(source, limits, name)
    if len(data) > limits.file_bytes:
        raise _too_large(limits, name)
    if not data.strip():
        raise refuse(name, "ファイルが空です。")
    grid = _read_xlsx(data, limits, sheet, name) if xlsx_grid.is_xlsx(data) else None
    grid = grid or read_csv(data, limits, name)
    return shape_table(grid, hashlib.sha256(data).hexdigest(), name)


def _bytes_of(path: Path, limits: Limits, name: str) -> bytes:
    try:
        if path.stat().st_size > limits.file_bytes:
            raise _too_large(limits, name)
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise MediumMissing(file=name) from exc
    except OSError as exc:
        raise InputOutput(file=name, reason=exc.strerror or type(exc).__name__) from exc


def _too_large(limits: Limits, name: str) -> Exception:
    return refuse(name, f"ファイルが大きすぎます（{limits.file_bytes // 1024**2}MBまで）。")


def _read_xlsx(data: bytes, limits: Limits, sheet: str, name: str) -> Grid:
    xlsx_grid.check_archive(data, limits, name)
    options = {"sheet": sheet, "rows": limits.rows, "columns": limits.columns}
    answer = parse_in_child("xlsx", data, options, limits=limits, name=name)
    grid = xlsx_grid.grid_from_json(answer)
    check_size(grid, limits, name)
    return grid

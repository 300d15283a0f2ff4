"""What a table from outside is once it has been read, and how large one may be."""

from dataclasses import dataclass, field
from typing import Final

from models.errors import ImportRefused


@dataclass(frozen=True)
class Limits:
    """Bounds that are checked before and while a file is parsed (security.md 5.6.1)."""

    file_bytes: int = 50 * 1024**2
    zip_entries: int = 1_000
    unpacked_bytes: int = 256 * 1024**2
    ratio: int = 200
    rows: int = 200_000
    columns: int = 200
    cell_length: int = 32_767
    memory_bytes: int = 1024**3
    seconds: int = 120


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True)
class Row:
    """One line of data; `line_no` is where it begins in the file or on the sheet."""

    line_no: int
    cells: list[str]


@dataclass(frozen=True)
class Skipped:
    """A line that is no data, with the reason and its text, so that nothing vanishes silently."""

    line_no: int
    reason: str
    text: str


@dataclass(frozen=True)
class Note:
    """Something the reader did or saw that a person should know; line 0 means the whole file."""

    line_no: int
    column: str
    message: str


@dataclass(frozen=True)
class Table:
    """A register as it stands in a file: headings, rows, and everything that was left out."""

    columns: list[str]
    rows: list[Row]
    encoding: str
    source_sha256: str
    title_lines: list[str]
    skipped: list[Skipped]
    notes: list[Note]
    sheet: str = ""


@dataclass
class Grid:
    """Cells of a file before anybody decided which line is the heading.

    `merges` are (first row, first column, last row, last column), 1-based as on a sheet.
    """

    rows: list[Row]
    encoding: str
    notes: list[Note] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    sheet: str = ""
    starts_1904: bool = False


def refuse(name: str, reason: str) -> ImportRefused:
    """Return the error for a file that cannot be taken, ready to raise."""
    return ImportRefused(file=name, reason=reason)


def check_size(grid: Grid, limits: Limits, name: str) -> None:
    """Refuse a grid with too many rows or columns, or a cell that is too long.

    Raises:
        ImportRefused: with the first line that is too large.
    """
    if len(grid.rows) > limits.rows:
        raise refuse(name, f"行が多すぎます（{limits.rows:,}行まで）。分けて取り込んでください。")
    for row in grid.rows:
        if len(row.cells) > limits.columns:
            raise refuse(name, f"{row.line_no}行目の列が多すぎます（{limits.columns}列まで）。")
        if any(len(cell) > limits.cell_length for cell in row.cells):
            raise refuse(
                name,
                f"{row.line_no}行目に長すぎるセルがあります（{limits.cell_length:,}文字まで）。",
            )

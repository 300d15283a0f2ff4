"""What a table from outside is once it has been read, and how large one may be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

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
    cells: int = 5_000_000
    cell_length: int = 32_767
    memory_bytes: int = 1024**3
    seconds: int = 120
    answer_bytes: int = 128 * 1024**2  # what a child may answer


DEFAULT_LIMITS: Final = Limits()


class Row(NamedTuple):
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
class Shaped:
    """A register as it stands in a file: headings, rows, and everything that was left out."""

    columns: list[str]
    rows: list[Row]
    encoding: str
    title_lines: list[str]
    skipped: list[Skipped]
    notes: list[Note]
    sheet: str


@dataclass(frozen=True)
class Table(Shaped):
    """The same with the hash of the file."""

    source_sha256: str


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
    """Return the error for a file that cannot be taken, ready to raise.

    Args:
        name: What people call the file; "" in the child, which does not know it.
    """
    return ImportRefused(file=name, reason=reason)


def check_size(rows: Sequence[Row], limits: Limits, name: str = "") -> None:
    """Refuse too many rows, columns or cells, or a cell that is too long.

    Raises:
        ImportRefused: with the first line that is too large.
    """
    if len(rows) > limits.rows:
        raise refuse(name, f"行が多すぎます（{limits.rows:,}行まで）。分けて取り込んでください。")
    if sum(len(row.cells) for row in rows) > limits.cells:
        raise refuse(
            name,
            f"セルが多すぎます（{limits.cells:,}個まで）。"
            "必要な列だけにするか、行を分けて取り込んでください。",
        )
    for line, cells in rows:
        if len(cells) > limits.columns:
            raise refuse(name, f"{line}行目の列が多すぎます（{limits.columns}列まで）。")
        if max(map(len, cells), default=0) > limits.cell_length:
            raise refuse(
                name, f"{line}行目に長すぎるセルがあります（{limits.cell_length:,}文字まで）。"
            )

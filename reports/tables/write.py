"""Write CSV and xlsx files: whole or not at all, and no cell that a spreadsheet would calculate."""

import csv
import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from models.errors import Refused
from models.text import visible
from models.values import escape_formula
from models.wareki import by_japans_clock, format_clock
from reports.tables.cp932 import fit_cp932
from reports.tables.replacing import replacing

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

Cell = str | int | float | Decimal | bool | date | datetime | None
Encoding = Literal["cp932", "utf-8-sig"]
Kind = Literal["text", "number", "date", "datetime", "bool"]

_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Lost:
    """One character that the file cannot carry; `line` counts rows as a spreadsheet does."""

    line: int
    column: str
    character: str
    code: str


@dataclass
class Report:
    """What was written, and what could not be."""

    rows: int = 0
    lost: list[Lost] = field(default_factory=list)

    def note_lost(self, line: int, column: str, characters: Iterable[str]) -> None:
        """Remember characters that were replaced in one cell."""
        self.lost += [Lost(line, column, c, f"U+{ord(c):04X}") for c in characters]


# --- CSV --------------------------------------------------------------------------------------


def write_csv(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    encoding: Encoding = "utf-8-sig",
) -> Report:
    """Write a CSV file with CRLF line ends, as Excel in Japan opens it.

    Texts that look like a formula get an apostrophe (`models.values.unescape_formula` takes it off
    again); numbers stay numbers. What CP932 cannot carry becomes 〓 and stands in the report.

    Raises:
        DiskFull, NotWritable, MediumMissing, InputOutput: `path` is then as it was before.
    """
    report = Report()
    with replacing(path) as place, place.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        for line, cells in enumerate(chain([columns], rows), start=1):
            named = zip(columns, cells, strict=True)
            writer.writerow([_csv_cell(cell, line, name, encoding, report) for name, cell in named])
            report.rows = line - 1
    return report


def _csv_cell(cell: Cell, line: int, column: str, encoding: Encoding, report: Report) -> str:
    if not isinstance(cell, str):
        return _plain(cell)
    text = _legal(cell, line, column, report)
    if encoding == "cp932":
        text, lost = fit_cp932(text)
        report.note_lost(line, column, lost)
    return escape_formula(text)


def _plain(cell: Cell) -> str:
    """Write a value that is no text as every spreadsheet reads it."""
    match cell:
        case None:
            return ""
        case bool():
            return "はい" if cell else "いいえ"
        case datetime():
            return f"{cell:%Y/%m/%d} {format_clock(cell)}"
        case date():
            return f"{cell:%Y/%m/%d}"
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)


def _legal(text: str, line: int, column: str, report: Report) -> str:
    """Show characters that no file of this kind may hold as ［U+0000］."""
    if illegal := _ILLEGAL.findall(text):
        report.note_lost(line, column, illegal)
        return _ILLEGAL.sub(lambda match: visible(match[0], multiline=False), text)
    return text


# --- xlsx -------------------------------------------------------------------------------------

FONT: Final = "BIZ UDゴシック"
_FORMATS: Final[dict[Kind, str]] = {
    "text": "@",
    "number": "General",
    "date": 'yyyy"年"m"月"d"日"',
    "datetime": 'yyyy"年"m"月"d"日" hh:mm',
    "bool": "@",
}
_MAX_ROWS: Final = 1_048_576
_MAX_LENGTH: Final = 32_767
_EXACT_DIGITS: Final = 15
_FIRST_DAY: Final = date(1900, 3, 1)  # before it Excel counts a day that never was
_FORBIDDEN_IN_TITLE: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True)
class Column:
    """One column of a sheet: heading, what its cells are, and its width in characters."""

    label: str
    kind: Kind = "text"
    width: float = 16


def write_xlsx(
    path: Path, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]
) -> Report:
    """Write one sheet, row by row with little memory; heading frozen, with a filter.

    A text is stored as text with the sign that Excel itself sets for it (quotePrefix), so `=1+1`
    stays as it was typed and is not calculated even after somebody has edited the cell.

    Raises:
        Refused: More rows than a sheet holds, or a text longer than a cell holds.
        DiskFull, NotWritable, MediumMissing, InputOutput: `path` is then as it was before.
    """
    from openpyxl import Workbook

    report = Report()
    with replacing(path) as place:
        book = Workbook(write_only=True)
        book.properties.creator = "預り台帳"
        sheet = _Sheet(book, title, columns, place.with_suffix(".rows"), report)
        try:
            sheet.append([column.label for column in columns])
            for cells in rows:
                sheet.append(cells)
        finally:
            sheet.finish()
        book.save(place)
    return report


class _Sheet:
    """A sheet under construction."""

    def __init__(
        self,
        book: "Workbook",
        title: str,
        columns: Sequence[Column],
        rows_file: Path,
        report: Report,
    ) -> None:
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet._writer import ALL_TEMP_FILES, WorksheetWriter

        self._sheet: Any = book.create_sheet(_sheet_title(title))
        self._sheet.freeze_panes = "A2"
        for number, column in enumerate(columns, start=1):
            self._sheet.column_dimensions[get_column_letter(number)].width = column.width
        # openpyxl would put the rows, in the clear, into the system's folder for temporary files.
        ALL_TEMP_FILES.append(str(rows_file))  # where its writer looks when it cleans up
        self._sheet._writer = WorksheetWriter(self._sheet, out=str(rows_file))
        self._sheet._writer.write_top()
        self._columns = columns
        self._styles = {kind: self._style(kind) for kind in _FORMATS}
        self._heading = self._style("text", bold=True)
        self._report = report
        self._line = 0

    def append(self, cells: Sequence[Cell]) -> None:
        """Add one row; the first is the heading."""
        self._line += 1
        if self._line > _MAX_ROWS:
            raise Refused(
                reason=f"Excelの1枚のシートには{_MAX_ROWS - 1:,}行までしか書き出せません。"
            )
        named = zip(self._columns, cells, strict=True)
        self._sheet.append([self._cell(column, cell) for column, cell in named])
        self._report.rows = self._line - 1

    def finish(self) -> None:
        """Close the sheet's rows; the filter reaches to the last one."""
        from openpyxl.utils import get_column_letter

        last = get_column_letter(len(self._columns))
        self._sheet.auto_filter.ref = f"A1:{last}{max(self._line, 1)}"
        self._sheet.close()

    def _style(self, kind: Kind, *, bold: bool = False) -> Any:
        from openpyxl.styles import Alignment, Font

        cell = self._new_cell(None)
        cell.font = Font(name=FONT, size=11, bold=bold)
        cell.alignment = Alignment(vertical="top", wrap_text=kind == "text")
        cell.number_format = _FORMATS[kind]
        return cell._style

    def _new_cell(self, value: Any) -> Any:
        """Make a cell whose style may be shared; openpyxl's types do not know `_style`."""
        from openpyxl.cell import WriteOnlyCell

        return WriteOnlyCell(self._sheet, value)

    def _cell(self, column: Column, value: Cell) -> Any:
        value = _sheet_value(value)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            return self._text_cell(column, _legal(value, self._line, column.label, self._report))
        cell = self._new_cell(value)
        cell._style = self._styles[_kind_of(value, column)]
        return cell

    def _text_cell(self, column: Column, text: str) -> Any:
        if len(text) > _MAX_LENGTH:
            raise Refused(reason=f"「{column.label}」の{self._line}行目が長すぎて書き出せません。")
        cell = self._new_cell(text)
        cell.data_type = "s"  # never "f", whatever the text begins with
        cell._style = self._heading if self._line == 1 else self._styles["text"]
        if escape_formula(text) != text:
            cell._style = copy(cell._style)
            cell._style.quotePrefix = 1
        return cell


def _kind_of(value: Cell, column: Column) -> Kind:
    """Return the format of a value: days and moments by what they are, numbers by their column."""
    if isinstance(value, datetime):
        return "datetime"
    return "date" if isinstance(value, date) else column.kind


def _sheet_value(value: Cell) -> Cell:
    """Return a value that Excel holds without changing it; what it would change becomes text."""
    match value:
        case bool():
            return _plain(value)
        case datetime():
            # A sheet knows no time zones: the clock on the wall, with an offset only as text.
            plain = value.date() < _FIRST_DAY or not by_japans_clock(value)
            return _plain(value) if plain else value.replace(tzinfo=None)
        case date():
            return value if value >= _FIRST_DAY else _plain(value)
        case int() | Decimal() | float():
            digits = sum(character.isdigit() for character in _plain(value))
            return value if digits <= _EXACT_DIGITS else _plain(value)
        case _:
            return value


def _sheet_title(title: str) -> str:
    """Return a title that Excel accepts: 31 characters, no signs of its own."""
    return _FORBIDDEN_IN_TITLE.sub("_", title).strip("'")[:31].strip("'") or "一覧"

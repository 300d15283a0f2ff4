"""xlsx files: look into the zip before anything is parsed, then give the cells of one sheet.

All of it runs in a child (`reports/tables/child.py`): a few kilobytes can claim thousands of millions
of cells, and the directory of a zip alone can name a million files. openpyxl reads the values;
merged cells, formulas and hidden rows, which its read-only mode does not tell, come from a pass of
our own over the sheet's XML with defusedxml.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from reports.tables.table import Grid, Limits, Note, Row, refuse

_OLE: Final = b"\xd0\xcf\x11\xe0"
_MEGABYTE: Final = 1024**2
_LAST_ROW: Final = 1_048_576  # of a sheet; a number beyond it would be counted up to
_BLANK_LINES: Final = 100  # of one gap are named; a gap may be a million lines long
_NAMESPACE: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORMULA: Final = "数式のセルです。保存されていた計算結果を取り込みました。"
_NO_RESULT: Final = "数式のセルで、計算結果が保存されていません。数式の文字のまま取り込みました。"
_ERROR: Final = "エラー値のセルです。"


def is_xlsx(data: bytes) -> bool:
    """Tell whether a file is a zip or an old Excel file and must not be read as CSV."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE))


# --- before parsing ---------------------------------------------------------------------------


def check_archive(data: bytes, limits: Limits) -> None:
    """Refuse everything that is no harmless xlsx, by the directory of the zip alone.

    The declared sizes bind: `zipfile` never gives out more bytes than an entry declares.

    Raises:
        ImportRefused: Encrypted, an old format, not a workbook, or too large when unpacked.
    """
    if data.startswith(_OLE):
        raise refuse(
            "",
            "パスワードが設定されているか、古い形式（.xls）です。"
            "Excelで開き、パスワードを外して .xlsx で保存し直してください。",
        )
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as exc:
        raise refuse("", "ファイルが壊れています。Excelで開いて保存し直してください。") from exc
    names = [entry.filename for entry in entries]
    if "xl/workbook.xml" not in names or len(set(names)) != len(names):
        raise refuse("", "Excelのブック（.xlsx）ではありません。")
    if any(entry.flag_bits & 1 for entry in entries):
        raise refuse("", "暗号化されています。パスワードを外して保存し直してください。")
    if reason := _too_large(entries, limits):
        raise refuse("", reason)


def _too_large(entries: list[zipfile.ZipInfo], limits: Limits) -> str:
    if len(entries) > limits.zip_entries:
        return f"内部のファイルが多すぎます（{limits.zip_entries:,}個まで）。"
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        return f"展開すると大きすぎます（{limits.unpacked_bytes // _MEGABYTE}MBまで）。"
    for entry in entries:
        swollen = entry.file_size > limits.ratio * max(entry.compress_size, 1)
        if swollen and entry.file_size > _MEGABYTE:
            return "圧縮率が異常に高く、安全に開けません。必要な表だけを保存し直してください。"
    return ""


# --- parsing ----------------------------------------------------------------------------------


@dataclass
class _Marks:
    """What the XML of a sheet says beside the values."""

    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: int = 0


def parse_sheet(data: bytes, limits: Limits, name: str) -> Grid:
    """Read one sheet of a workbook; the named one, or the first that holds a table.

    Args:
        data: The xlsx file, already passed by `check_archive`.
        name: Of the sheet, or "".

    Raises:
        ImportRefused: Damaged, forbidden XML, no table, or too many rows or columns.
    """
    import openpyxl

    if not openpyxl.DEFUSEDXML or openpyxl.LXML:
        raise refuse(
            "", "安全な読み取りの部品（defusedxml）が使えません。預り台帳を入れ直してください。"
        )
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), True, data_only=True)
        return _parse(book, data, limits, name)
    except _DAMAGE as exc:
        if _is_forbidden_xml(exc):
            reason = "許されない記述（XMLの実体や外部参照）を含むため、開けません。"
        else:
            reason = "ファイルが壊れています。Excelで開いて保存し直してください。"
        raise refuse("", reason) from exc


# What openpyxl, zipfile and the XML parser raise for files that are not what they claim to be.
_DAMAGE: Final = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, RuntimeError),
    *(OSError, SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error),
)


def _is_forbidden_xml(error: BaseException | None) -> bool:
    """Look for defusedxml's refusal among the causes; openpyxl wraps it as a damaged file."""
    from defusedxml import DefusedXmlException

    while error is not None and not isinstance(error, DefusedXmlException):
        error = error.__cause__ or error.__context__
    return error is not None


def _parse(book: Any, data: bytes, limits: Limits, name: str) -> Grid:
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "reset_dimensions")]
    wanted = [sheet for sheet in sheets if name in ("", sheet.title)]
    if not wanted:
        raise refuse("", f"シート「{name}」がありません。")
    for sheet in wanted:
        grid = _read(sheet, data, limits)
        if name or any(sum(map(bool, row.cells)) > 1 for row in grid.rows):
            grid.starts_1904 = book.epoch.year == 1904
            grid.notes.extend(
                Note(0, "", f"シート「{other.title}」は読んでいません。")
                for other in sheets
                if other is not sheet
            )
            return grid
    raise refuse("", "表のあるシートがありません。")


def _read(sheet: Any, data: bytes, limits: Limits) -> Grid:
    grid = Grid(rows=[], encoding="xlsx", sheet=sheet.title)
    marks = _read_marks(sheet._worksheet_path, data)
    grid.merges = marks.merges
    sheet.reset_dimensions()  # what the file claims about its size is a claim only
    blank: list[Row] = []
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        if line > _LAST_ROW:
            raise refuse("", "行番号が正しくありません。Excelで開いて保存し直してください。")
        texts = list(_texts(cells, line, marks, grid.notes))
        if len(texts) > limits.columns:
            raise refuse("", f"{line}行目の列が多すぎます（{limits.columns}列まで）。")
        if not texts:
            if len(blank) < _BLANK_LINES:
                blank.append(Row(line, []))
            continue
        grid.rows += [*blank, Row(line, texts)]
        blank.clear()
        if len(grid.rows) > limits.rows:
            raise refuse("", f"行が多すぎます（{limits.rows:,}行まで）。")
    _fill_merged(grid)
    if marks.hidden_rows:
        grid.notes.append(Note(0, "", f"非表示の行（{marks.hidden_rows}行）も取り込みました。"))
    return grid


def _texts(cells: Any, line: int, marks: _Marks, notes: list[Note]) -> Iterator[str]:
    """Yield the texts of a row up to its last cell that holds something."""
    last = max(
        (i for i, cell in enumerate(cells) if _has_content(cell, line, i, marks)), default=-1
    )
    for position, cell in enumerate(cells[: last + 1]):
        text = _as_text(cell.value)
        formula = marks.formulas.get((line, position + 1))
        if formula is not None:
            notes.append(Note(line, str(position), _FORMULA if text else _NO_RESULT))
            text = text or f"={formula}"
        elif cell.data_type == "e" and text:
            notes.append(Note(line, str(position), _ERROR))
        yield text


def _has_content(cell: Any, line: int, position: int, marks: _Marks) -> bool:
    return cell.value not in (None, "") or (line, position + 1) in marks.formulas


def _as_text(value: Any) -> str:
    """Write a value as a clerk would read it on the sheet; dates in the form every parser knows."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            text = value.isoformat(sep=" ", timespec="minutes" if not value.second else "seconds")
            return text.removesuffix(" 00:00")
        case date() | time():
            return value.isoformat()
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02d}"
        case float():
            return f"{Decimal(repr(value)):f}".removesuffix(".0")
        case _:
            text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), str(value))
            return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_marks(path: str, data: bytes) -> _Marks:
    """Collect merged ranges, formulas and hidden rows without keeping the tree."""
    from defusedxml.ElementTree import iterparse
    from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

    marks = _Marks()
    with zipfile.ZipFile(io.BytesIO(data)).open(path.lstrip("/")) as source:
        for _, element in iterparse(source, events=("end",)):
            tag = element.tag.removeprefix(_NAMESPACE)
            if tag == "c" and (formula := element.find(f"{_NAMESPACE}f")) is not None:
                marks.formulas[coordinate_to_tuple(element.get("r"))] = formula.text or "（共有）"
            elif tag == "mergeCell":
                left, top, right, bottom = (
                    edge or 0 for edge in range_boundaries(element.get("ref"))
                )
                marks.merges.append((top, left, bottom, right))
            elif tag == "row":
                marks.hidden_rows += element.get("hidden") in ("1", "true")
                element.clear()
    return marks


def _fill_merged(grid: Grid) -> None:
    """Repeat the value of cells merged downwards, as the eye does; headings are joined later."""
    by_line = {row.line_no: row for row in grid.rows}
    for top, left, bottom, right in grid.merges:
        first = by_line.get(top)
        if left != right or first is None or len(first.cells) < left or not first.cells[left - 1]:
            continue
        for line in range(top + 1, min(bottom, grid.rows[-1].line_no) + 1):
            row = by_line.get(line)
            if row is not None and (len(row.cells) < left or not row.cells[left - 1]):
                row.cells.extend([""] * (left - len(row.cells)))
                row.cells[left - 1] = first.cells[left - 1]
                grid.notes.append(Note(line, str(left - 1), "縦に結合されたセルの値を補いました。"))

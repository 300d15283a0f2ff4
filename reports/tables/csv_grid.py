"""CSV files as Japanese offices save them: find the encoding and the delimiter, give the cells."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

from reports.tables.table import Grid, Limits, Note, Row, refuse

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS: Final = (",", "\t", ";")
_SAMPLE: Final = 60
_MOST_DELIMITERS: Final = 500  # in one record, for each column that a table may have
_TOO_WIDE: Final = "too many delimiters in one record"
_HALF_KANA: Final = re.compile("[\uff61-\uff9f]")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]")
_WORD_OF_UTF8: Final = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){3}")
_WORD: Final = re.compile("[\u3041-\u30fe\u4e00-\u9fff]{3}")
_TEXT_TRICK: Final = re.compile(r'="([^"]*)"')


def read_csv(data: bytes, limits: Limits) -> Grid:
    """Read the cells of a CSV file.

    Raises:
        ImportRefused: Not a text file, unknown encoding, broken quotes, or too large.
    """
    encoding, text = _decode(data)
    delimiter = _delimiter(text, limits)
    grid = Grid(rows=[], encoding=encoding)
    for row in _rows(text, delimiter, limits):
        grid.rows.append(row)
        if len(grid.rows) > limits.rows:
            break
    if encoding == "euc_jp":
        grid.notes.append(
            Note(0, "", "文字コードをEUC-JPと判断しました。文字化けがないか確かめてください。")
        )
    if _PRIVATE.search(text):
        grid.notes.extend(_private_characters(grid))
    return grid


def _decode(data: bytes) -> tuple[str, str]:
    """Decide the encoding by what decodes without a single error, never by a guess with losses."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding, _text(data, encoding)
    if b"\0" in data:
        return _decode_utf16(data)
    if b"\x1b$" in data:
        return "iso2022_jp", _strictly(data, "iso2022_jp")
    readable = {}
    for encoding in ("utf-8", "cp932", "euc_jp"):
        try:
            readable[encoding] = data.decode(encoding)
        except UnicodeDecodeError:
            continue  # not this one; the last resort below names them all
    if "utf-8" in readable:
        return "utf-8", readable["utf-8"]
    if not readable:
        raise refuse("", _unreadable(data))
    _require_one_encoding(data)
    return min(readable.items(), key=lambda item: (_strangeness(item[1]), item[0]))


def _require_one_encoding(data: bytes) -> None:
    """Refuse a file that was put together of two: lines of UTF-8 make wrong words in CP932.

    No Japanese line of CP932 or EUC-JP happens to be whole words of UTF-8.
    """
    for number, line in enumerate(data.split(b"\n"), start=1):
        if _WORD_OF_UTF8.search(line) is None:
            continue
        with suppress(UnicodeDecodeError):
            if _WORD.search(line.decode("utf-8")):
                raise refuse(
                    "",
                    f"文字コードが混ざっています（{number}行目はUTF-8、ほかにシフトJISなどの行）。"
                    "元の表を別々に開き、ExcelでCSV UTF-8として保存し直してください。",
                )


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as exc:
        raise refuse("", _unreadable(data)) from exc


def _decode_utf16(data: bytes) -> tuple[str, str]:
    """Read UTF-16 without a mark; anything else with zero bytes is no text."""
    even, odd = data[:4000:2].count(0), data[1:4000:2].count(0)
    if even == odd or len(data) % 2:
        raise refuse("", "表のファイルではありません（CSVかxlsxを選んでください）。")
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    return encoding, _text(data, encoding)


def _text(data: bytes, encoding: str) -> str:
    """Decode what says itself how; zero characters stand in no text, and in UTF-32 everywhere."""
    text = _strictly(data, encoding)
    if "\0" in text:
        raise refuse("", "表のファイルではありません（CSVかxlsxを選んでください）。")
    return text


def _unreadable(data: bytes) -> str:
    """Name the line where the likeliest encoding breaks."""
    try:
        data.decode("cp932")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return (
            f"文字コードを判別できません（{line}行目付近で、シフトJIS・UTF-8のどちらでも読めません）。"
            "ExcelでCSV UTF-8として保存し直してください。"
        )
    return "文字コードを判別できません。ExcelでCSV UTF-8として保存し直してください。"


def _strangeness(text: str) -> int:
    """Count what Japanese lists rarely hold and wrong decoding produces in masses.

    Bytes of EUC-JP read as CP932 turn into half-width kana; runs of single ones betray them.
    """
    return len(_HALF_KANA.findall(text)) + 5 * len(_PRIVATE.findall(text))


class _Lines:
    """The lines of a text, as long as one record does not claim far more cells than a table has.

    `csv` would build a list of millions of cells before anybody could count them.
    """

    def __init__(self, text: str, delimiter: str, limits: Limits) -> None:
        self._lines = io.StringIO(text, newline="")
        self._delimiter = delimiter
        self._most = _MOST_DELIMITERS * limits.columns
        self.seen = 0  # delimiters since the record began; quoted ones count too

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.seen += line.count(self._delimiter)
        if self.seen > self._most:
            raise csv.Error(_TOO_WIDE)
        return line


def _delimiter(text: str, limits: Limits) -> str:
    """Choose the delimiter that cuts most lines of the beginning into equally many cells."""

    def evenness(delimiter: str) -> int:
        reader = csv.reader(_Lines(text, delimiter, limits), delimiter=delimiter)
        try:
            widths = Counter(len(cells) for cells in islice(reader, _SAMPLE) if len(cells) > 1)
        except csv.Error:
            return 0
        return max(((width - 1) * count for width, count in widths.items()), default=0)

    return max(_DELIMITERS, key=evenness)


def _rows(text: str, delimiter: str, limits: Limits) -> Iterator[Row]:
    lines = _Lines(text, delimiter, limits)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    start = 1
    while True:
        try:
            lines.seen = 0
            cells = next(reader, None)
        except csv.Error as exc:
            raise refuse("", _broken_line(start, str(exc))) from exc
        if cells is None:
            return
        whole = "".join(cells)
        unclean = "=" in whole or "\r" in whole
        yield Row(start, [_clean(cell) for cell in cells] if unclean else cells)
        start = reader.line_num + 1


def _broken_line(line: int, cause: str) -> str:
    if cause == _TOO_WIDE:
        return f"{line}行目の列が多すぎます。必要な列だけを保存し直してください。"
    if "field larger" in cause:
        return f"{line}行目に長すぎるセルがあります。"
    return (
        f'{line}行目から先の引用符（"）の組合せが正しくありません。'
        "Excelで開いて確かめ、保存し直してください。"
    )


def _clean(cell: str) -> str:
    """Unify line ends, and take the text out of ="00123", the habit that keeps leading zeros."""
    if cell.startswith("="):
        trick = _TEXT_TRICK.fullmatch(cell)
        cell = trick[1] if trick else cell
    if "\r" not in cell:
        return cell
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def _private_characters(grid: Grid) -> Iterator[Note]:
    for row in grid.rows:
        for cell in row.cells:
            if found := _PRIVATE.search(cell):
                code = f"U+{ord(found[0]):04X}"
                yield Note(row.line_no, "", f"外字（{code}）があります。正しい字に直してください。")

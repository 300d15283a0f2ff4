"""Find the heading of a grid, tell data from titles and totals, and say what was left out."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import dropwhile
from typing import Final

from reports.tables.table import Grid, Note, Row, Shaped, Skipped, refuse

_HEADING_WITHIN: Final = 40
_LABEL_LENGTH: Final = 30
_MOST_NOTES: Final = 10_000
_VALUE: Final = re.compile(
    r"(?:明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr])?[\d元\s,./:年月日時分¥%()+-]*\d[\d\s,./:年月日時分¥%()+-]*"
)
_ENTRY: Final = re.compile(r"[^:]+:\s*\S")  # 業務名：… stands above a table, never in its heading
_TOTAL: Final = re.compile(r".{0,12}(?:小計|合計|総計|累計|(?<![会統設時家集])計)")
_QUANTITY: Final = re.compile(r"[-+]?[\d,.]+\s*\D{0,4}")
_FOOTNOTE: Final = re.compile(r"(?:※|\*|注\d*[:)\]、。 ]|\(注|備考:|以上$)")
_DITTO: Final = frozenset({"〃", "″", "同上", "仝", "々"})
_DAY_COLUMN: Final = re.compile(r"(?:日|日付|年月日|期限)$")
_CLOCK_COLUMN: Final = re.compile(r"時刻$")
_BRACKETS: Final = re.compile(r"[（(][^）)]*[）)]")


def shape_table(grid: Grid) -> Shaped:
    """Turn a grid into a table.

    Raises:
        ImportRefused: There is no line that could be the heading.
    """
    start = _heading_index(grid.rows)
    if start is None:
        raise refuse(
            "",
            "見出しの行が見つかりません。「日付」「管理番号」などの列名の行がある表を選んでください。",
        )
    depth = _heading_depth(grid, start)
    heading, body = grid.rows[start : start + depth], grid.rows[start + depth :]
    width = max(len(row.cells) for row in (*heading, *body))
    labels = _labels(grid, heading, width)
    kept = [i for i in range(width) if labels[i] or any(_cell(row, i).strip() for row in body)]
    columns, notes = _named([labels[i] for i in kept], heading[0].line_no)
    rows, skipped = _sort_out(body, heading, kept)
    rows, read_notes = _Reader(columns, grid.starts_1904).read(rows)
    return Shaped(
        columns=columns,
        rows=rows,
        encoding=grid.encoding,
        title_lines=[_text_of(row) for row in grid.rows[:start] if _text_of(row)],
        skipped=skipped,
        notes=_few(
            [*notes, *_renamed(grid.notes, heading[-1].line_no, kept, columns), *read_notes]
        ),
        sheet=grid.sheet,
    )


def _cell(row: Row, index: int) -> str:
    return row.cells[index] if index < len(row.cells) else ""


def _plain(cell: str) -> str:
    return cell.strip() if cell.isascii() else _folded(cell)


@lru_cache(4096)  # the words of a column stand in thousands of rows
def _folded(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip()


def _filled(row: Row) -> list[str]:
    return [plain for cell in row.cells if (plain := _plain(cell))]


def _text_of(row: Row) -> str:
    return "　".join(cell.strip() for cell in row.cells if cell.strip())


# --- headings ---------------------------------------------------------------------------------


def _heading_index(rows: list[Row]) -> int | None:
    """Return the first line that holds nothing but labels, and enough of them for the table."""
    counts = [count for row in rows if (count := sum(map(bool, map(str.strip, row.cells)))) > 1]
    needed = max(2, 0.6 * sorted(counts)[len(counts) // 2]) if counts else 2
    for index, row in enumerate(rows[:_HEADING_WITHIN]):
        filled = _filled(row)
        labels = [label for label in filled if _is_label(label)]
        enough = len(labels) >= max(needed, 0.8 * len(filled))
        if enough and len(set(labels)) > 1:
            return index
    return None


def _is_label(plain: str) -> bool:
    fits = len(plain) <= _LABEL_LENGTH
    return fits and not _VALUE.fullmatch(plain) and not _ENTRY.match(plain)


def _heading_depth(grid: Grid, start: int) -> int:
    """Return how many lines the heading has: as far as its cells are merged, or one group deep."""
    line = grid.rows[start].line_no
    bottoms = [bottom for top, _, bottom, _ in grid.merges if top == line]
    if bottoms:
        return sum(line <= row.line_no <= max(bottoms) for row in grid.rows)
    if start + 1 < len(grid.rows) and _is_second_heading(grid.rows[start], grid.rows[start + 1]):
        return 2
    return 1


def _is_second_heading(above: Row, below: Row) -> bool:
    """Tell whether a line only divides groups of the line above (a CSV has no merged cells)."""
    places = [i for i, cell in enumerate(below.cells) if cell.strip()]
    if not places or 0 in places or not all(_is_label(plain) for plain in _filled(below)):
        return False
    gaps = {i for i in range(1, len(below.cells)) if not _cell(above, i).strip()}
    return bool(gaps & set(places)) and all(i in gaps or i + 1 in gaps for i in places)


def _labels(grid: Grid, heading: list[Row], width: int) -> list[str]:
    """Join the lines of a heading as 上/下; a group's name reaches over its whole width."""
    labels = []
    for index in range(width):
        parts = [_one_line(_reaching(grid, heading, level, index)) for level in range(len(heading))]
        labels.append("/".join(dict.fromkeys(part for part in parts if part)))
    return labels


def _one_line(label: str) -> str:
    return " ".join(re.sub(r"\s*\n\s*", "", label).split())


def _reaching(grid: Grid, heading: list[Row], level: int, index: int) -> str:
    """Return what stands over a column on one line, or the group to its left that covers it."""
    row = heading[level]
    if _cell(row, index).strip():
        return _cell(row, index)
    for top, left, _, right in grid.merges:
        if top == row.line_no and left <= index + 1 <= right:
            return _cell(row, left - 1)
    divided = level + 1 < len(heading) and _cell(heading[level + 1], index).strip()
    if grid.merges or not divided:
        return ""
    before = (_cell(row, i) for i in range(index - 1, -1, -1))
    return next(dropwhile(lambda label: not label.strip(), before), "")


def _named(labels: list[str], line: int) -> tuple[list[str], list[Note]]:
    """Give every column a name of its own, and note where the file did not."""
    columns: list[str] = []
    notes = []
    for position, label in enumerate(labels, start=1):
        wanted, count = label or f"列{position}", 1
        name = wanted
        while name in columns:
            count += 1
            name = f"{wanted}（{count}）"
        if name != label:
            notes.append(Note(line, name, "見出しが空か、ほかの列と同じため、名前を付けました。"))
        columns.append(name)
    return columns, notes


# --- lines that are no data -------------------------------------------------------------------


def _sort_out(
    body: list[Row], heading: list[Row], kept: list[int]
) -> tuple[list[Row], list[Skipped]]:
    rows, skipped = [], []
    headings = [_filled(row) for row in heading]
    beginnings = {filled[0] for filled in headings}
    every = list(range(len(kept))) == kept
    for row in body:
        if not _is_plainly_data(row, beginnings) and (reason := _why_no_data(row, headings)):
            skipped.append(Skipped(row.line_no, reason, _text_of(row)))
        else:
            as_it_is = every and len(row.cells) == len(kept)
            rows.append(row if as_it_is else Row(row.line_no, [_cell(row, i) for i in kept]))
    return rows, skipped


def _is_plainly_data(row: Row, beginnings: set[str]) -> bool:
    """Tell at one look that `_why_no_data` would find no reason: nearly all rows are such."""
    first, *others = row.cells or [""]
    rest = "".join(others)
    begun = _plain(first)
    filled = begun != "" and rest != "" and not rest.isspace()
    return filled and begun not in beginnings and "計" not in first and "計" not in rest


def _why_no_data(row: Row, headings: list[list[str]]) -> str:
    filled = _filled(row)
    if not filled:
        return "空行"
    if filled in headings:
        return "見出しの繰り返し"
    if "計" in "\n".join(filled) and _is_total(filled):
        return "計の行"
    if len(filled) == 1 and _FOOTNOTE.match(filled[0]):
        return "注記の行"
    return ""


def _is_total(filled: list[str]) -> bool:
    compact = [re.sub(r"\s", "", plain) for plain in filled]
    others = [plain for plain in compact if not _TOTAL.fullmatch(plain)]
    return len(others) < len(compact) and all(_QUANTITY.fullmatch(plain) for plain in others)


# --- cells that mean something else than they hold --------------------------------------------


@dataclass(frozen=True)
class _Reader:
    """Resolve ditto marks and bare serial numbers of Excel, and note each."""

    columns: list[str]
    starts_1904: bool

    def read(self, rows: list[Row]) -> tuple[list[Row], list[Note]]:
        read: list[Row] = []
        notes: list[Note] = []
        days = {i for i, label in enumerate(self.columns) if self._ends(label, _DAY_COLUMN)}
        clocks = {i for i, label in enumerate(self.columns) if self._ends(label, _CLOCK_COLUMN)}
        for row in rows:
            if not days and not clocks and _DITTO.isdisjoint(map(str.strip, row.cells)):
                read.append(row)
                continue
            cells = row.cells.copy()
            for index, cell in enumerate(cells):
                text = cell.strip()
                if text in _DITTO and read:
                    cells[index], why = (
                        read[-1].cells[index],
                        f"「{text}」を上の行の値に直しました。",
                    )
                elif index in days and (day := self._day(text)):
                    cells[index], why = day, "Excelの日付の番号を日付に直しました。"
                elif index in clocks and (clock := self._clock(text)):
                    cells[index], why = clock, "Excelの時刻の値を時刻に直しました。"
                else:
                    continue
                notes.append(Note(row.line_no, self.columns[index], why))
            read.append(Row(row.line_no, cells))
        return read, notes

    @staticmethod
    def _ends(label: str, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.search(_BRACKETS.sub("", label)))

    def _day(self, text: str) -> str:
        """Return the day of a serial number between 1954 and 2119, else nothing."""
        if not re.fullmatch(r"\d{5}(?:\.\d+)?", text, re.ASCII) or not 20000 <= float(text) < 80000:
            return ""
        epoch = datetime(1904, 1, 1) if self.starts_1904 else datetime(1899, 12, 30)
        moment = epoch + timedelta(minutes=round(float(text) * 1440))
        return moment.isoformat(sep=" ", timespec="minutes").removesuffix(" 00:00")

    @staticmethod
    def _clock(text: str) -> str:
        """Return the time of a fraction of a day, else nothing."""
        if not re.fullmatch(r"0\.\d+", text, re.ASCII):
            return ""
        minutes = round(float(text) * 1440) % 1440
        return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _few(notes: list[Note]) -> list[Note]:
    """Return the first notes; nobody reads hundreds of thousands, and they fill the memory."""
    if len(notes) <= _MOST_NOTES:
        return notes
    more = f"お知らせが{len(notes):,}件あります。初めの{_MOST_NOTES:,}件だけを示します。"
    return [Note(0, "", more), *notes[:_MOST_NOTES]]


def _renamed(
    notes: list[Note], heading_line: int, kept: list[int], columns: list[str]
) -> Iterator[Note]:
    """Name the column of notes that know its index; leave out what concerns the heading itself."""
    names = {str(index): name for index, name in zip(kept, columns, strict=True)}
    for note in notes:
        if note.line_no == 0 or note.line_no > heading_line:
            yield Note(note.line_no, names.get(note.column, ""), note.message)

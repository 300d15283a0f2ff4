"""A ruled list of any length: title, what it lists, columns, rows, and a foot on every page.

Drawn straight on the canvas: forty thousand rows do not fit a flowable table. A cell shows a few
lines; what is longer goes on below its row over the whole width, so that nothing is left out.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm

from models import wareki
from reports.fonts import GOTHIC, MINCHO, ink
from reports.pdfa import PaperCanvas
from reports.text import break_lines

PAGE: Final = landscape(A4)
MARGIN: Final = 12 * mm
WIDTH: Final = PAGE[0] - 2 * MARGIN
SIZE: Final = 7.5
LEADING: Final = 9.5
LEAD_SIZE: Final = 8.0
PADDING: Final = 2.0
BOTTOM: Final = MARGIN + 6 * mm  # below it stands the foot
MOST_LINES: Final = 4  # of one cell; what is longer ends with an ellipsis and goes on below the row


@dataclass(frozen=True)
class Column:
    """One column: heading, share of the width, and how its cells are drawn.

    Args:
        number: it holds numbers, which stand at the right.
        struck: a voided row is struck through here too.
    """

    heading: str
    share: float
    number: bool = False
    struck: bool = True


@dataclass(frozen=True)
class Ruled:
    """What stands on every page around the rows.

    Args:
        leads: lines under the title: what is listed.
        none: said at the end when there is no row.
        printed_at, seq, head: when it was printed and how far the ledger had come.
        number, printed_by: of a working print, which the access log knows by its number (A-15).
    """

    title: str
    leads: tuple[str, ...]
    columns: tuple[Column, ...]
    none: str
    printed_at: datetime
    seq: int
    head: str
    number: str = ""
    printed_by: str = ""


class RuledSheet:
    """The running page: head, rows, foot."""

    def __init__(self, canvas: PaperCanvas, ruled: Ruled) -> None:
        self._canvas = canvas
        self._ruled = ruled
        total = sum(column.share for column in ruled.columns)
        self._widths = [WIDTH * column.share / total for column in ruled.columns]
        self._title = ink(ruled.title, "表題")
        self._leads = [
            line
            for lead in ruled.leads
            for line in break_lines(ink(lead, "見出し"), MINCHO, LEAD_SIZE, WIDTH)
        ]
        self._headings = [
            break_lines(ink(one.heading, "見出し"), GOTHIC, SIZE, width - 2 * PADDING)
            for one, width in zip(ruled.columns, self._widths, strict=True)
        ]
        self._count = 0
        self._y = self._top = self._first = 0.0
        self._open()

    def add(self, texts: Sequence[str], *, struck: bool = False) -> None:
        """Draw a row; a text for each column."""
        cells, more = [], []
        for text, column, width in zip(texts, self._ruled.columns, self._widths, strict=True):
            lines, rest = _fit(ink(text, column.heading), width - 2 * PADDING)
            cells.append(lines)
            if rest:
                named = f"（{texts[0]}　{column.heading}の続き）{rest}"
                more.append((break_lines(named, MINCHO, SIZE, WIDTH - 2 * PADDING), column))
        height = max(map(len, cells)) * LEADING + 2 * PADDING
        below = sum(len(lines) * LEADING + 2 * PADDING for lines, _ in more)
        self._make_room(min(height + below, self._first - BOTTOM))  # what fits no page is split
        self._draw(cells, height, struck=struck)
        for lines, column in more:
            self._go_on(lines, struck=struck and column.struck)
        self._count += 1

    def close(self) -> None:
        """Say how many rows there were, and end the last page: above the foot there is room."""
        canvas = self._canvas
        canvas.setFont(MINCHO, 8.5)
        text = f"以上　{self._count:,}件" if self._count else self._ruled.none
        canvas.drawRightString(PAGE[0] - MARGIN, self._y - 12, text)
        self._rule_columns()
        self._foot()

    def _make_room(self, height: float) -> None:
        if self._y - height < BOTTOM:
            self._turn()

    def _go_on(self, lines: Sequence[str], *, struck: bool) -> None:
        """Draw what did not fit a cell, over the whole width, on as many pages as it takes."""
        self._rule_columns()
        left = list(lines)
        while left:
            self._make_room(LEADING + 2 * PADDING)
            fitting = max(int((self._y - BOTTOM - 2 * PADDING) / LEADING), 1)
            self._draw_wide(left[:fitting], struck=struck)
            left = left[fitting:]

    def _draw_wide(self, lines: Sequence[str], *, struck: bool) -> None:
        canvas, top = self._canvas, self._y
        canvas.setFont(MINCHO, SIZE)
        y = top - PADDING - SIZE
        for line in lines:
            canvas.drawString(MARGIN + PADDING, y, line)
            if struck:
                end = MARGIN + PADDING + canvas.stringWidth(line, MINCHO, SIZE)
                canvas.setLineWidth(0.5)
                canvas.line(MARGIN + PADDING, y + 2.5, end, y + 2.5)
            y -= LEADING
        self._y = top - len(lines) * LEADING - 2 * PADDING
        canvas.setLineWidth(0.25)
        canvas.lines([(x, top, x, self._y) for x in (MARGIN, MARGIN + WIDTH)])
        self._rule(self._y)
        self._top = self._y  # no column goes through these lines

    def _open(self) -> None:
        canvas = self._canvas
        top = PAGE[1] - MARGIN
        canvas.setFillColor(black)
        canvas.setFont(MINCHO, 13)
        canvas.drawString(MARGIN, top - 12, self._title)
        canvas.setFont(MINCHO, LEAD_SIZE)
        y = top - 25
        for line in self._leads:
            canvas.drawString(MARGIN, y, line)
            y -= LEAD_SIZE + 2.5
        self._y = y + LEAD_SIZE + 2.5 - 6
        self._draw_headings()

    def _draw_headings(self) -> None:
        canvas = self._canvas
        height = max(map(len, self._headings)) * LEADING + 2 * PADDING
        canvas.setFillColor(Color(0.93, 0.93, 0.93))
        canvas.rect(MARGIN, self._y - height, WIDTH, height, stroke=0, fill=1)
        canvas.setFillColor(black)
        canvas.setFont(GOTHIC, SIZE)
        x = MARGIN
        for lines, width in zip(self._headings, self._widths, strict=True):
            for number, line in enumerate(lines):
                y = self._y - PADDING - SIZE - number * LEADING
                canvas.drawCentredString(x + width / 2, y, line)
            x += width
        self._top = self._y
        self._rule(self._top)
        self._y -= height
        self._first = self._y
        self._rule(self._y)

    def _draw(self, cells: list[list[str]], height: float, *, struck: bool) -> None:
        canvas = self._canvas
        canvas.setFont(MINCHO, SIZE)
        x = MARGIN
        for lines, column, width in zip(cells, self._ruled.columns, self._widths, strict=True):
            y = self._y - PADDING - SIZE
            for line in lines:
                if column.number:
                    canvas.drawRightString(x + width - PADDING, y, line)
                else:
                    canvas.drawString(x + PADDING, y, line)
                if struck and line and column.struck:
                    canvas.setLineWidth(0.5)
                    canvas.line(x + PADDING, y + 2.5, x + width - PADDING, y + 2.5)
                y -= LEADING
            x += width
        self._y -= height
        self._rule(self._y)

    def _rule(self, y: float) -> None:
        self._canvas.setLineWidth(0.25)
        self._canvas.line(MARGIN, y, MARGIN + WIDTH, y)

    def _rule_columns(self) -> None:
        """Draw the upright lines of a page in one go; a dozen for every row cost half the time."""
        self._canvas.setLineWidth(0.25)
        edges = [MARGIN + x for x in itertools.accumulate(self._widths, initial=0.0)]
        self._canvas.lines([(x, self._top, x, self._y) for x in edges])

    def _turn(self) -> None:
        self._rule_columns()
        self._foot()
        self._canvas.showPage()
        self._open()

    def _foot(self) -> None:
        canvas, ruled = self._canvas, self._ruled
        canvas.setFont(GOTHIC, 7)
        left = f"{canvas.getPageNumber()} / "
        start = PAGE[0] / 2 - canvas.stringWidth(left, GOTHIC, 7)
        canvas.drawString(start, MARGIN - 4, left)
        canvas.draw_total_pages(PAGE[0] / 2, MARGIN - 4)
        if ruled.number:
            who = ink(f"{ruled.number}　{ruled.printed_by}", "出力した人")
            canvas.drawString(MARGIN, MARGIN - 4, who)
        printed = f"{wareki.format_moment(ruled.printed_at)} 出力"
        note = f"{printed}　記帳番号 {ruled.seq:,}　先頭値 {ruled.head[:16]}"
        canvas.drawRightString(PAGE[0] - MARGIN, MARGIN - 4, note)


def _fit(text: str, width: float) -> tuple[list[str], str]:
    """Return the lines of a cell, and what goes on below its row."""
    lines = break_lines(text, MINCHO, SIZE, width)
    if len(lines) <= MOST_LINES:
        return lines, ""
    shown = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1][:-1]]
    end = 0
    for line in shown:  # between two lines stand line breaks at most
        end = text.index(line, end) + len(line)
    return [*shown[:-1], f"{shown[-1]}…"], text[end:].lstrip("\n")

"""Building blocks of a paper: text, tables, boxes, QR, all in the one look of the house.

Every text of a user passes through `body`: unprintable characters are refused, nothing is markup,
and what was not captured reads 記録なし.
"""

import itertools
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import segno
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from models import wareki
from models.fields import NOT_RECORDED
from reports.fonts import GOTHIC, MINCHO, ink, register_fonts
from reports.text import Style, Text

LINE: Final = 0.5
THIN: Final = 0.25
INK: Final = colors.black
FULL_WIDTH: Final = 170 * mm  # A4 portrait less the margins of `reports.page`


BODY: Final = Style(MINCHO, 10.5, 17)
RIGHT: Final = Style(MINCHO, 10.5, 17, "right")
UNDER_NUMBER: Final = Style(MINCHO, 9, 13, "right")
CENTER: Final = Style(MINCHO, 10.5, 17, "center")
TITLE: Final = Style(MINCHO, 16, 24, "center", 4 * mm, 6 * mm)
CELL: Final = Style(MINCHO, 9, 12.5)
CELL_RIGHT: Final = Style(MINCHO, 9, 12.5, "right")
HEAD: Final = Style(GOTHIC, 8.5, 11.5, "center")
SMALL: Final = Style(MINCHO, 7, 9.5)
NOTE: Final = Style(MINCHO, 8.5, 12.5)


def shown(value: object) -> str:
    """Return what the paper shows for a value; nothing captured is 記録なし, never a blank."""
    if value is None or value == "" or value == ():
        return NOT_RECORDED
    if isinstance(value, datetime):
        return f"{wareki.format_wareki(value.date())} {wareki.format_clock(value, '%H時%M分')}"
    if isinstance(value, date):
        return wareki.format_wareki(value)
    if isinstance(value, bool):
        return "有" if value else "無"
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple):
        return "、".join(shown(part) for part in value)
    return str(value)


def body(text: str, where: str, style: Style = BODY) -> Text:
    """Set a text of a user or of the house.

    Raises:
        UnprintableCharacter: naming the character and the field.
    """
    register_fonts()
    return Text(ink(text, where), style)


def gap(millimetres: float) -> Spacer:
    return Spacer(1, millimetres * mm)


def grid(
    headings: Sequence[str],
    rows: Sequence[Sequence[object]],
    widths: Sequence[float],
    *,
    numbers: frozenset[int] = frozenset(),
) -> Table:
    """Set a table with ruled lines; its head repeats on every page.

    Args:
        widths: shares of the full width.
        numbers: columns set flush right.
    """
    cells = [[body(heading, heading, HEAD) for heading in headings]]
    for row in rows:
        cells.append(
            [
                body(shown(value), heading, CELL_RIGHT if column in numbers else CELL)
                for column, (value, heading) in enumerate(zip(row, headings, strict=True))
            ]
        )
    total = sum(widths)
    table = Table(cells, colWidths=[FULL_WIDTH * w / total for w in widths], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), THIN, INK),
                ("BOX", (0, 0), (-1, -1), LINE, INK),
                ("BACKGROUND", (0, 0), (-1, 0), colors.Color(0.93, 0.93, 0.93)),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
            ]
        )
    )
    return table


def facts(rows: Sequence[tuple[str, object]], *, label_width: float = 42 * mm) -> Table:
    """Set label and value pairs as a ruled form."""
    cells = [[body(label, label, HEAD), body(shown(value), label, CELL)] for label, value in rows]
    table = Table(cells, colWidths=[label_width, FULL_WIDTH - label_width])
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), THIN, INK),
                ("BOX", (0, 0), (-1, -1), LINE, INK),
                ("BACKGROUND", (0, 0), (0, -1), colors.Color(0.93, 0.93, 0.93)),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
            ]
        )
    )
    return table


def side_by_side(left: Sequence[Flowable], right: Sequence[Flowable], left_width: float) -> Table:
    """Set two columns without lines."""
    return unlined([list(left), list(right)], [left_width, FULL_WIDTH - left_width])


def unlined(cells: Sequence[object], widths: Sequence[float], vertical: str = "TOP") -> Table:
    """Set cells beside each other, without lines and without room around them."""
    table = Table([list(cells)], colWidths=list(widths))
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), vertical),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    return table


class Qr(Flowable):
    """A QR code drawn as vectors, so that it scans at any resolution."""

    def __init__(self, text: str, size: float = 26 * mm) -> None:
        super().__init__()
        self._matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
        self.width = self.height = size

    def draw(self) -> None:
        quiet = 2
        count = len(self._matrix) + 2 * quiet
        canvas = self.canv
        canvas.saveState()
        canvas.scale(self.width / count, self.height / count)  # short whole numbers in the file
        path = canvas.beginPath()
        for y, row in enumerate(self._matrix, 1):
            x = quiet
            for dark, modules in itertools.groupby(row):
                length = len(list(modules))
                if dark:
                    path.rect(x, count - quiet - y, length, 1)
                x += length
        canvas.setFillColor(INK)
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.restoreState()


class SealBox(Flowable):
    """The place for a stamp: a square with 印, drawn light so that a stamp stays readable."""

    def __init__(self, size: float = 18 * mm, label: str = "印") -> None:
        super().__init__()
        self.width = self.height = size
        self._label = label

    def draw(self) -> None:
        canvas = self.canv
        canvas.saveState()
        canvas.setLineWidth(THIN)
        canvas.setDash(1, 2)
        canvas.rect(0, 0, self.width, self.height)
        canvas.setFillColor(colors.Color(0.55, 0.55, 0.55))
        canvas.setFont(MINCHO, 9)
        canvas.drawCentredString(self.width / 2, self.height / 2 - 3, self._label)
        canvas.restoreState()

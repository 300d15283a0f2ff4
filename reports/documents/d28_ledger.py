"""D-28 個人情報管理台帳: every handling of a period, row by row (SK-11.8, CM-5.7.4, FK-17.1).

A working print, drawn straight on the canvas: forty thousand rows do not fit a flowable table.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, Final, Self

from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm

from models import wareki
from models.fields import NOT_RECORDED
from reports.blocks import shown
from reports.documents.samples import sample_anchor, sample_head
from reports.fonts import GOTHIC, MINCHO, ink, register_fonts
from reports.page import Anchor, Letterhead, claims_of
from reports.pdfa import Metadata, PaperCanvas
from reports.text import break_lines

PAGE: Final = landscape(A4)
MARGIN: Final = 12 * mm
SIZE: Final = 7.5
LEADING: Final = 9.5
PADDING: Final = 2.0
MOST_LINES: Final = 4  # of one cell; what is longer ends with an ellipsis and stands in the ledger


@dataclass(frozen=True)
class Column:
    """One column: heading, share of the width, and whether it holds numbers."""

    heading: str
    share: float
    number: bool = False


@dataclass(frozen=True)
class HandlingRow:
    """One handling as the register prints it; texts are resolved."""

    event_no: str
    occurred: str
    kind: str
    items: str
    quantity: str
    actor: str
    checker: str
    purpose: str
    place: str
    basis: str
    remarks: str
    voided: bool = False

    def cells(self) -> tuple[str, ...]:
        return (
            self.event_no, self.occurred, self.kind, self.items, self.quantity, self.actor,
            self.checker, self.purpose, self.place, self.basis, self.remarks,
        )  # fmt: skip


COLUMNS: Final = (
    Column("番号", 8, True),
    Column("日時", 20),
    Column("区分", 15),
    Column("媒体・資料", 42),
    Column("数量", 11, True),
    Column("取扱者", 18),
    Column("確認者", 18),
    Column("目的", 34),
    Column("場所・行先・相手方", 36),
    Column("根拠", 22),
    Column("備考", 30),
)


@dataclass(frozen=True)
class Register:
    """個人情報管理台帳 of a period; `rows` gives a fresh iterator each time it is called."""

    head: Letterhead
    anchor: Anchor
    first: date | None
    last: date | None
    rows: Callable[[], Iterable[HandlingRow]]

    @property
    def title(self) -> str:
        return self.head.title

    def missing(self) -> Iterator[str]:
        """A working print demands nothing; what is not there prints 記録なし."""
        yield from ()

    def content(self) -> dict[str, Any]:
        return {"title": self.head.title, "rows": [list(row.cells()) for row in self.rows()]}

    def write(self, file: BinaryIO, room: int) -> None:
        """Draw the register, one row after another."""
        register_fonts()
        metadata = Metadata(
            title=self.head.title,
            author=self.head.sender_name,
            issued_at=self.anchor.issued_at,
            claims=claims_of(self.head, self.anchor).to_json(),
        )
        canvas = PaperCanvas(file, metadata, PAGE, room)
        sheet = _Sheet(canvas, self)
        for row in self.rows():
            sheet.add(row)
        sheet.close()
        canvas.finish(GOTHIC, 7)

    @classmethod
    def sample(cls) -> Self:
        row = HandlingRow(
            "1", "R8.11.21 10:30", "受領", "M-0001 健康診査結果票", "84枚", "𠮷野　翔太", "",
            "健康診査結果の入力のため", "見本市　主査　見本　花子", "見健第101号", "",
        )  # fmt: skip
        wrong = HandlingRow(
            "2", "R8.11.21 11:00", "使用", "M-0001 健康診査結果票", "84枚", "辻󠄂　美咲", "",
            "入力", "入力室", "", "取消：二重に入力したため", voided=True,
        )  # fmt: skip
        head = sample_head("D-28", "個人情報管理台帳", "第11条第8号")
        return cls(
            head, sample_anchor(), date(2026, 11, 1), date(2026, 11, 30), lambda: [row, wrong]
        )


class _Sheet:
    """The running page: head, rows, foot."""

    def __init__(self, canvas: PaperCanvas, register: Register) -> None:
        self._canvas = canvas
        self._register = register
        total = sum(column.share for column in COLUMNS)
        width = PAGE[0] - 2 * MARGIN
        self._widths = [width * column.share / total for column in COLUMNS]
        self._title = ink(register.title, "表題")
        self._lead = ink(self._subtitle(), "業務名")
        self._count = 0
        self._open()

    def add(self, row: HandlingRow) -> None:
        cells = [
            self._fit(text or _nothing(column), column, width)
            for text, column, width in zip(row.cells(), COLUMNS, self._widths, strict=True)
        ]
        height = max(map(len, cells)) * LEADING + 2 * PADDING
        if self._y - height < MARGIN + 6 * mm:
            self._turn()
        self._draw(cells, height, struck=row.voided)
        self._count += 1

    def close(self) -> None:
        canvas = self._canvas
        canvas.setFont(MINCHO, 8.5)
        text = f"以上　{self._count:,}件" if self._count else "この期間の取扱いの記録はありません。"
        if self._y - 14 < MARGIN + 6 * mm:
            self._turn()
        canvas.drawRightString(PAGE[0] - MARGIN, self._y - 12, text)
        self._rule_columns()
        self._foot()

    def _fit(self, text: str, column: Column, width: float) -> list[str]:
        lines = break_lines(ink(text, column.heading), MINCHO, SIZE, width - 2 * PADDING)
        if len(lines) > MOST_LINES:
            lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1][:-1] + "…"]
        return lines

    def _open(self) -> None:
        canvas = self._canvas
        top = PAGE[1] - MARGIN
        canvas.setFillColor(black)
        canvas.setFont(MINCHO, 13)
        canvas.drawString(MARGIN, top - 12, self._title)
        canvas.setFont(MINCHO, 8)
        canvas.drawString(MARGIN, top - 25, self._lead)
        self._y = top - 31
        self._headings()

    def _headings(self) -> None:
        canvas = self._canvas
        height = LEADING + 2 * PADDING
        canvas.setFillColor(Color(0.93, 0.93, 0.93))
        canvas.rect(MARGIN, self._y - height, sum(self._widths), height, stroke=0, fill=1)
        canvas.setFillColor(black)
        canvas.setFont(GOTHIC, SIZE)
        x = MARGIN
        for column, width in zip(COLUMNS, self._widths, strict=True):
            canvas.drawCentredString(x + width / 2, self._y - PADDING - SIZE, column.heading)
            x += width
        self._top = self._y
        self._rule(self._top)
        self._y -= height
        self._rule(self._y)

    def _draw(self, cells: list[list[str]], height: float, *, struck: bool) -> None:
        canvas = self._canvas
        canvas.setFont(MINCHO, SIZE)
        x = MARGIN
        for lines, column, width in zip(cells, COLUMNS, self._widths, strict=True):
            y = self._y - PADDING - SIZE
            for line in lines:
                if column.number:
                    canvas.drawRightString(x + width - PADDING, y, line)
                else:
                    canvas.drawString(x + PADDING, y, line)
                if struck and line and column.heading != "備考":
                    canvas.setLineWidth(0.5)
                    canvas.line(x + PADDING, y + 2.5, x + width - PADDING, y + 2.5)
                y -= LEADING
            x += width
        self._y -= height
        self._rule(self._y)

    def _rule(self, y: float) -> None:
        self._canvas.setLineWidth(0.25)
        self._canvas.line(MARGIN, y, MARGIN + sum(self._widths), y)

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
        canvas = self._canvas
        anchor = self._register.anchor
        canvas.setFont(GOTHIC, 7)
        left = f"{canvas.getPageNumber()} / "
        start = PAGE[0] / 2 - canvas.stringWidth(left, GOTHIC, 7)
        canvas.drawString(start, MARGIN - 4, left)
        canvas.draw_total_pages(PAGE[0] / 2, MARGIN - 4)
        printed = f"{wareki.format_wareki(anchor.issued_at.date())} {anchor.issued_at:%H:%M} 出力"
        note = f"{printed}　記帳番号 {anchor.seq:,}　先頭値 {anchor.head[:16]}"
        canvas.drawRightString(PAGE[0] - MARGIN, MARGIN - 4, note)

    def _subtitle(self) -> str:
        register = self._register
        head = register.head
        first = shown(register.first) if register.first else "最初"
        last = shown(register.last) if register.last else "現在"
        return (
            f"{head.work_word}　{shown(head.work_title)}　　契約番号　{shown(head.contract_no)}　　"
            f"受託　{shown(head.sender_name)}　　期間　{first}から{last}まで"
        )


def _nothing(column: Column) -> str:
    return "－" if column.heading == "備考" else NOT_RECORDED

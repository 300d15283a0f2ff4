"""What paper costs: a sealed certificate and a register of forty thousand rows."""

import os
import resource
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from bench.figure import Figure, seconds
from reports.documents.d18_certificate import Certificate
from reports.documents.d28_ledger import Register
from reports.fonts import MINCHO, register_fonts
from reports.render import render, seal
from reports.ruled import PAGE
from reports.seal import make_seal_certificate

ROWS = 40_000
ROWS_PER_PAGE = 40


def certificate() -> list[Figure]:
    """Seal one page again and again; the floor is drawing it without a seal."""
    paper = Certificate.sample()
    identity = make_seal_certificate("株式会社みほん情報処理", datetime.now(UTC), os.urandom)
    seal(paper, identity)
    ours = seconds(lambda: seal(paper, identity), 10)
    return [Figure("sealed certificate, warm", ours, seconds(lambda: render(paper), 10), "s", 0.1)]


def register() -> list[Figure]:
    """Print a long register; the floor draws the same words on a bare canvas, line by line."""
    sample = Register.sample()
    row = next(iter(sample.rows()))
    rows = [replace(row, event_no=str(number)) for number in range(1, ROWS + 1)]
    paper = replace(sample, rows=lambda: rows)
    before = _peak()
    ours = seconds(lambda: paper.write(BytesIO(), 0))
    memory = _peak()
    words = [list(one.cells()) for one in rows]
    floor = seconds(lambda: _bare(words))
    return [
        Figure("register of 40,000 rows", ours, floor, "s", 15),
        Figure("register of 40,000 rows, memory", memory, before, "MB", 150),
    ]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _bare(words: list[list[str]]) -> None:
    register_fonts()
    canvas = Canvas(BytesIO(), PAGE)
    for number, cells in enumerate(words):
        line = number % ROWS_PER_PAGE
        if line == 0:
            if number:
                canvas.showPage()
            canvas.setFont(MINCHO, 7.5)
        for column, text in enumerate(cells):
            canvas.drawString(30 + 70 * column, 560 - 13 * line, text)
    canvas.save()

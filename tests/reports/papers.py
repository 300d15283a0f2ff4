"""What the tests of the papers share: a sheet with one text, what programs extract, one seal."""

import random
import shutil
import subprocess
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest

from models.wareki import JAPAN
from reports.blocks import body
from reports.pdfa import Metadata, PaperCanvas
from reports.seal import SealIdentity, make_seal_certificate
from reports.text import break_lines

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=JAPAN)
PAGE = (595.0, 842.0)


def sheet(text: str, font: str = "paper-mincho") -> bytes:
    """Return a PDF of one page with a text, drawn as the papers draw it."""
    inked = body(text, "試し書き").text
    file = BytesIO()
    canvas = PaperCanvas(file, Metadata("試し書き", "見本", NOW, "{}"), PAGE)
    canvas.setFont(font, 10)
    for number, line in enumerate(break_lines(inked, font, 10, 500)):
        canvas.drawString(40, 800 - 12 * number, line)
    canvas.finish(font, 8)
    return file.getvalue()


def pages(pdf: bytes) -> list[str]:
    """Return the text of every page as PDFium extracts it, one line per printed line."""
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    return [text.replace("\r\n", "\n") for text in texts]


def flat(pdf: bytes) -> str:
    """Return the whole text without line ends: what is printed, wherever it was broken."""
    return "".join(pages(pdf)).replace("\n", "")


def tool(name: str, folder: Path, pdf: bytes, *arguments: str) -> str:
    """Run a program of the system on a PDF and return what it says; skip where it is absent.

    Args:
        arguments: `FILE` stands for the PDF.
    """
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed here")
    file = folder / "paper.pdf"
    file.write_bytes(pdf)
    command = [program, *(str(file) if part == "FILE" else part for part in arguments)]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    said = (done.stdout + done.stderr).decode("utf-8")
    assert done.returncode == 0, said
    return said


@cache
def identity(name: str = "株式会社みほん情報処理", seed: int = 1) -> SealIdentity:
    """Return a seal, made once per run."""
    return make_seal_certificate(name, NOW, random.Random(seed).randbytes)

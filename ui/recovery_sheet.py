"""The recovery sheet on paper: printed, saved as PDF for a stick, or copied from the screen.

It opens the ledger without password, so it goes straight to printer or file and nowhere in between,
and the file dialog's suggestion names no place.
"""

from datetime import date
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import QFont, QPageSize, QPainter, QPdfWriter
from PySide6.QtPrintSupport import QPrintDialog, QPrinterInfo
from PySide6.QtWidgets import QWidget

from models import wareki
from models.errors import PrinterMissing
from reports.tables.replacing import replacing
from ui.printing import new_printer
from ui.theme import SHEET_FAMILY

DOTS = 300
MM = DOTS / 25.4
ADVICE = (
    "この用紙があれば、パスワードを忘れたときや、PCが壊れたときに台帳を開けます。",
    "この用紙を持つ人は、だれでも台帳を開けます。封筒に入れて封をし、施錠できる場所に保管してください。",
    "PCや外付けディスクと同じ場所には置かないでください。写しを作らないでください。",
)


def print_sheet(text: str, organization: str, today: date, parent: QWidget | None = None) -> bool:
    """Print the sheet; return whether it was sent.

    Raises:
        PrinterMissing: none is set up.
    """
    if not QPrinterInfo.availablePrinterNames():
        raise PrinterMissing()
    printer = new_printer("回復シート")
    dialog = QPrintDialog(printer, parent)
    if not dialog.exec():
        return False
    painter = QPainter(printer)
    draw_sheet(painter, text, organization, today)
    painter.end()
    return True


def save_sheet(file: Path, text: str, organization: str, today: date) -> None:
    """Write the sheet as a PDF, whole or not at all, for its owner alone.

    Raises:
        DiskFull, NotWritable, MediumMissing, InputOutput, InsideLedger
    """
    data = _pdf(text, organization, today)
    with replacing(file) as place:
        place.touch(0o600)
        place.write_bytes(data)


def _pdf(text: str, organization: str, today: date) -> bytes:
    """Draw in memory: the writer of Qt does not tell when a disk is full."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DOTS)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle("回復シート")
    painter = QPainter(writer)
    draw_sheet(painter, text, organization, today)
    painter.end()
    return bytes(buffer.data().data())


def draw_sheet(painter: QPainter, text: str, organization: str, today: date) -> None:
    """Draw the sheet on an A4 page at 300 dots per inch."""
    y = 25.0
    y = _text(painter, y, 22, "預り台帳　回復シート", bold=True)
    y = _text(painter, y + 4, 12, f"{organization}　{wareki.format_wareki(today)}作成")
    for sentence in ADVICE:
        y = _text(painter, y + 3, 11, sentence)
    y += 10
    painter.drawRect(QRectF(25 * MM, y * MM, 160 * MM, 66 * MM))
    y += 6
    for number, line in enumerate(text.splitlines(), 1):
        y = _text(painter, y, 20, f"{number}　{line}", left=35.0, family=SHEET_FAMILY) + 3
    _text(painter, y + 24, 11, "保管場所：　　　　　　　　　　　　保管者：　　　　　　　　　　　　")


def _text(
    painter: QPainter,
    y: float,
    points: int,
    text: str,
    *,
    bold: bool = False,
    left: float = 25.0,
    family: str = "",
) -> float:
    """Draw wrapped text at y (mm from the top) and return where it ends."""
    font = QFont(family) if family else QFont(painter.font())
    font.setPointSize(points)
    font.setBold(bold)
    painter.setFont(font)
    room = QRectF(left * MM, y * MM, (185.0 - left) * MM, 100 * MM)
    flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
    return painter.drawText(room, int(flags), text).bottom() / MM

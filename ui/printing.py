"""Paper on the printer: the pages of the real PDF, drawn straight to it, never through a file.

The system's spooler keeps its own copy for a while; the manual says so and how to switch it off.
"""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QWidget

from models.errors import PrinterMissing
from ui.pages import page_count
from ui.preview import PdfPages

DOTS = 300  # per inch: sharp furigana, and a page still fits into the memory of old printers


def print_pdf(
    pdf: bytes,
    title: str,
    parent: QWidget | None = None,
    before: Callable[[int], None] = lambda pages: None,
) -> bool:
    """Let the user choose a printer and print; return whether it was sent.

    Args:
        before: called with the number of pages when a printer was chosen; what it raises keeps the
            paper inside.

    Raises:
        PrinterMissing: none is set up.
        Damaged: the bytes are no PDF.
    """
    if not QPrinterInfo.availablePrinterNames():
        raise PrinterMissing()
    printer = new_printer(title)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle("印刷")
    if not dialog.exec():
        return False
    first, last = page_range(pdf, printer)
    before(last - first + 1)
    draw_pages(pdf, printer)
    return True


def new_printer(title: str) -> QPrinter:
    """Return a printer set to A4 portrait without margins of its own."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)  # shown in the print queue: a document number, never a name
    printer.setResolution(DOTS)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setPageOrientation(QPageLayout.Orientation.Portrait)
    printer.setFullPage(True)
    return printer


def draw_pages(pdf: bytes, printer: QPrinter) -> int:
    """Draw the chosen range of pages; return how many."""
    first, last = page_range(pdf, printer)
    pages = PdfPages(pdf)
    painter = QPainter(printer)
    try:
        for number in range(first, last + 1):
            if number > first:
                printer.newPage()
            _draw_page(pages, number - 1, painter, printer)
    finally:
        painter.end()
        pages.close()
    return last - first + 1


def page_range(pdf: bytes, printer: QPrinter) -> tuple[int, int]:
    """Return the first and the last page that were chosen (1 is the first)."""
    count = page_count(pdf)
    return max(printer.fromPage(), 1), min(printer.toPage() or count, count)


def _draw_page(pages: PdfPages, number: int, painter: QPainter, printer: QPrinter) -> None:
    image = pages.image(number, DOTS)
    paper = printer.paperRect(QPrinter.Unit.DevicePixel).toRect()
    size = image.size().scaled(paper.size(), Qt.AspectRatioMode.KeepAspectRatio)
    target = QRect((paper.width() - size.width()) // 2, 0, size.width(), size.height())
    painter.drawImage(target, image)

"""Something leaves the program: to a printer, or into a file where the user wants it."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from models.errors import AzukariError, NotWritable
from ui.page import Desk
from ui.printing import print_pdf

PDF = "PDF (*.pdf)"


def print_here(desk: Desk, pdf: bytes, title: str, parent: QWidget) -> None:
    """Print, and show the sentence when that is not possible."""
    try:
        print_pdf(pdf, title, parent)
    except AzukariError as error:
        desk.operations.tell(error, parent)


def save_here(desk: Desk, pdf: bytes, name: str, parent: QWidget) -> None:
    """Write a PDF where the user wants it."""
    file = desk.asker.save_file(parent, "PDFの保存先", PDF, name)
    if file is not None:
        write_file(desk, file, pdf, parent)


def write_file(desk: Desk, file: Path, data: bytes, parent: QWidget) -> bool:
    """Write a file and say when that is not possible; tell whether it was."""
    try:
        file.write_bytes(data)
    except OSError:
        desk.operations.tell(NotWritable(file=str(file)), parent)
        return False
    return True

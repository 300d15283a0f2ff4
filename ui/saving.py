"""Something leaves the program: to a printer, or into a file where the user wants it."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from models.access import Act
from models.errors import AzukariError, NotWritable
from ui.asking import completed
from ui.page import Desk
from ui.printing import print_pdf

PDF = "PDF (*.pdf)"


@dataclass(frozen=True)
class What:
    """What leaves, for the access log: record type, id of the record, contract."""

    type: str
    target: str = ""
    contract: str = ""
    detail: str = ""


def print_here(desk: Desk, pdf: bytes, title: str, parent: QWidget, what: What) -> None:
    """Print, and show the sentence when that is not possible."""
    try:
        print_pdf(pdf, title, parent, lambda: _note(desk, Act.PRINT, what))
    except AzukariError as error:
        desk.operations.tell(error, parent)


def save_here(desk: Desk, pdf: bytes, name: str, parent: QWidget, what: What) -> None:
    """Write a PDF where the user wants it."""
    chosen = desk.asker.save_file(parent, "PDFの保存先", PDF, name)
    file = completed(desk.asker, parent, chosen, ".pdf")
    if file is not None:
        write_file(desk, file, pdf, parent, what)


def write_file(desk: Desk, file: Path, data: bytes, parent: QWidget, what: What) -> bool:
    """Write a file and say when that is not possible; tell whether it was."""
    try:
        _note(desk, Act.EXPORT, what)
        file.write_bytes(data)
    except AzukariError as error:
        desk.operations.tell(error, parent)
        return False
    except OSError:
        desk.operations.tell(NotWritable(file=str(file)), parent)
        return False
    return True


def _note(desk: Desk, act: Act, what: What) -> None:
    """Write the line before anything leaves."""
    desk.ledger.access.handed_out(act, what.type, what.target, what.contract, detail=what.detail)

"""Something leaves the program: to a printer, or into a file where the user wants it."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from models.access import Act
from models.errors import AzukariError, Cancelled
from models.ledger import Ledger
from models.purposes import offered
from reports.tables.replacing import replacing
from ui.asking import Asker, completed
from ui.page import Desk
from ui.pages import page_count
from ui.printing import print_pdf

PDF = "PDF (*.pdf)"


@dataclass(frozen=True)
class What:
    """What leaves, for the access log: record type, id of the record, contract.

    Args:
        purpose: what it is for, when somebody said so before.
    """

    type: str
    target: str = ""
    contract: str = ""
    detail: str = ""
    purpose: str = ""


def print_here(desk: Desk, pdf: bytes, title: str, parent: QWidget, what: What) -> None:
    """Print, and show the sentence when that is not possible."""
    try:
        print_pdf(pdf, title, parent, lambda pages: _note(desk, Act.PRINT, what, parent, pages))
    except Cancelled:
        return
    except AzukariError as error:
        desk.operations.tell(error, parent)


def save_here(desk: Desk, pdf: bytes, name: str, parent: QWidget, what: What) -> None:
    """Write a PDF where the user wants it."""
    chosen = desk.asker.save_file(parent, "PDFの保存先", PDF, name)
    file = completed(desk.asker, parent, chosen, ".pdf")
    if file is not None:
        write_file(desk, file, pdf, parent, what, paper=True)


def write_file(
    desk: Desk, file: Path, data: bytes, parent: QWidget, what: What, *, paper: bool = False
) -> bool:
    """Write a file and say when that is not possible; tell whether it was.

    Args:
        paper: it is a PDF of ours, whose pages are counted.
    """
    try:
        desk.ledger.outside.require(file)
        _note(desk, Act.EXPORT, what, parent, page_count(data) if paper else 0)
        with replacing(file) as place:
            place.write_bytes(data)
    except Cancelled:
        return False
    except AzukariError as error:
        desk.operations.tell(error, parent)
        return False
    return True


def ask_purpose(
    asker: Asker, ledger: Ledger, act: Act, parent: QWidget | None, what: str = ""
) -> str | None:
    """Ask what something is for; None when the user turns back (A-13).

    What was said last in this session stands there already, so that Enter is enough for a pile.
    """
    title = f"{act.label}の目的"
    question = f"{what or 'この内容'}の{act.label}は、何のためですか。利用の記録に残ります。"
    return asker.choice(parent, title, question, offered(ledger), ledger.access.purpose)


def _note(desk: Desk, act: Act, what: What, parent: QWidget, pages: int) -> None:
    """Write the line before anything leaves.

    Raises:
        Cancelled: the user does not say what it is for.
    """
    purpose = what.purpose or ask_purpose(desk.asker, desk.ledger, act, parent)
    if purpose is None:
        raise Cancelled
    desk.ledger.access.handed_out(
        act, what.type, what.target, what.contract, pages, what.detail, purpose
    )

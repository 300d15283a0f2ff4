"""Papers on the screen: the real PDF is shown, printed, saved, sealed and verified."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from reportlab.pdfgen.canvas import Canvas

from models.codes import SubmissionStatus
from models.errors import Damaged, PrinterMissing
from models.ledger import Ledger
from models.paper_known import NOT_HERE, NOT_IN_LEDGER
from models.records import Submission
from tests.ui.shell import Answers, make_books, make_office, settle
from ui.operations import Operations
from ui.page import Desk
from ui.papers import PapersPage, SubmitDialog, check_file, check_paper
from ui.preview import PdfPages, PreviewView
from ui.printing import draw_pages, new_printer, print_pdf
from ui.seal_part import grouped, make_seal


def three_pages(path: Path) -> bytes:
    canvas = Canvas(str(path), pagesize=(595, 842))
    for number in range(3):
        canvas.rect(50 + number * 100, 400, 80, 80, fill=1)
        canvas.showPage()
    canvas.save()
    return path.read_bytes()


def ink(image: QImage) -> int:
    """Return the column of the first dark pixel in the middle of a page."""
    y = image.height() // 2
    return next(x for x in range(image.width()) if image.pixelColor(x, y).lightness() < 100)


@pytest.fixture
def pdf(tmp_path: Path) -> bytes:
    return three_pages(tmp_path / "three.pdf")


@pytest.fixture
def view(qtbot: QtBot, pdf: bytes) -> PreviewView:
    made = PreviewView()
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    qtbot.waitExposed(made)
    made.set_pdf(pdf)
    return made


def test_the_preview_shows_the_page_that_was_asked_for(view: PreviewView) -> None:
    first = ink(view.paper.pixmap().toImage())
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    assert view.page_box.value() == 2
    assert ink(view.paper.pixmap().toImage()) > first
    QTest.keyClick(view, Qt.Key.Key_End)
    assert (view.page_box.value(), view.count.text()) == (3, "／ 3 ページ")
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    assert view.page_box.value() == 3


def test_zoom_draws_the_page_larger(view: PreviewView) -> None:
    before = view.paper.pixmap().width()
    view.zoom_by(1)
    assert view.paper.pixmap().width() > before
    view.fit()
    assert view.paper.pixmap().width() == before


def test_bytes_that_are_no_pdf_are_refused() -> None:
    with pytest.raises(Damaged):
        PdfPages(b"not a pdf")


def test_printing_draws_every_page(qapp: QApplication, pdf: bytes, tmp_path: Path) -> None:
    printer = new_printer("令和8年度 第1号")
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    assert draw_pages(pdf, printer) == 3
    printed = PdfPages((tmp_path / "printed.pdf").read_bytes())
    assert len(printed) == 3
    drawn, original = printed.image(1, 72), PdfPages(pdf).image(1, 72)
    assert abs(ink(drawn) - ink(original)) <= 2


def test_without_a_printer_the_sentence_says_so(
    pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.printing.QPrinterInfo.availablePrinterNames", lambda: [])
    with pytest.raises(PrinterMissing, match="PDFとして保存"):
        print_pdf(pdf, "第1号")


# --- the page ----------------------------------------


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = make_books(make_office(tmp_path), tmp_path / "ledger")
    make_seal(made)
    yield made
    made.close()


@pytest.fixture
def desk(qapp: QApplication, ledger: Ledger, answers: Answers) -> Iterator[Desk]:
    operations = Operations(answers)
    yield Desk(ledger, operations, answers, lambda _type, _id: None)
    operations.close()


def seal_one(ledger: Ledger, pdf: bytes) -> Submission:
    """Seal a paper whose drawing is a given file."""
    from models.paper import Request, Sealed
    from tests.ui.conftest import add_contract

    contract = add_contract(ledger)
    sealed = Sealed(pdf, hashlib.sha256(pdf).hexdigest(), {"lines": []})
    change = ledger.paper.seal(Request(contract.id, "D-14", "預り証"), lambda _numbering: sealed)
    return ledger.registers.need(Submission, change.ids[-1]).record


def test_a_sealed_paper_is_saved_byte_for_byte(
    qtbot: QtBot, desk: Desk, answers: Answers, pdf: bytes, tmp_path: Path
) -> None:
    paper = seal_one(desk.ledger, pdf)
    page = PapersPage(desk)
    qtbot.addWidget(page)
    page.show()
    settle(qtbot, desk.operations)
    page.register.mark(paper.id)
    settle(qtbot, desk.operations)
    answers.replies.append(tmp_path / "out.pdf")
    page.save_paper()
    settle(qtbot, desk.operations)
    assert (tmp_path / "out.pdf").read_bytes() == pdf


def test_verbs_ask_for_a_paper_when_none_is_marked(
    qtbot: QtBot, desk: Desk, answers: Answers
) -> None:
    page = PapersPage(desk)
    qtbot.addWidget(page)
    page.show()
    page.print_paper()
    assert answers.asked == ["一覧から書類を選んでください。"]


def test_handing_in_is_recorded(qtbot: QtBot, desk: Desk, pdf: bytes) -> None:
    paper = seal_one(desk.ledger, pdf)
    dialog = SubmitDialog(desk, paper)
    qtbot.addWidget(dialog)
    dialog.day.setText("きのう")
    dialog.accept()
    assert "提出日" in dialog.message.text()
    dialog.day.setText("令和8年11月21日")
    dialog.receiver.setText("市民課　山田")
    dialog.accept()
    settle(qtbot, desk.operations)
    stored = desk.ledger.registers.need(Submission, paper.id).record
    assert (stored.status, stored.received_by) == (SubmissionStatus.SUBMITTED, "市民課　山田")


def test_a_foreign_file_is_called_foreign(desk: Desk, tmp_path: Path, pdf: bytes) -> None:
    found = check_file(desk.ledger, tmp_path / "three.pdf")
    assert found.problems[-1] == (NOT_IN_LEDGER, NOT_HERE) and not found.notes


def test_a_changed_file_does_not_agree(desk: Desk, pdf: bytes) -> None:
    problems = check_paper(pdf + b" ", "0" * 64, "0" * 64)
    assert problems and all(problem.endswith("。") for problem in problems)


def test_a_fingerprint_is_written_in_groups() -> None:
    assert grouped("0123456789abcdef" * 4).split() == [
        "0123", "4567", "89AB", "CDEF",
    ] * 4  # fmt: skip

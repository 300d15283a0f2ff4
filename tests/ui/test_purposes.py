"""What leaves says what for: asked once, kept in the access log with pages and number (A-13, A-15)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from models.access import Act, Line, Question
from models.errors import InvalidField
from models.purposes import MOST, USUAL, offered, stated
from models.records import Submission
from reports.documents import d14_receipt
from reports.render import render
from tests.ui.daily import Site, make_site
from ui.access_facts import Asked, read_access
from ui.asking import ChoiceDialog
from ui.items import ItemsPage
from ui.preview import PdfPages, PreviewDialog
from ui.printing import draw_pages, new_printer
from ui.saving import What, ask_purpose, print_here, save_here

WHAT = What(Submission.type, "paper-1", "", "D-18")


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    site = make_site(qtbot, tmp_path, items=2)
    yield site
    site.close()


@pytest.fixture
def pdf() -> bytes:
    return render(d14_receipt.Receipt.sample())


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A printer that was chosen for three pages."""

    def send(pdf: bytes, title: str, parent: QWidget, before: object) -> bool:
        before(3)  # type: ignore[operator]
        return True

    monkeypatch.setattr("ui.saving.print_pdf", send)


def button_named(dialog: QWidget, word: str) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == word)


def kept(site: Site, act: Act) -> list[Line]:
    return site.ledger.access.lines(Question(acts=frozenset({act})))


def test_nothing_can_be_said_with_nothing(qtbot: QtBot) -> None:
    dialog = ChoiceDialog(None, "印刷の目的", "何のためですか。", USUAL, "")
    qtbot.addWidget(dialog)
    assert not dialog.agree.isEnabled() and dialog.box.count() == len(USUAL)
    QTest.keyClick(dialog.box, Qt.Key.Key_Down)
    assert dialog.text() == USUAL[0] and dialog.agree.isEnabled()
    for text in ("", "　 ", "印刷", "長" * (MOST + 1)):
        with pytest.raises(InvalidField, match="目的"):
            stated(text)
    assert stated(" 棚卸\n の照合 ") == "棚卸 の照合"


def test_a_print_says_who_what_for_and_how_many_pages(
    site: Site, pdf: bytes, printer: None
) -> None:
    site.answers.chosen = "委託者への提出"
    print_here(site.desk, pdf, "第1号", QWidget(), WHAT)
    [line] = kept(site, Act.PRINT)
    assert (line.purpose, line.pages, line.target, line.detail) == (
        "委託者への提出", 3, "paper-1", "D-18",
    )  # fmt: skip
    assert line.user == site.ledger.user.id and line.terminal
    shown = read_access(site.ledger, Asked(site.ledger.today().replace(day=1))).lines
    assert any("3ページ　目的：委託者への提出" in one.target for one in shown)


def test_who_turns_back_gets_nothing(
    site: Site, pdf: bytes, printer: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.answers, "choice", lambda *_: None)
    print_here(site.desk, pdf, "第1号", QWidget(), WHAT)
    site.answers.replies.append(tmp_path / "out.pdf")
    save_here(site.desk, pdf, "out.pdf", QWidget(), WHAT)
    assert not kept(site, Act.PRINT) and not kept(site, Act.EXPORT)
    assert not (tmp_path / "out.pdf").exists()


def test_what_was_said_last_is_offered_first(site: Site, pdf: bytes, tmp_path: Path) -> None:
    assert offered(site.ledger) == list(USUAL)
    site.answers.chosen = "月例の報告"
    site.answers.replies.append(tmp_path / "out.pdf")
    save_here(site.desk, pdf, "out.pdf", QWidget(), WHAT)
    assert offered(site.ledger) == ["月例の報告", *USUAL]
    assert site.ledger.access.purpose == "月例の報告"
    [line] = kept(site, Act.EXPORT)
    assert line.pages == 1 and (tmp_path / "out.pdf").read_bytes() == pdf
    asked: list[str] = []
    site.answers.choice = lambda *said: asked.append(said[4])  # type: ignore[method-assign]
    ask_purpose(site.answers, site.ledger, Act.PRINT, None)
    assert asked == ["月例の報告"]  # Enter is enough for the next one


def test_a_whole_list_at_one_look_is_asked_for_once(
    site: Site, printer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ItemsPage(site.desk)
    site.qtbot.addWidget(page)
    page.show_contract(site.contract_id)
    page.show()
    page.refresh()
    site.settle()
    site.answers.chosen = "年度末の棚卸"
    page.print()
    site.settle()
    [line] = kept(site, Act.BULK_VIEW)
    assert (line.count, line.purpose, line.contract) == (2, "年度末の棚卸", site.contract_id)
    assert line.detail.startswith("一覧 2026")
    [dialog] = page.findChildren(PreviewDialog)
    site.answers.chosen = "もう聞かれない"
    button_named(dialog, "印刷…").click()
    [printed] = kept(site, Act.PRINT)
    assert (printed.purpose, printed.detail) == ("年度末の棚卸", line.detail)


def test_a_model_that_is_not_told_what_for_refuses(site: Site) -> None:
    for act in (Act.PRINT, Act.EXPORT, Act.BULK_VIEW):
        with pytest.raises(InvalidField):
            site.ledger.access.handed_out(act, Submission.type)
        assert not kept(site, act)


def test_printing_leaves_no_file_behind(
    qtbot: QtBot, pdf: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(scratch))
    out = new_printer("第1号")
    out.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    out.setOutputFileName(str(tmp_path / "paper.pdf"))
    seen: list[list[Path]] = []
    real = PdfPages.image

    def image(pages: PdfPages, number: int, dots: float) -> QImage:
        seen.append(list(scratch.iterdir()))
        return real(pages, number, dots)

    monkeypatch.setattr(PdfPages, "image", image)
    assert draw_pages(pdf, out) == 1
    assert seen == [[]] and not list(scratch.iterdir())

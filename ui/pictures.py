"""Pictures of the sample day: every page of the real window, and the papers as they print."""

import os
import tempfile
from pathlib import Path

from models.office import Office
from ui.sample import cast

SIZE = (1366, 768)  # the smallest screen that the window promises to fit
TURNS = 40  # of the event loop, so that lists fill before the picture is taken


def take_pictures(folder: Path, office: Office, ledger_folder: Path, papers: list[Path]) -> Path:
    """Save PNGs of all pages and papers.

    Args:
        folder: the sample's folder; the pictures go to `pictures` inside it.
        ledger_folder: a sample ledger that nobody holds open.
        papers: PDFs to draw.

    Returns:
        The folder of the pictures.

    Raises:
        FontMissing, AzukariError
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # no screen here, and none needed
    target = folder / "pictures"
    target.mkdir(exist_ok=True)
    _papers(target, papers)
    _pages(target, office, ledger_folder)
    return target


def _papers(target: Path, papers: list[Path]) -> None:
    import pypdfium2

    for paper in papers:
        document = pypdfium2.PdfDocument(paper)
        try:
            for number, page in enumerate(document, 1):
                image = page.render(scale=1.5).to_pil()
                image.save(target / f"{paper.stem}-{number}.png")
        finally:
            document.close()


def _pages(target: Path, office: Office, ledger_folder: Path) -> None:
    from PySide6.QtCore import QThread
    from PySide6.QtWidgets import QApplication

    from ui.application import make_window, places, prepare
    from ui.operations import Operations

    application = QApplication.instance() or QApplication(["azukari"])
    assert isinstance(application, QApplication)
    prepare(application)
    user = cast.USERS[0]
    ledger = office.unlock(ledger_folder, user.login, user.password)
    operations = Operations()
    with tempfile.TemporaryDirectory() as settings:
        window = make_window(lambda: office, operations, Path(settings))
        try:
            window.resize(*SIZE)
            window.show()
            window.open_ledger(ledger, ledger_folder)
            assert window.bench is not None
            for number, place in enumerate(places(office)):
                window.bench.show_place(number)
                for _ in range(TURNS):
                    application.processEvents()
                    QThread.msleep(10)
                title = place.title.replace("・", "と")
                window.grab().save(str(target / f"{number + 1}_{title}.png"))
        finally:
            window.lock("見本の撮影を終えました。")
            operations.close()
            window.close()
            application.processEvents()

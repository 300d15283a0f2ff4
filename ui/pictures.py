"""Pictures of the sample day: every page and dialog of the real window, and papers as they print.

Each picture is taken twice, `NAME.png` and sharp for enlarged screens `NAME@2x.png`. The manual
shows some of them; `main.py sample-day` makes them all.
"""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models.office import Office
from ui.sample import cast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

SIZE = (1366, 768)  # the smallest screen that the window promises to fit
SCALES = (1, 2)
PATIENCE_S = 20.0  # for one picture


def take_pictures(
    folder: Path,
    office: Office,
    ledger_folder: Path,
    papers: list[Path],
    size: tuple[int, int] = SIZE,
) -> Path:
    """Save PNGs of all pages, dialogs and papers.

    Args:
        folder: the sample's folder; the pictures go to `pictures` inside it.
        ledger_folder: a sample ledger that nobody holds open.
        papers: PDFs to draw.
        size: of the window and its screen.

    Returns:
        The folder of the pictures.

    Raises:
        FontMissing, AzukariError
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # no screen here, and none needed
    target = folder / "pictures"
    target.mkdir(exist_ok=True)
    _papers(target, papers)
    _screens(target, office, ledger_folder, size)
    return target


def without_chatter(_kind: object, _where: object, text: str) -> None:
    """Pass on what Qt says, but for what a platform without a screen says of every dialog."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


def save_picture(widget: "QWidget", target: Path, name: str) -> None:
    """Draw a widget at every scale, whatever the scale of the screen is."""
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QPixmap

    for scale in SCALES:
        picture = QPixmap(widget.size() * scale)
        picture.setDevicePixelRatio(scale)
        widget.render(picture, QPoint())
        suffix = f"@{scale}x" if scale > 1 else ""
        picture.save(str(target / f"{name}{suffix}.png"))


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


def _office_screen(folder: Path, size: tuple[int, int]) -> list[str]:
    """Return what gives pictures without a screen the usual one of an office; Qt's is 800 x 800."""
    if os.environ.get("QT_QPA_PLATFORM") != "offscreen":
        return []
    screen = {
        "name": "office", "x": 0, "y": 0, "width": size[0], "height": size[1],
        "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1,
    }  # fmt: skip
    file = folder / "screen.json"
    file.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    return ["-platform", f"offscreen:configfile={file}"]


def _screens(target: Path, office: Office, ledger_folder: Path, size: tuple[int, int]) -> None:
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    before = qInstallMessageHandler(without_chatter)
    from ui import theme
    from ui.application import make_window, prepare
    from ui.asking import DialogAsker
    from ui.operations import Operations
    from ui.scenes import DOOR, INSIDE, Stage

    class Silent(DialogAsker):
        """Nobody stands before these pictures who could close a dialog."""

        def tell(self, parent: "QWidget | None", sentence: str) -> None:
            pass

        warn = tell

        def choice(self, parent: "QWidget | None", title: str, question: str,
                   offered: Sequence[str], value: str = "") -> str:  # fmt: skip
            return value or offered[0]

    user = cast.USERS[0]
    operations = Operations(Silent())
    with tempfile.TemporaryDirectory() as settings:
        words = ["azukari", *theme.STYLE_ARGUMENTS, *_office_screen(Path(settings), size)]
        application = QApplication.instance() or QApplication(words)
        assert isinstance(application, QApplication)
        prepare(application)
        window = make_window(lambda: office, operations, Path(settings))
        stage = Stage(window, office, operations, Path(settings), PATIENCE_S)
        try:
            window.resize(*size)
            window.show()
            window.unlock.choose_folder(ledger_folder)
            stage.play(DOOR, lambda name, widget: save_picture(widget, target, name))
            window.open_ledger(
                office.unlock(ledger_folder, user.login, user.password), ledger_folder
            )
            stage.play(INSIDE, lambda name, widget: save_picture(widget, target, name))
        finally:
            window.lock("見本の撮影を終えました。")
            operations.close()
            window.close()
            application.processEvents()
            qInstallMessageHandler(before)

"""The real PDF on the screen: the same bytes that are sealed, printed and saved.

One page is drawn at a time, when it is shown; a register of a thousand pages opens like one page.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import pypdfium2
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from models.errors import Damaged
from ui import icons, theme
from ui.fitting import fit
from ui.layout import button

POINTS_PER_INCH = 72
ZOOMS = (0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
MARGIN = 24
LINE = 60  # pixels that an arrow key scrolls


class PdfPages:
    """The pages of a PDF as pictures.

    Raises:
        Damaged: the bytes are no PDF.
    """

    def __init__(self, pdf: bytes) -> None:
        try:
            self._document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise Damaged(file="PDF", what_now="もう一度作成してください。") from error

    def __len__(self) -> int:
        return len(self._document)

    def size(self, number: int) -> tuple[float, float]:
        """Return width and height of a page in points."""
        width, height = self._document.get_page_size(number)
        return float(width), float(height)

    def image(self, number: int, dots_per_inch: float) -> QImage:
        """Draw a page (0 is the first)."""
        page = self._document[number]
        bitmap = page.render(scale=dots_per_inch / POINTS_PER_INCH, rev_byteorder=True)
        form = (
            QImage.Format.Format_RGBA8888 if bitmap.n_channels == 4 else QImage.Format.Format_RGB888
        )
        picture = QImage(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, form)
        return picture.copy()  # the bytes above are not kept by QImage

    def close(self) -> None:
        self._document.close()


class PageMemory(Protocol):
    """Remembers whether a user likes to see whole pages or as wide as the window."""

    def whole_page(self) -> bool: ...

    def keep_whole_page(self, whole: bool) -> None: ...


class PreviewView(QWidget):
    """Shows a PDF page by page; keys: PageUp and PageDown, Home, End, + and - and 0, W.

    Args:
        likes: where it is remembered how pages are fitted; None to forget it.
    """

    page_shown = Signal(int)

    def __init__(self, parent: QWidget | None = None, likes: PageMemory | None = None) -> None:
        super().__init__(parent)
        self._pages: PdfPages | None = None
        self._number = 0
        self._zoom: float | None = None  # None: as the window has room
        self._whole = likes.whole_page() if likes is not None else True
        self._likes = likes
        self._build()

    def set_pdf(self, pdf: bytes) -> None:
        """Show a document from its first page."""
        if self._pages is not None:
            self._pages.close()
        self._pages = PdfPages(pdf)
        self._number = 0
        self.page_box.setRange(1, len(self._pages))
        self.count.setText(self.tr("／ {0} ページ").format(len(self._pages)))
        self._draw()

    def show_page(self, number: int) -> None:
        """Show a page (0 is the first)."""
        if self._pages is None:
            return
        number = min(max(number, 0), len(self._pages) - 1)
        if number != self._number:
            self._number = number
            self._draw()
            self.area.verticalScrollBar().setValue(0)

    def zoom_by(self, steps: int) -> None:
        """Zoom in or out by steps."""
        now = self._scale()
        ahead: Sequence[float] = [
            z for z in ZOOMS if (z > now + 0.01 if steps > 0 else z < now - 0.01)
        ]
        if ahead:
            self._zoom = ahead[0] if steps > 0 else ahead[-1]
            self._draw()

    def fit(self) -> None:
        """Show the whole page."""
        self._fit(whole=True)

    def fit_width(self) -> None:
        """Make the page as wide as the window."""
        self._fit(whole=False)

    def _fit(self, *, whole: bool) -> None:
        self._zoom, self._whole = None, whole
        if self._likes is not None:
            self._likes.keep_whole_page(whole)
        self._draw()

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.paper = QLabel()
        self.paper.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.paper.setAccessibleName(self.tr("書類の画面表示"))
        self.area = QScrollArea()
        self.area.setWidget(self.paper)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the view itself takes the keys
        self.area.setWidgetResizable(True)
        # Always there: a bar that comes and goes would change the width that the page fits.
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.viewport().setStyleSheet(f"background: {theme.DESK};")
        self.area.viewport().installEventFilter(self)
        self.page_box = QSpinBox()
        self.page_box.setAccessibleName(self.tr("ページ"))
        self.page_box.valueChanged.connect(lambda page: self.show_page(page - 1))
        self.count = QLabel("")
        self.percent = QLabel("")
        row = QHBoxLayout()
        row.addWidget(self._step("previous", self.tr("前のページ（PageUp）"), -1))
        row.addWidget(self.page_box)
        row.addWidget(self.count)
        row.addWidget(self._step("next", self.tr("次のページ（PageDown）"), 1))
        row.addStretch()
        row.addWidget(self._named(self.tr("縮小"), self.tr("－ のキー"), lambda: self.zoom_by(-1)))
        row.addWidget(self.percent)
        row.addWidget(self._named(self.tr("拡大"), self.tr("＋ のキー"), lambda: self.zoom_by(1)))
        row.addWidget(self._named(self.tr("ページ全体"), self.tr("0 のキー"), self.fit))
        row.addWidget(self._named(self.tr("幅に合わせる"), self.tr("W のキー"), self.fit_width))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.area, 1)
        for keys, act in (
            (QKeySequence.StandardKey.ZoomIn, lambda: self.zoom_by(1)),
            (QKeySequence.StandardKey.ZoomOut, lambda: self.zoom_by(-1)),
            (QKeySequence("Ctrl+0"), self.fit),
        ):
            action = QAction(self)
            action.setShortcuts(keys if isinstance(keys, QKeySequence.StandardKey) else [keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.triggered.connect(act)
            self.addAction(action)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("書類の表示"))

    def _named(self, word: str, keys: str, act: Callable[[], None]) -> QPushButton:
        made = button(word, act)
        made.setToolTip(f"{word}（{keys}）")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the page
        return made

    def _step(self, name: str, word: str, by: int) -> QPushButton:
        made = button("", lambda: self.show_page(self._number + by))
        made.setIcon(icons.icon(name))
        made.setToolTip(word)
        made.setAccessibleName(word)
        return made

    # --- drawing ----------------------------------------
    def _scale(self) -> float:
        if self._zoom is not None or self._pages is None:
            return self._zoom or 1.0
        width, height = self._pages.size(self._number)
        view = self.area.viewport()
        inch = POINTS_PER_INCH / self.logicalDpiX()
        scale = (view.width() - 2 * MARGIN) / width * inch
        if self._whole:
            scale = min(scale, (view.height() - MARGIN) / height * inch)
        return max(0.3, scale)

    def _draw(self) -> None:
        if self._pages is None:
            return
        scale, ratio = self._scale(), self.devicePixelRatioF()
        image = self._pages.image(self._number, self.logicalDpiX() * scale * ratio)
        image.setDevicePixelRatio(ratio)
        self.paper.setPixmap(QPixmap.fromImage(image))
        self.percent.setText(f"{round(scale * 100)}%")
        self.page_box.blockSignals(True)
        self.page_box.setValue(self._number + 1)
        self.page_box.blockSignals(False)
        self.page_shown.emit(self._number)

    # --- Qt ----------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._zoom is None:
            self._draw()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.area.verticalScrollBar()
        line = LINE
        acts = {
            Qt.Key.Key_PageDown: lambda: self.show_page(self._number + 1),
            Qt.Key.Key_PageUp: lambda: self.show_page(self._number - 1),
            Qt.Key.Key_Home: lambda: self.show_page(0),
            Qt.Key.Key_End: lambda: self.show_page(len(self._pages or ()) - 1),
            Qt.Key.Key_Down: lambda: bar.setValue(bar.value() + line),
            Qt.Key.Key_Up: lambda: bar.setValue(bar.value() - line),
            Qt.Key.Key_Plus: lambda: self.zoom_by(1),
            Qt.Key.Key_Semicolon: lambda: self.zoom_by(1),  # where ＋ stands, without Shift
            Qt.Key.Key_Minus: lambda: self.zoom_by(-1),
            Qt.Key.Key_0: self.fit,
            Qt.Key.Key_W: self.fit_width,
        }
        act = acts.get(Qt.Key(event.key()))
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)


class PreviewDialog(QDialog):
    """A preview in a window of its own, with buttons chosen by the caller."""

    def __init__(
        self,
        title: str,
        pdf: bytes,
        parent: QWidget | None = None,
        likes: PageMemory | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        fit(self, 980, 1040)
        self.view = PreviewView(likes=likes)
        self.row = QHBoxLayout()
        self.row.addStretch()
        column = QVBoxLayout(self)
        column.addWidget(self.view, 1)
        column.addLayout(self.row)
        self.view.set_pdf(pdf)
        self.view.setFocus()

    def add_button(self, made: QPushButton) -> QPushButton:
        """Add a button at the right end."""
        self.row.addWidget(made)
        return made

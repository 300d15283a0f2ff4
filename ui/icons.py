"""Icons by the word of the office; drawn from one icon font, imported when the first is needed.

Importing QtAwesome takes 0.12 s and its own start 0.2 s more (it loads twelve fonts), therefore
only one of its fonts is loaded, and never before the unlock screen stands there. A state is never
told by an icon alone: `badge` puts the word beside it.
"""

from functools import cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QWidget

from ui import theme

FONT = "materialdesignicons6-webfont-6.9.96"
NAMES = {
    "today": "calendar-today",
    "handling": "clipboard-text-outline",
    "items": "usb-flash-drive-outline",
    "consents": "send-check-outline",
    "people": "account-group-outline",
    "contracts": "file-sign",
    "papers": "file-document-outline",
    "backup": "backup-restore",
    "settings": "cog-outline",
    "evidence": "shield-check-outline",
    "calendar": "calendar-clock",
    "registers": "bookshelf",
    "trouble": "alert-octagon-outline",
    "search": "magnify",
    "lock": "lock-outline",
    "user": "account-switch-outline",
    "help": "help-circle-outline",
    "print": "printer-outline",
    "save": "content-save-outline",
    "good": "check-circle-outline",
    "care": "alert-outline",
    "stop": "close-circle-outline",
    "note": "information-outline",
    "view": "eye-outline",
    "seal": "stamper",
    "new": "plus",
    "verify": "database-check-outline",
    "mend": "database-refresh-outline",
    "submit": "tray-arrow-down",
    "folder": "folder-open-outline",
    "key": "key-outline",
    "scan": "barcode-scan",
    "previous": "chevron-left",
    "next": "chevron-right",
    "clock": "clock-outline",
    "arrive": "tray-arrow-down",
    "use": "keyboard-outline",
    "copy": "content-copy",
    "store": "archive-outline",
    "leave": "exit-run",
    "back": "home-import-outline",
    "carry": "truck-outline",
    "send": "send-outline",
    "return": "keyboard-return",
    "erase": "eraser",
    "dispose": "delete-outline",
    "count": "counter",
}
COLOURS = {"good": theme.GOOD, "care": theme.CARE, "stop": theme.STOP, "note": theme.ACCENT}
SIZE = 20


def icon(name: str, colour: str = "") -> QIcon:
    """Return the icon for a word of `NAMES`; it stays sharp at every scale."""
    shade = colour or COLOURS.get(name, theme.MUTED)
    drawn = _font().icon(f"mdi6.{NAMES[name]}", color=shade, color_disabled=theme.FAINT)
    assert isinstance(drawn, QIcon)
    return drawn


def badge(state: str, word: str, parent: QWidget | None = None) -> QWidget:
    """Return a state as icon and word; `state` is good, care, stop or note."""
    box = QWidget(parent)
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    picture = QLabel()
    picture.setPixmap(icon(state).pixmap(SIZE, SIZE))
    text = QLabel(word)
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.setWordWrap(True)
    text.setProperty("kind", {"stop": "problem", "note": "muted"}.get(state, state))
    row.addWidget(picture)
    row.addWidget(text, 1)
    return box


def seal() -> QIcon:
    """Return the mark of the program, a vermilion seal that says 預, for title and task bars."""
    made = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        picture = QPixmap(size, size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.SEAL))
        painter.drawRoundedRect(picture.rect(), size / 8, size / 8)
        font = QApplication.font()
        font.setPixelSize(size * 3 // 4)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(theme.SURFACE))
        painter.drawText(picture.rect(), Qt.AlignmentFlag.AlignCenter, "預")
        painter.end()
        made.addPixmap(picture)
    return made


@cache
def _font() -> Any:
    import qtawesome
    from qtawesome.iconic_font import IconicFont

    folder = str(Path(qtawesome.__file__).parent / "fonts")
    charmap = FONT.replace("webfont", "webfont-charmap") + ".json"
    return IconicFont(("mdi6", FONT + ".ttf", charmap, folder))

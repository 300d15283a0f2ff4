"""How the window looks: one readable font, one calm light theme with visible focus.

The font comes from our own folder. Without a Japanese font nothing would fail, everything would
be boxes; therefore the start asks the font for あ and stops with a sentence when it has none.
"""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette, QRawFont
from PySide6.QtWidgets import QApplication

import resources
from models.errors import FontMissing

FONTS = ("BIZUDPGothic-Regular.ttf", "BIZUDPGothic-Bold.ttf")
NAMES_FONT = "ipamjm.ttf"  # draws the characters of family registers that the first has not
NAMES_FAMILIES = ("IPAmjMincho", "IPAmj明朝")  # what systems of either language call it
SHEET_FONT = "BIZUDGothic-Regular.ttf"  # every character equally wide: groups stand in columns
SHEET_FAMILY = "BIZ UDGothic"
POINTS = 11
STYLE_ARGUMENTS = ("-style", "fusion")  # of QApplication; setStyle() would cost 5 ms of start
SAMPLE = "あ"

# Measured contrast against the surface (WCAG): text 16.5, muted 7.5, accent 8.6, stop 7.0.
GROUND = "#f4f6f8"
SURFACE = "#ffffff"
TEXT = "#1a1f26"
MUTED = "#48525d"
LINE = "#c3cad2"
ACCENT = "#1d4f82"
ACCENT_SOFT = "#dfeaf5"
FOCUS = "#0b6bcb"
GOOD = "#1c6537"
CARE = "#7a4b00"
STOP = "#9c1c1c"

STYLE = f"""
QWidget {{ color: {TEXT}; }}
QMainWindow, QDialog {{ background: {GROUND}; }}
QToolTip {{ color: {TEXT}; background: {SURFACE}; border: 1px solid {LINE}; padding: 4px; }}
QLineEdit, QPlainTextEdit, QTextEdit, QListView, QTableView, QTreeView
{{ background: {SURFACE}; border: 1px solid {LINE}; border-radius: 3px; }}
QLineEdit {{ padding: 4px 6px; min-height: 22px; }}
QComboBox, QSpinBox, QDateEdit {{ min-height: 28px; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QListView:focus, QTableView:focus,
QTreeView:focus {{ border: 2px solid {FOCUS}; }}
QLineEdit:focus {{ padding: 3px 5px; }}
QComboBox QLineEdit, QSpinBox QLineEdit, QDateEdit QLineEdit {{ border: 0; padding: 0; }}
QLineEdit:read-only, QLineEdit:disabled, QPlainTextEdit:read-only {{ background: {GROUND}; }}
QPushButton, QToolButton#framed {{ background: {SURFACE}; border: 1px solid #8d98a5;
  border-radius: 4px; padding: 5px 14px; min-height: 20px; }}
QPushButton:hover, QToolButton#framed:hover {{ background: {ACCENT_SOFT}; }}
QPushButton:focus, QToolButton#framed:focus {{ border: 2px solid {FOCUS}; padding: 4px 13px; }}
QPushButton:disabled {{ color: #7c8690; border-color: {LINE}; background: {GROUND}; }}
QPushButton:default, QPushButton[primary="true"] {{ background: {ACCENT}; color: white;
  border-color: {ACCENT}; }}
QPushButton:default:hover, QPushButton[primary="true"]:hover {{ background: #163e67; }}
QPushButton:default:focus, QPushButton[primary="true"]:focus {{ border: 2px solid #f2b705; }}
QPushButton:default:disabled, QPushButton[primary="true"]:disabled {{ color: #7c8690;
  background: {GROUND}; border-color: {LINE}; }}
QHeaderView::section {{ background: #e8ecf0; border: 0; border-right: 1px solid {LINE};
  border-bottom: 1px solid {LINE}; padding: 5px 6px; }}
QListWidget::item {{ padding: 3px 2px; }}
QTableView {{ gridline-color: #dde2e7; alternate-background-color: #f8fafb; }}
QTableView::item:selected, QListView::item:selected, QTreeView::item:selected
{{ background: {ACCENT_SOFT}; color: {TEXT}; }}
QProgressBar {{ border: 1px solid {LINE}; border-radius: 3px; background: {SURFACE};
  text-align: center; min-height: 18px; }}
QProgressBar::chunk {{ background: {ACCENT}; }}
QLabel[kind="title"] {{ font-size: 17pt; font-weight: bold; }}
QLabel[kind="heading"] {{ font-size: 12pt; font-weight: bold; }}
QLabel[kind="muted"] {{ color: {MUTED}; }}
QLabel[kind="problem"] {{ color: {STOP}; font-weight: bold; }}
QLabel[kind="good"] {{ color: {GOOD}; font-weight: bold; }}
QLabel[kind="care"] {{ color: {CARE}; font-weight: bold; }}
QFrame[kind="card"] {{ background: {SURFACE}; border: 1px solid {LINE}; border-radius: 6px; }}
QGroupBox {{ font-weight: bold; border: 1px solid {LINE}; border-radius: 6px; margin-top: 12px;
  background: {SURFACE}; padding: 10px; }}
QGroupBox::title {{ subcontrol-origin: margin; left: 12px; padding: 0 4px; }}
QFrame#navigation {{ background: #e9edf2; border-right: 1px solid {LINE}; }}
QToolButton#place {{ border: 0; border-left: 4px solid transparent; padding: 9px 10px;
  text-align: left; }}
QToolButton#place:hover {{ background: {ACCENT_SOFT}; }}
QToolButton#place:checked {{ background: {SURFACE}; border-left: 4px solid {ACCENT};
  font-weight: bold; }}
QToolButton#place:focus {{ border: 2px solid {FOCUS}; }}
QToolButton#link {{ color: {ACCENT}; border: 2px solid transparent; padding: 2px 6px; }}
QToolButton#link:hover {{ text-decoration: underline; }}
QToolButton#link:focus {{ border: 2px solid {FOCUS}; border-radius: 3px; }}
QToolButton#link:disabled {{ color: #7c8690; }}
QFrame#line {{ background: {LINE}; border: 0; }}
QStatusBar {{ background: #e9edf2; border-top: 1px solid {LINE}; }}
QStatusBar::item {{ border: 0; }}
"""


def dress(application: QApplication) -> None:
    """Give the application its font and its theme.

    Raises:
        FontMissing: the font is not there or cannot draw Japanese.
    """
    application.styleHints().setColorScheme(Qt.ColorScheme.Light)
    application.setFont(load_font())
    application.setPalette(palette())
    application.setStyleSheet(STYLE)


def load_font(files: tuple[str, ...] = FONTS) -> QFont:
    """Load our font files and return the font of the window.

    Raises:
        FontMissing: naming the file.
    """
    families = [_family(file) for file in files]
    font = QFont([families[0], *NAMES_FAMILIES], POINTS)
    if not QRawFont.fromFont(font).supportsCharacter(SAMPLE):
        raise FontMissing(file=files[0])
    if not _place(NAMES_FONT).is_file():  # loaded later, but a broken set of files is told now
        raise FontMissing(file=NAMES_FONT)
    return font


def load_names_font() -> None:
    """Load the font of rare characters; 46 MB that the door need not wait for.

    Raises:
        FontMissing: the font is not there.
    """
    if not set(NAMES_FAMILIES) & set(QFontDatabase.families()):
        _family(NAMES_FONT)


def load_sheet_font() -> None:
    """Load the font of recovery sheets; only who makes a ledger needs it.

    Raises:
        FontMissing: the font is not there.
    """
    if SHEET_FAMILY not in QFontDatabase.families():
        _family(SHEET_FONT)


def palette() -> QPalette:
    """Return the light palette, whatever the desktop's own colours are."""
    colours = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, GROUND),
        (roles.WindowText, TEXT),
        (roles.Base, SURFACE),
        (roles.AlternateBase, "#f8fafb"),
        (roles.Text, TEXT),
        (roles.Button, SURFACE),
        (roles.ButtonText, TEXT),
        (roles.Highlight, ACCENT),
        (roles.HighlightedText, SURFACE),
        (roles.PlaceholderText, "#5f6b77"),
        (roles.ToolTipBase, SURFACE),
        (roles.ToolTipText, TEXT),
        (roles.Link, ACCENT),
    ):
        colours.setColor(role, QColor(colour))
    return colours


def _family(file: str) -> str:
    # A file is mapped (3 ms for 46 MB), bytes would be copied (330 ms).
    number = QFontDatabase.addApplicationFont(str(_place(file)))
    families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    if not families:
        raise FontMissing(file=file)
    return families[0]


def _place(file: str) -> Path:
    # The frozen program lies in a folder, too, and importlib.resources would cost the start 3 ms.
    return Path(resources.__file__).parent / "fonts" / file

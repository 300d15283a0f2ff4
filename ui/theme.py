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

# Japanese paper, indigo and the vermilion of a seal. Contrast on the surface (WCAG): text 15.9,
# muted 7.0, faint 4.6, accent 9.3, good 7.0, care 7.2, stop 7.3; `tests/ui/test_looks.py` measures.
GROUND = "#f6f4ee"
SURFACE = "#fffefb"
SHADE = "#ece8de"  # navigation, status line, heads of tables
STRIPE = "#faf8f3"
TEXT = "#1c1f24"
MUTED = "#50545b"
FAINT = "#70747a"
LINE = "#cfc9bb"
GRID = "#e4dfd3"
GLOW = "#f2b705"  # the ring around a dark button
EDGE = "#98968e"  # of what can be pressed
ACCENT = "#1d4567"
ACCENT_DARK = "#143350"
ACCENT_SOFT = "#e0e9ef"
FOCUS = "#0b6bcb"
GOOD = "#23613a"
CARE = "#774a00"
STOP = "#9a2318"
SEAL = "#b5372b"
DESK = "#8d8a82"  # what a paper lies on

MARKS = (Path(resources.__file__).parent / "marks").as_posix()

STYLE = f"""
QWidget {{ color: {TEXT}; }}
QMainWindow, QDialog {{ background: {GROUND}; }}
QToolTip {{ color: {TEXT}; background: {SURFACE}; border: 1px solid {LINE}; padding: 4px; }}
QLineEdit, QPlainTextEdit, QTextEdit, QListView, QTableView, QTreeView
{{ background: {SURFACE}; border: 1px solid {LINE}; border-radius: 3px; }}
QPlainTextEdit, QTextEdit, QListView, QTableView, QTreeView {{ padding: 1px; }}
QLineEdit {{ padding: 4px 6px; min-height: 22px; }}
QSpinBox, QDateEdit {{ min-height: 26px; }}
QComboBox {{ background: {SURFACE}; border: 1px solid {LINE}; border-radius: 3px;
  padding: 4px 6px; min-height: 22px; }}
QComboBox:focus {{ border: 2px solid {FOCUS}; padding: 3px 5px; }}
QComboBox:disabled {{ background: {GROUND}; color: {FAINT}; }}
QComboBox::drop-down {{ border: 0; width: 22px; }}
QComboBox::down-arrow {{ image: url("{MARKS}/down.png"); width: 12px; height: 12px; }}
QDialogButtonBox {{ button-layout: 0; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QListView:focus, QTableView:focus,
QTreeView:focus {{ border: 2px solid {FOCUS}; padding: 0; }}
QLineEdit:focus {{ padding: 3px 5px; }}
QComboBox QLineEdit, QSpinBox QLineEdit, QDateEdit QLineEdit {{ border: 0; padding: 0; }}
QLineEdit:read-only, QLineEdit:disabled, QPlainTextEdit:read-only {{ background: {GROUND}; }}
QPushButton, QToolButton#framed {{ background: {SURFACE}; border: 1px solid {EDGE};
  border-radius: 4px; padding: 5px 11px; min-height: 20px; }}
QPushButton[small="true"] {{ padding: 2px 7px; }}
QPushButton[small="true"]:focus {{ padding: 1px 6px; }}
QPushButton:hover, QToolButton#framed:hover {{ background: {ACCENT_SOFT}; }}
QPushButton:focus, QToolButton#framed:focus {{ border: 2px solid {FOCUS}; padding: 4px 10px; }}
QPushButton:checked {{ background: {ACCENT_SOFT}; border-color: {ACCENT}; font-weight: bold; }}
QToolButton#framed:disabled {{ border-color: {LINE}; background: {GROUND}; }}
QPushButton:disabled {{ color: {FAINT}; border-color: {LINE}; background: {GROUND}; }}
QPushButton:default, QPushButton[primary="true"] {{ background: {ACCENT}; color: white;
  border-color: {ACCENT}; }}
QPushButton:default:hover, QPushButton[primary="true"]:hover {{ background: {ACCENT_DARK}; }}
QPushButton:default:focus, QPushButton[primary="true"]:focus {{ border: 2px solid {GLOW}; }}
QPushButton:default:disabled, QPushButton[primary="true"]:disabled {{ color: {FAINT};
  background: {GROUND}; border-color: {LINE}; }}
QHeaderView::section {{ background: {SHADE}; border: 0; border-right: 1px solid {LINE};
  border-bottom: 1px solid {LINE}; padding: 5px 8px; }}
QCheckBox::indicator, QGroupBox::indicator, QListView::indicator, QTableView::indicator
{{ width: 15px; height: 15px; border: 1px solid {MUTED}; border-radius: 3px;
  background: {SURFACE}; }}
QCheckBox::indicator:checked, QGroupBox::indicator:checked, QListView::indicator:checked,
QTableView::indicator:checked
{{ background: {ACCENT}; border-color: {ACCENT}; image: url("{MARKS}/tick.png"); }}
QRadioButton::indicator {{ width: 15px; height: 15px; border: 1px solid {MUTED};
  border-radius: 8px; background: {SURFACE}; }}
QRadioButton::indicator:checked {{ width: 7px; height: 7px; border: 5px solid {ACCENT}; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled, QGroupBox::indicator:disabled
{{ border-color: {LINE}; }}
QCheckBox:focus, QRadioButton:focus {{ background: {ACCENT_SOFT}; border-radius: 3px; }}
QCheckBox::indicator:focus, QRadioButton::indicator:unchecked:focus {{ width: 13px; height: 13px;
  border: 2px solid {FOCUS}; }}
QCheckBox:disabled, QRadioButton:disabled, QLabel:disabled, QAbstractSpinBox:disabled
{{ color: {FAINT}; }}
QListView::item {{ padding: 3px 4px; min-height: 18px; }}
QTableView::item {{ padding: 0 5px; }}
QTreeView::item {{ padding: 4px 3px; }}
QTableView {{ gridline-color: {GRID}; alternate-background-color: {STRIPE}; }}
QTableView::item:selected, QListView::item:selected, QTreeView::item:selected
{{ background: {ACCENT_SOFT}; color: {TEXT}; }}
QProgressBar {{ border: 1px solid {LINE}; border-radius: 3px; background: {SURFACE};
  text-align: center; min-height: 18px; }}
QProgressBar::chunk {{ background: {ACCENT}; }}
QLabel[kind="title"] {{ font-size: 15pt; font-weight: bold; }}
QLabel[kind="heading"] {{ font-size: 12pt; font-weight: bold; }}
QLabel[kind="muted"] {{ color: {MUTED}; }}
QLabel[kind="problem"] {{ color: {STOP}; font-weight: bold; }}
QLabel[kind="good"] {{ color: {GOOD}; font-weight: bold; }}
QLabel[kind="care"] {{ color: {CARE}; font-weight: bold; }}
QLabel#seal {{ background: {SEAL}; color: white; border-radius: 5px; font-size: 15pt;
  font-weight: bold; }}
QFrame[kind="card"] {{ background: {SURFACE}; border: 1px solid {LINE}; border-radius: 6px; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {LINE}; }}
QTabBar::tab {{ padding: 6px 14px; border: 0; border-bottom: 3px solid transparent; }}
QTabBar::tab:hover {{ background: {ACCENT_SOFT}; }}
QTabBar::tab:selected {{ border-bottom: 3px solid {ACCENT}; font-weight: bold; }}
QTabBar::tab:focus {{ border: 2px solid {FOCUS}; padding: 5px 12px 6px 12px; }}
QGroupBox {{ font-weight: bold; border: 1px solid {LINE}; border-radius: 6px; margin-top: 12px;
  background: {SURFACE}; padding: 10px; }}
QGroupBox#seldom:!checked {{ border-color: {GROUND}; background: {GROUND}; }}
QGroupBox::title {{ subcontrol-origin: margin; left: 12px; padding: 0 4px; }}
QFrame#navigation {{ background: {SHADE}; border-right: 1px solid {LINE}; }}
QFrame#navigation QScrollArea, QFrame#navigation QScrollArea > QWidget > QWidget
{{ background: {SHADE}; }}
QToolButton#place {{ border: 0; border-left: 4px solid transparent; padding: 9px 10px;
  text-align: left; }}
QToolButton#place:hover {{ background: {ACCENT_SOFT}; }}
QToolButton#place:checked {{ background: {SURFACE}; border-left: 4px solid {ACCENT};
  font-weight: bold; }}
QToolButton#place:focus {{ border: 2px solid {FOCUS}; }}
QToolButton#link {{ color: {ACCENT}; border: 2px solid transparent; padding: 2px 6px; }}
QToolButton#link:hover {{ text-decoration: underline; }}
QToolButton#link:focus {{ border: 2px solid {FOCUS}; border-radius: 3px; }}
QToolButton#link:disabled {{ color: {FAINT}; }}
QFrame#line {{ background: {LINE}; border: 0; }}
QStatusBar {{ background: {SHADE}; border-top: 1px solid {LINE}; }}
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
        (roles.AlternateBase, STRIPE),
        (roles.Text, TEXT),
        (roles.Button, SURFACE),
        (roles.ButtonText, TEXT),
        (roles.Highlight, ACCENT),
        (roles.HighlightedText, SURFACE),
        (roles.PlaceholderText, FAINT),
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

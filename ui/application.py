"""The window's composition: font, theme, pages, and the one place where bugs surface."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QStandardPaths, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from models.errors import AzukariError
from ui import theme
from ui.late import Late
from ui.operations import Operations
from ui.preferences import Preferences
from ui.warming import warm_up
from ui.window import TITLE, MainWindow

if TYPE_CHECKING:
    from models.office import Office
    from ui.record_pages import RegisterPage
    from ui.workbench import Place

AFTER_PAINT_MS = 100  # a timer of 0 would come between the window and its first picture
TURN_S = 0.0005  # for which a thread keeps the interpreter when another wants it
LOG_FILE = "errors.log"
LARGEST_LOG = 1_000_000  # bytes; then it begins anew
BUG_SENTENCE = (
    "予期しない誤りが起きました。今の操作は記録されていないことがあります。"
    "台帳を閉じて開き直し、直前の記録を確かめてください。\n"
    "続けて起きるときは、次のファイルを添えて管理者に連絡してください。\n{file}"
)


def open_window(
    build_office: "Callable[[], Office]", settings_folder: Path | None = None
) -> Callable[[], int]:
    """Show the window and return what runs it until it is closed and gives the exit code.

    Args:
        build_office: puts the office together; called beside the window, which stands first.
    """
    application = QApplication.instance() or QApplication(["azukari", *theme.STYLE_ARGUMENTS])
    folder = settings_folder or settings_place()
    assert isinstance(application, QApplication)
    try:
        prepare(application)
    except AzukariError as error:
        _tell(str(error))
        code = error.exit_code
        return lambda: code
    sys.excepthook = BugReporter(folder)
    operations = Operations()
    office = Late(build_office)
    window = make_window(office, operations, folder)
    window.show()
    # Importing office and pages takes 0.5 s: beside the user's typing, not before it.
    QTimer.singleShot(AFTER_PAINT_MS, lambda: warm_up(operations, office))
    return lambda: _run(application, window)


def _run(application: QApplication, window: MainWindow) -> int:
    """Run the window; whoever holds it here keeps it from being taken away as garbage."""
    with window_first():
        return application.exec()


@contextmanager
def window_first() -> Iterator[None]:
    """Let the window's thread have the interpreter soon when it wants it.

    A thread that computes keeps the interpreter for 5 ms, and one repaint asks for it dozens of
    times: beside a backup that made the window stand still for a fifth of a second.
    """
    turn = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(turn)


def settings_place() -> Path:
    """Return where this user's programs keep their settings."""
    place = QStandardPaths.StandardLocation.GenericConfigLocation
    return Path(QStandardPaths.writableLocation(place)) / "azukari"


def prepare(application: QApplication) -> None:
    """Give the application its name, language, font and theme.

    Raises:
        FontMissing: our font is not there.
    """
    application.setApplicationName("azukari")
    application.setApplicationDisplayName(TITLE)
    QLocale.setDefault(QLocale(QLocale.Language.Japanese, QLocale.Country.Japan))
    translator = QTranslator(application)
    place = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load("qtbase_ja", place):
        application.installTranslator(translator)
    theme.dress(application)
    QTimer.singleShot(AFTER_PAINT_MS, lambda: _finish_dressing(application))


def _finish_dressing(application: QApplication) -> None:
    """Do what the door need not wait for: the font of rare characters, the icon of the program."""
    from ui import icons

    theme.load_names_font()
    application.setWindowIcon(icons.seal())


def make_window(office: "Callable[[], Office]", operations: Operations, folder: Path) -> MainWindow:
    """Put the window together; `folder` is the user's settings folder."""
    return MainWindow(office, operations, Preferences(folder), lambda: places(office()))


def places(office: "Office") -> "list[Place]":
    """Return the pages in the order of the navigation."""
    from models.calendar_frame import ACCESS, CLAUSE
    from ui.backup_page import BackupPage
    from ui.calendar_page import CalendarPage
    from ui.daily_log import DailyLogPage
    from ui.evidence_page import EvidencePage
    from ui.incidents_page import IncidentsPage
    from ui.items import ItemsPage
    from ui.oversight_page import OversightPage
    from ui.papers import PapersPage
    from ui.record_pages import AuthorizationPage, ContractsPage, PeoplePage
    from ui.registers_page import RegistersPage
    from ui.settings_page import SettingsPage
    from ui.today import TodayPage
    from ui.workbench import Place

    return [
        Place("今日", "today", TodayPage),
        Place("取扱記録", "handling", DailyLogPage, frozenset({"handling_event"})),
        Place("媒体・資料", "items", ItemsPage, frozenset({"item"})),
        _register(AuthorizationPage, "承諾・指示", "consents"),
        _register(PeoplePage, "従事者・場所", "people"),
        _register(ContractsPage, "契約・組織", "contracts"),
        Place("書類", "papers", PapersPage, frozenset({"submission"})),
        Place("条項と証拠", "evidence", EvidencePage, frozenset({CLAUSE})),
        Place("予定表", "calendar", CalendarPage),
        _register(RegistersPage, "台帳一覧", "registers"),
        _register(IncidentsPage, "事故・違反", "trouble"),
        Place(
            "バックアップ",
            "backup",
            lambda desk: BackupPage(desk, office),
            frozenset({"backup_run", "backup_medium"}),
        ),
        Place("点検", "verify", OversightPage, frozenset({"system_event", ACCESS})),
        Place(
            "設定・利用者",
            "settings",
            SettingsPage,
            frozenset({"user_account", "seal_key", "ledger_origin"}),
        ),
    ]


def _register(page: "type[RegisterPage]", title: str, icon: str) -> "Place":
    from ui.workbench import Place

    return Place(title, icon, page, frozenset(cls.type for cls in page.registers))


class BugReporter:
    """The last hook: tells once that a bug surfaced and writes where, without anybody's data.

    The log holds class names and lines of our code, never messages and values: those may carry a
    resident's name or what somebody typed.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None] | None = None) -> None:
        self._file = folder / LOG_FILE
        self._tell = tell or _tell
        self._told = False

    def __call__(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.exit(1)
        import logging

        self._write(kind, trace)
        logging.getLogger("azukari").error("unexpected %s", kind.__name__)
        if not self._told:
            self._told = True
            self._tell(BUG_SENTENCE.format(file=self._file))

    def _write(self, kind: type[BaseException], trace: TracebackType | None) -> None:
        import traceback

        frames = traceback.extract_tb(trace)
        lines = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
        text = f"{kind.__module__}.{kind.__qualname__}\n" + "".join(f"  {line}\n" for line in lines)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            large = self._file.exists() and self._file.stat().st_size > LARGEST_LOG
            mode = os.O_CREAT | os.O_WRONLY | (os.O_TRUNC if large else os.O_APPEND)
            with os.fdopen(os.open(self._file, mode, 0o600), "w", encoding="utf-8") as out:
                out.write(text)
        except OSError:
            pass  # a full disk may be the very reason; the sentence on the screen remains


def _tell(sentence: str) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(QMessageBox.Icon.Critical, TITLE, sentence)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.addButton("閉じる", QMessageBox.ButtonRole.AcceptRole)
    box.exec()

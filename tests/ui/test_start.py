"""The door stands with as little imported as can be; the rest comes beside it."""

import os
import subprocess
import sys
from pathlib import Path

from ui.application import window_first

ROOT = Path(__file__).resolve().parent.parent.parent
DOOR = """
import gc
import sys
from pathlib import Path
import main
run = main.open_window(Path(sys.argv[1]))
print("\\n".join(sorted(sys.modules)))  # before the rest comes beside it
assert gc.isenabled()
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
QApplication.processEvents()
[window] = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
assert window.unlock.open.text()
QTimer.singleShot(0, window.close)
assert run() == 0 and not window.isVisible()
"""
DAY = """
import sys
import threading
from pathlib import Path

import main
elsewhere = set()


def look(event, facts):
    if event == "import" and threading.current_thread() is not threading.main_thread():
        elsewhere.add(facts[0])


sys.addaudithook(look)
folder = Path(sys.argv[1])
if sys.argv[2:]:  # the planted carelessness: a page is imported in the worker
    from ui import warming
    warming.STEPS, careful = (), warming.warm_up

    def careless(operations, office):
        careful(operations, lambda: (office(), __import__("ui.daily_log"))[0])

    from ui import application
    application.warm_up = careless
run = main.open_window(folder / "settings")
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from models import collector
from ui import application
[window] = [one for one in QApplication.topLevelWidgets() if one.isVisible()]


def wait(until):
    while not until():
        QApplication.processEvents()


wait(lambda: "models.officer" in sys.modules)
wait(lambda: "ui.settings_page" in sys.modules or sys.argv[2:])
from tests.ui import shell
office = shell.make_office(folder)
books = shell.make_books(office, folder / "ledger")
window.open_ledger(books, folder / "ledger")
for number in range(len(application.places(lambda: office))):
    window.bench.show_place(number)
    wait(lambda: not window._operations.busy)
QTimer.singleShot(0, window.close)
assert run() == 0
print("\\n".join(sorted(elsewhere)))
"""
OURS = {
    "main", "models", "models.collector", "models.errors", "resources", "ui", "ui.application",
    "ui.elided", "ui.fitting", "ui.late", "ui.layout", "ui.operations", "ui.password_line", "ui.preferences",
    "ui.reading",
    "ui.theme", "ui.unlock", "ui.warming", "ui.window",
}  # fmt: skip
LATER = (
    "concurrent.futures", "cryptography", "multiprocessing", "openpyxl", "platformdirs", "pyhanko",
    "pypdfium2", "qtawesome", "reportlab", "sqlcipher3",
)  # fmt: skip


def test_the_door_imports_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", DOOR, str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, timeout=60, check=True,
    )  # fmt: skip
    loaded = set(child.stdout.split())
    rooms = ("main", "models", "reports", "resources", "storage", "ui")
    ours = {name for name in loaded if name.split(".")[0] in rooms}
    assert {name for name in ours if not name.startswith("models.errors.")} == OURS
    assert loaded.isdisjoint(LATER)


def test_only_the_thread_of_the_window_imports_what_knows_qt(tmp_path: Path) -> None:
    """PySide6 makes its types when they are asked for: two threads that ask end the program."""
    elsewhere = _imported_beside_the_window(tmp_path)
    assert "models.officer" in elsewhere  # the rest does come beside it
    assert not _knowing_qt(elsewhere)


def test_a_page_that_is_imported_in_the_worker_would_be_noticed(tmp_path: Path) -> None:
    assert "ui.daily_log" in _knowing_qt(_imported_beside_the_window(tmp_path, "careless"))


def _imported_beside_the_window(folder: Path, *how: str) -> set[str]:
    child = subprocess.run(
        [sys.executable, "-c", DAY, str(folder), *how], cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, timeout=120,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr
    return set(child.stdout.split())


def _knowing_qt(names: set[str]) -> set[str]:
    rooms = {"PySide6", "shiboken6", "qtpy", "qtawesome", "ui"}
    return {name for name in names if name.split(".")[0] in rooms}


def test_the_window_comes_first_while_it_runs() -> None:
    turn = sys.getswitchinterval()
    with window_first():
        assert sys.getswitchinterval() < turn / 5
    assert sys.getswitchinterval() == turn

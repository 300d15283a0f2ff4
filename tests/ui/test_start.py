"""The door stands with as little imported as can be; the rest comes beside it."""

import gc
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
OURS = {
    "main", "models", "models.collector", "models.errors", "resources", "ui", "ui.application",
    "ui.fitting", "ui.late", "ui.layout", "ui.operations", "ui.password_line", "ui.preferences",
    "ui.theme", "ui.unlock", "ui.window",
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
    assert {name for name in loaded if name.split(".")[0] in rooms} == OURS
    assert loaded.isdisjoint(LATER)


def test_the_window_comes_first_while_it_runs() -> None:
    turn = sys.getswitchinterval()
    with window_first():
        assert sys.getswitchinterval() < turn / 5 and not gc.isenabled()
    assert sys.getswitchinterval() == turn and gc.isenabled()

"""The door stands with as little imported as can be; the rest comes beside it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOOR = """
import sys
from pathlib import Path
import main
from PySide6.QtWidgets import QApplication
from ui.application import make_window, prepare
from ui.late import Late
from ui.operations import Operations
application = QApplication([])
prepare(application)
window = make_window(Late(main.build_office), Operations(), Path(sys.argv[1]))
window.show()
application.processEvents()
assert window.isVisible() and window.unlock.open.text()
print("\\n".join(sorted(sys.modules)))
"""
OURS = {
    "main", "models", "models.errors", "resources", "ui", "ui.application", "ui.fitting", "ui.late",
    "ui.layout", "ui.operations", "ui.password_line", "ui.preferences", "ui.theme", "ui.unlock",
    "ui.window",
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

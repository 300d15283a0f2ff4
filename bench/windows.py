"""What the window costs: from the start of the process to the door, and a long list in memory."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figure import Figure

ROOT = Path(__file__).resolve().parent.parent
TIMES = 5
WORDS = ("入力", "受渡", "鯨雲", "")  # everywhere, rare, nowhere; and all rows again
BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.show()
app.processEvents()
print("here", flush=True)
import os; os._exit(0)
"""
OURS = """
import sys
from pathlib import Path
import main
run = main.open_window(Path(sys.argv[1]))
from PySide6.QtWidgets import QApplication
QApplication.processEvents()
print("here", flush=True)
import os; os._exit(0)
"""


def starting() -> list[Figure]:
    """Start the process and wait until the first window stands."""
    with tempfile.TemporaryDirectory() as folder:
        taken: dict[str, list[float]] = {BARE: [], OURS: []}
        for number in range(TIMES + 1):
            for program, times in taken.items():
                one = _start(program, folder)
                if number:  # the first only warms the file cache
                    times.append(one * 1e3)
    ours, floor = statistics.median(taken[OURS]), statistics.median(taken[BARE])
    return [Figure("start to the unlock window", ours, floor, "ms", 1.5, by_ratio=True)]


def _start(program: str, folder: str) -> float:
    """Start a program as it is installed: with its bytecode, which the first start writes."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": folder}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.perf_counter()
    child = subprocess.run(
        [sys.executable, "-c", program, folder], cwd=ROOT, stdout=subprocess.PIPE, check=True,
        env=environment,
    )  # fmt: skip
    if child.stdout != b"here\n":
        raise RuntimeError("the window did not stand")
    return time.perf_counter() - begun


def showing(folder: Path) -> list[Figure]:
    """Open the daily log over all days; the floor is the same page on a day without entries."""
    from PySide6.QtWidgets import QApplication

    from bench.beside import Watch
    from bench.stage import unlock
    from ui.application import prepare
    from ui.asking import DialogAsker
    from ui.daily_log import DailyLogPage
    from ui.operations import Operations
    from ui.page import Desk

    application = QApplication([])
    prepare(application)
    ledger = unlock(folder)
    operations = Operations()

    def settle() -> None:
        end = time.monotonic() + 0.3  # the list asks a moment after the last key
        while operations.busy or time.monotonic() < end:
            application.processEvents()

    page = DailyLogPage(Desk(ledger, operations, DialogAsker(), lambda _type, _id: None))
    page.resize(1180, 680)
    page.show()
    settle()
    empty = _resident()
    page.show_day(None)
    settle()
    table = page.view.table
    rows = table.model().rowCount()
    if rows < 1000:
        raise RuntimeError(f"only {rows} rows are shown")
    jumps = []
    for number in range(1, 11):
        begun = time.perf_counter()
        table.scrollTo(table.model().index(rows * number // 10 - 1, 0))
        settled = time.perf_counter()
        application.processEvents()
        jumps.append(max(time.perf_counter() - begun, settled - begun) * 1e3)
        settle()
    full = _resident()
    with Watch() as words:
        for typed in WORDS:
            page.view.filters.words.setText(typed)
            settle()
    with Watch() as orders:
        for column in range(len(page.view.model.fields)):
            page.view.sort_by(column, descending=True)
            settle()
    operations.close()
    ledger.close()
    return [
        Figure("window with all entries, resident", full, empty, "MB"),
        Figure("  of which the long list", full - empty, None, "MB", 25),
        Figure("  window blocked by a jump in the list", statistics.median(jumps), None, "ms", 100),
        Figure("  window blocked by words typed over it", words.by_us, words.idle, "ms", 100),
        Figure("  window blocked by a new order of it", orders.by_us, orders.idle, "ms", 100),
    ]


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024

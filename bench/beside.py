"""The window that stands by while something lasts: how long it could not answer, and why we look.

The work goes the way of the program, through `Operations` with its progress dialog, in the worker
beside the real window on the page of the longest list. A timer asks the window every 10 ms; the
longest time between two answers is how long somebody would have looked at a window that is stuck.
On a virtual machine the host takes processors away for a while when all of them work; no program
can answer then, so what the kernel counts as stolen is told apart.
"""

import os
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from bench.figure import Figure
from bench.stage import LATER, office
from models.errors import AzukariError
from models.ledger import Ledger
from models.store import Progress
from ui.application import make_window, prepare, window_first
from ui.asking import DialogAsker
from ui.late import Late
from ui.operations import Operations
from ui.pictures import without_chatter
from ui.sample.clock import StoryClock
from ui.warming import warm_up

EVERY_MS = 10
LONGEST_LIST = "handling_event"
A_DAY = 86_400
_FIRST_LINES = 4096  # bytes of /proc/stat with the lines of the processors
_OF_ONE = re.compile(rb"cpu\d+ .* ")
_TICK_MS = 1e3 / os.sysconf("SC_CLK_TCK")


class _Silent(DialogAsker):
    """Nobody sits before this window who could close a dialog."""

    def tell(self, parent: QWidget | None, sentence: str) -> None:
        pass

    warn = tell


class Window:
    """The program's window on an open ledger, without a screen.

    Attributes:
        blocked: milliseconds; the longest time in which the window did not answer.
        by_us: the longest of these times less what the host took of it.
    """

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        instance = QApplication.instance()
        if not isinstance(instance, QApplication):
            instance = QApplication([])
            prepare(instance)
        self._first = window_first()  # as the program does
        self._first.__enter__()
        self.blocked = self.by_us = 0.0
        self._before = qInstallMessageHandler(without_chatter)
        self._operations = Operations(_Silent())
        here = Late(lambda: office(folder, StoryClock(LATER), rules=True))
        self._window = make_window(here, self._operations, folder / "likes")
        self._window.resize(1280, 800)
        warm_up(self._operations, here)
        self._window.show()
        self._window.open_ledger(ledger, folder / "ledger")
        self._window.idle.start(A_DAY)  # nobody touches it, and it must not lock meanwhile
        assert self._window.bench is not None
        self._window.bench.go(LONGEST_LIST, "")
        self._settle()

    def __enter__(self) -> "Window":
        return self

    def __exit__(self, *_: object) -> None:
        """Close window and ledger."""
        self._window.lock()
        self._settle()
        self._operations.close()
        self._window.close()
        qInstallMessageHandler(self._before)
        self._first.__exit__(None, None, None)

    def seconds(self, act: Callable[[Progress], object], times: int = 1) -> float:
        """Return the median seconds of an act that is done beside the window."""
        return statistics.median(self._once(act) for _ in range(times))

    def figures(self, what: str = "it") -> list[Figure]:
        return [
            Figure(f"  window blocked by {what}", self.by_us, None, "ms", 100),
            Figure("  with what the host took", self.blocked, None, "ms"),
        ]

    def _once(self, act: Callable[[Progress], object]) -> float:
        taken: list[float] = []
        errors: list[AzukariError] = []
        loop = QEventLoop()

        def work(progress: Progress) -> None:
            start = time.perf_counter()
            act(progress)
            taken.append(time.perf_counter() - start)

        def failed(error: AzukariError) -> None:
            errors.append(error)
            loop.quit()

        with Watch() as watch:
            title = "計測"
            self._operations.long(title, work, lambda _: loop.quit(), self._window, failed=failed)
            loop.exec()
            self._settle()  # pages that show what changed belong to it
        self.blocked = max(self.blocked, watch.longest)
        self.by_us = max(self.by_us, watch.by_us)
        if errors:
            raise errors[0]
        return taken[0]

    def _settle(self) -> None:
        # With a longest time Qt would not wait: it would ask again and again beside the work.
        beat = QTimer(interval=EVERY_MS)
        beat.start()
        end = time.monotonic() + 0.3  # a list asks a moment after the last key
        while self._operations.busy or time.monotonic() < end:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


class Watch:
    """The longest times in milliseconds between two answers of the event loop, in a block.

    Attributes:
        longest: as a clock on the wall has it.
        by_us: the longest that is left of one when what the host took of it is taken off.
    """

    def __init__(self) -> None:
        self.longest = self.by_us = 0.0
        self._last, self._stolen = 0.0, [0.0]
        self._kernel = os.open(
            "/proc/stat", os.O_RDONLY
        )  # once: to open it takes longer than to read
        self._timer = QTimer(interval=EVERY_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    def __enter__(self) -> "Watch":
        self._last, self._stolen = time.perf_counter(), self._taken()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()
        os.close(self._kernel)

    def _look(self) -> None:
        now, stolen = time.perf_counter(), self._taken()
        gap = (now - self._last) * 1e3 - EVERY_MS
        # Which of the processors the window waited for is not known: the one that lost most.
        taken = max(new - old for new, old in zip(stolen, self._stolen, strict=True))
        self.longest = max(self.longest, gap)
        self.by_us = max(self.by_us, gap - taken)
        self._last, self._stolen = now, stolen

    def _taken(self) -> list[float]:
        """Return for each processor the milliseconds that the host gave to others (proc(5))."""
        lines = os.pread(self._kernel, _FIRST_LINES, 0).split(b"\n")
        return [int(one.split()[8]) * _TICK_MS for one in lines if _OF_ONE.match(one)]

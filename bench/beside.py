"""The window that stands by while something lasts: how long it could not answer, and why we look.

The work goes the way of the program, through `Operations` with its progress dialog, in the worker
beside the real window on the page of the longest list. A timer asks the window every 10 ms; the
longest time between two answers is how long somebody would have looked at a window that is stuck.
On a virtual machine the host takes processors away for a while when all of them work; no program
can answer then, so what the kernel counts as stolen is told apart, and a process that does nothing
but ask stands beside as the floor.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from bench.figure import Figure
from bench.gaps import EVERY_MS, Gaps, Idler
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

LONGEST_LIST = "handling_event"
A_DAY = 86_400


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
        idle: the same of a process beside it that does nothing.
    """

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        instance = QApplication.instance()
        if not isinstance(instance, QApplication):
            instance = QApplication([])
            prepare(instance)
        self._first = window_first()  # as the program does
        self._first.__enter__()
        self.blocked = self.by_us = self.idle = 0.0
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
        self._window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qInstallMessageHandler(self._before)
        self._first.__exit__(None, None, None)

    def seconds(self, act: Callable[[Progress], object], times: int = 1) -> float:
        """Return the median seconds of an act that is done beside the window."""
        return statistics.median(self._once(act) for _ in range(times))

    def figures(self, what: str = "it") -> list[Figure]:
        return [
            Figure(f"  window blocked by {what}", self.by_us, self.idle, "ms", 100),
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
        self.idle = max(self.idle, watch.idle)
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
        longest, by_us: see `Gaps`.
        idle: `by_us` of a process beside it that does nothing but ask.
    """

    def __init__(self) -> None:
        self.longest = self.by_us = self.idle = 0.0
        self._timer = QTimer(interval=EVERY_MS, timerType=Qt.TimerType.PreciseTimer)

    def __enter__(self) -> "Watch":
        self._idler, self._gaps = Idler(), Gaps()
        self._timer.timeout.connect(self._gaps.note)
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()
        self.longest, self.by_us = self._gaps.longest, self._gaps.by_us
        self._gaps.close()
        self.idle = self._idler.stop()

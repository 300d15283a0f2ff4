"""Locks when nobody works: watches keys and pointer, warns a minute before, then tells the window.

Both clocks are asked, because the monotonic one may stand still while the PC sleeps and the clock
on the wall may be set back; the longer time counts.
"""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

WARNING_S = 60
LOOK_MS = 1000
ACTIVITY = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
        QEvent.Type.InputMethod,
    }
)


class IdleWatch(QObject):
    """Counts the time since the last activity while it is started.

    Attributes:
        warned: emitted each look during the last minute, with the seconds left.
        returned: activity came after a warning.
        expired: emitted once when the time is over.
    """

    warned = Signal(int)
    returned = Signal()
    expired = Signal()

    def __init__(
        self,
        application: QApplication,
        clocks: tuple[Callable[[], float], ...] = (time.monotonic, time.time),
        look_ms: int = LOOK_MS,
    ) -> None:
        super().__init__(application)
        self._clocks = clocks
        self._limit = 0.0
        self._last: tuple[float, ...] = ()
        self._warning = False
        self._timer = QTimer(self, interval=look_ms)
        self._timer.timeout.connect(self.look)
        application.installEventFilter(self)

    def start(self, seconds: float) -> None:
        """Begin to watch; `seconds` without activity lock."""
        self._limit = seconds
        self._touch()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._warning = False

    def seconds(self) -> float:
        """Return how long nobody has worked; nothing before the watch begins."""
        if not self._last:
            return 0.0
        now = (clock() for clock in self._clocks)
        return max(n - last for n, last in zip(now, self._last, strict=True))

    def look(self) -> None:
        """Compare the idle time with the limit."""
        if not self._timer.isActive():
            return
        left = self._limit - self.seconds()
        if left <= 0:
            self.stop()
            self.expired.emit()
        elif left <= min(WARNING_S, self._limit / 2):
            self._warning = True
            self.warned.emit(int(left) + 1)

    def _touch(self) -> None:
        self._last = tuple(clock() for clock in self._clocks)
        if self._warning:
            self._warning = False
            self.returned.emit()

    # --- Qt ----------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in ACTIVITY and self._timer.isActive():
            self.look()  # a PC that wakes from sleep must lock before the first key counts
            if self._timer.isActive():
                self._touch()
        return False

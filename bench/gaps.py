"""How long somebody who asks every 10 ms goes without an answer, and what the host took of it.

Run as a program it is the floor of a window: a process that does nothing but ask, beside the same
work. Where it waits as long as our window, no window of this machine would have answered sooner.
"""

import os
import re
import subprocess
import sys
import threading
import time

EVERY_MS = 10
_FIRST_LINES = 4096  # bytes of /proc/stat with the lines of the processors
_OF_ONE = re.compile(rb"cpu\d+ .* ")
_TICK_MS = 1e3 / os.sysconf("SC_CLK_TCK")


class Gaps:
    """The longest times in milliseconds between two answers.

    Attributes:
        longest: as a clock on the wall has it.
        by_us: the longest that is left of one when what the host took of it is taken off.
    """

    def __init__(self) -> None:
        self.longest = self.by_us = 0.0
        self._kernel = os.open("/proc/stat", os.O_RDONLY)  # to open it takes longer than to read
        self.begin()

    def begin(self) -> None:
        self._last, self._stolen = time.perf_counter(), self._taken()

    def note(self) -> None:
        """Note an answer."""
        now, stolen = time.perf_counter(), self._taken()
        gap = (now - self._last) * 1e3 - EVERY_MS
        # Which of the processors was waited for is not known: the one that lost most.
        taken = max(new - old for new, old in zip(stolen, self._stolen, strict=True))
        self.longest = max(self.longest, gap)
        self.by_us = max(self.by_us, gap - taken)
        self._last, self._stolen = now, stolen

    def close(self) -> None:
        os.close(self._kernel)

    def _taken(self) -> list[float]:
        """Return for each processor the milliseconds that the host gave to others (proc(5))."""
        lines = os.pread(self._kernel, _FIRST_LINES, 0).split(b"\n")
        return [int(one.split()[8]) * _TICK_MS for one in lines if _OF_ONE.match(one)]


class Idler:
    """A process that does nothing but ask, from its start to `stop`."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([sys.executable, "-m", __name__], stdin=pipe, stdout=pipe)
        assert self._process.stdout is not None
        self._process.stdout.readline()  # it asks from now on

    def stop(self) -> float:
        """Return the longest time that it waited, less what the host took of it."""
        told, _ = self._process.communicate()
        return float(told)


def _ask() -> None:
    asked_to_end = threading.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        asked_to_end.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    gaps = Gaps()
    print(flush=True)
    while not asked_to_end.is_set():
        time.sleep(EVERY_MS / 1e3)
        gaps.note()
    gaps.note()  # what it waited for since, though it was asked to end meanwhile
    print(gaps.by_us)


if __name__ == "__main__":
    _ask()

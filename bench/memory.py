"""What a process and everything it starts hold in memory, looked at again and again (Linux)."""

import os
import subprocess
import threading
from pathlib import Path

EVERY = 0.2  # seconds; to look is work for the kernel
_PAGE = os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


class Watch:
    """The highest sum of resident memory in MiB while the block runs.

    Of pages that processes share each counts its part (PSS), so that the sum is what the machine
    gives; where the kernel does not tell, they count for each. A peak shorter than `EVERY` is missed.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.peak = 0.0
        self._root = process.pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            self.peak = max(self.peak, _resident(self._root))


def _resident(pid: int) -> float:
    try:
        held = _held(pid)
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except (OSError, IndexError):  # it ended while it was looked at
        return 0.0
    return held + sum(map(_resident, children))


def _held(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE

"""What the PC tells of itself: room on the disk, installed programs, protection against malware.

Nothing is started and nothing is asked over a network: the lists that the system keeps are read.
Where there is none, the answer is None and a person has to look.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from models.capacity import Disk, Memory
from models.machine_facts import Protection
from storage import registry
from storage.attachments import FOLDER_NAME
from storage.files import reading
from storage.removable import plugged_in

STATUS, MEMINFO = Path("/proc/self/status"), Path("/proc/meminfo")
DPKG = Path("/var/lib/dpkg/status")
CLAM = (Path("/var/lib/clamav/daily.cld"), Path("/var/lib/clamav/daily.cvd"))
_DATABASE = "ledger.db"


class PC:
    """This PC, seen from the folder of an open ledger (`models.machine_facts.Machine`)."""

    def __init__(self, folder: Path, holder: str) -> None:
        self._folder = folder
        self.holder = holder

    def disk(self) -> Disk:
        with reading(self._folder):
            usage = shutil.disk_usage(self._folder)
            size = (self._folder / _DATABASE).stat().st_size
            files = _size_of(self._folder / FOLDER_NAME)
        return Disk(usage.free, usage.total, size + files, files)

    def free(self) -> int:
        with reading(self._folder):
            return shutil.disk_usage(self._folder).free

    def memory(self) -> Memory | None:
        if sys.platform == "win32":
            return _windows_memory()
        return read_memory(STATUS, MEMINFO)

    def programs(self) -> Sequence[str] | None:
        if sys.platform == "win32":
            return _windows_programs()
        return read_dpkg(DPKG)

    def protection(self) -> Sequence[Protection] | None:
        if sys.platform == "win32":
            return _windows_protection()
        return read_clam(CLAM)

    def media(self) -> Sequence[Path] | None:
        return plugged_in()


def _size_of(folder: Path) -> int:
    size = 0
    with suppress(FileNotFoundError), os.scandir(folder) as files:  # nothing was ever attached
        for file in files:
            with suppress(FileNotFoundError):  # an erased one was just taken away
                size += file.stat().st_size
    return size


def read_memory(status: Path, meminfo: Path) -> Memory | None:
    """Read what Linux tells of this process and of the machine."""
    try:
        mine, whole = _kilobytes(status), _kilobytes(meminfo)
        return Memory(mine["VmRSS"], whole["MemAvailable"], whole["MemTotal"])
    except (OSError, ValueError, KeyError):
        return None


def _kilobytes(path: Path) -> dict[str, int]:
    """Read the lines `Name:  number kB` of a file, in bytes."""
    found = {}
    for line in path.read_text("ascii", errors="replace").splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if len(words) == 2 and words[1] == "kB":
            found[name] = int(words[0]) * 1024
    return found


def read_dpkg(path: Path) -> Sequence[str] | None:
    """Return the packages that are installed on a Debian system."""
    try:
        state = path.stat()
        return _read_dpkg(path, state.st_ino, state.st_mtime_ns, state.st_size)
    except OSError:
        return None


@lru_cache(maxsize=1)
def _read_dpkg(path: Path, *_state: int) -> tuple[str, ...]:
    """Read the list once in each of its states: it is asked for whenever somebody signs in."""
    text = path.read_text("utf-8", errors="replace")
    return tuple(
        sorted(
            paragraph.partition("Package: ")[2].partition("\n")[0]
            for paragraph in text.split("\n\n")
            if "\nStatus: install ok installed" in f"\n{paragraph}"
        )
    )


def read_clam(paths: Sequence[Path]) -> Sequence[Protection] | None:
    """Return ClamAV with the day of its definitions, where it is installed."""
    days = []
    for path in paths:
        with suppress(OSError):
            days.append(datetime.fromtimestamp(path.stat().st_mtime, UTC).date())
    return [Protection("ClamAV", None, max(days))] if days else None


if sys.platform == "win32":  # pragma: no cover - cannot run on the machines that build this
    import ctypes
    import winreg
    from ctypes import wintypes

    class _MachineMemory(ctypes.Structure):  # MEMORYSTATUSEX
        _fields_ = (
            ("length", wintypes.DWORD), ("load", wintypes.DWORD), ("total", ctypes.c_ulonglong),
            ("free", ctypes.c_ulonglong), ("page_total", ctypes.c_ulonglong),
            ("page_free", ctypes.c_ulonglong), ("virtual_total", ctypes.c_ulonglong),
            ("virtual_free", ctypes.c_ulonglong), ("extended_free", ctypes.c_ulonglong),
        )  # fmt: skip

    class _OwnMemory(ctypes.Structure):  # PROCESS_MEMORY_COUNTERS
        _fields_ = (
            ("length", wintypes.DWORD), ("faults", wintypes.DWORD), ("peak", ctypes.c_size_t),
            ("used", ctypes.c_size_t), ("peak_paged", ctypes.c_size_t), ("paged", ctypes.c_size_t),
            ("peak_other", ctypes.c_size_t), ("other", ctypes.c_size_t),
            ("page_file", ctypes.c_size_t), ("peak_page_file", ctypes.c_size_t),
        )  # fmt: skip

    def _windows_memory() -> Memory | None:
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        whole = _MachineMemory(length=ctypes.sizeof(_MachineMemory))
        mine = _OwnMemory(length=ctypes.sizeof(_OwnMemory))
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        ask = kernel.K32GetProcessMemoryInfo
        ask.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD)
        told = kernel.GlobalMemoryStatusEx(ctypes.byref(whole)) and ask(
            kernel.GetCurrentProcess(), ctypes.byref(mine), mine.length
        )
        return Memory(mine.used, whole.free, whole.total) if told else None

    def _windows_programs() -> Sequence[str] | None:
        return registry.programs(winreg)

    def _windows_protection() -> Sequence[Protection] | None:
        return registry.protection(winreg)

else:

    def _windows_memory() -> Memory | None:
        return None

    def _windows_programs() -> Sequence[str] | None:
        return None

    def _windows_protection() -> Sequence[Protection] | None:
        return None

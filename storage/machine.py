"""What the PC tells of itself: room on the disk, installed programs, protection against malware.

Nothing is started and nothing is asked over a network: the lists that the system keeps are read.
Where there is none, the answer is None and a person has to look.
"""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from models.condition import Disk, Protection
from storage.attachments import FOLDER_NAME
from storage.files import reading

DPKG = Path("/var/lib/dpkg/status")
CLAM = (Path("/var/lib/clamav/daily.cld"), Path("/var/lib/clamav/daily.cvd"))
_DATABASE = "ledger.db"


class PC:
    """This PC, seen from the folder of an open ledger (`models.condition.Machine`)."""

    def __init__(self, folder: Path, holder: str) -> None:
        self._folder = folder
        self.holder = holder

    def disk(self) -> Disk:
        with reading(self._folder):
            usage = shutil.disk_usage(self._folder)
            size = (self._folder / _DATABASE).stat().st_size
            files = self._folder / FOLDER_NAME
            if files.is_dir():
                size += sum(file.stat().st_size for file in files.iterdir())
        return Disk(usage.free, usage.total, size)

    def free(self) -> int:
        with reading(self._folder):
            return shutil.disk_usage(self._folder).free

    def programs(self) -> Sequence[str] | None:
        if sys.platform == "win32":
            return _windows_programs()
        return read_dpkg(DPKG)

    def protection(self) -> Sequence[Protection] | None:
        if sys.platform == "win32":
            return _windows_protection()
        return read_clam(CLAM)


def read_dpkg(path: Path) -> Sequence[str] | None:
    """Return the packages that are installed on a Debian system."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return None
    return sorted(
        paragraph.partition("Package: ")[2].partition("\n")[0]
        for paragraph in text.split("\n\n")
        if "\nStatus: install ok installed" in f"\n{paragraph}"
    )


def read_clam(paths: Sequence[Path]) -> Sequence[Protection] | None:
    """Return ClamAV with the day of its definitions, where it is installed."""
    days = []
    for path in paths:
        with suppress(OSError):
            days.append(datetime.fromtimestamp(path.stat().st_mtime, UTC).date())
    return [Protection("ClamAV", None, max(days))] if days else None


def filetime_day(raw: bytes) -> date | None:
    """Read the day from the 100-nanosecond count since 1601 that Windows keeps."""
    if len(raw) != 8:
        return None
    ticks = int.from_bytes(raw, "little")
    try:
        return (datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)).date()
    except OverflowError:
        return None


if sys.platform == "win32":  # pragma: no cover - cannot run on the machines that build this
    import winreg

    _UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
    _DEFENDER = r"SOFTWARE\Microsoft\Windows Defender"

    def _windows_programs() -> Sequence[str] | None:
        found: set[str] = set()
        for root, view in (
            (winreg.HKEY_LOCAL_MACHINE, winreg.KEY_WOW64_64KEY),
            (winreg.HKEY_LOCAL_MACHINE, winreg.KEY_WOW64_32KEY),
            (winreg.HKEY_CURRENT_USER, 0),
        ):
            found.update(_names(root, view))
        return sorted(found) or None

    def _names(root: int, view: int) -> Iterator[str]:
        with suppress(OSError), winreg.OpenKey(root, _UNINSTALL, 0, winreg.KEY_READ | view) as top:
            for number in range(winreg.QueryInfoKey(top)[0]):
                with suppress(OSError), winreg.OpenKey(top, winreg.EnumKey(top, number)) as one:
                    yield str(winreg.QueryValueEx(one, "DisplayName")[0])

    def _windows_protection() -> Sequence[Protection] | None:
        """Read Defender; another product switches it off and has to be looked at by a person."""
        applied = _value(rf"{_DEFENDER}\Signature Updates", "AVSignatureApplied")
        if not isinstance(applied, bytes):
            return None
        off = _value(rf"{_DEFENDER}\Real-Time Protection", "DisableRealtimeMonitoring")
        passive = _value(_DEFENDER, "PassiveMode")
        if passive:
            return None
        return [Protection("Microsoft Defender", not off, filetime_day(applied))]

    def _value(key: str, name: str) -> object:
        with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            return winreg.QueryValueEx(opened, name)[0]
        return None

else:

    def _windows_programs() -> Sequence[str] | None:
        return None

    def _windows_protection() -> Sequence[Protection] | None:
        return None

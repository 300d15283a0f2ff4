"""What Windows keeps in its registry: installed programs, and the state of its own protection.

The registry is handed in, so that what is read of it is tried on every system.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.machine_facts import Protection

UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
DEFENDER = r"SOFTWARE\Microsoft\Windows Defender"

Registry = Any
"""The module `winreg`, which other systems lack, or one that answers like it."""


def programs(registry: Registry) -> Sequence[str] | None:
    """Return the names of what is installed: for all in both widths, and for this user alone.

    Returns:
        None where nothing can be read: then a person has to look.
    """
    found: set[str] = set()
    for root, view in (
        (registry.HKEY_LOCAL_MACHINE, registry.KEY_WOW64_64KEY),
        (registry.HKEY_LOCAL_MACHINE, registry.KEY_WOW64_32KEY),
        (registry.HKEY_CURRENT_USER, 0),
    ):
        found.update(_names(registry, root, view))
    return sorted(found) or None


def _names(registry: Registry, root: int, view: int) -> Iterator[str]:
    access = registry.KEY_READ | view
    with suppress(OSError), registry.OpenKey(root, UNINSTALL, 0, access) as top:
        for number in range(registry.QueryInfoKey(top)[0]):
            # One without a name is a part of another, or is being removed just now.
            with suppress(OSError), registry.OpenKey(top, registry.EnumKey(top, number)) as one:
                yield str(registry.QueryValueEx(one, "DisplayName")[0])


def protection(registry: Registry) -> Sequence[Protection] | None:
    """Read Defender; another product switches it off and has to be looked at by a person."""
    applied = _value(registry, rf"{DEFENDER}\Signature Updates", "AVSignatureApplied")
    if not isinstance(applied, bytes):
        return None
    off = _value(registry, rf"{DEFENDER}\Real-Time Protection", "DisableRealtimeMonitoring")
    if _value(registry, DEFENDER, "PassiveMode"):
        return None
    return [Protection("Microsoft Defender", not off, filetime_day(applied))]


def _value(registry: Registry, key: str, name: str) -> object:
    with suppress(OSError), registry.OpenKey(registry.HKEY_LOCAL_MACHINE, key) as opened:
        value: object = registry.QueryValueEx(opened, name)[0]
        return value
    return None


def filetime_day(raw: bytes) -> date | None:
    """Read the day from the 100-nanosecond count since 1601 that Windows keeps."""
    if len(raw) != 8:
        return None
    ticks = int.from_bytes(raw, "little")
    try:
        return (datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)).date()
    except OverflowError:
        return None

"""Tells when the desktop session is locked, where the system lets a window know.

Windows sends WM_WTSSESSION_CHANGE to windows that registered for it. Other systems: Qt has no word
for it; there the idle time alone locks (the manual says so).
"""

import ctypes
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QObject, Signal

WM_WTSSESSION_CHANGE = 0x02B1
WTS_SESSION_LOCK = 0x7
NOTIFY_FOR_THIS_SESSION = 0


class SessionLock(QObject):
    """Emits `locked` when the desktop session is locked."""

    locked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.filter = _SessionFilter(self.locked.emit)
        self._watched = 0

    def watch(self, window_id: int) -> bool:
        """Register a window, once; returns whether the system will tell."""
        load: Any = getattr(ctypes, "WinDLL", None)  # only Windows has it
        if load is None:
            return False
        if self._watched != window_id:
            library = load("wtsapi32")
            if not library.WTSRegisterSessionNotification(window_id, NOTIFY_FOR_THIS_SESSION):
                return False
            self._watched = window_id
        return True


class _SessionFilter(QAbstractNativeEventFilter):
    def __init__(self, locked: Any) -> None:
        super().__init__()
        self._locked = locked

    def nativeEventFilter(self, event_type: Any, message: Any) -> Any:
        if bytes(event_type) == b"windows_generic_MSG" and says_locked(int(message)):
            self._locked()
        return False, 0


class _Message(ctypes.Structure):
    """The part of a Windows MSG that is read here."""

    _fields_ = (
        ("hwnd", ctypes.c_void_p),
        ("message", ctypes.c_uint),
        ("wParam", ctypes.c_size_t),
    )


def says_locked(address: int) -> bool:
    """Tell whether the message at an address says that the session was locked."""
    message = _Message.from_address(address)
    return bool(message.message == WM_WTSSESSION_CHANGE and message.wParam == WTS_SESSION_LOCK)

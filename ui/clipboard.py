"""Copied record text does not stay on the clipboard: it is cleared after a minute and at the lock.

Only what this program put there is touched. The formats tell Windows (history, cloud) and the
managers of other desktops to keep no copy.
"""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtWidgets import QApplication

CLEAR_MS = 60_000
_WINDOWS = 'application/x-qt-windows-mime;value="{}"'
PRIVATE = {
    _WINDOWS.format("ExcludeClipboardContentFromMonitorProcessing"): b"\x01",
    _WINDOWS.format("CanIncludeInClipboardHistory"): b"\x00\x00\x00\x00",
    _WINDOWS.format("CanUploadToCloudClipboard"): b"\x00\x00\x00\x00",
    "x-kde-passwordManagerHint": b"secret",
}
MARK = "x-kde-passwordManagerHint"


class ClipboardGuard(QObject):
    """Watches the clipboard while a ledger is open.

    Args:
        ours: tells whether this program wrote last; not every platform of Qt knows.
    """

    def __init__(
        self,
        application: QApplication,
        clear_ms: int = CLEAR_MS,
        ours: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(application)
        self._clipboard = application.clipboard()
        self._ours = ours or self._clipboard.ownsClipboard
        self._copied = ""
        self._timer = QTimer(self, singleShot=True, interval=clear_ms)
        self._timer.timeout.connect(self.clear)
        self._watching = False
        self._clipboard.dataChanged.connect(self._changed)

    def start(self) -> None:
        self._watching = True

    def stop(self) -> None:
        """Stop watching and clear what is still ours."""
        self._watching = False
        self.clear()

    def clear(self) -> None:
        """Clear the clipboard, unless somebody else has written it meanwhile."""
        self._timer.stop()
        copied, self._copied = self._copied, ""
        if copied and self._clipboard.text() == copied:
            self._clipboard.clear()

    def _changed(self) -> None:
        clipboard = self._clipboard
        if not self._watching or not self._ours():
            return
        text = clipboard.text()
        if not text or clipboard.mimeData().hasFormat(MARK):  # nothing, or our own answer to it
            return
        private = QMimeData()
        private.setText(text)
        for name, value in PRIVATE.items():
            private.setData(name, value)
        self._copied = text
        self._timer.start()
        clipboard.setMimeData(private)

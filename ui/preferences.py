"""What this PC's user likes: paths of recent ledgers and the size of the window, nothing else.

The file lies in the user's settings folder, is readable by everybody who uses this account, and
therefore never holds names, logins or contents.
"""

import json
import os
from pathlib import Path
from typing import Any

from models.errors import AzukariError
from ui.reading import read_limited

FILE = "window.json"
RECENT = 8
MOST = 1024 * 1024  # bytes; ours has a few KiB


class Preferences:
    """A small JSON file; a missing or unreadable one means defaults.

    Args:
        folder: the user's settings folder; created when something is to be kept.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._values = self._read()

    def recent(self) -> list[Path]:
        """Return the folders of recently opened ledgers, the latest first."""
        found = self._values.get("recent", [])
        return [Path(entry) for entry in found if isinstance(entry, str)]

    def remember(self, folder: Path) -> None:
        """Put a ledger folder on top of the recent ones."""
        others = [path for path in self.recent() if path != folder]
        self._keep("recent", [str(path) for path in [folder, *others][:RECENT]])

    def forget(self, folder: Path) -> None:
        """Take a ledger folder off the list."""
        self._keep("recent", [str(path) for path in self.recent() if path != folder])

    def geometry(self) -> bytes:
        """Return Qt's own description of the window's place, empty for the default."""
        try:
            return bytes.fromhex(str(self._values.get("geometry", "")))
        except ValueError:
            return b""

    def keep_geometry(self, geometry: bytes) -> None:
        self._keep("geometry", geometry.hex())

    def whole_page(self) -> bool:
        """Tell whether a paper is shown as whole pages, else as wide as the window."""
        return self._values.get("whole_page", True) is not False

    def keep_whole_page(self, whole: bool) -> None:
        self._keep("whole_page", whole)

    def widths(self, register: str) -> dict[str, int]:
        """Return the widths of the columns that were changed in a register, by field name."""
        found = self._columns().get(register, {})
        if not isinstance(found, dict):
            return {}
        return {name: width for name, width in found.items() if isinstance(width, int)}

    def keep_widths(self, register: str, widths: dict[str, int]) -> None:
        self._keep("columns", {**self._columns(), register: widths})

    def _columns(self) -> dict[str, Any]:
        found = self._values.get("columns", {})
        return found if isinstance(found, dict) else {}

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(read_limited(self._file, MOST))
        except (AzukariError, ValueError, RecursionError):
            return {}  # likings are not worth an error
        return found if isinstance(found, dict) else {}

    def _keep(self, name: str, value: Any) -> None:
        self._values[name] = value
        beside = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.write_text(json.dumps(self._values, ensure_ascii=False), "utf-8")
            os.replace(beside, self._file)
        except OSError:
            pass  # a full or read-only home must not stop the work; only the list is lost

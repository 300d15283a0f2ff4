"""Which removable medium a path lies on: a USB stick or disk, a memory card (SK-11.9, A-32).

Linux tells the bus of a disk; Windows tells sticks, cards and discs, but calls an external USB hard
disk fixed, so there one is not recognised. Network folders are no media and never recognised. What
cannot be told is taken for built in: this finds what is plugged in by mistake or habit, it stops
nobody who hides what he does.
"""

import os
import sys
from pathlib import Path

BLOCK_DEVICES = Path("/sys/dev/block")


def medium_root(path: Path) -> Path | None:
    """Return where the removable medium that holds a path is mounted, None for anything else."""
    here = path.absolute()
    while not here.exists() and here != here.parent:
        here = here.parent
    if sys.platform == "win32":
        return _windows_root(here)
    try:
        here = here.resolve()
        if not is_removable(os.stat(here).st_dev, BLOCK_DEVICES):
            return None
        return _mounted_at(here)
    except OSError:
        return None


def is_removable(device: int, devices: Path) -> bool:
    """Tell whether a block device is removable or on the USB bus, through encryption and partitions."""
    node = (devices / f"{os.major(device)}:{os.minor(device)}").resolve()
    return node.exists() and _is_removable(node)


def _is_removable(node: Path) -> bool:
    if any(part.startswith("usb") for part in node.parts):
        return True
    for disk in (node, node.parent):  # a partition lies inside its disk
        if _says(disk / "removable", "1") or _says(disk / "device" / "type", "SD"):
            return True
    below = node / "slaves"  # of an encrypted or joined device
    return below.is_dir() and any(_is_removable(one.resolve()) for one in below.iterdir())


def _says(file: Path, word: str) -> bool:
    try:
        return file.read_text("ascii").strip() == word
    except (OSError, ValueError):
        return False


def _mounted_at(path: Path) -> Path:
    device = os.stat(path).st_dev
    while path != path.parent and os.stat(path.parent).st_dev == device:
        path = path.parent
    return path


if sys.platform == "win32":  # pragma: no cover - cannot run on the machines that build this
    import ctypes

    _REMOVABLE, _DISC = 2, 5

    def _windows_root(path: Path) -> Path | None:
        root = Path(path.anchor)
        kind = ctypes.windll.kernel32.GetDriveTypeW(str(root))
        return root if kind in (_REMOVABLE, _DISC) else None

else:

    def _windows_root(path: Path) -> Path | None:
        return None

"""Which place outside this PC a path lies on: a plugged-in medium, or a folder of a network (A-32).

Linux tells the bus of a disk and the kind of every mounted file system. Windows calls an external
USB hard disk fixed, so its bus is asked for; what it answers is judged by `windows_kind`, which runs
anywhere. What cannot be told is taken for built in: this finds what is plugged in or mapped by
mistake or habit, it stops nobody who hides what he does. Not told apart: a folder that a program
copies to a cloud (models/denied.py finds those programs), a disk behind Thunderbolt, a drive letter
that `subst` gave.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable
from enum import Enum
from itertools import islice
from pathlib import Path

from models.safe import OutsidePlace

MOST_LOOKED_AT = 200  # entries of a medium, for the mark
BLOCK_DEVICES = Path("/sys/dev/block")
MOUNTS = Path("/proc/self/mountinfo")
NETWORK_KINDS = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "ncpfs", "ncp", "afs", "coda", "9p", "ceph",
    "glusterfs", "lustre", "beegfs", "gpfs", "orangefs", "davfs", "fuse.sshfs", "fuse.rclone",
    "fuse.s3fs", "fuse.davfs2", "fuse.gvfsd-fuse", "fuse.kio-fuse", "fuse.smbnetfs",
    "fuse.curlftpfs", "fuse.glusterfs", "fuse.ceph", "fuse.goofys", "fuse.gcsfuse",
    "fuse.google-drive-ocamlfuse", "fuse.onedriver",
})  # fmt: skip


class Kind(Enum):
    """What a volume is to this PC."""

    BUILT_IN = "built in"
    MEDIUM = "medium"
    NETWORK = "network"


def outside_place(path: Path) -> OutsidePlace | None:
    """Return the medium or network folder that holds a path, None for the disks of this PC.

    Args:
        path: need not exist yet.
    """
    # A folder of a network that is not there now is one all the same.
    if sys.platform == "win32":
        return _windows_place(path.absolute())
    here = path.absolute()
    while not here.exists() and here != here.parent:
        here = here.parent
    try:
        here = here.resolve()
        if root := network_root(here, _lines(MOUNTS)):
            return OutsidePlace(root, network=True)
        if is_removable(os.stat(here).st_dev, BLOCK_DEVICES):
            return OutsidePlace(_mounted_at(here))
    except OSError:
        pass
    return None


def plugged_in() -> list[Path] | None:
    """Return where removable media are mounted now, None where the PC does not tell."""
    if sys.platform == "win32":
        return _windows_media()
    lines = _lines(MOUNTS)
    return mounted_media(lines, BLOCK_DEVICES) if lines and BLOCK_DEVICES.is_dir() else None


def top_folders(root: Path) -> list[Path]:
    """Return a place and the folders right in it; what cannot be read has none."""
    found = [root]
    try:
        with os.scandir(root) as inside:
            for one in islice(inside, MOST_LOOKED_AT):
                if one.is_dir(follow_symlinks=False):
                    found.append(Path(one.path))
    except OSError:
        pass
    return found


# --- Linux ----------------------------------------------------------------------------------------


def network_root(path: Path, mounts: Iterable[str]) -> Path | None:
    """Return where the network file system that holds a path is mounted.

    Args:
        path: resolved.
        mounts: lines of /proc/self/mountinfo; of two on one place the later one is seen.
    """
    found, network = Path(), False
    for line in mounts:
        front, _, back = line.partition(" - ")
        words, kinds = front.split(), back.split()
        if len(words) < 5 or len(kinds) < 2:
            continue
        root = Path(_unescaped(words[4]))
        if (root == path or root in path.parents) and len(root.parts) >= len(found.parts):
            found, network = root, _is_network(kinds[0], kinds[1])
    return found if network else None


def mounted_media(mounts: Iterable[str], devices: Path) -> list[Path]:
    """Return where removable block devices are mounted, each device once, at its first place.

    Args:
        mounts: lines of /proc/self/mountinfo.
        devices: the folder of block devices by number, as /sys/dev/block.
    """
    found: dict[str, Path] = {}
    for line in mounts:
        words = line.partition(" - ")[0].split()
        if len(words) < 5 or words[2] in found:
            continue
        major, _, minor = words[2].partition(":")
        if not (major.isdecimal() and minor.isdecimal()) or major == "0":  # no disk at all
            continue
        if is_removable(os.makedev(int(major), int(minor)), devices):
            found[words[2]] = Path(_unescaped(words[4]))
    return list(found.values())


def _is_network(kind: str, source: str) -> bool:
    """Judge a file system; one that FUSE runs names its server, as `host:/path` or `https://…`."""
    return kind in NETWORK_KINDS or (kind.partition(".")[0] == "fuse" and ":/" in source)


def _unescaped(text: str) -> str:
    """Read a path of mountinfo: blanks and the like stand as three octal digits."""
    raw = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), os.fsencode(text))
    return os.fsdecode(raw)


def _lines(file: Path) -> list[str]:
    try:
        return os.fsdecode(file.read_bytes()).splitlines()
    except OSError:
        return []


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


# --- Windows: what its answers mean ---------------------------------------------------------------

_REMOVABLE, _REMOTE, _DISC = 2, 4, 5  # GetDriveTypeW
_FIREWIRE, _USB, _ISCSI, _SD, _MMC = 4, 7, 9, 12, 13  # STORAGE_BUS_TYPE
_BUS_AT = 28  # of BusType in STORAGE_DEVICE_DESCRIPTOR


def windows_kind(
    root: str, system: str, drive_type: Callable[[str], int], bus: Callable[[str], int | None]
) -> Kind:
    r"""Judge the volume of a path.

    Args:
        root: of the volume, `E:\`, `C:\mounted\` or `\\server\share\`.
        system: root of the volume that Windows runs from.
        drive_type: answers as GetDriveTypeW does.
        bus: of the disk, None where it does not tell; asked only of what calls itself fixed.
    """
    if is_unc(root):
        return Kind.NETWORK
    told = drive_type(root)
    if told == _REMOTE:
        return Kind.NETWORK
    if told in (_REMOVABLE, _DISC):
        return Kind.MEDIUM
    found = bus(root)
    if found == _ISCSI:
        return Kind.NETWORK
    # Small PCs run from a chip on the bus of memory cards, which nobody takes out.
    soldered = found in (_SD, _MMC) and root.casefold() == system.casefold()
    plugged = found in (_FIREWIRE, _USB, _SD, _MMC) and not soldered
    return Kind.MEDIUM if plugged else Kind.BUILT_IN


def media_of(
    roots: Iterable[str], system: str, drive_type: Callable[[str], int],
    bus: Callable[[str], int | None], holds: Callable[[str], bool],
) -> list[Path]:  # fmt: skip
    """Return which drives are media with something in them; the rest as `windows_kind` says.

    Args:
        holds: tells whether a drive can be looked into: readers of cards and discs stand there empty.
    """
    return [
        Path(root)
        for root in roots
        if windows_kind(root, system, drive_type, bus) is Kind.MEDIUM and holds(root)
    ]


def is_unc(root: str) -> bool:
    r"""Tell whether a path names a server; `\\?\C:\` and `\\.\C:\` do not."""
    plain = root.replace("/", "\\")
    if plain.startswith(("\\\\?\\", "\\\\.\\")):
        return plain[4:8].upper() == "UNC\\"
    return plain.startswith("\\\\")


def bus_of(descriptor: bytes) -> int | None:
    """Read the bus out of a STORAGE_DEVICE_DESCRIPTOR, None of one that is too short."""
    found = descriptor[_BUS_AT : _BUS_AT + 4]
    return int.from_bytes(found, "little") if len(found) == 4 else None


if sys.platform == "win32":  # pragma: no cover - cannot run on the machines that build this
    import ctypes
    from ctypes import wintypes

    _QUERY_PROPERTY = 0x2D1400  # IOCTL_STORAGE_QUERY_PROPERTY
    _ASK = bytes(12)  # STORAGE_PROPERTY_QUERY: StorageDeviceProperty, PropertyStandardQuery
    _SHARED, _OPEN_EXISTING = 3, 3
    _MOST = 1024
    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.CreateFileW.restype = wintypes.HANDLE
    _kernel.CreateFileW.argtypes = (
        wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD,
        wintypes.DWORD, wintypes.HANDLE,
    )  # fmt: skip
    _kernel.DeviceIoControl.argtypes = (
        wintypes.HANDLE, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD, ctypes.c_void_p,
        wintypes.DWORD, ctypes.POINTER(wintypes.DWORD), ctypes.c_void_p,
    )  # fmt: skip
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)

    def _windows_place(path: Path) -> OutsidePlace | None:
        root = _volume_root(path)
        system = os.path.join(os.environ.get("SYSTEMDRIVE", "C:"), "\\")
        kind = windows_kind(root, system, _kernel.GetDriveTypeW, _bus)
        if kind is Kind.BUILT_IN:
            return None
        return OutsidePlace(Path(root), network=kind is Kind.NETWORK)

    def _windows_media() -> list[Path] | None:
        letters = _kernel.GetLogicalDrives()
        if not letters:
            return None
        roots = [f"{chr(65 + at)}:\\" for at in range(26) if letters >> at & 1]
        system = os.path.join(os.environ.get("SYSTEMDRIVE", "C:"), "\\")
        return media_of(roots, system, _kernel.GetDriveTypeW, _bus, os.path.exists)

    def _volume_root(path: Path) -> str:
        """Return where the volume is mounted, which may be a folder; its anchor if nobody knows."""
        text = ctypes.create_unicode_buffer(_MOST)
        if is_unc(str(path)) or not _kernel.GetVolumePathNameW(str(path), text, _MOST):
            return path.anchor
        return text.value

    def _bus(root: str) -> int | None:
        name = ctypes.create_unicode_buffer(64)
        if not _kernel.GetVolumeNameForVolumeMountPointW(root, name, 64):
            return None
        # Without any right on the device its properties may be asked by everybody.
        device = _kernel.CreateFileW(
            name.value.rstrip("\\"), 0, _SHARED, None, _OPEN_EXISTING, 0, None
        )
        if device == wintypes.HANDLE(-1).value:
            return None
        try:
            answer, length = ctypes.create_string_buffer(_MOST), wintypes.DWORD()
            asked = _kernel.DeviceIoControl(
                device, _QUERY_PROPERTY, _ASK, len(_ASK), answer, _MOST, ctypes.byref(length), None
            )
            return bus_of(answer.raw[: length.value]) if asked else None
        finally:
            _kernel.CloseHandle(device)

else:

    def _windows_media() -> list[Path] | None:
        return None

    def _windows_place(path: Path) -> OutsidePlace | None:
        return None

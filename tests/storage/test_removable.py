"""Which places lie outside, from made-up answers of the system: the real ones differ from PC to PC.

What Windows answers is planted too; the calls that ask it run on no machine that builds this.
"""

import os
from pathlib import Path

import pytest

from storage import removable
from storage.removable import (
    Kind,
    bus_of,
    is_removable,
    is_unc,
    media_of,
    mounted_media,
    network_root,
    outside_place,
    top_folders,
    windows_kind,
)

DEVICE = os.makedev(8, 17)


def tree(folder: Path, disk: str, **files: str) -> Path:
    """Make /sys/dev/block with one partition 8:17 on a disk whose files say something."""
    partition = folder / "devices" / disk / "block" / "sdb" / "sdb1"
    partition.mkdir(parents=True)
    for name, text in files.items():
        file = partition.parent / name.replace("__", "/")
        file.parent.mkdir(exist_ok=True)
        file.write_text(text + "\n", "ascii")
    links = folder / "dev"
    links.mkdir()
    (links / "8:17").symlink_to(partition)
    return links


@pytest.mark.parametrize(
    ("disk", "files", "expected"),
    [
        ("pci0/ata1", {"removable": "0"}, False),
        ("pci0/ata1", {}, False),
        ("pci0/ata1", {"removable": "1"}, True),
        ("pci0/usb1/1-2", {"removable": "0"}, True),  # a USB hard disk says that it is fixed
        ("platform/mmc0", {"removable": "0", "device__type": "SD"}, True),
        ("platform/mmc0", {"removable": "0", "device__type": "MMC"}, False),  # soldered in
    ],
)
def test_a_disk_is_known_by_its_bus_or_its_word(
    tmp_path: Path, disk: str, files: dict[str, str], expected: bool
) -> None:
    assert is_removable(DEVICE, tree(tmp_path, disk, **files)) is expected


def test_an_encrypted_stick_is_a_stick(tmp_path: Path) -> None:
    links = tree(tmp_path, "pci0/usb1/1-2")
    opened = tmp_path / "devices" / "virtual" / "block" / "dm-0" / "slaves"
    opened.mkdir(parents=True)
    (opened / "sdb1").symlink_to((links / "8:17").resolve())
    (links / "253:0").symlink_to(opened.parent)
    assert is_removable(os.makedev(253, 0), links)


def test_what_is_plugged_in_is_read_off_the_mounts_once_each(tmp_path: Path) -> None:
    links = tree(tmp_path, "pci0/usb1/1-2")
    fixed = tmp_path / "devices" / "pci0" / "ata1" / "sda"
    fixed.mkdir(parents=True)
    (links / "8:0").symlink_to(fixed)
    mounts = [
        "21 1 8:0 / / rw - ext4 /dev/sda rw",
        "22 1 0:5 / /proc rw - proc proc rw",
        r"30 1 8:17 / /media/a\040clerk/USB rw - vfat /dev/sdb1 rw",
        "31 1 8:17 /backup /srv rw - vfat /dev/sdb1 rw",
        "half a line",
    ]
    assert mounted_media(mounts, links) == [Path("/media/a clerk/USB")]
    assert mounted_media(mounts[:2], links) == []


def test_a_drive_of_windows_is_told_when_something_is_in_it() -> None:
    kinds = {"C:\\": 3, "D:\\": 5, "E:\\": 2, "F:\\": 3, "Z:\\": 4}
    found = media_of(kinds, "C:\\", kinds.__getitem__, {"F:\\": 7}.get, lambda root: root != "D:\\")
    assert found == [Path("E:\\"), Path("F:\\")]


def test_the_folders_of_a_medium_are_looked_at_as_far_as_they_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "backup" / "deep").mkdir(parents=True)
    (tmp_path / "file").touch()
    assert top_folders(tmp_path) == [tmp_path, tmp_path / "backup"]
    assert top_folders(tmp_path / "pulled") == [tmp_path / "pulled"]


def test_a_device_that_nobody_knows_is_none(tmp_path: Path) -> None:
    assert not is_removable(os.makedev(0, 99), tmp_path)


def test_the_root_is_found_for_a_file_that_is_still_to_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outside_place(tmp_path / "no" / "such.pdf") is None  # the disk of this PC
    monkeypatch.setattr(removable, "is_removable", lambda device, devices: True)
    place = outside_place(tmp_path / "no" / "such.pdf")
    assert place is not None and not place.network
    assert place.root == tmp_path or place.root in tmp_path.parents
    assert os.path.ismount(place.root)


# --- folders of a network on Linux ----------------------------------------------------------------

MOUNTS = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
30 27 0:50 / /mnt/nas rw,relatime shared:9 - nfs4 nas:/volume1 rw,vers=4.2
31 27 0:51 / /mnt/win\040share rw - cifs //server/share rw
32 27 0:52 / /mnt/far rw - fuse.sshfs me@host:/data rw
33 27 0:53 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
34 27 0:54 / /mnt/host rw - 9p hostshare rw
35 27 0:55 / /mnt/dav rw - fuse https://dav.example.jp/ rw
36 27 0:56 / /mnt/ntfs rw - fuseblk /dev/sdb1 rw
37 27 0:57 / /mnt/appimage rw - fuse.AppImage AppImage rw
38 30 8:3 / /mnt/nas/local rw - ext4 /dev/sdc1 rw
39 27 8:4 / /mnt/replaced rw - nfs nas:/old rw
40 39 8:5 / /mnt/replaced rw - ext4 /dev/sdd1 rw
41 27 0:58 / /mnt/smb rw - smb3 //server/x rw
a line that nobody understands
""".strip().splitlines()


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("/mnt/nas/backup/x.azb", "/mnt/nas"),
        ("/mnt/nas", "/mnt/nas"),
        ("/mnt/win share/x.csv", "/mnt/win share"),
        ("/mnt/far/x", "/mnt/far"),
        ("/run/user/1000/gvfs/smb-share:server=a/x", "/run/user/1000/gvfs"),
        ("/mnt/host/x", "/mnt/host"),
        ("/mnt/dav/x", "/mnt/dav"),
        ("/mnt/smb/x", "/mnt/smb"),
    ],
)
def test_a_network_folder_is_known_by_its_file_system(path: str, root: str) -> None:
    assert network_root(Path(path), MOUNTS) == Path(root)


@pytest.mark.parametrize(
    "path",
    [
        "/data/x", "/mnt/nasty/x", "/mnt/ntfs/x", "/mnt/appimage/x", "/mnt/nas/local/x",
        "/mnt/replaced/x", "/", "/mnt",
    ],
)  # fmt: skip
def test_a_disk_of_this_pc_is_no_network_folder(path: str) -> None:
    assert network_root(Path(path), MOUNTS) is None


def test_a_pc_that_tells_no_mounts_has_no_network_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert network_root(tmp_path, []) is None
    monkeypatch.setattr(removable, "MOUNTS", tmp_path / "missing")
    assert outside_place(tmp_path / "x") is None


def test_a_planted_mount_is_found_on_the_way_of_a_real_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    folder = tmp_path / "本 棚"
    folder.mkdir()
    shown = str(folder.resolve()).replace(" ", "\\040")
    mounts.write_text(
        f"27 1 8:2 / / rw - ext4 /dev/sda2 rw\n30 27 0:50 / {shown} rw - nfs a:/b rw\n"
    )
    monkeypatch.setattr(removable, "MOUNTS", mounts)
    place = outside_place(folder / "still" / "to be" / "written.csv")
    assert place is not None and place.network and place.root == folder.resolve()
    (tmp_path / "link").symlink_to(folder)
    assert outside_place(tmp_path / "link" / "x.csv") == place
    assert outside_place(tmp_path / "x.csv") is None


# --- what the answers of Windows mean -------------------------------------------------------------

FIXED, REMOTE, DISC, STICK = 3, 4, 5, 2
SATA, USB, FIREWIRE, SD, MMC, ISCSI, NVME = 11, 7, 4, 12, 13, 9, 17
SYSTEM = "C:\\"


def judged(root: str, told: int, bus: int | None = None, system: str = SYSTEM) -> Kind:
    return windows_kind(root, system, lambda asked: told, lambda asked: bus)


@pytest.mark.parametrize(
    ("told", "bus", "expected"),
    [
        (FIXED, SATA, Kind.BUILT_IN),
        (FIXED, NVME, Kind.BUILT_IN),
        (FIXED, None, Kind.BUILT_IN),  # it does not say
        (FIXED, USB, Kind.MEDIUM),  # a USB hard disk calls itself fixed
        (FIXED, FIREWIRE, Kind.MEDIUM),
        (FIXED, SD, Kind.MEDIUM),
        (FIXED, MMC, Kind.MEDIUM),
        (FIXED, ISCSI, Kind.NETWORK),
        (STICK, None, Kind.MEDIUM),
        (DISC, None, Kind.MEDIUM),
        (REMOTE, None, Kind.NETWORK),
    ],
)
def test_a_volume_of_windows_is_judged_by_drive_and_bus(
    told: int, bus: int | None, expected: Kind
) -> None:
    assert judged("E:\\", told, bus) is expected


def test_the_chip_that_windows_runs_from_is_built_in() -> None:
    assert judged("c:\\", FIXED, SD) is judged("C:\\", FIXED, MMC) is Kind.BUILT_IN
    assert judged("C:\\", FIXED, USB) is Kind.MEDIUM  # Windows on a stick goes home in a pocket


def test_the_bus_is_asked_only_of_what_calls_itself_fixed() -> None:
    asked: list[str] = []

    def bus(root: str) -> int | None:
        asked.append(root)
        return None

    types = {"E:\\": STICK, "F:\\": DISC, "G:\\": REMOTE, "H:\\": FIXED}
    for root in types:
        windows_kind(root, SYSTEM, types.__getitem__, bus)
    assert asked == ["H:\\"]


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        (r"\\server\share\\"[:-1], True),
        ("//server/share/", True),
        (r"\\?\UNC\server\share", True),
        (r"\\?\unc\server\share", True),
        (r"\\?\C:\x", False),
        (r"\\.\C:", False),
        ("C:\\", False),
    ],
)
def test_a_name_that_begins_with_a_server_is_a_network_folder(root: str, expected: bool) -> None:
    assert is_unc(root) is expected
    assert (judged(root, FIXED, SATA) is Kind.NETWORK) is expected


def test_the_bus_stands_in_the_answer_of_the_disk() -> None:
    answer = bytearray(40)
    answer[28:32] = (7).to_bytes(4, "little")
    assert bus_of(bytes(answer)) == 7
    assert bus_of(bytes(answer[:30])) is None and bus_of(b"") is None

"""Which disks are removable, from a made-up /sys: the real one differs from PC to PC."""

import os
from pathlib import Path

import pytest

from storage import removable
from storage.removable import is_removable, medium_root

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


def test_a_device_that_nobody_knows_is_none(tmp_path: Path) -> None:
    assert not is_removable(os.makedev(0, 99), tmp_path)


def test_the_root_is_found_for_a_file_that_is_still_to_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert medium_root(tmp_path / "no" / "such.pdf") is None  # the disk of this PC
    monkeypatch.setattr(removable, "is_removable", lambda device, devices: True)
    root = medium_root(tmp_path / "no" / "such.pdf")
    assert root is not None and (root == tmp_path or root in tmp_path.parents)
    assert os.path.ismount(root)

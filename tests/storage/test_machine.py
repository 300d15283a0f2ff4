"""What the PC tells of itself: packages, definitions, room."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from models.errors import MediumMissing
from storage.machine import PC, read_clam, read_dpkg

STATUS = """Package: transmission-gtk
Status: install ok installed
Version: 3.00

Package: old-thing
Status: deinstall ok config-files

Package: libreoffice
Priority: optional
Status: install ok installed
"""


def test_only_installed_packages_are_told(tmp_path: Path) -> None:
    file = tmp_path / "status"
    file.write_text(STATUS)
    assert read_dpkg(file) == ("libreoffice", "transmission-gtk")


def test_a_list_that_was_put_in_place_of_the_old_one_is_read(tmp_path: Path) -> None:
    file, other = tmp_path / "status", tmp_path / "status-new"
    file.write_text(STATUS)
    assert read_dpkg(file) == ("libreoffice", "transmission-gtk")
    other.write_text(STATUS.replace("libreoffice", "libertyself"))  # as long as it was
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    other.rename(file)
    assert read_dpkg(file) == ("libertyself", "transmission-gtk")
    file.unlink()
    assert read_dpkg(file) is None


def test_a_system_without_a_list_is_unknown_and_not_empty(tmp_path: Path) -> None:
    assert read_dpkg(tmp_path / "status") is None
    assert read_clam([tmp_path / "daily.cld"]) is None


def test_the_newest_definitions_count(tmp_path: Path) -> None:
    old, new = tmp_path / "daily.cvd", tmp_path / "daily.cld"
    for file, day in ((old, date(2026, 11, 1)), (new, date(2026, 11, 20))):
        file.write_bytes(b"x")
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
        os.utime(file, (moment, moment))
    found = read_clam([old, new])
    assert found is not None and found[0].updated_on == date(2026, 11, 20)


def test_room_and_size_of_the_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"x" * 5000)
    (tmp_path / "attachments").mkdir()
    (tmp_path / "attachments" / "a").write_bytes(b"x" * 700)
    disk = PC(tmp_path, "PC1の山田").disk()
    assert disk.ledger == 5700 and 0 < disk.free <= disk.total


def test_a_ledger_that_was_pulled_out_is_said(tmp_path: Path) -> None:
    with pytest.raises(MediumMissing):
        PC(tmp_path / "gone", "").disk()

"""The recovery sheet as a file: whole or not at all, and for its owner alone."""

from datetime import date
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument
from pytestqt.qtbot import QtBot

from models.errors import DiskFull, MediumMissing
from tests.ui.console.desk import small_disk
from ui.recovery_sheet import save_sheet

TEXT = "\n".join(["ABCD EFGH IJKL MNOP"] * 4)
DAY = date(2026, 10, 1)


def test_the_sheet_is_a_page_that_only_its_owner_reads(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "sheet.pdf"
    save_sheet(file, TEXT, "見本事務", DAY)
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(PdfDocument(file)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.pdf"]


def test_a_full_stick_is_told_and_nothing_is_left_on_it(qtbot: QtBot, tmp_path: Path) -> None:
    with small_disk(tmp_path / "stick", 12) as stick:
        with pytest.raises(DiskFull):
            save_sheet(stick / "sheet.pdf", TEXT, "見本事務", DAY)
        assert list(stick.iterdir()) == []
    with pytest.raises(MediumMissing):
        save_sheet(tmp_path / "gone" / "sheet.pdf", TEXT, "見本事務", DAY)

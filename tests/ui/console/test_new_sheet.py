"""The file of a new recovery sheet is on the disk before the used sheet is worth nothing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import DiskFull, SheetUncertain
from storage import header_files
from storage.unlocked import Vault
from tests.ui.console.desk import Console, Said, small_disk

FRESH = "遠い山から届く七通の手紙"
NEXT = "静かな港に灯る三つの明かり"
Act = Callable[[Path], Said]


@pytest.fixture
def sheet(console: Console, tmp_path: Path) -> Path:
    file = tmp_path / "sheet"
    file.write_text(console.house.sheet)
    return file


def recover(console: Console, sheet: Path, new: Path, password: str = FRESH) -> Said:
    options = ("--sheet-file", sheet, "--new-sheet-file", new)
    return console("recover", console.ledger, *options, password=password)


def opens(console: Console, password: str | None = None) -> bool:
    return console("status", console.ledger, password=password).code == 0


def test_a_full_disk_leaves_the_used_sheet_in_force(
    console: Console, sheet: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "full", 8) as disk:
        with pytest.raises(OSError):
            (disk / "fill").write_bytes(bytes(100_000))
        said = recover(console, sheet, disk / "new")
        assert said.code == 5 and said.answer["error"] == "DISK_FULL"
        assert [path.name for path in disk.iterdir()] == ["fill"]
    assert opens(console)  # nothing was changed
    assert recover(console, sheet, tmp_path / "new").code == 0


@pytest.mark.parametrize("call", ["fsync", "write"])
def test_a_file_that_does_not_reach_the_disk_changes_nothing(
    console: Console,
    sheet: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
) -> None:
    really = os.fsync
    new = tmp_path / "new"

    def fails(descriptor: int) -> None:
        if new.exists() and os.path.sameopenfile(descriptor, opened := os.open(new, os.O_RDONLY)):
            os.close(opened)
            raise OSError(5, "EIO")
        really(descriptor)

    if call == "fsync":
        monkeypatch.setattr(os, "fsync", fails)
    else:
        new.symlink_to("/dev/full")
        monkeypatch.setattr(os, "O_EXCL", 0)
    said = recover(console, sheet, new)
    monkeypatch.undo()
    assert said.code == 5 and said.answer["ok"] is False, said.err
    assert not new.exists() and opens(console)


def test_a_header_that_cannot_be_written_takes_the_file_back(
    console: Console, sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new"

    def full(*given: object, **more: object) -> None:
        assert new.read_text().strip().count("\n") == 3  # it is whole before the header changes
        raise DiskFull(file="keys.a")

    monkeypatch.setattr(Vault, "commit", full)
    said = recover(console, sheet, new)
    monkeypatch.undo()
    assert said.code == 5 and said.answer["error"] == "DISK_FULL" and not new.exists()
    assert recover(console, sheet, new).code == 0 and opens(console, FRESH)


@pytest.mark.parametrize("copies", [0, 1])
def test_a_header_written_by_half_leaves_both_sheets_to_be_tried(
    console: Console, sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copies: int
) -> None:
    really = header_files.overwrite_durable
    done: list[Path] = []

    def half(path: Path, content: bytes) -> None:
        if len(done) == copies:
            path.write_bytes(content[: len(content) // 2])
            raise DiskFull(file=path.name)
        done.append(path)
        really(path, content)

    monkeypatch.setattr(header_files, "overwrite_durable", half)
    new = tmp_path / "new"
    said = recover(console, sheet, new)
    monkeypatch.undo()
    assert said.answer["error"] == SheetUncertain.code and said.code == 5
    assert "前の回復シートも、捨てないで" in said.err and new.exists()
    if copies:
        assert opens(console, FRESH)
        assert recover(console, new, tmp_path / "third", NEXT).code == 0
    else:
        assert not opens(console, FRESH)
        assert recover(console, sheet, tmp_path / "third", NEXT).code == 0
    assert opens(console, NEXT) and console("verify", console.ledger, password=NEXT).code == 0


def test_what_fails_after_the_header_says_that_the_new_password_opens(
    console: Console, sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise DiskFull(file="ledger.db")

    monkeypatch.setattr("models.office.notice_terminal", full)
    new = tmp_path / "new"
    said = recover(console, sheet, new)
    monkeypatch.undo()
    assert said.code == 5 and said.answer["error"] == "SHEET_USED"
    assert "新しいパスワードで開けます" in said.err
    assert opens(console, FRESH) and not opens(console)
    assert recover(console, new, tmp_path / "third", NEXT).code == 0


def test_a_restore_that_fails_leaves_no_sheet_behind(
    console: Console, sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stick").mkdir()
    file = console("backup", console.ledger, tmp_path / "stick").answer["file"]
    options = ("--sheet-file", sheet, "--new-sheet-file", tmp_path / "new")

    def full(*given: object) -> None:
        raise DiskFull(file="ledger.db")

    monkeypatch.setattr("models.office.record_restore", full)
    said = console("restore", file, tmp_path / "back", *options, password=FRESH)
    assert said.code == 5 and said.answer["error"] == "DISK_FULL"
    assert not (tmp_path / "back").exists() and not (tmp_path / "new").exists()
    monkeypatch.undo()
    assert console("restore", file, tmp_path / "back", *options, password=FRESH).code == 0
    assert (tmp_path / "new").exists()

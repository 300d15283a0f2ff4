"""No file of another kind is ever written among the files of a ledger."""

from pathlib import Path

import pytest

from models.backups import record_backup
from models.errors import InsideLedger, OurFile
from models.records import Item
from reports.tables.replacing import MAGIC, SMALL_FILES
from storage import (
    attachments,
    backup_format,
    device,
    head_memory,
    header,
    journal_format,
    key_copy,
    media,
    refusals,
    throttle,
)
from tests.house import House, furnished
from ui.console.output import write_paper
from ui.exporting import export_register


@pytest.mark.parametrize("name", ["ledger.db", "keys.a", "new.csv", "attachments/x.pdf"])
def test_a_print_never_replaces_the_ledger(tmp_path: Path, name: str) -> None:
    with furnished(tmp_path) as house:
        target = house.folder / "ledger" / name
        before = target.read_bytes() if target.exists() else None
        with pytest.raises(InsideLedger, match="台帳のフォルダーの中"):
            write_paper(target, lambda: (None, b"%PDF-1.7"))
        assert (target.read_bytes() if target.exists() else None) == before


def test_nothing_replaces_a_backup_a_journal_or_what_the_pc_remembers(tmp_path: Path) -> None:
    """Whatever kind of file is written: a name that was mistyped costs no other one."""
    with furnished(tmp_path) as house:
        house.ledger.journal.start(house.folder / "usb")
        made = record_backup_on_stick(house)
        device = house.folder / "device"
        ours = [made, *(house.folder / "usb").glob("azukari-*"), *device.iterdir()]
        assert {one.suffix for one in ours} >= {".azb", ".azj", ".azk", ".key", ".json"}
        for file in [*ours, made.parent / "azukari-medium.json"]:
            before = file.read_bytes()
            with pytest.raises(OurFile, match="上書きしない"):
                write_paper(file, lambda: (None, b"%PDF-1.7"))
            assert file.read_bytes() == before
        other = made.with_name("paper.pdf")
        for text in (b"%PDF-1.7 a", b"%PDF-1.7 b"):  # a paper is replaced by another all the same
            write_paper(other, lambda text=text: (None, text))  # type: ignore[misc]
            assert other.read_bytes() == text


def test_the_names_that_are_guarded_are_those_that_are_given() -> None:
    named = (device, head_memory, throttle, refusals)
    assert {*SMALL_FILES} == {*(one.FILE_NAME for one in named), media.NAME}
    forms = (backup_format, journal_format, key_copy, header, attachments)
    assert all(one.MAGIC.startswith(MAGIC) for one in forms)


def record_backup_on_stick(house: House) -> Path:
    stick = house.folder / "stick"
    stick.mkdir()
    house.ledger.safe.mark_medium(stick, "ab" * 16)
    return Path(house.ledger.safe.backup(stick, lambda done, total: None).file)


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx", "out.json"])
def test_an_export_stays_out_of_the_ledger(tmp_path: Path, name: str) -> None:
    with furnished(tmp_path) as house:
        with pytest.raises(InsideLedger):
            export_register(house.ledger, Item, house.folder / "ledger" / name, purpose="控え一式")
        assert not (house.folder / "ledger" / name).exists()


def test_a_backup_beside_its_ledger_is_none(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        with pytest.raises(InsideLedger):
            record_backup(house.ledger, house.folder / "ledger", lambda done, total: None)
        assert not list((house.folder / "ledger").glob("*.azb"))

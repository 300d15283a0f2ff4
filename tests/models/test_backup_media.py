"""Backup media: known by their mark; once one is registered, no other is written to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.backup_media import medium_for, register_medium
from models.backups import record_backup
from models.codes import BackupKind, BackupResult
from models.errors import Damaged, InsideLedger, MediumMissing, NotPermitted, Refused
from models.records import BackupMedium, BackupRun
from storage.media import NAME, read_mark
from tests.house import House, furnished


def quiet(done: int, total: int) -> None:
    """Show no progress."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    for name in ("stick", "other"):
        (tmp_path / name).mkdir()
    with furnished(tmp_path, accounts=True) as made:
        yield made


def register(house: House, name: str = "stick", number: str = "B-01") -> None:
    register_medium(house.ledger, house.folder / name, medium_no=number, name="金庫のUSB")


def test_a_backup_says_on_which_medium_it_is(house: House) -> None:
    register(house)
    record_backup(house.ledger, house.folder / "stick", quiet)
    run = house.ledger.registers.all(BackupRun)[0].record
    medium = house.ledger.registers.all(BackupMedium)[0].record
    assert run.medium_id == medium.id and medium.mark == read_mark(house.folder / "stick")


def test_another_stick_is_noticed_and_nothing_is_written(house: House) -> None:
    register(house)
    with pytest.raises(Refused, match="登録したバックアップの媒体ではありません"):
        record_backup(house.ledger, house.folder / "other", quiet)
    assert list((house.folder / "other").iterdir()) == []
    failed = house.ledger.registers.all(BackupRun, kind=BackupKind.FULL)
    assert [one.record.result for one in failed] == [BackupResult.FAILED]


def test_without_a_registered_medium_any_folder_serves(house: House) -> None:
    assert medium_for(house.ledger, house.folder / "other") is None
    assert record_backup(house.ledger, house.folder / "other", quiet).size > 0


def test_the_medium_is_known_wherever_it_is_put(house: House) -> None:
    register(house)
    (house.folder / "stick").rename(house.folder / "drive")
    medium = medium_for(house.ledger, house.folder / "drive")
    assert medium is not None and medium.medium_no == "B-01"


def test_a_medium_and_a_number_are_registered_once(house: House) -> None:
    register(house)
    with pytest.raises(Refused, match="B-01 金庫のUSB"):
        register(house, number="B-02")
    with pytest.raises(Refused, match="同じ媒体番号"):
        register(house, "other")
    with pytest.raises(Refused, match="媒体番号"):
        register(house, "other", "")
    assert not (house.folder / "other" / NAME).exists()


def test_a_strange_mark_is_not_believed(house: House) -> None:
    (house.folder / "other" / NAME).write_text('{"azukari":"backup-medium","id":"x","v":1}')
    with pytest.raises(Damaged, match="消してから"):
        register(house, "other")
    with pytest.raises(MediumMissing):
        register(house, "nowhere")
    with pytest.raises(InsideLedger):
        register(house, "ledger")


def test_a_worker_registers_no_medium(house: House) -> None:
    house.sign_in("yoshino")
    with pytest.raises(NotPermitted, match="責任者"):
        register(house)

"""A ledger that lost sealed files: its backup says so, its restore says so, a trial never passes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.backups import record_backup
from models.codes import AttachmentKind, BackupResult
from models.errors import BackupIncomplete, BackupNotEntered, InsideLedger, VerificationFailed
from models.records import BackupRun
from models.store import quiet
from tests.house import House, furnished
from ui.sample import cast

BOSS = cast.USERS[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as house:
        (tmp_path / "disk").mkdir()
        for number in range(3):
            house.ledger.files.attach(
                b"%PDF-1.4 " + bytes([number]) * 900, name=f"{number}.pdf", mime="application/pdf",
                kind=AttachmentKind.OTHER,
            )  # fmt: skip
        yield house


def lose(house: House) -> None:
    next((house.folder / "ledger" / "attachments").iterdir()).unlink()


def the_backup(house: House) -> Path:
    return next((house.folder / "disk").glob("*.azb"))


def test_the_backup_is_kept_and_called_incomplete(house: House) -> None:
    lose(house)
    with pytest.raises(BackupIncomplete, match="1件"):
        record_backup(house.ledger, house.folder / "disk", quiet)
    assert the_backup(house).exists()
    [run] = [one.record for one in house.ledger.registers.all(BackupRun)]
    assert run.result is BackupResult.FAILED and "1件" in run.detail


def test_its_restore_counts_what_is_missing_and_a_trial_fails(house: House) -> None:
    lose(house)
    with pytest.raises(BackupIncomplete):
        record_backup(house.ledger, house.folder / "disk", quiet)
    house.ledger.close()
    restored = house.office.restore(
        the_backup(house), house.folder / "new", BOSS.login, BOSS.password, quiet
    )
    assert restored.missing == 1
    with pytest.raises(VerificationFailed, match="添付資料のファイル1件"):
        house.office.gate.restore_for_trial(
            the_backup(house), house.folder, login=BOSS.login, password=BOSS.password,
            progress=quiet,
        )  # fmt: skip
    assert not list(house.folder.glob("azukari-trial-*"))


def test_the_journal_gives_back_what_the_backup_lacks(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        house.ledger.journal.start(tmp_path / "journal")
        (tmp_path / "disk").mkdir()
        sealed = tmp_path / "ledger" / "attachments"
        before = set(sealed.iterdir())
        house.ledger.files.attach(
            b"%PDF-1.4 kept", name="a.pdf", mime="application/pdf", kind=AttachmentKind.OTHER
        )
        (added,) = set(sealed.iterdir()) - before
        added.unlink()
        with pytest.raises(BackupIncomplete):
            record_backup(house.ledger, tmp_path / "disk", quiet)
        house.ledger.close()
        restored = house.office.restore(
            the_backup(house), tmp_path / "new", BOSS.login, BOSS.password, quiet,
            tmp_path / "journal",
        )  # fmt: skip
        assert restored.missing == 0


def test_a_whole_backup_misses_nothing(house: House) -> None:
    made = record_backup(house.ledger, house.folder / "disk", quiet)
    assert made.missing == 0
    house.ledger.close()
    restored = house.office.restore(
        made.file, house.folder / "new", BOSS.login, BOSS.password, quiet
    )
    assert restored.missing == 0


def test_a_backup_that_cannot_be_entered_says_that_it_is_good(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_named: object) -> None:
        from models.errors import DiskFull

        raise DiskFull(file="ledger.db")

    monkeypatch.setattr(house.ledger, "commit", full)
    with pytest.raises(BackupNotEntered, match="このバックアップは使えます"):
        record_backup(house.ledger, house.folder / "disk", quiet)
    assert the_backup(house).exists()


def test_nothing_is_restored_into_a_ledger(house: House) -> None:
    made = record_backup(house.ledger, house.folder / "disk", quiet)
    shutil.copytree(house.folder / "ledger", house.folder / "other")
    with pytest.raises(InsideLedger):
        house.office.restore(
            made.file, house.folder / "other" / "new", BOSS.login, BOSS.password, quiet
        )
    assert not (house.folder / "other" / "new").exists()

"""Nothing is removed that was the last one, and nothing that cannot be entered."""

import re
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from models.backup_care import standing
from models.backup_disposal import FINISHED, dispose, finish_disposals
from models.backup_media import register_medium
from models.backups import record_backup
from models.codes import BackupKind, BackupResult
from models.errors import (
    Cancelled,
    Damaged,
    DiskFull,
    DisposalNotEntered,
    InputOutput,
    JournalMissing,
    Refused,
)
from models.notes import DISPOSAL
from models.records import BackupRun
from models.store import quiet
from storage import backup_files
from tests.house import House
from ui.sample import cast

BOSS = cast.USERS[0]
REASON = "新しいバックアップがあるため"


@pytest.fixture
def house(house_and_sticks: House) -> House:
    return house_and_sticks


def back_up(house: House, place: str = "stick") -> BackupRun:
    house.clock.wait(1)
    record_backup(house.ledger, house.folder / place, quiet)
    return standing(house.ledger)[-1]


def file_of(house: House, run: BackupRun, place: str = "stick") -> Path:
    return house.folder / place / run.file_name


def harm(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))


def disposals(house: House) -> list[BackupRun]:
    found = house.ledger.registers.all(BackupRun, kind=BackupKind.DISPOSED)
    return [one.record for one in found]


# --- what stays is looked at first ---------------------------------------------------------------


def test_the_backup_that_stays_is_named_in_the_entry(house: House) -> None:
    old, new = back_up(house), back_up(house)
    dispose(house.ledger, [old.id], REASON)
    (entered,) = disposals(house)
    assert f"後に残る「{new.file_name}」を読み" in entered.detail


def test_the_only_file_that_is_left_is_not_removed(house: House) -> None:
    old, new = back_up(house), back_up(house)
    file_of(house, new).rename(house.folder / "drawer.azb")
    with pytest.raises(Refused, match="見つからないため、何も消していません"):
        dispose(house.ledger, [old.id], REASON)
    assert file_of(house, old).exists() and disposals(house) == []


def test_the_medium_to_connect_is_named(house: House) -> None:
    register_medium(house.ledger, house.folder / "stick", medium_no="B-01", name="USB")
    register_medium(house.ledger, house.folder / "other", medium_no="B-02", name="金庫のUSB")
    old = back_up(house)
    back_up(house, "other")
    (house.folder / "other").rename(house.folder / "safe")
    with pytest.raises(Refused, match="媒体「B-02 金庫のUSB」を接続するか"):
        dispose(house.ledger, [old.id], REASON)
    assert file_of(house, old).exists()
    (house.folder / "safe").rename(house.folder / "other")
    dispose(house.ledger, [old.id], REASON)
    assert not file_of(house, old).exists()


def test_another_one_that_is_there_covers_as_well(house: House) -> None:
    old, covering = back_up(house), back_up(house)
    back_up(house, "other")
    (house.folder / "other").rename(house.folder / "safe")
    dispose(house.ledger, [old.id], REASON)
    assert covering.file_name in disposals(house)[0].detail
    with pytest.raises(Refused, match="見つからない"):
        dispose(house.ledger, [covering.id], REASON)


@pytest.mark.parametrize("how", ["a byte", "cut", "longer", "empty"])
def test_a_newer_backup_that_is_harmed_saves_the_older_one(house: House, how: str) -> None:
    old, new = back_up(house), back_up(house)
    file = file_of(house, new)
    data = file.read_bytes()
    if how == "a byte":
        harm(file)
    else:
        file.write_bytes({"cut": data[:-1], "longer": data + b"\0", "empty": b""}[how])
    with pytest.raises(Damaged):
        dispose(house.ledger, [old.id], REASON)
    assert file_of(house, old).exists() and disposals(house) == []
    checks = house.ledger.registers.all(BackupRun, kind=BackupKind.VERIFY)
    assert [one.record.result for one in checks] == [BackupResult.FAILED]
    with pytest.raises(Refused, match="検証に合格した"):  # it is the last sound one now
        dispose(house.ledger, [old.id], REASON)


def test_who_stops_the_reading_keeps_everything(house: House) -> None:
    old = back_up(house)
    back_up(house)

    def stop(done: int, of: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        dispose(house.ledger, [old.id], REASON, stop)
    assert file_of(house, old).exists() and house.ledger.store.setting(DISPOSAL) == ""


# --- what cannot be entered is not removed -------------------------------------------------------


def test_nothing_is_removed_while_the_journal_is_away(house: House) -> None:
    house.ledger.journal.start(house.folder / "journal")
    old = back_up(house)
    back_up(house)
    (house.folder / "journal").rename(house.folder / "pocket")
    with pytest.raises(JournalMissing):
        dispose(house.ledger, [old.id], REASON)
    assert file_of(house, old).exists()
    house.ledger.journal.suspend("媒体の点検のため")
    dispose(house.ledger, [old.id], REASON)
    assert not file_of(house, old).exists() and len(disposals(house)) == 1


def test_a_full_disk_is_noticed_before_the_file_goes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = back_up(house)
    back_up(house)

    def full(name: str, value: str) -> None:
        raise DiskFull(file="ledger.db")

    monkeypatch.setattr(house.ledger.store, "set_setting", full)
    with pytest.raises(DiskFull):
        dispose(house.ledger, [old.id], REASON)
    assert file_of(house, old).exists()


def without_entry(house: House, monkeypatch: pytest.MonkeyPatch) -> BackupRun:
    """Remove a file and let the entry fail."""
    old = back_up(house)
    back_up(house)

    def full(*given: object, **more: object) -> None:
        raise DiskFull(file="ledger.db")

    with monkeypatch.context() as patch:
        patch.setattr(house.ledger, "commit", full)
        with pytest.raises(DisposalNotEntered, match="1件のファイルは消去しましたが"):
            dispose(house.ledger, [old.id], REASON)
    assert not file_of(house, old).exists() and disposals(house) == []
    return old


def test_what_was_removed_and_not_entered_is_entered_at_the_next_sign_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = without_entry(house, monkeypatch)
    house.sign_in("yoshino")  # a worker may not
    assert disposals(house) == []
    house.sign_in(BOSS.login)
    assert FINISHED.format(1) in house.ledger.notices
    (entered,) = disposals(house)
    assert entered.backup_id == old.backup_id and entered.detail.endswith(REASON)
    assert "見つからず" not in entered.detail
    assert house.ledger.store.setting(DISPOSAL) == "" and finish_disposals(house.ledger) == 0


def test_while_its_medium_is_away_nothing_is_claimed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_entry(house, monkeypatch)
    (house.folder / "stick").rename(house.folder / "drawer")
    house.sign_in(BOSS.login)
    assert disposals(house) == [] and house.ledger.store.setting(DISPOSAL)
    (house.folder / "drawer").rename(house.folder / "stick")
    house.sign_in(BOSS.login)
    assert len(disposals(house)) == 1


def test_a_file_that_did_not_go_is_forgotten_in_the_note(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = back_up(house), back_up(house)
    back_up(house)
    really = backup_files.remove

    def once(path: Path, backup_id: str) -> None:
        if backup_id == second.backup_id:
            raise InputOutput(file=str(path), reason="EIO")
        really(path, backup_id)

    monkeypatch.setattr(backup_files, "remove", once)
    with pytest.raises(InputOutput):
        dispose(house.ledger, [first.id, second.id], REASON)
    assert [run.backup_id for run in disposals(house)] == [first.backup_id]
    assert house.ledger.store.setting(DISPOSAL) == ""
    file_of(house, second).unlink()  # somebody else
    house.sign_in(BOSS.login)
    assert len(disposals(house)) == 1


def test_a_file_that_went_although_the_disk_failed_is_entered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = back_up(house)
    back_up(house)

    def fails(path: Path, backup_id: str) -> None:
        path.unlink()
        raise InputOutput(file=str(path), reason="EIO")

    monkeypatch.setattr(backup_files, "remove", fails)
    with pytest.raises(InputOutput):
        dispose(house.ledger, [old.id], REASON)
    (entered,) = disposals(house)
    assert "途中で止まったため" in entered.detail


# --- a copy of the ledger ------------------------------------------------------------------------


@pytest.fixture
def copy(house: House) -> Path:
    """Leave a copy of the ledger, made after two backups, beside it; open the copy."""
    back_up(house)
    back_up(house)
    house.ledger.close()
    folder = copytree(house.folder / "ledger", house.folder / "practice")
    house.ledger = house.office.unlock(folder, BOSS.login, BOSS.password)
    return folder


def test_a_copy_removes_no_backup_from_before_it_was_made(house: House, copy: Path) -> None:
    old, shared = standing(house.ledger)
    back_up(house)
    for run in (old, shared):
        with pytest.raises(
            Refused, match=re.escape(f"「{house.folder / 'ledger'}」にある同じ台帳")
        ):
            dispose(house.ledger, [run.id], REASON)
        assert file_of(house, run).exists()


def test_a_copy_names_the_first_ledger_and_not_its_own_copy(house: House, copy: Path) -> None:
    old, _ = standing(house.ledger)
    back_up(house)
    house.ledger.close()
    again = copytree(copy, house.folder / "again")
    house.office.unlock(again, BOSS.login, BOSS.password).close()
    house.ledger = house.office.unlock(copy, BOSS.login, BOSS.password)
    with pytest.raises(Refused, match=re.escape(f"「{house.folder / 'ledger'}」にある同じ台帳")):
        dispose(house.ledger, [old.id], REASON)


def test_a_copy_removes_its_own_backups(house: House, copy: Path) -> None:
    own = back_up(house)
    back_up(house)
    dispose(house.ledger, [own.id], REASON)
    assert not file_of(house, own).exists()


def test_the_first_ledger_disposes_beside_its_copy(house: House, copy: Path) -> None:
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    old, _ = standing(house.ledger)
    dispose(house.ledger, [old.id], REASON)
    assert not file_of(house, old).exists()


def test_a_copy_that_was_made_anew_shares_what_was_made_since(house: House, copy: Path) -> None:
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    since = back_up(house)
    house.ledger.close()
    rmtree(copy)
    copytree(house.folder / "ledger", copy)
    house.ledger = house.office.unlock(copy, BOSS.login, BOSS.password)
    back_up(house)
    with pytest.raises(Refused, match="同じ台帳のバックアップでもある"):
        dispose(house.ledger, [since.id], REASON)


def test_a_ledger_that_was_moved_goes_on_with_its_backups(house: House) -> None:
    old, _ = back_up(house), back_up(house)
    house.ledger.close()
    moved = (house.folder / "ledger").rename(house.folder / "moved")
    house.ledger = house.office.unlock(moved, BOSS.login, BOSS.password)
    dispose(house.ledger, [old.id], REASON)
    assert not file_of(house, old).exists()


def test_a_restored_ledger_spares_the_backups_while_the_first_is_there(house: House) -> None:
    old, used = back_up(house), back_up(house)
    house.ledger.close()
    house.office.restore(
        file_of(house, used), house.folder / "again", BOSS.login, BOSS.password, quiet
    )
    house.ledger = house.office.unlock(house.folder / "again", BOSS.login, BOSS.password)
    back_up(house)
    with pytest.raises(Refused, match="同じ台帳のバックアップでもある"):
        dispose(house.ledger, [old.id], REASON)
    (house.folder / "ledger").rename(house.folder / "shelf")
    dispose(house.ledger, [old.id], REASON)
    assert not file_of(house, old).exists()

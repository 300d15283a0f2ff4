"""How backups end: what is thinned, what must go, and what is entered of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.backup_care import dispose, ending, standing, thinned
from models.backups import record_backup
from models.codes import BackupKind
from models.errors import Foreign, InvalidField, NotPermitted, Refused
from models.fields import JAPAN
from models.records import BackupRun
from tests.ending import ended, erase
from tests.house import House, furnished

REASON = "新しいバックアップがあるため"
NIGHT = datetime(2026, 1, 1, 18, 0, tzinfo=JAPAN)


def quiet(done: int, total: int) -> None:
    """Show no progress."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "stick").mkdir()
    with furnished(tmp_path, accounts=True) as made:
        yield made


def back_up(house: House) -> BackupRun:
    house.clock.wait(1)
    record_backup(house.ledger, house.folder / "stick", quiet)
    return standing(house.ledger)[-1]


def made(day: int, folder: str = "a", hour: int = 0) -> BackupRun:
    at = NIGHT + timedelta(days=day, hours=hour)
    return BackupRun(id=f"{folder}{day}-{hour}", folder=folder, finished_at=at)


def test_days_weeks_and_months_are_kept() -> None:
    runs = [made(day) for day in range(400)]
    kept = [run for run in runs if run not in thinned(runs)]
    days = [run.finished_at.date() for run in kept if run.finished_at]
    last = days[-1]
    assert {last - timedelta(days=n) for n in range(7)} <= set(days)
    assert len({day.isocalendar()[:2] for day in days if (last - day).days < 35}) >= 5
    assert len({(day.year, day.month) for day in days}) == 12
    assert len(kept) <= 7 + 5 + 12


def test_of_one_day_the_last_is_kept() -> None:
    runs = [made(0, hour=0), made(0, hour=2), made(1)]
    assert thinned(runs, days=2, weeks=1, months=1) == [runs[0]]


def test_each_medium_is_thinned_for_itself() -> None:
    runs = [made(0, "a"), made(0, "b", 1)]
    assert thinned(runs, days=1, weeks=1, months=1) == []


def test_a_backup_before_an_erasure_must_end(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with ended(tmp_path) as house:
        before = back_up(house)
        erase(house)
        assert ending(house.ledger) == []  # the newest one is never among them
        back_up(house)
        (found,) = ending(house.ledger)
        assert found.must and found.run.id == before.id
        assert found.reasons == ("消去した契約2026-001の内容が残っています。",)


def test_a_backup_before_a_new_key_must_end(house: House) -> None:
    old = back_up(house)
    house.ledger.people.renew_key("鍵の写しを失くしたため")
    back_up(house)
    assert [(one.run.id, one.reasons) for one in ending(house.ledger)] == [
        (old.id, ("更新する前の暗号鍵によるものです。",))
    ]


def test_disposing_removes_the_file_and_is_entered(house: House) -> None:
    old, new = back_up(house), back_up(house)
    dispose(house.ledger, [old.id], REASON)
    assert [path.name for path in (house.folder / "stick").iterdir()] == [new.file_name]
    assert [run.id for run in standing(house.ledger)] == [new.id]
    entered = house.ledger.registers.all(BackupRun, kind=BackupKind.DISPOSED)[0].record
    assert entered.backup_id == old.backup_id and entered.detail.endswith(REASON)
    with pytest.raises(Refused, match="廃棄済み"):
        dispose(house.ledger, [old.id], REASON)


def test_the_newest_backup_is_never_disposed_of(house: House) -> None:
    back_up(house)
    new = back_up(house)
    with pytest.raises(Refused, match="いちばん新しい"):
        dispose(house.ledger, [new.id], REASON)
    with pytest.raises(InvalidField):
        dispose(house.ledger, [new.id], "")
    assert len(standing(house.ledger)) == 2


def test_a_file_that_is_away_is_entered_as_such(house: House) -> None:
    old = back_up(house)
    back_up(house)
    (house.folder / "stick" / old.file_name).rename(house.folder / "elsewhere.azb")
    dispose(house.ledger, [old.id], REASON)
    entered = house.ledger.registers.all(BackupRun, kind=BackupKind.DISPOSED)[0].record
    assert "見つからず" in entered.detail
    assert (house.folder / "elsewhere.azb").exists()


def test_another_file_under_its_name_is_left_alone(house: House) -> None:
    old, new = back_up(house), back_up(house)
    stick = house.folder / "stick"
    (stick / old.file_name).write_bytes((stick / new.file_name).read_bytes())
    with pytest.raises(Foreign, match="別のファイル"):
        dispose(house.ledger, [old.id], REASON)
    assert (stick / old.file_name).exists() and len(standing(house.ledger)) == 2


def test_a_worker_disposes_of_nothing(house: House) -> None:
    old = back_up(house)
    back_up(house)
    with pytest.raises(NotPermitted, match="責任者"):
        dispose(house.sign_in("yoshino"), [old.id], REASON)
    assert replace(old) == standing(house.ledger)[0]

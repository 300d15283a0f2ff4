"""How backups end: what is thinned, what must go, and what is entered of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.backup_care import Fate, ending, judged, standing
from models.backup_disposal import dispose
from models.backup_rule import KeepRule, change_keep_rule, keep_rule, kept_by
from models.backups import record_backup, record_check
from models.codes import BackupKind
from models.errors import (
    AzukariError,
    Foreign,
    InputOutput,
    InvalidField,
    NotPermitted,
    Refused,
)
from models.records import BackupRun
from models.store import quiet
from models.wareki import JAPAN
from tests.ending import ended, erase
from tests.house import House, furnished

REASON = "新しいバックアップがあるため"
NIGHT = datetime(2026, 1, 1, 18, 0, tzinfo=JAPAN)


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
    keeps = kept_by(runs, KeepRule())
    kept = [run for run in runs if run.id in keeps]
    days = [run.finished_at.date() for run in kept if run.finished_at]
    last = days[-1]
    assert {last - timedelta(days=n) for n in range(7)} <= set(days)
    assert len({day.isocalendar()[:2] for day in days if (last - day).days < 35}) >= 5
    assert len({(day.year, day.month) for day in days}) == 12
    assert len(kept) <= 7 + 5 + 12


def test_of_one_day_the_last_is_kept() -> None:
    runs = [made(0, hour=0), made(0, hour=2), made(1)]
    assert kept_by(runs, KeepRule(2, 1, 1)) == {"a0-2": ("日",), "a1-0": ("日", "週", "月")}


def test_each_medium_is_thinned_for_itself() -> None:
    runs = [made(0, "a"), made(0, "b", 1)]
    assert set(kept_by(runs, KeepRule(1, 0, 0))) == {run.id for run in runs}
    medium = [replace(run, medium_id="m") for run in runs]  # one stick, put into two slots
    assert set(kept_by(medium, KeepRule(1, 0, 0))) == {"b0-1"}


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


# --- what is never disposed of, and why ----------------------------------------------------------


def fates(house: House) -> list[Fate]:
    return [one.fate for one in judged(house.ledger)]


def test_every_backup_says_why_it_stays_or_goes(house: House) -> None:
    for _ in range(2):
        back_up(house)
    house.clock.wait(24 * 60)
    back_up(house)
    spare, kept, newest = judged(house.ledger)
    assert (spare.fate, kept.fate, newest.fate) == (Fate.MAY, Fate.KEPT, Fate.HELD)
    assert "7日分、5週分、12か月分" in spare.reasons[0] and "残さなくてよい" in spare.reasons[0]
    assert "日ごと" in kept.reasons[0] and "いちばん新しい" in newest.reasons[0]
    change_keep_rule(house.ledger, KeepRule(1, 0, 0))
    assert fates(house) == [Fate.MAY, Fate.MAY, Fate.HELD]


def test_the_rule_is_a_setting_with_bounds(house: House) -> None:
    assert keep_rule(house.ledger) == KeepRule(7, 5, 12)
    change_keep_rule(house.ledger, KeepRule(3, 2, 1))
    assert keep_rule(house.ledger) == KeepRule(3, 2, 1)
    with pytest.raises(Refused, match="1日分以上"):
        change_keep_rule(house.ledger, KeepRule(0, 2, 1))
    house.ledger.store.set_setting("backup_keep", "many few")
    assert keep_rule(house.ledger) == KeepRule()
    with pytest.raises(NotPermitted):
        change_keep_rule(house.sign_in("yoshino"), KeepRule(3, 2, 1))


def harm(house: House, run: BackupRun) -> None:
    """Flip a byte of a backup and let a check find it."""
    file = house.folder / "stick" / run.file_name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(AzukariError):
        record_check(house.ledger, file, quiet)


def test_the_last_whole_backup_is_never_disposed_of(house: House) -> None:
    whole, harmed = back_up(house), back_up(house)
    harm(house, harmed)
    assert fates(house) == [Fate.HELD, Fate.HELD]
    with pytest.raises(Refused, match="検証に合格した"):
        dispose(house.ledger, [whole.id], REASON)
    back_up(house)
    assert fates(house) == [Fate.MAY, Fate.MAY, Fate.HELD]
    assert "異常" in judged(house.ledger)[1].reasons[0]
    dispose(house.ledger, [whole.id, harmed.id], REASON)
    assert len(standing(house.ledger)) == 1


def test_the_backup_of_a_closing_is_held_while_the_contract_demands_it(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with ended(tmp_path) as house:
        contract = house.ledger.contracts()[0].record
        until = house.ledger.today() + timedelta(days=30)
        house.ledger.registers.revise(replace(contract, retain_ledger_until=until), "期限の変更")
        closing, _, _ = back_up(house), back_up(house), back_up(house)
        assert fates(house) == [Fate.HELD, Fate.MAY, Fate.HELD]
        assert contract.contract_no in judged(house.ledger)[0].reasons[0]
        with pytest.raises(Refused, match="終結"):
            dispose(house.ledger, [closing.id], REASON)
        house.clock.wait(31 * 24 * 60)
        assert fates(house)[0] is Fate.MAY


def test_a_disposal_that_removes_nothing_is_not_believed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = back_up(house)
    back_up(house)
    monkeypatch.setattr(Path, "unlink", lambda self, missing_ok=False: None)
    with pytest.raises(InputOutput, match="残っています"):
        dispose(house.ledger, [old.id], REASON)
    assert len(standing(house.ledger)) == 2

"""Backups among the dates of the calendar (K-15) and in the evidence of an ended contract (EQ-END)."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.backup_care import standing
from models.backup_disposal import dispose
from models.backup_media import register_medium
from models.backups import record_backup, record_check
from models.calendar import calendar
from models.calendar_frame import Due
from models.evidence import evidence
from models.evidence_queries import eq_end
from models.evidence_rows import Row
from models.journal_care import end_journal_files
from models.records import BackupMedium, BackupRun, Contract
from models.store import quiet
from models.wareki import format_short
from tests.ending import ended, erase
from tests.house import House


def back_up(house: House, name: str = "stick") -> BackupRun:
    house.clock.wait(1)
    record_backup(house.ledger, house.folder / name, quiet)
    return standing(house.ledger)[-1]


def inspections(house: House) -> list[Due]:
    return [one for one in calendar(house.ledger) if one.code == "K-15"]


@pytest.fixture
def house(house_and_sticks: House) -> House:
    return house_and_sticks


def test_each_medium_with_backups_is_inspected_in_its_cycle(house: House) -> None:
    assert inspections(house) == []
    register_medium(house.ledger, house.folder / "stick", medium_no="B-01", name="USB")
    register_medium(house.ledger, house.folder / "other", medium_no="B-02", name="USB")
    first = back_up(house)
    back_up(house)
    (due,) = inspections(house)
    medium = house.ledger.registers.all(BackupMedium)[0].record
    assert (due.about, due.id) == ("B-01 USB（バックアップ2件）", medium.id)
    made = house.ledger.today()
    assert due.due_on is not None and timedelta(27) < due.due_on - made < timedelta(32)
    house.clock.wait(10 * 24 * 60)
    record_check(house.ledger, house.folder / "stick" / first.file_name, quiet)
    (later,) = inspections(house)
    assert later.due_on is not None and later.due_on > due.due_on
    back_up(house, "other")
    assert len(inspections(house)) == 2


def test_nothing_is_due_where_nothing_lies_any_more(house: House) -> None:
    old = back_up(house)
    back_up(house, "other")
    assert len(inspections(house)) == 2
    dispose(house.ledger, [old.id], "保存の決まりによる整理")
    assert [one.about for one in inspections(house)] == [
        f"{house.folder / 'other'}（バックアップ1件）"
    ]


# --- EQ-END --------------------------------------------------------------------------------------


def left(house: House) -> list[Row]:
    contract = house.ledger.contracts()[0].record
    return [
        one
        for one in eq_end(house.ledger.inquiries.of(contract.id))
        if "バックアップ" in one.sentence
    ]


def retain(house: House, days: int | None) -> None:
    contract = house.ledger.contracts()[0].record
    until = None if days is None else house.ledger.today() + timedelta(days=days)
    revised = replace(contract, retain_ledger_until=until)
    house.ledger.registers.revise(revised, "保存期限の訂正")


def test_a_backup_of_an_ended_contract_needs_a_basis(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with ended(tmp_path) as house:
        assert left(house) == []  # there is no backup
        back_up(house)
        retain(house, None)
        assert left(house)[0].severity == "due"  # until the day of the closing is over
        house.clock.wait(24 * 60)
        (found,) = left(house)
        assert (found.type, found.severity) == (Contract.type, "action")
        (due,) = (one for one in calendar(house.ledger) if one.code == "K-38")
        assert due.due_on == house.ledger.today() - timedelta(days=1) and "決める" in due.what
        assert "1件" in found.sentence and "保存期限" in found.sentence
        retain(house, 10)
        assert left(house) == []
        house.clock.wait(11 * 24 * 60)
        assert "過ぎています" in left(house)[0].sentence


def test_how_long_it_is_kept_is_asked_before_the_day_of_the_end(house: House) -> None:
    """千葉市 leaves no day after it: what is first asked for then nobody could have done in time."""
    back_up(house)
    contract = house.ledger.contracts()[0].record
    assert contract.ends_on is not None

    def asked() -> list[date | None]:
        return [one.due_on for one in calendar(house.ledger) if one.code == "K-38"]

    house.clock.go_to(contract.ends_on - timedelta(days=31), 9)
    assert asked() == []
    house.clock.go_to(contract.ends_on - timedelta(days=30), 9)
    grace = house.ledger.profile(contract.id).params.end.grace
    assert asked() == [contract.ends_on + grace] and left(house) == []
    retain(house, 400)
    assert asked() == []


def test_a_backup_with_erased_content_is_a_breach_until_it_is_gone(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with ended(tmp_path) as house:
        before = back_up(house)
        erase(house)
        back_up(house)
        (found,), (due,) = left(house), copies_due(house)
        assert (found.severity, due.due_on) == ("due", house.ledger.today())
        house.clock.wait(24 * 60)
        (found,), (due,) = left(house), copies_due(house)
        assert found.severity == "broken" and "1件" in found.sentence
        assert format_short(due.due_on) in found.sentence
        dispose(house.ledger, [before.id], "内容の消去のため")
        assert left(house) == []


def test_a_running_contract_says_nothing_of_its_backups(house: House) -> None:
    back_up(house)
    assert left(house) == []


# --- the update journal ---------------------------------------------------------------------------


def said_of_journal(house: House) -> list[tuple[str, str]]:
    contract = house.ledger.contracts()[0].record
    found = eq_end(house.ledger.inquiries.of(contract.id))
    return [(one.severity, one.sentence) for one in found if "更新ジャーナル" in one.sentence]


def proved(house: House) -> set[str]:
    """Return the states of the clauses that the end of the information proves."""
    contract = house.ledger.contracts()[0].record
    states = evidence(house.ledger, contract)
    return {one.state for one in states if "EQ-END" in dict(one.evidence)}


def copies_due(house: House) -> list[Due]:
    return [one for one in calendar(house.ledger) if one.what == "消去した内容を含む写しの廃棄"]


def test_a_journal_file_with_erased_content_is_a_breach_until_it_is_gone(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with ended(tmp_path, journal=True) as house:
        assert said_of_journal(house) == [] and copies_due(house) == []
        erase(house)
        day = house.ledger.today()
        assert proved(house) == {"due"}
        house.clock.wait(24 * 60)
        ((severity, sentence),) = said_of_journal(house)
        assert (
            severity == "broken"
            and "1件残っています" in sentence
            and "「バックアップ」" in sentence
        )
        assert proved(house) == {"broken"}
        (due,) = copies_due(house)
        assert (due.about, due.due_on) == ("更新ジャーナルのファイル1件", day)
        back_up(house)
        house.clock.wait(1)
        end_journal_files(house.ledger, tmp_path / "stick", "消去した内容のため", quiet)
        assert said_of_journal(house) == [] and copies_due(house) == []
        assert "broken" not in proved(house)


def test_a_backup_and_a_journal_are_one_date(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with ended(tmp_path, journal=True) as house:
        back_up(house)
        erase(house)
        (due,) = copies_due(house)
        assert due.about == "バックアップ1件、更新ジャーナルのファイル1件"


def test_a_journal_that_is_away_proves_nothing(tmp_path: Path) -> None:
    with ended(tmp_path, journal=True) as house:
        erase(house)
        (tmp_path / "journal").rename(tmp_path / "drawer")
        house.ledger.journal.tend()
        ((severity, sentence),) = said_of_journal(house)
        assert severity == "action" and "確かめられません" in sentence
        assert proved(house) == {"action"}
        assert [one.about for one in copies_due(house)] == [
            "更新ジャーナル（媒体をつないで確かめる）"
        ]


@pytest.mark.parametrize("elsewhere", [True, False])
def test_the_place_of_a_former_journal_is_looked_at(tmp_path: Path, elsewhere: bool) -> None:
    with ended(tmp_path, journal=True) as house:
        erase(house)
        if elsewhere:
            house.ledger.journal.start(tmp_path / "second")
        else:
            house.ledger.journal.stop("媒体をやめたため")
        house.clock.wait(24 * 60)
        ((severity, sentence),) = said_of_journal(house)
        assert severity == "broken" and f"以前の保存先「{tmp_path / 'journal'}」に" in sentence
        for file in (tmp_path / "journal").glob("*.azj"):
            file.unlink()
        assert said_of_journal(house) == []

"""Settings are no evidence: garbage in them keeps nobody out, and is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from models.codes import SystemEventKind
from models.condition import judge
from models.errors import Damaged
from models.ledger import Ledger
from models.machine_facts import read_facts
from models.notes import SETTINGS
from models.records import SystemEvent
from models.store import quiet
from storage import checkpoint, settings
from storage.ledger_store import LedgerStore
from storage.ledgers import DATABASE_NAME
from tests.house import House, furnished
from ui import ledger_settings
from ui.sample import cast as people

BOSS = people.USERS[0]
GARBAGE: tuple[Any, ...] = (
    "\x00garbage\n", "9" * 5000 + "\x1f", b"\xff\xfe\x00", "\x1b[2J" + "９" * 40 + "\x00", "\ufffe\n",
)  # fmt: skip
READERS = (
    ledger_settings.idle_minutes, ledger_settings.backup_folder, ledger_settings.backup_days,
    ledger_settings.backup_at, ledger_settings.backup_at_exit, ledger_settings.seal_kind,
    ledger_settings.scan_prefix, ledger_settings.scan_gap,
)  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        yield made


def plant(ledger: Ledger, name: str, value: Any) -> None:
    database = cast(LedgerStore, ledger.opened.store).database
    with database.transaction():
        cast_ = "CAST(? AS TEXT)" if isinstance(value, bytes) else "?"
        database.all(f"INSERT OR REPLACE INTO setting VALUES (?, {cast_})", (name, value))


def judged(ledger: Ledger) -> bool:
    """Look at the state of the system, which asks for most of the settings."""
    days = ledger_settings.backup_days(ledger)
    facts = read_facts(ledger, backup_days=days, denied=(), version="1")
    return bool(judge(facts))


def told(ledger: Ledger) -> list[str]:
    found = ledger.registers.all(SystemEvent, kind=SystemEventKind.SETTING_UNKNOWN)
    return [one.record.value for one in found]


@pytest.mark.parametrize("value", GARBAGE)
def test_garbage_is_passed_over_told_and_entered_once(house: House, value: Any) -> None:
    names = [name for name in SETTINGS if name != "scan_prefix" or isinstance(value, bytes)]
    for name in names:
        plant(house.ledger, name, value)
    ledger = house.sign_in(BOSS.login)
    assert sorted(told(ledger)) == sorted(names)
    for name in names:
        assert any(f"「{SETTINGS[name][0]}」に" in one for one in ledger.notices)
    assert all(read(ledger) is not NotImplemented for read in READERS)
    assert judged(ledger) and ledger.safe.verify(full=True, progress=quiet).ok
    ledger = house.sign_in(BOSS.login)
    assert ledger.notices == [] and sorted(told(ledger)) == sorted(names)


@pytest.mark.parametrize(
    "gone", ["DELETE FROM setting WHERE", "UPDATE setting SET value = '' WHERE"]
)
def test_a_generation_of_keys_that_was_taken_away_is_told_and_entered_once(
    house: House, gone: str
) -> None:
    database = cast(LedgerStore, house.ledger.opened.store).database
    with database.transaction():
        database.all(f"{gone} name = 'header_generation'")
    ledger = house.sign_in(BOSS.login)
    assert told(ledger) == ["header_generation"]
    assert any("「鍵ファイルの世代」に" in one and "消されて" in one for one in ledger.notices)
    assert ledger.store.setting("header_generation")  # known again
    assert ledger.safe.verify(full=True, progress=quiet).ok
    ledger = house.sign_in(BOSS.login)
    assert ledger.notices == [] and told(ledger) == ["header_generation"]


def test_the_verification_names_what_is_passed_over(house: House) -> None:
    plant(house.ledger, "backup_days", "x" * 20)
    plant(house.ledger, "restored", "not json")
    found = house.ledger.safe.verify(full=False, progress=quiet)
    assert [(one.code, one.where) for one in found.problems] == [
        ("SETTING", "backup_days"), ("SETTING", "restored"),
    ]  # fmt: skip
    assert all("責任者" in one.message or "確かめて" in one.message for one in found.problems)


@pytest.mark.parametrize("value", ["[" * 5000, '{"seq":1e400}', b"\xff", "null", "9" * 5000])
def test_a_checkpoint_of_garbage_is_none(house: House, value: Any) -> None:
    plant(house.ledger, checkpoint.SETTING + house.ledger.user.id, value)
    assert house.sign_in(BOSS.login).safe.verify(full=False, progress=quiet).ok


@pytest.mark.parametrize("value", ["garbage", "-1", "9" * 5000])
def test_a_format_that_cannot_be_read_is_damage(house: House, value: Any) -> None:
    plant(house.ledger, "log_format", value)
    with pytest.raises(Damaged, match="復元してください"):
        house.sign_in(BOSS.login)


@pytest.mark.parametrize("place", ["garbage", "9" * 4000, "/" + "x/" * 1500, "//?"])
def test_a_place_that_is_none_is_a_journal_out_of_reach(house: House, place: str) -> None:
    plant(house.ledger, "journal_folder", place)
    plant(house.ledger, "backup_folder", place)
    ledger = house.sign_in(BOSS.login)
    assert ledger.journal.status().care and judged(ledger)
    ledger.journal.stop("設定が書き換えられていたため")
    assert house.sign_in(BOSS.login).safe.verify(full=True, progress=quiet).ok


def test_what_the_program_writes_fits(house: House) -> None:
    ledger = house.ledger
    ledger.journal.start(house.folder / "usb")
    for name, value in (
        ("backup_folder", "D:\\控え　その１\\𠮷野"), ("backup_at", "17:30"), ("backup_at_exit", "1"),
        ("backup_days", "7"), ("idle_minutes", "10"), ("seal_kind", "image"), ("scan_gap_ms", "35"),
        ("scan_prefix", "\x02"), ("backup_keep", "7 5 12"), ("attachment_quota", "2048"),
    ):  # fmt: skip
        ledger_settings.change_setting(ledger, name, value)
    ledger.people.renew_key("点検のため")
    ledger = house.sign_in(BOSS.login)
    assert ledger.notices == [] and told(ledger) == []
    assert settings.unfit(cast(LedgerStore, ledger.opened.store).database) == []
    assert (house.folder / "ledger" / DATABASE_NAME).exists()

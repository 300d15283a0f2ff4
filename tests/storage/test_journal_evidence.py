"""What the entries say of the journal counts, whatever somebody did to the settings."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from models.codes import EventLevel, SystemEventKind
from models.commands import creating
from models.errors import DiskFull, JournalMissing, NotEnteredYet, RolledBack
from models.journal import JournalState, News
from models.ledger import Ledger
from models.records import SystemEvent
from models.store import quiet
from storage.journal_evidence import FOLDER_SETTING, SUSPENDED_SETTING
from storage.ledger_store import LedgerStore
from tests.house import House, furnished
from ui.sample import cast as people

BOSS, WORKER = people.USERS[0], people.USERS[1]
REASON = "媒体の故障のため、明日の交換まで続けます"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        made.ledger.journal.start(made.folder / "usb")
        yield made


def forget(ledger: Ledger, name: str = FOLDER_SETTING) -> None:
    """Take a row of the settings out, as who holds the data key can."""
    database = cast(LedgerStore, ledger.opened.store).database
    with database.transaction():
        database.all("DELETE FROM setting WHERE name = ?", (name,))


def pull(house: House) -> None:
    (house.folder / "usb").rename(house.folder / "pulled")


def state(ledger: Ledger) -> JournalState:
    return ledger.journal.status().state


def told(ledger: Ledger) -> list[str]:
    found = ledger.registers.all(SystemEvent, kind=SystemEventKind.SETTING_UNKNOWN)
    return [one.record.value for one in found]


def test_a_journal_that_the_settings_forgot_is_missed_until_it_is_chosen_again(
    house: House,
) -> None:
    forget(house.ledger)
    usb = house.folder / "usb"
    house.ledger.close()
    before = {path: path.read_bytes() for path in usb.rglob("*") if path.is_file()}
    for _ in range(2):
        ledger = house.sign_in(BOSS.login)
        assert state(ledger) is JournalState.BROKEN
        assert any("保存先が、やめた記帳がないのに" in one for one in ledger.notices)
        with pytest.raises(JournalMissing, match="保存先を選び直してください"):
            house.story.receive(1)
        found = ledger.safe.verify(full=False, progress=quiet).problems
        assert [one.code for one in found] == ["JOURNAL"]
    house.ledger.close()
    assert {path: path.read_bytes() for path in usb.rglob("*") if path.is_file()} == before
    ledger = house.sign_in(BOSS.login)
    ledger.journal.start(usb)
    assert state(ledger) is JournalState.OK and told(ledger) == [FOLDER_SETTING]
    assert house.sign_in(BOSS.login).notices == []
    house.story.receive(1)
    assert house.ledger.journal.status().seq == house.ledger.store.head().seq


def test_who_goes_on_without_a_forgotten_journal_is_told_once(house: House) -> None:
    forget(house.ledger)
    house.sign_in(BOSS.login).journal.suspend(REASON)
    for _ in range(3):
        assert state(house.sign_in(BOSS.login)) is JournalState.SUSPENDED
        house.story.receive(1)
    assert told(house.ledger) == [FOLDER_SETTING]


def test_a_cut_ledger_without_the_setting_is_refused(house: House) -> None:
    forget(house.ledger)
    house.ledger.close()
    shutil.copytree(house.folder / "ledger", house.folder / "before")
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    house.ledger.journal.start(house.folder / "usb")
    house.ledger.close()
    shutil.rmtree(house.folder / "ledger")
    (house.folder / "before").rename(house.folder / "ledger")
    (house.folder / "device" / "heads.json").unlink()
    with pytest.raises(RolledBack, match="更新ジャーナルは記帳番号"):
        house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)


def test_where_its_medium_is_away_nothing_is_entered_before_somebody_answers(house: House) -> None:
    pull(house)
    forget(house.ledger)
    for _ in range(2):
        ledger = house.sign_in(BOSS.login)
        assert state(ledger) is JournalState.MISSING
        assert any("保存先が、やめた記帳がないのに" in one for one in ledger.notices)
        with pytest.raises(JournalMissing):
            house.story.receive(1)
        found = ledger.safe.verify(full=False, progress=quiet).problems
        assert [one.code for one in found] == ["JOURNAL"]
    ledger.journal.stop("媒体を返却したため")
    ledger = house.sign_in(BOSS.login)
    assert state(ledger) is JournalState.NONE and ledger.notices == []
    house.story.receive(1)


def test_only_who_may_lets_work_go_on_without_the_journal(house: House) -> None:
    pull(house)
    house.ledger.store.set_setting(SUSPENDED_SETTING, "1")
    ledger = house.sign_in(WORKER.login)
    assert state(ledger) is JournalState.MISSING
    assert any("責任者の記帳がないのに" in one for one in ledger.notices)
    with pytest.raises(JournalMissing):
        house.story.receive(1)
    house.sign_in(BOSS.login).journal.suspend(REASON)
    assert state(house.sign_in(WORKER.login)) is JournalState.SUSPENDED
    house.story.receive(1)


@pytest.mark.parametrize("act", ["stop", "suspend"])
def test_what_a_responsible_person_entered_stands(house: House, act: str) -> None:
    pull(house)
    house.sign_in(BOSS.login)
    getattr(house.ledger.journal, act)(REASON)
    wanted = JournalState.NONE if act == "stop" else JournalState.SUSPENDED
    for name in (BOSS.login, WORKER.login):
        assert state(house.sign_in(name)) is wanted and told(house.ledger) == []
        house.story.receive(1)


def test_a_worker_who_enters_that_it_was_stopped_stops_nothing(house: House) -> None:
    worker = house.sign_in(WORKER.login)
    words = News(SystemEventKind.JOURNAL_STOPPED, EventLevel.WARN, "やめました。")
    worker.commit([creating(worker.journal.event(words, REASON))])
    forget(worker)
    assert state(house.sign_in(BOSS.login)) is JournalState.BROKEN


@pytest.mark.parametrize("act", ["stop", "suspend"])
def test_a_journal_that_is_given_up_says_so_though_its_entry_failed(
    house: House, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    def full(*_args: object) -> None:
        raise DiskFull(file="ledger.db")

    pull(house)
    house.sign_in(BOSS.login)
    with monkeypatch.context() as patch:
        patch.setattr(LedgerStore, "append", full)
        with pytest.raises(NotEnteredYet):
            getattr(house.ledger.journal, act)(REASON)
    wanted = JournalState.NONE if act == "stop" else JournalState.SUSPENDED
    assert state(house.sign_in(WORKER.login)) is wanted and told(house.ledger) == []
    house.sign_in(BOSS.login)
    kinds = [one.record.kind for one in house.ledger.registers.all(SystemEvent)]
    assert kinds[-1] is (
        SystemEventKind.JOURNAL_STOPPED if act == "stop" else SystemEventKind.JOURNAL_SUSPENDED
    )


@pytest.mark.parametrize("way", ["password", "sheet"])
def test_a_restored_ledger_leaves_the_journal_of_the_first_alone(house: House, way: str) -> None:
    (house.folder / "stick").mkdir()
    file = Path(house.ledger.safe.backup(house.folder / "stick", quiet).file)
    place, usb = house.folder / "restored", house.folder / "usb"
    house.ledger.close()
    before = {path: path.read_bytes() for path in usb.rglob("*") if path.is_file()}
    if way == "password":
        house.office.restore(file, place, BOSS.login, BOSS.password, quiet)
    else:
        house.office.restore_with_sheet(file, place, house.sheet, BOSS.login, BOSS.password, quiet)
    for _ in range(2):
        house.ledger = house.office.unlock(place, BOSS.login, BOSS.password)
        house.story.ledger = house.ledger
        house.story.receive(1)
        assert state(house.ledger) is JournalState.NONE and told(house.ledger) == []
        house.ledger.close()
    assert {path: path.read_bytes() for path in usb.rglob("*") if path.is_file()} == before

"""Notes of what is to be entered: only who may do an act makes another enter that it was done."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from models.codes import BackupKind, SystemEventKind
from models.ledger import Ledger
from models.notes import DISPOSAL, GIVEN_UP, NOTES, RESTORED
from models.records import BackupRun, SystemEvent
from models.store import quiet
from storage import notes
from storage.ledger_store import LedgerStore
from storage.safe import LedgerSafe
from tests.house import House, furnished
from ui.sample import cast as people

BOSS, WORKER = people.USERS[0], people.USERS[1]
GARBAGE = (
    "not json", "{", "[]", "null", "7", '{"a":1}', '{"seq":1e400}', "\x00", "9" * 5000, "[" * 5000,
    '{"author":"\\ud800","body":"{}","head":"","seq":0,"signature":"","v":1}',
)  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        yield made


def store_of(ledger: Ledger) -> LedgerStore:
    return cast(LedgerStore, ledger.opened.store)


def backup(house: House) -> Path:
    (house.folder / "stick").mkdir(exist_ok=True)
    return Path(house.ledger.safe.backup(house.folder / "stick", quiet).file)


def restored(house: House) -> Ledger:
    """Open what the boss restored, as a worker who signs in first."""
    file = backup(house)
    place = house.folder / "restored"
    house.office.restore(file, place, BOSS.login, BOSS.password, quiet)
    house.ledger.close()
    house.ledger = house.office.unlock(place, WORKER.login, WORKER.password)
    return house.ledger


def runs(ledger: Ledger) -> list[BackupRun]:
    return [one.record for one in ledger.registers.all(BackupRun)]


def told(ledger: Ledger) -> list[str]:
    found = ledger.registers.all(SystemEvent, kind=SystemEventKind.SETTING_UNKNOWN)
    return [one.record.value for one in found]


def claims(ledger: Ledger, name: str, kind: BackupKind = BackupKind.RESTORE) -> Any:
    """Return what somebody would like another to enter."""
    head, now = ledger.store.head(), ledger.now()
    run = BackupRun(
        kind=kind, started_at=now, finished_at=now, file_name="存在しない.azb",
        to_event_seq=head.seq, head=head.hex,
    )  # fmt: skip
    event = SystemEvent(
        occurred_at=now, kind=SystemEventKind.JOURNAL_STOPPED, detail="やめました。"
    )
    return {
        RESTORED: {"command": "ab" * 16, "id": "cd" * 16, "run": run.to_json()},
        GIVEN_UP: {"id": "cd" * 16, "event": event.to_json()},
        DISPOSAL: {"cd" * 16: "不要なため"},
    }[name]


def test_a_restore_is_entered_by_whoever_comes_next(house: House) -> None:
    ledger = restored(house)
    house.story.ledger = ledger
    house.story.receive(1)
    assert [run.kind for run in runs(ledger)][-1] is BackupKind.RESTORE
    assert told(ledger) == [] and ledger.store.setting(RESTORED) == ""


@pytest.mark.parametrize("name", NOTES)
def test_what_nobody_signed_is_told_and_never_entered(house: House, name: str) -> None:
    ledger = house.ledger
    ledger.store.set_setting(name, json.dumps(claims(ledger, name)))
    before = runs(ledger)
    ledger = house.sign_in(BOSS.login)
    assert any("書いてあることは信じず" in one for one in ledger.notices)
    house.story.receive(1)
    assert runs(ledger) == before and told(ledger) == [name] and not ledger.store.setting(name)
    assert not house.sign_in(BOSS.login).notices
    assert house.ledger.safe.verify(full=True, progress=quiet).ok


@pytest.mark.parametrize("name", NOTES)
def test_who_may_not_do_it_lets_nobody_enter_it(house: House, name: str) -> None:
    worker = house.sign_in(WORKER.login)
    worker.safe.keep_note(name, claims(worker, name))
    assert house.ledger.safe.note(name) is None
    said = json.loads(worker.store.setting(name))
    boss = next(one for one in worker.people.accounts() if one.login_name == BOSS.login)
    worker.store.set_setting(name, json.dumps({**said, "author": boss.id}))
    house.sign_in(BOSS.login)
    assert told(house.ledger) == [name] and runs(house.ledger) == []


@pytest.mark.parametrize("name", NOTES)
def test_garbage_keeps_nobody_out(house: House, name: str) -> None:
    for number, garbage in enumerate(GARBAGE, 1):
        database = store_of(house.ledger).database
        with database.transaction():
            database.all("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, garbage))
        ledger = house.sign_in(BOSS.login)
        assert ledger.safe.verify(full=False, progress=quiet).head == ledger.store.head()
        assert told(ledger) == [name] * number


def test_only_a_restore_is_entered_as_one(house: House) -> None:
    ledger = house.ledger
    ledger.safe.keep_note(RESTORED, claims(ledger, RESTORED, BackupKind.FULL))
    house.sign_in(BOSS.login)
    assert runs(house.ledger) == [] and told(house.ledger) == [RESTORED]


def test_a_note_of_a_restore_is_none_for_a_ledger_that_went_on(house: House) -> None:
    """Who copies it out of a restored ledger makes nobody say that this one was restored."""
    safe = cast(LedgerSafe, house.ledger.safe)
    safe.keep_note(RESTORED, claims(house.ledger, RESTORED))
    note = house.ledger.store.setting(RESTORED)
    house.ledger.store.set_setting(RESTORED, "")
    house.story.receive(1)
    house.ledger.store.set_setting(RESTORED, note)
    house.sign_in(BOSS.login)
    assert runs(house.ledger) == [] and told(house.ledger) == [RESTORED]


def test_a_note_of_another_name_or_place_counts_for_nothing(house: House) -> None:
    store, me = store_of(house.ledger), cast(LedgerSafe, house.ledger.safe)._me()
    notes.keep(store, me, RESTORED, claims(house.ledger, RESTORED))
    said = json.loads(store.setting(RESTORED))
    assert notes.read(store, RESTORED) is not None
    store.set_setting(GIVEN_UP, json.dumps(said))
    assert notes.read(store, GIVEN_UP) is None
    for changed in ({"seq": said["seq"] - 1}, {"head": "00" * 32}, {"body": "{}"}):
        store.set_setting(RESTORED, json.dumps({**said, **changed}))
        assert notes.read(store, RESTORED) is None


def test_who_only_looks_is_told_and_enters_nothing(house: House) -> None:
    house.ledger.store.set_setting(RESTORED, "not json")
    house.ledger.close()
    folder = house.folder / "ledger"
    house.ledger = house.office.unlock(folder, BOSS.login, BOSS.password, looking=True)
    assert any("書いてあることは信じず" in one for one in house.ledger.notices)
    assert told(house.ledger) == [] and house.ledger.store.setting(RESTORED) == "not json"

"""A new data key through the office: who is shut out, what is entered, what a death leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.codes import SystemEventKind
from models.errors import Cancelled, NotPermitted, WrongPassword
from models.records import SystemEvent, UserAccount
from models.store import Progress
from storage.database import Database
from storage.header_files import COPIES
from storage.journal_keeper import Keeper
from storage.safe import FINISHING
from storage.unlocked import Vault
from tests.house import House, furnished
from ui.sample import cast

BOSS = cast.USERS[0]
WORKER = next(user for user in cast.USERS if user.login == "yoshino")


class Killed(BaseException):
    """The process died here."""


def die(*_args: object, **_named: object) -> None:
    raise Killed


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as house:
        house.ledger.journal.start(tmp_path / "journal")
        house.story.receive(1)
        house.sign_in("watanabe")
        yield house


def sound(house: House, login: str = BOSS.login) -> bool:
    ledger = house.sign_in(login)
    return ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def shut_out(house: House) -> None:
    account = house.ledger.registers.one(UserAccount, login_name=WORKER.login)
    assert account is not None
    house.ledger.people.disable_account(account.record.id, "担当を外れたため")


def renewals(house: House) -> list[SystemEvent]:
    stored = house.ledger.registers.all(SystemEvent, kind=SystemEventKind.KEY_RENEWED)
    return [one.record for one in stored]


def test_who_is_shut_out_opens_nothing_even_with_old_key_files(house: House) -> None:
    folder = house.folder / "ledger"
    kept = {name: (folder / name).read_bytes() for name in COPIES}
    shut_out(house)
    assert [one.reason for one in renewals(house)] == ["担当を外れたため"]
    assert sound(house)
    house.ledger.close()
    with pytest.raises(WrongPassword):
        house.office.unlock(folder, WORKER.login, WORKER.password)
    now = {name: (folder / name).read_bytes() for name in COPIES}
    for name, raw in kept.items():
        (folder / name).write_bytes(raw)
    with pytest.raises(Exception) as caught:
        house.office.unlock(folder, WORKER.login, WORKER.password)
    assert type(caught.value).__name__ == "Damaged"  # that key opens no page any more
    for name, raw in now.items():
        (folder / name).write_bytes(raw)
    assert sound(house)


def test_the_journal_goes_on_under_the_new_key(house: House) -> None:
    shut_out(house)
    house.sign_in(BOSS.login)
    house.story.receive(1)
    assert house.ledger.journal.status().seq == house.ledger.store.head().seq
    assert sound(house)


def test_a_ledger_restored_after_a_renewal_reaches_the_last_entry(house: House) -> None:
    shut_out(house)
    house.sign_in(BOSS.login)
    (house.folder / "backup").mkdir()
    made = house.ledger.safe.backup(house.folder / "backup", lambda done, total: None)
    house.story.receive(1)
    head = house.ledger.store.head()
    house.ledger.close()
    reached = house.office.gate.restore(
        made.file, house.folder / "restored", login=BOSS.login, password=BOSS.password,
        progress=lambda done, total: None, journal=house.folder / "journal",
    )  # fmt: skip
    assert reached == head


@pytest.mark.parametrize(
    ("cls", "name"), [(Database, "rekey"), (Keeper, "roll"), (Vault, "adopt_epoch")]
)
def test_a_death_on_the_way_is_finished_by_the_next_who_may(
    house: House, monkeypatch: pytest.MonkeyPatch, cls: type, name: str
) -> None:
    monkeypatch.setattr(cls, name, die)
    with pytest.raises(Killed):
        shut_out(house)
    monkeypatch.undo()
    house.ledger.close()
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "ledger", WORKER.login, WORKER.password)
    inspector = house.sign_in("kensa")  # may not finish it, and reads all the same
    assert inspector.store.head().seq > 0 and not inspector.notices
    ledger = house.sign_in("watanabe")
    assert any("暗号鍵の更新を完了" in notice for notice in ledger.notices)
    assert len(renewals(house)) == 1
    assert sound(house)
    assert not house.sign_in("watanabe").notices


def test_a_renewal_that_waits_for_the_journal_keeps_nobody_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "rekey", die)
    with pytest.raises(Killed):
        shut_out(house)
    monkeypatch.undo()
    (house.folder / "journal").rename(house.folder / "pulled")
    ledger = house.sign_in(BOSS.login)
    assert any("更新ジャーナルを使えないため" in notice for notice in ledger.notices)
    ledger.journal.suspend("媒体の故障のため")
    ledger = house.sign_in(BOSS.login)
    assert any("暗号鍵の更新を完了" in notice for notice in ledger.notices)
    assert sound(house)


def test_a_worker_renews_nothing(house: House) -> None:
    ledger = house.sign_in(WORKER.login)
    with pytest.raises(NotPermitted):
        ledger.people.renew_key("試し")
    assert sound(house)


def test_a_renewal_without_anybody_leaving(house: House) -> None:
    change = house.ledger.people.renew_key("パスワードを他人に見られたおそれがあるため")
    assert any("新しいバックアップ" in notice for notice in change.notices)
    assert sound(house) and sound(house, WORKER.login)


def stop(_done: int, _total: int) -> None:
    raise Cancelled


def test_who_is_shut_out_while_an_older_renewal_waits_is_shut_out_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unfinished renewal kept him; to finish it is not enough."""
    monkeypatch.setattr(Database, "rekey", die)
    with pytest.raises(Killed):
        house.ledger.people.renew_key("パスワードが知られたため")
    monkeypatch.undo()
    house.ledger.close()
    boss = next(user for user in cast.USERS if user.login == "watanabe")
    place = house.folder / "ledger"
    house.ledger = house.office.unlock(place, boss.login, boss.password, progress=stop)
    shut_out(house)
    house.ledger.close()
    with pytest.raises(WrongPassword):
        house.office.unlock(place, WORKER.login, WORKER.password)
    assert sound(house)


def test_a_removal_whose_finishing_is_stopped_waits_for_the_next_sign_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Vault, "announce_epoch", die)
    with pytest.raises(Killed):
        shut_out(house)
    monkeypatch.undo()
    house.ledger.close()
    said = Words(stop)
    house.ledger = house.office.unlock(
        house.folder / "ledger", BOSS.login, BOSS.password, progress=said
    )
    assert any("yoshinoの利用停止は、まだ済んでいません" in one for one in house.ledger.notices)
    assert [one for one in said.sentences if "yoshinoの利用停止を完了しています" in one]
    ledger = house.sign_in(BOSS.login)
    assert any("暗号鍵の更新を完了" in one for one in ledger.notices)
    with pytest.raises(WrongPassword):
        house.sign_in(WORKER.login)
    assert sound(house)


class Words:
    """A progress that notes what it is told."""

    def __init__(self, report: Progress = lambda done, total: None) -> None:
        self.sentences: list[str] = []
        self._report = report

    def __call__(self, done: int, total: int) -> None:
        self._report(done, total)

    def doing(self, sentence: str) -> None:
        self.sentences.append(sentence)


def test_what_is_finished_at_the_door_is_said_in_words(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Keeper, "roll", die)
    with pytest.raises(Killed):
        shut_out(house)
    monkeypatch.undo()
    house.ledger.close()
    said = Words()
    house.ledger = house.office.unlock(
        house.folder / "ledger", BOSS.login, BOSS.password, progress=said
    )
    assert said.sentences == [FINISHING]
    house.ledger.close()
    again = Words()
    house.ledger = house.office.unlock(
        house.folder / "ledger", BOSS.login, BOSS.password, progress=again
    )
    assert again.sentences == []

"""What changes the key header and cannot be entered: the former keys are in force again, or it is said."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models import exposure
from models.codes import Role, SystemEventKind
from models.errors import (
    DiskFull,
    InputOutput,
    JournalFailed,
    JournalMissing,
    KeyNotRenewed,
    KeysUncertain,
    NotEnteredYet,
    NotPermitted,
    WrongPassword,
)
from models.ledger import Ledger
from models.records import Incident, LedgerOrigin, SystemEvent, UserAccount
from models.store import quiet
from storage import header_files
from storage.files import overwrite_durable
from storage.ledger_store import LedgerStore
from tests.house import House, furnished
from ui.sample import cast

BOSS, WORKER = cast.USERS[0], cast.USERS[1]
NEW = "静かな港に灯る三つの明かり"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        made.ledger.people.add_account(
            made.story.people["worker"], login=WORKER.login, role=Role.WORKER,
            password=WORKER.password, chosen_by_self=True,
        )  # fmt: skip
        yield made


def change(house: House) -> None:
    house.ledger.people.change_password(BOSS.password, NEW)


def let_in(house: House) -> None:
    house.ledger.people.add_account(
        house.story.people["worker2"], login="deputy", role=Role.WORKER, password=NEW
    )


def reissue(house: House) -> None:
    account = house.ledger.registers.one(UserAccount, login_name=WORKER.login)
    assert account is not None
    house.ledger.people.reissue_password(account.record.id, NEW, "失念のため")


def shut(house: House) -> None:
    """Change the own password because somebody knows it, and enter what belongs to that."""
    exposure.shut(
        house.ledger, house.ledger.user.id, "人に見られたため",
        old_password=BOSS.password, new_password=NEW,
    )  # fmt: skip


def withhold(house: House) -> None:
    account = house.ledger.registers.one(UserAccount, login_name=WORKER.login)
    assert account is not None
    house.ledger.people.withhold_password(account.record.id, "人に見られたため")


Act = Callable[[House], None]
ACTS = pytest.mark.parametrize("act", [change, let_in, reissue, shut, withhold])


def opens(house: House, login: str, password: str) -> bool:
    """Say whether a password opens the ledger; the boss sits at it again afterwards."""
    house.ledger.close()
    try:
        house.office.unlock(house.folder / "ledger", login, password).close()
    except (WrongPassword, NotPermitted):
        return False
    return True


def as_before(house: House, head: object) -> bool:
    """Say whether everybody comes in as before, and the ledger is whole and has no other head."""
    assert opens(house, BOSS.login, BOSS.password) and opens(house, WORKER.login, WORKER.password)
    assert not opens(house, BOSS.login, NEW) and not opens(house, WORKER.login, NEW)
    assert not opens(house, "deputy", NEW)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert house.ledger.store.head() == head
    return house.ledger.safe.verify(full=True, progress=quiet).ok


def full(*_args: object) -> None:
    raise DiskFull(file="ledger.db")


@ACTS
def test_a_full_disk_leaves_the_former_password_in_force(
    house: House, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    head = house.ledger.store.head()
    monkeypatch.setattr(LedgerStore, "append", full)
    with pytest.raises(DiskFull, match="記録されていません"):
        act(house)
    monkeypatch.undo()
    assert as_before(house, head)


@pytest.mark.parametrize("act", [change, reissue])
def test_a_remembered_generation_that_has_no_room_does_likewise(
    house: House, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    head = house.ledger.store.head()
    monkeypatch.setattr(LedgerStore, "set_setting", full)
    with pytest.raises(DiskFull):
        act(house)
    monkeypatch.undo()
    assert as_before(house, head)


@ACTS
def test_a_pulled_journal_is_told_before_a_key_is_changed(house: House, act: Act) -> None:
    house.ledger.journal.start(house.folder / "usb")
    head, keys = house.ledger.store.head(), (house.folder / "ledger" / "keys.a").read_bytes()
    (house.folder / "usb").rename(house.folder / "pulled")
    with pytest.raises(JournalMissing, match="記帳していません"):
        act(house)
    assert (house.folder / "ledger" / "keys.a").read_bytes() == keys
    (house.folder / "pulled").rename(house.folder / "usb")
    assert as_before(house, head)


@pytest.mark.parametrize("act", [change, let_in])
def test_a_header_that_was_written_by_half_is_taken_back(
    house: House, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    head, write = house.ledger.store.head(), overwrite_durable
    left = [1]

    def fails_once(path: Path, content: bytes) -> None:
        if path.name == "keys.b" and left:
            left.pop()
            raise InputOutput(file=str(path), reason="試験")
        write(path, content)

    monkeypatch.setattr(header_files, "overwrite_durable", fails_once)
    with pytest.raises(InputOutput):
        act(house)
    assert as_before(house, head)


@pytest.mark.parametrize("act", [reissue, shut])
def test_who_cannot_go_back_says_that_the_new_keys_may_be_in_force(
    house: House, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    def no_room(path: Path, content: bytes) -> None:
        raise DiskFull(file=str(path))

    def full_disk(*_args: object) -> None:
        monkeypatch.setattr(header_files, "overwrite_durable", no_room)
        raise DiskFull(file="ledger.db")

    monkeypatch.setattr(LedgerStore, "append", full_disk)
    with pytest.raises(KeysUncertain) as told:
        act(house)
    assert "記録されていません" not in str(told.value) and "新しいパスワード" in str(told.value)
    assert told.value.exit_code == 5
    monkeypatch.undo()
    if act is shut:
        assert opens(house, BOSS.login, NEW) and not opens(house, BOSS.login, BOSS.password)


def test_a_commit_nobody_can_ask_about_takes_no_key_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise InputOutput(file="ledger.db", reason="データベースの読み書き")

    monkeypatch.setattr(LedgerStore, "append", broken)
    monkeypatch.setattr(LedgerStore, "command", broken)
    with pytest.raises(KeysUncertain):
        change(house)
    monkeypatch.undo()
    assert opens(house, BOSS.login, NEW)


def test_what_is_entered_but_not_in_the_journal_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def entered(ledger: Ledger, *args: object, **named: object) -> None:
        commit(ledger, *args, **named)  # type: ignore[arg-type]
        raise JournalFailed(file="usb", reason="試験")

    commit = Ledger.commit
    monkeypatch.setattr(Ledger, "commit", entered)
    with pytest.raises(JournalFailed):
        change(house)
    monkeypatch.undo()
    assert opens(house, BOSS.login, NEW) and not opens(house, BOSS.login, BOSS.password)


def test_a_password_that_was_taken_back_can_be_changed_afterwards(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(LedgerStore, "append", full)
        with pytest.raises(DiskFull):
            change(house)
    change(house)
    assert opens(house, BOSS.login, NEW) and not opens(house, BOSS.login, BOSS.password)


# --- keys that are in force for good -----------------------------------------------------------------


def renewals(ledger: Ledger) -> list[str]:
    found = ledger.registers.all(SystemEvent, kind=SystemEventKind.KEY_RENEWED)
    return [stored.record.value for stored in found]


def unlocked(house: House) -> Ledger:
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    return house.ledger


def test_a_new_data_key_that_could_not_be_entered_is_entered_at_the_next_sign_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(LedgerStore, "append", full)
        with pytest.raises(NotEnteredYet, match="暗号鍵を更新しました。ただし") as told:
            house.ledger.people.renew_key("点検のため")
    assert "記録されていません" not in str(told.value) and told.value.exit_code == 5
    ledger = unlocked(house)
    assert renewals(ledger) == ["2"] and any("暗号鍵の更新を完了" in one for one in ledger.notices)
    assert renewals(unlocked(house)) == ["2"] and not house.ledger.notices
    house.ledger.people.renew_key("点検のため")
    assert renewals(unlocked(house)) == ["2", "3"]
    assert house.ledger.safe.verify(full=True, progress=quiet).ok


def test_nobody_enters_a_new_data_key_that_is_entered_or_never_was(house: House) -> None:
    house.ledger.store.set_setting("key_renewing", "1")
    assert not renewals(unlocked(house))
    house.ledger.people.renew_key("点検のため")
    for planted in ("2", "3", "1", "garbage"):
        house.ledger.store.set_setting("key_renewing", planted)
        assert renewals(unlocked(house)) == ["2"]


def test_an_account_that_is_disabled_says_so_though_the_new_key_failed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = house.ledger.registers.one(UserAccount, login_name=WORKER.login)
    assert account is not None
    with monkeypatch.context() as patch:
        patch.setattr("storage.rotation.rekey", full)
        with pytest.raises(
            KeyNotRenewed, match=f"{WORKER.login}の利用停止は台帳に記帳しました"
        ) as told:
            house.ledger.people.disable_account(account.record.id, "退職のため")
    assert "記録されていません" not in str(told.value)
    assert renewals(unlocked(house)) == ["2"]
    assert not opens(house, WORKER.login, WORKER.password)


def test_a_known_password_is_a_new_one_though_the_new_key_failed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("storage.rotation.rekey", full)
        with pytest.raises(KeyNotRenewed, match="新しいパスワードは台帳に記帳しました"):
            shut(house)
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, NEW)
    assert renewals(house.ledger) == ["2"] and house.ledger.registers.all(Incident)


@pytest.mark.parametrize("place", ["set_setting", "append"])
def test_a_sheet_that_is_in_force_says_so_though_its_entry_failed(
    house: House, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    sheet = house.ledger.people.draw_sheet()
    put = type(sheet).put_in_force

    def then_full(self: object) -> None:
        monkeypatch.setattr(LedgerStore, place, full)
        put(self)  # type: ignore[arg-type]

    monkeypatch.setattr(type(sheet), "put_in_force", then_full)
    if place == "append":
        with pytest.raises(NotEnteredYet, match="新しい回復シートだけが有効になりました"):
            house.ledger.people.replace_sheet("控えをなくしたため", sheet)
    else:
        house.ledger.people.replace_sheet("控えをなくしたため", sheet)
    monkeypatch.undo()
    (origin,) = unlocked(house).registers.all(LedgerOrigin)
    assert origin.record.recovery_keys == (house.ledger.safe.sheet_key().line,)
    assert house.office.sheet_is_right(house.ledger, sheet.text)
    assert not house.office.sheet_is_right(house.ledger, house.sheet)


def test_a_renewal_that_has_no_room_keeps_nobody_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = house.ledger.registers.one(UserAccount, login_name=WORKER.login)
    assert account is not None
    with monkeypatch.context() as patch:
        patch.setattr("storage.rekeying.require_room", full)
        with pytest.raises(KeyNotRenewed, match="空きがありません"):
            house.ledger.people.disable_account(account.record.id, "退職のため")
        assert any("空きが足りない" in one for one in unlocked(house).notices)
        house.ledger.people.accounts()
    assert not any("空きが足りない" in one for one in unlocked(house).notices)
    assert renewals(house.ledger) == ["2"]

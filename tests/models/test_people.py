"""Accounts: who may manage them, and what their end means."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import AccountStatus, Role
from models.commands import revising
from models.errors import (
    AccountUnfinished,
    MustChangePassword,
    NotPermitted,
    OutsideItsDays,
    Refused,
    WeakPassword,
    WrongPassword,
)
from models.records import UserAccount
from models.wareki import format_wareki
from tests.house import House, furnished
from tests.responsible import let_in_responsible
from ui.sample import cast

GOOD = "静かな港に灯る三つの明かり"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        yield made


def add(house: House, key: str = "worker", login: str = "worker", **changes: object) -> str:
    options: dict[str, object] = {"role": Role.WORKER, "password": GOOD, **changes}
    change = house.ledger.people.add_account(
        house.story.people[key],
        login=login,
        **options,  # type: ignore[arg-type]
    )
    return change.ids[0]


def test_a_new_user_signs_in_and_signs(house: House) -> None:
    add(house)
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", "worker", GOOD)
    assert house.ledger.role is Role.WORKER
    assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_first_passwords_are_to_be_changed(house: House) -> None:
    account_id = add(house)
    account = house.ledger.registers.need(UserAccount, account_id).record
    assert account.must_change
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", "worker", GOOD)
    with pytest.raises(MustChangePassword, match="自分だけが知っている"):
        house.story.ledger = house.ledger
        house.story.receive(1)
    house.ledger.people.change_password(GOOD, "遠い山から届く七通の手紙")
    assert not house.ledger.user.must_change
    house.ledger.close()
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "ledger", "worker", GOOD)
    house.ledger = house.office.unlock(
        house.folder / "ledger", "worker", "遠い山から届く七通の手紙"
    )


def test_weak_passwords_are_refused_and_leave_no_account(house: House) -> None:
    with pytest.raises(WeakPassword, match="文字以上"):
        add(house, password="みじかい")
    assert len(house.ledger.people.accounts()) == 1


def test_one_person_has_one_account_and_one_login_is_one_person(house: House) -> None:
    add(house)
    with pytest.raises(Refused, match="すでに利用者名があります"):
        add(house, login="second")
    with pytest.raises(Refused, match="すでに使われています"):
        add(house, key="worker2")


def test_an_inspector_needs_a_last_day(house: House) -> None:
    with pytest.raises(Refused, match="「利用期限」を入力してください"):
        add(house, key="officer", login="kensa", role=Role.INSPECTOR)


def test_a_clock_before_the_first_day_is_named(house: House) -> None:
    """A dead battery shuts everybody out; the words lead to the clock."""
    house.ledger.close()
    now = house.clock._now
    house.clock._now = now.replace(year=2020, month=1, day=1)
    login, password = cast.USERS[0].login, cast.USERS[0].password
    with pytest.raises(OutsideItsDays) as told:
        house.office.unlock(house.folder / "ledger", login, password)
    assert "令和2年1月1日" in str(told.value) and "時計を合わせて" in str(told.value)
    house.clock._now = now
    house.ledger = house.office.unlock(house.folder / "ledger", login, password)


def test_an_account_past_its_last_day_does_not_open(house: House) -> None:
    last = house.ledger.today()
    add(house, key="officer", login="kensa", role=Role.INSPECTOR, valid_until=last)
    house.ledger.close()
    house.clock.go_to(last + timedelta(days=1), 9)
    with pytest.raises(NotPermitted, match="利用できる期間内") as told:
        house.office.unlock(house.folder / "ledger", "kensa", GOOD)
    days = f"{format_wareki(last)}から{format_wareki(last)}まで"
    assert days in str(told.value) and "責任者に" in str(told.value)
    house.ledger = house.office.unlock(
        house.folder / "ledger", cast.USERS[0].login, cast.USERS[0].password
    )


def test_a_disabled_user_is_out_and_his_entries_still_verify(house: House) -> None:
    account_id = add(house)
    house.ledger.people.disable_account(account_id, "退職のため")
    account = house.ledger.registers.need(UserAccount, account_id).record
    assert account.status is AccountStatus.DISABLED
    assert account.disabled_reason == "退職のため"
    assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok
    house.ledger.close()
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "ledger", "worker", GOOD)
    house.ledger = house.office.unlock(
        house.folder / "ledger", cast.USERS[0].login, cast.USERS[0].password
    )


def test_an_administrator_neither_makes_nor_removes_responsible_persons(house: House) -> None:
    add(house, key="administrator", login="admin", role=Role.ADMINISTRATOR, chosen_by_self=True)
    supervisor = house.ledger.user.id
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", "admin", GOOD)
    with pytest.raises(NotPermitted, match="責任者だけ"):
        house.ledger.people.disable_account(supervisor, "異動のため")
    with pytest.raises(NotPermitted, match="責任者だけ"):
        house.ledger.people.reissue_password(supervisor, GOOD + "二", "失念のため")
    with pytest.raises(NotPermitted, match="責任者だけ"):
        add(house, key="worker2", login="second", role=Role.SUPERVISOR)


def test_an_administrator_who_makes_himself_responsible_is_found(house: House) -> None:
    add(house, key="administrator", login="admin", role=Role.ADMINISTRATOR, chosen_by_self=True)
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", "admin", GOOD)
    promoted = replace(house.ledger.user, app_role=Role.SUPERVISOR)
    house.ledger.commit([revising(promoted, "自分を責任者にする")])
    found = house.ledger.safe.verify(full=True, progress=lambda done, total: None)
    assert any("権限のない利用者" in one.message for one in found.problems)
    house.ledger.close()
    with pytest.raises(AccountUnfinished):
        house.office.unlock(house.folder / "ledger", "admin", GOOD)


def test_responsible_persons_let_each_other_in_and_out(house: House) -> None:
    add(house, key="administrator", login="admin", role=Role.ADMINISTRATOR)
    second = let_in_responsible(house, house.story.people["worker"], "second", GOOD)
    house.ledger.people.disable_account(second, "異動のため")
    assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_nobody_disables_himself(house: House) -> None:
    with pytest.raises(Refused, match="自分自身"):
        house.ledger.people.disable_account(house.ledger.user.id, "異動のため")


def test_the_supervisor_manages_accounts_only_without_an_administrator(house: House) -> None:
    add(house, key="administrator", login="admin", role=Role.ADMINISTRATOR, chosen_by_self=True)
    with pytest.raises(NotPermitted, match="システム管理者"):
        add(house)


def test_a_lost_password_is_reissued(house: House) -> None:
    account_id = add(house)
    before = house.ledger.registers.need(UserAccount, account_id).record.public_key
    house.ledger.people.reissue_password(account_id, "遠い山から届く七通の手紙", "失念のため")
    after = house.ledger.registers.need(UserAccount, account_id).record
    assert after.public_key != before and after.must_change
    house.ledger.close()
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "ledger", "worker", GOOD)
    house.ledger = house.office.unlock(
        house.folder / "ledger", "worker", "遠い山から届く七通の手紙"
    )


def test_the_ledger_knows_what_a_password_must_not_contain(house: House) -> None:
    for password in (
        "𠮷野の静かな港に灯る明かり", "みほん情報処理の三つの明かり", "2026-001の三つの明かり",
    ):  # fmt: skip
        with pytest.raises(WeakPassword, match="氏名・会社名・契約番号"):
            add(house, password=password)
    add(house)
    with pytest.raises(WeakPassword, match="会社名"):
        house.ledger.people.reissue_password(
            house.ledger.registers.all(UserAccount, login_name="worker")[0].record.id,
            "みほん情報処理の三つの明かり",
            "失念",
        )


def test_the_present_password_is_no_new_one(house: House) -> None:
    mine = cast.USERS[0].password
    with pytest.raises(WeakPassword, match="今と同じ"):
        house.ledger.people.change_password(mine, mine.replace("7", "７"))

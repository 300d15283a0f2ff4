"""A password that others knew is never taken again by its user, and what tells it helps nobody."""

import base64
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from models.codes import Role
from models.errors import NewerFormat, WeakPassword
from models.exposure import change_known, shut
from models.former_passwords import change_former_passwords
from models.ledger import Ledger
from models.records import Incident, IncidentLog, UserAccount
from models.store import quiet
from storage.exposed import SECRET, ExposedPasswords
from storage.keyset import SLOT_BOX_BYTES
from storage.safe import LedgerSafe
from tests.house import House, furnished
from ui.sample import cast

BOSS = cast.USERS[0]
WORKER = next(user for user in cast.USERS if user.role is Role.WORKER)
ADMIN = next(user for user in cast.USERS if user.role is Role.ADMINISTRATOR)
FIRST = "さいしょの-1つ目の合言葉です"
CHAIN = [
    "青い坂道の先にある三つの灯台", "静かな港に灯る七つの明かり", "遠い山から届く九通の手紙",
    "白い小道を歩く二匹の子馬", "古い時計台に住む五羽の鳩", "冬の窓辺で眠る四冊の詩集",
]  # fmt: skip
WHY = "机のメモを来客に見られた"
NEVER = "二度と使えません"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        yield made


def account(ledger: Ledger, login: str) -> str:
    found = ledger.registers.one(UserAccount, login_name=login)
    assert found is not None
    return found.record.id


def sign_in(house: House, login: str, password: str) -> Ledger:
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", login, password)
    return house.ledger


def expose_worker(house: House) -> None:
    ledger = house.sign_in(ADMIN.login)
    worker = account(ledger, WORKER.login)
    shut(ledger, worker, WHY)
    ledger.people.reissue_password(worker, FIRST, "知られたため停止した後の再発行")


def change(ledger: Ledger, *passwords: str) -> None:
    for old, new in pairwise(passwords):
        ledger.people.change_password(old, new)


def book(ledger: Ledger, login: str) -> ExposedPasswords:
    safe = ledger.safe
    assert isinstance(safe, LedgerSafe)
    return ExposedPasswords(safe._store, safe.vault, account(ledger, login))


def openable(ledger: Ledger, login: str) -> int:
    mine = book(ledger, login)
    return sum(mine._opened(one) is not None for one in mine.read())


def test_the_exposed_password_is_not_taken_again_however_often_it_changes(house: House) -> None:
    expose_worker(house)
    ledger = sign_in(house, WORKER.login, FIRST)
    with pytest.raises(WeakPassword, match=NEVER):
        ledger.people.change_password(FIRST, WORKER.password)
    change(ledger, FIRST, *CHAIN)
    with pytest.raises(WeakPassword, match=NEVER):
        ledger.people.change_password(CHAIN[-1], WORKER.password)


def test_nor_after_the_own_account_was_shut_by_its_owner(house: House) -> None:
    ledger = house.ledger
    change_former_passwords(ledger, 1)
    shut(ledger, ledger.user.id, WHY, old_password=BOSS.password, new_password=CHAIN[0])
    change(ledger, *CHAIN[:4])
    with pytest.raises(WeakPassword, match=NEVER):
        ledger.people.change_password(CHAIN[3], BOSS.password)
    change(ledger, CHAIN[3], CHAIN[0])  # what nobody else knew may come again by the rule


def test_it_is_no_first_password_either(house: House) -> None:
    ledger = house.sign_in(ADMIN.login)
    worker = account(ledger, WORKER.login)
    shut(ledger, worker, WHY)
    for _ in range(2):
        with pytest.raises(WeakPassword, match=NEVER):
            ledger.people.reissue_password(worker, WORKER.password, "失念のため")
        ledger.people.reissue_password(worker, FIRST, "失念のため")


def test_two_exposures_and_a_lost_password_forget_none(house: House) -> None:
    expose_worker(house)
    ledger = sign_in(house, WORKER.login, FIRST)
    change(ledger, FIRST, CHAIN[0])
    ledger = house.sign_in(ADMIN.login)
    worker = account(ledger, WORKER.login)
    shut(ledger, worker, WHY)
    ledger.people.reissue_password(worker, FIRST, "失念のため")
    ledger = sign_in(house, WORKER.login, FIRST)
    for known in (WORKER.password, CHAIN[0]):
        with pytest.raises(WeakPassword, match=NEVER):
            ledger.people.change_password(FIRST, known)
    change(ledger, FIRST, CHAIN[1])


def test_a_password_that_was_only_lost_may_come_again(house: House) -> None:
    ledger = house.sign_in(ADMIN.login)
    ledger.people.reissue_password(account(ledger, WORKER.login), FIRST, "失念のため")
    change(sign_in(house, WORKER.login, FIRST), FIRST, WORKER.password)


def test_a_new_data_key_a_rebuild_and_a_restore_leave_it(house: House, tmp_path: Path) -> None:
    ledger = house.ledger
    shut(ledger, ledger.user.id, WHY, old_password=BOSS.password, new_password=CHAIN[0])
    change_former_passwords(ledger, 1)
    change(ledger, CHAIN[0], CHAIN[1], CHAIN[2])
    ledger.people.renew_key("定期の更新のため")
    ledger.store.rebuild(quiet)
    (tmp_path / "stick").mkdir()
    made = ledger.safe.backup(tmp_path / "stick", quiet)
    ledger.close()
    house.office.restore(made.file, tmp_path / "again", BOSS.login, CHAIN[2], quiet)
    house.ledger = house.office.unlock(tmp_path / "again", BOSS.login, CHAIN[2])
    with pytest.raises(WeakPassword, match=NEVER):
        house.ledger.people.change_password(CHAIN[2], BOSS.password)


def test_nor_with_the_recovery_sheet(house: House) -> None:
    ledger = house.ledger
    shut(ledger, ledger.user.id, WHY, old_password=BOSS.password, new_password=CHAIN[0])
    ledger.close()
    folder, sheet = house.folder / "ledger", house.sheet
    with pytest.raises(WeakPassword, match=NEVER):
        house.office.recover(folder, sheet, BOSS.login, BOSS.password)
    house.ledger, _ = house.office.recover(folder, sheet, BOSS.login, CHAIN[1])
    with pytest.raises(WeakPassword, match=NEVER):
        house.ledger.people.change_password(CHAIN[1], BOSS.password)


# --- whom it helps --------------------------------------------------------------------------------


def test_who_may_issue_no_password_can_try_no_guess(house: House) -> None:
    ledger = house.ledger
    shut(ledger, ledger.user.id, WHY, old_password=BOSS.password, new_password=CHAIN[0])
    assert openable(ledger, BOSS.login) == 1
    expose_worker(house)
    assert openable(house.ledger, WORKER.login) == 1  # who issued it
    assert openable(house.ledger, BOSS.login) == 0  # an administrator lets no responsible person in
    sign_in(house, WORKER.login, FIRST)
    change(house.ledger, FIRST, CHAIN[1])
    assert openable(house.ledger, WORKER.login) == 1
    assert openable(house.ledger, BOSS.login) == 0
    [kept] = book(house.ledger, BOSS.login).read()
    assert kept.slot.box == bytes(SLOT_BOX_BYTES), "nothing can be tried on it"


def test_no_plain_word_and_no_box_stands_in_it(house: House) -> None:
    ledger = house.ledger
    safe = ledger.safe
    assert isinstance(safe, LedgerSafe)
    slot = safe.vault.header.slot_of(ledger.user.id)
    shut(ledger, ledger.user.id, WHY, old_password=BOSS.password, new_password=CHAIN[0])
    raw = ledger.store.secret(SECRET + ledger.user.id)
    assert slot and raw
    assert base64.b64encode(slot.box) not in raw and BOSS.password.encode() not in raw
    ledger.close()
    for file in house.folder.rglob("*"):
        assert not file.is_file() or raw not in file.read_bytes(), file


def test_what_is_damaged_stops_no_change_and_what_is_newer_is_refused(house: House) -> None:
    ledger = house.ledger
    name = SECRET + ledger.user.id
    for damaged in (b"\x01", b"\x01{}", b"\x00", b'\x01{"exposed":[{}]}'):
        ledger.store.set_secret(name, damaged)
        assert book(ledger, BOSS.login).read() == []
    change(ledger, BOSS.password, CHAIN[0])
    ledger.store.set_secret(name, b"\x02...")
    with pytest.raises(NewerFormat):
        ledger.people.change_password(CHAIN[0], CHAIN[1])


# --- who is faster than those who may shut it -------------------------------------------------------


def test_who_changes_a_known_password_himself_keeps_it_from_coming_back(house: House) -> None:
    """A worker notices, and waits for nobody; the others shut what is left."""
    ledger = house.sign_in(WORKER.login)
    done = change_known(ledger, WORKER.password, CHAIN[0])
    assert "「知られた・紛失」を頼んで" in done.notices[0]
    ledger = house.sign_in(BOSS.login)
    [draft] = [one.record for one in ledger.registers.all(Incident)]
    assert WORKER.login in draft.situation and draft.owner_person_id == ledger.user.person_id
    worker = account(ledger, WORKER.login)
    shut(ledger, worker, WHY)
    [step] = ledger.registers.all(IncidentLog, incident_id=draft.id)
    assert WHY in step.record.text and len(ledger.registers.all(Incident)) == 1
    ledger = house.sign_in(ADMIN.login)
    for known in (WORKER.password, CHAIN[0]):
        with pytest.raises(WeakPassword, match=NEVER):
            ledger.people.reissue_password(worker, known, "知られたため停止した後の再発行")
    ledger.people.reissue_password(worker, FIRST, "知られたため停止した後の再発行")
    ledger = sign_in(house, WORKER.login, FIRST)
    for known in (WORKER.password, CHAIN[0]):
        with pytest.raises(WeakPassword, match=NEVER):
            ledger.people.change_password(FIRST, known)
    assert not ledger.safe.verify(full=True, progress=quiet).problems


def test_an_officer_changes_a_known_password_and_enters_nothing_else(house: House) -> None:
    officer = next(user for user in cast.USERS if user.role is Role.INSPECTOR)
    ledger = house.sign_in(officer.login)
    done = change_known(ledger, officer.password, CHAIN[0])
    assert "「事故・違反」には登録されていません" in done.notices[0]
    change(ledger, *CHAIN)
    with pytest.raises(WeakPassword, match=NEVER):
        ledger.people.change_password(CHAIN[-1], officer.password)
    assert not house.sign_in(BOSS.login).registers.all(Incident)

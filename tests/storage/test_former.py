"""Former passwords do not come again, and what tells them apart helps nobody but their owner."""

import os
import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from models.codes import Role
from models.errors import (
    Cancelled,
    InvalidField,
    NewerFormat,
    NotPermitted,
    WeakPassword,
    WrongPassword,
)
from models.former_passwords import change_former_passwords, former_passwords
from models.ledger import Ledger
from models.store import quiet
from storage import former
from storage.former import SECRET, Former, FormerPasswords
from storage.kdf import KdfParameters, argon2id
from storage.safe import LedgerSafe
from tests.house import House, furnished
from ui.sample import cast

BOSS = cast.USERS[0]
WORKER = next(user for user in cast.USERS if user.role is Role.WORKER)
OFFICER = next(user for user in cast.USERS if user.role is Role.INSPECTOR)
CHAIN = [
    "青い坂道の先にある三つの灯台", "静かな港に灯る七つの明かり", "遠い山から届く九通の手紙",
    "白い小道を歩く二匹の子馬", "古い時計台に住む五羽の鳩", "冬の窓辺で眠る四冊の詩集",
]  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        yield made


def change(ledger: Ledger, *passwords: str) -> None:
    """Change from the first password to the second, on to the third, and so on."""
    for old, new in pairwise(passwords):
        ledger.people.change_password(old, new)


def safe_of(ledger: Ledger) -> LedgerSafe:
    safe = ledger.safe
    assert isinstance(safe, LedgerSafe)
    return safe


def history(ledger: Ledger) -> FormerPasswords:
    safe = safe_of(ledger)
    return FormerPasswords(safe._store, safe.vault)


def test_the_last_four_passwords_do_not_come_again(house: House) -> None:
    change(house.ledger, BOSS.password, *CHAIN[:5])
    for old in (CHAIN[0], CHAIN[1], CHAIN[2], CHAIN[3]):
        with pytest.raises(WeakPassword, match="前に使ったパスワードです（今のものより前の4個"):
            house.ledger.people.change_password(CHAIN[4], old)
    with pytest.raises(WeakPassword, match="今と同じ"):
        house.ledger.people.change_password(CHAIN[4], CHAIN[4])
    change(house.ledger, CHAIN[4], BOSS.password)  # the fifth before may come again
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)


def test_full_width_is_the_same_password(house: House) -> None:
    change(house.ledger, BOSS.password, "harbour seven lights 77", CHAIN[0])
    with pytest.raises(WeakPassword, match="前に使った"):
        house.ledger.people.change_password(CHAIN[0], "harbour　seven　lights　７７")


def test_only_who_knows_the_present_password_learns_of_former_ones(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(house.ledger, BOSS.password, CHAIN[0])
    derived: list[str] = []

    def derive(text: str, salt: bytes, cost: KdfParameters) -> bytes:
        derived.append(text)
        return argon2id(text, salt, cost)

    monkeypatch.setattr(former, "argon2id", derive)
    with pytest.raises(WrongPassword):
        house.ledger.people.change_password("間違ったパスワードのことば", BOSS.password)
    assert derived == []
    with pytest.raises(WeakPassword, match="前に使った"):
        house.ledger.people.change_password(CHAIN[0], BOSS.password)
    assert derived == [BOSS.password]


def test_a_refused_or_stopped_change_leaves_the_password_and_the_history(house: House) -> None:
    change(house.ledger, BOSS.password, *CHAIN[:2])
    before = history(house.ledger).read()
    reports: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        reports.append((done, total))
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        house.ledger.people.change_password(CHAIN[1], CHAIN[2], progress=stop)
    with pytest.raises(WeakPassword):
        house.ledger.people.change_password(CHAIN[1], CHAIN[0])
    assert reports == [(0, 2), (1, 2)], "each derivation is told"
    assert history(house.ledger).read() == before
    safe_of(house.ledger).vault.check_password(CHAIN[1])


def test_the_number_is_entered_and_counts_from_then_on(house: House) -> None:
    assert former_passwords(house.ledger) == 4
    change_former_passwords(house.ledger, 1)
    assert former_passwords(house.ledger) == 1
    change(house.ledger, BOSS.password, CHAIN[0], CHAIN[1])
    with pytest.raises(WeakPassword, match="前の1個"):
        house.ledger.people.change_password(CHAIN[1], CHAIN[0])
    change(house.ledger, CHAIN[1], BOSS.password)
    assert len(history(house.ledger).read()) == 1, "no more is kept than the rule needs"
    with pytest.raises(InvalidField, match="1から12まで"):
        change_former_passwords(house.ledger, 0)
    worker = house.sign_in(WORKER.login)
    assert former_passwords(worker) == 1
    with pytest.raises(NotPermitted):
        change_former_passwords(worker, 4)


def test_an_officer_who_only_looks_has_a_history_too(house: House) -> None:
    officer = house.sign_in(OFFICER.login)
    change(officer, OFFICER.password, CHAIN[0], CHAIN[1])
    with pytest.raises(WeakPassword, match="前に使った"):
        officer.people.change_password(CHAIN[1], CHAIN[0])
    assert safe_of(officer)._store.database.value("PRAGMA query_only") == 1


def test_a_password_that_somebody_else_issued_begins_anew(house: House) -> None:
    worker = house.sign_in(WORKER.login)
    account_id = worker.user.id
    change(worker, WORKER.password, CHAIN[0])
    house.sign_in(BOSS.login)
    admin = next(user for user in cast.USERS if user.role is Role.ADMINISTRATOR)
    ledger = house.sign_in(admin.login)
    name = SECRET + account_id
    assert ledger.store.secret(name)
    ledger.people.reissue_password(account_id, CHAIN[5], "失念のため")
    assert ledger.store.secret(name) == b""
    ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", WORKER.login, CHAIN[5])
    change(house.ledger, CHAIN[5], WORKER.password)  # it was his own before the loss
    with pytest.raises(WeakPassword, match="前に使った"):
        house.ledger.people.change_password(WORKER.password, CHAIN[5])  # somebody else knows it


def test_the_history_survives_a_new_data_key_a_rebuild_and_a_restore(
    house: House, tmp_path: Path
) -> None:
    ledger = house.ledger
    change(ledger, BOSS.password, CHAIN[0])
    ledger.people.renew_key("定期の更新のため")
    ledger.store.rebuild(quiet)
    with pytest.raises(WeakPassword, match="前に使った"):
        ledger.people.change_password(CHAIN[0], BOSS.password)
    (tmp_path / "stick").mkdir()
    made = ledger.safe.backup(tmp_path / "stick", quiet)
    ledger.close()
    house.office.restore(made.file, tmp_path / "again", BOSS.login, CHAIN[0], quiet)
    house.ledger = house.office.unlock(tmp_path / "again", BOSS.login, CHAIN[0])
    with pytest.raises(WeakPassword, match="前に使った"):
        house.ledger.people.change_password(CHAIN[0], BOSS.password)


# --- whom it helps --------------------------------------------------------------------------------


def test_nobody_else_who_is_signed_in_can_open_it(house: House) -> None:
    worker = house.sign_in(WORKER.login)
    account_id = worker.user.id
    change(worker, WORKER.password, CHAIN[0])
    assert len(history(worker).read()) == 1
    boss = house.sign_in(BOSS.login)  # holds the data key, as everybody does who signs in
    mine, his = history(boss), boss.store.secret(SECRET + account_id)
    assert his and mine.read() == []
    boss.store.set_secret(SECRET + boss.user.id, his)  # under my own name it does not open either
    assert mine.read() == []


def test_nothing_of_a_former_password_stands_outside_the_encrypted_database(
    house: House, tmp_path: Path
) -> None:
    change(house.ledger, BOSS.password, CHAIN[0])
    [kept] = history(house.ledger).read()
    sealed = house.ledger.store.secret(SECRET + house.ledger.user.id)
    assert sealed and kept.verifier not in sealed and BOSS.password.encode() not in sealed
    house.ledger.close()
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert len(files) > 3
    for file in files:
        data = file.read_bytes()
        assert kept.verifier not in data and sealed not in data and kept.salt not in data, file
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(tmp_path / "ledger" / "ledger.db").execute("SELECT * FROM secret")


def test_every_verifier_costs_what_a_slot_costs(house: House) -> None:
    change(house.ledger, BOSS.password, *CHAIN[:3])
    known = history(house.ledger).read()
    cost = safe_of(house.ledger).vault.header.kdf
    assert [one.kdf for one in known] == [cost] * 3
    assert len({one.salt for one in known}) == len({one.verifier for one in known}) == 3


def test_a_planted_history_asks_for_no_memory_and_stops_no_change(house: House) -> None:
    """Whoever holds the data key can write one, as the public key is no secret."""
    ledger = house.ledger
    mine = history(ledger)
    mine._write([Former(os.urandom(16), KdfParameters(1 << 30, 1), os.urandom(16), bytes(32))])
    assert mine.read() == []
    for damaged in (b"\x01", b"\x01" + os.urandom(200), b"\x00"):
        ledger.store.set_secret(SECRET + ledger.user.id, damaged)
        assert mine.read() == []
    change(ledger, BOSS.password, CHAIN[0])
    assert len(mine.read()) == 1


def test_a_newer_history_is_refused(house: House) -> None:
    house.ledger.store.set_secret(SECRET + house.ledger.user.id, b"\x02...")
    with pytest.raises(NewerFormat):
        house.ledger.people.change_password(BOSS.password, CHAIN[0])
    safe_of(house.ledger).vault.check_password(BOSS.password)


def test_a_change_that_died_counts_its_password_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe = safe_of(house.ledger)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(safe.vault, "commit", lambda *a, **k: 1 / 0)
        house.ledger.people.change_password(BOSS.password, CHAIN[0])
    assert len(history(house.ledger).read()) == 1
    change(house.ledger, BOSS.password, CHAIN[0])
    assert len(history(house.ledger).read()) == 1
    with pytest.raises(WeakPassword, match="前に使った"):
        house.ledger.people.change_password(CHAIN[0], BOSS.password)

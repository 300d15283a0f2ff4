"""The gate: every way into a ledger, and what is left when one of them fails half-way."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.chain import Head, Intent
from models.codes import Role
from models.commands import creating, revising
from models.errors import (
    AccountUnfinished,
    AzukariError,
    Damaged,
    DeviceSecretMissing,
    DiskFull,
    InUse,
    InvalidField,
    LockedOut,
    MustChangePassword,
    NotPermitted,
    NotWritable,
    Refused,
    VerificationFailed,
    WeakPassword,
    WrongPassword,
    WrongRecoverySheet,
)
from models.ledger import Ledger
from models.records import LedgerOrigin, Person, UserAccount
from models.store import quiet
from storage import safe as safes
from storage.kdf import KdfParameters, slot_key
from storage.unlocked import Vault
from tests.house import FIRST_DAY, House, cheap_office, furnished, opening
from ui.sample import cast
from ui.sample.clock import StoryClock

BOSS = cast.USERS[0]
FRESH = "遠い山から届く七通の手紙"
FIRST = "静かな港に灯る三つの明かり"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        yield made


def sound(ledger: Ledger) -> bool:
    return ledger.safe.verify(full=True, progress=quiet).ok


def account(ledger: Ledger, login: str) -> UserAccount:
    stored = ledger.registers.one(UserAccount, login_name=login)
    assert stored is not None
    return stored.record


def reopen(house: House, login: str = BOSS.login, password: str = BOSS.password) -> Ledger:
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", login, password)
    house.story.ledger = house.ledger
    return house.ledger


def hire(house: House, **options: object) -> str:
    change = house.ledger.people.add_account(
        house.story.people["worker"],
        login="yoshino",
        role=Role.WORKER,
        password=FIRST,
        **options,  # type: ignore[arg-type]
    )
    return change.ids[0]


class Killed(BaseException):
    """The process died here."""


def die(*_args: object, **_named: object) -> None:
    raise Killed


# --- creating -------------------------------------------------------------------------------------


@pytest.mark.parametrize("was_there", [False, True])
@pytest.mark.parametrize("step", ["create_pair", "lock", "database", "first command"])
def test_a_creation_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, was_there: bool
) -> None:
    def full(*_args: object, **_named: object) -> None:
        raise DiskFull(file="台帳")

    places = {
        "create_pair": "storage.vault.create_pair",
        "lock": "storage.joining.lock_ledger",
        "database": "storage.ledgers.new_store",
        "first command": "models.office.open_books",
    }
    monkeypatch.setattr(places[step], full)
    folder = tmp_path / "ledger"
    if was_there:
        folder.mkdir()
    office = cheap_office(tmp_path, _clock())
    with pytest.raises(DiskFull):
        office.create(folder, opening(), BOSS.password)
    assert list(tmp_path.rglob("ledger/*")) == [] and folder.exists() is was_there
    monkeypatch.undo()
    ledger, _sheet = office.create(folder, opening(), BOSS.password)
    assert ledger.store.head().seq == 4
    ledger.close()


def test_an_opening_that_cannot_stand_leaves_nothing(tmp_path: Path) -> None:
    office = cheap_office(tmp_path, _clock())
    nameless = replace(opening(), person=replace(opening().person, name=""))
    with pytest.raises(Refused, match="氏名"):
        office.create(tmp_path / "ledger", nameless, BOSS.password)
    assert not (tmp_path / "ledger").exists()


def test_a_ledger_is_not_made_over_other_files(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "letter.txt").write_text("keep")
    with pytest.raises(NotWritable):
        cheap_office(tmp_path, _clock()).create(folder, opening(), BOSS.password)
    assert (folder / "letter.txt").read_text() == "keep"


def _clock() -> StoryClock:
    return StoryClock(FIRST_DAY)


# --- unlocking ------------------------------------------------------------------------------------


def test_wrong_password_and_unknown_user_get_one_answer_after_the_same_work(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage import header_edits

    derived: list[KdfParameters] = []

    def counted(*args: Any) -> bytes:
        derived.append(args[3])
        return slot_key(*args)

    monkeypatch.setattr(header_edits, "slot_key", counted)
    house.ledger.close()
    answers = []
    for login in (BOSS.login, "nobody"):
        with pytest.raises(WrongPassword) as caught:
            house.office.unlock(house.folder / "ledger", login, "間違ったパスワードです")
        answers.append(str(caught.value))
    assert answers[0] == answers[1]
    assert len(derived) == 2 and derived[0] == derived[1]


def test_a_second_start_is_told_who_and_since_when(house: House) -> None:
    with pytest.raises(InUse, match=r"の.+2026-10-01 08:3\dから") as caught:
        house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert caught.value.exit_code == 5
    house.ledger.close()
    assert sound(reopen(house))


def test_a_lock_dies_with_its_process(house: House) -> None:
    house.ledger.close()
    code = (
        "import sys,os,datetime,pathlib\n"
        "from storage.lock import lock_ledger\n"
        "lock_ledger(pathlib.Path(sys.argv[1]), holder='別の席', now=datetime.datetime.now())\n"
        "print('held', flush=True); sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(house.folder / "ledger")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None and child.stdout.readline() == b"held\n"
    with pytest.raises(InUse, match="別の席"):
        house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    child.kill()
    child.communicate()
    assert sound(reopen(house))


def test_five_wrong_passwords_shut_a_name_out_for_a_while(house: House) -> None:
    house.ledger.close()
    folder = house.folder / "ledger"
    for login in (BOSS.login, BOSS.login.upper(), "ｔａｋａｈａｓｈｉ", BOSS.login, BOSS.login):
        with pytest.raises(WrongPassword):
            house.office.unlock(folder, login, "間違ったパスワードです")
    with pytest.raises(LockedOut, match=r"\d\d時\d\d分まで") as caught:
        house.office.unlock(folder, BOSS.login, BOSS.password)
    assert caught.value.exit_code == 3
    house.clock.wait(6)
    assert sound(reopen(house))


def test_guessing_at_a_backup_is_slowed_down_too(house: House) -> None:
    made = house.ledger.safe.backup(_new(house, "usb"), quiet)
    target = house.folder / "restored"
    for _ in range(5):
        with pytest.raises(WrongPassword):
            _restore(house, made.file, target, password="間違ったパスワードです")
    with pytest.raises(LockedOut):
        _restore(house, made.file, target, password=BOSS.password)
    house.clock.wait(6)
    assert _restore(house, made.file, target, password=BOSS.password) == made.head.seq


def test_a_damaged_count_of_failures_keeps_nobody_out(house: House) -> None:
    house.ledger.close()
    (house.folder / "device" / "attempts.json").write_bytes(b"{broken")
    assert sound(reopen(house))


def test_what_fails_while_opening_gives_everything_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ledger.close()
    broken = Damaged(file="ledger.db", what_now="バックアップから復元してください。")

    def fail(*_args: object) -> None:
        raise broken

    for place in ("storage.ledgers._attach_files", "storage.safe.LedgerSafe.require_header"):
        monkeypatch.setattr(place, fail)
        with pytest.raises(Damaged) as caught:
            house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
        monkeypatch.undo()
        assert caught.value is broken  # keeps the frames alive: nothing is given back by chance
        assert sound(reopen(house))
        house.ledger.close()


def test_an_old_copy_of_the_key_files_does_not_let_a_removed_user_in(house: House) -> None:
    account_id = hire(house, chosen_by_self=True)
    folder = house.folder / "ledger"
    old = {name: (folder / name).read_bytes() for name in ("keys.a", "keys.b")}
    house.ledger.people.disable_account(account_id, "退職のため")
    house.ledger.close()
    now = {name: (folder / name).read_bytes() for name in old}
    for name, raw in old.items():
        (folder / name).write_bytes(raw)
    for login, password in (("yoshino", FIRST), (BOSS.login, BOSS.password)):
        with pytest.raises(Damaged, match="鍵ファイルが以前のもの"):
            house.office.unlock(folder, login, password)
    for name, raw in now.items():
        (folder / name).write_bytes(raw)
    assert sound(reopen(house))


# --- an officer -----------------------------------------------------------------------------------


@pytest.fixture
def officer(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, things=2) as house:
        house.sign_in("kensa")
        yield house


def test_an_officer_reads_and_verifies_and_writes_nothing(officer: House) -> None:
    ledger = officer.ledger
    before = ledger.store.head()
    files = ledger.opened.store.attachments  # type: ignore[attr-defined]  # beyond the Protocol
    kept = files.names()
    person = Person(
        name="無断　登録", organization_id=officer.story.contract.contractor_org_id,
        employment_type=cast.PEOPLE["worker"][3],
    )  # fmt: skip
    with pytest.raises(NotPermitted):
        ledger.registers.create(person)
    with pytest.raises(NotPermitted, match="記帳"):
        ledger.commit([creating(replace(person, id=ledger.new_id()))])
    with pytest.raises(NotPermitted):
        ledger.store.put_blob(b"x")
    writing: list[Callable[[], object]] = [
        lambda: ledger.store.set_setting("name", "value"),
        lambda: ledger.store.set_secret("name", b"value"),
        lambda: ledger.store.rebuild(quiet),
    ]
    for act in writing:
        with pytest.raises(AzukariError):
            act()
    assert sound(ledger) and not ledger.store.index_search(50)
    assert ledger.store.head() == before
    assert files.names() == kept


def test_an_officer_changes_only_his_own_password(officer: House) -> None:
    me, boss = officer.ledger.user, account(officer.ledger, BOSS.login)
    with pytest.raises(NotPermitted):
        officer.ledger.commit([revising(replace(boss, must_change=True), "他人の登録を変える")])
    officer.ledger.people.change_password(cast.USERS[2].password, FRESH)
    assert officer.ledger.store.head().seq
    with pytest.raises(AzukariError):
        officer.ledger.store.set_setting("name", "value")
    ledger = reopen(officer, me.login_name, FRESH)
    assert sound(ledger)
    assert sound(reopen(officer))


# --- first passwords ------------------------------------------------------------------------------


def test_nothing_is_entered_before_the_first_password_was_changed(house: House) -> None:
    hire(house)
    ledger = reopen(house, "yoshino", FIRST)
    before = ledger.store.head()
    with pytest.raises(MustChangePassword) as caught:
        ledger.require("backup")
    assert caught.value.exit_code == 3
    with pytest.raises(MustChangePassword):
        house.story.receive(1)
    assert ledger.store.head() == before
    ledger.people.change_password(FIRST, FRESH)
    house.story.receive(1)
    assert sound(reopen(house))


# --- an act that died between key header and ledger -----------------------------------------------


def test_a_registration_that_died_is_taken_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.ledger, "commit", die)
    with pytest.raises(Killed):
        hire(house)
    house.ledger.close()
    with pytest.raises(NotPermitted):
        house.office.unlock(house.folder / "ledger", "yoshino", FIRST)
    ledger = reopen(house)
    assert any("途中で終わっていたため取り消しました" in one for one in ledger.notices)
    assert len(ledger.safe.ways_in()) == 1
    hire(house, chosen_by_self=True)
    assert sound(reopen(house, "yoshino", FIRST))
    assert not reopen(house).notices


def test_a_removal_that_died_is_finished(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = hire(house, chosen_by_self=True)
    monkeypatch.setattr(Vault, "announce_epoch", die)
    with pytest.raises(Killed):
        house.ledger.people.disable_account(account_id, "退職のため")
    monkeypatch.undo()
    house.ledger.close()
    with pytest.raises(NotPermitted):
        house.office.unlock(house.folder / "ledger", "yoshino", FIRST)
    ledger = reopen(house)
    assert any("yoshinoの利用停止を完了" in one for one in ledger.notices)
    house.ledger.close()
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "ledger", "yoshino", FIRST)
    assert sound(reopen(house))


def test_a_reissue_that_died_is_finished_by_the_next_manager(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = hire(house, chosen_by_self=True)
    monkeypatch.setattr(house.ledger, "commit", die)
    with pytest.raises(Killed):
        house.ledger.people.reissue_password(account_id, FRESH, "失念のため")
    house.ledger.close()
    with pytest.raises(AccountUnfinished, match="台帳の登録と一致しません"):
        house.office.unlock(house.folder / "ledger", "yoshino", FRESH)
    ledger = reopen(house)
    assert any("yoshinoのパスワードの再発行を完了" in one for one in ledger.notices)
    assert account(ledger, "yoshino").must_change
    ledger = reopen(house, "yoshino", FRESH)
    ledger.people.change_password(FRESH, FIRST)
    house.story.receive(1)
    assert sound(reopen(house))


def test_a_change_of_the_first_password_that_died_is_finished(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    hire(house)
    ledger = reopen(house, "yoshino", FIRST)
    monkeypatch.setattr(ledger, "commit", die)
    with pytest.raises(Killed):
        ledger.people.change_password(FIRST, FRESH)
    ledger = reopen(house, "yoshino", FRESH)
    assert not ledger.user.must_change
    house.story.receive(1)
    assert sound(reopen(house))


def test_a_full_disk_does_not_keep_people_from_reading(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = hire(house, chosen_by_self=True)
    monkeypatch.setattr(Vault, "announce_epoch", die)
    with pytest.raises(Killed):
        house.ledger.people.disable_account(account_id, "退職のため")

    def full(*_args: object) -> None:
        raise DiskFull(file="keys.a")

    monkeypatch.setattr(Vault, "announce_epoch", full)
    assert any("空きがありません" in one for one in reopen(house).notices)


def test_two_names_of_one_key_file_are_told_of_once(house: House) -> None:
    house.ledger.close()
    first, second = (house.folder / "ledger" / name for name in ("keys.a", "keys.b"))
    second.unlink()
    os.link(first, second)
    assert any("1つのファイルになっていました" in one for one in reopen(house).notices)
    assert not reopen(house).notices


# --- the recovery sheet ---------------------------------------------------------------------------


def test_a_lost_password_of_the_responsible_person(house: House) -> None:
    house.ledger.close()
    ledger, fresh = house.office.recover(house.folder / "ledger", house.sheet, BOSS.login, FRESH)
    house.ledger = ledger
    house.story.ledger = ledger
    house.story.receive(1)
    assert fresh != house.sheet and sound(ledger)
    ledger.close()
    for login, password in ((BOSS.login, BOSS.password),):
        with pytest.raises(WrongPassword):
            house.office.unlock(house.folder / "ledger", login, password)
    with pytest.raises(WrongRecoverySheet):
        house.office.recover(house.folder / "ledger", house.sheet, BOSS.login, FRESH)
    assert sound(reopen(house, BOSS.login, FRESH))
    assert house.office.sheet_is_right(house.ledger, fresh)
    assert not house.office.sheet_is_right(house.ledger, house.sheet)


def test_somebody_new_takes_over_with_the_sheet(house: House) -> None:
    hire(house, chosen_by_self=True)
    house.ledger.close()
    heir = Person(
        name="佐々木　葵", name_kana="ササキ　アオイ",
        employment_type=cast.PEOPLE["worker"][3], organization_id="-",
    )  # fmt: skip
    with pytest.raises(Refused, match="takahashi"):
        house.office.recover(house.folder / "ledger", house.sheet, "sasaki", FRESH)
    ledger, _fresh = house.office.recover(
        house.folder / "ledger", house.sheet, "sasaki", FRESH, heir
    )
    house.ledger = ledger
    lost = account(ledger, BOSS.login)
    ledger.people.disable_account(lost.id, "急な入院のため交代")
    assert ledger.role is Role.SUPERVISOR and sound(ledger)
    assert sound(reopen(house, "sasaki", FRESH))
    assert reopen(house, "yoshino", FIRST).role is Role.WORKER


def test_a_sheet_lets_only_responsible_persons_in(house: House) -> None:
    hire(house, chosen_by_self=True)
    house.ledger.close()
    with pytest.raises(Refused, match="責任者だけ"):
        house.office.recover(house.folder / "ledger", house.sheet, "yoshino", FRESH)
    with pytest.raises(WeakPassword):
        house.office.recover(house.folder / "ledger", house.sheet, BOSS.login, "みじかい")
    with pytest.raises(InvalidField, match="64文字"):
        house.office.recover(house.folder / "ledger", house.sheet[:-3], BOSS.login, FRESH)
    assert sound(reopen(house))


def test_a_recovery_that_died_is_done_again_with_the_same_sheet(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ledger.close()
    monkeypatch.setattr("storage.vault.PreparedRecovery.put_in_force", die)
    with pytest.raises(Killed):
        house.office.recover(house.folder / "ledger", house.sheet, BOSS.login, FRESH)
    monkeypatch.undo()
    with pytest.raises(AccountUnfinished, match="同じシートでもう一度"):
        house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    ledger, fresh = house.office.recover(house.folder / "ledger", house.sheet, BOSS.login, FRESH)
    house.ledger = ledger
    assert sound(ledger)
    origin = ledger.registers.all(LedgerOrigin)[0].record
    assert origin.recovery_keys == (ledger.safe.sheet_key().line,)
    assert house.office.sheet_is_right(ledger, fresh)
    assert sound(reopen(house, BOSS.login, FRESH))


def test_a_forged_sheet_in_the_origin_is_found(house: House) -> None:
    """A worker with programming skill enters a sheet of his own; verification names it."""
    hire(house, chosen_by_self=True)
    ledger = reopen(house, "yoshino", FIRST)
    origin = ledger.registers.all(LedgerOrigin)[0].record
    forged: Intent = revising(
        replace(origin, recovery_keys=("recovery-9=" + "ab" * 32,)), "自分のシートを加える"
    )
    ledger.commit([forged])
    found = ledger.safe.verify(full=True, progress=quiet)
    assert any("回復シートの登録" in one.message for one in found.problems)


def test_a_new_sheet_replaces_the_old_one_also_for_later_recoveries(house: House) -> None:
    fresh = house.ledger.people.replace_sheet("保管場所の変更のため")
    assert house.office.sheet_is_right(house.ledger, fresh)
    assert sound(house.ledger)
    house.ledger.close()
    with pytest.raises(WrongRecoverySheet):
        house.office.recover(house.folder / "ledger", house.sheet, BOSS.login, FRESH)
    house.ledger, _next = house.office.recover(house.folder / "ledger", fresh, BOSS.login, FRESH)
    assert sound(house.ledger)


@pytest.mark.parametrize("content", [None, b"", b"{broken", b"x" * 5000])
def test_a_lost_or_broken_device_secret_is_mended_by_the_sheet(
    house: House, content: bytes | None
) -> None:
    house.ledger.close()
    secret = house.folder / "device" / "device.key"
    if content is None:
        secret.unlink()
    else:
        secret.write_bytes(content)
    with pytest.raises((DeviceSecretMissing, Damaged), match="回復シート"):
        house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    house.ledger, _fresh = house.office.recover(
        house.folder / "ledger", house.sheet, BOSS.login, FRESH
    )
    assert sound(reopen(house, BOSS.login, FRESH))


# --- restoring ------------------------------------------------------------------------------------


def _new(house: House, name: str) -> Path:
    folder = house.folder / name
    folder.mkdir(exist_ok=True)
    return folder


def _restore(house: House, backup: object, target: Path, *, password: str) -> int:
    return house.office.gate.restore(
        Path(str(backup)), target, login=BOSS.login, password=password, progress=quiet
    ).seq


def test_a_backup_comes_back_on_a_new_computer_with_the_sheet(house: House, tmp_path: Path) -> None:
    hire(house, chosen_by_self=True)
    house.story.receive(1)
    made = house.ledger.safe.backup(_new(house, "usb"), quiet)
    new_pc = cheap_office(tmp_path / "new", house.clock, seed=2)
    target = tmp_path / "new" / "ledger"
    with pytest.raises(DeviceSecretMissing):
        new_pc.gate.restore(
            made.file, target, login=BOSS.login, password=BOSS.password, progress=quiet
        )
    _, head, fresh = new_pc.restore_with_sheet(
        made.file, target, house.sheet, BOSS.login, FRESH, quiet
    )
    assert head.seq > made.head.seq
    ledger = new_pc.unlock(target, BOSS.login, FRESH)
    assert sound(ledger) and new_pc.sheet_is_right(ledger, fresh)
    worker = account(ledger, "yoshino")
    ledger.people.reissue_password(worker.id, FIRST, "端末の変更のため")
    ledger.close()
    ledger = new_pc.unlock(target, "yoshino", FIRST)
    assert ledger.user.must_change
    ledger.close()


def test_a_restore_that_fails_leaves_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = house.ledger.safe.backup(_new(house, "usb"), quiet)
    place = tmp_path / "place"
    place.mkdir()
    target = place / "ledger"
    for sheet, login, password, error in (
        (house.sheet, BOSS.login, "みじかい", WeakPassword),
        (house.sheet, "nobody", FRESH, Refused),
        (house.sheet[:-3], BOSS.login, FRESH, InvalidField),
    ):
        with pytest.raises(error):
            house.office.restore_with_sheet(made.file, target, sheet, login, password, quiet)
        assert not any(place.iterdir())
    monkeypatch.setattr("storage.restoring.check_snapshot", lambda *_args: Head(1, bytes(32)))
    with pytest.raises(VerificationFailed, match="目録"):
        _restore(house, made.file, target, password=BOSS.password)
    assert not any(place.iterdir())


def test_the_remembered_generation_travels_with_a_backup(house: House) -> None:
    hire(house, chosen_by_self=True)
    made = house.ledger.safe.backup(_new(house, "usb"), quiet)
    house.ledger.people.replace_sheet("保管場所の変更のため")
    target = house.folder / "restored"
    _restore(house, made.file, target, password=BOSS.password)
    ledger = house.office.unlock(target, BOSS.login, BOSS.password)
    assert int(ledger.store.setting(safes.GENERATION)) >= 2
    assert sound(ledger)
    ledger.close()

"""A backup of before a new data key, and the journal: together they reach the last entry."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.backups import keys_words, left_out, record_backup
from models.codes import Role
from models.condition import Condition, State, judge
from models.errors import (
    JournalDamaged,
    RolledBack,
    SheetReplaced,
    WrongBackupPassword,
    WrongPassword,
    WrongRecoverySheet,
)
from models.gate import Restored
from models.ledger import Ledger
from models.machine_facts import read_facts
from models.records import Person
from storage import key_copy, later_keys
from storage.derived import encode
from storage.header_edits import Secrets, with_last_epoch, with_next_epoch
from storage.journal import header_of, list_files
from storage.key_copy import MOST_FILE, KeyCopy
from storage.keyset import CannotOpen
from storage.trust import sign_header
from storage.unlocked import Vault
from storage.vault import vault_of as vault_from
from tests.house import House, furnished
from tests.responsible import let_in_responsible
from tests.storage.test_journal_keeper import (
    BOSS,
    REASON,
    WORKER,
    enter,
    plug,
    pull,
    quiet,
    replayed,
    sound,
    usb,
)
from ui.sample import cast

ADMINISTRATOR = next(user for user in cast.USERS if user.role is Role.ADMINISTRATOR)
FRESH = "遠い山から届く七通の手紙"
DEPUTY = "静かな港に灯る三つの明かり"
OWN_KEY = b"\7" * 32  # of somebody who forges


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        made.ledger.journal.start(usb(made))
        yield made


def backed_up(house: House) -> Path:
    """Make a backup and enter it, as the office does."""
    (house.folder / "backup").mkdir(exist_ok=True)
    house.clock.wait(1)
    return Path(record_backup(house.ledger, house.folder / "backup", quiet).file)


def vault_of(ledger: Ledger) -> Vault:
    vault: Vault = ledger.safe.vault  # type: ignore[attr-defined]
    return vault


def copy_of(house: House) -> KeyCopy:
    return key_copy.read_copy(usb(house), vault_of(house.ledger).vault_id)


def file_of(house: House) -> Path:
    (path,) = usb(house).glob("*.azk")
    return path


def rekeyed(ledger: Ledger) -> bool:
    return read_facts(ledger, backup_days=7, denied=(), version="1").rekeyed


def renewed(house: House) -> None:
    """Enter something, renew the data key, and enter something behind it."""
    enter(house.ledger, "前")
    house.ledger.people.renew_key("点検のため")
    enter(house.ledger, "後")


def shut_out(house: House, login: str) -> None:
    accounts = {one.login_name: one for one in house.ledger.people.accounts()}
    house.ledger.people.disable_account(accounts[login].id, "退職のため")


def another(house: House, login: str, role: Role) -> Ledger:
    """Let another person in, and return the ledger as opened by that person."""
    first = house.ledger.registers.all(Person)[0].record
    person = house.ledger.registers.create(replace(first, id="", name="見本　次郎")).ids[0]
    if role is Role.SUPERVISOR:
        let_in_responsible(house, person, login, DEPUTY)
    else:
        house.sign_in(ADMINISTRATOR.login)
        house.ledger.people.add_account(
            person, login=login, role=role, password=DEPUTY, chosen_by_self=True
        )
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", login, DEPUTY)
    return house.ledger


def die(house: House) -> None:
    """Let the disk of the ledger die; journal and backup are elsewhere."""
    house.ledger.close()
    shutil.rmtree(house.folder / "ledger")


def restored(
    house: House, backup: Path, name: str = "new", password: str = BOSS.password, **more: Any
) -> Restored:
    where = {"journal": usb(house)} | more
    return house.office.restore(backup, house.folder / name, BOSS.login, password, quiet, **where)


def opened(house: House, password: str = BOSS.password, name: str = "new") -> Ledger:
    house.ledger = house.office.unlock(house.folder / name, BOSS.login, password)
    return house.ledger


# --- what came after the backup comes back ----------------------------------------------------------


def test_what_was_entered_under_a_new_data_key_comes_back(house: House) -> None:
    backup = backed_up(house)
    renewed(house)
    head = house.ledger.store.head()
    assert sound(house.ledger) and not rekeyed(house.ledger)
    die(house)
    found = restored(house, backup)
    assert (found.head, found.gap, found.later, left_out(found)) == (head, None, True, "")
    assert "今のもの" in keys_words(found)
    ledger = opened(house)
    assert ledger.store.head() == head and sound(ledger)
    assert vault_of(ledger).header.epoch == 2
    assert not any("途中で止まった" in notice for notice in ledger.notices)
    enter(ledger, "その後")
    ledger.journal.start(usb(house))  # the same medium goes on
    enter(ledger)
    assert replayed(house) == ledger.store.head().seq and sound(ledger)


def test_several_new_data_keys_are_bridged(house: House) -> None:
    """Nobody has the keys between: what came since the backup stands under the last one, too."""
    backup = backed_up(house)
    for _ in range(3):
        renewed(house)
    head, lines = house.ledger.store.head(), vault_lines(house.ledger)
    assert not rekeyed(house.ledger) and sound(house.ledger)
    die(house)
    found = restored(house, backup)
    assert found.head == head and (found.passed, found.log_behind) == ((), False)
    assert sound(opened(house)) and vault_lines(house.ledger) > lines


def vault_lines(ledger: Ledger) -> int:
    """Return how many lines the access log has."""
    return int(ledger.store.database.value("SELECT max(number) FROM access_line"))  # type: ignore[attr-defined]


def test_the_backup_before_the_last_one_leads_to_the_last_entry_too(house: House) -> None:
    first = backed_up(house)
    renewed(house)
    second = backed_up(house)
    renewed(house)
    head = house.ledger.store.head()
    die(house)
    for name, backup in (("a", first), ("b", second)):
        assert restored(house, backup, name).head == head
        assert sound(opened(house, name=name))
        house.ledger.close()


def test_a_removed_user_opens_neither_the_result_nor_the_copy(house: House) -> None:
    backup = backed_up(house)
    house.sign_in(WORKER.login)
    kept = vault_of(house.ledger)._secrets.keys  # he may have noted them
    old = copy_of(house)
    house.sign_in(ADMINISTRATOR.login)
    shut_out(house, WORKER.login)
    house.sign_in(BOSS.login)
    enter(house.ledger, "後")
    head, me = house.ledger.store.head(), house.ledger.user.id
    copy = copy_of(house)
    assert {one.user_id for one in copy.manifest.receivers} == {me, "recovery-1"}
    assert {one.user_id for one in copy.manifest.slots} == {me}
    for one in (old, copy):
        with pytest.raises(CannotOpen):
            one.open_with(kept)
    die(house)
    assert restored(house, backup).head == head
    assert sound(opened(house))
    house.ledger.close()
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "new", WORKER.login, WORKER.password)
    opened(house)


def test_a_removed_supervisor_finds_nothing_in_the_copy(house: House) -> None:
    another(house, "fukudai", Role.SUPERVISOR)
    backup = backed_up(house)
    kept = vault_of(house.ledger)._secrets.keys
    assert key_copy.parse_copy(file_of(house).read_bytes(), file_of(house)).open_with(kept)
    house.sign_in(BOSS.login)
    shut_out(house, "fukudai")
    enter(house.ledger, "後")
    with pytest.raises(CannotOpen):
        copy_of(house).open_with(kept)
    die(house)
    with pytest.raises(JournalDamaged) as told:  # what he could open before opens to him still
        house.office.restore(
            backup, house.folder / "his", "fukudai", DEPUTY, quiet, journal=usb(house)
        )
    assert told.value.facts["keys"] == later_keys.NOT_YOURS
    restored(house, backup)
    opened(house)


# --- passwords and sheets ----------------------------------------------------------------------------


@pytest.mark.parametrize("renews", [False, True])
def test_the_password_of_today_restores_and_a_former_one_gets_what_it_opened(
    house: House, renews: bool
) -> None:
    backup = backed_up(house)
    house.ledger.people.change_password(BOSS.password, FRESH)
    if renews:
        renewed(house)
    head = house.ledger.store.head()
    die(house)
    if renews:
        with pytest.raises(JournalDamaged, match="今のパスワードで、もう一度"):
            restored(house, backup, "former")
    else:
        found = restored(house, backup, "former")
        assert not found.later and later_keys.NEEDS_TODAY in left_out(found)
    assert restored(house, backup, password=FRESH).head == head
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "new", BOSS.login, BOSS.password)
    assert sound(opened(house, FRESH))


def test_the_password_of_today_alone_opens_no_backup_without_the_copy(house: House) -> None:
    backup = backed_up(house)
    house.ledger.people.change_password(BOSS.password, FRESH)
    for more in ({"journal": None}, {}):
        file_of(house).unlink()
        file_of_former = house.folder / "ledger" / "keys.a"
        assert file_of_former.exists()
        with pytest.raises(WrongBackupPassword):
            restored(house, backup, password=FRESH, **more)
        house.ledger.close()
        house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, FRESH)
    assert file_of(house).exists()  # the start laid it anew


def test_a_new_sheet_is_in_force_after_the_restore(house: House) -> None:
    backup = backed_up(house)
    fresh = house.ledger.people.replace_sheet("点検のため")
    renewed(house)
    head = house.ledger.store.head()
    die(house)
    for sheet, error in ((house.sheet, JournalDamaged), (fresh, WrongRecoverySheet)):
        with pytest.raises(error):
            house.office.restore_with_sheet(
                backup, house.folder / "a", sheet, BOSS.login, FRESH, quiet, journal=usb(house)
            )
    assert restored(house, backup).head == head
    ledger = opened(house)
    assert house.office.sheet_is_right(ledger, fresh) and sound(ledger)
    assert not house.office.sheet_is_right(ledger, house.sheet)


def test_a_sheet_that_was_replaced_is_refused_as_before(house: House) -> None:
    backup = backed_up(house)
    house.ledger.people.replace_sheet("点検のため")
    with pytest.raises(SheetReplaced):
        house.office.restore_with_sheet(
            backup, house.folder / "a", house.sheet, BOSS.login, FRESH, quiet, journal=usb(house)
        )


def test_the_sheet_leads_through_a_new_data_key_on_another_pc(house: House) -> None:
    backup = backed_up(house)
    renewed(house)
    head = house.ledger.store.head()
    die(house)
    shutil.rmtree(house.folder / "device")  # that of yesterday
    done = house.office.restore_with_sheet(
        backup, house.folder / "new", house.sheet, BOSS.login, FRESH, quiet, journal=usb(house)
    )
    assert done.restored.head == head and done.restored.later
    assert sound(opened(house, FRESH)) and house.office.sheet_is_right(house.ledger, done.sheet)


def test_a_worker_who_changes_the_own_password_lays_the_copy_and_cannot_open_it(
    house: House,
) -> None:
    backup = backed_up(house)
    ledger = house.sign_in(WORKER.login)
    before = file_of(house).read_bytes()
    ledger.people.change_password(WORKER.password, FRESH)
    vault = vault_of(ledger)
    assert file_of(house).read_bytes() != before
    assert key_copy.is_current(usb(house), vault, None)
    with pytest.raises(CannotOpen):
        copy_of(house).open(vault.unwrap)
    head = ledger.store.head()
    die(house)
    assert restored(house, backup).head == head
    house.ledger = house.office.unlock(house.folder / "new", WORKER.login, FRESH)
    assert house.ledger.store.head() == head


def test_a_trial_leads_through_a_new_data_key(house: House) -> None:
    backup = backed_up(house)
    renewed(house)
    head = house.ledger.store.head()
    tried = house.office.restore_test(
        house.ledger, backup, house.folder, BOSS.password, quiet, journal=usb(house)
    )
    assert (tried.head, tried.later) == (head, True)


# --- the copy is away, old, or none ------------------------------------------------------------------


def test_a_journal_without_a_copy_is_read_as_before(house: House) -> None:
    backup = backed_up(house)
    renewed(house)
    file_of(house).unlink()
    with pytest.raises(JournalDamaged, match="後に替えた暗号鍵") as told:
        restored(house, backup)
    assert told.value.facts["keys"] == later_keys.ABSENT
    found = restored(house, backup, up_to_damage=True)
    assert found.gap is not None and found.gap.rekeyed and not found.later
    assert sound(opened(house)) and vault_of(house.ledger).header.epoch == 1


def turned(raw: bytes, place: int) -> bytes:
    """Return bytes with one bit turned around."""
    changed = bytearray(raw)
    changed[place] ^= 1
    return bytes(changed)


def test_the_condition_tells_of_a_copy_that_is_not_there_until_it_is(house: House) -> None:
    assert not rekeyed(house.ledger)
    backed_up(house)
    renewed(house)
    assert not rekeyed(house.ledger)
    path = file_of(house)
    raw = path.read_bytes()
    for bad in (None, b"", raw[:-1], turned(raw, -1), turned(raw, 200)):
        if bad is None:
            path.unlink()
        else:
            path.write_bytes(bad)
        assert rekeyed(house.ledger), bad
        enter(house.ledger)  # the next command lays it anew
        assert not rekeyed(house.ledger) and file_of(house).exists()
    path.unlink()
    house.sign_in(WORKER.login)  # so does whoever opens the ledger
    assert not rekeyed(house.sign_in(BOSS.login)) and path.exists()
    backed_up(house)
    path.unlink()
    assert not rekeyed(house.ledger)  # a backup made later is enough


def test_a_copy_that_nobody_of_the_backup_opens_is_not_called_enough(house: House) -> None:
    """Who came in with the sheet has new private keys, and the sheet is another one."""
    backup = backed_up(house)
    house.ledger.close()
    house.ledger, sheet = house.office.recover(
        house.folder / "ledger", house.sheet, BOSS.login, FRESH
    )
    assert key_copy.is_current(usb(house), vault_of(house.ledger), vault_of(house.ledger).unwrap)
    renewed(house)
    last = header_of(list_files(usb(house), vault_of(house.ledger).vault_id)[-1])
    assert last is not None and last.epoch == 2  # whoever let in goes on with the keys
    assert rekeyed(house.ledger)
    with pytest.raises(JournalDamaged) as told:
        restored(house, backup)
    assert told.value.facts["keys"] == later_keys.NOT_YOURS
    with pytest.raises(WrongBackupPassword):
        restored(house, backup, password=FRESH)
    backed_up(house)
    renewed(house)
    assert not rekeyed(house.ledger)
    house.ledger.people.replace_sheet("点検のため")
    assert not rekeyed(house.ledger) and sheet  # the password is as it was


def test_a_folder_in_the_place_of_the_copy_keeps_nobody_from_entering(house: House) -> None:
    backed_up(house)
    renewed(house)
    path = file_of(house)
    path.unlink()
    path.mkdir()
    enter(house.sign_in(BOSS.login))
    assert rekeyed(house.ledger) and sound(house.ledger)
    path.rmdir()
    enter(house.ledger)
    assert not rekeyed(house.ledger)


def test_a_medium_that_was_away_gets_the_copy_when_it_is_back(house: House) -> None:
    backup = backed_up(house)
    enter(house.ledger, "前")
    pull(house)
    boss = house.sign_in(BOSS.login)
    boss.journal.suspend(REASON)
    for _ in range(2):
        boss.people.renew_key("点検のため")
        enter(boss, "媒体なし")
    assert rekeyed(boss)
    plug(house)
    boss = house.sign_in(BOSS.login)
    assert any("書き直しました" in notice for notice in boss.notices)
    assert not rekeyed(boss) and sound(boss)
    head = boss.store.head()
    die(house)
    found = restored(house, backup)
    assert found.head == head and not found.log_behind
    assert sound(opened(house))


def test_a_journal_that_began_behind_the_backup_leads_on_from_it_under_a_new_key(
    house: House,
) -> None:
    house.ledger.journal.stop("媒体を替えるため")
    backup = backed_up(house)
    enter(house.ledger, "ジャーナルなし")
    house.ledger.journal.start(house.folder / "usb2")
    house.ledger.people.change_password(BOSS.password, FRESH)
    renewed(house)
    head = house.ledger.store.head()
    die(house)
    with pytest.raises(JournalDamaged, match="今のパスワードで、もう一度"):
        restored(house, backup, "former", journal=house.folder / "usb2")
    assert restored(house, backup, "new", FRESH, journal=house.folder / "usb2").head == head
    assert sound(opened(house, FRESH))


@pytest.mark.parametrize("new_key", [True, False])
def test_a_new_place_of_the_journal_leads_on_too(house: House, new_key: bool) -> None:
    backup = backed_up(house)
    enter(house.ledger, "前の保存先")
    if new_key:
        renewed(house)
    house.ledger.journal.start(house.folder / "usb2")
    enter(house.ledger, "新しい保存先")
    assert not rekeyed(house.ledger)
    head = house.ledger.store.head()
    die(house)
    assert restored(house, backup, journal=house.folder / "usb2").head == head
    assert sound(opened(house))


def test_a_ledger_whose_key_was_renewed_by_an_earlier_program_is_made_whole(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one laid no copy, and began under each new key at the head."""
    backup = backed_up(house)
    with monkeypatch.context() as before:
        before.setattr(key_copy, "lay", lambda folder, vault: None)
        before.setattr("storage.journal_keeper.relied_on", lambda store: None)
        renewed(house)
        renewed(house)
        file_of(house).unlink()
        house.ledger.close()
    ledger = house.sign_in(BOSS.login)
    assert not rekeyed(ledger) and sound(ledger)
    head = ledger.store.head()
    die(house)
    assert restored(house, backup).head == head
    assert sound(opened(house))


def test_an_older_copy_of_the_ledger_does_not_replace_the_copy_of_the_key(house: House) -> None:
    backup = backed_up(house)
    house.ledger.close()
    older = house.folder / "older"
    shutil.copytree(house.folder / "ledger", older)
    house.sign_in(BOSS.login)
    renewed(house)
    head = house.ledger.store.head()
    before = file_of(house).read_bytes()
    house.ledger.close()
    with pytest.raises(RolledBack):
        house.office.unlock(older, BOSS.login, BOSS.password)
    other = house.office.unlock(older, BOSS.login, BOSS.password, rolled_back=REASON)
    enter(other, "別の道")
    house.clock.wait(1)
    of_other = Path(record_backup(other, house.folder / "backup", quiet).file)
    enter(other, "別の道の先")
    other.people.change_password(BOSS.password, FRESH)
    end = other.store.head()
    other.close()
    assert file_of(house).read_bytes() == before
    own = restored(house, of_other, "other")  # and what it made a backup of follows its own way
    assert (own.head, own.later) == (end, False)
    found = restored(house, backup)  # the way of the older copy is not followed
    assert found.head == head and found.later
    assert sound(opened(house))


# --- what somebody planted ---------------------------------------------------------------------------


Plant = Callable[[House, Path], None]


def _garbage(house: House, kept: Path) -> None:
    file_of(house).write_bytes(b"nothing of ours" * 40)


def _oversized(house: House, kept: Path) -> None:
    with file_of(house).open("ab") as file:
        file.truncate(MOST_FILE + 1)


def _cut(house: House, kept: Path) -> None:
    path = file_of(house)
    path.write_bytes(path.read_bytes()[:-70])


def _empty(house: House, kept: Path) -> None:
    file_of(house).write_bytes(b"")


def _linked(house: House, kept: Path) -> None:
    path = file_of(house)
    path.rename(kept / "aside")
    path.symlink_to(kept / "aside")


def _of_before(house: House, kept: Path) -> None:
    file_of(house).write_bytes((kept / "before").read_bytes())


def _older_than_the_backup(house: House, kept: Path) -> None:
    file_of(house).write_bytes((kept / "first").read_bytes())


def _of_another_ledger(house: House, kept: Path) -> None:
    with furnished(kept / "other") as other:
        other.ledger.journal.start(kept / "other" / "usb")
        (path,) = (kept / "other" / "usb").glob("*.azk")
        file_of(house).write_bytes(path.read_bytes())


def _boxed_wrong(house: House, kept: Path) -> None:
    path = file_of(house)
    raw = bytearray(path.read_bytes())
    raw[-100] ^= 1
    path.write_bytes(raw)


def _marked_wrong(house: House, kept: Path) -> None:
    path = file_of(house)
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)


def _cheap(house: House, kept: Path) -> None:
    """Slots of another profile, whose cost is another: a guesser's, or a denier's."""
    copy = copy_of(house)
    slots = [one.body() for one in copy.manifest.slots]
    for one in slots:
        one["kdf"] |= {"m": 65536, "t": 3}
    body = copy.manifest.body() | {"profile": "standard", "slots": slots}
    raw = key_copy.FORM.write(body)
    rest = copy.raw[len(copy.preamble) + 32 :]
    file_of(house).write_bytes(raw + hashlib.sha256(raw).digest() + rest)
    assert copy_of(house).manifest.profile == "standard"


def _of_a_later_program(house: House, kept: Path) -> None:
    copy = copy_of(house)
    later = key_copy.FORM.write(copy.manifest.body(), key_copy.VERSION + 1)
    file_of(house).write_bytes(later + hashlib.sha256(later).digest() + copy.raw[-500:])


@pytest.mark.parametrize(
    ("plant", "sentence"),
    [
        (_garbage, later_keys.DAMAGED),
        (_oversized, later_keys.DAMAGED),
        (_cut, later_keys.DAMAGED),
        (_empty, later_keys.DAMAGED),
        (_linked, later_keys.DAMAGED),
        (_boxed_wrong, later_keys.DAMAGED),
        (_marked_wrong, later_keys.DAMAGED),
        (_cheap, later_keys.DAMAGED),
        (_of_another_ledger, later_keys.OF_ANOTHER),
        (_of_a_later_program, later_keys.NEWER),
        (_older_than_the_backup, later_keys.OLDER),
        (_of_before, later_keys.STALE),
    ],
)
def test_a_copy_that_is_none_makes_no_restore_worse(
    house: House, plant: Plant, sentence: str
) -> None:
    kept = house.folder / "kept"
    kept.mkdir()
    house.ledger.people.change_password(BOSS.password, FRESH)
    shutil.copy(file_of(house), kept / "first")
    house.ledger.people.replace_sheet("点検のため")
    backup = backed_up(house)
    shutil.copy(file_of(house), kept / "before")
    last = enter(house.ledger, "前")
    house.ledger.people.renew_key("点検のため")
    enter(house.ledger, "後")
    plant(house, kept)
    with pytest.raises(JournalDamaged, match="後に替えた暗号鍵") as told:
        restored(house, backup, password=FRESH)
    assert told.value.facts["keys"] == sentence and sentence in str(told.value)
    found = restored(house, backup, password=FRESH, up_to_damage=True)
    assert found.head.seq == last and sentence in left_out(found)
    assert sound(opened(house, FRESH)) and vault_of(house.ledger).header.epoch == 1
    house.ledger.close()
    assert restored(house, backup, "alone", FRESH, journal=None).keys == ""
    opened(house, FRESH, "alone")


def _forged(vault: Vault, house: House, *, epochs: int) -> bytes:
    """Make what a removed administrator can: a header that is right in itself, and its copy.

    Args:
        epochs: new data keys of his own in it.
    """
    secrets = vault._secrets
    header = replace(
        vault.header, generation=vault.generation + 50, prev_header_hash=vault.header_hash
    )
    for _ in range(epochs):
        header = with_last_epoch(with_next_epoch(header, OWN_KEY, secrets))
        secrets = Secrets(secrets.keys, {header.epoch: OWN_KEY}, secrets.device, secrets.random)
    file = encode(sign_header(header, secrets.keys), secrets)
    forger = vault_from(vault.folder, file, secrets.keys, secrets.device, secrets.random)
    return key_copy.seal(forger, forger.random)


@pytest.mark.parametrize("epochs", [0, 1])
def test_a_header_that_a_removed_administrator_made_is_not_put_in_force(
    house: House, epochs: int
) -> None:
    backup = backed_up(house)
    house.sign_in(ADMINISTRATOR.login)
    planted = _forged(vault_of(house.ledger), house, epochs=epochs)
    house.sign_in(BOSS.login)
    another(house, "kanri2", Role.ADMINISTRATOR)
    shut_out(house, ADMINISTRATOR.login)
    enter(house.sign_in(BOSS.login), "後")
    file_of(house).write_bytes(planted)
    with pytest.raises(JournalDamaged):
        restored(house, backup)
    found = restored(house, backup, up_to_damage=True)
    assert not found.later
    ledger = opened(house)
    assert sound(ledger) and vault_of(ledger).generation < 50
    assert OWN_KEY not in vault_of(ledger)._secrets.data_keys.values()
    assert found.keys == ("" if epochs else later_keys.UNREACHED)


def test_a_header_that_lets_a_removed_user_in_again_is_no_sequel(house: House) -> None:
    """An administrator in office makes it; the one who was shut out was so before the backup."""
    house.sign_in(ADMINISTRATOR.login)
    old = vault_of(house.ledger)
    with_him = old.header
    shut_out(house, WORKER.login)
    house.sign_in(BOSS.login)
    backup = backed_up(house)
    house.sign_in(ADMINISTRATOR.login)
    vault = vault_of(house.ledger)
    secrets = vault._secrets
    (his,) = [one for one in with_him.users if one.role == Role.WORKER.value]
    again = tuple(his if one.signing == his.signing else one for one in vault.header.users)
    wraps = tuple(
        replace(one, user_id=his.user_id)
        for one in vault.header.wraps
        if one.user_id == vault.user_id
    )
    header = replace(
        vault.header, users=again, wraps=vault.header.wraps + wraps,
        generation=vault.generation + 1, prev_header_hash=vault.header_hash,
    )  # fmt: skip
    file = encode(sign_header(header, secrets.keys), secrets)
    forger = vault_from(vault.folder, file, secrets.keys, secrets.device, secrets.random)
    file_of(house).write_bytes(key_copy.seal(forger, forger.random))
    head = house.ledger.store.head()
    found = restored(house, backup)  # the data key is the same, so nothing is missing
    assert (found.head, found.later, found.keys) == (head, False, later_keys.NOT_A_SEQUEL)
    assert sound(opened(house))


def test_the_files_of_the_journal_say_under_which_key_they_stand(house: House) -> None:
    """Control: what the tests above rely on, and the entry of the first file is where they begin."""
    backup = backed_up(house)
    base = house.ledger.store.head().seq - 1
    renewed(house)
    headers = [header_of(path) for path in list_files(usb(house), vault_of(house.ledger).vault_id)]
    assert [one.epoch for one in headers if one] == [1, 2] and backup.exists()
    assert headers[1] is not None and headers[1].base.seq == base


def test_after_the_sheet_was_used_a_backup_is_asked_for(house: House) -> None:
    def told() -> Condition:
        facts = read_facts(house.ledger, backup_days=7, denied=(), version="1")
        return next(one for one in judge(facts) if one.topic == "バックアップ")

    assert "まだ一度も" in told().sentence
    backed_up(house)
    assert told().state is State.GOOD
    house.ledger.close()
    house.ledger, _ = house.office.recover(house.folder / "ledger", house.sheet, BOSS.login, FRESH)
    assert told().state is State.BAD and "今の回復シートでも開けません" in told().sentence
    backed_up(house)
    assert told().state is State.GOOD


def test_a_second_responsible_person_still_opens_the_backup_then(house: House) -> None:
    another(house, "deputy", Role.SUPERVISOR)
    backed_up(house)
    house.ledger.close()
    house.ledger, _ = house.office.recover(house.folder / "ledger", house.sheet, BOSS.login, FRESH)
    assert house.ledger.safe.journal.still_opens()

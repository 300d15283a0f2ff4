"""Backup and journal together bring back the last acknowledged entry; and what stands in the way."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.backups import left_out
from models.codes import AttachmentKind, SystemEventKind
from models.errors import (
    AccountUnfinished,
    Cancelled,
    Damaged,
    Foreign,
    JournalDamaged,
    RolledBack,
    SheetReplaced,
    VerificationFailed,
    WrongPassword,
)
from models.gate import Restored
from models.journal import JournalState
from models.office import RestoredWithSheet
from models.records import BackupRun, Place
from storage import restoring
from tests.house import House, furnished
from tests.storage.test_journal_keeper import (
    BOSS,
    REASON,
    WORKER,
    _raise_full,
    backed_up,
    enter,
    events,
    older_copy,
    plug,
    pull,
    quiet,
    replayed,
    sound,
    state,
    usb,
)
from ui.sample import cast


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        made.ledger.journal.start(usb(made))
        yield made


def test_backup_and_journal_bring_back_the_last_acknowledged_entry(house: House) -> None:
    backup = backed_up(house)
    enter(house.ledger, "一")
    house.ledger.files.attach(
        "写真".encode(), name="写真.jpg", mime="image/jpeg", kind=AttachmentKind.PHOTO
    )
    head = house.ledger.store.head()
    house.ledger.close()
    shutil.rmtree(house.folder / "ledger")  # the disk is dead
    new = house.folder / "new"
    reached = house.office.restore(
        backup, new, BOSS.login, BOSS.password, quiet, journal=usb(house)
    )
    assert reached.head == head
    ledger = house.ledger = house.office.unlock(new, BOSS.login, BOSS.password)
    assert ledger.store.head() == head  # entry for entry what was acknowledged
    assert any("まで復元しました" in notice for notice in ledger.notices)
    assert state(ledger) is JournalState.NONE and sound(ledger)
    enter(ledger, "その後")
    (run,) = [one.record for one in ledger.registers.all(BackupRun)]
    assert run.to_event_seq == head.seq and f"{head.seq:,}まで復元" in run.detail
    assert ledger.store.head().seq == head.seq + 2  # the restore stands before what came after it
    assert any("復元しました" in line for line in ledger.paper.numbering().warnings)
    ledger.journal.start(usb(house))  # the same medium goes on
    enter(ledger)
    assert replayed(house) == ledger.store.head().seq


def flipped(copy: Path) -> None:
    raw = bytearray(copy.read_bytes())
    raw[len(raw) // 2] ^= 1
    copy.write_bytes(raw)


def cut_short(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:-5])


def emptied(copy: Path) -> None:
    copy.write_bytes(b"")


def a_folder(copy: Path) -> None:
    copy.unlink()
    copy.mkdir()


def a_link(copy: Path) -> None:
    other = copy.with_name("other")
    copy.rename(other)
    copy.symlink_to(other)


@pytest.mark.parametrize("harm", [flipped, cut_short, emptied, a_folder, a_link, Path.unlink])
def test_a_harmed_copy_beside_the_journal_is_told_and_stops_nothing_else(
    house: House, harm: Callable[[Path], None]
) -> None:
    backup = backed_up(house)
    for text in ("一枚目", "二枚目"):
        house.ledger.files.attach(
            text.encode(), name=f"{text}.txt", mime="text/plain", kind=AttachmentKind.OTHER
        )
    last = enter(house.ledger, "その後")
    assert sound(house.ledger)
    copies = sorted((usb(house) / "attachments").iterdir(), key=lambda one: one.stat().st_mtime_ns)
    harm(copies[-2])
    (problem,) = house.ledger.safe.verify(full=True, progress=quiet).problems
    assert problem.code == "JOURNAL" and copies[-2].name in problem.message
    assert "同じフォルダーを選んで" in problem.message
    house.ledger.close()
    reached = house.office.restore(
        backup, house.folder / "new", BOSS.login, BOSS.password, quiet, journal=usb(house)
    )
    assert (reached.head.seq, reached.missing) == (last, 1)
    with pytest.raises(VerificationFailed, match="1件"):
        house.office.gate.restore_for_trial(
            backup, house.folder, login=BOSS.login, password=BOSS.password, progress=quiet,
            journal=usb(house),
        )  # fmt: skip
    ledger = house.ledger = house.office.unlock(house.folder / "new", BOSS.login, BOSS.password)
    (lost,) = ledger.safe.verify(full=True, progress=quiet).problems
    assert lost.code == "ATTACHMENT" and copies[-2].name in lost.message
    assert not (house.folder / "new" / "attachments" / copies[-2].name).exists()


def test_a_journal_that_begins_anew_lays_harmed_copies_anew(house: House) -> None:
    backed_up(house)
    house.ledger.files.attach(
        "写真".encode(), name="写真.txt", mime="text/plain", kind=AttachmentKind.OTHER
    )
    (copy,) = (usb(house) / "attachments").iterdir()
    emptied(copy)
    assert not sound(house.ledger)
    house.ledger.journal.start(usb(house))
    assert copy.stat().st_size and sound(house.ledger)


@pytest.mark.parametrize("login", [WORKER.login, cast.USERS[3].login])
def test_a_restore_is_entered_by_whoever_comes_first(house: House, login: str) -> None:
    backup = backed_up(house)
    new = house.folder / "new"
    house.office.restore(backup, new, BOSS.login, BOSS.password, quiet)
    password = next(user.password for user in cast.USERS if user.login == login)
    ledger = house.office.unlock(new, login, password)
    ledger.prepare()
    (run,) = [one.record for one in ledger.registers.all(BackupRun)]
    restorer = ledger.registers.caption("person", house.story.people["supervisor"])
    assert run.checked_by == "" and f"（復元した人：{restorer}）" in run.detail
    ledger.close()
    house.ledger.close()
    house.ledger = house.office.unlock(new, BOSS.login, BOSS.password)
    assert sound(house.ledger)


def test_a_journal_is_replayed_in_transactions_of_many_commands(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = backed_up(house)
    for number in range(5):
        enter(house.ledger, f"{number}")
    head = house.ledger.store.head()
    monkeypatch.setattr(restoring, "TOGETHER", 2)
    for name, cut in (("whole", 0), ("short", 3)):
        seen: list[int] = []

        def stop(done: int, total: int, seen: list[int] = seen, cut: int = cut) -> None:
            seen.append(done)
            if cut and len(seen) > cut:
                raise Cancelled

        new = house.folder / name
        with pytest.raises(Cancelled) if cut else nullcontext():
            reached = house.office.restore(
                backup, new, BOSS.login, BOSS.password, stop, journal=usb(house)
            )
            assert reached.head == head
        assert new.exists() is not bool(cut)


def test_a_drill_touches_neither_the_ledger_nor_its_journal(house: House) -> None:
    backup = backed_up(house)
    enter(house.ledger)
    before = {path.name: path.read_bytes() for path in usb(house).glob("*.azj")}
    new = house.folder / "drill"
    house.office.restore(backup, new, BOSS.login, BOSS.password, quiet, journal=usb(house))
    drill = house.office.unlock(new, BOSS.login, BOSS.password)
    assert sound(drill)
    enter(drill)
    drill.close()
    assert {path.name: path.read_bytes() for path in usb(house).glob("*.azj")} == before
    ledger = house.sign_in(BOSS.login)
    enter(ledger)
    assert sound(ledger) and not ledger.notices


def test_a_restore_without_the_journal_is_known_and_entered(house: House) -> None:
    backup = backed_up(house)
    base = house.ledger.store.head()
    enter(house.ledger)
    new = house.folder / "new"
    assert house.office.restore(backup, new, BOSS.login, BOSS.password, quiet).head == base
    ledger = house.office.unlock(new, BOSS.login, BOSS.password)
    enter(ledger, "別の道")
    assert f"{base.seq:,}までの" in ledger.registers.all(BackupRun)[-1].record.detail
    with pytest.raises(Foreign, match="別に続けられた"):
        ledger.journal.start(usb(house))
    ledger.close()


def test_a_journal_that_begins_later_than_the_backup_is_refused(house: House) -> None:
    backup = backed_up(house)
    enter(house.ledger)
    house.ledger.journal.start(house.folder / "usb2")
    enter(house.ledger)
    house.ledger.close()
    new = house.folder / "new"
    with pytest.raises(VerificationFailed, match="始まり"):
        house.office.restore(
            backup, new, BOSS.login, BOSS.password, quiet, journal=house.folder / "usb2"
        )
    assert not new.exists()
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)


def test_a_restore_follows_the_way_that_was_answered_for(house: House) -> None:
    backup = backed_up(house)
    older_copy(house)
    ledger = house.office.unlock(
        house.folder / "ledger", BOSS.login, BOSS.password, rolled_back=REASON
    )
    house.ledger = ledger
    enter(ledger, "新しい道")
    head = ledger.store.head()
    new = house.folder / "new"
    reached = house.office.restore(
        backup, new, BOSS.login, BOSS.password, quiet, journal=usb(house)
    )
    assert reached.head == head


def test_a_damaged_frame_on_the_way_stops_the_restore(house: House) -> None:
    backup = backed_up(house)
    for number in range(3):
        enter(house.ledger, f"倉庫{number}")
    file = next(usb(house).glob("*.azj"))
    raw = bytearray(file.read_bytes())
    raw[-1500] ^= 1
    file.write_bytes(raw)
    new = house.folder / "new"
    with pytest.raises(Damaged, match="番目の記録"):
        house.office.restore(backup, new, BOSS.login, BOSS.password, quiet, journal=usb(house))
    assert not new.exists()


def test_the_sheet_restores_with_the_journal_too(house: House) -> None:
    backup = backed_up(house)
    enter(house.ledger)
    head = house.ledger.store.head()
    new = house.folder / "new"
    restored, reached, _sheet = house.office.restore_with_sheet(
        backup, new, house.sheet, BOSS.login, "遠い山から届く七通の手紙", quiet, journal=usb(house)
    )
    assert reached.seq > restored.head.seq == head.seq
    ledger = house.office.unlock(new, BOSS.login, "遠い山から届く七通の手紙")
    assert sound(ledger)
    assert any(run.record.to_event_seq == head.seq for run in ledger.registers.all(BackupRun))
    ledger.close()


def forget_keys(house: House) -> None:
    """Take away what leads an earlier backup through a new data key; tests of it: test_later_keys."""
    (copy,) = usb(house).glob("*.azk")
    copy.unlink()


def test_without_the_keys_a_renewed_data_key_needs_a_backup_made_after_it(house: House) -> None:
    old = backed_up(house)
    enter(house.ledger, "前")
    house.ledger.people.renew_key("点検のため")
    enter(house.ledger, "後")
    later = house.folder / "later"
    later.mkdir()
    new = Path(house.ledger.safe.backup(later, quiet).file)
    enter(house.ledger, "最後")
    head = house.ledger.store.head()
    assert sound(house.ledger) and replayed(house) == head.seq
    forget_keys(house)
    with pytest.raises(JournalDamaged, match="後に替えた暗号鍵") as told:
        house.office.restore(
            old, house.folder / "a", BOSS.login, BOSS.password, quiet, journal=usb(house)
        )
    assert "壊れている" not in str(told.value)
    reached = house.office.restore(
        new, house.folder / "b", BOSS.login, BOSS.password, quiet, journal=usb(house)
    )
    assert reached.head == head
    ledger = house.sign_in(BOSS.login)
    assert state(ledger) is JournalState.OK and not ledger.notices


def test_what_was_entered_before_a_renewed_data_key_comes_back_when_that_is_enough(
    house: House,
) -> None:
    """The later key is in no earlier backup; what stands under the earlier one is not withheld."""
    old = backed_up(house)
    last = enter(house.ledger, "前")
    house.ledger.safe.renew_key()
    enter(house.ledger, "後")
    forget_keys(house)
    restored = house.office.restore(
        old, house.folder / "a", BOSS.login, BOSS.password, quiet, journal=usb(house),
        up_to_damage=True,
    )  # fmt: skip
    assert restored.head.seq == last
    gap = restored.gap
    assert gap is not None and gap.rekeyed and (gap.first, gap.last) == (last + 1, None)
    assert "替えた暗号鍵" in left_out(restored) and "壊れている" not in left_out(restored)


@pytest.mark.parametrize("used", [False, True])
def test_a_sheet_that_the_journal_replaces_lets_nobody_in(house: House, used: bool) -> None:
    """What it entered could never be verified again; without the journal it still counts."""
    backup = backed_up(house)
    enter(house.ledger)
    fresh = "遠い山から届く七通の手紙"
    if used:
        house.ledger.close()
        house.ledger, _ = house.office.recover(
            house.folder / "ledger", house.sheet, BOSS.login, fresh
        )
    else:
        house.ledger.people.replace_sheet("点検のため")
    enter(house.ledger)

    def restored(name: str, journal: Path | None) -> RestoredWithSheet:
        return house.office.restore_with_sheet(
            backup, house.folder / name, house.sheet, BOSS.login, "静かな港に灯る三つの明かり",
            quiet, journal=journal,
        )  # fmt: skip

    with pytest.raises(SheetReplaced, match="何も復元していません"):
        restored("a", usb(house))
    assert not (house.folder / "a").exists()
    restored("b", None)
    ledger = house.office.unlock(house.folder / "b", BOSS.login, "静かな港に灯る三つの明かり")
    assert sound(ledger)
    ledger.close()


def test_a_reissued_password_does_not_come_back_with_a_restore(house: House) -> None:
    """Somebody else may have learnt it: that may be why it was reissued."""
    backup = backed_up(house)
    worker = next(user for user in cast.USERS if user.person == "worker")
    admin = cast.USERS[3]
    house.ledger = house.sign_in(admin.login)
    accounts = {one.login_name: one for one in house.ledger.people.accounts()}
    fresh = "遠い山から届く七通の手紙"
    house.ledger.people.reissue_password(accounts[worker.login].id, fresh, "知られたため")
    entered = house.ledger.store.head().seq
    restored = house.office.restore(
        backup, house.folder / "keys", BOSS.login, BOSS.password, quiet, journal=usb(house)
    )
    assert restored.later  # with the keys beside the journal the reissued one is in force
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "keys", worker.login, worker.password)
    house.office.unlock(house.folder / "keys", worker.login, fresh).close()
    forget_keys(house)
    restored = house.office.restore(
        backup, house.folder / "new", BOSS.login, BOSS.password, quiet, journal=usb(house)
    )
    assert restored.head.seq == entered
    ledger = house.office.unlock(house.folder / "new", admin.login, admin.password)
    assert any("もう一度再発行してください" in notice for notice in ledger.notices)
    assert not any("完了しました" in notice for notice in ledger.notices)
    ledger.close()
    with pytest.raises(AccountUnfinished):
        house.office.unlock(house.folder / "new", worker.login, worker.password)
    with pytest.raises(WrongPassword):
        house.office.unlock(house.folder / "new", worker.login, fresh)
    ledger = house.office.unlock(house.folder / "new", admin.login, admin.password)
    again = "静かな港に灯る三つの明かり"
    ledger.people.reissue_password(accounts[worker.login].id, again, "復元したため")
    ledger.close()
    ledger = house.office.unlock(house.folder / "new", worker.login, again)
    assert ledger.user.must_change
    ledger.close()


def test_a_restore_elsewhere_excuses_no_older_copy_in_the_place_of_the_ledger(
    house: House,
) -> None:
    """The copy stands at the very head to which the restore led, and nobody restored it."""
    house.ledger.journal.stop("ここでは使わないため")
    house.ledger.close()
    living, raw = house.folder / "ledger", house.folder / "raw"
    shutil.copytree(living, raw)
    ledger = house.sign_in(BOSS.login)
    backup = backed_up(house)
    enter(ledger)
    ledger.close()
    house.office.restore(backup, house.folder / "else", BOSS.login, BOSS.password, quiet)
    for name in ("keys.a", "keys.b", "ledger.db"):
        shutil.copy(raw / name, living / name)
    with pytest.raises(RolledBack):
        house.office.unlock(living, BOSS.login, BOSS.password)
    shutil.rmtree(living)  # a restore in its very place is what it says
    house.office.restore(backup, living, BOSS.login, BOSS.password, quiet)
    house.ledger = house.sign_in(BOSS.login)
    enter(house.ledger)
    assert sound(house.ledger)


def test_an_older_copy_goes_not_on_behind_a_later_data_key(house: House) -> None:
    """It may be in the hands of whom the new key shut out; a restore must not follow it either."""
    backup = backed_up(house)
    house.ledger.close()
    copy = house.folder / "copy"
    shutil.copytree(house.folder / "ledger", copy)
    ledger = house.sign_in(BOSS.login)
    last = enter(ledger, "前")
    ledger.safe.renew_key()
    enter(ledger, "後")
    ledger.close()
    with pytest.raises(RolledBack, match="後に替えた暗号鍵"):
        house.office.unlock(copy, BOSS.login, BOSS.password)
    other = house.office.unlock(copy, BOSS.login, BOSS.password, rolled_back=REASON)
    assert SystemEventKind.ROLLED_BACK in events(other)
    enter(other, "別の道")
    other.close()
    forget_keys(house)

    def restored(name: str, **more: Any) -> Restored:
        return house.office.restore(
            backup,
            house.folder / name,
            BOSS.login,
            BOSS.password,
            quiet,
            journal=usb(house),
            **more,
        )

    with pytest.raises(JournalDamaged, match="後に替えた暗号鍵"):
        restored("a")
    reached = restored("b", up_to_damage=True)
    assert reached.head.seq == last and reached.gap is not None and reached.gap.rekeyed
    house.ledger = house.sign_in(BOSS.login)


def test_a_key_renewed_without_the_medium_begins_a_journal_anew(house: House) -> None:
    pull(house)
    boss = house.sign_in(BOSS.login)
    boss.journal.suspend(REASON)
    boss.safe.renew_key()
    plug(house)
    boss = house.sign_in(BOSS.login)
    assert state(boss) is JournalState.OK
    assert any("暗号鍵を替えた" in notice for notice in boss.notices)
    assert SystemEventKind.JOURNAL_BEHIND in events(boss)
    enter(boss)
    assert replayed(house) == boss.store.head().seq and sound(boss)


def test_who_enters_nothing_leaves_a_new_journal_to_the_next(house: House) -> None:
    """What stands under the former key is lost to a restore: an officer could not enter that."""
    pull(house)
    boss = house.sign_in(BOSS.login)
    boss.journal.suspend(REASON)
    boss.safe.renew_key()
    plug(house)
    officer = house.sign_in(cast.USERS[2].login)
    assert state(officer) is JournalState.SUSPENDED
    assert SystemEventKind.JOURNAL_BEHIND not in events(officer)
    boss = house.sign_in(BOSS.login)
    assert state(boss) is JournalState.OK
    assert SystemEventKind.JOURNAL_BEHIND in events(boss)
    assert replayed(house) == boss.store.head().seq and sound(boss)


def test_the_sheet_opens_a_ledger_whose_medium_is_gone(house: House) -> None:
    enter(house.ledger)
    house.ledger.close()
    pull(house)
    ledger, _sheet = house.office.recover(
        house.folder / "ledger", house.sheet, BOSS.login, "遠い山から届く七通の手紙"
    )
    house.ledger = ledger
    assert state(ledger) is JournalState.SUSPENDED
    assert events(ledger)[-1] is SystemEventKind.JOURNAL_SUSPENDED
    plug(house)
    assert ledger.journal.tend().state is JournalState.OK
    assert replayed(house) == ledger.store.head().seq and sound(ledger)


def test_a_full_disk_keeps_nobody_from_reading(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ledger.close()
    house.clock._now -= timedelta(hours=3)  # something to be entered at the sign-in
    monkeypatch.setattr("storage.ledger_store.LedgerStore.append", _raise_full)
    ledger = house.ledger = house.office.unlock(
        house.folder / "ledger", WORKER.login, WORKER.password
    )
    assert any("空きがありません" in notice for notice in ledger.notices)
    assert ledger.registers.all(Place)

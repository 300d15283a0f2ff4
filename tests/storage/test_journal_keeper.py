"""The journal of a real ledger: caught up, missed, answered for, and the memory of the head."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from models.access import Act
from models.chain import Head
from models.codes import AttachmentKind, Role, SystemEventKind
from models.errors import (
    DiskFull,
    Foreign,
    InsideLedger,
    InvalidField,
    JournalFailed,
    JournalMissing,
    MediumMissing,
    MustChangePassword,
    NotEnteredYet,
    NotPermitted,
    Refused,
    RolledBack,
)
from models.journal import JournalState
from models.ledger import Ledger
from models.mending import AS_TOLD, advice
from models.notes import GIVEN_UP
from models.records import BackupRun, Person, Place, SystemEvent
from models.store import quiet
from models.verification import Problem, Remedy
from storage import journal_file
from storage.head_memory import HeadMemory
from storage.journal import list_files
from storage.journal_compare import Shown
from storage.preamble import PREFIX_BYTES
from storage.safe import LedgerSafe
from storage.strict_json import blob
from tests.house import House, cheap_office, furnished
from tests.responsible import let_in_responsible
from ui.sample import cast

BOSS, WORKER = cast.USERS[0], cast.USERS[1]
DEPUTY = "静かな港に灯る三つの明かり"
REASON = "媒体の故障のため、明日の交換まで続けます"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        made.ledger.journal.start(usb(made))
        yield made


def usb(house: House) -> Path:
    return house.folder / "usb"


def enter(ledger: Ledger, name: str = "倉庫") -> int:
    change = ledger.registers.create(
        Place(name=name, address="架空市青葉町1-2-3", floor_room="3階", lockable=True,
              entry_control=True, kinds=ledger.registers.all(Place)[0].record.kinds)
    )  # fmt: skip
    return change.head.seq


def events(ledger: Ledger) -> list[SystemEventKind]:
    kinds = [stored.record.kind for stored in ledger.registers.all(SystemEvent)]
    return [kind for kind in kinds if kind is not None]


def state(ledger: Ledger) -> JournalState:
    return ledger.journal.status().state


def replayed(house: House) -> int:
    """Return the last entry that the journal could bring back."""
    vault = house.ledger.safe.vault  # type: ignore[attr-defined]
    path = list_files(usb(house), vault.vault_id)[-1]
    return journal_file.JournalFile(path, vault).scan().head.seq


def sound(ledger: Ledger) -> bool:
    return ledger.safe.verify(full=True, progress=quiet).ok


def pull(house: House) -> None:
    usb(house).rename(house.folder / "pulled")


def plug(house: House) -> None:
    (house.folder / "pulled").rename(usb(house))


def backed_up(house: House) -> Path:
    (house.folder / "backup").mkdir(exist_ok=True)
    return Path(house.ledger.safe.backup(house.folder / "backup", quiet).file)


# --- every command --------------------------------------------------------------------------------


def test_every_command_stands_in_the_journal_when_it_is_acknowledged(house: House) -> None:
    for number in range(3):
        seq = enter(house.ledger, f"倉庫{number}")
        status = house.ledger.journal.status()
        assert (status.state, status.seq, replayed(house)) == (JournalState.OK, seq, seq)
    assert events(house.ledger) == [SystemEventKind.JOURNAL_STARTED]
    assert sound(house.ledger)


def test_attachments_lie_beside_the_journal(house: House) -> None:
    house.ledger.files.attach(
        "写真".encode(), name="写真.jpg", mime="image/jpeg", kind=AttachmentKind.PHOTO
    )
    mine = {path.name for path in (house.folder / "ledger" / "attachments").iterdir()}
    copied = {path.name for path in (usb(house) / "attachments").iterdir()}
    assert copied and copied <= mine


def test_reopening_goes_on_in_the_same_file(house: House) -> None:
    enter(house.ledger)
    ledger = house.sign_in(BOSS.login)
    seq = enter(ledger)
    assert len(list(usb(house).glob("*.azj"))) == 1 and replayed(house) == seq
    assert not ledger.notices


# --- the medium is missing ------------------------------------------------------------------------


def test_a_pulled_medium_refuses_entries_before_they_are_written(house: House) -> None:
    seq = enter(house.ledger)
    pull(house)
    with pytest.raises(JournalMissing, match="記帳していません"):
        enter(house.ledger)
    assert house.ledger.store.head().seq == seq
    assert state(house.ledger) is JournalState.MISSING
    plug(house)
    assert enter(house.ledger) == seq + 1 == replayed(house)
    assert state(house.ledger) is JournalState.OK


def test_only_a_responsible_person_goes_on_without_and_says_why(house: House) -> None:
    worker = house.sign_in(WORKER.login)
    pull(house)
    with pytest.raises(NotPermitted):
        worker.journal.suspend(REASON)
    boss = house.sign_in(BOSS.login)
    assert any("媒体がありません" in notice for notice in boss.notices)
    with pytest.raises(InvalidField):
        boss.journal.suspend(" ")
    boss.journal.suspend(REASON)
    event = boss.registers.all(SystemEvent)[-1].record
    assert (event.kind, event.reason) == (SystemEventKind.JOURNAL_SUSPENDED, REASON)
    assert event.acknowledged_by == boss.user.person_id
    assert state(boss) is JournalState.SUSPENDED
    worker = house.sign_in(WORKER.login)  # it lasts beyond the sign-in
    assert any("ジャーナルなしで" in notice for notice in worker.notices)
    worker.registers.all(Place)


def test_the_returned_medium_is_caught_up_and_that_is_entered(house: House) -> None:
    pull(house)
    boss = house.sign_in(BOSS.login)
    boss.journal.suspend(REASON)
    for number in range(4):
        enter(boss, f"倉庫{number}")
    plug(house)
    seq = enter(boss, "最後")  # the next command finds the medium by itself
    assert (state(boss), replayed(house)) == (JournalState.OK, seq)
    boss.journal.tend()
    assert events(boss)[-2:] == [
        SystemEventKind.JOURNAL_SUSPENDED, SystemEventKind.JOURNAL_RESUMED,
    ]  # fmt: skip
    assert replayed(house) == boss.store.head().seq and sound(boss)


def test_a_medium_that_returns_between_two_days_is_caught_up_at_the_sign_in(house: House) -> None:
    pull(house)
    boss = house.sign_in(BOSS.login)
    boss.journal.suspend(REASON)
    enter(boss)
    plug(house)
    worker = house.sign_in(WORKER.login)
    assert (state(worker), events(worker)[-1]) == (
        JournalState.OK, SystemEventKind.JOURNAL_RESUMED,
    )  # fmt: skip
    assert replayed(house) == worker.store.head().seq


@pytest.mark.parametrize("act", ["suspend", "stop"])
def test_a_journal_that_was_given_up_is_entered_though_the_program_died(
    house: House, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    usb(house).rename(house.folder / "pulled")
    house.ledger.journal.tend()  # notices it

    def full(*given: object, **more: object) -> None:
        raise DiskFull(file="ledger.db")

    with monkeypatch.context() as patch:
        patch.setattr(house.ledger, "commit", full)
        with pytest.raises(NotEnteredYet):
            getattr(house.ledger.journal, act)(REASON)
    house.sign_in(WORKER.login)  # may not answer for it
    kind = getattr(
        SystemEventKind, {"suspend": "JOURNAL_SUSPENDED", "stop": "JOURNAL_STOPPED"}[act]
    )
    assert not house.ledger.registers.all(SystemEvent, kind=kind)
    for _ in range(2):
        ledger = house.sign_in(BOSS.login)
        (entered,) = ledger.registers.all(SystemEvent, kind=kind)
        assert entered.record.reason == REASON
        assert entered.record.acknowledged_by == ledger.user.person_id


def test_what_was_refused_leaves_no_note(house: House) -> None:
    with pytest.raises(Refused):
        house.ledger.journal.suspend(REASON)
    assert house.ledger.store.setting(GIVEN_UP) == ""


def test_a_reason_that_no_font_draws_keeps_no_paper_from_the_seal(house: House) -> None:
    pull(house)
    boss = house.sign_in(BOSS.login)
    boss.journal.suspend("媒体の故障😀のため")
    assert boss.paper.numbering().warnings[-1].endswith("理由：媒体の故障?のため）")


def test_nobody_suspends_a_journal_that_works(house: House) -> None:
    with pytest.raises(Refused):
        house.ledger.journal.suspend(REASON)
    assert state(house.ledger) is JournalState.OK


def test_a_write_that_fails_is_not_acknowledged_and_written_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    house.ledger.on_change(lambda change: told.append(change.head.seq))
    seq = house.ledger.store.head().seq

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal_file, "sync", full)
    with pytest.raises(JournalFailed, match="繰り返さない"):
        enter(house.ledger)
    assert house.ledger.store.head().seq == seq + 1
    assert told == [seq + 1]  # the screens must show what is entered
    monkeypatch.undo()
    assert enter(house.ledger) == seq + 2 == replayed(house)
    # What the system showed behind the failed fsync may not be on the medium: a new file.
    assert len(list(usb(house).glob("*.azj"))) == 2
    assert sound(house.ledger)


def test_a_repeated_command_is_answered_only_when_the_journal_has_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(5, "EIO")

    command = "ab" * 16
    place = Place(name="倉庫", address="架空市", floor_room="1階", lockable=True,
                  entry_control=True, kinds=house.ledger.registers.all(Place)[0].record.kinds)  # fmt: skip
    monkeypatch.setattr(journal_file, "sync", full)
    with pytest.raises(JournalFailed):
        house.ledger.registers.create(place, command_id=command)
    pull(house)
    with pytest.raises(JournalFailed):
        house.ledger.registers.create(place, command_id=command)
    monkeypatch.undo()
    plug(house)
    change = house.ledger.registers.create(place, command_id=command)
    assert change.repeated and replayed(house) == change.head.seq


def test_an_inspector_reads_and_changes_the_own_password_without_the_medium_being_touched(
    house: House,
) -> None:
    inspector = next(user for user in cast.USERS if user.role is Role.INSPECTOR)
    pull(house)
    ledger = house.sign_in(inspector.login)
    assert ledger.journal.tend().state is JournalState.MISSING
    assert ledger.registers.all(Place)
    plug(house)
    ledger = house.sign_in(inspector.login)
    assert ledger.journal.tend().state is JournalState.OK
    ledger.people.change_password(inspector.password, "静かな港に灯る三つの明かり")
    assert replayed(house) == ledger.store.head().seq


# --- the database is ahead, the journal is ahead ----------------------------------------------------


def test_a_command_that_died_before_the_journal_is_written_at_the_start(house: House) -> None:
    enter(house.ledger)
    keeper = house.ledger.safe.journal
    house.ledger.store.after_commit = None  # type: ignore[attr-defined]
    seq = enter(house.ledger)
    assert replayed(house) == seq - 1
    del keeper
    ledger = house.sign_in(BOSS.login)
    assert replayed(house) == seq == ledger.store.head().seq
    assert events(ledger) == [SystemEventKind.JOURNAL_STARTED]


def test_a_journal_that_was_set_back_is_written_on_and_that_is_entered(house: House) -> None:
    house.ledger.close()
    shutil.copytree(usb(house), house.folder / "old")
    ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    enter(ledger, "一")
    enter(ledger, "二")
    ledger.close()
    shutil.rmtree(usb(house))
    (house.folder / "old").rename(usb(house))
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert events(house.ledger)[-1] is SystemEventKind.JOURNAL_BEHIND
    assert any("追記します" in notice for notice in house.ledger.notices)
    assert replayed(house) == house.ledger.store.head().seq and sound(house.ledger)


def test_a_journal_that_goes_on_in_an_older_copy_tells_it_first(house: House) -> None:
    shutil.copytree(usb(house), house.folder / "old")
    enter(house.ledger, "一")
    enter(house.ledger, "二")
    ledger = house.ledger
    ledger.journal.start(house.folder / "old")
    assert events(ledger)[-2:] == [
        SystemEventKind.JOURNAL_BEHIND, SystemEventKind.JOURNAL_STARTED,
    ]  # fmt: skip
    seq = enter(ledger, "三")
    status = ledger.journal.status()
    assert (status.folder, status.state, status.seq) == (house.folder / "old", JournalState.OK, seq)
    assert sound(ledger)
    assert not house.sign_in(WORKER.login).notices


def older_copy(house: House) -> int:
    """Put an older copy of the whole ledger in place of the present one; return the lost head."""
    ledger = house.folder / "ledger"
    house.ledger.close()
    shutil.copytree(ledger, house.folder / "older")
    house.ledger = house.office.unlock(ledger, BOSS.login, BOSS.password)
    enter(house.ledger, "一")
    seq = enter(house.ledger, "二")
    house.ledger.close()
    shutil.rmtree(ledger)
    (house.folder / "older").rename(ledger)
    return seq


@pytest.mark.parametrize("remembers", ["both", "journal", "PC"])
def test_a_ledger_that_was_set_back_stops(house: House, remembers: str) -> None:
    lost = older_copy(house)
    if remembers == "journal":
        (house.folder / "device" / "heads.json").unlink()
    if remembers == "PC":
        shutil.rmtree(usb(house))
    for user in (BOSS, WORKER):
        with pytest.raises(RolledBack, match=f"{lost:,}まで"):
            house.office.unlock(house.folder / "ledger", user.login, user.password)


def test_only_a_responsible_person_answers_for_it_and_the_paper_says_so(house: House) -> None:
    older_copy(house)
    folder = house.folder / "ledger"
    with pytest.raises(NotPermitted):
        house.office.unlock(folder, WORKER.login, WORKER.password, rolled_back=REASON)
    with pytest.raises(InvalidField):
        house.office.unlock(folder, BOSS.login, BOSS.password, rolled_back="は")
    with pytest.raises(RolledBack):
        house.office.unlock(folder, BOSS.login, BOSS.password)
    ledger = house.office.unlock(folder, BOSS.login, BOSS.password, rolled_back=REASON)
    house.ledger = ledger
    event = ledger.registers.all(SystemEvent)[-1].record
    assert (event.kind, event.reason) == (SystemEventKind.ROLLED_BACK, REASON)
    (line,) = [line for line in ledger.paper.numbering().warnings if "このPC" in line]
    assert "以前の状態" in line and line.endswith(f"理由：{REASON}）")
    seq = enter(ledger)
    assert replayed(house) == seq and sound(ledger)
    ledger = house.sign_in(WORKER.login)  # from here on nobody is stopped any more
    assert state(ledger) is JournalState.OK


@pytest.mark.parametrize("why", ["past its last day", "first password", "has left"])
def test_nobody_answers_for_it_in_whose_name_it_cannot_be_entered(house: House, why: str) -> None:
    ended, last = why != "first password", house.ledger.today() + timedelta(days=2)
    let_in_responsible(
        house, house.story.people["worker2"], "deputy", DEPUTY,
        valid_until=None if why == "has left" else last, chosen_by_self=ended,
    )  # fmt: skip
    if why == "has left":
        person = house.ledger.registers.need(Person, house.story.people["worker2"]).record
        house.ledger.registers.revise(person.with_changes(left_on=last), "退職のため")
    older_copy(house)
    house.clock.wait(4 * 24 * 60 if ended else 1)
    folder = house.folder / "ledger"
    with pytest.raises(NotPermitted if ended else MustChangePassword):
        house.office.unlock(folder, "deputy", DEPUTY, rolled_back=REASON)
    with pytest.raises(RolledBack):  # it is as unanswered as before
        house.office.unlock(folder, BOSS.login, BOSS.password)
    house.ledger = house.office.unlock(folder, BOSS.login, BOSS.password, rolled_back=REASON)
    assert SystemEventKind.ROLLED_BACK in events(house.ledger) and sound(house.ledger)


def test_journal_and_memory_set_back_with_the_ledger_show_nothing_here(house: House) -> None:
    """The limit that the manual states: then only the papers outside remember."""
    house.ledger.close()
    for name in ("ledger", "usb", "device"):
        shutil.copytree(house.folder / name, house.folder / f"{name}.old")
    ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    enter(ledger)
    ledger.close()
    for name in ("ledger", "usb", "device"):
        shutil.rmtree(house.folder / name)
        (house.folder / f"{name}.old").rename(house.folder / name)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert house.ledger.notices == []


def test_two_books_stop_at_the_second(house: House) -> None:
    house.ledger.close()
    shutil.copytree(house.folder / "ledger", house.folder / "second")
    second = house.office.unlock(house.folder / "second", BOSS.login, BOSS.password)
    enter(second, "裏の台帳")
    second.close()
    with pytest.raises(RolledBack):
        house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)


def test_an_older_copy_in_another_folder_is_said_and_entered(house: House) -> None:
    house.ledger.journal.stop("媒体の返却")
    house.ledger.close()
    shutil.copytree(house.folder / "ledger", house.folder / "other")
    enter(house.sign_in(BOSS.login))
    house.ledger.close()
    other = house.office.unlock(house.folder / "other", BOSS.login, BOSS.password)
    assert any("別の場所" in notice for notice in other.notices)
    assert events(other)[-1] is SystemEventKind.ROLLED_BACK
    other.close()
    ledger = house.sign_in(BOSS.login)  # the first one is not disturbed
    assert not ledger.notices


def test_an_earlier_head_in_a_folder_that_is_gone_excuses_no_older_copy(house: House) -> None:
    """The office renames its folder once; the way it had there says nothing of what came after."""
    house.ledger.journal.stop("媒体の返却")
    house.ledger.close()
    (house.folder / "ledger").rename(house.folder / "moved")
    ledger = house.office.unlock(house.folder / "moved", BOSS.login, BOSS.password)
    enter(ledger, "移した")
    ledger.close()
    shutil.copytree(house.folder / "moved", house.folder / "old")
    ledger = house.office.unlock(house.folder / "moved", BOSS.login, BOSS.password)
    enter(ledger, "消したい記録")
    ledger.close()
    old = house.office.unlock(house.folder / "old", BOSS.login, BOSS.password)
    assert any("別の場所" in notice for notice in old.notices)
    assert events(old)[-1] is SystemEventKind.ROLLED_BACK
    old.close()
    house.ledger = house.office.unlock(house.folder / "moved", BOSS.login, BOSS.password)
    assert not house.ledger.notices


def test_a_power_cut_while_it_is_written_leaves_a_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one copy only, and one that is torn would be told as a memory that somebody removed."""
    memory, vault, real = HeadMemory(tmp_path / "device"), b"v" * 16, tmp_path / "real"
    memory.remember(vault, real, Head(300, b"r" * 32), reached=True)

    def cut(path: Path, content: bytes) -> None:
        path.write_bytes(content[: len(content) // 2])
        raise DiskFull(file=str(path))

    monkeypatch.setattr("storage.files.create_durable", cut)
    memory.remember(vault, real, Head(301, b"s" * 32), reached=True)
    lost = memory.missing(vault, real, Head(2, b"o" * 32), lambda head: False, restored=False)
    assert lost is not None and lost.head.seq == 300


def test_copies_elsewhere_push_no_folder_out_of_memory(tmp_path: Path) -> None:
    memory, vault = HeadMemory(tmp_path / "device"), b"v" * 16
    real, far = tmp_path / "real", Head(302, b"r" * 32)
    memory.remember(vault, real, far, reached=True)
    for number in range(150):
        copy = Head(200 + number % 100, bytes([number]) * 32)
        memory.remember(vault, tmp_path / f"copy{number}", copy, reached=True)
    older = Head(300, b"o" * 32)
    lost = memory.missing(vault, real, older, lambda head: head == older, restored=False)
    assert lost is not None and (lost.head, lost.folder) == (far, str(real))
    assert memory.missing(vault, real, far, lambda head: head == far, restored=False) is None
    elsewhere = memory.missing(
        vault, tmp_path / "new", older, lambda head: head == older, restored=False
    )
    assert elsewhere is not None and elsewhere.head == far


def test_a_copy_that_was_opened_elsewhere_excuses_no_rollback(house: House) -> None:
    house.ledger.journal.stop("媒体の返却")
    house.ledger.close()
    shutil.copytree(house.folder / "ledger", house.folder / "other")
    house.office.unlock(house.folder / "other", BOSS.login, BOSS.password).close()
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    older_copy(house)
    with pytest.raises(RolledBack):
        house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)


def test_a_restored_ledger_may_take_the_place_of_the_first(house: House) -> None:
    backup = backed_up(house)
    enter(house.ledger)
    house.ledger.close()
    new = house.folder / "new"
    house.office.restore(backup, new, BOSS.login, BOSS.password, quiet)
    (house.folder / "ledger").rename(house.folder / "before")
    new.rename(house.folder / "ledger")
    ledger = house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert not any("疑い" in notice or "見ています" in notice for notice in ledger.notices)
    older_copy(house)  # and what it does from here on is remembered as any other's
    with pytest.raises(RolledBack):
        house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)


def test_a_torn_end_that_the_ledger_does_not_know_is_a_rollback(house: House) -> None:
    seq = enter(house.ledger)
    house.ledger.close()
    file = next(usb(house).glob("*.azj"))
    with file.open("ab") as torn:
        torn.write(b"AZJF" + bytes(40))
    with pytest.raises(RolledBack, match=f"{seq + 1:,}まで"):
        house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)


# --- damage, foreign, other places ------------------------------------------------------------------


def test_a_damaged_journal_lets_read_but_not_write_until_it_is_begun_anew(house: House) -> None:
    for number in range(3):
        enter(house.ledger, f"倉庫{number}")
    house.ledger.close()
    file = next(usb(house).glob("*.azj"))
    raw = bytearray(file.read_bytes())
    raw[raw.index(b"AZJF") + 100] ^= 1  # the first frame
    file.write_bytes(raw)
    ledger = house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert state(ledger) is JournalState.BROKEN
    assert any("番目の記録" in notice for notice in ledger.notices)
    with pytest.raises(JournalMissing, match="壊れています"):
        enter(ledger)
    found = ledger.safe.verify(full=False, progress=quiet)
    assert [problem.code for problem in found.problems] == ["JOURNAL"]
    assert found.remedies == {Remedy.AS_TOLD} and advice(found) == AS_TOLD  # as is done here:
    ledger.journal.start(house.folder / "usb2")
    enter(ledger)
    assert state(ledger) is JournalState.OK and sound(ledger)


def test_a_journal_is_not_begun_where_it_does_not_belong(house: House, tmp_path: Path) -> None:
    ledger = house.ledger
    with pytest.raises(InsideLedger):
        ledger.journal.start(house.folder / "ledger" / "journal")
    with pytest.raises(MediumMissing):
        ledger.journal.start(tmp_path / "media" / "usb")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "azukari-00112233-000001.azj").write_bytes(b"AZKJOUR\n")
    with pytest.raises(Foreign):
        ledger.journal.start(tmp_path / "foreign")
    with pytest.raises(NotPermitted):
        house.sign_in(WORKER.login).journal.start(tmp_path / "mine")
    ledger = house.sign_in(BOSS.login)
    assert ledger.journal.status().folder == usb(house) and state(ledger) is JournalState.OK


def test_a_journal_that_cannot_begin_leaves_the_former_in_use(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, end: int) -> None:
        raise DiskFull(file="媒体")

    monkeypatch.setattr("storage.journal_file.JournalFile.open_at", full)
    with pytest.raises(DiskFull):
        house.ledger.journal.start(house.folder / "usb2")
    monkeypatch.undo()
    seq = enter(house.ledger)
    assert house.ledger.journal.status().folder == usb(house) and replayed(house) == seq


def test_a_journal_moves_to_another_medium_and_can_be_ended(house: House) -> None:
    ledger = house.ledger
    ledger.journal.start(house.folder / "usb2")
    seq = enter(ledger)
    assert ledger.journal.status().seq == seq and replayed(house) < seq
    ledger.journal.stop("台帳を閉じるため")
    enter(ledger)
    assert state(ledger) is JournalState.NONE
    assert events(ledger)[-1] is SystemEventKind.JOURNAL_STOPPED


def test_verification_names_a_flipped_frame_of_an_older_file(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.journal.FILE_LIMIT", 1500)
    for number in range(4):
        enter(house.ledger, f"倉庫{number}")
    file = sorted(usb(house).glob("*.azj"))[0]
    raw = bytearray(file.read_bytes())
    raw[-20] ^= 1
    file.write_bytes(raw)
    assert house.ledger.safe.verify(full=False, progress=quiet).ok  # looks at the last file only
    found = house.ledger.safe.verify(full=True, progress=quiet)
    assert [problem.code for problem in found.problems] == ["JOURNAL"]
    assert found.remedies == {Remedy.AS_TOLD}


@pytest.mark.parametrize("differs", ["an entry", "a look"])
def test_verification_names_a_journal_that_goes_on_otherwise_than_the_ledger(
    house: House, differs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every frame of it is whole and under the right key: only the ledger knows it is not its own."""
    if differs == "an entry":  # lines always differ then, too; the entry tells alone
        monkeypatch.setattr(Shown, "contains_line", lambda shown, head: True)
    house.ledger.close()
    other = house.folder / "other"
    shutil.copytree(house.folder, other)
    second = cheap_office(other, house.clock, seed=2).unlock(
        other / "ledger", BOSS.login, BOSS.password
    )
    if differs == "an entry":
        enter(second, "裏の台帳")
    else:
        second.access.note(Act.VIEW, Place.type, "place-1")
    second.close()
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert sound(house.ledger)
    file, theirs = (next((home / "usb").glob("*.azj")) for home in (house.folder, other))
    own = file.read_bytes()
    file.write_bytes(theirs.read_bytes())
    for full in (False, True):
        found = house.ledger.safe.verify(full=full, progress=quiet)
        assert [problem.code for problem in found.problems] == ["JOURNAL"]
        assert "台帳と続きが合いません" in found.problems[0].message
    file.write_bytes(own)
    assert sound(house.ledger)


def problems(ledger: Ledger) -> Sequence[Problem]:
    return ledger.safe.verify(full=False, progress=quiet).problems


def with_another_head(backup: bytes) -> bytes:
    """Make the manifest tell of another head, and its digest right again."""
    end = PREFIX_BYTES + int.from_bytes(backup[10:PREFIX_BYTES], "big")
    body = json.loads(backup[PREFIX_BYTES:end])
    text = json.dumps(body | {"head": blob(bytes(32))}, sort_keys=True, separators=(",", ":"))
    assert len(text) == end - PREFIX_BYTES
    start = backup[:PREFIX_BYTES] + text.encode()
    return start + hashlib.sha256(start).digest() + backup[end + 32 :]


def test_verification_compares_the_last_backup(house: House) -> None:
    from models.backups import record_backup

    (house.folder / "backup").mkdir()
    record_backup(house.ledger, house.folder / "backup", quiet)
    older = house.ledger.registers.all(BackupRun)[-1].record
    record_backup(house.ledger, house.folder / "backup", quiet)
    assert sound(house.ledger)
    run = house.ledger.registers.all(BackupRun)[-1].record
    file = Path(run.folder) / run.file_name
    raw = file.read_bytes()
    before = (Path(older.folder) / older.file_name).read_bytes()
    for harmed in (b"1", raw[:60], with_another_head(raw), before):
        file.write_bytes(harmed)
        assert [one.code for one in problems(house.ledger)] == ["BACKUP"], harmed[:60]
    file.write_bytes(raw)
    assert sound(house.ledger)
    file.rename(file.with_suffix(".kept"))  # in the safe: no problem
    assert sound(house.ledger)


def test_verification_compares_the_last_backup_also_after_one_from_ahead_of_the_clock(
    house: House,
) -> None:
    from models.backups import record_backup

    (house.folder / "backup").mkdir()
    right = house.clock._now
    house.clock._now += timedelta(days=1500)
    record_backup(house.ledger, house.folder / "backup", quiet)
    house.clock._now = right
    record_backup(house.ledger, house.folder / "backup", quiet)
    run = house.ledger.registers.all(BackupRun)[-1].record
    (Path(run.folder) / run.file_name).write_bytes(b"1")
    assert "BACKUP" in {one.code for one in problems(house.ledger)}


# --- the clock ------------------------------------------------------------------------------------


def test_a_clock_that_went_back_is_said_and_entered_at_the_sign_in(house: House) -> None:
    seq = enter(house.ledger)
    house.ledger.close()
    house.clock._now -= timedelta(hours=3)
    ledger = house.ledger = house.office.unlock(
        house.folder / "ledger", WORKER.login, WORKER.password
    )
    assert any("前を指していました" in notice for notice in ledger.notices)
    assert events(ledger)[-1] is SystemEventKind.CLOCK_BACK
    assert ledger.store.head().seq == seq + 1
    assert any("時計" in line for line in ledger.paper.numbering().warnings)


def test_a_full_disk_is_no_missing_medium(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(journal_file, "sync", full)
    monkeypatch.setattr("storage.journal_file.JournalFile.create", _raise_full)
    with pytest.raises(JournalFailed):
        enter(house.ledger)
    with pytest.raises(JournalMissing, match="空きがありません"):
        enter(house.ledger)
    assert state(house.ledger) is JournalState.BROKEN
    house.ledger.journal.suspend(REASON)
    monkeypatch.undo()
    assert house.ledger.journal.tend().state is JournalState.OK
    assert sound(house.ledger)


def _raise_full(*_args: object) -> None:
    raise DiskFull(file="ジャーナル")


def test_the_safe_of_a_ledger_always_has_a_keeper(house: House) -> None:
    assert isinstance(house.ledger.safe, LedgerSafe) and house.ledger.safe.journal.status()

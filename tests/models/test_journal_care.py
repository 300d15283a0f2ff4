"""The end of journal files: only what two verified backups hold, and a restore still gets there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.backup_care import ending, reliable, standing
from models.backup_disposal import dispose
from models.backups import record_backup
from models.codes import AttachmentKind, EmploymentType, EventLevel, SystemEventKind
from models.errors import (
    AzukariError,
    Damaged,
    DiskFull,
    JournalFailed,
    JournalMissing,
    NotPermitted,
    Refused,
)
from models.journal import JournalState
from models.journal_care import (
    NO_BACKUP,
    NOT_YET,
    NOTHING,
    end_journal_files,
    files_of_erased,
    journal_proposal,
)
from models.records import Attachment, ContentErasure, Person, SystemEvent
from models.store import quiet
from storage import journal as journals
from storage.journal_file import JournalFile
from tests.ending import CANARY, PICTURE, ended, erase
from tests.house import House, furnished
from ui.sample import cast

BOSS = cast.USERS[0]
REASON = "媒体の空きを増やすため"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A ledger whose journal begins a new file with every few commands."""
    monkeypatch.setattr(journals, "FILE_LIMIT", 4000)
    (tmp_path / "stick").mkdir()
    with furnished(tmp_path, accounts=True) as made:
        made.ledger.journal.start(tmp_path / "journal")
        yield made


@pytest.fixture
def over(tmp_path: Path) -> Iterator[House]:
    """A ledger with a journal, one of whose contracts can be erased; a stick has a backup of it."""
    (tmp_path / "stick").mkdir()
    with ended(tmp_path, journal=True) as made:
        back_up(made)
        yield made


def work(house: House, count: int = 8) -> None:
    ledger = house.ledger
    for number in range(count):
        house.clock.wait(1)
        person = Person(
            organization_id=ledger.registers.all(Person)[0].record.organization_id,
            name=f"見本　{number}郎", employment_type=EmploymentType.REGULAR,
        )  # fmt: skip
        ledger.registers.create(person)


def back_up(house: House) -> None:
    house.clock.wait(1)
    record_backup(house.ledger, house.folder / "stick", quiet)


def end_files(house: House) -> None:
    house.clock.wait(1)
    end_journal_files(house.ledger, house.folder / "stick", REASON, quiet)


def journal_files(house: House) -> list[str]:
    return sorted(path.name for path in (house.folder / "journal").glob("*.azj"))


def restored(house: House, backup: str, name: str) -> int:
    """Restore a backup with the journal and return the number of the entry that was reached."""
    made = house.office.restore(
        house.folder / "stick" / backup, house.folder / name, BOSS.login, BOSS.password, quiet,
        house.folder / "journal",
    )  # fmt: skip
    return made.head.seq


def test_what_two_backups_hold_ends_and_both_still_reach_the_last_entry(house: House) -> None:
    work(house)
    back_up(house)
    work(house)
    before = journal_files(house)
    proposed = journal_proposal(house.ledger)
    names = [path.name for path in proposed.spent.files]
    assert 0 < len(names) < len(before) and names == before[: len(names)]
    end_files(house)
    assert not set(names) & set(journal_files(house))
    (event,) = house.ledger.registers.all(SystemEvent, kind=SystemEventKind.JOURNAL_ENDED)
    assert f"{len(names)}件" in event.record.detail and event.record.level is EventLevel.INFO
    assert all(run.file_name in event.record.detail for run in standing(house.ledger))
    work(house, 2)
    last = house.ledger.store.head().seq
    for number, run in enumerate(standing(house.ledger)):
        assert restored(house, run.file_name, f"back{number}") == last
    assert house.ledger.safe.verify(full=True, progress=quiet).ok
    house.sign_in(BOSS.login)
    assert house.ledger.store.head().seq == last


def test_nothing_ends_without_a_backup_or_with_its_medium_away(house: House) -> None:
    work(house)
    assert journal_proposal(house.ledger).obstacle == NO_BACKUP
    with pytest.raises(Refused, match="先に"):
        end_files(house)
    back_up(house)
    (house.folder / "stick").rename(house.folder / "drawer")
    assert "接続" in journal_proposal(house.ledger).obstacle
    (house.folder / "drawer").rename(house.folder / "stick")
    before = journal_files(house)
    with pytest.raises(NotPermitted):
        end_journal_files(house.sign_in("yoshino"), house.folder / "stick", REASON, quiet)
    assert journal_files(house) == before


def test_a_single_file_is_in_use_and_stays(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    with furnished(tmp_path) as house:
        house.ledger.journal.start(tmp_path / "journal")
        back_up(house)
        assert journal_proposal(house.ledger).obstacle == NOTHING


def test_a_backup_that_does_not_read_saves_the_journal(house: House) -> None:
    work(house)
    back_up(house)
    work(house)
    file = house.folder / "stick" / standing(house.ledger)[0].file_name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    before = journal_files(house)
    with pytest.raises(Damaged):
        end_files(house)
    assert set(before) <= set(journal_files(house))
    assert house.ledger.registers.all(SystemEvent, kind=SystemEventKind.JOURNAL_ENDED) == []


def test_a_file_that_cannot_be_read_is_evidence_and_stays(house: House) -> None:
    work(house)
    back_up(house)
    work(house)
    first = house.folder / "journal" / journal_files(house)[0]
    first.write_bytes(b"x" * 4000)
    assert journal_proposal(house.ledger).obstacle == NOTHING


def test_files_of_an_ended_key_end_too(house: House) -> None:
    work(house)
    old = journal_files(house)
    house.ledger.people.renew_key("鍵の写しを失くしたため")
    back_up(house)
    assert len(reliable(house.ledger)) == 1
    end_files(house)
    assert not set(old) & set(journal_files(house))
    last = house.ledger.store.head().seq
    for number, run in enumerate(reliable(house.ledger)):
        assert restored(house, run.file_name, f"back{number}") == last


def test_copies_of_attachments_end_with_their_files(house: House) -> None:
    ledger, copies = house.ledger, house.folder / "journal" / "attachments"
    ledger.files.attach(b"a" * 999, name="a.pdf", mime="application/pdf", kind=AttachmentKind.OTHER)
    work(house)
    back_up(house)
    work(house)
    ledger.files.attach(b"b" * 999, name="b.pdf", mime="application/pdf", kind=AttachmentKind.OTHER)
    blobs = {one.record.name: one.record.blob for one in ledger.registers.all(Attachment)}
    assert {blobs["a.pdf"], blobs["b.pdf"]} <= {path.name for path in copies.iterdir()}
    end_files(house)
    assert [path.name for path in copies.iterdir()] == [blobs["b.pdf"]]
    assert restored(house, standing(ledger)[0].file_name, "back") == ledger.store.head().seq
    back = {path.name for path in (house.folder / "back" / "attachments").iterdir()}
    assert back == set(blobs.values())


# --- after an erasure ----------------------------------------------------------------------------


def readable(house: House) -> bytes:
    """Return all that the present keys open in the journal and beside it."""
    ledger, folder = house.ledger, house.folder / "journal"
    vault = ledger.safe.vault  # type: ignore[attr-defined]
    found = b""
    for path in journals.list_files(folder, vault.vault_id):
        try:
            file = JournalFile(path, vault)
            scan = file.scan()
            parts = [file.read(place) for place in scan.places]
        except AzukariError:
            continue  # nobody opens it
        for part in parts:
            for entry in part.logged[1] if part.logged else ():
                found += entry.content or b""
    attachments = ledger.store.attachments  # type: ignore[attr-defined]
    beside = type(attachments)(folder / "attachments", attachments._key)
    return found + b"".join(beside.read(name) for name in beside.names())


def test_no_erased_content_is_left_that_the_present_keys_open(over: House) -> None:
    canary = CANARY.encode()
    assert canary in readable(over) and PICTURE in readable(over)
    erase(over)
    assert PICTURE not in readable(over)  # at once
    assert canary in readable(over)
    listed = [one.run.file_name for one in ending(over.ledger)]
    back_up(over)
    end_files(over)
    assert canary not in readable(over)
    gone = [one.run.id for one in ending(over.ledger) if one.must]
    assert listed == [] and len(gone) == 1
    dispose(over.ledger, gone, "内容を消去したため")
    for number, run in enumerate(standing(over.ledger)):
        assert restored(over, run.file_name, f"back{number}") == over.ledger.store.head().seq


def test_copies_that_were_away_at_the_erasure_go_when_they_are_back(over: House) -> None:
    copies = over.folder / "journal" / "attachments"
    kept = {path.name: path.read_bytes() for path in copies.iterdir()}
    first = over.ledger.store.holdings(over.story.contract.id).numbers[0]
    erase(over)
    assert list(copies.iterdir()) == []
    for name, data in kept.items():
        (copies / name).write_bytes(data)
    before = over.ledger.store.head().seq
    outside = over.ledger.ending.outside(first, before)
    assert {path.name for path in outside.journal} >= set(kept)
    over.sign_in(BOSS.login)
    assert list(copies.iterdir()) == []


def test_what_is_written_again_under_a_new_key_holds_nothing_that_was_erased_before(
    over: House,
) -> None:
    erase(over)
    [act] = over.ledger.registers.all(ContentErasure)
    listed = files_of_erased(over.ledger)
    assert [path.name for path in listed] == journal_files(over)[:-1]
    over.ledger.people.renew_key("鍵の写しを失くしたため")
    fresh = over.folder / "journal" / journal_files(over)[-1]
    header = journals.header_of(fresh)
    assert (
        header is not None and header.base.seq < act.meta.created_seq
    )  # once more, for the backup
    assert files_of_erased(over.ledger) == listed
    assert CANARY.encode() not in readable(over)  # the files before are under a key that is gone


def test_a_file_behind_one_that_is_not_of_this_way_is_listed(over: House) -> None:
    erase(over)
    [act] = over.ledger.registers.all(ContentErasure)
    over.ledger.people.renew_key("鍵の写しを失くしたため")
    vault_id = over.ledger.safe.vault.vault_id  # type: ignore[attr-defined]
    folder, seq = over.folder / "journal", act.meta.created_seq
    listed = journals.files_before(folder, vault_id, seq, lambda _head: False)
    begun = [journals.header_of(path) for path in journals.list_files(folder, vault_id)]
    older = [one for one in begun if one is not None and one.base.seq < seq]
    assert len(listed) == len(older) > len(files_of_erased(over.ledger))


# --- what came between an erasure and the new file ------------------------------------------------


def spent_after_a_backup(house: House) -> list[str]:
    back_up(house)
    return [path.name for path in journal_proposal(house.ledger).spent.files]


def die_after_erasing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erase, and die before the journal leaves the file that holds the content."""
    with monkeypatch.context() as dying:
        dying.setattr(type(house.ledger.safe.journal), "leave_erased", died)
        with pytest.raises(KeyboardInterrupt):
            erase(house)


def died(_keeper: object) -> None:
    raise KeyboardInterrupt


def full(*_: object) -> None:
    raise DiskFull(file="journal")


def test_a_death_before_the_new_file_is_made_up_for_at_the_next_sign_in(
    over: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = journal_files(over)
    die_after_erasing(over, monkeypatch)
    assert journal_files(over) == old and CANARY.encode() in readable(over)
    over.sign_in(BOSS.login)
    assert len(journal_files(over)) == len(old) + 1
    over.sign_in(BOSS.login)  # once is enough
    assert len(journal_files(over)) == len(old) + 1
    assert spent_after_a_backup(over) == old
    end_files(over)
    assert CANARY.encode() not in readable(over)
    last = over.ledger.store.head().seq
    assert restored(over, standing(over.ledger)[-1].file_name, "back") == last
    assert over.ledger.safe.verify(full=True, progress=quiet).ok


def test_a_journal_that_fails_at_the_erasure_goes_on_in_a_new_file(
    over: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = journal_files(over)
    with monkeypatch.context() as failing:
        failing.setattr(JournalFile, "append", full)
        with pytest.raises(JournalFailed):
            erase(over)
    assert over.ledger.registers.all(ContentErasure) and journal_files(over) == old
    (one,) = over.ledger.registers.all(ContentErasure)
    work(over, 1)  # takes the journal up again
    for path in over.ledger.ending.outside(1, one.meta.created_seq).journal:
        assert path.name != journal_files(over)[-1]
    assert set(old) <= set(spent_after_a_backup(over))
    end_files(over)
    assert CANARY.encode() not in readable(over)
    assert over.ledger.safe.verify(full=True, progress=quiet).ok


def test_a_new_file_that_cannot_be_begun_is_said_and_begun_later(
    over: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = journal_files(over)
    with monkeypatch.context() as failing:
        failing.setattr(JournalFile, "create", full)
        erase(over)
        assert over.ledger.journal.status().state is JournalState.BROKEN
        with pytest.raises(JournalMissing):
            work(over, 1)
    assert journal_files(over) == old
    work(over, 1)
    assert len(journal_files(over)) == len(old) + 1
    assert over.ledger.journal.status().state is JournalState.OK


def test_the_prune_sees_and_leaves_the_file_that_holds_erased_content(
    over: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    die_after_erasing(over, monkeypatch)
    old = journal_files(over)
    back_up(over)
    proposed = journal_proposal(over.ledger)
    assert proposed.obstacle == NOT_YET.format(1) and len(journal_files(over)) == len(old) + 1
    assert spent_after_a_backup(over) == old
    end_files(over)
    assert journal_proposal(over.ledger).obstacle == NOTHING
    assert CANARY.encode() not in readable(over)

"""The access log in the update journal: carried at its leisure, brought back by a restore (A-12)."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.access import Act, Line, Question
from models.chain import EMPTY, Head
from models.codes import SystemEventKind
from models.errors import DiskFull
from models.journal import JournalState
from models.ledger import Ledger
from models.records import Item
from storage import access, access_wire, journal_file, journal_format, journal_keeper, wire
from storage.access_wire import Batch
from storage.journal import Journal, list_files
from storage.journal_file import JournalFile
from storage.journal_way import Way
from storage.strict_json import Malformed
from tests.house import House, furnished
from tests.storage.test_journal_keeper import (
    BOSS,
    backed_up,
    enter,
    events,
    older_copy,
    plug,
    pull,
    quiet,
    sound,
    state,
    usb,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, days=1) as made:
        made.ledger.journal.start(usb(made))
        yield made


def look(ledger: Ledger, count: int = 1) -> None:
    """Write lines as idle time does, without anything else."""
    for number in range(count):
        ledger.access.note(Act.VIEW, Item.type, f"item-{number}")
    ledger.access.flush()


def last(ledger: Ledger) -> Head:
    return ledger.safe.access.head()


class Kept:
    """The keys of a vault, for after it is closed."""

    def __init__(self, vault: journal_format.Keys) -> None:
        self.vault_id, self.epoch, self.random = vault.vault_id, vault.epoch, os.urandom
        self._key = vault.derive("journal")

    def derive(self, purpose: str, *, epoch: int | None = None) -> bytes:
        assert purpose == "journal" and epoch == self.epoch
        return self._key


def kept(house: House) -> Kept:
    return Kept(house.ledger.safe.vault)  # type: ignore[attr-defined]


def carried(house: House, keys: Kept | None = None) -> int:
    """Return the last line that the journal could bring back."""
    keys = keys or kept(house)
    return JournalFile(list_files(usb(house), keys.vault_id)[-1], keys).scan().lines.seq


def lines(ledger: Ledger) -> list[Line]:
    return list(reversed(ledger.access.lines(Question(limit=100_000))))


def restored(house: House, backup: Path, *, journal: bool = True) -> Ledger:
    new = house.folder / "new"
    house.office.restore(
        backup, new, BOSS.login, BOSS.password, quiet, journal=usb(house) if journal else None
    )
    house.ledger = house.office.unlock(new, BOSS.login, BOSS.password)
    return house.ledger


def test_a_view_costs_no_fsync_of_the_journal(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(house.ledger)
    synced: list[int] = []
    monkeypatch.setattr(journal_file, "sync", synced.append)
    before = carried(house)
    look(house.ledger, 3)
    assert not synced and carried(house) == before < last(house.ledger).seq


def test_a_command_takes_the_waiting_lines_along_with_one_fsync(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(house.ledger, 3)
    real, synced = journal_file.sync, []

    def sync(descriptor: int) -> None:
        synced.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(journal_file, "sync", sync)
    waiting = last(house.ledger).seq
    enter(house.ledger)
    assert len(synced) == 1 and carried(house) == waiting


def test_many_or_old_lines_travel_without_a_command(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(house.ledger, journal_keeper.LINES_WAIT)
    assert carried(house) == last(house.ledger).seq
    look(house.ledger)
    assert carried(house) < last(house.ledger).seq
    monkeypatch.setattr(journal_keeper, "LINES_AGE", timedelta(microseconds=-1))
    look(house.ledger)
    assert carried(house) == last(house.ledger).seq


def test_an_export_and_the_lock_are_in_the_journal_at_once(house: House) -> None:
    house.ledger.access.handed_out(Act.EXPORT, Item.type, count=3, purpose="監査の準備")
    assert carried(house) == last(house.ledger).seq
    look(house.ledger)
    end, keys = last(house.ledger).seq, kept(house)
    house.ledger.close()
    assert carried(house, keys) == end + 1  # and the line of the lock
    house.sign_in(BOSS.login)


def test_rows_survive_a_restore_to_the_last_entry(house: House) -> None:
    backup = backed_up(house)
    look(house.ledger, 5)
    enter(house.ledger)
    look(house.ledger, 2)
    expected = lines(house.ledger)
    house.ledger.close()
    shutil.rmtree(house.folder / "ledger")  # the disk is dead
    ledger = restored(house, backup)
    found = lines(ledger)
    assert found[: len(expected)] == expected
    locked, restored_now, *_ = found[len(expected) :]
    assert (locked.act, restored_now.act) == (Act.LOCK, Act.RESTORE)
    assert sound(ledger)
    assert not any("利用の記録" in notice for notice in ledger.notices)


def test_the_log_may_go_on_in_the_middle_of_a_batch(house: House) -> None:
    look(house.ledger, 3)
    backup = backed_up(house)  # the journal's next batch begins before these lines
    look(house.ledger, 3)
    end = last(house.ledger)
    enter(house.ledger)
    house.ledger.close()
    ledger = restored(house, backup)
    found = {line.number: line.hash for line in lines(ledger)}
    assert found[end.seq] == end.hash and sound(ledger)


def test_a_medium_that_was_away_gets_the_lines_too(house: House) -> None:
    pull(house)
    look(house.ledger, 4)
    house.ledger.access.handed_out(
        Act.EXPORT, Item.type, purpose="監査の準備"
    )  # nothing is raised: it says so itself
    assert house.ledger.journal.tend().state is JournalState.MISSING
    plug(house)
    house.ledger.journal.tend()
    assert carried(house) == last(house.ledger).seq


def test_lines_that_could_not_be_written_are_written_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise DiskFull(file="usb")

    with monkeypatch.context() as patch:
        patch.setattr(journal_file, "sync", full)
        house.ledger.access.handed_out(Act.EXPORT, Item.type, purpose="監査の準備")
        assert state(house.ledger) is JournalState.BROKEN
    enter(house.ledger)
    assert state(house.ledger) is JournalState.OK
    house.ledger.access.handed_out(Act.EXPORT, Item.type, purpose="監査の準備")
    assert carried(house) == last(house.ledger).seq and sound(house.ledger)


def test_a_torn_batch_of_lines_is_cut_and_written_again(house: House) -> None:
    house.ledger.close()
    vault = house.ledger.safe.vault  # type: ignore[attr-defined]
    path = list_files(usb(house), vault.vault_id)[-1]
    whole = path.read_bytes()
    for cut in (1, 60, len(whole) // 40):
        path.write_bytes(whole[:-cut])
        ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
        house.ledger = ledger
        assert state(ledger) is JournalState.OK and not ledger.notices, cut
        assert sound(ledger)
        ledger.close()
        whole = path.read_bytes()
    house.sign_in(BOSS.login)


def test_lines_that_somebody_took_out_are_noticed_and_entered(house: House) -> None:
    look(house.ledger, 3)
    house.ledger.close()
    copy = house.folder / "copy"
    ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    ledger.close()
    shutil.copy(house.folder / "ledger" / "ledger.db", copy)
    ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    look(ledger, 2)
    ledger.close()
    shutil.copy(copy, house.folder / "ledger" / "ledger.db")  # before the last looks, same entries
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert any("利用の記録の" in notice for notice in house.ledger.notices)
    assert events(house.ledger)[-1] is SystemEventKind.ROLLED_BACK
    look(house.ledger)
    assert sound(house.ledger)
    house.sign_in(BOSS.login)
    assert carried(house) == last(house.ledger).seq  # the sign-in still waits in memory
    assert not house.ledger.notices


def test_a_restore_follows_the_log_that_was_answered_for(house: House) -> None:
    backup = backed_up(house)
    older_copy(house)
    ledger = house.office.unlock(
        house.folder / "ledger", BOSS.login, BOSS.password, rolled_back="復元の練習のため戻した"
    )
    look(ledger, 3)
    end = last(ledger)
    enter(ledger)
    ledger.close()
    found = {line.number: line.hash for line in lines(restored(house, backup))}
    assert found[end.seq] == end.hash and sound(house.ledger)


def test_a_log_that_does_not_continue_keeps_nobody_from_the_ledger(house: House) -> None:
    backup = backed_up(house)
    look(house.ledger)
    head = enter(house.ledger)
    house.ledger.close()
    real = access_wire.load

    def changed(data: bytes) -> Batch:
        batch = real(data)
        altered = replace(batch.lines[0], user="somebody")
        return Batch(batch.before, [altered, *batch.lines[1:]], batch.seals)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access_wire, "load", changed)
        ledger = restored(house, backup)
    assert ledger.store.head().seq == head
    assert any("終わりまでは戻せませんでした" in notice for notice in ledger.notices)
    assert "somebody" not in {line.user for line in lines(ledger)}
    assert sound(ledger)


def test_a_journal_of_the_first_version_is_read_and_continued_in_a_new_file(
    house: House,
) -> None:
    keys = kept(house)
    backup = backed_up(house)
    seq = enter(house.ledger)
    house.ledger.close()
    _as_version_1(house, keys)
    ledger = house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert state(ledger) is JournalState.OK
    enter(ledger)
    paths = list_files(usb(house), keys.vault_id)
    versions = [path.read_bytes()[8:10] for path in paths]
    assert versions[0] == b"\0\1" and versions[-1] == b"\0\2"
    assert sound(ledger) and carried(house) > 0
    end = last(ledger)
    ledger.close()
    ledger = restored(house, backup)
    assert ledger.store.head().seq == seq + 1
    assert {line.number: line.hash for line in lines(ledger)}[end.seq] == end.hash
    assert sound(ledger)


def _as_version_1(house: House, vault: journal_format.Keys) -> None:
    """Write the journal again as a program of the first version would have."""
    read = []
    for path in list_files(usb(house), vault.vault_id):
        file = JournalFile(path, vault)
        places = file.scan().places
        read.append((path, file, [file.read(place).logged for place in places]))
    for path, file, commands in read:
        header = replace(file.header, version=1, lines=EMPTY)
        key = journal_format.file_key(vault, header)
        raw = journal_format.write_header(header, key)
        for logged in commands:
            if logged is not None:
                command, entries = logged
                raw += journal_format.write_frame(
                    header.digest, key, first=command.first_seq, last=command.last_seq,
                    previous=entries[0].previous, nonce=vault.random(12),
                    plain=wire.dump(command, entries),
                )  # fmt: skip
        path.write_bytes(raw)


def test_a_batch_comes_back_as_it_went(house: House) -> None:
    ledger = house.ledger
    ledger.access.note(Act.EXPORT, Item.type, count=2, detail="D-18")
    look(ledger, 2)
    database = ledger.store.database  # type: ignore[attr-defined]
    (batch,) = access.batches(database, EMPTY)
    again = access_wire.load(access_wire.dump(batch))
    assert again == Batch(EMPTY, again.lines, again.seals)
    assert list(again.lines) == list(batch.lines) and list(again.seals) == list(batch.seals)
    with pytest.raises(Malformed):
        access_wire.load(access_wire.dump(batch).replace(b'"act":"export"', b'"act":"steal"'))


def test_verification_reads_every_batch(house: House) -> None:
    house.ledger.access.handed_out(Act.EXPORT, Item.type, purpose="監査の準備")
    path = list_files(usb(house), kept(house).vault_id)[-1]
    flipped = path.stat().st_size - 40  # inside the lines
    enter(house.ledger)
    assert sound(house.ledger)
    raw = bytearray(path.read_bytes())
    raw[flipped] ^= 1
    path.write_bytes(raw)
    assert not sound(house.ledger)
    raw[flipped] ^= 1
    path.write_bytes(raw)
    database = house.ledger.store.database  # type: ignore[attr-defined]
    database.all("DELETE FROM access_line")  # and a log that the journal knows better
    assert not sound(house.ledger)


def test_a_journal_begun_now_continues_the_present_log(house: House) -> None:
    look(house.ledger, 2)
    begun = last(house.ledger)
    vault = house.ledger.safe.vault  # type: ignore[attr-defined]
    other = house.folder / "usb2"
    house.ledger.journal.start(other)
    journal = Journal.open(other, vault, other, house.ledger.now())
    assert begun.seq <= journal.lines.seq <= last(house.ledger).seq
    batch, end = Way(other, vault, house.ledger.store.head()).lines(EMPTY)
    assert batch is None and end == journal.lines  # an older backup cannot use this journal anyway

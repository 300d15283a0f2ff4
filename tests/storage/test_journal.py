"""The bytes of the journal: torn ends, flipped bytes, exchanged frames, and one fsync per command."""

import hashlib
import os
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.chain import Head
from models.commands import creating
from models.errors import Damaged, DiskFull, Foreign, InputOutput, MediumMissing, NewerFormat
from models.store import quiet
from storage import journal as journals
from storage import journal_file, journal_format
from storage.journal import Journal, check_links, list_files
from storage.journal_file import JournalFile, Logged, Part
from storage.journal_format import FRAME_PREFIX_BYTES, MAGIC
from storage.journal_way import Way
from storage.ledger_store import LedgerStore
from storage.vault import Vault
from tests import factory
from tests.factory import Office
from tests.storage.vaults import NOW, new_vault

ENTRIES = 5


def known(head: Head) -> bool:
    """Answer for a ledger that has everything."""
    return True


@pytest.fixture
def keys(tmp_path: Path) -> Vault:
    (tmp_path / "keys").mkdir()
    return new_vault(tmp_path / "keys")[0]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office.open(tmp_path)
    yield made
    made.store.close()


def write(office: Office, count: int = 1) -> list[Logged]:
    """Enter commands and return them as the journal gets them."""
    written: list[Logged] = []
    assert isinstance(office.store, LedgerStore)
    office.store.after_commit = lambda command, entries: written.append((command, entries))
    for _ in range(count):
        office.write([creating(factory.place("倉庫"))])
    return written


@pytest.fixture
def commands(office: Office) -> list[Logged]:
    return write(office, ENTRIES)


def begun(folder: Path, keys: Vault, commands: list[Logged]) -> Journal:
    first = commands[0][1][0]
    base = Head(first.seq - 1, first.previous)
    journal = Journal.begin(folder, keys, folder / "attachments", NOW, base)
    for command, entries in commands:
        journal.append(command, entries)
    return journal


@pytest.fixture
def file(tmp_path: Path, keys: Vault, commands: list[Logged]) -> Path:
    journal = begun(tmp_path / "usb", keys, commands)
    journal.close()
    return list_files(tmp_path / "usb", keys.vault_id)[0]


def reopened(file: Path, keys: Vault) -> Journal:
    return Journal.open(file.parent, keys, file.parent / "attachments", NOW)


def places(file: Path, keys: Vault) -> list[tuple[int, int]]:
    """Return where each frame begins and ends."""
    scan = JournalFile(file, keys).scan()
    return [
        (one.offset, one.offset + FRAME_PREFIX_BYTES + one.prefix.length) for one in scan.places
    ]


def test_what_was_written_comes_back_in_order(
    file: Path, keys: Vault, commands: list[Logged]
) -> None:
    base = Head(commands[0][1][0].seq - 1, commands[0][1][0].previous)
    assert list(Way(file.parent, keys, base).commands(quiet)) == commands
    # From the middle, as after a backup.
    middle = Head(commands[1][0].last_seq, commands[1][0].head)
    assert list(Way(file.parent, keys, middle).commands(quiet)) == commands[2:]
    journal = reopened(file, keys)
    last = commands[-1][0]
    assert (journal.head, journal.written_at) == (Head(last.last_seq, last.head), last.recorded_at)


def test_the_medium_reveals_nothing_that_was_entered(file: Path) -> None:
    raw = file.read_bytes()
    assert "倉庫".encode() not in raw and b"place" not in raw
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_last_frame_torn_at_any_byte_is_cut_and_written_again(
    file: Path, keys: Vault, commands: list[Logged]
) -> None:
    whole = file.read_bytes()
    start, end = places(file, keys)[-1]
    before = Head(commands[-2][0].last_seq, commands[-2][0].head)
    for length in range(start, end):
        file.write_bytes(whole[:length])
        journal = reopened(file, keys)
        assert (journal.head, journal.torn) == (before, length > start), length
        journal.ready()
        journal.append(*commands[-1])
        journal.close()
        assert reopened(file, keys).head.seq == commands[-1][0].last_seq
        assert file.stat().st_size == end


def test_a_last_frame_with_a_hole_counts_as_torn(
    file: Path, keys: Vault, commands: list[Logged]
) -> None:
    """A power cut may leave the length of the file and zeros in it."""
    whole = file.read_bytes()
    start, end = places(file, keys)[-1]
    for begin in range(start, end, 16):
        file.write_bytes(whole[:begin] + bytes(min(16, end - begin)) + whole[begin + 16 :])
        journal = reopened(file, keys)
        assert journal.torn and journal.head.seq == commands[-2][0].last_seq, begin


def test_a_frame_that_claims_four_gigabytes_is_given_no_memory(file: Path, keys: Vault) -> None:
    whole = JournalFile(file, keys).scan()
    digest = whole.header.digest
    claim = journal_format._PREFIX.pack(
        b"AZJF", 0xFFFFFFFF, whole.head.seq + 1, whole.head.seq + 1, whole.head.hash, bytes(12)
    )
    with file.open("ab") as end:
        end.write(claim + journal_format._check(digest, claim) + b"x" * 100)
    tracemalloc.start()
    try:
        scan = JournalFile(file, keys).scan()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (scan.torn, scan.head) == (True, whole.head)
    assert peak < 64 * 1024**2


def test_a_flipped_byte_anywhere_before_the_last_frame_is_found_by_number(
    file: Path, keys: Vault
) -> None:
    whole = file.read_bytes()
    spans = places(file, keys)
    for number, (start, end) in enumerate(spans[:-1], 1):
        for position in range(start, end, 7):
            broken = bytearray(whole)
            broken[position] ^= 0x20
            file.write_bytes(broken)
            with pytest.raises(Damaged, match=f"の{number}番目の記録"):
                reopened(file, keys)


def test_every_byte_of_the_header_counts(file: Path, keys: Vault) -> None:
    whole = file.read_bytes()
    for position in range(places(file, keys)[0][0]):
        broken = bytearray(whole)
        broken[position] ^= 0x01
        file.write_bytes(broken)
        with pytest.raises((Damaged, Foreign)):
            reopened(file, keys)


def test_exchanged_frames_are_found(file: Path, keys: Vault) -> None:
    whole = file.read_bytes()
    spans = places(file, keys)
    (a, b), (c, d) = spans[1], spans[2]
    file.write_bytes(whole[:a] + whole[c:d] + whole[a:b] + whole[d:])
    with pytest.raises(Damaged, match="2番目"):
        reopened(file, keys)


def test_a_frame_that_was_taken_out_is_found(file: Path, keys: Vault) -> None:
    whole = file.read_bytes()
    start, end = places(file, keys)[1]
    file.write_bytes(whole[:start] + whole[end:])
    with pytest.raises(Damaged, match="2番目"):
        reopened(file, keys)


def test_a_frame_of_another_file_does_not_fit(
    file: Path, keys: Vault, commands: list[Logged], tmp_path: Path
) -> None:
    begun(tmp_path / "other", keys, commands).close()
    other = list_files(tmp_path / "other", keys.vault_id)[0].read_bytes()
    whole = file.read_bytes()
    start, end = places(file, keys)[1]
    assert len(other) == len(whole)
    file.write_bytes(whole[:start] + other[start:end] + whole[end:])
    with pytest.raises(Damaged, match="2番目"):
        reopened(file, keys)


def test_foreign_newer_and_missing_journals_are_told_apart(
    file: Path, keys: Vault, tmp_path: Path
) -> None:
    (tmp_path / "others").mkdir()
    stranger = new_vault(tmp_path / "others", seed="b")[0]
    with pytest.raises(Foreign, match="別の台帳"):
        Journal.open(file.parent, stranger, tmp_path, NOW)
    with pytest.raises(MediumMissing):
        Journal.open(tmp_path / "nowhere", keys, tmp_path, NOW)
    (tmp_path / "empty").mkdir()
    with pytest.raises(MediumMissing):
        Journal.open(tmp_path / "empty", keys, tmp_path, NOW)
    raw = file.read_bytes()
    length = struct.unpack(">I", raw[10:14])[0]
    newer = MAGIC + b"\x00\x03" + raw[10 : 14 + length]
    file.write_bytes(newer + hashlib.sha256(newer).digest() + raw[46 + length :])
    with pytest.raises(NewerFormat):
        reopened(file, keys)


def test_a_renamed_file_of_another_ledger_is_foreign(
    file: Path, keys: Vault, tmp_path: Path, commands: list[Logged]
) -> None:
    (tmp_path / "others").mkdir()
    stranger = new_vault(tmp_path / "others", seed="b")[0]
    (tmp_path / "usb2").mkdir()
    fake = tmp_path / "usb2" / journals.file_name(stranger.vault_id, 1)
    fake.write_bytes(file.read_bytes())
    with pytest.raises((Foreign, Damaged)):
        Journal.open(tmp_path / "usb2", stranger, tmp_path, NOW)


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such modes")
@pytest.mark.parametrize(("held", "mode"), [((), 0o700), (("azukari-x.azb",), 0o700),
                                            (("azukari-x.azb", "others.xlsx"), 0o755)])  # fmt: skip
def test_a_folder_that_others_use_stays_open_to_them(
    tmp_path: Path, keys: Vault, commands: list[Logged], held: tuple[str, ...], mode: int
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    for name in held:
        (folder / name).write_bytes(b"x")
    folder.chmod(0o755)
    begun(folder, keys, commands).close()
    assert folder.stat().st_mode & 0o777 == mode
    assert {one.stat().st_mode & 0o777 for one in folder.glob("*.azj")} == {0o600}


def test_a_full_file_is_followed_by_a_new_one(
    tmp_path: Path, keys: Vault, commands: list[Logged], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "FILE_LIMIT", 1000)
    journal = begun(tmp_path / "usb", keys, commands)
    journal.close()
    files = list_files(tmp_path / "usb", keys.vault_id)
    assert len(files) > 2
    base = Head(commands[0][1][0].seq - 1, commands[0][1][0].previous)
    assert list(Way(tmp_path / "usb", keys, base).commands(quiet)) == commands
    check_links(
        tmp_path / "usb", keys, known, known, attachments=tmp_path, full=True, progress=quiet
    )
    files[1].unlink()
    with pytest.raises(Damaged):
        check_links(
            tmp_path / "usb", keys, known, known, attachments=tmp_path, full=True, progress=quiet
        )


def test_a_catch_up_stands_in_a_file_of_its_own(
    tmp_path: Path, keys: Vault, commands: list[Logged]
) -> None:
    journal = begun(tmp_path / "usb", keys, commands[:2])
    parts = (Part(logged) for logged in commands[2:])
    journal.catch_up(parts, base=journal.head, lines=journal.lines)
    assert journal.head.seq == commands[-1][0].last_seq
    journal.close()
    base = Head(commands[0][1][0].seq - 1, commands[0][1][0].previous)
    assert list(Way(tmp_path / "usb", keys, base).commands(quiet)) == commands


def test_a_medium_that_vanishes_or_changes_is_noticed(
    tmp_path: Path, keys: Vault, commands: list[Logged]
) -> None:
    journal = begun(tmp_path / "usb", keys, commands[:2])
    (tmp_path / "usb").rename(tmp_path / "pulled")
    with pytest.raises(MediumMissing):
        journal.append(*commands[2])
    (tmp_path / "pulled").rename(tmp_path / "usb")
    journal = reopened(list_files(tmp_path / "usb", keys.vault_id)[0], keys)
    journal.ready()
    file = list_files(tmp_path / "usb", keys.vault_id)[0]
    with file.open("ab") as other:
        other.write(b"somebody else")
    with pytest.raises(InputOutput, match="ほかのプログラム"):
        journal.append(*commands[2])


# --- fsync before acknowledgement -----------------------------------------------------------------


class Recorder:
    """Writes down every write and fsync of a journal file, and every acknowledgement."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[str] = []
        real_write, real_sync = os.write, journal_file.sync

        def write(descriptor: int, data: bytes) -> int:
            self.events.append("write")
            return real_write(descriptor, data)

        def sync(descriptor: int) -> None:
            real_sync(descriptor)
            self.events.append("sync")

        monkeypatch.setattr(os, "write", write)
        monkeypatch.setattr(journal_file, "sync", sync)


def acknowledged_only_after_sync(events: list[str]) -> bool:
    """Tell whether no acknowledgement came while a write waited for its fsync."""
    waiting = False
    for event in events:
        waiting = event == "write" or (waiting and event != "sync")
        if event == "ack" and waiting:
            return False
    return "ack" in events


def append_all(journal: Journal, commands: list[Logged], recorder: Recorder) -> list[str]:
    recorder.events.clear()
    for command, entries in commands:
        journal.append(command, entries)
        recorder.events.append("ack")
    return recorder.events


def test_one_fsync_per_command_and_none_acknowledged_before(
    tmp_path: Path, keys: Vault, commands: list[Logged], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = begun(tmp_path / "usb", keys, commands[:2])
    events = append_all(journal, commands[2:], Recorder(monkeypatch))
    assert events == ["write", "sync", "ack"] * 3
    assert acknowledged_only_after_sync(events)


def test_a_journal_that_acknowledges_too_early_is_found(
    tmp_path: Path, keys: Vault, commands: list[Logged], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted bug: a journal that leaves the fsync to the system must fail the check above."""
    journal = begun(tmp_path / "usb", keys, commands[:2])
    recorder = Recorder(monkeypatch)
    monkeypatch.setattr(journal_file, "sync", lambda descriptor: None)
    assert not acknowledged_only_after_sync(append_all(journal, commands[2:], recorder))


# --- errors of the medium -----------------------------------------------------------------------


def failing(monkeypatch: pytest.MonkeyPatch, call: str, number: int) -> None:
    """Let a call fail once with "no space left"."""

    def once(*args: int) -> int:
        monkeypatch.undo()
        raise OSError(number, os.strerror(number))

    if call == "sync":
        monkeypatch.setattr(journal_file, "sync", once)
    else:
        monkeypatch.setattr(os, call, once)


@pytest.mark.parametrize(
    ("call", "number", "error"),
    [("write", 28, DiskFull), ("sync", 28, DiskFull), ("write", 5, InputOutput),
     ("sync", 5, InputOutput)],
)  # fmt: skip
def test_a_failed_write_closes_the_file_for_ever(
    tmp_path: Path, keys: Vault, commands: list[Logged], monkeypatch: pytest.MonkeyPatch,
    call: str, number: int, error: type[Exception],
) -> None:  # fmt: skip
    journal = begun(tmp_path / "usb", keys, commands[:2])
    failing(monkeypatch, call, number)
    with pytest.raises(error):
        journal.append(*commands[2])
    # An fsync error is final: the same descriptor would report success the next time.
    with pytest.raises(MediumMissing):
        journal.append(*commands[2])


def test_a_short_write_is_completed(
    tmp_path: Path, keys: Vault, commands: list[Logged], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = begun(tmp_path / "usb", keys, commands[:2])
    real: Callable[[int, bytes], int] = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data[:100])))
    for command, entries in commands[2:]:
        journal.append(command, entries)
    journal.close()
    monkeypatch.undo()
    file = list_files(tmp_path / "usb", keys.vault_id)[0]
    assert reopened(file, keys).head.seq == commands[-1][0].last_seq

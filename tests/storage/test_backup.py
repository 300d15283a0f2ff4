"""Backups: opened by the right people, damaged by nobody unnoticed, restored whole."""

import hashlib
import io
import os
import shutil
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.errors import (
    AzukariError,
    Cancelled,
    Damaged,
    DeviceSecretMissing,
    DiskFull,
    Foreign,
    InputOutput,
    InvalidField,
    NewerFormat,
    NotPermitted,
    NotWritable,
    Occupied,
    VerificationFailed,
    WrongPassword,
    WrongRecoverySheet,
)
from models.store import Progress
from storage import backup_parts, files
from storage.attachments import FOLDER_NAME, Attachments
from storage.backup import (
    DATABASE_NAME,
    UNFINISHED,
    LedgerFacts,
    VerifiedBackup,
    restore_backup,
    verify_backup,
    write_backup,
)
from storage.backup_format import RECORD_BYTES, Manifest
from storage.backup_opening import with_password, with_sheet, with_vault
from storage.ledger_store import LedgerStore
from storage.preamble import PREFIX_BYTES
from storage.recovery import RecoverySheet
from storage.vault import Vault, recover_vault
from tests.house import furnished
from tests.storage.test_files import tiny_disk  # noqa: F401 - a fixture
from tests.storage.vaults import (
    DEVICE,
    LOGIN,
    NOW,
    OTHER_DEVICE,
    PASSWORD,
    new_vault,
    seeded,
    unlock,
)

KEY = bytes(range(32))
FACTS = LedgerFacts(seq=42, head=bytes(range(32)), counts={"item": 3, "handling_event": 9})


@dataclass
class Ledger:
    vault: Vault
    sheet: RecoverySheet
    database: bytes
    files: Attachments

    def backup(self, target: Path, **named: object) -> VerifiedBackup:
        return write_backup(
            target,
            vault=self.vault,
            facts=FACTS,
            database=io.BytesIO(self.database),
            database_size=len(self.database),
            now=NOW,
            **named,  # type: ignore[arg-type]
        )


def _ledger(folder: Path, database_size: int = 5000, seed: str = "a") -> Ledger:
    vault, sheet = new_vault(folder, seed)
    vault.add_user("u-2", "sato", "worker", "initial-password")
    database = seeded(f"db{seed}")(database_size)
    (folder / DATABASE_NAME).write_bytes(database)
    files = Attachments(folder / FOLDER_NAME, KEY, seeded(f"att{seed}"))
    for number in range(3):
        files.add(f"photo {number}".encode() * 50)
    return Ledger(vault, sheet, database, files)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return _ledger(tmp_path / "v")


def _check_restored(folder: Path, ledger: Ledger) -> None:
    assert (folder / DATABASE_NAME).read_bytes() == ledger.database
    for name in ("keys.a", "keys.b"):
        assert (folder / name).read_bytes() == ledger.vault.header_bytes
    assert Attachments(folder / FOLDER_NAME, KEY).names() == ledger.files.names()
    assert Attachments(folder / FOLDER_NAME, KEY).verify_all(ledger.files.names()) == []


def test_a_backup_comes_back_whole(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "backup.azb")
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("backup")] == ["backup.azb"]
    manifest = restore_backup(
        made.file, tmp_path / "new", with_vault(ledger.vault), allow_test_profile=True
    )
    assert (manifest.seq, manifest.head, manifest.counts) == (42, FACTS.head, FACTS.counts)
    assert manifest.created_at == NOW
    _check_restored(tmp_path / "new", ledger)
    assert unlock(tmp_path / "new", "sato", "initial-password").role == "worker"


@pytest.mark.parametrize("size", [1, RECORD_BYTES, 2 * RECORD_BYTES + 17])
def test_databases_of_any_size_stream(tmp_path: Path, size: int) -> None:
    ledger = _ledger(tmp_path / "v", size)
    made = ledger.backup(tmp_path / "b")
    restore_backup(made.file, tmp_path / "new", with_vault(ledger.vault), allow_test_profile=True)
    _check_restored(tmp_path / "new", ledger)


def test_size_and_hash_are_those_of_the_file(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    raw = made.file.read_bytes()
    assert (made.size, made.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())


@pytest.mark.skipif(os.name == "nt", reason="permission bits of POSIX")
def test_backup_and_restored_files_are_private(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    restore_backup(made.file, tmp_path / "new", with_vault(ledger.vault), allow_test_profile=True)
    assert made.file.stat().st_mode & 0o777 == 0o600
    for path in [tmp_path / "new", *(tmp_path / "new").rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)


def test_the_responsible_person_opens_it_without_the_ledger(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    opener = with_password(LOGIN, PASSWORD, DEVICE)
    assert verify_backup(made.file, opener, allow_test_profile=True).manifest == made.manifest
    for login, password in ((LOGIN, "wrong password"), ("nobody", PASSWORD)):
        with pytest.raises(WrongPassword):
            verify_backup(
                made.file, with_password(login, password, DEVICE), allow_test_profile=True
            )
    with pytest.raises(DeviceSecretMissing):
        verify_backup(
            made.file, with_password(LOGIN, PASSWORD, OTHER_DEVICE), allow_test_profile=True
        )


def test_the_sheet_opens_it_on_any_pc(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    opener = with_sheet(ledger.sheet.text)
    restore_backup(made.file, tmp_path / "new", opener, allow_test_profile=True)
    vault, _ = recover_vault(
        tmp_path / "new",
        sheet=ledger.sheet.text,
        user_id="u-1",
        login=LOGIN,
        password="a new long password",
        device=OTHER_DEVICE,
        allow_test_profile=True,
    )
    assert vault.database_key == ledger.vault.database_key
    with pytest.raises(WrongRecoverySheet):
        verify_backup(made.file, with_sheet(RecoverySheet(bytes(32)).text), allow_test_profile=True)
    with pytest.raises(InvalidField):
        verify_backup(made.file, with_sheet("AAAA"), allow_test_profile=True)


def test_a_worker_writes_backups_and_cannot_open_them(ledger: Ledger, tmp_path: Path) -> None:
    worker = unlock(tmp_path / "v", "sato", "initial-password")
    made = Ledger(worker, ledger.sheet, ledger.database, ledger.files).backup(tmp_path / "b")
    with pytest.raises(NotPermitted):
        verify_backup(made.file, with_vault(worker), allow_test_profile=True)
    with pytest.raises(WrongPassword):
        verify_backup(
            made.file, with_password("sato", "initial-password", DEVICE), allow_test_profile=True
        )
    assert verify_backup(made.file, with_vault(ledger.vault), allow_test_profile=True)
    assert {receiver.user_id for receiver in made.manifest.receivers} == {"u-1", "recovery-1"}
    assert {slot.user_id for slot in made.manifest.slots} == {"u-1"}


def test_every_damaged_byte_and_every_length_is_noticed(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    raw = made.file.read_bytes()
    bad = tmp_path / "bad"
    opener = with_vault(ledger.vault)
    positions = list(range(0, PREFIX_BYTES)) + list(range(PREFIX_BYTES, len(raw), 7))
    contents = [raw[:i] + bytes([raw[i] ^ 0x10]) + raw[i + 1 :] for i in positions]
    contents += [raw[:length] for length in range(0, len(raw), 11)] + [raw + b"\0", raw + raw]
    assert len(contents) > 2000
    for content in contents:
        bad.write_bytes(content)
        with pytest.raises(Damaged if content[:8] in (raw[:8], b"") else Foreign):
            verify_backup(bad, opener, allow_test_profile=True)
    bad.write_bytes(raw)
    assert verify_backup(bad, opener, allow_test_profile=True).sha256 == made.sha256


def test_a_damaged_backup_restores_nothing(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    raw = made.file.read_bytes()
    made.file.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Damaged):
        restore_backup(
            made.file, tmp_path / "new", with_vault(ledger.vault), allow_test_profile=True
        )
    assert sorted(tmp_path.iterdir()) == before


def test_newer_and_foreign_files_are_refused(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    raw = made.file.read_bytes()
    end = PREFIX_BYTES + int.from_bytes(raw[10:14], "big")
    start = raw[:8] + (2).to_bytes(2, "big") + raw[10:end]
    made.file.write_bytes(start + hashlib.sha256(start).digest() + raw[end + 32 :])
    opener = with_vault(ledger.vault)
    with pytest.raises(NewerFormat):
        verify_backup(made.file, opener, allow_test_profile=True)
    made.file.write_bytes(b"PK\x03\x04" + raw)
    with pytest.raises(Foreign):
        verify_backup(made.file, opener, allow_test_profile=True)


def test_the_backup_of_another_ledger_is_foreign(ledger: Ledger, tmp_path: Path) -> None:
    other = _ledger(tmp_path / "w", seed="b")
    made = other.backup(tmp_path / "b")
    with pytest.raises(Foreign, match="別の台帳"):
        verify_backup(
            made.file,
            with_vault(other.vault),
            vault_id=ledger.vault.vault_id,
            allow_test_profile=True,
        )
    with pytest.raises(NotPermitted):
        verify_backup(made.file, with_vault(ledger.vault), allow_test_profile=True)


def test_a_release_refuses_a_test_backup(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    with pytest.raises(Foreign, match="試験用"):
        verify_backup(made.file, with_vault(ledger.vault))
    with pytest.raises(Foreign, match="試験用"):
        restore_backup(made.file, tmp_path / "new", with_vault(ledger.vault))


def back(ledger: Ledger, file: Path, place: Path) -> None:
    restore_backup(file, place, with_vault(ledger.vault), allow_test_profile=True)


@pytest.mark.parametrize("what", ["a file in it", "a folder in it", "a file", "a link"])
def test_nothing_is_restored_over_something(ledger: Ledger, tmp_path: Path, what: str) -> None:
    made = ledger.backup(tmp_path / "b")
    place = tmp_path / "new"
    (tmp_path / "empty").mkdir()
    if what == "a file":
        place.write_bytes(b"")
    elif what == "a link":
        place.symlink_to(tmp_path / "empty")
    else:
        (place / "below" if "folder" in what else place).mkdir(parents=True)
        (place / "mine").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Occupied, match="空のフォルダーか"):
        back(ledger, made.file, place)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_takes_a_restore(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    (tmp_path / "new").mkdir(mode=0o755)
    back(ledger, made.file, tmp_path / "new")
    _check_restored(tmp_path / "new", ledger)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_restore_that_fails_leaves_the_empty_folder(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    data = bytearray(made.file.read_bytes())
    data[-100] ^= 1
    made.file.write_bytes(data)
    (tmp_path / "new").mkdir()
    with pytest.raises(Damaged):
        back(ledger, made.file, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == [] and not (tmp_path / LEFT).exists()


def test_a_folder_that_filled_meanwhile_is_left_alone(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.backup(tmp_path / "b")
    (tmp_path / "new").mkdir()

    def fill(database: Path) -> None:
        (tmp_path / "new" / "mine").write_bytes(b"mine")

    with pytest.raises(Occupied):
        restore_backup(
            made.file, tmp_path / "new", with_vault(ledger.vault), allow_test_profile=True,
            check_database=fill,
        )  # fmt: skip
    assert (tmp_path / "new" / "mine").read_bytes() == b"mine"
    assert not (tmp_path / LEFT).exists()


def test_a_name_that_may_not_last_is_taken_away(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ledger.backup(tmp_path / "b")
    really = files.sync_folder

    def fails(folder: Path) -> None:
        if (tmp_path / "new").exists():
            raise OSError(5, "EIO")
        really(folder)

    monkeypatch.setattr(files, "sync_folder", fails)
    with pytest.raises(InputOutput):
        back(ledger, made.file, tmp_path / "new")
    assert not (tmp_path / "new").exists() and not (tmp_path / LEFT).exists()


def test_a_backup_never_replaces_another(ledger: Ledger, tmp_path: Path) -> None:
    first = ledger.backup(tmp_path / "b")
    with pytest.raises(NotWritable):
        ledger.backup(tmp_path / "b")
    assert first.file.stat().st_size == first.size


LEFT = f"new{UNFINISHED}"


def a_ledger_there(place: Path, ledger: Ledger) -> None:
    shutil.copytree(ledger.vault.folder, place)


def files_there(place: Path, _: Ledger) -> None:
    place.mkdir()
    (place / "mine.xlsx").write_bytes(b"mine")


@pytest.mark.parametrize("opens", [True, False])
@pytest.mark.parametrize("lay", [a_ledger_there, files_there])
def test_a_restore_takes_nothing_that_lies_beside_it(
    ledger: Ledger, tmp_path: Path, lay: Callable[[Path, Ledger], None], opens: bool
) -> None:
    """`new.part` was its own name once; whoever kept something there lost it."""
    made, place = ledger.backup(tmp_path / "b"), tmp_path / "new.part"
    lay(place, ledger)
    before = sorted((one, one.stat().st_size) for one in place.rglob("*"))

    def opener(manifest: Manifest) -> bytes:
        if not opens:
            raise WrongPassword
        return with_vault(ledger.vault)(manifest)

    with nullcontext() if opens else pytest.raises(WrongPassword):
        restore_backup(made.file, tmp_path / "new", opener, allow_test_profile=True)
    assert sorted((one, one.stat().st_size) for one in place.rglob("*")) == before
    assert (tmp_path / "new").exists() is opens and not (tmp_path / LEFT).exists()


@pytest.mark.skipif(os.name == "nt", reason="no pipes in folders")
@pytest.mark.parametrize("lay", [Path.touch, os.mkfifo])
def test_what_is_no_folder_is_not_taken_for_a_left_over(
    ledger: Ledger, tmp_path: Path, lay: Callable[[Path], None]
) -> None:
    made = ledger.backup(tmp_path / "b")
    lay(tmp_path / LEFT)
    with pytest.raises(Occupied):
        restore_backup(
            made.file, tmp_path / "new", with_vault(ledger.vault), allow_test_profile=True
        )
    assert (tmp_path / LEFT).exists()


def test_what_a_killed_run_left_is_cleared_away(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "b.part").write_bytes(b"half a backup")
    made = ledger.backup(tmp_path / "b")
    (tmp_path / LEFT).mkdir()
    (tmp_path / LEFT / "keys.a").write_bytes(b"half a restore")
    restore_backup(made.file, tmp_path / "new", with_vault(ledger.vault), allow_test_profile=True)
    _check_restored(tmp_path / "new", ledger)


def test_a_damaged_attachment_makes_no_backup(ledger: Ledger, tmp_path: Path) -> None:
    name = ledger.files.names()[1]
    (ledger.files.folder / name).write_bytes(b"rotten")
    with pytest.raises(Damaged, match=name):
        ledger.backup(tmp_path / "b")
    assert not list(tmp_path.glob("b*"))


def test_cancelling_leaves_nothing(ledger: Ledger, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if done > total // 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        ledger.backup(tmp_path / "b", progress=stop)
    assert not list(tmp_path.glob("b*"))
    assert seen == sorted(seen)


def test_progress_ends_at_its_total(ledger: Ledger, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    ledger.backup(tmp_path / "b", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]


def test_the_database_is_looked_into_before_it_is_a_backup(ledger: Ledger, tmp_path: Path) -> None:
    looked: list[bytes] = []

    def look(path: Path) -> None:
        looked.append(path.read_bytes())

    def refuse(path: Path) -> None:
        raise Damaged(file=path.name, what_now="x")

    made = ledger.backup(tmp_path / "b")
    opener = with_vault(ledger.vault)
    again = verify_backup(made.file, opener, allow_test_profile=True, check_database=look)
    assert again.database_checked and not made.database_checked
    assert looked == [ledger.database]
    acts: list[Callable[[], object]] = [
        lambda: verify_backup(
            made.file, with_vault(ledger.vault), allow_test_profile=True, check_database=refuse
        ),
        lambda: restore_backup(
            made.file,
            tmp_path / "new",
            with_vault(ledger.vault),
            allow_test_profile=True,
            check_database=refuse,
        ),
    ]
    for act in acts:
        with pytest.raises(Damaged):
            act()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "v"]


def test_the_source_is_checked_beside_the_writing(ledger: Ledger, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def check(progress: Progress) -> None:
        progress(1, 2)
        assert not (tmp_path / "b").exists()

    made = ledger.backup(
        tmp_path / "b",
        check_source=check,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert made.database_checked and made.file.exists()
    assert seen == sorted(seen) and seen[-1][0] == seen[-1][1]


def test_a_source_that_is_not_sound_makes_no_backup(ledger: Ledger, tmp_path: Path) -> None:
    def refuse(progress: Progress) -> None:
        raise VerificationFailed(reason="x")

    with pytest.raises(VerificationFailed):
        ledger.backup(tmp_path / "b", check_source=refuse)
    assert not list(tmp_path.glob("b*"))


def test_a_ledger_that_was_tampered_with_makes_no_backup(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        store = house.ledger.store
        assert isinstance(store, LedgerStore)
        with store.database.transaction():
            store.database.all("UPDATE content SET body = x'7b7d' WHERE seq = 5")
        (tmp_path / "backups").mkdir()
        with pytest.raises(Damaged, match="記帳番号5"):
            house.ledger.safe.backup(tmp_path / "backups", lambda done, total: None)
        assert list((tmp_path / "backups").iterdir()) == []


def test_cancelling_the_check_of_the_source_leaves_nothing(ledger: Ledger, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        ledger.backup(tmp_path / "b", progress=stop, check_source=lambda watch: watch(0, 1))
    assert not list(tmp_path.glob("b*"))


def test_a_full_stick_ends_the_check_of_the_source(ledger: Ledger, tiny_disk: Path) -> None:  # noqa: F811
    def check(progress: Progress) -> None:
        while True:
            progress(0, 1)
            time.sleep(0.01)

    ledger.database = bytes(500_000)
    with pytest.raises(DiskFull):
        ledger.backup(tiny_disk / "b", check_source=check)
    assert list(tiny_disk.iterdir()) == []


def test_nothing_may_follow_the_last_part(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = backup_parts.PartWriter.finish

    def finish_late(parts: backup_parts.PartWriter) -> None:
        parts._body.write(b"one more thing")
        real(parts)

    monkeypatch.setattr(backup_parts.PartWriter, "finish", finish_late)
    with pytest.raises(Damaged):
        ledger.backup(tmp_path / "b")


def test_a_full_stick_leaves_nothing(ledger: Ledger, tiny_disk: Path) -> None:  # noqa: F811
    ledger.database = bytes(500_000)
    with pytest.raises(DiskFull):
        ledger.backup(tiny_disk / "b")
    assert list(tiny_disk.iterdir()) == []


def test_a_header_on_a_full_disk_still_opens(tiny_disk: Path) -> None:  # noqa: F811
    vault, _ = new_vault(tiny_disk / "v")
    (tiny_disk / "filler").touch()
    with pytest.raises(OSError, match="No space"), (tiny_disk / "filler").open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
    with pytest.raises(AzukariError):
        for number in range(2, 60):
            vault.add_user(f"u-{number}", f"login{number}", "worker", "initial-password")
    assert unlock(tiny_disk / "v").user_id == "u-1"

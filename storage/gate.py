"""The gate and the safe on disk: keys, database, attachments and backups of one ledger folder.

Implements `models.gate`. Order of every way in: take the folder's lock, open the key header, open
the database, bind the attachments. What fails gives back everything taken so far.
"""

import getpass
import os
import platform
import shutil
from collections.abc import Callable
from datetime import datetime
from io import RawIOBase
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from models.chain import Head
from models.codes import Role
from models.errors import AzukariError, NotWritable, VerificationFailed, WrongPassword
from models.gate import BackupFile, Opened, Verification
from models.passwords import PasswordPolicy
from models.store import Progress
from storage import backup as containers
from storage import verify as checks
from storage.device import DeviceStore
from storage.header_files import read_pair
from storage.kdf import STANDARD, KdfParameters
from storage.ledger_store import LedgerStore
from storage.ledgers import (
    Snapshot,
    check_snapshot,
    create_ledger,
    open_ledger,
    snapshot_reader,
)
from storage.lock import LedgerLock, lock_ledger
from storage.password_words import load_password_words
from storage.throttle import Throttle
from storage.vault import Vault, create_vault, recover_vault, unlock_vault

Random = Callable[[int], bytes]
Clock = Callable[[], datetime]

BACKUP_SUFFIX = ".azb"


class LedgerSafe:
    """Keys and files of an open ledger."""

    def __init__(
        self, vault: Vault, store: LedgerStore, clock: Clock, policy: PasswordPolicy
    ) -> None:
        self.vault = vault
        self._store = store
        self._clock = clock
        self._policy = policy

    def add_user(self, user_id: str, login: str, role: Role, password: str) -> bytes:
        self._policy.check(password, (login,))
        return self.vault.add_user(user_id, login, role.value, password).public_key

    def reissue(self, user_id: str, login: str, role: Role, password: str) -> bytes:
        self._policy.check(password, (login,))
        return self.vault.reissue(user_id, login, password, role=role.value).public_key

    def remove_user(self, user_id: str) -> None:
        self.vault.remove_slot(user_id)

    def change_password(self, old: str, new: str) -> None:
        self._policy.check(new)
        self.vault.change_password(old, new)

    def backup(self, folder: PurePath, progress: Progress) -> BackupFile:
        """Write a backup into a folder and verify it by reading it again."""
        with snapshot_reader(self._store) as snapshot:
            now = self._clock()
            name = f"azukari-{self.vault.vault_id.hex()[:8]}-{now:%Y%m%d-%H%M%S}{BACKUP_SUFFIX}"
            facts = containers.LedgerFacts(
                snapshot.head.seq, snapshot.head.hash, self._store.counts()
            )
            made = containers.write_backup(
                Path(folder) / name,
                vault=self.vault,
                facts=facts,
                database=cast(BinaryIO, _SnapshotFile(snapshot)),
                database_size=snapshot.size,
                now=now,
                progress=progress,
                check_database=self._check_snapshot,
            )
        return _described(made)

    def check_backup(self, file: PurePath, progress: Progress) -> BackupFile:
        made = containers.verify_backup(
            Path(file),
            containers.with_vault(self.vault),
            vault_id=self.vault.vault_id,
            allow_test_profile=self.vault.profile == "test",
            progress=progress,
            check_database=self._check_snapshot,
        )
        return _described(made)

    def verify(self, *, full: bool, progress: Progress) -> Verification:
        problems = checks.verify(
            self._store,
            full=full,
            progress=progress,
            signer=(self.vault.user_id, self.vault.signer()),
        )
        return Verification(self._store.head(), tuple(problems))

    def _check_snapshot(self, path: Path) -> None:
        check_snapshot(path, self.vault.database_key)


class LedgerGate:
    """Ways into ledgers on this PC.

    Args:
        random: returns n unpredictable bytes.
        clock: present local time, for the lock's holder and file names.
        device_folder: where the device secret lies; the user's application folder if left out.
        kdf: cost of new passwords; anything but STANDARD makes a ledger that a release refuses.
        allow_test_profile: open such a ledger.
    """

    def __init__(
        self,
        *,
        random: Random = os.urandom,
        clock: Clock = lambda: datetime.now().astimezone(),
        device_folder: Path | None = None,
        kdf: KdfParameters = STANDARD,
        allow_test_profile: bool = False,
    ) -> None:
        self._random = random
        self._clock = clock
        self._device = DeviceStore(device_folder)
        self._throttle = Throttle(self._device.path.parent)
        self._kdf = kdf
        self._allow_test_profile = allow_test_profile
        self._policy = PasswordPolicy(load_password_words())

    def create(
        self, folder: PurePath, *, user_id: str, login: str, role: Role, password: str
    ) -> tuple[Opened, str]:
        """Make a new empty ledger; what fails leaves no folder that was not there before."""
        self._policy.check(password, (login,))
        path = Path(folder)
        was_there = path.exists()
        if was_there and (not path.is_dir() or any(path.iterdir())):
            raise NotWritable(file=str(path))
        try:
            vault, sheet = create_vault(
                path,
                user_id=user_id,
                login=login,
                role=role.value,
                password=password,
                kdf=self._kdf,
                device=self._device.load_or_create(self._random),
                random=self._random,
                now=self._clock(),
            )
            opened = self._join(vault, self._lock(path), new=True)
        except BaseException:
            if not was_there:
                shutil.rmtree(path, ignore_errors=True)
            raise
        return opened, sheet.text

    def sheet_is_right(self, opened: Opened, typed: str) -> bool:
        """Tell whether a recovery sheet, as typed back, opens this ledger."""
        safe = cast(LedgerSafe, opened.safe)
        try:
            safe.vault.check_sheet(typed)
        except AzukariError:
            return False
        return True

    def unlock(self, folder: PurePath, login: str, password: str) -> Opened:
        """Open a ledger as one of its users."""
        path = Path(folder)
        vault_id = read_pair(path).best.header.vault_id
        now = self._clock()
        self._throttle.require_open(vault_id, login, now)
        lock = self._lock(path)
        try:
            vault = unlock_vault(
                path,
                login=login,
                password=password,
                device=self._device.load(),
                allow_test_profile=self._allow_test_profile,
                random=self._random,
            )
        except BaseException as error:
            lock.release()
            if isinstance(error, WrongPassword):
                self._throttle.failed(vault_id, login, now)
            raise
        self._throttle.succeeded(vault_id, login)
        return self._join(vault, lock, new=False)

    def recover(
        self, folder: PurePath, sheet: str, *, user_id: str, login: str, password: str
    ) -> tuple[Opened, str]:
        """Open with the recovery sheet; returns the sheet that replaces it."""
        self._policy.check(password, (login,))
        path = Path(folder)
        lock = self._lock(path)
        try:
            vault, fresh = recover_vault(
                path,
                sheet=sheet,
                user_id=user_id,
                login=login,
                password=password,
                device=self._device.load_or_create(self._random),
                allow_test_profile=self._allow_test_profile,
                random=self._random,
            )
        except BaseException:
            lock.release()
            raise
        return self._join(vault, lock, new=False), fresh.text

    def restore(
        self, backup: PurePath, folder: PurePath, *, login: str, password: str, progress: Progress
    ) -> Head:
        """Restore into a new folder, verify everything there, and only then give it its name."""
        device = self._device.load()
        found: list[Head] = []

        def check(database: Path) -> None:
            vault = unlock_vault(
                database.parent,
                login=login,
                password=password,
                device=device,
                allow_test_profile=self._allow_test_profile,
                random=self._random,
            )
            found.append(check_snapshot(database, vault.database_key))

        manifest = containers.restore_backup(
            Path(backup),
            Path(folder),
            containers.with_password(login, password, device),
            allow_test_profile=self._allow_test_profile,
            progress=progress,
            check_database=check,
        )
        head = found[0]
        if (head.seq, head.hash) != (manifest.seq, manifest.head):
            shutil.rmtree(Path(folder), ignore_errors=True)
            raise VerificationFailed(reason="復元した台帳が、バックアップの目録と一致しません。")
        return head

    def _lock(self, folder: Path) -> LedgerLock:
        holder = f"{platform.node() or 'PC'}の{_user_name()}"
        return lock_ledger(folder, holder=holder, now=self._clock())

    def _join(self, vault: Vault, lock: LedgerLock, *, new: bool) -> Opened:
        """Open database and attachments under an unlocked vault."""
        open_or_create = create_ledger if new else open_ledger
        now = self._clock()
        store = open_or_create(vault.folder, vault, holder="", now=now, lock=lock)
        try:
            store.on_close(vault.close)
            safe = LedgerSafe(vault, store, self._clock, self._policy)
            return Opened(store, safe, vault.user_id, vault.signer())
        except BaseException:
            store.close()
            raise


class _SnapshotFile(RawIOBase):
    """A snapshot as the readable file that the container wants."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self._chunks = snapshot.chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        parts = [self._rest]
        have = len(self._rest)
        while size < 0 or have < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            parts.append(chunk)
            have += len(chunk)
        data = b"".join(parts)
        if size < 0:
            self._rest = b""
            return data
        self._rest = data[size:]
        return data[:size]


def _described(made: containers.VerifiedBackup) -> BackupFile:
    manifest = made.manifest
    return BackupFile(
        file=made.file,
        backup_id=manifest.backup_id.hex(),
        vault_id=manifest.vault_id.hex(),
        head=Head(manifest.seq, manifest.head),
        size=made.size,
        sha256=made.sha256,
        created_at=datetime.fromisoformat(manifest.created),
    )


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "利用者"

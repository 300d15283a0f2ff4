"""The gate and the safe: what the office needs from keys and files (implemented in `storage/`).

The *gate* stands before a ledger: create, unlock, recover, restore. The *safe* belongs to an open
ledger: user keys, backups, verification. Passwords and recovery sheets pass through as arguments
only and must never appear in an exception, a log line or a representation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Protocol

from models.chain import Head, Signer
from models.codes import Role
from models.store import Progress, Store


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a verification found. `where` names entry, page, file or record."""

    code: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of checking a ledger."""

    head: Head
    problems: Sequence[Problem]

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup that was written, read again from the medium and found whole.

    `size` is in bytes, `sha256` that of the whole file, hex.
    """

    file: PurePath
    backup_id: str
    vault_id: str
    head: Head
    size: int
    sha256: str
    created_at: datetime


class Safe(Protocol):
    """Keys and files of an open ledger."""

    def add_user(self, user_id: str, login: str, role: Role, password: str) -> bytes:
        """Make a key set for a new user and return the Ed25519 public key (32 bytes)."""

    def reissue(self, user_id: str, login: str, role: Role, password: str) -> bytes:
        """Replace a lost key set and return the new public key; the old one is gone."""

    def remove_user(self, user_id: str) -> None:
        """Take a user's way in out of both header copies."""

    def change_password(self, old: str, new: str) -> None: ...

    def backup(self, folder: PurePath, progress: Progress) -> BackupFile:
        """Write a backup into a folder and verify it by reading it again."""

    def check_backup(self, file: PurePath, progress: Progress) -> BackupFile: ...

    def verify(self, *, full: bool, progress: Progress) -> Verification: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """An open ledger with the user who opened it."""

    store: Store
    safe: Safe
    user_id: str
    signer: Signer


class Gate(Protocol):
    """Ways into ledgers; each call derives keys anew and may take a second."""

    def create(
        self, folder: PurePath, *, user_id: str, login: str, role: Role, password: str
    ) -> tuple[Opened, str]:
        """Make a new empty ledger folder; return it open, and the text of the recovery sheet."""

    def sheet_is_right(self, opened: Opened, typed: str) -> bool:
        """Tell whether a recovery sheet, as typed back, opens this ledger."""

    def unlock(self, folder: PurePath, login: str, password: str) -> Opened: ...

    def recover(
        self, folder: PurePath, sheet: str, *, user_id: str, login: str, password: str
    ) -> tuple[Opened, str]:
        """Open with the recovery sheet, set a new password for a responsible person and return
        the replaced sheet."""

    def restore(
        self,
        backup: PurePath,
        folder: PurePath,
        *,
        login: str,
        password: str,
        progress: Progress,
    ) -> Head:
        """Restore a backup into a folder that does not exist yet and verify it there."""

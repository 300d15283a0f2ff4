"""Find the key of a backup: who may open it, by what.

A backup is wrapped to the responsible people and to the recovery sheet of its time; nobody else opens
it, and nothing here reads more of it than its manifest.
"""

from collections.abc import Callable
from contextlib import suppress

from models.codes import Role
from models.errors import (
    DeviceSecretMissing,
    NotPermitted,
    WrongBackupPassword,
    WrongPassword,
    WrongRecoverySheet,
)
from storage.backup_format import Manifest, wrap_context
from storage.device import DeviceSecret
from storage.header import RECOVERY_ROLE
from storage.header_edits import empty_slot, open_slot_keys
from storage.kdf import STANDARD, TEST
from storage.keyset import CannotOpen, KeySet, unwrap_key
from storage.recovery import RecoverySheet
from storage.trust import login_tag
from storage.unlocked import Vault

Opener = Callable[[Manifest], bytes]
"""Finds the backup key: `with_vault`, `with_password` or `with_sheet`."""


def with_vault(vault: Vault) -> Opener:
    """Open backups as the signed-in responsible person."""

    def open_(manifest: Manifest) -> bytes:
        for receiver in manifest.receivers:
            context = wrap_context(manifest.vault_id, manifest.backup_id, receiver.user_id)
            with suppress(CannotOpen):
                return vault.unwrap(receiver.wrap, context)
        raise NotPermitted(act="バックアップを開く", who="責任者")

    return open_


def with_password(login: str, password: str, device: DeviceSecret) -> Opener:
    """Open backups as a responsible person on the PC that wrote them, without the ledger folder.

    Raises (when used):
        DeviceSecretMissing: another PC; use the recovery sheet.
        WrongBackupPassword: unknown login, a worker's login, or a wrong password.
    """

    def open_(manifest: Manifest) -> bytes:
        return open_by_password(manifest, login, password, device)[1]

    return open_


def open_by_password(
    manifest: Manifest, login: str, password: str, device: DeviceSecret
) -> tuple[KeySet, bytes]:
    """Return the private keys of a responsible person and the backup key; raises as above."""
    if manifest.device_key_id != device.key_id(manifest.vault_id):
        raise DeviceSecretMissing
    tag = login_tag(manifest.vault_id, login)
    empty = empty_slot(TEST if manifest.profile == "test" else STANDARD)
    costs = [slot.kdf for slot in manifest.slots]
    empty = empty_slot(costs[0]) if costs else empty
    slot = next((slot for slot in manifest.slots if slot.tag == tag), empty)
    role = Role.SUPERVISOR.value
    try:
        keys = open_slot_keys(slot, role, manifest.vault_id, password, device)
        return keys, open_by_keys(manifest, slot.user_id, keys)
    except (CannotOpen, WrongPassword) as exc:
        raise WrongBackupPassword from exc


def with_sheet(typed: str) -> Opener:
    """Open backups with the recovery sheet of their time, on any PC."""

    def open_(manifest: Manifest) -> bytes:
        keys = RecoverySheet.parse(typed).keys(manifest.vault_id)
        for receiver in manifest.receivers:
            if receiver.role == RECOVERY_ROLE:
                with suppress(CannotOpen):
                    return open_by_keys(manifest, receiver.user_id, keys)
        raise WrongRecoverySheet

    return open_


def open_by_keys(manifest: Manifest, user_id: str, keys: KeySet) -> bytes:
    """Return the backup key for the private keys of a receiver.

    Raises:
        CannotOpen: it was wrapped to others.
    """
    context = wrap_context(manifest.vault_id, manifest.backup_id, user_id)
    for receiver in manifest.receivers:
        if receiver.user_id == user_id:
            return unwrap_key(receiver.wrap, keys, context)
    raise CannotOpen

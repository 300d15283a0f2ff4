"""The ways into a ledger: create, unlock, recover. Each returns a `Vault` that holds the keys.

Take the lock of the folder first (`storage/lock.py`). Everything about the header is checked before
a key leaves: bounds, MAC, signatures; only then is a torn copy mended.
"""

import hmac
import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from models.codes import Role
from models.errors import Damaged, DeviceSecretMissing, NotPermitted, Occupied
from models.passwords import check_floor
from resources import VERSION as PROGRAM
from storage.derived import derive_key, encode
from storage.device import DeviceSecret
from storage.files import make_private_folder
from storage.header import (
    HASH_BYTES,
    ID_BYTES,
    RESTORE,
    Epoch,
    Header,
    HeaderFile,
    HeaderUser,
    check_profile,
    time_text,
)
from storage.header_edits import (
    Secrets,
    describe_user,
    free_tag,
    make_slot,
    open_keys,
    recovery_record,
    retire,
    with_recovery,
    with_user,
)
from storage.header_files import HeaderPair, create_pair, read_pair
from storage.kdf import KEY_BYTES, STANDARD, TEST, KdfParameters
from storage.keyset import CannotOpen, KeySet, Random, unwrap_key
from storage.lock import LOCK_NAME
from storage.members import Member, Signer
from storage.recovery import RecoverySheet
from storage.trust import (
    check_mac,
    check_signatures,
    login_tag,
    sign_header,
    sign_user,
    wrap_context,
)
from storage.unlocked import Vault

__all__ = [
    "Member",
    "PreparedRecovery",
    "Signer",
    "Vault",
    "create_vault",
    "open_with_keys",
    "open_with_sheet",
    "prepare_recovery",
    "recover_vault",
    "unlock_vault",
    "vault_of",
]


def create_vault(
    folder: Path,
    *,
    user_id: str,
    login: str,
    role: str,
    password: str,
    kdf: KdfParameters = STANDARD,
    device: DeviceSecret,
    random: Random,
    now: datetime,
    policy_hash: bytes = bytes(HASH_BYTES),
) -> tuple[Vault, RecoverySheet]:
    """Make the key header of a new ledger in a new or empty folder.

    Args:
        role: the first person is the responsible one, "supervisor".
        kdf: `kdf.TEST` makes a ledger of profile "test", which a release refuses to open.

    Raises:
        NotWritable: something already stands in the folder.
        WeakPassword: the password is shorter than any policy allows.
    """
    if role != Role.SUPERVISOR:
        raise NotPermitted(act="台帳の作成", who="責任者")
    check_floor(password)
    _prepare_folder(folder)
    vault_id = random(ID_BYTES)
    keys = KeySet.create(random)
    opened = Secrets(keys, {1: random(KEY_BYTES)}, device, random)
    user = sign_user(vault_id, describe_user(user_id, role, keys), keys)
    header = Header(
        vault_id=vault_id,
        profile="test" if kdf == TEST else "standard",
        created=time_text(now),
        program=PROGRAM,
        kdf=kdf,
        device_key_id=device.key_id(vault_id),
        policy_hash=policy_hash,
        first_key=keys.public_signing,
        epochs=(Epoch(1, "current"),),
        users=(),
        recovery=(),
        wraps=(),
        slots=(),
        generation=1,
        signed_generation=1,
        prev_header_hash=bytes(HASH_BYTES),
    )
    sheet = RecoverySheet.create(random)
    header = with_recovery(with_user(header, user, opened), sheet, keys, opened)
    tag = login_tag(vault_id, login)
    header = header.with_slot(make_slot(header, user, tag, password, keys, opened, initial=False))
    file = encode(sign_header(header, keys), opened)
    create_pair(folder, file.raw)
    return Vault(folder, file, user, opened), sheet


def unlock_vault(
    folder: Path,
    *,
    login: str,
    password: str,
    device: DeviceSecret,
    allow_test_profile: bool = False,
    random: Random = os.urandom,
    mend: bool = True,
) -> Vault:
    """Open the key header as one person.

    Args:
        mend: overwrite a torn copy of the header; without it nothing is written.

    Raises:
        WrongPassword: unknown login or wrong password, after the same derivation.
        DeviceSecretMissing: the ledger belongs to another PC or Windows user.
        Damaged, Foreign, NewerFormat, LedgerMissing: the files do not allow it.
    """
    pair, header = _read(folder, allow_test_profile)
    if not hmac.compare_digest(header.device_key_id, device.key_id(header.vault_id)):
        raise DeviceSecretMissing
    slot = header.slot_by_tag(login_tag(header.vault_id, login))
    keys = open_keys(header, slot, password, device)
    user = header.active_user(slot.user_id) if slot else None
    if user is None or user.signing != keys.public_signing:
        raise Damaged(file=str(folder), what_now=f"鍵が利用者と一致しません。{RESTORE}")
    return _opened_vault(pair, user, keys, device, random, mend=mend)


def recover_vault(
    folder: Path,
    *,
    sheet: str,
    user_id: str,
    login: str,
    password: str,
    device: DeviceSecret,
    allow_test_profile: bool = False,
    random: Random = os.urandom,
) -> tuple[Vault, RecoverySheet]:
    """Open the ledger with the recovery sheet: a new responsible slot, and a new sheet at once.

    On another PC the slots of all others are dropped, because they are bound to the old one: they
    are let in again with `Vault.reissue`. The ledger records the use of the sheet.

    Raises:
        InvalidField: a typing error, with its line.
        WrongRecoverySheet: the sheet of another ledger, or one that was replaced.
        WeakPassword: the password is shorter than any policy allows.
    """
    check_floor(password)
    opened = open_with_sheet(
        folder, sheet=sheet, device=device, allow_test_profile=allow_test_profile, random=random
    )
    prepared = prepare_recovery(opened, user_id=user_id, login=login, password=password)
    return prepared.put_in_force(), prepared.sheet


def open_with_sheet(
    folder: Path,
    *,
    sheet: str,
    device: DeviceSecret,
    allow_test_profile: bool = False,
    random: Random = os.urandom,
) -> Vault:
    """Open the key header as the recovery sheet itself, which may read and let people in.

    Raises:
        InvalidField: a typing error, with its line.
        WrongRecoverySheet: the sheet of another ledger, or one that was replaced.
    """
    typed = RecoverySheet.parse(sheet)
    pair, header = _read(folder, allow_test_profile)
    keys = typed.keys(header.vault_id)
    return _opened_vault(pair, recovery_record(header, keys), keys, device, random)


def open_with_keys(
    folder: Path,
    keys: KeySet,
    *,
    device: DeviceSecret,
    allow_test_profile: bool = False,
    random: Random = os.urandom,
) -> Vault:
    """Open the key header of a folder with private keys that a slot elsewhere gave.

    Raises:
        Damaged, Foreign, NewerFormat, LedgerMissing: as `unlock_vault`.
    """
    pair, header = _read(folder, allow_test_profile)
    user = _record_of(header, keys, str(folder))
    return _opened_vault(pair, user, keys, device, random)


def vault_of(
    folder: Path, file: HeaderFile, keys: KeySet, device: DeviceSecret, random: Random
) -> Vault:
    """Open a header that stands in no folder yet; nothing is written.

    Raises:
        Damaged: MAC, signatures or wraps are not right, or nobody in it has these keys.
    """
    user = _record_of(file.header, keys, str(folder))
    pair = HeaderPair(folder, file, ())
    return _opened_vault(pair, user, keys, device, random, mend=False)


def _record_of(header: Header, keys: KeySet, name: str) -> HeaderUser:
    found = (one for one in header.receivers if one.signing == keys.public_signing)
    user = next(found, None)
    if user is None:
        raise Damaged(file=name, what_now=f"鍵が利用者と一致しません。{RESTORE}")
    return user


@dataclass(frozen=True)
class PreparedRecovery:
    """The next header with a new responsible slot and a new sheet, not written yet."""

    vault: Vault
    header: Header
    sheet: RecoverySheet

    def put_in_force(self) -> Vault:
        """Write both copies; from then on the old sheet opens nothing.

        Raises:
            SheetUncertain: a copy may hold the new sheet, and the disk failed.
            AzukariError: nothing was written.
        """
        self.vault.commit_sheet(self.header)
        return self.vault


def prepare_recovery(opened: Vault, *, user_id: str, login: str, password: str) -> PreparedRecovery:
    """Make new keys for a responsible person, and a new sheet, out of a vault that a sheet opened.

    Raises:
        Refused: the login is another person's.
        WeakPassword: the password is shorter than any policy allows.
    """
    check_floor(password)
    secrets = opened._secrets
    device, random = secrets.device, secrets.random
    header = retire(opened.header, user_id, "replaced")
    if header.device_key_id != device.key_id(header.vault_id):
        header = replace(header, slots=(), device_key_id=device.key_id(header.vault_id))
    tag = free_tag(header, login)
    keys = KeySet.create(random)
    described = describe_user(user_id, Role.SUPERVISOR, keys)
    user = sign_user(header.vault_id, described, secrets.keys)
    header = with_user(header, user, secrets)
    header = header.with_slot(make_slot(header, user, tag, password, keys, secrets, initial=False))
    fresh = RecoverySheet.create(random)
    header = with_recovery(header, fresh, keys, secrets)
    vault = Vault(opened.folder, opened._file, user, replace(secrets, keys=keys))
    vault.repaired, vault.epoch = opened.repaired, opened.epoch
    vault.parted = opened.parted
    vault.header_changed = opened.header_changed
    return PreparedRecovery(vault, header, fresh)


def _prepare_folder(folder: Path) -> None:
    make_private_folder(folder)
    if any(path.name != LOCK_NAME for path in folder.iterdir()):
        raise Occupied(file=str(folder))


def _read(folder: Path, allow_test_profile: bool) -> tuple[HeaderPair, Header]:
    """Read both copies of a key header, and which counts; nothing of it is proved yet."""
    pair = read_pair(folder)
    header = pair.best.header
    check_profile(header.profile, str(folder), allow_test_profile)
    return pair, header


def _opened_vault(
    pair: HeaderPair,
    user: HeaderUser,
    keys: KeySet,
    device: DeviceSecret,
    random: Random,
    *,
    mend: bool = True,
) -> Vault:
    """Unwrap the data keys, check MAC and signatures, and only then mend a torn copy."""
    name = str(pair.folder)
    header = pair.best.header
    data_keys = {
        epoch.number: _data_key(header, user.user_id, epoch.number, keys, name)
        for epoch in header.epochs
    }
    mac_key = derive_key(data_keys[header.epoch], header.vault_id, "header")
    check_mac(pair.best, mac_key, name)
    check_signatures(header, name)
    if mend:
        pair.repair()
    vault = Vault(pair.folder, pair.best, user, Secrets(keys, data_keys, device, random))
    vault.repaired, vault.parted = (pair.to_repair, pair.joined) if mend else ((), False)
    return vault


def _data_key(header: Header, user_id: str, epoch: int, keys: KeySet, name: str) -> bytes:
    wrap = header.wrap_for(user_id, epoch)
    try:
        if wrap is None:
            raise CannotOpen
        return unwrap_key(wrap, keys, wrap_context(header.vault_id, epoch, user_id))
    except CannotOpen as exc:
        raise Damaged(file=name, what_now=f"鍵の包みが開きません。{RESTORE}") from exc

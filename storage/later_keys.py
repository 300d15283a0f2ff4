"""A restore under a later data key: what the copy beside the journal gives, and what it must prove.

The backup opens with the keys of its own time. The copy of the key header (`storage/key_copy.py`) is
asked for the keys that came since, and checked like any header: bounds, MAC, signatures; beyond that
it must be a sequel of the header in the backup. Whatever is wrong with it is a sentence and no error:
the restore goes on as it would without a copy.
"""

import hmac
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from models.codes import AccountStatus, Role
from models.errors import (
    AzukariError,
    Damaged,
    Foreign,
    MediumMissing,
    NewerFormat,
    NotVetted,
    WrongBackupPassword,
    WrongPassword,
)
from models.records import UserAccount
from models.store import Progress
from storage import key_copy
from storage.backup_format import Manifest
from storage.backup_opening import open_by_keys, open_by_password
from storage.database import open_database
from storage.device import DeviceSecret
from storage.files import overwrite_durable
from storage.header import HASH_BYTES, Header, HeaderFile, HeaderUser, Slot, check_profile
from storage.header_edits import open_slot_keys
from storage.header_files import COPIES
from storage.header_files import read_copy as read_header
from storage.key_copy import KeyCopy
from storage.keyset import CannotOpen, KeySet
from storage.ledger_store import LedgerStore
from storage.rekeying import rekey
from storage.trust import HEADER_SIGNERS, login_tag
from storage.unlocked import Vault
from storage.vault import vault_of

NAME = "更新ジャーナルの媒体にある鍵の写し"
DAMAGED = f"{NAME}は、壊れているため使えません。"
OF_ANOTHER = f"{NAME}は、別の台帳のものなので使いません。"
NEWER = f"{NAME}は、新しい版のプログラムが書いたものです。新しい版で復元してください。"
NOT_VETTED = f"{NAME}を、確かめ終えられなかったため使いません。もう一度行ってください。"
OLDER = f"{NAME}は、このバックアップより古いものなので使いません。"
NOT_A_SEQUEL = (
    f"{NAME}は、このバックアップの鍵の続きではないので使いません。"
    "書き換えられた疑いがあります。媒体をそのまま保管し、責任者に知らせてください。"
)
NEEDS_TODAY = f"{NAME}は、今のパスワードで開きます。今のパスワードで、もう一度復元してください。"
NOT_YOURS = (
    f"{NAME}は、この利用者名やこの回復シートでは開きません（バックアップの後に、利用停止、再発行、"
    "回復シートの使用や作り直しがあったためです）。ほかの責任者の今のパスワードか、"
    "もっと新しいバックアップで復元してください。"
)
ABSENT = "更新ジャーナルの媒体に、替えた後の鍵の写しがありません。"
STALE = f"{NAME}も、更新ジャーナルの終わりより古いものです。"
UNREACHED = f"{NAME}は、戻した記帳からは確かめられないため使っていません。"


class _Wrong(Exception):
    """A copy that is not used, with the sentence that says why."""


@dataclass(frozen=True)
class Beside:
    """What lies beside a journal.

    Attributes:
        problem: why there is no copy to use; "" also where there is none at all.
    """

    copy: KeyCopy | None = None
    problem: str = ""


NOTHING = Beside()


@dataclass(frozen=True)
class Later:
    """The keys that came after a backup.

    Attributes:
        vault: of the later header, which stands nowhere yet; None if there is none to use.
    """

    vault: Vault | None = None
    problem: str = ""


NONE = Later()


def look_beside(journal: Path | None, vault_id: bytes, profile: str) -> Beside:
    """Look for the copy of a ledger beside its journal; nothing is raised.

    Args:
        profile: of the backup: no password is derived more cheaply for the copy than for that.
    """
    if journal is None:
        return NOTHING
    try:
        copy = key_copy.read_copy(journal, vault_id)
    except MediumMissing:
        return NOTHING  # a journal of before, or none: whoever reads it says so
    except AzukariError as error:
        return Beside(problem=_why(error))
    if copy.manifest.vault_id != vault_id:
        return Beside(problem=OF_ANOTHER)
    return Beside(copy) if copy.manifest.profile == profile else Beside(problem=DAMAGED)


def _why(error: AzukariError) -> str:
    if isinstance(error, NewerFormat):
        return NEWER
    return NOT_VETTED if isinstance(error, NotVetted) else DAMAGED


@dataclass
class PresentPassword:
    """The password of today, asked of the slots in the copy.

    Attributes:
        keys: what it opened; None if it is not the present one, or nobody can tell.
        slot: the one that it should open; None if the copy has none for this login and PC.
    """

    keys: KeySet | None = field(default=None, repr=False)
    slot: Slot | None = None


def ask_present(beside: Beside, login: str, password: str, device: DeviceSecret) -> PresentPassword:
    """Try a password on the copy."""
    if beside.copy is None:
        return PresentPassword()
    manifest = beside.copy.manifest
    slot = manifest.slot_by_tag(login_tag(manifest.vault_id, login))
    here = hmac.compare_digest(manifest.device_key_id, device.key_id(manifest.vault_id))
    if slot is None or not here:
        return PresentPassword()
    try:
        role = Role.SUPERVISOR.value
        keys = open_slot_keys(slot, role, manifest.vault_id, password, device)
    except WrongPassword:
        return PresentPassword(slot=slot)
    return PresentPassword(keys, slot)


def open_later(beside: Beside, keys: KeySet, earlier: Vault, device: DeviceSecret) -> Later:
    """Open and prove the copy with the keys of who restores; nothing is raised.

    Args:
        earlier: the vault of the header that came with the backup.
    """
    if beside.copy is None:
        return Later(problem=beside.problem)
    try:
        return Later(_proved(beside.copy, keys, earlier, device))
    except _Wrong as wrong:
        return Later(problem=str(wrong))
    except CannotOpen:
        return Later(problem=NOT_YOURS)
    except AzukariError as error:
        return Later(problem=_why(error))


def _proved(copy: KeyCopy, keys: KeySet, earlier: Vault, device: DeviceSecret) -> Vault:
    """Return the vault of a later header.

    Raises:
        _Wrong: with the sentence that says why it is none.
        CannotOpen: it is not for these keys.
        AzukariError: it does not read, or is not what its writer wrote.
    """
    name = str(copy.path)
    raw = copy.open_with(keys)
    file = read_header(raw, name)
    header, manifest = file.header, copy.manifest
    told = (manifest.vault_id, manifest.generation, manifest.epoch, manifest.size)
    if told != (header.vault_id, header.generation, header.epoch, len(raw)):
        raise Damaged(file=name, what_now=key_copy.UNREADABLE)
    check_profile(header.profile, name, allow_test_profile=earlier.profile == "test")
    _require_sequel(earlier.file, file)
    try:
        vault = vault_of(earlier.folder, file, keys, device, earlier.random)
    except (Damaged, Foreign) as error:
        raise _Wrong(NOT_A_SEQUEL) from error
    for number in vault.epochs & earlier.epochs:
        if vault.derive("header", epoch=number) != earlier.derive("header", epoch=number):
            raise _Wrong(NOT_A_SEQUEL)
    marked = copy.raw[:-HASH_BYTES]
    if not hmac.compare_digest(key_copy.mark(marked, vault), copy.raw[-HASH_BYTES:]):
        raise Damaged(file=name, what_now=key_copy.UNREADABLE)
    return vault


def _require_sequel(earlier: HeaderFile, later: HeaderFile) -> None:
    """Compare a header with the one in the backup: what it may have become of it.

    Raises:
        _Wrong
    """
    old, new = earlier.header, later.header
    if (new.vault_id, new.first_key, new.created) != (old.vault_id, old.first_key, old.created):
        raise _Wrong(NOT_A_SEQUEL)
    if new.generation < old.generation:
        raise _Wrong(OLDER)
    if new.generation == old.generation and later.raw != earlier.raw:
        raise _Wrong(NOT_A_SEQUEL)
    if new.epoch < old.epoch or not all(map(_known_in(new), old.users + old.recovery)):
        raise _Wrong(NOT_A_SEQUEL)


def _known_in(header: Header) -> Callable[[HeaderUser], bool]:
    """Tell of records of an earlier header whether this one still has them: none is ever dropped.

    Who was shut out or replaced stays so.
    """
    records = {one.signing: one for one in header.users + header.recovery}

    def known(before: HeaderUser) -> bool:
        now = records.get(before.signing)
        return now is not None and _same(before, now) and (before.active or not now.active)

    return known


def _same(one: HeaderUser, other: HeaderUser) -> bool:
    return one.body() | {"state": ""} == other.body() | {"state": ""}


@dataclass(frozen=True)
class BothKeys:
    """The keys of a backup together with later ones, for whoever reads the journal."""

    earlier: Vault
    later: Vault

    @property
    def vault_id(self) -> bytes:
        return self.earlier.vault_id

    @property
    def epoch(self) -> int:
        """The data key of the backup: what stands under an earlier one, it does not need."""
        return self.earlier.epoch

    def derive(self, purpose: str, *, epoch: int | None = None) -> bytes:
        number = self.epoch if epoch is None else epoch
        for vault in (self.earlier, self.later):
            if number in vault.epochs:
                return vault.derive(purpose, epoch=number)
        raise KeyError(number)

    def random(self, length: int) -> bytes:
        return self.earlier.random(length)


def signer_is_believed(vault: Vault, store: LedgerStore) -> bool:
    """Tell whether the entries know who signed a header as one who may, at their end."""
    header = vault.header
    signer = next((one for one in header.users if one.signing == header.signed_by), None)
    stored = store.get(UserAccount, signer.user_id) if signer is not None else None
    if stored is None or stored.meta.voided:
        return False
    account = stored.record
    role = account.app_role.value if account.app_role else ""
    known = account.public_key == header.signed_by.hex() and role in HEADER_SIGNERS
    return known and account.status is AccountStatus.ACTIVE


def put_in_force(earlier: Vault, later: Vault, database: Path, progress: Progress) -> None:
    """Put a database that came with a backup under a later key header.

    The folder has no name yet: whatever dies leaves nothing that anybody would take for a ledger.
    """
    number = later.header.epoch
    if number != earlier.epoch:
        keys = earlier.database_key, later.derive("database", epoch=number)
        opened = open_database(database, keys[0])
        try:
            rekey(opened, *keys, progress)
        finally:
            opened.close()
    for name in COPIES:
        overwrite_durable(earlier.folder / name, later.header_bytes)


class PasswordDoor:
    """Opens a backup with a password, and then whatever later keys that password gives.

    The password of today is asked first: who knows only a former one gets what that one opened.
    """

    def __init__(self, login: str, password: str, device: DeviceSecret, beside: Beside) -> None:
        self._login = login
        self._password = password
        self._device = device
        self._beside = beside
        self._manifest: Manifest | None = None
        self._present = PresentPassword()
        self._keys: KeySet | None = None

    def __call__(self, manifest: Manifest) -> bytes:
        """Return the backup key.

        Raises:
            DeviceSecretMissing, WrongBackupPassword
        """
        self._manifest = manifest
        self._present = ask_present(self._beside, self._login, self._password, self._device)
        slot = self._present.slot
        if slot is not None and self._present.keys is not None:
            with suppress(CannotOpen):
                key = open_by_keys(manifest, slot.user_id, self._present.keys)
                self._keys = self._present.keys
                return key
        if slot is not None and slot in manifest.slots:
            raise WrongBackupPassword  # asked already
        self._keys, key = self._by_its_own(manifest)
        return key

    @property
    def keys(self) -> KeySet:
        assert self._keys is not None, "the backup is opened first"
        return self._keys

    def later(self, earlier: Vault) -> Later:
        """Open the copy; nothing is raised."""
        if self._beside.copy is None:
            return Later(problem=self._beside.problem)
        if self._present.keys is None:
            return Later(problem=self._why_not())
        if self._present.keys != self._keys:
            return Later(problem=NOT_YOURS)
        return open_later(self._beside, self.keys, earlier, self._device)

    def _why_not(self) -> str:
        """Say why a password that opened the backup is not the one for the copy."""
        assert self._beside.copy is not None
        with suppress(AzukariError, CannotOpen):
            self._beside.copy.open_with(self.keys)
            return NEEDS_TODAY
        return NOT_YOURS

    def require_its_own(self) -> None:
        """Refuse the password of today where the header of the backup stays in force.

        Raises:
            WrongBackupPassword
        """
        assert self._manifest is not None, "the backup is opened first"
        today = self._present.keys is not None and self._present.keys == self._keys
        if today and self._present.slot not in self._manifest.slots:
            self._by_its_own(self._manifest)

    def _by_its_own(self, manifest: Manifest) -> tuple[KeySet, bytes]:
        return open_by_password(manifest, self._login, self._password, self._device)

"""The gate on disk: the ways into a ledger folder (`models.gate.Gate`).

Order of every way in: take the folder's lock, open the key header, join them to an open ledger
(storage/joining.py). What fails gives back everything taken so far.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import cast

from models import permissions
from models.chain import Head
from models.codes import Role
from models.errors import (
    AzukariError,
    Damaged,
    DeviceSecretMissing,
    InsideLedger,
    NotPermitted,
    Occupied,
    Refused,
    VerificationFailed,
)
from models.gate import Opened, Recovery, Restored, WayBack
from models.passwords import PasswordPolicy
from models.safe import SheetKey
from models.store import Progress, quiet
from models.wareki import JAPAN
from storage import backup as containers
from storage.backup_format import Manifest, read_preamble
from storage.backup_opening import Opener, with_sheet
from storage.device import DeviceSecret, DeviceStore
from storage.exposed import ExposedPasswords
from storage.files import open_regular, reading
from storage.head_memory import HeadMemory
from storage.header_files import is_ledger, read_pair
from storage.joining import Joiner
from storage.kdf import STANDARD, KdfParameters
from storage.later_keys import Beside, Later, PasswordDoor, look_beside, open_later
from storage.ledger_store import LedgerStore
from storage.password_words import load_password_words
from storage.recovery import RecoverySheet
from storage.restoring import complete
from storage.safe import Clock, LedgerSafe
from storage.throttle import Throttle
from storage.vault import (
    PreparedRecovery,
    Vault,
    create_vault,
    open_with_keys,
    open_with_sheet,
    prepare_recovery,
    unlock_vault,
)
from storage.waiting_keys import sheet_signing_key

Random = Callable[[int], bytes]


FOREIGN = (
    "別の台帳のバックアップです。この台帳のバックアップを選んでください。何も記帳していません。"
)


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
        clock: Clock = lambda: datetime.now(JAPAN),
        device_folder: Path | None = None,
        kdf: KdfParameters = STANDARD,
        allow_test_profile: bool = False,
    ) -> None:
        self._random = random
        self._clock = clock
        self._device = DeviceStore(device_folder)
        self._throttle = Throttle(self._device.path.parent)
        self._memory = HeadMemory(self._device.path.parent)
        self._kdf = kdf
        self._allow_test_profile = allow_test_profile
        self._policy = PasswordPolicy(load_password_words())
        self._joiner = Joiner(clock, self._policy, self._throttle, self._memory)

    # --- new ledgers -----------------------------------------------------------------------------
    def create(
        self, folder: PurePath, *, user_id: str, login: str, role: Role, password: str
    ) -> tuple[Opened, str]:
        """Make a new empty ledger; what fails leaves nothing that was not there before."""
        self._policy.check(password, (login,))
        path = Path(folder)
        was_there = path.exists()
        with reading(path):
            if was_there and (not path.is_dir() or any(path.iterdir())):
                raise Occupied(file=str(path))
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
            opened = self._joiner.join(vault, self._joiner.lock(path), new=True)
        except BaseException:
            _sweep(path, with_folder=not was_there)
            raise
        cast(LedgerSafe, opened.safe).made_folder = not was_there
        return opened, sheet.text

    def discard(self, opened: Opened) -> None:
        """Close a ledger that was made a moment ago and holds no entry, and remove its files."""
        safe = cast(LedgerSafe, opened.safe)
        empty = opened.store.head().seq == 0
        opened.store.close()
        if empty:
            _sweep(safe.vault.folder, with_folder=safe.made_folder)

    def sheet_is_right(self, opened: Opened, typed: str) -> bool:
        """Tell whether a recovery sheet, as typed back, opens this ledger."""
        safe = cast(LedgerSafe, opened.safe)
        try:
            safe.vault.check_sheet(typed)
        except AzukariError:
            return False
        return True

    # --- existing ledgers ------------------------------------------------------------------------
    def unlock(
        self,
        folder: PurePath,
        login: str,
        password: str,
        *,
        accept: bool = False,
        looking: bool = False,
        rebuild: bool = False,
        progress: Progress = quiet,
    ) -> Opened:
        """Open a ledger as one of its users."""
        path = Path(folder)
        vault_id = read_pair(path).best.header.vault_id
        joiner = self._joiner
        lock, frozen = joiner.lock_to_look(path) if looking else (joiner.lock(path), False)
        try:
            with self._throttle.counted(vault_id, login, self._clock()):
                vault = unlock_vault(
                    path,
                    login=login,
                    password=password,
                    device=self._device.load(),
                    allow_test_profile=self._allow_test_profile,
                    random=self._random,
                    mend=not frozen,
                )
            if accept and vault.role != Role.SUPERVISOR.value:
                raise NotPermitted(act="以前の状態の台帳の使用", who=Role.SUPERVISOR.label)
            if rebuild:
                permissions.require(Role.read(vault.role), "rebuild")
        except BaseException:
            lock.release()
            raise
        if frozen:
            return joiner.join_frozen(vault, lock, accept=accept)
        return joiner.join(
            vault, lock, new=False, accept=accept, looking=looking, rebuild=rebuild,
            progress=progress,
        )  # fmt: skip

    def open_with_sheet(self, folder: PurePath, sheet: str) -> Recovery:
        """Open with the recovery sheet; this PC gets a device secret if it has none that works."""
        path = Path(folder)
        lock = self._joiner.lock(path)
        try:
            vault = open_with_sheet(
                path,
                sheet=sheet,
                device=self._working_device(),
                allow_test_profile=self._allow_test_profile,
                random=self._random,
            )
        except BaseException:
            lock.release()
            raise
        # Whoever holds the sheet answers for the ledger; what is accepted so is entered.
        opened = self._joiner.join(vault, lock, new=False, accept=True)
        return SheetRecovery(self._clock, self._policy, opened)

    # --- backups ---------------------------------------------------------------------------------
    def restore(
        self,
        backup: PurePath,
        folder: PurePath,
        *,
        login: str,
        password: str,
        progress: Progress,
        journal: PurePath | None = None,
        settle: Callable[[Restored], None] | None = None,
        up_to_damage: bool = False,
    ) -> Head:
        """Restore into a new folder, verify everything there, and only then give it its name."""
        given = Path(backup), Path(folder)
        return self._restore_with_password(
            *given, login, password, progress, journal, settle, up_to_damage=up_to_damage
        ).head

    def _restore_with_password(
        self,
        backup: Path,
        folder: Path,
        login: str,
        password: str,
        progress: Progress,
        journal: PurePath | None,
        settle: Callable[[Restored], None] | None,
        *,
        up_to_damage: bool = False,
    ) -> Restored:
        device = self._device.load()
        known = _manifest_of(backup)
        vault_id = known.vault_id
        door = PasswordDoor(login, password, device, _beside(journal, vault_id, known.profile))
        found: list[Restored] = []

        def check(place: Path, manifest: Manifest) -> None:
            earlier = open_with_keys(
                place,
                door.keys,
                device=device,
                allow_test_profile=self._allow_test_profile,
                random=self._random,
            )
            later = door.later(earlier)
            restored = self._complete(
                place, earlier, manifest, backup, journal, progress, later,
                up_to_damage=up_to_damage,
            )  # fmt: skip
            vault = later.vault if restored.later and later.vault else earlier
            if vault is earlier:
                door.require_its_own()
            found.append(restored)
            if settle is not None:
                self._memory.remember(vault.vault_id, place.resolve(), restored.head, restored=True)
                opened = self._joiner.join(vault, self._joiner.lock(place), new=False)
                try:
                    settle(replace(restored, opened=opened))
                finally:
                    opened.store.close()

        with self._throttle.counted(vault_id, login, self._clock()):
            self._restore(backup, folder, door, check, progress)
        return found[0]

    def restore_for_trial(
        self,
        backup: PurePath,
        scratch: PurePath,
        *,
        login: str,
        password: str,
        progress: Progress,
        journal: PurePath | None = None,
        vault_id: str = "",
    ) -> Restored:
        """Restore, verify, and remove what was restored."""
        if vault_id and _manifest_of(Path(backup)).vault_id.hex() != vault_id:
            raise Refused(reason=FOREIGN)
        folder = Path(scratch) / f"azukari-trial-{self._random(4).hex()}"
        try:
            tried = self._restore_with_password(
                Path(backup), folder, login, password, progress, journal, None
            )
            if tried.missing:
                raise VerificationFailed(
                    reason=f"添付資料のファイル{tried.missing}件が、バックアップにも"
                    "更新ジャーナルにも、元のままではありません。"
                )
            return tried
        finally:
            _sweep(folder, with_folder=True)

    def restore_with_sheet(
        self,
        backup: PurePath,
        folder: PurePath,
        *,
        sheet: str,
        settle: Callable[[PurePath, Restored], None],
        progress: Progress,
        journal: PurePath | None = None,
        up_to_damage: bool = False,
    ) -> None:
        """Restore on any PC with the recovery sheet of the backup's time."""
        device = self._working_device()

        def check(place: Path, manifest: Manifest) -> None:
            vault = open_with_sheet(
                place,
                sheet=sheet,
                device=device,
                allow_test_profile=self._allow_test_profile,
                random=self._random,
            )
            keys = RecoverySheet.parse(sheet).keys(vault.vault_id)
            beside = _beside(journal, vault.vault_id, vault.profile)
            later = open_later(beside, keys, vault, device)
            restored = self._complete(
                place, vault, manifest, Path(backup), journal, progress, later,
                up_to_damage=up_to_damage,
            )  # fmt: skip
            # A way that is known begins here.
            self._memory.remember(vault.vault_id, place.resolve(), restored.head, restored=True)
            settle(place, restored)

        self._restore(Path(backup), Path(folder), with_sheet(sheet), check, progress)

    def _complete(
        self,
        place: Path,
        vault: Vault,
        manifest: Manifest,
        backup: Path,
        journal: PurePath | None,
        progress: Progress,
        later: Later,
        *,
        up_to_damage: bool,
    ) -> Restored:
        """Replay the journal and verify the whole."""
        follow = Path(journal) if journal is not None else None
        reached = complete(
            place, vault, manifest, follow, progress, up_to_damage=up_to_damage, later=later
        )
        base = Head(manifest.seq, manifest.head)
        return Restored(
            manifest.backup_id.hex(), backup, base, reached.head, follow, reached.torn,
            reached.missing, log_behind=reached.log_behind, gap=reached.gap, passed=reached.passed,
            later=reached.later, keys=reached.keys, aside=reached.aside,
        )  # fmt: skip

    def _restore(
        self,
        backup: Path,
        folder: Path,
        opener: Opener,
        check: Callable[[Path, Manifest], None],
        progress: Progress,
    ) -> None:
        inside = next((one for one in folder.resolve().parents if is_ledger(one)), None)
        if inside is not None:
            raise InsideLedger(file=str(folder))
        seen: list[Manifest] = []

        def open_(manifest: Manifest) -> bytes:
            seen.append(manifest)
            return opener(manifest)

        def look(database: Path) -> None:
            with self._joiner.restoring(database.parent):
                check(database.parent, seen[0])

        containers.restore_backup(
            backup,
            folder,
            open_,
            allow_test_profile=self._allow_test_profile,
            progress=progress,
            check_database=look,
        )

    # --- what all ways share ---------------------------------------------------------------------
    def _working_device(self) -> DeviceSecret:
        """Return the secret of this PC, made anew when it is missing or cannot be read."""
        try:
            return self._device.load_or_create(self._random)
        except (DeviceSecretMissing, Damaged):
            return self._device.renew(self._random)


class SheetRecovery:
    """A ledger that the recovery sheet opened (`models.gate.Recovery`)."""

    def __init__(self, clock: Clock, policy: PasswordPolicy, opened: Opened) -> None:
        self.opened = opened
        self._clock = clock
        self._policy = policy
        self._prepared: PreparedRecovery | None = None
        self._exposed: ExposedPasswords | None = None

    def prepare(self, user_id: str, login: str, password: str) -> WayBack:
        """Make new keys for a responsible person and a new sheet; nothing is written yet."""
        self._policy.check(password, (login,))
        old = cast(LedgerSafe, self.opened.safe).vault
        self._exposed = ExposedPasswords(cast(LedgerStore, self.opened.store), old, user_id)
        self._exposed.refuse(password)
        made = prepare_recovery(old, user_id=user_id, login=login, password=password)
        self._prepared = made
        record = next(one for one in made.header.recovery if one.active)
        sheet = SheetKey(record.user_id, sheet_signing_key(made.sheet, old))
        return WayBack(made.vault.signer().public_key, sheet, made.sheet.text)

    def finish(self) -> Opened:
        """Let the person in, durably; the old sheet opens nothing from here on."""
        assert self._prepared is not None, "prepare comes first"
        vault = self._prepared.put_in_force()
        store = cast(LedgerStore, self.opened.store)
        store.on_close(vault.close)
        before = cast(LedgerSafe, self.opened.safe)
        safe = LedgerSafe(vault, store, self._clock, self._policy, before.throttle)
        safe.journal = before.journal
        safe.access = before.access.under(vault)
        safe.machine = before.machine
        with suppress(AzukariError):  # the next sign-in does it; nobody may think that it failed
            safe.remember_header()
        with suppress(AzukariError):  # the person is let in
            assert self._exposed is not None
            self._exposed.renew(vault.header)
        return Opened(store, safe, vault.user_id, vault.signer())

    def close(self) -> None:
        """Give the ledger back unchanged."""
        self.opened.store.close()


def _beside(journal: PurePath | None, vault_id: bytes, profile: str) -> Beside:
    return look_beside(Path(journal) if journal is not None else None, vault_id, profile)


def _manifest_of(backup: Path) -> Manifest:
    with open_regular(backup) as file, reading(backup):
        return read_preamble(file, str(backup)).manifest


def _sweep(folder: Path, *, with_folder: bool) -> None:
    """Remove what a failed creation left; the error that stopped it is the one to show."""
    with suppress(OSError):
        for path in list(folder.iterdir()):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        if with_folder:
            folder.rmdir()

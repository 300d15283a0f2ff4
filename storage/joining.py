"""Joining: an unlocked vault and the lock of its folder become an open ledger.

Database and attachments are opened, journal, access log and machine are bound to the safe. The
store holds the lock then; what fails gives it back.
"""

import getpass
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast

from models.codes import Role
from models.errors import Damaged, NotWritable, StrangeSchema, Unfinished
from models.gate import Opened
from models.passwords import PasswordPolicy
from models.store import Progress, quiet, tell
from storage import mending
from storage.access import AccessTable
from storage.damage import explain, told_of
from storage.head_memory import HeadMemory
from storage.header import RECOVERY_ROLE
from storage.journal_keeper import Keeper
from storage.ledger_store import LedgerStore
from storage.ledgers import DATABASE_NAME, create_ledger, open_frozen, open_ledger
from storage.lock import LedgerLock, can_write, hold_still, lock_ledger
from storage.machine import PC
from storage.rotation import find_epoch
from storage.safe import Clock, LedgerSafe
from storage.throttle import Throttle
from storage.vault import Vault


class Joiner:
    """Makes open ledgers of unlocked vaults.

    Args:
        clock: present local time, for the lock's holder.
    """

    def __init__(
        self, clock: Clock, policy: PasswordPolicy, throttle: Throttle, memory: HeadMemory
    ) -> None:
        self._clock = clock
        self._policy = policy
        self._throttle = throttle
        self._memory = memory
        self._restoring: Path | None = None

    @contextmanager
    def restoring(self, folder: Path) -> Iterator[None]:
        """Run a block in which the ledger of a folder is a copy that nothing in it tells of yet."""
        self._restoring = folder
        try:
            yield
        finally:
            self._restoring = None

    def lock(self, folder: Path) -> LedgerLock:
        """Take the lock of a ledger's folder in the name of this PC and its user."""
        return lock_ledger(folder, holder=_holder(), now=self._clock())

    def lock_to_look(self, folder: Path) -> tuple[LedgerLock, bool]:
        """Lock a ledger that is only looked at; tell whether it lies where nothing is written."""
        if can_write(folder):
            with suppress(NotWritable):
                return self.lock(folder), False
        return hold_still(folder), True

    def join_frozen(self, vault: Vault, lock: LedgerLock, *, accept: bool) -> Opened:
        """Open a ledger as it is, where nothing can be written."""
        path = vault.folder / DATABASE_NAME
        try:
            if vault.rotating:
                raise Unfinished(file=str(path), reason="途中で止まった暗号鍵の更新があります。")
            store = open_frozen(vault.folder, vault, lock)
        except BaseException:
            lock.release()
            raise
        try:
            store.read_only(vault.user_id)
            return replace(self._furnish(vault, store, accept=accept, looking=True), frozen=True)
        except BaseException:
            store.close()
            raise

    def join(
        self,
        vault: Vault,
        lock: LedgerLock,
        *,
        new: bool,
        accept: bool = False,
        looking: bool = False,
        rebuild: bool = False,
        progress: Progress = quiet,
    ) -> Opened:
        """Open database and attachments under an unlocked vault; the store holds the lock then."""
        now = self._clock()
        if new:
            store = create_ledger(vault.folder, vault, holder="", now=now, lock=lock)
        else:
            store = self._open_store(vault, lock, now, rebuild=rebuild, progress=progress)
        try:
            opened = self._furnish(vault, store, accept=accept, looking=looking)
            cast(LedgerSafe, opened.safe).finish_renewal(progress)
            return opened
        except Damaged as error:
            try:
                raise told_of(store.database, vault.database_key, error, progress) from error
            finally:
                store.close()
        except BaseException:
            store.close()
            raise

    def _open_store(
        self, vault: Vault, lock: LedgerLock, now: datetime, *, rebuild: bool, progress: Progress
    ) -> LedgerStore:
        """Open the database, which may be made anew first; say what is damaged if it cannot be."""
        path = vault.folder / DATABASE_NAME
        try:
            find_epoch(vault, path)
            mending.sweep(path)
            if rebuild:
                tell(progress, "一覧を、記帳から作り直しています。記帳はそのままです。")
                mending.rebuild_file(path, vault.database_key, progress)
            return open_ledger(
                vault.folder, vault, holder="", now=now, lock=lock, progress=progress
            )
        except StrangeSchema:  # says what it is: no page is looked at
            lock.release()
            raise
        except Damaged as error:
            try:
                raise explain(path, vault.database_key, error, progress) from error
            finally:
                lock.release()
        except BaseException:
            lock.release()
            raise

    def _furnish(self, vault: Vault, store: LedgerStore, *, accept: bool, looking: bool) -> Opened:
        """Put the safe of an open store together."""
        safe = LedgerSafe(vault, store, self._clock, self._policy, self._throttle)
        safe.require_header()
        if accept and vault.role != RECOVERY_ROLE:
            safe.require_answer()
        if vault.role == Role.INSPECTOR.value:
            store.read_only(vault.user_id)
        safe.journal = Keeper(
            store, vault, self._memory, self._clock, accept=accept, looking=looking,
            restored=vault.folder == self._restoring,
        )  # fmt: skip
        safe.access = AccessTable(
            store.database, vault, self._throttle.refusals, platform.node() or "PC",
            safe.journal,
        )  # fmt: skip
        safe.machine = PC(vault.folder, _holder())
        store.on_close(vault.close)
        return Opened(store, safe, vault.user_id, vault.signer())


def _holder() -> str:
    """Name this PC and its user, for whoever finds the ledger in use."""
    return f"{platform.node() or 'PC'}の{_user_name()}"


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "利用者"

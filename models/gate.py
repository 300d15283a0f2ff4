"""The gate: what the office needs to get into a ledger (implemented in `storage/gate.py`).

It stands before a ledger: create, unlock, recover, restore. Passwords and recovery sheets pass
through as arguments only and must never appear in an exception, a log line or a representation.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Protocol

from models.chain import Head, Signer
from models.codes import Role
from models.safe import Safe, SheetKey
from models.store import Progress, Store, quiet


@dataclass(frozen=True, slots=True)
class Opened:
    """An open ledger with the user who opened it.

    `frozen` tells that it lies where nothing can be written: it is looked at as it is.
    """

    store: Store
    safe: Safe
    user_id: str
    signer: Signer
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class WayBack:
    """What a recovery sheet prepared: the key of who is let in, and the sheet that comes next."""

    key: bytes
    sheet: SheetKey
    text: str = field(repr=False)  # of that sheet


class Recovery(Protocol):
    """A ledger that a recovery sheet opened, before anybody was let in anew.

    The ledger is told first and the key header is written last: what dies in between is simply
    done again with the same sheet.
    """

    @property
    def opened(self) -> Opened:
        """The ledger with the sheet as its user."""

    def prepare(self, user_id: str, login: str, password: str) -> "WayBack":
        """Make new keys for a responsible person and a new sheet; nothing is written yet.

        Raises:
            Refused: the login is taken.
            WeakPassword
        """

    def finish(self) -> Opened:
        """Let the person in, durably; the new sheet is in force, the used one opens nothing.

        Raises:
            SheetUncertain: it failed half-way, and one of the two sheets is in force.
            AzukariError: nothing was written.
        """

    def close(self) -> None:
        """Give the ledger back unchanged."""


@dataclass(frozen=True, slots=True)
class JournalGap:
    """Damage in an update journal that may have held an entry: nothing behind it is taken.

    Args:
        where: file and frame.
        first: the first entry that is lost.
        last: the last one, as far as the journal still says; None when it does not.
        rekeyed: nothing is damaged there: it is under a data key that came after the backup.
    """

    where: str
    first: int
    last: int | None
    rekeyed: bool = False

    @property
    def why(self) -> str:
        """Say what is the matter with the place, before ため."""
        if self.rekeyed:
            return "このバックアップの後に替えた暗号鍵によるもので、開けない"
        return "壊れている"

    @property
    def words(self) -> str:
        """Say which entries are lost."""
        if self.last is None:
            return f"記帳番号{self.first:,}から後"
        if self.last == self.first:
            return f"記帳番号{self.first:,}"
        return f"記帳番号{self.first:,}から{self.last:,}まで"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back: from which backup, and how far the journal led beyond it.

    `opened` is the ledger as the restoring person opened it; a sheet opens it by itself.
    `missing` counts files that records speak of and that neither backup nor journal held.
    `gap` is damage of the journal at which the restore ends because somebody said so; `passed`
    names other damaged places, in which no entry was that the restore needs.
    `later` tells that the keys are those beside the journal: passwords and sheet of then; `keys`
    says why they are not, where something lay there that could not be used.
    `aside` is the last entry of another way in the journal, under an earlier key; 0 without.
    """

    backup_id: str
    file: PurePath
    base: Head
    head: Head
    journal: PurePath | None
    torn: bool  # the journal ends with bytes that nobody can read
    missing: int
    opened: Opened | None = None
    log_behind: bool = False  # the access log ends before the journal does
    gap: JournalGap | None = None
    passed: tuple[str, ...] = ()
    later: bool = False
    keys: str = ""
    aside: int = 0


class Gate(Protocol):
    """Ways into ledgers; each call derives keys anew and may take a second."""

    def create(
        self, folder: PurePath, *, user_id: str, login: str, role: Role, password: str
    ) -> tuple[Opened, str]:
        """Make a new empty ledger folder; return it open, and the text of the recovery sheet."""

    def discard(self, opened: Opened) -> None:
        """Close a ledger that was made a moment ago and holds no entry, and remove its files."""

    def sheet_is_right(self, opened: Opened, typed: str) -> bool:
        """Tell whether a recovery sheet, as typed back, opens this ledger."""

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
        """Open a ledger as one of its users.

        Args:
            rebuild: first make the tables anew (`Safe.rebuild`), because they are damaged.
            progress: of what lasts: tables of another version are derived again, a new data key
                that was announced is given.
            accept: open it although something remembers a later state; who may is asked above.
            looking: nothing that is noticed will be entered; it is noticed again the next time. A
                ledger that cannot be written is opened as it is.

        Raises:
            RolledBack
            TablesDamaged: `rebuild` mends it.
            Damaged: only a restore does.
            Cancelled: by `progress`; nothing was changed.
        """

    def open_with_sheet(self, folder: PurePath, sheet: str) -> Recovery:
        """Open with the recovery sheet; this PC gets a device secret if it has none that works.

        Raises:
            InvalidField: a typing error in the sheet, with its line.
            WrongRecoverySheet: of another ledger, or replaced.
        """

    def restore(
        self,
        backup: PurePath,
        folder: PurePath,
        *,
        login: str,
        password: str,
        progress: Progress,
        journal: PurePath | None = None,
        settle: Callable[["Restored"], None] | None = None,
        up_to_damage: bool = False,
    ) -> Head:
        """Restore a backup into a new or empty folder and verify it there.

        Args:
            journal: the folder of the update journal; what it has beyond the backup is replayed.
            up_to_damage: be content with the entries before damage of the journal.
            settle: enters what was done; called with the open ledger under its passing name.

        Returns:
            The head that was reached, before anything was entered by `settle`.

        Raises:
            JournalDamaged: the journal does not lead to its end; nothing is left of the restore.
        """

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
    ) -> "Restored":
        """Restore and verify as `restore` does, into a new folder below `scratch`; remove it.

        Args:
            vault_id: of the ledger whose backup it must be; "" for any.

        Raises:
            Refused: it is the backup of another ledger.
        """

    def restore_with_sheet(
        self,
        backup: PurePath,
        folder: PurePath,
        *,
        sheet: str,
        settle: Callable[[PurePath, "Restored"], None],
        progress: Progress,
        journal: PurePath | None = None,
        up_to_damage: bool = False,
    ) -> None:
        """Restore on any PC with the recovery sheet of the backup's time.

        Args:
            settle: lets a responsible person in; called with the folder under its passing name
                once everything in it was verified. What it raises takes the restore back.
            journal, up_to_damage: as in `restore`.
        """

"""The gate and the safe: what the office needs from keys and files (implemented in `storage/`).

The *gate* stands before a ledger: create, unlock, recover, restore. The *safe* belongs to an open
ledger: user keys, backups, verification. Passwords and recovery sheets pass through as arguments
only and must never appear in an exception, a log line or a representation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

from models.chain import Head, Signer
from models.codes import Role
from models.errors import AzukariError, Damaged
from models.passwords import USUAL_FORMER
from models.store import Progress, Store, quiet

if TYPE_CHECKING:
    from models.access import AccessBook
    from models.condition import Machine
    from models.journal import JournalKeeper


class Remedy(Enum):
    """What mends a thing that a verification found; the value is what programs are told."""

    REBUILD = "rebuild"  # `Safe.rebuild` makes it anew out of the log
    BRING_BACK = "bring_back"  # a sealed file has to be copied back from a restored backup
    RESTORE = "restore"  # the whole ledger, from a backup and the journal
    AS_TOLD = "as_told"  # beside the ledger: a medium, a journal, a backup; the message says what
    REPORT = "report"  # nothing is broken, something is not true: somebody has to look


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a verification found. `where` names entry, page, file or record."""

    code: str
    where: str
    message: str
    remedy: Remedy = Remedy.REPORT


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of checking a ledger; `erased` counts entries by the one that erased them."""

    head: Head
    problems: Sequence[Problem]
    erased: Mapping[int, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def remedies(self) -> frozenset[Remedy]:
        """All that is needed before a verification finds nothing any more."""
        return frozenset(one.remedy for one in self.problems)

    @property
    def can_rebuild(self) -> bool:
        """Whether there are problems, and `Safe.rebuild` mends them all."""
        return self.remedies == {Remedy.REBUILD}


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup that was written, read again from the medium and found whole.

    `size` is in bytes, `sha256` that of the whole file, hex. `missing` counts the files that records
    speak of and that the ledger folder had lost before: the backup cannot hold them.
    """

    file: PurePath
    backup_id: str
    vault_id: str
    head: Head
    size: int
    sha256: str
    created_at: datetime
    missing: int = 0


@dataclass(frozen=True, slots=True)
class WayIn:
    """What the key header holds for one person: to be compared with the accounts of the ledger.

    `initial` tells that the password is still the one that somebody else chose.
    """

    user_id: str
    role: str
    public_key: bytes
    initial: bool


@dataclass(frozen=True, slots=True)
class SheetKey:
    """The public key by which the ledger knows a recovery sheet."""

    name: str  # author of what is entered with the sheet, e.g. "recovery-1"
    public_key: bytes

    @property
    def line(self) -> str:
        """How the origin of the ledger writes it."""
        return f"{self.name}={self.public_key.hex()}"


@dataclass(frozen=True, slots=True)
class OutsidePlace:
    """A place that is no disk of this PC: a plugged-in medium, or a folder on another machine."""

    root: PurePath
    network: bool = False


class Presence(Enum):
    """Whether a backup file lies where it was written."""

    THERE = "there"
    GONE = "gone"  # the place is there, the file is not
    AWAY = "away"  # the place is not there, or another medium is


@dataclass(frozen=True, slots=True)
class Parting:
    """Where a copy or a restored ledger left the one in another folder of this PC.

    Args:
        seq: the last entry that both have.
        folder: that of the other ledger.
    """

    seq: int
    folder: str


class Safe(Protocol):
    """Keys and files of an open ledger."""

    @property
    def journal(self) -> "JournalKeeper": ...

    @property
    def access(self) -> "AccessBook": ...

    @property
    def machine(self) -> "Machine": ...

    def ways_in(self) -> Sequence[WayIn]:
        """Return everybody whom the key header lets in or could let in again."""

    def sheet_key(self) -> SheetKey:
        """Return the recovery sheet that is valid now."""

    def new_sheet(self) -> "NewSheet":
        """Draw a new recovery sheet; it opens nothing before `put_in_force`."""

    def add_user(
        self, user_id: str, login: str, role: Role, password: str, *, initial: bool = True
    ) -> bytes:
        """Make a key set for a new user and return the Ed25519 public key (32 bytes).

        Args:
            initial: somebody else chose the password, so it must be changed at the first sign-in.
        """

    def reissue(self, user_id: str, login: str, role: Role, password: str) -> bytes:
        """Replace a lost key set and return the new public key; the old one is gone."""

    def take_back(self, user_id: str) -> None:
        """Take out a user who was let in by half: nobody was told, so the data key may stay."""

    def remove_user(self, user_id: str, progress: Progress = quiet) -> None:
        """Take a user's way in out of both header copies and give the ledger a new data key.

        Raises:
            Cancelled: by `progress`; the user is shut out, the new key waits for the next start.
        """

    def renew_key(self, progress: Progress = quiet) -> None:
        """Give the ledger a new data key; what opened it until now opens no later state of it.

        Raises:
            NotPermitted, JournalMissing
            Cancelled: by `progress`; the data key is the old one.
            DiskFull, InputOutput: it is finished at the next start.
        """

    @property
    def key_was_renewed(self) -> bool:
        """Whether opening the ledger finished a renewal that had died half-way."""

    def change_password(
        self, old: str, new: str, *, former: int = USUAL_FORMER, progress: Progress = quiet
    ) -> None:
        """Change the signed-in person's own password.

        Args:
            former: how many passwords before the present one may not come again.
            progress: of the look through these; stopping it leaves everything as it was.

        Raises:
            WrongPassword: `old` is wrong; nothing is told of the former ones then.
            WeakPassword, Cancelled
        """

    def sign_as(
        self, login: str, password: str, statement: Callable[[str], bytes]
    ) -> tuple[str, bytes]:
        """Let a second person sign beside the user; return account id and signature (64 bytes).

        Args:
            statement: returns what is signed, given the account id.

        Raises:
            WrongPassword, LockedOut: counted as any sign-in.
            MustChangePassword: somebody else knows that password too.
        """

    def backup(self, folder: PurePath, progress: Progress) -> BackupFile:
        """Write a backup into a folder and verify it by reading it again."""

    def check_backup(self, file: PurePath, progress: Progress) -> BackupFile: ...

    def medium_mark(self, folder: PurePath) -> str:
        """Return the id that a backup medium bears, "" for none.

        Raises:
            MediumMissing, Damaged
        """

    def mark_medium(self, folder: PurePath, mark: str) -> None:
        """Write the id onto a medium, durably."""

    def outside_place(self, path: PurePath) -> OutsidePlace | None:
        """Return the medium or network folder that holds a path, None for the disks of this PC."""

    def backup_presence(self, file: PurePath, mark: str) -> Presence:
        """Tell whether a backup file lies in its place.

        Args:
            mark: that the medium must bear, "" where none is registered.
        """

    def backup_names(self, folder: PurePath) -> list[str]:
        """Name the files in a folder that are called as backups of this ledger, whole or not.

        Raises:
            MediumMissing, InputOutput
        """

    def parting(self) -> Parting | None:
        """Return where this ledger left another that is still there; None for the first one."""

    def require_unchanged(
        self, file: PurePath, backup_id: str, size: int, sha256: str, progress: Progress
    ) -> None:
        """Read a backup file to its end and compare it with what was entered when it was verified.

        Raises:
            MediumMissing, InputOutput: it cannot be read.
            Foreign: another file lies in its place.
            Damaged: it is not what it was.
            Cancelled: by `progress`.
        """

    def remove_backup(self, file: PurePath, backup_id: str) -> None:
        """Remove a backup file, if it is this very backup.

        Raises:
            MediumMissing: it is not there.
            Foreign: another file lies in its place.
        """

    def verify(self, *, full: bool, progress: Progress) -> Verification: ...

    def rebuild(self, progress: Progress) -> Head:
        """Make everything that follows from the log anew, in a new file; return the same head.

        Raises:
            Damaged: the log itself is; nothing was changed.
            VerificationFailed, Cancelled, DiskFull, NotWritable, InputOutput: nothing was changed.
        """

    def lost_attachments(self) -> int:
        """Count the sealed files that records speak of and that are not in the ledger's folder."""

    def told_of(self, error: Damaged, progress: Progress = quiet) -> AzukariError:
        """Return what to tell somebody whom damage keeps from the open ledger.

        Raises:
            Cancelled: by `progress`.
        """


class NewSheet(Protocol):
    """A recovery sheet that was drawn and is not valid yet."""

    @property
    def key(self) -> SheetKey: ...

    @property
    def text(self) -> str:
        """What is printed; it is told nowhere else."""

    def is_right(self, typed: str) -> bool:
        """Tell whether somebody typed it back as it is."""

    def put_in_force(self) -> None:
        """Make it the only valid sheet, durably.

        Raises:
            SheetUncertain: it failed half-way, and one of the two sheets is in force.
        """


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
    """

    where: str
    first: int
    last: int | None

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

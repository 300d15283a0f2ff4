"""The safe: what the office needs from keys and files (implemented in `storage/safe.py`).

It belongs to an open ledger: user keys, backups, verification. Passwords and recovery sheets pass
through as arguments only and must never appear in an exception, a log line or a representation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Protocol

from models.chain import Head
from models.codes import Role
from models.errors import AzukariError, Damaged
from models.passwords import USUAL_FORMER
from models.store import Progress, quiet
from models.verification import Verification

if TYPE_CHECKING:
    from models.access import AccessBook
    from models.journal import JournalKeeper
    from models.machine_facts import Machine
    from models.notes import Note


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

    `initial` tells that the password is still the one that somebody else chose; `here`, that one opens
    the ledger on this PC. After a restore with the sheet on another one, only that of who was let in anew
    does; while an account is shut because others knew its password, none does.
    """

    user_id: str
    role: str
    public_key: bytes
    initial: bool
    here: bool = True


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
    OTHER = "other"  # something else lies there under its name, or what was made is harmed
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


class FormerKeys(Protocol):
    """The key header as it was at one moment of this session."""

    @property
    def in_force(self) -> bool:
        """Whether both copies are still those of then."""

    def put_back(self) -> None:
        """Let in whom they let in, and nobody else, durably.

        Raises:
            AzukariError: which keys are in force is not certain.
        """


class Safe(Protocol):
    """Keys and files of an open ledger."""

    @property
    def journal(self) -> "JournalKeeper": ...

    @property
    def access(self) -> "AccessBook": ...

    @property
    def machine(self) -> "Machine": ...

    @property
    def unfit_settings(self) -> Sequence[str]:
        """The settings that hold what this program never wrote there, and that are passed over."""

    def drop_setting(self, name: str) -> None:
        """Remove what is passed over, once it was told."""

    def keep_note(self, name: str, body: Any) -> None:
        """Leave a note of what is to be entered, signed, in the setting of this name, durably."""

    def note(self, name: str) -> "Note | None":
        """Return a note that somebody left who may do what it is about, and that fits."""

    def ways_in(self) -> Sequence[WayIn]:
        """Return everybody whom the key header lets in or could let in again."""

    def present_keys(self) -> FormerKeys:
        """Return the key header as it is now, to go back to it if an act fails."""

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
        """Replace a lost key set and return the new public key; the old one is gone.

        Raises:
            WeakPassword: also for a password of that person that was exposed.
        """

    def withhold(self, user_id: str) -> bytes:
        """Replace the key set of a person whose password others know by one that opens to nobody.

        The person has no way in until a first password is issued; the present one is never to be
        taken again.

        Returns:
            The new public key.
        """

    def forget_former(self, user_id: str) -> None:
        """Empty the history of passwords of a person who has new keys: it opens to nobody."""

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
            DiskFull: there is no room for it; the data key is the old one.
            InputOutput: it is finished at the next start.
        """

    @property
    def key_number(self) -> int:
        """The number of the data key in force: 1, and one more with each renewal."""

    @property
    def copies_were_one(self) -> bool:
        """Whether both copies of the key header were found to be one file, and are two again."""

    @property
    def renewal_waits(self) -> str:
        """What keeps a renewal that died half-way from being finished, "" for nothing."""

    @property
    def key_was_renewed(self) -> bool:
        """Whether the data key in force came by a renewal of which no entry is known."""

    def renewal_entered(self) -> None:
        """Learn that the data key in force is entered."""

    def change_password(
        self, old: str, new: str, *, former: int = USUAL_FORMER, exposed: bool = False,
        progress: Progress = quiet,
    ) -> None:  # fmt: skip
        """Change the signed-in person's own password.

        Args:
            former: how many passwords before the present one may not come again.
            exposed: the present one is known to others, and never to be taken again.
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

    def on_ledgers_disk(self, folder: PurePath) -> bool:
        """Tell whether a folder is lost with the ledger's disk; False where nobody can tell."""

    def medium_mark(self, folder: PurePath) -> str:
        """Return the id that a backup medium bears, "" for none.

        Raises:
            MediumMissing, Damaged
        """

    def mark_medium(self, folder: PurePath, mark: str) -> None:
        """Write the id onto a medium, durably."""

    def top_folders(self, root: PurePath) -> Sequence[PurePath]:
        """Return a place and the folders right in it, as far as they can be read."""

    def outside_place(self, path: PurePath) -> OutsidePlace | None:
        """Return the medium or network folder that holds a path, None for the disks of this PC."""

    def backup_presence(
        self, file: PurePath, mark: str, backup_id: str = "", size: int | None = None
    ) -> Presence:
        """Tell whether a backup file lies in its place; of its bytes only the first are looked at.

        Args:
            mark: that the medium must bear, "" where none is registered.
            backup_id: that stands in it, "" for any.
            size: in bytes, as it was made.
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

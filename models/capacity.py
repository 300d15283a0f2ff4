"""How much room the files of a ledger may take, and what memory the machine has left (A-20).

Every backup is one file that holds all attachments, and a backup, a trial of it and a new key each
need the size of the ledger once more. Therefore the attachments get a share of the disk, and no more
than a medium with the FAT32 of most USB sticks can take in one file, until somebody sets another
share. When the share is used up new files are refused; entries, papers and backups go on.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from models.errors import AzukariError, InvalidField, LittleRoom, QuotaUsedUp

if TYPE_CHECKING:
    from models.ledger import Ledger

MIB = 1 << 20
GIB = 1 << 30
SETTING = "attachment_quota"  # MB; nothing or 0: the usual share
MOST = 1_000_000  # MB
FAT32 = 3 * GIB  # one file has at most 4 GiB there; the rest is for the database
WARN_PERCENT = 80
LOW_MEMORY = 512 * MIB  # a password may need 256 MiB for itself, tables and pictures a child more
TOO_LOW_MEMORY = 256 * MIB
LEAST_FREE = 512 * MIB  # below this, or what a backup and a new key need, there is danger
STOP_FREE = 64 * MIB  # below this no file is attached, so that entries and a backup still fit


@dataclass(frozen=True, slots=True)
class Disk:
    """Room where the ledger lies; sizes in bytes."""

    free: int
    total: int
    ledger: int  # database and attachments
    files: int = 0  # attachments alone


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of memory: what this program holds, what the machine can still give, and has."""

    used: int
    free: int
    total: int


class Room(Protocol):
    """What a PC tells of its room."""

    def disk(self) -> Disk:
        """Raises: MediumMissing, InputOutput."""

    def free(self) -> int:
        """Return the room in bytes where the ledger lies. Raises: MediumMissing, InputOutput."""

    def memory(self) -> Memory | None:
        """Return how the memory stands, None where the system does not tell."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The share of the attachments in bytes, and how much of it is used."""

    used: int
    most: int
    chosen: bool  # somebody set it

    @property
    def left(self) -> int:
        return max(self.most - self.used, 0)

    @property
    def warns(self) -> bool:
        return self.used * 100 >= self.most * WARN_PERCENT

    @property
    def words(self) -> str:
        kind = "設定した値" if self.chosen else "自動"
        return (
            f"添付資料は{size_words(self.used)}です。"
            f"割当ては{size_words(self.most)}（{kind}）、残りは{size_words(self.left)}です。"
        )


def chosen_quota(ledger: "Ledger") -> int:
    """Return the share that somebody set, in MB, 0 for the usual one."""
    value = ledger.store.setting(SETTING)
    return min(int(value), MOST) if value.isdecimal() else 0


def change_quota(ledger: "Ledger", megabytes: int) -> None:
    """Set another share; 0 for the usual one.

    Raises:
        NotPermitted, InvalidField
    """
    ledger.require("settings")
    if not 0 <= megabytes <= MOST:
        raise InvalidField(field="添付資料の割当て", problem=f"は、{MOST:,}MBまでにしてください。")
    ledger.store.set_setting(SETTING, str(megabytes))


def quota_of(disk: Disk, megabytes: int) -> Quota:
    """Return the share on a disk, and what is used of it.

    Args:
        megabytes: that somebody set, 0 for none.
    """
    most = megabytes * MIB or min(disk.total // 4, FAT32)
    return Quota(disk.files, most, bool(megabytes))


def read_quota(ledger: "Ledger") -> Quota:
    """Raises: MediumMissing, InputOutput."""
    return quota_of(ledger.safe.machine.disk(), chosen_quota(ledger))


def require_quota(ledger: "Ledger", size: int) -> None:
    """Refuse a file that the share has no room for.

    Raises:
        QuotaUsedUp
    """
    quota = read_quota(ledger)
    if size > quota.left:
        raise QuotaUsedUp(most=size_words(quota.most), left=size_words(quota.left))


def quota_notice(ledger: "Ledger") -> str:
    """Return what is said at the sign-in when the share gets short, "" else."""
    quota = read_quota(ledger)
    if not quota.left:
        return str(QuotaUsedUp(most=size_words(quota.most), left=size_words(0)))
    if quota.warns:
        return f"{quota.words}使い切ると、新しい添付を受け付けません。"
    return ""


def require_room(ledger: "Ledger", size: int) -> None:
    """Refuse a new file while there is too little room (A-20); entries and backups go on.

    Raises:
        LittleRoom: on the disk.
        QuotaUsedUp: in the share of the attachments.
    """
    free = ledger.safe.machine.free()
    if free < STOP_FREE:
        raise LittleRoom(free=size_words(free))
    require_quota(ledger, size)


def room_notice(ledger: "Ledger") -> str:
    """Return what is said at the sign-in when room gets short, "" else."""
    try:
        free = ledger.safe.machine.free()
        if free < STOP_FREE:
            return str(LittleRoom(free=size_words(free)))
        if free < LEAST_FREE:
            return (
                f"台帳のディスクの空きが{size_words(free)}です。不要なファイルを片付けてください。"
            )
        return quota_notice(ledger)
    except AzukariError:
        return ""  # the condition page tells what cannot be read


def size_words(size: int) -> str:
    """Return a size as people say it."""
    for unit, word in ((1 << 40, "TB"), (GIB, "GB"), (MIB, "MB")):
        if size >= unit:
            return f"{size / unit:,.1f}{word}"
    return f"{max(size, 0) / 1024:,.0f}KB"

"""What PC and ledger tell of the condition of the system, before a word is said about it (A-20 …).

Where the PC tells nothing, the fact is None: what follows from that models/condition.py says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

from models.backup_care import Found, is_parted, is_rekeyed, newest_lost
from models.backup_media import beside, has_media, loose
from models.backups import WHOLE_LEDGER
from models.capacity import Disk, Memory, Room, chosen_quota
from models.codes import BackupKind, BackupResult, SystemEventKind
from models.denied import Denied
from models.journal import JournalStatus
from models.records import BackupRun, SystemEvent
from models.store import Op, Query, Where
from models.support import support
from models.terminals import in_use

if TYPE_CHECKING:
    from models.ledger import Ledger
    from models.verification import Verification


@dataclass(frozen=True, slots=True)
class Protection:
    """A program against malware as the system tells of it."""

    product: str
    active: bool | None  # None: the system does not say
    updated_on: date | None


class Machine(Room, Protocol):
    """What the PC tells of itself."""

    @property
    def holder(self) -> str:
        """Return who uses the ledger alone, as the lock says."""

    def programs(self) -> Sequence[str] | None:
        """Return the installed programs, None where the system does not tell."""

    def protection(self) -> Sequence[Protection] | None:
        """Return what protects against malware, None where the system does not tell."""

    def media(self) -> Sequence[PurePath] | None:
        """Return where removable media are plugged in now, None where the system does not tell."""


@dataclass(frozen=True, slots=True)
class Plugged:
    """A removable medium that is plugged in, and as what it is registered, "" for not at all."""

    root: PurePath
    caption: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is judged; `now` has the offset of the clock on the wall."""

    now: datetime
    disk: Disk
    sizes: Sequence[tuple[datetime, int]]  # of backups, oldest first
    full_check: datetime | None
    trial: datetime | None
    backup: datetime | None
    backup_days: int
    journal: JournalStatus
    clock_event: SystemEvent | None
    terminal: str
    holder: str
    since: datetime | None
    protection: Sequence[Protection] | None
    programs: Sequence[str] | None
    denied: Sequence[Denied]
    version: str
    unresolved: Sequence[str] | None = None  # programs that block the terminal; None: unwatched
    verified: "Verification | None" = None  # in this session
    terminals: Sequence[tuple[str, str, str]] = ()  # in use: device, caption, place and measure
    memory: Memory | None = None
    lost: Found | None = None  # the newest backup where it is no more what was made
    rekeyed: bool = False  # nothing brings back what was entered since the data key was renewed
    bridged: bool = False  # the journal does
    parted: bool = False  # the journal leads from the backups to what a copy of the ledger entered
    shut: bool = False  # nobody of today opens the newest backup
    quota: int = 0  # MB that somebody set for the attachments, 0 for none
    media: Sequence[Plugged] | None = ()
    has_media: bool = True  # a backup medium is registered
    loose: PurePath | None = None  # where the newest backup lies, if that is none
    beside: PurePath | None = None  # where it lies, if that is the disk of the ledger
    support: str = ""  # whom to call and when, as the office says


def read_facts(
    ledger: "Ledger", *, backup_days: int, denied: Sequence[Denied], version: str
) -> Facts:
    """Ask ledger and PC; takes a moment, so it is done beside the window."""
    machine = ledger.safe.machine
    if ledger.blocking.watches:
        ledger.blocking.look()
    went_well = Query(
        BackupRun.type,
        (Where("result", Op.EQ, BackupResult.OK),),
        order=(("finished_at", False),),
    )
    runs = [one.record for one in ledger.store.find(BackupRun, went_well, limit=10_000)]
    full = [run for run in runs if run.kind is BackupKind.FULL and run.finished_at]
    rekeyed = is_rekeyed(ledger, full)
    bridged = rekeyed and ledger.safe.journal.leads_on()
    now = ledger.now()
    return Facts(
        now=now,
        disk=machine.disk(),
        sizes=[(run.finished_at, run.size) for run in full if run.finished_at and run.size],
        full_check=_last(
            (run for run in runs if (run.kind, run.file_name) == (BackupKind.VERIFY, WHOLE_LEDGER)),
            now,
        ),
        trial=_last((run for run in runs if run.kind is BackupKind.RESTORE_TEST), now),
        backup=_last(full, now),
        backup_days=backup_days,
        journal=ledger.journal.status(),
        clock_event=_clock_event(ledger),
        terminal=ledger.safe.access.terminal,
        holder=machine.holder,
        since=ledger.access.since,
        protection=machine.protection(),
        programs=machine.programs(),
        denied=denied,
        version=version,
        unresolved=ledger.blocking.found if ledger.blocking.watches else None,
        verified=ledger.verified,
        terminals=[
            (
                one.device,
                one.caption(),
                f"{ledger.registers.caption('place', one.place_id)}、{one.theft_prevention}",
            )
            for one in in_use(ledger)
        ],
        memory=machine.memory(),
        lost=newest_lost(ledger),
        rekeyed=rekeyed and not bridged,
        bridged=bridged,
        parted=bool(full) and is_parted(ledger, full),
        shut=not ledger.safe.journal.still_opens(),
        quota=chosen_quota(ledger),
        media=_plugged(ledger, machine.media()),
        has_media=has_media(ledger),
        loose=loose(ledger),
        beside=beside(ledger),
        support=support(ledger),
    )


def _plugged(ledger: "Ledger", roots: Sequence[PurePath] | None) -> list[Plugged] | None:
    if roots is None:
        return None
    return [Plugged(root, ledger.outside.registered_on(root)) for root in roots]


def _last(runs: Iterable[BackupRun], now: datetime) -> datetime | None:
    """Return when the last was made; one from ahead of the clock counts where there is no other."""
    days = [run.finished_at for run in runs if run.finished_at]
    return max((one for one in days if one <= now), default=max(days, default=None))


def _clock_event(ledger: "Ledger") -> SystemEvent | None:
    kinds = (SystemEventKind.CLOCK_BACK, SystemEventKind.CLOCK_JUMP)
    query = Query(SystemEvent.type, (Where("kind", Op.IN, kinds),), order=(("occurred_at", True),))
    found = ledger.store.find(SystemEvent, query, limit=1)
    return found[0].record if found else None

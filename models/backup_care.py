"""How backups end: thinned with time, and those that must not be kept any longer (A-22, A-26)."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING

from models.codes import AccountStatus, BackupKind, BackupResult, Role, SystemEventKind
from models.commands import Change, creating
from models.erased import read_numbers
from models.errors import MediumMissing, Refused
from models.records import BackupRun, ContentErasure, Person, SystemEvent, UserAccount

if TYPE_CHECKING:
    from models.ledger import Ledger

DAYS, WEEKS, MONTHS = 7, 5, 12  # backups that are kept: the last of so many days, weeks, months
MISSING = "ファイルは見つからず、消去していません。媒体の廃棄を確かめてください。"


@dataclass(frozen=True, slots=True)
class Ended:
    """A backup that is to come to an end, and why, as whole sentences."""

    run: BackupRun
    reasons: tuple[str, ...]
    must: bool  # it must not be kept; otherwise it is only no longer needed


def standing(ledger: "Ledger") -> list[BackupRun]:
    """Return the backups that were made and not disposed of, oldest first."""
    registers = ledger.registers
    gone = {one.record.backup_id for one in registers.all(BackupRun, kind=BackupKind.DISPOSED)}
    made = registers.all(BackupRun, kind=BackupKind.FULL, result=BackupResult.OK)
    return [one.record for one in made if one.record.backup_id not in gone]


def ending(ledger: "Ledger") -> list[Ended]:
    """Return the backups that are to come to an end, oldest first.

    The newest is never among them: while it must go too, a newer one has to be made first.
    """
    runs = standing(ledger)
    older = runs[:-1]
    must = must_end(ledger, older)
    spare = {one.id for one in thinned(runs)}
    found = []
    for run in older:
        if run.id in must:
            found.append(Ended(run, must[run.id], must=True))
        elif run.id in spare:
            found.append(
                Ended(run, ("新しいバックアップがあるため、残さなくてよいものです。",), False)
            )
    return found


def must_end(ledger: "Ledger", runs: Iterable[BackupRun]) -> Mapping[str, tuple[str, ...]]:
    """Return why backups must not be kept any longer, by id of their record."""
    causes = _causes(ledger)
    found = {}
    for run in runs:
        seq = run.to_event_seq or 0
        reasons = tuple(words for first, before, words in causes if first <= seq < before)
        if reasons:
            found[run.id] = reasons
    return found


def _causes(ledger: "Ledger") -> list[tuple[int, int, str]]:
    """Return (first, before, words): what speaks against backups whose last entry lies within."""
    registers = ledger.registers
    causes = [
        (read_numbers(one.record.numbers)[0][0], one.meta.created_seq,
         f"消去した契約{one.record.contract_no}の内容が残っています。")
        for one in registers.all(ContentErasure)
    ]  # fmt: skip
    renewed = registers.all(SystemEvent, kind=SystemEventKind.KEY_RENEWED)
    if renewed:
        causes.append((0, renewed[-1].meta.created_seq, "更新する前の暗号鍵によるものです。"))
    for account in registers.all(UserAccount, app_role=Role.SUPERVISOR):
        if account.record.status is AccountStatus.DISABLED:  # only these could open backups
            person = ledger.store.get(Person, account.record.person_id)
            name = person.record.name if person else account.record.login_name
            causes.append((0, account.meta.seq, f"利用を停止した{name}さんが開けます。"))
    return causes


def thinned(
    runs: Sequence[BackupRun], *, days: int = DAYS, weeks: int = WEEKS, months: int = MONTHS
) -> list[BackupRun]:
    """Return the backups that need not be kept: not the last of a day, week or month that counts.

    Each place is thinned for itself: a copy on another medium replaces none.

    Args:
        runs: oldest first; the newest of each place always stays.
    """
    spare: list[BackupRun] = []
    for folder in sorted({run.folder for run in runs}):
        mine = [run for run in runs if run.folder == folder]
        kept = {mine[-1].id}
        for most, period in ((days, _day), (weeks, _week), (months, _month)):
            kept |= _last_of(mine, most, period)
        spare += [run for run in mine if run.id not in kept]
    return spare


def _last_of(runs: Sequence[BackupRun], most: int, period: Callable[[date], Hashable]) -> set[str]:
    last: dict[Hashable, str] = {}
    for run in reversed(runs):
        if run.finished_at is not None and len(last) < most:
            last.setdefault(period(run.finished_at.date()), run.id)
    return set(last.values())


def _day(day: date) -> Hashable:
    return day


def _week(day: date) -> Hashable:
    return day.isocalendar()[:2]


def _month(day: date) -> Hashable:
    return day.year, day.month


def dispose(ledger: "Ledger", run_ids: Sequence[str], reason: str) -> Change:
    """Remove backup files and enter that they came to an end.

    A file whose medium is away is entered as not found: its medium is disposed of by people.

    Raises:
        NotPermitted, InvalidField
        Refused: one of them is the newest backup, or was disposed of already.
        Foreign, NotWritable, InputOutput: nothing more is removed; what was removed is entered.
    """
    ledger.require("dispose_backup")
    text = ledger.registers.reason(reason)
    runs = {run.id: run for run in standing(ledger)[:-1]}
    if not run_ids or not runs.keys() >= set(run_ids):
        raise Refused(reason="いちばん新しいバックアップと、廃棄済みのものは、廃棄できません。")
    done = []
    try:
        for run_id in run_ids:
            done.append(_disposed(ledger, runs[run_id], text))
    finally:
        change = ledger.commit([creating(one) for one in done]) if done else None
    assert change is not None
    return change


def _disposed(ledger: "Ledger", run: BackupRun, reason: str) -> BackupRun:
    started = ledger.now()
    told = "ファイルを消去しました。"
    try:
        ledger.safe.remove_backup(PurePath(run.folder) / run.file_name, run.backup_id)
    except MediumMissing:
        told = MISSING
    return BackupRun(
        id=ledger.new_id(),
        kind=BackupKind.DISPOSED,
        started_at=started,
        finished_at=ledger.now(),
        backup_id=run.backup_id,
        to_event_seq=run.to_event_seq,
        head=run.head,
        file_name=run.file_name,
        folder=run.folder,
        sha256=run.sha256,
        size=run.size,
        result=BackupResult.OK,
        checked_by=ledger.user.person_id,
        detail=f"{told}理由：{reason}"[:1000],
    )

"""How backups end: thinned with time, and those that must not be kept any longer (A-22, A-26)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING

from models.backup_rule import keep_rule, kept_by
from models.backup_runs import run_of
from models.chain import Head
from models.codes import (
    AccountStatus,
    BackupKind,
    BackupResult,
    ContractStatus,
    MediumState,
    Role,
    SystemEventKind,
)
from models.erased import read_numbers
from models.errors import Refused
from models.records import (
    BackupMedium,
    BackupRun,
    ContentErasure,
    Contract,
    Person,
    SystemEvent,
    UserAccount,
)
from models.records.running import UNDER_LATER_KEY
from models.safe import Presence
from models.store import Op, Query, Where
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

NEWEST = "いちばん新しいバックアップです。"
LAST_SOUND = "検証に合格した、いちばん新しいバックアップです。"
SHARED = (
    "「{0}」にある同じ台帳のバックアップでもあるため、そちらから廃棄します。"
    "そちらを使っていないときは、先にそのフォルダーを片付けてください。"
)
UNSOUND = "最後の検証で異常が見つかりました。"
ABSENT = {
    Presence.AWAY: "媒体が接続されていません。",
    Presence.GONE: "ファイルが見つかりません。",
    Presence.OTHER: "ファイルが、作成したときのものではありません。",
}
NO_MORE = frozenset({Presence.GONE, Presence.OTHER})
AHEAD = "{0}（PCの時計が進んでいた間の日時で、いつのことか分かりません）"
LOST = "元の場所に戻すか、すぐに新しいバックアップを作成してください。"


class Fate(Enum):
    """What becomes of a backup."""

    MUST = "must"  # it must not be kept any longer
    MAY = "may"  # nobody needs it
    KEPT = "kept"  # the rule of days, weeks and months keeps it
    HELD = "held"  # it is never disposed of


@dataclass(frozen=True, slots=True)
class Judged:
    """A backup with its fate, and why, as whole sentences."""

    run: BackupRun
    fate: Fate
    reasons: tuple[str, ...]
    presence: Presence = Presence.THERE  # until it is looked for

    @property
    def must(self) -> bool:
        return self.fate is Fate.MUST

    @property
    def ends(self) -> bool:
        return self.fate in (Fate.MUST, Fate.MAY)

    @property
    def within_reach(self) -> bool:
        """Tell whether it can be brought to its end now, without anybody fetching a medium."""
        return self.ends and self.presence is not Presence.AWAY

    @property
    def lost(self) -> bool:
        """Tell whether this is the newest, and its file is no more what was made, if it is there."""
        return NEWEST in self.reasons and self.presence in NO_MORE

    @property
    def words(self) -> str:
        """Say why it has its fate, whether it is there, and what to do when it must be."""
        why = "".join(self.reasons) + ABSENT.get(self.presence, "")
        return f"{why}{LOST}" if self.lost else why


@dataclass(frozen=True, slots=True)
class Found:
    """A backup that was looked for: whether it is there, and under which name."""

    presence: Presence
    file: PurePath


# --- which there are -----------------------------------------------------------------------------


def standing(ledger: "Ledger") -> list[BackupRun]:
    """Return the backups that were made and not disposed of, oldest first."""
    return standing_of(one.record for one in ledger.registers.all(BackupRun))


def standing_of(runs: Iterable[BackupRun]) -> list[BackupRun]:
    """Return those of the acts that made a backup which was not disposed of."""
    acts = list(runs)
    gone = {run.backup_id for run in acts if run.kind is BackupKind.DISPOSED}
    return [
        run
        for run in acts
        if (run.kind, run.result) == (BackupKind.FULL, BackupResult.OK)
        and run.backup_id not in gone
    ]


def sound(ledger: "Ledger", runs: Sequence[BackupRun]) -> list[BackupRun]:
    """Return the backups that may be relied on: verified, and not found harmed since."""
    checks = ledger.registers.all(BackupRun, kind=BackupKind.VERIFY)
    return sound_of(runs, (one.record for one in checks))


def sound_of(runs: Iterable[BackupRun], acts: Iterable[BackupRun]) -> list[BackupRun]:
    """Return those of the backups that the last check of their file did not find harmed.

    Args:
        acts: oldest first; only checks are looked at.
    """
    checks = (act for act in acts if act.kind is BackupKind.VERIFY)
    last = {act.file_name: act.result for act in checks}
    return [run for run in runs if last.get(run.file_name) is not BackupResult.FAILED]


def reliable(ledger: "Ledger") -> list[BackupRun]:
    """Return the sound backups that may be kept, oldest first: a restore may count on them."""
    runs = sound(ledger, standing(ledger))
    must = must_end(ledger, runs)
    return [run for run in runs if run.id not in must]


def find(ledger: "Ledger", run: BackupRun, among: Sequence[BackupRun] = ()) -> Found:
    """Look for a backup in its folder, and wherever its medium was put since.

    Args:
        among: the backups that stand, whose folders tell where the medium was; read if left out.
    """
    medium = ledger.store.get(BackupMedium, run.medium_id) if run.medium_id else None
    mark = medium.record.mark if medium else ""
    known = (among or standing(ledger)) if mark else ()
    others = [one.folder for one in reversed(known) if one.medium_id == run.medium_id]
    files = [PurePath(folder) / run.file_name for folder in dict.fromkeys([run.folder, *others])]
    for file in files:
        presence = ledger.safe.backup_presence(file, mark, run.backup_id, run.size)
        if presence is not Presence.AWAY:
            return Found(presence, file)
    return Found(Presence.AWAY, files[0])


def newest_lost(ledger: "Ledger") -> Found | None:
    """Return the newest backup if its place is there and it is not, or is not what was made."""
    runs = standing(ledger)
    found = find(ledger, runs[-1], runs) if runs else None
    return found if found is not None and found.presence in NO_MORE else None


def last_good(ledger: "Ledger", kind: BackupKind = BackupKind.FULL) -> BackupRun | None:
    """Return the last backup that was verified, or the last check or trial that went well.

    One that was entered while the clock ran ahead is the last only where there is no other: nobody
    knows how old it is, and until its day comes it would stand before all that is made since.
    """
    query = Query(
        BackupRun.type,
        (Where("kind", Op.EQ, kind), Where("result", Op.EQ, BackupResult.OK)),
        order=(("finished_at", True),),
    )
    dated = replace(query, where=(*query.where, Where("finished_at", Op.LE, ledger.now())))
    for asked in (dated, query):
        if found := ledger.store.find(BackupRun, asked, limit=1):
            return found[0].record
    return None


# --- which are to end ----------------------------------------------------------------------------


def judged(ledger: "Ledger") -> list[Judged]:
    """Return every backup that stands with what is to become of it, oldest first."""
    runs = standing(ledger)
    good = sound(ledger, runs)
    must = must_end(ledger, runs)
    lasting = [run for run in good if run.id not in must]
    held = _held(ledger, runs, good, lasting)
    leaving = _leaving(ledger)
    rule = keep_rule(ledger)
    kept = kept_by([run for run in lasting if run.medium_id not in leaving], rule)
    spare = f"{rule}のどれにも当たらず、残さなくてよいものです。"
    found = []
    for run in runs:
        if run.id in held:
            found.append(Judged(run, Fate.HELD, held[run.id]))
        elif run.id in must:
            found.append(Judged(run, Fate.MUST, must[run.id]))
        elif run.id in kept:
            words = f"{'・'.join(kept[run.id])}ごとに残すものです。"
            found.append(Judged(run, Fate.KEPT, (words,)))
        elif run.medium_id in leaving:
            found.append(Judged(run, Fate.MAY, (leaving[run.medium_id],)))
        else:
            found.append(Judged(run, Fate.MAY, (spare if run in good else UNSOUND,)))
    return found


def ending(ledger: "Ledger") -> list[Judged]:
    """Return the backups that are to come to an end, oldest first.

    The newest is never among them: while it must go too, a newer one has to be made first.
    """
    return [one for one in judged(ledger) if one.ends]


def proposal(ledger: "Ledger") -> list[Judged]:
    """Return what `judged` says, having looked where each backup lies.

    Raises:
        NotPermitted
    """
    ledger.require("dispose_backup")
    found = judged(ledger)
    runs = [one.run for one in found]
    return [replace(one, presence=find(ledger, one.run, runs).presence) for one in found]


def _held(
    ledger: "Ledger",
    runs: Sequence[BackupRun],
    good: Sequence[BackupRun],
    lasting: Sequence[BackupRun],
) -> Mapping[str, tuple[str, ...]]:
    """Return what is never disposed of: the newest, the last that is whole, what contracts want.

    Args:
        good: those of `runs` that are whole.
        lasting: those of `good` that may be kept.
    """
    held: dict[str, tuple[str, ...]] = {}
    if last := (lasting or good)[-1:]:
        held[last[0].id] = (LAST_SOUND,)
    if runs:
        held[runs[-1].id] = (NEWEST,)
    if parting := ledger.safe.parting():
        for run in runs:
            if (run.to_event_seq or 0) < parting.seq:  # entered before the two parted
                shared = SHARED.format(parting.folder)
                held[run.id] = (*held.get(run.id, ()), shared)
    for stored in ledger.registers.all(Contract, status=ContractStatus.CLOSED):
        until = stored.record.retain_ledger_until
        first = next((x for x in lasting if (x.to_event_seq or 0) >= stored.meta.seq), None)
        if until is not None and until >= ledger.today() and first is not None:
            words = (
                f"契約{stored.record.contract_no}の終結のときのもので、"
                f"保存期限の{format_short(until)}まで残します。"
            )
            held[first.id] = (*held.get(first.id, ()), words)
    return held


def _leaving(ledger: "Ledger") -> Mapping[str, str]:
    """Return the media that are to leave use, with the sentence that says so."""
    media = ledger.registers.all(BackupMedium, state=MediumState.LEAVING)
    return {one.record.id: f"媒体「{one.record.caption()}」の使用を終えます。" for one in media}


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


def is_rekeyed(ledger: "Ledger", backups: Iterable[BackupRun]) -> bool:
    """Tell whether the data key was renewed after the last of these backups.

    What is entered from then on is in the journal under the new key, which no older backup has.
    """
    return _renewed(ledger) > max((one.to_event_seq or 0 for one in backups), default=0)


def is_parted(ledger: "Ledger", backups: Iterable[BackupRun]) -> bool:
    """Tell whether the journal went on with a copy under a later key since the last of these backups.

    It leads from them to what was entered in the copy, and not to what this ledger has.
    """
    found = ledger.registers.all(SystemEvent, kind=SystemEventKind.ROLLED_BACK)
    told = [one.meta.created_seq for one in found if one.record.value.startswith(UNDER_LATER_KEY)]
    return max(told, default=0) > max((one.to_event_seq or 0 for one in backups), default=0)


def _renewed(ledger: "Ledger") -> int:
    """Return the entry that tells of the last new data key, 0 for none."""
    found = ledger.registers.all(SystemEvent, kind=SystemEventKind.KEY_RENEWED)
    return found[-1].meta.created_seq if found else 0


def _causes(ledger: "Ledger") -> list[tuple[int, int, str]]:
    registers = ledger.registers
    causes = [
        (read_numbers(one.record.numbers)[0][0], one.meta.created_seq,
         f"消去した契約{one.record.contract_no}の内容が残っています。")
        for one in registers.all(ContentErasure)
    ]  # fmt: skip
    if renewed := _renewed(ledger):
        causes.append((0, renewed, "更新する前の暗号鍵によるものです。"))
    for account in registers.all(UserAccount, app_role=Role.SUPERVISOR):
        if account.record.status is AccountStatus.DISABLED:  # only these could open backups
            person = ledger.store.get(Person, account.record.person_id)
            name = person.record.name if person else account.record.login_name
            causes.append((0, account.meta.seq, f"利用を停止した{name}さんが開けます。"))
    return causes


# --- their end (models/backup_disposal.py) -------------------------------------------------------


def disposable(ledger: "Ledger", run_ids: Sequence[str]) -> list[BackupRun]:
    """Return backups by the ids of their records, if they may be disposed of.

    Raises:
        Refused
    """
    known = {one.run.id: one for one in judged(ledger)}
    if not run_ids or not known.keys() >= set(run_ids):
        raise Refused(reason="廃棄済みのものは、廃棄できません。")
    for one in map(known.__getitem__, run_ids):
        if one.fate is Fate.HELD:
            raise Refused(reason=f"「{one.run.file_name}」は廃棄できません。{''.join(one.reasons)}")
    return [known[run_id].run for run_id in run_ids]


def disposal(
    ledger: "Ledger", run: BackupRun, detail: str, started: datetime | None = None
) -> BackupRun:
    """Return the record that a backup came to an end."""
    head = Head(run.to_event_seq or 0, bytes.fromhex(run.head))
    file = PurePath(run.folder) / run.file_name
    return run_of(
        ledger, BackupKind.DISPOSED, file, started or ledger.now(), head, detail,
        backup_id=run.backup_id, sha256=run.sha256, size=run.size, medium_id=run.medium_id,
    )  # fmt: skip

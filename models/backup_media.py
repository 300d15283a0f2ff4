"""Backup media: registered, in use, and brought to their end (A-22, A-26).

A medium is known by a small file on it with a random id, not by its drive letter: another stick in
the same slot is noticed, and so is a folder of the PC's own disk. Its use ends in two steps: first
no backup is written to it any more, then, when nothing is left on it or it was destroyed, it ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING

from models.backup_care import disposable, disposal, last_good, standing
from models.backup_strays import lying, named
from models.codes import MediumState, SanitizationMethod, Timing, VerificationResult
from models.commands import Change, creating, revising
from models.errors import Refused
from models.records import BackupMedium, BackupRun, HandlingEvent
from models.records.handling import SANITIZATION_KINDS
from models.store import Op, Query, Where

if TYPE_CHECKING:
    from models.ledger import Ledger

WITHOUT_PLACE = (
    "ネットワーク上の保存先は、その装置を置いている作業場所を選んで登録してください。"
    "作業場所の外にある保存先（クラウドなど）は登録できません。"
)

OTHER_PERSON = (
    "この終了を記帳する人が、処分を確かめた人になります。「処分した人」には別の人を選んでください。"
    "自分で処分したときは、ほかの責任者かシステム管理者がサインインして記帳してください。"
)


@dataclass(frozen=True, slots=True)
class Destruction:
    """How a medium was destroyed or erased, by whom, and who made sure of it."""

    method: SanitizationMethod
    performed_by: str
    verified_by: str
    detail: str = ""


def register_medium(
    ledger: "Ledger",
    folder: PurePath,
    *,
    medium_no: str,
    name: str,
    place_id: str = "",
    item_id: str = "",
) -> Change:
    """Mark the folder of a medium and register it.

    A medium that bears a mark already keeps it: two ledgers may use one.

    A network folder is registered as well when somebody answers for it, with the place of the work
    where its machine stands (models/outside.py).

    Args:
        item_id: the medium as it is registered among 媒体・資料, so that its end is entered there.

    Raises:
        NotPermitted, MediumMissing, NotWritable, DiskFull
        Refused: it is registered already, or number or name are missing, or the place of a
            network folder.
    """
    ledger.require("backup_media")
    if not place_id and is_on_network(ledger, folder):
        raise Refused(reason=WITHOUT_PLACE)
    mark = ledger.safe.medium_mark(folder)
    known = ledger.registers.one(BackupMedium, mark=mark) if mark else None
    if known is not None:
        raise Refused(reason=f"この媒体は「{known.record.caption()}」として登録されています。")
    if ledger.registers.one(BackupMedium, medium_no=medium_no.strip()) is not None:
        raise Refused(reason="同じ媒体番号が、すでに登録されています。別の番号にしてください。")
    medium = BackupMedium(
        id=ledger.new_id(),
        medium_no=medium_no.strip(),
        name=name.strip(),
        mark=mark or ledger.random(16).hex(),
        place_id=place_id,
        registered_on=ledger.today(),
        state=MediumState.IN_USE,
        item_id=item_id,
    )
    ledger.registers.validate(medium)
    if not mark:
        ledger.safe.mark_medium(folder, medium.mark)
    same = ledger.safe.on_ledgers_disk(folder)
    notices = (ONE_DISK.format(folder) + ANOTHER_DISK,) if same else ()
    return ledger.commit([creating(medium)], notices=notices)


ONE_DISK = (
    "「{0}」は台帳と同じディスクにあります。ディスクが壊れると台帳とバックアップの両方を失います。"
)
ANOTHER_DISK = "USBメモリーや外付けディスクなど、別の媒体を登録し、そこにも作ってください。"


def beside(ledger: "Ledger") -> PurePath | None:
    """Return where the newest good backup lies, if that is the disk of the ledger; None else (A-22)."""
    run = last_good(ledger)
    folder = PurePath(run.folder) if run is not None else None
    return folder if folder is not None and ledger.safe.on_ledgers_disk(folder) else None


def is_on_network(ledger: "Ledger", folder: PurePath) -> bool:
    """Tell whether a folder lies on another machine."""
    place = ledger.safe.outside_place(folder)
    return place is not None and place.network


FIRST = (
    "バックアップの媒体が、まだ登録されていません。「バックアップ」の F2「今すぐバックアップ」で、"
    "責任者かシステム管理者が「{0}」を登録してください。"
)
NO_MEDIUM_OF_OURS = (
    "「{0}」は、登録したバックアップの媒体ではありません。登録した媒体を接続するか、"
    "「バックアップ」の画面の「バックアップの媒体」で登録してください。"
)
LOOSE = "いちばん新しいバックアップの保存先「{0}」は、登録した媒体ではありません。"
REGISTER_IT = "「バックアップ」の「バックアップの媒体」で、そのフォルダーを登録してください。"


def has_media(ledger: "Ledger") -> bool:
    """Tell whether a medium was ever registered; from the first one on, no other folder serves."""
    return ledger.store.count(Query(BackupMedium.type)) > 0


class Fitness(Enum):
    """What a folder is for a backup."""

    MEDIUM = "medium"  # registered
    FIRST = "first"  # no medium is registered yet
    OTHER = "other"  # media are registered, and this is none of them or is not there


def fitness(ledger: "Ledger", folder: PurePath) -> Fitness:
    """Tell what a folder is for a backup; one whose use ends is still a medium, and refused."""
    if not has_media(ledger):
        return Fitness.FIRST
    mark = ledger.safe.medium_mark(folder)
    known = bool(mark) and ledger.registers.one(BackupMedium, mark=mark) is not None
    return Fitness.MEDIUM if known else Fitness.OTHER


def medium_of(ledger: "Ledger", folder: PurePath) -> BackupMedium:
    """Return the registered medium of a folder (A-26).

    Raises:
        Refused: it is none, or one that leaves use.
    """
    medium = medium_for(ledger, folder)
    if medium is None:
        raise Refused(reason=FIRST.format(folder))
    return medium


def loose(ledger: "Ledger") -> PurePath | None:
    """Return where the newest good backup lies, if that is no registered medium; None else.

    The console goes on without a medium, because a schedule that stopped would leave no backup at
    all; so this stays open until the folder is registered, or a later backup lies on a medium.
    """
    run = last_good(ledger)
    if run is None or run.medium_id:
        return None
    folder = PurePath(run.folder)
    return None if ledger.outside.is_registered_at(folder) else folder


def medium_for(ledger: "Ledger", folder: PurePath) -> BackupMedium | None:
    """Return the registered medium of a folder; None while no medium is registered at all.

    Raises:
        Refused: media are registered, and this is none of them, or one that leaves use.
    """
    if not has_media(ledger):
        return None
    mark = ledger.safe.medium_mark(folder)
    stored = ledger.registers.one(BackupMedium, mark=mark) if mark else None
    if stored is None:
        raise Refused(reason=NO_MEDIUM_OF_OURS.format(folder))
    if not stored.record.in_use:
        raise Refused(
            reason=f"媒体「{stored.record.caption()}」は使用を終えるため、バックアップを書けません。"
            "ほかの登録した媒体を接続してください。"
        )
    return stored.record


# --- their end -----------------------------------------------------------------------------------


def left_on(ledger: "Ledger", medium_id: str) -> list[BackupRun]:
    """Return the backups on a medium that did not come to an end yet, oldest first."""
    return [run for run in standing(ledger) if run.medium_id == medium_id]


def leave_use(ledger: "Ledger", medium_id: str, reason: str) -> Change:
    """Write no more backups to a medium; those on it are to be disposed of from now on.

    Raises:
        NotPermitted, NotFound, InvalidField
        Refused: it is not in use.
    """
    ledger.require("backup_media")
    medium = ledger.registers.need(BackupMedium, medium_id).record
    text = ledger.registers.reason(reason)
    if not medium.in_use:
        raise Refused(reason=f"媒体「{medium.caption()}」は、{medium.state_word}です。")
    return ledger.commit([revising(replace(medium, state=MediumState.LEAVING), text)])


def end_medium(
    ledger: "Ledger",
    medium_id: str,
    reason: str,
    destroyed: Destruction | None = None,
    *,
    item_id: str = "",
) -> Change:
    """Enter that a medium is no backup medium any more, and with it every backup left on it.

    Args:
        destroyed: how the medium itself came to an end; the signed-in user made sure of it.
        item_id: the medium among 媒体・資料, whose entered erasure or disposal says so instead.

    Raises:
        NotPermitted, NotFound, InvalidField
        Refused: it is in use or ended already, backups are left on a medium that still is, or it
            is connected and files of backups lie on it, whatever the entries say.
    """
    ledger.require("backup_media")
    ledger.require("dispose_backup")
    medium = ledger.registers.need(BackupMedium, medium_id).record
    text = ledger.registers.reason(reason)
    if medium.state is not MediumState.LEAVING:
        raise Refused(
            reason=f"媒体「{medium.caption()}」は、{medium.state_word}です。"
            "「使用を終える」の手続をしてからにしてください。"
        )
    medium = replace(medium, item_id=item_id or medium.item_id)
    if destroyed is not None:
        _require_other_person(ledger, destroyed)
    destroyed = destroyed or ordinary_act(ledger, medium)
    if item_id and destroyed is None:
        raise Refused(reason="この媒体・資料の消去・廃棄が、取扱記録に記帳されていません。")
    left = left_on(ledger, medium_id)
    if left and destroyed is None:
        files = named([run.file_name for run in left])
        raise Refused(
            reason=f"この媒体には、バックアップ{len(left)}件（{files}）が残っています。"
            "「古いバックアップの廃棄」で廃棄するか、媒体の処分の方法を記入してください。"
        )
    ended = replace(medium, state=MediumState.ENDED, ended_on=ledger.today())
    if destroyed is not None:
        ended = _destroyed(ended, destroyed)
    ledger.registers.validate(ended)
    gone = _gone_with(ledger, ended, left, text) if left else []
    _require_nothing_there(ledger, medium)
    return ledger.commit([*map(creating, gone), revising(ended, text)])


def _require_nothing_there(ledger: "Ledger", medium: BackupMedium) -> None:
    """Refuse the end of a medium on which backups can be seen, entered or not.

    Raises:
        Refused
    """
    there = [one.file for one in lying(ledger) if one.medium.id == medium.id]
    if there:
        files = named([file.name for file in there])
        raise Refused(
            reason=f"媒体「{medium.caption()}」が「{there[0].parent}」に接続されていて、"
            f"バックアップのファイル{len(there)}件（{files}）が残っています。"
            "ファイルを消去するか、媒体を処分した後で、記帳してください。"
        )


def ordinary_act(ledger: "Ledger", medium: BackupMedium) -> Destruction | None:
    """Return how a medium was erased or destroyed as an item; None while nobody entered it."""
    if not medium.item_id:
        return None
    mine = Where("lines", Op.HAS, ("item_id", medium.item_id))
    done = Where("timing", Op.EQ, Timing.ACTUAL)
    acts = Query(HandlingEvent.type, (mine, done, Where("kind", Op.IN, tuple(SANITIZATION_KINDS))))
    for stored in ledger.store.find(HandlingEvent, acts):
        for row in stored.record.sanitization:
            failed = row.verification_result is VerificationResult.FAIL
            if row.item_id == medium.item_id and row.method is not None and not failed:
                return Destruction(
                    row.method, row.performed_by, row.verified_by, stored.record.caption()
                )
    return None


def _require_other_person(ledger: "Ledger", how: Destruction) -> None:
    """Refuse an end that nobody else vouches for: who made sure of it signs the entry.

    Raises:
        Refused
    """
    if how.verified_by != ledger.user.person_id or how.performed_by == how.verified_by:
        raise Refused(reason=OTHER_PERSON)


def _destroyed(medium: BackupMedium, how: Destruction) -> BackupMedium:
    if not how.performed_by or not how.verified_by or how.performed_by == how.verified_by:
        raise Refused(reason=OTHER_PERSON)
    return replace(
        medium,
        end_method=how.method,
        end_detail=how.detail,
        end_performed_by=how.performed_by,
        end_verified_by=how.verified_by,
    )


def _gone_with(
    ledger: "Ledger", medium: BackupMedium, left: Sequence[BackupRun], reason: str
) -> list[BackupRun]:
    """Return the records of the backups that a destroyed medium took with it."""
    assert medium.end_method is not None
    words = f"媒体「{medium.caption()}」の処分（{medium.end_method.label}）による。理由：{reason}"
    runs = disposable(ledger, [run.id for run in left])
    return [disposal(ledger, run, words) for run in runs]

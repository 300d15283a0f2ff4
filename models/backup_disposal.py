"""The end of backup files: what stays is read first, then a note, then the files, then the entry.

Data can be lost here, so the order is fixed:

- the journal is there: a removal that cannot be entered does not begin;
- a newer backup that stays is found now and read to its last byte; where none is, nothing is removed;
- a note in the ledger's settings names the files. Whatever dies between a file and its entry leaves
  the note behind, and the next sign-in or disposal enters what this ledger itself removed.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING

from models.backup_care import Found, disposable, disposal, find, sound, standing
from models.backup_runs import run_of
from models.codes import BackupKind
from models.commands import Change, creating
from models.errors import (
    AzukariError,
    Damaged,
    DisposalNotEntered,
    Foreign,
    JournalFailed,
    MediumMissing,
    Refused,
)
from models.notes import DISPOSAL
from models.records import BackupMedium, BackupRun
from models.safe import Presence
from models.store import Progress, quiet

if TYPE_CHECKING:
    from models.ledger import Ledger

IN_PLACE = (Presence.THERE, Presence.OTHER)
REMOVED = "ファイルを消去し、なくなったことを確かめました。"
GONE = "登録した媒体に、ファイルがないことを確かめました。"
MISSING = "ファイルは見つからず、消去していません。媒体の廃棄を確かめてください。"
INTERRUPTED = "消去の途中で止まったため、ファイルがないことを、後で確かめました。"
UNSEEN = "消去の途中で止まりました。媒体がなく、消去できたかを確かめていません。"
FINISHED = "前回途中で止まったバックアップの廃棄{0}件を記帳しました。"


def dispose(
    ledger: "Ledger", run_ids: Sequence[str], reason: str, progress: Progress = quiet
) -> Change:
    """Remove backup files and enter that they came to an end.

    A file whose medium is away is entered as not found: its medium is disposed of by people. That
    of a registered medium must be there, or the medium is brought to its end (backup_media).

    Args:
        progress: of reading the backup that stays; `Cancelled` inside it leaves everything.

    Raises:
        NotPermitted, InvalidField, JournalMissing
        Refused: one of them is held, was disposed of already, or its registered medium is away; or
            no newer backup can be found.
        Damaged: a newer one is not what it was; nothing was removed, and it is entered.
        DisposalNotEntered: files are gone; they are entered at the next sign-in or disposal.
        Foreign, NotWritable, InputOutput: nothing more is removed; what was removed is entered.
    """
    ledger.require("dispose_backup")
    text = ledger.registers.reason(reason)
    ledger.safe.journal.require()
    finish_disposals(ledger)
    runs = disposable(ledger, run_ids)
    places = {run.id: find(ledger, run) for run in runs}
    _require_media(runs, places)
    there = [run for run in runs if places[run.id].presence in IN_PLACE]
    beside = _look_at_what_stays(ledger, there, progress) if there else ""
    _note(ledger, {**_noted(ledger), **{run.id: text for run in there}})
    done: list[BackupRun] = []
    try:
        for run in runs:
            done.append(_disposed(ledger, run, places[run.id], f"{beside}理由：{text}"))
    finally:
        change = _enter(ledger, done) if done else None
        with suppress(AzukariError):  # what is left of the note is seen to the next time
            finish_disposals(ledger)
    assert change is not None
    return change


def finish_disposals(ledger: "Ledger") -> int:
    """Enter what this ledger removed before it could enter it; return how many files that were.

    A file that is still there was not removed; one whose medium is away is looked for again later.
    """
    noted = _noted(ledger)
    if not noted:
        return 0
    done, waiting = [], {}
    for run in [one for one in standing(ledger) if one.id in noted]:
        presence = find(ledger, run).presence
        if presence is Presence.GONE:
            done.append(disposal(ledger, run, f"{INTERRUPTED}理由：{noted[run.id]}"))
        elif presence is Presence.AWAY:
            waiting[run.id] = noted[run.id]
    if done:
        ledger.commit([creating(one) for one in done])
    _note(ledger, waiting)
    return len(done)


# --- before a file is touched --------------------------------------------------------------------


def _require_media(runs: Sequence[BackupRun], places: Mapping[str, Found]) -> None:
    for run in runs:
        if places[run.id].presence is Presence.AWAY and run.medium_id:
            raise Refused(
                reason=f"「{run.file_name}」の媒体が接続されていません。接続してからやり直すか、"
                "媒体を処分したときは「バックアップの媒体」で使用を終えてください。"
            )


def _look_at_what_stays(ledger: "Ledger", going: Sequence[BackupRun], progress: Progress) -> str:
    """Read the newest backup that stays and can be found; return the sentence that says so.

    Only what is newer than all that go covers them.
    """
    runs = standing(ledger)
    last = max(map(runs.index, going))
    stay = sound(ledger, runs[last + 1 :])
    for run in reversed(stay):
        found = find(ledger, run, runs)
        if found.presence in IN_PLACE:
            _require_unchanged(ledger, run, found.file, progress)
            return (
                f"後に残る「{run.file_name}」を読み、検証したときと同じであることを確かめました。"
            )
    raise Refused(reason=_nothing_stays(ledger, stay))


def _nothing_stays(ledger: "Ledger", stay: Sequence[BackupRun]) -> str:
    if not stay:
        return "後に残るバックアップがありません。先に、新しいバックアップを作成してください。"
    newest = stay[-1]
    medium = ledger.store.get(BackupMedium, newest.medium_id) if newest.medium_id else None
    place = f"媒体「{medium.record.caption()}」" if medium else f"「{newest.folder}」"
    return (
        f"後に残るバックアップ「{newest.file_name}」が見つからないため、何も消していません。"
        f"{place}を接続するか、新しいバックアップを作成してから、もう一度行ってください。"
    )


def _require_unchanged(
    ledger: "Ledger", run: BackupRun, file: PurePath, progress: Progress
) -> None:
    """Read a backup to its last byte; what is wrong with it is entered, so that nobody relies on it."""
    started = ledger.now()
    try:
        ledger.safe.require_unchanged(file, run.backup_id, run.size or 0, run.sha256, progress)
    except (Damaged, Foreign) as error:
        check = run_of(ledger, BackupKind.VERIFY, file, started, None, str(error))
        ledger.commit([creating(check)])
        raise


# --- the files and their entry -------------------------------------------------------------------


def _disposed(ledger: "Ledger", run: BackupRun, found: Found, words: str) -> BackupRun:
    started = ledger.now()
    told = REMOVED
    try:
        ledger.safe.remove_backup(found.file, run.backup_id)
    except MediumMissing:
        if run.id in _noted(ledger):
            told = UNSEEN
        else:
            told = GONE if found.presence is Presence.GONE and run.medium_id else MISSING
    return disposal(ledger, run, f"{told}{words}", started)


def _enter(ledger: "Ledger", done: Sequence[BackupRun]) -> Change:
    try:
        return ledger.commit([creating(one) for one in done])
    except JournalFailed:
        raise  # it is entered
    except AzukariError as error:
        raise DisposalNotEntered(count=len(done), reason=str(error)) from error


def _noted(ledger: "Ledger") -> Mapping[str, str]:
    note = ledger.safe.note(DISPOSAL)
    return {} if note is None else note.body


def _note(ledger: "Ledger", noted: Mapping[str, str]) -> None:
    """Keep which files are being removed, durably, before the first of them is."""
    if noted == _noted(ledger):
        return
    if noted:
        ledger.safe.keep_note(DISPOSAL, noted)
    else:
        ledger.store.set_setting(DISPOSAL, "")

"""Backups as acts of the office: made by the safe, noted in the ledger (L-22, CM-5.7.6)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from models import permissions
from models.access import Act
from models.backup_media import medium_for, medium_of
from models.backup_runs import run_of
from models.backup_strays import named
from models.chain import Head
from models.codes import BackupKind, BackupResult
from models.commands import creating
from models.errors import (
    AzukariError,
    BackupIncomplete,
    BackupNotEntered,
    Cancelled,
    Refused,
    VerificationFailed,
    WrongPassword,
)
from models.gate import Restored
from models.notes import RESTORED, restore_in
from models.records import BackupMedium, BackupRun
from models.safe import BackupFile
from models.store import Progress
from models.verification import Verification

if TYPE_CHECKING:
    from models.ledger import Ledger

WHOLE_LEDGER = "（台帳の全体）"
NO_MEDIUM = "保存先は、登録した媒体ではありません。"
ASIDE = (
    "更新ジャーナルには、記帳番号{0}までの別の続きが前の暗号鍵で書かれていますが、それには進んでいません。"
    "その続きの台帳を使っていたときは、その後に作成したバックアップから復元してください。"
)
NOT_MADE = "（作成できませんでした）"


def record_backup(
    ledger: "Ledger", folder: PurePath, progress: Progress, *, registered: bool = False
) -> BackupFile:
    """Write a backup into a folder, verify it by reading it again, and enter it.

    A failure is entered as well, because a missed backup is something an officer asks about.

    Args:
        registered: the folder must be a registered medium, also before any is registered (A-26);
            else the entry says that it is none.

    Raises:
        BackupIncomplete: it is kept, but files of the ledger had been lost before.
        BackupNotEntered: it is kept, but the ledger could not take the note.
        AzukariError: what prevented the backup.
    """
    ledger.require("backup")
    ledger.safe.journal.require()  # a backup that cannot be entered would be forgotten
    ledger.access.handed_out(Act.BACKUP, BackupRun.type)  # so that it is in the backup itself
    started = ledger.now()
    try:
        ledger.outside.require(folder)
        medium = (medium_of if registered else medium_for)(ledger, folder)
        made = ledger.safe.backup(folder, progress)
    except AzukariError as error:
        try:
            _note_failure(ledger, folder, started, error)
        except AzukariError:
            pass  # the disk that refused the backup may refuse the note too; the first error counts
        raise
    run = _made(ledger, made, medium, started)
    try:
        ledger.commit([creating(run)])
    except AzukariError as error:
        raise BackupNotEntered(file=made.file.name, reason=str(error)) from error
    if made.missing:
        raise BackupIncomplete(file=made.file.name, count=made.missing)
    return made


def _made(
    ledger: "Ledger", made: BackupFile, medium: BackupMedium | None, started: datetime
) -> BackupRun:
    detail = "" if medium else NO_MEDIUM
    detail += f"台帳から失われた添付資料が{made.missing}件あります。" if made.missing else ""
    return run_of(
        ledger, BackupKind.FULL, made.file, started, made.head, detail,
        backup_id=made.backup_id,
        sha256=made.sha256,
        size=made.size,
        medium_id=medium.id if medium else "",
        result=BackupResult.FAILED if made.missing else BackupResult.OK,
    )  # fmt: skip


def restored_words(restored: Restored) -> str:
    """Say where a restored ledger comes from, and what was left out."""
    base, head = restored.base.seq, restored.head.seq
    if restored.journal is None:
        words = f"記帳番号{base:,}までのバックアップから復元しました。"
    else:
        words = (
            f"記帳番号{base:,}までのバックアップと更新ジャーナルから、{head:,}まで復元しました。"
        )
    return words + left_out(restored)


def left_out(restored: Restored) -> str:
    """Say what of a backup and its journal could not be read, "" when all of it could."""
    words = ""
    if restored.missing:
        words += f"添付資料のファイル{restored.missing}件は入っていなかったため、戻せませんでした。"
    if restored.log_behind:
        words += "利用の記録は、更新ジャーナルの終わりまでは戻せませんでした。"
    if restored.gap is not None:
        words += (
            f"更新ジャーナルの「{restored.gap.where}」が{restored.gap.why}ため、"
            f"{restored.gap.words}は戻していません。"
        )
    if restored.passed:
        words += _passed_words(restored.passed, "も" if restored.gap else "は")
    if restored.torn:
        words += "更新ジャーナルの終わりに、途中で切れた記録が1件あり、戻せませんでした。"
    if restored.aside:
        words += ASIDE.format(f"{restored.aside:,}")
    return words + restored.keys


def keys_words(restored: Restored) -> str:
    """Say whose time the passwords and the sheet of a restored ledger are of."""
    if restored.later:
        return "パスワードと回復シートは、更新ジャーナルに書いた最後の時点のもの（今のもの）です。"
    return "パスワードと回復シートは、バックアップを作った時のものです。"


def _passed_words(places: Sequence[str], particle: str) -> str:
    """Name damaged places of a journal that cost no entry."""
    return (
        f"更新ジャーナルの{named(places, 'か所')}{particle}壊れていますが、"
        "戻すのに要る記帳はそこにはありませんでした。"
    )


def record_restore(ledger: "Ledger", restored: Restored, started: datetime) -> None:
    """Enter in a restored ledger where it comes from: whoever reads it must know (security 3.7)."""
    ledger.commit([creating(_restore_run(ledger, restored, started))])


def keep_restore(ledger: "Ledger", restored: Restored, started: datetime) -> None:
    """Note in a restored ledger what is to be entered before anything else.

    Until then it is, entry for entry, what the backup and the journal said.
    """
    run = _restore_run(ledger, restored, started)
    kept = {"command": ledger.new_command_id(), "id": run.id, "run": run.to_json()}
    ledger.safe.keep_note(RESTORED, kept)


def kept_restore(ledger: "Ledger") -> tuple[BackupRun, str] | None:
    """Return the restore that is still to be entered, as the signed-in user enters it, and its command."""
    note = ledger.safe.note(RESTORED)
    if note is None:
        return None
    run, command_id = restore_in(note.body)
    if run.checked_by not in ("", ledger.user.person_id):
        # Only an entry of his own may name somebody as who checked (`storage/own_names.py`).
        name = ledger.registers.caption("person", run.checked_by)
        words = f"{run.detail}（復元した人：{name}）"
        run = replace(run, checked_by="", detail=words[:1000])
    return run, command_id


def _restore_run(ledger: "Ledger", restored: Restored, started: datetime) -> BackupRun:
    return run_of(
        ledger, BackupKind.RESTORE, restored.file, started, restored.head,
        restored_words(restored), backup_id=restored.backup_id,
    )  # fmt: skip


def record_restore_test(
    ledger: "Ledger", backup: PurePath, restore: Callable[[], Restored], *, with_journal: bool
) -> Restored:
    """Try a restore and enter how it went (CM-5.7.6: a backup that was never tried is none).

    Args:
        restore: restores, verifies, clears away, and returns what was reached.
        with_journal: the last entry must come back then.

    Raises:
        Refused: it is the backup of another ledger; nothing is entered.
        VerificationFailed: the journal did not lead to the last entry.
        AzukariError: what failed; it is entered as well.
    """
    ledger.require("restore")
    ledger.access.handed_out(Act.RESTORE, BackupRun.type, detail="trial")
    started, expected = ledger.now(), ledger.store.head()
    try:
        tried = restore()
        head = tried.head
        if with_journal and head != expected:
            raise VerificationFailed(
                reason=f"記帳番号{head.seq:,}までしか戻らず、{expected.seq:,}に届きません。"
            )
    except (Cancelled, Refused, WrongPassword):
        raise  # nothing of this ledger was tried
    except AzukariError as error:
        _note_trial(ledger, backup, started, None, str(error))
        raise
    words = "バックアップと更新ジャーナル" if with_journal else "バックアップ"
    reached = f"{words}から記帳番号{head.seq:,}まで戻りました。"
    _note_trial(ledger, backup, started, head, reached + left_out(tried))
    return tried


def _note_trial(
    ledger: "Ledger", backup: PurePath, started: datetime, head: Head | None, detail: str
) -> None:
    run = run_of(ledger, BackupKind.RESTORE_TEST, backup, started, head, detail)
    ledger.commit([creating(run)])


def record_check(ledger: "Ledger", file: PurePath, progress: Progress) -> BackupFile:
    """Read a backup file completely and enter whether it is whole.

    Raises:
        AzukariError: what is wrong with it; it is entered as well, except when the user stopped.
    """
    started = ledger.now()
    try:
        found = ledger.safe.check_backup(file, progress)
    except Cancelled:
        raise
    except AzukariError as error:
        _enter_check(ledger, run_of(ledger, BackupKind.VERIFY, file, started, None, str(error)))
        raise
    detail = f"記帳番号{found.head.seq:,}までのバックアップを、全部読んで確かめました。"
    run = run_of(
        ledger, BackupKind.VERIFY, file, started, found.head, detail,
        backup_id=found.backup_id, sha256=found.sha256, size=found.size,
    )  # fmt: skip
    _enter_check(ledger, run)
    return found


def record_verification(ledger: "Ledger", progress: Progress) -> Verification:
    """Verify the whole ledger and enter that it was found whole.

    Nothing is written into a ledger in which something does not agree: first it has to be saved.

    Raises:
        NotPermitted
        Cancelled
    """
    ledger.require("verify")
    ledger.access.note(Act.VERIFY)
    started = ledger.now()
    found = ledger.verified = ledger.safe.verify(full=True, progress=progress)
    if found.ok:
        detail = f"記帳番号{found.head.seq:,}まで、台帳の全体を検証しました。"
        whole = PurePath(WHOLE_LEDGER)
        run = run_of(ledger, BackupKind.VERIFY, whole, started, found.head, detail)
        _enter_check(ledger, run)
    return found


def _enter_check(ledger: "Ledger", run: BackupRun) -> None:
    """Enter a check, where the one who made it may enter anything: an inspector only looks."""
    if enters_checks(ledger):
        ledger.commit([creating(run)])


def enters_checks(ledger: "Ledger") -> bool:
    """Tell whether checks that the signed-in user makes are entered."""
    return ledger.role in permissions.WRITE[BackupRun.type]


def _note_failure(
    ledger: "Ledger", folder: PurePath, started: datetime, error: AzukariError
) -> None:
    run = run_of(ledger, BackupKind.FULL, folder / NOT_MADE, started, None, str(error))
    ledger.commit([creating(run)])

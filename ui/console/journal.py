"""`journal` and `restore-test`: the second disk, and the proof that a backup brings the work back."""

import sys
from argparse import Namespace
from pathlib import Path, PurePath
from typing import Any

from models.backup_care import reliable
from models.backups import left_out
from models.journal import UNKNOWN, JournalStatus
from models.journal_care import NOTHING, end_journal_files, journal_proposal
from models.ledger import Ledger
from models.office import Office
from models.registers import Registers
from models.wareki import JAPAN
from ui.console.output import Speaker
from ui.console.passwords import login_and_password

PRUNED = "二つのバックアップが引き継ぐため"


def journal(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Tell how the journal stands; begin, suspend or end it; answer for a ledger set back."""
    if arguments.accept_rollback is not None:
        Registers.reason(arguments.accept_rollback)
    login, password = login_and_password(arguments)
    ledger = office.unlock(
        Path(arguments.ledger), login, password, rolled_back=arguments.accept_rollback or ""
    )
    try:
        ledger.require_seeing()
        for notice in ledger.notices:
            print(notice, file=sys.stderr)
        pruned = _act(ledger, arguments, speaker)
        status = ledger.journal.tend()
        head = ledger.store.head()
    finally:
        ledger.close()
    result = {**described(status), **pruned, "ledger_seq": head.seq, "head": head.hex}
    lines = [status.words]
    if status.folder:
        lines.append(f"フォルダー　　　{status.folder}")
        lines.append(f"記帳番号　　　　{UNKNOWN if status.seq is None else f'{status.seq:,}'}")
    if status.problem:
        lines.append(status.problem)
    lines += _prune_lines(pruned) if pruned else []
    speaker.result(result, lines)
    return 5 if status.care else 0


def _act(ledger: Ledger, arguments: Namespace, speaker: Speaker) -> dict[str, Any]:
    """Carry out what was asked for and return what only this act has to tell."""
    if arguments.start:
        ledger.journal.start(Path(arguments.start))
    if arguments.without is not None:
        ledger.journal.suspend(arguments.without)
    if arguments.stop is not None:
        ledger.journal.stop(arguments.stop)
    if not arguments.prune:
        return {}
    proposed = journal_proposal(ledger)
    if proposed.obstacle == NOTHING:
        return {"ended": [], "backups": []}
    end_journal_files(ledger, Path(arguments.prune), PRUNED, speaker.progress)
    kept = [str(PurePath(run.folder) / run.file_name) for run in reliable(ledger)[-2:]]
    return {"ended": [str(path) for path in proposed.spent.files], "backups": kept}


def _prune_lines(pruned: dict[str, Any]) -> list[str]:
    """Say what was done about files that no restore needs, or that nothing was."""
    if not pruned["ended"]:
        return [f"{NOTHING}バックアップの作成も、前のバックアップの読直しもしていません。"]
    older, newer = pruned["backups"]
    return [
        f"作成して検証　　{newer}",
        f"読み直して検証　{older}",
        *(f"消去しました　　{name}" for name in pruned["ended"]),
    ]


def described(status: JournalStatus) -> dict[str, Any]:
    """Return the journal as the console and the driver tell it."""
    at = status.written_at
    return {
        "state": status.state.value,
        "seq": status.seq,
        "folder": str(status.folder) if status.folder else None,
        "written_at": at.astimezone(JAPAN).isoformat() if at else None,
        "same_disk": status.same_disk,
        "problem": status.problem,
    }


def restore_test(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    """Restore a backup for trial, verify it, remove it again, and enter the result."""
    login, password = login_and_password(arguments)
    ledger = office.unlock(Path(arguments.ledger), login, password)
    try:
        tried = office.restore_test(
            ledger,
            Path(arguments.backup),
            Path(arguments.scratch),
            password,
            speaker.progress,
            Path(arguments.journal) if arguments.journal else None,
        )
        head = ledger.store.head()
    finally:
        ledger.close()
    result = {
        "restored_seq": tried.head.seq,
        "restored_head": tried.head.hex,
        "torn": tried.torn,
        "passed": list(tried.passed),
        "seq": head.seq,
        "head": head.hex,
    }
    reached = f"記帳番号{tried.head.seq:,}まで戻ることを確かめて"
    lines = [f"復旧試験を行い、{reached}、台帳に記帳しました。{left_out(tried)}"]
    speaker.result(result, lines)
    return 0

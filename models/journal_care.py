"""The end of journal files: when two verified backups hold what they say (A-23, A-39).

Secure order: a new verified backup, the one before it read again, the entry, and only then the
files, the oldest first. A restore from either backup reaches the last entry at any moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from models.backup_care import find, reliable
from models.backups import record_backup, record_check
from models.codes import EventLevel, SystemEventKind
from models.commands import Change, creating
from models.errors import Refused
from models.journal import News, SpentFiles
from models.records import BackupRun, ContentErasure
from models.safe import Presence
from models.store import Progress

if TYPE_CHECKING:
    from models.ledger import Ledger

NO_BACKUP = (
    "先に、検証に合格したバックアップを一つ作成してください。"
    "消去するときに作るものと合わせて、二つのバックアップが引き継ぎます。"
)
NOTHING = "消去する更新ジャーナルのファイルはありません。"
NOT_YET = (
    "消去した内容を含む更新ジャーナルのファイルが{0}件ありますが、まだ消去できません。"
    "新しいバックアップを作成してから、もう一度行ってください。"
)


@dataclass(frozen=True, slots=True)
class JournalProposal:
    """What could end once a new backup is made, and the older backup that takes it over.

    `obstacle` is a whole sentence; nothing can end while there is one.
    """

    spent: SpentFiles
    older: BackupRun | None
    obstacle: str = ""


def journal_proposal(ledger: "Ledger") -> JournalProposal:
    """Return which journal files no restore would need after one more backup.

    Raises:
        NotPermitted, MediumMissing, Foreign
    """
    ledger.require("dispose_backup")
    ledger.safe.journal.leave_erased()
    older = next(iter(reliable(ledger)[-1:]), None)
    if older is None:
        return JournalProposal(SpentFiles(), None, NO_BACKUP)
    if find(ledger, older).presence is not Presence.THERE:
        words = f"バックアップ「{older.file_name}」の媒体を接続してください。"
        return JournalProposal(SpentFiles(), older, words)
    spent = ledger.safe.journal.upkeep.spent(older)
    return JournalProposal(spent, older, "" if spent.files else _none_spent(ledger))


def files_of_erased(ledger: "Ledger", contract_id: str = "") -> Sequence[PurePath]:
    """Return the journal files that may hold erased content, and copies of erased files.

    Args:
        contract_id: of one contract; "" for whatever was erased.
    """
    of_one = {"contract_id": contract_id} if contract_id else {}
    acts = ledger.registers.all(ContentErasure, **of_one)
    if not acts:
        return ()
    upkeep = ledger.safe.journal.upkeep
    last = max(act.meta.created_seq for act in acts)
    return (*upkeep.files_before(last), *upkeep.copies_of_erased())


def _none_spent(ledger: "Ledger") -> str:
    folder = ledger.safe.journal.status().folder
    left = [path for path in files_of_erased(ledger) if path.parent == folder]
    return NOT_YET.format(len(left)) if left else NOTHING


def end_journal_files(
    ledger: "Ledger", folder: PurePath, reason: str, progress: Progress
) -> Change:
    """Make a new backup, read the one before again, enter the end of the files, remove them.

    Args:
        folder: where the new backup goes.

    Raises:
        NotPermitted, InvalidField
        Refused: nothing can end.
        AzukariError: of the backups; nothing was removed then.
        NotWritable, InputOutput: the entry stands, and what is left is proposed again.
    """
    text = ledger.registers.reason(reason)
    proposed = journal_proposal(ledger)
    if proposed.obstacle or proposed.older is None:
        raise Refused(reason=proposed.obstacle)
    older = proposed.older
    record_backup(ledger, folder, progress)
    record_check(ledger, find(ledger, older).file, progress)
    last_two = reliable(ledger)[-2:]
    if [run.id for run in last_two[:1]] != [older.id]:
        raise Refused(reason=NO_BACKUP)
    spent = ledger.safe.journal.upkeep.spent(older)
    event = ledger.journal.event(_news(spent, last_two), text)
    change = ledger.commit([creating(event)])
    ledger.safe.journal.upkeep.end_files(spent)
    return change


def _news(spent: SpentFiles, backups: Sequence[BackupRun]) -> News:
    names = "と".join(f"「{run.file_name}」" for run in backups)
    detail = (
        f"更新ジャーナルの古いファイル{len(spent.files)}件（記帳番号{spent.last:,}まで）を消去します。"
        f"バックアップ{names}が引き継ぎます。"
    )
    files = f"{spent.files[0].name}～{spent.files[-1].name}"
    return News(SystemEventKind.JOURNAL_ENDED, EventLevel.INFO, detail, files)

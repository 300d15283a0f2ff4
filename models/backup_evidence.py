"""What evidence and calendar of a contract say of the copies that hold its data (A-26, EQ-END).

Copies are the backups and, once the content was erased, the files of the update journal.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath

from models.after_erasure import erasures_of
from models.at_closing import at_closing
from models.backup_care import standing_of
from models.evidence_rows import Row, row
from models.inquiry import THE_TIME, Inquiry
from models.journal import JournalState
from models.journal_care import files_of_erased
from models.records import BackupRun, ContentErasure
from models.wareki import format_short

ERASED = (
    "消去した内容を含むバックアップが{0}件残っています。消去した日（{1}）のうちに廃棄してください。"
)
NO_BASIS = (
    "この契約の内容を含むバックアップが{0}件あります。"
    "契約に「台帳の保存期限」を入力するか、廃棄してください。"
)
OVER = "台帳の保存期限（{0}）を過ぎています。契約の内容を消去{1}してください。"
AND_BACKUPS = "し、それを含むバックアップ{0}件を廃棄"
JOURNAL = (
    "消去した内容を含む更新ジャーナルのファイルが{0}件残っています。"
    "消去した日（{2}）のうちに、「バックアップ」の画面の「古い更新ジャーナルの消去…」で消去してください。"
)
FORMER = (
    "消去した内容を含む更新ジャーナルのファイルが、以前の保存先「{1}」に{0}件残っています。"
    "消去した日（{2}）のうちに、媒体ごと廃棄するか、ファイルを消去してください。"
)
UNSEEN = (
    "消去した内容を含む更新ジャーナルのファイルが残っていないか、確かめられません。"
    "更新ジャーナルの媒体をつないでください。"
)
LEAD = timedelta(days=30)
"""How long before the end of a contract what belongs to it becomes due (K-23)."""
READ = (JournalState.OK, JournalState.NONE)
AWAY = "更新ジャーナル（媒体をつないで確かめる）"


@dataclass(frozen=True, slots=True)
class Left:
    """What still holds the erased content of a contract.

    `until` is the day of the erasure, on which all of it goes. `journal` counts files by folder;
    `present` is the folder that is in use, `unseen` tells that it cannot be looked at.
    """

    until: date
    backups: int
    journal: Counter[PurePath]
    present: PurePath | None
    unseen: bool

    def __str__(self) -> str:
        files = self.journal.total()
        kinds = [f"バックアップ{self.backups}件"] if self.backups else []
        kinds += [f"更新ジャーナルのファイル{files}件"] if files else []
        return "、".join([*kinds, *([AWAY] if self.unseen else [])])


def left_after_erasure(asked: Inquiry) -> Left | None:
    """Return what still holds the erased content of a contract; None when nothing was erased."""
    if not asked.all(ContentErasure):
        return None
    asked.note(THE_TIME)  # what lies on a medium changes without an entry
    ledger = asked.ledger
    last = erasures_of(ledger.registers, asked.contract.id)[-1]
    before, at = last.meta.created_seq, last.record.erased_at
    assert at is not None
    runs = [run for run in _holding(asked) if (run.to_event_seq or 0) < before]
    files = files_of_erased(ledger, asked.contract.id)
    status = ledger.safe.journal.status()
    return Left(
        at.date(), len(runs), Counter(map(_journal_of, files)), status.folder,
        status.state not in READ,
    )  # fmt: skip


def _journal_of(file: PurePath) -> PurePath:
    """Return the folder of the journal to which a file or a copy beside it belongs."""
    return file.parent if file.suffix == ".azj" else file.parent.parent


def _holding(asked: Inquiry) -> list[BackupRun]:
    return [
        run
        for run in standing_of(asked.everywhere(BackupRun))
        if (run.to_event_seq or 0) >= asked.begun
    ]


def basis_limit(asked: Inquiry) -> date | None:
    """Return by when somebody says how long copies of a contract are kept, None while nobody has to.

    That is when everything is to be over (K-23), and before the contract is closed. Where no day is
    left after the end, it could be decided only too late if nobody were reminded before it.
    """
    if (
        not (asked.ended or _ends_soon(asked))
        or asked.contract.retain_ledger_until is not None
        or not _holding(asked)
    ):
        return None
    closed, limit = at_closing(asked), asked.end_limit or asked.today
    return limit if closed is None else min(limit, closed.today)


def _ends_soon(asked: Inquiry) -> bool:
    return asked.ends_on is not None and asked.ends_on - asked.today <= LEAD


def copies_left(asked: Inquiry) -> Iterator[Row]:
    """Find what is kept of a contract that is over: its content and copies of that.

    Its retention date says why they stay, and that they stay no longer.
    """
    if not asked.ended:
        return
    until = asked.contract.retain_ledger_until
    if (left := left_after_erasure(asked)) is not None:
        yield from _of_erased(asked, left)
        return
    held = len(_holding(asked))
    if (limit := basis_limit(asked)) is not None:
        severity = "action" if limit < asked.today else "due"
        yield row(asked.contract, NO_BASIS.format(held), severity)
    elif until is not None and until < asked.today:
        copies = AND_BACKUPS.format(held) if held else ""
        yield row(asked.contract, OVER.format(format_short(until), copies))


def _of_erased(asked: Inquiry, left: Left) -> Iterator[Row]:
    severity, day = "broken" if left.until < asked.today else "due", format_short(left.until)
    if left.backups:
        yield row(asked.contract, ERASED.format(left.backups, day), severity)
    for folder, count in left.journal.items():
        words = JOURNAL if folder == left.present else FORMER
        yield row(asked.contract, words.format(count, folder, day), severity)
    if left.unseen:
        yield row(asked.contract, UNSEEN)

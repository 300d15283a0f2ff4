"""What the evidence of a contract says of the backups that hold its data (A-26, EQ-END)."""

from collections.abc import Iterator

from models.after_erasure import erasures_of
from models.backup_care import standing_of
from models.inquiry import Inquiry, Row, row
from models.records import BackupRun, ContentErasure
from models.wareki import format_short

ERASED = "消去した内容を含むバックアップが{0}件残っています。廃棄してください。"
NO_BASIS = (
    "この契約の内容を含むバックアップが{0}件あります。"
    "契約に「台帳の保存期限」を入力するか、廃棄してください。"
)
OVER = (
    "台帳の保存期限（{1}）を過ぎています。"
    "契約の内容を消去し、それを含むバックアップ{0}件を廃棄してください。"
)


def backups_left(asked: Inquiry) -> Iterator[Row]:
    """Find backups of a contract that is over, unless its retention date says why they stay."""
    if not asked.ended:
        return
    held = [
        run
        for run in standing_of(asked.everywhere(BackupRun))
        if (run.to_event_seq or 0) >= asked.begun
    ]
    until = asked.contract.retain_ledger_until
    if asked.all(ContentErasure):
        before = erasures_of(asked.ledger.registers, asked.contract.id)[-1].meta.created_seq
        held = [run for run in held if (run.to_event_seq or 0) < before]
        if held:
            yield row(asked.contract, ERASED.format(len(held)), "broken")
    elif held and until is None:
        yield row(asked.contract, NO_BASIS.format(len(held)))
    elif held and until is not None and until < asked.today:
        yield row(asked.contract, OVER.format(len(held), format_short(until)))

"""The inquiry after 「知られた・紛失」: whether the client is told is not decided in silence (A-06).

Who lost the password may be the one who has it in charge. So it is not voided, it is put off, waived or
made another matter only with a reason that somebody else confirms (R-39), and who calls it done says
what was found and decided.
"""

from typing import TYPE_CHECKING

from models.codes import DueStatus
from models.errors import Refused
from models.records import DueItem, Record
from models.records.governance import REASON_LENGTH
from models.versions import versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

TITLE = "パスワード・カードの漏えい等の調査と、委託者への報告の要否の判断"
PUT_OFF = (
    "「{title}」（{note}）は、知られた・紛失の後に台帳が登録した予定です。期限（{day}）を遅くする、"
    "免除にする、ほかの予定に変えるときは、理由を残してください。別の人が確認するまで残ります。"
)
KEPT = (
    "「{title}」は、取り消せません。調べたことと、委託者への報告の要否をどう判断したかを「備考」に"
    "書き足し、状態を「済」にしてください。"
)
NO_RESULT = (
    "「備考」に、調べた結果と、委託者に報告したか（しないと判断した理由）を{0}文字以上書き足して"
    "ください。書くまで「済」にできません。"
)


def is_inquiry(ledger: "Ledger", record: Record | None) -> bool:
    """Tell whether a date was entered by the shutting of a password, whatever it says now."""
    return isinstance(record, DueItem) and bool(_first_note(ledger, record))


def asked_of(ledger: "Ledger", before: Record | None, after: DueItem) -> str:
    """Return what has to be explained when an inquiry is put off, "" where nothing has."""
    if not isinstance(before, DueItem) or not _first_note(ledger, before):
        return ""
    later = before.due_on is not None and (after.due_on is None or after.due_on > before.due_on)
    put_off = after.status is not DueStatus.SATISFIED and later
    waived = after.status is DueStatus.WAIVED and before.status is not DueStatus.WAIVED
    other = (before.title, before.contract_id) != (after.title, after.contract_id)
    if not (put_off or waived or other) or before.due_on is None:
        return ""
    return PUT_OFF.format(title=before.title, note=before.note, day=format_short(before.due_on))


def lacks_result(ledger: "Ledger", before: Record | None, after: DueItem) -> str:
    """Return what is missing when an inquiry is called done, "" where nothing is."""
    if after.status is not DueStatus.SATISFIED or not isinstance(before, DueItem):
        return ""
    first = _first_note(ledger, before)
    added = after.note.replace(first, "").strip()
    return NO_RESULT.format(REASON_LENGTH) if first and len(added) < REASON_LENGTH else ""


def require_may_go(ledger: "Ledger", record: Record) -> None:
    """Refuse to void an inquiry.

    Raises:
        Refused
    """
    if isinstance(record, DueItem) and is_inquiry(ledger, record):
        raise Refused(reason=KEPT.format(title=TITLE))


def _first_note(ledger: "Ledger", one: DueItem) -> str:
    """Return with which words an inquiry was entered, "" for every other date."""
    first = next(iter(versions(ledger.store, DueItem, one.id)), None)
    return first.record.note if first is not None and first.record.title == TITLE else ""

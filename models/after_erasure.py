"""What is left of a contract whose content was erased: who knows of it, and that nobody rewrites it.

That content was erased is what a `ContentErasure` says, which the second person has signed. The
contract's own field repeats the day for readers; nothing is decided by it.
"""

from typing import TYPE_CHECKING

from models.errors import Refused
from models.records import ContentErasure, Contract, Stored
from models.wareki import format_wareki

if TYPE_CHECKING:
    from models.registers import Registers

Erasures = list[Stored[ContentErasure]]


def erasures_of(registers: "Registers", contract_id: str) -> Erasures:
    """Return the erasures of a contract's content in entry order; what came later may follow it."""
    return registers.all(ContentErasure, contract_id=contract_id)


def erased_words(erasures: Erasures) -> str:
    """Return when the content was erased and by which entry, "" when it was not."""
    said = [
        f"{format_wareki(one.record.erased_at.date())}（記帳番号{one.meta.created_seq:,}）"
        for one in erasures
        if one.record.erased_at is not None
    ]
    return f"この契約の内容は、{'、'.join(said)}に消去されました。" if said else ""


def why_kept(registers: "Registers", contract_id: str) -> str:
    """Return why a contract stays as it is, "" while it may be corrected."""
    words = erased_words(erasures_of(registers, contract_id))
    return words and f"{words}残した番号・期間・当事者は、訂正できません。"


def require_kept(registers: "Registers", contract: Contract, before: Contract | None) -> None:
    """Refuse to rewrite what an erasure left, and an erasure that nobody carried out.

    A day without an erasure may stand in older entries; it can only be taken away.

    Raises:
        Refused
    """
    if words := why_kept(registers, contract.id):
        raise Refused(reason=words)
    was = before.content_erased_on if before is not None else None
    if contract.content_erased_on not in (None, was):
        raise Refused(
            reason="「内容を消去した日」は、入力できません。"
            "「契約・組織」の「内容の消去」で消去すると、記録されます。"
        )

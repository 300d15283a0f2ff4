"""What is said to whoever closes a contract over what is not done: it stays told as left undone (A-39).

The calendar knows what has a day. What only the clauses ask for is looked at as it will be seen once the
contract is closed: most of it can still be done, and nobody can do it afterwards.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.after_closing import OfTheWork
from models.at_closing import AtClosing, Closing
from models.calendar import undone
from models.codes import ContractStatus
from models.evidence_dates import ALL_QUERIES
from models.evidence_rows import ASKING
from models.inquiry import Inquiry
from models.records import Contract, Incident, Record
from models.requests_in_words import without_request

if TYPE_CHECKING:
    from models.ledger import Ledger

SHOWN = 20  # of what is left undone, named one by one: what is not named cannot be done in time
LEFT_BEHIND = (
    "終結すると、済んでいない次のことは予定表から消え、条項には「終結時未了」として残ります：{what}。"
    "済ませられることは、終結の前に済ませてください。"
)
GOING_ON = "終結していない事故・違反があります：{0}。契約を終結しても、報告・調査・再発防止は続き、予定表に残ります。"


def told_at_closing(ledger: "Ledger", before: Record | None, after: Contract) -> str:
    """Return what is said to whoever closes a contract over what is late or was never fixed."""
    closed = ContractStatus.CLOSED
    if not isinstance(before, Contract) or after.status is not closed or before.status is closed:
        return ""
    dated = undone(ledger.inquiries.of(after.id))
    found = list(dict.fromkeys([*dated, *_asked_by_clauses(ledger, before, after)]))
    shown = "、".join(found[:SHOWN])
    more = f"など{len(found)}件" if len(found) > SHOWN else ""
    said = LEFT_BEHIND.format(what=f"{shown}{more}") if found else ""
    return f"{said}{_still_open(ledger, after.id)}"


def _still_open(ledger: "Ledger", contract_id: str) -> str:
    """Name the incidents that go on: what is asked about them survives the contract (R-45)."""
    found = [one.record for one in ledger.registers.all(Incident, contract_id=contract_id)]
    names = [one.caption() for one in found if one.is_open]
    return GOING_ON.format("、".join(names)) if names else ""


def _asked_by_clauses(ledger: "Ledger", before: Contract, after: Contract) -> Iterator[str]:
    """Yield what the clauses will say that was not done when the contract was closed."""
    now = Inquiry(ledger, after)
    view = AtClosing(now, Closing(ledger.store.head().seq, ledger.now(), before))
    for name, query in ALL_QUERIES:
        if isinstance(query, OfTheWork) and now.asks(name):
            for one in query.query(view):
                if one.severity in ASKING:
                    yield without_request(one.sentence).rstrip("。")

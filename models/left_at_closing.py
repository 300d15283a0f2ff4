"""What is said to whoever closes a contract over what is not done: it stays told as left undone (A-39).

What no closing ends, an exception or a finding that waits for somebody, is said as well: who could
do it loses the right to with the contract.

The calendar knows what has a day. What only the clauses ask for is looked at as it will be seen once the
contract is closed: most of it can still be done, and nobody can do it afterwards.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.after_closing import OfTheWork
from models.at_closing import AtClosing, Closing
from models.calendar import undone
from models.codes import ContractStatus, FindingStatus
from models.evidence_dates import ALL_QUERIES
from models.evidence_rows import ASKING
from models.inquiry import Inquiry
from models.records import Contract, Finding, Incident, Record
from models.requests_in_words import without_request

if TYPE_CHECKING:
    from models.ledger import Ledger

SHOWN = 20  # of what is left undone, named one by one: what is not named cannot be done in time
STILL_WAITING = (
    "終結の後も求められ、済むまで内容を消去できないことがあります：{what}。従事者の資格がなくなると、その従事者は"
    "確認も是正の記録もできません。先に済ませてください（できる方がいなくなったときは、責任者の利用者をもう一人"
    "登録し、その方が行います）。"
)
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
    asked = _asked_by_clauses(ledger, before, after)
    beside = (one for one in asked if not one.startswith(tuple(dated)))  # the same in other words
    found = list(dict.fromkeys([*dated, *beside]))
    shown = "、".join(found[:SHOWN])
    more = f"など{len(found)}件" if len(found) > SHOWN else ""
    left = LEFT_BEHIND.format(what=f"{shown}{more}") if found else ""
    return f"{left}{_still_open(ledger, after.id)}{still_waiting(ledger, after.id)}"


def still_waiting(ledger: "Ledger", contract_id: str) -> str:
    """Say that exceptions of a contract wait for somebody, and findings: no closing ends them."""
    waiting = [one for one in ledger.rules.waiting(contract_id) if one.record.contract_id]
    findings = ledger.registers.all(Finding, contract_id=contract_id)
    unseen = [one for one in findings if one.record.status is not FindingStatus.VERIFIED]
    counted = ((waiting, "確認待ちの例外"), (unseen, "終わっていない指摘・是正"))
    said = [f"{what}{len(found)}件" for found, what in counted if found]
    return STILL_WAITING.format(what="、".join(said)) if said else ""


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

"""Who and what is designated under a contract that is closed already (A-39, R-45).

A closed contract takes no new handling, so nobody is needed who handles, nor a place to do it at:
whoever designates one says why. Somebody responsible is needed still, to confirm, to answer and to
put right; that is only told. Days that were over when the contract was closed are entered late, as
always.
"""

from datetime import date
from typing import TYPE_CHECKING

from models.at_closing import closing_of
from models.codes import ContractStatus
from models.records import Assignment, Contract, ContractPlace, Record
from models.rules.books import Books
from models.rules.told_days import OVER, Designation, last_of
from models.supervising import RESPONSIBLE
from models.versions import versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

ASKED = (
    "契約は{day}に終結しています。終結した契約では新しい取扱いはできないので、{what}を指定する理由を残して"
    "ください。終結より前の指定の登録漏れのときは、「{field}」に終わった日を入力してください。"
)
TOLD = (
    "契約は{day}に終結しています。終結の後に残ること（確認、回答、是正、書類の提出）のための指定として登録"
    "します。新しい取扱いはできません。"
)


def asked_of(ledger: "Ledger", before: Record | None, one: Designation, books: Books) -> str:
    """Return what has to be explained when something is designated, "" when nothing has."""
    day = _closed_before(ledger, before, one, books)
    if day is None or _is_responsible(one):
        return ""
    person = isinstance(one, Assignment)
    what, field = ("従事者等", "ends_on") if person else ("場所", "use_to")
    label = type(one).fields()[field].label
    return ASKED.format(day=format_short(day), what=what, field=label)


def told_of(ledger: "Ledger", before: Record | None, one: Designation, books: Books) -> str:
    """Return what is told when somebody responsible is designated, "" for everything else."""
    day = _closed_before(ledger, before, one, books)
    return TOLD.format(day=format_short(day)) if day and _is_responsible(one) else ""


def _is_responsible(one: Designation) -> bool:
    return isinstance(one, Assignment) and one.role in RESPONSIBLE


def _closed_before(
    ledger: "Ledger", before: Record | None, one: Designation, books: Books
) -> date | None:
    """Return the day on which the contract was closed, where a designation newly reaches beyond it."""
    contract = books.find(Contract, one.contract_id)
    if contract is None or contract.status is not ContractStatus.CLOSED:
        return None
    known = versions(ledger.store, Contract, contract.id)
    if not known:
        return None  # it is entered in the same command
    day = closing_of(contract, known).at.date()
    stood = isinstance(before, (Assignment, ContractPlace)) and _reaches(before, day)
    return day if _reaches(one, day) and not stood else None


def _reaches(one: Designation, day: date) -> bool:
    last = last_of(one)
    return one.status not in OVER and (last is None or day < last)

"""Who and what is designated, and what is given out, under a contract that is closed already (A-39, R-45).

A closed contract takes no new handling, so nobody is needed who handles, nor a place to do it at, a card
or a right: whoever designates one, or gives one out, says why. Somebody responsible is needed still, to
confirm, to answer and to put right; that is only told. An inspector looks at closed contracts as at any.
Days that were over when the contract was closed are entered late, as always.
"""

from datetime import date
from typing import TYPE_CHECKING

from models.at_closing import closing_of
from models.codes import ContractStatus, Role
from models.records import (
    AccessRight,
    Assignment,
    Contract,
    ContractPlace,
    Credential,
    Record,
    UserAccount,
)
from models.rules.books import Books
from models.rules.told_days import OVER, Designation, last_of
from models.supervising import RESPONSIBLE
from models.versions import versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

Given = Assignment | ContractPlace | Credential | AccessRight
GIVEN = (Assignment, ContractPlace, Credential, AccessRight)
CLOSED = "契約は{day}に終結しています。終結した契約では新しい取扱いはできないので、{what}理由を残してください。"
ASKED = CLOSED + "終結より前の指定の登録漏れのときは、「{field}」に終わった日を入力してください。"
OF_CARDS = (
    CLOSED
    + "終結より前に返却を受けたものの登録漏れのときは、「{field}」に返却を受けた日を入力してください。"
)
TOLD = (
    "契約は{day}に終結しています。終結の後に残ること（確認、回答、是正、書類の提出）のための{what}として登録"
    "します。新しい取扱いはできません。"
)


def asked_of(ledger: "Ledger", before: Record | None, one: Given, books: Books) -> str:
    """Return what has to be explained when something is designated or given out, "" when nothing has."""
    day = _closed_before(ledger, before, one, books)
    if day is None or _is_responsible(one, books) or _is_for_an_inspector(one, books):
        return ""
    closed = format_short(day)
    if isinstance(one, AccessRight):
        return CLOSED.format(day=closed, what="アクセス資格を付与する")
    if isinstance(one, Credential):
        label, what = one.fields()["returned_on"].label, f"「{one.caption()}」を渡す"
        return OF_CARDS.format(day=closed, what=what, field=label)
    person = isinstance(one, Assignment)
    what, field = ("従事者等", "ends_on") if person else ("場所", "use_to")
    label = type(one).fields()[field].label
    return ASKED.format(day=closed, what=f"{what}を指定する", field=label)


def told_of(ledger: "Ledger", before: Record | None, one: Given, books: Books) -> str:
    """Return what is told when it is for somebody responsible, "" for everything else."""
    day = _closed_before(ledger, before, one, books)
    if day is None or not _is_responsible(one, books):
        return ""
    what = "指定" if isinstance(one, Assignment) else type(one).label
    return TOLD.format(day=format_short(day), what=what)


def _is_responsible(one: Given, books: Books) -> bool:
    if isinstance(one, Assignment):
        return one.role in RESPONSIBLE
    if isinstance(one, AccessRight):
        basis = books.find(Assignment, one.assignment_id)
        return basis is not None and basis.role in RESPONSIBLE
    if isinstance(one, Credential):
        mine = books.assignments(one.contract_id, one.holder_person_id)
        return any(each.role in RESPONSIBLE and each.status not in OVER for each in mine)
    return False


def _is_for_an_inspector(one: Given, books: Books) -> bool:
    if not isinstance(one, AccessRight):
        return False
    account = books.find(UserAccount, one.user_id)
    return account is not None and account.app_role is Role.INSPECTOR


def _closed_before(
    ledger: "Ledger", before: Record | None, one: Given, books: Books
) -> date | None:
    """Return the day on which the contract was closed, where something newly reaches beyond it."""
    contract = books.find(Contract, one.contract_id)
    if contract is None or contract.status is not ContractStatus.CLOSED:
        return None
    known = versions(ledger.store, Contract, contract.id)
    if not known:
        return None  # it is entered in the same command
    day = closing_of(contract, known).at.date()
    if isinstance(one, Credential):
        given = _is_given_after(one, before, day)
    elif isinstance(one, AccessRight):
        given = _is_granted_anew(one, before)
    else:
        stood = isinstance(before, (Assignment, ContractPlace)) and _reaches(before, day)
        given = _reaches(one, day) and not stood
    return day if given else None


def _reaches(one: Designation, day: date) -> bool:
    last = last_of(one)
    return one.status not in OVER and (last is None or day < last)


def _is_given_after(one: Credential, before: Record | None, day: date) -> bool:
    """Tell whether a card is given out after a day, or to somebody else, or once more."""
    if not _is_in_hand(one):
        return False
    if isinstance(before, Credential):
        same = before.holder_person_id == one.holder_person_id
        return not (same and _is_in_hand(before) and before.contract_id == one.contract_id)
    return one.issued_on is not None and day < one.issued_on


def _is_in_hand(one: Credential) -> bool:
    return one.returned_on is None and one.invalidated_at is None


def _is_granted_anew(one: AccessRight, before: Record | None) -> bool:
    """Tell whether a right, or a proposal of one, opens more than stood before."""
    if one.revoked_at is not None:
        return False
    if not isinstance(before, AccessRight) or before.revoked_at is not None:
        return True
    return (one.user_id, one.level) != (before.user_id, before.level)

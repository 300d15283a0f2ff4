"""A last day (退職日) is taken back: what fell with it does not come back by itself (R-35).

Rights and cards fall at once with the day, which may have been mistyped. Whoever corrects it is told
what is to be granted and issued anew; the calendar says so until it is, or is no longer needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from models.calendar_frame import Due, due
from models.codes import AccountStatus, ContractStatus, Role
from models.inquiry import Inquiry
from models.last_days import REASON
from models.records import (
    AccessRight,
    Assignment,
    Contract,
    Credential,
    Person,
    Record,
    UserAccount,
)
from models.rules.books import Books
from models.rules.told_days import OVER
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

TOLD = (
    "退職日によって抹消したものは、退職日を訂正しても元に戻りません。{things}を付け直してください。"
    "済むまで「予定表」に出ます。要らないときは、指定を「終了」にするか、カード等の返却日を入れてください。"
)


@dataclass(frozen=True)
class Fallen:
    """What fell with a last day that is none any more, and does not stand again."""

    person: Person
    since: date
    rights: tuple[tuple[AccessRight, UserAccount], ...]
    cards: tuple[Credential, ...]


# --- at the counter -------------------------------------------------------------------------------


def told_of_staying(ledger: "Ledger", record: Record, before: Record) -> tuple[str, ...]:
    """Return what is said to whoever takes back the last day of a person, or puts it off."""
    if not isinstance(record, Person) or not isinstance(before, Person):
        return ()
    if record.left_on == before.left_on:
        return ()
    books = ledger.rules.books.beside([record])
    contracts = [c for c in books.contracts() if c.status is not ContractStatus.CLOSED]
    found = [fallen(books, record.id, one, ledger.today()) for one in contracts]
    things = [words for one in found if one for words in _things(ledger, one)]
    return (TOLD.format(things="、".join(dict.fromkeys(things))),) if things else ()


def _things(ledger: "Ledger", one: Fallen) -> Iterator[str]:
    for right, account in one.rights:
        contract = ledger.registers.caption(Contract.type, right.contract_id)
        yield f"アクセス資格「{right.caption()}」（{account.login_name}、{contract}）"
    for card in one.cards:
        yield f"「{card.caption()}」"


# --- in the calendar ------------------------------------------------------------------------------


def k32_stands_again(asked: Inquiry) -> Iterator[Due]:
    """K-32: what fell with a last day that was corrected is granted and issued anew."""
    people = dict.fromkeys(one.person_id for one in asked.all(Assignment) if one.person_id)
    for person_id in people:
        one = fallen(asked.books, person_id, asked.contract, asked.today)
        if one is None:
            continue
        reason = f"退職日の訂正（{format_short(one.since)}）"
        for right, account in one.rights:
            yield due(
                asked, "K-32", f"アクセス資格「{right.caption()}」の付与（{reason}）",
                f"{one.person.name}（{account.login_name}）", one.since, right,
                proof="EQ-ACCESS", person_id=person_id,
            )  # fmt: skip
        for card in one.cards:
            yield due(
                asked, "K-32", f"発行し直し（{reason}）", f"{card.caption()}（{one.person.name}）",
                one.since, card, proof="EQ-ACCESS", person_id=person_id,
            )  # fmt: skip


# --- what it is -----------------------------------------------------------------------------------


def fallen(books: Books, person_id: str, contract: Contract, today: date) -> Fallen | None:
    """Return what fell under a contract with a last day of somebody who stays, None for nothing."""
    person = books.find(Person, person_id)
    if person is None or (person.left_on is not None and person.left_on <= today):
        return None
    rights = tuple(_rights(books, person_id, contract, today))
    cards = tuple(_cards(books, person_id, contract, today))
    if not rights and not cards:
        return None
    return Fallen(person, _corrected_on(books, person) or today, rights, cards)


def _rights(
    books: Books, person_id: str, contract: Contract, today: date
) -> Iterator[tuple[AccessRight, UserAccount]]:
    known = books.rights(contract.id)
    for account in books.accounts():
        if account.person_id != person_id or account.status is not AccountStatus.ACTIVE:
            continue
        mine = [r for r in known if r.user_id == account.id and r.granted_at is not None]
        ended = [(r.revoked_at, r) for r in mine if r.revoked_at is not None]
        if not ended or len(ended) < len(mine):
            continue  # another right stands
        _, last = max(ended, key=lambda one: one[0])
        if last.revoke_reason == REASON and _needed(books, last, account, today):
            yield last, account


def _needed(books: Books, right: AccessRight, account: UserAccount, today: date) -> bool:
    """Tell whether the designation goes on, on which the right stood; an inspector has none."""
    basis = books.find(Assignment, right.assignment_id)
    if basis is None:
        return account.app_role is Role.INSPECTOR or not right.assignment_id
    return _goes_on(basis, today)


def _goes_on(one: Assignment, today: date) -> bool:
    over = one.status in OVER
    return not over and (one.ends_on is None or today <= one.ends_on)


def _works(books: Books, person_id: str, contract_id: str, today: date) -> bool:
    return any(_goes_on(one, today) for one in books.assignments(contract_id, person_id))


def _cards(books: Books, person_id: str, contract: Contract, today: date) -> Iterator[Credential]:
    working = [c.id for c in books.contracts() if _works(books, person_id, c.id, today)]
    if contract.id not in working:
        return
    # What is of no contract is told once.
    theirs = {contract.id, ""} if contract.id == working[0] else {contract.id}
    mine = books.credentials(person_id)
    for card in mine:
        again = any(
            (one.kind, one.contract_id) == (card.kind, card.contract_id) and one.valid_on(today)
            for one in mine
            if one.invalidated_at is None
        )
        if again or card.contract_id not in theirs or card.returned_on is not None:
            continue
        if card.invalidated_at is not None and books.entered(card)[-1].reason == REASON:
            yield card


def _corrected_on(books: Books, person: Person) -> date | None:
    """Return the day on which the last day was taken back."""
    past = books.entered(person)
    changed = [v.day for u, v in pairwise(past)
               if u.record.left_on != v.record.left_on]  # fmt: skip
    return changed[-1] if changed else None

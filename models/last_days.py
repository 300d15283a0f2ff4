"""Who has left the firm (退職日): the account opens the ledger no more, rights and cards fall (R-35).

The keys stay in the header until the account is disabled, which takes a responsible person and a new
data key; whoever enters the day is told so. The last responsible person is not shut out by a day:
nobody could correct a mistyped one then.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from models.codes import AccountStatus, AssignmentStatus, InvalidReason, Role
from models.commands import revising
from models.records import (
    AccessRight,
    Assignment,
    Contract,
    Credential,
    Person,
    Record,
    UserAccount,
)
from models.store import Query, Store
from models.wareki import format_short

Find = Callable[[str], Person | None]
"""Returns a person in force."""

if TYPE_CHECKING:
    from models.chain import Intent
    from models.ledger import Ledger

REASON = "退職による抹消"
STAYS = (
    "あなたの退職日（{day}）を過ぎています。ほかに台帳を開ける責任者がいないため、開きました。"
    "引き継ぐ責任者を登録するか、退職日が誤りなら「人」を訂正してください。"
)
FALLEN = "{person}さんのアクセス資格{rights}件とカード等{cards}件を抹消しました。"
FORETOLD = (
    "退職日が今日までの日付のため、登録すると{person}さんの{things}がすぐに無効になります。退職日を訂正しても"
    "元に戻らず、付け直すことになります。日付に誤りがないか確かめてください。"
)
FORETOLD_OF_END = "状態を「終了」にするため、登録すると{person}さんの{things}が、従事終了日を待たずにすぐに無効になります。"
FORETOLD_OF_DAY = (
    "{person}さんは、従事終了日（{day}）の翌日からこの契約を開けません。終わったら、この指定の状態を「終了」に"
    "してください（アクセス資格も抹消されます）。"
)
DISABLE = (
    "利用者「{logins}」は、退職日（{day}）の翌日から台帳を開けません。"
    "退職したら「利用者の管理」で利用停止にしてください（暗号鍵も替わります）。"
)


def last_day(find: Find, account: UserAccount, today: date) -> date | None:
    """Return the last day of a user who has left, None for everybody else."""
    person = find(account.person_id)
    day = person.left_on if person else None
    return day if day is not None and day < today else None


def shut_out(
    find: Find, accounts: Callable[[], Iterable[UserAccount]], account: UserAccount, today: date
) -> date | None:
    """Return the last day of a user who may not open the ledger after it, None for others.

    Args:
        accounts: returns all of them.
    """
    day = last_day(find, account, today)
    if day is None or account.app_role is not Role.SUPERVISOR:
        return day
    stay = (
        one.app_role is Role.SUPERVISOR
        and one.usable_on(today)
        and last_day(find, one, today) is None
        for one in accounts()
        if one.id != account.id
    )
    return day if any(stay) else None


def shut_out_of(store: Store, account: UserAccount, today: date) -> date | None:
    """Return what `shut_out` does, for whoever has no more than the store."""

    def find(person_id: str) -> Person | None:
        stored = store.get(Person, person_id)
        return stored.record if stored and not stored.meta.voided else None

    found = store.find(UserAccount, Query(UserAccount.type), limit=1_000_000)
    return shut_out(find, lambda: [one.record for one in found], account, today)


def told_at_sign_in(ledger: "Ledger") -> list[str]:
    """Return what the last responsible person is told whose last day is over."""
    find = partial(ledger.rules.books.find, Person)
    day = last_day(find, ledger.user, ledger.today())
    return [STAYS.format(day=format_short(day))] if day else []


# --- when the day is entered ----------------------------------------------------------------------


def falling(ledger: "Ledger", record: Record, before: Record | None) -> Iterator["Intent"]:
    """Yield what falls with a last day that has come: rights under all contracts, and cards."""
    day = _last_day(record, before)
    if day is None or day > ledger.today():
        return
    now = ledger.now()
    for right in _rights(ledger, record.id):
        yield revising(right.with_changes(revoked_at=now, revoke_reason=REASON), REASON)
    for card in _cards(ledger, record.id):
        yield revising(invalid(card, now), REASON)


def told_of_leaving(ledger: "Ledger", record: Record, before: Record | None) -> tuple[str, ...]:
    """Return what is said to whoever enters the last day of a person."""
    day = _last_day(record, before)
    if day is None:
        return ()
    said = []
    rights, cards = list(_rights(ledger, record.id)), list(_cards(ledger, record.id))
    if day <= ledger.today() and (rights or cards):
        said.append(FALLEN.format(person=record.caption(), rights=len(rights), cards=len(cards)))
    logins = [one.login_name for one in _accounts(ledger, record.id)]
    if logins:
        said.append(DISABLE.format(logins="、".join(logins), day=format_short(day)))
    return tuple(said)


def foretold(ledger: "Ledger", record: Record, before: Record | None) -> str:
    """Return what falls at once when this version is entered, "" for nothing; nothing is written."""
    if not isinstance(record, (Person, Assignment)):
        return ""
    falls = [one.record for one in ledger.rules.consequences(record, before)]
    named = [_called(ledger, one) for one in falls if isinstance(one, (AccessRight, Credential))]
    things = "、".join(named)
    if isinstance(record, Person):
        return FORETOLD.format(person=record.name, things=things) if named else ""
    name = ledger.registers.caption(Person.type, record.person_id)
    if named:
        return FORETOLD_OF_END.format(person=name, things=things)
    day, old = record.ends_on, before.ends_on if isinstance(before, Assignment) else None
    if day is None or day == old or not _rests(ledger, record):
        return ""
    return FORETOLD_OF_DAY.format(person=name, day=format_short(day))


def _rests(ledger: "Ledger", one: Assignment) -> bool:
    """Tell whether a right of somebody who is shut out with it rests on a designation."""
    assert one.ends_on is not None
    after, works = (
        one.ends_on + timedelta(days=1),
        (AssignmentStatus.ACTIVE, AssignmentStatus.NOTIFIED),
    )
    others = ledger.rules.books.assignments(one.contract_id, one.person_id)
    if any(o.id != one.id and o.status in works and o.within(after) for o in others):
        return False  # under another designation the work goes on
    rights = ledger.registers.all(AccessRight, assignment_id=one.id) if one.id else []
    standing = [right.record.user_id for right in rights if right.record.revoked_at is None]
    accounts = {a.id: a.app_role for a in ledger.people.accounts()}
    return any(accounts.get(user_id) is not Role.SUPERVISOR for user_id in standing)


def _called(ledger: "Ledger", one: AccessRight | Credential) -> str:
    if isinstance(one, Credential):
        return f"「{one.caption()}」"
    return f"アクセス資格「{one.caption()}」（{ledger.registers.caption(Contract.type, one.contract_id)}）"


def _last_day(record: Record, before: Record | None) -> date | None:
    """Return the last day of a person that this version brings, None where it brings none."""
    if not isinstance(record, Person):
        return None
    same = isinstance(before, Person) and before.left_on == record.left_on
    return None if same else record.left_on


def invalid(card: Credential, now: datetime) -> Credential:
    """Return a card as it is after its holder lost what it was for."""
    return card.with_changes(invalidated_at=now, invalid_reason=InvalidReason.QUALIFICATION_LOST)


def _accounts(ledger: "Ledger", person_id: str) -> list[UserAccount]:
    return [
        one
        for one in ledger.people.accounts()
        if one.person_id == person_id and one.status is AccountStatus.ACTIVE
    ]


def _rights(ledger: "Ledger", person_id: str) -> Iterator[AccessRight]:
    for account in _accounts(ledger, person_id):
        for stored in ledger.registers.all(AccessRight, user_id=account.id):
            if stored.record.revoked_at is None:
                yield stored.record


def _cards(ledger: "Ledger", person_id: str) -> Iterator[Credential]:
    for stored in ledger.registers.all(Credential, holder_person_id=person_id):
        if stored.record.invalidated_at is None and stored.record.returned_on is None:
            yield stored.record

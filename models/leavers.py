"""Who works on a contract no more and still has things of it in hand.

Whoever ends a designation is told what that person holds; evidence and calendar ask for it until it
is back. That it is brought back is no breach then (`models.rules.giving_back`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from models.codes import (
    TERMINAL_STATES,
    AccountStatus,
    AssignmentStatus,
    FindingStatus,
    ItemState,
    Role,
)
from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.records import Assignment, Finding, Item, Person, Record, UserAccount
from models.rules.standing import counts
from models.store import Op, Query, Store, Where
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

IN_HAND = tuple(state for state in ItemState if state not in TERMINAL_STATES | {ItemState.MISSING})
NAMED = 10  # things that a notice names; more are counted
TOLD = (
    "{person}さんは、{things}を持っています。{when}受け取り、「持帰り」「返還」などを記録して"
    "ください。本人が持ち出したものを本人が戻す記録は、終了の後でも逸脱になりません。"
)
WAITS = (
    "{person}さんのこの契約での従事が終わると、{what}は、その方にはできなくなります。{when}済ませて"
    "もらうか、指摘・是正は、ほかの従事者を担当にしてください。"
)


@dataclass(frozen=True)
class Held:
    """A thing in the hands of somebody who works on the contract no more, with the last day."""

    item: Item
    since: date


# --- at the counter -------------------------------------------------------------------------------


def told_of_end(ledger: "Ledger", record: Record, before: Record | None) -> tuple[str, ...]:
    """Return what is said to whoever ends the work of somebody: what that person still holds.

    Args:
        before: the version in force; None when the record is taken back.
    """
    if isinstance(record, Assignment) and (before is None or _ends(record, before)):
        if _goes_on(ledger, record):
            return ()
        person_id, day = record.person_id, record.ends_on
        where = [Where("contract_id", Op.EQ, record.contract_id)]
    elif isinstance(record, Person) and isinstance(before, Person) and record.left_on:
        if record.left_on == before.left_on:
            return ()
        person_id, day, where = record.id, record.left_on, []
    else:
        return ()
    held = _held_by(ledger.store, person_id, where)
    name = ledger.registers.caption(Person.type, person_id)
    until = f"{format_short(day)}までに" if day and day >= ledger.today() else ""
    told = [TOLD.format(person=name, things=_listed(held), when=until)] if held else []
    if isinstance(record, Assignment) and (waits := _waits_for(ledger, record)):
        told.append(WAITS.format(person=name, what="、".join(waits), when=until))
    return tuple(told)


def _waits_for(ledger: "Ledger", ended: Assignment) -> list[str]:
    """Return what a worker is still to agree to, or to put right: his right ends with the designation."""
    worker = {"app_role": Role.WORKER, "status": AccountStatus.ACTIVE}
    if not ledger.registers.all(UserAccount, person_id=ended.person_id, **worker):
        return []
    waiting = [
        one
        for one in ledger.rules.waiting(ended.contract_id)
        if one.record.contract_id and one.record.requested_by != ended.person_id
    ]
    mine = {"contract_id": ended.contract_id, "owner_person_id": ended.person_id}
    open_ones = [
        one
        for one in ledger.registers.all(Finding, **mine)
        if one.record.status is not FindingStatus.VERIFIED
    ]
    said = [f"確認待ちの例外{len(waiting)}件の確認"] if waiting else []
    return said + ([f"担当の指摘・是正{len(open_ones)}件"] if open_ones else [])


def _ends(one: Assignment, before: Record) -> bool:
    """Tell whether this version is the one that says when the work ends."""
    assert isinstance(before, Assignment)
    ended = AssignmentStatus.ENDED
    newly = one.status is ended and before.status is not ended
    return newly or (one.ends_on is not None and one.ends_on != before.ends_on)


def _goes_on(ledger: "Ledger", ended: Assignment) -> bool:
    """Tell whether the person works on the contract in another role, beyond the end of this one."""
    books, profile = ledger.rules.books, ledger.profile(ended.contract_id)
    return not ended.person_id or any(
        one.id != ended.id
        and counts(one, books, profile)
        and (one.ends_on is None or (ended.ends_on is not None and one.ends_on > ended.ends_on))
        for one in books.assignments(ended.contract_id, ended.person_id)
    )


def _held_by(store: Store, person_id: str, where: Sequence[Where]) -> list[Item]:
    mine = (Where("holder_person_id", Op.EQ, person_id), Where("state", Op.IN, IN_HAND))
    found = store.find(Item, Query(Item.type, (*mine, *where)), limit=1_000_000)
    return [one.record for one in found]


def _listed(held: Sequence[Item]) -> str:
    named = "、".join(_in_hand(one) for one in held[:NAMED])
    return f"{named}など{len(held)}件" if len(held) > NAMED else named


def _in_hand(item: Item) -> str:
    return f"「{item.caption()}」（{item.state.label if item.state else ''}）"


# --- in the evidence and the calendar -------------------------------------------------------------


def held_after_the_end(asked: Inquiry) -> Iterator[Held]:
    """Yield what people hold who are designated no more."""
    for item in asked.items.values():
        if item.holder_person_id and item.state in IN_HAND:
            since = left_on(asked, item.holder_person_id)
            if since is not None:
                yield Held(item, since)


def left_on(asked: Inquiry, person_id: str) -> date | None:
    """Return the last day of somebody who worked on the contract and does no more."""
    mine = [
        one
        for one in asked.books.assignments(asked.contract.id, person_id)
        if one.status is AssignmentStatus.ENDED or counts(one, asked.books, asked.profile)
    ]
    person = asked.books.find(Person, person_id)
    gone = person.left_on if person else None
    if mine and gone is not None and gone < asked.today:
        return gone
    days = [one.ends_on for one in mine if one.ends_on is not None and _is_over(asked, one)]
    return max(days) if days and len(days) == len(mine) else None


def _is_over(asked: Inquiry, one: Assignment) -> bool:
    ended = one.status is AssignmentStatus.ENDED
    return one.ends_on is not None and (ended or one.ends_on < asked.today)


def eq_leavers(asked: Inquiry) -> Iterator[Row]:
    """Find what is in the hands of somebody who works on the contract no more."""
    for one in held_after_the_end(asked):
        name = asked.name(one.item.holder_person_id)
        yield row(
            one.item,
            f"{_in_hand(one.item)}を、{format_short(one.since)}に従事を終えた{name}が持っています。"
            "受け取って記録してください。",
        )

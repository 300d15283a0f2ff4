"""What of a contract has not found its end, as the report about what ended says it (D-17)."""

from decimal import Decimal

from models.codes import (
    PART_STATES,
    TERMINAL_STATES,
    AuthorizationSubject,
    ItemOrigin,
    ItemState,
)
from models.given_up import given_up
from models.records import Item
from models.rules.ending import never_reached_the_client
from models.store import Op, Query, Where
from reports.collecting.case import Case

NAMED = 3  # things whose parts are told one by one


def remaining(case: Case) -> str:
    """Say how many things of the contract have not found their end, by what they are doing.

    A sealed paper that is looked at again keeps what was so on its day.
    """
    if "remaining" in case.wish.options:
        return str(case.wish.options["remaining"])
    mine = Where("contract_id", Op.EQ, case.contract.id)
    tally = case.ledger.store.tally(Query(Item.type, (mine,)), "state")
    left = {s: tally[s] for s in ItemState if s in tally and s not in TERMINAL_STATES}
    if ItemState.REGISTERED in left:  # what never came is not left; the contractor's own is
        own = Where("origin", Op.EQ, ItemOrigin.CONTRACTOR_EQUIPMENT)
        here = Where("state", Op.EQ, ItemState.REGISTERED)
        left[ItemState.REGISTERED] = case.ledger.store.count(Query(Item.type, (mine, own, here)))
    if gone := len(_given_up(case)) if ItemState.MISSING in left else 0:
        left[ItemState.MISSING] -= gone
    left = {state: count for state, count in left.items() if count}
    counted = {state.label: count for state, count in left.items()}
    if astray := _astray(case):
        counted[f"{case.profile.term('client_party')}でない相手に渡したもの"] = astray
    parts = "、".join(f"{words}{count:,}件" for words, count in counted.items())
    if any(state in left for state in PART_STATES):
        parts = f"{parts}。{_apart(case, mine)}"
    return f"{sum(counted.values()):,}件（{parts}）" if counted else ""


def let_go(case: Case) -> str:
    """Say which things that cannot be found the client gave up, by its instruction for the end.

    A sealed paper that is looked at again keeps what was so on its day.
    """
    if "remaining" in case.wish.options:
        return str(case.wish.options.get("given_up", ""))
    found = _given_up(case)
    return f"{len(found):,}件（{'、'.join(found)}）" if found else ""


def _given_up(case: Case) -> list[str]:
    """Return the numbers of the things that are missing and given up."""
    subject, today = AuthorizationSubject.END_EXCEPTION, case.ledger.today()
    ids = given_up(case.ledger.rules.books.authorizations(case.contract.id, subject), today)
    items = case.ledger.store.get_many(Item, sorted(ids)).values()
    lost = (one.record for one in items if one.record.state is ItemState.MISSING)
    return sorted(one.item_no for one in lost)


def _apart(case: Case, mine: Where) -> str:
    """Say of which things how many pieces are missing or outside."""
    query = Query(Item.type, (mine, Where("state", Op.IN, tuple(PART_STATES))))
    found = [one.record for one in case.ledger.store.find(Item, query, NAMED + 1)]
    words = [
        f"{one.item_no}は残り{one.amount(one.quantity_left or Decimal(0))}のうち{one.apart()}"
        for one in found
    ]
    return "、".join(words[:NAMED]) + ("ほか" if len(found) > NAMED else "")


def _astray(case: Case) -> int:
    """Count what is over for the ledger, but never reached the client."""
    events = never_reached_the_client(case.ledger.rules.books, case.contract)
    ids = {line.item_id for event in events for line in event.lines}
    items = case.ledger.store.get_many(Item, sorted(ids))
    return sum(one.record.state in TERMINAL_STATES for one in items.values())

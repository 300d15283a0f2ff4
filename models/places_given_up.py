"""What still lies at a place that the contract uses no more: told until it is moved or ended.

Whoever ends the use of a place is told what lies there; the evidence keeps it.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from models.codes import TERMINAL_STATES, ItemState, PlaceStatus
from models.evidence_rows import Row, row
from models.given_up import has_no_origin
from models.inquiry import Inquiry
from models.records import ContractPlace, Item, Place, Record
from models.store import Op, Query, Where

if TYPE_CHECKING:
    from models.ledger import Ledger

QUERY = "EQ-PLACEUSE"
NAMED = 5  # things that a sentence names; more are counted
TOLD = "「{place}」の使用は終わりますが、{things}がここにあります。ほかの場所へ移して記録してください。"
LEFT = "「{place}」の使用は終わっていますが、{things}がここにあります。ほかの場所へ移して記録してください。"


def told_of_giving_up(ledger: "Ledger", record: Record, before: Record) -> tuple[str, ...]:
    """Return what is said to whoever ends the use of a place where things lie."""
    if not isinstance(record, ContractPlace) or not isinstance(before, ContractPlace):
        return ()
    ended = record.status is PlaceStatus.ENDED and before.status is not PlaceStatus.ENDED
    dated = record.use_to is not None and record.use_to != before.use_to
    if not (ended or dated) or _goes_on(ledger, record):
        return ()
    where = (
        Where("contract_id", Op.EQ, record.contract_id),
        Where("current_place_id", Op.EQ, record.place_id),
    )
    found = ledger.store.find(Item, Query(Item.type, where), limit=1_000_000)
    left = [one.record for one in found if _lies(one.record)]
    place = ledger.registers.caption(Place.type, record.place_id)
    return (TOLD.format(place=place, things=_listed(left)),) if left else ()


def _goes_on(ledger: "Ledger", ended: ContractPlace) -> bool:
    """Tell whether the place is designated beyond the end of this use."""
    return any(
        one.id != ended.id
        and one.status is not PlaceStatus.ENDED
        and (one.use_to is None or (ended.use_to is not None and one.use_to > ended.use_to))
        for one in ledger.rules.books.places(ended.contract_id, ended.place_id)
    )


def eq_left_behind(asked: Inquiry) -> Iterator[Row]:
    """Find the places whose use is over and where things of the contract lie."""
    over = {one.place_id: one for one in asked.all(ContractPlace) if _is_over(asked, one)}
    there: dict[str, list[Item]] = {}
    for item in asked.items.values():
        if item.current_place_id in over and _lies(item):
            there.setdefault(item.current_place_id, []).append(item)
    for place_id, items in there.items():
        mine = asked.books.places(asked.contract.id, place_id)
        if all(_is_over(asked, one) for one in mine):
            name = asked.caption(Place.type, place_id)
            yield row(over[place_id], LEFT.format(place=name, things=_listed(items)))


def _lies(item: Item) -> bool:
    """Tell whether a thing can lie somewhere: it came, has not found its end and is not missing."""
    gone = item.state in TERMINAL_STATES or item.state is ItemState.MISSING
    return not gone and not has_no_origin(item)


def _is_over(asked: Inquiry, one: ContractPlace) -> bool:
    past = one.use_to is not None and one.use_to < asked.today
    return past or one.status is PlaceStatus.ENDED


def _listed(items: Sequence[Item]) -> str:
    named = "、".join(f"「{one.caption()}」" for one in items[:NAMED])
    return f"{named}など{len(items):,}件" if len(items) > NAMED else named

"""By when what is outside comes back: each take-out of a thing has its own pieces and its own day (R-10).

A thing of which some pieces are late is not late as a whole: what others took out since is told with
its own day.
"""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from models.codes import PART_STATES
from models.inquiry import Inquiry
from models.item_status import Status
from models.missing_things import how_much
from models.records import Item


class Outing(NamedTuple):
    """What is to be back at one time.

    Attributes:
        pieces: how many, None for all of the thing.
        among: how many are outside in all, None while all of these are to be back then.
        holder_id: who has them, the first of several.
    """

    due_at: datetime
    pieces: Decimal | None
    among: Decimal | None
    holder_id: str


def outings(asked: Inquiry, item: Item) -> list[Outing]:
    """Return what is outside of a thing by its days, the first first; nothing without a day."""
    if item.due_back_at is None:
        return []
    status = asked.status(item.id)
    trips = status.trips if status is not None else ()
    days = {one.due_back_at for one in trips}
    if len(days) < 2:
        out = item.quantity_out
        part = None if out is None or out == item.quantity_left else out
        return [Outing(item.due_back_at, part, None, item.holder_person_id)]
    found = []
    for day in sorted(day for day in days if day is not None):
        mine = [one for one in trips if one.due_back_at == day]
        pieces = sum((one.pieces for one in mine), Decimal(0))
        found.append(Outing(day, pieces, item.quantity_out, mine[0].holder_id))
    return found


def late_part(item: Item, status: Status | None, now: datetime) -> str:
    """Say how many pieces are late of those that are outside (うち10枚), "" for none or for all."""
    trips = status.trips if status is not None else ()
    late = [one for one in trips if one.due_back_at is not None and one.due_back_at < now]
    if not late or len(late) == len(trips):
        return ""
    return f"うち{item.amount(sum((one.pieces for one in late), Decimal(0)))}"


def how_many(item: Item, one: Outing) -> str:
    """Say how many pieces come back at a time, "" for all of a thing."""
    if one.pieces is not None and one.among is not None:
        return f"（持出中{item.amount(one.among)}のうち{item.amount(one.pieces)}）"
    return f"（{item.apart()}）" if item.state in PART_STATES else how_much(item)

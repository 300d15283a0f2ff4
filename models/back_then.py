"""How a thing stood at an earlier time, by the acts that stand."""

from collections.abc import Iterable
from datetime import datetime

from models import amounts, custody
from models.item_status import Status
from models.records import HandlingEvent, Item


def status_at(
    item: Item, happened: Iterable[HandlingEvent], at: datetime, without: str = ""
) -> Status:
    """Return the status of an item after all that happened until a time.

    Args:
        happened: its acts, in the order in which they happened.
        without: id of an act that is left out.
    """
    status = custody.begin(item)
    for event in happened:
        if custody.when(event) > at:
            break
        if event.id != without:
            status = amounts.after_standing(item, status, event)
    return status

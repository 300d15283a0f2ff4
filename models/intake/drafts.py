"""What a row of a media register is on its way to an item."""

from dataclasses import dataclass
from datetime import date

from models.intake.cells import Cells
from models.records import Item


@dataclass(slots=True)
class Described:
    """What columns mean that say the same in many rows: the item without what is its own.

    Attributes:
        parent_no: number of the original, "" if it is none.
        sound: an item that adds nothing but its number and name has no problem if these are fine.
    """

    item: Item
    parent_no: str
    sound: bool = False


@dataclass
class Draft:
    """A row that became an item, with the days of its beginning and end.

    Attributes:
        looked_at: the item as its fields were looked at; another one than `item` if it changed since.
    """

    cells: Cells
    item: Item
    key: str  # of its number, as searches compare it
    parent_no: str
    received_on: date | None
    ended_on: date | None
    depth: int = 0
    looked_at: Item | None = None

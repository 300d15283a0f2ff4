"""What the register shows of an item: how many pieces are left, where they are, and with whom.

An item is a number of pieces. A part of them may be outside and a part missing while the rest lies
here; the state of the whole follows from these numbers. What happens to them is told in
`models/custody.py`, and this page only keeps the numbers and the state together.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from models.codes import OUT_STATES, ItemState

S = ItemState
AWAY = frozenset({S.TAKEN_OUT, S.IN_TRANSIT})
NONE = Decimal(0)


class Trip(NamedTuple):
    """Pieces that one act took out and that are still outside, or got lost there."""

    event_id: str
    pieces: Decimal
    due_back_at: datetime | None
    holder_id: str


@dataclass(frozen=True)
class Status:
    """What follows from an item's events.

    Attributes:
        left: pieces that are still answered for, wherever they are.
        before: the state but for what is missing; None while nothing is.
        using: id of the open use, take-out or transport event.
        out: how many of `left` are outside; None for none, as in the next three.
        missing: how many of `left` are missing.
        lost_out: how many of the missing ones were outside when they got lost.
        counted: what the last stocktake found, if that was less than there had to be.
        lost_trips: by which acts the `lost_out` ones were outside, with their days and holders; once
            they are found they are there again, whatever came back meanwhile.
        short: how many it did not find and nothing accounted for since; an end does not either.
        short_by: id of that stocktake.
        busy_until: when the use or the transport ends that lasts the longest.
        empty: its data is erased; the carrier is the client's and has to go back.
        loose: a part was found or came back, by the rule of former versions all of it: what they
            entered after that may speak of pieces that are not here.
        trips: what is outside by the acts that took it there, in their order; only while these are
            several. `due_back_at` and `holder_id` are those of the one that is due first.
    """

    state: ItemState
    place_id: str = ""
    holder_id: str = ""
    left: Decimal = NONE
    due_back_at: datetime | None = None
    last_at: datetime | None = None
    before: ItemState | None = None
    using: str = ""
    out: Decimal | None = None
    missing: Decimal | None = None
    lost_out: Decimal | None = None
    counted: Decimal | None = None
    busy_until: datetime | None = None
    empty: bool = False
    loose: bool = False
    trips: tuple[Trip, ...] = ()
    short: Decimal | None = None
    short_by: str = ""
    lost_trips: tuple[Trip, ...] = ()

    @property
    def here(self) -> Decimal:
        """Return how many lie here, neither outside nor missing."""
        if self.out is None and self.missing is None:
            return self.left
        return self.left - (self.out or NONE) - (self.missing or NONE)

    @property
    def found(self) -> ItemState:
        """Return the state of what is not missing."""
        return self.before or self.state

    @property
    def home(self) -> ItemState:
        """Return the state of what lies here and is not in use."""
        return S.EMPTIED if self.empty else S.STORED

    def with_changes(self, **changes: Any) -> "Status":
        """Return `dataclasses.replace(self, **changes)`, faster: every event asks."""
        made = object.__new__(Status)
        held = vars(made)
        held.update(vars(self))
        held.update(changes)
        return made

    def settled(self, found: ItemState, **changes: Any) -> "Status":
        """Return a status whose pieces are in this state, but for those that are missing."""
        changed = self.with_changes(**changes)
        held, missing = vars(changed), changed.missing
        if missing is None:
            held["state"], held["before"] = found, None
            held["loose"] = changed.loose and changed.out is not None
        else:
            held["state"] = S.MISSING if missing == changed.left else S.PART_MISSING
            held["before"] = found
        return changed

    def parted(self, **changes: Any) -> "Status":
        """Return a status after pieces changed their part: its state follows from the numbers."""
        changed = self.with_changes(**changes)
        found = self.found
        if changed.out is not None:
            if changed.here:
                found = S.PART_OUT
            else:
                found = found if found in AWAY else S.TAKEN_OUT
                vars(changed)["place_id"] = ""
        elif changed.here and found in OUT_STATES:
            found = changed.home
        if changed.out is None and found not in OUT_STATES:
            in_hand = {} if found is S.IN_USE else {"holder_id": ""}
            vars(changed).update(due_back_at=None, **in_hand)
        return changed.settled(found)

"""What commands write again of a saved act: it is confirmed, a plan is carried out, nothing else (R-33)."""

from itertools import pairwise

from models.codes import HandlingStatus, Timing
from models.records import HandlingEvent
from models.versions import Version

CONFIRMED = frozenset({"status", "confirmed_by", "confirmed_at"})
CARRIED_OUT = frozenset({"status", "related_event_id", "lines", "sanitization"})
"""What confirming changes in an act, and carrying out in a plan."""


def written_again(past: list[Version[HandlingEvent]]) -> Version[HandlingEvent] | None:
    """Return the first version that says something else than a command wrote, None for none."""
    kept = [one for one in past if not one.voided]
    for before, after in pairwise(kept):
        free = CARRIED_OUT if before.record.timing is Timing.PLANNED else CONFIRMED
        names = HandlingEvent.fields().keys() - free
        if any(getattr(before.record, n) != getattr(after.record, n) for n in names):
            return after
        confirmed = after.record.status is HandlingStatus.CONFIRMED
        if before.record.timing is not Timing.PLANNED and not confirmed:
            return after
    return None

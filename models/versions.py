"""What the ledger said at an earlier entry: the versions of a record, read from the log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, TypeVar

from models.chain import Action, local_time, read_content
from models.lifts import lift
from models.records import Record
from models.store import Store

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Version(Generic[R]):
    """One version of a record, with the entry that made it: when, by which account, and why."""

    seq: int
    record: R
    at: datetime
    author: str
    reason: str
    voided: bool = False

    @property
    def day(self) -> date:
        return self.at.date()


def versions(store: Store, cls: type[R], record_id: str) -> list[Version[R]]:
    """Return all readable versions, oldest first; a void repeats the last content.

    A version whose content was erased is left out.
    """
    found: list[Version[R]] = []
    for command, entry in store.history(cls.type, record_id):
        at = local_time(command.recorded_at, command.offset)
        if entry.content is None:
            continue
        fields, reason = read_content(entry.content)
        if entry.action is Action.VOID:
            if found:
                last = found[-1].record
                found.append(Version(entry.seq, last, at, command.author, reason, voided=True))
            continue
        record = cls.from_json(lift(cls.type, fields, entry.payload, cls.payload))
        made = replace(record, id=record_id)
        found.append(Version(entry.seq, made, at, command.author, reason))
    return found


def unbroken_since(found: Sequence[Version[R]], says: Callable[[R], bool]) -> date | None:
    """Return since which day a record says something without a break; None if it does not now.

    Args:
        found: what it said, oldest first.
    """
    since = None
    for version in reversed(found):
        if not says(version.record):
            break
        since = version.day
    return since


def version_at(found: Sequence[Version[R]], seq: int) -> Version[R] | None:
    """Return the version that stood after an entry, or None when there was none yet."""
    earlier = [one for one in found if one.seq <= seq]
    return earlier[-1] if earlier else None

"""What the ledger said at an earlier entry: the versions of a record, read from the log."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from models.chain import Action, local_time, read_content
from models.ledger import Ledger
from models.records import Record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Version(Generic[R]):
    """One version of a record, with the entry that made it."""

    seq: int
    record: R
    day: date
    reason: str
    voided: bool = False


def versions(ledger: Ledger, cls: type[R], record_id: str) -> list[Version[R]]:
    """Return all readable versions, oldest first; a void repeats the last content.

    A version whose content was erased is left out.
    """
    found: list[Version[R]] = []
    for command, entry in ledger.registers.history(cls.type, record_id):
        day = local_time(command.recorded_at, command.offset).date()
        if entry.content is None:
            continue
        fields, reason = read_content(entry.content)
        if entry.action is Action.VOID:
            if found:
                found.append(Version(entry.seq, found[-1].record, day, reason, voided=True))
            continue
        record = replace(cls.from_json(fields), id=record_id)
        found.append(Version(entry.seq, record, day, reason))
    return found


def version_at(found: list[Version[R]], seq: int) -> Version[R] | None:
    """Return the version that stood after an entry, or None when there was none yet."""
    earlier = [one for one in found if one.seq <= seq]
    return earlier[-1] if earlier else None

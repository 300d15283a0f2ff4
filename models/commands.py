"""What goes into a command and what comes out of it."""

from dataclasses import dataclass, field

from models.chain import Action, Head, Intent
from models.records.base import Record


@dataclass(frozen=True, slots=True)
class Change:
    """What a command did: screens that show one of `types` refresh themselves.

    `ids` are the ids of the records written, in order; `notices` are sentences for the user;
    `repeated` tells that the same command was already durable and is answered, not repeated.
    """

    command_id: str
    head: Head
    types: frozenset[str]
    ids: tuple[str, ...]
    notices: tuple[str, ...] = field(default=())
    repeated: bool = False


def creating(record: Record, reason: str = "") -> Intent:
    """Write a new record."""
    return Intent(Action.CREATE, record, reason)


def revising(record: Record, reason: str) -> Intent:
    """Write a new version of a record."""
    return Intent(Action.REVISE, record, reason)


def voiding(record: Record, reason: str) -> Intent:
    """Take a record out of force; what it said stays readable."""
    return Intent(Action.VOID, record, reason)

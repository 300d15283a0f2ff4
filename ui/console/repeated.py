"""A command that was durable is answered again only to the request that it stands for.

No request is kept: what the entries of the command say is compared with what the request would
enter. What the ledger itself fills in or replaces is left out.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.chain import Action, Entry, read_content
from models.codes import AccountStatus, AttachmentKind, SystemEventKind
from models.commands import Change
from models.errors import Refused
from models.kinds import OwnMarks
from models.ledger import Ledger
from models.records import (
    AccessRight,
    Attachment,
    HandlingEvent,
    HandlingLine,
    Item,
    Record,
    Submission,
    SystemEvent,
    UserAccount,
)

USED = "この command は、別の要求に使われています。何も記帳していません。新しい UUID を付けてください。"
OWN: Mapping[type[Record], frozenset[str]] = {
    HandlingEvent: frozenset(
        {"event_no", "status", "deviation", "deviation_reason", "checker_person_id",
         "checker_proof", "checked_at", "checked_facts", "lines"}
    ),
    AccessRight: frozenset(
        {"granted_by", "granted_at", "proposed_by", "proposed_at", "revoked_at",
         "ending_proposed_by", "ending_proposed_at"}
    ),
}  # fmt: skip
"""What the ledger may enter otherwise than a request says; lines are compared one by one."""


@dataclass(frozen=True)
class Wish:
    """What a request would enter.

    Attributes:
        fields: what the new entries say; each is found in one of them.
        only: ids of the records that it speaks of; no other one of the type is entered with it.
        whole: the entries say nothing beside `fields`.
    """

    cls: type[Record]
    fields: tuple[Mapping[str, Any], ...] = ()
    only: frozenset[str] = frozenset()
    lines: tuple[HandlingLine, ...] | None = None
    items: tuple[Item, ...] = ()
    action: Action | None = None
    whole: bool = False


def creating(record: Record) -> Wish:
    return Wish(type(record), (_said(record),), action=Action.CREATE, whole=True)


def revising(record: Record, record_id: str) -> Wish:
    said = (_said(record),)
    return Wish(type(record), said, frozenset({record_id}), action=Action.REVISE, whole=True)


def voiding(cls: type[Record], record_id: str) -> Wish:
    return Wish(cls, (), frozenset({record_id}), action=Action.VOID)


def concerning(cls: type[Record], ids: Iterable[str]) -> Wish:
    return Wish(cls, (), frozenset(ids), action=Action.REVISE)


def entering(cls: type[Record]) -> Wish:
    return Wish(cls)


def handling(given: HandlingEvent, lines: Iterable[HandlingLine], items: Iterable[Item]) -> Wish:
    """Return what an act would enter.

    Args:
        given: what the request says itself; the time of entry is another one each time.
        lines: of things that were there before.
        items: that come into being with it.
    """
    return Wish(
        HandlingEvent, (_said(given),), lines=tuple(lines), items=tuple(items), action=Action.CREATE
    )


def attaching(name: str, kind: AttachmentKind, data: bytes) -> Wish:
    digest = hashlib.sha256(data).hexdigest()
    return Wish(Attachment, ({"name": name, "kind": kind.value, "sha256": digest},))


def sealing(doc_kind: str, contract_id: str) -> Wish:
    return Wish(Submission, ({"doc_kind": doc_kind, "contract_id": contract_id},))


def disabling(account_id: str, reason: str) -> Wish:
    said = {"status": AccountStatus.DISABLED.value, "disabled_reason": reason.strip()}
    return Wish(UserAccount, (said,), frozenset({account_id}), action=Action.REVISE)


def renewing(reason: str) -> Wish:
    said = {"kind": SystemEventKind.KEY_RENEWED.value, "reason": reason.strip()}
    return Wish(SystemEvent, (said,), action=Action.CREATE)


def require_same(ledger: Ledger, change: Change, wish: Wish) -> None:
    """Refuse a command that stands for something else than the request.

    Raises:
        Refused
    """
    if change.repeated and not _stands_for(_entries(ledger, change), wish):
        raise Refused(reason=USED)


def _entries(ledger: Ledger, change: Change) -> list[Entry]:
    command = ledger.store.command(change.command_id)
    return list(ledger.store.entries(command.first_seq, command.last_seq)) if command else []


def _stands_for(entries: Collection[Entry], wish: Wish) -> bool:
    mine = [
        one for one in entries if one.type == wish.cls.type and wish.action in (None, one.action)
    ]
    if not mine or (wish.only and not {one.record_id for one in mine} <= wish.only):
        return False
    if any(one.content is None for one in entries):
        return True  # erased: nobody can tell any more
    contents = [read_content(one.content)[0] for one in mine if one.content is not None]
    own = _own(wish.cls)
    for fields in wish.fields:
        if not any(_holds(one, fields) for one in contents):
            return False
        if wish.whole and not any(fields.keys() >= one.keys() - own for one in contents):
            return False
    if wish.cls is Item:
        return True
    made = [
        read_content(one.content)[0]
        for one in entries
        if one.type == Item.type and one.action is Action.CREATE and one.content is not None
    ]
    return _has_lines(contents, wish, len(made)) and _has_items(made, wish.items)


def _has_lines(contents: Iterable[Mapping[str, Any]], wish: Wish, made: int) -> bool:
    """Tell whether an act speaks of the things that were there, beside those that it made."""
    if wish.lines is None:
        return True
    given = [line.to_json() for line in wish.lines]
    for one in contents:
        lines = one.get("lines", [])
        if len(lines) - made in (len(given), len(given) - 1) and all(
            any(_holds(line, wanted) for line in lines) for wanted in given
        ):
            return True
    return False


def _has_items(made: Collection[Mapping[str, Any]], items: Collection[Item]) -> bool:
    names = ("item_no", "name", "quantity")
    said = [{k: v for k, v in one.to_json().items() if k in names} for one in items]
    return len(made) == len(said) and all(any(_holds(m, one) for m in made) for one in said)


def _said(record: Record) -> dict[str, Any]:
    own = _own(type(record))
    return {name: value for name, value in record.to_json().items() if name not in own}


def _own(cls: type[Record]) -> frozenset[str]:
    kept = (f.name for f in cls.own_fields() if isinstance(f.kind, OwnMarks))
    return OWN.get(cls, frozenset()).union(kept)


def _holds(content: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether a content says all that is wanted; it may say more."""
    return all(_alike(content.get(name), value) for name, value in wanted.items())


def _alike(value: Any, wanted: Any) -> bool:
    if isinstance(value, Mapping) and isinstance(wanted, Mapping):
        return _holds(value, wanted)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(_alike, value, wanted))
    return bool(value == wanted)

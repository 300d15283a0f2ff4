"""Refuses a second number of media and contracts that is one with another (models/same_numbers.py).

A ledger of an older program may hold both: a rebuild and a journal take them as they are, and a
correction that leaves the number alone does.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from models.chain import Action
from models.errors import Refused
from models.records import Contract, Item, Record
from models.same_numbers import NUMBERS, looks, plain
from models.store import Write
from storage.database import Database

MANY = 50  # new media of one command, from which on all numbers that stand are read once


def require_unlike(database: Database, writes: Sequence[Write]) -> None:
    """Refuse a new number that looks like the one of another medium, or contract.

    Raises:
        Refused
    """
    for cls, name in NUMBERS.items():
        mine = [write for write in writes if isinstance(write.record, cls)]
        entering = {
            write.record.id: getattr(write.record, name)
            for write in mine
            if write.entry.action is not Action.VOID
        }
        revised = [w.record.id for w in mine if w.entry.action is Action.REVISE]
        if entering:
            _require_unlike(database, cls, name, entering, revised)


def _require_unlike(
    database: Database,
    cls: type[Record],
    name: str,
    entering: Mapping[str, str],
    revised: Sequence[str],
) -> None:
    table = f"v_{cls.type}"
    among = f"SELECT id, {name} FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
    known: dict[str, str] = dict(database.all(among, (json.dumps(revised),)))
    new = {id_: number for id_, number in entering.items() if known.get(id_) != number}
    if not new:
        return
    standing = f"SELECT {name}, id FROM {table} WHERE voided_at IS NULL"
    if cls is Item and len(new) < MANY:
        spellings = sorted({look for number in new.values() for look in looks(number)})
        standing += f" AND {name} IN (SELECT value FROM json_each(?))"
        stand = database.all(standing, (json.dumps(spellings),))
    else:
        stand = database.all(standing)
    if cls is Contract:
        _require_unused(database, new)
    label = cls.fields()[name].label
    others = ((number, id_) for number, id_ in stand if id_ not in entering)
    _compare(label, new, [*others, *((number, id_) for id_, number in entering.items())])


def _require_unused(database: Database, new: Mapping[str, str]) -> None:
    """Refuse the number that papers of a contract bear whose content was erased."""
    for contract_id, former in database.all(
        "SELECT contract_id, former_numbers FROM v_content_erasure WHERE former_numbers IS NOT NULL"
    ):
        taken = set(map(plain, former.split("\n")))
        for id_, number in new.items():
            if id_ != contract_id and plain(number) in taken:
                raise Refused(
                    reason=f"契約番号「{number}」は、内容を消去した契約の書類に載っています。"
                    "別の番号にしてください。"
                )


def _compare(label: str, new: Mapping[str, str], others: Iterable[tuple[str, str]]) -> None:
    """Refuse a new number that is another one only for a computer.

    Args:
        others: all numbers that may stand after the command, with whose they are.
    """
    alike: dict[str, list[tuple[str, str]]] = {}
    for number, id_ in others:
        alike.setdefault(plain(number), []).append((number, id_))
    for same in alike.values():
        for number, id_ in same if len(same) > 1 else ():
            other = next((one for one, _ in same if one != number), number)
            if id_ in new and other != number:
                raise Refused(
                    reason=f"{label}「{number}」は、「{other}」と、全角・半角、大文字・小文字、"
                    "ハイフンの形や空白が違うだけです。別の番号にしてください。"
                )

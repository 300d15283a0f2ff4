"""The numbers of media: one that another one has in other widths of its characters is the same.

「１２」 beside 「12」 on two labels is one number for everybody who reads them aloud, and search, the
barcode reader and an import find either by either. A ledger of an older program may hold both: a
rebuild and a journal take them as they are.
"""

import json
from collections.abc import Iterator, Sequence

from models.chain import Action
from models.errors import Refused
from models.records import Item
from models.store import Write
from storage.database import Database

_WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}
_NARROW = {wide: narrow for narrow, wide in _WIDE.items()}
_ALIKE = (
    "SELECT item_no, id FROM v_item WHERE voided_at IS NULL"
    " AND item_no IN (SELECT value FROM json_each(?))"
)


def require_unlike(database: Database, writes: Sequence[Write]) -> None:
    """Refuse a new number that another medium has in wide or narrow characters.

    Raises:
        Refused
    """
    entering = {
        write.record.id: write.record.item_no
        for write in writes
        if isinstance(write.record, Item) and write.entry.action is not Action.VOID
    }
    others = {other: number for number in entering.values() for other in _others(number)}
    if not others:
        return
    for stands, item_id in database.all(_ALIKE, (json.dumps(list(others)),)):
        if entering.get(item_id, stands) == stands:  # else it gets another number by this command
            raise Refused(
                reason=f"管理番号「{others[stands]}」は、全角・半角が違うだけの"
                f"「{stands}」が、すでに台帳にあります。別の番号にしてください。"
            )


def _others(number: str) -> Iterator[str]:
    """Yield how a number looks all wide or all narrow, if it looks otherwise."""
    for table in (_WIDE, _NARROW):
        other = number.translate(table)
        if other != number:
            yield other

"""A thing whose register entry is corrected after acts or papers named it.

What was received stays what was received. A correction to fewer pieces would make the missing ones
never to have been there, so it is refused: they are lost or went back, which are acts, or the
receipt was wrong, which is taken back first. Everything else by which a thing is told or ends may
be corrected; the evidence tells from what to what, when and by whom.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from models import contract_changes
from models.amounts import BEGINNING, count
from models.fields import Ref
from models.inquiry import Inquiry, Row
from models.records import HandlingEvent, Item, Record
from models.store import Op, Query, Where
from models.versions import Version

if TYPE_CHECKING:
    from models.ledger import Ledger

TOLD = (
    "item_no", "item_class", "media_type", "quantity", "unit", "origin", "parent_item_id",
    "ownership", "end_rule",
)  # fmt: skip
"""By these a thing is known on papers, and judged."""
DAYS = ("return_due_on", "unneeded_on")
"""Days that may become known, or come sooner, in everyday work; to be later or gone they must not."""
FEWER = (
    "{0}は、{1}で記録されています。それより少ない{2}には訂正できません。実際に足りないときは"
    "「所在不明」を、返したときは「返還」を記録してください。記録の数量が誤っていたときは、"
    "その「{3}」の記録（後の取扱いがあれば、それも）を取り消し、数量を訂正してから、記録し直して"
    "ください。"
)
EMPTY = "なし"


# --- at the counter ------------------------------------------------------------------------------


def why_not(ledger: "Ledger", before: Record | None, after: Item) -> str:
    """Return why a thing cannot be made fewer pieces, "" where it can."""
    if not isinstance(before, Item) or before.quantity is None or after.quantity is None:
        return ""
    if after.quantity >= before.quantity:
        return ""
    for act, came in _came(ledger.store.happened(after.id), before):
        if after.quantity < came:
            assert act.kind is not None
            return FEWER.format(
                f"「{before.caption()}」", f"{count(before, came)}の「{act.kind.label}」",
                count(after, after.quantity), act.kind.label,
            )  # fmt: skip
    return ""


def _came(happened: Iterable[HandlingEvent], item: Item) -> Iterator[tuple[HandlingEvent, Decimal]]:
    """Yield the acts with which a thing began, and as how many pieces."""
    assert item.quantity is not None
    for act in happened:
        for line in act.lines:
            begins = line.item_id == item.id and act.kind in BEGINNING
            if begins or line.resulting_item_id == item.id:
                yield act, item.quantity if line.quantity is None else line.quantity


# --- in the evidence -----------------------------------------------------------------------------


def changed(asked: Inquiry) -> Iterator[Row]:
    """Tell what of a thing was corrected after it was handled."""
    revised = (
        Where("contract_id", Op.EQ, asked.contract.id),
        Where("row_version", Op.GT, 1),
    )
    for rows in asked.listed(Query(Item.type, revised), (), _rows).values():
        yield from rows


def _rows(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    entered = [one for one in asked.versions(Item, id_) if not one.voided]
    first = asked.first_act(id_) if len(entered) > 1 else None
    found = []
    for before, after in pairwise(entered):
        changes = [*_changes(asked, before, after)]
        if changes and first is not None and first < after.seq:
            words = contract_changes.told(asked, after, changes)
            found.append(Row(Item.type, id_, words, "due"))
    return tuple(found) or None


def _changes(asked: Inquiry, before: Version[Item], after: Version[Item]) -> Iterator[str]:
    for name in (*TOLD, *DAYS):
        old, new = (getattr(one.record, name) for one in (before, after))
        if old == new or (name in DAYS and (old is None or (new is not None and new < old))):
            continue
        f = Item.fields()[name]
        said = (
            asked.caption(Item.type, value) if isinstance(f.kind, Ref) else _said(f.kind, value)
            for value in (old, new)
        )
        was, now = (one or EMPTY for one in said)
        yield f"「{before.record.caption()}」の「{f.label}」を「{was}」から「{now}」に"


def _said(kind: Any, value: Any) -> str:
    return "" if value is None else str(kind.format(value))

"""A thing whose register entry is corrected after acts or papers named it.

A correction to fewer pieces than were received makes the others never to have been there. Pieces are
lost or go back, which are acts; but a number may have been mistyped as well. So it takes a reason
and somebody else (R-39), and is refused where later acts moved or ended more; and so does a day by
which a thing was to end, once it is over. Everything else by which a thing is told or ends may be
corrected alone; the evidence tells all from what to what, when and by whom.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from models import amounts, contract_changes, custody
from models.amounts import BEGINNING
from models.codes import CONTENT_GONE_STATES, TERMINAL_STATES
from models.contract_dues import stood_before
from models.errors import Refused
from models.evidence_rows import Row
from models.from_to import EMPTY, field_from_to
from models.inquiry import Inquiry
from models.kinds import Ref
from models.records import HandlingEvent, Item, Record
from models.store import Op, Query, Where
from models.versions import Version, versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

TOLD = (
    "item_no", "item_class", "media_type", "quantity", "unit", "origin", "parent_item_id",
    "ownership", "end_rule",
)  # fmt: skip
"""By these a thing is known on papers, and judged."""
DAYS = ("return_due_on", "unneeded_on")
"""Days that may become known, or come sooner, in everyday work; later or gone they are told."""
FEWER = (
    "{0}は、{1}の「{2}」として記録されています。それより少ない{3}に変えます。実際に足りないときは"
    "「所在不明」を、返したときは「返還」を記録してください。記録の数量が誤っていたときは、"
    "そのことを理由に残してください。"
)
PUT_OFF = (
    "{0}は、「{1}」（{2}）により終わらせる期限を過ぎています。「{1}」を「{3}」に変えます。"
    "変える事情か、誤りの訂正であることを理由に残してください。変える前からの遅れは、"
    "別の人が確認するまで残ります。"
)
GONE = "取扱いのあった「{item}」の登録を、{day}に{who}が取り消しました。理由：{reason}"


# --- at the counter ------------------------------------------------------------------------------


def fewer(ledger: "Ledger", before: Record | None, after: Item) -> str:
    """Return what has to be explained when a thing is made fewer pieces than came, "" where nothing."""
    if not isinstance(before, Item) or not _is_less(before, after):
        return ""
    assert after.quantity is not None
    for act, came in _came(ledger.store.happened(after.id), before):
        if after.quantity < came:
            assert act.kind is not None
            return FEWER.format(
                f"「{before.caption()}」", before.amount(came), act.kind.label,
                after.amount(after.quantity),
            )  # fmt: skip
    return ""


def put_off(ledger: "Ledger", before: Record | None, after: Item) -> str:
    """Return what has to be explained when a day by which a thing was to end is moved after it.

    What was entered wrongly may be put right alone on the day of its entry.
    """
    if not isinstance(before, Item) or not after.contract_id:
        return ""
    moved = [one for one in DAYS if _is_later(getattr(before, one), getattr(after, one))]
    if not moved:
        return ""
    stood = stood_before(versions(ledger.store, Item, after.id), ledger.today())
    for name in moved if stood else ():
        day = getattr(stood[-1], name)
        if _is_later(day, getattr(after, name)) and _is_over(ledger, before, name, day):
            f = Item.fields()[name]
            new = getattr(after, name)
            return PUT_OFF.format(
                f"「{before.caption()}」", f.label, format_short(day),
                format_short(new) if new else EMPTY,
            )  # fmt: skip
    return ""


def _is_later(old: date | None, new: date | None) -> bool:
    return old is not None and (new is None or old < new)


def _is_over(ledger: "Ledger", item: Item, name: str, day: date) -> bool:
    """Tell whether a thing is still there after a day by which it was to end."""
    unneeded = ledger.profile(item.contract_id).params.unneeded
    if name == "return_due_on":
        return item.state not in TERMINAL_STATES and day < ledger.today()
    if unneeded.regime == "none" or item.state in CONTENT_GONE_STATES:
        return False
    return day + timedelta(days=unneeded.limit_days) < ledger.today()


def contradicted(ledger: "Ledger", before: Record | None, after: Item) -> str:
    """Return what act cannot have happened to fewer pieces, "" where all of them can."""
    if not isinstance(before, Item) or not _is_less(before, after):
        return ""
    stood, status = custody.begin(before), custody.begin(after)
    for act in ledger.store.happened(after.id):
        try:
            stood, status = amounts.followed(after, stood, status, act)
        except Refused as error:
            return str(error)
    return ""


def _is_less(before: Item, after: Item) -> bool:
    old, new = before.quantity, after.quantity
    return old is not None and new is not None and new < old


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
    """Tell what of a thing was corrected after it was handled, and which were then never there."""
    mine = Where("contract_id", Op.EQ, asked.contract.id)
    revised = (mine, Where("row_version", Op.GT, 1))
    for rows in asked.listed(Query(Item.type, revised), (), _rows).values():
        yield from rows
    fields = ("caption", "created_at", "voided_at", "voided_by", "void_reason")
    yield from asked.listed(Query(Item.type, (mine,), voided=True), fields, _gone).values()


def _gone(
    asked: Inquiry, id_: str, caption: str, began: datetime, gone: datetime, by: str, reason: str
) -> Row | None:
    """Tell of a registration that was voided after acts; a slip of the same day is none."""
    first, last = (one.astimezone(asked.zone).date() for one in (began, gone))
    if first == last or asked.first_act(id_) is None:
        return None
    who = contract_changes.user(asked, by)
    words = GONE.format(item=caption, day=format_short(last), who=who, reason=reason)
    return Row(Item.type, id_, words, "due")


def _rows(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    entered = asked.revisions(Item, id_)
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
        if old == new or (name in DAYS and not _is_later(old, new)):
            continue
        f = Item.fields()[name]
        was, now = (
            asked.caption(Item.type, value) if isinstance(f.kind, Ref) else _said(f.kind, value)
            for value in (old, new)
        )
        yield f"「{before.record.caption()}」の{field_from_to(f, was, now)}"


def _said(kind: Any, value: Any) -> str:
    return "" if value is None else str(kind.format(value))

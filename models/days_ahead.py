"""Days on which something was done do not lie ahead: what is to come is not there yet.

A paper handed in, a pledge signed or a finding put right counts as done. Whoever enters it with a
day that is still to come would have it counted before it happens, and told under its clause
everything that rests on it. What older versions took, or a PC whose clock was wrong, stays as it is
and is told by the evidence until its day has come or it is put right.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from models.evidence_rows import Row, row
from models.fields import Field
from models.inquiry import Inquiry
from models.kinds import Children, MultiRef
from models.kinds_of_time import Moment
from models.records import ALL, Record
from models.records.base import Declared
from models.store import Op, Query, Where
from models.told_times import CLOCK_TOLERANCE
from models.wareki import format_short
from models.workdays import DAY

if TYPE_CHECKING:
    from models.ledger import Ledger

QUERY = "EQ-AHEAD"
DATE = "「{0}」が先の日付です。済んだ後に、済んだ日を入力してください。"
MOMENT = "「{0}」が先の日時です。済んだ後に、済んだ日時を入力してください。"
STANDS = (
    "「{record}」の「{label}」（{day}）は、まだ来ていない日です。済んでいないことは、済んだ後に"
    "その日付で登録してください。日付の誤りは訂正してください。"
)
IN_STATE = "「{record}」の「{label}」（{day}）はまだ来ていませんが、状態が「{state}」です。日付か状態を訂正してください。"
AGREED = "「{0}」が先の日付です。その日が来るまで、「状態」は「{1}」にはできません。"


# --- at the counter ------------------------------------------------------------------------------


def ahead_of(ledger: "Ledger", record: Record) -> Iterator[str]:
    """Yield sentences about days that lie ahead; what the version in force says already stays."""
    found = list(_ahead(record, ledger.now())) if record.done_fields() else ()
    if not found:
        return
    stored = ledger.store.get(type(record), record.id) if record.id else None
    known = list(_ahead(stored.record, ledger.now())) if stored else []
    for f, value in found:
        if f.name in record.reported() and (f, value) not in known:
            yield AGREED.format(f.label, _state(record))
        elif (f, value) not in known:
            yield (MOMENT if isinstance(f.kind, Moment) else DATE).format(f.label)


def _state(record: Record) -> str:
    status = getattr(record, "status", None)
    return status.label if status else ""


def _ahead(record: Declared, now: datetime) -> Iterator[tuple[Field, Any]]:
    fields = record.fields()
    for f in (*record.done_fields(), *(fields[name] for name in sorted(record.reported()))):
        value = getattr(record, f.name)
        if isinstance(f.kind, Children):
            for row in value:
                yield from _ahead(row, now)
        elif isinstance(value, datetime):
            if value > now + CLOCK_TOLERANCE:
                yield f, value
        elif isinstance(value, date) and value > now.date():
            yield f, value


# --- in the evidence -----------------------------------------------------------------------------


def eq_ahead(asked: Inquiry) -> Iterator[Row]:
    """Find what was entered as done on a day that has not come."""
    for cls in ALL:
        mine = _of_contract(cls, asked.contract.id)
        for f in cls.done_fields() if mine is not None else ():
            if mine is None or isinstance(f.kind, Children):
                continue
            asked.note(cls.type)
            tomorrow: Any = asked.today + DAY
            if isinstance(f.kind, Moment):
                tomorrow = datetime.combine(tomorrow, time.min, asked.zone)
            query = Query(cls.type, (mine, Where(f.name, Op.GE, tomorrow)))
            for id_, called, value in asked.ledger.store.columns(query, ("id", "caption", f.name)):
                day = value.date() if isinstance(value, datetime) else value
                words = STANDS.format(record=called, label=f.label, day=format_short(day))
                yield Row(cls.type, id_, words)
    yield from _contract_ahead(asked)


def _contract_ahead(asked: Inquiry) -> Iterator[Row]:
    """Find days of the contract that its state calls over; the others may be agreed ahead."""
    one = asked.contract
    for name in sorted(one.reported()):
        day = getattr(one, name)
        if day is not None and day > asked.today:
            label = one.fields()[name].label
            words = IN_STATE.format(
                record=one.caption(), label=label, day=format_short(day),
                state=one.status.label if one.status else "",
            )  # fmt: skip
            yield row(one, words)


def _of_contract(cls: type[Record], contract_id: str) -> Where | None:
    for name, f in cls.fields().items():
        if name in ("contract_id", "contract_ids"):
            return Where(name, Op.HAS if isinstance(f.kind, MultiRef) else Op.EQ, contract_id)
    return None

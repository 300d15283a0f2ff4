"""Write a register to a file that opens by double-click: CSV, xlsx or JSON. No Qt here.

A table has a row for each record. An act that handled several things has a row for each of them,
as registers on paper have: what happened to how much of which thing can be read, sorted and taken
into another ledger.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.access import Act
from models.errors import Usage
from models.fields import Field
from models.former_names import Called
from models.kinds import Children, DecimalNumber, Integer, MultiRef, Ref
from models.kinds_of_time import Day, Moment
from models.ledger import Ledger
from models.records import (
    BY_TYPE,
    HandlingEvent,
    HandlingLine,
    Item,
    Record,
    Stored,
    TransportDetail,
)
from models.store import ListRow, Op, Query, Where
from models.wareki import format_clock

if TYPE_CHECKING:
    from reports.tables.write import Encoding, Kind, Lost

PAGE = 1000  # rows read at once
OF_LINE = ("quantity", "lines_text")  # of an act: each of its things has its own


def export_register(
    ledger: Ledger,
    cls: type[Record],
    out: Path,
    *,
    purpose: str,
    contract_id: str = "",
    query: Query | None = None,
    encoding: str = "utf-8",
) -> dict[str, Any]:
    """Write every row of a register that the query selects.

    Args:
        purpose: what it is for, as somebody said.
        encoding: "cp932" or "utf-8" (with byte order mark) for CSV.

    Returns:
        {"rows": n, "lost": [{"line", "column", "character"}]} — what CP932 could not carry.

    Raises:
        NotPermitted, MustChangePassword, Usage, InvalidField, UnregisteredMedium, DiskFull,
        NotWritable
    """
    ledger.require("export")
    ledger.outside.require(out)
    query = query or Query(cls.type, _of_contract(cls, contract_id))
    asked = contract_id or next(iter(query.contracts or ()), "")
    rows = ledger.registers.count(query)
    ledger.access.handed_out(Act.EXPORT, cls.type, contract=asked, count=rows, purpose=purpose)
    fields = list(columns_of(cls))
    suffix = out.suffix.lower()
    if suffix == ".json":
        return _write_json(ledger, cls, query, out)
    if suffix == ".csv":
        return _write_csv(ledger, query, fields, out, encoding)
    if suffix == ".xlsx":
        return _write_xlsx(ledger, cls, query, fields, out)
    raise Usage(reason="書出し先の名前は .csv、.xlsx、.json のどれかで終えてください。")


def _of_contract(cls: type[Record], contract_id: str) -> tuple[Where, ...]:
    if not contract_id:
        return ()
    if "contract_ids" in cls.fields():
        return (Where("contract_ids", Op.HAS, contract_id),)
    if "contract_id" not in cls.fields():
        raise Usage(
            reason=f"{cls.label}は契約ごとの記録ではありません。--contract を外してください。"
        )
    return (Where("contract_id", Op.EQ, contract_id),)


def columns_of(cls: type[Record]) -> Iterator[Field]:
    """Yield the columns of a table; an act names the thing before the person."""
    acts = cls is HandlingEvent
    for f in cls.fields().values():
        if acts and f.name == "actor_person_id":
            yield from (Item.fields()["item_no"], cls.fields()["lines_text"])
            yield from (HandlingLine.fields()["quantity"], Item.fields()["unit"])
            yield HandlingLine.fields()["resulting_item_id"]
        if acts and f.name == "note":
            yield from TransportDetail.fields().values()
        if not isinstance(f.kind, Children) and not (acts and f.name in OF_LINE):
            yield f


def _rows(ledger: Ledger, query: Query, fields: list[Field]) -> Iterator[list[Any]]:
    cls = BY_TYPE[query.type]
    several = [f for f in fields if isinstance(f.kind, MultiRef)]
    numbers = ledger.registers.numbers(query)
    for start in range(0, len(numbers), PAGE):
        rows = ledger.registers.rows(query.type, numbers[start : start + PAGE])
        told = _told(ledger, rows) if cls is HandlingEvent else _named(ledger, cls, several, rows)
        for row in rows:
            for of_line in told.get(row.id) or ({},):
                yield [of_line[f.name] if f.name in of_line else _cell(cls, f, row) for f in fields]


def _named(
    ledger: Ledger, cls: type[Record], several: Sequence[Field], rows: Sequence[ListRow]
) -> dict[str, list[dict[str, Any]]]:
    """Return the cells that refer to several records, by record: lists know one of them alone."""
    if not several:
        return {}
    records = ledger.store.get_many(cls, [row.id for row in rows])
    caption = ledger.registers.caption

    def names(f: Field, row: ListRow) -> str:
        assert isinstance(f.kind, MultiRef)
        at = row.number if cls.happened else None
        of = getattr(records[row.id].record, f.name) if row.id in records else ()
        return "、".join(name for one in of if (name := caption(f.kind.type, one, at)))

    return {row.id: [{f.name: names(f, row) for f in several}] for row in rows}


def _told(ledger: Ledger, rows: Sequence[ListRow]) -> dict[str, list[dict[str, Any]]]:
    """Return the cells of each thing that the acts of a page handled, by act."""
    store = ledger.store
    acts = store.get_many(HandlingEvent, [row.id for row in rows])
    lines = {id_: one.record.lines for id_, one in acts.items()}
    each = [line for of_act in lines.values() for line in of_act]
    named = {line.item_id for line in each} | {line.resulting_item_id for line in each} - {""}
    items = {id_: one.record for id_, one in store.get_many(Item, sorted(named)).items()}
    called = store.called(Item.type, named)
    return {
        row.id: [
            _of_line(line, items, called, row.number) | _carried(ledger, acts[row.id], row.number)
            for line in lines.get(row.id, ())
        ]
        for row in rows
    }


def _carried(ledger: Ledger, act: Stored[HandlingEvent], entered: int) -> dict[str, Any]:
    """Return the cells that tell how the things of an act were carried."""
    told: dict[str, Any] = {}
    for one in act.record.transport:
        for f in one.fields().values():
            value = getattr(one, f.name)
            if isinstance(f.kind, Ref):
                told[f.name] = ledger.registers.caption(f.kind.type, value, entered)
            elif isinstance(f.kind, Moment):
                told[f.name] = value
            else:
                told[f.name] = f.kind.format(value)
    return told


def _of_line(
    line: HandlingLine, items: Mapping[str, Item], called: Mapping[str, Called], entered: int
) -> dict[str, Any]:
    """Return the cells of one thing of an act; what was made is counted in its own unit."""
    item, made = items.get(line.item_id), items.get(line.resulting_item_id)
    counted = made or item
    return {
        "item_no": item.item_no if item else "",
        "lines_text": called[line.item_id].at(entered) if line.item_id in called else "",
        "quantity": line.quantity,
        "unit": counted.unit if counted and line.quantity is not None else "",
        "resulting_item_id": made.item_no if made else "",
    }


def _cell(cls: type[Record], f: Field, row: ListRow) -> Any:
    value = row.values.get(f.name)
    if isinstance(f.kind, Ref | MultiRef):
        return row.captions.get(f.name, "")
    if value is None or f.kind.is_empty(value):
        return None
    if isinstance(f.kind, Integer | DecimalNumber | Day | Moment):
        return value
    return cls.spoken(f.name, value, row.values.get)


def _write_csv(
    ledger: Ledger, query: Query, fields: list[Field], out: Path, encoding: str
) -> dict[str, Any]:
    from reports.tables.write import write_csv

    def texts() -> Iterator[list[str]]:
        for row in _rows(ledger, query, fields):
            yield [_text(f, value) for f, value in zip(fields, row, strict=True)]

    codec: Encoding = "cp932" if encoding == "cp932" else "utf-8-sig"
    report = write_csv(out, [f.label for f in fields], texts(), encoding=codec)
    return {"rows": report.rows, "lost": _lost(report.lost)}


def _text(f: Field, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(f.kind, Day):
        return f"{value:%Y/%m/%d}"
    if isinstance(f.kind, Moment):
        return f"{value:%Y/%m/%d} {format_clock(value)}"
    if isinstance(f.kind, DecimalNumber):
        return f.kind.to_json(value)
    return str(value)


def _write_xlsx(
    ledger: Ledger, cls: type[Record], query: Query, fields: list[Field], out: Path
) -> dict[str, Any]:
    from reports.tables.write import Column, write_xlsx

    columns = [Column(f.label, _column_kind(f)) for f in fields]
    report = write_xlsx(out, cls.label, columns, _rows(ledger, query, fields))
    return {"rows": report.rows, "lost": _lost(report.lost)}


def _lost(lost: "Iterable[Lost]") -> list[dict[str, Any]]:
    return [{"line": x.line, "column": x.column, "character": x.code} for x in lost]


def _column_kind(f: Field) -> "Kind":
    if isinstance(f.kind, Integer | DecimalNumber):
        return "number"
    if isinstance(f.kind, Day):
        return "date"
    if isinstance(f.kind, Moment):
        return "datetime"
    return "text"


def _write_json(ledger: Ledger, cls: type[Record], query: Query, out: Path) -> dict[str, Any]:
    from reports.tables.replacing import replacing

    records = [
        {"id": stored.record.id, **stored.record.to_json()}
        for stored in ledger.store.find(cls, query, limit=10_000_000)
    ]
    text = json.dumps({"record": cls.type, "rows": records}, ensure_ascii=False, indent=1)
    with replacing(out) as place:
        place.write_text(text, "utf-8")
    return {"rows": len(records), "lost": []}

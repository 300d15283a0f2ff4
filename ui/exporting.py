"""Write a register to a file that opens by double-click: CSV, xlsx or JSON. No Qt here."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.access import Act
from models.errors import Usage
from models.fields import (
    Children,
    Day,
    DecimalNumber,
    Field,
    Integer,
    Moment,
    MultiRef,
    Ref,
)
from models.ledger import Ledger
from models.records import BY_TYPE, Record
from models.store import ListRow, Op, Query, Where
from models.wareki import format_clock

if TYPE_CHECKING:
    from reports.tables.write import Encoding, Kind, Lost

PAGE = 1000  # rows read at once


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
    where = (Where("contract_id", Op.EQ, contract_id),) if contract_id else ()
    if contract_id and "contract_id" not in cls.fields():
        raise Usage(
            reason=f"{cls.label}は契約ごとの記録ではありません。--contract を外してください。"
        )
    query = query or Query(cls.type, where)
    asked = contract_id or next(iter(query.contracts or ()), "")
    rows = ledger.registers.count(query)
    ledger.access.handed_out(Act.EXPORT, cls.type, contract=asked, count=rows, purpose=purpose)
    fields = [f for f in cls.fields().values() if not isinstance(f.kind, Children)]
    suffix = out.suffix.lower()
    if suffix == ".json":
        return _write_json(ledger, cls, query, out)
    if suffix == ".csv":
        return _write_csv(ledger, query, fields, out, encoding)
    if suffix == ".xlsx":
        return _write_xlsx(ledger, cls, query, fields, out)
    raise Usage(reason="書出し先の名前は .csv、.xlsx、.json のどれかで終えてください。")


def _rows(ledger: Ledger, query: Query, fields: list[Field]) -> Iterator[list[Any]]:
    cls = BY_TYPE[query.type]
    numbers = ledger.registers.numbers(query)
    for start in range(0, len(numbers), PAGE):
        for row in ledger.registers.rows(query.type, numbers[start : start + PAGE]):
            yield [_cell(cls, f, row) for f in fields]


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

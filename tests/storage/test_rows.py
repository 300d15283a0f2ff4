"""A row without its NULLs is the same row: for every record type, full, empty and in between."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from models import kinds
from models.chain import Command, canonical
from models.kinds_of_time import Day, Moment
from models.records import ALL
from models.records.base import Declared, Record
from storage import log, rows, schema

AT, AUTHOR = "2026-11-02T00:00:00.000Z+540", "a" * 32
COMMAND = Command("c" * 32, AUTHOR, datetime(2026, 11, 2, tzinfo=UTC), 540, 7, 7, b"", b"")
MOMENT = datetime(2026, 11, 2, 23, 30, 1, 5000, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))


def sample(kind: kinds.Kind) -> Any:
    """Return a value that is not empty."""
    if isinstance(kind, kinds.Choice):
        return list(kind.codes)[-1]
    if isinstance(kind, kinds.MultiChoice):
        return tuple(kind.codes)[:2]
    if isinstance(kind, kinds.TextList):
        return ("一", "二")
    if isinstance(kind, kinds.MultiRef):
        return ("m1", "m2")
    if isinstance(kind, kinds.Children):
        return (filled(kind.child), kind.child())
    plain: dict[type[kinds.Kind], Any] = {
        kinds.Integer: 0,
        kinds.DecimalNumber: Decimal("12.345"),
        kinds.Boolean: False,
        Day: date(2026, 11, 2),
        Moment: MOMENT,
        kinds.Frozen: {"条": ["一"]},
    }
    return plain.get(type(kind), "𠮷野")


def filled(cls: type[Declared], every: int = 1) -> Any:
    """Return a record with every n-th field filled."""
    own = [f for f in cls.own_fields() if f.name != "contract_id"]
    return cls(**{f.name: sample(f.kind) for n, f in enumerate(own) if n % every == 0})


def columns(insertion: rows.Insertion) -> dict[str, Any]:
    """Return column → value of an INSERT."""
    sql, values = insertion
    names = sql[sql.index("(") + 1 : sql.index(")")].split(", ")
    return {n: v for n, v in zip(names, values, strict=True) if v is not None}


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.type)
@pytest.mark.parametrize("every", [1, 2, 3, 1000])
def test_a_new_record_gives_the_row_that_a_check_expects(cls: type[Record], every: int) -> None:
    record = filled(cls, every).with_changes(id="r1")
    wanted = rows.view_row(record, rows.created(COMMAND, 7, AT), {})
    names = schema.table(cls.type).columns
    made = columns(rows.insertion(record, 7, AT, AUTHOR, {}))
    assert made == {n: v for n, v in zip(names, wanted, strict=False) if v is not None}


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.type)
def test_child_rows_are_those_that_a_check_expects(cls: type[Record]) -> None:
    record = filled(cls).with_changes(id="r1")
    wanted = []
    for child, (_, some) in zip(
        schema.table(cls.type).children, rows.child_rows(record, 7), strict=True
    ):
        names = ["_number", "_position", *(name for name, _ in child.columns)]
        for row in some:
            told = {n: v for n, v in zip(names, row, strict=True) if v is not None}
            wanted.append((child.name, told))
    made = []
    for child, (sql, values) in _by_table(cls, rows.child_insertions(record, 7)):
        names = ["_number", "_position", *(name for name, _ in child.columns)]
        told = (
            columns((sql, values))
            if "_number" in sql
            else {n: v for n, v in zip(names, values, strict=True) if v is not None}
        )
        made.append((child.name, told))
    assert made == wanted


def _by_table(
    cls: type[Record], made: list[rows.Insertion]
) -> list[tuple[schema.ChildTable, rows.Insertion]]:
    tables = {child.name: child for child in schema.table(cls.type).children}
    return [(tables[one[0].split()[2]], one) for one in made]


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.type)
def test_the_names_that_the_log_tells_give_the_same_row(cls: type[Record]) -> None:
    record = filled(cls, 2).with_changes(id="r1")
    content = canonical({"fields": record.to_json()}, free=cls.has_free_json())
    read, names = log.read_filled(cls.type, "r1", cls.payload, content)
    assert read == record
    told = columns(rows.insertion(read, 7, AT, AUTHOR, {}, names))
    assert told == columns(rows.insertion(record, 7, AT, AUTHOR, {}))


def test_an_empty_text_in_the_log_is_no_value_in_a_table() -> None:
    content = '{"fields":{"name":"","name_kana":"ヤマ"}}'.encode()
    read, names = log.read_filled("person", "r1", 1, content)
    told = columns(rows.insertion(read, 7, AT, AUTHOR, {}, names))
    assert "name" not in told and told["name_kana"] == "ヤマ"

"""The terms of a question in SQL, and which of them an index could answer."""

import json
from dataclasses import dataclass
from typing import Any

from models.kinds import Children, Kind, MultiChoice, MultiRef, TextList
from models.kinds_of_time import Moment
from models.store import Op, Where
from storage import rows
from storage.schema import VALUE, ViewTable

_COMPARE = {Op.LT: "<", Op.LE: "<=", Op.GT: ">", Op.GE: ">="}
_AFTER_INSTANT = "Z~"  # sorts behind every offset of the same instant


@dataclass
class Condition:
    """One term of a WHERE; `column` is set when an index could find its rows."""

    sql: str  # with {c} where the column stands
    parameters: list[Any]
    column: str = ""
    walking: str = ""  # another form for trying row by row, with the same parameters
    probe: tuple[str, list[Any]] | None = None  # a cheaper statement to count its rows by
    single: bool = False  # one value of the column
    filled: bool = False  # for no row in which the column is empty, and the planner sees it

    def text(self, source: "Source", *, by_index: bool, walk: bool = False) -> str:
        place = source.place(self.column) if self.column else ""
        if walk and self.walking and not by_index:
            return self.walking.format(c=place)
        # A unary plus keeps SQLite from using the index of this term.
        return self.sql.format(c=place if by_index else f"+{place}")


STANDING = Condition("t.voided_at IS NULL", [])
FILLED = "{c} > ''"  # of a text; a comparison, for which the planner has an index
VOIDED = Condition(FILLED, [], "voided_at", filled=True)


@dataclass
class Source:
    """The table that is asked; for a narrow one the wide one is joined when its columns are."""

    view: ViewTable
    name: str
    indexed: bool = True
    joined: bool = False

    def place(self, column: str) -> str:
        if self.name == self.view.name or column in self.view.list_columns:
            return f"t.{column}"
        self.joined = True
        return f"w.{column}"

    def places(self, name: str | tuple[str, ...]) -> str:
        """Return the place of a field, or one text for several: equal where all of them are."""
        if isinstance(name, str):
            return self.place(column_of(name))
        return f"json_array({', '.join(self.place(column_of(one)) for one in name)})"

    def tables(self) -> str:
        """Return what stands behind FROM, once all columns have been placed."""
        # CROSS keeps the narrow table in front.
        wide = f" CROSS JOIN {self.view.name} w ON w.number = t.number" if self.joined else ""
        return f"{self.name} t{wide}"


def column_of(name: str) -> str:
    return "number" if name == "created_seq" else name


def of_contracts(view: ViewTable, ids: list[str]) -> Condition:
    """Limit to rows of these contracts and of none."""
    own = view.record.fields().get("contract_id")
    if len(ids) == 1 and own is not None and own.required:
        return Condition("{c} = ?", ids, "contract_id", single=True)
    test = "({c} IS NULL OR {c} IN (SELECT value FROM json_each(?)))"
    return Condition(test, [json.dumps(ids)], "contract_id")


def condition(view: ViewTable, where: Where) -> Condition:
    name = column_of(where.field)
    if name == "number":
        return _number(where)
    kind = view.kind(name)
    if where.op is Op.HAS:
        return _has(view, name, kind, where.value)
    if where.op is Op.EMPTY:
        return _empty(view, name, kind, bool(where.value))
    if isinstance(kind, Moment):
        return _moment(name, where)
    if where.op is Op.IN:
        stored = [kind.to_column(one) for one in where.value]
        test = "{c} IN (SELECT value FROM json_each(?))"
        filled = None not in stored
        if not filled:
            test = f"({test} OR {{c}} IS NULL)"
        given = json.dumps([one for one in stored if one is not None])
        return Condition(test, [given], name, filled=filled)
    if where.op is Op.NOT_IN:
        given = json.dumps([kind.to_column(one) for one in where.value])
        test = "({c} IS NULL OR {c} NOT IN (SELECT value FROM json_each(?)))"
        return Condition(test, [given], name)
    stored = kind.to_column(where.value)
    if where.op is Op.EQ:
        filled = stored is not None
        return Condition(
            f"{{c}} {'=' if filled else 'IS'} ?", [stored], name, single=True, filled=filled
        )
    if where.op is Op.NE:
        return Condition("{c} IS NOT ?", [stored], name)
    return Condition(f"{{c}} {_COMPARE[where.op]} ?", [stored], name, filled=True)


def _number(where: Where) -> Condition:
    if where.op is Op.IN:
        given = json.dumps(list(where.value))
        return Condition("{c} IN (SELECT value FROM json_each(?))", [given], "number")
    compare = {Op.EQ: "=", Op.NE: "<>", **_COMPARE}[where.op]
    return Condition(f"{{c}} {compare} ?", [where.value], "number")


def _has(view: ViewTable, name: str, kind: Kind, value: Any) -> Condition:
    if isinstance(kind, MultiRef | Children):
        child = next(c for c in view.children if c.field.name == name)
        column, sought = (VALUE, value) if isinstance(kind, MultiRef) else value
        stored = dict(child.columns)[column].to_column(sought)
        sql = f"{{c}} IN (SELECT _number FROM {child.name} WHERE {column} IS ?)"
        return Condition(sql, [stored], "number")
    if isinstance(kind, MultiChoice):
        return Condition("instr({c}, ?) > 0", [f",{value},"], name)
    if isinstance(kind, TextList):
        return Condition("instr(char(10) || {c} || char(10), char(10) || ? || char(10)) > 0",
                         [value], name)  # fmt: skip
    return Condition("{c} IS ?", [kind.to_column(value)], name)


def _empty(view: ViewTable, name: str, kind: Kind, empty: bool) -> Condition:
    if isinstance(kind, MultiRef | Children):
        child = next(c for c in view.children if c.field.name == name)
        test = "NOT EXISTS" if empty else "EXISTS"
        return Condition(f"{test} (SELECT 1 FROM {child.name} k WHERE k._number = t.number)", [])
    if not empty and kind.sql_type == "TEXT":
        return Condition(FILLED, [], name, filled=True)
    return Condition("{c} IS NULL" if empty else "{c} IS NOT NULL", [], name)


def _moment(name: str, where: Where) -> Condition:
    """Compare instants: a stored moment is its instant in UTC followed by its offset."""
    if where.op is Op.IN:
        parts = [_moment(name, Where(where.field, Op.EQ, one)) for one in where.value]
        sql = " OR ".join(f"({p.sql})" for p in parts) or "0"
        return Condition(f"({sql})", [p for part in parts for p in part.parameters], name)
    if where.op is Op.NOT_IN:
        within = _moment(name, Where(where.field, Op.IN, where.value))
        return Condition(f"({{c}} IS NULL OR NOT {within.sql})", within.parameters, name)
    stored = rows.MOMENT.to_column(where.value)
    if stored is None:
        return Condition("{c} IS NULL" if where.op is Op.EQ else "{c} IS NOT NULL", [], name)
    instant = stored[: stored.index("Z")]
    first, behind = f"{instant}Z", f"{instant}{_AFTER_INSTANT}"
    if where.op is Op.EQ:
        return Condition("{c} >= ? AND {c} < ?", [first, behind], name, filled=True)
    if where.op is Op.NE:
        return Condition("({c} IS NULL OR {c} < ? OR {c} >= ?)", [first, behind], name)
    bound = first if where.op in (Op.LT, Op.GE) else behind
    compare = "<" if where.op in (Op.LT, Op.LE) else ">="
    return Condition(f"{{c}} {compare} ?", [bound], name, filled=True)

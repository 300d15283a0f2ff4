"""Answer questions about one register: which rows, in which order, how many.

A list of a million rows must show its first page at once, so the way through the data is chosen
here and not left to the planner, which knows nothing about the values: a narrow condition (at most
`NARROW` rows by its index) is followed first and its rows are sorted; otherwise the index of the
order is walked and the conditions are tried on the way.
"""

import json
import time
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.former_names import Called
from models.kinds import Ref
from models.records.handling import HandlingEvent
from models.store import Fields, ListRow, Query
from storage import columns, rows
from storage.conditions import (
    STANDING,
    VOIDED,
    Condition,
    Source,
    column_of,
    condition,
    of_contracts,
)
from storage.database import Database, Row
from storage.listing import border
from storage.naming import Naming
from storage.schema import ViewTable, table
from storage.search import Search

NARROW = 20_000
PROBED = (10_000, 80_000)  # rows of an order that are tried before another way is taken
QUICK_S = 0.004
WIDE = 300_000  # rows that are sorted rather than walking the whole log


@dataclass
class Plan:
    """A question in SQL: joins, conditions and the order."""

    view: ViewTable
    source: Source
    conditions: list[Condition] = field(default_factory=list)
    driving: Condition | None = None
    walk: bool = False  # only the first rows are wanted
    paired: bool = False  # the index of the driving condition holds its rows in the wanted order

    def where(self) -> tuple[str, list[Any]]:
        texts = [
            c.text(self.source, by_index=c is self.driving, walk=self.walk) for c in self.conditions
        ]
        parameters = [p for c in self.conditions for p in c.parameters]
        return " AND ".join(texts) or "1", parameters


class Lists:
    """Row numbers, rows and counts of the registers."""

    def __init__(self, database: Database, search: Search, naming: Naming) -> None:
        self._database = database
        self._search = search
        self._naming = naming

    def count(self, query: Query) -> int:
        with self._database.lock:  # else a row could be copied between the two tables' answers
            return sum(self._count(plan) for plan in self._plans(query))

    def _count(self, plan: Plan) -> int:
        self._choose(plan)
        where, parameters = plan.where()
        sql = f"SELECT count(*) FROM {plan.source.tables()} WHERE {where}"
        return int(self._database.value(sql, parameters))

    def tally(self, query: Query, name: str) -> dict[Any, int]:
        counts: dict[Any, int] = {}
        kind = table(query.type).kind(name)
        with self._database.lock:
            found = [row for plan in self._plans(query) for row in self._tally(plan, name)]
        for stored, number in found:
            value = kind.from_column(stored)
            counts[value] = counts.get(value, 0) + number
        return counts

    def _tally(self, plan: Plan, name: str) -> list[Row]:
        column = plan.source.place(column_of(name))
        where, parameters = plan.where()
        return self._database.all(
            f"SELECT {column}, count(*) FROM {plan.source.tables()} WHERE {where} GROUP BY 1",
            parameters,
        )

    def columns(self, query: Query, fields: Fields) -> Iterator[tuple[Any, ...]]:
        """Yield some fields of all rows, in entry order; nothing else of a row is read."""
        with self._database.lock:
            plans = self._plans(query)
            self._choose(plans[0])
            if plans[0].driving is None and not columns.are_narrow(plans[0].view, fields):
                # To look each row up behind the narrow table takes longer than to read them all.
                whole = Source(plans[0].view, plans[0].view.name, indexed=False)
                plans = [Plan(whole.view, whole, plans[0].conditions)]
        for one in plans:  # what stands in the narrow table is older than the rest
            yield from columns.read(self._database, one, fields)

    def numbers(self, query: Query, limit: int | None = None) -> "array[int]":
        # A page is there at once; while a whole order is read, others go on asking.
        with self._database.still() if limit is None else self._database.lock:
            plans = self._plans(query)
            found = [one for plan in plans if (one := self._numbers_of(plan, query, limit))]
            if len(found) < 2:
                return found[0] if found else array("q")
            return self._merged(plans[0].view, found, query, limit)

    def _merged(
        self, view: ViewTable, found: Sequence["array[int]"], query: Query, limit: int | None
    ) -> "array[int]":
        """Put what two tables gave into one order; for a page each gave enough."""
        together = json.dumps([number for numbers in found for number in numbers])
        chosen = Condition("{c} IN (SELECT value FROM json_each(?))", [together], "number")
        return self._ordered(Plan(view, Source(view, view.name), [chosen], chosen), query, limit)

    def _numbers_of(self, plan: Plan, query: Query, limit: int | None) -> "array[int]":
        self._choose(plan)
        plan.walk = limit is not None
        self._pair(plan, query)
        first = query.order[0] if query.order else None
        kind = plan.view.kind(first[0]) if first else None
        by_index = plan.source.indexed and plan.driving is None
        walks = first is not None and first[0] in plan.view.indexed and by_index
        # A whole list with further keys is sorted at once; for a page the groups are walked.
        grouped = limit is not None or len(query.order) == 1
        if first and isinstance(kind, Ref) and walks and grouped:
            return self._by_caption(plan, query, kind.type, limit)
        if walks and limit is not None and (found := self._probed(plan, query, limit)):
            return found
        return self._ordered(plan, query, limit)

    def _probed(self, plan: Plan, query: Query, limit: int) -> "array[int]":
        """Return the page if it is full within the first rows of the order.

        A first walk that was quick, its rows lying together, is tried again further. If it fails, what is asked for and what is ordered by belong together, and walking on could take
        the whole log: then the rows of the narrowest condition are sorted after all.
        """
        joins, order = _order(plan, query.order, walk=True)
        where, parameters = plan.where()
        if plan.source.joined or joins or not any(one.column for one in plan.conditions):
            return array("q")
        for rows_tried in PROBED:
            first = f"SELECT * FROM {plan.source.name} t ORDER BY {order} LIMIT {rows_tried}"
            sql = f"SELECT t.number FROM ({first}) t WHERE {where} ORDER BY {order}"
            began = time.monotonic()
            found = self._numbers(sql, parameters, limit)
            if len(found) == limit:
                return found
            if time.monotonic() - began > QUICK_S:
                break
        self._choose(plan, WIDE)
        return array("q")

    def _ordered(self, plan: Plan, query: Query, limit: int | None) -> "array[int]":
        joins, order = _order(plan, query.order, walk=plan.driving is None or plan.paired)
        where, parameters = plan.where()
        return self._numbers(
            f"SELECT t.number FROM {plan.source.tables()}{joins} WHERE {where} ORDER BY {order}",
            parameters,
            limit,
        )

    def _by_caption(self, plan: Plan, query: Query, type_: str, limit: int | None) -> "array[int]":
        """Walk the referred records by caption and, for each, the rows that refer to it.

        Rows that refer to nothing come first. Under one caption the further keys decide, without
        any the entry order.
        """
        (name, descending), *more = query.order
        joins, order = _order(plan, more or [("number", descending)], walk=True)
        where, parameters = plan.where()
        select = f"SELECT t.number FROM {plan.source.tables()}{joins} WHERE"
        found = array("q")
        for ids in self._by_captions_of(plan.view, name, type_, descending):
            left = None if limit is None else limit - len(found)
            if left is not None and left <= 0:
                break
            test = f"t.{name} IN ({', '.join('?' * len(ids))})" if ids else f"t.{name} IS NULL"
            if more and more[0][0] in plan.view.indexed and self._wide(plan.view, test, ids):
                test = f"+{test}"  # then the index of the next key is walked instead
            sql = f"{select} {test} AND {where} ORDER BY {order}"
            found.extend(self._numbers(sql, [*ids, *parameters], left))
        return found

    def _wide(self, view: ViewTable, test: str, parameters: Sequence[Any]) -> bool:
        """Tell whether a condition holds for too many rows to sort them for one page."""
        sql = f"SELECT 1 FROM {view.list_name} t WHERE {test} LIMIT {NARROW + 1}"
        count = self._database.value(f"SELECT count(*) FROM ({sql})", parameters)
        return bool(count > NARROW)

    def _by_captions_of(
        self, view: ViewTable, name: str, type_: str, descending: bool
    ) -> list[list[str]]:
        """Return the ids that a column refers to, in the order of their captions, equal ones
        together; the empty list stands for rows that refer to nothing."""
        used = self._database.all(
            f"SELECT r.caption, r.id FROM v_{type_} r WHERE EXISTS"
            f" (SELECT 1 FROM {view.list_name} t WHERE t.{name} = r.id) ORDER BY r.caption, r.id"
        )
        groups: dict[str, list[str]] = {}
        for caption, id_ in used:
            groups.setdefault(caption, []).append(id_)
        made = [[], *groups.values()]
        return made[::-1] if descending else made

    def _numbers(self, sql: str, parameters: list[Any], limit: int | None) -> "array[int]":
        if limit is not None:
            sql, parameters = f"{sql} LIMIT ?", [*parameters, limit]
        found = array("q")
        for some in self._database.slices(sql, parameters):
            found.extend([number for (number,) in some])
        return found

    def rows(self, type_: str, numbers: Sequence[int]) -> list[ListRow]:
        view = table(type_)
        found = {
            row[0]: row
            for row in self._database.all(
                f"SELECT * FROM {view.name} WHERE number IN (SELECT value FROM json_each(?))",
                (json.dumps(list(numbers)),),
            )
        }
        chosen = [found[number] for number in numbers if number in found]
        values = [rows.read_values(type_, row) for row in chosen]
        called = self._called(view, values)
        if type_ == HandlingEvent.type:
            told = self._naming.lines_texts([row[0] for row in chosen])
            for row, one in zip(chosen, values, strict=True):
                one["lines_text"] = told.get(row[0], one["lines_text"])
        return [
            ListRow(
                row[0], row[1], rows.read_meta(row), one,
                {
                    n: name.at(row[0])
                    for n, t in _references(view) if (name := called[t].get(one[n]))
                },
            )
            for row, one in zip(chosen, values, strict=True)
        ]  # fmt: skip

    def _called(
        self, view: ViewTable, values: Sequence[dict[str, Any]]
    ) -> dict[str, dict[str, Called]]:
        """Resolve every reference of a page with one question per record type.

        What happened keeps the names of its day; what is arranged has those of today.
        """
        wanted: dict[str, set[str]] = {}
        for name, type_ in _references(view):
            wanted.setdefault(type_, set()).update(one[name] for one in values if one[name])
        name_all = self._naming.called if view.record.happened else self._naming.called_now
        return {type_: name_all(type_, ids) for type_, ids in wanted.items()}

    # --- the way --------------------------------------------------------------------------------
    def _plans(self, query: Query) -> list[Plan]:
        """Return a plan for each table in which the rows of a register stand."""
        view = table(query.type)
        if not view.listed:
            return [self._plan(view, query)]
        if any(one.field == "id" for one in query.where):  # which the narrow table does not know
            return [self._plan(view, query, view.name)]
        plan = self._plan(view, query)
        last = border(self._database, view)
        fresh = Condition("t.number > ?", [last])
        young = Plan(view, Source(view, view.name, indexed=False), [fresh, *plan.conditions])
        return [plan, young]

    def _plan(self, view: ViewTable, query: Query, name: str = "") -> Plan:
        source = Source(view, name or view.list_name)
        plan = Plan(view, source, [condition(view, one) for one in query.where])
        if query.voided is not None:
            plan.conditions.append(VOIDED if query.voided else STANDING)
        if query.contracts is not None:
            plan.conditions.append(of_contracts(view, sorted(query.contracts)))
        if term := self._search.condition(query.text):
            plan.conditions.append(
                Condition(term.sql, term.parameters, "number", term.walking, term.probe)
            )
        return plan

    def _choose(self, plan: Plan, most: int = 0) -> None:
        """Pick the condition with the fewest rows, if one is narrow enough to sort its rows."""
        if not plan.source.indexed:
            return
        if named := [one for one in plan.conditions if one.column == "id"]:
            plan.driving = named[0]  # nothing is narrower
            return
        fewest = max(most, NARROW) + 1
        for one in plan.conditions:
            known = plan.view.indexed | (plan.view.sparse if one.filled else frozenset())
            if one.column not in known | {"id", "number"}:
                continue
            rows_of, parameters = one.probe or (
                f"SELECT 1 FROM {plan.source.name} t WHERE {one.text(plan.source, by_index=True)}",
                one.parameters,
            )
            count = self._database.value(
                f"SELECT count(*) FROM ({rows_of} LIMIT {fewest})", parameters
            )
            if count < fewest:
                fewest, plan.driving = count, one

    def _pair(self, plan: Plan, query: Query) -> None:
        """Follow a wide condition whose index holds its rows in the wanted order."""
        if not plan.source.indexed or plan.driving is not None or not query.order:
            return
        for one in plan.conditions:
            if one.single and plan.view.has_pair(one.column, query.order[0][0]):
                plan.driving, plan.paired = one, True
                return


def _references(view: ViewTable) -> list[tuple[str, str]]:
    return [(n, f.kind.type) for n, f in view.record.fields().items() if isinstance(f.kind, Ref)]


def _order(plan: Plan, order: Sequence[tuple[str, bool]], *, walk: bool) -> tuple[str, str]:
    """Return the joins and the ORDER BY; ties follow the entry order, in the last direction."""
    joins, terms, descending = "", [], False
    for position, (name, descending) in enumerate(order):
        kind = plan.view.kind(name) if name not in ("number", "created_seq") else None
        if isinstance(kind, Ref):
            alias = f"r{position}"
            place = plan.source.place(name)
            joins += f" LEFT JOIN v_{kind.type} {alias} ON {alias}.id = {place}"
            term = f"{alias}.caption"
        else:
            place = plan.source.place(column_of(name))
            term = place if walk else f"+{place}"
        terms.append(f"{term} DESC" if descending else term)
    if not order or order[-1][0] not in ("number", "created_seq"):
        terms.append("t.number DESC" if descending else "t.number")
    return joins, ", ".join(terms)


def sorted_by(row: ListRow, view: ViewTable, name: str) -> tuple[bool, Any]:
    """Return what a row is ordered by, as SQL does it: a reference by its caption, nothing first."""
    if name == "created_seq":
        return True, row.number
    kind = view.kind(name)
    value = row.captions.get(name) if isinstance(kind, Ref) else kind.to_column(row.values[name])
    return value is not None, value if value is not None else ""

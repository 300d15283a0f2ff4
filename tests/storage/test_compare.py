"""Tables against the log: whatever is altered in any column of any derived table is found."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import custody, endings, item_status, possible_acts, trips
from models.chain import Action
from models.codes import HandlingKind as K
from models.codes import ItemState, VerificationResult
from models.commands import creating
from models.item_status import Status
from models.lifts import LIFTS, lift
from models.records import Item
from models.records.handling import HandlingEvent, HandlingLine, Sanitization
from models.store import Query
from storage import acts_again, compare, log, portions, rows, schema, sieve, timelines
from storage.compare import Told, differences, surplus
from storage.database import Database
from storage.ledger_store import LedgerStore
from storage.listing import border
from storage.views import Views
from tests import factory
from tests.factory import START, Office
from tests.house import furnished


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerStore]:
    """Ten days of the story: most types of records, revised and voided ones among them."""
    with furnished(tmp_path_factory.mktemp("house"), days=10, accounts=True) as house:
        store = house.ledger.opened.store
        assert isinstance(store, LedgerStore)
        while store.index_search(1000):
            pass
        yield store


def told(database: Database) -> list[Told]:
    last = log.head(database).seq
    return [
        (rows.entered_at(command), command.author, line)
        for chunk in log.with_commands(database, 1, last)
        for (command, _), line in zip(
            chunk, log.raw_entries(database, chunk[0][1].seq, chunk[-1][1].seq), strict=True
        )
    ]


def found(database: Database, entries: list[Told]) -> set[str]:
    try:
        named = {where for _, where, _ in differences(database, entries)}
    except ValueError as error:  # the stretch names it so (storage/stretch.py)
        named = {str(error)}
    return named or {where for _, where, _ in surplus(database)}


class Undone(Exception):
    """Takes a change back."""


def altered(database: Database, sql: str, values: tuple[Any, ...], entries: list[Told]) -> set[str]:
    named: set[str] = set()
    try:
        with database.transaction():
            database.all(sql, values)
            named = found(database, entries)
            raise Undone
    except Undone:
        return named


def other(value: Any) -> Any:
    if value is None:
        return "?"
    return value + 1000 if isinstance(value, int) else f"{value}?"


def tables() -> list[tuple[str, tuple[str, ...], int]]:
    """Return every derived table: its name, its columns, and how many of them are its key."""
    found: list[tuple[str, tuple[str, ...], int]] = [("v_later", ("record_id", "seq"), 2)]
    for view in schema.TABLES.values():
        found.append((view.name, view.columns, 1))
        if view.listed:
            found.append((view.list_name, view.list_columns, 1))
        for child in view.children:
            names = ("_number", "_position", *(name for name, _ in child.columns))
            found.append((child.name, names, 2))
    return found


def test_an_honest_ledger_has_no_difference(ledger: LedgerStore) -> None:
    assert found(ledger.database, told(ledger.database)) == set()


def test_any_altered_column_of_any_table_is_found(ledger: LedgerStore) -> None:
    database = ledger.database
    entries, looked = told(database), 0
    for name, columns, keys in tables():
        row = database.one(f"SELECT {', '.join(columns)} FROM {name} LIMIT 1")
        if row is None:
            continue
        where = " AND ".join(f"{one} = ?" for one in columns[:keys])
        place = row[:keys]
        mine = [one for one in entries if one[2][0] == row[0]] or entries
        for column, value in zip(columns, row, strict=True):
            new = 987_654 if column in ("number", "_number", "seq") else other(value)
            sql = f"UPDATE {name} SET {column} = ? WHERE {where}"
            assert altered(database, sql, (new, *place), mine), (name, column)
            looked += 1
        assert altered(database, f"DELETE FROM {name} WHERE {where}", place, mine), name
    assert looked > 500


# --- the sieve ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def single(ledger: LedgerStore) -> int:
    """The last event that the sieve passes."""
    last = ledger.head().seq
    return max(sieve.alike(ledger.database, 1, last))


def test_the_sieve_passes_nearly_every_event_of_one_item(ledger: LedgerStore) -> None:
    database = ledger.database
    plain = database.value(
        "SELECT count(*) FROM v_handling_event v WHERE voided_at IS NULL AND"
        " (SELECT count(*) FROM v_handling_event_lines WHERE _number = number) = 1"
        " AND number NOT IN (SELECT _number FROM v_handling_event_transport UNION"
        " SELECT _number FROM v_handling_event_sanitization)"
    )
    passed = sieve.alike(database, 1, ledger.head().seq)
    assert len(passed) > 0.9 * plain > 10


def strange(value: Any) -> list[Any]:
    """Return what is almost the value, or what a careless comparison takes for it."""
    text = str(value)
    made = [None, "", 0, 1, 5, 1.5, b"", b"x", "?", text.encode(), f"{text} ", f" {text}"]
    if isinstance(value, int):
        made += [value + 1, value + 0.5, f"x{value}", -value]
    if isinstance(value, str):
        made += [value.upper(), value.replace("T", " "), value.replace("Z+540", "Z+0540")]
        made += [value.replace("Z+540", "Z+0"), value[:-1], value + "\x00", f'{value}","x":"y']
        made += [value.replace(".", ",", 1), value.replace("2026", "02026")]
    return made


def test_no_strange_value_gets_through(ledger: LedgerStore, single: int) -> None:
    database = ledger.database
    view = schema.table(sieve.TYPE)
    lines = next(one for one in view.children if one.field.name == "lines")
    tried = 0
    for name, columns, key in (
        (view.name, view.columns[1:], "number"),
        (lines.name, tuple(one for one, _ in lines.columns), "_number"),
    ):
        row = database.one(f"SELECT {', '.join(columns)} FROM {name} WHERE {key} = ?", (single,))
        assert row is not None
        for column, value in zip(columns, row, strict=True):
            for new in strange(value):
                tried += _stays_out(database, name, column, key, single, new, value)
    assert tried > 500


def _stays_out(
    database: Database, name: str, column: str, key: str, number: int, new: Any, old: Any
) -> bool:
    try:
        with database.transaction():
            database.all(f"UPDATE {name} SET {column} = ? WHERE {key} = ?", (new, number))
            stored = database.one(f"SELECT {column} FROM {name} WHERE {key} = ?", (number,))
            assert stored is not None
            if stored[0] != old or type(stored[0]) is not type(old):
                assert number not in sieve.alike(database, number, number), (column, new)
            raise Undone
    except Undone:
        return True
    except Exception as refused:  # the table itself does not take it
        assert "NOT NULL" in str(refused) or "datatype" in str(refused), (column, new)
        return False


def test_a_second_row_beside_the_first_gets_nothing_through(
    ledger: LedgerStore, single: int
) -> None:
    database = ledger.database
    for child in schema.table(sieve.TYPE).children:
        named: set[int] = {single}
        try:
            with database.transaction():
                database.all(
                    f"INSERT INTO {child.name} (_number, _position) VALUES (?, 7)", (single,)
                )
                named = sieve.alike(database, single, single)
                raise Undone
        except Undone:
            assert single not in named, child.name


def replayed(store: LedgerStore) -> dict[str, Status]:
    items = {one.record.id: one.record for one in store.find(Item, Query(Item.type))}
    return timelines.statuses(store.database, items)


def test_a_timeline_thinks_over_only_what_it_has_not_met(
    ledger: LedgerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {one: ledger.status(one) for one in replayed(ledger)}
    made: list[str] = []
    step = custody.step

    def listen(item: Item, status: Status, event: HandlingEvent) -> Status:
        made.append(event.id)
        return step(item, status, event)

    monkeypatch.setattr(custody, "step", listen)
    assert replayed(ledger) == expected
    happened = sum(len(ledger.timeline(one)) for one in expected)
    assert 0 < len(made) < happened  # the story repeats itself


def test_a_timeline_keeps_which_taking_out_is_open(tmp_path: Path) -> None:
    office = Office.open(tmp_path)
    thing = office.item(1)
    office.handle(K.RECEIVE, thing)
    for hour in range(1, 7, 2):
        office.handle(K.TAKE_OUT, thing, hours=hour)
        office.handle(K.BRING_BACK, thing, hours=hour + 1)
    last = office.handle(K.TAKE_OUT, thing, hours=9)
    assert isinstance(office.store, LedgerStore)
    status = replayed(office.store)[thing.id]
    assert status.using == last.id and status == office.store.status(thing.id)


def test_a_timeline_keeps_which_stocktake_found_too_few(tmp_path: Path) -> None:
    office = Office.open(tmp_path)
    thing = office.item(1, quantity=Decimal(100), unit="枚")
    office.handle(K.RECEIVE, thing)
    for hour, found in enumerate((97, 100, 97), start=1):
        line = (HandlingLine(item_id=thing.id, quantity=Decimal(found)),)
        last = office.handle(K.STOCKTAKE, thing, hours=hour, lines=line)
    assert isinstance(office.store, LedgerStore)
    status = replayed(office.store)[thing.id]
    assert status.short_by == last.id and status == office.store.status(thing.id)


def test_an_item_with_much_of_the_log_is_walked_in_the_order_of_all_that_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office.open(tmp_path)
    store = office.store
    assert isinstance(store, LedgerStore)
    thing, other = office.item(1), office.item(2)
    office.handle(K.RECEIVE, thing, other)
    for hour in (9, 2, 5, 5):  # entered late, twice at one time, and in another zone
        office.handle(K.STOCKTAKE, thing, hours=hour)
    twin = replace(office.handle(K.STOCKTAKE, thing, hours=5), id="", event_no=None)
    assert twin.occurred_at is not None
    elsewhere = twin.occurred_at.astimezone(timezone(timedelta(hours=-3)))
    office.handle(K.STOCKTAKE, thing, occurred_at=elsewhere)
    while store.index_search(1000):
        pass
    office.handle(K.STOCKTAKE, thing, other, hours=3)  # waits for its place in the narrow table
    database = store.database
    assert 0 < border(database, schema.table(HandlingEvent.type)) < store.head().seq
    order = list(timelines._sorted(database, [thing.id]))
    assert len(order) == 8 and order != sorted(order)
    assert list(timelines._walked(database, thing.id)) == order
    short = replayed(store)
    monkeypatch.setattr(timelines, "SORTED", 0)
    assert replayed(store) == short
    store.close()


def test_items_are_replayed_together_until_they_have_too_many_events(ledger: LedgerStore) -> None:
    every = list(replayed(ledger))
    [(together, times)] = timelines._together(ledger.database, every)
    assert together == every
    apart = list(timelines._together(ledger.database, every[:1]))
    assert apart == [(every[:1], apart[0][1])] and apart[0][1] < times


@pytest.mark.parametrize("sorting", [timelines._IN_TIME, acts_again._IN_ORDER])
def test_what_is_as_long_as_the_log_is_put_in_order_by_an_index(
    ledger: LedgerStore, sorting: str
) -> None:
    plan = [row[-1] for row in ledger.database.all(f"EXPLAIN QUERY PLAN {sorting}", (1,))]
    long, short = plan[plan.index("LEFT") + 1 : plan.index("RIGHT")], plan[plan.index("RIGHT") :]
    assert len(long) == 1 and "COVERING INDEX" in long[0]
    assert any("USING INTEGER PRIMARY KEY" in one for one in short)


def test_an_entry_below_the_first_is_counted(ledger: LedgerStore) -> None:
    entries = told(ledger.database)
    sql = (
        "INSERT INTO entry SELECT -5, type, 'x', action, payload, commitment, previous, hash"
        " FROM entry WHERE seq = ?"
    )
    assert "v_item" in altered(ledger.database, sql, (_made(ledger, "item"),), entries)


def _made(ledger: LedgerStore, type_: str) -> int:
    sql = "SELECT min(seq) FROM entry WHERE type = ? AND action = 'create'"
    return int(ledger.database.value(sql, (type_,)))


def test_what_failed_its_verification_is_told_by_rows_and_portions(tmp_path: Path) -> None:
    office = Office.open(tmp_path)
    results = (VerificationResult.FAIL, VerificationResult.PASS)
    for hour, result in enumerate(results, 2):
        thing = office.item(hour)
        office.handle(K.RECEIVE, thing)
        row = Sanitization(item_id=thing.id, verification_result=result)
        office.handle(K.DISPOSE, thing, hours=hour, sanitization=(row,))
    store = office.store
    assert isinstance(store, LedgerStore)
    after = replayed(store)
    assert after == {one: store.status(one) for one in after}
    states = [status.state for status in after.values()]
    assert states == [ItemState.STORED, ItemState.DISPOSED]
    last = store.head().seq
    events = [
        one.record
        for portion in portions.read_here(store.database, last)
        for one in portions._unpacked(portions._packed(portion))
        if isinstance(one, rows.New) and isinstance(one.record, HandlingEvent)
    ]
    told = [check.verification_result for event in events for check in event.sanitization]
    assert told == list(results)
    store.close()


@pytest.mark.parametrize("column", [*custody.STEP, *custody.STEP_LINE])
def test_events_are_the_same_only_when_they_say_the_same(ledger: LedgerStore, column: str) -> None:
    database = ledger.database
    table, key = ("v_handling_event", "number")
    if column in custody.STEP_LINE:
        table, key = ("v_handling_event_lines", "_number")
    number = database.value(
        f"SELECT {key} FROM {table} WHERE {column} IS NOT NULL"
        " AND {key} IN (SELECT _number FROM v_handling_event_lines)".format(key=key)
    )
    before = timelines._read_events(database, [number])[number]
    try:
        with database.transaction():
            value = None if column == "ended_at" else "x"
            database.all(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, number))
            after = timelines._read_events(database, [number])[number]
            raise Undone
    except Undone:
        assert (after.same == before.same) == (column in ("id", "occurred_at"))


_VALUES = st.none() | st.integers(-5, 200_000) | st.text(max_size=5) | st.binary(max_size=3)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(column=st.sampled_from(schema.table(sieve.TYPE).columns[1:]), value=_VALUES, data=st.data())
def test_what_the_sieve_passes_python_passes_too(
    ledger: LedgerStore, column: str, value: object, data: st.DataObject
) -> None:
    database = ledger.database
    entries = told_events(database)
    _, _, line = one = data.draw(st.sampled_from(entries))
    number = line[0]
    if data.draw(st.booleans()):  # take what another row says
        value = database.value(
            f"SELECT {column} FROM v_handling_event WHERE number = ?",
            (data.draw(st.sampled_from(entries))[2][0],),
        )
    try:
        with database.transaction():
            database.all(
                f"UPDATE v_handling_event SET {column} = ? WHERE number = ?", (value, number)
            )
            passed = sieve.alike(database, number, number)
            judged = list(compare._compare(database, sieve.TYPE, [compare._expected(*one, {})]))
            raise Undone
    except Undone:
        assert not (passed and judged)
    except Exception as refused:
        assert "NOT NULL" in str(refused) or "UNIQUE" in str(refused) or "id" in str(refused)


@cache
def told_events(database: Database) -> list[Told]:
    return [
        one
        for one in told(database)
        if one[2][1] == sieve.TYPE and one[2][3] == Action.CREATE.value
    ]


def test_every_way_of_writing_is_told_apart(tmp_path: Path) -> None:
    """Times to the second and millisecond, other zones, fractions, words with quotes."""
    office = Office.open(tmp_path)
    thing = office.item(1)
    numbers = []
    ways: tuple[dict[str, Any], ...] = (
        {},
        {"occurred_at": START.replace(microsecond=250_000)},
        {"occurred_at": START.astimezone(UTC)},
        {"purpose": 'こう"言った"\\と𠮷野\t'},
        {"note": "一行目\n二行目"},
    )
    for number, changes in enumerate(ways, 1):
        kind = K.STOCKTAKE if number > 1 else K.RECEIVE
        event = factory.event(
            office.contract, office.actor, kind, [thing], number, START, **changes
        )
        numbers.append(office.write([creating(event)]).last_seq)
    store = office.store
    assert isinstance(store, LedgerStore)
    passed = sieve.alike(store.database, 1, numbers[-1])
    assert {numbers[0], numbers[1], numbers[3], numbers[4]} <= passed
    assert numbers[2] not in passed
    assert found(store.database, told(store.database)) == set()
    store.close()


def test_older_payloads_mean_what_the_sieve_takes_them_for() -> None:
    assert HandlingEvent.payload == 2 and {one for one in LIFTS if one[0] == sieve.TYPE} == {
        (sieve.TYPE, 1)
    }
    content = {"kind": "use", "confirmed_by": "a"}
    assert lift(sieve.TYPE, content, 1, 2) == content


# --- the status of items ------------------------------------------------------------------------


def test_custody_asks_only_for_the_columns_that_are_read() -> None:
    asked: dict[str, set[str]] = {
        name: set() for name in ("event", "line", "mine", "detail", "check")
    }
    rooms = (custody, endings, item_status, possible_acts, trips)
    for node in (one for room in rooms for one in ast.walk(ast.parse(inspect.getsource(room)))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            asked.get(node.value.id, set()).add(node.attr)
    assert asked["event"] - {"lines", "transport", "sanitization"} == set(custody.STEP)
    assert asked["line"] | asked["mine"] == set(custody.STEP_LINE)
    assert asked["detail"] == set(custody.STEP_TRANSPORT)
    assert asked["check"] == set(custody.STEP_CHECK)


def test_the_status_from_the_rows_is_the_status_from_the_log(ledger: LedgerStore) -> None:
    database = ledger.database
    views = Views(database, tolerant=True)
    items = {
        one.record_id: log.read_record(one.type, one.record_id, one.payload, one.content)
        for one in log.entries(database, 1, ledger.head().seq)
        if one.type == "item" and one.action is not Action.VOID
    }
    replayed = {id_: views.replayed(item) for id_, item in items.items()}  # type: ignore[arg-type]
    assert timelines.statuses(database, items) == replayed  # type: ignore[arg-type]
    assert len(replayed) > 3

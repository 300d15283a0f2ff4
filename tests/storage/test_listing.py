"""Narrow list tables: the same answers whether rows are copied, wait, or some of each."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from models import codes as c
from models.codes import HandlingKind as K
from models.commands import creating
from models.records import Contract, HandlingEvent, Item, Person
from models.records.base import Stored
from models.store import Fields, Op, Query, Where
from storage import columns, database, listing, lists
from storage.ledger_store import LedgerStore
from storage.schema import table
from storage.verify import verify
from tests import factory
from tests.factory import START, Office

VIEW = table(HandlingEvent.type)
ALL, HALF, NONE = 1 << 62, 60, 0
Captions = dict[Any, str]  # by id


def silent(done: int, total: int) -> None:
    """Show no progress."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """40 items of two contracts with events of three people, all still waiting."""
    office = Office.open(tmp_path)
    people = [office.create(factory.person(office.company, n)) for n in (1, 4)]
    other = office.create(factory.contract(office.client, office.company, 2))
    things = [factory.item(office.contract, office.room, n, name=f"束{n % 7}") for n in range(40)]
    office.write([creating(one) for one in things])
    events = [
        factory.event(
            office.contract if n % 4 else other, [office.actor, *people][n % 3], K.RECEIVE, [one],
            n + 1, START + timedelta(minutes=(n * 7) % 40), purpose=f"目的{n % 5}",
            checker_person_id=people[0].id if n % 6 == 1 else "", note="控え" if n % 2 else "",
        )
        for n, one in enumerate(things)
    ]  # fmt: skip
    office.write([creating(one) for one in events])
    yield office
    office.store.close()


def store_of(office: Office) -> LedgerStore:
    assert isinstance(office.store, LedgerStore)
    return office.store


def copy_up_to(office: Office, last: int) -> None:
    database = store_of(office).database
    with database.transaction():
        listing.fill(database, VIEW, last)


def copy_slowly(office: Office) -> None:
    for last in range(40, 110):
        copy_up_to(office, last)


def border(office: Office) -> int:
    return listing.border(store_of(office).database, VIEW)


WHEN, WHO, CHECKER = "occurred_at", "actor_person_id", "checker_person_id"
CORRECTS = "corrects_event_id"
QUERIES = [
    Query("handling_event"),
    Query("handling_event", order=(("number", True),)),
    Query("handling_event", order=((WHEN, True),)),
    Query("handling_event", order=((WHO, False), (WHEN, True))),
    Query("handling_event", order=((WHO, True),), text="束1"),
    Query("handling_event", order=((CHECKER, False), ("purpose", True))),
    Query("handling_event", order=((CHECKER, True),)),
    Query("handling_event", order=(("purpose", False), ("lines_text", True))),
    Query("handling_event", order=(("note", True), ("event_no", True))),
    Query("handling_event", (Where(WHEN, Op.GT, START + timedelta(minutes=20)),)),
    Query("handling_event", (Where("purpose", Op.EQ, "目的3"),), order=((WHEN, False),)),
    Query("handling_event", (Where("note", Op.EQ, "控え"),), order=((WHEN, True),)),
    Query("handling_event", (Where("created_seq", Op.LT, 70),), order=(("kind", True),)),
    Query("handling_event", (Where("status", Op.EQ, c.HandlingStatus.DONE),), text="束 3"),
    Query("handling_event", (Where("transport", Op.EMPTY, True),), order=((CHECKER, False),)),
    Query("handling_event", (Where("lines", Op.HAS, ("quantity", None)),)),
    Query("handling_event", (Where(CORRECTS, Op.EMPTY, True),), order=((WHEN, True),)),
]


def answers(store: LedgerStore, query: Query) -> list[Any]:
    return [
        store.numbers(query).tolist(),
        store.numbers(query, 7).tolist(),
        store.count(query),
        store.tally(query, "actor_person_id"),
        store.tally(query, "note"),
        list(store.columns(query, ["id", "purpose", "note", "lines.item_id"])),
        [one.record.id for one in store.find(HandlingEvent, query)],
    ]


@pytest.mark.parametrize("query", QUERIES)
def test_answers_do_not_depend_on_what_is_copied(office: Office, query: Query) -> None:
    store = store_of(office)
    by_scan = answers(store, query)
    assert by_scan[2] == len(by_scan[0]) and by_scan[1] == by_scan[0][:7]
    copy_up_to(office, border(office) or HALF)
    assert 0 < border(office) < store.head().seq
    assert answers(store, query) == by_scan
    copy_up_to(office, ALL)
    assert border(office) == store.head().seq
    assert answers(store, query) == by_scan


@pytest.mark.parametrize("last", [ALL, HALF, NONE])
def test_columns_of_many_rows_are_those_of_few(
    office: Office, last: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(office)
    copy_up_to(office, last)
    fields: Fields = ["id", WHEN, "note", "lines.item_id", ("purpose", "note", WHO)]
    by_index = [list(store.columns(query, fields)) for query in QUERIES]
    monkeypatch.setattr(lists, "NARROW", 0)
    for size, dense in ((1, 4), (3, 0), (2_000, 0), (2_000, 4)):
        monkeypatch.setattr(database, "SLICE", size)
        monkeypatch.setattr(columns, "DENSE", dense)
        assert [list(store.columns(query, fields)) for query in QUERIES] == by_index
    assert [[row[0] for row in rows] for rows in by_index] == [
        [one.record.id for one in store.find(HandlingEvent, replace(query, order=()))]
        for query in QUERIES
    ]


@pytest.mark.parametrize("last", [ALL, HALF, NONE])
def test_copies_follow_corrections(office: Office, last: int) -> None:
    store = store_of(office)
    copy_up_to(office, last)
    events = store.find(HandlingEvent, Query("handling_event"))
    office.void(events[3].record)
    office.void(events[-1].record)
    office.revise(events[5].record, purpose="確認した目的")
    office.revise(store.find(Item, Query("item"))[8].record, name="改めた名前")
    assert listing.unlike(store.database, VIEW) == []
    found = store.numbers(Query("handling_event", (Where("purpose", Op.EQ, "確認した目的"),)))
    assert found.tolist() == [events[5].meta.created_seq]
    assert store.count(Query("handling_event", text="改めた名前")) == 1
    assert store.count(Query("handling_event", voided=True)) == 2


def expected(events: list[Stored[HandlingEvent]], query: Query, captions: Captions) -> list[int]:
    """Answer a question with one order and at most one equality in plain Python."""
    chosen = [
        one
        for one in events
        if (query.voided is None or one.meta.voided == query.voided)
        and (query.contracts is None or one.record.contract_id in query.contracts)
        and all(getattr(one.record, where.field) == where.value for where in query.where)
    ]
    ((name, descending),) = query.order

    def key(one: Stored[HandlingEvent]) -> tuple[Any, ...]:
        value = getattr(one.record, name)
        value = captions.get(value, value)  # a reference is ordered by what it refers to
        value = getattr(value, "value", value)
        return (value not in ("", None), value or "", one.meta.created_seq)

    return [one.meta.created_seq for one in sorted(chosen, key=key, reverse=descending)]


# (NARROW, PROBED, WIDE): the narrowest condition first, a pair or a walk, a walk in vain, sorting.
WAYS = ((20_000, (10_000,), 0), (0, (10_000,), 0), (0, (8, 20), 0), (0, (1,), 300))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("last", [ALL, HALF])
@pytest.mark.parametrize("name", HandlingEvent.columns)
def test_every_order_is_the_one_of_plain_python(
    office: Office, monkeypatch: pytest.MonkeyPatch, name: str, last: int, way: tuple[Any, ...]
) -> None:
    for place, part in enumerate(("NARROW", "PROBED", "WIDE")):
        monkeypatch.setattr(f"storage.lists.{part}", way[place])
    store = store_of(office)
    copy_up_to(office, last)
    events = store.find(HandlingEvent, Query("handling_event"))
    for one in events[::6]:
        office.void(one.record)
    events = store.find(HandlingEvent, Query("handling_event", voided=None))
    captions = {
        one.record.id: one.record.caption()
        for cls in (Person, Contract)
        for one in store.find(cls, Query(cls.type))
    }
    some = events[1].record
    filters: list[dict[str, Any]] = [
        {}, {"contracts": frozenset({some.contract_id})}, {"contracts": frozenset(captions)},
        {"where": (Where(CHECKER, Op.EQ, some.checker_person_id),)},
        *({"where": (Where(f, Op.EQ, getattr(some, f)),)} for f in (WHO, "kind", "status")),
    ]  # fmt: skip
    for asked, voided, down in product(filters, (False, None, True), (False, True)):
        query = Query(HandlingEvent.type, order=((name, down),), voided=voided, **asked)
        right = expected(events, query, captions)
        assert store.numbers(query).tolist() == right
        assert store.numbers(query, 7).tolist() == right[:7]


@pytest.mark.parametrize("voided", [False, None])
@pytest.mark.parametrize("name", HandlingEvent.columns)
def test_no_page_of_the_log_is_sorted(
    office: Office, monkeypatch: pytest.MonkeyPatch, name: str, voided: bool | None
) -> None:
    """Else a page would take as long as the rows with the same value: seconds for a million."""
    store = store_of(office)
    copy_up_to(office, ALL)
    steps = planned(store, monkeypatch)
    for down in (False, True):
        store.numbers(Query(HandlingEvent.type, order=((name, down),), voided=voided), 7)
    found = steps()
    assert found and not [step for step in found if "TEMP B-TREE" in step]


def test_voided_rows_are_found_without_looking_at_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence and calendar ask for them after every command: they must not read the whole log."""
    store = store_of(office)
    copy_up_to(office, ALL)
    steps = planned(store, monkeypatch)
    of_contract = (Where("contract_id", Op.EQ, office.contract.id),)
    assert not list(
        store.columns(Query(HandlingEvent.type, of_contract, voided=True), ("caption",))
    )
    found = steps()
    assert [step for step in found if "INDEX v_handling_event_voided_at" in step]
    assert not [step for step in found if step.startswith("SCAN t")]


def test_corrections_are_found_without_looking_at_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The calendar asks for them whenever a ledger is opened, and few acts correct another."""
    store = store_of(office)
    first = store.find(HandlingEvent, Query(HandlingEvent.type), limit=1)[0].record
    office.handle(K.RECEIVE, office.item(900), corrects_event_id=first.id)
    copy_up_to(office, ALL)
    mine = Where("contract_id", Op.EQ, office.contract.id)
    for where in (
        Where(CORRECTS, Op.EMPTY, False),
        Where(CORRECTS, Op.EQ, first.id),
        Where(CORRECTS, Op.IN, (first.id,)),
    ):
        steps = planned(store, monkeypatch)
        found = store.columns(Query(HandlingEvent.type, (mine, where)), (CORRECTS, "occurred_at"))
        assert [one for one, _ in found] == [first.id]
        ways = steps()
        assert [step for step in ways if f"INDEX v_handling_event_{CORRECTS}" in step], where
        assert not [step for step in ways if step.startswith("SCAN t")], where


def test_an_act_that_corrects_nothing_is_in_no_index_of_corrections(office: Office) -> None:
    store = store_of(office)
    copy_up_to(office, ALL)
    index = f"INDEXED BY v_handling_event_{CORRECTS} WHERE {CORRECTS} IS NOT NULL"
    assert store.database.value(f"SELECT count(*) FROM {VIEW.list_name} {index}") == 0
    assert store.count(Query(HandlingEvent.type, (Where(CORRECTS, Op.EMPTY, True),))) == 40
    assert store.count(Query(HandlingEvent.type, (Where(CORRECTS, Op.EQ, ""),))) == 40
    assert store.count(Query(HandlingEvent.type, (Where(CORRECTS, Op.NE, "a"),))) == 40


def planned(store: LedgerStore, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Return what tells the ways that the questions took since then through the narrow table."""
    asked: list[tuple[str, Any]] = []
    slices = store.database.slices

    def note(sql: str, parameters: Any = ()) -> Any:
        asked.append((sql, parameters))
        return slices(sql, parameters)

    monkeypatch.setattr(store.database, "slices", note)

    def steps() -> list[str]:
        return [
            str(step[3])
            for sql, parameters in asked
            if VIEW.list_name in sql
            for step in store.database.all(f"EXPLAIN QUERY PLAN {sql}", parameters)
        ]

    return steps


def test_idle_time_copies_what_waits_and_then_has_nothing_left(office: Office) -> None:
    store = store_of(office)
    assert border(office) == 0
    while store.index_search(0):
        pass
    assert border(office) == store.head().seq
    assert listing.unlike(store.database, VIEW) == []


def test_too_many_waiting_rows_are_copied_with_the_entry(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.listing.FRESH", 41)
    for number in range(25):
        office.handle(K.RECEIVE, office.item(900 + number))
    assert 0 < border(office) <= office.store.head().seq
    assert listing.unlike(store_of(office).database, VIEW) == []


def test_the_next_number_counts_copies_and_those_that_wait(office: Office) -> None:
    for last in (NONE, HALF, ALL):
        copy_up_to(office, last)
        assert office.store.next_event_no(office.contract.id) == 41


def test_a_rebuild_copies_everything(office: Office) -> None:
    store = store_of(office)
    store.rebuild(silent)
    assert border(office) == store.head().seq
    assert listing.unlike(store.database, VIEW) == []


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE v_list_handling_event SET purpose = '別の目的' WHERE number = 80",
        "DELETE FROM v_list_handling_event WHERE number = 80",
        "UPDATE v_list_handling_event SET number = 5 WHERE number = 80",
    ],
)
def test_a_full_check_sees_a_copy_that_differs(office: Office, harm: str) -> None:
    store = store_of(office)
    copy_up_to(office, ALL)
    assert named(store) == set()
    with store.database.transaction():
        store.database.all(harm)
    assert named(store) >= {"記帳番号80"}


def named(store: LedgerStore) -> set[str]:
    return {one.where for one in verify(store, full=True, progress=silent)}


def test_nothing_is_counted_twice_while_rows_are_copied(office: Office) -> None:
    store = store_of(office)
    query = Query("handling_event")
    with ThreadPoolExecutor(2) as pool:
        copying = pool.submit(copy_slowly, office)
        counted = []
        while not copying.done():
            counted.append((store.count(query), sum(store.tally(query, "kind").values())))
    assert set(counted) == {(40, 40)}

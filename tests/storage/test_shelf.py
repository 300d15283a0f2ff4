"""What is remembered of records is never older than the tables."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.codes import ItemState as S
from models.commands import creating
from models.errors import Refused
from models.records import HandlingEvent, Item, Person
from storage import shelf
from storage.ledger_store import LedgerStore
from tests import factory
from tests.factory import START, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office.open(tmp_path)
    yield office
    office.store.close()


def state(office: Office, thing: Item) -> S | None:
    """Ask twice: the second answer is the remembered one."""
    first, again = (office.store.get(Item, thing.id) for _ in range(2))
    assert first is not None and first == again
    return first.record.state


def test_an_item_is_read_again_after_it_was_handled(office: Office) -> None:
    thing, other = office.item(1), office.item(2)
    assert (state(office, thing), state(office, other)) == (S.REGISTERED, S.REGISTERED)
    event = office.handle(K.RECEIVE, thing, hours=1)
    assert (state(office, thing), state(office, other)) == (S.STORED, S.REGISTERED)
    office.handle(K.LOSS, thing, hours=3)
    assert state(office, thing) is S.MISSING
    office.handle(K.STOCKTAKE, thing, hours=2)  # back-dated
    assert state(office, thing) is S.MISSING
    stored = office.store.get(HandlingEvent, event.id)
    assert stored is not None and stored.record.lines_text == thing.caption()


def test_an_item_at_hand_is_where_its_last_event_left_it_without_a_question(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing = office.item(1)
    office.handle(K.RECEIVE, thing, hours=1)
    store = office.store
    assert isinstance(store, LedgerStore)
    assert state(office, thing) is S.STORED
    office.handle(K.LOSS, thing, hours=2)
    asked: list[str] = []
    monkeypatch.setattr(store.database, "all", lambda sql, values=(): asked.append(sql))
    monkeypatch.setattr(store.database, "one", lambda sql, values=(): asked.append(sql))
    status = store.status(thing.id)
    assert status is not None and status.state is state(office, thing) is S.MISSING
    assert asked == []


def test_the_next_number_follows_every_way_in_which_events_come(office: Office) -> None:
    thing = office.item(1)
    contract = office.contract.id
    store = office.store
    assert store.next_event_no(contract) == 1
    events = [
        factory.event(office.contract, office.actor, K.STOCKTAKE, [thing], n, START) for n in (7, 5)
    ]
    received = factory.event(office.contract, office.actor, K.RECEIVE, [thing], 1, START)
    office.write([creating(received), *map(creating, events)])
    assert store.next_event_no(contract) == 8
    while store.index_search(100):
        pass
    assert store.next_event_no(contract) == 8
    office.void(events[0])  # what once stood on paper is never given again
    assert store.next_event_no(contract) == 8
    store.rebuild(lambda done, total: None)
    assert store.next_event_no(contract) == 8


def test_voided_events_and_revised_items_show_at_once(office: Office) -> None:
    thing = office.item(1)
    event = office.handle(K.RECEIVE, thing)
    assert state(office, thing) is S.STORED
    office.void(event)
    assert state(office, thing) is S.REGISTERED
    office.revise(thing, name="改めた名前")
    stored = office.store.get(Item, thing.id)
    assert stored is not None and stored.record.name == "改めた名前"
    assert stored.meta.row_version == 2


def test_a_refused_command_changes_nothing_that_is_remembered(office: Office) -> None:
    thing = office.item(1)
    assert state(office, thing) is S.REGISTERED
    bad = factory.event(office.contract, office.actor, K.RETURN, [thing], 9, START)
    with pytest.raises(Refused):
        office.write([creating(bad)])
    assert state(office, thing) is S.REGISTERED
    good = factory.event(
        office.contract, office.actor, K.RECEIVE, [thing], 9, START + timedelta(hours=1)
    )
    office.write([creating(good)])
    assert state(office, thing) is S.STORED


def test_many_ids_are_answered_from_both(office: Office) -> None:
    people = [office.create(factory.person(office.company, n)) for n in range(5)]
    office.store.get(Person, people[2].id)
    found = office.store.get_many(Person, [one.id for one in people] + ["nobody"])
    assert {key: stored.record for key, stored in found.items()} == {p.id: p for p in people}


def test_the_shelf_does_not_grow_without_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "KEPT", 3)
    people = [office.create(factory.person(office.company, n)) for n in range(9)]
    for one in people:
        assert office.store.get(Person, one.id) is not None
    store = office.store
    assert isinstance(store, LedgerStore)
    assert len(store._shelf._records) <= 3


def test_what_is_not_there_is_asked_for_again(office: Office) -> None:
    someone = factory.person(office.company, 7)
    assert office.store.get(Person, someone.id) is None
    office.create(someone)
    assert office.store.get(Person, someone.id) is not None

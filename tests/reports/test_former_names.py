"""A paper tells an act under the names of its day, and says what they are called now."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.contract_changes import former_names
from models.records import Contract, HandlingEvent, Item, Organization, Person, Place
from models.store import quiet
from tests.house import House
from tests.reports.applying import events, office, sealed, text_of
from ui.custody_story import read_story
from ui.exporting import export_register

DAYS = 7  # of the story: things were received, returned and destroyed


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with office(tmp_path, days=DAYS) as found:
        yield found


def rename(house: House, cls: type[Person | Place | Item | Organization]) -> None:
    for one in house.ledger.registers.all(cls):
        changed = replace(one.record, name=f"{one.record.name}改")
        house.ledger.registers.revise(changed, "名称の変更のため")


def act(house: House, kind: K) -> HandlingEvent:
    found = [one.record for one in house.ledger.registers.all(HandlingEvent)]
    return next(one for one in found if one.kind is kind)


def name(house: House, person_id: str) -> str:
    return house.ledger.registers.need(Person, person_id).record.name


def test_the_receipt_names_who_received_it_as_he_was_called_then(house: House) -> None:
    event = act(house, K.RECEIVE)
    item = house.ledger.registers.need(Item, event.lines[0].item_id).record
    before = name(house, event.actor_person_id)
    for cls in (Person, Item):
        rename(house, cls)
    text = text_of(house, "D-14", event.id)
    assert f"{before}（現 {before}改）" in text
    assert f"{item.name}（現 {item.name}改）" in text and item.item_no in text


@pytest.mark.parametrize(("paper", "kind"), [("D-16", K.RETURN), ("D-18", K.DISPOSE)])
def test_papers_about_ends_name_people_as_they_were_called_then(
    house: House, paper: str, kind: K
) -> None:
    event = act(house, kind)
    detail = event.sanitization[0] if event.sanitization else None
    person = name(house, detail.performed_by if detail else event.actor_person_id)
    rename(house, Person)
    rename(house, Organization)
    text = text_of(house, paper, event.id)
    assert f"{person}（現 {person}改）" in text
    if detail:
        firm = house.ledger.registers.need(Organization, detail.performed_org_id).record.name
        assert f"（現 {firm}）" in text


def test_the_ledger_paper_names_people_places_and_things_of_each_act(house: House) -> None:
    event = act(house, K.RECEIVE)
    person = name(house, event.actor_person_id)
    item = house.ledger.registers.need(Item, event.lines[0].item_id).record
    place = house.ledger.registers.need(Place, event.place_to_id).record.name
    for cls in (Person, Place, Item):
        rename(house, cls)
    for _ in range(2):
        text = text_of(house, "D-28")
        assert f"{person}（現 {person}改）" in text
        assert f"{place}（現 {place}改）" in text
        assert f"{item.caption()}（現 {item.caption()}改）" in text
        house.ledger.store.rebuild(quiet)


def test_what_is_done_after_the_renaming_bears_the_new_name_alone(house: House) -> None:
    rename(house, Person)
    house.story.receive(1)
    newest = house.ledger.registers.all(HandlingEvent)[-1].record
    text = text_of(house, "D-14", newest.id)
    assert name(house, newest.actor_person_id) in text and "（現" not in text


def test_a_name_that_was_only_written_wrongly_is_printed_right(house: House) -> None:
    event = act(house, K.RECEIVE)
    stored = house.ledger.registers.need(Person, event.actor_person_id).record
    house.ledger.registers.revise(replace(stored, name="吉野　翔太"), "誤字の訂正のため")
    text = text_of(house, "D-14", event.id)
    assert "吉野　翔太" in text and stored.name not in text and "（現" not in text


def test_an_export_and_a_story_say_the_name_of_the_day(house: House, tmp_path: Path) -> None:
    event = act(house, K.RECEIVE)
    person = name(house, event.actor_person_id)
    place = house.ledger.registers.need(Place, event.place_to_id).record.name
    for cls in (Person, Place):
        rename(house, cls)
    out = tmp_path / "log.csv"
    export_register(house.ledger, HandlingEvent, out, purpose="点検のため")
    with out.open(encoding="utf-8-sig", newline="") as file:
        row = next(one for one in csv.DictReader(file) if one["記録番号"] == str(event.event_no))
    assert row["取扱者"] == f"{person}（現 {person}改）"
    story = read_story(house.ledger, event.lines[0].item_id)
    station = next(one for one in story.stations if one.id == event.id)
    assert station.who == f"{person}（現 {person}改）"
    assert [one for one in story.lanes if one.startswith(place)] == [f"{place}（現 {place}改）"]


# --- the contract ---------------------------------------------------------------------------------


def renamed(house: House, **changes: str) -> Contract:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    house.ledger.registers.revise(replace(contract, **changes), "番号の訂正のため")  # type: ignore[arg-type]
    return contract


@pytest.mark.parametrize("paper", ["D-28", "D-03", "D-14"])
def test_papers_say_what_the_contract_was_called_before(house: House, paper: str) -> None:
    ids = events(house, K.RECEIVE)[:1] if paper == "D-14" else []
    assert "から変わりました" not in text_of(house, paper, *ids)
    before = renamed(house, contract_no="2026-999", title="別の業務")
    day = f"R8.{house.clock().month}.{house.clock().day}"
    text = text_of(house, paper, *ids)
    assert "2026-999" in text and "別の業務" in text
    told = f"契約番号・業務名は、{day}に「{before.caption()}」から変わりました"
    assert told in text and "（理由：番号の訂正のため）" in text
    house.ledger.store.rebuild(quiet)
    assert told in text_of(house, paper, *ids)


def test_a_sealed_paper_says_it_too(house: House) -> None:
    renamed(house, title="別の業務")
    paper = sealed(house, "D-14", *events(house, K.RECEIVE)[:1])
    assert isinstance(paper.content, dict)
    [told] = paper.content["anchor"]["formerly"]
    assert "から変わりました" in told


def test_a_revision_of_something_else_says_nothing(house: House) -> None:
    renamed(house, client_department="健康づくり第二課")
    assert "から変わりました" not in text_of(house, "D-28")


def test_what_changed_before_the_first_act_is_nobodys_business(tmp_path: Path) -> None:
    with office(tmp_path / "new", days=0) as empty:
        contract = empty.ledger.registers.need(Contract, empty.story.contract.id).record
        made = replace(contract, id="", contract_no="2026-002")
        other = empty.ledger.registers.create(made).ids[0]
        stored = empty.ledger.registers.need(Contract, other).record
        empty.ledger.registers.revise(replace(stored, contract_no="2026-003"), "番号の訂正のため")
        assert former_names(empty.ledger, other) == ()

"""Who and what is renamed stays in the lists of earlier acts under the name of that day."""

from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.records import HandlingEvent
from models.store import ListRow, Op, Query, Where, quiet
from storage import naming
from tests import factory
from tests.factory import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office.open(tmp_path)


def rows(office: Office, type_: str = HandlingEvent.type, *where: Where) -> list[ListRow]:
    found = office.store.numbers(Query(type_, where, voided=None))
    return office.store.rows(type_, found)


def test_an_act_names_people_and_places_as_they_were_called_then(office: Office) -> None:
    thing = office.item()
    office.handle(K.RECEIVE, thing, place_to_id=office.room.id)
    office.revise(office.actor, name="まったく 別人")
    office.revise(office.room, name="第9倉庫")
    office.handle(K.STOCKTAKE, thing, hours=1, place_from_id=office.room.id)
    office.revise(office.contract, contract_no="2026-999")
    for _ in range(2):
        first, second = rows(office)
        assert first.captions["actor_person_id"] == f"{office.actor.name}（現 まったく 別人）"
        assert first.captions["place_to_id"] == "第1作業室（現 第9倉庫）"
        assert first.captions["contract_id"].startswith("R8-001 住民情報入力業務その1（現 2026-999")
        assert second.captions["actor_person_id"] == "まったく 別人"
        assert second.captions["place_from_id"] == "第9倉庫"
        office.store.rebuild(quiet)


def test_all_acts_of_a_renamed_person_are_still_found(office: Office) -> None:
    thing = office.item()
    office.handle(K.RECEIVE, thing)
    office.revise(office.actor, name="山本 恵子")
    office.handle(K.STOCKTAKE, thing, hours=1)
    mine = Where("actor_person_id", Op.EQ, office.actor.id)
    assert len(rows(office, HandlingEvent.type, mine)) == 2


def test_what_was_corrected_in_the_act_itself_names_nobody_anew(office: Office) -> None:
    event = office.handle(K.RECEIVE, office.item())
    office.revise(office.actor, name="山本 恵子")
    office.revise(event, confirmed_by=office.actor.id)
    [row] = rows(office)
    assert row.captions["actor_person_id"] == f"{office.actor.name}（現 山本 恵子）"


def test_things_are_listed_and_found_under_both_names(office: Office) -> None:
    thing, other = office.item(1, name="旧式の棚"), office.item(2)
    event = office.handle(K.RECEIVE, thing, other)
    office.revise(thing, name="新式の棚")
    later = office.handle(K.STOCKTAKE, thing, hours=1)
    for _ in range(2):
        first, second = rows(office)
        said = "M-0001 旧式の棚（現 M-0001 新式の棚）、M-0002 申請書の束 2"
        assert first.values["lines_text"] == said
        assert second.values["lines_text"] == "M-0001 新式の棚"
        found = {h.id for h in office.store.search("新式", types=["handling_event"])}
        assert found == {event.id, later.id}
        assert [h.id for h in office.store.search("旧式", types=["handling_event"])] == [event.id]
        office.store.rebuild(quiet)
        while office.store.index_search(10_000):
            pass


def test_a_revision_that_changes_no_name_is_not_told(office: Office) -> None:
    thing = office.item()
    office.handle(K.RECEIVE, thing)
    office.revise(office.actor, department="第二係")
    office.revise(thing, maker="見本製作所")
    [row] = rows(office)
    assert row.captions["actor_person_id"] == office.actor.name
    assert row.values["lines_text"] == thing.caption()


def test_what_is_arranged_has_the_names_of_today(office: Office) -> None:
    office.item()
    office.revise(office.room, name="第9倉庫")
    [row] = rows(office, "item")
    assert row.captions["home_place_id"] == "第9倉庫"


def test_of_many_things_the_first_are_named(office: Office) -> None:
    things = [office.item(number) for number in range(1, 31)]
    office.handle(K.RECEIVE, *things)
    office.revise(things[0], name="新しい束")
    office.revise(things[29], name="見えない束")
    [row] = rows(office)
    assert "（現 M-0001 新しい束）" in row.values["lines_text"]
    assert row.values["lines_text"].endswith("ほか10件")


def test_names_are_remembered_until_the_record_is_revised(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.handle(K.RECEIVE, office.item())
    called = office.store.called
    first = office.revise(office.actor, name="二番目")
    assert called("person", {office.actor.id})[office.actor.id].at(1) == (
        f"{office.actor.name}（現 二番目）"
    )
    office.revise(first, name="三番目")
    names = called("person", {office.actor.id})[office.actor.id]
    assert [name for _, name in names.names] == [office.actor.name, "二番目", "三番目"]
    monkeypatch.setattr(naming, "KEPT", 0)
    more = office.revise(office.create(factory.person(office.company, 5)), name="四番目")
    both = called("person", {office.actor.id, more.id})
    assert both[office.actor.id] == names and len(both[more.id].names) == 2


def test_nobody_has_no_name(office: Office) -> None:
    assert office.store.called("person", {"nobody"}) == {}
    assert office.store.called("person", set()) == {}

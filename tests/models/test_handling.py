"""The verbs on handling events, on a real ledger."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import HandlingKind, HandlingStatus, ItemOrigin, ItemState, Role
from models.errors import Conflict, Impossible, InvalidField, NotPermitted, Refused
from models.records import HandlingEvent, HandlingLine, Item
from models.store import Query
from tests.house import House, furnished


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, things=2) as made:
        yield made


def first_item(house: House) -> Item:
    return house.story._stock[0]


def using(house: House, **changes: object) -> HandlingEvent:
    item = first_item(house)
    now = house.clock()
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.USE, purpose="入力",
        occurred_at=now, ended_at=now + timedelta(seconds=1),
        actor_person_id=house.story.people["worker"],
        lines=(HandlingLine(item_id=item.id, quantity=item.quantity),),
    )  # fmt: skip
    return replace(event, **changes)  # type: ignore[arg-type]


def state(house: House, item: Item) -> ItemState:
    status = house.ledger.handling.status(item.id)
    assert status is not None
    return status.state


def test_events_are_numbered_without_a_gap(house: House) -> None:
    for _ in range(3):
        house.ledger.handling.record(using(house))
    events = house.ledger.registers.all(HandlingEvent)
    assert [stored.record.event_no for stored in events] == [1, 2, 3, 4]


def test_a_refused_event_takes_no_number_and_writes_nothing(house: House) -> None:
    head = house.ledger.store.head()
    with pytest.raises(Refused):
        house.ledger.handling.record(using(house, purpose=""))
    assert house.ledger.store.head() == head
    assert house.ledger.store.next_event_no(house.story.contract.id) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"purpose": ""}, "「目的」を入力してください"),
        ({"lines": ()}, "「媒体・資料」を入力してください"),
        ({"kind": HandlingKind.TAKE_OUT}, "「行先」を入力してください"),
    ],
)
def test_missing_fields_are_named(house: House, changes: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        house.ledger.handling.record(using(house, **changes))


def test_an_event_in_the_future_is_no_fact(house: House) -> None:
    later = house.clock() + timedelta(hours=1)
    with pytest.raises(InvalidField, match="先の時刻"):
        house.ledger.handling.record(using(house, occurred_at=later, ended_at=None))


def test_an_unknown_item_is_refused(house: House) -> None:
    with pytest.raises(InvalidField, match="台帳にないか、取り消されています"):
        house.ledger.handling.record(using(house, lines=(HandlingLine(item_id="f" * 32),)))


def test_a_late_entry_finds_its_place_in_time(house: House) -> None:
    item = first_item(house)
    house.story.take_out_and_back(item)
    out = house.ledger.handling.timeline(item.id)[-2].record
    assert out.occurred_at is not None
    between = out.occurred_at + timedelta(minutes=5)
    house.ledger.handling.record(using(house, occurred_at=between, ended_at=None))
    kinds = [stored.record.kind for stored in house.ledger.handling.timeline(item.id)]
    assert kinds[-3:] == [HandlingKind.TAKE_OUT, HandlingKind.USE, HandlingKind.BRING_BACK]
    assert state(house, item) is ItemState.STORED


def test_a_late_entry_that_contradicts_what_followed_is_refused(house: House) -> None:
    item = first_item(house)
    used_at = house.clock()
    house.clock.wait(10)
    house.ledger.handling.record(using(house))
    gone = using(
        house, kind=HandlingKind.LOSS, occurred_at=used_at, ended_at=None, purpose="棚卸で不明"
    )
    with pytest.raises(Refused, match="所在不明"):
        house.ledger.handling.record(gone)
    assert state(house, item) is ItemState.STORED


def test_disposing_twice_is_refused(house: House) -> None:
    item = first_item(house)
    house.story.copy(item)
    copy = house.story._copies[0]
    house.story.destroy(copy)
    house.story._copies.append(copy)
    with pytest.raises(Refused, match="「廃棄済」のため、「廃棄」は記録できません"):
        house.story.destroy(copy)


@pytest.mark.parametrize(("text", "word"), [("shiki", "利用"), ("chiba", "使用")])
def test_what_cannot_happen_is_called_as_the_contract_calls_it(
    tmp_path: Path, text: str, word: str
) -> None:
    with furnished(tmp_path, things=1, profile=text) as house:
        use = using(house)
        house.story.give_back(first_item(house))
        use = replace(use, occurred_at=house.clock(), ended_at=None)
        said = f"「返還済」のため、「{word}」は記録できません"
        with pytest.raises(Impossible, match=said):
            house.ledger.handling.record(use)
        [hindered] = house.ledger.handling.hindrances(use).values()
        assert said in hindered


def test_a_copy_of_a_destroyed_original_is_refused(house: House) -> None:
    item = first_item(house)
    house.story.give_back(item)
    with pytest.raises(Refused, match="返還済"):
        house.story.copy(item)


def test_a_copy_becomes_a_child_with_an_end_of_its_own(house: House) -> None:
    item = first_item(house)
    house.story.copy(item)
    child = house.ledger.registers.all(Item, parent_item_id=item.id)[0].record
    assert child.origin is ItemOrigin.COPIED
    assert (child.quantity, state(house, child)) == (Decimal(1), ItemState.STORED)


def test_a_void_derives_custody_anew(house: House) -> None:
    item = first_item(house)
    change = house.story.give_back(item)
    assert state(house, item) is ItemState.RETURNED
    house.ledger.handling.void(change.ids[-1], "相手方の受領が翌日だったため")
    assert state(house, item) is ItemState.STORED
    voided = house.ledger.store.get(HandlingEvent, change.ids[-1])
    assert voided is not None and voided.meta.voided
    assert voided.meta.void_reason == "相手方の受領が翌日だったため"


def test_a_void_that_would_contradict_later_events_is_refused(house: House) -> None:
    receipt = house.ledger.handling.timeline(first_item(house).id)[0].record
    house.ledger.handling.record(using(house))
    with pytest.raises(Refused, match="先に後の記録を取り消してください"):
        house.ledger.handling.void(receipt.id, "受領していなかった")


def test_a_correction_voids_and_replaces_in_one_command(house: House) -> None:
    change = house.ledger.handling.record(using(house, purpose="入カ"))
    before = house.ledger.store.head()
    corrected = house.ledger.handling.correct(
        change.ids[0], using(house, purpose="入力"), "目的の誤字"
    )
    new = house.ledger.registers.need(HandlingEvent, corrected.ids[1]).record
    assert (new.purpose, new.corrects_event_id) == ("入力", change.ids[0])
    assert new.event_no == 3 and corrected.head.seq == before.seq + 2
    old = house.ledger.store.get(HandlingEvent, change.ids[0])
    assert old is not None and old.meta.voided and old.record.purpose == "入カ"


def test_a_correction_needs_a_reason(house: House) -> None:
    change = house.ledger.handling.record(using(house))
    with pytest.raises(InvalidField, match="「理由」を具体的に"):
        house.ledger.handling.correct(change.ids[0], using(house), "誤")


def test_a_saved_event_is_never_revised(house: House) -> None:
    change = house.ledger.handling.record(using(house))
    event = house.ledger.registers.need(HandlingEvent, change.ids[0]).record
    with pytest.raises(Refused, match="書き換えられません"):
        house.ledger.registers.revise(replace(event, purpose="別の目的"), "直したい")


def test_voiding_twice_tells_that_it_was_done(house: House) -> None:
    change = house.ledger.handling.record(using(house))
    house.ledger.handling.void(change.ids[0], "二重に入力した")
    with pytest.raises(Conflict):
        house.ledger.handling.void(change.ids[0], "二重に入力した")


def test_the_same_command_is_answered_not_repeated(house: House) -> None:
    event = using(house)
    first = house.ledger.handling.record(event, command_id="ab" * 16)
    again = house.ledger.handling.record(event, command_id="ab" * 16)
    assert again.repeated and again.ids == first.ids
    assert house.ledger.registers.count(Query("handling_event")) == 2


def test_the_responsible_person_confirms(house: House) -> None:
    change = house.ledger.handling.record(using(house))
    house.ledger.handling.confirm(change.ids)
    event = house.ledger.registers.need(HandlingEvent, change.ids[0]).record
    assert event.status is HandlingStatus.CONFIRMED
    assert event.confirmed_by == house.story.people["supervisor"]
    with pytest.raises(Refused, match="すでに確認済み"):
        house.ledger.handling.confirm(change.ids)


def test_a_worker_records_only_his_own_acts(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True, things=1) as house:
        ledger = house.sign_in("yoshino")
        assert ledger.role is Role.WORKER
        ledger.handling.record(using(house))
        other = using(house, actor_person_id=house.story.people["worker2"])
        with pytest.raises(NotPermitted, match="責任者"):
            ledger.handling.record(other)
        mine = ledger.registers.all(HandlingEvent)[-1].record
        with pytest.raises(NotPermitted, match="取扱記録の確認"):
            ledger.handling.confirm([mine.id])


@pytest.mark.parametrize("login", ["kensa", "watanabe"])
def test_inspector_and_administrator_record_nothing(tmp_path: Path, login: str) -> None:
    with furnished(tmp_path, accounts=True, things=1) as house:
        ledger = house.sign_in(login)
        with pytest.raises(NotPermitted):
            ledger.handling.record(using(house))

"""What an act alone registered goes with it, and what never came is neither left nor destroyed."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from models import without_origin
from models.calendar import calendar
from models.codes import ContractStatus, HandlingKind, ItemState
from models.errors import Refused, RuleRefused
from models.records import Contract, ContractPlace, HandlingEvent, HandlingLine, Item
from models.rules.answers import EVERY, Answers
from tests.house import House, furnished
from tests.models.rules.stage import PROFILES
from tests.models.test_carriers import gone
from tests.proof import sentences
from tests.reports.applying import text_of, working_day

K = HandlingKind
WHY = "誤って入力したため"
ANSWERS = Answers({EVERY: "手順を確かめるために行ったため"}, later=True)


@pytest.fixture(params=PROFILES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with working_day(tmp_path, request.param) as made:
        yield made


@pytest.fixture
def free(tmp_path: Path) -> Iterator[House]:
    """An office without rules, half an hour after four things came in at nine."""
    with furnished(tmp_path) as made:
        made.clock.go_to(made.ledger.today(), 9)
        made.story.receive(4)
        made.clock.wait(30)
        yield made


def copied(house: House) -> tuple[HandlingEvent, Item]:
    """Copy a pile of paper, and return the act and the copy."""
    house.story.copy(next(one for one in house.story._stock if not one.electronic))
    return last(house, K.COPY), house.story._copies[-1]


def last(house: House, kind: HandlingKind) -> HandlingEvent:
    return house.ledger.registers.all(HandlingEvent, kind=kind)[-1].record


def numbers(house: House) -> set[str]:
    return {one.record.item_no for one in house.ledger.registers.all(Item)}


def orphan(house: House) -> Item:
    """Return a copy that another act speaks of, so that it stays when its copying is voided."""
    act, copy = copied(house)
    event = HandlingEvent(
        contract_id=copy.contract_id, kind=K.STOCKTAKE, occurred_at=house.ledger.now(),
        purpose="現品確認", actor_person_id=house.story.people["supervisor"],
        place_from_id=copy.home_place_id, lines=(HandlingLine(item_id=copy.id),),
    )  # fmt: skip
    house.clock.wait(1)
    counted = house.ledger.handling.record(event).ids[-1]
    house.clock.wait(1)
    change = house.ledger.handling.void(act.id, WHY)
    [told] = [one for one in change.notices if copy.caption() in one]
    assert "受領や作成の記録がなくなりました" in told and "登録を取り消し" in told
    house.ledger.handling.void(counted, WHY)
    found = house.ledger.registers.need(Item, copy.id).record
    assert found.state is ItemState.REGISTERED
    return found


def end(house: House) -> None:
    """Give everything back."""
    for item in list(house.story._stock):
        house.story.give_back(item)


def test_a_copy_goes_with_the_act_that_alone_made_it(house: House) -> None:
    act, copy = copied(house)
    assert copy.caption() in house.ledger.handling.falls_with(act)
    change = house.ledger.handling.void(act.id, WHY)
    stored = house.ledger.registers.need(Item, copy.id)
    assert stored.meta.voided and stored.meta.void_reason == WHY
    assert any(copy.caption() in one and "取り消しました" in one for one in change.notices)
    assert set(change.ids) >= {act.id, copy.id} and "item" in change.types
    end(house)
    text = text_of(house, "D-17", last(house, K.RETURN).id)
    assert "まだ終わっていません" not in text


def test_a_receipt_goes_with_its_things_and_nothing_that_was_there_before(free: House) -> None:
    before = numbers(free)
    free.story.receive(2)
    came, receipt = numbers(free) - before, last(free, K.RECEIVE)
    assert came
    free.ledger.handling.void(receipt.id, WHY)
    gone_ = {
        free.ledger.registers.need(Item, line.item_id).record.item_no for line in receipt.lines
    }
    assert numbers(free) == before | (came - gone_) and gone_ <= came


def test_what_was_registered_apart_stays_and_is_told(free: House) -> None:
    known = free.story._stock[0]
    one = replace(known, id="", item_no="Z-001", quantity=Decimal(3), unit="枚")
    id_ = free.ledger.registers.create(one).ids[-1]
    model = last(free, K.RECEIVE)
    event = replace(
        model, id="", event_no=None, status=None, occurred_at=free.ledger.now(),
        lines=(HandlingLine(item_id=id_),),
    )  # fmt: skip
    made = free.ledger.handling.record(event).ids[-1]
    assert free.ledger.handling.falls_with(last(free, K.RECEIVE)) == ""
    change = free.ledger.handling.void(made, WHY)
    assert "Z-001" in numbers(free) and any("Z-001" in one for one in change.notices)


def test_what_a_correction_leaves_out_goes_and_what_it_keeps_stays(free: House) -> None:
    house, (act, other) = free, copied(free)
    copies = [replace(other, id=house.ledger.new_id(), item_no=f"Z-00{n}") for n in (1, 2)]
    draft = replace(
        act, id="", event_no=None, status=None, lines=(), occurred_at=house.ledger.now()
    )
    house.ledger.handling.copy(draft, act.lines[0].item_id, copies)
    act = last(house, K.COPY)
    kept, dropped = act.lines[0], act.lines[-1]
    change = house.ledger.handling.correct(act.id, replace(act, lines=(kept,)), WHY)
    gone_ = house.ledger.registers.need(Item, dropped.resulting_item_id)
    stays = house.ledger.registers.need(Item, kept.resulting_item_id)
    assert gone_.meta.voided and not stays.meta.voided
    assert stays.record.state is ItemState.STORED
    assert any(gone_.record.caption() in one for one in change.notices)
    house.ledger.handling.void(last(house, K.COPY).id, WHY)  # registered with what it corrects
    assert house.ledger.registers.need(Item, stays.record.id).meta.voided


def test_a_thing_that_another_record_names_stays(free: House) -> None:
    act, copy = copied(free)
    known = free.ledger.registers.need(Item, copy.id).record
    child = replace(known, id="", item_no="Z-009", parent_item_id=copy.id)
    free.ledger.registers.create(child)
    assert without_origin.falls_with(free.ledger, act) == []


def test_what_never_came_is_not_left_and_is_told_how_to_go(house: House) -> None:
    item = orphan(house)
    end(house)
    text = text_of(house, "D-17", last(house, K.RETURN).id)
    assert "まだ終わっていません" not in text
    assert not any(
        one.code == "K-23" and "残っている" in one.about for one in calendar(house.ledger)
    )
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    day = house.ledger.today()
    house.ledger.registers.revise(replace(contract, completed_on=day), "完了したため")
    house.clock.wait(24 * 60)
    house.story.contract = replace(contract, completed_on=day)
    mine = [one for one in sentences(house) if item.caption() in one]
    assert mine and not any("残って" in one for one in mine)
    assert any("その登録を取り消し" in one for one in mine)
    with pytest.raises(RuleRefused) as asked:
        house.ledger.registers.revise(
            replace(house.story.contract, status=ContractStatus.CLOSED), "完了したため"
        )
    assert "その登録を取り消し" in str(asked.value)
    assert "返還・消去・廃棄を済ませて" not in str(asked.value)
    house.ledger.registers.void(Item, item.id, WHY)
    assert not any(item.caption() in one and "受領や作成" in one for one in sentences(house))


def test_what_never_came_is_not_destroyed(free: House) -> None:
    item = orphan(free)
    row = gone(free, K.DISPOSE, item, item.quantity)
    event = HandlingEvent(
        contract_id=item.contract_id, kind=K.DISPOSE, purpose="不要のため",
        occurred_at=free.ledger.now(), actor_person_id=free.story.people["supervisor"],
        place_from_id=item.home_place_id, sanitization=(row,),
        lines=(HandlingLine(item_id=item.id, quantity=item.quantity),),
    )  # fmt: skip
    with pytest.raises(Refused, match=r"受領や作成が記録されていません.*登録を取り消し"):
        free.ledger.handling.record(event)


def test_a_receipt_is_not_voided_under_what_was_destroyed(free: House) -> None:
    act, copy = copied(free)
    free.clock.wait(5)
    free.story.destroy(copy)
    with pytest.raises(Refused, match="先に後の記録を取り消してください"):
        free.ledger.handling.void(act.id, WHY)


def test_what_never_came_lies_nowhere_and_is_no_copy(free: House) -> None:
    item = orphan(free)
    free.story.copy(next(one for one in free.story._stock if one.id == item.parent_item_id))
    assert not any("同じ原本の写し" in one for one in sentences(free))
    end(free)
    place = free.ledger.registers.all(ContractPlace, place_id=item.current_place_id)[0].record
    day = free.ledger.today()
    change = free.ledger.registers.revise(replace(place, use_to=day), "使わなくなったため")
    assert not any(item.caption() in one for one in change.notices)
    free.clock.wait(24 * 60)
    assert [
        one for one in sentences(free) if item.caption() in one and "記録されていません" not in one
    ] == []


def put_away(house: House, item: Item) -> HandlingEvent:
    house.clock.wait(10)
    return HandlingEvent(
        contract_id=house.story.contract.id, kind=K.STORE, purpose="保管", occurred_at=house.clock(),
        actor_person_id=house.story.people["worker"], place_to_id=house.story.places[1].id,
        lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip


def test_what_never_came_is_not_put_away(house: House) -> None:
    """Once it lay somewhere it would pass for a thing that is here."""
    item = orphan(house)
    with pytest.raises(Refused, match="受領や作成が記録されていません"):
        house.ledger.handling.record(put_away(house, item), answers=ANSWERS)


def test_a_copy_that_was_put_away_is_not_unmade_before_that(house: House) -> None:
    act, made = copied(house)
    house.ledger.handling.record(put_away(house, made), answers=ANSWERS)
    with pytest.raises(Refused, match="先に後の記録を取り消してください"):
        house.ledger.handling.void(act.id, WHY)
    house.ledger.handling.void(last(house, K.STORE).id, WHY)
    house.ledger.handling.void(act.id, WHY)
    assert made.item_no not in numbers(house)

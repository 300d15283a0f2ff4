"""What was right when it was done stays right: notices that are withdrawn, computers that are retired."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from models.codes import Encrypted, EndRule, ItemClass, ItemOrigin, MediaType, Ownership
from models.codes import HandlingKind as K
from models.inquiry import Inquiry
from models.records import HandlingLine, Item, Submission
from tests.house import House, furnished


def said(house: House, rule: str = "R-12") -> list[str]:
    asked = house.ledger.inquiries.of(house.story.contract.id)
    return [row.sentence for row in asked.breaches.of_rule(rule)]


def a_computer(house: House) -> Item:
    place = house.story.places[1].id
    pc = Item(
        item_no="PC-1", name="入力用PC", quantity=Decimal(1), unit="台", maker="見本", model="M1",
        serial_no="S1", item_class=ItemClass.EQUIPMENT, media_type=MediaType.NOTEBOOK_PC,
        origin=ItemOrigin.CONTRACTOR_EQUIPMENT, ownership=Ownership.CONTRACTOR,
        home_place_id=place, encrypted=Encrypted.YES, terminal_registered=True,
        theft_prevention="ワイヤー", end_rule=EndRule.AS_INSTRUCTED,
    )  # fmt: skip
    made = house.ledger.registers.create(pc).ids[-1]
    store = house.story._event(K.STORE, "配備", actor="worker2", place_to_id=place)
    house.ledger.handling.record(replace(store, lines=(HandlingLine(item_id=made),)))
    return house.ledger.registers.need(Item, made).record


def used(house: House, pc: Item, *, hours_ago: int = 0) -> None:
    house.clock.wait(30)
    event = house.story._event(
        K.USE, "入力", actor="worker2", place_from_id=house.story.places[1].id
    )
    assert event.occurred_at is not None
    at = event.occurred_at - timedelta(hours=hours_ago)
    lines = (HandlingLine(item_id=pc.id),)
    house.ledger.handling.record(replace(event, lines=lines, occurred_at=at, ended_at=at))


def test_a_computer_that_is_retired_was_a_terminal_before(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="shiki") as house:
        pc = a_computer(house)
        used(house, pc)
        used(house, pc)
        house.clock.wait(60)
        now = house.ledger.registers.need(Item, pc.id).record
        house.ledger.registers.revise(replace(now, terminal_registered=False), "使用をやめたため")
        assert said(house, "R-19") == []
        used(house, pc, hours_ago=1)
        assert said(house, "R-19") == []
        used(house, pc)
        [told] = said(house, "R-19")
        assert "使用端末として登録されていません" in told
        anew = Inquiry(house.ledger, house.story.contract)
        assert [row.sentence for row in anew.breaches.of_rule("R-19")] == [told]


def test_a_notice_that_is_withdrawn_accuses_no_receipt_before_it(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba") as house:
        house.story.receive(1)
        assert said(house) == []
        notices = house.ledger.registers.all(Submission, doc_kind="D-03")
        assert notices
        for one in notices:
            house.ledger.paper.withdraw(one.record.id, "書き直すため")
        assert said(house) == []

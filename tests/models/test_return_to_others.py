"""A return to somebody else is no end towards the client; a late one may contradict later acts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.codes import (
    AuthorizationSubject,
    BasisType,
    ContractStatus,
    Decision,
    DecisionForm,
    Means,
)
from models.codes import HandlingKind as K
from models.errors import NeedsAnswer
from models.records import Authorization, HandlingEvent, HandlingLine, Item, Organization
from models.rules.answers import Answers
from tests import proof
from tests.house import House, stack, stocked
from tests.reports.applying import text_of

REASON = "運送会社の運転手に渡したため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with stocked(tmp_path) as made:
        yield made


def courier(house: House) -> str:
    found = house.ledger.registers.all(Organization)
    return next(one.record.id for one in found if "便" in one.record.name)


def act(house: House, kind: K, item: Item, quantity: Decimal | None, **fields: Any) -> Any:
    story = house.story
    event = HandlingEvent(
        contract_id=story.contract.id, kind=kind, purpose="入力が終わったため",
        occurred_at=house.clock(), actor_person_id=story.people["supervisor"],
        place_from_id=story.places[2].id,
        lines=(HandlingLine(item_id=item.id, quantity=quantity),),
    )  # fmt: skip
    return replace(event, **fields)


def given(house: House, item: Item, org: str, quantity: Decimal | None = None, **more: Any) -> Any:
    return act(
        house, K.RETURN, item, quantity or item.quantity, means=Means.DIRECT,
        counterpart_org_id=org, counterpart_name="運転手", **more,
    )  # fmt: skip


def used(house: House, item: Item, quantity: Decimal | None, **fields: Any) -> Any:
    now = house.clock()
    place = house.story.places[1].id
    return act(
        house, K.USE, item, quantity, occurred_at=now, ended_at=now,
        **{"place_from_id": place, **fields},
    )  # fmt: skip


def explained(house: House, event: Any) -> str:
    """Enter a breach; somebody else will look at it."""
    with pytest.raises(NeedsAnswer) as asked:
        house.ledger.handling.record(event)
    assert "見本市" in str(asked.value) and "第14条第1項" in str(asked.value)
    answers = Answers(reasons={"R-21": REASON}, later=True)
    made = house.ledger.handling.record(event, answers=answers).ids
    found = [house.ledger.store.get(HandlingEvent, id_) for id_ in made]
    return next(one.record.id for one in found if one)


def end_rows(house: House) -> str:
    """Return what stands against the end of custody, under every clause that asks for it."""
    found = proof.graded(house, "EQ-END")
    return "".join(sentence for severity, sentence in found if severity == "broken")


@pytest.mark.parametrize("who", ["contractor", "courier"])
def test_a_return_to_somebody_else_is_a_breach_and_no_end(house: House, who: str) -> None:
    org = house.story.contract.contractor_org_id if who == "contractor" else courier(house)
    assert not end_rows(house)
    id_ = explained(house, given(house, stack(house), org))
    event = house.ledger.registers.need(HandlingEvent, id_).record
    assert "相手方は" in end_rows(house)
    assert event.deviation and event.deviation_reason == REASON
    assert event.caption() in end_rows(house)
    name = house.ledger.registers.caption("organization", org)
    note, report = text_of(house, "D-16", id_), text_of(house, "D-17", id_)
    assert name in note and "（見本市）ではありません" in note
    assert name in report and "でない相手に渡したもの1件" in report


def test_a_contract_is_not_closed_over_a_return_to_somebody_else(house: House) -> None:
    closed = replace(house.story.contract, status=ContractStatus.CLOSED)
    before = house.story.contract
    explained(house, given(house, stack(house), courier(house)))
    said = [one.message for one in house.ledger.rules.about_record(closed, before)]
    assert any("の相手方は" in one and "訂正してください" in one for one in said)


def test_a_return_to_the_client_is_an_end_and_names_it(house: House) -> None:
    client = house.story.contract.client_org_id
    made = house.ledger.handling.record(given(house, stack(house), client))
    assert not end_rows(house)
    note = text_of(house, "D-16", made.ids[-1])
    assert "見本市　運転手" in note and "ではありません" not in note


def test_the_clients_other_instruction_makes_it_an_end(house: House) -> None:
    day = house.ledger.today() - timedelta(days=3)
    told = Authorization(
        contract_id=house.story.contract.id, basis_type=BasisType.INSTRUCTION,
        subject=AuthorizationSubject.END_EXCEPTION, reason="委託者の指示", scope_text="便で返す",
        valid_from=day, decision=Decision.GRANTED, decided_on=day, decided_by_title="課長",
        decided_by_name="見本　次郎", decision_form=DecisionForm.WRITTEN,
    )  # fmt: skip
    basis = house.ledger.registers.create(told).ids[-1]
    event = given(house, stack(house), courier(house), authorization_id=basis)
    house.ledger.handling.record(event)
    assert not end_rows(house)


def test_a_late_partial_return_tells_which_later_acts_say_too_much(house: House) -> None:
    item, early = stack(house), house.clock()
    house.clock.wait(30)
    assert not house.ledger.handling.record(used(house, item, item.quantity)).notices
    most = (item.quantity or Decimal(0)) - 1
    client = house.story.contract.client_org_id
    late = given(house, item, client, most, occurred_at=early)
    [told] = [one for one in house.ledger.handling.record(late).notices if "残り" in one]
    assert f"（{item.quantity:f}枚）" in told and "残り（1枚）より多く" in told


def test_a_use_of_more_than_is_left_is_told(house: House) -> None:
    item, client = stack(house), house.story.contract.client_org_id
    most = (item.quantity or Decimal(0)) - 1
    house.ledger.handling.record(given(house, item, client, most))
    house.clock.wait(1)
    [told] = house.ledger.handling.record(used(house, item, item.quantity)).notices
    assert "残り（1枚）より多く" in told
    assert not house.ledger.handling.record(used(house, item, Decimal(1))).notices

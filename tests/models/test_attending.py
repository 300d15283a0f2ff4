"""An officer attends an act on its day, and confirms when it was, which thing, and how much of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import HandlingKind, Role, SanitizationMethod, Timing
from models.errors import Refused
from models.records import HandlingEvent, HandlingLine, Item
from models.wareki import format_moment
from tests.house import House, furnished, stack
from tests.models.test_carriers import gone
from ui.sample import cast

OFFICER = "見本　花子"
LOGIN = {user.role: user.login for user in cast.USERS}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, things=6, wait=3 * 24 * 60) as made:
        yield made


def disposal(house: House, item: Item, quantity: int, **row: object) -> HandlingEvent:
    """Describe that some of a bundle was shredded while the officer looked on."""
    amount = Decimal(quantity)
    done = gone(house, HandlingKind.DISPOSE, item, amount)
    attended = {"witnessed_at": house.ledger.now(), **row}
    done = replace(
        done, electronic=False, category=None, method=SanitizationMethod.SHRED, method_detail="裁断",
        tool_name="", tool_version="", witness_requested=True, witness_name=OFFICER,
        witness_title="主査", **attended,  # type: ignore[arg-type]
    )  # fmt: skip
    return HandlingEvent(
        contract_id=item.contract_id, kind=HandlingKind.DISPOSE, purpose="不要のため",
        occurred_at=house.ledger.now(), actor_person_id=house.story.people["supervisor"],
        place_from_id=item.home_place_id, sanitization=(done,),
        lines=(HandlingLine(item_id=item.id, quantity=amount),),
    )  # fmt: skip


def statements(house: House) -> list[str]:
    ledger = house.sign_in(LOGIN[Role.INSPECTOR])
    return [one.statement for one in ledger.witness.waiting(house.story.contract.id)]


@pytest.mark.parametrize("days", [-3, -1])
def test_nobody_attends_on_a_day_on_which_it_was_not_done(house: House, days: int) -> None:
    then = house.ledger.now() + timedelta(days=days)
    event = disposal(house, stack(house), 1, witnessed_at=then)
    with pytest.raises(Refused, match="立会日時が、取扱いの日時と別の日です"):
        house.ledger.handling.record(event)


def test_a_plan_names_a_witness_without_a_word_about_the_day(house: House) -> None:
    ahead = house.ledger.now() + timedelta(days=5)
    event = replace(disposal(house, stack(house), 1), timing=Timing.PLANNED, occurred_at=ahead)
    house.ledger.handling.record(event)


def test_one_attends_an_act_of_several_days_on_any_of_them(house: House) -> None:
    now = house.ledger.now()
    event = disposal(house, stack(house), 1, witnessed_at=now - timedelta(days=1))
    began = replace(event, occurred_at=now - timedelta(days=2), ended_at=now)
    house.ledger.handling.record(began)


def test_the_officer_reads_day_time_number_and_quantity(house: House) -> None:
    item = stack(house)
    total = item.quantity
    assert total is not None and total > 3
    at = house.ledger.now()
    house.ledger.handling.record(disposal(house, item, 3))
    [said] = statements(house)
    assert format_moment(at) in said
    assert item.caption() in said
    assert f"3枚（{item.amount(total)}のうち）" in said


def test_all_of_a_thing_is_said_as_one_number(house: House) -> None:
    item = stack(house)
    assert item.quantity is not None
    house.ledger.handling.record(disposal(house, item, int(item.quantity)))
    [said] = statements(house)
    assert item.amount(item.quantity) in said and "のうち" not in said

"""What left on a transport and was never told to have come is asked for, until somebody says where it is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.calendar import calendar, state
from models.codes import HandlingKind, Means, Timing
from models.evidence_rows import Row
from models.records import HandlingEvent, HandlingLine, Item, TransportDetail
from tests import proof
from tests.house import House, furnished
from ui.today_facts import read_today

K = HandlingKind
LIMIT = date(2026, 10, 6)  # three working days after Thursday, 1 October
OVER = LIMIT + timedelta(days=1)
DEMANDING = ("shiki", "fukuoka", "chiba")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, things=2) as made:
        yield made


def act(house: House, kind: HandlingKind, *items: Item, **more: Any) -> HandlingEvent:
    ledger, now = house.ledger, house.clock()
    lines = more.pop("lines", tuple(HandlingLine(item_id=i.id, quantity=i.quantity) for i in items))
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=kind, timing=Timing.ACTUAL, occurred_at=now,
        actor_person_id=ledger.user.person_id, purpose="運搬の試験", lines=lines, **more,
    )  # fmt: skip
    change = ledger.handling.record(event)
    return ledger.registers.need(HandlingEvent, change.ids[-1]).record


def leave(house: House, *items: Item, **more: Any) -> HandlingEvent:
    way = TransportDetail(
        persons=("﨑山　健",), container="鍵付き鞄", departed_at=house.clock(),
        do_not_leave_instructed=True, instructed_by=house.story.people["supervisor"],
        instructed_at=house.clock(),
    )  # fmt: skip
    return act(house, K.TRANSPORT, *items, transport=(way,), destination_text="見本市役所", **more)


def arrive(house: House, left: HandlingEvent) -> HandlingEvent:
    way = replace(left.transport[0], arrived_at=house.clock(), received_by="見本　花子")
    place = house.story.places[2].id
    return act(house, K.TRANSPORT, lines=left.lines, transport=(way,), place_to_id=place,
               related_event_id=left.id)  # fmt: skip


def asked(house: House) -> list[Row]:
    return [row for row in set(proof.rows(house, "EQ-TRANSPORT")) if "到着" in row.sentence]


def dates(house: House) -> list[tuple[date | None, str]]:
    found = calendar(house.ledger, house.story.contract.id)
    now = house.ledger.now()
    return [(one.due_on, state(one, now)) for one in found if one.what == "到着の記録"]


@pytest.mark.parametrize("profile", DEMANDING)
def test_it_is_asked_for_after_the_days(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, profile=profile, things=1) as house:
        left = leave(house, house.story._stock[0])
        assert dates(house) == [(LIMIT, "week")] and asked(house) == []
        house.clock.go_to(LIMIT, 9)
        assert dates(house) == [(LIMIT, "today")] and asked(house) == []
        house.clock.go_to(OVER, 9)
        assert dates(house) == [(LIMIT, "overdue")]
        [row] = asked(house)
        assert (row.id, row.severity) == (left.id, "action")
        assert house.story._stock[0].caption() in row.sentence and "所在不明" in row.sentence


@pytest.mark.parametrize("profile", ["confidentiality-model", "yachiyo"])
def test_a_text_without_a_word_on_it_has_the_date_alone(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, profile=profile, things=1) as house:
        leave(house, house.story._stock[0])
        house.clock.go_to(OVER, 9)
        assert asked(house) == [] and dates(house) == [(LIMIT, "overdue")]


def test_the_arrival_ends_it(house: House) -> None:
    left = leave(house, *house.story._stock[:2])
    house.clock.go_to(OVER, 9)
    assert len(asked(house)) == 1
    arrive(house, left)
    assert asked(house) == [] and dates(house) == []


@pytest.mark.parametrize("kind", [K.LOSS, K.RETURN])
def test_so_does_what_became_of_it_instead(house: House, kind: HandlingKind) -> None:
    item = house.story._stock[0]
    left = leave(house, item)
    house.clock.go_to(OVER, 9)
    more = {"counterpart_name": "見本　花子", "means": Means.DIRECT} if kind is K.RETURN else {}
    found = act(house, kind, item, related_event_id=left.id, **more)
    assert asked(house) == [] and dates(house) == []
    house.ledger.handling.void(found.id, "思い違いだったため")
    assert len(asked(house)) == 1


def test_what_was_entered_by_mistake_is_not_asked_for(house: House) -> None:
    left = leave(house, house.story._stock[0])
    house.clock.go_to(OVER, 9)
    house.ledger.handling.void(left.id, "運んでいなかったため")
    assert asked(house) == [] and dates(house) == []


def test_a_part_on_the_way_is_asked_for_beside_what_was_taken_out(house: House) -> None:
    item = house.ledger.registers.need(Item, house.story._stock[0].id).record
    one = (HandlingLine(item_id=item.id, quantity=Decimal(1)),)
    act(house, K.TAKE_OUT, lines=one, destination_text="市役所",
        expected_return_at=house.ledger.now() + timedelta(days=30))  # fmt: skip
    left = leave(house, lines=one)
    house.clock.go_to(OVER, 9)
    assert [row.id for row in asked(house)] == [left.id]


def test_a_whole_transport_waits_for_nothing(house: House) -> None:
    house.story.carry(house.story._stock[0])
    house.clock.go_to(OVER, 9)
    assert asked(house) == [] and dates(house) == []


def test_many_things_are_counted(house: House) -> None:
    house.story.receive(4)
    leave(house, *house.story._stock)
    house.clock.go_to(OVER, 9)
    [row] = asked(house)
    assert "など6件" in row.sentence


def test_today_shows_it_among_what_is_due(house: House) -> None:
    left = leave(house, house.story._stock[0])
    house.clock.go_to(OVER, 9)
    rows = [row for row in read_today(house.ledger, "").due if row.id == left.id]
    assert [row.overdue for row in rows] == [True]

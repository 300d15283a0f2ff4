"""The state of an item follows from what happened to it, in the order in which it happened."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from models import amounts, custody
from models.codes import (
    TERMINAL_STATES,
    HandlingKind,
    ItemClass,
    ItemOrigin,
    ItemState,
    Ownership,
    Timing,
    VerificationResult,
)
from models.endings import TERMINAL_BY_KIND
from models.errors import Refused
from models.item_status import Status
from models.possible_acts import ALLOWED
from models.records import HandlingEvent, HandlingLine, Item, Sanitization, TransportDetail
from models.wareki import JAPAN
from tests import factory

START = datetime(2026, 10, 1, 9, 0, tzinfo=JAPAN)
K, S = HandlingKind, ItemState


@pytest.fixture
def paper() -> Item:
    company, client = factory.organization(), factory.municipality()
    return factory.item(factory.contract(client, company), factory.place())


def happened(item: Item, kind: HandlingKind, hours: int = 0, **fields: object) -> HandlingEvent:
    quantity = fields.pop("quantity", None)
    line = HandlingLine(item_id=item.id, quantity=quantity)  # type: ignore[arg-type]
    return HandlingEvent(
        id=f"{kind.value}{hours}", kind=kind, timing=Timing.ACTUAL, actor_person_id="taro",
        occurred_at=START + timedelta(hours=hours), lines=(line,), **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def after(item: Item, *events: HandlingEvent) -> Status:
    return custody.replay(item, events)


def test_a_day_in_the_life_of_a_paper(paper: Item) -> None:
    received = happened(paper, K.RECEIVE)
    used = happened(paper, K.USE, 1)
    back = happened(paper, K.USE, 2, related_event_id=used.id)
    out = happened(paper, K.TAKE_OUT, 3, expected_return_at=START + timedelta(hours=5))
    home = happened(paper, K.BRING_BACK, 4)
    assert after(paper).state is S.REGISTERED
    assert after(paper, received).state is S.STORED
    assert after(paper, received, used).holder_id == "taro"
    assert after(paper, received, used, back).state is S.STORED
    away = after(paper, received, used, back, out)
    assert (away.state, away.place_id, away.due_back_at) == (
        S.TAKEN_OUT, "", START + timedelta(hours=5),
    )  # fmt: skip
    final = after(paper, received, used, back, out, home)
    assert (final.state, final.place_id, final.due_back_at) == (S.STORED, paper.home_place_id, None)


@pytest.mark.parametrize("kind", [K.USE, K.COPY, K.TAKE_OUT, K.RETURN, K.ERASE, K.TRANSPORT])
def test_nothing_happens_before_the_receipt(paper: Item, kind: HandlingKind) -> None:
    with pytest.raises(Refused, match="先に受領・収集・作成"):
        after(paper, happened(paper, kind))


@pytest.mark.parametrize("kind", [K.USE, K.TAKE_OUT, K.TRANSPORT])
def test_a_pc_of_the_contractor_is_put_somewhere_first(paper: Item, kind: HandlingKind) -> None:
    own = replace(paper, origin=ItemOrigin.CONTRACTOR_EQUIPMENT)
    with pytest.raises(Refused, match="先に「保管・移動」で置いた場所を"):
        after(own, happened(own, kind))
    assert after(own, happened(own, K.STORE), happened(own, kind, 1)).state is not S.REGISTERED


@pytest.mark.parametrize("end", [K.RETURN, K.HAND_OVER, K.ERASE, K.DISPOSE])
@pytest.mark.parametrize("kind", list(K))
def test_nothing_follows_the_end(paper: Item, end: HandlingKind, kind: HandlingKind) -> None:
    with pytest.raises(Refused):
        after(paper, happened(paper, K.RECEIVE), happened(paper, end, 1), happened(paper, kind, 2))


def test_a_partial_return_leaves_the_rest(paper: Item) -> None:
    part = happened(paper, K.RETURN, 1, quantity=Decimal(4))
    status = after(paper, happened(paper, K.RECEIVE), part)
    assert (status.state, status.left) == (S.STORED, Decimal(6))
    rest = happened(paper, K.DISPOSE, 2, quantity=Decimal(6))
    status = after(paper, happened(paper, K.RECEIVE), part, rest)
    assert (status.state, status.left) == (S.DISPOSED, Decimal(0))


@pytest.mark.parametrize(("quantity", "words"), [("11", "残りは10"), ("0", "0より大きい")])
def test_more_than_there_is_is_refused(paper: Item, quantity: str, words: str) -> None:
    wrong = happened(paper, K.DISPOSE, 1, quantity=Decimal(quantity))
    with pytest.raises(Refused, match=words):
        after(paper, happened(paper, K.RECEIVE), wrong)


def test_what_is_out_may_be_returned_from_there(paper: Item) -> None:
    status = after(
        paper, happened(paper, K.RECEIVE), happened(paper, K.TAKE_OUT, 1),
        happened(paper, K.RETURN, 2),
    )  # fmt: skip
    assert status.state is S.RETURNED


def test_transport_lasts_until_arrival(paper: Item) -> None:
    leaving = happened(paper, K.TRANSPORT, 1, transport=(TransportDetail(persons=("太郎",)),))
    arrived = replace(
        leaving, id="arrival", occurred_at=START + timedelta(hours=2),
        transport=(TransportDetail(persons=("太郎",), arrived_at=START + timedelta(hours=2)),),
        place_to_id="store",
    )  # fmt: skip
    assert after(paper, happened(paper, K.RECEIVE), leaving).state is S.IN_TRANSIT
    status = after(paper, happened(paper, K.RECEIVE), leaving, arrived)
    assert (status.state, status.place_id) == (S.STORED, "store")
    with pytest.raises(Refused, match="すでに運搬中"):
        after(paper, happened(paper, K.RECEIVE), leaving, leaving)


@pytest.mark.parametrize("before", [K.RECEIVE, K.TAKE_OUT])
def test_what_was_lost_comes_back_to_where_it_was(paper: Item, before: HandlingKind) -> None:
    events = [happened(paper, K.RECEIVE)]
    if before is not K.RECEIVE:
        events.append(happened(paper, before, 1))
    interrupted = after(paper, *events).state
    events.append(happened(paper, K.LOSS, 2))
    assert after(paper, *events).state is S.MISSING
    events.append(happened(paper, K.RECOVER, 3))
    assert after(paper, *events).state is interrupted


def test_a_plan_changes_nothing(paper: Item) -> None:
    plan = replace(happened(paper, K.DISPOSE, 1), timing=Timing.PLANNED)
    assert after(paper, happened(paper, K.RECEIVE), plan).state is S.STORED


def test_a_copy_appears_at_its_home_and_the_original_stays(paper: Item) -> None:
    child = replace(paper, id="child", parent_item_id=paper.id)
    line = HandlingLine(item_id=paper.id, resulting_item_id="child")
    copying = replace(happened(paper, K.COPY, 1), lines=(line,))
    assert after(child, copying).state is S.STORED
    assert after(paper, happened(paper, K.RECEIVE), copying).state is S.STORED
    with pytest.raises(Refused, match="すでに登録されている"):
        after(child, copying, copying)


def test_every_state_is_reachable_and_every_kind_has_a_rule() -> None:
    assert set(ALLOWED) == set(K)
    assert not any(states & TERMINAL_STATES for states in ALLOWED.values())
    assert set(TERMINAL_BY_KIND.values()) == TERMINAL_STATES


def test_what_followed_a_failed_erasing_that_once_ended_its_carrier_still_follows(
    paper: Item,
) -> None:
    discs = replace(
        paper, item_class=ItemClass.MEDIUM, ownership=Ownership.CONTRACTOR, quantity=Decimal(10)
    )
    row = Sanitization(item_id=discs.id, verification_result=VerificationResult.FAIL)
    held = after(
        discs, happened(discs, K.RECEIVE), happened(discs, K.RETURN, 1, quantity=Decimal(5)),
        happened(discs, K.ERASE, 2, sanitization=(row,)),
    )  # fmt: skip
    assert (held.state, held.left) == (S.STORED, Decimal(5))
    gone = happened(discs, K.DISPOSE, 3, quantity=Decimal(10))
    assert custody.step(discs, held, gone).state is S.DISPOSED
    with pytest.raises(Refused, match="残り5冊"):
        list(amounts.of_now(discs, held, [gone], lambda place: place))

"""Several persons take parts of one thing out: what is outside is told by what is still out."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from models import custody
from models.codes import HandlingKind, Timing
from models.item_status import Status
from models.records import HandlingEvent, HandlingLine, Item
from models.wareki import JAPAN
from storage import status_rows

K = HandlingKind
AT = datetime(2026, 11, 22, 7, tzinfo=JAPAN)
EARLY, LATE = AT + timedelta(days=1), AT + timedelta(days=2)
THING = Item(id="i", quantity=Decimal(100), home_place_id="p")


def act(kind: HandlingKind, id_: str, pieces: int, who: str, **more: object) -> HandlingEvent:
    line = HandlingLine(item_id="i", quantity=Decimal(pieces))
    return HandlingEvent(
        id=id_, kind=kind, timing=Timing.ACTUAL, occurred_at=AT, actor_person_id=who,
        lines=(line,), **more,  # type: ignore[arg-type]
    )  # fmt: skip


RECEIVED = act(K.RECEIVE, "r", 100, "x")
FIRST = act(K.TAKE_OUT, "a", 10, "yoshino", expected_return_at=EARLY)
SECOND = act(K.TAKE_OUT, "b", 20, "sakiyama", expected_return_at=LATE)


def after(*acts: HandlingEvent) -> Status:
    """Return what follows, whether it is kept as it is or written and read in between."""
    status = custody.begin(THING)
    for one in (RECEIVED, *acts):
        status = custody.step(THING, status, one)
        assert status_rows.read_status(tuple(status_rows.status_row(status))) == status
        assert not status.trips or sum(trip.pieces for trip in status.trips) == status.out
    return status


def told(status: Status) -> tuple[int, datetime | None, str, str]:
    return int(status.out or 0), status.due_back_at, status.holder_id, status.using


def test_what_is_due_first_is_told_while_both_are_out() -> None:
    assert told(after(FIRST, SECOND))[:3] == (30, EARLY, "yoshino")
    assert told(after(SECOND, FIRST))[:3] == (30, EARLY, "yoshino")


@pytest.mark.parametrize("kind", [K.BRING_BACK, K.RETURN, K.HAND_OVER, K.LOSS])
def test_the_one_that_is_named_is_out_no_more(kind: HandlingKind) -> None:
    last = after(FIRST, SECOND, act(kind, "c", 20, "x", related_event_id="b"))
    assert told(last) == (10, EARLY, "yoshino", "a") and not last.trips
    last = after(FIRST, SECOND, act(kind, "c", 10, "x", related_event_id="a"))
    assert told(last) == (20, LATE, "sakiyama", "b") and not last.trips


def test_a_part_of_it_stays_with_whoever_has_it() -> None:
    status = after(FIRST, SECOND, act(K.BRING_BACK, "c", 4, "x", related_event_id="a"))
    assert told(status)[:3] == (26, EARLY, "yoshino")
    assert [int(trip.pieces) for trip in status.trips] == [6, 20]


def test_who_names_none_brings_his_own_back_and_else_what_is_due_last() -> None:
    own = after(FIRST, SECOND, act(K.BRING_BACK, "c", 10, "yoshino"))
    assert told(own) == (20, LATE, "sakiyama", "b")
    other = after(FIRST, SECOND, act(K.BRING_BACK, "c", 10, "x"))
    assert told(other)[:3] == (20, EARLY, "yoshino")
    more = after(FIRST, SECOND, act(K.BRING_BACK, "c", 25, "yoshino"))
    assert told(more)[:3] == (5, LATE, "sakiyama")


def test_all_that_comes_back_leaves_nothing() -> None:
    status = after(FIRST, SECOND, act(K.BRING_BACK, "c", 30, "x", related_event_id="a"))
    assert told(status) == (0, None, "", "") and not status.trips


def test_what_got_lost_outside_is_outside_when_found() -> None:
    third = act(K.TAKE_OUT, "d", 5, "x", expected_return_at=LATE)
    lost = act(K.LOSS, "e", 5, "y", related_event_id="a")
    status = after(FIRST, SECOND, third, lost, act(K.RECOVER, "f", 5, "y"))
    assert told(status)[:3] == (35, EARLY, "yoshino")


def test_one_take_out_keeps_no_list() -> None:
    assert not after(FIRST).trips
    assert not after(FIRST, act(K.BRING_BACK, "c", 4, "x", related_event_id="a")).trips

"""Several persons take parts of one thing out: what is outside is told by what is still out."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import amounts, custody
from models.codes import HandlingKind, Timing
from models.errors import Refused
from models.item_status import Status
from models.records import HandlingEvent, HandlingLine, Item
from models.trips import trips_of
from models.wareki import JAPAN
from storage import status_rows

K = HandlingKind
AT = datetime(2026, 11, 22, 7, tzinfo=JAPAN)
EARLY, LATE = AT + timedelta(days=1), AT + timedelta(days=2)
MOVES = (
    K.TAKE_OUT, K.TAKE_OUT, K.DISPATCH, K.TRANSPORT, K.BRING_BACK, K.LOSS, K.LOSS, K.RECOVER,
    K.RECOVER, K.RETURN, K.HAND_OVER, K.DISPOSE, K.STORE, K.USE, K.STOCKTAKE,
)  # fmt: skip
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
        require_whole(status)
    return status


def require_whole(status: Status) -> None:
    """Fail unless every piece that is outside, or got lost there, belongs to an act."""
    out, lost = trips_of(status), status.lost_trips
    assert sum(trip.pieces for trip in out) == (status.out or 0)
    assert sum(trip.pieces for trip in lost) == (status.lost_out or 0)
    assert all(trip.event_id and trip.pieces > 0 for trip in (*out, *lost))
    assert not status.trips or len(status.trips) > 1
    dated = [trip.due_back_at for trip in out if trip.due_back_at is not None]
    assert not out or status.due_back_at == min(dated, default=None)


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


def test_what_is_found_outside_after_the_rest_came_back_has_its_day_and_holder_again() -> None:
    taken = act(K.TAKE_OUT, "a", 100, "yoshino", expected_return_at=EARLY)
    lost = act(K.LOSS, "b", 3, "x", related_event_id="a")
    back = act(K.BRING_BACK, "c", 97, "x", related_event_id="a")
    assert told(after(taken, lost, back)) == (0, None, "", "")
    found = after(taken, lost, back, act(K.RECOVER, "d", 2, "x"))
    assert told(found) == (2, EARLY, "yoshino", "a")
    assert told(after(taken, lost, back, act(K.RECOVER, "d", 3, "x"))) == (3, EARLY, "yoshino", "a")
    again = act(K.BRING_BACK, "e", 3, "x")
    done = after(taken, lost, back, act(K.RECOVER, "d", 3, "x"), again)
    assert told(done) == (0, None, "", "") and done.here == 100


def test_what_is_found_belongs_to_the_act_that_had_it_outside() -> None:
    lost = act(K.LOSS, "c", 4, "x", related_event_id="b")
    back = act(K.BRING_BACK, "d", 10, "x", related_event_id="a")
    both = (FIRST, SECOND, act(K.LOSS, "e", 3, "x", related_event_id="a"), lost)
    status = after(FIRST, SECOND, lost, back, act(K.RECOVER, "f", 4, "x"))
    assert told(status) == (20, LATE, "sakiyama", "b")
    status = after(*both, act(K.BRING_BACK, "d", 23, "x"), act(K.RECOVER, "f", 2, "x"))
    assert told(status) == (2, EARLY, "yoshino", "a"), "those that are due first"
    named = act(K.RECOVER, "f", 2, "x", related_event_id="b")
    assert told(after(*both, act(K.BRING_BACK, "d", 23, "x"), named)) == (2, LATE, "sakiyama", "b")


def test_all_that_two_acts_lost_is_theirs_again() -> None:
    status = after(FIRST, SECOND, act(K.LOSS, "c", 30, "x", related_event_id="a"))
    assert not status.trips and status.lost_out == 30
    found = custody.step(THING, status, act(K.RECOVER, "d", 30, "x"))
    assert {one.event_id: int(one.pieces) for one in found.trips} == {"a": 10, "b": 20}


def test_the_end_of_what_got_lost_leaves_no_act() -> None:
    taken = act(K.TAKE_OUT, "a", 50, "yoshino", expected_return_at=EARLY)
    lost = act(K.LOSS, "b", 5, "x", related_event_id="a")
    status = after(taken, lost, act(K.DISPOSE, "c", 97, "x"))
    assert status.left == 3 and status.lost_out == 3


@given(st.lists(st.tuples(st.sampled_from(MOVES), st.integers(1, 40), st.integers(0, 3))))
@settings(deadline=None, max_examples=300)
def test_whatever_happens_each_piece_outside_belongs_to_an_act(
    life: list[tuple[HandlingKind, int, int]],
) -> None:
    status = after()
    open_: list[str] = []
    for number, (kind, pieces, which) in enumerate(life):
        named = open_[which] if which < len(open_) else ""
        due = (None, EARLY, LATE, AT)[which]
        event = act(
            kind, f"{number}", pieces, f"p{which}", related_event_id=named,
            expected_return_at=due if kind in (K.TAKE_OUT, K.DISPATCH) else None,
        )  # fmt: skip
        try:
            amounts.require_there(THING, status, event)
            status = custody.step(THING, status, event)
        except Refused:
            continue
        require_whole(status)
        assert status_rows.read_status(tuple(status_rows.status_row(status))) == status
        open_ = [one.event_id for one in trips_of(status)]


def test_one_take_out_keeps_no_list() -> None:
    assert not after(FIRST).trips
    assert not after(FIRST, act(K.BRING_BACK, "c", 4, "x", related_event_id="a")).trips

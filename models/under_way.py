"""What left and was not told to have come: a transport waits for its arrival (EQ-TRANSPORT, K-13).

The texts ask that a move is looked after (SK-11.5, FK-18.1, CB-10.1) and give no hours. What does
not arrive within the days that the contract calls 速やかに is asked for: it came and nobody entered
it, or it is missing and that has to be entered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from models.agreed import terms
from models.calendar_frame import Due, due
from models.codes import MAYBE_OUT_STATES, OUT_STATES, HandlingKind
from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.records import HandlingEvent, Item
from models.wareki import format_short
from models.workdays import after

QUERY = "EQ-TRANSPORT"
NAMED = 3  # things that a sentence names; more are counted
WAITS = (
    "{act}（出発 {left}）で運び出した{things}の到着が記録されていません。着いたときは「到着」を、"
    "届いていないときは「所在不明」を記録してください。"
)


@dataclass(frozen=True)
class UnderWay:
    """A transport whose arrival nobody entered, with the day by which it is asked for."""

    act: HandlingEvent
    left: date
    items: Sequence[Item]
    day: date

    @property
    def things(self) -> str:
        """Name what is on the way: 「M-0013 申請書」など5件."""
        named = "、".join(f"「{item.caption()}」" for item in self.items[:NAMED])
        return f"{named}など{len(self.items)}件" if len(self.items) > NAMED else named


def under_way(asked: Inquiry) -> Iterator[UnderWay]:
    """Yield the transports of a contract that have not arrived, as they were entered."""
    found: dict[str, list[Item]] = {}
    for item in asked.handled.values():
        for act_id in _taken_by(asked, item):
            found.setdefault(act_id, []).append(item)
    days = terms(asked).days("prompt_red_business_days")
    for act_id, items in found.items():
        act = asked.books.find(HandlingEvent, act_id)
        if act is None or act.kind is not HandlingKind.TRANSPORT or act.occurred_at is None:
            continue
        if act.contract_id == asked.contract.id and not any(
            one.arrived_at for one in act.transport
        ):
            begun = [one.departed_at for one in act.transport if one.departed_at]
            left = min(begun, default=act.occurred_at).date()
            yield UnderWay(act, left, items, after(left, days))


def _taken_by(asked: Inquiry, item: Item) -> Sequence[str]:
    """Return the acts by which pieces of a thing are outside."""
    if item.state not in MAYBE_OUT_STATES:
        return ()
    status = asked.status(item.id)
    if status is None or status.found not in OUT_STATES:
        return ()
    return [trip.event_id for trip in status.trips] or [status.using]


def eq_arrival(asked: Inquiry) -> Iterator[Row]:
    """Find transports that did not arrive within the days."""
    for one in under_way(asked):
        if one.day < asked.today:
            words = WAITS.format(
                act=one.act.caption(), left=format_short(one.left), things=one.things
            )
            yield row(one.act, words)


def k13_arrival(asked: Inquiry) -> Iterator[Due]:
    """K-13: what left on a transport arrives."""
    for one in under_way(asked):
        about = f"{one.act.caption()}：{one.things}"
        yield due(
            asked, "K-13", "到着の記録", about, one.day, one.act,
            proof=QUERY, person_id=one.act.actor_person_id,
        )  # fmt: skip

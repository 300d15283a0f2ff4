"""Stocktakes that found too little and were voided or corrected on a later day (R-29, EQ-LEDGER).

Whoever lost something could unsay alone that it was not there. So it is told until the thing is counted
again, said to be missing, or somebody else verified a finding about it. A slip is put right on the
day of its entry, and what the correction still does not find is told as such.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from models import custody
from models.amounts import after_standing
from models.codes import HandlingKind
from models.corrected import chain, entered_before, in_place, last_of
from models.inquiry import Inquiry
from models.missing_things import verified
from models.records import HandlingEvent, Item
from models.rules.books import Books
from models.store import Op, Where
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

NONE = Decimal(0)
WAY = "数え直して「現品確認」を記録するか、誤記だったことを「指摘・是正」に登録し、別の人の確認を受けてください。"
VOIDED = (
    f"「{{item}}」が{{amount}}足りないとした{{number}}の現品確認を、後の日に取り消しました。{WAY}"
    "それまで「条項と証拠」に残ります。"
)
CORRECTED = (
    f"「{{item}}」が{{amount}}足りないとした{{number}}の現品確認を、後の日に訂正しました（訂正後は{{left}}）。"
    f"{WAY}それまで「条項と証拠」に残ります。"
)
TAKEN_BACK = (
    "「{item}」は、現品確認（{number}、{day}）で{amount}足りず、その記録は{at}に取り消されました。"
)
PUT_RIGHT = (
    "「{item}」は、現品確認（{number}、{day}）で{amount}足りず、その記録は{at}に訂正されました"
    "（訂正後は{left}）。"
)
SETTLE = (
    "数え直して「現品確認」を記録するか、誤記だったことを「指摘・是正」（きっかけ「取扱記録」、きっかけの記録は"
    "{number}）に登録し、別の人が確かめてください。"
)


@dataclass(frozen=True)
class Undone:
    """A stocktake that found too little and was voided, or corrected, on a later day.

    Attributes:
        short: what it did not find and nothing accounts for since.
        at: when it was voided or corrected.
        left: of that, what the act in its place does not find either; None where none stands.
    """

    item: Item
    act: HandlingEvent
    short: Decimal
    at: datetime
    left: Decimal | None

    @property
    def amount(self) -> str:
        return self.item.amount(self.short)

    @property
    def left_words(self) -> str:
        """Say what the act in its place does not find either."""
        return f"{self.item.amount(self.left)}不足" if self.left else "不足なし"

    @property
    def words(self) -> str:
        """Say what was not there, and what to do about it."""
        assert self.act.occurred_at is not None
        words = TAKEN_BACK if self.left is None else PUT_RIGHT
        return (words + SETTLE).format(
            item=self.item.caption(), number=number_of(self.act), amount=self.amount,
            day=format_short(self.act.occurred_at.date()), at=format_short(self.at.date()),
            left=self.left_words,
        )  # fmt: skip

    @property
    def about(self) -> str:
        """Return what the calendar says it concerns."""
        done = "取消し" if self.left is None else "訂正"
        return f"{self.item.caption()}（{self.amount}不足、{self.act.caption()}を{done}）"


def number_of(act: HandlingEvent) -> str:
    """Return how a person names a stocktake: 第55号."""
    return act.caption().partition(" ")[0]


# --- in evidence and calendar --------------------------------------------------------------------


def undone(asked: Inquiry) -> Iterator[Undone]:
    """Yield the counts that were unsaid, until the thing is counted or somebody else verified that.

    Of a count that was corrected several times, the version is told that did not find the most.
    """
    counts = asked.acts(Where("kind", Op.EQ, HandlingKind.STOCKTAKE), voided=True)
    gone = asked.listed(counts, ("created_at", "voided_at"), _stood_overnight)
    if not gone:
        return
    after, done = in_place(asked), verified(asked)
    most: dict[tuple[str, str], Undone] = {}
    for id_, at in gone.items():
        act, last = next(asked.chain(id_)).record, last_of(id_, after)
        stands = asked.books.find(HandlingEvent, last) if last != id_ else None
        if _names(act, stands) & done:
            continue
        for one in _unsaid(act, stands, asked.items, asked.books, at):
            key = (last, one.item.id)
            if key not in most or one.short > most[key].short:
                most[key] = one
    yield from most.values()


def _stood_overnight(asked: Inquiry, _id: str, entered: datetime, at: datetime) -> datetime | None:
    """Return when an act was voided, None when that was on the day of its entry."""
    day, at = entered.astimezone(asked.zone).date(), at.astimezone(asked.zone)
    return at if day < at.date() else None


def _names(act: HandlingEvent, stands: HandlingEvent | None) -> set[str]:
    """Return how a finding may name what it is about: the act, or what stands in its place."""
    acts = (one for one in (act, stands) if one is not None)
    return {name for one in acts for name in (one.id, number_of(one), one.caption())}


# --- at the counter ------------------------------------------------------------------------------


def told_of_undoing(
    ledger: "Ledger", act: HandlingEvent, right: HandlingEvent | None = None
) -> tuple[str, ...]:
    """Return what is said to whoever voids or corrects, on a later day, a count that found too little.

    Args:
        right: what is entered in its place.
    """
    now = ledger.now()
    stood = entered_before(chain(ledger.store, act.id), now)
    if stood is None or stood.kind is not HandlingKind.STOCKTAKE:
        return ()
    books = ledger.rules.books
    found = (books.find(Item, line.item_id) for line in stood.lines)
    items = {one.id: one for one in found if one is not None}
    words = VOIDED if right is None else CORRECTED
    return tuple(
        words.format(
            item=one.item.caption(), number=number_of(stood), amount=one.amount,
            left=one.left_words,
        )
        for one in _unsaid(stood, right, items, books, now, act.id)
    )  # fmt: skip


# --- what is unsaid ------------------------------------------------------------------------------


def _unsaid(
    act: HandlingEvent,
    stands: HandlingEvent | None,
    items: Mapping[str, Item],
    books: Books,
    at: datetime,
    now_gone: str = "",
) -> Iterator[Undone]:
    """Yield what a stocktake did not find and the act in its place does.

    Args:
        now_gone: id of an act that is on the books and is about to go.
    """
    away = {act.id, now_gone, stands.id if stands else ""}
    for item in (items[one.item_id] for one in act.lines if one.item_id in items):
        short = _short_with(item, act, books, away)
        left = (_short_with(item, stands, books, away) or NONE) if stands else None
        if short and short > (left or NONE):
            yield Undone(item, act, short, at, left)


def _short_with(item: Item, act: HandlingEvent, books: Books, away: set[str]) -> Decimal | None:
    """Return what a stocktake did not find and nothing accounts for, as if it stood alone for all
    that are away."""
    others = (one for one in books.happened(item.id) if one.id not in away)
    status = custody.begin(item)
    for event in heapq.merge(others, [act], key=custody.when):
        status = after_standing(item, status, event)
    return status.short if status.short_by == act.id else None

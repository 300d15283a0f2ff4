"""What a stocktake (現品確認) did not find waits until something accounts for it (R-29, EQ-LEDGER).

A count is said once while it is entered; what was not there is not there on the next day either. So
it is told until the thing is counted in full, said to be missing (then that is told), or until the
count was corrected or somebody else verified a finding about it. That the thing went back in full
accounts for nothing: both numbers cannot be true. Nor does it that the count is voided on a later day:
whoever lost something could unsay alone that it was not there.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from models import custody
from models.amounts import after_standing
from models.codes import TERMINAL_STATES, HandlingKind
from models.corrected import chain, entered_before, in_place
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.missing_things import verified
from models.records import HandlingEvent, Item
from models.rules.books import Books
from models.store import Op, Where
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

SHORT = "「{item}」は、現品確認（{number}、{day}）で{amount}足りません。"
COUNT_AGAIN = "数え直して「現品確認」を記録し、見つからないときは「所在不明」を記録してください。"
ENDED = (
    "その後に「{state}」となっています。数を確かめ、どちらの数が正しかったかを「指摘・是正」（きっかけ"
    "「取扱記録」、きっかけの記録は{number}）に登録し、別の人が確かめてください。"
)
VOIDED = (
    "「{item}」が{amount}足りないとした{number}の現品確認を、後の日に取り消しました。数え直して「現品確認」を"
    "記録するか、誤記だったことを「指摘・是正」に登録し、別の人の確認を受けてください。それまで「条項と証拠」に残ります。"
)
TAKEN_BACK = (
    "「{item}」は、現品確認（{number}、{day}）で{amount}足りず、その記録は{at}に取り消されました。数え直して「現品確認」を"
    "記録するか、誤記だったことを「指摘・是正」（きっかけ「取扱記録」、きっかけの記録は{number}）に登録し、別の人が"
    "確かめてください。"
)


@dataclass(frozen=True)
class Shortage:
    """Pieces of a thing that a stocktake did not find."""

    item: Item
    act: HandlingEvent
    at: datetime

    @property
    def number(self) -> str:
        """Return how a person names the stocktake: 第55号."""
        return _number(self.act)

    @property
    def day(self) -> date:
        return self.at.date()

    @property
    def amount(self) -> str:
        assert self.item.quantity_short is not None
        return self.item.amount(self.item.quantity_short)

    @property
    def is_over(self) -> bool:
        """Tell whether the thing found its end, so that nobody can count it again."""
        return self.item.state in TERMINAL_STATES

    @property
    def words(self) -> str:
        """Say what is not there, since when, and what to do about it."""
        said = SHORT.format(
            item=self.item.caption(), number=self.number, day=format_short(self.day),
            amount=self.amount,
        )  # fmt: skip
        if not self.is_over or self.item.state is None:
            return said + COUNT_AGAIN
        return said + ENDED.format(state=self.item.state.label, number=self.number)


def short_counts(asked: Inquiry) -> Iterator[Shortage]:
    """Yield what stocktakes did not find and nothing accounts for, but for what was verified."""
    short = [item for item in asked.items.values() if item.quantity_short is not None]
    done = verified(asked) if short else set()
    for item in short:
        status = asked.status(item.id)
        act = asked.books.find(HandlingEvent, status.short_by) if status else None
        if act is None or act.occurred_at is None:
            continue
        found = Shortage(item, act, act.occurred_at)
        if not {act.id, found.number, act.caption()} & done:
            yield found


def eq_short(asked: Inquiry) -> Iterator[Row]:
    """Find what was counted and is not all there."""
    for one in short_counts(asked):
        yield Row(Item.type, one.item.id, one.words, "action")
    for gone in taken_back(asked):
        yield Row(HandlingEvent.type, gone.act.id, gone.words)


# --- counts that were voided ----------------------------------------------------------------------


@dataclass(frozen=True)
class TakenBack:
    """A stocktake that found too little and was voided on a later day.

    Attributes:
        amount: what it did not find and nothing accounts for since, with the unit.
        at: when it was voided.
    """

    item: Item
    act: HandlingEvent
    amount: str
    at: datetime

    @property
    def words(self) -> str:
        """Say what was not there, and what to do about it."""
        assert self.act.occurred_at is not None
        return TAKEN_BACK.format(
            item=self.item.caption(), number=_number(self.act), amount=self.amount,
            day=format_short(self.act.occurred_at.date()), at=format_short(self.at.date()),
        )  # fmt: skip


def taken_back(asked: Inquiry) -> Iterator[TakenBack]:
    """Yield the counts that were voided, until the thing is counted or somebody else verified that."""
    counts = asked.acts(Where("kind", Op.EQ, HandlingKind.STOCKTAKE), voided=True)
    gone = asked.listed(counts, ("voided_at",), _void)
    if not gone:
        return
    after, done = in_place(asked), verified(asked)
    for id_, at in gone.items():
        if id_ in after or not entered_before(asked.chain(id_), at):
            continue
        act = next(asked.chain(id_)).record
        if {act.id, _number(act), act.caption()} & done:
            continue
        for line in act.lines:
            item = asked.items.get(line.item_id)
            if item is not None and (short := _short_with(item, act, asked.books)):
                yield TakenBack(item, act, item.amount(short), at)


def told_of_void(ledger: "Ledger", act: HandlingEvent) -> tuple[str, ...]:
    """Return what is said to whoever voids, on a later day, a stocktake that found too little."""
    later = entered_before(chain(ledger.store, act.id), ledger.now())
    if act.kind is not HandlingKind.STOCKTAKE or not later:
        return ()
    books = ledger.rules.books
    items = (books.find(Item, line.item_id) for line in act.lines)
    short = [(one, _short_with(one, act, books)) for one in items if one is not None]
    return tuple(
        VOIDED.format(item=item.caption(), number=_number(act), amount=item.amount(missing))
        for item, missing in short
        if missing
    )


def _short_with(item: Item, act: HandlingEvent, books: Books) -> Decimal | None:
    """Return what a stocktake did not find and nothing accounts for, as if it had not been voided."""
    others = (one for one in books.happened(item.id) if one.id != act.id)
    status = custody.begin(item)
    for event in heapq.merge(others, [act], key=custody.when):
        status = after_standing(item, status, event)
    return status.short if status.short_by == act.id else None


def _number(act: HandlingEvent) -> str:
    return act.caption().partition(" ")[0]


def _void(asked: Inquiry, _id: str, at: datetime) -> datetime:
    return at.astimezone(asked.zone)

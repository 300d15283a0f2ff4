"""What a stocktake (現品確認) did not find waits until something accounts for it (R-29, EQ-LEDGER).

A count is said once while it is entered; what was not there is not there on the next day either. So
it is told until the thing is counted in full, said to be missing (then that is told), or until
somebody else verified a finding about it. That the thing went back in full accounts for nothing: both
numbers cannot be true. Nor does it that the count is voided or corrected on a later day, see
`models/counts_undone.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from models.codes import TERMINAL_STATES
from models.counts_undone import number_of, undone
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.missing_things import verified
from models.records import HandlingEvent, Item
from models.wareki import format_short

SHORT = "「{item}」は、現品確認（{number}、{day}）で{amount}足りません。"
COUNT_AGAIN = "数え直して「現品確認」を記録し、見つからないときは「所在不明」を記録してください。"
ENDED = (
    "その後に「{state}」となっています。数を確かめ、どちらの数が正しかったかを「指摘・是正」（きっかけ"
    "「取扱記録」、きっかけの記録は{number}）に登録し、別の人が確かめてください。"
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
        return number_of(self.act)

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
    for gone in undone(asked):
        yield Row(HandlingEvent.type, gone.act.id, gone.words)

"""What is missing (所在不明) waits until it is found, or until somebody else saw what was done about it.

A loss is reported to the client (SK-17.2, CM-16.1, FK-14.1, CB-13.1, YC-8.1; K-19), keeps what it
was to come back for open, and stands in the way of the end. It is the part of what EQ-INC is about that
shows by itself; accidents that somebody tells are of models/incident_duties.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from models.agreed import terms
from models.codes import (
    MISSING_STATES,
    AuthorizationSubject,
    FindingSource,
    FindingStatus,
    HandlingKind,
    ItemState,
)
from models.corrected import in_place, last_of
from models.evidence_rows import Row
from models.found_about import acts_named
from models.given_up import given_up
from models.inquiry import Inquiry
from models.loss_reports import reported_on
from models.records import Authorization, HandlingEvent, Item
from models.records import Finding as FindingRecord
from models.store import Op, Query, Where
from models.wareki import format_short
from models.workdays import after

QUERY = "EQ-INC"
TAKEN_BACK = (
    "「{0}」の記録が{1}に取り消されました。見つかったときは、取り消さずに「発見・回収」を記録します。"
    "誤記だったことを「指摘・是正」に登録し、別の人が確かめてください。"
)
FOUND_AGAIN = (
    "{act}は、見つかりましたが、{party}への{what}が記録されていません。報告を登録するか、報告の要らない"
    "ことを「指摘・是正」（きっかけ「取扱記録」、きっかけの記録はその番号）に登録し、別の人が確かめてください。"
)
MADE_SMALLER = (
    "「{0}」の所在不明は、{1}に、数量か媒体・資料を減らして訂正されました。"
    "誤記だったことを「指摘・是正」（きっかけの記録は訂正前の番号）に登録し、別の人が確かめてください。"
)


@dataclass(frozen=True, slots=True)
class Lost:
    """An act that says that things are missing; `items` are their ids."""

    id: str
    caption: str
    at: datetime
    items: tuple[str, ...]

    @property
    def number(self) -> str:
        """Return how a person names it: 第55号."""
        return self.caption.partition(" ")[0]

    @property
    def names(self) -> frozenset[str]:
        """Return what a finding about it may call it."""
        return frozenset({self.id, self.number, self.caption})


@dataclass(frozen=True)
class Loss:
    """A thing that is missing.

    Attributes:
        number: of the act that says so, as a person names it (第55号); "" where none is known.
        settled: somebody else verified what was done about it.
        given_up: the client let it go by its instruction for the end.
    """

    item: Item
    number: str
    at: datetime | None
    settled: bool
    given_up: bool = False

    @property
    def words(self) -> str:
        """Say what is missing and since when: 「M-0002 結果票」が所在不明です（第55号、R8.11.22）。"""
        known = f"（{self.number}、{format_short(self.at.date())}）" if self.at else ""
        return f"「{self.item.caption()}」{how_much(self.item)}が所在不明です{known}。"


def how_much(item: Item) -> str:
    """Say how many of the pieces that came are missing (のうち5枚), "" for all of them."""
    lost = item.quantity_missing if item.state is ItemState.PART_MISSING else item.quantity_left
    if item.state not in MISSING_STATES or not lost or not item.quantity or lost >= item.quantity:
        return ""
    return f"のうち{item.amount(lost)}"


def missing(asked: Inquiry) -> list[Loss]:
    """Return what is missing under a contract."""
    gone = [item for item in asked.items.values() if item.state in MISSING_STATES]
    if not gone:
        return []
    last: dict[str, Lost] = {}
    for act in sorted(losses(asked), key=lambda act: act.at):
        last |= dict.fromkeys(act.items, act)
    done = verified(asked)
    gone_for_good = let_go(asked)
    return [_loss(item, last.get(item.id), done, gone_for_good) for item in gone]


def losses(asked: Inquiry) -> Iterable[Lost]:
    """Return every loss that stands."""
    fields = ("caption", "occurred_at", "lines.item_id")
    found: Iterable[Lost] = asked.listed(_losses(asked), fields, _act).values()
    return found


def _losses(asked: Inquiry, *, voided: bool = False) -> Query:
    return asked.acts(Where("kind", Op.EQ, HandlingKind.LOSS), voided=voided)


def let_go(asked: Inquiry) -> frozenset[str]:
    """Return the ids of the things that are missing and that the client gave up."""
    gone = {item.id for item in asked.items.values() if item.state is ItemState.MISSING}
    if not gone:
        return frozenset()
    subject = AuthorizationSubject.END_EXCEPTION
    said = (one for one in asked.all(Authorization) if one.subject is subject)
    return given_up(said, asked.today) & gone


def _act(_asked: Inquiry, id_: str, caption: str, at: datetime, items: tuple[str, ...]) -> Lost:
    return Lost(id_, caption, at, items)


def _loss(item: Item, act: Lost | None, done: set[str], gone: frozenset[str]) -> Loss:
    if act is None:
        return Loss(item, "", None, False, item.id in gone)
    settled = bool(act.names & done)
    return Loss(item, act.number, act.at, settled, item.id in gone)


def verified(asked: Inquiry) -> set[str]:
    """Return what findings about acts are about that somebody else verified."""
    return {
        name
        for one in asked.all(FindingRecord)
        if one.source is FindingSource.EVENT and one.status is FindingStatus.VERIFIED
        for name in acts_named(one.source_id)
    }


def report_limit(asked: Inquiry, at: datetime) -> date:
    """Return the last day for telling the client of a loss: 直ちに or 速やかに, as the text says."""
    if asked.profile.params.incident.first_report == "IMM":
        return at.date()
    return terms(asked).last_day("prompt_red_business_days", partial(after, at.date()))


def eq_missing(asked: Inquiry) -> Iterator[Row]:
    """Find what is missing; whether the client was told stands beside it."""
    party = asked.profile.term("client_party")
    for loss in missing(asked):
        day = reported_on(asked, loss.at, {loss.item.id})
        told = f"{party}の終了時の指示により、このまま終えます。" if loss.given_up else ""
        if loss.settled:
            words, severity = "是正は確認済みです。", "due"
        elif day is None:
            words, severity = (
                f"{told}{party}への{report_word(asked)}が記録されていません。",
                "action",
            )
        elif told:
            words, severity = told, "due"
        else:
            words = (
                f"{party}には{format_short(day)}に報告しました。見つけるか、是正を終えてください。"
            )
            severity = "action"
        yield Row(Item.type, loss.item.id, f"{loss.words}{words}", severity)
    yield from _unreported(asked)
    yield from _taken_back(asked)


def _unreported(asked: Inquiry) -> Iterator[Row]:
    """Find losses of which the client was never told although the thing is there again.

    Whether a thing that was found had been an accident is not for one person to say (R-29): a report,
    or a finding that somebody else verified, ends it.
    """
    party, what = asked.profile.term("client_party"), report_word(asked)
    for one in untold(asked):
        words = FOUND_AGAIN.format(act=one.caption, party=party, what=what)
        late = report_limit(asked, one.at) < asked.today
        yield Row(HandlingEvent.type, one.id, words, "action" if late else "due")


def untold(asked: Inquiry) -> Iterator[Lost]:
    """Yield the losses that nobody told the client, of things that are missing no more."""
    done, gone = verified(asked), {loss.item.id for loss in missing(asked)}
    for one in losses(asked):
        if gone.intersection(one.items) or one.names & done:
            continue
        if reported_on(asked, one.at, one.items) is None:
            yield one


def _taken_back(asked: Inquiry) -> Iterator[Row]:
    """Find losses that were voided or made smaller: whoever lost a thing could unsay that alone.

    One that was corrected to another loss of as much is still told; any other is until somebody
    else verified a finding about it. Of several corrections the latest is told.
    """
    gone = asked.listed(_losses(asked, voided=True), ("caption", "voided_at"), _void)
    if not gone:
        return
    after, done = in_place(asked), verified(asked)
    stands = {one.id for one in losses(asked)}
    seen = set()
    for id_, (caption, at) in sorted(gone.items(), key=lambda one: one[1][1], reverse=True):
        last = last_of(id_, after)
        number, _, _ = caption.partition(" ")
        day = format_short(at.date())
        if last in seen:
            continue
        if {id_, number, caption} & done:
            seen.add(last)
        elif last not in stands:
            seen.add(last)
            yield Row(HandlingEvent.type, id_, TAKEN_BACK.format(caption, day))
        elif not as_much(_entered(asked, id_), _entered(asked, last)):
            seen.add(last)
            yield Row(HandlingEvent.type, last, MADE_SMALLER.format(caption, day))


def _entered(asked: Inquiry, id_: str) -> HandlingEvent:
    return asked.versions(HandlingEvent, id_)[0].record


def as_much(old: HandlingEvent, new: HandlingEvent) -> bool:
    """Tell whether a corrected loss names the same things, and no fewer of them."""
    told = {line.item_id: line.quantity for line in new.lines}
    return all(
        line.item_id in told and _reaches(told[line.item_id], line.quantity) for line in old.lines
    )


def _reaches(new: Decimal | None, old: Decimal | None) -> bool:
    """Compare what is lost; without a number it is all of it."""
    return new is None or (old is not None and new >= old)


def _void(_asked: Inquiry, _id: str, caption: str, at: datetime) -> tuple[str, datetime]:
    return caption, at


def report_word(asked: Inquiry) -> str:
    """Return what the text wants to be told by."""
    return "書面の報告" if asked.profile.params.incident.first_report_written else "報告"

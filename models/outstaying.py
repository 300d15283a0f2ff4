"""What stays outside longer than the client's word for it (SK-11.2; K-12).

Taking out was allowed on its day. A consent that ends, or that the client takes back, while the thing
is still outside allows it no more: it comes back, or the client is asked again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from models.codes import (
    CONTENT_GONE_STATES,
    MISSING_STATES,
    OUT_STATES,
    Decision,
    HandlingKind,
)
from models.evidence_rows import NOTE, Row, row
from models.inquiry import Inquiry
from models.records import Authorization, ContractPlace, HandlingEvent, Item, RuleOverride
from models.rules.books import GIVEN
from models.rules.places import place_counts
from models.wareki import format_short

QUERY, OPEN_OUT, RULE = "EQ-LATEBACK", "EQ-OPENOUT", "R-10"
LATE = "{act}は、持帰予定を過ぎて行われました。理由：{reason}"
WAITED_FOR = OUT_STATES | MISSING_STATES
OVER = (
    "「{item}」を持ち出した根拠の「{consent}」は、{day}に終わりました。持ち帰るか、改めて得たものを、"
    "これを対象に選んで「承諾・指示」に登録してください。"
)
BETWEEN = (
    "「{item}」を持ち出した根拠の「{consent}」は、{day}に終わりました。改めて得た「{after}」は、"
    "{begins}からです。"
)
TAKEN_BACK = (
    "「{item}」を持ち出した根拠の「{consent}」は、{day}に「{state}」になりました。"
    "持ち帰るか、委託者に確かめてください。"
)


class Rest(NamedTuple):
    """Something outside, a consent on which it rests, and the later one by which it may stay so."""

    item: Item
    consent: Authorization
    after: Authorization | None


def outstaying(asked: Inquiry) -> Iterator[Row]:
    """Find what is outside although the consent that it rests on has ended."""
    for item, one, after in resting(asked):
        if after is None and not one.covers(asked.today):
            yield row(item, _said(asked, item, one))


def _between(asked: Inquiry) -> Iterator[Row]:
    """Find what is outside and was so without any consent, between two of them."""
    for item, one, after in resting(asked):
        if after is None or one.covers(asked.today):
            continue
        if (begins := _begins(after)) > _day_after(one):
            yield row(item, _said_between(item, one, after, begins), NOTE)


def outside_under(asked: Inquiry) -> frozenset[str]:
    """Return the ids of the consents on which something outside rests, and no later one."""
    return frozenset(one.id for _, one, after in resting(asked) if after is None)


def resting(asked: Inquiry) -> Sequence[Rest]:
    """Return what is outside with each consent on which it rests; looked for once."""
    found: Sequence[Rest] = asked.answer("resting outside", _resting).rows
    return found


def _resting(asked: Inquiry) -> Iterator[Rest]:
    for item in asked.items.values():
        if item.state in WAITED_FOR:
            for one in _consents(asked, item):
                yield Rest(item, one, _given_anew(asked, item, one))


def _given_anew(asked: Inquiry, item: Item, ended: Authorization) -> Authorization | None:
    """Return the consent by which a thing may stay outside after another ran out, None for none.

    It names the thing: one to whatever lies there allows another take-out, not that this goes on.
    """
    if ended.valid_until is None or ended.decision not in {*GIVEN, Decision.EXPIRED}:
        return None
    found = [
        one
        for one in asked.all(Authorization)
        if one.id != ended.id
        and one.subject is ended.subject
        and one.covers(asked.today)
        and any(target.item_id == item.id for target in one.targets)
    ]
    return min(found, key=_begins, default=None)


def _begins(one: Authorization) -> date:
    known = [day for day in (one.decided_on, one.valid_from) if day is not None]
    return max(known, default=date.max)


def _day_after(one: Authorization) -> date:
    return (one.valid_until or date.min) + timedelta(days=1)


def _said_between(item: Item, ended: Authorization, after: Authorization, begins: date) -> str:
    assert ended.valid_until is not None
    return BETWEEN.format(
        item=item.caption(), consent=ended.caption(), day=format_short(ended.valid_until),
        after=after.caption(), begins=format_short(begins),
    )  # fmt: skip


def needed(asked: Inquiry) -> frozenset[str]:
    """Return the ids of the consents on which something hangs: a copy, a place, what is outside."""
    copies = {
        item.copy_authorization_id
        for item in asked.items.values()
        if item.copy_authorization_id and item.state not in CONTENT_GONE_STATES
    }
    places = {
        place.authorization_id
        for place in asked.all(ContractPlace)
        if place.authorization_id and place_counts(asked.case(place), place)
    }
    return frozenset(copies | places | outside_under(asked))


def eq_late_back(asked: Inquiry) -> Iterator[Row]:
    """List what came back after its hour, or had no consent for a while; to be read (R-10, K-12)."""
    clauses = asked.asking(OPEN_OUT)
    for one in asked.all(RuleOverride) if clauses else ():
        if one.rule_id != RULE or one.record_type != HandlingEvent.type:
            continue
        act = asked.books.find(HandlingEvent, one.record_ref)
        if act is not None and act.kind is not HandlingKind.TAKE_OUT:
            words = LATE.format(act=act.caption(), reason=one.reason)
            yield replace(row(act, words, NOTE), clauses=clauses)
    for found in _between(asked) if clauses else ():
        yield replace(found, clauses=clauses)


def _consents(asked: Inquiry, item: Item) -> Iterable[Authorization]:
    """Return what the acts rest on by which pieces of a thing are outside."""
    asked.note(HandlingEvent.type, Authorization.type)
    status = asked.status(item.id)
    if status is None:
        return ()
    trips = [one.event_id for one in status.trips] or [status.using]
    found = (asked.books.find(Authorization, _basis(asked, id_)) for id_ in trips)
    return [one for one in found if one is not None]


def _basis(asked: Inquiry, act_id: str) -> str:
    """Return the consent that an act names, or the one that it carries on (運搬中)."""
    act = asked.books.find(HandlingEvent, act_id)
    if act is None or act.authorization_id or not act.related_event_id:
        return act.authorization_id if act else ""
    before = asked.books.find(HandlingEvent, act.related_event_id)
    return before.authorization_id if before else ""


def _said(asked: Inquiry, item: Item, one: Authorization) -> str:
    ended, over = one.valid_until, asked.books.over_since(one)
    ran_out = one.decision is Decision.EXPIRED and (over is None or (ended and ended < over))
    if ended is not None and (ran_out or one.decision in GIVEN):
        return OVER.format(item=item.caption(), consent=one.caption(), day=format_short(ended))
    known = (over, asked.books.since(one, "decision"))
    day = min((one for one in known if one is not None), default=None)
    return TAKEN_BACK.format(
        item=item.caption(), consent=one.caption(), day=format_short(day) if day else "後",
        state=one.decision.label if one.decision else "",
    )  # fmt: skip

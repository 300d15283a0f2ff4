"""What stays outside longer than the client's word for it (SK-11.2; K-12).

Taking out was allowed on its day. A consent that ends, or that the client takes back, while the thing
is still outside allows it no more: it comes back, or the client is asked again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

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
    "「{item}」を持ち出した根拠の「{consent}」は、{day}に終わりました。持ち帰るか、改めて得たものを"
    "「承諾・指示」に登録し、持出しをその根拠で訂正してください。"
)
TAKEN_BACK = (
    "「{item}」を持ち出した根拠の「{consent}」は、{day}に「{state}」になりました。"
    "持ち帰るか、委託者に確かめてください。"
)


def outstaying(asked: Inquiry) -> Iterator[Row]:
    """Find what is outside although the consent that it rests on has ended."""
    for item in asked.items.values():
        if item.state in WAITED_FOR:
            for one in _consents(asked, item):
                if not one.covers(asked.today):
                    yield row(item, _said(asked, item, one))


def outside_under(asked: Inquiry) -> frozenset[str]:
    """Return the ids of the consents on which something outside rests."""
    outside = (item for item in asked.items.values() if item.state in WAITED_FOR)
    return frozenset(one.id for item in outside for one in _consents(asked, item))


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
    """List what came back after its hour; to be read: it is back, and was late for good (R-10)."""
    clauses = asked.asking(OPEN_OUT)
    for one in asked.all(RuleOverride) if clauses else ():
        if one.rule_id != RULE or one.record_type != HandlingEvent.type:
            continue
        act = asked.books.find(HandlingEvent, one.record_ref)
        if act is not None and act.kind is not HandlingKind.TAKE_OUT:
            words = LATE.format(act=act.caption(), reason=one.reason)
            yield replace(row(act, words, NOTE), clauses=clauses)


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

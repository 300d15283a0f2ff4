"""Acts that went beyond the consent that they name, told wherever the act is.

Who enters such an act is asked (models/rules/beyond.py), and until that is settled it is a breach.
What was entered before anybody asked accuses nobody of one: it stays to be put right, and a place
that is only called otherwise is to be read.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from models.codes import HandlingKind, RuleMode, Timing
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.records import Authorization, HandlingEvent, Item, RuleOverride, TransportDetail
from models.rules.beyond import BEYOND, UNSURE, elsewhere, somebody_else, too_much
from models.rules.books import Books
from models.rules.unfit import unfit
from models.rules.used_up import is_limited, reached, uses
from models.store import Op, Query, Where

WHERE = "EQ-WHERE"
MARK = "根拠の範囲外（{why}）"
SENTENCE = "{act}は、根拠とした「{consent}」の範囲を超えています（{why}）。"
CALLED = "{act}が、根拠とした「{consent}」の範囲か、確かめてください（{why}）。"
_FIELDS = (
    "caption", "kind", "occurred_at", "authorization_id", "destination_text", "place_to_id",
    "counterpart_org_id", "counterpart_name", "related_event_id", "transport.carrier_org_id",
)  # fmt: skip


def beyond_marks(books: Books, event: HandlingEvent) -> list[str]:
    """Return what a line about an act says of how far it went, nothing within its consent."""
    one = books.find(Authorization, event.authorization_id)
    if one is None or not _is_judged(books, one, event):
        return []
    found = _certain(books, one, event)
    return [MARK.format(why="、".join(found))] if found else []


class Found(NamedTuple):
    """What went beyond, with the consent by whose word its clause is found."""

    kind: HandlingKind
    consent: Authorization
    row: Row


def eq_beyond(asked: Inquiry) -> Iterator[Found]:
    """Find what went beyond."""
    asked.note(Item.type)
    settled = asked.breaches.settled
    answered = _answered(asked, BEYOND)
    for consent in asked.all(Authorization):
        for act in asked.books.acts_under(consent.id) if _is_countable(consent) else ():
            if act.kind is None or not _is_judged(asked.books, consent, act):
                continue
            said = answered.get(act.id, [])
            if said and all((one.rule_id, act.id) in settled for one in said):
                continue
            severity = "broken" if said else "action"
            for why in _certain(asked.books, consent, act):
                words = SENTENCE.format(act=act.caption(), consent=consent.caption(), why=why)
                yield Found(act.kind, consent, Row(act.type, act.id, words, severity))


def lost(books: Books, before: Authorization, after: Authorization) -> list[HandlingEvent]:
    """Return the acts that a consent allowed and, corrected, does not: they go beyond it now."""
    acts = [act for act in books.acts_under(after.id) if uses(act)]
    too_many = _reached(books, after).keys() - _reached(books, before).keys()
    return [
        act
        for act in acts
        if act.id in too_many
        or (somebody_else(books, after, act) and not somebody_else(books, before, act))
    ]


def eq_where(asked: Inquiry) -> Iterator[Found]:
    """List what went to a place or a firm that its consent calls otherwise, to be read."""
    where = (
        Where("contract_id", Op.EQ, asked.contract.id),
        Where("timing", Op.EQ, Timing.ACTUAL),
        Where("authorization_id", Op.EMPTY, False),
        Where("source_file_id", Op.EMPTY, True),
    )
    answered = _answered(asked, BEYOND, UNSURE)
    for found in asked.listed(Query(HandlingEvent.type, where), _FIELDS, _read).values():
        if found.row.id not in answered:
            yield found


def _read(
    asked: Inquiry, id_: str, caption: str, kind: HandlingKind, occurred_at: datetime,
    authorization_id: str, destination_text: str, place_to_id: str, counterpart_org_id: str,
    counterpart_name: str, related_event_id: str, carriers: tuple[str, ...],
) -> Found | None:  # fmt: skip
    one = asked.books.find(Authorization, authorization_id)
    if one is None or not _names_where(one):
        return None
    act = HandlingEvent(
        id=id_, kind=kind, timing=Timing.ACTUAL, occurred_at=occurred_at,
        destination_text=destination_text, place_to_id=place_to_id,
        counterpart_org_id=counterpart_org_id, counterpart_name=counterpart_name,
        related_event_id=related_event_id,
        transport=tuple(TransportDetail(carrier_org_id=firm) for firm in carriers),
    )  # fmt: skip
    if not _is_judged(asked.books, one, act):
        return None
    for found in elsewhere(asked.books, one, act):
        if found.most is RuleMode.WARN:
            words = CALLED.format(act=caption, consent=one.caption(), why=found.why)
            row = Row(HandlingEvent.type, id_, words, NOTE)
            return Found(kind, one, row)
    return None


def _certain(books: Books, one: Authorization, act: HandlingEvent) -> Sequence[str]:
    """Return in what an act went beyond, but for what is only called otherwise."""
    total = _reached(books, one).get(act.id)
    other = somebody_else(books, one, act)
    return [why for why in (total and too_much(one, total), other) if why]


def _is_judged(books: Books, one: Authorization, act: HandlingEvent) -> bool:
    """Tell whether an act stands that uses a consent and that the consent else allows."""
    if act.occurred_at is None or act.source_file_id or act.timing is not Timing.ACTUAL:
        return False
    if not uses(act):
        return False
    day = act.occurred_at.date()
    return not unfit(books.as_of(one, day), act.kind, day, ())


def _answered(asked: Inquiry, *words: str) -> dict[str, list[RuleOverride]]:
    """Return the exceptions in which somebody gave a reason for what these words say, by act."""
    found: dict[str, list[RuleOverride]] = {}
    for one in asked.all(RuleOverride):
        if any(part in one.message for part in words):
            found.setdefault(one.record_ref, []).append(one)
    return found


def _reached(books: Books, one: Authorization) -> dict[str, Decimal]:
    """Return by which acts a consent was used up, read once until something happens."""
    return books.of_acts(("used up", one), partial(reached, books, one)) if is_limited(one) else {}


def _is_countable(one: Authorization) -> bool:
    return is_limited(one) or any(target.person_id for target in one.targets)


def _names_where(one: Authorization) -> bool:
    return bool(one.destination_text or one.relay or any(t.place_id for t in one.targets))

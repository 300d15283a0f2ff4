"""Acts that went beyond the consent that they name, told wherever the act is.

Who enters such an act is asked (models/rules/beyond.py), and until that is settled it is a breach.
What was entered before anybody asked accuses nobody of one: it stays to be put right, and a place
that is only called otherwise is to be read.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from models.codes import HandlingKind, RuleMode, Timing
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.records import (
    Authorization,
    HandlingEvent,
    HandlingLine,
    Item,
    RuleOverride,
    TransportDetail,
)
from models.rules.beyond import (
    ALSO,
    BEYOND,
    ENDS_BEFORE,
    UNSURE,
    called_otherwise,
    surely_beyond,
    used_up,
)
from models.rules.books import Books
from models.rules.named import UNFIT
from models.rules.return_day import outlasts, too_long
from models.rules.staying import carried_by
from models.rules.unfit import BETWEEN, unfit
from models.rules.used_up import is_limited, uses
from models.rules.who_where import elsewhere, somebody_else
from models.store import Op, Query, Where

K = HandlingKind
WHERE = "EQ-WHERE"
MARK = "根拠の範囲外（{why}）"
SENTENCE = "{act}は、根拠とした「{consent}」の範囲を超えています（{why}）。"
CALLED = "{act}が、根拠とした「{consent}」の範囲か、確かめてください（{why}）。"
_FIELDS = (
    "caption", "kind", "occurred_at", "authorization_id", "destination_text", "place_to_id",
    "counterpart_org_id", "counterpart_name", "related_event_id", "transport.carrier_org_id",
    "lines.item_id",
)  # fmt: skip
_TERM = ("kind", "occurred_at", "expected_return_at", "authorization_id")


def beyond_marks(books: Books, event: HandlingEvent) -> list[str]:
    """Return what a line about an act says of how far it went, nothing within its consent."""
    one = books.find(Authorization, event.authorization_id)
    if one is None or not _is_judged(books, one, event):
        return []
    found = surely_beyond(books, one, event)
    return [MARK.format(why=BETWEEN.join(found))] if found else []


class Found(NamedTuple):
    """What went beyond, with the consent by whose word its clause is found."""

    kind: HandlingKind
    consent: Authorization
    row: Row


def eq_beyond(asked: Inquiry) -> Iterator[Found]:
    """Find what went beyond, once for each act with all in which it did."""
    asked.note(Item.type)
    settled = asked.breaches.settled
    answered = _answered(asked, BEYOND, ENDS_BEFORE)
    for consent, act in _went_beyond(asked):
        assert act.kind is not None
        said = answered.get(act.id, [])
        if said and all((one.rule_id, act.id) in settled for one in said):
            continue
        why = BETWEEN.join(surely_beyond(asked.books, consent, act))
        words = SENTENCE.format(act=act.caption(), consent=consent.caption(), why=why)
        if called := called_otherwise(asked.books, consent, act):
            words += ALSO.format(why=BETWEEN.join(called))
        row = Row(act.type, act.id, words, "broken" if said else "action")
        yield Found(act.kind, consent, row)


def _went_beyond(asked: Inquiry) -> Iterator[tuple[Authorization, HandlingEvent]]:
    """Yield the acts that surely went beyond the consent that they name."""
    longer = asked.listed(_named(asked, Where("kind", Op.EQ, K.TAKE_OUT)), _TERM, _stays_longer)
    lasting = set(longer.values())
    for consent in asked.all(Authorization):
        if not _is_countable(consent) and consent.id not in lasting:
            continue
        for act in asked.books.acts_under(consent.id):
            if _is_judged(asked.books, consent, act) and surely_beyond(asked.books, consent, act):
                yield consent, act


def _stays_longer(
    asked: Inquiry, id_: str, kind: HandlingKind, occurred_at: datetime,
    expected_return_at: datetime | None, authorization_id: str,
) -> str | None:  # fmt: skip
    one = asked.books.find(Authorization, authorization_id)
    act = HandlingEvent(
        id=id_, kind=kind, occurred_at=occurred_at, expected_return_at=expected_return_at
    )
    return authorization_id if one is not None and outlasts(one, act) else None


def lost(books: Books, before: Authorization, after: Authorization) -> list[HandlingEvent]:
    """Return the acts that a consent allowed and, corrected, does not: they go beyond it now."""
    acts = [act for act in books.acts_under(after.id) if uses(act)]
    too_many = used_up(books, after).keys() - used_up(books, before).keys()
    gone = [
        act
        for act in acts
        if act.id in too_many
        or (somebody_else(books, after, act) and not somebody_else(books, before, act))
    ]
    then, now = books.beside([before]), books.beside([after])
    bases = [before, *carried_by(books, before)]
    for act in (act for one in bases for act in books.acts_under(one.id) if act not in gone):
        stood, stands = (_basis(some, act) for some in (then, now))
        if stood is None or stands is None or too_long(then, stood, act):
            continue
        if too_long(now, stands, act):
            gone.append(act)
    return gone


def _basis(books: Books, act: HandlingEvent) -> Authorization | None:
    return books.find(Authorization, act.authorization_id)


def eq_where(asked: Inquiry) -> Iterator[Found]:
    """List what went to a place or a firm that its consent calls otherwise, to be read."""
    answered = _answered(asked, BEYOND, UNSURE, UNFIT)
    told = {act.id for _, act in _went_beyond(asked)}
    for found in asked.listed(_named(asked), _FIELDS, _read).values():
        if found.row.id not in answered and found.row.id not in told:
            yield found


def _named(asked: Inquiry, *more: Where) -> Query:
    """Ask for the acts that happened and name a basis, but for those of older registers."""
    named, ours = (
        Where("authorization_id", Op.EMPTY, False),
        Where("source_file_id", Op.EMPTY, True),
    )
    return asked.acts(named, ours, *more)


def _read(
    asked: Inquiry, id_: str, caption: str, kind: HandlingKind, occurred_at: datetime,
    authorization_id: str, destination_text: str, place_to_id: str, counterpart_org_id: str,
    counterpart_name: str, related_event_id: str, carriers: tuple[str, ...],
    items: tuple[str, ...],
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
        lines=tuple(HandlingLine(item_id=item) for item in items),
    )  # fmt: skip
    if not _is_judged(asked.books, one, act):
        return None
    for found in elsewhere(asked.books, one, act):
        if found.most is RuleMode.WARN:
            words = CALLED.format(act=caption, consent=one.caption(), why=found.why)
            row = Row(HandlingEvent.type, id_, words, NOTE)
            return Found(kind, one, row)
    return None


def _is_judged(books: Books, one: Authorization, act: HandlingEvent) -> bool:
    """Tell whether an act stands that uses a consent and that the consent else allows."""
    if act.occurred_at is None or act.source_file_id or act.timing is not Timing.ACTUAL:
        return False
    if not uses(act):
        return False
    day = act.occurred_at.date()
    handled = books.items(line.item_id for line in act.lines).values() if one.targets else ()
    return not unfit(books.as_of(one, day), act.kind, day, handled)


def _answered(asked: Inquiry, *words: str) -> dict[str, list[RuleOverride]]:
    """Return the exceptions in which somebody gave a reason for what these words say, by act."""
    found: dict[str, list[RuleOverride]] = {}
    for one in asked.all(RuleOverride):
        if any(part in one.message for part in words):
            found.setdefault(one.record_ref, []).append(one)
    return found


def _is_countable(one: Authorization) -> bool:
    return is_limited(one) or any(target.person_id for target in one.targets)


def _names_where(one: Authorization) -> bool:
    return bool(one.destination_text or one.relay or any(t.place_id for t in one.targets))

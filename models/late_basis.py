"""A consent that came into the ledger only after the act that rests on it (R-47).

The days that a consent names are typed; when it was entered is not. It may have been there in time
all the same, which only its own paper shows: wherever the act is told, this is told with it, and
nothing is refused or broken by it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from models.codes import AuthorizationSubject, HandlingKind, Timing
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.profiles import Clause
from models.records import Authorization, HandlingEvent
from models.rules.books import Books
from models.rules.case import covers_things
from models.store import Op, Where
from models.wareki import format_short, format_short_moment

K = HandlingKind
QUERY = "EQ-BASIS"
RESTING: Mapping[str, tuple[HandlingKind, ...]] = {
    "EQ-COPY": (K.COPY,),
    "EQ-SEND": (K.TRANSMIT, K.DISPATCH),
    "EQ-TAKEOUT": (K.TAKE_OUT, K.TRANSPORT),
    "EQ-PURPOSE": (K.PROVIDE, K.USE),
    "EQ-RECEIPT": (K.RECEIVE,),
    "EQ-INDIRECT": (K.RETURN, K.HAND_OVER),
    "EQ-METHOD": (K.ERASE, K.DISPOSE),
}
"""Queries of clauses under which something rests on the client's word, and the acts that do."""
MARK = "根拠は事後登録（{day}）"
SENTENCE = (
    "{act}の根拠とした「{consent}」は、取扱いの後（{when}）に台帳に登録されました。"
    "前もって受けていたかは、{paper}で確かめてください。"
)
ENDING = (K.RETURN, K.ERASE, K.DISPOSE)
ENDS = "R-21"
"""How these acts end custody may be the client's word: a clause that says so is theirs."""
AT_THE_END = "EQ-END"
INDIRECT = AuthorizationSubject.INDIRECT_HANDOVER
COPY, NO_COPY = "添付の決定文書の写し", "委託者の決定文書（写しの添付はありません）"
_FIELDS = (
    "caption", "kind", "occurred_at", "source_file_id", "authorization_id",
    "sanitization.client_method_authorization_id", "lines.item_id",
)  # fmt: skip


def late_marks(books: Books, event: HandlingEvent) -> list[str]:
    """Return what a line about an act says of its consents, nothing when they were there before."""
    if event.occurred_at is None or event.timing is Timing.PLANNED or event.source_file_id:
        return []
    methods = (row.client_method_authorization_id for row in event.sanitization)
    items = [line.item_id for line in event.lines]
    late = _late(books, event.occurred_at, (event.authorization_id, *methods), items)
    return [MARK.format(day=format_short(at.date())) for _, at in late]


def eq_basis(asked: Inquiry) -> Iterator[Row]:
    """List the acts whose consent was registered afterwards; to be read, nothing against them."""
    named = (Where("authorization_id", Op.EMPTY, False),)
    told_at_the_end = (
        Where("authorization_id", Op.EMPTY, True),
        Where("kind", Op.IN, RESTING["EQ-METHOD"]),
    )
    for some in (named, told_at_the_end):
        found = asked.listed(asked.acts(*some), _FIELDS, _told)
        for rows in found.values():
            yield from rows


def resting(
    asked: Inquiry,
    kind: HandlingKind,
    under: Mapping[str, Collection[HandlingKind]],
    consent: Authorization,
) -> tuple[Clause, ...]:
    """Return the clauses for which an act of a kind rests on the client's word.

    Args:
        under: queries of clauses, with the acts that they look at.
    """
    queries = {name for name, kinds in under.items() if kind in kinds}
    found = tuple(one for one in asked.clauses if queries & set(one.evidence))
    if kind not in ENDING or (found and consent.subject is INDIRECT):
        return found
    ends = tuple(one for one in asked.clauses if ENDS in one.rules)
    by_word = tuple(one for one in ends if one.consent)
    at_the_end = tuple(one for one in ends if AT_THE_END in one.evidence)
    if kind is K.RETURN:  # it is handed over directly: nothing about the way is asked
        return by_word or at_the_end or found
    return by_word or found or at_the_end


def _told(
    asked: Inquiry, id_: str, caption: str, kind: HandlingKind, occurred_at: datetime,
    source_file_id: str, authorization_id: str, methods: tuple[str, ...], items: tuple[str, ...],
) -> tuple[Row, ...] | None:  # fmt: skip
    """Say it under the clauses that the act belongs to; an older register knew no such time."""
    if source_file_id:
        return None
    late = _late(asked.books, occurred_at, (authorization_id, *methods), items)
    return tuple(
        Row(HandlingEvent.type, id_, _sentence(caption, consent, at), NOTE, clauses)
        for consent, at in late
        if (clauses := tuple(one.key for one in resting(asked, kind, RESTING, consent)))
    )


def paper_of(consent: Authorization) -> str:
    """Say on which paper of the client it shows whether a consent was there in time."""
    return COPY if consent.decision_file else NO_COPY


def _sentence(act: str, consent: Authorization, at: datetime) -> str:
    when, paper = format_short_moment(at), paper_of(consent)
    return SENTENCE.format(act=act, consent=consent.caption(), when=when, paper=paper)


def _late(
    books: Books, occurred_at: datetime, ids: Iterable[str], items: Iterable[str]
) -> Iterator[tuple[Authorization, datetime]]:
    """Yield the consents that allowed an act by no version entered before it, and since when.

    What an act is entered at is typed to the minute.
    """
    for id_ in dict.fromkeys(one for one in ids if one):
        entered = books.registered(id_)
        named = any(one.record.targets for one in entered)
        handled = list(books.items(items).values()) if named else []
        for one in entered:
            now, then = entered[-1].record, one.record
            allows = then.subject is now.subject and covers_things(then, handled)
            if allows and then.covers(occurred_at.date()):
                if one.at.replace(second=0, microsecond=0) > occurred_at:
                    yield now, one.at
                break

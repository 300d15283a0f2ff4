"""Acts that name a consent which does not allow them, or not so much, told wherever the act is.

The rule of the act has asked where its text demands a basis. Elsewhere it stays to be put right: the
act is entered anew with another basis or with none, or what is known of the consent is completed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from models.beyond_basis import Found, beyond_marks, eq_beyond, eq_where, lost
from models.codes import Decision, HandlingKind, Timing
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.late_basis import RESTING, resting
from models.records import Authorization, HandlingEvent, Record
from models.rules.books import GIVEN, Books
from models.rules.copied import too_many
from models.rules.named import UNFIT, why_not
from models.rules.unfit import OTHERWISE, RULE_OF, unfit
from models.store import Op, Where
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

QUERY = "EQ-UNFIT"
MARK = "根拠は{why}"
SENTENCE = "{act}の根拠とした「{consent}」は、その取扱いを認めるものではありません（{why}）。"
LOST = (
    "これを根拠にした取扱い{count}件（{first}など）が、認められていないことになります。"
    "「条項と証拠」で確かめてください。"
)
FROM_THE_START = (
    "「決定日」が、承諾等を受けた日のままです。後から取り消されたときは、「決定日」を取り消された日に訂正してください。"
    "その前の取扱いの根拠として残ります。"
)
NO_DAY = (
    "「決定日」が変わっていないので、きょう（{day}）までの取扱いの根拠として残ります。"
    "それより前に失効していたときは、「決定日」を失効した日に訂正してください。"
)
UNDER = {**RESTING, "EQ-COPYNEED": (HandlingKind.COPY,)}
"""Queries of clauses under which it is told, by the acts; else under those of the ledger."""
ASKING = frozenset({*RULE_OF.values(), OTHERWISE})
"""Rules under which it may have been asked."""
LEDGER = "EQ-LEDGER"
_FIELDS = ("caption", "kind", "occurred_at", "source_file_id", "authorization_id", "lines.item_id")


def unfit_marks(books: Books, event: HandlingEvent) -> list[str]:
    """Return what a line about an act says of the consent that it names, nothing when it allows it."""
    if event.occurred_at is None or event.source_file_id:
        return []
    found = books.find(Authorization, event.authorization_id)
    why = why_not(books, found, event) if found is not None else ""
    return [MARK.format(why=why)] if why else beyond_marks(books, event)


def eq_unfit(asked: Inquiry) -> Iterator[Row]:
    """Find acts whose named consent does not allow them, less what was explained or put right.

    What a rule asks for says so itself: each act is told once.
    """
    acts = asked.acts(Where("authorization_id", Op.EMPTY, False))
    settled = asked.breaches.settled
    for rule_id, found in asked.listed(acts, _FIELDS, _told).values():
        if (rule_id, found.id) not in settled and not _is_told(asked, found.id):
            yield replace(found, sentence=_in_full(asked, found))
    yield from _under_clauses(asked, eq_beyond(asked))


def acts_told(asked: Inquiry) -> set[str]:
    """Return the acts of which it is told what their consent does not allow."""
    return {one.id for one in asked.answer(QUERY, eq_unfit).rows}


def _is_told(asked: Inquiry, act_id: str) -> bool:
    return any(UNFIT in said.sentence for said in asked.verdicts.about(act_id))


def _in_full(asked: Inquiry, found: Row) -> str:
    """Say all that does not fit, for which the whole act is looked at."""
    act = asked.books.find(HandlingEvent, found.id)
    if act is None:
        return found.sentence
    consent = asked.books.find(Authorization, act.authorization_id)
    if consent is None:
        return found.sentence
    why = why_not(asked.books, consent, act)
    return SENTENCE.format(act=act.caption(), consent=consent.caption(), why=why)


def called_otherwise(asked: Inquiry) -> Iterator[Row]:
    """List acts whose place or firm their consent calls otherwise, unless somebody explained it."""
    yield from _under_clauses(asked, eq_where(asked))


def _under_clauses(asked: Inquiry, gone: Iterable[Found]) -> Iterator[Row]:
    """Put each row under the clause that asks for such a consent."""
    for one in gone:
        basis = one.consent.basis_type
        verb = basis.label if basis else ""
        yield replace(one.row, clauses=clauses_for(asked, one.kind, one.consent, verb))


def told_of_correction(ledger: "Ledger", after: Record, before: Record) -> tuple[str, ...]:
    """Return what is said to whom corrects a consent: acts that named it and that it allowed."""
    if not isinstance(after, Authorization) or not isinstance(before, Authorization):
        return ()
    books = ledger.rules.books
    found = ledger.registers.all(HandlingEvent, authorization_id=after.id, timing=Timing.ACTUAL)
    acts = [one.record for one in found if not one.record.source_file_id]
    gone = [act for act in acts if not _why(books, before, act) and _why(books, after, act)]
    gone += [act for act in lost(books, before, after) if act not in gone]
    copies = too_many(books, after) - too_many(books, before)
    gone += [act for act in acts if act.id in copies and act not in gone]
    told = tuple(_said_of_end(ledger, before, after, bool(gone)))
    if not gone:
        return told
    return (LOST.format(first=gone[0].caption(), count=f"{len(gone):,}"), *told)


def _said_of_end(
    ledger: "Ledger", before: Authorization, after: Authorization, lost_acts: bool
) -> Iterator[str]:
    """Say by which day a consent ends that is set to have ended, where none was entered."""
    today, until = ledger.today(), after.valid_until
    if before.decision not in GIVEN or before.decided_on != after.decided_on:
        return
    if after.decision is Decision.REVOKED and lost_acts:
        yield FROM_THE_START
    elif after.decision is Decision.EXPIRED and (until is None or today < until):
        yield NO_DAY.format(day=format_short(today))


def _why(books: Books, one: Authorization, act: HandlingEvent) -> str:
    assert act.occurred_at is not None
    day = act.occurred_at.date()
    handled = books.items(line.item_id for line in act.lines).values() if one.targets else ()
    return unfit(books.as_of(one, day), act.kind, day, handled)


def _told(
    asked: Inquiry, id_: str, caption: str, kind: HandlingKind, occurred_at: datetime,
    source_file_id: str, authorization_id: str, items: tuple[str, ...],
) -> tuple[str, Row] | None:  # fmt: skip
    if source_file_id:  # an older register says only what its own papers show
        return None
    for consent, why in _flaw(asked.books, authorization_id, kind, occurred_at.date(), items):
        sentence = SENTENCE.format(act=caption, consent=consent.caption(), why=why)
        row = Row(HandlingEvent.type, id_, sentence, "action", clauses_for(asked, kind, consent))
        return RULE_OF.get(kind, OTHERWISE), row
    return None


def clauses_for(
    asked: Inquiry, kind: HandlingKind, consent: Authorization, verb: str = ""
) -> tuple[str, ...]:
    """Return the clauses of an act, those that ask for the client's word by this verb first."""
    under = resting(asked, kind, UNDER, consent)
    by_verb = [one for one in under if verb and one.consent == verb]
    found = tuple(one.key for one in by_verb or under)
    return found or asked.asking(LEDGER)


def _flaw(
    books: Books, id_: str, kind: HandlingKind | None, day: date, items: Iterable[str]
) -> Iterator[tuple[Authorization, str]]:
    """Yield the consent as it counts for that day, with what is wrong about it."""
    found = books.find(Authorization, id_)
    if found is None:
        return
    one = books.as_of(found, day)
    handled = books.items(items).values() if one.targets else ()
    if why := unfit(one, kind, day, handled):
        yield one, why

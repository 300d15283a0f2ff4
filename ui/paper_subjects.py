"""Which records a document speaks of, so that the screen can offer them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from models import wareki
from models.codes import Timing
from models.ledger import Ledger
from models.paper_about import AUTHORIZATIONS, EVENTS, OF_PLANS, RECORDS
from models.paper_waiting import papered_as
from models.records import BY_TYPE, Authorization, HandlingEvent, Record, TrainingSession
from models.store import ListRow, Op, Query, Where

MOST = 500  # at first; the user may ask for more
MOST_PARTS = 4  # of a record in the list: who, as what, what, since when
PERIOD_KINDS = frozenset({"D-10", "D-19", "D-28", "D-35"})
ONE_EACH = frozenset({"D-06", "D-20"})  # speaks of one record, which must be chosen


@dataclass(frozen=True)
class Subject:
    """A record that may be chosen, as the list shows it.

    Attributes:
        mark: which paper speaks of it already, "" for none.
        waits: the client is to get a paper of it and has none.
    """

    id: str
    text: str
    mark: str = ""
    waits: bool = False

    @property
    def line(self) -> str:
        return f"【{self.mark}】{self.text}" if self.mark else self.text


@dataclass(frozen=True)
class Offer:
    """The records that are offered, the newest first.

    Attributes:
        total: how many there are, with those that are not offered.
        waiting: how many of all wait for a paper.
    """

    subjects: Sequence[Subject]
    total: int
    waiting: int


def needs_subjects(doc_kind: str) -> bool:
    """Tell whether a document speaks of chosen records (else of the whole contract)."""
    return doc_kind in EVENTS or doc_kind in AUTHORIZATIONS or doc_kind in ONE_EACH


def offers_subjects(doc_kind: str) -> bool:
    """Tell whether records can be chosen; a document that needs none then speaks of all."""
    return needs_subjects(doc_kind) or doc_kind in RECORDS


def offered(ledger: Ledger, doc_kind: str, contract_id: str, most: int = MOST) -> Offer:
    """Return the records that a document may speak of, with what became of them.

    Args:
        most: of these what waits for the paper comes first, the longest before others, so that
            paper after paper reaches all of it; then the newest of the rest.

    Raises:
        NotFound: no such contract or profile.
    """
    query = _question(doc_kind, contract_id)
    if query is None:
        return Offer((), 0, 0)
    known = papered_as(ledger, contract_id, doc_kind)
    numbers: Sequence[int] = ledger.registers.numbers(query)
    total = len(numbers)
    if total > most:
        numbers = _first_of(ledger, query, numbers, known.waits[:most], most)
    waits = frozenset(known.waits)
    found = [
        Subject(id_, text, known.marks.get(id_, ""), id_ in waits)
        for id_, text in _texts(ledger, query, numbers)
    ]
    return Offer(found, total, len(waits))


def _question(doc_kind: str, contract_id: str) -> Query | None:
    """Return which records a document may speak of, None when none can be chosen."""
    mine = Where("contract_id", Op.EQ, contract_id)
    if doc_kind in EVENTS:
        done = () if doc_kind in OF_PLANS else (Where("timing", Op.EQ, Timing.ACTUAL),)
        where = (mine, Where("kind", Op.IN, EVENTS[doc_kind]), *done)
        return Query(HandlingEvent.type, where, order=(("occurred_at", True),))
    if doc_kind in AUTHORIZATIONS:
        subjects = Where("subject", Op.IN, AUTHORIZATIONS[doc_kind])
        return Query(Authorization.type, (mine, subjects))
    if doc_kind in RECORDS:
        cls = RECORDS[doc_kind]
        several = cls is TrainingSession
        of = Where("contract_ids", Op.HAS, contract_id) if several else mine
        return Query(cls.type, (of,))
    return None


def _first_of(
    ledger: Ledger, query: Query, numbers: Sequence[int], waits: Sequence[str], most: int
) -> list[int]:
    """Return so many of the row numbers, in their order: what waits before the newest others."""
    named = replace(query, where=(*query.where, Where("id", Op.IN, waits)))
    kept = set(ledger.registers.numbers(named)) if waits else set()
    others = (one for one in numbers if one not in kept)
    kept.update(islice(others, most - len(kept)))
    return [one for one in numbers if one in kept]


def _texts(ledger: Ledger, query: Query, numbers: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Yield ids and what the list says of the rows."""
    cls = BY_TYPE[query.type]
    rows = ledger.registers.rows(query.type, numbers)
    if cls is not Authorization:
        say = _event_text if cls is HandlingEvent else partial(_row_text, cls)
        yield from ((row.id, say(row)) for row in rows)
        return
    whole = ledger.store.get_many(Authorization, [row.id for row in rows])
    yield from ((row.id, _application_text(whole[row.id].record)) for row in rows)


def _event_text(row: ListRow) -> str:
    """Say which, when, what and of what; the names of the items are derived and stand only in lists."""
    moment, kind = row.values.get("occurred_at"), row.values.get("kind")
    day = wareki.format_wareki(moment.date()) if moment else "記録なし"
    word = kind.label if kind else ""
    if row.values.get("timing") is Timing.PLANNED:
        word += "（予定）"
    parts = (f"第{row.values.get('event_no')}号", day, word, row.values.get("lines_text") or "")
    return "　".join(parts)


def _application_text(one: Authorization) -> str:
    """Say which act, how far, and whether the client has answered."""
    decision = one.spoken("decision", one.decision, one.beside)
    return "　".join(part for part in (one.caption(), one.scope_text, decision) if part)


def _row_text(cls: type[Record], row: ListRow) -> str:
    """Say the first that the list of the register shows of a record, apart from the contract."""
    parts = []
    for name in cls.columns:
        value = row.values.get(name)
        if name in ("contract_id", "notice_submission_id") or value in (None, "", ()):
            continue
        text = row.captions.get(name) or cls.fields()[name].kind.format(value)
        parts.append(text)
    return "　".join(parts[:MOST_PARTS])

"""Which records a document speaks of, so that the screen can offer them."""

from dataclasses import dataclass, replace

from models import wareki
from models.codes import Code, Timing
from models.ledger import Ledger
from models.paper_about import AUTHORIZATIONS, EVENTS, OF_PLANS, RECORDS
from models.records import Authorization, HandlingEvent, Record, TrainingSession
from models.store import ListRow, Op, Query, Where

MOST = 500
MOST_PARTS = 4  # of a record in the list: who, as what, what, since when
PERIOD_KINDS = frozenset({"D-10", "D-19", "D-28", "D-35"})
ONE_EACH = frozenset({"D-06"})  # speaks of one record, which must be chosen


@dataclass(frozen=True)
class Subject:
    """A record that may be chosen, as the list shows it."""

    id: str
    text: str


def needs_subjects(doc_kind: str) -> bool:
    """Tell whether a document speaks of chosen records (else of the whole contract)."""
    return doc_kind in EVENTS or doc_kind in AUTHORIZATIONS or doc_kind in ONE_EACH


def offers_subjects(doc_kind: str) -> bool:
    """Tell whether records can be chosen; a document that needs none then speaks of all."""
    return needs_subjects(doc_kind) or doc_kind in RECORDS


def subjects(ledger: Ledger, doc_kind: str, contract_id: str) -> list[Subject]:
    """Return the records that a document may speak of, the newest first."""
    if doc_kind in EVENTS:
        query = _query(HandlingEvent.type, contract_id, "kind", EVENTS[doc_kind], "occurred_at")
        if doc_kind not in OF_PLANS:
            query = replace(query, where=(*query.where, Where("timing", Op.EQ, Timing.ACTUAL)))
        rows = ledger.registers.rows(HandlingEvent.type, ledger.registers.numbers(query, MOST))
        return [Subject(row.id, _event_text(row)) for row in rows]
    if doc_kind in AUTHORIZATIONS:
        wanted = AUTHORIZATIONS[doc_kind]
        query = _query(Authorization.type, contract_id, "subject", wanted, "")
        agreed = ledger.store.find(Authorization, query, limit=MOST)
        return [Subject(one.record.id, _application_text(one.record)) for one in agreed]
    if doc_kind in RECORDS:
        cls = RECORDS[doc_kind]
        several = cls is TrainingSession
        of = Where(
            "contract_ids" if several else "contract_id", Op.HAS if several else Op.EQ, contract_id
        )
        numbers = ledger.registers.numbers(Query(cls.type, (of,)), MOST)
        rows = ledger.registers.rows(cls.type, numbers)
        return [Subject(row.id, _row_text(cls, row)) for row in rows]
    return []


def _query(type_: str, contract_id: str, name: str, codes: tuple[Code, ...], newest: str) -> Query:
    where = (Where("contract_id", Op.EQ, contract_id), Where(name, Op.IN, codes))
    return Query(type_, where, order=((newest, True),) if newest else ())


def _event_text(row: ListRow) -> str:
    """Say when, what and which; the names of the items are derived and stand only in lists."""
    moment, kind = row.values.get("occurred_at"), row.values.get("kind")
    day = wareki.format_wareki(moment.date()) if moment else "記録なし"
    word = kind.label if kind else ""
    if row.values.get("timing") is Timing.PLANNED:
        word += "（予定）"
    return f"{day}　{word}　{row.values.get('lines_text') or ''}"


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

"""Which records a document speaks of, so that the screen can offer them."""

from collections.abc import Mapping
from dataclasses import dataclass

from models import wareki
from models.codes import AuthorizationSubject, Code, HandlingKind
from models.ledger import Ledger
from models.records import Authorization, HandlingEvent
from models.store import ListRow, Op, Query, Where

MOST = 500
PERIOD_KINDS = frozenset({"D-10", "D-19", "D-28", "D-35"})
EVENTS: Mapping[str, tuple[HandlingKind, ...]] = {
    "D-14": (HandlingKind.RECEIVE,),
    "D-16": (HandlingKind.RETURN,),
    "D-17": (HandlingKind.RETURN, HandlingKind.ERASE, HandlingKind.DISPOSE),
    "D-18": (HandlingKind.ERASE, HandlingKind.DISPOSE),
    "D-34": (HandlingKind.ERASE, HandlingKind.DISPOSE),
}
AUTHORIZATIONS: Mapping[str, tuple[AuthorizationSubject, ...]] = {
    "D-11": (AuthorizationSubject.COPY,),
    "D-12": (AuthorizationSubject.TAKE_OUT,),
    "D-13": (AuthorizationSubject.OTHER_PURPOSE, AuthorizationSubject.THIRD_PARTY),
    "D-15": (AuthorizationSubject.HANDOVER_DESIGNATION,),
}


@dataclass(frozen=True)
class Subject:
    """A record that may be chosen, as the list shows it."""

    id: str
    text: str


def needs_subjects(doc_kind: str) -> bool:
    """Tell whether a document speaks of chosen records (else of the whole contract)."""
    return doc_kind in EVENTS or doc_kind in AUTHORIZATIONS


def subjects(ledger: Ledger, doc_kind: str, contract_id: str) -> list[Subject]:
    """Return the records that a document may speak of, the newest first."""
    if doc_kind in EVENTS:
        query = _query(HandlingEvent.type, contract_id, "kind", EVENTS[doc_kind], "occurred_at")
        rows = ledger.registers.rows(HandlingEvent.type, ledger.registers.numbers(query, MOST))
        return [Subject(row.id, _event_text(row)) for row in rows]
    if doc_kind in AUTHORIZATIONS:
        wanted = AUTHORIZATIONS[doc_kind]
        query = _query(Authorization.type, contract_id, "subject", wanted, "")
        agreed = ledger.store.find(Authorization, query, limit=MOST)
        return [Subject(stored.record.id, stored.record.caption()) for stored in agreed]
    return []


def _query(type_: str, contract_id: str, name: str, codes: tuple[Code, ...], newest: str) -> Query:
    where = (Where("contract_id", Op.EQ, contract_id), Where(name, Op.IN, codes))
    return Query(type_, where, order=((newest, True),) if newest else ())


def _event_text(row: ListRow) -> str:
    """Say when, what and which; the names of the items are derived and stand only in lists."""
    moment, kind = row.values.get("occurred_at"), row.values.get("kind")
    day = wareki.format_wareki(moment.date()) if moment else "記録なし"
    return f"{day}　{kind.label if kind else ''}　{row.values.get('lines_text') or ''}"

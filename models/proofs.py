"""What proves a clause: for every evidence query, the records of the ledger that speak for it.

The queries of `evidence_queries` say what is missing or broken; an officer also wants to see what
is there. A proof is a question about one register; its rows are shown and counted, never judged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from models import two_factors
from models.codes import (
    AuthorizationSubject,
    BackupKind,
    CommunicationKind,
    HandlingKind,
    HandlingStatus,
    SystemEventKind,
    Timing,
    TrainingKind,
)
from models.inquiry import Inquiry
from models.profiles import Clause
from models.records.governance import REQUESTS
from models.store import Op, Query, Where

K, S = HandlingKind, AuthorizationSubject
MOST = 1000  # counted as 「1,000件以上」 beyond
Conditions = tuple[Where, ...]


@dataclass(frozen=True)
class Proof:
    """Records that speak for a clause. `count` ends at `MOST`."""

    query: Query
    count: int


def _acts(*kinds: HandlingKind) -> tuple[str, Conditions]:
    return "handling_event", (Where("kind", Op.IN, kinds), Where("timing", Op.EQ, Timing.ACTUAL))


def _consents(*subjects: AuthorizationSubject) -> tuple[str, Conditions]:
    return "authorization", (Where("subject", Op.IN, subjects),)


def _papers(*kinds: str) -> tuple[str, Conditions]:
    return "submission", (Where("doc_kind", Op.IN, kinds),)


def _filled(type_: str, name: str) -> tuple[str, Conditions]:
    return type_, (Where(name, Op.EMPTY, False),)


def _noted(kind: SystemEventKind) -> tuple[str, Conditions]:
    return "system_event", (Where("kind", Op.EQ, kind),)


def _ran(kind: BackupKind) -> tuple[str, Conditions]:
    return "backup_run", (Where("kind", Op.EQ, kind),)


ENDING = (K.RETURN, K.HAND_OVER, K.ERASE, K.DISPOSE)
PROOFS: Mapping[str, tuple[tuple[str, Conditions], ...]] = {
    "EQ-STAFF": (("assignment", ()), _papers("D-03")),
    "EQ-SUPERVISE": (("handling_event", (Where("status", Op.EQ, HandlingStatus.CONFIRMED),)),),
    "EQ-CLEAR": (("assignment", ()),),
    "EQ-PLEDGE": (("pledge", ()), _papers("D-07", "D-08")),
    "EQ-TRAIN": (("training_session", (Where("kind", Op.NE, TrainingKind.AWARENESS),)),),
    "EQ-TRAINPLAN": (("training_plan", ()),),
    "EQ-NOTICE": (("training_session", (Where("kind", Op.EQ, TrainingKind.AWARENESS),)),),
    "EQ-PLACE": (("contract_place", ()), _papers("D-04"), _consents(S.PLACE, S.OFFSITE_WORK)),
    "EQ-PLACEUSE": (("contract_place", ()),),
    "EQ-IDCARD": (("credential", ()),),
    "EQ-ASSET": (("information_asset", ()),),
    "EQ-ITEMLIST": (("information_asset", ()),),
    "EQ-LEDGER": (("handling_event", ()), ("item", ())),
    "EQ-STORE": (("contract_place", ()),),
    "EQ-COPY": (_acts(K.COPY), _consents(S.COPY)),
    "EQ-COPYNEED": (_acts(K.COPY),),
    "EQ-SEND": (_acts(K.TRANSMIT, K.DISPATCH), _consents(S.TRANSMIT, S.DISPATCH)),
    "EQ-TAKEOUT": (_acts(K.TAKE_OUT), _consents(S.TAKE_OUT, S.EQUIPMENT_TAKE_OUT)),
    "EQ-OPENOUT": (_acts(K.TAKE_OUT, K.BRING_BACK),),
    "EQ-ENC": (_acts(K.TAKE_OUT, K.TRANSPORT, K.TRANSMIT, K.DISPATCH),),
    "EQ-TRANSPORT": (_acts(K.TRANSPORT),),
    "EQ-PRIVATE": (("item", ()),),
    "EQ-PURPOSE": (_acts(K.PROVIDE), _consents(S.OTHER_PURPOSE, S.THIRD_PARTY)),
    "EQ-RECEIPT": (_acts(K.RECEIVE), _papers("D-14"), _consents(S.HANDOVER_DESIGNATION)),
    "EQ-HANDOVER": (_acts(K.RETURN, K.HAND_OVER),),
    "EQ-INDIRECT": (_acts(K.RETURN, K.HAND_OVER), _consents(S.INDIRECT_HANDOVER)),
    "EQ-UNNEEDED": (_filled("item", "unneeded_on"),),
    "EQ-INC": (("incident", ()), ("incident_report", ()), _papers("D-20")),
    "EQ-METHOD": (_acts(K.ERASE, K.DISPOSE), _consents(S.DISPOSITION_METHOD)),
    "EQ-WITNESS": (
        ("client_communication", (Where("kind", Op.EQ, CommunicationKind.WITNESS_REQUEST),)),
    ),
    "EQ-END": (_acts(*ENDING), ("content_erasure", ())),
    "EQ-ENDDOC": (_papers("D-16", "D-17", "D-18"), _acts(*ENDING)),
    "EQ-CERT": (_papers("D-18"), _acts(K.ERASE, K.DISPOSE)),
    "EQ-LABOUR": (_filled("assignment", "labour_terms_checked_on"),),
    "EQ-REQ": (("client_communication", (Where("kind", Op.IN, tuple(sorted(REQUESTS))),)),),
    "EQ-FINDING": (("finding", ()),),
    "EQ-GOV": (("governance_document", ()),),
    "EQ-ROLES": (("assignment", ()),),
    "EQ-ACCESS": (("access_right", ()),),
    "EQ-CLAUSE": (("contract_clause_setting", ()),),
    "EQ-DUE": (("due_item", ()), ("submission", ())),
    "EQ-REPORT": (_papers("D-19"),),
    "EQ-BACKUP": (("backup_run", ()),),
    "EQ-AUDIT": (_noted(SystemEventKind.ACCESS_REVIEWED),),
    "EQ-TERMINAL": (("terminal", ()),),
    "EQ-TWOFACTOR": (("credential", (Where("kind", Op.IN, two_factors.MEANS),)),),
    "EQ-RESTORE": (_ran(BackupKind.RESTORE_TEST),),
    "EQ-INTEGRITY": (_ran(BackupKind.VERIFY),),
    "EQ-CAPACITY": (_noted(SystemEventKind.CONDITION_CHECKED),),
    "EQ-MALWARE": (_noted(SystemEventKind.CONDITION_CHECKED),),
    "EQ-PASSWORD": (_noted(SystemEventKind.PASSWORDS_REVIEWED), ("user_account", ())),
    "EQ-OVERRIDE": (("rule_override", ()),),
}
OF_ALL = frozenset(
    {"governance_document", "credential", "backup_run", "system_event", "user_account"}
)
"""Registers whose records may belong to no contract and then speak for each."""


def proofs(asked: Inquiry, clause: Clause) -> list[Proof]:
    """Return what speaks for a clause, the fullest registers last; without rows it is left out."""
    found = []
    for query in dict.fromkeys(_questions(asked, clause)):
        name = f"proof {query.type} {query.where}"
        [count] = asked.answer(name, partial(_counted, query=query)).rows
        if count:
            found.append(Proof(query, count))
    return sorted(found, key=lambda one: one.query.type == "handling_event")


def _counted(asked: Inquiry, query: Query) -> Iterator[int]:
    yield asked.at_most(query, MOST)


def _questions(asked: Inquiry, clause: Clause) -> Iterator[Query]:
    for evidence in clause.evidence:
        parts = PROOFS.get(evidence, ())
        if evidence.startswith("EQ-DOC("):
            parts = (_papers(evidence[7:-1]),)
        for type_, conditions in parts:
            yield _question(asked.contract.id, type_, conditions)


def _question(contract_id: str, type_: str, conditions: Conditions) -> Query:
    newest = (("number", True),)
    if type_ == "training_session":
        mine = Where("contract_ids", Op.HAS, contract_id)
        return Query(type_, (mine, *conditions), order=newest)
    if type_ in OF_ALL:
        return Query(type_, conditions, order=newest, contracts=frozenset({contract_id}))
    return Query(type_, (Where("contract_id", Op.EQ, contract_id), *conditions), order=newest)

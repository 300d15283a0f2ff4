"""Which records each document speaks of: the screen offers them, the collector demands them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from models.codes import AuthorizationSubject as S
from models.codes import HandlingKind as K
from models.profile_params import EndOfContract
from models.profiles import Clause
from models.records import (
    Assignment,
    ContractPlace,
    Incident,
    Pledge,
    Record,
    Submission,
    TrainingPlan,
    TrainingSession,
)

if TYPE_CHECKING:
    from models.inquiry import Inquiry

EVENTS: Final[Mapping[str, tuple[K, ...]]] = {
    "D-14": (K.RECEIVE,),
    "D-16": (K.RETURN, K.HAND_OVER),
    "D-17": (K.RETURN, K.HAND_OVER, K.ERASE, K.DISPOSE),
    "D-18": (K.ERASE, K.DISPOSE),
    "D-27": (K.TRANSPORT, K.DISPATCH, K.TAKE_OUT),
    "D-34": (K.ERASE, K.DISPOSE),
}
AUTHORIZATIONS: Final[Mapping[str, tuple[S, ...]]] = {
    "D-11": (S.COPY, S.TRANSMIT, S.DISPATCH, S.OTHER_RISKY_ACT),
    "D-12": (S.TAKE_OUT, S.EQUIPMENT_TAKE_OUT),
    "D-13": (S.OTHER_PURPOSE, S.THIRD_PARTY),
    "D-15": (S.INDIRECT_HANDOVER,),
}
RECORDS: Final[Mapping[str, type[Record]]] = {
    "D-02": Assignment,
    "D-03": Assignment,
    "D-04": ContractPlace,
    "D-05": TrainingPlan,
    "D-06": TrainingSession,
    "D-07": Assignment,
    "D-08": Pledge,
    "D-20": Incident,
    "D-30": Assignment,
}
"""Documents that speak of all such records of the contract unless some are chosen."""

OF_ONE: Final = frozenset({"D-05", "D-06", "D-11", "D-12", "D-13", "D-14", "D-15", "D-20", "D-27"})
"""Documents that speak of one record each."""

SUCCESSIVE: Final = frozenset({"D-20"})
"""Reports that go on: a later one about the same says more, and stands beside the former."""

OF_PLANS: Final = frozenset({"D-17", "D-27"})
"""Documents that are also made before the act (SK-14.2, CB-10.1); all others say it was done."""

MADE_HERE: Final = frozenset(
    {"D-01", "D-02", "D-03", "D-04", "D-05", "D-06", "D-07", "D-08", "D-11", "D-12", "D-13", "D-14",
     "D-15", "D-16", "D-17", "D-18", "D-20", "D-27", "D-28", "D-29", "D-30", "D-31", "D-37"}
)  # fmt: skip
"""Documents that this program makes; the others are written elsewhere, and noted as handed in."""

COUNTED: Final = frozenset({*EVENTS, *AUTHORIZATIONS})
"""Papers about acts and applications, which the client adds up; those about who works where tell a
state, and may tell it again."""

CHANGES: Final = frozenset({"D-03", "D-04"})
"""Notices that are also made as 変更届, from the log."""


def served(asked: "Inquiry", paper: Submission) -> tuple[str, ...]:
    """Return the keys of the clauses of the contract that a paper's form serves."""
    known = {clause.key for clause in asked.clauses if not clause.contractual_only}
    form = asked.profile.documents.get(paper.doc_kind)
    return tuple(key for key in form.clauses if key in known) if form else ()


def papered(asked: "Inquiry", query: str, document: str) -> tuple[Clause, ...]:
    """Return those clauses with this proof that name the paper; all of them where none does."""
    mine = tuple(one for one in asked.clauses if query in one.evidence)
    return tuple(one for one in mine if document in one.documents) or mine


def end_papers(end: EndOfContract) -> dict[tuple[str, ...], tuple[K, ...]]:
    """Return which papers of a text prove which kinds of end; any one of the papers does.

    What goes back is told on a paper of its own (D-16) where the text has one, else in the report
    of all ends (D-17). A kind for which the text names no paper is left out: none is asked for it.
    """
    named = {*end.documents, *end.copy_documents}
    going = next(((kind,) for kind in ("D-16", "D-17") if kind in named), ())
    gone = tuple(kind for kind in ("D-17", "D-18") if kind in named)
    found: dict[tuple[str, ...], tuple[K, ...]] = {}
    for papers, kinds in ((going, EVENTS["D-16"]), (gone, EVENTS["D-18"])):
        if papers:
            found[papers] = (*found.get(papers, ()), *kinds)
    return found

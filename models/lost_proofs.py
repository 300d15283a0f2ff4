"""Acts that lose what they leaned on when a record is corrected or voided, said to whoever does it.

A pledge, a training, a check of somebody's labour contract, an identity document, a place or what is
told of some information (特定個人情報) was right when the act was entered, or seemed so. What shows
afterwards that it was not is told under the clauses; who enters it reads so at once. Of consents
`models.unfit_basis` says the same, and designations are asked about (`models.designations_undone`), as
are trainings, under which many people worked.
How somebody is employed takes nothing from what he did before (`models.person_changes`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from models.codes import (
    AuthorizationSubject,
    Decision,
    HandlingKind,
    PledgeStatus,
    RuleMode,
    Timing,
)
from models.contract_dues import stood_before
from models.errors import Refused
from models.profiles import Clause
from models.records import (
    Assignment,
    Authorization,
    Contract,
    ContractPlace,
    Credential,
    HandlingEvent,
    InformationAsset,
    Item,
    Pledge,
    Record,
    Stored,
    TrainingSession,
)
from models.rules.books import Books
from models.rules.case import Case
from models.rules.consents import (
    PASSING,
    r13_indirect_handover_is_approved,
    r14_handover_as_designated,
)
from models.rules.ending import END_OF, r21_ending_follows_the_word
from models.rules.giving_back import GIVING_BACK
from models.rules.labour import r28_labour_terms_are_checked
from models.rules.moving import r08_take_out_needs_basis
from models.rules.people import (
    r01_actor_is_cleared,
    r42_identity_document,
    r44_specific_personal_information,
)
from models.rules.places import r04_events_happen_at_designated_places
from models.store import Op, Query, Where
from models.versions import versions

if TYPE_CHECKING:
    from models.ledger import Ledger

K, S = HandlingKind, AuthorizationSubject
OUTWARD = frozenset({K.TAKE_OUT, K.TRANSPORT})
Rule = Callable[[Case], Iterator[str]]
LOST = (
    "{which}により、前もって要ることを満たさなくなる取扱いが{count}件（{first}）あります。"
    "「条項と証拠」で確かめてください。正しい記録がほかにあるときは、それを登録してください。"
)
ASKED = (
    "この訂正により、前もって{training}を受けていたことにならなくなる取扱いが{count}件（{first}）あります。受けていなかった"
    "ことが分かったときは、その経緯を理由に残してください。入力の誤りのときは、正しい記録を先に登録してください。"
)
RESTS = (
    "この記録だけを根拠に{training}を受けたことになっている人の取扱いが{count}件（{first}）あるため、取り消せません。"
    "受けていない人がいるときは、取り消さずに「受講」を訂正してください。理由と、ほかの方の確認を求めます。"
    "二重に登録したときは、正しい方に受けた人をすべて入れてから取り消してください。"
)
TAUGHT = ("EQ-TRAIN", "EQ-NOTICE")
"""Prove the clauses that want people taught, and told of their duties, before they work."""
CORRECTED, VOIDED = "この訂正", "この取消し"
CLEARED = (("R-01", r01_actor_is_cleared),)
LABOUR = ("R-28", r28_labour_terms_are_checked)
SPECIFIC = ("R-44", r44_specific_personal_information)
LEANING: Mapping[type[Record], tuple[tuple[str, Rule], ...]] = {
    Pledge: CLEARED,
    TrainingSession: CLEARED,
    Credential: (("R-42", r42_identity_document),),
    Assignment: (LABOUR, SPECIFIC),
    ContractPlace: (("R-04", r04_events_happen_at_designated_places),),
    InformationAsset: (SPECIFIC,),
}
"""Rules of acts that look at such a record, but for what is asked about when it is entered."""
STANDING: Mapping[
    AuthorizationSubject, tuple[tuple[tuple[str, Rule], ...], frozenset[HandlingKind]]
] = {
    S.HANDOVER_DESIGNATION: ((("R-14", r14_handover_as_designated),), frozenset(PASSING)),
    S.INDIRECT_HANDOVER: ((("R-13", r13_indirect_handover_is_approved),), frozenset(PASSING)),
    S.EQUIPMENT_TAKE_OUT: ((("R-08", r08_take_out_needs_basis),), OUTWARD),
    S.DISPOSITION_METHOD: ((("R-21", r21_ending_follows_the_word),), frozenset(END_OF)),
    S.END_EXCEPTION: ((("R-21", r21_ending_follows_the_word),), frozenset(END_OF)),
}
"""The client's words on which acts of some kinds rest without naming them, and the rules of those."""
WITHOUT: Mapping[type[Record], Mapping[str, Any]] = {
    Pledge: {"status": PledgeStatus.NOT_COLLECTED},
    TrainingSession: {"attendance": ()},
    Credential: {"issued_on": None},
    Authorization: {"decision": Decision.REFUSED},
    Assignment: {"labour_terms_confirmed": None, "handles_specific_pi": None},
}
"""How a record says nothing, as one that is voided; others are not voided while acts name them."""
SEEN: Mapping[type[Record], tuple[str, ...]] = {
    Pledge: ("status", "signed_on", "person_id"),
    TrainingSession: ("attendance", "topics", "kind", "contract_ids"),
    Credential: (
        "kind", "contract_id", "holder_person_id", "shows_company_name", "issued_on", "expires_on",
        "returned_on", "invalidated_at",
    ),
    Assignment: ("labour_terms_confirmed", "labour_terms_checked_on", "handles_specific_pi"),
    ContractPlace: ("place_id", "use_from", "use_to", "status", "notice_submission_id"),
    InformationAsset: ("contains_specific_pi",),
    Authorization: (
        "subject", "basis_type", "decision", "decided_on", "valid_from", "valid_until", "targets",
    ),
}  # fmt: skip
"""What these rules look at; a correction of anything else costs no search."""
_FIELDS = (
    "id", "caption", "occurred_at", "kind", "actor_person_id", "place_from_id", "place_to_id",
    "lines.item_id", "authorization_id",
)  # fmt: skip


class _Act(NamedTuple):
    """What is known of an act before it is looked at."""

    id: str
    caption: str
    day: date
    kind: HandlingKind
    person_id: str
    places: tuple[str, str]
    items: tuple[str, ...]
    basis_id: str


class Untaught(NamedTuple):
    """Acts under one contract whose people were not taught before, by a record as it would be."""

    contract_id: str
    words: str
    clauses: tuple[Clause, ...]


def asked_of(ledger: "Ledger", before: Record | None, after: Record) -> Iterator[Untaught]:
    """Yield what has to be explained when a training loses people, topics or its day (R-39).

    Acts that other people entered leaned on it. A slip is put right alone on the day of its entry, and
    what takes nothing from anybody is free.
    """
    if not isinstance(before, TrainingSession) or not isinstance(after, TrainingSession):
        return
    if _is_alike(before, after) or not _stood(ledger, before):
        return
    yield from _untaught(ledger, before, after, ASKED)


def require_may_go(ledger: "Ledger", record: Record) -> None:
    """Refuse to void a training while somebody's acts lean on it alone; it is corrected instead.

    Raises:
        Refused
    """
    if not isinstance(record, TrainingSession) or not ledger.rules.on:
        return
    if not _stood(ledger, record):
        return
    for one in _untaught(ledger, record, replace(record, **WITHOUT[TrainingSession]), RESTS):
        raise Refused(reason=one.words)


def _untaught(
    ledger: "Ledger", before: TrainingSession, after: TrainingSession, words: str
) -> Iterator[Untaught]:
    for contract_id in _contracts(ledger, before):
        lost = [act.caption for act in _losing(ledger, contract_id, before, after, CLEARED)]
        if not lost:
            continue
        asked = ledger.inquiries.of(contract_id)
        said = words.format(
            training=asked.profile.term("training"), count=f"{len(lost):,}", first=_first(lost)
        )
        keys = asked.asking(*TAUGHT)
        clauses = (one for one in asked.clauses if one.key in keys and not one.source)
        yield Untaught(contract_id, said, tuple(clauses))


def _stood(ledger: "Ledger", one: TrainingSession) -> bool:
    """Tell whether a training stood in the ledger at the end of an earlier day."""
    return bool(stood_before(versions(ledger.store, TrainingSession, one.id), ledger.today()))


def _first(captions: Sequence[str]) -> str:
    return captions[0] + ("など" if captions[1:] else "")


def told_of_proof(ledger: "Ledger", before: Record, after: Record | None) -> tuple[str, ...]:
    """Return what is said to whoever corrects, or voids, what acts leaned on.

    Args:
        after: as it is about to be entered; None when it is voided.
    """
    rules = _rules(before)
    if not rules or not ledger.rules.on:
        return ()
    if after is None and type(before) not in WITHOUT:
        return ()
    if after is not None and _is_alike(before, after):
        return ()
    if isinstance(before, TrainingSession) and _stood(ledger, before):
        return ()  # whoever enters it was asked
    now = after if after is not None else replace(before, **WITHOUT[type(before)])
    lost = [
        act.caption
        for contract_id in _contracts(ledger, before)
        for act in _losing(ledger, contract_id, before, now, rules)
    ]
    if not lost:
        return ()
    which = CORRECTED if after is not None else VOIDED
    return (LOST.format(which=which, count=f"{len(lost):,}", first=_first(lost)),)


def _rules(one: Record) -> tuple[tuple[str, Rule], ...]:
    if isinstance(one, Authorization):
        return STANDING[one.subject][0] if one.subject and one.subject in STANDING else ()
    return LEANING.get(type(one), ())


def _is_alike(before: Record, after: Record) -> bool:
    return all(getattr(before, name) == getattr(after, name) for name in SEEN[type(before)])


def _contracts(ledger: "Ledger", one: Record) -> Iterable[str]:
    """Return the contracts under which acts may lean on a record."""
    if one.contracts():
        return sorted(one.contracts())
    person_id = getattr(one, "holder_person_id", "")
    if not person_id:
        return ()
    found = ledger.registers.all(Assignment, person_id=person_id)
    return sorted({stored.record.contract_id for stored in found})


def _losing(
    ledger: "Ledger", contract_id: str, before: Record, after: Record,
    rules: Iterable[tuple[str, Rule]],
) -> Iterator[_Act]:  # fmt: skip
    """Yield the acts to which a rule says something as it will be, and nothing as it is."""
    profile = ledger.profile(contract_id)
    strict = [rule for id_, rule in rules if profile.rules[id_].mode != RuleMode.NOTICE]
    if not strict:
        return
    contract, now = ledger.registers.need(Contract, contract_id).record, ledger.rules.books
    then = now.beside([after])

    def said(act: Stored[HandlingEvent], books: Books, rule: Rule) -> bool:
        items = books.items(line.item_id for line in act.record.lines)
        case = Case(
            record=act.record, contract=contract, profile=profile, books=books,
            now=ledger.now(), items=items, entry=act.meta.created_seq,
        )  # fmt: skip
        return any(True for _ in rule(case))

    by_things = isinstance(before, Authorization) or (
        isinstance(before, Assignment)
        and before.handles_specific_pi != getattr(after, "handles_specific_pi", None)
    )
    for alike in _groups(_acts(ledger, contract_id, before, after), by_things=by_things):
        stored = ledger.store.get(HandlingEvent, alike[0].id)
        if stored is not None and any(
            said(stored, then, rule) and not said(stored, now, rule) for rule in strict
        ):
            yield from alike


def _groups(acts: Iterable[_Act], *, by_things: bool) -> Iterable[list[_Act]]:
    """Put acts together that these rules cannot tell apart."""
    found: dict[Any, list[_Act]] = {}
    for act in acts:
        apart = act.id if by_things or act.kind in GIVING_BACK else ""
        key = (act.person_id, act.day, act.kind, act.places, apart)
        found.setdefault(key, []).append(act)
    return found.values()


def _acts(ledger: "Ledger", contract_id: str, before: Record, after: Record) -> Iterator[_Act]:
    """Yield what happened under a contract and may lean on a record; older registers say it themselves."""
    where = [
        Where("contract_id", Op.EQ, contract_id),
        Where("timing", Op.EQ, Timing.ACTUAL),
        Where("source_file_id", Op.EMPTY, True),
    ]
    if people := _people(before) | _people(after):
        where.append(Where("actor_person_id", Op.IN, tuple(sorted(people))))
    leans = _leaning(ledger, before)
    for id_, caption, at, kind, person_id, start, end, items, basis in ledger.store.columns(
        Query(HandlingEvent.type, tuple(where)), _FIELDS
    ):
        act = _Act(id_, caption, at.date(), kind, person_id, (start, end), items, basis)
        if leans(act):
            yield act


def _leaning(ledger: "Ledger", one: Record) -> Callable[[_Act], bool]:
    """Return what tells of an act of these people, or of anybody, whether it may lean on a record."""
    if isinstance(one, InformationAsset):
        holding = _holding(ledger, one)
        return lambda act: not holding.isdisjoint(act.items)
    if isinstance(one, ContractPlace):
        return lambda act: one.place_id in act.places
    if isinstance(one, Authorization):
        kinds = STANDING[one.subject][1] if one.subject else frozenset()
        return lambda act: (
            act.kind in kinds and act.basis_id != one.id
        )  # those that name it are told
    return lambda act: True


def _holding(ledger: "Ledger", asset: InformationAsset) -> frozenset[str]:
    """Return the ids of the things that hold some information."""
    holds = Query(Item.type, (Where("contents", Op.HAS, ("asset_id", asset.id)),))
    return frozenset(id_ for (id_,) in ledger.store.columns(holds, ("id",)))


def _people(one: Record) -> frozenset[str]:
    if isinstance(one, TrainingSession):
        return frozenset(row.person_id for row in one.attendance)
    name = "holder_person_id" if isinstance(one, Credential) else "person_id"
    return frozenset({getattr(one, name, "")}) - {""}

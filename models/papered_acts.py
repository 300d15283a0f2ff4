"""Acts of which the client gets a paper: whether it has one, and since when (K-24, K-25).

A paper that speaks of an act speaks of what corrects it, too: the client has it, and is told to get
another one in its place (models/paper_undone.py).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from models.codes import HandlingKind, Means, VerificationResult
from models.deadlines import NEVER
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.paper_about import end_papers, papered
from models.paper_told import Told
from models.records import HandlingEvent, Submission
from models.rules.standing import is_submitted
from models.store import Op, Where
from models.workdays import after, first_not_late

RECEIPT = "D-14"
FIELDS = (
    "caption", "occurred_at", "sanitization.verification_result", "kind", "means",
    "corrects_event_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """An act of which a paper is to speak.

    Attributes:
        ids: its own, and those of what it corrects.
    """

    ids: tuple[str, ...]
    caption: str
    day: date


@dataclass(frozen=True, slots=True)
class Owed:
    """Acts of some kinds, the papers any of which speaks of them, and when the client has it.

    Attributes:
        proof: the evidence query that looks for the paper.
        days: working days after the act.
    """

    acts: tuple[HandlingKind, ...]
    papers: tuple[str, ...]
    proof: str
    days: int

    def limit(self, act: Act) -> date:
        return after(act.day, self.days)


def owed(asked: Inquiry) -> Iterator[Owed]:
    """Yield what papers the text wants of acts, a receipt on the day itself."""
    params = asked.profile.params
    if params.handover.receipt_document:
        yield Owed((HandlingKind.RECEIVE,), (RECEIPT,), "EQ-RECEIPT", 0)
    for papers, kinds in end_papers(params.end).items():
        proof = "EQ-CERT" if "D-18" in papers else "EQ-ENDDOC"
        yield Owed(kinds, papers, proof, params.timing.end_document_business_days)


def unpapered_acts(
    asked: Inquiry, kinds: tuple[HandlingKind, ...], documents: tuple[str, ...]
) -> Iterator[Act]:
    """Yield the acts of which no submitted paper speaks."""
    told = _told(asked, documents, is_submitted)
    yield from (act for act in acts(asked, kinds) if not told.about(act.ids, act.day))


def unpapered(
    asked: Inquiry, kinds: tuple[HandlingKind, ...], documents: tuple[str, ...],
    days: int | None = None,
) -> Iterator[Row]:  # fmt: skip
    """Find acts of which no submitted paper speaks, as late after so many working days.

    Args:
        days: None for those that a paper about an end takes.
    """
    if days is None:
        days = asked.profile.params.timing.end_document_business_days
    limit = first_not_late(asked.today, days)
    titles = "・".join(asked.profile.document_title(one) for one in documents)
    for act in unpapered_acts(asked, kinds, documents):
        sentence = f"{act.caption}について「{titles}」を提出していません。"
        severity = "action" if act.day < limit else "due"
        yield Row(HandlingEvent.type, act.ids[0], sentence, severity)


def eq_receipt_paper(asked: Inquiry) -> Iterator[Row]:
    """Find direct receipts without the 預り証 of that day."""
    if asked.profile.params.handover.receipt_document:
        mine = tuple(one.key for one in papered(asked, "EQ-RECEIPT", RECEIPT))
        for found in unpapered(asked, (HandlingKind.RECEIVE,), (RECEIPT,), days=0):
            yield replace(found, clauses=mine)


def eq_enddoc(asked: Inquiry) -> Iterator[Row]:
    """Find acts of ending that the paper of their kind does not speak of, as submitted."""
    for papers, kinds in end_papers(asked.profile.params.end).items():
        yield from unpapered(asked, kinds, papers)


def eq_cert(asked: Inquiry) -> Iterator[Row]:
    """Find erasures and disposals without a submitted certificate."""
    yield from unpapered(asked, (HandlingKind.ERASE, HandlingKind.DISPOSE), ("D-18",))


def handed_in_late(asked: Inquiry, one: Owed) -> Iterator[tuple[Act, date]]:
    """Yield the acts whose first paper came after its day, with the day on which it came.

    A paper that was sent back or replaced was there all the same.
    """
    told = _told(asked, one.papers, lambda paper: paper.status not in NEVER)
    for act in acts(asked, one.acts):
        came = told.since(act.ids, act.day)
        if came is not None and came > one.limit(act):
            yield act, came


def _told(asked: Inquiry, documents: tuple[str, ...], count: Callable[[Submission], bool]) -> Told:
    return Told(one for one in asked.all(Submission) if one.doc_kind in documents and count(one))


def acts(asked: Inquiry, kinds: tuple[HandlingKind, ...]) -> Iterable[Act]:
    """Return the acts of some kinds of which a paper is to speak, in entry order."""
    mine = Where("kind", Op.IN, kinds)
    found: Mapping[str, Act] = asked.listed(asked.acts(mine), FIELDS, _act)
    gone: Mapping[str, date] = asked.listed(asked.acts(mine, voided=True), ("occurred_at",), _day)
    return _entered_again(asked, found.values(), gone) if gone else found.values()


def _entered_again(asked: Inquiry, found: Iterable[Act], gone: Mapping[str, date]) -> Iterator[Act]:
    """Yield acts; one that was voided and entered again as it was keeps what was told of it.

    Same kind, same day, same things and as many: any other day gains nothing by what was voided.
    """
    acts = list(found)
    known = {id_ for act in acts for id_ in act.ids}
    left: dict[date, list[str]] = {}
    for id_, day in gone.items():
        if id_ not in known:
            left.setdefault(day, []).append(id_)
    for act in acts:
        alike = left.get(act.day, [])
        if same := next((id_ for id_ in alike if _is_same(asked, id_, act)), ""):
            alike.remove(same)
            act = replace(act, ids=(*act.ids, *(one.record.id for one in asked.chain(same))))
        yield act


def _is_same(asked: Inquiry, voided: str, act: Act) -> bool:
    """Tell whether an act says what one that was entered before it said, and was voided."""
    before, since = (asked.versions(HandlingEvent, id_)[:1] for id_ in (voided, act.ids[0]))
    return any(
        old.seq < new.seq and _told_by(old.record) == _told_by(new.record)
        for old, new in zip(before, since, strict=False)
    )


def _told_by(one: HandlingEvent) -> tuple[HandlingKind | None, set[tuple[str, object]]]:
    return one.kind, {(line.item_id, line.quantity) for line in one.lines}


def _day(_asked: Inquiry, _id: str, at: datetime) -> date:
    return at.date()


def _act(
    asked: Inquiry, id_: str, caption: str, occurred_at: datetime,
    results: tuple[VerificationResult | None, ...], kind: HandlingKind, means: Means | None,
    corrects: str,
) -> Act | None:  # fmt: skip
    """Return an act of which a paper is to speak.

    What failed is done again, and papers tell that. A 預り証 is given to whom one meets (SK-13.1):
    what a courier brought has a number instead (SK-13.2).
    """
    brought = kind is HandlingKind.RECEIVE and means not in (None, Means.DIRECT)
    if brought or VerificationResult.FAIL in results:
        return None
    former = (one.record.id for one in asked.chain(corrects))
    return Act((id_, *former), caption, occurred_at.date())

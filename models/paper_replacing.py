"""Which paper a new one takes the place of, proposed where it speaks of the same (差替え; records.md 7.1).

A paper is made anew because it was sent back, or because what it speaks of was corrected. It takes
the place of one of its kind that the client has, and that speaks of the same records, of what they
correct, or of what was voided about the same things. It is proposed where nothing that stands would
be left without a paper. A notice of changes (変更届) tells what changed since the paper before it and
stands beside it; a report of plans (予定) and that of the acts are two papers; a report of another
period is another report. What the client answered is the basis of an act, and stays.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from models.codes import SubmissionStatus, Timing
from models.corrected import chain, standing
from models.errors import Refused
from models.paper_about import CHANGES, COUNTED, EVENTS, RECORDS, SUCCESSIVE
from models.paper_things import THINGS, subject_of, things_of
from models.profile_forms import RECEIPT
from models.records import (
    Assignment,
    ContractPlace,
    HandlingEvent,
    Record,
    Stored,
    Submission,
    TrainingPlan,
)
from models.rules.standing import is_submitted
from models.rules.told_days import OVER
from models.store import Op, Query, Where
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

CLIENT_HAS = (SubmissionStatus.SUBMITTED, SubmissionStatus.ACCEPTED, SubmissionStatus.RETURNED)
FEW = 20  # records of a paper that are looked up one by one
MOST = 50  # papers from outside the ledger of which nobody knows what they speak
WORDS = "この書面は、{paper}を差し替えるものです。"
UNFIT = (
    "「{paper}」は、この書類で差し替えられる書類ではありません。差し替えられるのは、同じ契約の同じ種類の、"
    "委託者の手元にあってまだ回答のない書類で、同じ記録を載せたものです。"
)
LACKING = (
    "差し替える「{paper}」に載っている{records}が、この書類にありません。差し替えると、{records}の書類が"
    "なくなります。「対象の記録」に加えてください。"
)
PARTLY = (
    "「{paper}」にも同じ記録が載っていますが、そこに載っている{records}がこの書類にありません。差し替えるときは、"
    "「対象の記録」に加えてください。"
)
UNTOLD = (
    "「{paper}」は台帳の外で作成したため、載せた記録を確かめられません。控えと見比べてください。"
)
ALSO = (
    "同じ記録は「{paper}」にも載っています。この書類を提出したら、「書類」の「取下げを記録」で、"
    "この書類に含めたことを理由に残してください。"
)
NOT_REPLACED = "同じ記録は「{paper}」にも載っています。差し替えずに提出すると、委託者の手元に同じ記録の書類が二つあることになります。"
PROPOSED = "「{paper}」と同じ記録を載せるため、差し替える書類として作ります。"
REPLACED = "「{paper}」は、この書類に替わったため「差替え済」になりました。"
ANSWERED = (
    "「{paper}」には委託者の回答が記録されているため、「差替え済」にしません。どちらの書類によるかを、"
    "委託者に確かめてください。"
)
ALREADY = (
    "この書類が差し替える「{paper}」は、すでに「{other}」に替わっています。委託者の手元に二つあるため、"
    "要らない方を「取下げを記録」で取り下げてください。"
)
SAME = (
    "提出済の「{paper}」にも、同じ記録が載っています。数が二重にならないよう、委託者に知らせ、要らない方を「書類」の"
    "「取下げを記録」で取り下げてください。取り下げる方にだけ載っている記録があるときは、先に、すべてを載せた"
    "書類を作って差し替えてください。"
)
REPLACES = "「{paper}」{day}を差し替えた書類です（第{revision}版）。"
WILL_REPLACE = "提出を記録すると、「{paper}」が「差替え済」になります（第{revision}版）。"
GONE = "「{paper}」{day}に差し替えられています。"
NOTHING_STANDS = "差し替えた「{paper}」は取り下げられ、委託者の手元に有効な書類がありません。作り直して提出してください。"
NOT_BACK = (
    "差し替えた「{paper}」は「差替え済」のままで、提出済には戻りません。委託者の手元に有効な書類が"
    "ないため、作り直して提出してください。"
)


@dataclass(frozen=True, slots=True)
class About:
    """What a paper that is about to be made speaks of.

    Attributes:
        change: it tells what changed since the last notice (変更届).
        effective_on: the day that a paper from outside the ledger is about.
    """

    contract_id: str
    doc_kind: str
    ids: tuple[str, ...] = ()
    change: bool = False
    effective_on: date | None = None
    made_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Fitting:
    """A paper that may be replaced.

    Attributes:
        lacking: what it speaks of, stands, and the new paper does not speak of, in words.
        known: the ledger knows what it speaks of.
        shared: the two speak of the same.
        wrong: it speaks of what was taken back since; the client is to be rid of it first.
    """

    paper: Submission
    lacking: tuple[str, ...] = ()
    known: bool = True
    shared: bool = False
    proposed: bool = False
    wrong: bool = False

    @property
    def rank(self) -> tuple[bool, bool, date]:
        """Return by what it is offered before another one, the greatest first."""
        return self.shared, self.wrong, self.paper.submitted_on or date.min

    @property
    def warning(self) -> str:
        """Return what is to be known before it is replaced, "" for nothing."""
        if self.lacking:
            return self._said(LACKING)
        return "" if self.known else self._said(UNTOLD)

    @property
    def why_not(self) -> str:
        """Return why it is not proposed although the two speak of the same, "" for nothing."""
        return self._said(PARTLY) if self.shared and self.lacking else ""

    def _said(self, words: str) -> str:
        records = self.lacking[0] if self.lacking else ""
        if len(self.lacking) > 1:
            records += f"など{len(self.lacking)}件"
        return words.format(paper=self.paper.caption(), records=records)


@dataclass(frozen=True, slots=True)
class Life:
    """What a paper replaced, what replaced it, and that in words.

    Attributes:
        open: the client has none of them any more.
    """

    former: Submission | None = None
    later: Submission | None = None
    words: str = ""
    open: bool = False


def about_noted(paper: Submission) -> About:
    """Return what a paper from outside the ledger speaks of."""
    return About(
        paper.contract_id, paper.doc_kind, paper.subject_ids, effective_on=paper.effective_on,
        made_elsewhere=True,
    )  # fmt: skip


def life_of(ledger: "Ledger", paper: Submission) -> Life:
    """Return what became of a paper, and of what it took the place of."""
    stored = ledger.store.get(Submission, paper.supersedes_id) if paper.supersedes_id else None
    former = stored.record if stored else None
    replaced = paper.status is SubmissionStatus.SUPERSEDED
    later = replaced_by(ledger, paper) if replaced else None
    words = []
    if former is not None:
        form = WILL_REPLACE if paper.status is SubmissionStatus.SEALED else REPLACES
        words.append(form.format(paper=former.caption(), day=_on(former), revision=paper.revision))
    if later is not None:
        words.append(GONE.format(paper=later.caption(), day=_on(later)))
    ended = later is not None and later.status is SubmissionStatus.CANCELLED
    if later is not None and ended:
        words.append(NOTHING_STANDS.format(paper=later.caption()))
    return Life(former, later, "".join(words), ended)


def _on(paper: Submission) -> str:
    return f"（{format_short(paper.submitted_on)}提出）" if paper.submitted_on else ""


def words_of(number: str, submitted_on: date | None) -> str:
    """Return the line by which a paper says which one it takes the place of."""
    day = f"（{format_short(submitted_on)}提出）" if submitted_on else ""
    return WORDS.format(paper=f"{number}{day}")


# --- before a paper is made -----------------------------------------------------------------------


def fitting(ledger: "Ledger", about: About) -> list[Fitting]:
    """Return the papers that one may take the place of, what is proposed first, then the newest.

    Of two about the same, that which the ledger contradicts comes before the newer one.
    """
    if about.doc_kind == RECEIPT:
        return []
    cls = subject_of(about.doc_kind)
    kin = _kin(ledger, cls, about) if cls is not None else set[str]()
    papers = _candidates(ledger, about, kin)
    found = [one for paper in papers if (one := _fit(ledger, about, paper, kin))]
    found.sort(key=lambda one: one.rank, reverse=True)
    first = next((one for one in found if one.proposed), None)
    rest = [replace(one, proposed=False) for one in found if one is not first]
    return [first, *rest] if first else rest


def proposed(ledger: "Ledger", about: About) -> Submission | None:
    """Return the paper that a new one takes the place of, None for none."""
    first = next(iter(fitting(ledger, about)), None)
    return first.paper if first and first.proposed else None


def advice(found: Sequence[Fitting], paper_id: str) -> str:
    """Return what is to be known about replacing one of the papers that fit, or none of them."""
    chosen = next((one for one in found if one.paper.id == paper_id), None)
    if chosen is None:
        same = next((one for one in found if one.why_not or one.proposed), None)
        if same is None:
            return ""
        return same.why_not or NOT_REPLACED.format(paper=same.paper.caption())
    also = next((one for one in found if one.shared and one is not chosen), None)
    more = ALSO.format(paper=also.paper.caption()) if also else ""
    return "\n".join(filter(None, (chosen.warning, more)))


def require_fitting(ledger: "Ledger", about: About, paper_id: str) -> Submission:
    """Return the paper that shall be replaced.

    Raises:
        NotFound, Refused
    """
    paper = ledger.registers.need(Submission, paper_id).record
    if not any(one.paper.id == paper_id for one in fitting(ledger, about)):
        raise Refused(reason=UNFIT.format(paper=paper.caption()))
    return paper


# --- when it is handed in -------------------------------------------------------------------------


def taking_place(
    ledger: "Ledger", paper: Submission
) -> tuple[tuple[Submission, ...], tuple[str, ...]]:
    """Return what a paper that is handed in takes the place of, as it is then, and what is said."""
    stored = ledger.store.get(Submission, paper.supersedes_id) if paper.supersedes_id else None
    if stored is None:
        return (), ()
    old = stored.record
    if old.status is SubmissionStatus.SUPERSEDED:
        other = replaced_by(ledger, old)
        name = other.caption() if other else ""
        return (), (ALREADY.format(paper=old.caption(), other=name),)
    if old.returned:
        return (), (ANSWERED.format(paper=old.caption()),)
    if old.status not in CLIENT_HAS:
        return (), ()
    gone = replace(old, status=SubmissionStatus.SUPERSEDED)
    return (gone,), (REPLACED.format(paper=old.caption()),)


def told_of_handing_in(ledger: "Ledger", paper: Submission) -> tuple[str, ...]:
    """Return what is said to whoever hands in a paper: which others of the client's hold the same."""
    if paper.doc_kind not in COUNTED:
        return ()
    about = About(
        paper.contract_id,
        paper.doc_kind,
        paper.subject_ids,
        made_elsewhere=bool(paper.made_elsewhere),
    )
    others = (one.paper for one in fitting(ledger, about) if one.shared)
    old = paper.supersedes_id
    return tuple(
        SAME.format(paper=one.caption())
        for one in others
        if is_submitted(one) and (not old or old not in (one.id, one.supersedes_id))
    )


def replaced_by(ledger: "Ledger", paper: Submission) -> Submission | None:
    """Return the paper that was handed in for another, None for none."""
    found = ledger.registers.all(Submission, supersedes_id=paper.id)
    return next((one.record for one in found if one.record.submitted_on is not None), None)


def told_of_withdrawing(ledger: "Ledger", paper: Submission) -> tuple[str, ...]:
    """Return what is said to whoever withdraws a paper that had taken the place of another."""
    stored = ledger.store.get(Submission, paper.supersedes_id) if paper.supersedes_id else None
    if stored is None or stored.record.status is not SubmissionStatus.SUPERSEDED:
        return ()
    if paper.submitted_on is None:
        return ()
    return (NOT_BACK.format(paper=stored.record.caption()),)


# --- what fits ------------------------------------------------------------------------------------


def _fit(
    ledger: "Ledger", about: About, stored: Stored[Submission], kin: Collection[str]
) -> Fitting | None:
    old = stored.record
    if old.status not in CLIENT_HAS or old.returned or _is_other_sort(about, old):
        return None
    cls = subject_of(about.doc_kind)
    spoken = _spoken_of(ledger, cls, stored) if cls else None
    if cls is None or spoken is None or (about.made_elsewhere and not about.ids):
        return _of_a_period(about, old)
    if _are_ahead(ledger, cls, spoken) != _are_ahead(ledger, cls, _ids(ledger, about)):
        return None
    if not set(kin).intersection(spoken):
        return None
    lacking = tuple(dict.fromkeys(_lacking(ledger, cls, spoken, kin)))
    anew = not about.change and _has_change_form(ledger, about)
    anew = anew and about.doc_kind not in SUCCESSIVE
    wrong = _holds_void(ledger, cls, spoken)
    return Fitting(old, lacking, shared=True, proposed=anew and not lacking, wrong=wrong)


def _holds_void(ledger: "Ledger", cls: type[Record], spoken: Sequence[str]) -> bool:
    """Tell whether a paper speaks of what was taken back since."""
    found: Mapping[str, Stored[Any]] = ledger.store.get_many(cls, list(spoken))
    return any(one.meta.voided for one in found.values())


def _of_a_period(about: About, old: Submission) -> Fitting | None:
    """Judge papers of which nobody knows the records: a report of the same period is the same one."""
    days = about.effective_on, old.effective_on
    if None not in days and days[0] != days[1]:
        return None
    same = None not in days and about.doc_kind not in CHANGES
    return Fitting(old, known=subject_of(about.doc_kind) is None, shared=same, proposed=same)


def _has_change_form(ledger: "Ledger", about: About) -> bool:
    """Tell whether what changes has a form of its own; else the same form may tell a change."""
    if about.doc_kind not in CHANGES:
        return True
    form = ledger.profile(about.contract_id).documents.get(about.doc_kind)
    return bool(form and form.change_title)


def _is_other_sort(about: About, old: Submission) -> bool:
    """Tell whether one is a notice of changes and the other is not; from outside nobody knows."""
    if about.made_elsewhere or old.made_elsewhere:
        return False
    change = isinstance(old.content, Mapping) and "previous" in old.content
    return change != about.change


def _are_ahead(ledger: "Ledger", cls: type[Record], ids: Collection[str]) -> bool:
    """Tell whether a paper speaks of plans."""
    if cls is not HandlingEvent:
        return False
    found = ledger.store.get_many(HandlingEvent, list(ids))
    return any(one.record.timing is Timing.PLANNED for one in found.values())


def _candidates(
    ledger: "Ledger", about: About, kin: Collection[str]
) -> Iterator[Stored[Submission]]:
    """Yield the papers of the kind that may speak of the same; of acts there are many papers."""
    cls = subject_of(about.doc_kind)
    mine = (
        Where("contract_id", Op.EQ, about.contract_id),
        Where("doc_kind", Op.EQ, about.doc_kind),
    )
    if cls is None or about.doc_kind in RECORDS or len(kin) > FEW:
        yield from ledger.store.find(Submission, Query(Submission.type, mine), limit=100_000)
        return
    seen: set[str] = set()
    for id_ in sorted(kin):
        query = Query(Submission.type, (*mine, Where("subject_ids", Op.HAS, id_)))
        for one in ledger.store.find(Submission, query, limit=MOST):
            if one.record.id not in seen:
                seen.add(one.record.id)
                yield one
    outside = (*mine, Where("made_elsewhere", Op.EQ, True))
    query = Query(Submission.type, outside, order=(("submitted_on", True),))
    yield from (
        one for one in ledger.store.find(Submission, query, limit=MOST) if one.record.id not in seen
    )


# --- what papers speak of -------------------------------------------------------------------------


def _ids(ledger: "Ledger", about: About) -> tuple[str, ...]:
    """Return the records that the new paper speaks of; where none are chosen, of all it can."""
    cls = RECORDS.get(about.doc_kind)
    if about.ids or cls is None:
        return about.ids
    return _all(ledger, cls, about.contract_id)


def _spoken_of(
    ledger: "Ledger", cls: type[Record], stored: Stored[Submission]
) -> tuple[str, ...] | None:
    """Return the records that a paper speaks of, None where nobody knows."""
    paper = stored.record
    if paper.subject_ids:
        return paper.subject_ids
    if paper.made_elsewhere or paper.doc_kind not in RECORDS:
        return None
    return _all(ledger, cls, paper.contract_id, before=stored.meta.created_seq)


def _all(
    ledger: "Ledger", cls: type[Record], contract_id: str, before: int | None = None
) -> tuple[str, ...]:
    """Return all records of a contract that a paper without a choice speaks of.

    Args:
        before: number of the paper's entry; None for a paper of now.
    """
    several = "contract_ids" in cls.fields()
    where = Where("contract_ids" if several else "contract_id", Op.HAS if several else Op.EQ,
                  contract_id)  # fmt: skip
    voided = False if before is None else None
    found: list[Stored[Any]] = ledger.store.find(
        cls, Query(cls.type, (where,), voided=voided), limit=100_000
    )
    ids = tuple(one.record.id for one in found if before is None or one.meta.created_seq < before)
    return ids[-1:] if cls is TrainingPlan else ids  # D-05 tells the newest plan alone


def _kin(ledger: "Ledger", cls: type[Record], about: About) -> set[str]:
    """Return the records of which the new paper speaks as well: corrected, or voided for them."""
    ids = _ids(ledger, about)
    spoken: list[Stored[Any]] = list(ledger.store.get_many(cls, list(ids)).values())
    found = {one.record.id for one in spoken}
    for one in spoken:
        before = getattr(one.record, "corrects_event_id", "")
        found.update(former.record.id for former in chain(ledger.store, before))
    return found | set(_voided_for(ledger, cls, about, spoken))


def _voided_for(
    ledger: "Ledger", cls: type[Record], about: About, spoken: Sequence[Stored[Any]]
) -> Iterator[str]:
    """Yield what was voided about the same things, was entered before, and was not corrected."""
    if cls.type not in THINGS:
        return
    where = [Where("contract_id", Op.EQ, about.contract_id)]
    if cls is HandlingEvent:
        where += [
            Where("kind", Op.IN, EVENTS[about.doc_kind]),
            Where("timing", Op.IN, sorted({one.record.timing for one in spoken})),
        ]
    last: dict[str, int] = {}  # thing → the last entry about it on the new paper
    for one in spoken:
        for thing in things_of(one.record):
            last[thing] = max(one.meta.created_seq, last.get(thing, 0))
    query = Query(cls.type, tuple(where), voided=True)
    for gone in ledger.store.find(cls, query, limit=100_000):
        later = (last.get(thing, 0) for thing in things_of(gone.record))
        if max(later, default=0) > gone.meta.created_seq and not _successor(ledger, gone.record):
            yield gone.record.id


def _successor(ledger: "Ledger", record: Record) -> HandlingEvent | None:
    """Return what corrects an act in the end and stands, None without."""
    return standing(ledger.store, record.id) if isinstance(record, HandlingEvent) else None


def _lacking(
    ledger: "Ledger", cls: type[Record], spoken: Sequence[str], kin: Collection[str]
) -> Iterator[str]:
    """Yield what the old paper speaks of, stands, and would be left without a paper."""
    found: dict[str, Stored[Any]] = ledger.store.get_many(cls, list(spoken))
    for id_ in spoken:
        stored = found.get(id_)
        if id_ in kin or stored is None:
            continue
        stands = _successor(ledger, stored.record) if stored.meta.voided else stored.record
        if stands is not None and not _is_over(stands):
            yield stands.caption()


def _is_over(record: Record) -> bool:
    return isinstance(record, Assignment | ContractPlace) and record.status in OVER

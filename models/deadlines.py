"""Deadlines of papers: what the client gets by which day, and what it got only afterwards.

The client fixes a day (CB-16.1); else the work's first day is the limit where the text wants a paper
before it. A paper that came late is there all the same: nothing is due any more, but that it came
late stays to be read under its clause.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from models.codes import DueStatus, ReportCycle, SubmissionStatus
from models.errors import Refused
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.records import Contract, DueItem, Organization, Submission
from models.rules.replaced import as_one
from models.rules.standing import is_submitted
from models.text import search_key
from models.wareki import format_short
from models.workdays import day_before

if TYPE_CHECKING:
    from models.registers import Registers

QUERY = "EQ-LATE"
AGREED = "EQ-FIXED"
FIXED = "EQ-DUE"  # of the clauses by which the client fixes a day
PERIODS: Mapping[ReportCycle | None, int] = {
    ReportCycle.MONTHLY: 1,
    ReportCycle.QUARTERLY: 3,
    ReportCycle.HALF_YEARLY: 6,
    ReportCycle.YEARLY: 12,
}
"""Months from one report of how things are handled to the next."""
AT_THE_START: Mapping[str, str] = {"D-01": "K-01", "D-05": "K-06", "D-26": "K-06"}
NEVER = frozenset({SubmissionStatus.DRAFT, SubmissionStatus.SEALED, SubmissionStatus.CANCELLED})
"""States of papers that the client never got, or that were taken back."""
UNKNOWN = (
    "「提出期限の指定」の書類「{kind}」は、この契約の特記事項の書類ではありません。期限が予定表に"
    "出なくなるため、登録できません。{meant}"
)
CHOOSE = "書類を一覧から選んでください（ほかのプログラムからは「{example}」のように半角の記号）。"
OVERDUE = "「{paper}」を、指定された提出期限（{day}）までに提出していません。提出してください。"
COMING = "「{paper}」の提出期限（指定）は、{day}です。"
DONE_LATE = "「{title}」は、期限（{day}）の後の{on}に済んでいます。"
CAME_LATE = "{paper}を、期限（{day}）の後の{on}に提出しています。"


@dataclass(frozen=True)
class Deadline:
    """A day by which the client gets a paper of a kind.

    Attributes:
        wanted: a clause of the text wants the paper before the work begins.
        fixed: the client named the day.
        papers: what was handed in for it, earliest first.
    """

    kind: str
    day: date
    wanted: bool
    fixed: bool
    papers: Sequence[Submission]

    @property
    def kept(self) -> bool:
        """Tell whether the client has the paper, late or not."""
        return any(map(is_submitted, self.papers))

    @property
    def in_time(self) -> bool:
        """Tell whether the client has the paper since its day, or before."""
        return any(is_submitted(one) and _on(one) <= self.day for one in self.papers)

    @property
    def clauses(self) -> frozenset[str]:
        """Return the evidence queries of the clauses that speak of it."""
        return frozenset(
            ({f"EQ-DOC({self.kind})"} if self.wanted else set())
            | ({FIXED} if self.fixed else set())
        )


def deadlines(asked: Inquiry) -> Iterator[Deadline]:
    """Yield the days by which the client gets papers; one paper keeps one day."""
    start = asked.contract.work_start_on
    for kind in asked.profile.documents:
        wanted = kind in AT_THE_START and demanded(asked, kind)
        rules = [one.due_on for one in asked.contract.doc_due_rules if one.doc_kind == kind]
        days = sorted({day for day in rules if day is not None})
        fixed = bool(days)
        if wanted and start and not days:
            days = [day_before(start)]
        papers = _handed(asked, kind)
        for day in days:
            mine = _for(papers, day)
            papers = papers[len(mine) :]
            yield Deadline(kind, day, wanted, fixed, mine)


def demanded(asked: Inquiry, kind: str) -> bool:
    """Tell whether a clause wants the paper; D-26 is for who falls under the Act (CB-3.3)."""
    one = company(asked)
    concerned = kind != "D-26" or (one is not None and one.is_pi_business_operator is True)
    return concerned and asked.asks(f"EQ-DOC({kind})")


def company(asked: Inquiry) -> Organization | None:
    return asked.books.find(Organization, asked.contract.contractor_org_id)


def _handed(asked: Inquiry, kind: str) -> list[Submission]:
    """Return what was ever handed in, also what came back; what was replaced has its first day."""
    found = as_one(one for one in asked.all(Submission) if one.doc_kind == kind)
    return sorted((one for one in found if one.status not in NEVER), key=_on)


def _on(paper: Submission) -> date:
    return paper.submitted_on or date.min


def _for(papers: Sequence[Submission], day: date) -> Sequence[Submission]:
    """Return those for a day: what came in time, else all up to the first that the client kept."""
    early = [one for one in papers if _on(one) <= day]
    if any(map(is_submitted, early)):
        return early
    kept = (number for number, one in enumerate(papers, 1) if is_submitted(one))
    return papers[: next(kept, len(papers))]


# --- in the evidence -----------------------------------------------------------------------------


def eq_late(asked: Inquiry) -> Iterator[Row]:
    """List what was handed in, or done, after its day; to be read: it is there, and was late for good."""
    told = set()
    for one in deadlines(asked):
        if one.papers and _on(one.papers[0]) > one.day:
            told.add((one.papers[0].id, one.day))
            yield from _came_late(asked, one.papers[0], one.day, one.clauses)
    for paper in asked.all(Submission):
        day = paper.due_on
        if day and paper.status not in NEVER and _on(paper) > day and (paper.id, day) not in told:
            yield from _came_late(asked, paper, day, frozenset({FIXED}))
    if clauses := asked.asking(FIXED):
        yield from _done_late(asked, clauses)


def _done_late(asked: Inquiry, clauses: tuple[str, ...]) -> Iterator[Row]:
    """Yield the entered dates that were kept late where a clause tells those that are not kept."""
    for one in asked.all(DueItem):
        on, day = one.satisfied_on, one.due_on
        if one.status is DueStatus.SATISFIED and on is not None and day is not None and on > day:
            when = {"day": format_short(day), "on": format_short(on)}
            yield Row(one.type, one.id, DONE_LATE.format(title=one.title, **when), NOTE, clauses)


def _came_late(
    asked: Inquiry, paper: Submission, day: date, queries: frozenset[str]
) -> Iterator[Row]:
    clauses = asked.asking(*queries) or _of_paper(asked, paper.doc_kind)
    if clauses:
        when = {"day": format_short(day), "on": format_short(_on(paper))}
        words = CAME_LATE.format(paper=f"「{paper.caption()}」", **when)
        yield Row(Submission.type, paper.id, words, NOTE, clauses)


def eq_fixed(asked: Inquiry) -> Iterator[Row]:
    """Find papers that the client wants by a day of its own where no clause speaks of such days.

    They count against the clauses of the paper, without any beside the text.
    """
    if asked.asks(FIXED):
        return
    for one in deadlines(asked):
        if one.fixed and not one.wanted and not one.kept:
            title = asked.profile.document_title(one.kind)
            yield _owed(asked, Contract.type, asked.contract.id, title, one.day, one.kind)
    for paper in asked.all(Submission):
        if paper.status is SubmissionStatus.SEALED and paper.due_on:
            kind = paper.doc_kind
            yield _owed(asked, Submission.type, paper.id, paper.caption(), paper.due_on, kind)


def _owed(asked: Inquiry, type_: str, id_: str, title: str, day: date, kind: str) -> Row:
    late = day < asked.today
    words = (OVERDUE if late else COMING).format(paper=title, day=format_short(day))
    return Row(type_, id_, words, "action" if late else "due", _of_paper(asked, kind))


def _of_paper(asked: Inquiry, kind: str) -> tuple[str, ...]:
    """Return the clauses of the contract's text on which a paper rests."""
    form = asked.profile.documents.get(kind)
    mine = set(form.clauses) if form else set()
    return tuple(one.key for one in asked.clauses if one.key in mine and not one.contractual_only)


# --- at the counter ------------------------------------------------------------------------------


def require_known_papers(
    registers: "Registers", contract: Contract, before: Contract | None
) -> None:
    """Refuse a deadline for what is no paper of the contract's text; what stands already stays.

    Raises:
        Refused
    """
    stood = {one.doc_kind for one in before.doc_due_rules} if before is not None else set()
    asked = [one.doc_kind for one in contract.doc_due_rules if one.doc_kind not in stood]
    if not asked:
        return
    titles = {
        code: form.title
        for code, form in registers.need_profile(contract.profile_code).documents.items()
    }
    for kind in asked:
        if kind not in titles:
            raise Refused(reason=UNKNOWN.format(kind=kind, meant=_meant(kind, titles)))


def _meant(kind: str, titles: Mapping[str, str]) -> str:
    """Say which paper was meant, as far as the typed word shows it."""
    typed = search_key(kind)
    for code, title in titles.items():
        if typed in (search_key(code), search_key(title)):
            return f"「{title}」のことなら「{code}」です。"
    return CHOOSE.format(example=next(iter(titles), "D-05"))

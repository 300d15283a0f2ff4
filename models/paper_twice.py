"""Papers of the client's that hold the same act, where none of them replaces the other (R-37).

Whoever adds up what he was told counts such an act twice. Before a paper is made the window says
so, and the counter when it is handed in (models/paper_replacing.py); this says it until one of the
two is withdrawn or replaced.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.paper_about import COUNTED, served
from models.paper_things import subject_of
from models.paper_told import is_ahead
from models.records import Submission
from models.rules.standing import is_submitted

QUERY = "EQ-TWICE"
TWICE = (
    "「{paper}」と「{other}」は、どちらも提出済で、同じ記録（{records}）を載せています。数が二重にならないよう、"
    "委託者に知らせ、要らない方を「書類」の「取下げを記録」で取り下げてください。取り下げる方にだけ載っている"
    "記録があるときは、先に、すべてを載せた書類を作って差し替えてください。"
)


@dataclass(frozen=True)
class Twice:
    """Two papers of the client's, and what both of them hold.

    Attributes:
        paper: the later one.
        records: what both hold, in words.
    """

    paper: Submission
    other: Submission
    records: tuple[str, ...]

    @property
    def day(self) -> date:
        """The day since which the client has both."""
        days = (one.submitted_on for one in (self.paper, self.other))
        return max(day for day in days if day is not None)

    @property
    def words(self) -> str:
        """Name what both hold: 第53号 廃棄など2件."""
        first = self.records[0]
        return f"{first}など{len(self.records)}件" if len(self.records) > 1 else first


def eq_twice(asked: Inquiry) -> Iterator[Row]:
    """Find the papers that hold what another one holds, at the clauses that they serve."""
    for one in twice(asked):
        words = TWICE.format(
            paper=one.paper.caption(), other=one.other.caption(), records=one.words
        )
        yield replace(row(one.paper, words), clauses=served(asked, one.paper))


def twice(asked: Inquiry) -> list[Twice]:
    """Return the pairs of papers that the client has and that hold the same."""
    pairs: dict[tuple[str, str], list[str]] = {}
    papers = {one.id: one for one in asked.all(Submission) if _counts(one)}
    first: dict[tuple[str, bool, str], str] = {}
    for paper in papers.values():
        for id_ in dict.fromkeys(paper.subject_ids):
            former = first.setdefault((paper.doc_kind, is_ahead(paper), id_), paper.id)
            if former != paper.id:
                pairs.setdefault((paper.id, former), []).append(id_)
    found = []
    for (paper_id, former_id), ids in pairs.items():
        later = papers[paper_id]
        if captions := _standing(asked, later.doc_kind, ids):
            found.append(Twice(later, papers[former_id], captions))
    return found


def _counts(paper: Submission) -> bool:
    """Tell whether the client has a paper to add up; what he answered is the basis of an act."""
    return is_submitted(paper) and paper.doc_kind in COUNTED and not paper.returned


def _standing(asked: Inquiry, kind: str, ids: Sequence[str]) -> tuple[str, ...]:
    """Return in words which of some records stand; of the others models/paper_undone.py tells."""
    cls = subject_of(kind)
    found = (asked.books.find(cls, id_) for id_ in ids) if cls else ()
    return tuple(one.caption() for one in found if one is not None)

"""A notice that came after the first day, or that nobody linked: it tells the client all the same (R-02, R-03).

What a notice tells in time is linked to it when it is handed in (models/paper_notices). What had begun
before is linked by a person, with the reason. Until then the client knows, and the ledger says so: to
ask for the notice once more would ask for one that cannot be made.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from models.records import Assignment, Submission
from models.rules.case import Case
from models.rules.last_told import called, names_of, notices_about
from models.rules.replaced import still_tells
from models.rules.standing import PLACES, STAFF, is_notice_of
from models.rules.told_days import OVER, Designation, first_of
from models.versions import Version, version_at
from models.wareki import format_short

"""States of which a notice says nothing."""
LATE = (
    "{what}の{verb}（{no}）は、{begun}（{day}）より後の{on}に提出されています。「{record}」の「{field}」に結び付け、"
    "遅れた理由を残してください。"
)
UNLINKED = "{what}は「{no}」で届け出てありますが、結び付けてありません。「{record}」の「{field}」に結び付けてください。"


def spoke_of(
    paper: Submission, entry: int, past: Sequence[Version[Any]], names: Iterable[str]
) -> bool:
    """Tell whether a notice that was made here spoke of a designation, as it stood then.

    Args:
        entry: number of the entry of the notice.
        past: versions of the designation.
    """
    stood = version_at(past, entry)
    if paper.made_elsewhere or stood is None or stood.record.status in OVER:
        return False
    return is_notice_of(paper, paper.doc_kind, stood.record, names)


def unlinked_notice(case: Case, one: Designation) -> Submission | None:
    """Return the first notice that told of a designation and is not linked to it, None without one."""
    past, names, kind = case.books.entered(one), list(names_of(case, one)), kind_of(one)

    def speaks(paper: Submission) -> bool:
        return is_notice_of(paper, kind, one, names)

    linked = case.books.find(Submission, one.notice_submission_id)
    if linked is not None and speaks(linked) and still_tells(linked, case.books, speaks):
        return None
    told = (
        paper for entry, paper in notices_about(case, one) if spoke_of(paper, entry, past, names)
    )
    return next(told, None)


def unlinked(case: Case, one: Designation) -> str:
    """Say that the client was told of a designation by a notice that is not linked, "" if not so."""
    paper, begins = unlinked_notice(case, one), first_of(one)
    if paper is None or paper.submitted_on is None or begins is None:
        return ""
    late = paper.submitted_on > begins
    return (LATE if late else UNLINKED).format(
        what=called(case, one), no=paper.doc_no, begun=begun_on(one), day=format_short(begins),
        on=format_short(paper.submitted_on), verb=_verb(case, one), record=type(one).label, field=link_of(one),
    )  # fmt: skip


def _verb(case: Case, one: Designation) -> str:
    return case.word("staff_notice" if isinstance(one, Assignment) else "place_notice")


def begun_on(one: Designation) -> str:
    """Return how the first day of a designation is called."""
    name = "starts_on" if isinstance(one, Assignment) else "use_from"
    return type(one).fields()[name].label


def link_of(one: Designation) -> str:
    """Return how the link of a designation to its notice is called."""
    return type(one).fields()["notice_submission_id"].label


def kind_of(one: Designation) -> str:
    """Return the kind of paper that tells of a designation."""
    return STAFF if isinstance(one, Assignment) else PLACES

"""What a paper stands for after another one took its place (差替え): told once is told in time.

The new paper is what the client has; the old one keeps the day on which it was handed in. Whoever
asks whether the client knows looks at the last of them, whoever asks since when at the first.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from models.codes import SubmissionStatus
from models.records import Assignment, Submission
from models.rules.books import Books
from models.rules.standing import is_staff_notice, is_submitted

Speaks = Callable[[Submission], bool]
"""Tells whether a paper speaks of what is asked about."""


def after(paper: Submission, papers: Iterable[Submission]) -> Submission | None:
    """Return the paper that was handed in for another, None when none was."""
    if paper.status is not SubmissionStatus.SUPERSEDED:
        return None
    took = (one for one in papers if one.supersedes_id == paper.id and one.submitted_on is not None)
    return next(took, None)


def last_of(paper: Submission, papers: Sequence[Submission]) -> Submission:
    """Return the paper itself, or what took its place in the end."""
    seen = {paper.id}
    while (one := after(paper, papers)) is not None and one.id not in seen:
        seen.add(one.id)
        paper = one
    return paper


def still_tells(paper: Submission | None, books: Books, speaks: Speaks) -> bool:
    """Tell whether the client has a paper, or what took its place and speaks of the same."""
    if paper is None or is_submitted(paper):
        return paper is not None
    return _lives_on(paper, books.submissions(paper.contract_id, paper.doc_kind), speaks)


def has_staff_notice(paper: Submission | None, one: Assignment, books: Books) -> bool:
    """Tell whether the client has a paper that told of somebody, or what took its place."""
    return is_staff_notice(paper, one, books) and still_tells(
        paper, books, lambda last: is_staff_notice(last, one, books)
    )


def holding(papers: Sequence[Submission], speaks: Speaks) -> list[Submission]:
    """Return those that the client has, and those in whose place he has one that speaks of the same."""
    return [one for one in papers if is_submitted(one) or _lives_on(one, papers, speaks)]


def _lives_on(paper: Submission, papers: Sequence[Submission], speaks: Speaks) -> bool:
    last = last_of(paper, papers)
    return is_submitted(last) and speaks(last)


def as_one(papers: Iterable[Submission]) -> list[Submission]:
    """Return papers and those that took their place as one: the first day, the last state."""
    known = list(papers)
    later = {one.id for paper in known if (one := after(paper, known)) is not None}
    return [
        replace(paper, status=last_of(paper, known).status)
        for paper in known
        if paper.id not in later
    ]

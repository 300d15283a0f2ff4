"""Which first and last day of a designation the client was told last, paper by paper (SK-4.2, SK-5.2).

An end that was told and then taken back, or moved, stands in the client's hands until a later notice
says otherwise; so does a first day. A notice that was made here says 「終了」 or 「終了の取消し」 in its
lines; a first one gives a last day that is known beside the first. What one that was made elsewhere
says, the day of the change tells, or whoever names the designation in it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.codes import AssignmentStatus, PlaceStatus
from models.records import Assignment, ContractPlace, Person, Submission
from models.rules.books import Books
from models.rules.standing import is_notice_of
from models.text import search_key
from models.wareki import format_wareki

END, WITHDRAWN, VOIDED = "終了", "終了の取消し", "取消"
OVER = frozenset({AssignmentStatus.ENDED, AssignmentStatus.CANCELLED, PlaceStatus.ENDED})
"""States of a designation under which nobody is, or will be, at work."""
ABOUT_TO_BE = 1 << 62  # number of the entry of a version that is not entered yet

Designation = Assignment | ContractPlace
Numbered = Sequence[tuple[int, Submission]]
"""Papers that were handed in, each with the number of its entry, oldest first."""


@dataclass(frozen=True)
class ToldEnd:
    """The last day of a designation that the client knows of, None for none, and who told it."""

    day: date | None = None
    papers: tuple[Submission, ...] = ()


@dataclass(frozen=True)
class Ends:
    """On which days a designation ended as known after each entry: its own, and that of leaving.

    Attributes:
        entries: numbers of the entries, ascending.
        days: what was known after each.
    """

    entries: tuple[int, ...]
    days: tuple[frozenset[date], ...]

    def at(self, entry: int) -> frozenset[date]:
        """Return the last days as known after an entry."""
        place = bisect_right(self.entries, entry)
        return self.days[place - 1] if place else frozenset()

    def since(self, entry: int) -> date | None:
        """Return the first of the days of end that stood after an entry or came later."""
        later = [self.at(entry), *self.days[bisect_right(self.entries, entry) :]]
        return next((min(days) for days in later if days), None)

    def ever(self) -> frozenset[date]:
        return frozenset().union(*self.days)


def ends_of(one: Designation, books: Books) -> Ends:
    """Return the last days of a designation, entry by entry, with what is about to be entered."""
    own = [(v.seq, last_of(v.record)) for v in books.entered(one)]
    own.append((ABOUT_TO_BE, last_of(one)))
    person = books.find(Person, getattr(one, "person_id", ""))
    left = [(v.seq, v.record.left_on) for v in books.entered(person)] if person else []
    left += [(ABOUT_TO_BE, person.left_on)] if person else []
    entries = tuple(sorted({seq for seq, _ in (*own, *left)}))
    days = tuple(
        frozenset(day for known in (own, left) if (day := _stood(known, entry)) is not None)
        for entry in entries
    )
    return Ends(entries, days)


def last_of(one: Designation) -> date | None:
    """Return the last day that a designation bears itself."""
    return one.ends_on if isinstance(one, Assignment) else one.use_to


def first_of(one: Designation) -> date | None:
    return one.starts_on if isinstance(one, Assignment) else one.use_from


def _stood(known: Sequence[tuple[int, date | None]], entry: int) -> date | None:
    days = [day for seq, day in known if seq <= entry]
    return days[-1] if days else None


def numbered(books: Books, papers: Iterable[Submission]) -> Numbered:
    """Return papers with the numbers of their entries, oldest first."""
    found = [(past[0].seq, one) for one in papers if (past := books.entered(one))]
    return sorted(found, key=lambda each: each[0])


def told_end(papers: Numbered, one: Designation, names: Iterable[str], ends: Ends) -> ToldEnd:
    """Return the last day that the client was told last, and the papers that told it.

    Args:
        names: what the person or the place was ever called.
    """
    called = {search_key(name) for name in names}
    told = ToldEnd()
    for entry, paper in papers:
        said = _said(paper, entry, one, called, ends, told.day)
        if said is WITHDRAWN:
            told = ToldEnd()
        elif isinstance(said, date):
            told = ToldEnd(said, (*(told.papers if said == told.day else ()), paper))
    return told


def _said(
    paper: Submission,
    entry: int,
    one: Designation,
    called: set[str],
    ends: Ends,
    known: date | None,
) -> date | str | None:
    """Return the end that a paper tells, WITHDRAWN where it takes one back, None for neither."""
    content: Any = paper.content
    if not isinstance(content, dict):
        return _said_elsewhere(paper, entry, one, ends, known)
    mine = [x for x in content.get("lines", ()) if search_key(str(x.get("whom", ""))) in called]
    stood = ends.at(entry)
    told = {day.isoformat(): day for day in stood}
    for line in mine:
        if line.get("what") == END and line.get("changed_on") in told:
            return told[line["changed_on"]]
        if line.get("what") == WITHDRAWN and known and line.get("before") == ended_on(known):
            return WITHDRAWN
    if (day := _said_first(paper, called, told)) is not None:
        return day
    stays = known is not None and not stood and is_whole(paper)
    return WITHDRAWN if stays and is_notice_of(paper, paper.doc_kind, one, called) else None


def _said_first(paper: Submission, called: Set[str], known: Mapping[str, date]) -> date | None:
    """Return the end that a first notice tells with the beginning, None where it tells none.

    Args:
        known: the last days that the ledger knew then, as papers keep them.
    """
    content: Any = paper.content
    for line in content.get("lines", ()):
        day = known.get(str(line.get("ends_on") or line.get("use_to")))
        words = search_key("\n".join(str(value) for value in line.values()))
        if day is not None and any(name in words for name in called):
            return day
    return None


def _said_elsewhere(
    paper: Submission, entry: int, one: Designation, ends: Ends, known: date | None
) -> date | str | None:
    day = paper.effective_on
    named = one.id in paper.subject_ids and paper.id != one.notice_submission_id
    if known is not None and known not in ends.at(entry) and (day == known or named):
        return ends.since(entry) if named and ends.at(entry) else WITHDRAWN
    if day is not None and day in ends.ever():
        return day
    return ends.since(entry) if named else None


def told_start(
    papers: Numbered, one: Designation, names: Iterable[str], books: Books
) -> date | None:
    """Return the first day that the client was told last, None where no notice spoke of it."""
    called = list(names)
    past = books.entered(one)
    told = None
    for entry, paper in papers:
        stood = [v.record for v in past if v.seq <= entry]
        linked = [v.record for v in past if v.record.notice_submission_id == paper.id]
        if isinstance(paper.content, dict):
            spoken = is_notice_of(paper, paper.doc_kind, one, called) if is_whole(paper) else (
                not paper.subject_ids or one.id in paper.subject_ids
            )  # fmt: skip
            said = stood[-1] if stood and spoken else None
        elif linked:
            said = linked[0]
        else:
            dated = paper.effective_on is not None and paper.effective_on == first_of(one)
            said = one if dated or one.id in paper.subject_ids else None
        told = first_of(said) if said is not None else told
    return told


def is_whole(paper: Submission) -> bool:
    """Tell whether a notice that was made here says how things are, not what changed."""
    content: Any = paper.content
    return not any("changed_on" in line for line in content.get("lines", ()))


def ended_on(day: date) -> str:
    """Say on a notice when something ends."""
    return f"{format_wareki(day)}で終了"

"""A designation that had begun, or that the client was told of, and is taken back (R-01 to R-03, R-39).

Who has begun stops: that is an end, with a day and a notice of changes, never 「取消」, which would make
what he did till then the work of nobody. What was entered by mistake is voided. Of that the client is
to know where he was told of it, and nothing may rest on it alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from models.codes import AssignmentStatus, PlaceStatus, Timing
from models.errors import Refused
from models.inquiry import Inquiry
from models.records import Assignment, Contract, ContractPlace, HandlingEvent, Record, Submission
from models.rules.books import Books
from models.rules.case import Case
from models.rules.last_told import TOLD_OF, called, ends_with_the_contract, names_of, tells_changes
from models.rules.places import is_concerned
from models.rules.replaced import holding
from models.rules.standing import PLACES, STAFF, counts, is_notice_of, works_on
from models.rules.told_days import Designation, first_of, last_of, numbered
from models.store import Op, Query, Where
from models.versions import Version, version_at, versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

BEGUN = (
    "{what}の指定は{day}に始まっているため、状態を「{status}」にできません。従事をやめるときは、「従事終了日」を入れて"
    "「終了」にしてください。誤って登録したときは、状態を変えずに、この指定を取り消してください。"
)
RESTS = (
    "この指定だけを根拠にした{name}の取扱い{count}件（{first}など）が、指定のない取扱いになるため、取り消せません。"
    "従事をやめたときは、「従事終了日」を入れて「終了」にしてください。指定の誤りを直すときは、正しい"
    "「従事者等の指定」を先に登録してください。"
)
TELL = (
    "{what}の指定は委託者に届け出てあります。取り消したことを「{title}」で届け出てください。"
    "「書類の作成」の変更届に、この取消しが載ります。"
)
GONE = (AssignmentStatus.ENDED, AssignmentStatus.CANCELLED, PlaceStatus.ENDED)
"""States of which a notice says nothing."""


@dataclass(frozen=True)
class Void:
    """A designation that was voided, with its versions, the void last."""

    past: tuple[Version[Any], ...]

    @property
    def one(self) -> Designation:
        record: Designation = self.past[-1].record
        return record

    @property
    def seq(self) -> int:
        return self.past[-1].seq

    @property
    def day(self) -> date:
        return self.past[-1].day


# --- at the counter ------------------------------------------------------------------------------


def cancelled(ledger: "Ledger", before: Record | None, after: Record) -> str:
    """Return why a designation cannot be called off, "" where it had not begun."""
    if not isinstance(after, Assignment) or not isinstance(before, Assignment):
        return ""
    status, was = after.status, before.status
    if status is not AssignmentStatus.CANCELLED or was is AssignmentStatus.CANCELLED:
        return ""
    books = ledger.rules.books
    first = _begun_on(ledger, before, books)
    if first is None:
        return ""
    what = called(_case(ledger, before), before)
    return BEGUN.format(what=what, day=format_short(first), status=status.label)


def _begun_on(ledger: "Ledger", one: Assignment, books: Books) -> date | None:
    """Return the day on which a designation that counted began, None where it did not."""
    profile, ended = ledger.profile(one.contract_id), AssignmentStatus.ENDED
    for known in books.entered(one):
        was = known.record
        begun = was.starts_on is not None and was.starts_on <= ledger.today()
        if begun and (was.status is ended or counts(was, books, profile)):
            day: date = was.starts_on
            return day
    return None


def require_may_go(ledger: "Ledger", record: Record) -> None:
    """Refuse to void a designation while acts of the person rest on it alone.

    Acts of an older register rest on what that register says.

    Raises:
        Refused
    """
    if not isinstance(record, Assignment) or not record.person_id or not ledger.rules.on:
        return
    first, count = "", 0
    for caption, at in _acts(ledger, record):
        if _rests_on(ledger, record, at.date()):
            first, count = first or caption, count + 1
    if count:
        name = _case(ledger, record).name(record.person_id)
        raise Refused(reason=RESTS.format(name=name, first=first, count=f"{count:,}"))


def _acts(ledger: "Ledger", one: Assignment) -> Iterator[tuple[str, datetime]]:
    where = (
        Where("contract_id", Op.EQ, one.contract_id),
        Where("actor_person_id", Op.EQ, one.person_id),
        Where("timing", Op.EQ, Timing.ACTUAL),
        Where("source_file_id", Op.EMPTY, True),
    )
    for caption, at in ledger.store.columns(
        Query(HandlingEvent.type, where), ("caption", "occurred_at")
    ):
        if at is not None:
            yield caption, at


def _rests_on(ledger: "Ledger", one: Assignment, day: date) -> bool:
    """Tell whether a designation, and no other, lets the person work on a day."""
    books, profile = ledger.rules.books, ledger.profile(one.contract_id)
    mine = books.assignments(one.contract_id, one.person_id)
    found = {other.id for other in mine if works_on(other, day, books, profile)}
    return found == {one.id}


def told_of_voiding(ledger: "Ledger", record: Record) -> tuple[str, ...]:
    """Return what is said to whom voids a designation of which the client was told."""
    if not isinstance(record, (Assignment, ContractPlace)):
        return ()
    case, past = _case(ledger, record), versions(ledger.store, type(record), record.id)
    if not _matters(case, record, ledger.today()) or not _is_known(case, past):
        return ()
    form = case.profile.document(_kind(record))
    return (TELL.format(what=called(case, record), title=form.change_title or form.title),)


def _case(ledger: "Ledger", one: Designation) -> Case:
    return Case(
        record=one, contract=ledger.registers.need(Contract, one.contract_id).record,
        profile=ledger.profile(one.contract_id), books=ledger.rules.books, now=ledger.now(),
    )  # fmt: skip


# --- in the evidence and the calendar ------------------------------------------------------------


def untold(asked: Inquiry, cls: type[Assignment] | type[ContractPlace]) -> Iterator[Void]:
    """Yield the designations of which the client was told, and not yet that they were voided."""
    mine = (Where("contract_id", Op.EQ, asked.contract.id),)
    judge = _assignment if cls is Assignment else _place
    for void in asked.listed(Query(cls.type, mine, voided=True), (), judge).values():
        case = asked.case(void.one)
        if not _matters(case, void.one, void.day) or not _is_known(case, void.past[:-1]):
            continue
        papers = numbered(case.books, _handed_in(case))
        if not any(tells_void(paper, entry, void.past[-1]) for entry, paper in papers):
            yield void


def _assignment(asked: Inquiry, id_: str) -> Void | None:
    return _void(asked.versions(Assignment, id_))


def _place(asked: Inquiry, id_: str) -> Void | None:
    return _void(asked.versions(ContractPlace, id_))


def _void(past: Sequence[Version[Any]]) -> Void | None:
    return Void(tuple(past)) if len(past) > 1 and past[-1].voided else None


def tells_void(paper: Submission, entry: int, void: Version[Any]) -> bool:
    """Tell whether a notice that was handed in told of a void.

    What one that was made elsewhere says, the day of the change tells.

    Args:
        entry: number of the entry of the notice.
    """
    if entry < void.seq:
        return False
    if void.record.id in paper.subject_ids:
        return True
    if paper.made_elsewhere:
        return paper.effective_on == void.day
    return not paper.subject_ids


def _matters(case: Case, one: Designation, day: date) -> bool:
    """Tell whether the client is to know that a designation goes on a day.

    What stands in another one that says the same was entered twice.
    """
    if not tells_changes(case, one) or ends_with_the_contract(case, day):
        return False
    if isinstance(one, ContractPlace):
        known: Sequence[Designation] = case.books.places(one.contract_id, one.place_id)
        if not is_concerned(case, one):
            return False
    else:
        known = case.books.assigned(one.contract_id)
    said = _says(one)
    return not any(
        other.id != one.id and other.status not in GONE and _says(other) == said for other in known
    )


def _says(one: Designation) -> tuple[Any, ...]:
    return (*(getattr(one, name) for name in TOLD_OF[type(one)]), first_of(one), last_of(one))


def _is_known(case: Case, past: Sequence[Version[Any]]) -> bool:
    """Tell whether the client has a notice that spoke of a designation while it was in force."""
    one: Designation = past[-1].record
    kind, called_ever = _kind(one), list(names_of(case, one))
    linked = {version.record.notice_submission_id for version in past}
    for entry, paper in numbered(case.books, _handed_in(case)):
        if not is_notice_of(paper, kind, one, called_ever):
            continue
        stood = version_at(past, entry)
        if paper.id in linked or (
            stood is not None and stood.record.status not in GONE and not paper.made_elsewhere
        ):
            return True
    return False


def _handed_in(case: Case) -> list[Submission]:
    one: Any = case.record
    kind, called_ever = _kind(one), list(names_of(case, one))
    found = case.books.submissions(case.contract.id, kind)
    return holding(found, lambda last: is_notice_of(last, kind, one, called_ever))


def _kind(one: Designation) -> str:
    return STAFF if isinstance(one, Assignment) else PLACES

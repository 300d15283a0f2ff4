"""A designation that had begun, or that the client was told of, and is taken back (R-01 to R-03, R-39).

Who has begun stops: that is an end, with a day and a notice of changes, never 「取消」 or 「予定」, which
would make what he did till then the work of nobody. What was entered by mistake is voided, what has not
begun may be called off. Of both the client is to know where he was told of it, as of what did not begin
on its day, and nothing may rest on it alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from models.codes import AssignmentStatus, PlaceStatus, Timing
from models.errors import Refused
from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.records import Assignment, ContractPlace, HandlingEvent, Record, Submission
from models.rules.books import Books
from models.rules.case import Case
from models.rules.last_told import (
    TOLD_OF,
    called,
    ends_with_the_contract,
    names_of,
    notices_about,
    tells_changes,
)
from models.rules.places import CONSENTED, is_concerned, place_counts, still_lacking
from models.rules.standing import counts, is_notice_of, works_on
from models.rules.told_days import OVER, Designation, first_of, last_of
from models.rules.told_late import begun_on, kind_of, link_of, spoke_of, unlinked_notice
from models.store import Op, Query, Where
from models.versions import Version, versions
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

BEGUN = (
    "{what}の指定は{day}に始まっているため、状態を「{status}」にできません。従事をやめるときは、「従事終了日」を入れて"
    "「終了」にしてください。誤って登録したときは、状態を変えずに、この指定を取り消してください。"
)
NOT_AHEAD = (
    "{what}の指定は{day}に始まっているため、状態を「{status}」に戻せません。まだ始まっていなかったときは、「{field}」も"
    "先の日に直してください。終わったときは「終了」にし、誤って登録したときは、状態を変えずに、この指定を取り消してください。"
)
CALLED_OFF = (
    "{what}の指定の取消しは、委託者に届け出てあるため、状態を「{status}」に戻せません。改めて指定するときは、"
    "新しい「{record}」を登録し、その前に変更届を提出してください。"
)
LOSES = (
    "この指定だけを根拠にした{name}の取扱い{count}件（{first}など）が、指定のない取扱いになります。そのときに従事して"
    "いたなら、「従事開始日」「従事終了日」「状態」を直し、していなかったなら、そのことを理由に残してください。"
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
IDLE = (
    "{what}は、{day}から始まると届け出てありますが、状態が「{status}」のまま{still}。始まっているときは{link}状態を直し、始まって"
    "いないときは「{field}」を先の日に直すか、指定を取り消して、「{title}」で届け出てください。"
)
ALLOWED = (
    "{what}は、{day}から使う承諾を得てありますが、状態が「{status}」のまま{still}。使い始めているときは状態を「{active}」に"
    "訂正し、使い始めていないときは「{field}」を先の日に直すか、指定を取り消してください。"
)
LINK = "「{field}」に「{no}」を結び付けて"
STILL = "です"
TOO_LATE = "で、届出が間に合っていないため、始まったと数えません"
ALLOWED_LATE = "で、承諾が間に合っていないため、始まったと数えません"
TOLD = (AssignmentStatus.NOTIFIED, PlaceStatus.NOTIFIED, PlaceStatus.APPROVED)
PLANNED = (AssignmentStatus.PLANNED, PlaceStatus.PLANNED)


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


def never_begun(ledger: "Ledger", before: Record | None, after: Designation) -> str:
    """Return why a designation cannot be called off, or planned again, "" where it had not begun."""
    if not isinstance(before, type(after)) or after.status is before.status:
        return ""
    case = ledger.rules.case_of(before)
    what, status = called(case, before), after.status.label if after.status else ""
    if before.status is AssignmentStatus.CANCELLED:
        if not _is_told_of_void(case, _void(versions(ledger.store, type(before), before.id))):
            return ""
        return CALLED_OFF.format(what=what, status=status, record=type(before).label)
    start = first_of(after)
    ahead = after.status in PLANNED and start is not None and start > ledger.today()
    if ahead or after.status not in (*PLANNED, AssignmentStatus.CANCELLED):
        return ""
    first = _begun_on(ledger, before, ledger.rules.books)
    if first is None:
        return ""
    words = NOT_AHEAD if after.status in PLANNED else BEGUN
    day, field = format_short(first), begun_on(before)
    return words.format(what=what, day=day, status=status, field=field)


def _begun_on(ledger: "Ledger", one: Designation, books: Books) -> date | None:
    """Return the day on which a designation that counted began, None where it did not."""
    profile, ended = ledger.profile(one.contract_id), AssignmentStatus.ENDED
    past = books.entered(one)
    until = [*(later.day for later in past[1:]), ledger.today()]
    for known, last in zip(past, until, strict=True):
        was, day = known.record, first_of(known.record)
        counted = (
            was.status not in PLANNED
            if isinstance(was, ContractPlace)
            else was.status is ended or counts(was, books, profile)
        )
        if counted and day is not None and day <= last:
            return day
    return None


def loses_acts(ledger: "Ledger", before: Record | None, after: Designation, books: Books) -> str:
    """Return which acts nobody was designated for any more, "" without any.

    Args:
        books: with the designation as it is about to be entered.
    """
    if not isinstance(before, Assignment) or not isinstance(after, Assignment):
        return ""
    if not before.person_id or _covers(after, before):
        return ""
    profile, gone = ledger.profile(after.contract_id), []
    for caption, at in _acts(ledger, before):
        mine = books.assignments(after.contract_id, before.person_id)
        still = any(works_on(one, at.date(), books, profile) for one in mine)
        if not still and _rests_on(ledger, before, at.date()):
            gone.append(caption)
    if not gone:
        return ""
    name = ledger.rules.case_of(before).name(before.person_id)
    return LOSES.format(name=name, first=gone[0], count=f"{len(gone):,}")


def _covers(one: Assignment, other: Assignment) -> bool:
    """Tell at first sight that a version lets the same person work on no fewer days."""
    begins = (one.starts_on or date.max) <= (other.starts_on or date.max)
    lasts = (one.ends_on or date.max) >= (other.ends_on or date.max)
    same = (one.person_id, one.status) == (other.person_id, other.status)
    return begins and lasts and same


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
        name = ledger.rules.case_of(record).name(record.person_id)
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
    case, past = ledger.rules.case_of(record), versions(ledger.store, type(record), record.id)
    if record.status is AssignmentStatus.CANCELLED:
        return ()  # it was said when it was called off
    if not _matters(case, record, ledger.today()) or not _is_known(case, past):
        return ()
    return (TELL.format(what=called(case, record), title=_title(case, record)),)


def told_of_calling_off(ledger: "Ledger", record: Record, before: Record) -> tuple[str, ...]:
    """Return what is said to whom calls off a designation of which the client was told."""
    if not isinstance(record, Assignment) or not isinstance(before, Assignment):
        return ()
    over = record.status is AssignmentStatus.CANCELLED
    return told_of_voiding(ledger, before) if over and before.status is not record.status else ()


def _title(case: Case, one: Designation) -> str:
    return case.profile.document(kind_of(one)).title_of_change


# --- in the evidence and the calendar ------------------------------------------------------------


def untold(asked: Inquiry, cls: type[Assignment] | type[ContractPlace]) -> Iterator[Void]:
    """Yield the designations of which the client was told, and not yet that they were taken back."""
    mine = Where("contract_id", Op.EQ, asked.contract.id)
    judge = _assignment if cls is Assignment else _place
    off = Where("status", Op.EQ, AssignmentStatus.CANCELLED)
    queries = [Query(cls.type, (mine,), voided=True)]
    queries += [Query(cls.type, (mine, off))] if cls is Assignment else []
    for query in queries:
        for void in asked.listed(query, (), judge).values():
            case = asked.case(void.one)
            if not _matters(case, void.one, void.day) or not _is_known(case, void.past[:-1]):
                continue
            if not _is_told_of_void(case, void):
                yield void


def _is_told_of_void(case: Case, void: Void | None) -> bool:
    """Tell whether the client has a notice that said so."""
    if void is None:
        return False
    papers = notices_about(case, void.one)
    return any(tells_void(paper, entry, void.past[-1]) for entry, paper in papers)


def idle(asked: Inquiry, cls: type[Assignment] | type[ContractPlace]) -> Iterator[tuple[date, Row]]:
    """Yield the designations that were told to begin and do not count still, from that day on."""
    known: Sequence[Designation] = asked.all(cls)
    for one in known:
        day = first_of(one)
        if day is not None and is_idle(asked, one):
            case = asked.case(one)
            told = tells_changes(case, one)
            late = TOO_LATE if told else ALLOWED_LATE
            words = (IDLE if told else ALLOWED).format(
                what=called(case, one), day=format_short(day), field=begun_on(one),
                title=_title(case, one), link=_link(case, one), status=state_of(one),
                still=STILL if one.status in PLANNED else late, active=PlaceStatus.ACTIVE.label,
            )  # fmt: skip
            yield day, row(one, words)


def is_idle(asked: Inquiry, one: Designation) -> bool:
    """Tell whether a designation was to begin on a day that is over, and does not count.

    The client was told of it, or allowed it. It is only planned, or was told or allowed after that day:
    届出済 and 承諾済 count by what came in time alone.
    """
    day, case = first_of(one), asked.case(one)
    if day is None or day >= asked.today or not (one.status in PLANNED or _is_in_vain(case, one)):
        return False
    if isinstance(one, ContractPlace) and _is_allowed(case, one):
        return not ends_with_the_contract(case, asked.today)
    past = case.books.entered(one)
    return _matters(case, one, asked.today) and bool(past) and _is_known(case, past)


def _is_allowed(case: Case, one: ContractPlace) -> bool:
    """Tell whether the client gave all that a place wants which he is to allow, in time or late."""
    consents = case.params.place_notice.regime in CONSENTED
    return consents and is_concerned(case, one) and not any(still_lacking(case, one))


def _is_in_vain(case: Case, one: Designation) -> bool:
    if one.status not in TOLD:
        return False
    if isinstance(one, ContractPlace):
        return not place_counts(case, one)
    return not counts(one, case.books, case.profile)


def state_of(one: Designation) -> str:
    """Return the state of a designation in words."""
    return one.status.label if one.status else ""


def _link(case: Case, one: Designation) -> str:
    """Say that a notice which was handed in is to be linked, "" where it is."""
    paper = unlinked_notice(case, one)
    return LINK.format(no=paper.doc_no, field=link_of(one)) if paper is not None else ""


def _assignment(asked: Inquiry, id_: str) -> Void | None:
    return _void(asked.versions(Assignment, id_))


def _place(asked: Inquiry, id_: str) -> Void | None:
    return _void(asked.versions(ContractPlace, id_))


def _void(past: Sequence[Version[Any]]) -> Void | None:
    past = until_taken_back(past)
    return Void(tuple(past)) if len(past) > 1 and is_taken_back(past[-1]) else None


def until_taken_back(past: Sequence[Version[Any]]) -> Sequence[Version[Any]]:
    """Return the versions up to the one that called off or voided, what came after it left out."""
    last = len(past)
    while last > 1 and is_taken_back(past[last - 1]) and is_taken_back(past[last - 2]):
        last -= 1
    return past[:last]


def is_taken_back(one: Version[Any]) -> bool:
    """Tell whether a version voids a designation, or calls it off."""
    return one.voided or one.record.status is AssignmentStatus.CANCELLED


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
        other.id != one.id and other.status not in OVER and _says(other) == said for other in known
    )


def _says(one: Designation) -> tuple[Any, ...]:
    return (*(getattr(one, name) for name in TOLD_OF[type(one)]), first_of(one), last_of(one))


def _is_known(case: Case, past: Sequence[Version[Any]]) -> bool:
    """Tell whether the client has a notice that spoke of a designation while it was in force."""
    one: Designation = past[-1].record
    kind, called_ever = kind_of(one), list(names_of(case, one))
    linked = {version.record.notice_submission_id for version in past}
    return any(
        spoke_of(paper, entry, past, called_ever)
        or (paper.id in linked and is_notice_of(paper, kind, one, called_ever))
        for entry, paper in notices_about(case, one)
    )

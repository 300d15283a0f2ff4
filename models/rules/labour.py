"""The labour contracts of workers who are not regular employees: looked at before they handle (R-28)."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from models.codes import AssignmentStatus, EmploymentType
from models.profile_params import Params
from models.records import Assignment, Person
from models.records.people import NON_REGULAR
from models.rules.books import Books
from models.rules.case import Case
from models.wareki import JAPAN

_CANCELLED = AssignmentStatus.CANCELLED


def r28_labour_terms_are_checked(case: Case) -> Iterator[str]:
    """The labour contract of a non-regular worker names the duties, checked before handling."""
    event = case.event_of()
    if event is None or not event.actor_person_id:
        return
    person = non_regular_then(case, event.actor_person_id)
    regime = case.params.non_regular_workers
    if person is None:
        return
    mine = case.books.assignments(case.contract.id, person.id)
    if not labour_terms_checked(checks_of(case.books, mine), case.day):
        without_end = "（期間の定めのない秘密保持を含む）" if regime.secrecy_without_end else ""
        assert person.employment_type is not None
        yield (
            f"{person.name}さん（{person.employment_type.label}）との契約書に守るべき事項"
            f"{without_end}が明記されていることが、この日までに確かめられていません。"
            "契約書を確かめ、「従事者等の指定」に確認日を登録してください。"
        )


def non_regular_then(case: Case, person_id: str) -> Person | None:
    """Return a person whose labour contract had to name the duties when he acted, else None.

    Who is employed otherwise later was not so before: it counts as it was registered on the day of
    the act and when that was entered. What was forgotten in the register accuses no act either;
    `models.person_changes` tells of both.
    """
    now = case.books.find(Person, person_id)
    if now is not None and case.entry is not None:
        now = case.books.person_at(person_id, case.entry)
    if now is None or not needs_labour_terms(case.params, now):
        return None
    then = case.books.person_on(person_id, case.day)
    return then if then is not None and needs_labour_terms(case.params, then) else None


def checks_of(books: Books, assignments: Iterable[Assignment]) -> Iterator[Assignment]:
    """Yield designations with the checks of labour contracts that the present one follows.

    A contract that is renewed is checked again; what was checked before it stays so. Once
    somebody says that it was not checked, the checks before that count no more.
    """
    for one in assignments:
        if not one.labour_terms_confirmed:
            continue
        yield one
        for version in reversed(books.entered(one)):
            if not version.record.labour_terms_confirmed:
                break
            yield version.record


def labour_terms_checked(assignments: Iterable[Assignment], day: date) -> bool:
    """Tell whether the labour contract was looked at by a day and names the duties."""
    return any(
        one.labour_terms_confirmed
        and one.labour_terms_checked_on is not None
        and one.labour_terms_checked_on <= day
        for one in assignments
    )


def checked_together(books: Books, assignments: Iterable[Assignment], today: date) -> set[str]:
    """Return the designations of one person that a look at the labour contract serves.

    It serves those that go on without a day between, in whatever roles; after a gap the person
    may have come back under another contract.
    """
    mine = sorted(
        (one for one in assignments if one.starts_on and one.status is not _CANCELLED),
        key=lambda one: one.starts_on or date.min,
    )
    served: set[str] = set()
    run: list[Assignment] = []
    for one, following in zip(mine, (*mine[1:], None), strict=True):
        run.append(one)
        last = max(other.ends_on or date.max for other in run)
        begins = following.starts_on if following is not None else None
        if begins is not None and (last == date.max or begins <= last + timedelta(days=1)):
            continue
        if labour_terms_checked(checks_of(books, run), today):
            served.update(other.id for other in run)
        run = []
    return served


def needs_labour_terms(params: Params, person: Person) -> bool:
    """Tell whether the labour contract of a person must name the duties (SK-10, CM-10)."""
    scope = params.non_regular_workers.scope
    if scope == "dispatched":
        return person.employment_type is EmploymentType.DISPATCHED
    return scope == "all_non_regular" and person.employment_type in NON_REGULAR


def non_regular_since(books: Books, params: Params, person: Person) -> date | None:
    """Return on which day a person was registered as one whose labour contract is looked at.

    None for whoever was so from the first entry on.
    """
    since = None
    for version in reversed(books.entered(person)):
        if not needs_labour_terms(params, version.record):
            return since
        since = version.at.astimezone(JAPAN).date()
    return None

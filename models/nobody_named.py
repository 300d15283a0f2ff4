"""Offices that the text wants held, and places: nobody is designated, and what is empty proves nothing.

Where the text wants people and places told to the client, or allowed by him, or names a manager, its
clauses stood as fulfilled on the first day, because there was nobody of whom anything could be missing.
What is cancelled or over designates nobody, and neither does a role that the clause does not name.
Calendar, clauses, the first steps and the days without anybody (models/nobody_then.py) ask here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.calendar_frame import Due, Item, cited, due, handed_in
from models.codes import AssignmentRole, AssignmentStatus
from models.deadlines import demanded
from models.evidence_rows import Row
from models.inquiry import Inquiry
from models.profiles import Clause
from models.records import Assignment, ContractPlace
from models.reported import REPORT
from models.rules.told_days import Designation, last_of
from models.workdays import day_before

QUERY = "EQ-NOBODY"
TOLD = ("notify", "report")
NAMED = (AssignmentRole.WORK_SUPERVISOR, AssignmentRole.WORKER)
"""Whom the notice names (SK-4.1, CM-9.1)."""
MANAGERS = (AssignmentRole.SYSTEM_MANAGER, AssignmentRole.CREDENTIAL_CUSTODIAN)
STAFF, ROLES, PLACES = "EQ-STAFF", "EQ-ROLES", "EQ-PLACE"
NOBODY = "{who}が、一人も指定されていません。「従事者等の指定」に登録してください。"
NO_PLACE = "{place}が、一つも指定されていません。「契約別の場所」に登録してください。"
DESIGNATE = "{what}の指定"
AND_TELL = "{what}の指定と「{title}」の提出"


@dataclass(frozen=True)
class Offices:
    """Roles that somebody holds on every day of the work.

    Attributes:
        clauses: that want it; none that the contract switches off.
        proof: the query that tells under them that nobody does.
        paper: by which the client is told who it is, "" where the calendar asks for that by itself.
    """

    roles: tuple[AssignmentRole, ...]
    clauses: tuple[str, ...]
    proof: str
    paper: str = ""


def offices(asked: Inquiry) -> list[Offices]:
    """Return the offices that the text wants held."""
    found: list[Offices] = []
    if names_people(asked) and (clauses := asked.applied(asked.asking(STAFF))):
        found.append(Offices(NAMED, clauses, STAFF, "D-03"))
    wanted: dict[tuple[tuple[AssignmentRole, ...], str], list[str]] = {}
    for clause in asked.clauses:
        if roles := _wanted(asked, clause):
            proof = ROLES if ROLES in clause.evidence else QUERY
            wanted.setdefault((roles, proof), []).append(clause.key)
    for (roles, proof), keys in wanted.items():
        if applied := asked.applied(keys):
            found.append(Offices(roles, applied, proof))
    return found


def _wanted(asked: Inquiry, clause: Clause) -> tuple[AssignmentRole, ...]:
    """Return the roles that a clause names; who is reported by name is somebody, too (CB-3.2)."""
    if clause.offices:
        return tuple(map(AssignmentRole.read, clause.offices))
    if ROLES in clause.evidence:
        return MANAGERS
    if f"EQ-DOC({REPORT})" in clause.evidence and demanded(asked, REPORT):
        return tuple(map(AssignmentRole.read, asked.profile.params.staff_notice.reported_roles))
    return ()


def vacant(asked: Inquiry, roles: Iterable[AssignmentRole]) -> list[AssignmentRole]:
    """Return those of some roles in which nobody is or is to be."""
    held = {one.role for one in asked.all(Assignment) if asked.stands(one)}
    return [role for role in roles if role not in held]


def words_for(asked: Inquiry, roles: Iterable[AssignmentRole]) -> str:
    return "・".join(asked.profile.role_word(role) for role in roles)


def nobody(*proofs: str) -> Callable[[Inquiry], Iterator[Row]]:
    """Return a query about the offices that nobody holds (SK-4.1, CM-9.1, FK-2.1, CB-3.2, OC-C.2m.a)."""

    def query(asked: Inquiry) -> Iterator[Row]:
        for office, who in _unheld(asked):
            if office.proof in proofs:
                yield _asked_for(asked, Assignment(), NOBODY.format(who=who), office.clauses)

    return query


def no_places(asked: Inquiry) -> Iterator[Row]:
    """Say that no place is the contract's, where it is told or allowed first (SK-5.1, CM-5.3, FK-3)."""
    if place := _nowhere(asked):
        yield _asked_for(asked, ContractPlace(), NO_PLACE.format(place=place))


def k02_nobody(asked: Inquiry) -> Iterator[Due]:
    """K-02: somebody is designated, and where wanted the client told, before the work begins."""
    for office, who in _unheld(asked):
        past = [one for one in asked.all(Assignment) if one.role in office.roles]
        found = _due(asked, "K-02", office.paper, who, _last_day(asked, past), Assignment)
        clauses = (one for one in asked.clauses if one.key in office.clauses)
        yield replace(found, clause=cited(clauses))


def k04_nowhere(asked: Inquiry) -> Iterator[Due]:
    """K-04: a place is designated, and told or allowed, before the work begins."""
    if place := _nowhere(asked):
        last = _last_day(asked, [one for one in asked.all(ContractPlace) if is_meant(asked, one)])
        yield _due(asked, "K-04", "D-04", place, last, ContractPlace)


def _unheld(asked: Inquiry) -> Iterator[tuple[Offices, str]]:
    """Yield the offices that nobody holds or is to hold, in the words of the text."""
    if _is_at_work(asked):
        for office in offices(asked):
            if roles := vacant(asked, office.roles):
                yield office, words_for(asked, roles)


def names_people(asked: Inquiry) -> bool:
    """Tell whether the text wants to be told who works."""
    return asked.profile.params.staff_notice.regime in TOLD


def names_places(asked: Inquiry) -> bool:
    """Tell whether the text wants to be told of each place, or allows it."""
    regime = asked.profile.params.place_notice
    return regime.regime != "none" and not regime.onsite_by_default


def _nowhere(asked: Inquiry) -> str:
    if not names_places(asked) or not _is_at_work(asked):
        return ""
    used = (one for one in asked.all(ContractPlace) if is_meant(asked, one))
    return "" if any(map(asked.stands, used)) else asked.profile.term("work_place")


def _is_at_work(asked: Inquiry) -> bool:
    return asked.contract.work_start_on is not None and asked.at_work


def is_meant(asked: Inquiry, one: ContractPlace) -> bool:
    """Tell whether a place is used as those are of which the client is told."""
    return bool(set(one.use_as) & set(asked.profile.params.place_notice.uses))


def _last_day(asked: Inquiry, past: Sequence[Designation]) -> date | None:
    """Return the last day on which somebody was designated, None when nobody ever was."""
    ended = [one for one in past if one.status is not AssignmentStatus.CANCELLED]
    days = [day for one in ended if (day := last_of(one)) is not None and day < asked.today]
    return max(days, default=None)


def _due(
    asked: Inquiry, code: str, paper: str, who: str, last: date | None, cls: type[Designation]
) -> Due:
    """Return the date by which somebody, or a place, is to stand in a register that lacks it."""
    start = asked.contract.work_start_on
    assert start is not None
    day, what = max(day_before(start), last or date.min), DESIGNATE.format(what=who)
    if paper:
        form = asked.profile.document(paper)
        changes = start < asked.today and handed_in(asked, paper)  # as for whoever comes after it
        title = form.title_of_change if changes else form.title
        what = AND_TELL.format(what=who, title=title)
    return due(asked, code, what, "", day, cls(), proof=PLACES if cls is ContractPlace else "")


def _asked_for(
    asked: Inquiry, lacking: Designation, words: str, clauses: tuple[str, ...] = ()
) -> Row:
    """Return a row that leads to the register in which something is lacking."""
    start = asked.contract.work_start_on
    assert start is not None
    severity = "action" if start <= asked.today else "due"
    return Row(lacking.type, "", words, severity, clauses)


ITEMS: tuple[tuple[str, Item], ...] = (("K-02", k02_nobody), ("K-04", k04_nowhere))

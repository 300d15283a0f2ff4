"""Days of the work on which nobody was designated, no place, or no rule in force: they stay to be read.

Who is designated for the days to come, or for today, ends what is asked for (`models/nobody_named.py`).
That there was nobody before stays so. It is told of the offices and places that a clause names, as what
the ledger knows of their days: somebody may have been designated before it was kept. Rules and plans
that a clause wants before the work are told alike, by the days that they name.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from models.codes import AssignmentStatus
from models.evidence_rows import NOTE, Row
from models.governed import TOPICS, Term, dated
from models.inquiry import AT_WORK, Inquiry
from models.known_days import Days, entered_late
from models.nobody_named import PLACES, is_meant, names_places, offices
from models.records import Assignment, Contract, ContractPlace, Person
from models.rules.told_days import Designation, first_of, last_of
from models.wareki import format_short
from models.workdays import DAY

QUERY = "EQ-THEN"
WAS = "{days}、台帳には{what}の指定がありません。"
IS = "{since}から、台帳には{what}の指定がありません（次の指定は{until}から）。"
LATER = "{days}の{what}の指定は、その後に台帳に登録されました。前もって指定していたかは、書面で確かめてください。"
NO_RULE_YET = "{days}の{what}は、その後に台帳に登録されました。前もって定めていたかは、書面で確かめてください。"
NO_RULE = "{days}、台帳には有効な{what}がありません。"


@dataclass(frozen=True)
class Gap:
    """Days on which nobody stood.

    Attributes:
        first, last: the days.
        until: on which the next one begins, None when nobody is known.
    """

    first: date
    last: date
    until: date | None


def eq_then(asked: Inquiry) -> Iterator[Row]:
    """List the days of the work on which a role, or every place, was vacant."""
    people = asked.all(Assignment)
    for office in offices(asked):
        for role in office.roles:
            held = [one for one in people if one.role is role]
            yield from _told(
                asked, office.clauses, asked.profile.role_word(role), held, Assignment.type
            )
    if names_places(asked):
        clauses, what = asked.applied(asked.asking(PLACES)), asked.profile.term("work_place")
        used = [one for one in asked.all(ContractPlace) if is_meant(asked, one)]
        yield from _told(asked, clauses, what, used, ContractPlace.type)
    yield from _without_rules(asked)


def _without_rules(asked: Inquiry) -> Iterator[Row]:
    """Yield the days without rules or a plan, when there are some again; till then they are asked for.

    Topics of the rules that were missing on the same days are told in one sentence.
    """
    last, topics = _worked_until(asked), dict[tuple[str, Days], list[Term]]()
    for term in dated(asked):
        days = [each for _, each in term.stood]
        gaps = [
            (NO_RULE, (one.first, one.last))
            for one in vacant(term.begun, last, days)
            if one.until is not None and one.until <= asked.today
        ]
        late = entered_late(asked, term.begun, min(last, asked.today), term.stood)
        for words, one in (*gaps, *((NO_RULE_YET, each) for each in late)):
            if term.topic:
                topics.setdefault((words, one), []).append(term)
            else:
                yield _no_rule(words, one, f"「{term.what}」", [term])
    for (words, one), terms in topics.items():
        said = "」「".join(term.what for term in terms)
        yield _no_rule(words, one, TOPICS.format(what=said), terms)


def _no_rule(words: str, days: Days, what: str, terms: Sequence[Term]) -> Row:
    clauses = tuple(dict.fromkeys(key for term in terms for key in term.clauses))
    words = words.format(days=_between(*days), what=what)
    return Row(terms[0].register, "", words, NOTE, clauses)


def _told(
    asked: Inquiry, clauses: tuple[str, ...], what: str, held: Sequence[Designation], register: str
) -> Iterator[Row]:
    last, begun = _worked_until(asked), asked.contract.work_start_on
    if not clauses or begun is None:
        return
    stood = list(_days(asked, held))
    for days in entered_late(asked, begun, min(last, asked.today), stood):
        yield Row(register, "", LATER.format(days=_between(*days), what=what), NOTE, clauses)
    for one in vacant(begun, last, [each for _, each in stood]):
        if one.last < asked.today:
            words = WAS.format(days=_between(one.first, one.last), what=what)
        elif one.until is None:
            continue  # it is asked for
        else:
            since, until = format_short(one.first), format_short(one.until)
            words = IS.format(since=since, what=what, until=until)
        yield Row(register, "", words, NOTE, clauses)


def _between(first: date, last: date) -> str:
    days = format_short(first)
    return f"{days}から{format_short(last)}まで" if first < last else days


def vacant(begun: date, last: date, stood: Sequence[tuple[date, date]]) -> Iterator[Gap]:
    """Yield the days between two, both among them, on which nobody stood.

    Args:
        stood: first and last day of each.
    """
    free = begun
    for start, end in sorted(stood):
        if last < free:
            return
        if free < start:
            yield Gap(free, min(start - DAY, last), start)
        free = max(free, end + DAY) if end < date.max else date.max
    if free <= last:
        yield Gap(free, last, None)


def _days(
    asked: Inquiry, held: Iterable[Designation]
) -> Iterator[tuple[Designation, tuple[date, date]]]:
    """Yield the first and the last day of each designation that was not cancelled."""
    for one in held:
        start = first_of(one)
        if start is None or one.status is AssignmentStatus.CANCELLED:
            continue
        ends = [last_of(one)]
        if isinstance(one, Assignment) and (person := asked.books.find(Person, one.person_id)):
            ends.append(person.left_on)
        end = min((day for day in ends if day is not None), default=date.max)
        if start <= end:
            yield one, (start, end)


def _worked_until(asked: Inquiry) -> date:
    """Return the last day on which somebody has to be there: today, or that before the work ends.

    On its last day people and places are ended; what is wound up is work no more.
    """
    days = [asked.today]
    if asked.ends_on is not None:
        days.append(asked.ends_on - DAY)
    if asked.contract.status not in AT_WORK:
        known = asked.revisions(Contract, asked.contract.id)
        over = None
        for one in reversed(known):
            if one.record.status in AT_WORK:
                break
            over = one.day
        if over is not None:
            days.append(over - DAY)
    return min(days)

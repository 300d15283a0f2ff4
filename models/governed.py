"""Rules, structures and plans that the text wants to be there, and by which day (EQ-GOV, EQ-TRAINPLAN, K-29).

Clauses and calendar ask here, so that both tell the same. What a clause wants before the work or before
somebody handles has that day; what it wants all the time, or at the act, has none and stands under the
clause alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from models.calendar_frame import Due, Item, cited, due
from models.codes import (
    AssignmentStatus,
    GovernanceCover,
    GovernanceKind,
    TrainingKind,
)
from models.evidence_rows import Row, row
from models.in_force import Days, days_of, in_force, of_contract
from models.inquiry import Inquiry
from models.profile_vocabulary import GOVERNANCE
from models.records import Assignment, GovernanceDocument, Record, TrainingPlan
from models.wareki import format_short, format_wareki
from models.workdays import DAY, day_before

RULES, PLANS = "EQ-GOV", "EQ-TRAINPLAN"
OR_AGREED = (GovernanceKind.HANDLING_RULES, GovernanceKind.MEMORANDUM)
"""Where there are no rules, a memorandum does (OC-Y.1)."""
LACKING = "「{what}」が備わっていません。"
UNSAID = "「{what}」を定めた規程又は覚書がありません。"
TOPICS = "規程又は覚書での「{what}」の定め"
LATER = "{words}登録されたものの適用日は、{when}です。"
INCOMPLETE = "「{title}」に「{topics}」の定めがありません。"
CANCELLED = AssignmentStatus.CANCELLED
PLAN = "教育・研修実施計画"


@dataclass(frozen=True)
class Lack:
    """Something that the text wants to be there and is not, or not whole.

    Attributes:
        what: in the words of the register.
        clauses: that want it; () where no clause is named for it.
        by: last day on which it may be missing, None where no clause says one.
        type, id: the record that lacks something, without id the register in which one is missing.
    """

    what: str
    sentence: str
    clauses: tuple[str, ...]
    by: date | None
    type: str = GovernanceDocument.type
    id: str = ""
    topic: str = ""
    """That rules must cover, where it is one: the rules cover many of them at once."""

    def row(self, today: date) -> Row:
        coming = self.by is not None and today <= self.by
        severity = "due" if coming else "action"
        return Row(self.type, self.id, self.sentence, severity, self.clauses)


def eq_gov(asked: Inquiry) -> Iterator[Row]:
    """Find rules and plans that are demanded and not in force, past review, or incomplete."""
    for lack in lacking_rules(asked):
        yield lack.row(asked.today)
    for keys, mine in _demanded(asked):
        for one in mine:
            if one.next_review_on and one.next_review_on < asked.today:
                words = f"「{one.title}」の見直しの時期を過ぎています。"
                yield replace(row(one, words), clauses=keys)


def eq_trainplan(asked: Inquiry) -> Iterator[Row]:
    """Find sessions without a plan, and a missing plan of today."""
    if (lack := lacking_plan(asked)) is not None:
        yield replace(lack.row(asked.today), clauses=())
    for session in asked.books.sessions(asked.contract.id):
        if not session.plan_id and session.kind is not TrainingKind.AWARENESS:
            yield row(session, "計画に基づかない教育・研修です。計画を選んでください。")


def k29_missing(asked: Inquiry) -> Iterator[Due]:
    """K-29: what has to be there before the work, or before somebody handles, is."""
    dated = [one for one in lacking_rules(asked) if one.by and asked.applied(one.clauses)]
    topics: dict[date | None, list[Lack]] = {}
    for one in dated:
        if one.topic:
            topics.setdefault(one.by, []).append(one)
        else:
            yield _due(asked, f"{one.what}の備え", one)
    for mine in topics.values():
        said = "」「".join(one.topic for one in mine)
        keys = tuple(dict.fromkeys(key for one in mine for key in one.clauses))
        yield _due(asked, TOPICS.format(what=said), replace(mine[0], clauses=keys))


def k29_plan(asked: Inquiry) -> Iterator[Due]:
    """K-29: there is a plan for the training before the first one, and another when its time is over."""
    lack = lacking_plan(asked) or _next_plan(asked)
    if lack is not None and lack.by is not None and asked.applied(lack.clauses):
        yield _due(asked, f"{lack.what}の登録", lack)


def _due(asked: Inquiry, what: str, lack: Lack) -> Due:
    found = due(asked, "K-29", what, "", lack.by, GovernanceDocument())
    clauses = (one for one in asked.clauses if one.key in lack.clauses)
    return replace(found, type=lack.type, id=lack.id, clause=cited(clauses))


# --- rules -------------------------------------------------------------------------------------


def lacking_rules(asked: Inquiry) -> Iterator[Lack]:
    """Yield the rules, structures and plans that are not in force, and what they leave out."""
    wanted = _wanted(asked)
    known = in_force(asked)
    for name, keys in wanted.items():
        yield from _lacking(asked, name, keys, _meant(name, known))
    topics = set(asked.profile.params.governance.emergency_plan_covers)
    kind = GovernanceKind.EMERGENCY_PLAN
    for one in known:
        if one.kind is kind and (left := topics - set(one.covers)):
            said = "」「".join(cover.label for cover in GovernanceCover if cover in left)
            words = INCOMPLETE.format(title=one.title, topics=said)
            keys = wanted.get(str(kind)) or _general(asked)
            what = f"「{one.title}」の「{said}」の定め"
            yield Lack(what, words, keys, _by(asked, keys), id=one.id)


def _wanted(asked: Inquiry) -> Mapping[str, tuple[str, ...]]:
    """Return the kinds of rules and the topics that are demanded, with the clauses that want each."""
    regime, general = asked.profile.params.governance, _general(asked)
    found = dict.fromkeys((*regime.demanded, *regime.rules_cover), general)
    for clause in asked.clauses:
        for name in clause.governance if RULES in clause.evidence else ():
            found[name] = (*found.get(name, ()), clause.key)
    return found


def _general(asked: Inquiry) -> tuple[str, ...]:
    """Return the clauses that name no kind, and so want them all."""
    return tuple(one.key for one in asked.clauses if RULES in one.evidence and not one.governance)


def _demanded(asked: Inquiry) -> Iterator[tuple[tuple[str, ...], list[GovernanceDocument]]]:
    known = in_force(asked)
    for name, keys in _wanted(asked).items():
        yield keys, _meant(name, known)


def _meant(name: str, known: Sequence[GovernanceDocument]) -> list[GovernanceDocument]:
    """Return the documents of a kind, or the rules that cover a topic."""
    if name in GOVERNANCE:
        kind = GovernanceKind.read(name)
        return [one for one in known if one.kind is kind or (kind, one.kind) == OR_AGREED]
    cover = GovernanceCover.read(name)
    return [one for one in known if one.kind in OR_AGREED and cover in one.covers]


def _lacking(
    asked: Inquiry, name: str, keys: tuple[str, ...], mine: Sequence[GovernanceDocument]
) -> Iterator[Lack]:
    """Yield that one kind of rules, or one topic that rules must cover, is not there yet."""
    if name in GOVERNANCE:
        label = GovernanceKind.read(name).label
        what, topic, words = f"「{label}」", "", LACKING.format(what=label)
    else:
        label = GovernanceCover.read(name).label
        what, topic, words = f"「{label}」の定め", label, UNSAID.format(what=label)
    by = partial(_by, asked, keys)
    day = max(asked.today, asked.contract.starts_on or asked.today)
    begin = [(a, one) for one in mine for a, b in days_of(asked, one) if day <= b]
    if not begin:
        yield Lack(what, words, keys, by(_left_on(asked, name)), topic=topic)
        return
    first, one = min(begin, key=lambda each: each[0])
    if first > day:  # before the contract begins nothing need be in force
        words = LATER.format(words=words, when=format_wareki(first))
        yield Lack(what, words, keys, by(_left_on(asked, name)), id=one.id, topic=topic)


def _left_on(asked: Inquiry, name: str) -> date | None:
    """Return the last day on which something of a kind was in force, None when nothing ever was."""
    stood = (last for _, (_, last) in _stood(asked, name) if last < asked.today)
    return max(stood, default=None)


def _stood(asked: Inquiry, name: str) -> Iterator[tuple[Record, Days]]:
    for one in _meant(name, of_contract(asked)):
        yield from ((one, days) for days in days_of(asked, one))


# --- plans of training -------------------------------------------------------------------------


def lacking_plan(asked: Inquiry) -> Lack | None:
    """Return that no plan is for today, None where one is, or none is asked for.

    Before the work begins one for its first day will do as well.
    """
    day, plans = asked.working_day, _plans(asked)
    days = (day, max(day, asked.contract.work_start_on or day))
    if not asked.asks(PLANS) or any(a <= one <= b for one in days for a, b in plans):
        return None
    words = f"{format_short(day)}を含む期間の{PLAN}がありません。"
    over = max((last for _, last in plans if last < day), default=None)
    keys = asked.asking(PLANS)
    return Lack(f"「{PLAN}」", words, keys, _by(asked, keys, over), TrainingPlan.type)


def _next_plan(asked: Inquiry) -> Lack | None:
    """Return that the plan of today is over before the work is, and none follows."""
    plans, end = _plans(asked), asked.ends_on
    if not asked.asks(PLANS) or not asked.at_work:
        return None
    day = max(asked.today, asked.contract.work_start_on or asked.today)
    while until := max((last for first, last in plans if first <= day <= last), default=None):
        day = until + DAY
    if end is not None and end < day:
        return None
    what = f"「{PLAN}」（{format_short(day)}を含む期間）"
    return Lack(what, "", asked.asking(PLANS), day - DAY, TrainingPlan.type)


def _plans(asked: Inquiry) -> list[Days]:
    return [days for _, days in _planned(asked)]


def _planned(asked: Inquiry) -> Iterator[tuple[Record, Days]]:
    for one in asked.all(TrainingPlan):
        if one.period_from and one.period_to:
            yield one, (one.period_from, one.period_to)


# --- days --------------------------------------------------------------------------------------


def _by(asked: Inquiry, keys: Sequence[str], left: date | None = None) -> date | None:
    """Return by which day clauses want something, None where they say none.

    Args:
        left: last day on which it was there.
    """
    begun = _wanted_from(asked, keys)
    if begun is None:
        return None
    return day_before(begun) if left is None else max(day_before(begun), left)


def _wanted_from(asked: Inquiry, keys: Sequence[str]) -> date | None:
    """Return the first day on which clauses want something to be there, None where they say none."""
    start = asked.contract.work_start_on
    wanted = {word for one in asked.clauses if one.key in keys for word in one.triggers}
    days = [start] if start is not None and "START" in wanted else []
    if start is not None and "PRE" in wanted:
        people = (one for one in asked.all(Assignment) if one.status is not CANCELLED)
        days.append(min((one.starts_on for one in people if one.starts_on), default=start))
    return min(days, default=None)


@dataclass(frozen=True)
class Term:
    """Something that is wanted from a day on, and the days on which it was there."""

    what: str
    register: str
    clauses: tuple[str, ...]
    begun: date
    stood: tuple[tuple[Record, Days], ...]
    topic: bool = False


def dated(asked: Inquiry) -> Iterator[Term]:
    """Yield what is wanted from a day on: rules, topics that they cover, plans of training."""
    for name, all_keys in _wanted(asked).items():
        keys = asked.applied(all_keys)
        if (begun := _wanted_from(asked, keys)) is not None:
            topic = name not in GOVERNANCE
            label = (GovernanceCover if topic else GovernanceKind).read(name).label
            stood = tuple(_stood(asked, name))
            yield Term(label, GovernanceDocument.type, keys, begun, stood, topic)
    keys = asked.applied(asked.asking(PLANS))
    if (begun := _wanted_from(asked, keys)) is not None:
        yield Term(PLAN, TrainingPlan.type, keys, begun, tuple(_planned(asked)))


ITEMS: tuple[tuple[str, Item], ...] = (("K-29", k29_missing), ("K-29", k29_plan))

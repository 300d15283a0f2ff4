"""Supervision: what others did is confirmed by who is responsible for the contract (SK-4.3, CM-9.2).

Any user of the kind 責任者 may confirm. The clause counts it only from a person designated as
manager or supervisor of this contract, on the day of the act or on that of the confirmation; what
somebody else confirmed is told with the name, and a designated person confirms it once more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from models.agreed import terms
from models.codes import AssignmentRole, HandlingStatus
from models.evidence_rows import NOTE, Row, row
from models.inquiry import Inquiry
from models.profiles import Profile
from models.records import Assignment, HandlingEvent, Person
from models.rules.books import Books
from models.rules.standing import works_on
from models.store import Op, Where
from models.wareki import format_short
from models.workdays import after, days_after, first_not_late

if TYPE_CHECKING:
    from models.ledger import Ledger

QUERY = "EQ-SUPERVISE"
WAITING = Where("status", Op.NE, HandlingStatus.CONFIRMED)
RESPONSIBLE = frozenset({AssignmentRole.WORK_SUPERVISOR, AssignmentRole.INFO_MANAGER})
ASKED = ("occurred_at", "actor_person_id")
SINCE = ("occurred_at", "created_at", "corrects_event_id")
"""What tells since when an act waits (`waiting_since`)."""
TERM = "confirmation_business_days"
LATE_QUERY = "EQ-LATESEEN"
LATE_ONE = "{act}は、責任者の確認の期限（{day}）の後の{on}に確認しています。"
LATE_MANY = (
    "{act}など{count:,}件は、責任者の確認の期限（早いもので{day}）の後の{on}に確認しています。"
)
UNCONFIRMED = "{}を責任者が確認していません。"
STANDS = (
    "{act}を{day}に確認した{person}さんは、この契約の{role}に指定されていません。"
    "指定された人が、もう一度確認してください。"
)
IN_TIME = "{1}の確認を待つ取扱記録が{0:,}件あります。"
TOLD = (
    "あなたはこの契約の{role}に指定されていないため、{acts}の確認は、{role}の監督には数えません。"
    "指定された人の確認も受けてください。"
)


class Confirmed(NamedTuple):
    """An act that somebody confirmed who was not responsible for it, and since when it waits."""

    caption: str
    since: datetime
    by: str
    on: date


# --- at the counter ------------------------------------------------------------------------------


def is_supervised(ledger: "Ledger", act: HandlingEvent) -> bool:
    """Tell whether a confirmed act needs no other confirmation."""
    profile = ledger.profile(act.contract_id)
    if not _asks(profile) or act.occurred_at is None or act.confirmed_at is None:
        return True
    days = (act.occurred_at.date(), act.confirmed_at.date())
    return _responsible(ledger.rules.books, profile, act, act.confirmed_by, days)


def told_of_confirming(ledger: "Ledger", confirmed: Iterable[HandlingEvent]) -> tuple[str, ...]:
    """Return what is said to whoever confirms without being responsible for the contract."""
    outside: dict[str, list[HandlingEvent]] = {}
    for act in confirmed:
        if not is_supervised(ledger, act):
            outside.setdefault(act.contract_id, []).append(act)
    told = []
    for contract_id, acts in outside.items():
        role = ledger.profile(contract_id).term("responsible_person")
        what = acts[0].caption() if len(acts) == 1 else f"選んだうち{len(acts)}件"
        told.append(TOLD.format(role=role, acts=what))
    return tuple(told)


def _asks(profile: Profile) -> bool:
    return any(QUERY in clause.evidence for clause in profile.clauses_for(profile.code))


def _responsible(
    books: Books, profile: Profile, act: HandlingEvent, person_id: str, days: Iterable[date]
) -> bool:
    """Tell whether a person was responsible on one of some days, or the act was such a person's."""
    assert act.occurred_at is not None

    def held(who: str, day: date) -> bool:
        mine = books.assignments(act.contract_id, who)
        return any(one.role in RESPONSIBLE and works_on(one, day, books, profile) for one in mine)

    own = held(act.actor_person_id, act.occurred_at.date())
    return own or any(held(person_id, day) for day in days)


# --- in the evidence -----------------------------------------------------------------------------


def eq_supervise(asked: Inquiry) -> Sequence[Row]:
    """Find acts that no responsible person confirmed in time, or that somebody else confirmed."""
    limit = datetime.combine(first_not_late(asked.today, _days(asked)), time(), asked.zone)
    # An entry knows its number sooner than its moment.
    last = asked.last_entered(limit)
    over = asked.acts(
        Where("occurred_at", Op.LT, limit), Where("created_seq", Op.LE, last), WAITING
    )
    late = [id_ for id_, one in corrections(asked).items() if one.since < limit <= one.entered_at]
    others = (
        *(Row(HandlingEvent.type, id_, UNCONFIRMED.format(_caption(asked, id_))) for id_ in late),
        *_in_time(asked, limit, last, len(late)),
        *_by_others(asked, limit),
    )
    return asked.picked(over, ASKED, _is_unconfirmed, UNCONFIRMED, others)


def _caption(asked: Inquiry, id_: str) -> str:
    return asked.caption(HandlingEvent.type, id_)


class Again(NamedTuple):
    """When an act that corrects another was entered, and since when it waits to be confirmed."""

    entered_at: datetime
    since: datetime


def corrections(asked: Inquiry) -> Mapping[str, Again]:
    """Return by id the acts that correct others and wait to be confirmed."""
    acts = asked.acts(WAITING, Where("corrects_event_id", Op.EMPTY, False))
    return asked.listed(acts, ("actor_person_id", *SINCE), _corrects)


def _corrects(
    asked: Inquiry, id_: str, actor: str, occurred_at: datetime, created_at: datetime, corrects: str
) -> Again | None:
    if not _is_unconfirmed(asked, occurred_at, actor):
        return None
    return Again(created_at, waiting_since(asked, occurred_at, created_at, corrects))


def waiting_since(
    asked: Inquiry, occurred_at: datetime, created_at: datetime, corrects: str
) -> datetime:
    """Return since when an act waits to be confirmed: nobody could do so before it was entered.

    Args:
        corrects: id of the act that it corrects, "" for none; where nobody had confirmed that one,
            it waits as long.
    """
    entered = created_at
    for one in asked.chain(corrects) if corrects else ():
        if one.record.status is HandlingStatus.CONFIRMED:
            break
        entered = one.meta.created_at
    return max(occurred_at, entered).astimezone(asked.zone)


def _in_time(asked: Inquiry, limit: datetime, last: int, late: int) -> Iterator[Row]:
    """Count in one row what waits and is not late (K-37), with what was entered, or corrected, since.

    Args:
        last: number of the last entry before `limit`.
        late: number of corrections that were entered since and are late all the same.
    """
    recent = asked.acts(Where("occurred_at", Op.GE, limit), WAITING)
    entered = asked.acts(
        Where("occurred_at", Op.LT, limit), Where("created_seq", Op.GT, last), WAITING
    )
    waiting = (asked.picked(one, ASKED, _is_unconfirmed, UNCONFIRMED) for one in (recent, entered))
    count = sum(map(len, waiting)) - late
    if count:
        role = asked.profile.term("responsible_person")
        yield row(asked.contract, IN_TIME.format(count, role), "due")


def _by_others(asked: Inquiry, limit: datetime) -> Iterator[Row]:
    role = asked.profile.term("responsible_person")
    for id_, one in confirmed_by_others(asked).items():
        name = asked.caption(Person.type, one.by)
        words = STANDS.format(act=one.caption, day=format_short(one.on), person=name, role=role)
        over = one.since < limit
        yield Row(HandlingEvent.type, id_, words, "action" if over else "due")


def eq_late_seen(asked: Inquiry) -> Iterator[Row]:
    """List what was confirmed after its day (K-37), one row for each day on which somebody did so.

    To be read: it is confirmed, and was late for good.
    """
    clauses = asked.asking(QUERY)
    acts = asked.acts(
        Where("status", Op.EQ, HandlingStatus.CONFIRMED), Where("source_file_id", Op.EMPTY, True)
    )
    fields = ("occurred_at", "confirmed_at", "actor_person_id", "corrects_event_id")
    found = asked.listed(acts, fields, _late) if clauses else {}
    by_day: dict[date, list[tuple[date, str]]] = {}
    for id_, (on, limit) in found.items():
        by_day.setdefault(on, []).append((limit, id_))
    for on, late in sorted(by_day.items()):
        limit, id_ = min(late)
        act, day = asked.caption(HandlingEvent.type, id_), format_short(limit)
        words = LATE_ONE if len(late) == 1 else LATE_MANY
        said = words.format(act=act, count=len(late), day=day, on=format_short(on))
        yield Row(HandlingEvent.type, id_, said, NOTE, clauses)


def _late(
    asked: Inquiry, id_: str, occurred_at: datetime, confirmed_at: datetime | None, actor: str,
    corrects: str,
) -> tuple[date, date] | None:  # fmt: skip
    """Return the day of a confirmation that came late, and the day by which it had to come.

    Nearly every act is confirmed within its days: of one that corrects nothing, its row says so.
    """
    if confirmed_at is None or confirmed_at.date() <= occurred_at.date():
        return None
    if not corrects and confirmed_at.date() <= _last_day(asked, occurred_at.date(), days_after):
        return None  # working days are no fewer
    for since, seen in _confirmations(asked, id_):
        limit = _last_day(asked, since.astimezone(asked.zone).date(), after)
        if seen.date() > limit and _is_unconfirmed(asked, occurred_at, actor):
            return seen.date(), limit
    return None


def _confirmations(asked: Inquiry, act_id: str) -> Iterator[tuple[datetime, datetime]]:
    """Yield since when an act, and what it corrects, waited and when that was confirmed, oldest first."""
    since = None
    for one in reversed([*asked.chain(act_id)]):
        act, entered = one.record, one.meta.created_at
        since = since or max(act.occurred_at or entered, entered)
        if act.status is HandlingStatus.CONFIRMED and act.confirmed_at is not None:
            yield since, act.confirmed_at
            since = None


def _days(asked: Inquiry) -> int:
    return terms(asked).days(TERM)


def _last_day(asked: Inquiry, day: date, given: Callable[[date, int], date]) -> date:
    return terms(asked).last_day(TERM, partial(given, day))


def _is_unconfirmed(asked: Inquiry, occurred_at: datetime, actor: str) -> bool:
    # Nobody supervises his own hands.
    return not asked.roles(actor, occurred_at.date()) & RESPONSIBLE


def confirmed_by_others(asked: Inquiry) -> Mapping[str, Confirmed]:
    """Return by id what somebody confirmed who was not responsible for the contract.

    Most confirmations are of people who are responsible ever since; those are not read one by one.
    """
    confirmed = Where("status", Op.EQ, HandlingStatus.CONFIRMED)
    since = _responsible_since(asked)
    narrowed = [tuple(Where("confirmed_by", Op.NE, person) for person in sorted(since))]
    for person, day in sorted(since.items()):
        mine: tuple[Where, ...] = (Where("confirmed_by", Op.EQ, person),)
        if day is not None:
            start = datetime.combine(day, time(), asked.zone)
            mine = (*mine, Where("confirmed_at", Op.LT, start))
        narrowed.append(mine)
    fields = ("caption", "actor_person_id", "confirmed_by", "confirmed_at", *SINCE)
    found: dict[str, Confirmed] = {}
    for where in narrowed:
        found |= asked.listed(asked.acts(confirmed, *where), fields, _by_another)
    return found


def _by_another(
    asked: Inquiry, _id: str, caption: str, actor: str, by: str, at: datetime | None,
    occurred_at: datetime, created_at: datetime, corrects: str,
) -> Confirmed | None:  # fmt: skip
    day = occurred_at.date()
    confirmed_on = at.date() if at else day
    roles = asked.roles(actor, day) | asked.roles(by, day) | asked.roles(by, confirmed_on)
    if roles & RESPONSIBLE:
        return None
    since = waiting_since(asked, occurred_at, created_at, corrects)
    return Confirmed(caption, since, by, confirmed_on)


def _responsible_since(asked: Inquiry) -> dict[str, date | None]:
    """Return who was ever responsible, with the day since when without an end, None if with one."""
    active = {one.id for one in asked.active if one.ends_on is None}
    since: dict[str, date | None] = {}
    for one in asked.all(Assignment):
        if one.role in RESPONSIBLE and one.person_id:
            known = since.get(one.person_id)
            day = one.starts_on if one.id in active else None
            since[one.person_id] = min(known or day, day) if day else known
    return since

"""Pledges, trainings and checks of people that came into the ledger only after their acts (R-47).

The day of a signature or a session is typed; when it was entered is not. It may have been there in
time all the same, which only its own paper shows: it is told under the clauses that ask for it, and
nothing is refused or broken by it. Of consents `models.late_basis` says the same.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.records import Assignment, Person, Record, TrainingSession
from models.rules.labour import labour_terms_checked, needs_labour_terms
from models.rules.people import told_at_once, topics_heard
from models.rules.pledged import pledged
from models.store import Op, Where
from models.versions import Version
from models.wareki import JAPAN, format_short, format_short_moment

QUERY = "EQ-CLEARED"
SENTENCE = (
    "{name}の{what}は、取扱い{acts}の後（{when}）に台帳に登録されました。"
    "前もって済んでいたかは、{paper}で確かめてください。"
)


@dataclass(frozen=True)
class Demand:
    """What the text asks of a person before the first act, and what is recorded of it.

    Attributes:
        query: the query of the clauses that ask for it.
        met: tells whether some versions of the records suffice on a day.
        days: the days from which a record counts.
        what: what a record is called.
        paper: what else shows when it was.
    """

    query: str
    records: Sequence[Record]
    met: Callable[[Sequence[Any], date], bool]
    days: Callable[[Any], Sequence[date | None]]
    what: Callable[[Any], str]
    paper: str


def eq_cleared(asked: Inquiry) -> Iterator[Row]:
    """List what was entered after the acts that it had to come before; nothing against them."""
    people = {one.person_id: None for one in asked.all(Assignment) if one.person_id}
    for person_id in people:
        for demand in _demands(asked, person_id):
            clauses = asked.asking(demand.query)
            if clauses:
                yield from _late(asked, person_id, demand, clauses)


def _demands(asked: Inquiry, person_id: str) -> Iterator[Demand]:
    params, books, contract = asked.profile.params, asked.books, asked.contract.id
    mine = books.assignments(contract, person_id)
    if any(one.role in params.pledge.roles for one in mine):
        word = asked.profile.term("pledge")
        yield Demand(
            "EQ-PLEDGE", books.pledges(contract, person_id),
            lambda found, day: pledged(books, found, day),
            lambda one: (one.signed_on,),
            lambda one: f"{word}（署名日{_day(one.signed_on)}）", "署名した原本",
        )  # fmt: skip
    sessions = books.sessions(contract)
    taught, told = set(params.training.topics), set(params.training.awareness_topics)
    for query, wanted, met in (
        ("EQ-TRAIN", taught, lambda found, day: taught <= topics_heard(found, person_id, day)),
        ("EQ-NOTICE", told, lambda found, day: told_at_once(found, told, person_id, day)),
    ):
        if wanted:
            yield Demand(
                query, [one for one in sessions if _days_of(one, person_id)], met,
                lambda one: _days_of(one, person_id),
                lambda one: f"{one.label}「{one.caption()}」（受講日{_day(_days_of(one, person_id)[0])}）",
                "受講者の署名などの実施の記録",
            )  # fmt: skip
    person = books.find(Person, person_id)
    if person is not None and needs_labour_terms(asked.profile.params, person):
        yield Demand(
            "EQ-LABOUR", mine, labour_terms_checked, lambda one: (one.labour_terms_checked_on,),
            lambda one: f"契約書の確認（確認日{_day(one.labour_terms_checked_on)}）",
            "契約書と確認の記録",
        )  # fmt: skip


def _days_of(session: TrainingSession, person_id: str) -> list[date]:
    """Return when a person took part, nothing when he did not."""
    return [
        one.attended_on
        for one in session.attendance
        if one.attended and one.person_id == person_id and one.attended_on is not None
    ]


def _day(day: date | None) -> str:
    return format_short(day) if day else ""


def _late(
    asked: Inquiry, person_id: str, demand: Demand, clauses: tuple[str, ...]
) -> Iterator[Row]:
    """Say once of a person which acts were sufficed by what was typed, but by nothing known then."""
    days = sorted({day for one in demand.records for day in demand.days(one) if day is not None})
    since = next((day for day in days if demand.met(demand.records, day)), None)
    if since is None:
        return
    known = [one for record in demand.records for one in asked.books.entered(record)]
    known.sort(key=lambda one: one.seq)
    last = _completing(demand, known, max(since, asked.today))
    if last is None or _minute(last) <= datetime.combine(since, time(), JAPAN):
        return
    acts = _acts(asked, person_id, datetime.combine(since, time(), JAPAN), _minute(last))
    missed = [(at, caption) for at, caption in acts if not _met(demand, known, at)]
    if missed:
        at, caption = min(missed)
        made = _completing(demand, known, at.astimezone(JAPAN).date())
        assert made is not None
        told = SENTENCE.format(
            name=asked.name(person_id), what=demand.what(made.record),
            acts=f"{len(missed)}件（{caption}など）" if len(missed) > 1 else f"（{caption}）",
            when=format_short_moment(made.at), paper=demand.paper,
        )  # fmt: skip
        yield Row(made.record.type, made.record.id, told, NOTE, clauses)


def _completing(demand: Demand, known: Sequence[Version[Any]], day: date) -> Version[Any] | None:
    """Return the version with which the ledger first knew what suffices on a day."""
    for number, one in enumerate(known, 1):
        if demand.met([version.record for version in known[:number]], day):
            return one
    return None


def _met(demand: Demand, known: Sequence[Version[Any]], at: datetime) -> bool:
    """Tell whether what the ledger knew at an act sufficed; acts are typed to the minute."""
    then = [one.record for one in known if _minute(one) <= at]
    return demand.met(then, at.astimezone(JAPAN).date())


def _minute(version: Version[Any]) -> datetime:
    return version.at.replace(second=0, microsecond=0)


def _acts(
    asked: Inquiry, person_id: str, began: datetime, end: datetime
) -> list[tuple[datetime, str]]:
    """Return when and what a person did in a time; an older register knew no entries."""
    acts = asked.acts(
        Where("actor_person_id", Op.EQ, person_id),
        Where("source_file_id", Op.EMPTY, True),
        Where("occurred_at", Op.GE, began),
        Where("occurred_at", Op.LT, end),
    )
    return list(asked.listed(acts, ("occurred_at", "caption"), _act).values())


def _act(_asked: Inquiry, _id: str, occurred_at: datetime, caption: str) -> tuple[datetime, str]:
    return occurred_at, caption

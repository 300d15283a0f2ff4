"""Days on which a place was used without the client's consent, between two consents or after the last.

While there is none it is asked for (R-03). What follows ends that and says nothing of the days between:
they stay to be read, as those of things outside do (models/outstaying.py); so does that a consent which
leaves no day between came into the ledger afterwards.
"""

from collections.abc import Iterator
from datetime import date

from models.at_closing import at_closing
from models.codes import Decision
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.late_basis import paper_of
from models.records import Authorization, ContractPlace, Place
from models.rules.case import Case
from models.rules.covered_days import Stretch, stretches
from models.rules.places import (
    ABOUT_PLACES,
    consents_to,
    covers_place,
    is_concerned,
    place_counts,
    wants_consent,
)
from models.rules.staying import term_of
from models.wareki import format_short, format_short_moment

QUERY, PROOF = "EQ-PLACEGAP", "EQ-PLACE"
WHICH = "「{place}」の使用の「{consent}」は、{day}に終わりました。"
BETWEEN = WHICH + "改めて得た「{after}」によるのは、{begins}からです。"
AFTERWARDS = WHICH + "その後も、{last}まで使用する場所でした。"
ENTERED = (
    "「{place}」の使用の「{consent}」は、それによる使用（{day}から）の後（{when}）に台帳に登録されました。"
    "前もって受けていたかは、{paper}で確かめてください。"
)


def eq_place_gaps(asked: Inquiry) -> Iterator[Row]:
    """List the days without a consent of places that had one."""
    clauses = asked.asking(PROOF)
    for one in asked.all(ContractPlace) if clauses else ():
        case = asked.case(one)
        if one.use_from is None or not wants_consent(case) or not is_concerned(case, one):
            continue
        for said in _said(asked, one):
            yield Row(one.type, one.id, said, NOTE, clauses)


def days_without(case: Case, one: ContractPlace, until: date) -> int:
    """Return on how many days, until one, a place was used without the client's consent."""
    if one.use_from is None or not wants_consent(case) or not is_concerned(case, one):
        return 0
    days = _days(case, one, min(one.use_to or until, until))
    return sum((now.last - now.first).days + 1 for now in days if now.consent is None)


def _said(asked: Inquiry, one: ContractPlace) -> Iterator[str]:
    case, today = asked.case(one), (at_closing(asked) or asked).today
    last = min(one.use_to or today, today)
    days = _days(case, one, last)
    name = asked.caption(Place.type, one.place_id)
    for before, now, after in zip(days, days[1:], [*days[2:], None], strict=False):
        if now.consent is not None:
            yield from _entered_late(case, one, name, now)
        if before.consent is None or now.consent is not None:
            continue
        if now.last == now.first == _taken_back_on(case, before.consent):
            continue  # the day itself is there to leave the place
        known = {
            "place": name, "consent": before.consent.caption(), "day": format_short(before.last),
        }  # fmt: skip
        if after is not None and after.consent is not None:
            begins = format_short(after.first)
            yield BETWEEN.format(**known, after=after.consent.caption(), begins=begins)
        elif last < today or not place_counts(case, one):
            yield AFTERWARDS.format(**known, last=format_short(now.last))


def _taken_back_on(case: Case, given: Authorization) -> date | None:
    """Return the day on which the client took a consent back (取消), None where it ended otherwise."""
    return case.books.over_since(given) if given.decision is Decision.REVOKED else None


def _entered_late(case: Case, one: ContractPlace, name: str, now: Stretch) -> Iterator[str]:
    """Say of a consent that carries on that it came into the ledger after that was needed."""
    given = now.consent
    assert given is not None
    for entered in case.books.registered(given.id):
        then = entered.record
        if (
            then.subject in ABOUT_PLACES
            and covers_place(case, then, one)
            and then.covers(now.first)
        ):
            if entered.day > now.first:
                yield ENTERED.format(
                    day=format_short(now.first), place=name, consent=given.caption(),
                    when=format_short_moment(entered.at), paper=paper_of(given),
                )  # fmt: skip
            return


def _days(case: Case, one: ContractPlace, last: date) -> list[Stretch]:
    """Return the days from the first use of a place to one, each with the consent over it."""
    if one.use_from is None or one.use_from > last:
        return []
    given = {each.id: each for each in consents_to(case, one)}
    terms = (term_of(case.books, each) for each in given.values())
    return stretches(
        tuple(term for term in terms if term is not None and term.first <= term.last),
        one.use_from, last,
    )  # fmt: skip

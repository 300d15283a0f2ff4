"""Days on which a place was used without the client's consent, between two consents or after the last.

While there is none it is asked for (R-03). What follows ends that and says nothing of the days between:
they stay to be read, as those of things outside do (models/outstaying.py).
"""

from collections.abc import Iterator
from datetime import date

from models.at_closing import at_closing
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.records import ContractPlace, Place
from models.rules.covered_days import Term, stretches
from models.rules.places import consents_to, is_concerned, place_counts, wants_consent
from models.rules.staying import term_of
from models.wareki import format_short

QUERY, PROOF = "EQ-PLACEGAP", "EQ-PLACE"
WHICH = "「{place}」の使用の「{consent}」は、{day}に終わりました。"
BETWEEN = WHICH + "改めて得た「{after}」によるのは、{begins}からです。"
AFTERWARDS = WHICH + "その後も、{last}まで使用する場所でした。"


def eq_place_gaps(asked: Inquiry) -> Iterator[Row]:
    """List the days without a consent of places that had one."""
    clauses = asked.asking(PROOF)
    for one in asked.all(ContractPlace) if clauses else ():
        case = asked.case(one)
        if one.use_from is None or not wants_consent(case) or not is_concerned(case, one):
            continue
        for said in _said(asked, one, one.use_from):
            yield Row(one.type, one.id, said, NOTE, clauses)


def _said(asked: Inquiry, one: ContractPlace, first: date) -> Iterator[str]:
    today = (at_closing(asked) or asked).today
    last = min(one.use_to or today, today)
    days = stretches(_terms(asked, one), first, last) if first <= last else []
    name = asked.caption(Place.type, one.place_id)
    for before, now, after in zip(days, days[1:], [*days[2:], None], strict=False):
        if before.consent is None or now.consent is not None:
            continue
        known = {
            "place": name, "consent": before.consent.caption(), "day": format_short(before.last),
        }  # fmt: skip
        if after is not None and after.consent is not None:
            begins = format_short(after.first)
            yield BETWEEN.format(**known, after=after.consent.caption(), begins=begins)
        elif last < today or not place_counts(asked.case(one), one):
            yield AFTERWARDS.format(**known, last=format_short(now.last))


def _terms(asked: Inquiry, one: ContractPlace) -> tuple[Term, ...]:
    given = {each.id: each for each in consents_to(asked.case(one), one)}
    terms = (term_of(asked.books, each) for each in given.values())
    return tuple(term for term in terms if term is not None and term.first <= term.last)

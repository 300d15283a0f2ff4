"""When what is taken out is to come back: not after the consents that allow it to be outside (R-08).

A consent that another one follows without a day between them does not end the stay; which fits says
`models.rules.staying`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from models.codes import HandlingKind, Timing
from models.records import Authorization, HandlingEvent, Item
from models.rules.books import Books
from models.rules.covered_days import Term, stretches, without_a_gap
from models.rules.staying import (
    Outside,
    Stay,
    carrying_on,
    others_for,
    stays,
    stays_with,
    term_of,
    why_not,
)
from models.wareki import format_short
from models.workdays import DAY

K = HandlingKind
CARRIES_ON = "、続く「{consent}」でも{day}まで"
NO_FIT = "、「{consent}」は合わない（{why}）"


def too_long(books: Books, one: Authorization, event: HandlingEvent) -> str:
    """Say that what is taken out is to come back only after the consents end, "" if it is not.

    Args:
        one: on which the act rests; those that name the same things carry on, as they were given.
    """
    if not outlasts(one, event):
        return ""
    ends, back = one.valid_until, event.expected_return_at
    assert ends is not None and back is not None
    if (found := _too_short(books, one, event)) is None:
        return ""
    return f"持帰予定は{format_short(back.date())}、有効期間は{format_short(ends)}まで{found[1]}"


def outlasts(one: Authorization, event: HandlingEvent) -> bool:
    """Tell whether what is taken out is to come back only after the consent itself ends."""
    ends, back = one.valid_until, event.expected_return_at
    if event.kind is not K.TAKE_OUT or ends is None or back is None or back.date() <= ends:
        return False
    return event.occurred_at is None or event.occurred_at.date() <= ends  # else it had ended before


def allowed_until(books: Books, one: Authorization, event: HandlingEvent) -> date:
    """Return the last day on which what is taken out may be outside."""
    back = event.expected_return_at
    if back is None:
        return one.valid_until or date.max
    found = _too_short(books, one, event)
    return found[0] if found else back.date()


def _too_short(books: Books, one: Authorization, event: HandlingEvent) -> tuple[date, str] | None:
    """Return until when things may be outside, and what is said of the consents that follow.

    None where all of them may be until they are to come back, or came back.
    """
    ends, back = one.valid_until or date.max, event.expected_return_at
    assert back is not None
    outside = _with_entered(books, event)
    found, ids = [], {line.item_id for line in event.lines}
    first = (event.occurred_at or back).date()
    begins = max(day for day in (one.decided_on, one.valid_from, date.min) if day is not None)
    own = Term(one, min(begins, first), ends, one.decided_on or date.min, named=True)
    mine = [*_left_by(event, map(outside, books.items(ids).values()))]
    for stay in mine:
        until = _needed_until(books, event, stay, back.date())
        terms = [own, *carrying_on(books, stay, [one], outside)]
        last = without_a_gap(stretches(terms, first, until))
        if last is not None and last.last >= until:
            continue
        if last is not None and last.consent is not None and last.consent.id != one.id:
            day = format_short(last.last)
            found.append((last.last, CARRIES_ON.format(consent=last.consent.caption(), day=day)))
        else:
            found.append((ends, _said_of_unfit(books, one, stay, outside)))
    if len(mine) < len(ids):
        return ends, ""
    return min(found, key=lambda pair: pair[0], default=None)


def _with_entered(books: Books, event: HandlingEvent) -> Outside:
    """Return how to tell what is outside of a thing, as if an act were entered now.

    What it replaces is not outside beside it.
    """
    act = replace(event, timing=Timing.ACTUAL)
    gone = {event.id, event.corrects_event_id} - {""}
    instead_of = (books.find(HandlingEvent, id_) for id_ in gone)
    moved = {line.item_id for one in (act, *instead_of) if one for line in one.lines}
    known: dict[str, Sequence[Stay]] = {}

    def outside(item: Item) -> Sequence[Stay]:
        if item.id not in moved:
            return stays(books, item)
        if item.id not in known:
            known[item.id] = tuple(stays_with(books, item, act, gone))
        return known[item.id]

    return outside


def _left_by(event: HandlingEvent, found: Iterable[Sequence[Stay]]) -> Iterator[Stay]:
    """Yield of stays those of an act that is entered."""
    return (stay for each in found for stay in each if stay.acts[0].id == event.id)


def _needed_until(books: Books, event: HandlingEvent, stay: Stay, back: date) -> date:
    """Return until when something has to be allowed outside: until it is to come back.

    What had come back, or was missing, when that day was put off is not meant by it.
    """
    known = stay.pieces
    if not event.corrects_event_id:
        return back
    if books.find(HandlingEvent, event.corrects_event_id) is None:  # it is entered, not being so
        entered = books.entered(event)
        known = tuple(one for one in known if entered and one[0] <= entered[0].day)
    day, left = known[-1] if known else (back, stay.pieces[-1][1])
    return back if left else min(back, day)


def _said_of_unfit(books: Books, one: Authorization, stay: Stay, entered: Outside) -> str:
    """Say of the consents that come right after another why they do not carry on."""
    assert one.valid_until is not None
    after = one.valid_until + DAY
    for other in others_for(books, stay, [one]):
        term = term_of(books, other, ends_early=False)
        covers = term is not None and term.first <= after <= term.last
        if covers and (why := why_not(books, other, stay, after, entered)):
            return NO_FIT.format(consent=other.caption(), why=why)
    return ""

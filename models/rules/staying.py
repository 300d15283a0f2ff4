"""How long what was taken out may stay outside: the days outside, and which consent covers each.

A consent that comes after another carries on what is outside if it names the thing and fits: as many
pieces, those people, that place. It need not be the basis of the take-out, which came before it.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from models import amounts, custody
from models.codes import AuthorizationSubject, Decision, HandlingKind, RuleMode
from models.records import Authorization, HandlingEvent, Item
from models.rules.books import ENDED_LATER, GIVEN, Books
from models.rules.covered_days import Stretch, Term, stretches
from models.rules.shared_out import MOST, share_out
from models.rules.unfit import BETWEEN
from models.rules.used_up import counted, is_counted, is_meant, root_of
from models.rules.who_where import elsewhere, somebody_else, too_much
from models.trips import trips_of
from models.versions import Version
from models.workdays import DAY

K, S = HandlingKind, AuthorizationSubject
NONE = Decimal(0)


class Stay(NamedTuple):
    """Pieces of a thing that one act took out, and how many of them were outside when.

    What is missing is nowhere: it is told as missing, and once it is found it is outside again.

    Attributes:
        acts: by which they left, and which carried them on.
        pieces: how many were outside at the end of each day on which that changed.
        lost: how many got lost outside and are missing still.
    """

    item: Item
    acts: tuple[HandlingEvent, ...]
    pieces: tuple[tuple[date, Decimal], ...]
    lost: Decimal = NONE

    @property
    def first(self) -> date:
        return self.pieces[0][0]

    @property
    def last(self) -> date | None:
        """The day since which none of them is outside; None while some are."""
        day, left = self.pieces[-1]
        return None if left else day

    def on(self, day: date) -> Decimal:
        """Return how many were outside at the end of a day."""
        return next((left for begun, left in reversed(self.pieces) if begun <= day), NONE)

    def until(self, day: date) -> Decimal:
        """Return how many were outside at the end of a day, or until the last came back on it."""
        return self.on(day) or self.on(day - DAY)


Outside = Callable[[Item], Sequence[Stay]]
"""Returns what was ever outside of a thing."""

# --- the days -----------------------------------------------------------------------------------


def stays(books: Books, item: Item) -> Sequence[Stay]:
    """Return what was ever outside of a thing, act by act; read once until something happens."""
    return books.of_acts(("stays", item.id), lambda: tuple(stays_with(books, item)))


def stays_with(
    books: Books, item: Item, entering: HandlingEvent | None = None,
    without: Collection[str] = (),
) -> Iterator[Stay]:  # fmt: skip
    """Yield what is outside of a thing with an act that is entered, and without those it replaces."""
    stood = (act for act in books.happened(item.id) if act.id not in without)
    new = () if entering is None else (entering,)
    acts: dict[str, HandlingEvent] = {}
    latest: dict[str, str] = {}
    pieces: dict[str, dict[date, Decimal]] = {}
    status, before = custody.begin(item), dict[str, Decimal]()
    for act in heapq.merge(stood, new, key=custody.when):
        acts[act.id] = act
        status = amounts.after_standing(item, status, act)
        held, lost = (dict[str, Decimal](), dict[str, Decimal]())
        for trips, found in ((trips_of(status), held), (status.lost_trips, lost)):
            for trip in trips:
                root = root_of(acts, trip.event_id)
                found[root] = found.get(root, NONE) + trip.pieces
                latest[root] = trip.event_id
        day = custody.when(act).date()
        for root in {**before, **held}:
            if root in acts and held.get(root, NONE) != before.get(root, NONE):
                pieces.setdefault(root, {})[day] = held.get(root, NONE)
        before = held
    for root, changes in pieces.items():
        ids = dict.fromkeys((root, latest[root]))
        mine = tuple(acts[id_] for id_ in ids)
        yield Stay(item, mine, tuple(changes.items()), lost.get(root, NONE))


def bases(books: Books, stay: Stay) -> list[Authorization]:
    """Return the consents that the acts name by which something is outside."""
    found = (books.find(Authorization, act.authorization_id) for act in stay.acts)
    return [one for one in found if one is not None]


def days_outside(books: Books, stay: Stay, today: date) -> list[Stretch]:
    """Return the days of a stay until it ended, or until today, each with the consent over it.

    Days under none begin with the first, and end with the last, on which something was outside.
    """
    named = bases(books, stay)
    terms: Iterable[Term] = (*_named(books, named), *carrying_on(books, stay, named))
    if stay.last is None:  # what the client ended is no word for today, whenever it ended
        terms = (
            one if one.consent.decision in GIVEN else one._replace(last=min(one.last, today - DAY))
            for one in terms
        )
    terms = tuple(terms)
    found = stretches(terms, stay.first, stay.last or max(stay.first, today))
    found = _with_the_day_itself(found, terms, stay)
    return [one for each in found if (one := _really_outside(stay, each)) is not None]


def _with_the_day_itself(
    found: Sequence[Stretch], terms: Iterable[Term], stay: Stay
) -> list[Stretch]:
    """Return days with that on which a consent was taken back as its last, for what came back since.

    Nobody brings a thing back before he hears of it; while it is outside, it is asked for that day.
    """
    over = {(one.consent.id, one.last) for one in terms if one.taken_back}
    days = list(found)
    for place, (before, now) in enumerate(pairwise(found)):
        taken = before.consent is not None and (before.consent.id, before.last) in over
        if now.consent is None and taken and (stay.last is not None or now.first < now.last):
            days[place] = days[place]._replace(last=now.first)
            days[place + 1] = now._replace(first=now.first + DAY)
    return [one for one in days if one.first <= one.last]


def _really_outside(stay: Stay, days: Stretch) -> Stretch | None:
    """Return days that no consent covers from the first to the last on which anything was outside.

    None for no day at all: what is missing needs no consent.
    """
    if days.consent is not None:
        return days
    changes = [days.first, *(day for day, _ in stay.pieces if days.first < day <= days.last)]
    outside = [day for day in changes if stay.until(day)]
    if not outside:
        return None
    last = days.last if stay.until(days.last) else outside[-1]
    return days._replace(first=outside[0], last=last)


# --- the consents -------------------------------------------------------------------------------


def _named(books: Books, named: Iterable[Authorization]) -> Iterator[Term]:
    for one in named:
        if (term := term_of(books, one)) is not None:
            yield term._replace(named=True)


def term_of(books: Books, one: Authorization, ends_early: bool = True) -> Term | None:
    """Return the days of a consent, None for one that was never given.

    Args:
        ends_early: it ended when the client took it back, and not as it was given.
    """
    given = books.as_given(one)
    if given is None or (one.decision not in GIVEN and one.decision not in ENDED_LATER):
        return None
    last = given.valid_until or date.max
    if ends_early and one.decision in ENDED_LATER:
        over = books.over_since(one) or books.since(one, "decision")
        last = min(last, over - DAY) if over else last
    decided = given.decided_on or date.min
    first = max(decided, given.valid_from or date.min)
    taken_back = ends_early and one.decision is Decision.REVOKED
    return Term(one, first, last, decided, taken_back=taken_back)


def decided_on(books: Books, one: Authorization) -> date:
    """Return on which day the client gave a consent, also one that ended since."""
    given = books.as_given(one)
    return (given.decided_on if given else None) or date.min


def others_for(books: Books, stay: Stay, named: Iterable[Authorization]) -> Iterator[Authorization]:
    """Yield the consents that name a thing and are to what those are to that its acts name."""
    known = {one.id for one in named}
    for subject in {one.subject: None for one in named}:
        for one in books.authorizations(stay.acts[0].contract_id, subject or ""):
            if one.id not in known and is_named(one, stay.item):
                yield one


def carried_by(books: Books, one: Authorization) -> list[Authorization]:
    """Return the consents that end and whose things a consent names, so that it may carry on."""
    alike = books.authorizations(one.contract_id, one.subject or "")
    named = one.subject is S.EQUIPMENT_TAKE_OUT or any(target.item_id for target in one.targets)
    return [basis for basis in alike if named and basis.id != one.id and basis.valid_until]


def is_named(one: Authorization, item: Item) -> bool:
    """Tell whether a consent names a thing, so that it may carry on.

    One to whatever lies there allows another take-out, not that something stays outside; but for
    computers, whose consent stands and need not be named by any act.
    """
    if any(target.item_id == item.id for target in one.targets):
        return True
    named = any(target.item_id or target.asset_id for target in one.targets)
    return one.subject is S.EQUIPMENT_TAKE_OUT and not named and is_meant(one, item)


def carrying_on(
    books: Books, stay: Stay, named: Sequence[Authorization], entered: Outside | None = None
) -> Iterator[Term]:
    """Yield the days on which other consents allow a stay to go on.

    Args:
        entered: what is outside with an act that is entered; the consents count as they were given.
    """
    for one in others_for(books, stay, named):
        term = term_of(books, one, ends_early=entered is None)
        if term is not None and term.first <= term.last:
            yield from _fitting(books, stay, term, entered)


def _fitting(
    books: Books, stay: Stay, term: Term, entered: Outside | None = None
) -> Iterator[Term]:
    """Yield the days of a consent on which no more is outside than it allows."""
    one, beside = term.consent, [*_beside(books, term.consent, stay, entered)]
    changes = {day for other in (stay, *beside) for day, _ in other.pieces}
    changes |= {
        until + DAY for other in beside if (until := _rests_until(books, other)) != date.max
    }
    days = [term.first, *sorted(day for day in changes if term.first < day <= term.last)]
    for begins, ends in zip(days, [*(day - DAY for day in days[1:]), term.last], strict=True):
        if not _why_not(books, one, stay, begins, beside, entered):
            yield term._replace(first=begins, last=ends)


def why_not(
    books: Books, one: Authorization, stay: Stay, day: date, entered: Outside | None = None
) -> str:
    """Return in a few words why a consent does not allow a stay to go on, "" when it does."""
    beside = [*_beside(books, one, stay, entered)]
    return BETWEEN.join(_why_not(books, one, stay, day, beside, entered))


def _why_not(
    books: Books, one: Authorization, stay: Stay, day: date, beside: Iterable[Stay],
    entered: Outside | None,
) -> list[str]:  # fmt: skip
    found = (_too_many(books, one, stay, day, beside, entered), *_otherwise(books, one, stay))
    return [why for why in found if why]


def _otherwise(books: Books, one: Authorization, stay: Stay) -> list[str]:
    """Return that a consent names somebody else, or another place."""
    act = stay.acts[-1]
    called = (gone.why for gone in elsewhere(books, one, act) if gone.most is RuleMode.WARN)
    return [why for why in (somebody_else(books, one, act), *called) if why]


def _too_many(
    books: Books, one: Authorization, stay: Stay, day: date, beside: Iterable[Stay],
    entered: Outside | None,
) -> str:  # fmt: skip
    if one.quantity_limit is None or not is_meant(one, stay.item):
        return ""
    if not is_counted(one, stay.item.unit):
        return f"数量の上限の単位は「{one.unit}」、外にあるものは「{stay.item.unit}」"
    resting = (
        other
        for other in beside
        if _rests_on(books, one, other, day) and not _left_later(books, one, other, stay)
    )
    left = [(stay.item, stay.until(day)), *((other.item, other.on(day)) for other in resting)]
    total = sum((counted(one, much, item.unit) for item, much in left if much), NONE)
    if total <= one.quantity_limit or _is_its_own(books, one, stay, day, entered):
        return ""
    return too_much(one, total)


def _is_its_own(
    books: Books, one: Authorization, stay: Stay, day: date, entered: Outside | None
) -> bool:
    """Tell whether a stay is this consent's when all that is outside is shared out among several."""
    waiting, found, room = (
        [stay],
        list[tuple[Stay, dict[str, Decimal]]](),
        dict[str, Decimal | None](),
    )
    seen = {_key(stay)}
    while waiting:
        other = waiting.pop(0)
        options = {}
        for basis in _carriers(books, other, day, entered):
            options[basis.id] = _much(
                basis, other, other.until(day) if other is stay else other.on(day)
            )
            if basis.id not in room:
                beside = [*_beside(books, basis, other, entered)]
                room[basis.id] = _room(books, basis, beside, day)
                new = [
                    each for each in beside if _key(each) not in seen and _waits(books, each, day)
                ]
                seen |= {_key(each) for each in new}
                waiting += new
        found.append((other, options))
        if len(found) + len(waiting) > MOST:
            return False
    found.sort(key=lambda each: _key(each[0]))  # whichever of them is asked about, all say the same
    shared = share_out([options for _, options in found], room)
    mine = [_key(other) for other, _ in found].index(_key(stay))
    return shared is not None and shared[mine] == one.id


def _key(stay: Stay) -> tuple[str, str]:
    return stay.item.id, stay.acts[0].id


def _carriers(
    books: Books, stay: Stay, day: date, entered: Outside | None
) -> Iterator[Authorization]:
    """Yield the consents that may carry a stay on, were it not for how much is outside."""
    for one in others_for(books, stay, bases(books, stay)):
        term = term_of(books, one, ends_early=entered is None)
        covers = term is not None and term.first <= day <= term.last
        if covers and not _otherwise(books, one, stay) and _is_countable(one, stay.item):
            yield one


def _is_countable(one: Authorization, item: Item) -> bool:
    limited = one.quantity_limit is not None and is_meant(one, item)
    return not limited or is_counted(one, item.unit)


def _much(one: Authorization, stay: Stay, pieces: Decimal) -> Decimal:
    limited = one.quantity_limit is not None and is_meant(one, stay.item) and pieces
    return counted(one, pieces, stay.item.unit) if limited else NONE


def _room(books: Books, one: Authorization, beside: Iterable[Stay], day: date) -> Decimal | None:
    """Return how much a consent allows beside what acts name it for, None for any amount."""
    if one.quantity_limit is None:
        return None
    own = (other for other in beside if one.id in {each.id for each in bases(books, other)})
    return one.quantity_limit - sum((_much(one, other, other.on(day)) for other in own), NONE)


def _waits(books: Books, stay: Stay, day: date) -> bool:
    """Tell whether a stay needs a consent that carries it on."""
    return bool(stay.on(day)) and _rests_until(books, stay) < day


def _rests_on(books: Books, one: Authorization, stay: Stay, day: date) -> bool:
    return one.id in {named.id for named in bases(books, stay)} or _rests_until(books, stay) < day


def _left_later(books: Books, one: Authorization, other: Stay, stay: Stay) -> bool:
    """Tell whether something left when a consent already carried a stay on: that act is asked.

    It left under that consent, or under one that was over by then and so took room of no other.
    """
    named = one.id in {basis.id for basis in bases(books, other)}
    over = _rests_until(books, other) < other.first
    return (named or over) and other.first > _rests_until(books, stay)


def _rests_until(books: Books, stay: Stay) -> date:
    """Return the last day on which a stay needs no other consent than those its acts name."""
    return max((term.last for term in _named(books, bases(books, stay))), default=date.max)


def _beside(
    books: Books, one: Authorization, stay: Stay, entered: Outside | None = None
) -> Iterator[Stay]:
    """Yield what else may be outside under a consent that has a limit: it named it, or an act it."""
    if one.quantity_limit is None:
        return
    ids = {target.item_id for target in one.targets if target.item_id}
    ids |= {line.item_id for act in books.acts_under(one.id) for line in act.lines}
    mine = {act.id for act in stay.acts}
    for item in books.items(ids).values():
        if not (is_meant(one, item) and is_counted(one, item.unit)):
            continue
        for other in stays(books, item) if entered is None else entered(item):
            named = {basis.id for basis in bases(books, other)}
            same = item.id == stay.item.id and other.acts[0].id in mine
            if not same and named and (one.id in named or is_named(one, item)):
                yield other


def known_since(
    books: Books, one: Authorization, item: Item, day: date
) -> Version[Authorization] | None:
    """Return with which entry a consent covered a thing on a day for the first time."""
    now = books.find(Authorization, one.id) or one
    for entered in books.registered(one.id):
        then = entered.record
        if then.subject is now.subject and is_named(then, item) and then.covers(day):
            return entered
    return None

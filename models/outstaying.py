"""What stays outside longer than the client's word for it (SK-11.2; K-12).

Taking out was allowed on its day. A consent that ends, or that the client takes back, while the thing
is still outside allows it no more: it comes back, or the client is asked again. Which consent covers
which day says `models.rules.staying`; here it is told, asked for, and afterwards to be read.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from models import custody
from models.codes import (
    CONTENT_GONE_STATES,
    MISSING_STATES,
    OUT_STATES,
    Decision,
    HandlingKind,
)
from models.evidence_rows import NOTE, Answer, Row, row
from models.inquiry import Inquiry
from models.late_basis import paper_of
from models.records import Authorization, ContractPlace, HandlingEvent, Item, RuleOverride
from models.rules.books import GIVEN
from models.rules.covered_days import Stretch
from models.rules.places import is_allowed, last_consent, place_counts
from models.rules.staying import (
    Stay,
    bases,
    days_outside,
    decided_on,
    known_since,
    others_for,
    stays,
    why_not,
)
from models.store import Op, Where
from models.trips import trips_of
from models.wareki import format_short, format_short_moment
from models.workdays import DAY

K = HandlingKind
QUERY, OPEN_OUT, RULE = "EQ-LATEBACK", "EQ-OPENOUT", "R-10"
DAYS = "days outside"
LATE = "{act}は、持帰予定を過ぎて行われました。理由：{reason}"
WAITED_FOR = OUT_STATES | MISSING_STATES
BASIS, CARRYING = "持ち出した根拠の", "外に置く根拠の"
WHICH = "「{item}」を{basis}「{consent}」は、"
UNFIT = "「{consent}」は、これに合いません（{why}）。"
OVER = (
    WHICH + "{day}に終わりました。{unfit}持ち帰るか、改めて得たものを、"
    "これを対象に選んで「承諾・指示」に登録してください。"
)
ENDED, ENDED_BY = "終わりました", "「{state}」になりました"
BETWEEN = WHICH + "{day}に{ended}。改めて得た「{after}」によるのは、{begins}からです。"
AFTERWARDS = WHICH + "{day}に{ended}。その後も、{back}まで外にありました{lost}。"
FOUND = (
    WHICH + "{day}に{ended}。その後、{found}に見つかったものが、{back}まで外にありました{lost}。"
)
UNFITTED = WHICH + "{days}、これに合いませんでした（{why}）。"
UNFITS = (
    WHICH + "{first}から、これに合いません（{why}）。持ち帰るか、改めて得たものを、"
    "これを対象に選んで「承諾・指示」に登録してください。"
)
LOST = "（{amount}は所在不明です）"
TAKEN_BACK = WHICH + "{day}に「{state}」になりました。{unfit}持ち帰るか、委託者に確かめてください。"
ENTERED = (
    "「{item}」を{day}の後も外に置く根拠の「{consent}」は、その後（{when}）に台帳に登録されました。"
    "前もって受けていたかは、{paper}で確かめてください。"
)
_LEFT = ("kind", "occurred_at", "authorization_id", "lines.item_id", "lines.quantity")
_CAME = ("occurred_at", "lines.item_id", "lines.quantity")
STAYING = (K.TAKE_OUT, K.TRANSPORT)
LEAVING = (*STAYING, K.DISPATCH)
NONE = Decimal(0)
_Moved = tuple[datetime, str, tuple[tuple[str, Decimal | None], ...]]
"""When, the consent that is named, and of each thing how much, None where nobody said."""


class Rest(NamedTuple):
    """Something outside, with its days and the consents over them."""

    stay: Stay
    days: tuple[Stretch, ...]
    named: tuple[Authorization, ...]

    @property
    def under(self) -> Authorization | None:
        """The consent by which it may be outside on the last of these days."""
        return self.days[-1].consent

    @property
    def last(self) -> Authorization:
        """The consent that covered it last, or the one that it was taken out on."""
        covered = (one.consent for one in reversed(self.days) if one.consent is not None)
        return next(covered, self.named[-1])


# --- what is outside now ------------------------------------------------------------------------


def outstaying(asked: Inquiry) -> Iterator[Row]:
    """Find what is outside although the last consent for it has ended."""
    for one in resting(asked):
        if one.under is None:
            yield row(one.stay.item, _said(asked, one))


def outside_under(asked: Inquiry) -> frozenset[str]:
    """Return the ids of the consents on which something outside rests, or rested last."""
    return frozenset((one.under or one.last).id for one in resting(asked))


def resting(asked: Inquiry) -> Sequence[Rest]:
    """Return what is outside under a consent; looked for once."""
    found: Sequence[Rest] = asked.answer("resting outside", _resting).rows
    return found


def _resting(asked: Inquiry) -> Iterator[Rest]:
    for item in asked.items.values():
        if item.state in WAITED_FOR:
            quick = _under_their_own(asked, item)
            found = _rests(asked, item) if quick is None else quick
            yield from (one for one in found if one.stay.last is None)


def _under_their_own(asked: Inquiry, item: Item) -> list[Rest] | None:
    """Return what is outside when the consents that the acts name cover today, as most do.

    Else None: then all has to be looked through that happened to it.
    """
    asked.note(HandlingEvent.type, Authorization.type)
    status = asked.status(item.id)
    found = []
    for trip in trips_of(status) if status is not None else ():
        act = asked.books.find(HandlingEvent, trip.event_id)
        if act is None or act.kind is K.TRANSPORT:
            return None
        basis = asked.books.find(Authorization, act.authorization_id)
        if basis is not None and not basis.covers(asked.today):
            return None
        if basis is not None:
            day = min(custody.when(act).date(), asked.today)
            stay = Stay(item, (act,), ((day, trip.pieces),))
            found.append(Rest(stay, (Stretch(day, asked.today, basis),), (basis,)))
    return found


def _rests(asked: Inquiry, item: Item) -> Iterator[Rest]:
    asked.note(HandlingEvent.type, Item.type, Authorization.type)
    for stay in stays(asked.books, item):
        if named := bases(asked.books, stay):
            days = days_outside(asked.books, stay, asked.today)
            yield Rest(stay, tuple(days), tuple(named))


def needed(asked: Inquiry) -> frozenset[str]:
    """Return the ids of the consents on which something hangs: a copy, a place, what is outside."""
    return _held(asked) | outside_under(asked)


def carried_on(asked: Inquiry) -> frozenset[str]:
    """Return the ids of the consents after whose end another one covers all that hangs on them."""
    goes_on: dict[str, bool] = {}
    for one in resting(asked):
        under = one.under
        if under is not None and under.valid_until is not None:
            then = days_outside(asked.books, one.stay, under.valid_until + DAY)[-1]
            goes_on[under.id] = goes_on.get(under.id, True) and then.consent is not None
    for place, given in _places(asked):
        if given.valid_until is not None and given.covers(asked.today):
            then_too = is_allowed(asked.case(place), place, given.valid_until + DAY)
            goes_on[given.id] = goes_on.get(given.id, True) and then_too
    return frozenset(id_ for id_, on in goes_on.items() if on)


def waiting(asked: Inquiry) -> frozenset[str]:
    """Return the ids of the consents that ended while something needs them, and nothing followed.

    A copy needs its consent when it is made; that it is kept needs none.
    """
    found = {one.last.id for one in resting(asked) if one.under is None}
    for place, given in _places(asked):
        case = asked.case(place)
        if not given.covers(asked.today) and not is_allowed(case, place, asked.today):
            found.add((last_consent(case, place, asked.today) or given).id)
    return frozenset(found)


def _places(asked: Inquiry) -> Iterator[tuple[ContractPlace, Authorization]]:
    """Yield the places in use with the consents that are linked to them."""
    for place in asked.all(ContractPlace):
        given = asked.books.find(Authorization, place.authorization_id)
        if given is not None and place_counts(asked.case(place), place):
            yield place, given


def _held(asked: Inquiry) -> frozenset[str]:
    """Return the ids of the consents on which a copy that is still there or a place rests."""
    copies = {
        item.copy_authorization_id
        for item in asked.items.values()
        if item.copy_authorization_id and item.state not in CONTENT_GONE_STATES
    }
    return frozenset(copies | {given.id for _, given in _places(asked)})


# --- what was outside ---------------------------------------------------------------------------


def outlasted(asked: Inquiry) -> frozenset[str]:
    """Return the ids of the consents after whose end something was outside without any."""
    found = set()
    for one in _ever(asked):
        for before, now in pairwise(one.days):
            if now.consent is None and before.consent is not None:
                found.add(before.consent.id)
    return frozenset(found)


def eq_late_back(asked: Inquiry) -> Iterator[Row]:
    """List what came back after its hour, or had no consent for a while; to be read (R-10, K-12)."""
    clauses = asked.asking(OPEN_OUT)
    for one in asked.all(RuleOverride) if clauses else ():
        if one.rule_id != RULE or one.record_type != HandlingEvent.type:
            continue
        act = asked.books.find(HandlingEvent, one.record_ref)
        if act is not None and act.kind is not K.TAKE_OUT:
            words = LATE.format(act=act.caption(), reason=one.reason)
            yield replace(row(act, words, NOTE), clauses=clauses)
    for found in asked.answer(DAYS, eq_days).rows if clauses else ():
        yield replace(found, clauses=clauses)


def beside_text(asked: Inquiry, clause: str) -> Answer:
    """Return the same of days where no clause asks for what is outside, for what is told beside."""
    found = Answer((), frozenset()) if asked.asks(OPEN_OUT) else asked.answer(DAYS, eq_days)
    return Answer(tuple(replace(one, clauses=(clause,)) for one in found.rows), found.reads)


def eq_days(asked: Inquiry) -> Iterator[Row]:
    """List days outside without any consent, and consents that became known after they began."""
    for one in _ever(asked):
        for place, now in enumerate(one.days[1:], start=1):
            before = one.days[place - 1]
            after = one.days[place + 1] if place + 1 < len(one.days) else None
            if now.consent is not None:
                yield from _entered_late(asked, one, before, now)
            elif before.consent is not None and (after or one.stay.last is not None):
                yield row(one.stay.item, _said_of_days(asked, one, before, now, after), NOTE)


def _ever(asked: Inquiry) -> Sequence[Rest]:
    """Return what is or was outside when a consent ended that an act named."""
    found: Sequence[Rest] = asked.answer("ever outside", _outlasting).rows
    return found


def _outlasting(asked: Inquiry) -> Iterator[Rest]:
    for id_ in _candidates(asked):
        item = asked.items.get(id_)
        for one in _rests(asked, item) if item is not None else ():
            if len(one.days) > 1 and one.stay.acts[0].kind in STAYING:
                yield one


def _candidates(asked: Inquiry) -> dict[str, None]:
    """Return the things that may have been outside when a consent ended, in the order of the acts.

    That all had come back before is known by two lists, of what left and what came; only of the
    rest is all looked through that happened to it.
    """
    asked.note(Authorization.type)
    left = asked.listed(asked.acts(Where("kind", Op.IN, LEAVING)), _LEFT, _left)
    over = {one.id: _last_day(asked, one) for one in asked.all(Authorization)}
    late = [
        (item, at, over[consent])
        for at, consent, lines in left.values()
        if over.get(consent, date.max) < asked.today
        for item, _ in lines
        if not _is_over_by(asked.items.get(item), over[consent])
    ]
    homes = _homes(asked, left.values(), {item for item, _, _ in late}) if late else {}
    found: dict[str, None] = {}
    for item, at, day in late:
        times = homes.get(item, ())
        place = bisect_right(times, at)
        if place == len(times) or times[place].date() > day:
            found[item] = None
    return found


def _homes(
    asked: Inquiry, left: Iterable[_Moved], ids: Collection[str]
) -> Mapping[str, Sequence[datetime]]:
    """Return when all of a thing was surely back that had left it, for some things."""
    moves: dict[str, list[tuple[datetime, bool, Decimal | None]]] = {id_: [] for id_ in ids}
    came = asked.listed(asked.acts(Where("kind", Op.EQ, K.BRING_BACK)), _CAME, _came)
    for back, acts in ((False, left), (True, came.values())):
        for at, _, lines in acts:
            for item, much in lines:
                if item in moves:
                    moves[item].append((at, back, much))
    return {id_: _all_back(sorted(mine, key=lambda one: one[0])) for id_, mine in moves.items()}


def _all_back(moves: Iterable[tuple[datetime, bool, Decimal | None]]) -> list[datetime]:
    """Return after which moves nothing can be outside; how much left may not be known."""
    found: list[datetime] = []
    out: Decimal | None = NONE
    for at, back, much in moves:
        if not back:
            out = None if out is None or much is None else out + much
        elif much is None or (out is not None and out <= much):
            found.append(at)
            out = NONE
        elif out is not None:
            out -= much
    return found


def _is_over_by(item: Item | None, day: date) -> bool:
    """Tell whether nothing of a thing was outside after a day, for nothing happened to it since."""
    if item is None or item.state in WAITED_FOR:
        return item is None
    return item.last_event_at is not None and item.last_event_at.date() <= day


def _last_day(asked: Inquiry, one: Authorization) -> date:
    """Return after which day a consent may count no more, not later than it does."""
    ends = one.valid_until or date.max
    if one.decision in GIVEN:
        return ends
    over = asked.books.over_since(one) or asked.books.since(one, "decision")
    return min(ends, over - DAY) if over is not None else date.min


def _left(
    _asked: Inquiry, _id: str, kind: HandlingKind, at: datetime, consent: str,
    items: tuple[str, ...], quantities: tuple[Decimal, ...],
) -> _Moved:  # fmt: skip
    """Keep what left; what was sent away (外部送付) rests on its consent only that day."""
    named = quantities if len(quantities) == len(items) else (None,) * len(items)
    return at, consent if kind in STAYING else "", tuple(zip(items, named, strict=True))


def _came(
    _asked: Inquiry, _id: str, at: datetime, items: tuple[str, ...],
    quantities: tuple[Decimal, ...],
) -> _Moved | None:  # fmt: skip
    """Keep what came back; where only some lines name a quantity, it is not known which."""
    if len(quantities) not in (0, len(items)):
        return None
    return at, "", tuple(zip(items, quantities or (None,) * len(items), strict=True))


# --- words --------------------------------------------------------------------------------------


def _said(asked: Inquiry, rest: Rest) -> str:
    one, unfit = rest.last, _unfit(asked, rest)
    which = _which(rest, one)
    if why := _lost_its_fit(asked, rest, one, rest.days[-1].first):
        return UNFITS.format(**which, first=format_short(rest.days[-1].first), why=why)
    ended, over = one.valid_until, asked.books.over_since(one)
    ran_out = one.decision is Decision.EXPIRED and (over is None or (ended and ended < over))
    if ended is not None and (ran_out or one.decision in GIVEN):
        return OVER.format(**which, day=format_short(ended), unfit=unfit)
    known = (over, asked.books.since(one, "decision"))
    day = min((one for one in known if one is not None), default=None)
    return TAKEN_BACK.format(
        **which, day=format_short(day) if day else "後", unfit=unfit,
        state=one.decision.label if one.decision else "",
    )  # fmt: skip


def _unfit(asked: Inquiry, rest: Rest) -> str:
    """Say of the consents that would carry on today why they do not."""
    said = ""
    for one in others_for(asked.books, rest.stay, rest.named):
        why = why_not(asked.books, one, rest.stay, asked.today) if one.covers(asked.today) else ""
        said += UNFIT.format(consent=one.caption(), why=why) if why else ""
    return said


def _which(rest: Rest, one: Authorization) -> Mapping[str, str]:
    basis = BASIS if one.id in {named.id for named in rest.named} else CARRYING
    return {"item": rest.stay.item.caption(), "basis": basis, "consent": one.caption()}


def _lost_its_fit(asked: Inquiry, rest: Rest, one: Authorization, day: date) -> str:
    """Say why a consent that had covered a stay, and lasts, does not on a day; "" where it ended."""
    return why_not(asked.books, one, rest.stay, day) if one.covers(day) else ""


def _said_of_days(
    asked: Inquiry, rest: Rest, before: Stretch, now: Stretch, after: Stretch | None
) -> str:
    assert before.consent is not None
    if why := _lost_its_fit(asked, rest, before.consent, now.first):
        days = format_short(now.first)
        days += f"から{format_short(now.last)}まで" if now.first < now.last else ""
        return UNFITTED.format(**_which(rest, before.consent), days=days, why=why)
    state = before.consent.decision
    taken_back = state is Decision.REVOKED and before.last == asked.books.over_since(before.consent)
    ended = ENDED_BY.format(state=state.label) if state and taken_back else ENDED
    which, day = {**_which(rest, before.consent), "ended": ended}, format_short(before.last)
    if after is not None and after.consent is not None:
        begins = format_short(after.first)
        return BETWEEN.format(**which, day=day, after=after.consent.caption(), begins=begins)
    stay = rest.stay
    lost = LOST.format(amount=stay.item.amount(stay.lost)) if stay.lost else ""
    words = FOUND if now.first > before.last + DAY else AFTERWARDS
    back, found = format_short(now.last), format_short(now.first)
    return words.format(**which, day=day, back=back, found=found, lost=lost)


def _entered_late(asked: Inquiry, rest: Rest, before: Stretch, now: Stretch) -> Iterator[Row]:
    """Tell of a consent that carries on and came into the ledger after that was needed."""
    one = now.consent
    if one is None or one.id in {named.id for named in rest.named}:
        return
    known = known_since(asked.books, one, rest.stay.item, now.first)
    ended = now.first - DAY
    if known is None or known.day <= max(ended, decided_on(asked.books, one)):
        return
    said = ENTERED.format(
        item=rest.stay.item.caption(), day=format_short(ended), consent=one.caption(),
        when=format_short_moment(known.at), paper=paper_of(one),
    )  # fmt: skip
    yield row(rest.stay.item, said, NOTE)

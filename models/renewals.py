"""A consent that looks like the next one for something outside, and does not carry it on (K-12, R-10).

Who gets the client's word anew registers it while there is time. That it names another thing, person or
place, fewer pieces or another act than what is outside was told by clause and calendar alone, when the
first one was over; now it is asked when it is entered. It may be meant for something else: that is the
answer, and it is kept.
"""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from models.codes import AuthorizationSubject
from models.outstaying import OPEN_OUT, Rest, resting
from models.profiles import Clause
from models.records import Authorization, Contract, Record
from models.rules.books import GIVEN, Books
from models.rules.staying import days_outside, is_named, why_not
from models.text import search_key
from models.wareki import format_short
from models.workdays import DAY

if TYPE_CHECKING:
    from models.ledger import Ledger

S = AuthorizationSubject
RULE = "R-10"
TAKEN = frozenset({S.TAKE_OUT, S.EQUIPMENT_TAKE_OUT})
ASKED = (
    "外にある「{item}」の根拠の「{consent}」は{day}に終わります。この承諾等は、その後も外に置く根拠になりません（{why}）。"
    "改めて得たものなら、登録の誤りを直すか、持ち帰ってください。別の取扱いのためのものなら、そのことを理由に残してください。"
)
OVER = ASKED.replace("に終わります", "に終わりました")
UNNAMED = "「対象」に「{item}」がない"
OTHER_ACT = "「対象行為」は「{now}」、持ち出したときは「{then}」"


class Unfit(NamedTuple):
    """Something outside that a consent seems to be for and does not carry on.

    Attributes:
        ends: last day on which it may be outside.
        why: in a few words.
    """

    rest: Rest
    ends: date
    why: str

    @property
    def about(self) -> tuple[str, str, str]:
        return self.rest.stay.item.id, self.rest.stay.acts[0].id, self.why


def asked_of(
    ledger: "Ledger", before: Record | None, one: Authorization, books: Books
) -> Iterator[str]:
    """Yield what has to be explained about each thing outside that a consent does not carry on.

    Args:
        before: the version in force, when it is revised; what was asked of it is not asked again.
        books: with the consent as it is entered.
    """
    known: set[tuple[str, str, str]] = set()
    if isinstance(before, Authorization):
        known = {found.about for found in _unfit(ledger, before, ledger.rules.books)}
    for found in _unfit(ledger, one, books):
        if found.about not in known:
            words = OVER if found.ends < ledger.today() else ASKED
            yield words.format(
                item=found.rest.stay.item.caption(), consent=found.rest.last.caption(),
                day=format_short(found.ends), why=found.why,
            )  # fmt: skip


def clauses_of(ledger: "Ledger", one: Authorization) -> tuple[Clause, ...]:
    """Return the clauses that ask for what is outside."""
    asked = ledger.inquiries.of(one.contract_id)
    return tuple(clause for clause in asked.clauses if OPEN_OUT in clause.evidence)


def _unfit(ledger: "Ledger", one: Authorization, books: Books) -> Iterator[Unfit]:
    if one.decision not in GIVEN or ledger.store.get(Contract, one.contract_id) is None:
        return
    today = ledger.today()
    outside = resting(ledger.inquiries.of(one.contract_id))
    named = any(is_named(one, rest.stay.item) for rest in outside)
    for rest in outside:
        ends = _ends(rest)
        if ends is None or one.id in {rest.last.id, *(each.id for each in rest.named)}:
            continue
        day = max(ends + DAY, today)
        if not one.covers(day) or days_outside(books, rest.stay, day)[-1].consent is not None:
            continue
        may_be_meant = not named and not _comes_back(rest, today, day)
        if why := _why(books, one, rest, day, may_be_meant=may_be_meant):
            yield Unfit(rest, ends, why)


def _ends(rest: Rest) -> date | None:
    """Return the last day on which something may be outside, None where none is known."""
    if rest.under is not None:
        return rest.under.valid_until
    return rest.days[-1].first - DAY


def _why(books: Books, one: Authorization, rest: Rest, day: date, *, may_be_meant: bool) -> str:
    """Return why a consent that seems to be for something outside does not carry it on, "" otherwise.

    Args:
        may_be_meant: it may be for a thing that it does not name.
    """
    item, then = rest.stay.item, rest.named[-1].subject
    alike = one.subject in TAKEN and then in TAKEN
    if is_named(one, item) and one.subject in {each.subject for each in rest.named}:
        return why_not(books, one, rest.stay, day)
    if is_named(one, item) and alike and one.subject and then:
        return OTHER_ACT.format(now=one.subject.label, then=then.label)
    if alike and may_be_meant and _continues(one, rest.last, day):
        return UNNAMED.format(item=item.caption())
    return ""


def _comes_back(rest: Rest, today: date, day: date) -> bool:
    """Tell whether something is to be back before a day: then nobody need carry it on.

    Batch after batch goes to the same place, each under a word of its own, while the one before is
    still there.
    """
    back = rest.stay.acts[-1].expected_return_at
    return back is not None and today <= back.date() < day


def _continues(one: Authorization, last: Authorization, day: date) -> bool:
    """Tell whether a consent that does not name a thing looks like the next one after another.

    It goes to the same place, and names no thing at all, or begins when the other is over.
    """
    places = {target.place_id for target in last.targets if target.place_id}
    to = search_key(one.destination_text)
    same = bool(to and to == search_key(last.destination_text)) or any(
        target.place_id in places for target in one.targets
    )
    names_none = not any(target.item_id or target.asset_id for target in one.targets)
    return same and (names_none or one.valid_from == day)

"""What goes beyond the consent that it rests on: more pieces, somebody else, another place.

How many and who is certain. What a place or a firm is called is free text: another name wants a
reason, a name that may be short for it only a look.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from models.codes import AuthorizationSubject, HandlingKind, RuleMode
from models.likeness import Likeness, likeness
from models.records import (
    Authorization,
    HandlingEvent,
    Organization,
    Person,
    Place,
)
from models.rules.books import Books
from models.rules.case import Case
from models.rules.unfit import BETWEEN, unfit
from models.rules.used_up import Things, is_limited, reached, reached_with, unlike_units, uses
from models.text import search_key
from models.wareki import format_short

K, S = HandlingKind, AuthorizationSubject
TO_WHOM = {
    S.TAKE_OUT: "行先",
    S.EQUIPMENT_TAKE_OUT: "行先",
    S.TRANSMIT: "送信先",
    S.DISPATCH: "送付先",
    S.OTHER_PURPOSE: "提供先",
    S.THIRD_PARTY: "提供先",
}
"""What a consent to such an act calls the place or the firm that it names."""
STANDING = {
    K.TAKE_OUT: (S.EQUIPMENT_TAKE_OUT,),
    K.RETURN: (S.INDIRECT_HANDOVER, S.HANDOVER_DESIGNATION),
    K.HAND_OVER: (S.INDIRECT_HANDOVER, S.HANDOVER_DESIGNATION),
}
"""Consents on which an act rests without naming them."""
BEYOND, UNSURE = "の範囲を超えます", "の範囲か、台帳では確かめられません"
ENDS_BEFORE = "の有効期間の終わり（"
"""By these words an exception is known that was made for going beyond a consent."""
SENTENCE = (
    f"「{{consent}}」{BEYOND}（{{why}}）。{{also}}その範囲に収めるか、改めて{{basis}}を得て、"
    "根拠に選んでください。"
)
ALSO = "台帳では確かめられないこともあります（{why}）。"
DOUBT = (
    f"「{{consent}}」{UNSURE}（{{why}}）。同じものを指すときはそのことを、"
    "違うときは理由を入力してください。"
)
LOOK = "「{consent}」の範囲か、確かめてください（{why}）。"


class Beyond(NamedTuple):
    """One thing in which an act goes beyond a consent.

    Attributes:
        why: in a few words.
        most: how strictly it may be asked for at most; None: as strictly as the rule of the act.
    """

    why: str
    most: RuleMode | None = None


def in_one(
    one: Authorization, found: Sequence[Beyond], strict: RuleMode
) -> Iterator[tuple[RuleMode, str]]:
    """Yield what an act goes beyond as one question, and apart from it what wants only a look.

    Args:
        strict: how strictly the rule of the act asks.
    """
    certain = [gone.why for gone in found if gone.most is None]
    doubtful = [gone.why for gone in found if gone.most is RuleMode.WARN]
    looks = [gone.why for gone in found if gone.most is RuleMode.NOTICE]
    consent, doubts = one.caption(), BETWEEN.join(doubtful)
    if certain:
        basis = one.basis_type.label if one.basis_type else ""
        also = ALSO.format(why=doubts) if doubtful else ""
        why = BETWEEN.join(certain)
        yield strict, SENTENCE.format(consent=consent, why=why, also=also, basis=basis)
    elif doubtful and strict is not RuleMode.NOTICE:
        yield RuleMode.WARN, DOUBT.format(consent=consent, why=doubts)
    elif doubtful:
        looks = [*doubtful, *looks]
    if looks:
        yield RuleMode.NOTICE, LOOK.format(consent=consent, why=BETWEEN.join(looks))


def beyond(
    books: Books, one: Authorization, event: HandlingEvent, things: Things
) -> Iterator[Beyond]:
    """Yield in what an act goes beyond a consent that else allows it."""
    if not uses(event):
        return
    if is_limited(one):
        if units := unlike_units(one, event, things):
            why = f"数量の上限の単位は「{one.unit}」、この取扱いは「{'、'.join(units)}」"
            yield Beyond(why, RuleMode.WARN)
        if (total := reached_with(books, one, event, things)) is not None:
            yield Beyond(too_much(one, total))
        yield from _records(one, event)
    for why in (somebody_else(books, one, event), too_long(one, event)):
        if why:
            yield Beyond(why)
    yield from elsewhere(books, one, event)


def too_long(one: Authorization, event: HandlingEvent) -> str:
    """Say that what is taken out is to come back only after a consent has ended, "" if it is not."""
    ends, back = one.valid_until, event.expected_return_at
    if event.kind is not K.TAKE_OUT or ends is None or back is None or back.date() <= ends:
        return ""
    if event.occurred_at is not None and ends < event.occurred_at.date():
        return ""  # it had ended before
    return f"持帰予定は{format_short(back.date())}、有効期間は{format_short(ends)}まで"


def called_otherwise(books: Books, one: Authorization, act: HandlingEvent) -> list[str]:
    """Return of an act the names of places and firms that are unlike those of a consent."""
    return [gone.why for gone in elsewhere(books, one, act) if gone.most is RuleMode.WARN]


def surely_beyond(books: Books, one: Authorization, act: HandlingEvent) -> list[str]:
    """Return in what an act that stands went beyond a consent, but for what may only be named so."""
    if not uses(act):
        return []
    total = used_up(books, one).get(act.id)
    found = (total and too_much(one, total), somebody_else(books, one, act), too_long(one, act))
    return [why for why in found if why]


def used_up(books: Books, one: Authorization) -> dict[str, Decimal]:
    """Return by which acts a consent was used up, read once until something happens."""
    return books.of_acts(("used up", one), partial(reached, books, one)) if is_limited(one) else {}


def too_much(one: Authorization, total: object) -> str:
    """Say how much goes, and how much may."""
    return f"数量の上限{one.quantity_limit:,f}{one.unit}に対し{total:,f}{one.unit}"


def somebody_else(books: Books, one: Authorization, event: HandlingEvent) -> str:
    """Say that nobody of whom a consent names does it, "" when it names nobody or one of them does."""
    meant = [target.person_id for target in one.targets if target.person_id]
    doing = {event.actor_person_id, *(row.performed_by for row in event.sanitization)} - {""}
    if not meant or not doing or doing & set(meant):
        return ""
    carrying = {search_key(name) for row in event.transport for name in row.persons}
    if carrying & {search_key(name) for id_ in meant for name in books.names(Person, id_)}:
        return ""
    return f"承諾等の「人」は{_people(books, meant)}、取扱者は{_people(books, doing)}"


def elsewhere(books: Books, one: Authorization, event: HandlingEvent) -> Iterator[Beyond]:
    """Yield that an act goes to a place or a firm that a consent calls otherwise."""
    word = TO_WHOM.get(one.subject) if one.subject else None
    if word is not None:
        firm = [event.counterpart_name, *_firms(books, (event.counterpart_org_id,))]
        said = [event.destination_text, *_places(books, event.place_to_id), *firm]
        places = [name for t in one.targets for name in _names(books, Place, t.place_id)]
        given = [one.destination_text, *places]
        yield from _called(word, said, given, likeness(firm, given))
    elif one.subject is S.INDIRECT_HANDOVER and one.relay:
        carriers = _firms(books, (row.carrier_org_id for row in event.transport))
        yield from _called("中継する者", carriers, [one.relay])


def _called(
    word: str, said: Sequence[str], given: Sequence[str], firm: Likeness | None = None
) -> Iterator[Beyond]:
    """Compare names.

    Args:
        firm: how alike the receiving firm is, which the place alone does not settle.
    """
    alike = likeness(said, given)
    if alike is None or (alike is Likeness.SAME and firm is not Likeness.UNLIKE):
        return
    named = next(filter(None, given))
    why = f"{word}は「{next(filter(None, said))}」、承諾等では「{named}」"
    yield Beyond(why, RuleMode.WARN if alike is Likeness.UNLIKE else RuleMode.NOTICE)


def _records(one: Authorization, event: HandlingEvent) -> Iterator[Beyond]:
    """Yield that more records go than a limit in 件 says; it may count things as well."""
    limit, count = one.quantity_limit, event.record_count
    if one.unit == "件" and limit is not None and count is not None and count > limit:
        yield Beyond(f"件数は{count:,}件、数量の上限は{limit:,f}件", RuleMode.NOTICE)


# --- names --------------------------------------------------------------------------------------


def _people(books: Books, ids: Iterable[str]) -> str:
    found = (books.find(Person, id_) for id_ in ids)
    return "、".join(f"{one.name}さん" for one in found if one is not None) or "ほかの人"


def _firms(books: Books, ids: Iterable[str]) -> list[str]:
    return [name for id_ in ids for name in _names(books, Organization, id_)]


def _places(books: Books, place_id: str) -> list[str]:
    """Return what a place and those that it lies in are called."""
    found: list[str] = []
    for _ in range(8):  # rooms in floors in buildings; a ring must not hang the program
        place = books.find(Place, place_id)
        if place is None:
            break
        found += [*_names(books, Place, place_id)]
        place_id = place.parent_place_id
    return found


def _names(books: Books, cls: type[Place] | type[Organization], record_id: str) -> list[str]:
    return books.names(cls, record_id) if record_id else []


# --- of a case ----------------------------------------------------------------------------------


def said_beyond(case: Case) -> Iterator[tuple[Authorization, list[Beyond]]]:
    """Yield the consents that an act rests on, named or standing, and goes beyond.

    Only where somebody enters it: what stands was entered by the rules of its time.
    """
    event = case.event_of()
    if event is None or event.kind is None or event.occurred_at is None:
        return
    if not case.asker or event.source_file_id:
        return
    standing = (
        one
        for subject in STANDING.get(event.kind, ())
        for one in case.books.authorizations(case.contract.id, subject)
    )
    for one in {found.id: found for found in (*case.named, *standing)}.values():
        then = case.books.as_of(one, case.day)
        if unfit(then, event.kind, case.day, case.handled) or not then.covers(case.day):
            continue
        if found := list(beyond(case.books, then, event, case.items)):
            yield then, found

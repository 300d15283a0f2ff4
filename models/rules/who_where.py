"""Whom and where a consent names, and whether an act speaks of somebody or somewhere else.

Who does it is certain. What a place or a firm is called is free text: another name wants a reason, a
name that may be short for it only a look.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from models.codes import AuthorizationSubject, RuleMode
from models.likeness import Likeness, likeness
from models.records import Authorization, HandlingEvent, Organization, Person, Place
from models.rules.books import Books
from models.text import search_key

S = AuthorizationSubject
TO_WHOM = {
    S.TAKE_OUT: "行先",
    S.EQUIPMENT_TAKE_OUT: "行先",
    S.TRANSMIT: "送信先",
    S.DISPATCH: "送付先",
    S.OTHER_PURPOSE: "提供先",
    S.THIRD_PARTY: "提供先",
}
"""What a consent to such an act calls the place or the firm that it names."""


class Beyond(NamedTuple):
    """One thing in which an act goes beyond a consent.

    Attributes:
        why: in a few words.
        most: how strictly it may be asked for at most; None: as strictly as the rule of the act.
        longer: nothing but that it lasts longer.
    """

    why: str
    most: RuleMode | None = None
    longer: bool = False


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

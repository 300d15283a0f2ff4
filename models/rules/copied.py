"""How many copies were made under a consent up to each act (R-06).

An act counts together with what was entered before it: what came later, also with an earlier time,
makes nothing too many that was within the number when it was entered, and who enters it is asked.
A correction keeps the place of what it corrects, unless it makes more.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import islice, takewhile
from typing import NamedTuple

from models.codes import AuthorizationSubject, HandlingKind, Timing
from models.records import Authorization, HandlingEvent, HandlingLine, Item, Stored
from models.rules.books import Books
from models.rules.used_up import counted, is_counted

NONE = Decimal(0)
NOTHING: frozenset[str] = frozenset()


class Copied(NamedTuple):
    """What an act made, and what it brought a consent to.

    Attributes:
        mine: how many copies the act made, as the consent counts them.
        total: how many there were with it.
        unlike: units among them that cannot be counted under the consent.
    """

    mine: Decimal
    total: Decimal
    unlike: frozenset[str]


def is_entered(books: Books, given: Authorization, event: HandlingEvent) -> bool:
    """Tell whether an act stands in the ledger, and is not about to be entered."""
    return event.id in _standing(books, given)


def copied_with(
    books: Books, given: Authorization, event: HandlingEvent, originals: Mapping[str, Item]
) -> Copied:
    """Return what an act brings a consent to, or brought it to when it was entered.

    Args:
        originals: what an act that is about to be entered copies.
    """
    known = _standing(books, given)
    if event.id in known:
        return known[event.id]
    mine, unlike = _made(given, event, _things(books, event, originals))
    corrected = known.get(event.corrects_event_id)
    if corrected is not None and mine <= corrected.mine:
        return Copied(mine, corrected.total - corrected.mine + mine, corrected.unlike | unlike)
    total = mine - (corrected.mine if corrected is not None else NONE)
    for one in _beside(books, given, event):
        more, units = _made(given, one, _things(books, one, {}))
        total, unlike = total + more, unlike | units
    last = next(reversed(known.values()), None)
    if last is None:
        return Copied(mine, total, unlike)
    return Copied(mine, last.total + total, last.unlike | unlike)


def copied_beyond(
    books: Books, given: Authorization, event: HandlingEvent, originals: Mapping[str, Item]
) -> list[str]:
    """Return in a few words that an act makes more copies than a consent has, [] within its number."""
    limit = given.quantity_limit
    if event.kind is not HandlingKind.COPY or not is_copying(given) or limit is None:
        return []
    copied = copied_with(books, given, event, originals)
    if copied.unlike:
        units = "、".join(sorted(copied.unlike))
        return [f"数量の単位は「{given.unit}」、写しの単位は「{units}」"]
    if not copied.mine or copied.total <= limit:
        return []
    most, reached = (f"{one.normalize():,f}{given.unit}" for one in (limit, copied.total))
    return [f"部数の上限{most}に対し、これまでと合わせて{reached}"]


def is_copying(given: Authorization) -> bool:
    return given.subject is AuthorizationSubject.COPY


def _beside(books: Books, given: Authorization, event: HandlingEvent) -> Iterator[HandlingEvent]:
    """Yield the copying acts of the same command that come before an act."""
    for act in takewhile(lambda one: one.id != event.id, books.entering):
        if act.kind is HandlingKind.COPY and act.authorization_id == given.id:
            yield act


def too_many(books: Books, given: Authorization) -> frozenset[str]:
    """Return the ids of the acts that made more than a consent allows, or more than can be told."""
    limit = given.quantity_limit
    if limit is None or not is_copying(given):
        return NOTHING
    known = _standing(books, given).items()
    return frozenset(id_ for id_, one in known if one.unlike or (one.mine and one.total > limit))


def _standing(books: Books, given: Authorization) -> dict[str, Copied]:
    """Return all that was copied under a consent by act, and by thing where no act made it."""
    return books.of_acts(("copied", given), partial(_read, books, given))


def _read(books: Books, given: Authorization) -> dict[str, Copied]:
    acts = books.copying_under(given.id)
    spoken = {line.resulting_item_id for act in acts for line in act.record.lines}
    made = {
        one.record.id: (one.meta.created_seq, *_count(given, [(one.record.quantity, one.record.unit)]))
        for one in books.copied_under(given.id)
        if one.record.id not in spoken
    }  # fmt: skip
    made |= {one.record.id: _placed(books, given, one) for one in acts}
    found, total, unlike = {}, NONE, NOTHING
    for id_, (_, mine, units) in sorted(made.items(), key=lambda one: one[1][0]):
        total, unlike = total + mine, unlike | units
        found[id_] = Copied(mine, total, unlike)
    return found


def _placed(
    books: Books, given: Authorization, one: Stored[HandlingEvent]
) -> tuple[int, Decimal, frozenset[str]]:
    """Return the entry from which an act counts, and what it made."""
    act, things = one.record, _things(books, one.record)
    mine, unlike = _made(given, act, things)
    if _said(given, act, things) < mine:
        return _made_more(books, act, things) or one.meta.created_seq, mine, unlike
    entry = one.meta.created_seq
    for before in islice(books.corrections(act.id), 1, None):
        old = before.record
        alike = (old.kind, old.timing, old.authorization_id)
        if alike != (HandlingKind.COPY, Timing.ACTUAL, given.id):
            break
        if _said(given, old, _things(books, old)) < mine:
            break
        entry = before.meta.created_seq
    return entry, mine, unlike


def _made_more(books: Books, act: HandlingEvent, things: Mapping[str, Item]) -> int:
    """Return with which entry the copies of an act became more than it says, 0 for none."""
    last = 0
    for line in act.lines:
        item = things.get(line.resulting_item_id)
        if item is None or line.quantity is None or item.quantity in (None, line.quantity):
            continue
        for version in reversed(books.entered(item)):
            if version.record.quantity != item.quantity:
                break
            last = max(last, version.seq)
    return last


def _things(
    books: Books, event: HandlingEvent, originals: Mapping[str, Item] | None = None
) -> dict[str, Item]:
    """Return what an act copied and made, as far as it is in force or about to be entered."""
    ids = {id_ for line in event.lines for id_ in (line.item_id, line.resulting_item_id)} - {""}
    if originals is None:
        return books.items(ids)
    found = (books.find(Item, id_) for id_ in ids)
    return {**originals, **{item.id: item for item in found if item is not None}}


def _made(
    given: Authorization, event: HandlingEvent, things: Mapping[str, Item]
) -> tuple[Decimal, frozenset[str]]:
    """Return what an act made as it is registered now; units that cannot be counted, too."""
    return _count(given, [_copies(line, things) for line in event.lines])


def _said(given: Authorization, event: HandlingEvent, things: Mapping[str, Item]) -> Decimal:
    """Return what an act itself says that it made."""
    said = ((line.quantity, _copies(line, things)) for line in event.lines)
    return _count(given, [(said or now, unit) for said, (now, unit) in said])[0]


def _copies(line: HandlingLine, things: Mapping[str, Item]) -> tuple[Decimal | None, str]:
    """Return how many pieces a line made, in which unit: that of the original if nobody knows."""
    made = things.get(line.resulting_item_id)
    if made is not None:
        return made.quantity, made.unit
    original = things.get(line.item_id)
    return line.quantity, original.unit if original is not None else ""


def _count(
    given: Authorization, pieces: Iterable[tuple[Decimal | None, str]]
) -> tuple[Decimal, frozenset[str]]:
    """Return as how many copies pieces count, and the units that a consent does not count."""
    known = list(pieces)
    unlike = frozenset(unit for _, unit in known if not is_counted(given, unit))
    return sum((counted(given, *one) for one in known), NONE), unlike

"""Things without an origin: registered, but never received, collected, made or copied (EQ-LEDGER).

An act may register what it receives or makes. When it is taken back, nothing of that ever was here:
the registration goes with it, in the same command, unless something else speaks of the thing. What
was registered apart from the act stays, and is told. Such a thing is not left over at the end of a
contract and cannot be destroyed: its registration is voided, or its receipt recorded.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from models.amounts import BEGINNING, WITHOUT_ORIGIN
from models.codes import Timing
from models.corrected import chain
from models.errors import NotFound
from models.records import HandlingEvent, Item
from models.uses import used_by

if TYPE_CHECKING:
    from models.ledger import Ledger

NAMED = 5  # things that a sentence names
GONE = "この記録で登録された媒体・資料も取り消しました：{things}。"
FALLS = "この記録で登録された媒体・資料（{things}）も、いっしょに取り消します。"
STAYS = "{things}は、受領や作成の記録がなくなりました。" + WITHOUT_ORIGIN


def named(things: Iterable[Item]) -> str:
    captions = [f"「{one.caption()}」" for one in things]
    more = f"ほか{len(captions) - NAMED:,}件" if len(captions) > NAMED else ""
    return "".join(captions[:NAMED]) + more


# --- when an act is taken back -------------------------------------------------------------------


def falls_with(
    ledger: "Ledger", act: HandlingEvent, kept: Collection[str] = frozenset()
) -> list[Item]:
    """Return the things that were registered with an act and that nothing else speaks of.

    Args:
        kept: ids of the things that what takes its place begins as well.
    """
    entered = _commands(ledger, act)
    things = {
        one.id: one
        for one in _begun(ledger, act)
        if one.id not in kept and _command(ledger, Item.type, one.id) in entered
    }
    while used := [
        id_
        for id_, one in things.items()
        if not used_by(ledger.opened.store, one) <= {act.id, *things}
    ]:
        for id_ in used:
            del things[id_]
    return list(things.values())


def foretold(ledger: "Ledger", act: HandlingEvent) -> str:
    """Return what is said before an act is voided, "" where no registration falls with it."""
    falling = falls_with(ledger, act)
    return FALLS.format(things=named(falling)) if falling else ""


def told(
    ledger: "Ledger",
    act: HandlingEvent,
    falling: Iterable[Item],
    kept: Collection[str] = frozenset(),
) -> Iterator[str]:
    """Say which registrations fall with an act, and which of its things have no origin any more."""
    falling = list(falling)
    if falling:
        yield GONE.format(things=named(falling))
    gone = {one.id for one in falling} | set(kept)
    staying = [one for one in _begun(ledger, act) if one.id not in gone]
    if staying and act.timing is Timing.ACTUAL:
        yield STAYS.format(things=named(staying))


def _begun(ledger: "Ledger", act: HandlingEvent) -> list[Item]:
    """Return the things that came here with an act."""
    ids = [
        line.resulting_item_id or (line.item_id if act.kind in BEGINNING else "")
        for line in act.lines
    ]
    found = ledger.store.get_many(Item, [one for one in dict.fromkeys(ids) if one])
    return [one.record for one in found.values() if not one.meta.voided]


def _commands(ledger: "Ledger", act: HandlingEvent) -> set[str]:
    """Return by which commands an act and what it corrects were entered."""
    found = chain(ledger.store, act.id)
    return {_command(ledger, HandlingEvent.type, one.record.id) for one in found}


def _command(ledger: "Ledger", type_: str, record_id: str) -> str:
    entered = ledger.store.history(type_, record_id)
    if not entered:
        raise NotFound(what="指定された記録")
    return entered[0][0].id

"""What the evidence costs: every clause of a contract, the same after one more act, the calendar."""

from dataclasses import replace
from pathlib import Path

from bench.figure import Figure, seconds
from bench.stage import contract, unlock
from models.calendar import calendar
from models.codes import HandlingKind, ItemState
from models.evidence import evidence
from models.ledger import Ledger
from models.records import HandlingEvent, HandlingLine, Item
from models.store import Query


def evidencing(folder: Path) -> list[Figure]:
    """Answer for every clause; the floor reads whose act it was, and nothing more."""
    from bench.beside import Window
    from ui.evidence_facts import read_overview

    ledger = unlock(folder)
    here = contract(ledger)
    floor = seconds(lambda: _least(ledger))
    first = seconds(lambda: _judged(ledger))
    again = []
    for _ in range(5):
        _enter(ledger)
        again.append(seconds(lambda: _judged(ledger)))
    ledger.close()
    ledger = unlock(folder)
    dates = seconds(lambda: calendar(ledger, here.id)) * 1e3
    with Window(ledger, folder) as window:
        window.seconds(lambda _progress: read_overview(ledger, here.id))
    return [
        Figure("evidence of a contract", first, floor, "s", 2),
        *window.figures(),
        Figure("evidence after one more act", max(again) * 1e3, None, "ms", 100),
        Figure("calendar", dates, None, "ms", 100),
    ]


def _least(ledger: Ledger) -> None:
    fields = ("id", "kind", "occurred_at", "actor_person_id", "lines.item_id")
    if not sum(1 for _ in ledger.store.columns(Query(HandlingEvent.type), fields)):
        raise RuntimeError("an empty ledger measures nothing")


def _judged(ledger: Ledger) -> None:
    if not any(rows for one in evidence(ledger, contract(ledger)) for _, rows in one.evidence):
        raise RuntimeError("the stage leaves acts unconfirmed, and nobody noticed")


def _enter(ledger: Ledger) -> None:
    """Use the next stored thing once more, as the last use was."""
    stored = ledger.registers.one(Item, state=ItemState.STORED)
    last = ledger.registers.one(HandlingEvent, kind=HandlingKind.USE)
    assert stored is not None and last is not None
    line = HandlingLine(item_id=stored.record.id, quantity=stored.record.quantity)
    now = ledger.now()
    event = replace(last.record, id="", event_no=None, occurred_at=now, ended_at=now, lines=(line,))
    ledger.handling.record(event)

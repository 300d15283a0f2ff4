"""The ledgers that are measured: made once per size, copied and opened by every measurement."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import main
from models.ledger import Ledger
from models.office import Office
from models.opening import Opening
from models.records import Contract, Organization, Person
from storage.gate import LedgerGate
from storage.kdf import TEST
from ui.sample import cast
from ui.sample.clock import StoryClock
from ui.sample.story import Story

FIRST_DAY = date(2026, 10, 1)
LATER = date(2026, 12, 1)  # after everything that 1,000,000 entries of the story tell
PASSWORD = cast.USERS[0].password
LOGIN = cast.USERS[0].login
DEVICE = "device"


def office(folder: Path, clock: StoryClock, *, rules: bool) -> Office:
    """Return the office of the program with passwords that cost nothing to derive.

    What Argon2id takes is a matter of policy; all figures are without it.
    """
    gate = LedgerGate(kdf=TEST, allow_test_profile=True, device_folder=folder / DEVICE, clock=clock)
    return replace(
        main.build_office(), gate=gate, clock=clock, steady=None, random=os.urandom, rules=rules
    )


def build(folder: Path, entries: int) -> None:
    """Make a ledger with the sample cast, ten days of its story, and uses up to the number.

    The uses are entered 500 to a command, as a register is taken in; `bench.by_hand` signs each.
    """
    clock = StoryClock(FIRST_DAY)
    name, kana, title, employment = cast.PEOPLE["supervisor"]
    person = Person(
        name=name, name_kana=kana, job_title=title, department="業務部",
        employment_type=employment, organization_id="-",
    )  # fmt: skip
    here = office(folder, clock, rules=False)
    ledger, _ = here.create(
        folder / "ledger", Opening(cast.CONTRACTOR, person, LOGIN), PASSWORD
    )  # fmt: skip
    story = Story(ledger, clock, seed=1)
    contractor = ledger.registers.all(Organization)[0].record.id
    supervisor = ledger.registers.all(Person)[0].record.id
    story.set_up(here.profiles["shiki"], "2026-001", contractor, supervisor)
    for number in range(10):
        story.day(date(2026, 10, 1 + number), number)
    story.fill(entries)
    _index(ledger)
    ledger.close()


def refresh(folder: Path) -> None:
    """Derive the tables of a kept ledger again, and its search index, for another schema."""
    ledger = unlock(folder)
    _index(ledger)
    ledger.close()


def _index(ledger: Ledger) -> None:
    while ledger.store.index_search(1000):
        pass


def unlock(folder: Path) -> Ledger:
    """Open the ledger as its responsible person, some weeks later, with the rules asked.

    Each opening is an hour after the one before: an act before those that were measured last would
    be judged anew with all that follow it on the same thing.
    """
    clock = StoryClock(LATER)
    clock.wait(60 * _openings(folder))
    return office(folder, clock, rules=True).unlock(folder / "ledger", LOGIN, PASSWORD)


def _openings(folder: Path) -> int:
    """Return how often this ledger was opened before."""
    kept = folder / "openings"
    before = int(kept.read_text()) if kept.exists() else 0
    kept.write_text(str(before + 1))
    return before


def contract(ledger: Ledger) -> Contract:
    return ledger.registers.all(Contract)[0].record

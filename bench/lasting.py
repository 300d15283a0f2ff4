"""What lasts and is rare: a new data key, a restore with its journal, the erasure of a contract."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import cast

from bench.asking import copy_sealed, written
from bench.beside import Window
from bench.entering import stocktakes
from bench.figure import Figure, seconds
from bench.stage import LATER, LOGIN, PASSWORD, contract, office, unlock
from models.commands import creating, revising
from models.erased import write_numbers
from models.ledger import Ledger
from models.records import ContentErasure
from models.store import Progress
from storage.database import open_database
from storage.ledgers import DATABASE_NAME
from storage.safe import LedgerSafe
from ui.sample.clock import StoryClock

FRAMES = 1000  # commands in the journal that a restore replays


def rotating(folder: Path) -> list[Figure]:
    """Give the ledger a new data key; the floor is SQLCipher's own rekey of the same file."""
    ledger = unlock(folder)
    key = cast(LedgerSafe, ledger.safe).vault.database_key
    (folder / "bare").mkdir()
    shutil.copyfile(folder / "ledger" / DATABASE_NAME, folder / "bare" / DATABASE_NAME)
    bare = open_database(folder / "bare" / DATABASE_NAME, key)
    floor = seconds(lambda: bare.rekey(os.urandom(32)))
    bare.close()
    shutil.rmtree(folder / "bare")

    def renew(progress: Progress) -> None:
        ledger.people.renew_key("計測のための更新", progress)

    with Window(ledger, folder) as window:
        ours = window.seconds(renew)
    return [Figure("new data key", ours, floor, "s", 2, by_ratio=True), *window.figures()]


def restoring(folder: Path) -> list[Figure]:
    """Restore a backup and follow the journal; the floor copies the same bytes with AES-GCM.

    Ours verifies the whole result as well: pages, structure, chain and signatures.
    """
    ledger = unlock(folder)
    written(ledger, folder, folder / "backup")
    journal = folder / "second-disk"  # another measurement may have left a journal
    journal.mkdir()
    ledger.journal.start(journal)
    for event in stocktakes(ledger, FRAMES):
        ledger.handling.record(event)
    head = ledger.store.head()
    ledger.journal.stop("計測のため")
    floor = seconds(lambda: copy_sealed(folder / "backup", folder / "copy"))
    (folder / "copy").unlink()
    here = office(folder, StoryClock(LATER), rules=True)

    def restore(progress: Progress) -> None:
        reached = here.restore(
            folder / "backup", folder / "restored", LOGIN, PASSWORD, progress, journal
        )
        if reached.head.seq < head.seq:
            raise RuntimeError(f"{reached.head.seq} of {head.seq} entries came back")

    with Window(ledger, folder) as window:
        ours = window.seconds(restore)
    for used in ("restored", "second-disk"):
        shutil.rmtree(folder / used)
    (folder / "backup").unlink()
    name = f"restore, {FRAMES:,} commands from the journal"
    return [Figure(name, ours, floor, "s"), *window.figures()]


def erasing(folder: Path) -> list[Figure]:
    """Erase what all entries of the contract say; the floor reads the log.

    Ours derives every table from what is left and overwrites the pages that became free.
    """
    ledger = unlock(folder)
    count = ledger.store.head().seq
    floor = seconds(lambda: sum(1 for _ in ledger.store.entries()))
    with Window(ledger, folder) as window:
        ours = window.seconds(lambda progress: _erase(ledger, progress))
    figure = Figure("erasure of a contract", count / ours, count / floor, "entries/s")
    return [figure, *window.figures()]


def _erase(ledger: Ledger, progress: Progress) -> None:
    """Erase a contract although it goes on: closing it would be another measurement."""
    here = contract(ledger)
    held = ledger.store.holdings(here.id)
    if len(held.numbers) < ledger.store.head().seq / 2:
        raise RuntimeError("what is not there cannot be erased")
    erasure = ContentErasure(
        id=ledger.new_id(),
        contract_id=here.id,
        contract_no=here.contract_no,
        erased_at=ledger.now(),
        entries=len(held.numbers),
        numbers=write_numbers(held.numbers),
        files=len(held.blobs),
        blobs=held.blobs,
        reason="計測のため",
        requested_by=ledger.user.person_id,
        approved_by=ledger.user.person_id,
    )
    stub = replace(here, content_erased_on=ledger.today())
    intents = [revising(stub, "計測のため"), creating(erasure)]
    ledger.commit(intents, also=frozenset(held.records), progress=progress)

"""What writing costs: one durable entry, a register taken in, the tables derived again."""

import os
import resource
import statistics
import time
from pathlib import Path
from typing import cast

from bench.figure import Figure, seconds
from bench.stage import contract, unlock
from models.codes import HandlingKind
from models.ledger import Ledger
from models.records import HandlingEvent, HandlingLine, Item, Place
from models.store import Progress, Query
from storage.database import Database, create_database
from storage.ledger_store import LedgerStore
from storage.safe import LedgerSafe
from ui.intake import take_in

TIMES = 200
MOST_ROWS = 20_000
BESIDE_CONTENT = 16 + 3 * 32 + 64 + 64  # salt, hashes, signature, ids


def entry(folder: Path) -> list[Figure]:
    """Compare one entry at the counter with the same bytes in a bare transaction and an fsync.

    Ours keeps its update journal, on the same disk.
    """
    ledger = unlock(folder)
    (folder / "journal").mkdir()
    ledger.journal.start(folder / "journal")
    bare = create_database(folder / "bare.db", os.urandom(32))
    bare.all("CREATE TABLE raw (seq INTEGER PRIMARY KEY, body BLOB)")
    journal = os.open(folder / "bare.journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    ours, floor = [], []
    for event in stocktakes(ledger, TIMES):
        start = time.perf_counter()
        change = ledger.handling.record(event)
        middle = time.perf_counter()
        body = _bytes_of(ledger, change.head.seq)
        begun = time.perf_counter()
        _bare(bare, journal, body)
        ours.append((middle - start) * 1e3)
        floor.append((time.perf_counter() - begun) * 1e3)
    os.close(journal)
    bare.close()
    ledger.journal.stop("計測が終わったため")  # an import or a rebuild is measured without
    ledger.close()
    worst = sorted(ours)[int(TIMES * 0.99)]
    return [
        Figure("one durable entry", statistics.median(ours), statistics.median(floor), "ms", 2,
               by_ratio=True),
        Figure("one durable entry, p99", worst, sorted(floor)[int(TIMES * 0.99)], "ms"),
    ]  # fmt: skip


def stocktakes(ledger: Ledger, times: int) -> list[HandlingEvent]:
    """Return acts that can follow each other."""
    item = ledger.registers.all(Item)[0].record
    me = ledger.user.person_id
    return [
        HandlingEvent(
            contract_id=item.contract_id,
            kind=HandlingKind.STOCKTAKE,
            purpose="終業時の現品確認",
            occurred_at=ledger.now(),
            actor_person_id=me,
            place_from_id=item.home_place_id,
            lines=(HandlingLine(item_id=item.id, quantity=item.quantity),),
        )
        for _ in range(times)
    ]


def _bytes_of(ledger: Ledger, seq: int) -> bytes:
    written = next(iter(ledger.store.entries(seq, seq)))
    return os.urandom(len(written.content or b"") + BESIDE_CONTENT)


def _bare(bare: Database, journal: int, body: bytes) -> None:
    with bare.transaction():
        bare.all("INSERT INTO raw (body) VALUES (?)", (body,))
    os.write(journal, body)
    os.fdatasync(journal)


def importing(folder: Path) -> list[Figure]:
    """Take a CSV of media in; the floor is reading the same file with the csv module."""
    import csv

    from bench.beside import Window

    ledger = unlock(folder)
    rows = min(MOST_ROWS, ledger.store.head().seq)
    path = folder / "register.csv"
    head = "管理番号,種別,媒体・機器の種類,名称,数量,単位,由来,所有,終了時の扱い,定位置"
    place = ledger.registers.all(Place)[0].record.name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(head + "\r\n")
        for n in range(rows):
            file.write(
                f"N-{n:07d},紙資料,文書,健康診査結果票,{n % 90 + 1},枚,貸与,委託者,返還,{place}\r\n"
            )

    def read() -> None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            sum(len(row) for row in csv.reader(file))

    def take(progress: Progress) -> None:
        take_in(ledger, path, Item, contract_id=contract(ledger).id, progress=progress)

    before = ledger.store.count(Query("item"))
    with Window(ledger, folder) as window:
        begun = _processor_seconds()
        taken = window.seconds(take)
        spent = _processor_seconds() - begun
        entered = ledger.store.count(Query("item")) - before
    if entered != rows:  # a refused row would be cheap
        raise RuntimeError(f"{entered} of {rows} rows were taken in")
    floor = rows / seconds(read)
    figure = Figure(f"import CSV ({rows:,} rows)", rows / taken, floor, "rows/s", 20_000)
    per_row = Figure("  processor time of it, a row", spent / rows * 1e6, None, "µs")
    return [figure, per_row, *window.figures()]


def _processor_seconds() -> float:
    """Return what this process and its ended children have used; others on the machine do not count."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def rebuilding(folder: Path) -> list[Figure]:
    """Derive all tables from the log again; the floor is reading the log."""
    from bench.beside import Window

    ledger = unlock(folder)
    count = ledger.store.head().seq
    floor = seconds(lambda: sum(1 for _ in ledger.store.entries()))
    store, key = ledger.opened.store, cast(LedgerSafe, ledger.safe).vault.database_key
    assert isinstance(store, LedgerStore)
    with Window(ledger, folder) as window:
        ours = window.seconds(lambda progress: store.rebuild(progress, key))
    figure = Figure("rebuild all views", count / ours, count / floor, "entries/s", 20_000)
    return [figure, *window.figures()]

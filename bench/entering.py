"""What writing costs: one durable entry, a register taken in, the tables derived again."""

import os
import resource
import shutil
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from bench.figure import Figure, seconds
from bench.stage import contract, unlock
from models.codes import HandlingKind
from models.ledger import Ledger
from models.records import HandlingEvent, HandlingLine, Item, Place
from models.store import Progress, Query
from storage.backup import DATABASE_NAME
from storage.database import Database, Row, create_database, open_database
from storage.ledger_store import LedgerStore
from storage.safe import LedgerSafe
from ui.intake import take_in

TIMES = 200
MOST_ROWS = 20_000
BESIDE_CONTENT = 16 + 3 * 32 + 64 + 64  # salt, hashes, signature, ids


def entry(folder: Path) -> list[Figure]:
    """Compare one entry at the counter with its rows in a bare transaction and an fsync.

    The same rows go into a copy of the same database, with the same pragmas; a second floor is the
    entry's content alone, as one row of a table that has no index. Ours asks the contract's rules,
    hashes, signs and keeps its update journal, on the same disk.
    """
    shutil.copyfile(folder / "ledger" / DATABASE_NAME, folder / "bare.db")
    ledger = unlock(folder)
    (folder / "journal").mkdir()
    ledger.journal.start(folder / "journal")
    store = ledger.opened.store
    assert isinstance(store, LedgerStore)
    bare = open_database(folder / "bare.db", cast(LedgerSafe, ledger.safe).vault.database_key)
    alone = create_database(folder / "alone.db", os.urandom(32))
    alone.all("CREATE TABLE raw (seq INTEGER PRIMARY KEY, body BLOB)")
    journal = os.open(folder / "bare.journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    ours, floor, least = [], [], []
    events = iter(stocktakes(ledger, 2 * TIMES))
    for heard, timed in zip(events, events, strict=True):
        with listening(store.database) as written:
            change = ledger.handling.record(heard)
        body = _bytes_of(ledger, change.head.seq)
        start = time.perf_counter()
        ledger.handling.record(timed)
        done = time.perf_counter()
        _bare(bare, journal, written, body)
        copied = time.perf_counter()
        _bare(alone, journal, [("INSERT INTO raw (body) VALUES (?)", [(body,)])], body)
        ours.append((done - start) * 1e3)
        floor.append((copied - done) * 1e3)
        least.append((time.perf_counter() - copied) * 1e3)
    os.close(journal)
    bare.close()
    alone.close()
    ledger.journal.stop("計測が終わったため")  # an import or a rebuild is measured without
    ledger.close()
    usual, worst = statistics.median(ours), _late(ours)
    return [
        Figure("one durable entry", usual, statistics.median(floor), "ms", 2, by_ratio=True),
        Figure("one durable entry, p99", worst, _late(floor), "ms"),
        Figure("  against its content as one row", usual, statistics.median(least), "ms"),
    ]


Statement = tuple[str, list[Sequence[Any]]]


@contextmanager
def listening(database: Database) -> Iterator[list[Statement]]:
    """Hear every statement that writes, with its rows."""
    written: list[Statement] = []
    all_, many, insert = database.all, database.many, database.insert

    def hear(sql: str, rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
        kept = list(rows)
        written.append((sql, kept))
        return kept

    def all_heard(sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            hear(sql, [parameters])
        return all_(sql, parameters)

    def many_heard(sql: str, rows: Iterable[Sequence[Any]]) -> None:
        many(sql, hear(sql, rows))

    def insert_heard(rows: Iterable[tuple[str, Sequence[Any]]]) -> None:
        kept = list(rows)
        for sql, row in kept:
            hear(sql, [row])
        insert(kept)

    with patch.multiple(database, all=all_heard, many=many_heard, insert=insert_heard):
        yield written


def _late(taken: Sequence[float]) -> float:
    """Return what one in a hundred exceeds."""
    return sorted(taken)[int(len(taken) * 0.99)]


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


def _bare(
    database: Database, journal: int, written: Sequence[Statement], body: bytes
) -> None:  # fmt: skip
    with database.transaction():
        for sql, rows in written:
            database.many(sql, rows)
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

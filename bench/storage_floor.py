"""Measure the storage floor: what our store costs beside a bare SQLCipher transaction.

    python bench/storage_floor.py [ENTRIES]

Prints one line per figure: ours, the floor measured in the same run, the ratio, and the target of
the design. All data is synthetic; the folder is removed afterwards.
"""

import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models import codes as c
from models.chain import ENTRY_TAG, check_signature, header_bytes, timestamp
from models.commands import creating
from models.records import HandlingEvent, Item
from models.store import Op, Query, Where
from storage.database import Database, create_database
from storage.ledger_store import LedgerStore
from storage.ledgers import DATABASE_NAME, check_snapshot, open_store, snapshot_reader
from storage.verify import verify
from tests import factory
from tests.factory import KEY, START, VAULT_ID, Office

PER_ITEM = 10  # events of one item
BATCH = 10_000


def quiet(done: int, total: int) -> None:
    """Show no progress."""


@contextmanager
def clock(seconds: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - start)


def timed(act: Callable[[], object], times: int = 1) -> float:
    """Return the median seconds of an act."""
    taken: list[float] = []
    for _ in range(times):
        with clock(taken):
            act()
    return statistics.median(taken)


def say(name: str, ours: str, floor: str = "", ratio: str = "", target: str = "") -> None:
    print(f"{name:<44}{ours:>14}{floor:>16}{ratio:>8}  {target}", flush=True)


def fill(office: Office, entries: int) -> tuple[float, float]:
    """Import items and events in large commands; return (making, appending) seconds."""
    people = [factory.person(office.company, n) for n in range(1, 20)]
    office.write([creating(one) for one in people])
    made, appended = [0.0], [0.0]
    items: list[Item] = []
    number = 0
    while number < entries:
        if number % (BATCH * PER_ITEM) == 0:
            items = [factory.item(office.contract, office.room, number + n) for n in range(BATCH)]
            records: list[Item | HandlingEvent] = list(items)
        else:
            records = [_event(office, people, items[n % BATCH], number + n) for n in range(BATCH)]
        taken: list[float] = []
        with clock(taken):
            command, writes = office.draft([creating(one) for one in records])
        with clock(taken):
            office.store.append(command, writes)
        made.append(taken[0])
        appended.append(taken[1])
        number += BATCH
    return sum(made), sum(appended)


def _event(office: Office, people: list, thing: Item, number: int) -> HandlingEvent:
    turn = number // BATCH % PER_ITEM
    kind = c.HandlingKind.RECEIVE if turn == 1 else c.HandlingKind.STOCKTAKE
    return factory.event(
        office.contract, people[number % len(people)], kind, [thing], number,
        START + timedelta(minutes=number), purpose=f"点検{number % 300}のため",
    )  # fmt: skip


def single(office: Office, bare: Database, times: int = 200) -> None:
    """Compare one durable entry with the same bytes in a bare transaction."""
    ours: list[float] = []
    floor: list[float] = []
    bare.all("CREATE TABLE IF NOT EXISTS raw (seq INTEGER PRIMARY KEY, body BLOB)")
    thing = office.item(9_000_000)
    office.handle(c.HandlingKind.RECEIVE, thing)
    for n in range(times):
        event = factory.event(
            office.contract, office.actor, c.HandlingKind.STOCKTAKE, [thing], 9_000_000 + n,
            START + timedelta(days=900, minutes=n),
        )  # fmt: skip
        command, writes = office.draft([creating(event)])
        with clock(ours):
            office.store.append(command, writes)
        entry = writes[0].entry
        body = (entry.content or b"") + bytes(16 + 32 * 3 + 64 + 32 + 32)
        with clock(floor), bare.transaction():
            bare.all("INSERT INTO raw (body) VALUES (?)", (body,))
    a, b = statistics.median(ours), statistics.median(floor)
    say("one durable entry", f"{a * 1e3:.2f} ms", f"{b * 1e3:.2f} ms", f"{a / b:.2f}", "<= 2")
    worst = sorted(ours)[int(times * 0.99)]
    say("one durable entry, p99", f"{worst * 1e3:.2f} ms")


def lists(store: LedgerStore, people: list[str]) -> None:
    """Time the first page of lists, and the whole order."""
    when, who, item = "occurred_at", "actor_person_id", "item"
    rare = Where("purpose", Op.EQ, "点検7のため")
    questions = {
        "entry order": Query("handling_event"),
        "newest first": Query("handling_event", order=((when, True),)),
        "by person": Query("handling_event", order=((who, False), (when, True))),
        "one person, newest first": Query(
            "handling_event", (Where(who, Op.EQ, people[0]),), order=((when, True),)
        ),
        "rare purpose, by number": Query("handling_event", (rare,), order=(("event_no", True),)),
        "by purpose": Query("handling_event", order=(("purpose", False),)),
        "by items": Query("handling_event", order=(("lines_text", True),)),
        "common word, newest first": Query("handling_event", text="点検", order=((when, True),)),
        "rare word, newest first": Query("handling_event", text="M-1234", order=((when, True),)),
        "one contract": Query(
            "handling_event", order=((when, True),), contracts=frozenset({people[1]})
        ),
        "items by name": Query(item, order=(("name", False),)),
        "items by place": Query(item, order=(("current_place_id", False),)),
    }
    for name, query in questions.items():
        store.numbers(query, 128)
        page = timed(lambda q=query: store.rows(q.type, store.numbers(q, 128)), 3)
        count = timed(lambda q=query: store.count(q), 3)
        whole = timed(lambda q=query: store.numbers(q))
        say(f"page: {name}", f"{page * 1e3:.1f} ms", f"all {whole:.2f} s",
            f"{count * 1e3:.0f}ms", "<= 50 ms (page); last: count")  # fmt: skip


def search(store: LedgerStore) -> None:
    start = time.perf_counter()
    while store.index_search(1000):
        pass
    seconds = time.perf_counter() - start
    say("index all texts", f"{store.head().seq / seconds:,.0f}/s", f"{seconds:.1f} s")
    for word in ("点", "点検", "点検7の", "M-1234", "存在しない", "吉野", "申請 束"):
        found = store.search(word)
        taken = timed(lambda w=word: store.search(w), 5)
        say(f"search: {word} ({len(found)})", f"{taken * 1e3:.2f} ms", target="<= 50 ms")


def verification(store: LedgerStore, key: bytes) -> None:
    """Compare the full check with bare hashing of the same bytes plus the same signatures."""
    commands = list(store.commands())
    print(f"  ({len(commands):,} signatures, {store.head().seq:,} entries)")
    start = time.perf_counter()
    for command in commands:
        check_signature(VAULT_ID, command, key)
    signatures = time.perf_counter() - start
    by_seq = {command.first_seq: command for command in commands}
    hashing = 0.0
    command = commands[0]
    for entry in store.entries():
        command = by_seq.get(entry.seq, command)
        at = timestamp(command.recorded_at)
        header = header_bytes(command.id, command.author, at, command.offset, entry)
        start = time.perf_counter()
        hashlib.sha256(ENTRY_TAG + header).digest()
        hashlib.sha256((entry.salt or b"") + (entry.content or b"")).digest()
        hashing += time.perf_counter() - start
    floor = hashing + signatures
    from storage.verify import verify_log

    ours = timed(lambda: verify_log(store.database, VAULT_ID, progress=quiet))
    ratio = f"{ours / floor:.2f}"
    say("pages, chain and signatures", f"{ours:.1f} s", f"{floor:.1f} s", ratio, "<= 2")
    ours = timed(lambda: verify(store, full=True, progress=quiet))
    say("full check with tables", f"{ours:.1f} s")


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office = Office.open(folder)
        store = office.store
        assert isinstance(store, LedgerStore)
        made, appended = fill(office, entries)
        say("hash and sign in memory", f"{entries / made:,.0f}/s")
        say("append in bulk", f"{entries / appended:,.0f}/s", target=">= 20,000/s")
        size = (folder / DATABASE_NAME).stat().st_size
        say("size", f"{size / 1e6:.0f} MB", f"{size / entries:.0f} B/entry")
        single(office, create_database(folder / "bare.db", KEY))
        search(store)
        people = [office.store.find(type(office.actor), Query("person"))[3].record.id]
        lists(store, [*people, office.contract.id])
        verification(store, office.signer.public_key)
        taken = timed(lambda: store.rebuild(quiet))
        say("rebuild", f"{store.head().seq / taken:,.0f}/s", f"{taken:.1f} s", target=">= 20,000/s")
        copy = folder / "copy.db"

        def back_up() -> None:
            with snapshot_reader(store) as snapshot, copy.open("wb") as file:
                file.writelines(snapshot.chunks)

        say("snapshot", f"{size / timed(back_up) / 1e6:,.0f} MB/s")
        say("check the copy", f"{timed(lambda: check_snapshot(copy, KEY)):.1f} s")
        store.close()
        taken = timed(lambda: open_store(folder / DATABASE_NAME, KEY, VAULT_ID).close(), 3)
        say("open to the first question", f"{taken * 1e3:.0f} ms")


if __name__ == "__main__":
    main()

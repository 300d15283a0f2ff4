"""What reading costs: opening, a page of a list, search, full verification, backup."""

import hashlib
import os
import shutil
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.figure import Figure, processor, quiet, seconds
from bench.stage import unlock
from models.chain import ENTRY_TAG, Command, Head, header_bytes, statement_bytes, timestamp
from models.ledger import Ledger
from models.records import Person
from models.store import Op, Progress, Query, Where
from storage.backup import DATABASE_NAME, LedgerFacts, write_backup
from storage.checkpoint import SETTING
from storage.database import open_snapshot
from storage.helpers import run_here
from storage.ledger_store import LedgerStore
from storage.safe import LedgerSafe
from storage.stretch import Pages, Structure
from storage.verify import verify

PAGE = 128
RECORD = 64 * 1024
SIGNATURES = 20_000  # that are measured; the floor of more is a multiple of it
SMALL = 50_000  # entries
HASHES = 40_000  # that lie ready at once
NEWEST = Query("handling_event", order=(("occurred_at", True),))


def opening(folder: Path) -> list[Figure]:
    """Unlock and read the first page, without Argon2id."""

    def act() -> None:
        ledger = unlock(folder)
        _page(ledger, NEWEST)
        ledger.close()

    return [Figure("open to the first page, less Argon2id", seconds(act, 3), None, "s", 0.5)]


def listing(folder: Path) -> list[Figure]:
    """Read pages of the handling list; the floor is the page in entry order."""
    ledger = unlock(folder)
    person = ledger.registers.all(Person)[1].record.id
    who = Where("actor_person_id", Op.EQ, person)
    questions = {
        "page, newest first": NEWEST,
        "page, one person, newest first": Query(
            "handling_event", (who,), order=(("occurred_at", True),)
        ),
        "page, one person, by purpose": Query(
            "handling_event", (who,), order=(("purpose", False),)
        ),
        "page, by person": Query("handling_event", order=(("actor_person_id", False),)),
        "page, by items": Query("handling_event", order=(("lines_text", True),)),
        "page, a common word, newest first": Query(
            "handling_event", text="入力", order=(("occurred_at", True),)
        ),
        "page, a rare word, newest first": Query(
            "handling_event", text="受渡", order=(("occurred_at", True),)
        ),
    }
    plain = Query("handling_event")
    _page(ledger, plain)
    floor = seconds(lambda: _page(ledger, plain), 5) * 1e3
    figures = [
        Figure(name, seconds(lambda q=query: _page(ledger, q), 5) * 1e3, floor, "ms", 50)  # type: ignore[misc]
        for name, query in questions.items()
    ]
    ledger.close()
    return figures


def _page(ledger: Ledger, query: Query) -> None:
    found = ledger.store.rows(query.type, ledger.store.numbers(query, PAGE))
    if not found:
        raise RuntimeError("an empty page measures nothing")


def searching(folder: Path) -> list[Figure]:
    """Search for two characters that are everywhere, rare, and nowhere."""
    ledger = unlock(folder)
    while ledger.store.index_search(1000):
        pass
    words = {"everywhere": "健診", "rare": "受渡", "nowhere": "鯨雲"}
    figures = [
        Figure(
            f"search 2 characters, {where}",
            seconds(lambda w=word: ledger.store.search(w), 5) * 1e3,  # type: ignore[misc]
            None,
            "ms",
            50,
        )
        for where, word in words.items()
    ]
    ledger.close()
    return figures


def verifying(folder: Path) -> list[Figure]:
    """Check everything; the floor is hashing the same bytes and checking the same signatures.

    Ours has two helpers, so the floor has two processes; only their work itself is counted. The
    floor covers the second line alone: order, hashes, contents, authors and signatures, read from
    the encrypted file. What else a full verification does has no floor; it is given in seconds of
    the processor, because it goes on beside the rest.
    """
    from bench.beside import Window

    ledger = unlock(folder)
    floor = _floor(ledger)
    start = processor()
    chain = seconds(lambda: _chain_holds(ledger))
    middle = processor()
    _file_is_whole(ledger)
    of_chain, of_file = middle - start, processor() - middle
    name, times = f"full verification, {_shape(ledger)}", _times(ledger)
    with Window(ledger, folder) as window:
        start = processor()
        ours = window.seconds(lambda progress: _sound(ledger, progress), times)
        of_tables = (processor() - start) / times - of_chain - of_file
    return [
        Figure(name, ours, floor, "s", 2, by_ratio=True),
        Figure("  of which chain and signatures", chain, floor, "s"),
        Figure("  of which pages and structure, processor", of_file, None, "s"),
        Figure("  of which tables against the log, processor", of_tables, None, "s"),
        *window.figures(),
    ]


def _chain_holds(ledger: Ledger) -> None:
    """Check the log from its first entry, without pages and tables."""
    store, safe = ledger.opened.store, ledger.safe
    assert isinstance(store, LedgerStore) and isinstance(safe, LedgerSafe)
    if verify(store, full=False, progress=quiet, key=safe.vault.database_key):
        raise RuntimeError("a log that does not hold")


def _file_is_whole(ledger: Ledger) -> None:
    store, safe = ledger.opened.store, ledger.safe
    assert isinstance(store, LedgerStore) and isinstance(safe, LedgerSafe)
    database = open_snapshot(store.database.path, safe.vault.database_key)
    found = run_here(Structure(derived=True), database) + run_here(
        Pages(safe.vault.database_key), database
    )
    database.close()
    if found:
        raise RuntimeError(str(found))


def _times(ledger: Ledger) -> int:
    """Return how often to measure what takes seconds only in a large ledger."""
    return 3 if ledger.store.head().seq < SMALL else 1


def _shape(ledger: Ledger) -> str:
    commands = sum(1 for _ in ledger.store.commands())
    return "filled" if commands < ledger.store.head().seq / 2 else "by hand"


def _floor(ledger: Ledger) -> float:
    """Return the seconds that two processes need for all hashes and as many signatures."""
    key = ledger.opened.signer.public_key
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        hashing = sum(max(pool.map(_hash, (ready[::2], ready[1::2]))) for ready in _hashed(ledger))
        total, mine = 0, deque[Command](maxlen=SIGNATURES)
        for command in ledger.store.commands():
            total += 1
            if command.author == ledger.opened.user_id:
                mine.append(command)
        signed = [
            (one.signature, statement_bytes(
                ledger.store.vault_id, one.id, one.author, one.first_seq,
                Head(one.last_seq, one.head),
            ))
            for one in mine
        ]  # fmt: skip
        signing = max(pool.map(_check, (key, key), (signed[::2], signed[1::2])))
    return hashing + signing * total / len(mine)


def _hashed(ledger: Ledger) -> Iterator[list[bytes]]:
    """Yield what is hashed, headers and contents, in parts that fit into memory."""
    at = iter(ledger.store.commands())
    command, ready = next(at), []
    for entry in ledger.store.entries():
        while command.last_seq < entry.seq:
            command = next(at)
        moment = timestamp(command.recorded_at)
        header = header_bytes(command.id, command.author, moment, command.offset, entry)
        ready += [ENTRY_TAG + header, (entry.salt or b"") + (entry.content or b"")]
        if len(ready) >= HASHES:
            yield ready
            ready = []
    yield ready


def _hash(ready: list[bytes]) -> float:
    return seconds(lambda: [hashlib.sha256(one).digest() for one in ready])


def _check(key: bytes, signed: list[tuple[bytes, bytes]]) -> float:
    public = Ed25519PublicKey.from_public_bytes(key)
    return seconds(lambda: [public.verify(signature, said) for signature, said in signed])


def _sound(ledger: Ledger, progress: Progress) -> None:
    found = ledger.safe.verify(full=True, progress=progress)
    if found.problems:
        raise RuntimeError(str(found.problems[:3]))


def backing_up(folder: Path) -> list[Figure]:
    """Write and verify a backup; the floor is a copy with AES-GCM, read again from the disk.

    The second figure is of a ledger that its user never had checked: every signature is verified.
    The third leaves out what looks into the database: pages, structure, chain, signatures.
    """
    from bench.beside import Window

    ledger = unlock(folder)
    target = folder / "backups"
    target.mkdir()
    bare = written(ledger, folder, target / "bare")
    shape, times = _shape(ledger), _times(ledger)
    _forget_checks(ledger)
    with Window(ledger, folder) as window:
        first = window.seconds(lambda progress: ledger.safe.backup(target, progress))
        ours = window.seconds(lambda progress: ledger.safe.backup(target, progress), times)
    floor = seconds(lambda: copy_sealed(target / "bare", target / "copy"))
    shutil.rmtree(target)
    return [
        Figure(f"backup + verify, {shape}", ours, floor, "s", 2, by_ratio=True),
        Figure("  the first one, every signature", first, floor, "s"),
        Figure("  of which writing, reading again", bare, floor, "s"),
        *window.figures(),
    ]


def _forget_checks(ledger: Ledger) -> None:
    store = ledger.opened.store
    assert isinstance(store, LedgerStore)
    with store.database.transaction():
        store.database.all("DELETE FROM setting WHERE name GLOB ?", (f"{SETTING}*",))


def written(ledger: Ledger, folder: Path, target: Path) -> float:
    """Write a backup without looking into the database; return the seconds."""
    safe = ledger.safe
    assert isinstance(safe, LedgerSafe)
    head = ledger.store.head()
    with (folder / "ledger" / DATABASE_NAME).open("rb") as database:
        return seconds(
            lambda: write_backup(
                target,
                vault=safe.vault,
                facts=LedgerFacts(head.seq, head.hash, {}),
                database=database,
                database_size=os.fstat(database.fileno()).st_size,
                now=ledger.now(),
            )
        )


def copy_sealed(source: Path, target: Path) -> None:
    """Copy a file with AES-GCM, durably, and read the copy again from the disk."""
    key, nonce = AESGCM(os.urandom(32)), bytes(12)
    with source.open("rb") as old, target.open("wb") as new:
        while data := old.read(RECORD):
            new.write(key.encrypt(nonce, data, None))
        new.flush()
        os.fsync(new.fileno())
    with target.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while data := file.read(RECORD + 16):
            key.decrypt(nonce, data, None)

"""What reading costs: opening, a page of a list, search, full verification, backup."""

import hashlib
import os
import shutil
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.figure import Figure, quiet, seconds
from bench.stage import unlock
from models.chain import ENTRY_TAG, check_signature, header_bytes, timestamp
from models.ledger import Ledger
from models.records import Person
from models.store import Op, Query, Where

PAGE = 128
RECORD = 64 * 1024
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
    """Check everything; the floor is hashing the same bytes and checking the same signatures."""
    ledger = unlock(folder)
    store, key = ledger.store, ledger.opened.signer.public_key
    commands = list(store.commands())
    mine = [command for command in commands if command.author == ledger.opened.user_id]

    def sign_checks() -> None:
        for command in mine:
            check_signature(store.vault_id, command, key)

    hashed = []
    at = iter(commands)
    command = next(at)
    for entry in store.entries():
        while command.last_seq < entry.seq:
            command = next(at)
        moment = timestamp(command.recorded_at)
        header = header_bytes(command.id, command.author, moment, command.offset, entry)
        hashed.append((ENTRY_TAG + header, (entry.salt or b"") + (entry.content or b"")))

    def hashes() -> None:
        for header, content in hashed:
            hashlib.sha256(header).digest()
            hashlib.sha256(content).digest()

    floor = seconds(sign_checks) * len(commands) / len(mine) + seconds(hashes)
    hashed.clear()
    ours = seconds(lambda: _sound(ledger))
    ledger.close()
    return [Figure("full verification", ours, floor, "s", 2, by_ratio=True)]


def _sound(ledger: Ledger) -> None:
    found = ledger.safe.verify(full=True, progress=quiet)
    if found.problems:
        raise RuntimeError(str(found.problems[:3]))


def backing_up(folder: Path) -> list[Figure]:
    """Write and verify a backup; the floor is a copy and AES-GCM over the same bytes."""
    ledger = unlock(folder)
    target = folder / "backups"
    target.mkdir()
    ours = seconds(lambda: ledger.safe.backup(target, quiet))
    ledger.close()
    [made] = target.iterdir()
    floor = seconds(lambda: _copy(made, target / "copy"))
    shutil.rmtree(target)
    return [Figure("backup + verify", ours, floor, "s", 2, by_ratio=True)]


def _copy(source: Path, target: Path) -> None:
    key, nonce = AESGCM(os.urandom(32)), bytes(12)
    with source.open("rb") as old, target.open("wb") as new:
        while data := old.read(RECORD):
            new.write(key.encrypt(nonce, data, None))
        new.flush()
        os.fsync(new.fileno())
    with target.open("rb") as file:
        while data := file.read(RECORD + 16):
            key.decrypt(nonce, data, None)

"""Turn a ledger that was filled 500 entries to a command into one that was entered by hand.

The log is signed once more, every entry as a command of its own: the same contents, salts, times
and authors, so that the derived tables stay as they are. Only a bench may do this, with the key of
the person who filled the ledger and in one transaction.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.stage import DEVICE, unlock
from models.chain import (
    ENTRY_TAG,
    Command,
    Entry,
    Head,
    Signer,
    header_bytes,
    statement_bytes,
    timestamp,
)
from storage import access, log
from storage.database import Database
from storage.head_memory import FILE_NAME
from storage.ledger_store import LedgerStore

BATCH = 100  # a command with more entries than this was filled in


def sign_each(folder: Path) -> None:
    """Give every entry from the first filled command on a command and a signature of its own."""
    ledger = unlock(folder)
    store = ledger.opened.store
    assert isinstance(store, LedgerStore)
    database, signer = store.database, ledger.opened.signer
    with database.transaction():
        start = database.value("SELECT min(first_seq) FROM command WHERE last_seq - first_seq > ?",
                               (BATCH,))  # fmt: skip
        head = store.head()
        previous = database.value("SELECT previous FROM entry WHERE seq = ?", (start,))
        for pairs in log.with_commands(database, start, head.seq):
            made = list(_signed(pairs, previous, store.vault_id, signer))
            previous = made[-1][1].hash
            _replace(database, made)
        if access.exists(database):  # its seals name the heads that are no more
            database.all("DELETE FROM access_line")
            database.all("DELETE FROM access_seal")
    store.close()  # without the seal of this use, which began at a head that is no more
    # This PC remembers the head that is no more.
    (folder / DEVICE / FILE_NAME).unlink(missing_ok=True)


def _signed(
    pairs: list[tuple[Command, Entry]], previous: bytes, vault_id: str, signer: Signer
) -> Iterator[tuple[Command, Entry]]:
    for command, entry in pairs:
        own = os.urandom(16).hex()
        moved = entry._replace(previous=previous)
        header = header_bytes(
            own, command.author, timestamp(command.recorded_at), command.offset, moved
        )
        previous = hashlib.sha256(ENTRY_TAG + header).digest()
        head = Head(entry.seq, previous)
        statement = statement_bytes(vault_id, own, command.author, entry.seq, head)
        yield (
            replace(command, id=own, first_seq=entry.seq, last_seq=entry.seq, head=previous,
                    signature=signer.sign(statement)),
            moved._replace(hash=previous),
        )  # fmt: skip


def _replace(database: Database, made: list[tuple[Command, Entry]]) -> None:
    first, last = made[0][1].seq, made[-1][1].seq
    database.all("DELETE FROM command WHERE first_seq BETWEEN ? AND ?", (first, last))
    database.many(
        "INSERT INTO command VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(c.first_seq, c.last_seq, c.id, c.author, timestamp(c.recorded_at), c.offset, c.head,
          c.signature) for c, _ in made],
    )  # fmt: skip
    database.many(
        "UPDATE entry SET previous = ?, hash = ? WHERE seq = ?",
        [(entry.previous, entry.hash, entry.seq) for _, entry in made],
    )

"""Verify a ledger: pages, chain, signatures, authors, order, head, and the tables against the log.

Reading is one thread; hashing and signature checks are spread over processes, because Ed25519
verification holds Python's lock (measured: two threads are no faster than one). A process gets
plain rows and returns plain problems; it never sees a key of the ledger.
"""

import hashlib
import json
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.chain import (
    ENTRY_TAG,
    Command,
    Entry,
    Head,
    Signer,
    check_entry,
    check_signature,
    commitment,
    header_bytes,
    timestamp,
)
from models.errors import AzukariError, VerificationFailed
from models.gate import Problem
from models.store import Progress
from storage import log
from storage.authors import Authors, account_entries, read_authors
from storage.compare import Comparison
from storage.database import Database, Row
from storage.ledger_store import LedgerStore

CHUNK = 4000
FEW = 8000  # below this, starting processes costs more than they save
CHECKPOINT = "verified"
CHECKPOINT_TAG = b"azukari/checkpoint/1\x00"
_SHOWN = 100

Found = tuple[str, str, str]  # code, where, message: what a process returns


def verify(
    store: LedgerStore,
    *,
    full: bool,
    progress: Progress,
    workers: int = 2,
    signer: tuple[str, Signer] | None = None,
) -> list[Problem]:
    """Check an open ledger; without `full` only what came after the last checkpoint.

    Args:
        signer: account id and key that sign a new checkpoint when nothing was found.

    Raises:
        Cancelled: by `progress`.
    """
    database = store.database
    head = store.head()
    if not full:
        start = _checkpoint(store)
        problems = _verify_chain(
            database, store.vault_id, read_authors(database, account_entries(database)),
            start, head, progress, workers,
        )  # fmt: skip
    else:
        problems = verify_log(database, store.vault_id, progress=progress, workers=workers)
        if not problems:
            problems = list(Comparison(database).problems(progress))
        broken = any(problem.code == "PAGES" for problem in problems)
        if store.attachments is not None and not broken:  # else not even their names can be read
            problems += _attachments(database, store.attachments.verify, progress)
    if not problems and signer is not None and not store.reader:
        _remember(store, head, *signer)
    return problems[:_SHOWN]


def verify_log(
    database: Database, vault_id: str, *, progress: Progress, workers: int = 2
) -> list[Problem]:
    """Check pages, chain, signatures and authors of a whole database, open or a copy."""
    problems = _pages(database)
    if problems:
        return problems
    head = log.head(database)
    authors = read_authors(database)
    if head.seq and authors.vault_id != vault_id:
        problems.append(Problem("ORIGIN", "記帳番号1", "台帳の識別番号が、開設の記帳と違います。"))
    problems += [
        Problem("AUTHOR", f"記帳番号{seq}", sentence) for seq, sentence in authors.intruders()
    ]
    return problems + _verify_chain(
        database, vault_id, authors, Head(0, bytes(32)), head, progress, workers
    )


def _pages(database: Database) -> list[Problem]:
    """Check the MAC of every page, then the structure of the trees."""
    problems = [
        Problem("PAGES", "ledger.db", f"データベースのページが壊れています（{row[0]}）。")
        for row in database.all("PRAGMA cipher_integrity_check")
    ]
    try:
        found = [row[0] for row in database.all("PRAGMA integrity_check(20)")]
    except AzukariError as error:
        return [*problems, Problem("PAGES", "ledger.db", str(error))]
    problems += [
        Problem("PAGES", "ledger.db", f"データベースの構造が壊れています（{line}）。")
        for line in found
        if line != "ok"
    ]
    return problems[:_SHOWN]


# --- chain and signatures -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Task:
    """A stretch of the log as plain values, for another process."""

    vault_id: str
    first: int
    last: int
    previous: bytes  # hash of the entry before `first`
    commands: list[Row]
    entries: list[Row]
    keys: dict[str, bytes]  # command id → key that must have signed it


def _verify_chain(
    database: Database, vault_id: str, authors: Authors, start: Head, head: Head,
    progress: Progress, workers: int,
) -> list[Problem]:  # fmt: skip
    found: list[Found] = []
    total = head.seq - start.seq
    tasks = _tasks(database, vault_id, authors, start, head, found)
    for done, result in _spread(tasks, total, workers):
        found += result
        progress(done, total)
        if len(found) >= _SHOWN:
            break
    return [Problem(*one) for one in found]


def _tasks(
    database: Database, vault_id: str, authors: Authors, start: Head, head: Head,
    found: list[Found],
) -> Iterator[_Task]:  # fmt: skip
    previous, position = start.hash, start.seq + 1
    while position <= head.seq:
        last = min(position + CHUNK - 1, head.seq)
        with database.lock:
            entries = log.raw_entries(database, position, last)
            commands = log.raw_commands(database, position, last)
        keys: dict[str, bytes] = {}
        for command in map(log.read_command, commands):
            if command.first_seq >= position:
                try:
                    keys[command.id] = authors.key_for(command)
                except VerificationFailed as error:
                    found.append(("AUTHOR", f"記帳番号{command.first_seq}", str(error)))
        yield _Task(vault_id, position, last, previous, commands, entries, keys)
        previous = entries[-1][7] if entries else b""
        position = last + 1


def _spread(tasks: Iterator[_Task], total: int, workers: int) -> Iterator[tuple[int, list[Found]]]:
    """Check the tasks here or in processes; results come in order."""
    if workers < 2 or total <= FEW:
        for task in tasks:
            yield task.last, check_task(task)
        return
    # "spawn": a fork of a process with a window and threads may hang.
    context = multiprocessing.get_context("spawn")
    waiting: deque[tuple[int, Future[list[Found]]]] = deque()
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        try:
            for task in tasks:
                waiting.append((task.last, pool.submit(check_task, task)))
                while len(waiting) > 2 * workers:
                    last, future = waiting.popleft()
                    yield last, future.result()
            for last, future in waiting:
                yield last, future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def check_task(task: _Task) -> list[Found]:
    """Check one stretch: order, hashes, contents, heads of commands and signatures."""
    commands = [log.read_command(row) for row in task.commands]
    found = _check_cover(task, commands)
    following = iter(commands)
    command = next(following, None)
    at = timestamp(command.recorded_at) if command else ""
    previous, expected = task.previous, task.first
    for row in task.entries:
        entry = log.read_entry(row)
        if entry.seq != expected:
            found.append(_gap(expected))
            expected = entry.seq
        while command is not None and command.last_seq < entry.seq:
            command = next(following, None)
            at = timestamp(command.recorded_at) if command else ""
        if command is None or command.first_seq > entry.seq:
            found.append(_orphan(entry.seq))
        else:
            found += _check_one(command, at, entry, previous)
        previous, expected = entry.hash, expected + 1
    if expected != task.last + 1:
        found.append(_gap(expected))
    return found


def _check_one(command: Command, at: str, entry: Entry, previous: bytes) -> list[Found]:
    """Check an entry the short way; what does not agree is judged by `models.chain`."""
    found: list[Found] = []
    header = header_bytes(command.id, command.author, at, command.offset, entry)
    whole = hashlib.sha256(ENTRY_TAG + header).digest() == entry.hash
    if entry.salt is not None and entry.content is not None:
        whole = whole and commitment(entry.salt, entry.content) == entry.commitment
    if not whole or entry.previous != previous:
        try:
            check_entry(command, entry, previous)
        except VerificationFailed as error:
            found.append(("CHAIN", f"記帳番号{entry.seq}", str(error)))
    if entry.seq == command.last_seq and entry.hash != command.head:
        found.append(_wrong_head(command))
    return found


def _check_cover(task: _Task, commands: Sequence[Command]) -> list[Found]:
    """Check that commands follow each other without gap, and their signatures."""
    found: list[Found] = []
    expected = None
    for command in commands:
        if expected is not None and command.first_seq != expected:
            found.append(_gap(expected))
        expected = command.last_seq + 1
        key = task.keys.get(command.id)
        if key is None:
            continue  # begins in an earlier stretch, or its author was already reported
        try:
            check_signature(task.vault_id, command, key)
        except VerificationFailed as error:
            found.append(("SIGNATURE", f"記帳番号{command.first_seq}", str(error)))
    return found


def _orphan(seq: int) -> Found:
    return ("GAP", f"記帳番号{seq}", f"記帳番号{seq}の操作の記録がありません。")


def _gap(seq: int) -> Found:
    return ("GAP", f"記帳番号{seq}", f"記帳番号{seq}が抜けています。")


def _wrong_head(command: Command) -> Found:
    return (
        "HEAD",
        f"記帳番号{command.last_seq}",
        f"記帳番号{command.last_seq}が、署名された先頭値と違っています。",
    )


# --- attachments ------------------------------------------------------------------------------


def _attachments(
    database: Database, check_file: Callable[[str], None], progress: Progress
) -> list[Problem]:
    problems: list[Problem] = []
    names = [row[0] for row in database.all("SELECT DISTINCT blob FROM v_attachment ORDER BY 1")]
    for done, name in enumerate(names):
        progress(done, len(names))
        try:
            check_file(name)
        except AzukariError as error:
            problems.append(Problem("ATTACHMENT", name, str(error)))
    return problems


# --- checkpoint -------------------------------------------------------------------------------


def _checkpoint(store: LedgerStore) -> Head:
    """Return the last head that a user signed as verified, or the start when there is none.

    A checkpoint that does not verify is ignored: everything is then checked again.
    """
    start = Head(0, bytes(32))
    try:
        said = json.loads(store.setting(CHECKPOINT) or "{}")
        head = Head(int(said["seq"]), bytes.fromhex(said["head"]))
        signature = bytes.fromhex(said["signature"])
        authors = read_authors(store.database, account_entries(store.database))
        key = authors.key_of(said["author"], head.seq + 1)
        statement = _statement(store.vault_id, head, said["author"])
        Ed25519PublicKey.from_public_bytes(key).verify(signature, statement)
    except (KeyError, TypeError, ValueError, VerificationFailed, InvalidSignature):
        return start
    row = store.database.one("SELECT hash FROM entry WHERE seq = ?", (head.seq,))
    return head if row and row[0] == head.hash else start


def _remember(store: LedgerStore, head: Head, author: str, signer: Signer) -> None:
    signature = signer.sign(_statement(store.vault_id, head, author))
    said = {"author": author, "head": head.hex, "seq": head.seq, "signature": signature.hex()}
    store.set_setting(CHECKPOINT, json.dumps(said))


def _statement(vault_id: str, head: Head, author: str) -> bytes:
    said: dict[str, Any] = {
        "author": author, "head": head.hex, "seq": head.seq, "v": 1, "vault": vault_id,
    }  # fmt: skip
    return CHECKPOINT_TAG + rfc8785.dumps(said)

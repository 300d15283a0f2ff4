"""Check the access log: every line chained, every stretch signed by a user of the ledger."""

from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.access import Seal
from models.chain import EMPTY
from models.codes import BackupKind, SystemEventKind
from models.errors import VerificationFailed
from models.notes import RESTORED
from models.records import BackupRun, SystemEvent
from models.store import Op, Query, Where
from models.verification import Problem
from storage import access, log, notes
from storage.authors import Authors
from storage.database import Database
from storage.ledger_store import LedgerStore

CODE = "ACCESS_LOG"
NOTHING = -(1 << 63)  # before every number, also those that no line of ours has


def access_problems(store: LedgerStore, authors: Authors) -> list[Problem]:
    """Return what does not agree in the access log."""
    return chain_problems(store, authors) or list(_missing_anchors(store))


def chain_problems(store: LedgerStore, authors: Authors) -> list[Problem]:
    """Return what does not agree in the lines and their signatures."""
    database = store.database
    with database.lock:
        if not access.exists(database):
            return []
        found = next(_broken_lines(database), None)
        problems = [found] if found else []
        seals = access.read_seals(database)
        problems += _gaps(seals, access.head(database).seq)
        problems += [
            problem
            for seal in seals
            if (problem := _broken_seal(database, store.vault_id, authors, seal)) is not None
        ]
    return problems


def _broken_lines(database: Database) -> Iterator[Problem]:
    previous, expected = EMPTY.hash, 1
    try:
        for line in access.stream_lines(database, NOTHING):
            if line.number != expected or line.hashed(previous) != line.hash:
                break
            previous, expected = line.hash, expected + 1
        else:
            return
    except (KeyError, TypeError, ValueError):
        pass  # a code or a time that we never wrote
    yield _problem(expected, "この番号の行が、書き換えられたか、抜けています。")


def _gaps(seals: list[Seal], last: int) -> list[Problem]:
    """Every line must stand under exactly one seal."""
    expected = 1
    for seal in seals:
        if seal.first != expected or seal.last < seal.first:
            return [_problem(expected, "署名のない行があります。")]
        expected = seal.last + 1
    return [] if expected == last + 1 else [_problem(expected, "署名のない行があります。")]


def _broken_seal(database: Database, vault_id: str, authors: Authors, seal: Seal) -> Problem | None:
    line = database.value("SELECT hash FROM access_line WHERE number = ?", (seal.last,))
    if not log.contains(database, seal.ledger):
        return _problem(seal.first, "利用が始まったときの記帳が、台帳と一致しません。")
    try:
        if seal.ledger.seq:
            key = authors.key_of(seal.author, seal.ledger.seq + 1)
        else:
            key = authors.first_key  # the ledger was made in that session
        Ed25519PublicKey.from_public_bytes(key).verify(seal.signature, seal.statement(vault_id))
    except (InvalidSignature, VerificationFailed, ValueError):
        return _problem(seal.first, "この行からの署名が、利用者のものと一致しません。")
    if line != seal.hash:
        return _problem(seal.last, "この行が、署名されたときと違います。")
    return None


def _missing_anchors(store: LedgerStore) -> Iterator[Problem]:
    """Compare the log with the lines whose hash was entered when it was reviewed.

    A ledger that was restored without its journal has the log of its backup, which may be older than
    a later review.
    """
    reviewed = Query(
        SystemEvent.type, (Where("kind", Op.EQ, SystemEventKind.ACCESS_REVIEWED),), voided=None
    )
    restored = Query(BackupRun.type, (Where("kind", Op.EQ, BackupKind.RESTORE),))
    if notes.read(store, RESTORED) is not None:
        return  # it is entered with the next command
    runs = store.find(BackupRun, restored, limit=100_000)
    since = max((run.meta.created_seq for run in runs), default=0)
    for stored in store.find(SystemEvent, reviewed, limit=100_000):
        number, _, digest = stored.record.value.partition(" ")
        if stored.meta.created_seq < since or not number.isdigit() or number == "0":
            continue
        row = (
            store.database.value("SELECT hash FROM access_line WHERE number = ?", (int(number),))
            if access.exists(store.database)
            else None
        )
        if row is None or row.hex() != digest:
            yield _problem(
                int(number), "確認したときの記録が、なくなったか、書き換えられています。"
            )


def _problem(number: int, message: str) -> Problem:
    return Problem(CODE, f"利用の記録の{number:,}行目", message)

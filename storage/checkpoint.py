"""What a user found sound, signed by that user: where a later check of theirs may begin.

A checkpoint names a head and every signature up to it (`seals`). It counts only for the key that
signed it: nobody's check believes what somebody else says about the log. It is believed when the
log still has that head; that the entries up to it are the ones of then follows from their hashes,
which every check computes again, and that the signatures are from `seals`.

A checkpoint that does not agree in everything is no problem of the ledger: it is as if there were
none, and all is checked.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.chain import EMPTY, Head, Signer
from storage import log, settings
from storage.database import Database
from storage.files import UNREADABLE
from storage.ledger_store import LedgerStore

SETTING = "verified/"  # and the id of the user
TAG = b"azukari/checkpoint/2\x00"
NO_SEALS = bytes(32)
CHUNK = 5000
_SIGNATURES = (
    "SELECT last_seq, signature FROM command WHERE first_seq > ? AND last_seq <= ?"
    f" ORDER BY first_seq LIMIT {CHUNK}"
)


@dataclass(frozen=True)
class Me:
    """Who checks, and signs what was found sound."""

    id: str
    signer: Signer


@dataclass(frozen=True)
class Checkpoint:
    """A head and the signatures of all commands up to it.

    Attributes:
        seals: SHA-256 of the seals before the last command and its signature, 32 zero bytes at first.
    """

    head: Head = EMPTY
    seals: bytes = NO_SEALS


FROM_THE_START = Checkpoint()


def read(database: Database, vault_id: str, me: Me) -> Checkpoint:
    """Return the checkpoint of a user, or the start of the log when there is none that counts."""
    try:
        said = json.loads(settings.read(database, SETTING + me.id) or "{}")
        head = Head(int(said["seq"]), bytes.fromhex(said["head"]))
        found = Checkpoint(head, bytes.fromhex(said["seals"]))
        signature = bytes.fromhex(said["signature"])
        key = Ed25519PublicKey.from_public_bytes(me.signer.public_key)
        key.verify(signature, _statement(vault_id, me, found))
    except (KeyError, InvalidSignature, *UNREADABLE):
        return FROM_THE_START
    return found if log.contains(database, head) else FROM_THE_START


def signed_up_to(database: Database, vault_id: str, me: Me) -> Checkpoint:
    """Return the user's checkpoint if the signatures up to it are those of then."""
    found = read(database, vault_id, me)
    same = reach(database, FROM_THE_START, found.head) == found
    return found if same else FROM_THE_START


def reach(database: Database, start: Checkpoint, head: Head) -> Checkpoint:
    """Take a checkpoint on to a later head; the signatures between the two hold."""
    seals = start.seals
    for signature in _signatures(database, start.head.seq, head.seq):
        seals = hashlib.sha256(seals + signature).digest()
    return Checkpoint(head, seals)


def remember(store: LedgerStore, me: Me, head: Head, start: Checkpoint = FROM_THE_START) -> None:
    """Sign that the log is sound up to a head, and keep it, unless nothing may be written.

    Args:
        start: one's own checkpoint, if only what came after it was checked.
    """
    if store.reader:
        return
    found = reach(store.database, start, head)
    signature = me.signer.sign(_statement(store.vault_id, me, found))
    said = {
        "head": found.head.hex, "seals": found.seals.hex(), "seq": found.head.seq,
        "signature": signature.hex(),
    }  # fmt: skip
    store.set_setting(SETTING + me.id, json.dumps(said))


def _signatures(database: Database, after: int, last: int) -> Iterator[bytes]:
    while rows := database.all(_SIGNATURES, (after, last)):
        yield from (signature for _, signature in rows)
        after = rows[-1][0]


def _statement(vault_id: str, me: Me, found: Checkpoint) -> bytes:
    said: dict[str, Any] = {
        "author": me.id, "head": found.head.hex, "seals": found.seals.hex(),
        "seq": found.head.seq, "v": 2, "vault": vault_id,
    }  # fmt: skip
    return TAG + rfc8785.dumps(said)

"""Notes in the settings of what is to be entered later: signed when left, asked when read."""

import json
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models import permissions
from models.chain import Head
from models.codes import AccountStatus, BackupKind
from models.notes import NOTES, RESTORED, Note, fits, parse, unfit_words
from models.records import UserAccount
from models.verification import Problem
from storage import log, settings
from storage.checkpoint import Me
from storage.ledger_store import LedgerStore

TAG = b"azukari/note/1\x00"
LATELY = 20  # entries: what a restore with the sheet enters at once
_SINCE = (
    "SELECT 1 FROM entry WHERE seq > ?"
    " AND type NOT IN ('system_event', 'user_account', 'officer_confirmation') LIMIT 1"
)
"""What anybody enters before a restore is: the program, and who may enter nothing else."""


def keep(store: LedgerStore, me: Me, name: str, body: Any) -> None:
    """Leave a note, durably, as the signed-in user."""
    head, text = store.head(), json.dumps(body)
    said = {"author": me.id, "body": text, "head": head.hex, "seq": head.seq}
    signature = me.signer.sign(_statement(store, name, said))
    store.set_setting(name, json.dumps({**said, "signature": signature.hex(), "v": 1}))


def read(store: LedgerStore, name: str) -> Note | None:
    """Return a note that somebody left who may, None for everything else."""
    said = parse(store.setting(name))
    try:
        author, text = str(said["author"]), str(said["body"])
        head = Head(int(said["seq"]), bytes.fromhex(said["head"]))
        signed = {"author": author, "body": text, "head": head.hex, "seq": head.seq}
        key = Ed25519PublicKey.from_public_bytes(_key(store, name, author))
        key.verify(bytes.fromhex(said["signature"]), _statement(store, name, signed))
    except (InvalidSignature, KeyError, OverflowError, TypeError, ValueError):
        return None
    body = parse(text)
    if not fits(name, body) or not _stands(store, name, head):
        return None
    return Note(body, author, head)


def is_restored(store: LedgerStore) -> bool:
    """Tell whether a restore made this ledger a moment ago: it left its note, or was entered."""
    latest = "SELECT 1 FROM v_backup_run WHERE kind = ? AND number > ? LIMIT 1"
    entered = (BackupKind.RESTORE.value, store.head().seq - LATELY)
    return read(store, RESTORED) is not None or bool(store.database.value(latest, entered))


def setting_problems(store: LedgerStore) -> list[Problem]:
    """Name the settings that nobody of us wrote, and the notes of nobody who may."""
    unknown = [one for one in NOTES if store.setting(one) and read(store, one) is None]
    names = dict.fromkeys((*settings.unfit(store.database), *unknown))
    return [Problem("SETTING", name, unfit_words(name)) for name in names]


def _key(store: LedgerStore, name: str, author: str) -> bytes:
    """Return the key of an account in use that may do what such a note is about."""
    found = store.get(UserAccount, author)
    if found is None or found.meta.voided or found.record.status is not AccountStatus.ACTIVE:
        raise ValueError(author)
    role, (act, _) = found.record.app_role, NOTES[name]
    if role is None or not permissions.may(role, act):
        raise ValueError(author)
    return bytes.fromhex(found.record.public_key)


def _stands(store: LedgerStore, name: str, head: Head) -> bool:
    """Tell whether the note was left in this ledger, and a restore not long before."""
    if not log.contains(store.database, head):
        return False
    return name != RESTORED or store.database.one(_SINCE, (head.seq,)) is None


def _statement(store: LedgerStore, name: str, said: dict[str, Any]) -> bytes:
    return TAG + rfc8785.dumps({**said, "name": name, "v": 1, "vault": store.vault_id})

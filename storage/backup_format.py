"""The backup container on paper: manifest, receivers, parts (docs/format.md, "Backup container").

`magic | version | length | manifest JSON | SHA-256 | records`. The manifest can be read without a
key, but is bound into every record. The random backup key is wrapped to the responsible persons and
the recovery sheet only; the slots in it are theirs, so that they can restore with their password on
the same PC when the ledger folder is gone. No worker's slot, no names used as paths.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.codes import Role
from models.errors import Damaged
from storage import strict_json, vetting
from storage.header import (
    HASH_BYTES,
    ID_BYTES,
    MOST_ACTIVE,
    NAME_PATTERN,
    RECOVERY_ROLE,
    Header,
    HeaderUser,
    Slot,
    parse_slot,
)
from storage.keyset import PUBLIC_BYTES, WRAP_BOX_BYTES, Random, Wrap, wrap_key
from storage.preamble import Form, fields_of
from storage.records import Source
from storage.strict_json import LARGEST, Fields, Malformed, blob

MAGIC = b"AZKBACK\n"
VERSION = 1
MOST_MANIFEST = 256 * 1024
RECORD_BYTES = 1024 * 1024
HEADER_PART, DATABASE_PART, ATTACHMENT_PART = 1, 2, 3
PART_PREFIX_BYTES = 1 + 8 + HASH_BYTES
RECEIVER_ROLES = (Role.SUPERVISOR.value, RECOVERY_ROLE)
_WRAP_TAG = b"azukari/backup-wrap/1\0"
_UNREADABLE = "このバックアップは使えません。別のバックアップを使ってください。"


def damaged(name: str) -> Damaged:
    return Damaged(file=name, what_now=_UNREADABLE)


FORM = Form(MAGIC, VERSION, MOST_MANIFEST, "預り台帳のバックアップではありません。", damaged)


@dataclass(frozen=True)
class Receiver:
    """Somebody who can open the backup."""

    user_id: str
    role: str
    wrap: Wrap

    def body(self) -> dict[str, Any]:
        return {
            "box": blob(self.wrap.box),
            "eph": blob(self.wrap.ephemeral),
            "role": self.role,
            "user_id": self.user_id,
        }


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself. Trust it only from `write_backup` or `verify_backup`."""

    backup_id: bytes
    vault_id: bytes
    device_key_id: bytes
    profile: str
    program: str
    created: str
    seq: int
    head: bytes
    counts: Mapping[str, int]
    generation: int
    header_size: int
    database_size: int
    attachments: int
    attachments_size: int
    receivers: tuple[Receiver, ...]
    slots: tuple[Slot, ...]

    @property
    def created_at(self) -> datetime:
        return datetime.fromisoformat(self.created)

    @property
    def content_size(self) -> int:
        """How many bytes all parts have together."""
        return self.header_size + self.database_size + self.attachments_size

    def body(self) -> dict[str, Any]:
        return {
            "attachments": self.attachments,
            "attachments_size": self.attachments_size,
            "backup_id": blob(self.backup_id),
            "counts": dict(self.counts),
            "created": self.created,
            "database_size": self.database_size,
            "device": {"key_id": blob(self.device_key_id)},
            "generation": self.generation,
            "head": blob(self.head),
            "header_size": self.header_size,
            "profile": self.profile,
            "program": self.program,
            "receivers": [receiver.body() for receiver in self.receivers],
            "seq": self.seq,
            "slots": [slot.body() for slot in self.slots],
            "vault_id": blob(self.vault_id),
        }


@dataclass(frozen=True)
class Preamble:
    """The readable start of a backup file; `raw` is without its digest."""

    manifest: Manifest
    raw: bytes

    @property
    def digest(self) -> bytes:
        """What follows `raw` in the file and binds every record to this manifest."""
        return hashlib.sha256(self.raw).digest()


def write_preamble(manifest: Manifest) -> Preamble:
    """Serialise the start of the file, and read it back."""
    raw = FORM.write(manifest.body())
    _manifest(fields_of(raw))
    vetting.remember(vetting.BACKUP, raw)
    return Preamble(manifest, raw)


def read_preamble(source: Source, name: str) -> Preamble:
    """Read the start of a backup, after a child did; needs no key and proves nothing yet.

    Raises:
        Foreign: not a backup of ours.
        NewerFormat: a later version wrote it.
        NotVetted: the child did not get to an end.
        Damaged: anything else that our writer does not produce.
    """
    raw = FORM.take(source, name)
    if not vetting.reads(vetting.BACKUP, raw, name):
        raise damaged(name)
    return parse_preamble(raw, name)


def parse_preamble(raw: bytes, name: str) -> Preamble:
    """Parse what `FORM.take` returned; in this process only after a child did.

    Raises:
        Damaged: our writer does not produce it.
    """
    try:
        return Preamble(_manifest(fields_of(raw)), raw)
    except Malformed as exc:
        raise damaged(name) from exc


def wrap_context(vault_id: bytes, backup_id: bytes, user_id: str) -> bytes:
    """Bind a wrapped backup key to ledger, backup and receiver."""
    body = {"backup_id": blob(backup_id), "user_id": user_id, "vault_id": blob(vault_id)}
    return _WRAP_TAG + strict_json.dumps(body)


def wrap_to_receivers(
    header: Header, key: bytes, context: Callable[[str], bytes], random: Random
) -> tuple[Receiver, ...]:
    """Wrap a key to the responsible persons and the recovery sheet of a header.

    Args:
        context: of the receiver with a user id.
    """
    return tuple(
        Receiver(one.user_id, one.role, wrap_key(key, one.exchange, context(one.user_id), random))
        for one in _trusted(header)
    )


def slots_of_receivers(header: Header) -> tuple[Slot, ...]:
    """Return the slots with which receivers open with their password on the same PC."""
    slots = (header.slot_of(one.user_id) for one in _trusted(header))
    return tuple(slot for slot in slots if slot is not None)


def _trusted(header: Header) -> list[HeaderUser]:
    return [user for user in header.receivers if user.role in RECEIVER_ROLES]


_MANIFEST_FIELDS = (
    "attachments",
    "attachments_size",
    "backup_id",
    "counts",
    "created",
    "database_size",
    "device",
    "generation",
    "head",
    "header_size",
    "profile",
    "program",
    "receivers",
    "seq",
    "slots",
    "vault_id",
)


def _manifest(fields: Fields) -> Manifest:
    fields.only(_MANIFEST_FIELDS)
    profile = fields.text("profile", "standard|test")
    most = MOST_ACTIVE + 1
    return Manifest(
        backup_id=fields.blob("backup_id", ID_BYTES),
        vault_id=fields.blob("vault_id", ID_BYTES),
        device_key_id=fields.part("device").only(("key_id",)).blob("key_id", ID_BYTES),
        profile=profile,
        program=fields.text("program", r"[0-9A-Za-z.+-]{1,32}"),
        created=fields.time("created"),
        seq=fields.number("seq", 0, LARGEST),
        head=fields.blob("head", HASH_BYTES),
        counts=fields.counts("counts"),
        generation=fields.number("generation", 1, LARGEST),
        header_size=fields.number("header_size", 1, LARGEST),
        database_size=fields.number("database_size", 1, LARGEST),
        attachments=fields.number("attachments", 0, LARGEST),
        attachments_size=fields.number("attachments_size", 0, LARGEST),
        receivers=tuple(parse_receiver(item) for item in fields.items("receivers", 1, most)),
        slots=tuple(parse_slot(item, profile) for item in fields.items("slots", 0, most)),
    )


def parse_receiver(fields: Fields) -> Receiver:
    """Read what `Receiver.body` wrote.

    Raises:
        Malformed: a field is missing, unknown or out of bounds.
    """
    fields.only(("box", "eph", "role", "user_id"))
    wrap = Wrap(fields.blob("eph", PUBLIC_BYTES), fields.blob("box", WRAP_BOX_BYTES))
    role = fields.text("role", "|".join(RECEIVER_ROLES))
    return Receiver(fields.text("user_id", NAME_PATTERN), role, wrap)

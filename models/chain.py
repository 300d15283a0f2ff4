"""The chain: what is hashed and signed, byte for byte.

An *entry* says that a record of some type was created, revised or voided. Its content stays apart
from its header: the header carries a salted commitment, so that content can be erased at the end
of a contract while the chain still verifies (docs/format.md, "Entry").

    commitment = SHA-256(salt ‖ content)                   salt: 16 random bytes
    hash       = SHA-256(ENTRY_TAG ‖ header)               header: RFC 8785 JSON, see `header_bytes`
    signature  = Ed25519(COMMAND_TAG ‖ statement)          one per command, over the head after it

Content bytes are hashed as they are stored and never serialised again. Nothing here reads a clock
or draws random bytes: salts and times come in as arguments.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import NamedTuple, Protocol

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.canonical import Series, encode, fields_text
from models.errors import VerificationFailed
from models.kinds import Json
from models.records.base import Record

FORMAT = 1
ENTRY_TAG = b"azukari/entry/1\x00"
COMMAND_TAG = b"azukari/command/1\x00"
GENESIS = bytes(32)  # previous hash of the first entry
SALT_SIZE = 16


class Action(str, Enum):
    """What an entry does to a record."""

    CREATE = "create"
    REVISE = "revise"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of the last entry; seq 0 is the empty ledger."""

    seq: int
    hash: bytes

    @property
    def hex(self) -> str:
        return self.hash.hex()


EMPTY = Head(0, GENESIS)


class Signer(Protocol):
    """A signed-in user's key; the private part never leaves it."""

    @property
    def public_key(self) -> bytes: ...

    def sign(self, data: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Command:
    """What one user did at one moment: one transaction, one signature.

    `recorded_at` is UTC with millisecond precision, `offset` minutes east of UTC at that moment.
    `id` is 32 lower-case hex digits and unique in the ledger.
    """

    id: str
    author: str  # id of the user_account
    recorded_at: datetime
    offset: int
    first_seq: int
    last_seq: int
    head: bytes  # hash of the last entry of this command
    signature: bytes


class Entry(NamedTuple):
    """One line of the log with its content; `salt` and `content` are None once erased."""

    seq: int
    type: str
    record_id: str
    action: Action
    payload: int
    commitment: bytes
    previous: bytes
    hash: bytes
    salt: bytes | None
    content: bytes | None


Line = tuple[int, str, str, str, int, bytes, bytes, bytes, bytes | None, bytes | None]
"""The fields of an `Entry` in their order, with the action as it is written."""


class Intent(NamedTuple):
    """What a command wants to write, before it is hashed.

    For `VOID` the record is the one that is voided; its content is not written again.
    """

    action: Action
    record: Record
    reason: str = ""


def canonical(content: Json, *, free: bool = False) -> bytes:
    """Return RFC 8785 bytes of declared content.

    Declared content has ASCII keys, text, whole numbers below 2**53, booleans, lists and objects
    only. For these the encoder of the standard library writes the same bytes ten times faster; a
    property test holds it against `rfc8785`.

    Args:
        free: the content holds JSON that is not declared (`fields.Frozen`).
    """
    if free:
        return rfc8785.dumps(content)
    return encode(content).encode("utf-8")


_DECODE = json.JSONDecoder().raw_decode


def content_bytes(intent: Intent, fields_text: Callable[[Record], str] = fields_text) -> bytes:
    """Return the canonical content: {"fields": …, "reason": …}, absent when empty."""
    if intent.record.has_free_json():
        return canonical(_content(intent), free=True)
    parts = []
    if intent.action is not Action.VOID:
        parts.append(f'"fields":{fields_text(intent.record)}')
    if intent.reason:
        parts.append(f'"reason":{encode(intent.reason)}')
    return f"{{{','.join(parts)}}}".encode()


def _content(intent: Intent) -> dict[str, Json]:
    content: dict[str, Json] = {}
    if intent.action is not Action.VOID:
        content["fields"] = intent.record.to_json()
    if intent.reason:
        content["reason"] = intent.reason
    return content


def read_content(content: bytes) -> tuple[Mapping[str, Json], str]:
    """Return (fields, reason) of stored content bytes."""
    text = content.decode("utf-8")
    data, end = _DECODE(text)  # looks for no spaces around it: canonical content has none
    if end != len(text):
        data = json.loads(text)
    return data.get("fields", {}), data.get("reason", "")


def timestamp(moment: datetime) -> str:
    """Return UTC with milliseconds and Z, the only form that enters a hash."""
    return f"{moment.astimezone(UTC).isoformat('T', 'milliseconds')[:23]}Z"


def local_time(recorded_at: datetime, offset: int) -> datetime:
    """Return the moment as the clock on the wall showed it."""
    return recorded_at.astimezone(timezone(timedelta(minutes=offset)))


def header_bytes(command_id: str, author: str, at: str, offset: int, entry: Entry) -> bytes:
    """Return the canonical header of an entry."""
    return _header(
        command_id, author, at, offset, entry.seq, entry.type, entry.record_id,
        entry.action._value_, entry.payload, entry.commitment, entry.previous,
    )  # fmt: skip


def _header(
    command_id: str, author: str, at: str, offset: int, seq: int, type_: str, record_id: str,
    action: str, payload: int, committed: bytes, previous: bytes,
) -> bytes:  # fmt: skip
    """Return the canonical header of an entry from its parts.

    Every value is a plain ASCII token without escapes, so a template gives the RFC 8785 bytes
    (keys in code-point order); a property test holds it against `rfc8785`.
    """
    return (
        f'{{"action":"{action}","at":"{at}","author":"{author}",'
        f'"command":"{command_id}","commitment":"{committed.hex()}","id":"{record_id}",'
        f'"offset":{offset},"payload":{payload},"prev":"{previous.hex()}",'
        f'"seq":{seq},"type":"{type_}","v":{FORMAT}}}'
    ).encode()


def statement_bytes(vault_id: str, command_id: str, author: str, first: int, head: Head) -> bytes:
    """Return what the author signs: this command ended with this head in this ledger.

    A template for the same reason as in `header_bytes`, and held by the same kind of test.
    """
    return (
        COMMAND_TAG
        + (
            f'{{"author":"{author}","command":"{command_id}","first":{first},"head":"{head.hex}",'
            f'"last":{head.seq},"v":{FORMAT},"vault":"{vault_id}"}}'
        ).encode()
    )


def commitment(salt: bytes, content: bytes) -> bytes:
    return hashlib.sha256(salt + content).digest()


def write_command(
    *,
    vault_id: str,
    command_id: str,
    author: str,
    recorded_at: datetime,
    offset: int,
    head: Head,
    intents: Sequence[Intent],
    salts: bytes,
    signer: Signer,
) -> tuple[Command, list[Entry]]:
    """Hash the intents onto `head` and sign the result.

    Args:
        salts: 16 random bytes for each intent, in order.
    """
    at = timestamp(recorded_at)
    entries: list[Entry] = []
    text = Series().fields_text
    previous, seq = head.hash, head.seq
    for number, intent in enumerate(intents):
        salt = salts[number * SALT_SIZE : (number + 1) * SALT_SIZE]
        content = content_bytes(intent, text)
        record = intent.record
        seq += 1
        committed = commitment(salt, content)
        header = _header(
            command_id, author, at, offset, seq, record.type, record.id, intent.action._value_,
            record.payload, committed, previous,
        )  # fmt: skip
        digest = hashlib.sha256(ENTRY_TAG + header).digest()
        entries.append(
            Entry(
                seq, record.type, record.id, intent.action, record.payload,
                committed, previous, digest, salt, content,
            )
        )  # fmt: skip
        previous = digest
    last = Head(seq, previous)
    signature = signer.sign(statement_bytes(vault_id, command_id, author, head.seq + 1, last))
    command = Command(
        command_id, author, recorded_at, offset, head.seq + 1, seq, previous, signature
    )
    return command, entries


def _is_committed(salt: bytes, content: bytes, committed: bytes) -> bool:
    """Tell whether a content is what was committed to.

    The hash alone does not say where the salt ends: bytes could move from one to the other.
    """
    return len(salt) == SALT_SIZE and commitment(salt, content) == committed


def check_entry(command: Command, entry: Entry, previous: bytes) -> None:
    """Check one entry's hash, link and, unless erased, its content.

    Raises:
        VerificationFailed: naming the entry.
    """
    header = header_bytes(
        command.id, command.author, timestamp(command.recorded_at), command.offset, entry
    )
    if entry.previous != previous:
        raise VerificationFailed(reason=f"記帳番号{entry.seq}が、直前の記帳とつながっていません。")
    if hashlib.sha256(ENTRY_TAG + header).digest() != entry.hash:
        raise VerificationFailed(reason=f"記帳番号{entry.seq}が、書かれたときと違っています。")
    if entry.salt is None or entry.content is None:
        return
    if not _is_committed(entry.salt, entry.content, entry.commitment):
        raise VerificationFailed(
            reason=f"記帳番号{entry.seq}の内容が、書かれたときと違っています。"
        )


def follow(
    command_id: str, author: str, at: str, offset: int, lines: Iterable[Line], previous: bytes
) -> bytes | None:
    """Return the hash after consecutive entries of one command, None if one is not as written.

    The quick way over a sound log: what `check_entry` asks of each entry, without an object for
    it. It names nothing; whoever gets None asks `check_entry` what is wrong.
    """
    for seq, type_, record_id, action, payload, committed, before, hash_, salt, content in lines:
        header = _header(
            command_id, author, at, offset, seq, type_, record_id, action, payload, committed,
            before,
        )  # fmt: skip
        if before != previous or hashlib.sha256(ENTRY_TAG + header).digest() != hash_:
            return None
        if content is not None and salt is not None and not _is_committed(salt, content, committed):
            return None
        previous = hash_
    return previous


def check_signature(vault_id: str, command: Command, public_key: bytes) -> None:
    """Check that the author's key signed the head after this command.

    Raises:
        VerificationFailed: naming the command's first entry.
    """
    statement = statement_bytes(
        vault_id, command.id, command.author, command.first_seq,
        Head(command.last_seq, command.head),
    )  # fmt: skip
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(command.signature, statement)
    except (InvalidSignature, ValueError) as error:
        raise VerificationFailed(
            reason=f"記帳番号{command.first_seq}からの署名が、記帳した利用者のものではありません。"
        ) from error

"""The copy of the key header beside the update journal (docs/format.md, "Key copy").

After a new data key the journal goes on under a key that no earlier backup has. So the key header
lies beside the journal too, sealed like a backup without a database: under a random key that is
wrapped to the responsible persons and the recovery sheet alone. Readable without a key is what a
backup shows as well, and no worker's slot. Two marks at the end let everybody who holds the data key
tell whether the copy is that of the header in force; only its receivers open it.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.errors import Damaged
from resources import VERSION as PROGRAM
from storage import strict_json, vetting
from storage.backup_format import (
    Receiver,
    parse_receiver,
    slots_of_receivers,
    wrap_to_receivers,
)
from storage.files import read_whole, replace_durable
from storage.header import (
    HASH_BYTES,
    ID_BYTES,
    MOST_ACTIVE,
    MOST_BYTES,
    Header,
    Slot,
    parse_slot,
)
from storage.kdf import KEY_BYTES
from storage.keyset import NONCE_BYTES, TAG_BYTES, CannotOpen, KeySet, Random, Wrap, unwrap_key
from storage.preamble import DIGEST_BYTES, Form, fields_of
from storage.strict_json import LARGEST, Fields, Malformed, blob

MAGIC = b"AZKKCPY\n"
VERSION = 1
MOST_MANIFEST = 256 * 1024
SUFFIX_BYTES = 2 * HASH_BYTES
MOST_FILE = MOST_MANIFEST + MOST_BYTES + 1024
PURPOSE = "key-copy"  # what the key of the mark is derived for
_WRAP_TAG = b"azukari/key-copy-wrap/1\0"
UNREADABLE = "壊れているため使えません。"

Unwrap = Callable[[Wrap, bytes], bytes]
"""Opens a wrap under a context, or raises `CannotOpen`."""


def _damaged(name: str) -> Damaged:
    return Damaged(file=name, what_now=UNREADABLE)


FORM = Form(MAGIC, VERSION, MOST_MANIFEST, "鍵の写しではありません。", _damaged)


class KeyHolder(Protocol):
    """What an unlocked vault gives to its copy."""

    @property
    def header(self) -> Header: ...

    @property
    def header_bytes(self) -> bytes: ...

    @property
    def header_hash(self) -> bytes: ...

    def derive(self, purpose: str, *, epoch: int | None = None) -> bytes: ...

    def random(self, length: int) -> bytes: ...


@dataclass(frozen=True)
class Manifest:
    """What a copy says of itself; nothing of it is proved before the copy was opened."""

    copy_id: bytes
    vault_id: bytes
    device_key_id: bytes
    profile: str
    program: str
    epoch: int
    generation: int
    size: int
    receivers: tuple[Receiver, ...]
    slots: tuple[Slot, ...]

    def body(self) -> dict[str, Any]:
        return {
            "copy_id": blob(self.copy_id),
            "device": {"key_id": blob(self.device_key_id)},
            "epoch": self.epoch,
            "generation": self.generation,
            "profile": self.profile,
            "program": self.program,
            "receivers": [receiver.body() for receiver in self.receivers],
            "size": self.size,
            "slots": [slot.body() for slot in self.slots],
            "vault_id": blob(self.vault_id),
        }

    def slot_by_tag(self, tag: bytes) -> Slot | None:
        return next((slot for slot in self.slots if slot.tag == tag), None)


@dataclass(frozen=True)
class KeyCopy:
    """A copy whose outside reads: lengths, digest, manifest."""

    path: Path
    raw: bytes
    manifest: Manifest
    preamble: bytes  # without its digest

    @property
    def marks(self) -> bytes:
        return self.raw[-SUFFIX_BYTES:]

    def open(self, unwrap: Unwrap) -> bytes:
        """Return the key header file inside, which is to be checked like any.

        Raises:
            CannotOpen: it was wrapped to others.
            Damaged: it does not open under the key that was wrapped.
        """
        digest = hashlib.sha256(self.preamble).digest()
        box = self.raw[len(self.preamble) + DIGEST_BYTES : -SUFFIX_BYTES]
        try:
            header = AESGCM(self._key(unwrap)).decrypt(bytes(NONCE_BYTES), box, digest)
        except (InvalidTag, ValueError) as exc:
            raise _damaged(str(self.path)) from exc
        if hashlib.sha256(header).digest() != self.marks[:HASH_BYTES]:
            raise _damaged(str(self.path))
        return header

    def _key(self, unwrap: Unwrap) -> bytes:
        manifest = self.manifest
        for receiver in manifest.receivers:
            context = wrap_context(manifest.vault_id, manifest.copy_id, receiver.user_id)
            try:
                key = unwrap(receiver.wrap, context)
            except CannotOpen:
                continue
            return key
        raise CannotOpen

    def open_with(self, keys: KeySet) -> bytes:
        """Open with the private keys of a receiver; raises as `open`."""
        return self.open(lambda wrap, context: unwrap_key(wrap, keys, context))


def copy_name(vault_id: bytes) -> str:
    """Name the one file of a ledger's copy beside its journal."""
    return f"azukari-{vault_id.hex()[:8]}.azk"


def copy_path(folder: Path, vault_id: bytes) -> Path:
    return folder / copy_name(vault_id)


def wrap_context(vault_id: bytes, copy_id: bytes, user_id: str) -> bytes:
    """Bind the key of a copy to ledger, copy and receiver."""
    body = {"copy_id": blob(copy_id), "user_id": user_id, "vault_id": blob(vault_id)}
    return _WRAP_TAG + strict_json.dumps(body)


# --- writing ----------------------------------------------------------------------------------


def lay(folder: Path, vault: KeyHolder) -> None:
    """Lay the copy of the header in force beside the journal; durable when this returns.

    Raises:
        NotWritable, DiskFull, InputOutput, MediumMissing: the former copy stands, or none.
        Damaged: what the medium gives back is not what was written.
    """
    path = copy_path(folder, vault.header.vault_id)
    raw = seal(vault, vault.random)
    replace_durable(path, raw)
    if read_whole(path, limit=MOST_FILE, cached=False) != raw:
        raise _damaged(str(path))


def seal(vault: KeyHolder, random: Random) -> bytes:
    """Return the bytes of the copy of the header in force."""
    header, content = vault.header, vault.header_bytes
    copy_id, key = random(ID_BYTES), random(KEY_BYTES)
    receivers = wrap_to_receivers(
        header, key, lambda user_id: wrap_context(header.vault_id, copy_id, user_id), random
    )
    manifest = Manifest(
        copy_id=copy_id,
        vault_id=header.vault_id,
        device_key_id=header.device_key_id,
        profile=header.profile,
        program=PROGRAM,
        epoch=header.epoch,
        generation=header.generation,
        size=len(content),
        receivers=receivers,
        slots=slots_of_receivers(header),
    )
    preamble = FORM.write(manifest.body())
    _manifest(fields_of(preamble))
    vetting.remember(vetting.COPY, preamble)
    digest = hashlib.sha256(preamble).digest()
    box = AESGCM(key).encrypt(bytes(NONCE_BYTES), content, digest)
    marked = preamble + digest + box + vault.header_hash
    return marked + mark(marked, vault)


def mark(marked: bytes, vault: KeyHolder) -> bytes:
    """Return the HMAC by which everybody with the data key knows the copy."""
    key = vault.derive(PURPOSE, epoch=vault.header.epoch)
    return hmac.digest(key, marked, "sha256")


# --- reading ----------------------------------------------------------------------------------


def is_current(folder: Path, vault: KeyHolder, unwrap: Unwrap | None) -> bool:
    """Tell whether the copy of the header in force lies in the folder and reads.

    Args:
        unwrap: of who is a receiver, and opens it; others know it by its marks.

    Raises:
        MediumMissing: none lies there.
        Damaged, Foreign, InputOutput, NotVetted: something else does.
    """
    path = copy_path(folder, vault.header.vault_id)
    raw = read_whole(path, limit=MOST_FILE, cached=False)
    marked = raw[:-HASH_BYTES]
    if marked[-HASH_BYTES:] != vault.header_hash:
        return False
    if not hmac.compare_digest(mark(marked, vault), raw[-HASH_BYTES:]):
        return False
    if unwrap is None:
        return True
    try:
        return parse_copy(raw, path).open(unwrap) == vault.header_bytes
    except CannotOpen:
        return False


def read_copy(folder: Path, vault_id: bytes) -> KeyCopy:
    """Read the outside of a copy, after a child did; proves nothing yet.

    Raises:
        MediumMissing: none lies there.
        Foreign: another kind of file.
        NewerFormat: a later version wrote it.
        NotVetted: the child did not get to an end.
        Damaged: anything else that our writer does not produce.
    """
    path = copy_path(folder, vault_id)
    return parse_copy(read_whole(path, limit=MOST_FILE), path)


def parse_copy(raw: bytes, path: Path) -> KeyCopy:
    """Take the bytes of a copy apart; raises as `read_copy`."""
    name = str(path)
    preamble = FORM.take(BytesIO(raw), name)
    if not vetting.reads(vetting.COPY, preamble, name):
        raise _damaged(name)
    manifest = parse_manifest(preamble, name)
    if len(raw) != len(preamble) + DIGEST_BYTES + manifest.size + TAG_BYTES + SUFFIX_BYTES:
        raise _damaged(name)
    return KeyCopy(path, raw, manifest, preamble)


def parse_manifest(raw: bytes, name: str) -> Manifest:
    """Parse what `FORM.take` returned; in this process only after a child did.

    Raises:
        Damaged: our writer does not produce it.
    """
    try:
        return _manifest(fields_of(raw))
    except Malformed as exc:
        raise _damaged(name) from exc


_FIELDS: Sequence[str] = (
    "copy_id", "device", "epoch", "generation", "profile", "program", "receivers", "size", "slots",
    "vault_id",
)  # fmt: skip


def _manifest(fields: Fields) -> Manifest:
    fields.only(tuple(_FIELDS))
    profile = fields.text("profile", "standard|test")
    most = MOST_ACTIVE + 1
    return Manifest(
        copy_id=fields.blob("copy_id", ID_BYTES),
        vault_id=fields.blob("vault_id", ID_BYTES),
        device_key_id=fields.part("device").only(("key_id",)).blob("key_id", ID_BYTES),
        profile=profile,
        program=fields.text("program", r"[0-9A-Za-z.+-]{1,32}"),
        epoch=fields.number("epoch", 1, LARGEST),
        generation=fields.number("generation", 1, LARGEST),
        size=fields.number("size", 1, MOST_BYTES),
        receivers=tuple(parse_receiver(item) for item in fields.items("receivers", 1, most)),
        slots=tuple(parse_slot(item, profile) for item in fields.items("slots", 0, most)),
    )

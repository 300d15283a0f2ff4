"""The private keys of one person, and the two boxes that hold secrets in the header.

A person has an X25519 key (to receive data keys and backup keys) and an Ed25519 key (to sign).
The *slot box* keeps both under the slot key; the *wrap box* keeps a 32-byte key for one receiver.
Both have fixed lengths: AES-GCM does not commit to its key, a fixed length leaves no room to play.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.kdf import KEY_BYTES, hkdf

Random = Callable[[int], bytes]

PUBLIC_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
SIGNATURE_BYTES = 64
SLOT_BOX_BYTES = 2 * KEY_BYTES + TAG_BYTES
WRAP_BOX_BYTES = KEY_BYTES + TAG_BYTES
WRAP_TAG = b"azukari/wrap/1\0"


class CannotOpen(Exception):
    """A box does not open: another key, another context, or damage."""


@dataclass(frozen=True)
class KeySet:
    """The two private keys of one person; never shown."""

    exchange: bytes = field(repr=False)
    signing: bytes = field(repr=False)

    @classmethod
    def create(cls, random: Random) -> "KeySet":
        return cls(exchange=random(KEY_BYTES), signing=random(KEY_BYTES))

    @property
    def public_exchange(self) -> bytes:
        return X25519PrivateKey.from_private_bytes(self.exchange).public_key().public_bytes_raw()

    @property
    def public_signing(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.signing).public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign with Ed25519 (RFC 8032)."""
        return self._signing_key.sign(message)

    @cached_property
    def _signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.signing)


@dataclass(frozen=True)
class Wrap:
    """A 32-byte key that only one receiver can open."""

    ephemeral: bytes
    box: bytes


def close_slot(keys: KeySet, slot_key: bytes, nonce: bytes, context: bytes) -> bytes:
    """Put a key set under a slot key: AES-256-GCM over X25519 ‖ Ed25519, 80 bytes."""
    return AESGCM(slot_key).encrypt(nonce, keys.exchange + keys.signing, context)


def open_slot(box: bytes, slot_key: bytes, nonce: bytes, context: bytes) -> KeySet:
    """Take the key set out of a slot.

    Raises:
        CannotOpen: wrong password, other device, or a changed slot.
    """
    try:
        plain = AESGCM(slot_key).decrypt(nonce, box, context)
    except InvalidTag as exc:
        raise CannotOpen from exc
    return KeySet(exchange=plain[:KEY_BYTES], signing=plain[KEY_BYTES:])


def wrap_key(key: bytes, receiver: bytes, context: bytes, random: Random) -> Wrap:
    """Wrap a 32-byte key to an X25519 public key (after RFC 9180: DHKEM, HKDF, AEAD)."""
    if len(key) != KEY_BYTES:
        raise ValueError("only 32-byte keys are wrapped")
    own = X25519PrivateKey.from_private_bytes(random(KEY_BYTES))
    ephemeral = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(receiver))
    cipher = AESGCM(_wrap_key(shared, ephemeral, receiver, context))
    # The key is used once, so the nonce may be constant.
    return Wrap(ephemeral, cipher.encrypt(bytes(NONCE_BYTES), key, context))


def unwrap_key(wrap: Wrap, keys: KeySet, context: bytes) -> bytes:
    """Open a wrap with the receiver's private key.

    Raises:
        CannotOpen: it was made for somebody else, for another purpose, or changed.
    """
    own = X25519PrivateKey.from_private_bytes(keys.exchange)
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(wrap.ephemeral))
        key = _wrap_key(shared, wrap.ephemeral, keys.public_exchange, context)
        return AESGCM(key).decrypt(bytes(NONCE_BYTES), wrap.box, context)
    except (InvalidTag, ValueError) as exc:  # ValueError: a point of low order
        raise CannotOpen from exc


def _wrap_key(shared: bytes, ephemeral: bytes, receiver: bytes, context: bytes) -> bytes:
    return hkdf(shared, WRAP_TAG + ephemeral + receiver + context)

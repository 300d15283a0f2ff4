"""The conventions of the document: canonical JSON, Base64, derivations, sealed records, findings."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Json = dict[str, Any]
LIMIT = 2**53 - 1
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Wrong(Exception):
    """Something does not agree with the document; the sentence says what and where."""


@dataclass
class Findings:
    """Everything that was found wrong, in the order in which it was met."""

    said: list[str] = field(default_factory=list)

    def check(self, holds: bool, sentence: str) -> bool:
        """Note a sentence unless something holds; return whether it held."""
        if not holds:
            self.said.append(sentence)
        return holds


def need(holds: bool, sentence: str) -> None:
    """Stop reading unless something holds.

    Raises:
        Wrong: it does not hold.
    """
    if not holds:
        raise Wrong(sentence)


def _no_float(text: str) -> float:
    raise Wrong(f"a number that is no whole one: {text}")


def _order(value: Any) -> Any:
    """Return a value with the keys in the order of RFC 8785, which is that of UTF-16."""
    if isinstance(value, dict):
        return {k: _order(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_order(one) for one in value]
    if isinstance(value, int) and abs(value) > LIMIT:
        raise Wrong(f"a number out of range: {value}")
    return value


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 form of a value without floats."""
    text = json.dumps(_order(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def strict(raw: bytes, what: str) -> Json:
    """Read canonical JSON.

    Raises:
        Wrong: it is no JSON object, or not in the one form it may have.
    """
    try:
        value = json.loads(raw, parse_float=_no_float, parse_constant=_no_float)
        need(isinstance(value, dict) and canonical(value) == raw, f"{what}: not canonical JSON")
    except ValueError as error:
        raise Wrong(f"{what}: no JSON") from error
    return dict(value)


def fields(value: Json, names: str, what: str) -> None:
    """Refuse missing and unknown keys."""
    need(set(value) == set(names.split()), f"{what}: other fields than {names}")


def unbase(text: Any, length: int | None, what: str) -> bytes:
    """Read Base64 with padding, in its one spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as error:
        raise Wrong(f"{what}: no Base64") from error
    need(base64.b64encode(raw).decode() == text, f"{what}: spare bits")
    need(length is None or len(raw) == length, f"{what}: not {length} bytes")
    return raw


def number(raw: bytes, start: int, length: int) -> int:
    """Read a big-endian number."""
    need(len(raw) >= start + length, "cut off inside a number")
    return int.from_bytes(raw[start : start + length], "big")


def sha(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def hkdf(secret: bytes, info: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def open_box(key: bytes, nonce: bytes, box: bytes, aad: bytes, what: str) -> bytes:
    """Open AES-256-GCM.

    Raises:
        Wrong: the key or a bit of the box is another.
    """
    try:
        return AESGCM(key).decrypt(nonce, box, aad)
    except (InvalidTag, ValueError) as error:
        raise Wrong(f"{what} does not open") from error


def signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether an Ed25519 signature fits."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def sealed_records(raw: bytes, key: bytes, aad: bytes, size: int, what: str) -> bytes:
    """Open sealed records (STREAM): all of them, the last one marked, nothing behind."""
    step = size + 16
    pieces = [raw[start : start + step] for start in range(0, len(raw), step)]
    need(bool(pieces), f"{what}: no record")
    last = len(pieces) - 1
    plain = [
        open_box(key, i.to_bytes(11, "big") + bytes([i == last]), p, aad, f"{what}, record {i}")
        for i, p in enumerate(pieces)
    ]
    need(last == 0 or plain[-1] != b"", f"{what}: an empty last record")
    return b"".join(plain)


def preamble(raw: bytes, magic: bytes, known: int, limit: int, what: str) -> tuple[int, Json, int]:
    """Read magic, version, JSON and digest; return version, JSON and the place behind the digest.

    Raises:
        Wrong: not such a file, damaged, or of a version from the future.
    """
    need(raw[:8] == magic, f"{what}: another magic")
    length = number(raw, 10, 4)
    need(length <= limit, f"{what}: too long a JSON")
    end = 14 + length
    need(raw[end : end + 32] == sha(raw[:end]), f"{what}: damaged, the digest is another")
    version = number(raw, 8, 2)
    need(1 <= version <= known, f"{what}: version {version}")
    return version, strict(raw[14:end], what), end + 32

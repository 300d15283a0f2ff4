"""A sealed PDF: its claims, the bytes its signature covers, the container, the chain of papers."""

import re
from dataclasses import dataclass
from xml.sax.saxutils import unescape

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from tests.stranger.reader.plain import Json, Wrong, need, number, sha, strict

CLAIMS = re.compile(rb"<([A-Za-z][\w.-]*):claims>([^<]*)</\1:claims>")
RANGE = re.compile(rb"/ByteRange\s*\[\s*0 (\d{10}) (\d{10}) (\d{10})\s*\]")
NAMESPACE = b"urn:azukari:sealed-document:1#"
TEXTS = ("kind", "number", "contract", "ledger", "head", "issued_at")
DATA = bytes.fromhex("06092a864886f70d010701")
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910022f")


@dataclass(frozen=True)
class Paper:
    """A paper whose seal was found whole."""

    claims: Json
    sha256: str
    certificate: str
    """SHA-256 of the certificate: what a municipality was notified of."""


@dataclass(frozen=True)
class Node:
    """One DER element."""

    tag: int
    body: bytes
    raw: bytes

    def inside(self) -> list["Node"]:
        nodes, place = [], 0
        while place < len(self.body):
            nodes.append(_node(self.body[place:]))
            place += len(nodes[-1].raw)
        return nodes


def _node(raw: bytes) -> Node:
    need(len(raw) >= 2, "paper: the container is cut off")
    size, start = raw[1], 2
    if size >= 0x80:
        more = size & 0x7F
        need(1 <= more <= 4, "paper: a length in the container")
        size, start = number(raw, 2, more), 2 + more
        least = 0x80 if more == 1 else 1 << (8 * (more - 1))
        need(size >= least, "paper: a longer length than DER has")
    need(len(raw) >= start + size, "paper: the container is cut off")
    return Node(raw[0], raw[start : start + size], raw[: start + size])


def read(raw: bytes) -> Paper:
    """Check the seal of a paper and return what it claims.

    Raises:
        Wrong: it is not sealed, was changed, or is not of this kind.
    """
    try:
        return _examined(raw)
    except (IndexError, ValueError) as error:
        raise Wrong("paper: cannot be read") from error


def _examined(raw: bytes) -> Paper:
    claims = _claims(raw)
    need(raw.endswith(b"%%EOF\n"), "paper: something behind its end")
    need(raw.count(b"startxref") == 1, "paper: more than one revision")
    first, second = _ranges(raw)
    room = raw[len(first) : len(raw) - len(second)]
    need(re.fullmatch(rb"<[0-9a-f]+>", room) is not None, "paper: the room of the seal")
    padded = bytes.fromhex(room[1:-1].decode())
    container = _node(padded)
    need(not any(padded[len(container.raw) :]), "paper: bytes behind the container")
    certificate = _sealed(container, sha(first + second))
    found = sha(certificate.public_bytes(Encoding.DER)).hex()
    need(claims.get("seal") == found, "paper: another certificate than claimed")
    return Paper(claims, sha(raw).hex(), found)


def _claims(raw: bytes) -> Json:
    need(NAMESPACE in raw and b"<!DOCTYPE" not in raw, "paper: no claims")
    match = CLAIMS.search(raw)
    need(match is not None, "paper: no claims")
    assert match is not None
    text = unescape(match[2].decode(), {"&quot;": '"', "&apos;": "'"})
    claims = strict(text.encode(), "claims")
    need(claims.get("azukari") == 1, "paper: claims of another version")
    need(isinstance(claims.get("seq"), int), "paper: claims without seq")
    need(all(isinstance(claims.get(one), str) for one in TEXTS), "paper: claims are missing")
    return claims


def _ranges(raw: bytes) -> tuple[bytes, bytes]:
    found = RANGE.findall(raw)
    need(len(found) == 1, "paper: not one seal")
    a, b, c = map(int, found[0])
    need(a < b and b + c == len(raw), "paper: the seal does not cover the file")
    return raw[:a], raw[b : b + c]


def _sealed(container: Node, digest: bytes) -> x509.Certificate:
    kind, wrapped = container.inside()
    need(kind.raw == SIGNED_DATA, "paper: no signed data")
    parts = wrapped.inside()[0].inside()
    need([one.tag for one in parts] == [2, 0x31, 0x30, 0xA0, 0x31], "paper: the container's form")
    need(parts[0].body == b"\x01" and parts[2].body == DATA, "paper: the container's form")
    certificates = [x509.load_der_x509_certificate(one.raw) for one in parts[3].inside()]
    [signer] = parts[4].inside()
    version, sid, _hash, attributes, _algorithm, signature = signer.inside()
    need(version.body == b"\x01" and attributes.tag == 0xA0, "paper: the signer's form")
    values = {one.inside()[0].raw: one.inside()[1].inside()[0] for one in attributes.inside()}
    need(set(values) == {CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE}, "paper: attributes")
    need(values[MESSAGE_DIGEST].body == digest, "paper: the content was changed")
    mine = [one for one in certificates if _named(one) == sid.raw]
    need(len(mine) == 1, "paper: not one certificate of the signer")
    _signature(mine[0], signature.body, b"\x31" + attributes.raw[1:])
    return mine[0]


def _named(certificate: x509.Certificate) -> bytes:
    """Return issuer and serial number as the container names its signer."""
    serial = certificate.serial_number
    digits = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    body = certificate.issuer.public_bytes() + b"\x02" + bytes([len(digits)]) + digits
    return (
        b"\x30" + (bytes([len(body)]) if len(body) < 0x80 else b"\x81" + bytes([len(body)])) + body
    )


def _signature(certificate: x509.Certificate, signature: bytes, message: bytes) -> None:
    key = certificate.public_key()
    need(isinstance(key, EllipticCurvePublicKey), "paper: a key of another kind")
    assert isinstance(key, EllipticCurvePublicKey)
    try:
        key.verify(signature, message, ECDSA(SHA256()))
    except InvalidSignature as error:
        raise Wrong("paper: the signature does not fit") from error


def chain(papers: list[Paper], hashes: list[bytes], vault: str) -> None:
    """Compare papers of one ledger with each other and with the ledger.

    Raises:
        Wrong: a file was exchanged, or a paper names an entry that the ledger does not have.
    """
    by_number = {one.claims["number"]: one for one in papers}
    for one in sorted(papers, key=lambda paper: int(paper.claims["seq"])):
        claims, where = one.claims, f"paper {one.claims['number']}"
        need(claims["ledger"] == vault, f"{where}: of another ledger")
        known = claims["seq"] < len(hashes) and hashes[claims["seq"]].hex() == claims["head"]
        need(known, f"{where}: the ledger does not have its head")
        before = by_number.get(claims.get("previous_number", ""))
        if before is not None:
            need(before.sha256 == claims["previous_sha256"], f"{where}: another paper before it")
            need(before.claims["seq"] <= claims["seq"], f"{where}: older than the one before")

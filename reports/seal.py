"""Put the seal on a document: a PAdES certification signature, written into the only revision.

The seal proves that the file came from this installation and is unchanged; it is not the electronic
signature of a person. ECDSA P-256, because `pdfsig` refuses Ed25519 and RSA-3072 takes 250 ms.
pyHanko builds the signature container; it is imported at the first seal (0.4 s) and never asked
for a time stamp, so no socket is opened.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from models.errors import Damaged, Refused, Usage
from models.own_seal import name_on_seal
from models.records import SealKey
from reports.pdfa import BYTE_RANGE_HOLE

_ORDER_P256: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_LIFE: Final = timedelta(days=365 * 30)
_ROOM_BESIDE_CERTIFICATES: Final = 2048
_HOLES: Final = re.compile(
    re.escape(b"/ByteRange " + BYTE_RANGE_HOLE) + rb" /Contents (<(0{512,})>)"
)

T = TypeVar("T")


@dataclass(frozen=True)
class SealIdentity:
    """The key of the seal and its certificate (DER), with the chain of an imported one."""

    private_key: bytes = field(repr=False)
    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hexadecimal: what the municipality is told at the start."""
        return hashlib.sha256(self.certificate).hexdigest()

    @property
    def room(self) -> int:
        """Bytes to keep free in a document for a signature of this identity."""
        return _ROOM_BESIDE_CERTIFICATES + sum(map(len, (self.certificate, *self.chain)))


def make_seal_certificate(
    organization_name: str, now: datetime, random_bytes: Callable[[int], bytes]
) -> SealIdentity:
    """Make a P-256 key and its self-signed certificate for the organization.

    Args:
        organization_name: Name of the contractor, cut to the 64 bytes that certificates carry.
        now: Start of validity (aware); it ends thirty years later.
        random_bytes: Source of randomness, `os.urandom` outside tests.
    """
    # FIPS 186-5 A.2.1: 64 extra bits make the reduction unbiased.
    secret = int.from_bytes(random_bytes(40)) % (_ORDER_P256 - 1) + 1
    key = ec.derive_private_key(secret, ec.SECP256R1())
    serial = int.from_bytes(random_bytes(16)) >> 1 or 1
    short = name_on_seal(organization_name)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, short),
            x509.NameAttribute(NameOID.COMMON_NAME, short),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_seal_usage(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return SealIdentity(_pkcs8(key), certificate.public_bytes(serialization.Encoding.DER))


def load_pkcs12(data: bytes, passphrase: str) -> SealIdentity:
    """Read an identity that an authority issued (.p12, .pfx).

    Raises:
        Damaged: Not a PKCS#12 file, or another passphrase.
        Refused: No key with its certificate inside, or a kind of key that readers do not verify.
    """
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(
            data, passphrase.encode("utf-8")
        )
    except ValueError as exc:
        advice = "ファイルとパスワードを確かめてください。"
        raise Damaged(file="電子証明書", what_now=advice) from exc
    if key is None or certificate is None:
        raise Refused(
            reason="ファイルに秘密鍵と証明書の組が入っていません。発行元に確かめてください。"
        )
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise Refused(reason="この種類の鍵は使えません。RSAまたはECDSAの証明書を用意してください。")
    der = serialization.Encoding.DER
    chain = tuple(other.public_bytes(der) for other in others)
    return SealIdentity(_pkcs8(key), certificate.public_bytes(der), chain)


def seal_record(identity: SealIdentity) -> tuple[SealKey, bytes]:
    """Return what the ledger keeps of an identity: the public record, and the secret beside it."""
    certificate = x509.load_der_x509_certificate(identity.certificate)
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    chain = (identity.certificate, *identity.chain)
    record = SealKey(
        fingerprint=identity.fingerprint,
        subject=str(names[0].value) if names else certificate.subject.rfc4514_string(),
        certificate=" ".join(base64.b64encode(der).decode("ascii") for der in chain),
        valid_until=certificate.not_valid_after_utc.date(),
    )
    return record, identity.private_key


def seal_identity(record: SealKey, private_key: bytes) -> SealIdentity:
    """Return the identity that a ledger keeps."""
    certificate, *chain = (base64.b64decode(part) for part in record.certificate.split(" "))
    return SealIdentity(private_key, certificate, tuple(chain))


def sign_hole(pdf: bytes, identity: SealIdentity) -> bytes:
    """Fill the signature dictionary that `PaperCanvas` left open; nothing is appended.

    Raises:
        Usage: The file was not rendered for sealing, or with too little room.
    """
    holes = list(_HOLES.finditer(pdf))
    if len(holes) != 1:
        raise Usage(reason="この文書は封印用に作られていません。")
    start, end = holes[0].span(1)
    ranges = f"[0 {start:010d} {end:010d} {len(pdf) - end:010d}]".encode("ascii")
    sealed = bytearray(pdf)
    where = holes[0].start() + len(b"/ByteRange ")
    sealed[where : where + len(BYTE_RANGE_HOLE)] = ranges
    digest = hashlib.sha256(sealed[:start])
    digest.update(sealed[end:])
    container = _container(identity, digest.digest()).hex().encode("ascii")
    if len(container) > end - start - 2:
        raise Usage(reason="封印のための場所が足りません。")
    sealed[start + 1 : start + 1 + len(container)] = container
    return bytes(sealed)


def _container(identity: SealIdentity, digest: bytes) -> bytes:
    """Return the CMS SignedData over a SHA-256 digest, with the attributes of PAdES baseline B."""
    signer = _signer(identity)
    coroutine = signer.async_sign(digest, "sha256", use_pades=True)
    return bytes(_finish(coroutine).dump())


@lru_cache(maxsize=2)
def _signer(identity: SealIdentity) -> Any:
    from asn1crypto import keys
    from asn1crypto import x509 as asn1_x509
    from pyhanko.sign.signers.pdf_cms import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()
    store.register_multiple(asn1_x509.Certificate.load(der) for der in identity.chain)
    return SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(identity.certificate),
        signing_key=keys.PrivateKeyInfo.load(identity.private_key),
        cert_registry=store,
    )


def _finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop that cannot wait for anything outside."""
    loop = _ClosedLoop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


class _ClosedLoop(asyncio.BaseEventLoop):
    """An event loop without a selector.

    pyHanko is asynchronous throughout, and every ordinary loop opens a pair of sockets (on Windows
    over TCP) only to wake itself. Signing with a key in memory never waits: a step without ready
    work would be a call to the outside, and stops here.
    """

    def __init__(self) -> None:
        super().__init__()
        self._selector = self

    def select(self, timeout: float | None) -> list[object]:
        """Stand in for the selector: nothing ever becomes readable."""
        if timeout is None or timeout > 0:
            raise RuntimeError("the signature waited for something outside the program")
        return []

    def _process_events(self, events: list[object]) -> None:
        """Have no events to process."""

    def _write_to_self(self) -> None:
        """Have nobody to wake: only this thread runs the loop."""


def _seal_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pkcs8(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

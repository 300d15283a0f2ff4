"""Look whether the private key of the seal belongs to its certificate.

The key lies encrypted beside the log, which says nothing of it. With an exchanged one every paper
would be numbered and kept, and fail at the client: the honest contractor would look like a forger.
"""

import base64
import hashlib

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
)

from models.errors import Damaged
from models.records import SealKey

SECRET = "seal-private-key"
_WAY = (
    "このまま確定した書類は検証に通らないため、確定できません。だれかが入れ替えたおそれがあるので、"
    "責任者は、最新のバックアップから新しいフォルダーに復元して確かめてください。"
    "戻らないときは「設定・利用者」で証印を作り直し、新しい指紋を委託者に知らせてください。"
)
LOST = f"証印の秘密鍵がありません。{_WAY}"
OTHER = f"証印の秘密鍵が、証明書のものではありません。{_WAY}"
UNREADABLE = f"証印の秘密鍵か証明書が読めません。{_WAY}"
FINGERPRINT = f"証印の証明書が、記録された指紋と違います。{_WAY}"


def secret_name(key: SealKey) -> str:
    """Return under which name the private key is kept."""
    return f"{SECRET}/{key.fingerprint}"


def require_pair(key: SealKey, secret: bytes | None) -> None:
    """Refuse a seal whose private key is not that of its certificate.

    Args:
        secret: PKCS #8 (DER); None when none is kept.

    Raises:
        Damaged
    """
    if sentence := amiss(key, secret):
        raise Damaged(file=f"証印 {key.caption()}", what_now=sentence)


def amiss(key: SealKey, secret: bytes | None) -> str:
    """Return what is wrong with a seal, "" for nothing."""
    if not secret:
        return LOST
    try:
        certificate = base64.b64decode(key.certificate.split(" ")[0], validate=True)
        wanted = x509.load_der_x509_certificate(certificate).public_key()
        found = load_der_private_key(secret, None).public_key()
        pair = [one.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
                for one in (wanted, found)]  # fmt: skip
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return UNREADABLE
    if hashlib.sha256(certificate).hexdigest() != key.fingerprint:
        return FINGERPRINT
    return "" if pair[0] == pair[1] else OTHER

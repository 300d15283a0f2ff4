"""What a sealed document says about itself to a machine: in its QR code and XMP, word for word.

RFC 8785 JSON with short fixed keys and a version. The verifier compares these claims with the seal;
the ledger compares them with its own entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

import rfc8785

from models.errors import Foreign, NewerFormat
from models.text import is_whole

VERSION: Final = 1
NAMESPACE: Final = "urn:azukari:sealed-document:1#"  # of the claims in the XMP

_TEXTS: Final = ("kind", "number", "contract", "ledger", "head", "issued_at")
_OPTIONAL_TEXTS: Final = ("previous_number", "previous_sha256", "seal", "replaces")


@dataclass(frozen=True)
class Claims:
    """The claims of one document.

    `seal` is the SHA-256 of the seal certificate, hexadecimal; `replaces` the number of the paper whose
    place it takes.
    """

    kind: str
    number: str
    contract: str
    ledger: str
    seq: int
    head: str
    issued_at: str
    previous_number: str | None = None
    previous_sha256: str | None = None
    seal: str | None = None
    replaces: str | None = None

    @classmethod
    def from_mapping(cls, found: Mapping[str, object]) -> Self:
        """Read the claims strictly: what is missing or of another type is not ours.

        Raises:
            Foreign: Not our claims.
            NewerFormat: Claims of a later version.
        """
        version = found.get("azukari")
        if isinstance(version, int) and version > VERSION:
            raise NewerFormat(file="文書", found=version, known=VERSION)
        texts = [found.get(key) for key in _TEXTS]
        optional = [found.get(key) for key in _OPTIONAL_TEXTS]
        seq = found.get("seq")
        if (
            version != VERSION
            or not all(_is_text(text) for text in texts)
            or not all(text is None or _is_text(text) for text in optional)
            or type(seq) is not int  # `True` is an instance of it
            or seq < 0
        ):
            raise Foreign(file="文書", reason="預り台帳の記載事項がありません。")
        return cls(**{key: found.get(key) for key in (*_TEXTS, *_OPTIONAL_TEXTS, "seq")})  # type: ignore[arg-type]

    def to_json(self) -> str:
        """Return the canonical text that the QR code and the XMP carry."""
        entries: dict[str, object] = {"azukari": VERSION, "seq": self.seq}
        for key in (*_TEXTS, *_OPTIONAL_TEXTS):
            value = getattr(self, key)
            if value is not None:
                entries[key] = value
        return rfc8785.dumps(entries).decode("utf-8")  # type: ignore[arg-type]


def _is_text(found: object) -> bool:
    return isinstance(found, str) and is_whole(found)


def claim_time(moment: datetime) -> str:
    """Print a time for the claims: seconds and the offset of the PC that sealed."""
    return moment.replace(microsecond=0).isoformat()

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
_OPTIONAL_TEXTS: Final = (
    "previous_number", "previous_sha256", "seal", "replaces", "former_number", "former_head"
)  # fmt: skip
_COUNTS: Final = ("seq", "former_seq")


@dataclass(frozen=True)
class Claims:
    """The claims of one document.

    `seal` is the SHA-256 of the seal certificate, hexadecimal; `replaces` the number of the paper whose
    place it takes. `former_…` tell of the last receipt of an inspection of the same contract: its number,
    its count, and the head that the ledger has at that count when this paper is made ("" where it has no
    such entry). A number of "" says that the ledger knows none, None that nothing is said.
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
    former_number: str | None = None
    former_head: str | None = None
    former_seq: int | None = None

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
        former = found.get("former_seq")
        if (
            version != VERSION
            or not all(_is_text(text) for text in texts)
            or not all(text is None or _is_text(text) for text in optional)
            or not _is_count(found.get("seq"))
            or not (former is None or _is_count(former))
            or bool(found.get("former_number")) is (former is None)
            or ("former_head" in found) is (former is None)
        ):
            raise Foreign(file="文書", reason="預り台帳の記載事項がありません。")
        return cls(**{key: found.get(key) for key in (*_TEXTS, *_OPTIONAL_TEXTS, *_COUNTS)})  # type: ignore[arg-type]

    def to_json(self) -> str:
        """Return the canonical text that the QR code and the XMP carry."""
        entries: dict[str, object] = {"azukari": VERSION}
        for key in (*_TEXTS, *_OPTIONAL_TEXTS, *_COUNTS):
            value = getattr(self, key)
            if value is not None:
                entries[key] = value
        return rfc8785.dumps(entries).decode("utf-8")  # type: ignore[arg-type]


def _is_text(found: object) -> bool:
    return isinstance(found, str) and is_whole(found)


def _is_count(found: object) -> bool:
    return type(found) is int and found >= 0  # `True` is an instance of it


def claim_time(moment: datetime) -> str:
    """Print a time for the claims: seconds and the offset of the PC that sealed."""
    return moment.replace(microsecond=0).isoformat()

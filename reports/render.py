"""Draw a paper to bytes, without or with its seal; the same paper gives the same bytes."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Protocol

from reports.seal import SealIdentity, sign_hole


class Drawable(Protocol):
    """Whatever can draw itself as a PDF with room for a signature."""

    def write(self, file: BinaryIO, room: int) -> None: ...


@dataclass(frozen=True, slots=True)
class SealedPaper:
    """A sealed file and its SHA-256 (hex)."""

    pdf: bytes
    sha256: str


def render(document: Drawable) -> bytes:
    """Return the PDF without a seal, for preview and working prints.

    Raises:
        UnprintableCharacter: naming the character and the field.
    """
    file = BytesIO()
    document.write(file, 0)
    return file.getvalue()


def seal(document: Drawable, identity: SealIdentity) -> SealedPaper:
    """Return the sealed PDF: one revision, certified, covering every byte.

    Raises:
        UnprintableCharacter: naming the character and the field.
    """
    file = BytesIO()
    document.write(file, identity.room)
    pdf = sign_hole(file.getvalue(), identity)
    return SealedPaper(pdf, hashlib.sha256(pdf).hexdigest())

"""Let a confined child read bytes from outside before this process reads the same bytes.

These are key headers, manifests of backups and key copies, and headers of journal files: JSON that is parsed before
any key can prove it. Magic, lengths, digest and version stand at fixed places and are checked here,
unparsed, by whoever has the file. Then the child runs the very reader that runs here afterwards, and
says of each piece only whether it reads: not one value comes from it.

What this PC wrote itself, or vetted before with the same version of the program, is known by its
SHA-256 and not vetted again, because a start of the child costs 60 to 230 ms of processor time and
the own ledger is opened every day. The list lies beside the device secret; a list that is lost or
damaged costs nothing but these starts.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from models.errors import AzukariError, NotVetted
from resources import VERSION as PROGRAM
from resources import confined
from resources.confined import Bounds, Child
from storage.device import data_folder
from storage.files import make_private_folder, overwrite_durable, read_whole

KEYS, BACKUP, JOURNAL, COPY = "keys", "backup", "journal", "copy"
CHILD_FLAG: Final = "--vet-in-child"
CHILD: Final = Child("storage.vetting_child", CHILD_FLAG)
BOUNDS: Final = Bounds(memory_bytes=512 * 1024**2, seconds=30, answer_bytes=64 * 1024)
FILE_NAME = "vetted"
_MOST_BYTES = 4096 * 32  # the latest digests
_REASONS: Final[dict[type[confined.Stopped], str]] = {
    confined.TookTooLong: "時間がかかりすぎました",
    confined.BrokeOff: "途中で止まりました",
}
_UNCLEAR: Final = "結果が正しくありません"


def reads(kind: str, raw: bytes, name: str) -> bool:
    """Tell whether bytes from outside read; see `look_over`."""
    return look_over(kind, [raw], name)[0]


def look_over(kind: str, pieces: Sequence[bytes], name: str) -> list[bool]:
    """Tell of each piece whether it reads; one child looks at all that are not known.

    Args:
        kind: KEYS, BACKUP, JOURNAL or COPY.
        pieces: What is parsed afterwards, byte for byte.
        name: File or folder, for the message; the child never learns it.

    Raises:
        NotVetted: The child took too much time or memory, or broke; nothing is known of any piece.
    """
    known = _known()
    digests = [_digest(kind, raw) for raw in pieces]
    new = {d: raw for d, raw in zip(digests, pieces, strict=True) if d not in known}
    sound: list[bytes] = []
    if new:
        verdicts = _ask(kind, list(new.values()), name)
        sound = [digest for digest, reads in zip(new, verdicts, strict=True) if reads]
        _keep(sound)
    return [digest not in new or digest in sound for digest in digests]


def remember(kind: str, raw: bytes) -> None:
    """Know bytes that this program made itself and is about to write."""
    digest = _digest(kind, raw)
    if digest not in _known():
        _keep([digest])


def _ask(kind: str, pieces: list[bytes], name: str) -> list[bool]:
    request = {"kind": kind, "sizes": [len(piece) for piece in pieces]}
    try:
        answers = list(confined.ask(CHILD, request, pieces, BOUNDS))
    except confined.Stopped as exc:
        raise NotVetted(file=name, reason=_REASONS.get(type(exc), _UNCLEAR)) from exc
    verdicts = answers[0].get("reads") if len(answers) == 1 else None
    if (
        not isinstance(verdicts, list)
        or len(verdicts) != len(pieces)
        or any(type(verdict) is not bool for verdict in verdicts)
    ):
        raise NotVetted(file=name, reason=_UNCLEAR)
    return verdicts


# --- what is known ------------------------------------------------------------------------------


def _digest(kind: str, raw: bytes) -> bytes:
    """Name bytes as one reader of one version of the program meets them."""
    return hashlib.sha256(f"azukari/vetted/1 {PROGRAM} {kind}\0".encode() + raw).digest()


def _known() -> bytes:
    """Return the digests, one after another."""
    try:
        return read_whole(data_folder() / FILE_NAME, limit=_MOST_BYTES)
    except AzukariError:
        return b""


def _keep(digests: list[bytes]) -> None:
    """Add to the list; the oldest go when it is full."""
    if digests:
        latest = (_known() + b"".join(digests))[-_MOST_BYTES:]
        with suppress(AzukariError):  # a full disk must not keep anybody from the ledger
            make_private_folder(data_folder())
            overwrite_durable(data_folder() / FILE_NAME, latest)

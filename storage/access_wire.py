"""Lines of the access log as bytes: the form in which they travel to the journal and come back.

Canonical JSON with the line before, the lines in order, and the signatures that stand under them. A
line carries neither its number nor its hash: both follow from the line before. Reading checks the
shape only; chain and signatures are checked by whoever takes the lines in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.access import Act, Line, Seal, chained
from models.chain import Head, canonical, timestamp
from storage import strict_json
from storage.strict_json import LARGEST, Fields, Malformed

VERSION = 1
MOST_LINES = 1000  # in one frame
_TEXTS = ("contract", "detail", "purpose", "target", "terminal", "type", "user")
_LINE = ("act", "at", "count", "offset", *_TEXTS)
_SEAL = ("author", "first", "hash", "last", "ledger", "seq", "signature")


@dataclass(frozen=True)
class Batch:
    """Lines of the access log that follow each other, and the signatures under them.

    Args:
        before: number and hash of the line that the first one continues.
        seals: every seal that covers one of the lines; as they stood when the batch was made.
    """

    before: Head
    lines: Sequence[Line]
    seals: Sequence[Seal]

    @property
    def end(self) -> Head:
        """Return number and hash of the last line."""
        return Head(self.lines[-1].number, self.lines[-1].hash)


def dump(batch: Batch) -> bytes:
    """Write a batch."""
    return canonical(
        {
            "after": batch.before.seq,
            "lines": [_line(line) for line in batch.lines],
            "previous": batch.before.hex,
            "seals": [_seal(seal) for seal in batch.seals],
            "v": VERSION,
        }
    )


def _line(line: Line) -> dict[str, str | int]:
    return {
        "act": line.act.value,
        "at": timestamp(line.at),
        "count": line.count,
        "offset": line.offset,
        **{name: getattr(line, name) for name in _TEXTS},
    }


def _seal(seal: Seal) -> dict[str, str | int]:
    return {
        "author": seal.author,
        "first": seal.first,
        "hash": seal.hash.hex(),
        "last": seal.last,
        "ledger": seal.ledger.hex,
        "seq": seal.ledger.seq,
        "signature": seal.signature.hex(),
    }


def load(data: bytes) -> Batch:
    """Read what `dump` wrote.

    Raises:
        Malformed: it is not the form described above; the caller names the file.
    """
    top = strict_json.loads(data).only(("after", "lines", "previous", "seals", "v"))
    top.number("v", VERSION, VERSION)
    before = Head(top.number("after", 0, LARGEST), _hex(top, "previous", 32))
    lines = [_read_line(part) for part in top.items("lines", 1, MOST_LINES)]
    seals = [_read_seal(part) for part in top.items("seals", 1, MOST_LINES)]
    return Batch(before, chained(lines, before), seals)


def _read_line(part: Fields) -> Line:
    part.only(_LINE)
    texts: dict[str, Any] = {name: part.text(name, r"(?s).*") for name in _TEXTS}
    try:
        act = Act.read(part.text("act", r"[a-z_]{1,64}"))
    except KeyError as exc:
        raise Malformed("field act") from exc
    return Line(
        datetime.fromisoformat(part.time("at")), part.number("offset", -1440, 1440), act=act,
        count=part.number("count", 0, LARGEST), **texts,
    )  # fmt: skip


def _read_seal(part: Fields) -> Seal:
    part.only(_SEAL)
    return Seal(
        part.number("first", 1, LARGEST), part.number("last", 1, LARGEST),
        _hex(part, "hash", 32), part.text("author", r"[0-9A-Za-z_-]{1,64}"),
        Head(part.number("seq", 0, LARGEST), _hex(part, "ledger", 32)),
        _hex(part, "signature", 64),
    )  # fmt: skip


def _hex(fields: Fields, name: str, size: int) -> bytes:
    return bytes.fromhex(fields.text(name, rf"[0-9a-f]{{{2 * size}}}"))

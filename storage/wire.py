"""One command as bytes: the form in which it travels to the journal and comes back at a restore.

    u32 length of the head | head (canonical JSON) | contents of the entries, one after another

The head holds the command and, for each entry, everything but what follows from the chain. Reading
checks the shape only; the chain and the signature are checked by whoever replays it.
"""

import struct
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models.chain import SALT_SIZE, Action, Command, Entry, canonical, timestamp
from storage import strict_json
from storage.strict_json import Fields, Malformed

VERSION = 1
_HEX = r"[0-9a-f]+"
_LARGEST_ID = r"[0-9A-Za-z_-]{1,64}"


def dump(command: Command, entries: Sequence[Entry]) -> bytes:
    """Write one command with its entries."""
    head: dict[str, Any] = {
        "at": timestamp(command.recorded_at),
        "author": command.author,
        "entries": [_entry(entry) for entry in entries],
        "first": command.first_seq,
        "id": command.id,
        "offset": command.offset,
        "previous": entries[0].previous.hex(),
        "signature": command.signature.hex(),
        "v": VERSION,
    }
    packed = canonical(head)  # ASCII and whole numbers only: the quick encoder writes RFC 8785
    bodies = [entry.content for entry in entries if entry.content is not None]
    return b"".join([struct.pack(">I", len(packed)), packed, *bodies])


def _entry(entry: Entry) -> dict[str, str | int]:
    return {
        "action": entry.action.value,
        "commitment": entry.commitment.hex(),
        "hash": entry.hash.hex(),
        "id": entry.record_id,
        "payload": entry.payload,
        "salt": entry.salt.hex() if entry.salt is not None else "",
        "size": len(entry.content) if entry.content is not None else -1,
        "type": entry.type,
    }


def load(data: bytes) -> tuple[Command, list[Entry]]:
    """Read what `dump` wrote.

    Raises:
        Malformed: it is not the form described above; the caller names the file.
    """
    if len(data) < 4:
        raise Malformed("too short")
    end = 4 + int(struct.unpack(">I", data[:4])[0])
    head = strict_json.loads(data[4:end]).only(
        ("at", "author", "entries", "first", "id", "offset", "previous", "signature", "v")
    )
    head.number("v", VERSION, VERSION)
    first = head.number("first", 1, strict_json.LARGEST)
    previous = _hex(head, "previous", 32)
    entries: list[Entry] = []
    for number, part in enumerate(head.items("entries", 1, 10_000_000)):
        entry, end = _read_entry(part, first + number, previous, data, end)
        entries.append(entry)
        previous = entry.hash
    if end != len(data):
        raise Malformed("bytes behind the last entry")
    at = datetime.fromisoformat(head.time("at"))
    command = Command(
        head.text("id", _LARGEST_ID), head.text("author", _LARGEST_ID), at,
        head.number("offset", -1440, 1440), first, entries[-1].seq, previous,
        _hex(head, "signature", 64),
    )  # fmt: skip
    return command, entries


def _read_entry(
    part: Fields, seq: int, previous: bytes, data: bytes, start: int
) -> tuple[Entry, int]:
    part.only(("action", "commitment", "hash", "id", "payload", "salt", "size", "type"))
    size = part.number("size", -1, len(data))
    end = start + max(size, 0)
    if end > len(data):
        raise Malformed("content cut off")
    erased = size < 0
    entry = Entry(
        seq, part.text("type", r"[a-z_]{1,64}"), part.text("id", _LARGEST_ID),
        Action(part.text("action", "create|revise|void")), part.number("payload", 1, 65535),
        _hex(part, "commitment", 32), previous, _hex(part, "hash", 32),
        None if erased else _hex(part, "salt", SALT_SIZE), None if erased else data[start:end],
    )  # fmt: skip
    return entry, end


def _hex(fields: Fields, name: str, size: int) -> bytes:
    return bytes.fromhex(fields.text(name, f"{_HEX[:-1]}{{{2 * size}}}"))

"""A second reader of the journal, written from docs/format.md alone; shares no code with `storage/`.

The keys come from the ledger, everything else from the document.
"""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.access import Act, Question
from storage import journal as journals
from tests.house import furnished
from tests.storage.test_journal_keeper import enter, usb

DOCUMENT = Path(__file__).parents[2] / "docs" / "format.md"


def _number(raw: bytes, start: int, length: int) -> int:
    return int.from_bytes(raw[start : start + length], "big")


Json = dict[str, Any]


def _read_file(raw: bytes, journal_key: bytes) -> tuple[Json, list[Json], list[Json]]:
    """Return header, commands and batches of lines of one journal file."""
    assert raw[:10] == b"AZKJOUR\n\x00\x02"
    n = _number(raw, 10, 4)
    digest = hashlib.sha256(raw[: 14 + n]).digest()
    assert raw[14 + n : 46 + n] == digest
    header = json.loads(raw[14 : 14 + n])
    salt = base64.b64decode(header["file_id"])
    key = HKDF(
        algorithm=SHA256(), length=32, salt=salt, info=b"azukari/journal-file/1"
    ).derive(journal_key)  # fmt: skip
    assert AESGCM(key).decrypt(bytes(12), raw[46 + n : 62 + n], digest) == b""
    commands, lines, position, expected = [], [], 62 + n, header["seq"] + 1
    while position < len(raw):
        prefix = raw[position : position + 76]
        assert prefix[:4] == b"AZJF"
        assert prefix[68:] == hashlib.sha256(digest + prefix[:68]).digest()[:8]
        size = _number(prefix, 4, 4)
        box = raw[position + 76 : position + 76 + size]
        plain = AESGCM(key).decrypt(prefix[56:68], box, digest + prefix)
        length = _number(plain, 0, 4)
        packed, rest = plain[4 : 4 + length], plain[4 + length :]
        if rest:
            lines.append(json.loads(rest))
        if packed:
            command = json.loads(packed[4 : 4 + _number(packed, 0, 4)])
            assert command["previous"] == prefix[24:56].hex()
            assert _number(prefix, 8, 8) == command["first"] == expected
            expected += len(command["entries"])
            assert _number(prefix, 16, 8) == expected - 1
            commands.append(command)
        else:
            assert rest and prefix[8:56] == bytes(48)
        position += 76 + size
    return header, commands, lines


def _line_hash(line: Json, number: int, previous: str) -> str:
    body = {**line, "number": number, "prev": previous, "v": 2 if line["purpose"] else 1}
    if not line["purpose"]:
        del body["purpose"]
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(b"azukari/access-line/1\0" + text.encode()).hexdigest()


def test_a_second_reader_follows_the_journal_from_file_to_file(tmp_path: Path) -> None:
    limit, journals.FILE_LIMIT = journals.FILE_LIMIT, 1500
    try:
        with furnished(tmp_path) as house:
            house.ledger.journal.start(usb(house))
            base = house.ledger.journal.status().seq - 1
            for number in range(5):
                enter(house.ledger, f"倉庫{number}")
                house.ledger.access.note(Act.VIEW, "item", "x")
                house.ledger.access.flush()
            house.ledger.access.handed_out(Act.EXPORT, "item", purpose="監査の準備")
            log = {
                line.number: line.hash.hex()
                for line in house.ledger.access.lines(Question(limit=1000))
            }
            vault = house.ledger.safe.vault  # type: ignore[attr-defined]
            key, vault_id = vault.derive("journal"), vault.vault_id
            expected = {entry.seq: entry.hash.hex() for entry in house.ledger.store.entries()}
    finally:
        journals.FILE_LIMIT = limit
    paths = sorted(path.name for path in usb(house).iterdir())
    assert all(re.fullmatch(rf"azukari-{vault_id.hex()[:8]}-\d{{6}}\.azj", name) for name in paths)
    assert len(paths) > 1
    link, head, seq = bytes(16), expected[base], base
    number, line_hash = 0, bytes(32).hex()
    for name in paths:
        header, commands, batches = _read_file((usb(house) / name).read_bytes(), key)
        assert base64.b64decode(header["vault_id"]) == vault_id
        assert base64.b64decode(header["link"]) == link
        assert (base64.b64decode(header["previous"]).hex(), header["seq"]) == (head, seq)
        assert (header["line"], base64.b64decode(header["line_hash"]).hex()) == (number, line_hash)
        link = base64.b64decode(header["file_id"])
        for batch in batches:
            assert (batch["after"], batch["previous"]) == (number, line_hash)
            for line in batch["lines"]:
                number += 1
                line_hash = _line_hash(line, number, line_hash)
                assert line_hash == log.get(number, line_hash)
            assert batch["seals"][-1]["hash"] == line_hash
        for command in commands:
            assert command["previous"] == head
            for entry in command["entries"]:
                seq += 1
                head = entry["hash"]
                assert head == expected[seq]
    assert seq == max(expected) and number == max(log) + 1  # and the lock


def test_the_document_names_every_field_of_the_header() -> None:
    chapter = DOCUMENT.read_text("utf-8").split("## Journal")[1].split("## Sealed document")[0]
    from storage.journal_format import _FIELDS, _LINE_FIELDS

    assert all(f"`{name}`" in chapter for name in _FIELDS + _LINE_FIELDS)

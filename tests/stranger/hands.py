"""What somebody with evil intent and a key can do to a ledger, by the document alone."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.stranger.reader.database import Database
from tests.stranger.reader.header import Header, parse, read_copies
from tests.stranger.reader.log import Command, Entry, commands, header_bytes, statement
from tests.stranger.reader.plain import Json, canonical, sha
from tests.stranger.reader.reading import Key
from tests.stranger.reader.unlock import KeySet, data_keys, derived

SALT = bytes(range(16))


@dataclass
class Insider:
    """Somebody who may sign in, and who writes into the files without the program."""

    home: Path
    key: Key
    header: Header = field(init=False)
    keys: KeySet = field(init=False)
    data_key: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.header = read_copies(self.home / "ledger")
        self.keys = self.key.of_header(self.header)
        epoch = self.header.json["epochs"][0]["e"]
        self.data_key = data_keys(self.header, self.keys)[epoch]

    @property
    def vault(self) -> str:
        return self.header.vault_id.hex()

    def derive(self, purpose: str) -> bytes:
        return derived(self.data_key, self.header.vault_id, purpose)

    def sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.keys.ed).sign(message)

    @contextmanager
    def database(self) -> Iterator[Any]:
        """Open the database for writing; its derived tables are to be made anew afterwards."""
        connection = sqlcipher.connect(str(self.home / "ledger" / "ledger.db"))
        connection.execute(f"PRAGMA key = \"x'{self.derive('database').hex()}'\"")
        try:
            yield connection
            connection.execute("PRAGMA user_version = 0")
            connection.commit()
        finally:
            connection.close()

    def change(self, sql: str, *parameters: object) -> None:
        """Change one row, and make sure that it was there."""
        with self.database() as connection:
            assert connection.execute(sql, parameters).rowcount > 0

    def log(self) -> list[Command]:
        with self.database() as connection:
            return list(commands(Database(connection)))

    def latest(self, type: str) -> Entry:
        """Return the last entry of a type that still says something."""
        found = [e for one in self.log() for e in one.entries if e.type == type and e.fields]
        return found[-1]

    def enter(self, type: str, id: str, action: str, fields: Json, payload: int = 1) -> None:
        """Append one entry in one command, hashed and signed as it must be."""
        last = self.log()[-1]
        content: Json = {"reason": "訂正"} if action == "revise" else {}
        body = canonical(content | ({"fields": fields} if action != "void" else {}))
        entry = Entry(
            last.last + 1, type, id, action, payload, sha(SALT + body), last.head, b"", SALT, body
        )
        self.append(replace(last, id=sha(body).hex()[:32], author=self.keys.user_id), entry)

    def append(self, pattern: Command, entry: Entry) -> None:
        """Append a command with one entry; id, author and time are the pattern's."""
        command = replace(pattern, first=entry.seq, last=entry.seq)
        hashed = replace(entry, hash=sha(b"azukari/entry/1\0" + header_bytes(entry, command)))
        command = replace(command, head=hashed.hash)
        with self.database() as connection:
            connection.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (hashed.seq, hashed.type, hashed.id, hashed.action, hashed.payload,
                 hashed.commitment, hashed.previous, hashed.hash),
            )  # fmt: skip
            connection.execute(
                "INSERT INTO content VALUES (?, ?, ?)", (hashed.seq, hashed.salt, hashed.body)
            )
            connection.execute(
                "INSERT INTO command VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (command.first, command.last, command.id, command.author, command.at,
                 command.offset, command.head, self.sign(statement(command, self.vault))),
            )  # fmt: skip

    def rehash(self, first: int) -> None:
        """Hash everything from an entry on anew, as if it had always been so; nothing is signed."""
        log = self.log()
        previous = next(e.previous for one in log for e in one.entries if e.seq == first)
        with self.database() as connection:
            for command in log:
                for entry in command.entries:
                    if entry.seq < first:
                        continue
                    header = header_bytes(replace(entry, previous=previous), command)
                    found = sha(b"azukari/entry/1\0" + header)
                    connection.execute(
                        "UPDATE entry SET previous = ?, hash = ? WHERE seq = ?",
                        (previous, found, entry.seq),
                    )
                    previous = found
                if command.last >= first:
                    connection.execute(
                        "UPDATE command SET head = ? WHERE first_seq = ?", (previous, command.first)
                    )

    def write_header(self, value: Json) -> None:
        """Write both copies of a key header, with the MAC that every holder can make."""
        raw = canonical(value)
        framed = b"AZKKEYS\n\0\1" + len(raw).to_bytes(4, "big") + raw
        framed += hmac.digest(self.derive("header"), framed, "sha256")
        framed += hashlib.sha256(framed).digest()
        assert parse(framed).json == value
        for name in ("keys.a", "keys.b"):
            (self.home / "ledger" / name).write_bytes(framed)


def flip(path: Path, place: int) -> None:
    """Turn one bit of a file around."""
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(bytes(raw))


def fields_of(entry: Entry) -> Json:
    """Return the fields of an entry, to be changed."""
    return dict(json.loads(entry.body or b"{}")["fields"])

"""The log: entries in commands, every byte that is hashed, every signature, every key in its time."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.stranger.reader.database import Database
from tests.stranger.reader.plain import TIME, Findings, Json, canonical, sha, signed

HEX32 = re.compile(r"[0-9a-f]{32}")
HEX64 = re.compile(r"[0-9a-f]{64}")
ACTIONS = {"create", "revise", "void"}
MANAGERS = {"supervisor", "administrator"}
RESPONSIBLE = {"supervisor", "sheet"}
STANDING = ("public_key", "app_role", "status", "person_id")
"""What nobody changes in the own account."""
ZERO = bytes(32)
OF_A_CONTRACT = {
    "access_right", "assignment", "attachment", "authorization", "client_communication",
    "contract", "contract_clause_setting", "contract_place", "credential", "due_item", "finding",
    "governance_document", "handling_event", "incident", "incident_log", "incident_report",
    "information_asset", "item", "officer_confirmation",
    "pledge", "rule_override", "submission", "training_plan", "training_session",
}  # fmt: skip
"""What an erasure may name."""


@dataclass(frozen=True)
class Entry:
    """One row of `entry`, with its content unless that was erased."""

    seq: int
    type: str
    id: str
    action: str
    payload: int
    commitment: bytes
    previous: bytes
    hash: bytes
    salt: bytes | None
    body: bytes | None

    @property
    def fields(self) -> Json:
        """Return what the record says; nothing for a void, and where it cannot be read."""
        try:
            return dict(json.loads(self.body or b"{}").get("fields", {}))
        except ValueError:
            return {}  # its commitment tells


@dataclass(frozen=True)
class Command:
    """One row of `command` with its entries."""

    first: int
    last: int
    id: str
    author: str
    at: str
    offset: int
    head: bytes
    signature: bytes
    entries: tuple[Entry, ...]


@dataclass
class Walk:
    """What is known after each command: records as they stand, accounts, origin, the head."""

    vault: str
    findings: Findings
    seq: int = 0
    head: bytes = ZERO
    records: dict[tuple[str, str], Json] = field(default_factory=dict)
    hashes: list[bytes] = field(default_factory=lambda: [ZERO])
    types: list[str] = field(default_factory=lambda: [""])
    erased: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    made: dict[tuple[str, str], Entry] = field(default_factory=dict)
    """The entry that created each record."""
    askers: dict[str, str] = field(default_factory=dict)
    """Person who entered an exception, by its id."""
    voided: set[tuple[str, str]] = field(default_factory=set)
    commands: set[str] = field(default_factory=set)
    first_key: bytes = b""
    """Pinned in entry 1, whatever is entered later."""
    authors: list[str] = field(default_factory=list)
    keys: list[dict[str, bytes]] = field(default_factory=lambda: [{}])

    def record(self, type: str, id: str) -> Json:
        return self.records.get((type, id), {})

    def origin(self) -> Json:
        for (kind, _id), found in self.records.items():
            if kind == "ledger_origin":
                return found
        return {}

    def sheets(self) -> dict[str, str]:
        """Return the recovery sheets that the ledger believes, by name."""
        return dict(one.split("=", 1) for one in self.origin().get("recovery_keys", []))

    def is_sheet(self, author: str) -> bool:
        return author in self.sheets()

    def person(self, author: str) -> str:
        return str(self.record("user_account", author).get("person_id", ""))

    def key_of(self, author: str) -> bytes | None:
        """Return the key with which somebody may sign the next command, if anybody may."""
        if self.is_sheet(author):
            return _key(self.sheets()[author])
        account = self.record("user_account", author)
        return _key(account.get("public_key")) if account.get("status") == "active" else None

    def role(self, author: str) -> str:
        return str(self.record("user_account", author).get("app_role", ""))


def _key(text: object) -> bytes | None:
    """Return an Ed25519 key from its hex; None where there is none."""
    return bytes.fromhex(text) if isinstance(text, str) and HEX64.fullmatch(text) else None


def commands(database: Database) -> Iterator[Command]:
    """Read the log in its order."""
    bodies = {row[0]: row[1:] for row in database.rows("SELECT seq, salt, body FROM content")}
    names = "seq, type, record_id, action, payload, commitment, previous, hash"
    rows = database.rows(f"SELECT {names} FROM entry ORDER BY seq")
    entries = [Entry(*row, *bodies.get(row[0], (None, None))) for row in rows]
    names = "first_seq, last_seq, id, author, recorded_at, offset, head, signature"
    place = 0
    for row in database.rows(f"SELECT {names} FROM command ORDER BY first_seq"):
        inside = []
        while place < len(entries) and entries[place].seq <= row[1]:
            inside.append(entries[place])
            place += 1
        yield Command(*(*row, tuple(inside)))
    if place < len(entries):
        rest = tuple(entries[place:])
        yield Command(rest[0].seq, rest[-1].seq, "", "", "", 0, ZERO, b"", rest)


def header_bytes(entry: Entry, command: Command) -> bytes:
    """Return the bytes that are hashed for an entry; they stand nowhere as they are."""
    return canonical(
        {
            "action": entry.action,
            "at": command.at,
            "author": command.author,
            "command": command.id,
            "commitment": entry.commitment.hex(),
            "id": entry.id,
            "offset": command.offset,
            "payload": entry.payload,
            "prev": entry.previous.hex(),
            "seq": entry.seq,
            "type": entry.type,
            "v": 1,
        }
    )


def statement(command: Command, vault: str) -> bytes:
    """Return what the author of a command signs."""
    return b"azukari/command/1\0" + canonical(
        {
            "author": command.author,
            "command": command.id,
            "first": command.first,
            "head": command.head.hex(),
            "last": command.last,
            "v": 1,
            "vault": vault,
        }
    )


def follow(walk: Walk, command: Command) -> None:
    """Check one command and let it count."""
    _place(walk, command)
    for entry in command.entries:
        _entry(walk, command, entry)
    _signature(walk, command)
    _rights(walk, command)
    for entry in command.entries:
        _apply(walk, entry)
    walk.authors.append(command.author)
    walk.keys.extend([_keys(walk)] * len(command.entries))


def finish(walk: Walk) -> None:
    """Compare what is missing with what was said to be erased."""
    for seq in sorted(walk.erased - walk.named):
        walk.findings.check(False, f"entry {seq}: no content, and no erasure names it")
    for seq in sorted(walk.named - walk.erased):
        walk.findings.check(False, f"entry {seq}: named by an erasure, and still has its content")


def _place(walk: Walk, command: Command) -> None:
    check, where = walk.findings.check, f"command of entry {command.first}"
    numbers = [entry.seq for entry in command.entries]
    check(bool(numbers) and numbers == list(range(walk.seq + 1, walk.seq + 1 + len(numbers))),
          f"{where}: numbers do not follow")  # fmt: skip
    check(numbers[:1] + numbers[-1:] == [command.first, command.last], f"{where}: its numbers")
    check(HEX32.fullmatch(command.id) is not None, f"{where}: its id")
    check(command.id not in walk.commands, f"{where}: its id appears twice")
    check(TIME.fullmatch(command.at) is not None, f"{where}: its time")
    walk.commands.add(command.id)


def _entry(walk: Walk, command: Command, entry: Entry) -> None:
    check, where = walk.findings.check, f"entry {entry.seq}"
    check(entry.action in ACTIONS, f"{where}: action {entry.action}")
    check(entry.previous == walk.head, f"{where}: does not continue the one before")
    found = sha(b"azukari/entry/1\0" + header_bytes(entry, command))
    check(found == entry.hash, f"{where}: header and hash differ")
    walk.seq, walk.head = entry.seq, entry.hash
    walk.hashes.append(entry.hash)
    walk.types.append(entry.type)
    if entry.body is None or entry.salt is None:
        walk.erased.add(entry.seq)
        return
    fits = sha(entry.salt + entry.body) == entry.commitment and len(entry.salt) == 16
    if check(fits, f"{where}: content and commitment differ"):
        content = json.loads(entry.body)  # hashed as it is: nobody has to serialise it again
        check(set(content) <= {"fields", "reason"}, f"{where}: other keys in the content")
        check(("fields" in content) is (entry.action != "void"), f"{where}: fields of a void")
        check(content.get("reason") != "", f"{where}: an empty reason")


def _signature(walk: Walk, command: Command) -> None:
    check, where = walk.findings.check, f"command of entry {command.first}"
    last = command.entries[-1].hash if command.entries else None
    check(command.head == last, f"{where}: its head is not the hash of its last entry")
    key = _opening(walk, command) if command.first == 1 else walk.key_of(command.author)
    if check(key is not None, f"{where}: {command.author or 'nobody'} has no key in force"):
        assert key is not None
        message = statement(command, walk.vault)
        check(signed(key, command.signature, message), f"{where}: not signed by its author")


def _opening(walk: Walk, command: Command) -> bytes | None:
    """Return the key of the first command, which makes the account that signs it."""
    first = command.entries[0]
    origin = first.fields
    walk.findings.check(first.type == "ledger_origin", "entry 1: no ledger_origin")
    walk.findings.check(origin.get("vault_id") == walk.vault, "entry 1: of another ledger")
    own = [e for e in command.entries if (e.type, e.id) == ("user_account", command.author)]
    walk.first_key = _key(origin.get("first_key")) or b""
    made = [one.fields.get("public_key") for one in own]
    walk.findings.check(made == [walk.first_key.hex()], "entry 1: the first account's key")
    return walk.first_key or None


def _rights(walk: Walk, command: Command) -> None:
    if command.first == 1:
        return
    role = "sheet" if walk.is_sheet(command.author) else walk.role(command.author)
    for entry in command.entries:
        where = f"entry {entry.seq}"
        if entry.type == "user_account":
            allowed = _may_write(walk, command, entry, role)
            walk.findings.check(allowed, f"{where}: may not write this account")
            readable = "public_key" not in entry.fields or _key(entry.fields["public_key"])
            walk.findings.check(bool(readable), f"{where}: a public key that is none")
        if entry.type == "ledger_origin":
            walk.findings.check(role in RESPONSIBLE, f"{where}: may not write the origin")


def _may_write(walk: Walk, command: Command, entry: Entry, role: str) -> bool:
    old = walk.record("user_account", entry.id)
    new = entry.fields or old | {"status": "disabled"}  # a void ends an account
    if "supervisor" in (old.get("app_role"), new.get("app_role")):
        keepers = RESPONSIBLE
    else:
        keepers = RESPONSIBLE | MANAGERS
    same = all(old.get(name) == new.get(name) for name in STANDING)
    return role in keepers or (entry.id == command.author and same)


def _apply(walk: Walk, entry: Entry) -> None:
    place = (entry.type, entry.id)
    known = place in walk.records
    walk.made.setdefault(place, entry)
    walk.findings.check(place not in walk.voided, f"entry {entry.seq}: behind a void")
    walk.findings.check(known is (entry.action != "create"), f"entry {entry.seq}: {entry.action}")
    if entry.action == "void":
        walk.voided.add(place)
        walk.records[place] = {}
    else:
        walk.records[place] = entry.fields
    if entry.type == "content_erasure":
        walk.named |= _numbers(walk, entry)


def _numbers(walk: Walk, entry: Entry) -> set[int]:
    found: set[int] = set()
    for line in entry.fields.get("numbers", []):
        for part in line.split(","):
            first, _, last = part.partition("-")
            found |= set(range(int(first), int(last or first) + 1))
    earlier = {one for one in found if 0 < one < entry.seq}
    walk.findings.check(earlier == found, f"entry {entry.seq}: erases what was not yet there")
    types = {walk.types[one] for one in earlier}
    walk.findings.check(types <= OF_A_CONTRACT, f"entry {entry.seq}: erases what is no contract's")
    return earlier


def _keys(walk: Walk) -> dict[str, bytes]:
    """Return every key in force now; equal states share one object."""
    accounts = [author for kind, author in walk.records if kind == "user_account"]
    keys = {author: walk.key_of(author) for author in [*accounts, *walk.sheets()]}
    found = {author: key for author, key in keys.items() if key is not None}
    return walk.keys[-1] if walk.keys[-1] == found else found

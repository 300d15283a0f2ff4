"""Read a ledger folder, with its backup, journal and papers where they are at hand."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.serialization import load_der_private_key
from cryptography.x509 import load_der_x509_certificate

from tests.stranger.reader import (
    access,
    again,
    attachments,
    backup,
    journal,
    keycopy,
    names,
    paper,
    proofs,
    small,
)
from tests.stranger.reader.database import Database, opened
from tests.stranger.reader.header import Header, check_mac, check_signatures, read_copies
from tests.stranger.reader.journal import Journal
from tests.stranger.reader.log import Command, Walk, commands, finish, follow
from tests.stranger.reader.paper import Paper
from tests.stranger.reader.plain import Findings, Wrong, need, unbase
from tests.stranger.reader.unlock import (
    KeySet,
    data_keys,
    derived,
    device_secret,
    with_password,
    with_sheet,
)

UNREADABLE = (KeyError, TypeError, ValueError)
"""What somebody's content may bring a reader to raise."""


@dataclass
class Found:
    """What the stranger knows after reading."""

    findings: Findings
    walk: Walk
    log: access.Log
    generation: int = 0
    epoch: int = 0
    commands: list[Command] = field(default_factory=list)
    attachments: set[str] = field(default_factory=set)
    backup: "Found | None" = None
    journal: Journal | None = None
    papers: list[Paper] = field(default_factory=list)
    copied: bool = False
    """The copy of the key header was opened."""

    @property
    def counts(self) -> dict[str, int]:
        """Records by type that are in force."""
        found: dict[str, int] = {}
        for (kind, _id), fields in self.walk.records.items():
            if fields:
                found[kind] = found.get(kind, 0) + 1
        return found


@dataclass(frozen=True)
class Key:
    """What somebody brings: login, password and device folder, or the words of a sheet."""

    login: str = ""
    password: str = ""
    device: Path = Path()
    sheet: str = ""

    def of_header(self, header: Header) -> KeySet:
        if self.sheet:
            [name] = [one["user_id"] for one in header.json["recovery"] if one["state"] == "active"]
            return with_sheet(header.vault_id, name, self.sheet)
        roles = {one["user_id"]: one["role"] for one in header.json["users"]
                 if one["state"] == "active"}  # fmt: skip
        return self._password(header.json, roles)

    def of_backup(self, container: backup.Container) -> KeySet:
        if self.sheet:
            return with_sheet(container.vault_id, container.sheet(), self.sheet)
        return self._password(container.manifest, container.roles)

    def _password(self, value: dict[str, object], roles: dict[str, str]) -> KeySet:
        secret = device_secret(self.device)
        return with_password(value, roles, self.login, self.password, secret)


def read(
    folder: Path,
    key: Key,
    *,
    container: Path | None = None,
    journal_folder: Path | None = None,
    papers: tuple[Path, ...] = (),
) -> Found:
    """Read everything and return it with all that is wrong.

    Raises:
        Wrong: so much is wrong that nothing behind it can be read.
    """
    header = read_copies(folder)
    keys = _unlocked(header, key)
    with opened(folder / "ledger.db", _database_keys(header, keys)) as database:
        found = _ledger(database, header, folder / "attachments")
    if key.device != Path():
        walk = found.walk
        small.check_heads(key.device, folder, walk.vault, walk.hashes, found.findings)
    found.epoch = header.json["epochs"][0]["e"]
    if container is not None:
        with _put(found.findings):
            _backup(found, container, key)
    if journal_folder is not None:
        _journal(found, journal_folder, header.vault_id, keys)
        with _put(found.findings):
            _key_copy(found, journal_folder, header, keys, key)
    with _put(found.findings):
        found.papers = [paper.read(path.read_bytes()) for path in papers]
        paper.chain(found.papers, found.walk.hashes, found.walk.vault)
    return found


@contextmanager
def _put(findings: Findings) -> Iterator[None]:
    """Note what stops the reading of one part, and go on with the next."""
    try:
        yield
    except Wrong as error:
        findings.check(False, str(error))


def _unlocked(header: Header, key: Key) -> dict[int, bytes]:
    keys = data_keys(header, key.of_header(header))
    current = header.json["epochs"][0]["e"]
    check_mac(header, derived(keys[current], header.vault_id, "header"))
    check_signatures(header)
    return keys


def _database_keys(header: Header, keys: dict[int, bytes]) -> list[bytes]:
    """Return the keys of the database in the order in which they are tried."""
    epochs = sorted((one["e"] for one in header.json["epochs"]), reverse=True)
    return [derived(keys[epoch], header.vault_id, "database") for epoch in epochs]


def _seal(database: Database, found: Found) -> None:
    """Compare the private key of the seal in use with its certificate."""
    for (kind, _id), fields in found.walk.records.items():
        if kind != "seal_key" or not fields or fields.get("retired_on"):
            continue
        own = base64.b64decode(fields["certificate"].split(" ")[0])
        fits = hashlib.sha256(own).hexdigest() == fields["fingerprint"]
        found.findings.check(fits, "seal: another certificate than its fingerprint says")
        try:
            secret = database.secret(f"seal-private-key/{fields['fingerprint']}")
            key, certificate = load_der_private_key(secret, None), load_der_x509_certificate(own)
            same = key.public_key() == certificate.public_key()
        except (Wrong, ValueError):
            same = False
        found.findings.check(same, "seal: no private key of its certificate")


def _ledger(database: Database, header: Header, folder: Path | None) -> Found:
    vault, findings = header.vault_id.hex(), Findings()
    settings = database.settings()
    findings.check(settings["vault_id"] == vault, "database: of another ledger")
    for name in database.strange():
        findings.check(False, f"database: {name} is none of its tables")
    remembered = int(settings.get("header_generation", 0))
    findings.check(header.generation >= remembered, "key header: an old copy")
    found = Found(findings, Walk(vault, findings), access.in_database(database), header.generation)
    named, later = names.Names(), again.Again()
    for command in commands(database):
        found.commands.append(command)
        try:
            proofs.check(found.walk, command)
            named.check(found.walk, command)
            later.check(found.walk, command)
        except UNREADABLE as error:
            findings.check(False, f"command of entry {command.first}: proofs: {error!r}")
        follow(found.walk, command)
    finish(found.walk)
    later.finish(found.walk)
    findings.check(found.walk.first_key == unbase(header.json["first_key"], 32, "first_key"),
                   "key header: another first key than entry 1")  # fmt: skip
    access.check(found.log, found.walk)
    access.review(found.log, found.walk)
    _seal(database, found)
    if folder is not None:
        wanted = {
            fields["blob"]: fields
            for (kind, _id), fields in found.walk.records.items()
            if kind == "attachment" and fields
        }
        attachments.check(folder, wanted, database.secret("attachment_key"), findings)
        found.attachments = attachments.names(folder)
    return found


def _backup(found: Found, path: Path, key: Key) -> None:
    container = backup.read(path)
    content = backup.unlock(container, key.of_backup(container))
    keys = _unlocked(content.header, key)
    manifest, findings = container.manifest, found.findings
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "ledger.db"
        copy.write_bytes(content.database)
        (Path(folder) / "attachments").mkdir()
        for name, raw in content.attachments.items():
            (Path(folder) / "attachments" / name).write_bytes(raw)
        with opened(copy, _database_keys(content.header, keys)) as database:
            inside = _ledger(database, content.header, Path(folder) / "attachments")
    found.backup = inside
    findings.said += [f"backup: {one}" for one in inside.findings.said]
    head = unbase(manifest["head"], 32, "head")
    findings.check((manifest["seq"], head) == (inside.walk.seq, inside.walk.head), "backup: head")
    counted = {name: count for name, count in manifest["counts"].items() if count}
    findings.check(counted == inside.counts, "backup: other counts")
    known = found.walk.hashes
    same = len(known) > inside.walk.seq and known[inside.walk.seq] == inside.walk.head
    findings.check(same, "backup: the ledger does not have its head")
    need(inside.walk.vault == found.walk.vault, "backup: of another ledger")


def _journal(found: Found, folder: Path, vault_id: bytes, keys: dict[int, bytes]) -> None:
    own = {epoch: derived(key, vault_id, "journal") for epoch, key in keys.items()}
    read = found.journal = journal.read(folder, vault_id, own, found.findings)
    by_first = {one.first: one for one in found.commands}
    for command in read.commands:
        known = by_first.get(command.first)
        same = known is not None and journal.same_command(known, command)
        found.findings.check(same, f"journal: command of entry {command.first} is not the ledger's")
    for number, line in read.lines.items():
        known_line = found.log.lines.get(number)
        same = known_line is not None and known_line["hash"] == line["hash"]
        found.findings.check(same, f"journal: access line {number} is not the ledger's")
    for file in read.files:
        for seal in file.seals:
            access.check_seal(seal, found.log.lines, found.walk)
    if read.files:
        found.findings.check(read.head in found.walk.hashes, "journal: the ledger lacks its head")


def _key_copy(found: Found, place: Path, header: Header, keys: dict[int, bytes], key: Key) -> None:
    """Compare the copy beside the journal with the key header in force."""
    copy = keycopy.read(place, header.vault_id)
    same = keycopy.is_of(copy, header, keys)
    found.findings.check(same, "key copy: of another key header than the ledger's")
    mine = key.of_header(header)
    if mine.user_id in copy.roles:
        inside = keycopy.unlock(copy, mine)
        found.findings.check(inside.json == header.json, "key copy: another key header inside")
        found.copied = True

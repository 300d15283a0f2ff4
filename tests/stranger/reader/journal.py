"""The update journal: files, frames, commands on their way and lines on their way."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.stranger.reader.access import LINE, hash_of
from tests.stranger.reader.log import Command, Entry
from tests.stranger.reader.plain import (
    Findings,
    Json,
    Wrong,
    fields,
    hkdf,
    need,
    number,
    open_box,
    preamble,
    sha,
    strict,
    unbase,
)

MARK = b"AZJF"
PREFIX = 76
NAME = re.compile(r"azukari-([0-9a-f]{8})-(\d{6})\.azj")
NAMES = "vault_id file_id number epoch seq previous link created program"
HEAD = "v id author at offset first previous signature entries"
ENTRY = "type id action payload commitment hash salt size"
BATCH = "v after previous lines seals"
SEAL = "first last hash author seq ledger signature"


@dataclass
class File:
    """One journal file."""

    path: Path
    version: int
    json: Json
    commands: list[Command] = field(default_factory=list)
    lines: dict[int, Json] = field(default_factory=dict)
    seals: list[Json] = field(default_factory=list)
    batches: list[Json] = field(default_factory=list)
    torn: int = 0
    """Bytes of a torn end."""


@dataclass
class Journal:
    """All files of a ledger that could be read, in their order."""

    files: list[File] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    """Names of files of an epoch whose key is gone."""

    @property
    def commands(self) -> list[Command]:
        return [one for file in self.files for one in file.commands]

    @property
    def head(self) -> bytes:
        """Return the hash of the last entry that the last file knows."""
        last = self.files[-1]
        if last.commands:
            return last.commands[-1].head
        return unbase(last.json["previous"], 32, "previous")

    @property
    def lines(self) -> dict[int, Json]:
        return {number: line for file in self.files for number, line in file.lines.items()}


def read(folder: Path, vault_id: bytes, keys: dict[int, bytes], findings: Findings) -> Journal:
    """Read every file of a folder, with K("journal") of each epoch that is known."""
    journal = Journal()
    before: File | None = None
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(path.name)
        if match is None or match[1] != vault_id.hex()[:8]:
            continue
        try:
            file = _file(path, vault_id, keys)
        except Wrong as error:
            findings.check(False, str(error))
            continue
        if file is None:
            journal.closed.append(path.name)
            before = None
            continue
        findings.check(file.json["number"] == int(match[2]), f"{path.name}: another number inside")
        _follows(before, file, findings)
        journal.files.append(file)
        before = file
    return journal


def _follows(before: File | None, file: File, findings: Findings) -> None:
    link, name = unbase(file.json["link"], 16, "link"), file.path.name
    if before is None or link == bytes(16):
        return
    same = link == unbase(before.json["file_id"], 16, "file_id")
    findings.check(same, f"{name}: does not follow the file before")


def _file(path: Path, vault_id: bytes, keys: dict[int, bytes]) -> File | None:
    raw, name = path.read_bytes(), path.name
    version, header, start = preamble(raw, b"AZKJOUR\n", 2, 4096, name)
    fields(header, NAMES + (" line line_hash" if version == 2 else ""), name)
    need(unbase(header["vault_id"], 16, name) == vault_id, f"{name}: of another ledger")
    if header["epoch"] not in keys:
        return None
    key = hkdf(
        keys[header["epoch"]], b"azukari/journal-file/1", unbase(header["file_id"], 16, name)
    )
    digest = raw[start - 32 : start]
    need(open_box(key, bytes(12), raw[start : start + 16], digest, f"{name}: seal") == b"", name)
    file = File(path, version, header)
    _frames(file, raw, start + 16, key, digest)
    return file


def _whole(raw: bytes, place: int, key: bytes, digest: bytes) -> tuple[bytes, bytes] | None:
    """Return prefix and content of a frame that begins here; None if that is no whole frame."""
    prefix = raw[place : place + PREFIX]
    if len(prefix) < PREFIX or prefix[:4] != MARK:
        return None
    if prefix[68:] != sha(digest + prefix[:68])[:8]:
        return None
    box = raw[place + PREFIX :][: number(prefix, 4, 4)]
    try:
        return prefix, open_box(key, prefix[56:68], box, digest + prefix, "frame")
    except Wrong:
        return None


def _frames(file: File, raw: bytes, place: int, key: bytes, digest: bytes) -> None:
    count, name = 0, file.path.name
    while (whole := _whole(raw, place, key, digest)) is not None:
        count += 1
        _content(file, *whole, f"{name}, frame {count}")
        place += PREFIX + number(whole[0], 4, 4)
    later = raw.find(MARK, place + 1)
    while later >= 0:
        follows = _whole(raw, later, key, digest)
        need(follows is None, f"{name}, frame {count + 1}: damaged")
        later = raw.find(MARK, later + 1)
    file.torn = len(raw) - place


def _content(file: File, prefix: bytes, plain: bytes, where: str) -> None:
    if file.version == 1:
        packed, rest = plain, b""
    else:
        size = number(plain, 0, 4)
        packed, rest = plain[4 : 4 + size], plain[4 + size :]
        need(len(packed) == size and bool(packed or rest), f"{where}: cut off")
    first, last, before = number(prefix, 8, 8), number(prefix, 16, 8), prefix[24:56]
    if packed:
        command = command_on_its_way(packed, where)
        need(command.entries[0].previous == before, f"{where}: another hash before")
        need((command.first, command.last) == (first, last), f"{where}: other numbers")
        expected = file.commands[-1].last + 1 if file.commands else file.json["seq"] + 1
        need(first == expected, f"{where}: numbers do not follow")
        known = (
            file.commands[-1].head if file.commands else unbase(file.json["previous"], 32, where)
        )
        need(before == known, f"{where}: does not continue the frame before")
        file.commands.append(command)
    else:
        need((first, last, before) == (0, 0, bytes(32)), f"{where}: numbers without a command")
    if rest:
        _lines(file, strict(rest, where), where)


def command_on_its_way(raw: bytes, where: str) -> Command:
    """Take a command apart into the rows that the database has of it.

    Raises:
        Wrong: it has another shape, or its bytes are not used up.
    """
    size = number(raw, 0, 4)
    head = strict(raw[4 : 4 + size], where)
    fields(head, HEAD, where)
    need(head["v"] == 1 and bool(head["entries"]), f"{where}: version or entries")
    place, previous, entries = 4 + size, bytes.fromhex(head["previous"]), []
    for seq, one in enumerate(head["entries"], head["first"]):
        fields(one, ENTRY, where)
        body: bytes | None = None
        if one["size"] >= 0:
            body = raw[place : place + one["size"]]
            need(len(body) == one["size"], f"{where}: a content is cut off")
            place += one["size"]
        found, salt = bytes.fromhex(one["hash"]), bytes.fromhex(one["salt"])
        rest = (bytes.fromhex(one["commitment"]), previous, found, salt or None, body)
        entries.append(Entry(seq, one["type"], one["id"], one["action"], one["payload"], *rest))
        previous = found
    need(place == len(raw), f"{where}: bytes behind the contents")
    return Command(
        head["first"], entries[-1].seq, head["id"], head["author"], head["at"], head["offset"],
        previous, bytes.fromhex(head["signature"]), tuple(entries),
    )  # fmt: skip


def _lines(file: File, batch: Json, where: str) -> None:
    fields(batch, BATCH, where)
    need(batch["v"] == 1 and len(batch["lines"]) <= 1000, f"{where}: version or length of lines")
    after, previous = max(file.lines, default=0), ""
    if after:
        previous = file.lines[after]["hash"]
    else:
        after, previous = file.json["line"], unbase(file.json["line_hash"], 32, where).hex()
    need((batch["after"], batch["previous"]) == (after, previous), f"{where}: lines do not follow")
    for one in batch["lines"]:
        need(set(one) == set(LINE), f"{where}: other columns of a line")
        after += 1
        previous = hash_of(one, after, previous)
        file.lines[after] = one | {"hash": previous}
    for seal in batch["seals"]:
        fields(seal, SEAL, where)
        covers = seal["first"] <= after and seal["last"] > batch["after"]
        need(covers, f"{where}: a seal of no line in it")
        inside = file.lines.get(seal["last"], seal)  # its last line may be in a later frame
        need(inside["hash"] == seal["hash"], f"{where}: a seal of another line")
        file.seals.append(seal)
    file.batches.append(batch)


def same_command(one: Command, other: Command) -> bool:
    """Tell whether two are the same command; an erasure may have taken content from either."""
    return bool(_bare(one) == _bare(other))


def _bare(command: Command) -> Any:
    entries = [
        (e.seq, e.type, e.id, e.action, e.payload, e.commitment, e.hash) for e in command.entries
    ]
    return (command.id, command.author, command.at, command.offset, command.signature, entries)

"""A backup container, from its preamble to its last attachment."""

from dataclasses import dataclass
from pathlib import Path

from tests.stranger.reader.header import Header, parse
from tests.stranger.reader.plain import (
    Json,
    canonical,
    fields,
    hkdf,
    need,
    number,
    preamble,
    sealed_records,
    sha,
    unbase,
)
from tests.stranger.reader.unlock import KeySet, unwrap

LIMIT = 256 * 1024
PIECE = 1 << 20
NAMES = (
    "vault_id backup_id created program profile device seq head counts generation header_size"
    " database_size attachments_size attachments receivers slots"
)
RECEIVER = "user_id role eph box"


@dataclass(frozen=True)
class Container:
    """What anybody may look at."""

    raw: bytes
    manifest: Json
    start: int

    @property
    def vault_id(self) -> bytes:
        return unbase(self.manifest["vault_id"], 16, "vault_id")

    @property
    def roles(self) -> dict[str, str]:
        return {one["user_id"]: one["role"] for one in self.manifest["receivers"]}

    def sheet(self) -> str:
        """Return the name of the sheet that opens it."""
        found = [name for name, role in self.roles.items() if role == "recovery"]
        need(len(found) == 1, "backup: not one sheet")
        return found[0]


@dataclass(frozen=True)
class Content:
    """What was inside."""

    header: Header
    database: bytes
    attachments: dict[str, bytes]


def read(path: Path) -> Container:
    """Read the part that needs no key.

    Raises:
        Wrong: it is no backup, damaged or newer.
    """
    raw = path.read_bytes()
    _, manifest, start = preamble(raw, b"AZKBACK\n", 1, LIMIT, "backup")
    fields(manifest, NAMES, "backup")
    for one in manifest["receivers"]:
        fields(one, RECEIVER, "backup")
        need(one["role"] in ("supervisor", "recovery"), "backup: a receiver who may not")
    return Container(raw, manifest, start)


def unlock(container: Container, keys: KeySet) -> Content:
    """Open every record with the keys of a receiver and take the parts out.

    Raises:
        Wrong: another key, another byte, or parts that the manifest does not speak of.
    """
    manifest = container.manifest
    mine = [one for one in manifest["receivers"] if one["user_id"] == keys.user_id]
    need(len(mine) == 1, "backup: not for this person")
    bound = {name: manifest[name] for name in ("backup_id", "vault_id")}
    context = b"azukari/backup-wrap/1\0" + canonical(bound | {"user_id": keys.user_id})
    secret = unwrap(keys, mine[0], context, "backup wrap")
    key = hkdf(secret, b"azukari/backup/1", unbase(manifest["backup_id"], 16, "backup_id"))
    digest = container.raw[container.start - 32 : container.start]
    plain = sealed_records(container.raw[container.start :], key, digest, PIECE, "backup")
    return _content(manifest, plain)


def _content(manifest: Json, plain: bytes) -> Content:
    parts, place = [], 0
    while place < len(plain):
        size = number(plain, place + 1, 8)
        need(len(plain) >= place + 41 + size, "backup: a part is cut off")
        parts.append((plain[place], plain[place + 9 : place + 41], plain[place + 41 :][:size]))
        place += 41 + size
    kinds = [kind for kind, _name, _raw in parts]
    files = {name.hex(): raw for _kind, name, raw in parts[2:]}
    need(kinds == [1, 2] + [3] * manifest["attachments"], "backup: other parts")
    need(parts[0][1] == parts[1][1] == bytes(32), "backup: a name where there is none")
    need(list(files) == sorted(files) and len(files) == len(parts) - 2, "backup: order of names")
    need(all(sha(raw).hex() == name for name, raw in files.items()), "backup: an attachment")
    sizes = (len(parts[0][2]), len(parts[1][2]), sum(map(len, files.values())))
    names = ("header_size", "database_size", "attachments_size")
    need(sizes == tuple(manifest[name] for name in names), "backup: other sizes")
    header = parse(parts[0][2])
    same = header.json["vault_id"] == manifest["vault_id"]
    need(same and header.generation == manifest["generation"], "backup: another key header")
    check_receivers(manifest, header, "backup")
    return Content(header, parts[1][2], files)


def check_receivers(manifest: Json, header: Header, what: str) -> None:
    """Compare who may open something with the key header inside."""
    wanted = {
        one["user_id"]: one["role"]
        for one in header.everybody
        if one["state"] == "active" and one["role"] in ("supervisor", "recovery")
    }
    found = {one["user_id"]: one["role"] for one in manifest["receivers"]}
    need(found == wanted and len(manifest["receivers"]) == len(found), f"{what}: other receivers")
    slots = [one for one in header.json["slots"] if one["user_id"] in wanted]
    need(manifest["slots"] == slots, f"{what}: other slots than those of its receivers")
    same = all(manifest[name] == header.json[name] for name in ("profile", "device"))
    need(same, f"{what}: another profile or device than in its key header")

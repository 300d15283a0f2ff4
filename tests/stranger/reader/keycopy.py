"""The copy of the key header beside the journal, from its preamble to its marks."""

import hmac
from dataclasses import dataclass
from pathlib import Path

from tests.stranger.reader.backup import check_receivers
from tests.stranger.reader.header import Header, parse
from tests.stranger.reader.plain import (
    Json,
    canonical,
    fields,
    need,
    open_box,
    preamble,
    sha,
    unbase,
)
from tests.stranger.reader.unlock import KeySet, derived, unwrap

LIMIT = 256 * 1024
NAMES = "copy_id vault_id profile program device epoch generation size receivers slots"
RECEIVER = "user_id role eph box"


@dataclass(frozen=True)
class Copy:
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


def read(folder: Path, vault_id: bytes) -> Copy:
    """Read the part that needs no key.

    Raises:
        Wrong: it is not there, no copy of this ledger, damaged or newer.
    """
    path = folder / f"azukari-{vault_id.hex()[:8]}.azk"
    need(path.is_file(), "key copy: none")
    raw = path.read_bytes()
    _, manifest, start = preamble(raw, b"AZKKCPY\n", 1, LIMIT, "key copy")
    fields(manifest, NAMES, "key copy")
    for one in manifest["receivers"]:
        fields(one, RECEIVER, "key copy")
        need(one["role"] in ("supervisor", "recovery"), "key copy: a receiver who may not")
    copy = Copy(raw, manifest, start)
    need(copy.vault_id == vault_id, "key copy: of another ledger")
    need(len(raw) == start + manifest["size"] + 16 + 64, "key copy: another length")
    return copy


def unlock(copy: Copy, keys: KeySet) -> Header:
    """Open it with the keys of a receiver and return the key header inside.

    Raises:
        Wrong: another key, another byte, or another header than the manifest speaks of.
    """
    manifest = copy.manifest
    mine = [one for one in manifest["receivers"] if one["user_id"] == keys.user_id]
    need(len(mine) == 1, "key copy: not for this person")
    bound = {name: manifest[name] for name in ("copy_id", "vault_id")}
    context = b"azukari/key-copy-wrap/1\0" + canonical(bound | {"user_id": keys.user_id})
    key = unwrap(keys, mine[0], context, "key copy wrap")
    digest = copy.raw[copy.start - 32 : copy.start]
    raw = open_box(key, bytes(12), copy.raw[copy.start : -64], digest, "key copy")
    need(sha(raw) == copy.raw[-64:-32], "key copy: of another key header")
    header = parse(raw)
    epoch = header.json["epochs"][0]["e"]
    told = (header.json["vault_id"], header.generation, epoch, len(raw))
    names = ("vault_id", "generation", "epoch", "size")
    need(told == tuple(manifest[name] for name in names), "key copy: another key header")
    check_receivers(manifest, header, "key copy")
    return header


def is_of(copy: Copy, header: Header, data_keys: dict[int, bytes]) -> bool:
    """Tell, without opening it, whether it is the copy of a key header."""
    key = derived(data_keys[header.json["epochs"][0]["e"]], header.vault_id, "key-copy")
    mark = hmac.digest(key, copy.raw[:-32], "sha256")
    return copy.raw[-64:-32] == sha(header.raw) and mark == copy.raw[-32:]
